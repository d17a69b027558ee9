/* Temperature programs: temperature against time, linear between nodes. */
#ifndef GB_MESOSCALE_PROGRAM_H
#define GB_MESOSCALE_PROGRAM_H

#include "base/error.h"

typedef struct {
  int n; /* nodes, at least 1 */
  double
      *time_s; /* [n] ascending; the temperature is constant before the first and after the last */
  double *temperature_K; /* [n] */
} GbTemperatureProgram;

typedef struct {
  double low_K, high_K; /* the cycle starts and ends at high_K */
  int cycles;
  double dwell_s; /* at each of the two temperatures, once per cycle */
  double ramp_s;  /* from one temperature to the other; > 0 */
} GbCycleOptions;

/* Copies the nodes. GB_ERR_ARG if times do not ascend or a temperature is not positive. Owned by
 * the caller, freed with GbProgramFree. */
GbStatus GbProgramCreate(int n, const double *time_s, const double *temperature_K,
                         GbTemperatureProgram *program);
/* Cooling, dwell at low_K, heating, dwell at high_K, `cycles` times, from time 0. */
GbStatus GbProgramCycles(const GbCycleOptions *options, GbTemperatureProgram *program);
void GbProgramFree(GbTemperatureProgram *program);

double GbProgramTemperature(const GbTemperatureProgram *program, double time_s);
/* The first node after time_s, or `limit_s` if that comes first. */
double GbProgramNextKink(const GbTemperatureProgram *program, double time_s, double limit_s);

#endif
