/* Avalanches of made-up events. */
#include "harness/harness.h"

#include "mesoscale/events/avalanche.h"

#include <math.h>
#include <string.h>

enum { MOST = 16 };
static const GbGrid grid = {.nx = 10, .ny = 4, .nz = 20, .edge_nm = 2, .free_x = true};

typedef struct {
  int n;
  GbAvalanche list[MOST];
} Found;

static GbStatus collect(void *context, const GbAvalanche *avalanche)
{
  Found *found = context;
  assert_true(found->n < MOST);
  found->list[found->n++] = *avalanche;
  return GB_OK;
}

static int voxel(int i, int j, int k)
{
  return (k * grid.ny + j) * grid.nx + i;
}

/* Compression: strain and stress fall with time between events. */
static GbEventRecord event(int number, double time, double stress, int where, bool athermal)
{
  return (GbEventRecord){.event = number,
                         .time_s = time,
                         .strain_zz = -0.01 * time,
                         .stress_zz_GPa = stress,
                         .voxel = where,
                         .gamma = 0.1,
                         .athermal = athermal};
}

static void add_all(GbAvalanches *avalanches, const GbEventRecord *events, int n)
{
  for (int e = 0; e < n; e++)
    assert_ok(GbAvalanchesAdd(avalanches, &events[e]));
  assert_ok(GbAvalanchesFinish(avalanches));
}

static void athermal_followers_belong_to_their_trigger(void **state)
{
  const GbEventRecord events[] = {
      event(1, 1.0, -0.9, 0, false), /* alone */
      event(2, 2.0, -1.0, 5, false), /* thermal trigger with two followers */
      event(3, 2.0, -0.8, 6, true),  event(4, 2.0, -0.7, 7, true),
      event(5, 3.0, -1.1, 5, true), /* the drive brought it to instability */
      event(6, 3.0, -1.0, 5, true),
  };
  const GbAvalancheOptions options = {0};
  Found found = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, collect, &found);
  (void)state;
  GbAvalanchesNote(&avalanches, -0.009, -0.95);
  add_all(&avalanches, events, 6);
  assert_ok(GbAvalanchesFinish(&avalanches)); /* nothing is open */
  assert_int_equal(found.n, 3);
  static const int size[] = {1, 3, 2}, first[] = {1, 2, 5};
  static const bool thermal[] = {true, true, false};
  static const double drop[] = {0.05, 0.9 - 0.7, 0.7 - 1.0};
  for (int a = 0; a < 3; a++) {
    assert_int_equal(found.list[a].size, size[a]);
    assert_int_equal(found.list[a].first_event, first[a]);
    assert_int_equal(found.list[a].thermal, thermal[a]);
    assert_close(found.list[a].duration_s, 0, 0);
    assert_close(found.list[a].slip_nm3, size[a] * 0.1 * 8, 1e-12);
    assert_close(found.list[a].stress_drop_GPa, drop[a], 1e-12);
  }
  assert_close(found.list[1].time_s, 2, 0);
  assert_close(found.list[1].strain_zz, -0.02, 1e-15);
}

static void loading_before_the_trigger_is_counted_with_the_tangent(void **state)
{
  const GbEventRecord events[] = {event(1, 1.0, -0.9, 0, false), event(2, 2.0, -1.4, 0, true),
                                  event(3, 2.0, -1.2, 1, true)};
  const GbAvalancheOptions options = {.tangent_GPa = 70};
  Found found = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, collect, &found);
  (void)state;
  add_all(&avalanches, events, 3);
  assert_int_equal(found.n, 2);
  assert_true(isnan(found.list[0].stress_drop_GPa)); /* nobody told the stress before */
  assert_close(found.list[1].stress_drop_GPa, 0.9 + 0.7 - 1.2, 1e-12);
}

static void events_within_the_gap_follow(void **state)
{
  const GbEventRecord events[] = {event(1, 1.0, -1, 0, false), event(2, 1.4, -1, 0, false),
                                  event(3, 1.8, -1, 0, true), event(4, 2.4, -1, 0, false)};
  const GbAvalancheOptions options = {.gap_s = 0.5};
  Found found = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, collect, &found);
  (void)state;
  add_all(&avalanches, events, 4);
  assert_int_equal(found.n, 2);
  assert_int_equal(found.list[0].size, 3);
  assert_close(found.list[0].duration_s, 0.8, 1e-12);
}

static void stress_control_holds_the_stress_and_not_the_strain(void **state)
{
  GbEventRecord events[] = {event(1, 1.0, -1, 0, false), event(2, 1.0, -1, 0, true),
                            event(3, 1.0, -1, 0, true)};
  const GbAvalancheOptions options = {0};
  Found found = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, collect, &found);
  (void)state;
  for (int e = 0; e < 3; e++)
    events[e].strain_zz = -0.01 * e; /* creep */
  add_all(&avalanches, events, 3);
  assert_int_equal(found.n, 1);
  for (int e = 0; e < 3; e++)
    events[e].stress_zz_GPa = -1 - e; /* now the load moved too, though time did not */
  add_all(&avalanches, events, 3);
  assert_int_equal(found.n, 4);
}

static void distances_go_to_the_nearest_image_but_not_through_a_surface(void **state)
{
  const GbEventRecord events[] = {event(1, 1.0, -1, voxel(0, 0, 0), false),
                                  event(2, 1.0, -1, voxel(0, 3, 18), true),
                                  event(3, 1.0, -1, voxel(9, 0, 0), true)};
  const GbAvalancheOptions options = {0};
  Found found = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, collect, &found);
  (void)state;
  add_all(&avalanches, events, 2); /* -1 along y, -2 along z */
  add_all(&avalanches, events, 3); /* and 9 along x */
  assert_int_equal(found.n, 2);
  assert_close(found.list[0].extent_nm, 2 * sqrt(5), 1e-12);
  assert_close(found.list[0].gyration_nm, sqrt(5), 1e-12); /* two points: half their distance */
  assert_close(found.list[1].extent_nm, 18, 1e-12);
  /* points 0, (0, -2, -4), (18, 0, 0): mean square distance of pairs over 2 n^2 ... */
  assert_close(found.list[1].gyration_nm, sqrt((20 + 324 + 344) / 9.0), 1e-12);
}

static void sizes_are_counted_in_bins_of_powers_of_two(void **state)
{
  const GbAvalancheOptions options = {0};
  GbAvalanches avalanches = GbAvalanchesNew(&grid, &options, NULL, NULL);
  static const int size[] = {1, 1, 2, 3, 4, 7, 8};
  int number = 0;
  (void)state;
  for (int a = 0; a < 7; a++)
    for (int e = 0; e < size[a]; e++) {
      const GbEventRecord record = event(++number, a, -1, 0, e > 0);
      assert_ok(GbAvalanchesAdd(&avalanches, &record));
    }
  assert_ok(GbAvalanchesFinish(&avalanches));
  const GbAvalancheSizes *sizes = GbAvalanchesGetSizes(&avalanches);
  assert_int_equal(sizes->avalanches, 7);
  assert_int_equal(sizes->events, 26);
  assert_int_equal(sizes->largest, 8);
  static const int expected[] = {2, 2, 2, 1, 0};
  for (int b = 0; b < 5; b++)
    assert_int_equal(sizes->bins[b], expected[b]);
}

static void a_checkpoint_within_an_avalanche_changes_nothing(void **state)
{
  const GbEventRecord events[] = {
      event(1, 1.0, -1.0, voxel(2, 1, 3), false), event(2, 2.0, -1.2, voxel(4, 2, 5), false),
      event(3, 2.0, -1.1, voxel(5, 3, 19), true), event(4, 2.0, -1.05, voxel(1, 0, 7), true)};
  const GbAvalancheOptions options = {.tangent_GPa = 50};
  double memory[GB_AVALANCHE_MEMORY];
  Found whole = {0}, parts = {0};
  GbAvalanches one = GbAvalanchesNew(&grid, &options, collect, &whole);
  GbAvalanches first = GbAvalanchesNew(&grid, &options, collect, &parts);
  GbAvalanches second = GbAvalanchesNew(&grid, &options, collect, &parts);
  (void)state;
  add_all(&one, events, 4);
  for (int e = 0; e < 3; e++)
    assert_ok(GbAvalanchesAdd(&first, &events[e]));
  GbAvalanchesStore(&first, memory);
  GbAvalanchesLoad(&second, memory);
  add_all(&second, events + 3, 1);
  assert_int_equal(parts.n, whole.n);
  const GbAvalanche *a = &parts.list[1], *b = &whole.list[1];
  assert_int_equal(a->size, 3);
  assert_int_equal(a->first_event, b->first_event);
  assert_int_equal(a->trigger_voxel, b->trigger_voxel);
  assert_int_equal(a->thermal, b->thermal);
  assert_close(a->extent_nm, b->extent_nm, 0);
  assert_close(a->gyration_nm, b->gyration_nm, 0);
  assert_close(a->slip_nm3, b->slip_nm3, 0);
  assert_close(a->stress_drop_GPa, b->stress_drop_GPa, 0);
  assert_memory_equal(GbAvalanchesGetSizes(&second), GbAvalanchesGetSizes(&one),
                      sizeof(GbAvalancheSizes));
}

GB_TEST_MAIN("unit.mesoscale.avalanche",
             cmocka_unit_test(athermal_followers_belong_to_their_trigger),
             cmocka_unit_test(loading_before_the_trigger_is_counted_with_the_tangent),
             cmocka_unit_test(events_within_the_gap_follow),
             cmocka_unit_test(stress_control_holds_the_stress_and_not_the_strain),
             cmocka_unit_test(distances_go_to_the_nearest_image_but_not_through_a_surface),
             cmocka_unit_test(sizes_are_counted_in_bins_of_powers_of_two),
             cmocka_unit_test(a_checkpoint_within_an_avalanche_changes_nothing))
