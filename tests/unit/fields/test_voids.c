/* Notches and pores as void voxels, and the keys that ask for them. */
#include "harness/harness.h"

#include "mesoscale/fields/protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const GbGrid plane = {.nx = 12, .ny = 1, .nz = 20, .edge_nm = 1, .free_x = true};
static const GbGrid block = {.nx = 12, .ny = 10, .nz = 20, .edge_nm = 1, .free_x = true};

/* Owned by the caller. */
static bool *cut(const GbVoids *voids, const GbGrid *grid, uint64_t seed)
{
  const int n = grid->nx * grid->ny * grid->nz;
  bool *solid = malloc((size_t)n * sizeof(*solid));
  assert_non_null(solid);
  for (int v = 0; v < n; v++)
    solid[v] = true;
  assert_ok(GbVoidsCut(voids, grid, seed, solid));
  return solid;
}

static int count_voids(const GbGrid *grid, const bool *solid)
{
  int n = 0;
  for (int v = 0; v < grid->nx * grid->ny * grid->nz; v++)
    n += !solid[v];
  return n;
}

static bool is_void(const GbGrid *grid, const bool *solid, int i, int j, int k)
{
  return !solid[(k * grid->ny + j) * grid->nx + i];
}

static void two_notches_lie_on_a_line_at_45_degrees(void **state)
{
  const GbVoids voids = {.notch_depth = 2, .notch_height = 1};
  bool *solid = cut(&voids, &plane, 1);
  (void)state;
  assert_int_equal(count_voids(&plane, solid), 4);
  assert_true(is_void(&plane, solid, 0, 0, 4) && is_void(&plane, solid, 1, 0, 4));
  assert_true(is_void(&plane, solid, 11, 0, 15) && is_void(&plane, solid, 10, 0, 15));
  free(solid);
}

static void one_notch_is_a_groove_at_half_height(void **state)
{
  const GbVoids voids = {.notch_depth = 3, .notch_height = 3, .notch_sides = GB_NOTCH_RIGHT};
  bool *solid = cut(&voids, &block, 1);
  (void)state;
  assert_int_equal(count_voids(&block, solid), 3 * 3 * block.ny);
  for (int j = 0; j < block.ny; j++)
    for (int k = 9; k <= 11; k++)
      assert_true(is_void(&block, solid, 9, j, k) && !is_void(&block, solid, 0, j, k));
  free(solid);
}

/* Each void voxel is at least two voxels from a surface and belongs to a sphere of its radius. */
static void pores_lie_inside_apart_and_at_places_of_the_seed(void **state)
{
  const GbVoids voids = {.pores = 3, .pore_radius = 1.6};
  bool *solid = cut(&voids, &block, 7), *same = cut(&voids, &block, 7),
       *other = cut(&voids, &block, 8);
  const size_t n = (size_t)(block.nx * block.ny * block.nz);
  (void)state;
  assert_memory_equal(solid, same, n * sizeof(*solid));
  assert_true(memcmp(solid, other, n * sizeof(*solid)) != 0);
  const double each = count_voids(&block, solid) / 3.0;
  assert_true(each > 0.5 * 17.2 && each < 1.5 * 17.2); /* 4/3 pi r^3 */
  for (int k = 0; k < block.nz; k++)
    for (int j = 0; j < block.ny; j++)
      for (int i = 0; i < block.nx; i++)
        assert_true(!is_void(&block, solid, i, j, k) || (i > 0 && i < block.nx - 1));
  free(solid);
  free(same);
  free(other);
}

static void too_many_pores_are_refused(void **state)
{
  const GbVoids voids = {.pores = 50, .pore_radius = 2};
  bool solid[240];
  (void)state;
  memset(solid, true, sizeof(solid));
  assert_fails(GbVoidsCut(&voids, &plane, 1, solid), GB_ERR_INPUT, "mesoscale.pores", "50");
}

static GbStatus load(const char *const *sets, int nsets, GbMesoConfig *config)
{
  const GbSectionData sections[2] = {{&gb_mesoscale_section, config},
                                     {&gb_ensemble_section, config}};
  memset(config, 0, sizeof(*config));
  GB_CALL(GbConfigLoad(NULL, sets, nsets, sections, 2));
  return GbMesoConfigValidate(config);
}

#define LOAD(config, ...)                                                                          \
  load((const char *const[]){__VA_ARGS__},                                                         \
       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), config)

static void keys_that_do_not_go_together_are_refused(void **state)
{
  GbMesoConfig c;
  (void)state;
  assert_fails(LOAD(&c, "mesoscale.ny=2"), GB_ERR_INPUT, "mesoscale.ny");
  assert_fails(LOAD(&c, "mesoscale.notch_depth_voxels=2", "mesoscale.boundary=periodic"),
               GB_ERR_INPUT, "notch_depth_voxels", "periodic");
  assert_fails(LOAD(&c, "mesoscale.notch_depth_voxels=15", "mesoscale.notch_sides=left"),
               GB_ERR_INPUT, "notch_depth_voxels", "14", "15");
  assert_fails(LOAD(&c, "mesoscale.nz=12", "mesoscale.notch_depth_voxels=2"), GB_ERR_INPUT,
               "mesoscale.nz", "16");
  assert_fails(LOAD(&c, "mesoscale.method=thinning"), GB_ERR_INPUT, "mesoscale.method", "uniform");
  assert_fails(
      LOAD(&c, "mesoscale.method=thinning", "mesoscale.moduli=uniform", "mesoscale.pores=1"),
      GB_ERR_INPUT, "mesoscale.method", "pores");
  assert_fails(LOAD(&c, "mesoscale.snapshot_strains_percent=[2, 1]"), GB_ERR_INPUT,
               "snapshot_strains_percent", "ascending");
  assert_fails(LOAD(&c, "mesoscale.snapshot_every_percent=0.01"), GB_ERR_INPUT,
               "snapshot_every_percent");
  assert_fails(LOAD(&c, "mesoscale.driver=thermic"), GB_ERR_INPUT, "mesoscale.driver",
               "quasistatic", "thermic");
  assert_fails(LOAD(&c, "mesoscale.samples=4"), GB_ERR_INPUT, "mesoscale.samples",
               "ensemble.samples");
}

static void auto_chooses_thinning_where_it_applies(void **state)
{
  GbMesoConfig c;
  (void)state;
  assert_ok(LOAD(&c, "mesoscale.nx=16"));
  assert_int_equal(GbMesoSampleOptions(&c).method, GB_KMC_FULL);
  assert_false(GbMesoSampleOptions(&c).uniform_moduli);
  assert_ok(LOAD(&c, "mesoscale.moduli=uniform", "ensemble.samples=3"));
  assert_int_equal(c.samples, 3);
  assert_int_equal(GbMesoSampleOptions(&c).method, GB_KMC_THINNING);
  assert_true(GbMesoSampleOptions(&c).uniform_moduli);
  assert_ok(LOAD(&c, "mesoscale.moduli=uniform", "mesoscale.method=full"));
  assert_int_equal(GbMesoSampleOptions(&c).method, GB_KMC_FULL);
  assert_ok(LOAD(&c, "mesoscale.moduli=uniform", "mesoscale.notch_depth_voxels=1"));
  assert_int_equal(GbMesoSampleOptions(&c).method, GB_KMC_FULL);
}

GB_TEST_MAIN("unit.fields.voids", cmocka_unit_test(two_notches_lie_on_a_line_at_45_degrees),
             cmocka_unit_test(one_notch_is_a_groove_at_half_height),
             cmocka_unit_test(pores_lie_inside_apart_and_at_places_of_the_seed),
             cmocka_unit_test(too_many_pores_are_refused),
             cmocka_unit_test(keys_that_do_not_go_together_are_refused),
             cmocka_unit_test(auto_chooses_thinning_where_it_applies))
