/* The mesoscale stage on a tiny strip: products, restart, independence of ranks, guards. */
#include "harness/harness.h"

#include "contract/stage.h"
#include "mesoscale/fields/product.h"
#include "unit/fields/synthetic.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char folder[GB_PATH_MAX], calibration[GB_PATH_MAX];
  GbMesoConfig config;
  GbRun run;
} Case;

static int world_rank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/* A case in folder/name; `softening` scales the barriers of the calibration. */
static void make_case(const char *folder, const char *name, double softening, Case *c)
{
  static const char *const sets[] = {"mesoscale.nx=8",        "mesoscale.nz=12",
                                     "mesoscale.modes=4",     "ensemble.samples=3",
                                     "mesoscale.rest_s=100",  "mesoscale.strains_percent=[0, 2]",
                                     "mesoscale.ctc_cycles=2"};
  const GbSectionData section[2] = {{&gb_mesoscale_section, &c->config},
                                    {&gb_ensemble_section, &c->config}};
  memset(c, 0, sizeof(*c));
  snprintf(c->folder, sizeof(c->folder), "%s/%s", folder, name);
  snprintf(c->calibration, sizeof(c->calibration), "%s/%s.h5", folder, name);
  assert_ok(GbConfigLoad(NULL, sets, sizeof(sets) / sizeof(sets[0]), section, 2));
  if (world_rank() == 0) {
    GbCalibration calibration;
    mkdir(c->folder, 0777);
    assert_ok(GbTestSynthetic(&calibration));
    for (int i = 0; i < 2; i++)
      calibration.laws.barrier_mean_eV[i].value *= softening;
    assert_ok(GbCalibrationWrite(&calibration, c->calibration));
    GbCalibrationFree(&calibration);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  c->run = (GbRun){
      .comm = MPI_COMM_WORLD, .seed = 7, .folder = c->folder, .calibration_path = c->calibration};
}

static char *contents(const char *folder, const char *name)
{
  char path[GB_PATH_MAX];
  snprintf(path, sizeof(path), "%s/mesoscale/%s", folder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = calloc(1, 1 << 22);
  assert_non_null(text);
  assert_true(fread(text, 1, (1 << 22) - 1, file) > 0);
  fclose(file);
  return text;
}

static void assert_same(const Case *a, const Case *b, const char *name)
{
  char *first = contents(a->folder, name), *second = contents(b->folder, name);
  assert_string_equal(first, second);
  free(first);
  free(second);
}

static void undeformed_state_is_undeformed_and_loading_deforms(void **state)
{
  Case c;
  char path[GB_PATH_MAX];
  GbMesoState glass, deformed;
  double mean = 0;
  (void)state;
  make_case(GbTestFolder(), "a", 1, &c);
  c.config.rest_s = 0;
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  if (world_rank() != 0) return;
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
  Case shared, alone;
  const char *folder = GbTestFolder();
  (void)state;
  make_case(folder, "shared", 1, &shared);
  make_case(folder, "alone", 1, &alone);
  assert_ok(gb_stage_mesoscale.execute(&shared.run, &shared.config));
  alone.run.comm = MPI_COMM_SELF;
  if (world_rank() == 0) {
    assert_ok(gb_stage_mesoscale.execute(&alone.run, &alone.config));
    assert_same(&shared, &alone, "stress_strain.csv");
    assert_same(&shared, &alone, "bands.csv");
    assert_same(&shared, &alone, "enthalpy.csv");
    assert_same(&shared, &alone, "sample_02/events.csv");
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static double changed(const Case *c, int sample)
{
  char path[GB_PATH_MAX];
  struct stat info;
  GbMesoSamplePath(c->folder, sample, "sample.h5", path);
  assert_int_equal(stat(path, &info), 0);
  return (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

static void finished_samples_are_kept_unless_the_input_changed(void **state)
{
  Case c;
  char path[GB_PATH_MAX];
  double before[3];
  (void)state;
  make_case(GbTestFolder(), "restart", 1, &c);
  assert_ok(gb_stage_mesoscale.execute(&c.run, &c.config));
  for (int s = 0; s < 3; s++)
    before[s] = changed(&c, s);
  MPI_Barrier(MPI_COMM_WORLD);
  if (world_rank() == 0) { /* as if killed while working on sample 1 */
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
  Case c;
  char path[GB_PATH_MAX];
  (void)state;
  make_case(GbTestFolder(), "runaway", 1, &c);
  c.config.intrabasin_time_s = 1e-12;
  c.config.max_events_per_voxel = 2;
  assert_fails(gb_stage_mesoscale.execute(&c.run, &c.config), GB_ERR_NUMERIC, "mesoscale sample",
               "intrabasin_time_s");
  GbMesoPath(c.folder, "mesoscale.h5", path);
  assert_int_not_equal(access(path, F_OK), 0);
}

static void an_unwritable_folder_and_wrong_input_are_refused(void **state)
{
  Case c;
  (void)state;
  make_case(GbTestFolder(), "refused", 1, &c);
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
