/* Relaxation of chi against closed forms and against GSL's integrator. */
#include "harness/harness.h"

#include "mesoscale/fields/relaxation.h"

#include "base/units.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_sf_expint.h>
#include <math.h>

static GbCalibration calibration_with(double barrier_0, double barrier_1)
{
  GbCalibration c = {0};
  c.laws.barrier_mean_eV[0].value = barrier_0;
  c.laws.barrier_mean_eV[1].value = barrier_1;
  c.laws.attempt_frequency_Hz = 1e13;
  return c;
}

static double relax_one(const GbCalibration *c, const GbTemperatureProgram *program, double end,
                        double chi)
{
  const GbGrid grid = {.nx = 1, .ny = 1, .nz = 1, .edge_nm = 1, .free_x = true};
  const GbRelaxationOptions options = GbRelaxationDefaults();
  GbRelaxation *r;
  assert_ok(GbRelaxationCreate(c, &grid, NULL, &options, &r));
  assert_ok(GbRelaxationRun(r, program, 0, end, &chi));
  GbRelaxationDestroy(&r);
  return chi;
}

/* E1(a chi(t)) = E1(a chi_0) + r_0 t at constant temperature: ageing in the logarithm of time. */
static void isothermal_ageing_follows_the_exponential_integral(void **state)
{
  const GbCalibration c = calibration_with(1.0, 0.6);
  const double zero = 0, temperature = 300, kt = GB_KB_EV_PER_K * temperature;
  const double a = 0.4 / kt, rate = 1e13 * exp(-1.0 / kt);
  GbTemperatureProgram program;
  (void)state;
  assert_ok(GbProgramCreate(1, &zero, &temperature, &program));
  for (double t = 1e-3; t < 1e5; t *= 10) {
    const double chi = relax_one(&c, &program, t, 0.9);
    const double integral = gsl_sf_expint_E1(a * 0.9) + rate * t;
    assert_true(chi < 0.9 && chi > 0);
    assert_relative(gsl_sf_expint_E1(a * chi), integral, 3e-4 /* = a d chi for an error of 2e-5 */);
  }
  GbProgramFree(&program);
}

typedef struct {
  const GbTemperatureProgram *program;
  double q0, q1;
} Voxel;

static int one_voxel(double t, const double y[], double dy[], void *params)
{
  const Voxel *v = params;
  const double kt = GB_KB_EV_PER_K * GbProgramTemperature(v->program, t);
  dy[0] = -y[0] * 1e13 * exp(-(v->q0 - (v->q0 - v->q1) * y[0]) / kt);
  return GSL_SUCCESS;
}

/* 20 cycles 77-300 K against an explicit Runge-Kutta of order 8 at much tighter tolerance,
 * restarted at every kink. */
static void temperature_cycles_agree_with_gsl(void **state)
{
  const GbCalibration c = calibration_with(1.0, 0.75);
  const GbCycleOptions cycles = {77, 300, 20, 60, 10};
  GbTemperatureProgram program;
  (void)state;
  assert_ok(GbProgramCycles(&cycles, &program));
  Voxel voxel = {&program, 1.0, 0.75};
  double y[1] = {0.8}, t = 0;
  gsl_odeiv2_system system = {one_voxel, NULL, 1, &voxel};
  for (int i = 1; i < program.n; i++) {
    gsl_odeiv2_driver *driver =
        gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-3, 1e-12, 1e-11);
    gsl_odeiv2_driver_set_hmax(driver, 0.5);
    assert_int_equal(gsl_odeiv2_driver_apply(driver, &t, program.time_s[i], y), GSL_SUCCESS);
    gsl_odeiv2_driver_free(driver);
  }
  const double found = relax_one(&c, &program, program.time_s[program.n - 1], 0.8);
  assert_true(y[0] < 0.75); /* something happened */
  assert_close(found, y[0], 2e-5);
  GbProgramFree(&program);
}

/* One hour at 77 K with a pulse of 0.2 s to 320 K in the middle: an integrator that is not bound to
 * the program steps over it. */
static void a_short_hot_pulse_acts(void **state)
{
  const GbCalibration c = calibration_with(0.9, 0.6);
  const double time[6] = {0, 1800, 1800.1, 1800.2, 1800.3, 3600};
  const double temperature[6] = {77, 77, 320, 320, 77, 77};
  GbTemperatureProgram program, cold;
  (void)state;
  assert_ok(GbProgramCreate(6, time, temperature, &program));
  assert_ok(GbProgramCreate(1, time, temperature, &cold));
  const double found = relax_one(&c, &program, 3600, 0.9);
  assert_close(relax_one(&c, &cold, 3600, 0.9), 0.9, 1e-12);
  /* the 0.1 s at 320 K alone, in closed form: an upper bound of chi, and a close one */
  const double kt = GB_KB_EV_PER_K * 320, a = 0.3 / kt, rate = 1e13 * exp(-0.9 / kt);
  const double target = gsl_sf_expint_E1(a * 0.9) + rate * 0.1;
  double low = 1e-3, high = 0.9;
  for (int i = 0; i < 200; i++) {
    const double middle = 0.5 * (low + high);
    if (gsl_sf_expint_E1(a * middle) > target)
      low = middle;
    else
      high = middle;
  }
  assert_true(found <= high + 1e-5);
  assert_close(found, high, 0.01);
  GbProgramFree(&program);
  GbProgramFree(&cold);
}

/* With equal barriers D is constant: cosine modes (free faces in x, periodic in z) decay as
 * exp(-D k^2 t), k^2 of the finite-volume operator, and of the continuum to second order. */
static void cosine_modes_decay_as_diffusion_says(void **state)
{
  enum { NX = 16, NZ = 24 };
  const GbCalibration c = calibration_with(0.8, 0.8);
  const GbGrid grid = {.nx = NX, .ny = 1, .nz = NZ, .edge_nm = 1.3, .free_x = true};
  const double zero = 0, temperature = 300;
  const double diffusion = 1e13 * exp(-0.8 / (GB_KB_EV_PER_K * temperature)); /* edges^2/s */
  GbRelaxationOptions options = GbRelaxationDefaults();
  GbTemperatureProgram program;
  GbRelaxation *r;
  double chi[NX * NZ];
  (void)state;
  options.decay = false;
  assert_ok(GbProgramCreate(1, &zero, &temperature, &program));
  assert_ok(GbRelaxationCreate(&c, &grid, NULL, &options, &r));
  const double qx = GB_PI * 2 / NX, qz = 2 * GB_PI * 1 / NZ;
  for (int v = 0; v < NX * NZ; v++)
    chi[v] = 0.5 + 0.3 * cos(qx * (v % NX + 0.5)) * cos(qz * (v / NX));
  const double discrete = 4 * pow(sin(qx / 2), 2) + 4 * pow(sin(qz / 2), 2);
  assert_relative(discrete, qx * qx + qz * qz, 0.02);
  const double duration = 1.5 / (diffusion * discrete);
  assert_ok(GbRelaxationRun(r, &program, 0, duration, chi));
  for (int v = 0; v < NX * NZ; v++)
    assert_close(chi[v], 0.5 + 0.3 * exp(-1.5) * cos(qx * (v % NX + 0.5)) * cos(qz * (v / NX)),
                 1e-5);
  GbRelaxationDestroy(&r);
  GbProgramFree(&program);
}

/* d chi_0/dt = -d chi_1/dt = l^2 (r_0 + r_1)/2 (chi_1 - chi_0) */
static int two_voxels(double t, const double y[], double dy[], void *params)
{
  const double kt = GB_KB_EV_PER_K * 300, length = 1.5;
  double rate[2];
  (void)t, (void)params;
  for (int v = 0; v < 2; v++)
    rate[v] = 1e13 * exp(-(1.0 - 0.4 * y[v]) / kt);
  dy[0] = 0.5 * (rate[0] + rate[1]) * length * length * (y[1] - y[0]);
  dy[1] = -dy[0];
  return GSL_SUCCESS;
}

/* Either side's rearrangements exchange, at half its rate, whichever comes first along x. */
static void two_voxels_mix_as_gsl_says(void **state)
{
  const GbCalibration c = calibration_with(1.0, 0.6);
  const GbGrid grid = {.nx = 2, .ny = 1, .nz = 1, .edge_nm = 1, .free_x = true};
  const double zero = 0, temperature = 300, end = 3;
  GbRelaxationOptions options = GbRelaxationDefaults();
  GbTemperatureProgram program;
  (void)state;
  options.decay = false;
  options.diffusion_edges = 1.5;
  assert_ok(GbProgramCreate(1, &zero, &temperature, &program));
  for (int order = 0; order < 2; order++) {
    double y[2] = {order ? 0.2 : 0.4, order ? 0.4 : 0.2}, chi[2] = {y[0], y[1]}, t = 0;
    GbRelaxation *r;
    gsl_odeiv2_system system = {two_voxels, NULL, 2, NULL};
    gsl_odeiv2_driver *driver =
        gsl_odeiv2_driver_alloc_y_new(&system, gsl_odeiv2_step_rk8pd, 1e-6, 1e-12, 1e-11);
    assert_int_equal(gsl_odeiv2_driver_apply(driver, &t, end, y), GSL_SUCCESS);
    gsl_odeiv2_driver_free(driver);
    assert_ok(GbRelaxationCreate(&c, &grid, NULL, &options, &r));
    assert_ok(GbRelaxationRun(r, &program, 0, end, chi));
    GbRelaxationDestroy(&r);
    print_message("chi %.6f %.6f\n", y[0], y[1]);
    assert_true(fabs(y[1] - y[0]) > 0.02 && fabs(y[1] - y[0]) < 0.18); /* on the way */
    assert_close(chi[0], y[0], 2e-5);
    assert_close(chi[1], y[1], 2e-5);
  }
  GbProgramFree(&program);
}

GB_TEST_MAIN("verify.fields.relaxation", cmocka_unit_test(two_voxels_mix_as_gsl_says),
             cmocka_unit_test(isothermal_ageing_follows_the_exponential_integral),
             cmocka_unit_test(temperature_cycles_agree_with_gsl),
             cmocka_unit_test(a_short_hot_pulse_acts),
             cmocka_unit_test(cosine_modes_decay_as_diffusion_says))
