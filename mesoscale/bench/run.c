/* Loading, then timing. The clock runs around one call of GbKmcRun, so that drawing the sample,
 * loading and the machine's own measurement are left out and everything that an event costs is in,
 * solutions of the whole field at the start and at the end included. */
#include "mesoscale/bench/bench.h"

#include "base/log.h"
#include "base/timer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double TIMED_S = 7;
static const double PIECE = 0.05;
static const double DURATION_S = 1e7;
static const int64_t EVENTS_LEAST = 20;

typedef struct {
  MPI_Comm comm;
  const GbEventBenchOptions *options;
  GbMesoState state;
  GbKmc *kmc;
  double *slip;     /* [nvoxels] before timing */
  int64_t *redraws; /* [nvoxels] before timing */
  double rate;      /* events/s of the last piece of loading */
} Bench;

GbEventBenchOptions GbEventBenchDefaults(void)
{
  return (GbEventBenchOptions){.dim = 2,
                               .size = 128,
                               .nmodes = 20,
                               .seeded = true,
                               .method = GB_KMC_THINNING,
                               .edge_nm = 1.6,
                               .temperature_K = 300,
                               .strain_rate_per_s = 5e-4,
                               .intrabasin_time_s = 3600,
                               .plastic_strain = 0.08,
                               .loading_s = 120,
                               .seed = 1};
}

static GbStatus check_options(const GbEventBenchOptions *o)
{
  if (!o->calibration) GB_FAIL(GB_ERR_ARG, "expected a calibration, found none");
  if (o->dim != 2 && o->dim != 3) GB_FAIL(GB_ERR_INPUT, "--dim: expected 2 or 3, found %d", o->dim);
  if (o->size < 8 || o->size > (o->dim == 3 ? 256 : 8192))
    GB_FAIL(GB_ERR_INPUT, "--size: expected 8 to %d voxels, found %d", o->dim == 3 ? 256 : 8192,
            o->size);
  if (o->nmodes > 1000)
    GB_FAIL(GB_ERR_INPUT, "--modes: expected at most 1000, found %d", o->nmodes);
  return GB_OK;
}

static GbDrive drive_of(const Bench *b, int64_t events)
{
  return (GbDrive){.strain_rate_per_s = -b->options->strain_rate_per_s,
                   .duration_s = DURATION_S,
                   .max_events = events};
}

/* All ranks must stop at the same event. */
static double agreed(const Bench *b, double number)
{
  MPI_Bcast(&number, 1, MPI_DOUBLE, 0, b->comm);
  return number;
}

/* Seconds that all threads of this process have spent on a processor. */
static double processor_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* --- Loading ------------------------------------------------------------------------------------
 */

static double plastic_strain(const GbMesoState *s)
{
  double sum = 0;
  for (int v = 0; v < s->nvoxels; v++)
    sum -= s->plastic[v][GB_ZZ];
  return sum / s->nvoxels;
}

static void look(const Bench *b, double start, GbEventBenchResult *result)
{
  result->loading.events = b->state.events;
  result->loading.seconds = GbTimeNow() - start;
  result->loading.plastic_strain = plastic_strain(&b->state);
  result->loading.strain = -b->state.mean_strain[GB_ZZ];
  result->loading.stress_GPa = -GbKmcMeanStress(b->kmc);
  result->loading.highest_GPa = fmax(result->loading.highest_GPa, result->loading.stress_GPa);
}

/* From few events to PIECE per voxel, so that looking costs little and strain is met well; how many
 * depends on the machine only when the time is nearly over. */
static int64_t next_piece(const Bench *b, int64_t piece, double left_s)
{
  const double most = fmin(PIECE * b->state.nvoxels, left_s * b->rate);
  return (int64_t)fmax((double)EVENTS_LEAST, fmin(2 * (double)piece, most));
}

static GbStatus load(Bench *b, GbEventBenchResult *result)
{
  const GbEventBenchOptions *o = b->options;
  const double start = GbTimeNow();
  int64_t piece = EVENTS_LEAST;
  GbProgress progress;
  GbProgressStart(&progress, "loading", "% strain", 100 * o->plastic_strain);
  while (result->loading.plastic_strain < o->plastic_strain &&
         agreed(b, result->loading.seconds) < o->loading_s) {
    const GbDrive drive = drive_of(b, piece);
    const double before = GbTimeNow();
    double done_s;
    GB_CALL(GbKmcRun(b->kmc, &drive, NULL, NULL, &done_s));
    b->rate = agreed(b, (double)piece / (GbTimeNow() - before));
    look(b, start, result);
    GbProgressUpdate(&progress,
                     fmin(100 * fmax(result->loading.plastic_strain, 0), 100 * o->plastic_strain));
    piece = next_piece(b, piece, o->loading_s - agreed(b, result->loading.seconds));
  }
  GbProgressEnd(&progress);
  return GB_OK;
}

/* --- Timing -------------------------------------------------------------------------------------
 */

static void keep_parts(const GbKmcProfile *p, GbEventBenchResult *result)
{
  const struct {
    const char *name;
    double seconds;
  } parts[GB_EVENT_PARTS] = {{"draw", p->draw_s},       {"near", p->near_s},
                             {"bound", p->bound_s},     {"choice", p->choice_s},
                             {"elastic", p->elastic_s}, {"rates", p->rates_s}};
  result->profile = *p;
  for (int i = 0; i < GB_EVENT_PARTS; i++) {
    result->parts[i].name = parts[i].name;
    result->parts[i].seconds = parts[i].seconds;
  }
}

static GbStatus time_events(Bench *b, GbEventBenchResult *result)
{
  const int64_t asked = b->options->events;
  const int64_t events = asked > 0 ? asked : (int64_t)fmax((double)EVENTS_LEAST, TIMED_S * b->rate);
  const GbDrive drive = drive_of(b, events);
  const size_t n = (size_t)b->state.nvoxels;
  double done_s;
  memcpy(b->slip, b->state.slip, n * sizeof *b->slip);
  memcpy(b->redraws, b->state.redraws, n * sizeof *b->redraws);
  GbLogInfo("timing %lld events, about %.0f s", (long long)events, (double)events / b->rate);
  GbKmcProfileStart(b->kmc);
  MPI_Barrier(b->comm);
  const double processor = processor_now(), start = GbTimeNow();
  const int64_t before = b->state.events;
  GB_CALL(GbKmcRun(b->kmc, &drive, NULL, NULL, &done_s));
  MPI_Barrier(b->comm);
  result->seconds = GbTimeNow() - start;
  result->processor_seconds = processor_now() - processor;
  result->options.events = b->state.events - before;
  const GbKmcProfile profile = GbKmcGetProfile(b->kmc);
  keep_parts(&profile, result);
  return GbEventBenchLocalise(&b->state, b->slip, b->redraws, &result->localisation);
}

/* --- The benchmark ------------------------------------------------------------------------------
 */

static void sum_ranks(const Bench *b, double program_bytes, GbEventBenchResult *result)
{
  double sums[2] = {(double)GbMachinePeakResident() - program_bytes, result->processor_seconds};
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, b->comm);
  result->resident_bytes = sums[0];
  result->processor_seconds = sums[1];
}

static GbStatus set_up(Bench *b, const GbCalibration *calibration)
{
  const GbKmcOptions kmc = {.intrabasin_time_s = b->options->intrabasin_time_s,
                            .method = b->options->method,
                            .uniform_moduli = true};
  GB_CALL(GbEventBenchSample(b->options, calibration, &b->state));
  GB_CALLOC(b->slip, b->state.nvoxels);
  GB_CALLOC(b->redraws, b->state.nvoxels);
  GB_CALL(GbKmcCreate(b->comm, calibration, &kmc, &b->state, &b->kmc));
  GB_CALL(GbKmcDrawAll(b->kmc));
  return GbKmcRefresh(b->kmc);
}

static GbStatus run(Bench *b, const GbCalibration *calibration, GbEventBenchResult *result)
{
  const double program = (double)GbMachinePeakResident();
  GB_CALL(set_up(b, calibration));
  result->nvoxels = b->state.nvoxels;
  GB_CALL(load(b, result));
  GB_CALL(time_events(b, result));
  sum_ranks(b, program, result);
  GbEventBenchCountBytes(result);
  return GbMachineMeasure(b->comm, &result->peak);
}

GbStatus GbEventBenchRun(MPI_Comm comm, const GbEventBenchOptions *options,
                         GbEventBenchResult *result)
{
  GbCalibration calibration = {0};
  Bench bench = {.comm = comm, .options = options};
  GB_CALL(check_options(options));
  *result = (GbEventBenchResult){.options = *options, .threads = GbMachineThreads()};
  MPI_Comm_size(comm, &result->ranks);
  GB_CALL(GbCalibrationReadAll(comm, options->calibration, &calibration));
  if (options->softening > 0)
    calibration.laws.barrier_mean_eV[1].value =
        options->softening * calibration.laws.barrier_mean_eV[0].value;
  const GbStatus status = run(&bench, &calibration, result);
  GbKmcDestroy(&bench.kmc);
  GbMesoStateFree(&bench.state);
  free(bench.slip);
  free(bench.redraws);
  GbCalibrationFree(&calibration);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}
