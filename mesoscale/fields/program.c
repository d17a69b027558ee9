#include "mesoscale/fields/program.h"

#include <stdlib.h>

GbStatus GbProgramCreate(int n, const double *time_s, const double *temperature_K,
                         GbTemperatureProgram *program)
{
  *program = (GbTemperatureProgram){0};
  if (n < 1) GB_FAIL(GB_ERR_ARG, "a temperature program needs at least one node, found %d", n);
  for (int i = 0; i < n; i++) {
    if (i > 0 && !(time_s[i] > time_s[i - 1]))
      GB_FAIL(GB_ERR_ARG, "times of a temperature program must ascend: node %d at %g s", i,
              time_s[i]);
    if (!(temperature_K[i] > 0))
      GB_FAIL(GB_ERR_ARG, "temperatures must be positive: node %d has %g K", i, temperature_K[i]);
  }
  GB_CALLOC(program->time_s, n);
  GB_CALLOC(program->temperature_K, n);
  program->n = n;
  for (int i = 0; i < n; i++) {
    program->time_s[i] = time_s[i];
    program->temperature_K[i] = temperature_K[i];
  }
  return GB_OK;
}

GbStatus GbProgramCycles(const GbCycleOptions *options, GbTemperatureProgram *program)
{
  *program = (GbTemperatureProgram){0};
  if (options->cycles < 1 || !(options->ramp_s > 0) || !(options->dwell_s > 0))
    GB_FAIL(GB_ERR_ARG, "temperature cycles need cycles >= 1, ramp and dwell > 0");
  if (!(options->low_K > 0) || !(options->high_K > 0))
    GB_FAIL(GB_ERR_ARG, "temperatures of a cycle must be positive");
  GB_CALLOC(program->time_s, 4 * options->cycles + 1);
  GB_CALLOC(program->temperature_K, 4 * options->cycles + 1);
  int n = 0;
  double time = 0;
  program->temperature_K[n++] = options->high_K;
  for (int cycle = 0; cycle < options->cycles; cycle++) {
    const double steps[4] = {options->ramp_s, options->dwell_s, options->ramp_s, options->dwell_s};
    for (int i = 0; i < 4; i++) {
      program->time_s[n] = time += steps[i];
      program->temperature_K[n++] = i < 2 ? options->low_K : options->high_K;
    }
  }
  program->n = n;
  return GB_OK;
}

void GbProgramFree(GbTemperatureProgram *program)
{
  free(program->time_s);
  free(program->temperature_K);
  *program = (GbTemperatureProgram){0};
}

double GbProgramTemperature(const GbTemperatureProgram *program, double time_s)
{
  const double *t = program->time_s, *temperature = program->temperature_K;
  if (time_s <= t[0]) return temperature[0];
  for (int i = 1; i < program->n; i++)
    if (time_s <= t[i]) {
      const double weight = (time_s - t[i - 1]) / (t[i] - t[i - 1]);
      return (1 - weight) * temperature[i - 1] + weight * temperature[i];
    }
  return temperature[program->n - 1];
}

double GbProgramNextKink(const GbTemperatureProgram *program, double time_s, double limit_s)
{
  for (int i = 0; i < program->n; i++)
    if (program->time_s[i] > time_s)
      return program->time_s[i] < limit_s ? program->time_s[i] : limit_s;
  return limit_s;
}
