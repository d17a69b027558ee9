/* Barriers against the analytic, truncated gamma distribution; angles evenly spread. */
#include "harness/harness.h"

#include "base/rng.h"
#include "base/units.h"
#include "mesoscale/events/draws.h"
#include "unit/events/glass.h"
#include "verification/events/statistics.h"

#include <math.h>
#include <stdlib.h>

/* Survival function of the gamma distribution of shape k = 4: exp(-x) (1 + x + x^2/2 + x^3/6). */
static double survival(double barrier, double mean)
{
  double x = 4 * barrier / mean;
  return exp(-x) * (1 + x + x * x / 2 + x * x * x / 6);
}

static void barriers_follow_the_truncated_gamma(void **unused)
{
  (void)unused;
  enum { N = 4000 };
  static double uniform[N];
  GbCalibration calibration;
  GbGlassCalibration(&calibration);
  const double chi = 0.5, mean = 0.75; /* halfway between 0.9 and 0.6 eV */
  const double times[2] = {0, 100};
  for (int t = 0; t < 2; t++) {
    double least = GbDrawLeastBarrier(&calibration, times[t], 300);
    assert_close(least, t ? 8.617333262145179e-5 * 300 * log(1e13 * 100) : 0, 1e-12);
    for (int i = 0; i < N; i++) {
      double barrier, u = GbRngUniform(9, GB_RNG_TEST, (uint64_t)i, 0, 0);
      assert_ok(GbDrawBarrier(&calibration, chi, least, u, &barrier));
      assert_true(barrier >= least);
      uniform[i] = survival(barrier, mean) / survival(least, mean);
    }
    assert_true(GbTestKolmogorov(N, uniform) > 0.01);
  }
}

/* E[Q | Q > q] = q + integral of the survival function from q, over that at q (Simpson's rule). */
static void the_mean_above_a_limit_is_the_mean_residual_life(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbGlassCalibration(&calibration);
  const double chi = 0.5, mean = 0.75, step = 1e-3;
  for (double least = 0; least < 3; least += 0.5) {
    double integral = 0;
    for (int i = 0; i < 20000; i += 2)
      integral += step / 3 *
                  (survival(least + i * step, mean) + 4 * survival(least + (i + 1) * step, mean) +
                   survival(least + (i + 2) * step, mean));
    const double expected = least + integral / survival(least, mean);
    assert_relative(GbDrawMeanBarrier(&calibration, chi, least), expected, 1e-9);
  }
  assert_relative(GbDrawMeanBarrier(&calibration, chi, 200), 200 + mean / 4, 1e-3); /* far out */
}

/* The same through the state: independent between voxels, modes and redraws, none below the limit.
 */
static void voxels_are_drawn_from_their_own_chi(void **unused)
{
  (void)unused;
  enum { NX = 20, NZ = 20, NM = 6, REDRAWS = 2, N = NX * NZ * NM * REDRAWS };
  static double uniform[N], offset[NX * NZ];
  GbCalibration calibration;
  GbMesoState state;
  GbGlassCalibration(&calibration);
  GbGlassState(NX, NZ, NM, 42, 300, &state);
  GbModes modes;
  assert_ok(GbModesCreate(&state.grid, NM, &modes));
  double least = GbDrawLeastBarrier(&calibration, 1e-3, 300);
  for (int redraw = 0, i = 0; redraw < REDRAWS; redraw++)
    for (int v = 0; v < NX * NZ; v++) {
      assert_ok(GbDrawVoxel(&calibration, least, &modes, &state, v));
      double mean = 0.9 - 0.3 * state.chi[v];
      for (int m = 0; m < NM; m++)
        uniform[i++] = survival(state.barrier_eV[v * NM + m], mean) / survival(least, mean);
      offset[v] = state.orientation[v] * NM / GB_PI;
      assert_true(state.redraws[v] == redraw + 1);
    }
  assert_true(GbTestKolmogorov(N, uniform) > 0.01);
  assert_true(GbTestKolmogorov(NX * NZ, offset) > 0.01);
  GbModesFree(&modes);
  GbMesoStateFree(&state);
}

GB_TEST_MAIN("verify.mesoscale.draws", cmocka_unit_test(barriers_follow_the_truncated_gamma),
             cmocka_unit_test(the_mean_above_a_limit_is_the_mean_residual_life),
             cmocka_unit_test(voxels_are_drawn_from_their_own_chi))
