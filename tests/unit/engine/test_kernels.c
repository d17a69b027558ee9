/* Every kernel that this machine runs, in both precisions: bits that do not depend on ranks,
 * threads or on what is wanted besides forces; and densities that depend on the order of the types.
 * Accuracy: verification/engine/test_kernels.c. */
#include "samples.h"
#include "toy.h"

#include "harness/harness.h"

#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static void use_threads(int threads)
{
#ifdef _OPENMP
  omp_set_num_threads(threads);
#else
  (void)threads;
#endif
}

/* --- Samples ------------------------------------------------------------------------------------
 */

static void make_bulk(const GbPotential *potential, GbAtoms *atoms)
{
  static const int cells[3] = {7, 6, 5};
  make_sample(potential, cells, 3.95, atoms);
}

/* Free surfaces in x, a gap of empty space, and atoms many boxes away from the box. */
static void make_slab(const GbPotential *potential, GbAtoms *atoms)
{
  static const int cells[3] = {8, 6, 5};
  make_sample(potential, cells, 4.0, atoms);
  atoms->periodic[0] = false;
  for (int i = 0; i < atoms->n; i++) {
    if (atoms->x[i][0] > 20.0) atoms->x[i][0] += 31.0;
    if (i % 3 == 0) atoms->x[i][1] += 40.0 * atoms->length[1];
    if (i % 5 == 0) atoms->x[i][2] -= 7.0 * atoms->length[2];
  }
  GbAtomsFitFreeAxes(atoms);
}

/* Thinner than the cutoff along two axes: many images of every atom. */
static void make_rod(const GbPotential *potential, GbAtoms *atoms)
{
  static const int cells[3] = {1, 9, 1};
  make_sample(potential, cells, 3.9, atoms);
}

/* All atoms free, in the smallest box of all: their own. */
static void make_cluster(const GbPotential *potential, GbAtoms *atoms)
{
  static const int cells[3] = {3, 3, 3};
  make_sample(potential, cells, 4.0, atoms);
  for (int d = 0; d < 3; d++)
    atoms->periodic[d] = false;
  GbAtomsFitFreeAxes(atoms);
}

/* Pairs below the polynomials, some of them across the box's border. */
static void make_close(const GbPotential *potential, GbAtoms *atoms)
{
  make_bulk(potential, atoms);
  for (int i = 0; i < atoms->n; i += 97)
    for (int d = 0; d < 3; d++)
      atoms->x[i][d] = atoms->x[i + 1][d] + (d == 1 ? -1.1 : 0.1);
}

typedef void (*Make)(const GbPotential *, GbAtoms *);
static const Make makes[] = {make_bulk, make_slab, make_rod, make_cluster, make_close};
enum { MAKES = sizeof makes / sizeof *makes };

/* --- The same bits ------------------------------------------------------------------------------
 */

typedef struct {
  GbForce *force;
  GbAtoms atoms;
  GbForceResult result;
  double *energy, (*stress)[6];
} Side;

static void open_side(Side *side, GbForce *force, const GbPotential *potential, Make make)
{
  side->force = force;
  make(potential, &side->atoms);
  side->energy = calloc((size_t)side->atoms.n, sizeof *side->energy);
  side->stress = calloc((size_t)side->atoms.n, sizeof *side->stress);
  assert_non_null(side->energy);
  assert_non_null(side->stress);
}

static void close_side(Side *side)
{
  GbForceDestroy(&side->force);
  GbAtomsFree(&side->atoms);
  free(side->energy);
  free(side->stress);
}

/* The atoms move, and the box with them; the second round renews the list, the others keep it. */
static void move(Side *side, int round)
{
  GbAtoms *atoms = &side->atoms;
  rattle(atoms, round == 2 ? 0.4 : 0.02, (uint64_t)round);
  for (int d = 0; d < 3; d++) {
    if (!atoms->periodic[d]) continue;
    atoms->length[d] *= 1.001;
    for (int i = 0; i < atoms->n; i++)
      atoms->x[i][d] *= 1.001;
  }
}

static void compute(Side *side, int threads)
{
  use_threads(threads);
  assert_ok(
      GbForceComputePerAtom(side->force, &side->atoms, &side->result, side->energy, side->stress));
}

static void compare(const Side *one, const Side *two)
{
  size_t n = (size_t)one->atoms.n;
  assert_memory_equal(&one->result, &two->result, sizeof one->result);
  assert_memory_equal(one->atoms.f, two->atoms.f, n * sizeof *one->atoms.f);
  assert_memory_equal(one->energy, two->energy, n * sizeof *one->energy);
  assert_memory_equal(one->stress, two->stress, n * sizeof *one->stress);
}

/* All ranks together with two threads, and each rank alone with one. */
static void check_bits(const GbPotential *potential, Kernel kernel, Make make)
{
  Side together = {0}, alone = {0};
  GbForce *force = make_force(MPI_COMM_WORLD, potential, kernel);
  if (!force) return;
  open_side(&together, force, potential, make);
  open_side(&alone, make_force(MPI_COMM_SELF, potential, kernel), potential, make);
  for (int round = 1; round <= 4; round++) {
    compute(&together, 2);
    compute(&alone, 1);
    compare(&together, &alone);
    move(&together, round);
    move(&alone, round);
  }
  assert_in_range(GbForceRebuilds(together.force), 2, 3);
  close_side(&together);
  close_side(&alone);
}

static void bits_do_not_depend_on_ranks_and_threads(void **state)
{
  (void)state;
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  for (int k = 0; k < KERNELS; k++)
    for (int m = 0; m < MAKES; m++)
      check_bits(potential, all_kernels[k], makes[m]);
  GbPotentialDestroy(&potential);
}

static void nor_with_asymmetric_densities(void **state)
{
  (void)state;
  GbPotential *potential = toy_potential(true);
  for (int k = 0; k < KERNELS; k++)
    for (int m = 0; m < MAKES - 1; m++) /* the toy has no core to hold close pairs apart */
      check_bits(potential, all_kernels[k], makes[m]);
  GbPotentialDestroy(&potential);
}

/* Energy and virial are computed only where a step needs them; the forces are the same. */
static void forces_do_not_depend_on_what_else_is_wanted(void **state)
{
  (void)state;
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  for (int k = 0; k < KERNELS; k++) {
    GbAtoms sample, local = {0};
    GbForceResult result, all;
    GbForce *force = make_force(MPI_COMM_WORLD, potential, all_kernels[k]);
    if (!force) continue;
    make_slab(potential, &sample);
    assert_ok(GbForceScatter(force, &sample, &local));
    assert_ok(GbForceComputeLocal(force, &local, GB_WANT_ALL, &all));
    size_t size = (size_t)local.n * sizeof *local.f;
    double(*kept)[3] = malloc(size + 1);
    assert_non_null(kept);
    memcpy(kept, local.f, size);
    for (int w = 0; w < 4; w++) {
      static const unsigned wants[] = {GB_WANT_FORCES, GB_WANT_ENERGY, GB_WANT_PRESSURE,
                                       GB_WANT_VIRIAL};
      memset(local.f, 0, size);
      assert_ok(GbForceComputeLocal(force, &local, wants[w], &result));
      assert_memory_equal(local.f, kept, size);
      assert_close(result.energy, wants[w] == GB_WANT_ENERGY ? all.energy : 0.0, 0.0);
      for (int c = 0; c < 6; c++) { /* what is not wanted is zero */
        bool given = wants[w] == GB_WANT_VIRIAL || (wants[w] == GB_WANT_PRESSURE && c < 3);
        assert_close(result.virial[c], given ? all.virial[c] : 0.0, 0.0);
      }
    }
    free(kept);
    GbAtomsFree(&local);
    GbAtomsFree(&sample);
    GbForceDestroy(&force);
  }
  GbPotentialDestroy(&potential);
}

/* --- Densities that depend on the order of the types --------------------------------------------
 */

/* Root mean square of the differences, relative to that of the forces. */
static double force_error(const GbAtoms *found, const GbAtoms *expected)
{
  double squares = 0.0, all = 0.0;
  for (int i = 0; i < found->n; i++)
    for (int d = 0; d < 3; d++) {
      double off = found->f[i][d] - expected->f[i][d];
      squares += off * off;
      all += expected->f[i][d] * expected->f[i][d];
    }
  return sqrt(squares / all);
}

static void mixed_agrees_with_double(void **state)
{
  (void)state;
  static const int cells[3] = {4, 4, 5};
  for (int fs = 0; fs < 2; fs++) {
    GbPotential *potential = toy_potential(fs);
    GbAtoms exact, atoms;
    GbForceResult expected, found;
    GbForce *force = make_force(MPI_COMM_WORLD, potential, (Kernel){NULL, GB_PRECISION_DOUBLE});
    make_sample(potential, cells, 3.6, &exact);
    assert_ok(GbAtomsCopy(&exact, &atoms));
    assert_ok(GbForceCompute(force, &exact, &expected));
    GbForceDestroy(&force);
    for (int k = 0; k < KERNELS; k++) {
      force = make_force(MPI_COMM_WORLD, potential, all_kernels[k]);
      if (!force) continue;
      bool mixed = all_kernels[k].precision == GB_PRECISION_MIXED;
      assert_ok(GbForceCompute(force, &atoms, &found));
      double error = force_error(&atoms, &exact), energy = found.energy / expected.energy - 1.0;
      print_message("%s %s: force %.1e, energy %.1e\n", fs ? "fs" : "alloy", GbForceKernel(force),
                    error, energy);
      assert_close(error, 0.0, mixed ? 1e-4 : 1e-12);
      assert_close(energy, 0.0, mixed ? 1e-6 : 1e-11);
      for (int c = 0; c < 6; c++)
        assert_close(found.virial[c], expected.virial[c], (mixed ? 1e-5 : 1e-9) * atoms.n);
      GbForceDestroy(&force);
    }
    GbAtomsFree(&atoms);
    GbAtomsFree(&exact);
    GbPotentialDestroy(&potential);
  }
}

/* Energy of two free atoms of types 0 and 1 at distance r. */
static double dimer_energy(double r)
{
  return toy_pair(1, 0, r) + toy_embedding(0, toy_density(true, 1, 0, r)) +
         toy_embedding(1, toy_density(true, 0, 1, r));
}

/* A dimer in free space has a closed form. */
static void dimer(void **state)
{
  (void)state;
  GbPotential *potential = toy_potential(true);
  GbAtoms atoms;
  GbForceResult result;
  assert_ok(GbAtomsAllocate(&atoms, 2));
  atoms.ntypes = 2;
  atoms.type[1] = 1;
  atoms.id[0] = 1;
  atoms.id[1] = 2;
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  for (int k = 0; k < KERNELS; k++) {
    GbForce *force = make_force(MPI_COMM_WORLD, potential, all_kernels[k]);
    if (!force) continue;
    for (double r = 1.75; r < 2.8; r += 0.125) { /* further out the table of F is too coarse */
      double h = 1e-4, pull = (dimer_energy(r + h) - dimer_energy(r - h)) / (2.0 * h);
      atoms.x[1][2] = r;
      GbForceReset(force);
      assert_ok(GbForceCompute(force, &atoms, &result));
      assert_close(result.energy, dimer_energy(r), 3e-6);
      assert_close(atoms.f[0][2], pull, 5e-5);
      assert_close(atoms.f[1][2], -pull, 5e-5);
      assert_close(result.virial[2], -r * pull, 2e-4);
    }
    atoms.x[1][2] = 3.85; /* the end */
    GbForceReset(force);
    assert_ok(GbForceCompute(force, &atoms, &result));
    assert_close(atoms.f[0][2], 0.0, 1e-12);
    GbForceDestroy(&force);
  }
  GbAtomsFree(&atoms);
  GbPotentialDestroy(&potential);
}

GB_TEST_MAIN("unit.atomistic.kernels", cmocka_unit_test(bits_do_not_depend_on_ranks_and_threads),
             cmocka_unit_test(nor_with_asymmetric_densities),
             cmocka_unit_test(forces_do_not_depend_on_what_else_is_wanted),
             cmocka_unit_test(mixed_agrees_with_double), cmocka_unit_test(dimer))
