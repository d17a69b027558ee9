#include "mesoscale/fields/protocol.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const gb_phase_names[GB_NPHASES] = {"before", "after"};

#define AT(field) offsetof(GbMesoConfig, field)

static const GbParam params[] = {
    {"nx", GB_PARAM_INT, AT(nx), "16", 4, 4096, NULL, "voxels between the two free surfaces"},
    {"nz", GB_PARAM_INT, AT(nz), "32", 4, 4096, NULL, "voxels along the loading axis (periodic)"},
    {"modes", GB_PARAM_INT, AT(modes), "8", 1, 256, NULL,
     "shear modes of one STZ site, each with its own direction and barrier"},
    {"voxel_edge_nm", GB_PARAM_DOUBLE, AT(voxel_edge_nm), "1.6", 0, 100, NULL,
     "edge of a voxel, which holds edge^3 / Omega STZ sites of the calibrated event volume Omega; "
     "0: one site, the cube root of Omega"},
    {"samples", GB_PARAM_INT, AT(samples), "2", 1, 99, NULL,
     "independent samples, for means and standard errors"},
    {"notch_depth_voxels", GB_PARAM_INT, AT(notch_depth_voxels), "0", 0, 1024, NULL,
     "depth of one notch on each free surface, on a line at 45 degrees; 0: no notches"},
    {"strain_rate_per_s", GB_PARAM_DOUBLE, AT(strain_rate_per_s), "5e-4", 1e-12, 1e12, NULL,
     "rate of compression"},
    {"temperature_K", GB_PARAM_DOUBLE, AT(temperature_K), "300", 1, 2000, NULL,
     "temperature of compression, rest and hardness test"},
    {"strains_percent", GB_PARAM_LIST, AT(strains_percent), "[0, 10, 20, 30, 45]", 0, 200, NULL,
     "plastic prior strains, ascending"},
    {"intrabasin_time_s", GB_PARAM_DOUBLE, AT(intrabasin_time_s), "3600", 1e-12, 1e12, NULL,
     "modes faster than this without stress count as motion within a state, not as events: the "
     "time scale of the experiment"},
    {"rest_s", GB_PARAM_DOUBLE, AT(rest_s), "1200", 0, 1e9, NULL,
     "time at temperature_K without load before the first measurement of a state: that which the "
     "cycles spend warm, so that ageing does not pass for an effect of cycling"},
    {"relaxation_step_percent", GB_PARAM_DOUBLE, AT(relaxation_step_percent), "0.1", 1e-4, 5, NULL,
     "strain between two turns of chi relaxation while loading"},
    {"chi_diffusion_edges", GB_PARAM_DOUBLE, AT(chi_diffusion_edges), "1", 0, 10, NULL,
     "length over which a rearrangement mixes chi, in voxel edges"},
    {"max_events_per_voxel", GB_PARAM_INT, AT(max_events_per_voxel), "20", 1, 1000000, NULL,
     "stop if one relaxation step takes more events than this per voxel"},
    {"ctc_low_K", GB_PARAM_DOUBLE, AT(ctc_low_K), "77", 1, 2000, NULL, "cold end of the cycles"},
    {"ctc_high_K", GB_PARAM_DOUBLE, AT(ctc_high_K), "300", 1, 2000, NULL, "warm end of the cycles"},
    {"ctc_cycles", GB_PARAM_INT, AT(ctc_cycles), "20", 1, 10000, NULL, "thermal cycles"},
    {"ctc_dwell_s", GB_PARAM_DOUBLE, AT(ctc_dwell_s), "60", 1e-6, 1e9, NULL,
     "time at each end of a cycle"},
    {"ctc_ramp_s", GB_PARAM_DOUBLE, AT(ctc_ramp_s), "10", 1e-6, 1e9, NULL,
     "time from one end to the other (a plunge into liquid nitrogen)"},
    {"band_shear", GB_PARAM_DOUBLE, AT(band_shear), "0.6", 0, 100, NULL,
     "least plastic shear of a voxel in a shear band (0.6 is eta_Mises = 0.3)"},
    {"band_relative", GB_PARAM_DOUBLE, AT(band_relative), "1.5", 0, 100, NULL,
     "... which must also exceed this times the mean of the sample"},
    {"band_front_nm", GB_PARAM_DOUBLE, AT(band_front_nm), "4", 0, 1000, NULL,
     "reach of the front zone around the tip of a nonspanning band"},
    {"event_stride", GB_PARAM_INT, AT(event_stride), "10", 1, 1000000000, NULL,
     "every n-th event goes to events.csv"},
    {0},
};

const GbSection gb_mesoscale_section = {
    "mesoscale", "Compression, rest and thermal cycles of an ensemble of mesoscale samples",
    params};

GbStatus GbMesoConfigValidate(const void *config)
{
  const GbMesoConfig *c = config;
  const GbDoubleList *strains = &c->strains_percent;
  if (strains->count < 1)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.strains_percent: expected at least one strain, found none");
  for (int i = 1; i < strains->count; i++)
    if (lround(10 * strains->values[i]) <= lround(10 * strains->values[i - 1]))
      GB_FAIL(GB_ERR_INPUT,
              "mesoscale.strains_percent: expected ascending values at least 0.1 apart, found %g "
              "after %g",
              strains->values[i], strains->values[i - 1]);
  if (c->ctc_low_K >= c->ctc_high_K)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.ctc_low_K: expected less than ctc_high_K = %g, found %g",
            c->ctc_high_K, c->ctc_low_K);
  if (2 * c->notch_depth_voxels + 2 > c->nx)
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.notch_depth_voxels: expected at most (nx - 2)/2 = %lld, found %lld",
            (long long)(c->nx - 2) / 2, (long long)c->notch_depth_voxels);
  if (c->notch_depth_voxels > 0 && c->nz < c->nx)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.nz: expected at least nx = %lld with notches, found %lld",
            (long long)c->nx, (long long)c->nz);
  return GB_OK;
}

GbSampleOptions GbMesoSampleOptions(const GbMesoConfig *c)
{
  return (GbSampleOptions){.intrabasin_time_s = c->intrabasin_time_s,
                           .chi_diffusion_edges = c->chi_diffusion_edges,
                           .max_events_per_voxel = c->max_events_per_voxel};
}

GbStatus GbMesoClassify(const GbMesoConfig *c, const GbMesoState *state, GbBandMap *map)
{
  GbBandOptions options = GbBandDefaults();
  double *shear = NULL;
  *map = (GbBandMap){0};
  options.threshold_shear = c->band_shear;
  options.threshold_relative = c->band_relative;
  options.front_nm = c->band_front_nm;
  GB_CALLOC(shear, state->nvoxels);
  GbBandShear(state->nvoxels, (const double(*)[GB_NTENSOR])state->plastic, shear);
  const GbStatus status = GbBandsClassify(&state->grid, state->solid, shear, &options, map);
  free(shear);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

GbCycleOptions GbMesoCycleOptions(const GbMesoConfig *c)
{
  return (GbCycleOptions){.low_K = c->ctc_low_K,
                          .high_K = c->ctc_high_K,
                          .cycles = (int)c->ctc_cycles,
                          .dwell_s = c->ctc_dwell_s,
                          .ramp_s = c->ctc_ramp_s};
}

GbStatus GbMesoFingerprint(const GbRun *run, const GbMesoConfig *config, char hex[GB_HASH_SIZE])
{
  GbMesoConfig copy = *config;
  const GbSectionData section = {&gb_mesoscale_section, &copy};
  char calibration[GB_HASH_SIZE], *yaml = NULL, *text = NULL;
  GB_CALL(GbHashFile(run->calibration_path, calibration));
  GB_CALL(GbConfigFormat(&section, 1, false, &yaml));
  const size_t size = strlen(yaml) + 256;
  text = malloc(size);
  if (text)
    snprintf(text, size, "mesoscale %s\ncalibration %s\nseed %llu\n%s", GB_MESO_VERSION,
             calibration, (unsigned long long)run->seed, yaml);
  free(yaml);
  if (!text) GB_FAIL(GB_ERR_MEMORY, "no memory for a fingerprint");
  GbHashText(text, hex);
  free(text);
  return GB_OK;
}

uint64_t GbMesoSampleSeed(uint64_t run_seed, int sample)
{
  uint64_t words[4];
  GbRngWords(run_seed, GB_RNG_CHI_FIELD, UINT64_MAX, (uint64_t)sample, 0, words);
  return words[0];
}

void GbMesoPath(const char *folder, const char *name, char *path)
{
  snprintf(path, GB_PATH_MAX, "%s/mesoscale%s%s", folder, name ? "/" : "", name ? name : "");
}

void GbMesoSamplePath(const char *folder, int sample, const char *name, char *path)
{
  snprintf(path, GB_PATH_MAX, "%s/mesoscale/sample_%02d%s%s", folder, sample, name ? "/" : "",
           name ? name : "");
}

void GbMesoStatePath(const char *folder, int sample, double strain_percent, GbPhase phase,
                     char *path)
{
  char name[64];
  snprintf(name, sizeof(name), "state_%03ld_%s.h5", lround(10 * strain_percent),
           gb_phase_names[phase]);
  GbMesoSamplePath(folder, sample, name, path);
}
