#include "mesoscale/hardness/reload.h"

#include "base/rng.h"

#include <math.h>

enum { KEY_MAX = 8 };

typedef struct {
  const GbReloadOptions *options;
  double start_strain, start_plastic;
  double row[KEY_MAX + 3];
  int nkey;
  GbTable *curve;
  double largest_GPa;
  bool yielded;
} Reading;

static GbStatus read_stress(void *context, const GbSample *sample, bool *stop)
{
  Reading *r = context;
  const double strain = r->start_strain - sample->state.mean_strain[GB_ZZ];
  const double plastic = r->start_plastic - GbSamplePlasticStrain(sample);
  const double stress = -GbKmcMeanStress(sample->kmc);
  r->row[r->nkey] = strain;
  r->row[r->nkey + 1] = stress;
  GB_CALL(GbTableAppend(r->curve, r->row));
  r->largest_GPa = fmax(r->largest_GPa, stress);
  r->yielded = plastic >= r->options->offset_strain;
  *stop = r->yielded || strain >= r->options->max_strain;
  return GB_OK;
}

static void fill_material(const GbCalibration *calibration, const GbMesoState *state,
                          GbReloadResult *result)
{
  double chi = 0;
  int solids = 0;
  for (int v = 0; v < state->nvoxels; v++)
    if (state->solid[v]) chi += state->chi[v], solids++;
  chi /= solids;
  const double shear = GbCalibrationShearModulus(calibration, chi, state->temperature_K);
  const double bulk = GbCalibrationBulkModulus(calibration, chi, state->temperature_K);
  result->chi_mean = chi;
  result->young_GPa = 9 * bulk * shear / (3 * bulk + shear);
  result->poisson = (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear));
}

GbStatus GbReloadRun(const GbCalibration *calibration, const GbMesoState *state, int repeat,
                     const GbReloadOptions *options, const double *key, int nkey, GbTable *curve,
                     GbReloadResult *result)
{
  GbSample sample;
  uint64_t words[4];
  if (nkey < 0 || nkey > KEY_MAX || curve->ncolumns != nkey + 3)
    GB_FAIL(GB_ERR_ARG, "a curve of %d keys needs %d columns", nkey, nkey + 3);
  GB_CALL(GbSampleBranch(MPI_COMM_SELF, calibration, state, &options->sample, &sample));
  GbRngWords(state->seed, GB_RNG_CHI_FIELD, UINT64_MAX, (uint64_t)repeat, 1, words);
  sample.state.seed = words[0];
  sample.state.hazard_left = 0; /* drawn with the old seed */
  Reading reading = {.options = options,
                     .start_strain = state->mean_strain[GB_ZZ],
                     .start_plastic = GbSamplePlasticStrain(&sample),
                     .nkey = nkey,
                     .curve = curve,
                     .largest_GPa = -INFINITY};
  for (int i = 0; i < nkey; i++)
    reading.row[i] = key[i];
  reading.row[nkey + 2] = repeat;
  fill_material(calibration, state, result);
  const GbStatus status = GbSampleCompress(&sample, options->strain_rate_per_s,
                                           options->step_strain, read_stress, &reading);
  GbSampleFree(&sample);
  if (status != GB_OK) return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  if (!reading.yielded)
    GB_FAIL(GB_ERR_NUMERIC,
            "no yielding up to a strain of %g (plastic strain below %g, largest stress %g GPa); "
            "raise hardness.max_strain_percent",
            options->max_strain, options->offset_strain, reading.largest_GPa);
  if (!(reading.largest_GPa > 0))
    GB_FAIL(GB_ERR_NUMERIC,
            "flows by a plastic strain of %g under a largest stress of %g GPa: no hardness; raise "
            "mesoscale.intrabasin_time_s or lower mesoscale.temperature_K",
            options->offset_strain, reading.largest_GPa);
  result->yield_GPa = reading.largest_GPa;
  return GB_OK;
}
