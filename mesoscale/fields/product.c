#include "mesoscale/fields/product.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const gb_meso_table_names[GB_NTABLES] = {"stress_strain",  "bands",       "enthalpy",
                                                     "snapshots",      "shear_bands", "avalanches",
                                                     "avalanche_sizes"};

static const GbColumn curve_columns[] = {
    {"sample", "1", NULL},       {"strain", "1", NULL}, {"plastic_strain", "1", NULL},
    {"stress_GPa", "GPa", NULL}, {"time_s", "s", NULL}, {"temperature_K", "K", NULL},
    {"chi_mean", "1", NULL},     {"events", "1", NULL}, {"bands", "1", NULL},
};
static const GbColumn band_columns[] = {
    {"sample", "1", NULL},          {"strain_percent", "%", NULL},
    {"phase", "1", gb_phase_names}, {"kind", "1", gb_band_kind_names},
    {"spanning_bands", "1", NULL},  {"nonspanning_bands", "1", NULL},
    {"width_nm", "nm", NULL},       {"threshold_shear", "1", NULL},
    {"fraction_matrix", "1", NULL}, {"fraction_front", "1", NULL},
    {"fraction_tail", "1", NULL},   {"fraction_spanning", "1", NULL},
    {"chi_mean", "1", NULL},        {"chi_matrix", "1", NULL},
    {"chi_front", "1", NULL},       {"chi_tail", "1", NULL},
    {"chi_spanning", "1", NULL},    {"events_matrix", "1", NULL},
    {"events_front", "1", NULL},    {"events_tail", "1", NULL},
    {"events_spanning", "1", NULL},
};
static const GbColumn enthalpy_columns[] = {
    {"sample", "1", NULL},
    {"strain_percent", "%", NULL},
    {"phase", "1", gb_phase_names},
    {"enthalpy_J_per_g", "J/g", NULL},
    {"enthalpy_edge_J_per_g", "J/g", NULL},
    {"enthalpy_centre_J_per_g", "J/g", NULL},
};
static const GbColumn snapshot_columns[] = {
    {"sample", "1", NULL},         {"due_percent", "%", NULL},  {"strain", "1", NULL},
    {"plastic_strain", "1", NULL}, {"stress_GPa", "GPa", NULL}, {"time_s", "s", NULL},
};

static const GbColumn size_columns[] = {
    {"sample", "1", NULL},
    {"size_from", "1", NULL},
    {"size_to", "1", NULL},
    {"avalanches", "1", NULL},
};

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

GbMesoTables GbMesoTablesNew(void)
{
  return (GbMesoTables){{GbTableOf(curve_columns, COUNT(curve_columns)),
                         GbTableOf(band_columns, COUNT(band_columns)),
                         GbTableOf(enthalpy_columns, COUNT(enthalpy_columns)),
                         GbTableOf(snapshot_columns, COUNT(snapshot_columns)), GbBandTableNew(),
                         GbAvalancheTableNew(), GbTableOf(size_columns, COUNT(size_columns))}};
}

void GbMesoTablesFree(GbMesoTables *tables)
{
  for (int t = 0; t < GB_NTABLES; t++)
    GbTableFree(&tables->table[t]);
}

/* Mean chi of the solid voxels in the outer quarters of the width, or in the rest. */
static double mean_chi(const GbMesoState *state, bool edge)
{
  const int nx = state->grid.nx;
  double sum = 0;
  int count = 0;
  for (int v = 0; v < state->nvoxels; v++) {
    const double x = (v % nx + 0.5) / nx;
    if (!state->solid[v] || (x < 0.25 || x > 0.75) != edge) continue;
    sum += state->chi[v];
    count++;
  }
  return count ? sum / count : NAN;
}

static double mean_chi_all(const GbMesoState *state)
{
  double sum = 0;
  int count = 0;
  for (int v = 0; v < state->nvoxels; v++)
    if (state->solid[v]) sum += state->chi[v], count++;
  return sum / count;
}

GbStatus GbMesoAddCurve(GbMesoTables *tables, int number, const GbSample *sample,
                        const GbBandMap *map)
{
  const GbMesoState *s = &sample->state;
  const double row[COUNT(curve_columns)] = {number,
                                            0 - s->mean_strain[GB_ZZ],
                                            0 - GbSamplePlasticStrain(sample),
                                            0 - GbKmcMeanStress(sample->kmc),
                                            s->time_s,
                                            s->temperature_K,
                                            mean_chi_all(s),
                                            (double)s->events,
                                            map->nspanning + map->nnonspanning};
  return GbTableAppend(&tables->table[GB_TABLE_CURVE], row);
}

GbStatus GbMesoAddBands(GbMesoTables *tables, int number, double strain_percent, GbPhase phase,
                        const GbSample *sample, const GbBandMap *map,
                        const int64_t events[GB_NZONES])
{
  const GbMesoState *s = &sample->state;
  double row[COUNT(band_columns)] = {number,        strain_percent, phase,
                                     map->kind,     map->nspanning, map->nnonspanning,
                                     map->width_nm, map->threshold};
  double chi[GB_NZONES];
  GbBandZoneMeans(map, s->solid, s->chi, chi);
  row[12] = mean_chi_all(s);
  for (int z = 0; z < GB_NZONES; z++) {
    row[8 + z] = map->fraction[z];
    row[13 + z] = chi[z];
    row[17 + z] = (double)events[z];
  }
  return GbTableAppend(&tables->table[GB_TABLE_BANDS], row);
}

GbStatus GbMesoAddEnthalpy(GbMesoTables *tables, int number, double strain_percent, GbPhase phase,
                           const GbSample *sample)
{
  const double energy = sample->calibration->state.energy_J_per_g;
  const double row[COUNT(enthalpy_columns)] = {number,
                                               strain_percent,
                                               phase,
                                               energy * mean_chi_all(&sample->state),
                                               energy * mean_chi(&sample->state, true),
                                               energy * mean_chi(&sample->state, false)};
  return GbTableAppend(&tables->table[GB_TABLE_ENTHALPY], row);
}

GbStatus GbMesoAddAvalancheSizes(GbMesoTables *tables, int number, const GbAvalancheSizes *sizes)
{
  for (int b = 0; b < GB_AVALANCHE_BINS; b++) {
    const double from = ldexp(1, b);
    const double row[COUNT(size_columns)] = {number, from, 2 * from - 1, (double)sizes->bins[b]};
    if (sizes->bins[b] > 0) GB_CALL(GbTableAppend(&tables->table[GB_TABLE_AVALANCHE_SIZES], row));
  }
  return GB_OK;
}

GbStatus GbMesoAddSnapshot(GbMesoTables *tables, int number, double due_percent,
                           const GbSample *sample)
{
  const GbMesoState *s = &sample->state;
  const double row[COUNT(snapshot_columns)] = {number,
                                               due_percent,
                                               0 - s->mean_strain[GB_ZZ],
                                               0 - GbSamplePlasticStrain(sample),
                                               0 - GbKmcMeanStress(sample->kmc),
                                               s->time_s};
  return GbTableAppend(&tables->table[GB_TABLE_SNAPSHOTS], row);
}

/* --- Files of one sample ---------------------------------------------------------------------- */

GbStatus GbMesoSampleWrite(const char *folder, int number, const GbMesoTables *tables,
                           const char *fingerprint)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbStatus status;
  GbMesoSamplePath(folder, number, "sample.h5", path);
  GB_CALL(GbH5Create(path, &file));
  for (int t = 0; t < GB_NTABLES; t++)
    GB_TRY(status, GbTableWrite(&tables->table[t], file, gb_meso_table_names[t]), fail);
  GB_TRY(status, GbH5WriteText(file, "/", "fingerprint", fingerprint), fail);
  GB_TRY(status, GbH5Close(&file), fail);
  return GB_OK;
fail:
  GbH5Discard(&file);
  return status;
}

GbStatus GbMesoSampleRead(const char *folder, int number, GbMesoTables *tables)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbStatus status = GB_OK;
  GbMesoSamplePath(folder, number, "sample.h5", path);
  GB_CALL(GbH5Open(path, &file));
  for (int t = 0; t < GB_NTABLES && status == GB_OK; t++)
    status = GbTableRead(&tables->table[t], file, gb_meso_table_names[t]);
  GbH5Discard(&file);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

bool GbMesoFingerprintIs(const char *path, const char *fingerprint)
{
  GbH5 *file = NULL;
  char *found = NULL;
  if (access(path, R_OK) != 0) return false;
  const bool same = GbH5Open(path, &file) == GB_OK &&
                    GbH5ReadText(file, "/", "fingerprint", &found) == GB_OK &&
                    strcmp(found, fingerprint) == 0;
  free(found);
  GbH5Discard(&file);
  GbErrorClear(); /* an unreadable product is only one that must be made again */
  return same;
}

bool GbMesoStatesThere(const char *folder, int number, const GbMesoConfig *config, int count)
{
  char path[GB_PATH_MAX];
  for (int i = 0; i < count; i++)
    for (int phase = 0; phase < GbMesoPhases(config); phase++) {
      GbMesoStatePath(folder, number, config->strains_percent.values[i], (GbPhase)phase, path);
      if (access(path, R_OK) != 0) return false;
    }
  return true;
}

bool GbMesoSampleDone(const char *folder, int number, const GbMesoConfig *config,
                      const char *fingerprint)
{
  char path[GB_PATH_MAX];
  GbMesoSamplePath(folder, number, "sample.h5", path);
  return GbMesoFingerprintIs(path, fingerprint) &&
         GbMesoStatesThere(folder, number, config, config->strains_percent.count);
}

/* --- Index of the stage ----------------------------------------------------------------------- */

static GbStatus write_integer(GbH5 *file, const char *name, int64_t value)
{
  return GbH5WriteInts(file, name, 0, NULL, &value, "1");
}

static GbStatus write_protocol(GbH5 *file, const GbMesoIndex *index)
{
  const GbSampleOptions *o = &index->options;
  const size_t n = (size_t)index->strains_percent.count;
  GB_CALL(write_integer(file, "protocol/samples", index->samples));
  GB_CALL(write_integer(file, "protocol/phases", index->phases));
  GB_CALL(write_integer(file, "protocol/max_events_per_voxel", o->max_events_per_voxel));
  GB_CALL(write_integer(file, "protocol/method", o->method));
  GB_CALL(write_integer(file, "protocol/uniform_moduli", o->uniform_moduli));
  GB_CALL(write_integer(file, "protocol/elastic_solver", o->solver));
  GB_CALL(write_integer(file, "protocol/reverse_events", o->way_back));
  GB_CALL(GbH5WriteDoubles(file, "protocol/strains_percent", 1, &n, index->strains_percent.values,
                           "%"));
  GB_CALL(GbH5WriteScalar(file, "protocol/strain_rate", index->strain_rate_per_s, "1/s"));
  GB_CALL(GbH5WriteScalar(file, "protocol/temperature", index->temperature_K, "K"));
  GB_CALL(GbH5WriteScalar(file, "protocol/intrabasin_time", index->options.intrabasin_time_s, "s"));
  GB_CALL(GbH5WriteScalar(file, "protocol/chi_diffusion_edges", index->options.chi_diffusion_edges,
                          "1"));
  return GbH5WriteText(file, "protocol", "calibration", index->calibration);
}

GbStatus GbMesoIndexWrite(const char *folder, const GbMesoIndex *index, const GbMesoTables *tables)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbStatus status;
  GbMesoPath(folder, "mesoscale.h5", path);
  GB_CALL(GbH5Create(path, &file));
  GB_TRY(status, write_protocol(file, index), fail);
  for (int t = 0; t < GB_NTABLES; t++)
    GB_TRY(status, GbTableWrite(&tables->table[t], file, gb_meso_table_names[t]), fail);
  GB_TRY(status, GbH5Close(&file), fail);
  return GB_OK;
fail:
  GbH5Discard(&file);
  return status;
}

static GbStatus read_integer(GbH5 *file, const char *name, int64_t *value)
{
  int64_t *data = NULL;
  GB_CALL(GbH5ReadInts(file, name, 0, NULL, &data, "1"));
  *value = data[0];
  free(data);
  return GB_OK;
}

static GbStatus read_strains(GbH5 *file, GbDoubleList *strains)
{
  double *data = NULL;
  size_t n = 0;
  GB_CALL(GbH5ReadDoubles(file, "protocol/strains_percent", 1, &n, &data, "%"));
  strains->count = n < GB_LIST_MAX ? (int)n : GB_LIST_MAX;
  memcpy(strains->values, data, (size_t)strains->count * sizeof(*data));
  free(data);
  return GB_OK;
}

/* Everything but the driver: what continues from the states is thermal. */
static GbStatus read_options(GbH5 *file, GbSampleOptions *options)
{
  int64_t method = 0, uniform = 0, solver = 0, way_back = 0;
  GB_CALL(read_integer(file, "protocol/max_events_per_voxel", &options->max_events_per_voxel));
  GB_CALL(read_integer(file, "protocol/method", &method));
  GB_CALL(read_integer(file, "protocol/uniform_moduli", &uniform));
  GB_CALL(read_integer(file, "protocol/elastic_solver", &solver));
  GB_CALL(read_integer(file, "protocol/reverse_events", &way_back));
  options->way_back = way_back != 0;
  options->method = (GbKmcMethod)method;
  options->uniform_moduli = uniform != 0;
  options->solver = (GbElasticSolver)solver;
  GB_CALL(GbH5ReadScalar(file, "protocol/intrabasin_time", &options->intrabasin_time_s, "s"));
  return GbH5ReadScalar(file, "protocol/chi_diffusion_edges", &options->chi_diffusion_edges, "1");
}

static GbStatus read_protocol(GbH5 *file, GbMesoIndex *index)
{
  int64_t samples = 0, phases = 0;
  char *calibration = NULL;
  GB_CALL(read_integer(file, "protocol/samples", &samples));
  GB_CALL(read_integer(file, "protocol/phases", &phases));
  index->samples = (int)samples;
  index->phases = phases == 1 ? 1 : GB_NPHASES;
  GB_CALL(read_options(file, &index->options));
  GB_CALL(read_strains(file, &index->strains_percent));
  GB_CALL(GbH5ReadScalar(file, "protocol/strain_rate", &index->strain_rate_per_s, "1/s"));
  GB_CALL(GbH5ReadScalar(file, "protocol/temperature", &index->temperature_K, "K"));
  GB_CALL(GbH5ReadText(file, "protocol", "calibration", &calibration));
  snprintf(index->calibration, sizeof(index->calibration), "%s", calibration);
  free(calibration);
  return GB_OK;
}

GbStatus GbMesoIndexRead(const char *folder, GbMesoIndex *index)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  *index = (GbMesoIndex){0};
  GbMesoPath(folder, "mesoscale.h5", path);
  GB_CALL(GbH5Open(path, &file));
  const GbStatus status = read_protocol(file, index);
  GbH5Discard(&file);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}
