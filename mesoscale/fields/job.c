#include "mesoscale/fields/job.h"

#include <math.h>

enum { REST_STEPS = 10 };

typedef struct {
  GbMesoJob *job;
  int number;
  double strain_percent; /* the prior strain being worked on */
  GbPeriod period;
  GbMesoTables tables;
  const int *zone;           /* [nvoxels] zones that events are counted in; NULL: all matrix */
  int64_t events[GB_NZONES]; /* since the last reset */
  int64_t seen;              /* events since the start, for the stride */
  double loaded_percent;     /* plastic strain so far */
  double parts;              /* of this sample */
} Work;

/* Loading to the largest strain counts 1 part per percent, each branch 4 and a part per cycle. */
double GbMesoJobParts(const GbMesoConfig *config)
{
  const GbDoubleList *strains = &config->strains_percent;
  return strains->values[strains->count - 1] + strains->count * (4.0 + (double)config->ctc_cycles);
}

static void advance(Work *work, double parts)
{
  work->parts += parts;
  if (work->job->progress)
    GbProgressUpdate(work->job->progress, work->job->parts_done + work->parts);
}

static GbStatus count_event(void *context, const GbMesoState *state, const GbEventRecord *record,
                            bool *stop)
{
  Work *work = context;
  (void)state, (void)stop;
  work->events[work->zone ? work->zone[record->voxel] : GB_ZONE_MATRIX]++;
  if (work->seen++ % work->job->config->event_stride != 0) return GB_OK;
  return GbMesoAddEvent(&work->tables, work->number, work->strain_percent, work->period, record);
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
  return GbMesoAddCurve(&work->tables, work->number, sample);
}

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

/* Writes the state and its rows. */
static GbStatus record(Work *work, const GbSample *specimen, GbPhase phase, const GbBandMap *map)
{
  char path[GB_PATH_MAX];
  GbMesoStatePath(work->job->folder, work->number, work->strain_percent, phase, path);
  GB_CALL(GbMesoStateWrite(&specimen->state, path));
  GB_CALL(GbMesoAddBands(&work->tables, work->number, work->strain_percent, phase, specimen, map,
                         work->events));
  return GbMesoAddEnthalpy(&work->tables, work->number, work->strain_percent, phase, specimen);
}

static GbStatus reset_events(Work *work, const GbBandMap *map, GbPeriod period)
{
  work->zone = map ? map->zone : NULL;
  work->period = period;
  for (int z = 0; z < GB_NZONES; z++)
    work->events[z] = 0;
  return GB_OK;
}

/* Unload, rest, record, cycle, record. map: bands before and after. */
static GbStatus treat(Work *work, GbSample *specimen, GbBandMap map[GB_NPHASES])
{
  const GbMesoConfig *config = work->job->config;
  const GbMesoState *state = &specimen->state;
  const double step = config->relaxation_step_percent / 100;
  specimen->on_event = count_event;
  specimen->on_event_context = work;
  GB_CALL(reset_events(work, NULL, GB_PERIOD_REST));
  if (work->strain_percent > 0)
    GB_CALL(GbSampleUnload(specimen, config->strain_rate_per_s, step, NULL, NULL));
  advance(work, 1);
  GB_CALL(rest(config, specimen, work));
  GB_CALL(GbMesoClassify(config, state, &map[GB_PHASE_BEFORE]));
  GB_CALL(record(work, specimen, GB_PHASE_BEFORE, &map[GB_PHASE_BEFORE]));
  GB_CALL(reset_events(work, &map[GB_PHASE_BEFORE], GB_PERIOD_CYCLES));
  GB_CALL(cycle(config, specimen, work));
  GB_CALL(GbMesoClassify(config, state, &map[GB_PHASE_AFTER]));
  return record(work, specimen, GB_PHASE_AFTER, &map[GB_PHASE_AFTER]);
}

static GbStatus branch_off(Work *work, const GbSample *loaded)
{
  GbSample specimen;
  GbBandMap map[GB_NPHASES] = {0};
  GB_CALL(GbSampleBranch(work->job->calibration, &loaded->state, &loaded->options, &specimen));
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
  for (int i = 0; i < config->strains_percent.count; i++) {
    work->strain_percent = config->strains_percent.values[i];
    if (work->strain_percent > 0)
      GB_CALL(GbSampleCompress(sample, config->strain_rate_per_s,
                               config->relaxation_step_percent / 100, follow_loading, work));
    GB_CALL(branch_off(work, sample));
  }
  return GB_OK;
}

static GbStatus write_all(Work *work)
{
  char path[GB_PATH_MAX];
  GbMesoSamplePath(work->job->folder, work->number, "events.csv", path);
  GB_CALL(GbTableWriteCsv(&work->tables.table[GB_TABLE_EVENTS], path));
  GB_CALL(GbMesoFieldsWrite(work->job->folder, work->number, work->job->config));
  return GbMesoSampleWrite(work->job->folder, work->number, &work->tables, work->job->fingerprint);
}

GbStatus GbMesoJobRun(GbMesoJob *job, int number)
{
  const GbMesoConfig *config = job->config;
  const GbSampleOptions options = GbMesoSampleOptions(config);
  const GbSampleShape shape = {.nx = (int)config->nx,
                               .nz = (int)config->nz,
                               .nmodes = (int)config->modes,
                               .edge_nm = config->voxel_edge_nm,
                               .notch_depth = (int)config->notch_depth_voxels,
                               .temperature_K = config->temperature_K};
  Work work = {.job = job, .number = number, .tables = GbMesoTablesNew()};
  GbSample sample;
  GbStatus status;
  GB_TRY(status,
         GbSampleDraw(job->calibration, &shape, GbMesoSampleSeed(job->seed, number), &options,
                      &sample),
         tables);
  GB_TRY(status, go_through_strains(&work, &sample), sample);
  GB_TRY(status, write_all(&work), sample);
sample:
  GbSampleFree(&sample);
tables:
  GbMesoTablesFree(&work.tables);
  if (status != GB_OK) GbErrorPrefix(status, "mesoscale sample %d", number);
  return status;
}
