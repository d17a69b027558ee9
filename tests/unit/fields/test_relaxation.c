/* Relaxation of chi: what must hold whatever the calibration. */
#include "harness/harness.h"

#include "base/stop.h"
#include "mesoscale/fields/relaxation.h"

#include <math.h>
#include <signal.h>

enum { NX = 6, NZ = 8, N = NX * NZ };
static const GbGrid grid = {.nx = NX, .ny = 1, .nz = NZ, .edge_nm = 1, .free_x = true};

static GbCalibration calibration_with(double barrier_0, double barrier_1)
{
  GbCalibration c = {0};
  c.laws.barrier_mean_eV[0].value = barrier_0;
  c.laws.barrier_mean_eV[1].value = barrier_1;
  c.laws.attempt_frequency_Hz = 1e13;
  return c;
}

static void run_at(const GbCalibration *c, const GbRelaxationOptions *options, const bool *solid,
                   double temperature, double duration, double *chi)
{
  const double time = 0;
  GbTemperatureProgram program;
  GbRelaxation *r;
  assert_ok(GbProgramCreate(1, &time, &temperature, &program));
  assert_ok(GbRelaxationCreate(c, &grid, solid, options, &r));
  assert_ok(GbRelaxationRun(r, &program, 0, duration, chi));
  GbRelaxationDestroy(&r);
  GbProgramFree(&program);
}

static double total(const double *chi)
{
  double sum = 0;
  for (int v = 0; v < N; v++)
    sum += chi[v];
  return sum;
}

static void diffusion_alone_conserves_chi_and_its_bounds(void **state)
{
  const GbCalibration c = calibration_with(0.9, 0.6); /* rates differ 10^5-fold between voxels */
  GbRelaxationOptions options = GbRelaxationDefaults();
  double chi[N] = {0};
  (void)state;
  options.decay = false;
  chi[2 * NX] = 1;
  chi[5 * NX + 3] = 0.7;
  run_at(&c, &options, NULL, 300, 100, chi);
  assert_close(total(chi), 1.7, 1e-5); /* to the tolerance of the linear solves */
  assert_true(chi[2 * NX] < 0.9);
  for (int v = 0; v < N; v++)
    assert_true(chi[v] > -1e-6 && chi[v] < 1);
}

static void relaxation_stops_at_zero_and_keeps_negative_chi(void **state)
{
  const GbCalibration c = calibration_with(0.8, 0.6);
  GbRelaxationOptions options = GbRelaxationDefaults();
  double chi[N];
  (void)state;
  options.diffusion_edges = 0;
  for (int v = 0; v < N; v++)
    chi[v] = v % 2 ? 0.8 : -0.2;
  run_at(&c, &options, NULL, 300, 1e4, chi);
  for (int v = 0; v < N; v++)
    assert_close(chi[v], v % 2 ? 0 : -0.2, v % 2 ? 1e-5 : 1e-12);
}

/* Nothing decays below 0, so this is diffusion alone at rates that differ 5000-fold, over 10^7 of
 * the fastest times: stiff. It ends at the mean. */
static void negative_chi_mixes_to_its_mean(void **state)
{
  const GbCalibration c = calibration_with(0.45, 0.03);
  const GbRelaxationOptions options = GbRelaxationDefaults();
  double chi[N], mean = 0;
  (void)state;
  for (int v = 0; v < N; v++) {
    chi[v] = -0.5 * ((7 * v) % 11) / 10;
    mean += chi[v] / N;
  }
  run_at(&c, &options, NULL, 300, 1000, chi);
  for (int v = 0; v < N; v++)
    assert_close(chi[v], mean, 1e-4);
}

static void nothing_moves_at_77_K(void **state)
{
  const GbCalibration c = calibration_with(0.9, 0.6);
  const GbRelaxationOptions options = GbRelaxationDefaults();
  double chi[N];
  (void)state;
  for (int v = 0; v < N; v++)
    chi[v] = 0.1 * (v % 7);
  run_at(&c, &options, NULL, 77, 3600, chi);
  for (int v = 0; v < N; v++)
    assert_close(chi[v], 0.1 * (v % 7), 1e-12);
}

static void void_voxels_are_walls(void **state)
{
  const GbCalibration c = calibration_with(0.7, 0.7);
  GbRelaxationOptions options = GbRelaxationDefaults();
  bool solid[N];
  double chi[N] = {0};
  (void)state;
  options.decay = false;
  for (int v = 0; v < N; v++)
    solid[v] = v % NX != 2; /* column 2 is void: columns 0-1 are cut off from 3-5 */
  for (int k = 0; k < NZ; k++)
    chi[k * NX] = 1, chi[k * NX + 2] = 0.3;
  run_at(&c, &options, solid, 300, 1e4, chi);
  for (int k = 0; k < NZ; k++) {
    assert_close(chi[k * NX + 1], 0.5, 1e-4);
    assert_close(chi[k * NX + 2], 0.3, 0);
    assert_close(chi[k * NX + 4], 0, 1e-12);
  }
}

static void wrong_options_are_refused(void **state)
{
  const GbCalibration c = calibration_with(0.7, 0.7);
  GbRelaxationOptions options = GbRelaxationDefaults();
  GbRelaxation *r;
  (void)state;
  options.tolerance = 0;
  assert_fails(GbRelaxationCreate(&c, &grid, NULL, &options, &r), GB_ERR_ARG, "tolerance");
  assert_null(r);
}

/* A request is seen in the middle of an integration, which leaves chi as it was. */
static void integration_can_be_stopped(void **state)
{
  const GbCalibration c = calibration_with(0.9, 0.6);
  const GbRelaxationOptions options = GbRelaxationDefaults();
  const double time = 0, temperature = 300;
  GbTemperatureProgram program;
  GbRelaxation *r;
  double chi[N] = {0};
  (void)state;
  chi[3] = 0.7;
  assert_ok(GbProgramCreate(1, &time, &temperature, &program));
  assert_ok(GbRelaxationCreate(&c, &grid, NULL, &options, &r));
  GbStopInstall(0);
  raise(SIGTERM);
  assert_fails(GbRelaxationRun(r, &program, 0, 100, chi), GB_ERR_STOPPED, "Terminated");
  assert_true(chi[3] == 0.7);
  GbStopInstall(0);
  assert_ok(GbRelaxationRun(r, &program, 0, 100, chi));
  assert_true(chi[3] < 0.7);
  GbRelaxationDestroy(&r);
  GbProgramFree(&program);
}

GB_TEST_MAIN("unit.fields.relaxation",
             cmocka_unit_test(diffusion_alone_conserves_chi_and_its_bounds),
             cmocka_unit_test(relaxation_stops_at_zero_and_keeps_negative_chi),
             cmocka_unit_test(negative_chi_mixes_to_its_mean),
             cmocka_unit_test(nothing_moves_at_77_K), cmocka_unit_test(void_voxels_are_walls),
             cmocka_unit_test(integration_can_be_stopped),
             cmocka_unit_test(wrong_options_are_refused))
