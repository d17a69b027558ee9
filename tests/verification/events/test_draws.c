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
  GbDrawLaw *law;
  GbGlassCalibration(&calibration);
  assert_ok(GbDrawLawCreate(&calibration, &law));
  const double chi = 0.5, mean = 0.75; /* halfway between 0.9 and 0.6 eV */
  const double times[2] = {0, 100};
  for (int t = 0; t < 2; t++) {
    double least = GbDrawLeastBarrier(&calibration, times[t], 300);
    assert_close(least, t ? 8.617333262145179e-5 * 300 * log(1e13 * 100) : 0, 1e-12);
    for (int i = 0; i < N; i++) {
      double barrier, u = GbRngUniform(9, GB_RNG_TEST, (uint64_t)i, 0, 0);
      assert_ok(GbDrawBarrier(law, chi, least, u, &barrier));
      assert_true(barrier >= least);
      uniform[i] = survival(barrier, mean) / survival(least, mean);
    }
    assert_true(GbTestKolmogorov(N, uniform) > 0.01);
  }
  GbDrawLawDestroy(&law);
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
  GbDrawLaw *law;
  GbGlassCalibration(&calibration);
  assert_ok(GbDrawLawCreate(&calibration, &law));
  GbGlassState(NX, NZ, NM, 42, 300, &state);
  GbModes modes;
  assert_ok(GbModesCreate(&state.grid, NM, &modes));
  double least = GbDrawLeastBarrier(&calibration, 1e-3, 300);
  for (int redraw = 0, i = 0; redraw < REDRAWS; redraw++)
    for (int v = 0; v < NX * NZ; v++) {
      assert_ok(GbDrawVoxel(law, least, &modes, &state, v));
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
  GbDrawLawDestroy(&law);
}

/* S(Q' | chi') / S(Q_min | chi') = S(Q | chi) / S(Q_min | chi). */
static void shifted_barriers_keep_their_rank(void **unused)
{
  (void)unused;
  enum { N = 500 };
  GbCalibration calibration;
  GbDrawLaw *law;
  double barrier[N], before[N];
  GbGlassCalibration(&calibration);
  assert_ok(GbDrawLawCreate(&calibration, &law));
  const double chi[2] = {0.2, 0.7}, mean[2] = {0.9 - 0.3 * 0.2, 0.9 - 0.3 * 0.7};
  for (double least = 0; least < 2; least += 0.4) {
    for (int i = 0; i < N; i++) {
      double u = GbRngUniform(9, GB_RNG_TEST, (uint64_t)i, 1, 0);
      assert_ok(GbDrawBarrier(law, chi[0], least, u, &barrier[i]));
      before[i] = barrier[i];
    }
    assert_ok(GbDrawShift(law, least, chi[0], chi[1], N, barrier));
    for (int i = 0; i < N; i++)
      assert_relative(survival(barrier[i], mean[1]) / survival(least, mean[1]),
                      survival(before[i], mean[0]) / survival(least, mean[0]), 1e-8);
    assert_ok(GbDrawShift(law, least, chi[1], chi[0], N, barrier));
    for (int i = 0; i < N; i++)
      assert_relative(barrier[i], before[i], 1e-9);
  }
  double low = 0.3;
  assert_ok(GbDrawShift(law, 0.4, chi[0], chi[1], 1, &low));
  assert_true(low == 0.3); /* drawn under another condition */
  GbDrawLawDestroy(&law);
}

static void a_condition_that_leaves_nothing_is_refused(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbDrawLaw *law;
  double barrier = 200;
  GbGlassCalibration(&calibration);
  assert_ok(GbDrawLawCreate(&calibration, &law));
  assert_ok(GbDrawBarrier(law, 0.5, 110, 0.5, &barrier)); /* w = 570 */
  assert_true(barrier > 110 && barrier < 111);
  assert_fails(GbDrawBarrier(law, 0.5, 130, 0.5, &barrier), GB_ERR_INPUT, "no barrier above 130",
               "intra-basin");
  assert_fails(GbDrawShift(law, 130, 0.5, 0.6, 1, &barrier), GB_ERR_INPUT, "no barrier above 130");
  GbDrawLawDestroy(&law);
}

/* chi was measured over spheres of radius R; of a voxel that holds m spheres' volume it varies less
 * by sqrt(m), of a smaller one as measured. */
static void chi_varies_less_over_larger_voxels(void **unused)
{
  (void)unused;
  enum { NX = 50, NZ = 80, N = NX * NZ };
  const double radius = 0.8, edge[3] = {1, 2, 4};
  const double share[3] = {1, 0.517767, 0.183058}; /* sqrt(4 pi/3 0.512 / edge^3), at most 1 */
  GbCalibration calibration;
  GbMesoState state;
  GbGlassCalibration(&calibration);
  calibration.state.chi_mean.value = 0.2;
  calibration.state.chi_sd.value = 0.1;
  calibration.state.coarse_grain_nm = radius;
  for (int e = 0; e < 3; e++) {
    double mean = 0, square = 0;
    const GbGrid grid = {NX, 1, NZ, edge[e], true, 0};
    assert_ok(GbMesoStateAllocate(&state, &grid, 1));
    state.seed = 5;
    GbDrawChi(&calibration, &state);
    for (int v = 0; v < N; v++) {
      mean += state.chi[v] / N;
      square += state.chi[v] * state.chi[v] / N;
    }
    const double sd = 0.1 * share[e];
    assert_close(mean, 0.2, 5 * sd / sqrt(N));
    assert_relative(sqrt(square - mean * mean), sd, 5 / sqrt(2.0 * N));
    GbMesoStateFree(&state);
  }
}

GB_TEST_MAIN("verify.mesoscale.draws", cmocka_unit_test(chi_varies_less_over_larger_voxels),
             cmocka_unit_test(barriers_follow_the_truncated_gamma),
             cmocka_unit_test(the_mean_above_a_limit_is_the_mean_residual_life),
             cmocka_unit_test(voxels_are_drawn_from_their_own_chi),
             cmocka_unit_test(shifted_barriers_keep_their_rank),
             cmocka_unit_test(a_condition_that_leaves_nothing_is_refused))
