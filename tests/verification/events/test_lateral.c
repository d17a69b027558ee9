/* What straining along z does to a homogeneous sample while the other mean stresses are held at
 * zero: a bar of Young's modulus between free surfaces and in a periodic block, plane strain's
 * modulus in a periodic plane. */
#include "harness/harness.h"

#include "mesoscale/events/kmc_internal.h"
#include "unit/events/glass.h"

static const double YOUNG = 9.0 * 120 * 30 / (3 * 120 + 30);
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30));

static void check_response(int ny, bool free_x, double modulus)
{
  const GbGrid grid = {6, ny, 8, 1.0, free_x, 0};
  GbCalibration calibration;
  GbMesoState state;
  GbGlassUniform(&calibration);
  assert_ok(GbMesoStateAllocate(&state, &grid, 4));
  state.seed = 3;
  state.temperature_K = state.reference_temperature_K = 300;
  GbKmc *kmc = GbGlassCreate(&calibration, 1e-3, &state);
  assert_ok(GbKmcNeedResponse(kmc));
  for (int v = 0; v < state.nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      if (t != GB_YY || ny > 1) assert_close(kmc->response[v][t], t == GB_ZZ ? modulus : 0, 1e-5);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

static void straining_leaves_the_sides_free(void **state)
{
  (void)state;
  check_response(4, true, YOUNG);
  check_response(4, false, YOUNG);
  check_response(1, true, YOUNG / (1 - NU * NU));
  check_response(1, false, YOUNG / (1 - NU * NU));
}

GB_TEST_MAIN("verify.mesoscale.lateral", cmocka_unit_test(straining_leaves_the_sides_free))
