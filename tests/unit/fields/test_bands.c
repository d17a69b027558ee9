/* Bands on slip fields whose bands are known because they were drawn. */
#include "harness/harness.h"

#include "mesoscale/fields/bands.h"

#include <math.h>
#include <stdlib.h>
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

/* --- Painted bands: shear 2 within half a width of a line, through (x, z) at an angle ------------
 */

enum { SIZE = 64, TALL = 96, DEEP = 12 };
typedef struct {
  double x, z, angle_deg, width, from, to; /* from, to: along the line, counted from (x, z) */
} Line;

/* Periodic in z, and in x without free surfaces; the same in all layers along y. */
static void paint(const GbGrid *g, Line line, double *shear)
{
  const double ux = cos(line.angle_deg * M_PI / 180), uz = sin(line.angle_deg * M_PI / 180);
  for (int v = 0; v < g->nx * g->ny * g->nz; v++)
    for (int p = -3; p <= 3; p++)
      for (int q = g->free_x ? 0 : -3; q <= (g->free_x ? 0 : 3); q++) {
        const double x = v % g->nx - line.x + q * g->nx;
        const double z = v / g->nx / g->ny - line.z + p * g->nz;
        const double along = x * ux + z * uz, across = z * ux - x * uz;
        if (along >= line.from && along <= line.to && fabs(across) <= 0.5 * line.width)
          shear[v] = 2;
      }
}

/* Classifies what `count` lines paint, with some noise everywhere. */
static void classify_lines(const GbGrid *g, const Line *lines, int count, GbBandMap *map)
{
  const GbBandOptions options = GbBandDefaults();
  const int n = g->nx * g->ny * g->nz;
  double *shear = calloc((size_t)n, sizeof(*shear));
  unsigned random = 1;
  assert_non_null(shear);
  for (int c = 0; c < count; c++)
    paint(g, lines[c], shear);
  for (int v = 0; v < n; v++) {
    random = random * 1664525u + 1013904223u;
    shear[v] += 0.5 * random / 4294967296.0 - 0.25 * (shear[v] > 0);
  }
  assert_ok(GbBandsClassify(g, NULL, shear, &options, map));
  free(shear);
}

static const GbGrid strip = {.nx = SIZE, .ny = 1, .nz = TALL, .edge_nm = 2, .free_x = true};
static const GbGrid ring = {.nx = SIZE, .ny = 1, .nz = SIZE, .edge_nm = 2, .free_x = false};
static const GbGrid plate = {.nx = 48, .ny = DEEP, .nz = 64, .edge_nm = 2, .free_x = true};

static void measures_of_a_straight_band_are_those_painted(void **state)
{
  const Line line = {32, 40, 45, 5, -99, 99};
  GbBandMap map;
  (void)state;
  classify_lines(&strip, &line, 1, &map);
  assert_int_equal(map.nbands, 1);
  const GbBand *band = map.bands;
  assert_int_equal(band->form, GB_BAND_FORM_SPANNING);
  assert_true(band->spans);
  assert_int_equal(band->ntips, 0);
  assert_close(band->angle_deg, 45, 1);
  assert_relative(band->length_nm, 2 * SIZE * sqrt(2), 0.03);
  assert_close(band->width_nm, 2 * 5, 4);              /* smoothing moves edges by up to a voxel */
  assert_relative(band->offset_nm, 2 * 5 * 2.0, 0.15); /* but not what is displaced */
  assert_close(band->shear_around, 0.25, 0.05);
  assert_true(isnan(band->chi_inside) && isnan(band->chi_around));
  assert_relative(map.width_nm, band->width_nm, 1e-12);
  GbBandMapFree(&map);
}

static void inclination_has_a_sign_and_no_preferred_value(void **state)
{
  static const double angle[] = {-52, -45, -38, 30, 52};
  (void)state;
  for (int a = 0; a < 5; a++) {
    GbBandMap map;
    classify_lines(&strip, &(Line){32, 48, angle[a], 4, -99, 99}, 1, &map);
    assert_int_equal(map.nbands, 1);
    assert_close(map.bands->angle_deg, angle[a], 2);
    assert_int_equal(map.kind, GB_BAND_SPANNING);
    GbBandMapFree(&map);
  }
}

static void crossing_bands_are_two_and_intersected(void **state)
{
  static const double width[] = {2.5, 4, 7};
  (void)state;
  for (int w = 0; w < 3; w++) {
    const Line lines[] = {{32, 80, 45, width[w], -99, 99}, {32, 80, -45, width[w], -99, 99}};
    GbBandMap map;
    classify_lines(&strip, lines, 2, &map); /* the crossing lies near the end of the period */
    assert_int_equal(map.nbands, 2);
    assert_int_equal(map.nspanning, 2);
    assert_int_equal(map.nintersected, 2);
    for (int b = 0; b < 2; b++) {
      assert_int_equal(map.bands[b].form, GB_BAND_FORM_INTERSECTED);
      assert_true(map.bands[b].spans);
      assert_close(fabs(map.bands[b].angle_deg), 45, 3);
      assert_relative(map.bands[b].length_nm, 2 * SIZE * sqrt(2), 0.08);
      assert_relative(map.bands[b].offset_nm, 2 * width[w] * 2.0, 0.2);
    }
    assert_true(map.bands[0].angle_deg * map.bands[1].angle_deg < 0);
    GbBandMapFree(&map);
  }
}

static void a_short_band_across_a_spanning_one_is_intersected_and_does_not_span(void **state)
{
  const Line lines[] = {{32, 40, 45, 4, -99, 99}, {32, 40, -45, 4, -22, 22}};
  GbBandMap map;
  (void)state;
  classify_lines(&strip, lines, 2, &map);
  assert_int_equal(map.nbands, 2);
  assert_int_equal(map.kind, GB_BAND_BOTH);
  assert_int_equal(map.nintersected, 2);
  const GbBand *shorter = &map.bands[map.bands[0].spans];
  assert_false(shorter->spans);
  assert_int_equal(shorter->ntips, 2);
  GbBandMapFree(&map);
}

static void parallel_bands_are_two(void **state)
{
  const Line lines[] = {{32, 30, 45, 4, -99, 99}, {32, 42, 45, 4, -99, 99}};
  GbBandMap map;
  (void)state;
  classify_lines(&strip, lines, 2, &map);
  assert_int_equal(map.nbands, 2);
  assert_int_equal(map.nspanning, 2);
  assert_int_equal(map.nintersected, 0);
  GbBandMapFree(&map);
}

static void bands_that_meet_at_a_notch_do_not_cross(void **state)
{
  const Line lines[] = {{0, 48, 45, 4, 0, 99}, {0, 48, -45, 4, 0, 60}};
  GbBandMap map;
  (void)state;
  classify_lines(&strip, lines, 2, &map);
  assert_int_equal(map.nbands, 2);
  assert_int_equal(map.nspanning, 1);
  assert_int_equal(map.nnonspanning, 1);
  assert_int_equal(map.nintersected, 0);
  const GbBand *inside = &map.bands[map.bands[0].spans];
  assert_int_equal(inside->ntips, 1);
  assert_close(inside->angle_deg, -45, 4);
  /* 60 along the line, rounded off by smoothing */
  assert_close(inside->tip_nm[0][0], 2 * (60 / sqrt(2) + 0.5), 4);
  assert_close(inside->tip_nm[0][1], 2 * (48 - 60 / sqrt(2) + 0.5), 4);
  GbBandMapFree(&map);
}

static void a_kinked_band_that_spans_only_as_a_whole_stays_whole(void **state)
{
  const Line lines[] = {{32, 48, 45, 4, -99, 2}, {32, 48, -45, 4, -2, 99}};
  GbBandMap map;
  (void)state;
  classify_lines(&strip, lines, 2, &map);
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_SPANNING);
  GbBandMapFree(&map);
}

static void without_surfaces_a_band_spans_if_it_closes_on_itself(void **state)
{
  const Line cross[] = {{20, 50, 45, 4, -99, 99}, {20, 50, -45, 4, -99, 99}};
  const Line part = {50, 60, 45, 4, -20, 20}; /* across both periods */
  GbBandMap map;
  (void)state;
  classify_lines(&ring, cross, 1, &map);
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_SPANNING);
  assert_close(map.bands->angle_deg, 45, 2);
  GbBandMapFree(&map);
  classify_lines(&ring, &part, 1, &map);
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_NONSPANNING);
  assert_int_equal(map.bands->ntips, 2);
  assert_relative(map.bands->length_nm, 80, 0.1);
  GbBandMapFree(&map);
  classify_lines(&ring, cross, 2, &map); /* bands through both periods cross twice */
  assert_int_equal(map.nbands, 2);
  assert_int_equal(map.nspanning, 2);
  assert_int_equal(map.nintersected, 2);
  GbBandMapFree(&map);
}

static void a_wedge_from_a_notch_has_its_tip_inside(void **state)
{
  static bool solid[SIZE * TALL];
  static double shear[SIZE * TALL];
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  for (int v = 0; v < SIZE * TALL; v++) {
    const double x = v % SIZE, z = v / SIZE, along = (SIZE - 5 - x + z - 40) / sqrt(2);
    const double across = fabs(z - 40 - (SIZE - 5 - x)) / sqrt(2);
    solid[v] = x < SIZE - 4 || fabs(z - 40) > 5; /* a notch at the right surface */
    shear[v] = solid[v] && along >= 0 && across <= 6 * (1 - along / 45) ? 2 : 0;
  }
  assert_ok(GbBandsClassify(&strip, solid, shear, &options, &map));
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_NONSPANNING);
  assert_int_equal(map.bands->ntips, 1);
  assert_close(map.bands->angle_deg, -45, 4);
  assert_close(map.bands->tip_nm[0][0], 2 * (SIZE - 4.5 - 45 / sqrt(2)), 12);
  assert_close(map.bands->tip_nm[0][1], 2 * (40.5 + 45 / sqrt(2)), 12);
  assert_int_equal(map.zone[41 * SIZE + SIZE - 7], GB_ZONE_TAIL);
  GbBandMapFree(&map);
}

static void a_plate_in_space_is_measured_as_one(void **state)
{
  const Line lines[] = {{24, 32, 45, 4, -99, 99}, {24, 32, -45, 4, -16, 16}};
  GbBandMap map;
  (void)state;
  classify_lines(&plate, lines, 1, &map);
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_SPANNING);
  assert_close(map.bands->angle_deg, 45, 1);
  assert_relative(map.bands->length_nm, 2 * 48 * sqrt(2), 0.03);
  assert_close(map.bands->width_nm, 2 * 4, 4);
  assert_relative(map.bands->offset_nm, 2 * 4 * 2.0, 0.2);
  GbBandMapFree(&map);
  classify_lines(&plate, lines, 2, &map);
  assert_int_equal(map.nbands, 2);
  assert_int_equal(map.nintersected, 2);
  GbBandMapFree(&map);
}

static void a_plate_tilted_along_y_has_its_inclination(void **state)
{
  const GbGrid cube = {.nx = 20, .ny = 32, .nz = 32, .edge_nm = 1, .free_x = true};
  static double shear[20 * 32 * 32];
  const GbBandOptions options = GbBandDefaults();
  GbBandMap map;
  (void)state;
  for (int v = 0; v < 20 * 32 * 32; v++)
    shear[v] = (v / 20 % 32 + v / 20 / 32) % 32 < 5 ? 2 : 0;
  assert_ok(GbBandsClassify(&cube, NULL, shear, &options, &map));
  assert_int_equal(map.nbands, 1);
  assert_int_equal(map.bands->form, GB_BAND_FORM_SPANNING);
  assert_close(fabs(map.bands->angle_deg), 45, 1);
  assert_close(map.bands->width_nm, 5 / sqrt(2), 1.5);
  GbBandMapFree(&map);
}

static void noise_alone_has_no_bands(void **state)
{
  GbBandMap map;
  (void)state;
  classify_lines(&strip, NULL, 0, &map);
  assert_int_equal(map.nbands, 0);
  assert_int_equal(map.kind, GB_BAND_NONE);
  GbBandMapFree(&map);
}

static void surroundings_are_the_matrix_near_a_band(void **state)
{
  static double shear[SIZE * TALL], chi[SIZE * TALL];
  const GbBandOptions options = GbBandDefaults(); /* around_nm = 4: two voxels */
  GbBandMap map;
  (void)state;
  memset(shear, 0, sizeof(shear));
  for (int v = 0; v < SIZE * TALL; v++) {
    const int row = v / SIZE;
    shear[v] = row >= 40 && row < 46 ? 2 : 0; /* flat */
    chi[v] = row == 39 || row == 47 ? 0.5 : shear[v] ? 1 : 0;
  }
  assert_ok(GbBandsClassify(&strip, NULL, shear, &options, &map));
  assert_int_equal(map.nbands, 1);
  assert_close(map.bands->angle_deg, 0, 0.1);
  assert_ok(GbBandsAddChi(&strip, NULL, chi, &options, &map));
  /* smoothed with a threshold of 0.6 the band takes in rows 39 to 46, so 37, 38, 47, 48 are near */
  assert_close(map.bands->chi_inside, (6 * 1 + 0.5 + 0) / 8, 1e-12);
  assert_close(map.bands->chi_around, 0.5 / 4, 1e-12);
  assert_close(map.bands->shear_inside, 12.0 / 8, 1e-12);
  assert_close(map.bands->shear_around, 0, 1e-12);
  GbBandMapFree(&map);
}

static void shear_in_space_is_twice_the_mises_invariant(void **state)
{
  /* simple shear g on the planes x-z, y-z, x-y: g each; uniaxial e with e_xx = e_yy = -e/2:
   * dev = e (1, -1/2, -1/2), 2 sqrt(3/4) e */
  const double g = 0.2, e = 0.1;
  const double plastic[4][GB_NTENSOR] = {{[GB_XZ] = 0.5 * g},
                                         {[GB_YZ] = 0.5 * g},
                                         {[GB_XY] = 0.5 * g},
                                         {[GB_ZZ] = e, [GB_XX] = -0.5 * e, [GB_YY] = -0.5 * e}};
  double shear[4];
  (void)state;
  GbBandShear(4, plastic, shear);
  for (int v = 0; v < 3; v++)
    assert_close(shear[v], g, 1e-12);
  assert_close(shear[3], sqrt(3) * e, 1e-12);
}

GB_TEST_MAIN("unit.fields.bands", cmocka_unit_test(shear_is_net_of_reversals_and_of_dilatation),
             cmocka_unit_test(flat_slip_has_no_bands),
             cmocka_unit_test(joining_both_surfaces_is_spanning_across_the_period),
             cmocka_unit_test(ending_inside_is_nonspanning_with_a_front_at_its_tip),
             cmocka_unit_test(mirrored_field_gives_mirrored_zones),
             cmocka_unit_test(a_sample_can_have_both_and_specks_do_not_count),
             cmocka_unit_test(measures_of_a_straight_band_are_those_painted),
             cmocka_unit_test(inclination_has_a_sign_and_no_preferred_value),
             cmocka_unit_test(crossing_bands_are_two_and_intersected),
             cmocka_unit_test(a_short_band_across_a_spanning_one_is_intersected_and_does_not_span),
             cmocka_unit_test(parallel_bands_are_two),
             cmocka_unit_test(bands_that_meet_at_a_notch_do_not_cross),
             cmocka_unit_test(a_kinked_band_that_spans_only_as_a_whole_stays_whole),
             cmocka_unit_test(without_surfaces_a_band_spans_if_it_closes_on_itself),
             cmocka_unit_test(a_wedge_from_a_notch_has_its_tip_inside),
             cmocka_unit_test(a_plate_in_space_is_measured_as_one),
             cmocka_unit_test(a_plate_tilted_along_y_has_its_inclination),
             cmocka_unit_test(noise_alone_has_no_bands),
             cmocka_unit_test(surroundings_are_the_matrix_near_a_band),
             cmocka_unit_test(shear_in_space_is_twice_the_mises_invariant))
