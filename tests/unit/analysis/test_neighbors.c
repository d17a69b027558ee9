/* Neighbour lists against the plain sum over all pairs and images. */
#include "atomistic/analysis/neighbors.h"

#include "base/rng.h"
#include "harness/harness.h"

#include <math.h>
#include <string.h>

static void scatter(GbAtoms *atoms, int n, const double length[3], const bool periodic[3])
{
  assert_ok(GbAtomsAllocate(atoms, n));
  for (int d = 0; d < 3; d++) {
    atoms->lo[d] = -3.0;
    atoms->length[d] = length[d];
    atoms->periodic[d] = periodic[d];
  }
  for (int i = 0; i < n; i++) {
    atoms->id[i] = i + 1;
    for (int d = 0; d < 3; d++) {
      double u = GbRngUniform(5, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 0);
      double wraps = periodic[d] ? (double)(i % 5 - 2) : 0.0;
      atoms->x[i][d] = atoms->lo[d] + (u + wraps) * length[d];
    }
  }
}

static double distance2(const GbAtoms *atoms, int i, int j, const int image[3])
{
  double sum = 0.0;
  for (int d = 0; d < 3; d++) {
    double r = atoms->x[j][d] + image[d] * atoms->length[d] - atoms->x[i][d];
    sum += r * r;
  }
  return sum;
}

/* Images up to +-8 hold the wraps of up to 4 boxes and the reach of the cutoff. */
static int count_all(const GbAtoms *atoms, int i, double cutoff)
{
  int found = 0, reach[3];
  for (int d = 0; d < 3; d++)
    reach[d] = atoms->periodic[d] ? 8 : 0;
  for (int j = 0; j < atoms->n; j++)
    for (int a = -reach[0]; a <= reach[0]; a++)
      for (int b = -reach[1]; b <= reach[1]; b++)
        for (int c = -reach[2]; c <= reach[2]; c++) {
          int image[3] = {a, b, c};
          bool self = j == i && !a && !b && !c;
          found += !self && distance2(atoms, i, j, image) <= cutoff * cutoff;
        }
  return found;
}

static void compare(const double length[3], const bool periodic[3], double cutoff)
{
  GbAtoms atoms;
  GbNeighbors list;
  scatter(&atoms, 60, length, periodic);
  assert_ok(GbNeighborsBuild(&atoms, cutoff, &list));
  for (int i = 0; i < atoms.n; i++) {
    assert_int_equal(list.start[i + 1] - list.start[i], count_all(&atoms, i, cutoff));
    for (int64_t k = list.start[i]; k < list.start[i + 1]; k++) {
      int image[3] = {list.image[k][0], list.image[k][1], list.image[k][2]};
      double r2 = distance2(&atoms, i, list.atom[k], image);
      assert_true(r2 <= cutoff * cutoff * (1.0 + 1e-12) && r2 > 0.0);
      for (int64_t m = list.start[i]; m < k; m++)
        assert_false(list.atom[m] == list.atom[k] &&
                     !memcmp(list.image[m], list.image[k], sizeof list.image[k]));
    }
  }
  GbNeighborsFree(&list);
  GbAtomsFree(&atoms);
}

static void list_equals_all_pairs(void **state)
{
  (void)state;
  compare((double[3]){11, 12, 13}, (bool[3]){true, true, true}, 3.0);
  compare((double[3]){11, 12, 13}, (bool[3]){false, false, false}, 4.0);
  compare((double[3]){30, 7, 10}, (bool[3]){false, true, true}, 4.0);
}

static void box_smaller_than_cutoff(void **state)
{
  (void)state;
  compare((double[3]){9, 4, 9}, (bool[3]){true, true, true}, 5.0);
  compare((double[3]){20, 3, 20}, (bool[3]){false, true, false}, 7.0);
}

static void sparse_and_empty(void **state)
{
  (void)state;
  compare((double[3]){1e6, 1e6, 1e6}, (bool[3]){false, false, false}, 4.0);
  GbAtoms atoms;
  GbNeighbors list;
  assert_ok(GbAtomsAllocate(&atoms, 0));
  assert_ok(GbNeighborsBuild(&atoms, 4.0, &list));
  assert_int_equal(list.start[0], 0);
  GbNeighborsFree(&list);
  assert_fails(GbNeighborsBuild(&atoms, 0.0, &list), GB_ERR_ARG, "cutoff");
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.analysis.neighbors", cmocka_unit_test(list_equals_all_pairs),
             cmocka_unit_test(box_smaller_than_cutoff), cmocka_unit_test(sparse_and_empty))
