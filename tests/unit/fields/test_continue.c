/* A mesoscale sample that is stopped goes on with the same bits, on any number of ranks. */
#include "harness/harness.h"

#include "base/stop.h"
#include "mesoscale/fields/checkpoint.h"
#include "unit/fields/cases.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static GbTestCase whole;

static void make(const char *name, GbTestCase *c)
{
  GbTestCaseMake(GbTestFolder(), name, 1, c);
  c->config.samples = 2;
  c->config.event_stride = 1;
  c->config.snapshot_every_percent = 1;
  c->config.snapshot_strains_percent = (GbDoubleList){2, {0, 0.5}};
  c->config.checkpoint_minutes = 0;
}

static bool there(const GbTestCase *c, int sample, const char *name)
{
  char path[GB_PATH_MAX];
  GbMesoSamplePath(c->folder, sample, name, path);
  return access(path, R_OK) == 0;
}

/* All numbers of a dataset, whatever its shape. */
static double *dataset(const GbTestCase *c, const char *file, const char *name, int rank,
                       const char *units, size_t *n)
{
  size_t dims[4];
  double *values = NULL;
  char path[GB_PATH_MAX];
  GbH5 *h5 = NULL;
  GbMesoPath(c->folder, file, path);
  assert_ok(GbH5Open(path, &h5));
  assert_ok(GbH5ReadDoubles(h5, name, rank, dims, &values, units));
  GbH5Discard(&h5);
  *n = 1;
  for (int d = 0; d < rank; d++)
    *n *= dims[d];
  return values;
}

static void assert_same_dataset(const GbTestCase *a, const GbTestCase *b, const char *file,
                                const char *name, int rank, const char *units)
{
  size_t n[2];
  double *first = dataset(a, file, name, rank, units, &n[0]);
  double *second = dataset(b, file, name, rank, units, &n[1]);
  assert_int_equal(n[0], n[1]);
  assert_memory_equal(first, second, n[0] * sizeof(double));
  free(first);
  free(second);
}

static void assert_same_state(const GbTestCase *a, const GbTestCase *b, int sample)
{
  const GbTestCase *cases[2] = {a, b};
  GbMesoState states[2];
  for (int i = 0; i < 2; i++) {
    char path[GB_PATH_MAX];
    GbMesoStatePath(cases[i]->folder, sample, 2, GB_PHASE_AFTER, path);
    assert_ok(GbMesoStateRead(path, &states[i]));
  }
  const size_t n = (size_t)states[0].nvoxels;
  assert_int_equal(states[0].events, states[1].events);
  assert_memory_equal(states[0].mean_strain, states[1].mean_strain, sizeof(states[0].mean_strain));
  assert_memory_equal(states[0].stress, states[1].stress, n * sizeof(*states[0].stress));
  assert_memory_equal(states[0].chi, states[1].chi, n * sizeof(double));
  assert_memory_equal(states[0].barrier_eV, states[1].barrier_eV,
                      n * (size_t)states[0].nmodes * sizeof(double));
  assert_memory_equal(states[0].memory, states[1].memory, states[0].nmemory * sizeof(double));
  GbMesoStateFree(&states[0]);
  GbMesoStateFree(&states[1]);
}

static void assert_same_results(const GbTestCase *a, const GbTestCase *b)
{
  static const char *const tables[] = {"stress_strain.csv",    "bands.csv",
                                       "enthalpy.csv",         "snapshots.csv",
                                       "ensemble.csv",         "shear_bands.csv",
                                       "avalanche_sizes.csv",  "sample_00/avalanches.csv",
                                       "sample_00/events.csv", "sample_01/events.csv",
                                       "sample_01/loading.pvd"};
  if (GbTestWorldRank() != 0) return;
  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
    GbTestCaseSame(a, b, tables[i]);
  for (int s = 0; s < 2; s++)
    assert_same_state(a, b, s);
  assert_same_dataset(a, b, "sample_01/events.h5", "time_s", 1, "s");
  assert_same_dataset(a, b, "sample_00/loading.h5", "strain_0.005/chi", 2, "1");
  assert_same_dataset(a, b, "sample_00/loading.h5", "strain_0.02/stress_zz", 2, "GPa");
  assert_same_dataset(a, b, "sample_01/fields.h5", "strain_2_after/stress_xz", 2, "GPa");
}

static void an_uninterrupted_run(void **state)
{
  (void)state;
  make("whole", &whole);
  assert_ok(gb_stage_mesoscale.execute(&whole.run, &whole.config));
  MPI_Barrier(MPI_COMM_WORLD);
}

/* As after a kill that came long after the newest checkpoint: the first one there was is put back
 * beside what has been written since. */
static void put_back_first_checkpoint(const GbTestCase *c)
{
  for (int s = 0; s < 2; s++) {
    char path[GB_PATH_MAX], kept[GB_PATH_MAX];
    GbMesoSamplePath(c->folder, s, "checkpoint.h5", path);
    GbMesoSamplePath(c->folder, s, "kept.h5", kept);
    if (access(path, R_OK) != 0) continue;
    if (access(kept, R_OK) != 0)
      assert_int_equal(link(path, kept), 0);
    else
      assert_true(unlink(path) == 0 && link(kept, path) == 0);
  }
}

/* Runs with a time limit, again and again, until it is done. Each try gets more time, so the end is
 * reached on any machine. Returns how often a try found a checkpoint. */
static int try_in_pieces(GbTestCase *c, double first_s, bool killed)
{
  int continued = 0;
  GbStatus status = GB_ERR_STOPPED;
  for (double limit = first_s; status == GB_ERR_STOPPED; limit *= 1.3) {
    continued += there(c, 0, "checkpoint.h5") || there(c, 1, "checkpoint.h5");
    MPI_Barrier(MPI_COMM_WORLD);
    if (killed && GbTestWorldRank() == 0) put_back_first_checkpoint(c);
    MPI_Barrier(MPI_COMM_WORLD);
    GbStopInstall(limit);
    status = gb_stage_mesoscale.execute(&c->run, &c->config);
    GbStopInstall(0);
  }
  assert_ok(status);
  MPI_Barrier(MPI_COMM_WORLD);
  return continued;
}

/* In smaller pieces where the machine was too fast for any to end within a sample. */
static void run_in_pieces(GbTestCase *c, bool killed)
{
  double first_s = 0.1;
  int tries = 0;
  while (try_in_pieces(c, first_s, killed) == 0) {
    assert_true(++tries < 8);
    for (int s = 0; s < 2 && GbTestWorldRank() == 0; s++) {
      char path[GB_PATH_MAX];
      GbMesoSamplePath(c->folder, s, "sample.h5", path);
      assert_int_equal(unlink(path), 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    first_s /= 3;
  }
}

static void a_run_in_pieces_ends_with_the_same_bits(void **state)
{
  GbTestCase broken;
  (void)state;
  make("broken", &broken);
  run_in_pieces(&broken, false);
  assert_same_results(&whole, &broken);
  for (int s = 0; s < 2; s++)
    assert_true(!there(&broken, s, "checkpoint.h5") && !there(&broken, s, "events.part"));
}

/* Returns the folder of the uninterrupted run. */
static const char *assert_same_in_pieces(void (*change)(GbMesoConfig *), const char *names[2])
{
  static GbTestCase cases[2];
  size_t n;
  for (int i = 0; i < 2; i++) {
    make(names[i], &cases[i]);
    cases[i].config.ctc_cycles = 0;
    cases[i].config.rest_s = 0;
    change(&cases[i].config);
    assert_ok(GbMesoConfigValidate(&cases[i].config));
  }
  assert_ok(gb_stage_mesoscale.execute(&cases[0].run, &cases[0].config));
  MPI_Barrier(MPI_COMM_WORLD);
  run_in_pieces(&cases[1], cases[1].config.checkpoint_minutes > 0);
  if (GbTestWorldRank() != 0) return cases[0].folder;
  GbTestCaseSame(&cases[0], &cases[1], "stress_strain.csv");
  GbTestCaseSame(&cases[0], &cases[1], "sample_01/events.csv");
  GbTestCaseSame(&cases[0], &cases[1], "sample_00/avalanches.csv");
  GbTestCaseSame(&cases[0], &cases[1], "sample_00/loading.pvd");
  double *times = dataset(&cases[0], "sample_00/events.h5", "time_s", 1, "s", &n);
  assert_true(n > 20);
  free(times);
  return cases[0].folder;
}

static void by_thinning(GbMesoConfig *config)
{
  config->moduli = 1;
  config->relaxation_step_percent = 0.05; /* steps shorter than a piece */
}

static void without_temperature(GbMesoConfig *config)
{
  config->driver = GB_DRIVER_QUASISTATIC;
  config->avalanche_least_events = 1;
}

static void after_kills(GbMesoConfig *config)
{
  config->checkpoint_minutes = 1e-6; /* after every step */
  config->strains_percent = (GbDoubleList){2, {1, 2}};
}

static void in_a_notched_block(GbMesoConfig *config)
{
  config->nx = 8;
  config->ny = 3;
  config->nz = 8;
  config->strains_percent = (GbDoubleList){1, {0.2}};
  config->notch_depth_voxels = 1;
  config->elastic_solver = GB_ELASTIC_FFT;
}

/* Fields have the shape of the grid, and events the directions of their modes. */
static void assert_output_of_a_block(const char *name)
{
  GbTestCase c = {0};
  size_t n, events;
  snprintf(c.folder, sizeof(c.folder), "%s", name);
  free(dataset(&c, "sample_00/loading.h5", "strain_0.005/band", 3, "1", &n));
  assert_int_equal(n, 8 * 3 * 8);
  free(dataset(&c, "sample_00/fields.h5", "strain_0.2_before/chi", 3, "1", &n));
  double *normal[3], *shear[3];
  for (int i = 0; i < 3; i++) {
    char column[32];
    snprintf(column, sizeof(column), "normal_%c", "xyz"[i]);
    normal[i] = dataset(&c, "sample_00/events.h5", column, 1, "1", &events);
    snprintf(column, sizeof(column), "shear_%c", "xyz"[i]);
    shear[i] = dataset(&c, "sample_00/events.h5", column, 1, "1", &events);
  }
  for (size_t e = 0; e < events; e++) {
    double square = 0, dot = 0;
    for (int i = 0; i < 3; i++) {
      square += normal[i][e] * normal[i][e];
      dot += normal[i][e] * shear[i][e];
    }
    assert_close(square, 1, 1e-5);
    assert_close(dot, 0, 1e-5);
  }
  for (int i = 0; i < 3; i++) {
    free(normal[i]);
    free(shear[i]);
  }
}

static void all_methods_drivers_and_shapes_go_on(void **state)
{
  (void)state;
  assert_same_in_pieces(by_thinning, (const char *[2]){"thinning", "thinning_broken"});
  assert_same_in_pieces(without_temperature, (const char *[2]){"athermal", "athermal_broken"});
  assert_same_in_pieces(after_kills, (const char *[2]){"killed", "killed_broken"});
  const char *folder =
      assert_same_in_pieces(in_a_notched_block, (const char *[2]){"block", "block_broken"});
  if (GbTestWorldRank() == 0) assert_output_of_a_block(folder);
}

static void make_short(const char *name, GbTestCase *c)
{
  make(name, c);
  c->config.samples = 1;
  c->config.strains_percent = (GbDoubleList){1, {0.5}};
  c->config.ctc_cycles = 0;
  c->config.rest_s = 0;
}

/* Several ranks may work on one sample: the same events, with stresses equal within rounding. */
static void a_group_of_ranks_finds_the_same(void **state)
{
  GbTestCase grouped, alone;
  double *stress[2];
  size_t n[2];
  int size;
  (void)state;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  make_short("grouped", &grouped);
  make_short("alone", &alone);
  grouped.config.ranks_per_sample = size + 1; /* no more than there are */
  assert_ok(gb_stage_mesoscale.execute(&grouped.run, &grouped.config));
  assert_true(!there(&grouped, 0, "checkpoint.h5") && there(&grouped, 0, "events.h5"));
  if (GbTestWorldRank() != 0) return;
  alone.run.comm = MPI_COMM_SELF;
  assert_ok(gb_stage_mesoscale.execute(&alone.run, &alone.config));
  stress[0] = dataset(&grouped, "sample_00/sample.h5", "stress_strain/stress_GPa", 1, "GPa", &n[0]);
  stress[1] = dataset(&alone, "sample_00/sample.h5", "stress_strain/stress_GPa", 1, "GPa", &n[1]);
  assert_int_equal(n[0], n[1]);
  for (size_t i = 0; i < n[0]; i++)
    assert_close(stress[0][i], stress[1][i], 1e-7);
  free(stress[0]);
  free(stress[1]);
}

/* No cycles: one state for each strain, and tables without a second one. */
static void without_cycles_there_is_no_state_after_them(void **state)
{
  GbTestCase c;
  (void)state;
  make_short("loading", &c);
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  if (GbTestWorldRank() != 0) return;
  assert_true(there(&c, 0, "state_005_before.h5"));
  assert_true(!there(&c, 0, "state_005_after.h5"));
  size_t n;
  free(dataset(&c, "sample_00/sample.h5", "bands/phase", 1, "1", &n));
  assert_int_equal(n, 1);
}

static void a_checkpoint_belongs_to_its_input(void **state)
{
  GbMesoCheckpoint checkpoint = {0};
  GbMesoTables tables = GbMesoTablesNew();
  GbTestCase c;
  bool found = true;
  char path[GB_PATH_MAX], other[GB_HASH_SIZE], same[GB_HASH_SIZE];
  (void)state;
  make("fingerprint", &c);
  assert_ok(GbMesoFingerprint(&c.run, &c.config, same));
  c.config.samples = 7; /* these two do not matter */
  c.config.checkpoint_minutes = 3;
  assert_ok(GbMesoFingerprint(&c.run, &c.config, other));
  assert_string_equal(same, other);
  c.config.modes = 5;
  assert_ok(GbMesoFingerprint(&c.run, &c.config, other));
  assert_string_not_equal(same, other);
  if (GbTestWorldRank() != 0) return;
  GbMesoSamplePath(whole.folder, 0, "sample.h5", path);
  assert_false(GbMesoFingerprintIs(path, other));
  assert_ok(GbMesoCheckpointRead(whole.folder, 0, same, &checkpoint, &tables, &found));
  assert_false(found); /* removed at the end */
  GbMesoTablesFree(&tables);
}

GB_TEST_MAIN("unit.fields.continue", cmocka_unit_test(an_uninterrupted_run),
             cmocka_unit_test(a_run_in_pieces_ends_with_the_same_bits),
             cmocka_unit_test(all_methods_drivers_and_shapes_go_on),
             cmocka_unit_test(a_group_of_ranks_finds_the_same),
             cmocka_unit_test(without_cycles_there_is_no_state_after_them),
             cmocka_unit_test(a_checkpoint_belongs_to_its_input))
