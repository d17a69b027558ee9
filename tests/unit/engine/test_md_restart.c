/* A run that is stopped and goes on from its checkpoint gives the bits of one that was never
 * stopped: in every ensemble, and when the number of ranks or threads changes in between. */
#include "atomistic/engine/md.h"
#include "base/file.h"
#include "base/stop.h"
#include "harness/harness.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

enum { STEPS = 60, INTERVAL = 7, RESTART = 20, SAMPLES = STEPS / INTERVAL + 1 };

typedef struct {
  int n;
  GbMdSample samples[SAMPLES];
} Record;

/* What a run is given and what it leaves. */
typedef struct {
  GbAtoms atoms;
  Record record;
  int64_t stop_at, fail_at; /* steps; -1: never */
} Trial;

static void use_threads(int n)
{
#ifdef _OPENMP
  omp_set_num_threads(n);
#else
  (void)n;
#endif
}

static GbStatus record(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  (void)atoms;
  Trial *trial = context;
  if (sample->step == trial->fail_at) GB_FAIL(GB_ERR_IO, "the power went");
  assert_in_range(trial->record.n, 0, SAMPLES - 1);
  trial->record.samples[trial->record.n++] = *sample;
  if (sample->step == trial->stop_at) raise(SIGUSR1);
  return GB_OK;
}

static GbMdOptions base_options(void)
{
  GbMdOptions o = GbMdDefaults();
  o.temperature_start_K = 900.0;
  o.temperature_end_K = 700.0;
  o.tau_temperature_ps = 0.05;
  o.tau_pressure_ps = 0.1;
  o.seed = 4;
  o.checkpoint.restart_interval = RESTART;
  o.checkpoint.key = "key";
  return o;
}

static void free_all_axes(GbMdOptions *o)
{
  o->pressure_free[0] = o->pressure_free[1] = o->pressure_free[2] = true;
}

enum { NVE, CHAIN, BUSSI, LANGEVIN, RESCALED, RESCALED_ALIKE, MTK, MTK_ALIKE, STRAIN, TRUE, CASES };

static GbMdOptions options_of(int which)
{
  GbMdOptions o = base_options();
  static const GbThermostat thermostats[CASES] = {
      [NVE] = GB_THERMOSTAT_NONE,        [CHAIN] = GB_THERMOSTAT_NOSE_HOOVER,
      [BUSSI] = GB_THERMOSTAT_BUSSI,     [LANGEVIN] = GB_THERMOSTAT_LANGEVIN,
      [RESCALED] = GB_THERMOSTAT_BUSSI,  [RESCALED_ALIKE] = GB_THERMOSTAT_LANGEVIN,
      [MTK] = GB_THERMOSTAT_NOSE_HOOVER, [MTK_ALIKE] = GB_THERMOSTAT_NOSE_HOOVER,
      [STRAIN] = GB_THERMOSTAT_BUSSI,    [TRUE] = GB_THERMOSTAT_NOSE_HOOVER};
  o.thermostat = thermostats[which];
  if (which >= RESCALED && which <= MTK_ALIKE) free_all_axes(&o);
  o.pressure_isotropic = which == RESCALED_ALIKE || which == MTK_ALIKE;
  if (which >= MTK && which <= MTK_ALIKE) o.barostat = GB_BAROSTAT_MTK;
  if (which >= STRAIN) {
    o.strain_rate_per_ps[2] = 0.05;
    o.pressure_free[1] = true;
    o.strain_rate_true = which == TRUE;
  }
  return o;
}

/* Four cells of a hot alloy, with free surfaces in x where strain is imposed. */
static void make_atoms(const GbPotential *potential, int which, GbAtoms *atoms)
{
  static const int cells[3] = {3, 3, 4};
  assert_ok(GbAtomsCreateFcc(atoms, cells, 3.9, 0.36, 1));
  assert_ok(GbPotentialApplyTypes(potential, atoms));
  GbAtomsSetVelocities(atoms, 1500.0, 17);
  atoms->periodic[0] = which < STRAIN;
}

/* Runs with a force of its own on `comm`; some cases in mixed precision. */
static GbStatus run_trial(MPI_Comm comm, const GbPotential *potential, GbMdOptions options,
                          Trial *trial)
{
  const GbMdCarry carry = {&trial->record, sizeof trial->record};
  GbForce *force = NULL;
  options.checkpoint.carry = &carry;
  options.checkpoint.ncarry = 1;
  const GbForceOptions mixed = {.precision = GB_PRECISION_MIXED};
  bool single = options.pressure_isotropic || options.thermostat == GB_THERMOSTAT_LANGEVIN;
  assert_ok(GbForceCreate(comm, potential, single ? &mixed : NULL, &force));
  GbStatus status = GbMdRun(force, &trial->atoms, &options, STEPS, INTERVAL, record, trial);
  GbForceDestroy(&force);
  return status;
}

static GbPotential *read_potential(void)
{
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  return potential;
}

static void assert_same(const Trial *a, const Trial *b)
{
  const size_t n = (size_t)a->atoms.n;
  assert_memory_equal(a->atoms.x, b->atoms.x, n * sizeof *a->atoms.x);
  assert_memory_equal(a->atoms.v, b->atoms.v, n * sizeof *a->atoms.v);
  assert_memory_equal(a->atoms.f, b->atoms.f, n * sizeof *a->atoms.f);
  assert_memory_equal(a->atoms.length, b->atoms.length, sizeof a->atoms.length);
  assert_memory_equal(a->atoms.lo, b->atoms.lo, sizeof a->atoms.lo);
  assert_int_equal(a->record.n, SAMPLES);
  assert_int_equal(b->record.n, SAMPLES);
  assert_memory_equal(&a->record, &b->record, sizeof a->record);
}

static bool is_rank_0(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank == 0;
}

/* The first part on `first`, the rest on `second`; only ranks in the communicator take part. */
static void check_case(const GbPotential *potential, int which, bool first_alone, bool second_alone)
{
  char path[512];
  snprintf(path, sizeof path, "%s/md.h5", GbTestFolder());
  GbMdOptions options = options_of(which);
  Trial whole = {.stop_at = -1, .fail_at = -1}, halved = {.stop_at = 28, .fail_at = -1};
  use_threads(1);
  make_atoms(potential, which, &whole.atoms);
  make_atoms(potential, which, &halved.atoms);
  assert_ok(run_trial(MPI_COMM_WORLD, potential, options, &whole));
  options.checkpoint.path = path;
  GbStopInstall(0.0);
  use_threads(2);
  if (!first_alone || is_rank_0())
    assert_fails(
        run_trial(first_alone ? MPI_COMM_SELF : MPI_COMM_WORLD, potential, options, &halved),
        GB_ERR_STOPPED, "signal");
  GbStopInstall(0.0);
  MPI_Barrier(MPI_COMM_WORLD);
  assert_true(GbFileExists(path));
  GbAtomsFree(&halved.atoms); /* nothing but the file is left */
  memset(&halved.record, 0, sizeof halved.record);
  make_atoms(potential, which, &halved.atoms);
  use_threads(3);
  if (!second_alone || is_rank_0()) {
    assert_ok(
        run_trial(second_alone ? MPI_COMM_SELF : MPI_COMM_WORLD, potential, options, &halved));
    assert_same(&whole, &halved);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(GbMdRemoveCheckpoint(MPI_COMM_WORLD, path));
  assert_false(GbFileExists(path));
  GbAtomsFree(&whole.atoms);
  GbAtomsFree(&halved.atoms);
}

static void every_ensemble_goes_on_exactly(void **state)
{
  (void)state;
  GbPotential *potential = read_potential();
  for (int which = 0; which < CASES; which++)
    check_case(potential, which, false, false);
  GbPotentialDestroy(&potential);
}

static void other_numbers_of_ranks_too(void **state)
{
  (void)state;
  GbPotential *potential = read_potential();
  const int cases[] = {LANGEVIN, RESCALED, STRAIN};
  for (int k = 0; k < 3; k++) {
    check_case(potential, cases[k], true, false);
    check_case(potential, cases[k], false, true);
  }
  GbPotentialDestroy(&potential);
}

/* Checkpoints at intervals: a run that dies goes on from the last one. */
static void a_crash_costs_one_interval(void **state)
{
  (void)state;
  char path[512];
  snprintf(path, sizeof path, "%s/md.h5", GbTestFolder());
  GbPotential *potential = read_potential();
  GbMdOptions options = options_of(MTK);
  Trial whole = {.stop_at = -1, .fail_at = -1}, broken = {.stop_at = -1, .fail_at = 49};
  make_atoms(potential, MTK, &whole.atoms);
  make_atoms(potential, MTK, &broken.atoms);
  assert_ok(run_trial(MPI_COMM_WORLD, potential, options, &whole));
  options.checkpoint.path = path;
  options.checkpoint.interval_steps = 15; /* at restart points: 20, 40 */
  assert_fails(run_trial(MPI_COMM_WORLD, potential, options, &broken), GB_ERR_IO, "power");
  broken.fail_at = -1;
  assert_ok(run_trial(MPI_COMM_WORLD, potential, options, &broken));
  assert_same(&whole, &broken);
  /* by time, which has always passed: from the last restart point, 40, on; to the end again */
  options.checkpoint.interval_steps = 0;
  options.checkpoint.wall_seconds = 1e-9;
  assert_ok(GbMdRemoveCheckpoint(MPI_COMM_WORLD, path));
  broken = (Trial){.atoms = broken.atoms, .stop_at = -1, .fail_at = -1};
  GbAtomsFree(&broken.atoms);
  make_atoms(potential, MTK, &broken.atoms);
  assert_ok(run_trial(MPI_COMM_WORLD, potential, options, &broken));
  assert_true(GbFileExists(path));
  memset(&broken.record, 0, sizeof broken.record);
  assert_ok(run_trial(MPI_COMM_WORLD, potential, options, &broken));
  assert_same(&whole, &broken);
  GbAtomsFree(&whole.atoms);
  GbAtomsFree(&broken.atoms);
  GbPotentialDestroy(&potential);
}

static void foreign_files_are_refused(void **state)
{
  (void)state;
  char path[512];
  snprintf(path, sizeof path, "%s/md.h5", GbTestFolder());
  GbPotential *potential = read_potential();
  GbMdOptions options = options_of(BUSSI);
  Trial trial = {.stop_at = -1, .fail_at = 28};
  make_atoms(potential, BUSSI, &trial.atoms);
  options.checkpoint.path = path;
  options.checkpoint.interval_steps = 1;
  assert_fails(run_trial(MPI_COMM_WORLD, potential, options, &trial), GB_ERR_IO, "power");
  options.checkpoint.key = "another key";
  assert_fails(run_trial(MPI_COMM_WORLD, potential, options, &trial), GB_ERR_INPUT, path,
               "another run", "\"another key\"");
  options.checkpoint.key = "key";
  options.seed = 5;
  assert_fails(run_trial(MPI_COMM_WORLD, potential, options, &trial), GB_ERR_INPUT, "another run",
               "seed 5", "seed 4");
  options.seed = 4;
  trial.atoms.type[3] = !trial.atoms.type[3];
  assert_fails(run_trial(MPI_COMM_WORLD, potential, options, &trial), GB_ERR_INPUT,
               "another sample", "row 4 of atoms/type");
  GbAtomsFree(&trial.atoms);
  GbPotentialDestroy(&potential);
}

GB_TEST_MAIN("unit.atomistic.md_restart", cmocka_unit_test(every_ensemble_goes_on_exactly),
             cmocka_unit_test(other_numbers_of_ranks_too),
             cmocka_unit_test(a_crash_costs_one_interval),
             cmocka_unit_test(foreign_files_are_refused))
