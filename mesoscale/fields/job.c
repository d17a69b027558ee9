#include "mesoscale/fields/job.h"

#include "base/timer.h"
#include "mesoscale/fields/checkpoint.h"
#include "mesoscale/fields/snapshots.h"
#include "mesoscale/fields/view.h"

#include <math.h>
#include <unistd.h>

enum { REST_STEPS = 10 };

typedef struct {
  GbMesoJob *job;
  int number;
  bool first;            /* the rank of the group that records and writes */
  int strain;            /* index of the prior strain being worked on */
  double strain_percent; /* its value */
  bool resumed;          /* the next reading was taken before the checkpoint */
  GbPeriod period;
  GbMesoTables tables;
  GbCatalogue *catalogue; /* NULL on other ranks */
  GbAvalanches avalanches;
  GbStatus failed; /* of recording an event; told at the next reading, as other ranks go on */
  GbMesoCheckpoint checkpoint;
  double checkpoint_s;       /* when the last one was written */
  const int *zone;           /* [nvoxels] zones that events are counted in; NULL: all matrix */
  int64_t events[GB_NZONES]; /* since the last reset */
  double loaded_percent;     /* plastic strain so far */
  double parts;              /* of this sample */
} Work;

/* Work that only the first rank does; all ranks fail together. Collective. */
#define FIRST(work, call) GbErrorSync((work)->job->comm, (work)->first ? (call) : GB_OK)

/* Loading to the largest strain counts 1 part per percent, each branch 4 and a part per cycle. */
static double branch_parts(const GbMesoConfig *config)
{
  return 4.0 + (double)config->ctc_cycles;
}

double GbMesoJobParts(const GbMesoConfig *config)
{
  const GbDoubleList *strains = &config->strains_percent;
  return strains->values[strains->count - 1] + strains->count * branch_parts(config);
}

/* Parts that an earlier process did. */
static void skip(Work *work, double parts)
{
  work->parts += parts;
  if (work->job->progress) GbProgressSkip(work->job->progress, parts);
}

static void advance(Work *work, double parts)
{
  work->parts += parts;
  if (work->job->progress)
    GbProgressUpdate(work->job->progress, work->job->parts_done + work->parts);
}

/* --- Loading -----------------------------------------------------------------------------------
 */

static GbStatus count_event(void *context, const GbMesoState *state, const GbEventRecord *record,
                            bool *stop)
{
  Work *work = context;
  (void)state, (void)stop;
  work->events[work->zone ? work->zone[record->voxel] : GB_ZONE_MATRIX]++;
  if (!work->first) return GB_OK;
  GbCatalogueAdd(work->catalogue, work->strain_percent, work->period, record);
  if (work->period == GB_PERIOD_LOAD && work->failed == GB_OK)
    work->failed = GbAvalanchesAdd(&work->avalanches, record);
  return GB_OK;
}

static GbStatus add_avalanche(void *context, const GbAvalanche *avalanche)
{
  Work *work = context;
  if (avalanche->size < work->job->config->avalanche_least_events) return GB_OK;
  return GbAvalancheTableAdd(&work->tables.table[GB_TABLE_AVALANCHES], work->number, avalanche);
}

/* As memory says, or, if NULL, without any avalanche yet. */
static void track_avalanches(Work *work, const GbSample *sample, const double *memory)
{
  const GbAvalancheOptions options = {.tangent_GPa = GbSampleModulus(sample)};
  work->avalanches = GbAvalanchesNew(&sample->state.grid, &options, add_avalanche, work);
  if (memory) GbAvalanchesLoad(&work->avalanches, memory);
}

static GbStatus finish_avalanches(Work *work)
{
  GB_CALL(GbAvalanchesFinish(&work->avalanches));
  return GbMesoAddAvalancheSizes(&work->tables, work->number,
                                 GbAvalanchesGetSizes(&work->avalanches));
}

static GbStatus write_checkpoint(Work *work)
{
  const GbMesoJob *job = work->job;
  if (!work->checkpoint.filled) return GB_OK;
  GB_CALL(GbCatalogueFlush(work->catalogue));
  GB_CALL(GbMesoCheckpointWrite(&work->checkpoint, job->folder, work->number, &work->tables,
                                job->fingerprint));
  work->checkpoint_s = GbTimeNow();
  return GB_OK;
}

static GbStatus snapshot_if_due(Work *work, const GbSample *sample, const GbBandMap *map)
{
  const double percent = -100 * sample->state.mean_strain[GB_ZZ];
  const double due = GbSnapshotDue(work->job->config, &work->tables, percent);
  if (due < 0) return GB_OK;
  return GbSnapshotTake(work->job->folder, work->number, due, sample, map, &work->tables);
}

/* First rank. What is kept for the checkpoint comes last: it is all that was read. */
static GbStatus take_reading(Work *work, const GbSample *sample)
{
  const GbMesoConfig *config = work->job->config;
  const double strain_zz = sample->state.mean_strain[GB_ZZ];
  GbBandMap map = {0};
  GbStatus status;
  GB_CALL(work->failed);
  GbAvalanchesNote(&work->avalanches, strain_zz, GbKmcMeanStress(sample->kmc));
  GB_TRY(status, GbMesoClassify(config, &sample->state, &map), done);
  GB_TRY(status,
         GbBandTableAdd(&work->tables.table[GB_TABLE_SHEAR_BANDS], work->number, -100 * strain_zz,
                        GB_BAND_WHEN_LOADING, &map),
         done);
  GB_TRY(status, GbMesoAddCurve(&work->tables, work->number, sample, &map), done);
  GB_TRY(status, snapshot_if_due(work, sample, &map), done);
  GB_TRY(status,
         GbMesoCheckpointKeep(&work->checkpoint, sample, work->strain, &work->tables,
                              GbCatalogueCounted(work->catalogue), &work->avalanches),
         done);
  const double since = GbTimeNow() - work->checkpoint_s;
  if (config->checkpoint_minutes > 0 && since >= 60 * config->checkpoint_minutes)
    GB_TRY(status, write_checkpoint(work), done);
done:
  GbBandMapFree(&map);
  return status;
}

static GbStatus follow_loading(void *context, const GbSample *sample, bool *stop)
{
  Work *work = context;
  const double percent = -100 * GbSamplePlasticStrain(sample);
  *stop = percent >= work->strain_percent;
  if (percent > work->loaded_percent) {
    const double reached = fmin(percent, work->strain_percent);
    advance(work, reached - work->loaded_percent);
    work->loaded_percent = reached;
  }
  if (work->resumed) {
    work->resumed = false;
    return GB_OK;
  }
  return FIRST(work, take_reading(work, sample));
}

/* --- Branches ----------------------------------------------------------------------------------
 */

static GbStatus follow_rest(void *context, const GbSample *sample, bool *stop)
{
  (void)sample, (void)stop;
  advance(context, 3.0 / REST_STEPS);
  return GB_OK;
}

static GbStatus follow_cycles(void *context, const GbSample *sample, bool *stop)
{
  (void)sample, (void)stop;
  advance(context, 0.25);
  return GB_OK;
}

/* Times that double, as ageing goes with the logarithm of time. */
static GbStatus rest(const GbMesoConfig *config, GbSample *specimen, Work *work)
{
  double time[REST_STEPS + 1] = {0}, temperature[REST_STEPS + 1];
  GbTemperatureProgram program;
  if (!(config->rest_s > 0)) return GB_OK;
  for (int i = 0; i <= REST_STEPS; i++) {
    if (i > 0) time[i] = config->rest_s * pow(2, i - REST_STEPS);
    temperature[i] = config->temperature_K;
  }
  GB_CALL(GbProgramCreate(REST_STEPS + 1, time, temperature, &program));
  const GbStatus status = GbSampleFollow(specimen, &program, follow_rest, work);
  GbProgramFree(&program);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

/* Temperature goes from that of the test to the warm end and back around the cycles, if they
 * differ. */
static GbStatus cycle(const GbMesoConfig *config, GbSample *specimen, Work *work)
{
  const GbCycleOptions cycles = GbMesoCycleOptions(config);
  const double time[2] = {0, cycles.ramp_s};
  const double ends[2] = {config->temperature_K, cycles.high_K};
  const double back[2] = {cycles.high_K, config->temperature_K};
  GbTemperatureProgram to = {0}, program = {0}, from = {0};
  GbStatus status;
  GB_TRY(status, GbProgramCreate(2, time, ends, &to), done);
  GB_TRY(status, GbProgramCreate(2, time, back, &from), done);
  GB_TRY(status, GbProgramCycles(&cycles, &program), done);
  if (ends[0] != ends[1]) GB_TRY(status, GbSampleFollow(specimen, &to, NULL, NULL), done);
  GB_TRY(status, GbSampleFollow(specimen, &program, follow_cycles, work), done);
  if (ends[0] != ends[1]) GB_TRY(status, GbSampleFollow(specimen, &from, NULL, NULL), done);
done:
  GbProgramFree(&to);
  GbProgramFree(&program);
  GbProgramFree(&from);
  return status;
}

/* First rank. Writes the state and its rows. */
static GbStatus record(Work *work, const GbSample *specimen, GbPhase phase, const GbBandMap *map)
{
  char path[GB_PATH_MAX];
  GbMesoStatePath(work->job->folder, work->number, work->strain_percent, phase, path);
  GB_CALL(GbMesoStateWrite(&specimen->state, path));
  GB_CALL(GbMesoAddBands(&work->tables, work->number, work->strain_percent, phase, specimen, map,
                         work->events));
  GB_CALL(GbBandTableAdd(&work->tables.table[GB_TABLE_SHEAR_BANDS], work->number,
                         work->strain_percent,
                         phase == GB_PHASE_BEFORE ? GB_BAND_WHEN_BEFORE : GB_BAND_WHEN_AFTER, map));
  return GbMesoAddEnthalpy(&work->tables, work->number, work->strain_percent, phase, specimen);
}

static void reset_events(Work *work, const GbBandMap *map, GbPeriod period)
{
  work->zone = map ? map->zone : NULL;
  work->period = period;
  for (int z = 0; z < GB_NZONES; z++)
    work->events[z] = 0;
}

/* Unload, rest, record, cycle, record. map: bands before and after. */
static GbStatus treat(Work *work, GbSample *specimen, GbBandMap map[GB_NPHASES])
{
  const GbMesoConfig *config = work->job->config;
  const GbMesoState *state = &specimen->state;
  const double step = config->relaxation_step_percent / 100;
  GbBandMap *before = &map[GB_PHASE_BEFORE], *after = &map[GB_PHASE_AFTER];
  reset_events(work, NULL, GB_PERIOD_REST);
  if (work->strain_percent > 0)
    GB_CALL(GbSampleUnload(specimen, config->strain_rate_per_s, step, NULL, NULL));
  advance(work, 1);
  GB_CALL(rest(config, specimen, work));
  GB_CALL(GbMesoClassify(config, state, before));
  GB_CALL(FIRST(work, record(work, specimen, GB_PHASE_BEFORE, before)));
  if (GbMesoPhases(config) == 1) return GB_OK;
  reset_events(work, before, GB_PERIOD_CYCLES);
  GB_CALL(cycle(config, specimen, work));
  GB_CALL(GbMesoClassify(config, state, after));
  return FIRST(work, record(work, specimen, GB_PHASE_AFTER, after));
}

static GbStatus branch_off(Work *work, const GbSample *loaded)
{
  GbSample specimen;
  GbBandMap map[GB_NPHASES] = {0};
  GB_CALL(GbSampleBranch(loaded->comm, loaded->calibration, &loaded->state, &loaded->options,
                         &specimen));
  specimen.on_event = count_event;
  specimen.on_event_context = work;
  const GbStatus status = treat(work, &specimen, map);
  reset_events(work, NULL, GB_PERIOD_LOAD);
  for (int phase = 0; phase < GB_NPHASES; phase++)
    GbBandMapFree(&map[phase]);
  GbSampleFree(&specimen);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus go_through_strains(Work *work, GbSample *sample)
{
  const GbMesoConfig *config = work->job->config;
  sample->on_event = count_event;
  sample->on_event_context = work;
  for (; work->strain < config->strains_percent.count; work->strain++) {
    work->strain_percent = config->strains_percent.values[work->strain];
    if (work->strain_percent > 0)
      GB_CALL(GbSampleCompress(sample, config->strain_rate_per_s,
                               config->relaxation_step_percent / 100, follow_loading, work));
    /* within a branch there are no checkpoints */
    GB_CALL(FIRST(work, config->checkpoint_minutes > 0 ? write_checkpoint(work) : GB_OK));
    GB_CALL(branch_off(work, sample));
  }
  return GB_OK;
}

/* --- Beginning and end -------------------------------------------------------------------------
 */

void GbMesoJobClean(const char *folder, int number)
{
  char path[GB_PATH_MAX];
  GbMesoCheckpointRemove(folder, number);
  GbMesoSamplePath(folder, number, "events.part", path);
  unlink(path);
}

/* First rank: files that this run might otherwise seem to have written. */
static GbStatus remove_old(const Work *work)
{
  static const char *const names[] = {"loading.h5", "fields.h5", "events.h5", "events.csv",
                                      "avalanches.csv"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    char path[GB_PATH_MAX];
    GbMesoSamplePath(work->job->folder, work->number, names[i], path);
    unlink(path);
  }
  GbViewRemove(work->job->folder, work->number, "loading");
  GbViewRemove(work->job->folder, work->number, "fields");
  GbMesoJobClean(work->job->folder, work->number);
  return GB_OK;
}

/* Every rank reads it. *usable: it is there and so is what it builds on, for all ranks. */
static GbStatus read_checkpoint(Work *work, bool *usable)
{
  const GbMesoJob *job = work->job;
  GbMesoCheckpoint *c = &work->checkpoint;
  GB_CALL(GbErrorSync(job->comm, GbMesoCheckpointRead(job->folder, work->number, job->fingerprint,
                                                      c, &work->tables, usable)));
  *usable = *usable && GbMesoStatesThere(job->folder, work->number, job->config, c->strain) &&
            GbCatalogueThere(job->folder, work->number, c->events);
  MPI_Allreduce(MPI_IN_PLACE, usable, 1, MPI_C_BOOL, MPI_LAND, job->comm);
  return GB_OK;
}

static GbStatus begin_afresh(Work *work, GbSample *sample)
{
  const GbMesoJob *job = work->job;
  const GbSampleOptions options = GbMesoSampleOptions(job->config);
  const GbSampleShape shape = GbMesoSampleShape(job->config);
  GbMesoCheckpointFree(&work->checkpoint);
  GbMesoTablesFree(&work->tables);
  GB_CALL(FIRST(work, remove_old(work)));
  GB_CALL(GbSampleDraw(job->comm, job->calibration, &shape,
                       GbMesoSampleSeed(job->seed, work->number), &options, sample));
  track_avalanches(work, sample, NULL);
  return GB_OK;
}

static GbStatus begin_again(Work *work, GbSample *sample)
{
  const GbMesoJob *job = work->job;
  const GbSampleOptions options = GbMesoSampleOptions(job->config);
  GbMesoCheckpoint *c = &work->checkpoint;
  work->strain = c->strain;
  work->resumed = true;
  const GbStatus status = GbSampleResume(job->comm, job->calibration, &c->state, c->chi_drawn,
                                         c->redraws, &options, sample);
  if (status == GB_OK) track_avalanches(work, sample, c->avalanches);
  GbMesoCheckpointFree(c);
  GB_CALL(status);
  work->loaded_percent = fmax(0, -100 * GbSamplePlasticStrain(sample));
  skip(work, work->strain * branch_parts(job->config) + work->loaded_percent);
  GbLogInfo("mesoscale: sample %d goes on from %.3g %% plastic strain", work->number,
            work->loaded_percent);
  return GB_OK;
}

static GbStatus begin(Work *work, GbSample *sample)
{
  const GbMesoJob *job = work->job;
  bool usable = false;
  work->checkpoint_s = GbTimeNow();
  GB_CALL(read_checkpoint(work, &usable));
  const GbCatalogueCount count = usable ? work->checkpoint.events : (GbCatalogueCount){0};
  if (usable)
    GB_CALL(begin_again(work, sample));
  else
    GB_CALL(begin_afresh(work, sample));
  return FIRST(work,
               GbCatalogueOpen(job->folder, work->number, job->config, count, &work->catalogue));
}

/* First rank. The product with the fingerprint comes last but for what a kill before it needs. */
static GbStatus write_all(Work *work)
{
  const GbMesoJob *job = work->job;
  char path[GB_PATH_MAX];
  GB_CALL(GbCatalogueFinish(work->catalogue));
  GbMesoSamplePath(job->folder, work->number, "avalanches.csv", path);
  GB_CALL(GbTableWriteCsv(&work->tables.table[GB_TABLE_AVALANCHES], path));
  GB_CALL(GbMesoFieldsWrite(job->folder, work->number, job->config));
  GB_CALL(GbMesoSampleWrite(job->folder, work->number, &work->tables, job->fingerprint));
  GbMesoJobClean(job->folder, work->number);
  return GB_OK;
}

/* Collective. A sample that is stopped can go on where it was. */
static GbStatus stop(Work *work)
{
  GB_CALL(FIRST(work, write_checkpoint(work)));
  GbLogInfo("mesoscale: sample %d stopped; the same command goes on with it", work->number);
  return GB_ERR_STOPPED;
}

GbStatus GbMesoJobRun(GbMesoJob *job, int number)
{
  Work work = {.job = job, .number = number, .tables = GbMesoTablesNew()};
  GbSample sample = {0};
  GbStatus status;
  int rank;
  MPI_Comm_rank(job->comm, &rank);
  work.first = rank == 0;
  GB_TRY(status, begin(&work, &sample), done);
  GB_TRY(status, go_through_strains(&work, &sample), done);
  GB_TRY(status, FIRST(&work, finish_avalanches(&work)), done);
  GB_TRY(status, FIRST(&work, write_all(&work)), done);
done:
  if (status == GB_ERR_STOPPED) status = stop(&work);
  GbSampleFree(&sample);
  GbCatalogueClose(&work.catalogue);
  GbMesoCheckpointFree(&work.checkpoint);
  GbMesoTablesFree(&work.tables);
  if (status != GB_OK && status != GB_ERR_STOPPED)
    GbErrorPrefix(status, "mesoscale sample %d", number);
  return status;
}
