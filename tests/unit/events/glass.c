#include "unit/events/glass.h"

#include "base/rng.h"
#include "harness/harness.h"

#include <string.h>

enum { NTEMPERATURES = 2 };

static GbEstimate exact(double value)
{
  return (GbEstimate){value, value, value, 1};
}

void GbGlassCalibration(GbCalibration *calibration)
{
  static double temperature[NTEMPERATURES] = {100, 400};
  static GbEstimate shear[GB_NSTATES][NTEMPERATURES], bulk[GB_NSTATES][NTEMPERATURES];
  memset(calibration, 0, sizeof *calibration);
  GbCalibrationMaterial *material = &calibration->material;
  material->ntemperatures = NTEMPERATURES;
  material->temperature_K = temperature;
  for (int s = 0; s < GB_NSTATES; s++) {
    material->chi[s] = s;
    material->shear_modulus_GPa[s] = shear[s];
    material->bulk_modulus_GPa[s] = bulk[s];
    material->thermal_expansion_per_K[s] = exact(1.2e-5 + 0.1e-5 * s);
    for (int t = 0; t < NTEMPERATURES; t++) {
      shear[s][t] = exact((30 - 4 * s) * (1 - 0.02 * t));
      bulk[s][t] = exact(120 * (1 - 0.02 * t));
    }
  }
  calibration->laws = (GbCalibrationLaws){.barrier_mean_eV = {exact(0.9), exact(0.6)},
                                          .barrier_shape = exact(4),
                                          .activation_volume_nm3 = exact(0.1),
                                          .event_volume_nm3 = exact(1),
                                          .event_shear = exact(0.15),
                                          .event_dilatation = exact(0.001),
                                          .chi_gain = exact(0.2),
                                          .chi_inf = exact(1),
                                          .attempt_frequency_Hz = 1e13};
}

void GbGlassUniform(GbCalibration *calibration)
{
  GbGlassCalibration(calibration);
  for (int s = 0; s < GB_NSTATES; s++) {
    calibration->material.thermal_expansion_per_K[s] = exact(1.2e-5);
    for (int t = 0; t < NTEMPERATURES; t++) {
      calibration->material.shear_modulus_GPa[s][t] = exact(30);
      calibration->material.bulk_modulus_GPa[s][t] = exact(120);
    }
  }
}

void GbGlassState(int nx, int nz, int nmodes, uint64_t seed, double temperature_K,
                  GbMesoState *state)
{
  GbGrid grid = {nx, 1, nz, 1.0, true, 0};
  assert_ok(GbMesoStateAllocate(state, &grid, nmodes));
  state->seed = seed;
  state->temperature_K = state->reference_temperature_K = temperature_K;
  for (int v = 0; v < state->nvoxels; v++)
    state->chi[v] = 0.2 + 0.2 * GbRngUniform(seed, GB_RNG_CHI_FIELD, (uint64_t)v, 0, 0);
}

GbKmc *GbGlassCreate(const GbCalibration *calibration, double intrabasin_time_s, GbMesoState *state)
{
  GbKmcOptions options = {.intrabasin_time_s = intrabasin_time_s};
  GbKmc *kmc;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, calibration, &options, state, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  return kmc;
}

double GbGlassAngle(const GbMesoState *state, int j)
{
  return state->orientation[j / state->nmodes] +
         j % state->nmodes * 3.14159265358979323846 / state->nmodes;
}
