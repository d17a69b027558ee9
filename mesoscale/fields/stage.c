/* The mesoscale stage: an ensemble of samples, shared out over groups of ranks. A finished sample
 * is kept, and an unfinished one goes on from its checkpoint, when the stage starts again with the
 * same section of the input, calibration and seed. */
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "mesoscale/fields/demands.h"
#include "mesoscale/fields/ensemble.h"
#include "mesoscale/fields/job.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static GbStatus make_folder(const char *path)
{
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    GB_FAIL(GbFileFault(errno), "cannot make the folder %s: %s", path, strerror(errno));
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

/* The ranks that work on one sample at a time. */
typedef struct {
  MPI_Comm comm;
  int number, count; /* of this group, -1 for a rank without one; of all groups */
} Group;

/* Collective. Groups are equally large, so that results cannot depend on which one does a sample.
 */
static void make_group(const GbRun *run, const GbMesoConfig *config, Group *group)
{
  int rank, size;
  MPI_Comm_rank(run->comm, &rank);
  MPI_Comm_size(run->comm, &size);
  const int each = config->ranks_per_sample < size ? (int)config->ranks_per_sample : size;
  group->count = size / each;
  group->number = rank / each < group->count ? rank / each : -1;
  group->comm = MPI_COMM_SELF;
  if (each > 1)
    MPI_Comm_split(run->comm, group->number < 0 ? MPI_UNDEFINED : group->number, rank,
                   &group->comm);
  GbLogInfo("mesoscale: %lld sample%s on %d group%s of %d rank%s", (long long)config->samples,
            config->samples == 1 ? "" : "s", group->count, group->count == 1 ? "" : "s", each,
            each == 1 ? "" : "s");
  if (size % each > 0)
    GbLogWarn("mesoscale: %d of %d ranks are idle: ensemble.ranks_per_sample is %d", size % each,
              size, each);
}

static void free_group(Group *group)
{
  if (group->comm != MPI_COMM_SELF && group->comm != MPI_COMM_NULL) MPI_Comm_free(&group->comm);
}

static void log_method(const GbMesoConfig *config)
{
  const GbSampleOptions options = GbMesoSampleOptions(config);
  const bool thinning = options.method == GB_KMC_THINNING;
  if (thinning && options.driver != GB_DRIVER_THERMAL)
    GbLogInfo("mesoscale: loading in full (it has no temperature), all else by thinning");
  else
    GbLogInfo("mesoscale: events %s, %s moduli", thinning ? "by thinning" : "in full",
              options.uniform_moduli ? "uniform" : "local");
}

static GbStatus run_sample(GbMesoJob *job, int number)
{
  int rank, done = 0;
  MPI_Comm_rank(job->comm, &rank);
  if (rank == 0) done = GbMesoSampleDone(job->folder, number, job->config, job->fingerprint);
  MPI_Bcast(&done, 1, MPI_INT, 0, job->comm);
  if (!done) return GbMesoJobRun(job, number);
  GbLogInfo("mesoscale: sample %d is there already", number);
  GbProgressSkip(job->progress, GbMesoJobParts(job->config));
  if (rank == 0) GbMesoJobClean(job->folder, number);
  return GB_OK;
}

/* Each group its own samples; collective over the group. */
static GbStatus run_samples(const GbRun *run, const GbMesoConfig *config,
                            const GbCalibration *calibration, const char *fingerprint,
                            const Group *group)
{
  const int samples = (int)config->samples, first = group->number, all = group->count;
  const int mine = first >= 0 && first < samples ? (samples - first + all - 1) / all : 0;
  if (mine == 0) return GB_OK;
  GbProgress progress;
  GbMesoJob job = {.comm = group->comm,
                   .folder = run->folder,
                   .seed = run->seed,
                   .config = config,
                   .calibration = calibration,
                   .fingerprint = fingerprint,
                   .progress = &progress};
  GbProgressStart(&progress, "mesoscale", "parts", mine * GbMesoJobParts(config));
  for (int s = first; s < samples; s += all) {
    GB_CALL(run_sample(&job, s));
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
    for (int phase = 0; phase < GbMesoPhases(config); phase++) {
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
                       .phases = GbMesoPhases(config),
                       .strains_percent = config->strains_percent,
                       .strain_rate_per_s = config->strain_rate_per_s,
                       .temperature_K = config->temperature_K,
                       .options = GbMesoSampleOptions(config)};
  GB_CALL(GbCalibrationHash(run->calibration_path, index.calibration));
  for (int t = 0; t < GB_NTABLES; t++) {
    char path[GB_PATH_MAX], name[64];
    if (t == GB_TABLE_AVALANCHES) continue; /* long: each sample has its own */
    if (t == GB_TABLE_SNAPSHOTS && tables->table[t].nrows == 0) continue;
    snprintf(name, sizeof(name), "%s.csv", gb_meso_table_names[t]);
    GbMesoPath(run->folder, name, path);
    GB_CALL(GbTableWriteCsv(&tables->table[t], path));
  }
  return GbMesoIndexWrite(run->folder, &index, tables);
}

static GbStatus write_ensemble(const GbRun *run, const GbMesoConfig *config,
                               const GbMesoTables *tables)
{
  GbTable table;
  char path[GB_PATH_MAX];
  GbMesoPath(run->folder, "ensemble.csv", path);
  GB_CALL(GbEnsembleAverage(config, &tables->table[GB_TABLE_CURVE], &table));
  const GbStatus status = GbTableWriteCsv(&table, path);
  GbTableFree(&table);
  return status;
}

/* Rank 0 only. */
static GbStatus gather(const GbRun *run, const GbMesoConfig *config)
{
  GbMesoTables tables = GbMesoTablesNew();
  GbStatus status = GB_OK;
  for (int s = 0; s < config->samples && status == GB_OK; s++)
    status = GbMesoSampleRead(run->folder, s, &tables);
  if (status == GB_OK) status = summarise(config, &tables);
  if (status == GB_OK) status = write_ensemble(run, config, &tables);
  if (status == GB_OK) status = write_index(run, config, &tables);
  GbMesoTablesFree(&tables);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus run_all(const GbRun *run, const GbMesoConfig *config,
                        const GbCalibration *calibration)
{
  char fingerprint[GB_HASH_SIZE];
  Group group;
  int rank;
  MPI_Comm_rank(run->comm, &rank);
  GbStatus status = GbMesoFingerprint(run, config, fingerprint);
  if (status == GB_OK && rank == 0) status = make_folders(run, config);
  GB_CALL(GbErrorSync(run->comm, status));
  log_method(config);
  make_group(run, config, &group);
  status = run_samples(run, config, calibration, fingerprint, &group);
  free_group(&group);
  GB_CALL(GbErrorSync(run->comm, status));
  return GbErrorSync(run->comm, rank == 0 ? gather(run, config) : GB_OK);
}

/* Collective. Before any work: what later stages would only find after hours, too. */
static GbStatus check_demands(const GbRun *run, const GbMesoConfig *config,
                              const GbCalibration *calibration)
{
  MPI_Comm node;
  int ranks;
  MPI_Comm_split_type(run->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  GB_CALL(GbErrorSync(run->comm, GbMesoCheckLaws(calibration, run->calibration_path)));
  return GbErrorSync(run->comm, GbMesoCheckDemands(config, calibration, run->calibration_path,
                                                   ranks, GbMemoryAvailable(ranks)));
}

static GbStatus execute(const GbRun *run, const void *config)
{
  GbCalibration calibration;
  GB_CALL(GbCalibrationReadAll(run->comm, run->calibration_path, &calibration));
  GbStatus status = check_demands(run, config, &calibration);
  if (status == GB_OK) {
    GbMesoWarnOfLaw(config);
    status = run_all(run, config, &calibration);
  }
  GbCalibrationFree(&calibration);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

const GbStage gb_stage_mesoscale = {
    .name = "mesoscale",
    .help = "Compress an ensemble of samples by kinetic Monte Carlo, rest and cycle them",
    .section = &gb_mesoscale_section,
    .also = &gb_ensemble_section,
    .config_size = sizeof(GbMesoConfig),
    .idle_keys = (const char *const[]){"checkpoint_minutes", NULL},
    .needs = "calibrate",
    .petsc = true,
    .outputs = {"mesoscale/mesoscale.h5", NULL},
    .validate = GbMesoConfigValidate,
    .execute = execute,
};
