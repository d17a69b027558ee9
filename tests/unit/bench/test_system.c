/* The benchmark's system: its size, its pairs against the shells of the fcc lattice, and the cost
 * that follows from them. */
#include "harness/harness.h"

#include "atomistic/bench/bench.h"

#include <math.h>
#include <string.h>

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

static void assert_cells(int atoms, int x, int y, int z)
{
  int cells[3];
  GbBenchCells(atoms, cells);
  assert_int_equal(cells[0], x);
  assert_int_equal(cells[1], y);
  assert_int_equal(cells[2], z);
}

static void the_box_is_the_nearest(void **state)
{
  (void)state;
  assert_cells(32000, 20, 20, 20);
  assert_cells(500, 5, 5, 5);
  assert_cells(1000000, 63, 63, 63);
  assert_cells(1, 1, 1, 1);
  assert_cells(590, 5, 5, 6); /* 600 */
  assert_cells(730, 5, 6, 6); /* 720 */
  assert_cells(850, 6, 6, 6); /* 864 */
  assert_cells(4000, 10, 10, 10);
}

/* Atoms of an fcc crystal within `radius` of one of them: sites are a/2 (i, j, k) with an even sum.
 */
static int fcc_neighbours(double a, double radius)
{
  int most = (int)(2.0 * radius / a) + 1, count = -1; /* without the atom itself */
  for (int i = -most; i <= most; i++)
    for (int j = -most; j <= most; j++)
      for (int k = -most; k <= most; k++)
        count += (i + j + k) % 2 == 0 && 0.25 * a * a * (i * i + j * j + k * k) < radius * radius;
  return count;
}

static void count_copper(int cells, double skin, GbBenchPairs *pairs)
{
  GbPotential *potential;
  GbAtoms atoms = {0};
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbAtomsCreateFcc(&atoms, (int[]){cells, cells, cells}, 3.95, 0.0, 1));
  assert_ok(GbBenchCountPairs(MPI_COMM_WORLD, potential, &atoms, skin, pairs));
  assert_string_equal(GbPotentialElement(potential, 0), "Cu");
  GbAtomsFree(&atoms);
  GbPotentialDestroy(&potential);
}

static void pairs_are_the_shells_of_the_lattice(void **state)
{
  (void)state;
  const double cutoff = 6.0;                 /* Cu-Cu, pair and density */
  for (int cells = 1; cells <= 6; cells++) { /* from boxes thinner than the cutoff on */
    GbBenchPairs pairs;
    count_copper(cells, 1.0, &pairs);
    assert_close(pairs.listed, fcc_neighbours(3.95, cutoff + 1.0), 0.0);
    assert_close(pairs.within, fcc_neighbours(3.95, cutoff), 0.0);
    assert_close(pairs.near, fcc_neighbours(3.95, cutoff), 0.0);
  }
  assert_int_equal(fcc_neighbours(3.95, cutoff), 12 + 6 + 24 + 12);
}

static void the_system_is_that_of_the_lammps_input(void **state)
{
  (void)state;
  GbPotential *potential;
  GbAtoms atoms = {0};
  int zirconium = 0;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbBenchSystem(potential, 4000, 1600.0, &atoms));
  for (int i = 0; i < atoms.n; i++)
    zirconium += strcmp(atoms.element[atoms.type[i]], "Zr") == 0;
  assert_int_equal(atoms.n, 4000);
  assert_int_equal(zirconium, 1440);
  assert_close(atoms.length[2], 39.5, 1e-12);
  assert_relative(GbAtomsTemperature(&atoms), 1600.0, 1e-12);
  GbAtomsFree(&atoms);
  GbPotentialDestroy(&potential);
}

static void cost_follows_the_pairs(void **state)
{
  (void)state;
  const GbBenchPairs pairs = {.listed = 140.0, .within = 90.0, .near = 50.0};
  GbBenchCost mixed = GbBenchCountCost(&pairs, GB_PRECISION_MIXED, 0.0);
  GbBenchCost rebuilt = GbBenchCountCost(&pairs, GB_PRECISION_DOUBLE, 0.5);
  assert_close(mixed.density_flops, 50.0 * 15.0, 1e-9);
  assert_close(mixed.force_flops, 90.0 * 20.0 + 50.0 * 16.0, 1e-9);
  assert_close(mixed.loads, 230.0, 1e-9);
  assert_close(rebuilt.loads, 460.0, 1e-9);
  assert_close(rebuilt.bytes - mixed.bytes, 4.0 * 70.0 + 3.0 * 16.0, 1e-9);
}

GB_TEST_MAIN("unit.atomistic.bench", cmocka_unit_test(the_box_is_the_nearest),
             cmocka_unit_test(pairs_are_the_shells_of_the_lattice),
             cmocka_unit_test(the_system_is_that_of_the_lammps_input),
             cmocka_unit_test(cost_follows_the_pairs))
