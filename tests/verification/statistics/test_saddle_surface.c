/* Saddle searches on the Mueller-Brown surface, whose stationary points are published:
 * K. Mueller, L. D. Brown, Theor. Chim. Acta 53, 75 (1979). */
#include "atomistic/statistics/saddle.h"
#include "harness/harness.h"

#include <math.h>

static const double minimum_a[2] = {-0.558224, 1.441726}, energy_a = -146.69952;
static const double minimum_b[2] = {0.623499, 0.028038}, energy_b = -108.16672;
static const double minimum_c[2] = {-0.050011, 0.466694}, energy_c = -80.76782;
static const double saddle_ac[2] = {-0.822002, 0.624313}, energy_ac = -40.66484;
static const double saddle_bc[2] = {0.212487, 0.292988}, energy_bc = -72.24894;

static GbStatus mueller_brown(void *context, const double *x, double *energy, double *force)
{
  static const double A[4] = {-200, -100, -170, 15}, a[4] = {-1, -1, -6.5, 0.7},
                      b[4] = {0, 0, 11, 0.6}, c[4] = {-10, -10, -6.5, 0.7},
                      x0[4] = {1, 0, -0.5, -1}, y0[4] = {0, 0.5, 1.5, 1};
  *energy = force[0] = force[1] = 0.0;
  for (int k = 0; k < 4; k++) {
    const double dx = x[0] - x0[k], dy = x[1] - y0[k];
    const double term = A[k] * exp(a[k] * dx * dx + b[k] * dx * dy + c[k] * dy * dy);
    *energy += term;
    force[0] -= term * (2.0 * a[k] * dx + b[k] * dy);
    force[1] -= term * (b[k] * dx + 2.0 * c[k] * dy);
  }
  (*(int *)context)++;
  return GB_OK;
}

static GbSaddleOptions surface_options(void)
{
  GbSaddleOptions o = GbSaddleDefaults();
  o.push_step = 0.05;
  o.fixed_pushes = 1;
  o.negative_curvature = -1.0;
  o.lanczos_iterations = 2;
  o.lanczos_step = 1e-5;
  o.max_step = 0.05;
  o.force_tolerance = o.relax_tolerance = 1e-5;
  o.max_barrier = 1000.0;
  o.kick = 0.03;
  o.same_distance = 0.01;
  return o;
}

static void check_search(const double start[2], double push_x, double push_y,
                         const double saddle[2], double energy_start, double energy_saddle,
                         const double end[2], double energy_end)
{
  int calls = 0, evaluations = 0, converged;
  const GbSurface surface = {2, mueller_brown, &calls};
  const GbSaddleOptions options = surface_options();
  GbSaddle found;
  GbLbfgs *lbfgs;
  double initial[2] = {start[0], start[1]}, energy;
  assert_ok(GbLbfgsCreate(2, 0.05, &lbfgs));
  assert_ok(
      GbSurfaceMinimize(&surface, lbfgs, 1e-8, 500, initial, &energy, &evaluations, &converged));
  assert_true(converged);
  assert_close(energy, energy_start, 1e-4);
  assert_ok(GbSaddleAllocate(2, &found));
  assert_ok(GbSaddleSearch(&surface, initial, (double[2]){push_x, push_y}, &options, &found));
  assert_int_equal(found.outcome, GB_SADDLE_FOUND);
  for (int i = 0; i < 2; i++) {
    assert_close(found.saddle[i], saddle[i], 2e-5);
    assert_close(found.final[i], end[i], 2e-5);
  }
  assert_close(found.energy_saddle, energy_saddle, 1e-4);
  assert_close(found.energy_final, energy_end, 1e-4);
  assert_true(found.eigenvalue < 0.0);
  assert_int_equal(calls, evaluations + found.evaluations);
  GbSaddleFree(&found);
  GbLbfgsDestroy(&lbfgs);
}

static void saddles_are_the_published_ones(void **state)
{
  (void)state;
  check_search(minimum_c, -1.0, 0.3, saddle_ac, energy_c, energy_ac, minimum_a, energy_a);
  check_search(minimum_c, 1.0, -0.5, saddle_bc, energy_c, energy_bc, minimum_b, energy_b);
  check_search(minimum_b, -1.0, 0.5, saddle_bc, energy_b, energy_bc, minimum_c, energy_c);
}

/* A search that does not start in a minimum finds a saddle between two others: both sides come with
 * their own energies. */
static void unconnected_saddle_has_its_own_sides(void **state)
{
  (void)state;
  int calls = 0;
  const GbSurface surface = {2, mueller_brown, &calls};
  const GbSaddleOptions options = surface_options();
  const double start[2] = {minimum_c[0] - 0.05, minimum_c[1] + 0.05};
  GbSaddle found;
  assert_ok(GbSaddleAllocate(2, &found));
  assert_ok(GbSaddleSearch(&surface, start, (double[2]){-1.0, 0.3}, &options, &found));
  assert_int_equal(found.outcome, GB_SADDLE_NOT_CONNECTED);
  for (int i = 0; i < 2; i++) {
    assert_close(found.start[i], minimum_c[i], 2e-5);
    assert_close(found.final[i], minimum_a[i], 2e-5);
  }
  assert_close(found.energy_saddle, energy_ac, 1e-4);
  assert_close(found.energy_start, energy_c, 1e-4);
  assert_close(found.energy_final, energy_a, 1e-4);
  GbSaddleFree(&found);
}

/* E = x^2 + y^2 has one minimum: there is nothing to find and the search must say so. */
static GbStatus bowl(void *context, const double *x, double *energy, double *force)
{
  (void)context;
  *energy = x[0] * x[0] + x[1] * x[1];
  force[0] = -2.0 * x[0];
  force[1] = -2.0 * x[1];
  return GB_OK;
}

static void bowl_has_no_saddle(void **state)
{
  (void)state;
  const GbSurface surface = {2, bowl, NULL};
  const GbSaddleOptions options = surface_options();
  GbSaddle found;
  assert_ok(GbSaddleAllocate(2, &found));
  assert_ok(GbSaddleSearch(&surface, (double[2]){0, 0}, (double[2]){1, 0.2}, &options, &found));
  assert_int_equal(found.outcome, GB_SADDLE_NO_INSTABILITY);
  assert_fails(GbSaddleSearch(&surface, (double[2]){0, 0}, (double[2]){0, 0}, &options, &found),
               GB_ERR_ARG, "push");
  GbSaddleFree(&found);
}

/* Lanczos against the known eigenpairs of a diagonal Hessian in 30 dimensions. */
static GbStatus diagonal(void *context, const double *x, double *energy, double *force)
{
  (void)context;
  *energy = 0.0;
  for (int i = 0; i < 30; i++) {
    const double k = i == 7 ? -1.5 : 1.0 + i;
    *energy += 0.5 * k * x[i] * x[i];
    force[i] = -k * x[i];
  }
  return GB_OK;
}

static void lanczos_finds_the_lowest_mode(void **state)
{
  (void)state;
  const GbSurface surface = {30, diagonal, NULL};
  double x[30] = {0}, force[30], mode[30], work[43 * 30], energy, eigenvalue;
  int evaluations = 0;
  for (int i = 0; i < 30; i++)
    mode[i] = 1.0 + 0.1 * sin(i);
  assert_ok(diagonal(NULL, x, &energy, force));
  assert_ok(GbLanczosLowest(&surface, x, force, 30, 1e-3, mode, &eigenvalue, work, &evaluations));
  assert_relative(eigenvalue, -1.5, 0.02);
  assert_true(fabs(mode[7]) > 0.99);
}

GB_TEST_MAIN("verify.atomistic.saddle_surface", cmocka_unit_test(saddles_are_the_published_ones),
             cmocka_unit_test(unconnected_saddle_has_its_own_sides),
             cmocka_unit_test(bowl_has_no_saddle), cmocka_unit_test(lanczos_finds_the_lowest_mode))
