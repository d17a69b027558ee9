/* The mesoscale stage on a tiny strip: products, restart, independence of ranks, guards. */
#include "harness/harness.h"

#include "unit/fields/cases.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void undeformed_state_is_undeformed_and_loading_deforms(void **state)
{
  GbTestCase c;
  char path[GB_PATH_MAX];
  GbMesoState glass, deformed;
  double mean = 0;
  (void)state;
  GbTestCaseMake(GbTestFolder(), "a", 1, &c);
  c.config.rest_s = 0;
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  if (GbTestWorldRank() != 0) return;
  GbMesoStatePath(c.folder, 1, 0, GB_PHASE_BEFORE, path);
  assert_ok(GbMesoStateRead(path, &glass));
  GbMesoStatePath(c.folder, 1, 2, GB_PHASE_BEFORE, path);
  assert_ok(GbMesoStateRead(path, &deformed));
  assert_int_equal(glass.events, 0);
  for (int v = 0; v < glass.nvoxels; v++) {
    assert_close(glass.plastic[v][GB_ZZ], 0, 0);
    mean += deformed.plastic[v][GB_ZZ] / glass.nvoxels;
    assert_true(glass.chi[v] >= -0.5 && glass.chi[v] <= 1);
  }
  assert_true(mean < -0.015); /* compressed by about 2 %, less a little recovery on unloading */
  GbMesoStateFree(&glass);
  GbMesoStateFree(&deformed);
}

static void results_do_not_depend_on_the_ranks(void **state)
{
  GbTestCase shared, alone;
  const char *folder = GbTestFolder();
  (void)state;
  GbTestCaseMake(folder, "shared", 1, &shared);
  GbTestCaseMake(folder, "alone", 1, &alone);
  assert_ok(gb_stage_mesoscale.execute(&shared.run, &shared.config));
  alone.run.comm = MPI_COMM_SELF;
  if (GbTestWorldRank() == 0) {
    assert_ok(gb_stage_mesoscale.execute(&alone.run, &alone.config));
    GbTestCaseSame(&shared, &alone, "stress_strain.csv");
    GbTestCaseSame(&shared, &alone, "bands.csv");
    GbTestCaseSame(&shared, &alone, "enthalpy.csv");
    GbTestCaseSame(&shared, &alone, "sample_02/events.csv");
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static double changed(const GbTestCase *c, int sample)
{
  char path[GB_PATH_MAX];
  struct stat info;
  GbMesoSamplePath(c->folder, sample, "sample.h5", path);
  assert_int_equal(stat(path, &info), 0);
  return (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

static void finished_samples_are_kept_unless_the_input_changed(void **state)
{
  GbTestCase c;
  char path[GB_PATH_MAX];
  double before[3];
  (void)state;
  GbTestCaseMake(GbTestFolder(), "restart", 1, &c);
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  for (int s = 0; s < 3; s++)
    before[s] = changed(&c, s);
  MPI_Barrier(MPI_COMM_WORLD);
  if (GbTestWorldRank() == 0) { /* as if killed while working on sample 1 */
    GbMesoSamplePath(c.folder, 1, "sample.h5", path);
    assert_int_equal(unlink(path), 0);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  assert_true(changed(&c, 0) == before[0] && changed(&c, 2) == before[2]);
  assert_true(changed(&c, 1) > before[1]);
  MPI_Barrier(MPI_COMM_WORLD);
  c.run.seed = 8;
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  for (int s = 0; s < 3; s++)
    assert_true(changed(&c, s) > before[s]);
}

/* A glass that flows faster than it is driven must stop with advice, on all ranks, not hang. */
static void a_runaway_sample_is_an_error_with_advice(void **state)
{
  GbTestCase c;
  char path[GB_PATH_MAX];
  (void)state;
  GbTestCaseMake(GbTestFolder(), "runaway", 1, &c);
  c.config.intrabasin_time_s = 1e-12;
  c.config.max_events_per_voxel = 2;
  assert_fails(gb_stage_mesoscale.execute(&c.run, &c.config), GB_ERR_NUMERIC, "mesoscale sample",
               "intrabasin_time_s");
  GbMesoPath(c.folder, "mesoscale.h5", path);
  assert_int_not_equal(access(path, F_OK), 0);
}

static void an_unwritable_folder_and_wrong_input_are_refused(void **state)
{
  GbTestCase c;
  (void)state;
  GbTestCaseMake(GbTestFolder(), "refused", 1, &c);
  c.run.folder = "/proc/nowhere";
  assert_fails(gb_stage_mesoscale.execute(&c.run, &c.config), GB_ERR_INPUT, "/proc/nowhere");
  c.config.strains_percent = (GbDoubleList){2, {10, 10.04}};
  assert_fails(GbMesoConfigValidate(&c.config), GB_ERR_INPUT, "strains_percent", "ascending");
  c.config.strains_percent = (GbDoubleList){2, {0, 10}};
  c.config.ctc_low_K = 400;
  assert_fails(GbMesoConfigValidate(&c.config), GB_ERR_INPUT, "ctc_low_K");
  c.config.ctc_low_K = 77;
  c.config.notch_depth_voxels = 4;
  assert_fails(GbMesoConfigValidate(&c.config), GB_ERR_INPUT, "notch_depth_voxels");
}

GB_TEST_MAIN("unit.fields.stage",
             cmocka_unit_test(undeformed_state_is_undeformed_and_loading_deforms),
             cmocka_unit_test(results_do_not_depend_on_the_ranks),
             cmocka_unit_test(finished_samples_are_kept_unless_the_input_changed),
             cmocka_unit_test(a_runaway_sample_is_an_error_with_advice),
             cmocka_unit_test(an_unwritable_folder_and_wrong_input_are_refused))
