/* The state file gives back the same bits, and says what is wrong with a file that is not one. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/events/state.h"
#include "unit/events/glass.h"

#include <stdio.h>
#include <string.h>

static void fill(double *values, size_t n, int stream)
{
  for (size_t i = 0; i < n; i++)
    values[i] = GbRngUniform(3, GB_RNG_TEST, i, (uint64_t)stream, 0) - 0.5;
}

static void make_state(GbMesoState *s)
{
  GbGlassState(5, 7, 3, UINT64_C(0xfedcba9876543210), 300, s);
  assert_ok(GbMesoStateAddWayBack(s));
  s->way_back->barrier_eV[3] = 0.6;
  s->way_back->mode[3] = 2;
  s->way_back->parent_chi[3] = 0.1;
  s->way_back->parent_redraws[3] = INT64_C(1) << 61;
  size_t nv = (size_t)s->nvoxels;
  fill(s->plastic[0], nv * GB_NTENSOR, 1);
  fill(s->stress[0], nv * GB_NTENSOR, 2);
  fill(s->slip, nv, 3);
  fill(s->barrier_eV, 3 * nv, 4);
  fill(s->orientation, nv, 5);
  fill(s->memory, s->nmemory, 6);
  s->solid[0] = false;
  s->redraws[4] = INT64_C(1) << 40;
  s->events = 12345678901;
  s->time_s = 1.0 / 3;
  s->mean_strain[GB_ZZ] = -0.1;
  s->hazard_left = 0.7;
}

static void assert_same(const GbMesoState *a, const GbMesoState *b)
{
  size_t nv = (size_t)a->nvoxels, nm = nv * (size_t)a->nmodes;
  assert_int_equal(a->grid.nx, b->grid.nx);
  assert_int_equal(a->grid.nz, b->grid.nz);
  assert_true(a->grid.edge_nm == b->grid.edge_nm && a->grid.free_x == b->grid.free_x);
  assert_int_equal(a->nmodes, b->nmodes);
  assert_true(a->seed == b->seed && a->events == b->events && a->time_s == b->time_s);
  assert_true(a->temperature_K == b->temperature_K && a->hazard_left == b->hazard_left);
  assert_true(a->mean_strain[GB_ZZ] == b->mean_strain[GB_ZZ]);
  assert_true(a->reference_temperature_K == b->reference_temperature_K);
  assert_memory_equal(a->solid, b->solid, nv * sizeof *a->solid);
  assert_memory_equal(a->chi, b->chi, nv * sizeof *a->chi);
  assert_memory_equal(a->plastic, b->plastic, nv * sizeof *a->plastic);
  assert_memory_equal(a->slip, b->slip, nv * sizeof *a->slip);
  assert_memory_equal(a->stress, b->stress, nv * sizeof *a->stress);
  assert_memory_equal(a->barrier_eV, b->barrier_eV, nm * sizeof *a->barrier_eV);
  assert_memory_equal(a->orientation, b->orientation, nv * sizeof *a->orientation);
  assert_memory_equal(a->redraws, b->redraws, nv * sizeof *a->redraws);
  assert_memory_equal(a->memory, b->memory, a->nmemory * sizeof *a->memory);
  const GbWayBack *x = a->way_back, *y = b->way_back;
  assert_memory_equal(x->barrier_eV, y->barrier_eV, nv * sizeof *x->barrier_eV);
  assert_memory_equal(x->mode, y->mode, nv * sizeof *x->mode);
  assert_memory_equal(x->parent_barrier_eV, y->parent_barrier_eV, nm * sizeof *x->barrier_eV);
  assert_memory_equal(x->parent_orientation, y->parent_orientation, nv * sizeof *x->parent_chi);
  assert_memory_equal(x->parent_chi, y->parent_chi, nv * sizeof *x->parent_chi);
  assert_memory_equal(x->parent_redraws, y->parent_redraws, nv * sizeof *x->parent_redraws);
}

static void file_gives_back_the_same_bits(void **unused)
{
  (void)unused;
  char path[300];
  GbMesoState state, read, copy;
  make_state(&state);
  snprintf(path, sizeof path, "%s/state.h5", GbTestFolder());
  assert_ok(GbMesoStateWrite(&state, path));
  assert_ok(GbMesoStateRead(path, &read));
  assert_same(&state, &read);
  assert_ok(GbMesoStateCopy(&state, &copy));
  assert_same(&state, &copy);
  GbMesoStateFree(&state);
  GbMesoStateFree(&read);
  GbMesoStateFree(&copy);
  GbMesoStateFree(&copy); /* twice is safe */
}

/* A file with a grid and chi of another size, and nothing else. */
static void broken_files_are_named(void **unused)
{
  (void)unused;
  const char *folder = GbTestFolder();
  const int64_t size[3] = {7, 1, 5}, one = 1, none = 0, three = 3;
  char path[300];
  GbMesoState state;
  GbH5 *file;
  snprintf(path, sizeof path, "%s/none.h5", folder);
  assert_fails(GbMesoStateRead(path, &state), GB_ERR_INPUT, "none.h5");

  snprintf(path, sizeof path, "%s/part.h5", folder);
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteInts(file, "grid/size", 1, (const size_t[]){3}, size, "1"));
  assert_ok(GbH5WriteInts(file, "grid/free_x", 0, NULL, &one, "1"));
  assert_ok(GbH5WriteInts(file, "grid/refinement", 0, NULL, &none, "1"));
  assert_ok(GbH5WriteScalar(file, "grid/edge", 1.6, "nm"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbMesoStateRead(path, &state), GB_ERR_INPUT, "part.h5", "modes/count");

  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteInts(file, "grid/size", 1, (const size_t[]){3}, size, "1"));
  assert_ok(GbH5WriteInts(file, "grid/free_x", 0, NULL, &one, "1"));
  assert_ok(GbH5WriteInts(file, "grid/refinement", 0, NULL, &none, "1"));
  assert_ok(GbH5WriteScalar(file, "grid/edge", 1.6, "nm"));
  assert_ok(GbH5WriteInts(file, "modes/count", 0, NULL, &three, "1"));
  assert_ok(GbH5WriteInts(file, "run/seed", 0, NULL, &one, "1"));
  assert_ok(GbH5WriteInts(file, "run/events", 0, NULL, &one, "1"));
  assert_ok(GbH5WriteInts(file, "run/way_back", 0, NULL, &none, "1"));
  assert_ok(GbH5WriteInts(file, "run/draws", 0, NULL, &one, "1"));
  assert_ok(GbH5WriteScalar(file, "run/time", 1, "s"));
  assert_ok(GbH5WriteScalar(file, "run/temperature", 300, "K"));
  assert_ok(GbH5WriteScalar(file, "run/reference_temperature", 300, "K"));
  assert_ok(GbH5WriteScalar(file, "run/hazard_left", 0, "1"));
  const double chi[4] = {0};
  assert_ok(GbH5WriteDoubles(file, "fields/chi", 3, (const size_t[]){2, 1, 2}, chi, "1"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbMesoStateRead(path, &state), GB_ERR_INPUT, "part.h5", "fields/chi", "35", "4");
  assert_null(state.chi);
}

GB_TEST_MAIN("unit.mesoscale.state", cmocka_unit_test(file_gives_back_the_same_bits),
             cmocka_unit_test(broken_files_are_named))
