/* Molecular dynamics: velocity Verlet with optional thermostat, barostat and imposed strain rate.
 */
#ifndef GB_ATOMISTIC_MD_H
#define GB_ATOMISTIC_MD_H

#include "atomistic/engine/force.h"

typedef enum { GB_THERMOSTAT_NONE, GB_THERMOSTAT_BUSSI, GB_THERMOSTAT_NOSE_HOOVER } GbThermostat;

typedef struct {
  double dt_ps;
  GbThermostat thermostat;
  double temperature_start_K, temperature_end_K; /* target, linear over the run */
  double tau_temperature_ps;
  bool pressure_free[3]; /* axes whose length a barostat adjusts (must be periodic) */
  double pressure_GPa;   /* target on those axes */
  double tau_pressure_ps;
  bool pressure_isotropic;      /* couple the free axes */
  double strain_rate_per_ps[3]; /* engineering strain rate of each axis, relative to length at start
                                   of the deformation (initial_length); atoms are remapped affinely.
                                   Must be 0 on pressure_free axes */
  double
      initial_length[3]; /* angstrom, for the strain rate; 0: the length at the start of the run */
  uint64_t seed;
  int64_t first_step; /* global step number at the start: counter of the random streams */
} GbMdOptions;

typedef struct {
  int64_t step;   /* global step number */
  double time_ps; /* since the start of this run */
  double temperature_K, potential_eV, kinetic_eV;
  double conserved_eV;  /* total energy, less heat from the thermostat and work done by the box */
  double stress_GPa[6]; /* tension positive, kinetic part included, over the box volume */
} GbMdSample;

/* Called every `interval` steps and at step 0 of the run, on all ranks with equal contents. May
 * read atoms, must not change them. */
typedef GbStatus (*GbMdCallback)(void *context, const GbAtoms *atoms, const GbMdSample *sample);

/* Runs `steps` steps. Collective. callback may be NULL. GB_ERR_STOPPED if a stop was requested
 * (checked about every 50 steps); GB_ERR_NUMERIC for a lost atom or NaN with atom, place and step.
 */
GbStatus GbMdRun(GbForce *force, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                 int64_t interval, GbMdCallback callback, void *context);
/* Sane defaults: 2 fs, no thermostat, taus 0.1 and 1 ps, nothing free. */
GbMdOptions GbMdDefaults(void);

#endif
