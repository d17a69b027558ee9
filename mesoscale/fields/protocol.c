#include "mesoscale/fields/protocol.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const gb_phase_names[GB_NPHASES] = {"before", "after"};

#define AT(field) offsetof(GbMesoConfig, field)

static const char *const boundaries[] = {"free", "periodic", NULL};
static const char *const moduli[] = {"local", "uniform", NULL};
static const char *const methods[] = {"auto", "full", "thinning", NULL};
static const char *const solvers[] = {"auto", "direct", "fft", NULL};
static const char *const drivers[] = {"thermal", "quasistatic", "extremal", NULL};
static const char *const sides[] = {"both", "left", "right", NULL};

static const GbParam params[] = {
    {"nx", GB_PARAM_INT, AT(nx), "16", 4, 4096, NULL,
     "voxels across the loading axis, between the two free surfaces if there are any"},
    {"ny", GB_PARAM_INT, AT(ny), "1", 1, 4096, NULL,
     "voxels along the third axis (periodic); 1: plane strain"},
    {"nz", GB_PARAM_INT, AT(nz), "32", 4, 4096, NULL, "voxels along the loading axis (periodic)"},
    {"boundary", GB_PARAM_CHOICE, AT(boundary), "free", 0, 0, boundaries,
     "the two x faces: free surfaces, or periodic with zero mean stress"},
    {"modes", GB_PARAM_INT, AT(modes), "8", 1, 256, NULL,
     "shear modes of one STZ site, each with its own direction and barrier"},
    {"voxel_edge_nm", GB_PARAM_DOUBLE, AT(voxel_edge_nm), "1.6", 0, 100, NULL,
     "edge of a voxel, which holds edge^3 / Omega STZ sites of the calibrated event volume Omega; "
     "0: one site, the cube root of Omega"},
    {"elements_per_edge", GB_PARAM_INT, AT(elements_per_edge), "1", 1, 8, NULL,
     "finite elements along the edge of a voxel; 1 is too stiff for nearest neighbours (wrong sign "
     "along "
     "an axis), 2 much better, at the cost of larger elastic solves"},
    {"moduli", GB_PARAM_CHOICE, AT(moduli), "local", 0, 0, moduli,
     "elastic moduli of each voxel's own chi, or those of the calibrated mean chi everywhere"},
    {"method", GB_PARAM_CHOICE, AT(method), "auto", 0, 0, methods,
     "stress of all voxels after every event (full), or of distant ones deferred and candidates "
     "thinned, as exact and much faster (thinning: needs uniform moduli, no voids); auto: thinning "
     "where it applies"},
    {"elastic_solver", GB_PARAM_CHOICE, AT(elastic_solver), "auto", 0, 0, solvers,
     "of samples with local moduli or voids: kept factors (direct) or transforms (fft) as "
     "preconditioner; auto: fft"},
    {"driver", GB_PARAM_CHOICE, AT(driver), "thermal", 0, 0, drivers,
     "loading with events at their rates, without temperature from instability to instability "
     "(quasistatic), or always by the mode nearest to instability (extremal); rest, cycles, "
     "unloading and hardness are thermal"},
    {"reverse_events", GB_PARAM_BOOL, AT(reverse_events), "false", 0, 0, NULL,
     "the last event of a voxel may be undone, at the rate that detailed balance with its elastic "
     "energy and that of its chi asks for"},
    {"notch_depth_voxels", GB_PARAM_INT, AT(notch_depth_voxels), "0", 0, 1024, NULL,
     "depth of the notches, grooves through the thickness; 0: no notches"},
    {"notch_height_voxels", GB_PARAM_INT, AT(notch_height_voxels), "1", 1, 1024, NULL,
     "extent of a notch along the loading axis"},
    {"notch_sides", GB_PARAM_CHOICE, AT(notch_sides), "both", 0, 0, sides,
     "free surfaces with a notch: one at half height, or both, on a line at 45 degrees"},
    {"pores", GB_PARAM_INT, AT(pores), "0", 0, 100000, NULL,
     "pores inside, at random places of each sample"},
    {"pore_radius_voxels", GB_PARAM_DOUBLE, AT(pore_radius_voxels), "1.5", 0.5, 1024, NULL,
     "radius of the pores: spheres, in plane strain cylinders"},
    {"strain_rate_per_s", GB_PARAM_DOUBLE, AT(strain_rate_per_s), "5e-4", 1e-12, 1e12, NULL,
     "rate of compression"},
    {"temperature_K", GB_PARAM_DOUBLE, AT(temperature_K), "300", 1, 2000, NULL,
     "temperature of compression, rest and hardness test"},
    {"strains_percent", GB_PARAM_LIST, AT(strains_percent), "[0, 10, 20, 30, 45]", 0, 200, NULL,
     "plastic prior strains, ascending; at each a specimen is unloaded, rested and cycled"},
    {"snapshot_strains_percent", GB_PARAM_LIST, AT(snapshot_strains_percent), "[]", 0, 200, NULL,
     "total strains on loading at which the fields go to loading.h5, ascending"},
    {"snapshot_every_percent", GB_PARAM_DOUBLE, AT(snapshot_every_percent), "0", 0, 200, NULL,
     "... and at every multiple of this strain; 0: at none"},
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
    {"ctc_cycles", GB_PARAM_INT, AT(ctc_cycles), "20", 0, 10000, NULL,
     "thermal cycles; 0: none, and no states after them"},
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
    {"avalanche_least_events", GB_PARAM_INT, AT(avalanche_least_events), "2", 1, 1000000000, NULL,
     "smallest avalanche of loading that gets a row in avalanches.csv; avalanche_sizes.csv counts "
     "all"},
    {"event_stride", GB_PARAM_INT, AT(event_stride), "100", 1, 1000000000, NULL,
     "every n-th event goes to events.csv"},
    {"event_catalogue", GB_PARAM_BOOL, AT(event_catalogue), "true", 0, 0, NULL,
     "every event goes to events.h5 (67 bytes each, 91 in three dimensions)"},
    {"checkpoint_minutes", GB_PARAM_DOUBLE, AT(checkpoint_minutes), "5", 0, 1e6, NULL,
     "time between two checkpoints of a sample; 0: only when the run is stopped"},
    {0},
};

static const GbParam ensemble_params[] = {
    {"samples", GB_PARAM_INT, AT(samples), "2", 1, 999, NULL,
     "independent samples, for means and standard errors"},
    {"ranks_per_sample", GB_PARAM_INT, AT(ranks_per_sample), "1", 1, 100000, NULL,
     "MPI ranks that work on one sample together; the run's ranks are split into such groups"},
    {0},
};

const GbSection gb_mesoscale_section = {
    "mesoscale", "Compression, rest and thermal cycles of mesoscale samples", params};
const GbSection gb_ensemble_section = {
    "ensemble", "The mesoscale samples: how many, and how ranks share them", ensemble_params};

/* Ascending, and at least `least` apart. */
static GbStatus check_ascending(const char *key, const GbDoubleList *strains, double least)
{
  for (int i = 1; i < strains->count; i++)
    if (lround(strains->values[i] / least) <= lround(strains->values[i - 1] / least))
      GB_FAIL(GB_ERR_INPUT,
              "mesoscale.%s: expected ascending values at least %g apart, found %g after %g", key,
              least, strains->values[i], strains->values[i - 1]);
  return GB_OK;
}

static GbStatus check_notches(const GbMesoConfig *c)
{
  const bool both = c->notch_sides == GB_NOTCH_BOTH;
  const int64_t most = both ? (c->nx - 2) / 2 : c->nx - 2;
  if (c->notch_depth_voxels == 0) return GB_OK;
  if (c->boundary == 1)
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.notch_depth_voxels: expected 0 with boundary: periodic, found %lld",
            (long long)c->notch_depth_voxels);
  if (c->notch_depth_voxels > most)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.notch_depth_voxels: expected at most %s = %lld, found %lld",
            both ? "(nx - 2)/2" : "nx - 2", (long long)most, (long long)c->notch_depth_voxels);
  if (both && c->nz < c->nx)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.nz: expected at least nx = %lld with two notches, found %lld",
            (long long)c->nx, (long long)c->nz);
  if (2 * c->notch_height_voxels > c->nz)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.notch_height_voxels: expected at most nz/2 = %lld, found %lld",
            (long long)c->nz / 2, (long long)c->notch_height_voxels);
  return GB_OK;
}

/* Times of a program add up: what is too short against all of it would be lost in rounding. */
static GbStatus check_cycles(const GbMesoConfig *c)
{
  const double total = 2 * (double)c->ctc_cycles * (c->ctc_dwell_s + c->ctc_ramp_s);
  const bool dwell = c->ctc_dwell_s < c->ctc_ramp_s;
  const double shorter = dwell ? c->ctc_dwell_s : c->ctc_ramp_s;
  if (shorter < 1e-12 * total)
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.%s: expected at least 1e-12 of the time of all cycles, %g s, found %g",
            dwell ? "ctc_dwell_s" : "ctc_ramp_s", total, shorter);
  return GB_OK;
}

static bool has_voids(const GbMesoConfig *c)
{
  return c->notch_depth_voxels > 0 || c->pores > 0;
}

static GbStatus check_method(const GbMesoConfig *c)
{
  if (c->method != GB_METHOD_THINNING) return GB_OK;
  if (!c->moduli)
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.method: expected full or auto with moduli: local, found thinning (it needs "
            "moduli: uniform)");
  if (has_voids(c))
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.method: expected full or auto with notches or pores, found thinning");
  return GB_OK;
}

GbStatus GbMesoConfigValidate(const void *config)
{
  const GbMesoConfig *c = config;
  if (c->strains_percent.count < 1)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.strains_percent: expected at least one strain, found none");
  GB_CALL(check_ascending("strains_percent", &c->strains_percent, 0.1));
  GB_CALL(check_ascending("snapshot_strains_percent", &c->snapshot_strains_percent, 0.001));
  if (c->snapshot_every_percent > 0 && c->snapshot_every_percent < c->relaxation_step_percent)
    GB_FAIL(GB_ERR_INPUT,
            "mesoscale.snapshot_every_percent: expected 0 or at least relaxation_step_percent = "
            "%g, found %g",
            c->relaxation_step_percent, c->snapshot_every_percent);
  if (c->ctc_low_K >= c->ctc_high_K)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.ctc_low_K: expected less than ctc_high_K = %g, found %g",
            c->ctc_high_K, c->ctc_low_K);
  GB_CALL(check_cycles(c));
  if (c->ny == 2)
    GB_FAIL(GB_ERR_INPUT, "mesoscale.ny: expected 1 (plane strain) or at least 3, found 2");
  GB_CALL(check_notches(c));
  return check_method(c);
}

GbSampleOptions GbMesoSampleOptions(const GbMesoConfig *c)
{
  const bool thinning = c->method == GB_METHOD_THINNING ||
                        (c->method == GB_METHOD_AUTO && c->moduli && !has_voids(c));
  return (GbSampleOptions){.intrabasin_time_s = c->intrabasin_time_s,
                           .chi_diffusion_edges = c->chi_diffusion_edges,
                           .max_events_per_voxel = c->max_events_per_voxel,
                           .method = thinning ? GB_KMC_THINNING : GB_KMC_FULL,
                           .uniform_moduli = c->moduli == 1,
                           .way_back = c->reverse_events,
                           .solver = (GbElasticSolver)c->elastic_solver,
                           .driver = (GbDriver)c->driver};
}

GbSampleShape GbMesoSampleShape(const GbMesoConfig *c)
{
  const GbVoids voids = {.notch_depth = (int)c->notch_depth_voxels,
                         .notch_height = (int)c->notch_height_voxels,
                         .notch_sides = (GbNotchSides)c->notch_sides,
                         .pores = (int)c->pores,
                         .pore_radius = c->pore_radius_voxels};
  return (GbSampleShape){.nx = (int)c->nx,
                         .ny = (int)c->ny,
                         .nz = (int)c->nz,
                         .periodic_x = c->boundary == 1,
                         .elements_per_edge = (int)c->elements_per_edge,
                         .nmodes = (int)c->modes,
                         .voids = voids,
                         .edge_nm = c->voxel_edge_nm,
                         .temperature_K = c->temperature_K};
}

int GbMesoPhases(const GbMesoConfig *c)
{
  return c->ctc_cycles > 0 ? 2 : 1;
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
  GbStatus status = GbBandsClassify(&state->grid, state->solid, shear, &options, map);
  free(shear);
  if (status == GB_OK)
    status = GbBandsAddChi(&state->grid, state->solid, state->chi, &options, map);
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
  copy.checkpoint_minutes = 0; /* changes no result */
  const GbSectionData section = {&gb_mesoscale_section, &copy};
  char calibration[GB_HASH_SIZE], *yaml = NULL, *text = NULL;
  GB_CALL(GbCalibrationHash(run->calibration_path, calibration));
  GB_CALL(GbConfigFormat(&section, 1, false, &yaml));
  const char *petsc = run->petsc_options ? run->petsc_options : "";
  const size_t size = strlen(yaml) + strlen(petsc) + 256;
  text = malloc(size);
  if (text)
    snprintf(text, size, "mesoscale %s\ncalibration %s\nseed %llu\n%s%s", GB_MESO_VERSION,
             calibration, (unsigned long long)run->seed, petsc, yaml);
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
