/* Timing. The clock runs from the sample before the first step to the one after the last, between
 * barriers, so that setting up, the first force evaluation and the machine's own measurement are
 * left out and everything in between is counted. */
#include "atomistic/bench/bench.h"
#include "atomistic/engine/md.h"
#include "base/timer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Timers of md.c and force.c. They do not nest; what no timer covers is called "other". */
static const char *const part_names[GB_BENCH_PARTS] = {"neighbour list", "pruning", "density",
                                                       "forces",         "ghosts",  "integration"};

GbBenchOptions GbBenchDefaults(void)
{
  return (GbBenchOptions){
      .atoms = 32000,
      .warmup = 20,
      .steps = 100,
      .repeat = 3,
      .ensemble = GB_BENCH_NPT,
      .temperature_K = 1600.0,
      .force = {.skin = 1.0, .precision = GB_PRECISION_MIXED},
  };
}

static GbStatus check_options(const GbBenchOptions *o)
{
  if (!o->potential) GB_FAIL(GB_ERR_ARG, "expected a potential, found none");
  if (o->atoms < 4 || o->atoms > 500000000)
    GB_FAIL(GB_ERR_INPUT, "expected 4 to 500,000,000 atoms, found %d", o->atoms);
  if (o->steps < 1 || o->warmup < 0)
    GB_FAIL(GB_ERR_INPUT, "expected at least 1 step after 0 or more others, found %d after %d",
            o->steps, o->warmup);
  if (o->repeat < 1 || o->repeat > GB_BENCH_REPEAT_MAX)
    GB_FAIL(GB_ERR_INPUT, "expected 1 to %d repetitions, found %d", GB_BENCH_REPEAT_MAX, o->repeat);
  if (!(o->temperature_K > 0.0) || !(o->force.skin > 0.0))
    GB_FAIL(GB_ERR_INPUT, "expected a positive temperature and skin, found %g K and %g angstrom",
            o->temperature_K, o->force.skin);
  return GB_OK;
}

/* --- One repetition -----------------------------------------------------------------------------
 */

typedef struct {
  const GbForce *force;
  bool running;
  double start, seconds;
  double processor; /* seconds */
  int64_t rebuilds;
  double parts[GB_BENCH_PARTS];
  GbMdSample last;
} Watch;

/* Seconds that all threads of this process have spent on a processor. */
static double processor_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static GbStatus watch_steps(void *context, const GbMdSample *sample)
{
  Watch *watch = context;
  MPI_Barrier(GbForceComm(watch->force));
  if (!watch->running) {
    watch->running = true;
    watch->rebuilds = GbForceRebuilds(watch->force);
    GbTimerReset();
    watch->processor = processor_now();
    watch->start = GbTimeNow();
    return GB_OK;
  }
  watch->seconds = GbTimeNow() - watch->start;
  watch->processor = processor_now() - watch->processor;
  watch->rebuilds = GbForceRebuilds(watch->force) - watch->rebuilds;
  for (int p = 0; p < GB_BENCH_PARTS; p++)
    watch->parts[p] = GbTimerSeconds(part_names[p]);
  watch->last = *sample;
  return GB_OK;
}

static GbMdOptions md_options(const GbBenchOptions *o, GbMdState *memory)
{
  GbMdOptions md = GbMdDefaults();
  md.dt_ps = 0.002;
  md.barostat = GB_BAROSTAT_MTK;
  md.state = memory;
  md.temperature_start_K = md.temperature_end_K = o->temperature_K;
  md.tau_temperature_ps = 0.2;
  md.tau_pressure_ps = 2.0;
  md.pressure_isotropic = true;
  if (o->ensemble != GB_BENCH_NVE) md.thermostat = GB_THERMOSTAT_NOSE_HOOVER;
  for (int d = 0; d < 3; d++)
    md.pressure_free[d] = o->ensemble == GB_BENCH_NPT;
  return md;
}

/* --- All repetitions ----------------------------------------------------------------------------
 */

/* What a run changes, to be put back for the next repetition. */
typedef struct {
  double (*x)[3], (*v)[3];
  double lo[3], length[3];
  GbMdState memory;
} State;

static GbStatus save(const GbAtoms *atoms, const GbMdState *memory, State *state)
{
  size_t bytes = sizeof *atoms->x * (size_t)atoms->n;
  GB_CALLOC(state->x, atoms->n);
  GB_CALLOC(state->v, atoms->n);
  memcpy(state->x, atoms->x, bytes);
  memcpy(state->v, atoms->v, bytes);
  memcpy(state->lo, atoms->lo, sizeof state->lo);
  memcpy(state->length, atoms->length, sizeof state->length);
  state->memory = *memory;
  return GB_OK;
}

static void restore(const State *state, GbAtoms *atoms, GbMdState *memory)
{
  size_t bytes = sizeof *atoms->x * (size_t)atoms->n;
  memcpy(atoms->x, state->x, bytes);
  memcpy(atoms->v, state->v, bytes);
  memcpy(atoms->lo, state->lo, sizeof state->lo);
  memcpy(atoms->length, state->length, sizeof state->length);
  *memory = state->memory;
}

/* The state at the end; parts are those of the fastest repetition. */
static void keep(MPI_Comm comm, const Watch *watch, bool fastest, GbBenchResult *result)
{
  const double *stress = watch->last.stress_GPa;
  result->rebuilds = watch->rebuilds;
  result->temperature_K = watch->last.temperature_K;
  result->potential_eV = watch->last.potential_eV / result->options.atoms;
  result->volume_A3 = watch->last.volume / result->options.atoms;
  result->pressure_GPa = -(stress[0] + stress[1] + stress[2]) / 3.0;
  if (!fastest) return;
  double sums[GB_BENCH_PARTS];
  MPI_Allreduce(&watch->processor, &result->processor_seconds, 1, MPI_DOUBLE, MPI_SUM, comm);
  MPI_Allreduce(watch->parts, sums, GB_BENCH_PARTS, MPI_DOUBLE, MPI_SUM, comm);
  for (int p = 0; p < GB_BENCH_PARTS; p++) {
    result->parts[p].name = part_names[p];
    result->parts[p].seconds = sums[p] / result->ranks;
  }
}

static int by_size(const void *a, const void *b)
{
  double i = *(const double *)a, j = *(const double *)b;
  return (i > j) - (i < j);
}

static GbStatus repeat_runs(GbForce *force, GbAtoms *atoms, State *state, GbBenchResult *result)
{
  const GbBenchOptions *o = &result->options;
  GbMdState memory = {0};
  GbMdOptions md = md_options(o, &memory);
  MPI_Comm comm = GbForceComm(force);
  double best = INFINITY;
  if (o->warmup > 0) GB_CALL(GbMdRun(force, atoms, &md, o->warmup, 0, NULL, NULL));
  md.first_step = o->warmup;
  md.observer = watch_steps;
  md.observer_interval = o->steps;
  if (o->repeat > 1) GB_CALL(GbErrorSync(comm, save(atoms, &memory, state)));
  for (int r = 0; r < o->repeat; r++) {
    Watch watch = {.force = force};
    if (r > 0) restore(state, atoms, &memory);
    md.observer_context = &watch;
    GB_CALL(GbMdRun(force, atoms, &md, o->steps, 0, NULL, NULL));
    MPI_Bcast(&watch.seconds, 1, MPI_DOUBLE, 0, comm); /* all ranks name the same one the best */
    keep(comm, &watch, watch.seconds < best, result);
    best = fmin(best, watch.seconds);
    result->seconds[r] = watch.seconds;
  }
  qsort(result->seconds, (size_t)o->repeat, sizeof *result->seconds, by_size);
  return GB_OK;
}

/* --- Memory and machine -------------------------------------------------------------------------
 */

/* Each rank holds the sample; the atoms that ranks own while a run lasts add up to one more. */
static void add_memory(const GbForce *force, int64_t resident_before, GbBenchResult *result)
{
  const int64_t held = sizeof(int64_t) + sizeof(int) + 3 * sizeof(double[3]);
  int64_t resident = GbMachinePeakResident();
  int64_t sums[3] = {GbForceBytes(force), resident, resident - resident_before};
  double natoms = result->options.atoms;
  MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_INT64_T, MPI_SUM, GbForceComm(force));
  result->force_bytes = (double)sums[0] / natoms;
  result->atom_bytes = (double)(held * (result->ranks + 1)) + sizeof(int);
  result->resident_bytes = (double)sums[1];
  result->resident_growth = (double)sums[2];
}

/* Oversubscribed: more threads on a node than it has cores, or on a rank than it may use. */
static void find_layout(MPI_Comm comm, GbBenchResult *result)
{
  MPI_Comm node;
  int threads = GbMachineThreads(), here, over;
  MPI_Comm_size(comm, &result->ranks);
  result->threads = threads;
  MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  MPI_Allreduce(&threads, &here, 1, MPI_INT, MPI_SUM, node);
  MPI_Comm_free(&node);
  over = threads > GbMachineCores() || here > GbMachineNodeCores();
  MPI_Allreduce(MPI_IN_PLACE, &over, 1, MPI_INT, MPI_MAX, comm);
  result->oversubscribed = over;
}

static GbStatus measure(MPI_Comm comm, const GbPotential *potential, GbAtoms *atoms, State *state,
                        GbForce **force, GbBenchResult *result)
{
  GbBenchOptions *o = &result->options;
  int64_t resident = GbMachinePeakResident();
  GB_CALL(GbErrorSync(comm, GbBenchSystem(potential, o->atoms, o->temperature_K, atoms)));
  o->atoms = atoms->n;
  GB_CALL(GbForceCreate(comm, potential, &o->force, force));
  GB_CALL(repeat_runs(*force, atoms, state, result));
  snprintf(result->kernel, sizeof result->kernel, "%s", GbForceKernel(*force));
  add_memory(*force, resident, result);
  GB_CALL(GbBenchCountPairs(comm, potential, atoms, o->force.skin, &result->pairs));
  result->cost = GbBenchCountCost(&result->pairs, o->force.precision,
                                  (double)result->rebuilds / (double)o->steps);
  return GB_OK;
}

GbStatus GbBenchRun(MPI_Comm comm, const GbBenchOptions *options, GbBenchResult *result)
{
  GbPotential *potential = NULL;
  GbForce *force = NULL;
  GbAtoms atoms = {0};
  State state = {0};
  GbStatus status;
  GB_CALL(check_options(options));
  *result = (GbBenchResult){.options = *options};
  if (options->threads > 0) GB_CALL(GbMachineSetThreads(options->threads));
  find_layout(comm, result);
  GB_TRY(status, GbPotentialRead(comm, options->potential, &potential), done);
  GB_TRY(status, measure(comm, potential, &atoms, &state, &force, result), done);
done:
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
  free(state.x);
  free(state.v);
  GB_CALL(status);
  GB_CALL(GbMachineMeasure(comm, &result->peak));
  return GB_OK;
}
