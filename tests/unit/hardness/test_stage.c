/* The hardness stage on a tiny strip: the table's columns, its arithmetic, independence of ranks.
 */
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

static char folder[GB_PATH_MAX], calibration_path[GB_PATH_MAX + 32];
static char config[4096]; /* the stage's struct is its own affair */

static int world_rank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static void write_calibration(double softening)
{
  GbCalibration calibration;
  assert_ok(GbTestSynthetic(&calibration));
  calibration.laws.barrier_mean_eV[0].value *= softening;
  assert_ok(GbCalibrationWrite(&calibration, calibration_path));
  GbCalibrationFree(&calibration);
}

static int make_states(void **state)
{
  static const char *const sets[] = {"mesoscale.nx=8",        "mesoscale.nz=12",
                                     "mesoscale.modes=4",     "ensemble.samples=2",
                                     "mesoscale.rest_s=10",   "mesoscale.strains_percent=[0, 2]",
                                     "mesoscale.ctc_cycles=1"};
  GbMesoConfig mesoscale;
  const GbSectionData section[2] = {{&gb_mesoscale_section, &mesoscale},
                                    {&gb_ensemble_section, &mesoscale}};
  const GbSectionData own = {gb_stage_hardness.section, config};
  (void)state;
  assert_true(gb_stage_hardness.config_size <= sizeof(config));
  snprintf(folder, sizeof(folder), "%s", GbTestFolder());
  snprintf(calibration_path, sizeof(calibration_path), "%s/calibration.h5", folder);
  assert_ok(GbConfigLoad(NULL, sets, sizeof(sets) / sizeof(sets[0]), section, 2));
  assert_ok(GbConfigLoad(NULL, (const char *const[]){"hardness.repeats=2"}, 1, &own, 1));
  if (world_rank() == 0) write_calibration(1);
  MPI_Barrier(MPI_COMM_WORLD);
  const GbRun run = {MPI_COMM_WORLD, 3, folder, calibration_path, NULL};
  assert_ok(gb_stage_mesoscale.execute(&run, &mesoscale));
  return 0;
}

static void read_text(const char *name, char *text, size_t size)
{
  char path[GB_PATH_MAX + 32];
  snprintf(path, sizeof(path), "%s/hardness/%s", folder, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  fclose(file);
}

/* Mean over samples and repeats of the largest stress in reload.csv. */
static double mean_of_peaks(double strain, const char *phase)
{
  static char text[1 << 20];
  double peak[2][2] = {{-1, -1}, {-1, -1}};
  read_text("reload.csv", text, sizeof(text));
  for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    int sample, repeat;
    double percent, x, stress;
    char name[16];
    assert_int_equal(sscanf(line + 1, "%d,%lf,%15[^,],%lf,%lf,%d", &sample, &percent, name, &x,
                            &stress, &repeat),
                     6);
    if (percent == strain && strcmp(name, phase) == 0)
      peak[sample][repeat] = fmax(peak[sample][repeat], stress);
  }
  return (peak[0][0] + peak[0][1] + peak[1][0] + peak[1][1]) / 4;
}

static void the_table_has_its_columns_and_adds_up(void **state)
{
  static char text[1 << 16];
  const GbRun run = {MPI_COMM_WORLD, 3, folder, calibration_path, NULL};
  double row[16];
  (void)state;
  assert_ok(gb_stage_hardness.execute(&run, config));
  if (world_rank() != 0) return;
  read_text("hardness.csv", text, sizeof(text));
  char *line = strtok(text, "\n");
  assert_string_equal(line, "strain_percent,samples,yield_before_GPa,yield_before_se_GPa,"
                            "yield_after_GPa,yield_after_se_GPa,hv_before,hv_before_se,hv_after,"
                            "hv_after_se,delta_hv_percent,delta_hv_se_percent,chi_before,chi_after,"
                            "hv_before_relative,hv_after_relative");
  double reference = 0;
  for (int r = 0; r < 2; r++) {
    char *next = strtok(NULL, "\n");
    assert_non_null(next);
    for (int c = 0; c < 16; c++, next += *next == ',')
      row[c] = strtod(next, &next);
    if (r == 0) reference = row[6];
    assert_close(row[0], 2 * r, 0);
    assert_close(row[1], 2, 0);
    for (int phase = 0; phase < 2; phase++) { /* a glass: 0.2 to 10 GPa, H/Y of 2 to 3 on faces */
      const double yield = row[2 + 2 * phase], hv = row[6 + 2 * phase];
      assert_true(yield > 0.2 && yield < 10);
      assert_true(hv / 101.97 / yield > 1.5 && hv / 101.97 / yield < 4);
      assert_true(row[3 + 2 * phase] >= 0 && row[7 + 2 * phase] >= 0);
      assert_relative(row[14 + phase], hv / reference, 1e-9);
    }
    /* the mean of ratios is not the ratio of means, but near it */
    assert_close(row[10], 100 * (row[8] / row[6] - 1), 5);
    for (int phase = 0; phase < 2; phase++)
      assert_relative(row[2 + 2 * phase], mean_of_peaks(2 * r, gb_phase_names[phase]), 1e-8);
  }
  assert_null(strtok(NULL, "\n"));
}

static void results_do_not_depend_on_the_ranks(void **state)
{
  static char shared[2][1 << 20], alone[2][1 << 20];
  GbRun run = {MPI_COMM_WORLD, 3, folder, calibration_path, NULL};
  (void)state;
  assert_ok(gb_stage_hardness.execute(&run, config));
  if (world_rank() == 0) {
    read_text("hardness.csv", shared[0], sizeof(shared[0]));
    read_text("reload.csv", shared[1], sizeof(shared[1]));
    run.comm = MPI_COMM_SELF;
    assert_ok(gb_stage_hardness.execute(&run, config));
    read_text("hardness.csv", alone[0], sizeof(alone[0]));
    read_text("reload.csv", alone[1], sizeof(alone[1]));
    assert_string_equal(shared[0], alone[0]);
    assert_string_equal(shared[1], alone[1]);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

static void a_state_that_does_not_yield_is_an_error(void **state)
{
  const GbSectionData own = {gb_stage_hardness.section, config};
  const GbRun run = {MPI_COMM_WORLD, 3, folder, calibration_path, NULL};
  (void)state;
  assert_ok(
      GbConfigLoad(NULL, (const char *const[]){"hardness.max_strain_percent=0.1"}, 1, &own, 1));
  assert_fails(gb_stage_hardness.execute(&run, config), GB_ERR_NUMERIC, "hardness of sample",
               "max_strain_percent");
}

static void states_of_another_calibration_are_refused(void **state)
{
  const GbRun run = {MPI_COMM_WORLD, 3, folder, calibration_path, NULL};
  (void)state;
  if (world_rank() == 0) write_calibration(1.01);
  MPI_Barrier(MPI_COMM_WORLD);
  assert_fails(gb_stage_hardness.execute(&run, config), GB_ERR_INPUT, "another calibration");
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_has_its_columns_and_adds_up),
                                     cmocka_unit_test(results_do_not_depend_on_the_ranks),
                                     cmocka_unit_test(a_state_that_does_not_yield_is_an_error),
                                     cmocka_unit_test(states_of_another_calibration_are_refused)};
  GbTestStart(&argc, &argv);
  return GbTestFinish(cmocka_run_group_tests_name("unit.hardness.stage", tests, make_states, NULL));
}
