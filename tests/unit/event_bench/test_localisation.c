/* The localisation measures of the event benchmark on distributions with known shares, and goals.
 */
#include "harness/harness.h"

#include "mesoscale/bench/bench.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { N = 40, NV = N * N };

static void allocate(GbMesoState *state)
{
  const GbGrid grid = {.nx = N, .ny = 1, .nz = N, .edge_nm = 1};
  assert_ok(GbMesoStateAllocate(state, &grid, 1));
}

/* A tenth of the voxels (a column's width of 4) takes three quarters of the events. */
static void a_band_holds_its_share(void **unused)
{
  (void)unused;
  static double slip[NV];
  static int64_t redraws[NV];
  GbMesoState state;
  GbEventBenchLocalisation found;
  allocate(&state);
  for (int v = 0; v < NV; v++) {
    const bool band = v % N < 4;
    redraws[v] = v % 3;
    state.redraws[v] = redraws[v] + (band ? 27 : 1);
    slip[v] = band ? 0.3 : 0.1;
  }
  assert_ok(GbEventBenchLocalise(&state, slip, redraws, &found));
  assert_close(found.densest, 0.75, 1e-12);
  assert_close(found.persisted, 0.75, 1e-12);
  for (int v = 0; v < NV; v++)
    slip[v] = v % N >= 36; /* slipped elsewhere before */
  assert_ok(GbEventBenchLocalise(&state, slip, redraws, &found));
  assert_close(found.persisted, 0.1 * 1 / (0.1 * 27 + 0.9), 1e-12);
  GbMesoStateFree(&state);
}

/* Events thrown at random give the share that is stated for random events. */
static void random_events_hold_the_random_share(void **unused)
{
  (void)unused;
  static double slip[NV];
  static int64_t redraws[NV];
  const int counts[3] = {NV / 4, 2 * NV, 40 * NV};
  for (int c = 0; c < 3; c++) {
    GbMesoState state;
    GbEventBenchLocalisation found;
    allocate(&state);
    for (int e = 0; e < counts[c]; e++) {
      const double u = GbRngUniform(3, GB_RNG_TEST, (uint64_t)e, (uint64_t)c, 0);
      state.redraws[(int)(u * NV)]++;
    }
    for (int v = 0; v < NV; v++)
      slip[v] = GbRngUniform(3, GB_RNG_TEST, (uint64_t)v, 9, 0);
    assert_ok(GbEventBenchLocalise(&state, slip, redraws, &found));
    print_message("%g events per voxel: %.4f, expected %.4f\n", (double)counts[c] / NV,
                  found.densest, found.random);
    assert_relative(found.densest, found.random, 0.03);
    assert_close(found.persisted, 0.1, 0.03);
    GbMesoStateFree(&state);
  }
}

static void goals_follow_size_and_surfaces(void **unused)
{
  (void)unused;
  GbEventBenchOptions options = GbEventBenchDefaults();
  assert_close(GbEventBenchGoal(&options), 30000, 0);
  options.free_x = true;
  assert_close(GbEventBenchGoal(&options), 10000, 1e-9);
  options.size = 100;
  assert_close(GbEventBenchGoal(&options), 0, 0);
}

GB_TEST_MAIN("unit.mesoscale.bench", cmocka_unit_test(a_band_holds_its_share),
             cmocka_unit_test(random_events_hold_the_random_share),
             cmocka_unit_test(goals_follow_size_and_surfaces))
