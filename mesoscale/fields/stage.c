/* The mesoscale stage: an ensemble of samples, shared out over the ranks. A sample is worked on by
 * one process, so results do not depend on the number of ranks; a finished sample is kept when the
 * stage starts again with the same input, calibration and seed. */
#include "base/log.h"
#include "mesoscale/fields/job.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static GbStatus make_folder(const char *path)
{
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    GB_FAIL(GB_ERR_INPUT, "cannot make the folder %s: %s", path, strerror(errno));
  return GB_OK;
}

static GbStatus make_folders(const GbRun *run, const GbMesoConfig *config)
{
  char path[GB_PATH_MAX];
  GbMesoPath(run->folder, NULL, path);
  GB_CALL(make_folder(path));
  for (int s = 0; s < config->samples; s++) {
    GbMesoSamplePath(run->folder, s, NULL, path);
    GB_CALL(make_folder(path));
  }
  return GB_OK;
}

/* Each rank its own samples; not collective. */
static GbStatus run_samples(const GbRun *run, const GbMesoConfig *config,
                            const GbCalibration *calibration, const char *fingerprint)
{
  int rank, size;
  MPI_Comm_rank(run->comm, &rank);
  MPI_Comm_size(run->comm, &size);
  const int mine = rank < config->samples ? (int)((config->samples - rank + size - 1) / size) : 0;
  if (mine == 0) return GB_OK;
  GbProgress progress;
  GbMesoJob job = {.folder = run->folder,
                   .seed = run->seed,
                   .config = config,
                   .calibration = calibration,
                   .fingerprint = fingerprint,
                   .progress = &progress};
  GbProgressStart(&progress, "mesoscale", "parts", mine * GbMesoJobParts(config));
  for (int s = rank; s < config->samples; s += size) {
    if (GbMesoSampleDone(run->folder, s, config, fingerprint))
      GbLogInfo("mesoscale: sample %d is there already", s);
    else
      GB_CALL(GbMesoJobRun(&job, s));
    job.parts_done += GbMesoJobParts(config);
    GbProgressUpdate(&progress, job.parts_done);
  }
  GbProgressEnd(&progress);
  return GB_OK;
}

/* Mean over samples of `value` in the rows with this strain and phase. */
static double table_mean(const GbTable *table, double strain, GbPhase phase, int column)
{
  double sum = 0;
  int count = 0;
  for (size_t r = 0; r < table->nrows; r++) {
    const double *row = table->values + r * (size_t)table->ncolumns;
    if (row[1] != strain || row[2] != phase) continue;
    sum += row[column];
    count++;
  }
  return count ? sum / count : NAN;
}

static GbStatus summarise(const GbMesoConfig *config, const GbMesoTables *tables)
{
  const GbTable *enthalpy = &tables->table[GB_TABLE_ENTHALPY], *curve = &tables->table[0];
  double peak = 0;
  for (size_t r = 0; r < curve->nrows; r++)
    peak = fmax(peak, curve->values[r * (size_t)curve->ncolumns + 3]);
  GB_CALL(GbSummaryAdd("mesoscale.samples", (double)config->samples, "1"));
  GB_CALL(GbSummaryAdd("mesoscale.peak_stress", peak, "GPa"));
  for (int i = 0; i < config->strains_percent.count; i++)
    for (int phase = 0; phase < GB_NPHASES; phase++) {
      const double strain = config->strains_percent.values[i];
      char key[96];
      snprintf(key, sizeof(key), "mesoscale.enthalpy_at_%g_percent_%s", strain,
               gb_phase_names[phase]);
      GB_CALL(GbSummaryAdd(key, table_mean(enthalpy, strain, (GbPhase)phase, 3), "J/g"));
    }
  return GB_OK;
}

static GbStatus write_index(const GbRun *run, const GbMesoConfig *config,
                            const GbMesoTables *tables)
{
  GbMesoIndex index = {.samples = (int)config->samples,
                       .strains_percent = config->strains_percent,
                       .strain_rate_per_s = config->strain_rate_per_s,
                       .temperature_K = config->temperature_K,
                       .options = GbMesoSampleOptions(config)};
  GB_CALL(GbHashFile(run->calibration_path, index.calibration));
  for (int t = 0; t < GB_NTABLES; t++) {
    char path[GB_PATH_MAX], name[64];
    if (t == GB_TABLE_EVENTS) continue; /* long: one file per sample */
    snprintf(name, sizeof(name), "%s.csv", gb_meso_table_names[t]);
    GbMesoPath(run->folder, name, path);
    GB_CALL(GbTableWriteCsv(&tables->table[t], path));
  }
  return GbMesoIndexWrite(run->folder, &index, tables);
}

/* Rank 0 only. */
static GbStatus gather(const GbRun *run, const GbMesoConfig *config)
{
  GbMesoTables tables = GbMesoTablesNew();
  GbStatus status = GB_OK;
  for (int s = 0; s < config->samples && status == GB_OK; s++)
    status = GbMesoSampleRead(run->folder, s, &tables);
  if (status == GB_OK) status = summarise(config, &tables);
  if (status == GB_OK) status = write_index(run, config, &tables);
  GbMesoTablesFree(&tables);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus run_all(const GbRun *run, const GbMesoConfig *config,
                        const GbCalibration *calibration)
{
  char fingerprint[GB_HASH_SIZE];
  int rank;
  MPI_Comm_rank(run->comm, &rank);
  GbStatus status = GbMesoFingerprint(run, config, fingerprint);
  if (status == GB_OK && rank == 0) status = make_folders(run, config);
  GB_CALL(GbErrorSync(run->comm, status));
  GB_CALL(GbErrorSync(run->comm, run_samples(run, config, calibration, fingerprint)));
  return GbErrorSync(run->comm, rank == 0 ? gather(run, config) : GB_OK);
}

static GbStatus execute(const GbRun *run, const void *config)
{
  GbCalibration calibration;
  GB_CALL(GbCalibrationReadAll(run->comm, run->calibration_path, &calibration));
  const GbStatus status = run_all(run, config, &calibration);
  GbCalibrationFree(&calibration);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

const GbStage gb_stage_mesoscale = {
    .name = "mesoscale",
    .help = "Compress an ensemble of samples by kinetic Monte Carlo, rest and cycle them",
    .section = &gb_mesoscale_section,
    .config_size = sizeof(GbMesoConfig),
    .needs = "calibrate",
    .outputs = {"mesoscale/mesoscale.h5", NULL},
    .validate = GbMesoConfigValidate,
    .execute = execute,
};
