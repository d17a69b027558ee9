/* Shear modes as deviators: projections, frames, planes and spread agree with tensors by hand. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/events/modes.h"

#include <math.h>

static const GbGrid plane = {4, 1, 4, 1, false, 0}, space = {4, 4, 4, 1, false, 0};

static void random_orientation(const GbModes *modes, uint64_t number, double *orientation)
{
  double u[3];
  for (int i = 0; i < 3; i++)
    u[i] = GbRngUniform(1, GB_RNG_TEST, number, (uint64_t)i, 0);
  GbModesDraw(modes, u, orientation);
}

static double resolve(const double t[GB_NTENSOR], const double n[3], const double s[3])
{
  return t[GB_XX] * n[0] * s[0] + t[GB_YY] * n[1] * s[1] + t[GB_ZZ] * n[2] * s[2] +
         t[GB_XZ] * (n[0] * s[2] + n[2] * s[0]) + t[GB_YZ] * (n[1] * s[2] + n[2] * s[1]) +
         t[GB_XY] * (n[0] * s[1] + n[1] * s[0]);
}

static void check_grid(const GbGrid *grid, int count)
{
  GbModes modes;
  assert_ok(GbModesCreate(grid, count, &modes));
  const int nc = modes.ncomponents;
  for (uint64_t trial = 0; trial < 20; trial++) {
    double orientation[GB_NORIENTATION], frame[GB_NDEVIATOR * GB_NDEVIATOR];
    double stress[GB_NTENSOR], deviator[GB_NDEVIATOR], back[GB_NTENSOR];
    random_orientation(&modes, trial, orientation);
    GbModesFrame(&modes, orientation, frame);
    for (int t = 0; t < GB_NTENSOR; t++)
      stress[t] = GbRngUniform(2, GB_RNG_TEST, trial, (uint64_t)t, 0) - 0.5;
    if (grid->ny == 1) stress[GB_YZ] = stress[GB_XY] = 0;
    GbModesDeviator(&modes, stress, deviator);
    for (int m = 0; m < count; m++) {
      double n[3], s[3], tau = 0, size = 0, p[GB_NDEVIATOR] = {0};
      GbModesPlane(&modes, orientation, m, n, s);
      assert_close(n[0] * s[0] + n[1] * s[1] + n[2] * s[2], 0, 1e-14);
      assert_close(n[0] * n[0] + n[1] * n[1] + n[2] * n[2], 1, 1e-14);
      assert_close(s[0] * s[0] + s[1] * s[1] + s[2] * s[2], 1, 1e-14);
      for (int k = 0; k < nc; k++) {
        for (int l = 0; l < nc; l++)
          p[k] += frame[k * nc + l] * modes.axis[m][l];
        tau += p[k] * deviator[k];
        size += p[k] * p[k];
      }
      assert_close(size, 0.5, 1e-14);
      assert_close(tau, resolve(stress, n, s), 1e-14);
      GbModesTensor(&modes, p, back);
      assert_close(back[GB_ZZ], n[2] * s[2], 1e-14);
      assert_close(back[GB_XZ], 0.5 * (n[0] * s[2] + n[2] * s[0]), 1e-14);
      assert_close(back[GB_XY], 0.5 * (n[0] * s[1] + n[1] * s[0]), 1e-14);
    }
  }
  GbModesFree(&modes);
}

static void projections_are_those_of_tensors(void **unused)
{
  (void)unused;
  check_grid(&plane, 6);
  check_grid(&plane, 7);
  check_grid(&space, 20);
  check_grid(&space, 9);
}

static void second_half_is_the_reverse_of_the_first(void **unused)
{
  (void)unused;
  for (int dimension = 0; dimension < 2; dimension++) {
    GbModes modes;
    assert_ok(GbModesCreate(dimension ? &space : &plane, 10, &modes));
    for (int m = 0; m < 5; m++)
      for (int k = 0; k < modes.ncomponents; k++)
        assert_close(modes.axis[m + 5][k], -modes.axis[m][k], 1e-14);
    GbModesFree(&modes);
  }
}

/* No direction of load finds only weak modes: the best of twenty resolves at least 0.38 of the
 * largest shear stress (0.5 of a uniaxial stress) whatever the orientation, and half of it on
 * average. */
static void modes_are_spread_over_all_directions(void **unused)
{
  (void)unused;
  enum { NTRIALS = 2000 };
  GbModes modes;
  double worst = 1, mean = 0;
  const double uniaxial[GB_NTENSOR] = {[GB_ZZ] = 1};
  assert_ok(GbModesCreate(&space, 20, &modes));
  for (uint64_t trial = 0; trial < NTRIALS; trial++) {
    double orientation[GB_NORIENTATION], best = 0;
    random_orientation(&modes, trial, orientation);
    for (int m = 0; m < 20; m++) {
      double n[3], s[3];
      GbModesPlane(&modes, orientation, m, n, s);
      best = fmax(best, resolve(uniaxial, n, s));
    }
    worst = fmin(worst, best);
    mean += best / NTRIALS;
  }
  print_message("best of 20 modes: %.3f at least, %.3f on average\n", worst, mean);
  assert_true(worst > 0.19 && mean > 0.35 && mean < 0.5);
  GbModesFree(&modes);
}

GB_TEST_MAIN("unit.mesoscale.modes", cmocka_unit_test(projections_are_those_of_tensors),
             cmocka_unit_test(second_half_is_the_reverse_of_the_first),
             cmocka_unit_test(modes_are_spread_over_all_directions))
