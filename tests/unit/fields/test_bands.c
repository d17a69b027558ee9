/* Bands on slip fields whose bands are known because they were drawn. */
#include "harness/harness.h"

#include "mesoscale/fields/bands.h"

#include <math.h>
#include <string.h>

enum { NX = 24, NZ = 48 };
static const GbGrid grid = {.nx = NX, .ny = 1, .nz = NZ, .edge_nm = 1, .free_x = true};

/* A stripe at 45 degrees, `height` voxels in z, from x = first to last, through row k0 at x = 0. */
static void draw(double *slip, int k0, int first, int last, int height, double value)
{
  for (int i = first; i <= last; i++)
    for (int h = 0; h < height; h++)
      slip[((k0 + i + h) % NZ) * NX + i] = value;
}

static void flat_slip_has_no_bands(void **state)
{
  double slip[NX * NZ];
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  for (int v = 0; v < NX * NZ; v++)
    slip[v] = 5; /* large, but the same everywhere: flow, not a band */
  assert_ok(GbBandsClassify(&grid, NULL, slip, &options, &map));
  assert_int_equal(map.kind, GB_BAND_NONE);
  assert_close(map.fraction[GB_ZONE_MATRIX], 1, 1e-12);
  assert_close(map.threshold, 7.5, 1e-12);
  GbBandMapFree(&map);
}

static void joining_both_surfaces_is_spanning_across_the_period(void **state)
{
  double slip[NX * NZ] = {0}, mean[GB_NZONES];
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  draw(slip, NZ - 10, 0, NX - 1, 6, 2.0); /* crosses the periodic boundary */
  assert_ok(GbBandsClassify(&grid, NULL, slip, &options, &map));
  assert_int_equal(map.kind, GB_BAND_SPANNING);
  assert_int_equal(map.nspanning, 1);
  assert_int_equal(map.nnonspanning, 0);
  assert_close(map.fraction[GB_ZONE_FRONT], 0, 0);
  /* 6 voxels along z at 45 degrees are 6/sqrt(2) across; smoothing moves edges by about one voxel
   */
  assert_close(map.width_nm, 6 / sqrt(2), 1.5);
  GbBandZoneMeans(&map, NULL, slip, mean);
  assert_true(mean[GB_ZONE_SPANNING] > 1.4 && mean[GB_ZONE_MATRIX] < 0.1);
  assert_true(isnan(mean[GB_ZONE_FRONT]));
  GbBandMapFree(&map);
}

static void ending_inside_is_nonspanning_with_a_front_at_its_tip(void **state)
{
  double slip[NX * NZ] = {0};
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  draw(slip, 10, 0, 12, 5, 2.0);
  assert_ok(GbBandsClassify(&grid, NULL, slip, &options, &map));
  assert_int_equal(map.kind, GB_BAND_NONSPANNING);
  assert_int_equal(map.nnonspanning, 1);
  assert_int_equal(map.zone[12 * NX], GB_ZONE_TAIL);                  /* at the surface */
  assert_int_equal(map.zone[(10 + 12 + 2) * NX + 12], GB_ZONE_FRONT); /* its tip */
  assert_int_equal(map.zone[(10 + 12 + 2) * NX + 15], GB_ZONE_FRONT); /* ahead of it */
  assert_int_equal(map.zone[(10 + 12 + 2) * NX + 20], GB_ZONE_MATRIX);
  assert_int_equal(map.zone[40 * NX + 1], GB_ZONE_MATRIX);
  GbBandMapFree(&map);
}

static void mirrored_field_gives_mirrored_zones(void **state)
{
  double slip[NX * NZ] = {0}, mirrored[NX * NZ];
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map, other;
  (void)state;
  draw(slip, 10, 0, 12, 5, 2.0);
  for (int v = 0; v < NX * NZ; v++)
    mirrored[(v / NX) * NX + NX - 1 - v % NX] = slip[v];
  assert_ok(GbBandsClassify(&grid, NULL, slip, &options, &map));
  assert_ok(GbBandsClassify(&grid, NULL, mirrored, &options, &other));
  for (int z = 0; z < GB_NZONES; z++)
    assert_close(map.fraction[z], other.fraction[z], 0.02);
  assert_int_equal(other.kind, GB_BAND_NONSPANNING);
  GbBandMapFree(&map);
  GbBandMapFree(&other);
}

static void a_sample_can_have_both_and_specks_do_not_count(void **state)
{
  double slip[NX * NZ] = {0};
  bool solid[NX * NZ];
  GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  memset(solid, 1, sizeof(solid));
  draw(slip, 0, 0, NX - 1, 5, 3.0);
  draw(slip, 30, 0, 9, 4, 3.0);
  slip[45 * NX + 20] = 3.0; /* one speck: below the threshold after smoothing or too small */
  solid[31 * NX] = false;
  options.min_voxels = 10;
  assert_ok(GbBandsClassify(&grid, solid, slip, &options, &map));
  assert_int_equal(map.kind, GB_BAND_BOTH);
  assert_int_equal(map.nspanning, 1);
  assert_int_equal(map.nnonspanning, 1);
  assert_int_equal(map.zone[45 * NX + 20], GB_ZONE_MATRIX);
  assert_int_equal(map.zone[31 * NX], GB_ZONE_MATRIX); /* void */
  GbBandMapFree(&map);
}

static void shear_is_net_of_reversals_and_of_dilatation(void **state)
{
  /* simple shear g on a plane at 30 degrees, on its own and with its reverse; pure dilatation */
  const double g = 0.2, a = 30 * 3.14159265358979 / 180;
  const double plastic[2][GB_NTENSOR] = {
      {-0.5 * g * sin(2 * a) + 0.01, 0.5 * g * sin(2 * a) + 0.01, 0.5 * g * cos(2 * a), 0.01},
      {0.01, 0.01, 0, 0.01}};
  double shear[2];
  (void)state;
  GbBandShear(2, plastic, shear);
  assert_close(shear[0], g, 1e-12);
  assert_close(shear[1], 0, 1e-15);
}

GB_TEST_MAIN("unit.fields.bands", cmocka_unit_test(shear_is_net_of_reversals_and_of_dilatation),
             cmocka_unit_test(flat_slip_has_no_bands),
             cmocka_unit_test(joining_both_surfaces_is_spanning_across_the_period),
             cmocka_unit_test(ending_inside_is_nonspanning_with_a_front_at_its_tip),
             cmocka_unit_test(mirrored_field_gives_mirrored_zones),
             cmocka_unit_test(a_sample_can_have_both_and_specks_do_not_count))
