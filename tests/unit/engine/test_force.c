/* Forces and virials against finite differences and closed forms; independence of boxes, ranks,
 * threads. */
#include "samples.h"
#include "toy.h"

#include "base/rng.h"
#include "harness/harness.h"

#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static double energy_of(GbForce *force, GbAtoms *atoms)
{
  GbForceResult result;
  assert_ok(GbForceCompute(force, atoms, &result));
  return result.energy;
}

static void check_derivatives(const GbPotential *potential, double a, double tolerance)
{
  const int cells[3] = {2, 2, 3};
  const double h = 1e-4;
  GbAtoms atoms;
  GbForce *force;
  GbForceResult result;
  make_sample(potential, cells, a, &atoms);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  for (int i = 0; i < atoms.n; i += 11)
    for (int d = 0; d < 3; d++) {
      double x = atoms.x[i][d];
      atoms.x[i][d] = x + h;
      double above = energy_of(force, &atoms);
      atoms.x[i][d] = x - h;
      double below = energy_of(force, &atoms);
      atoms.x[i][d] = x;
      assert_ok(GbForceCompute(force, &atoms, &result));
      assert_close(atoms.f[i][d], -(above - below) / (2.0 * h), tolerance);
    }
  for (int d = 0; d < 3; d++) { /* virial = -dE/d(strain) */
    double e[2];
    for (int side = 0; side < 2; side++) {
      GbAtoms strained;
      double factor = side ? 1.0 - h : 1.0 + h;
      assert_ok(GbAtomsCopy(&atoms, &strained));
      strained.length[d] *= factor;
      for (int i = 0; i < strained.n; i++)
        strained.x[i][d] *= factor;
      e[side] = energy_of(force, &strained);
      GbAtomsFree(&strained);
    }
    assert_ok(GbForceCompute(force, &atoms, &result));
    assert_close(result.virial[d], -(e[0] - e[1]) / (2.0 * h), 50.0 * tolerance);
  }
  GbForceDestroy(&force);
  GbAtomsFree(&atoms);
}

static void forces_and_virials_are_derivatives(void **state)
{
  (void)state;
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  check_derivatives(potential, 3.95, 1e-5);
  GbPotentialDestroy(&potential);
}

/* Densities that depend on the order of the types take another way through the kernel. */
static void asymmetric_densities_too(void **state)
{
  (void)state;
  for (int fs = 0; fs < 2; fs++) {
    GbPotential *potential = toy_potential(fs);
    check_derivatives(potential, 3.6, 1e-5);
    GbPotentialDestroy(&potential);
  }
}

/* Per-atom parts add up to the totals. */
static void atoms_add_up(void **state)
{
  (void)state;
  const int cells[3] = {3, 3, 3};
  GbPotential *potential = toy_potential(true);
  GbAtoms atoms;
  GbForce *force;
  GbForceResult result;
  make_sample(potential, cells, 3.6, &atoms);
  double *energy = calloc((size_t)atoms.n, sizeof *energy), total = 0.0, virial[6] = {0};
  double(*stress)[6] = calloc((size_t)atoms.n, sizeof *stress), net[3] = {0};
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  assert_ok(GbForceComputePerAtom(force, &atoms, &result, energy, stress));
  for (int i = 0; i < atoms.n; i++) {
    total += energy[i];
    for (int c = 0; c < 6; c++)
      virial[c] -= stress[i][c];
    for (int d = 0; d < 3; d++)
      net[d] += atoms.f[i][d];
  }
  assert_close(total, result.energy, 1.2e-10 * atoms.n); /* sum.h */
  for (int c = 0; c < 6; c++)
    assert_close(virial[c], result.virial[c], 1.2e-10 * atoms.n);
  for (int d = 0; d < 3; d++)
    assert_close(net[d], 0.0, 1e-10);
  free(energy);
  free(stress);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

/* A dimer in free space has a closed form. */
static void dimer(void **state)
{
  (void)state;
  GbPotential *potential = toy_potential(true);
  GbForce *force;
  GbAtoms atoms;
  GbForceResult result;
  const double r = 2.345;
  assert_ok(GbAtomsAllocate(&atoms, 2));
  atoms.ntypes = 2;
  atoms.type[1] = 1;
  atoms.id[0] = 1;
  atoms.id[1] = 2;
  atoms.x[1][1] = r;
  for (int d = 0; d < 3; d++)
    atoms.length[d] = 1.0;
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  assert_ok(GbForceCompute(force, &atoms, &result));
  double at0 = toy_density(true, 1, 0, r), at1 = toy_density(true, 0, 1, r);
  assert_close(result.energy, toy_pair(1, 0, r) + toy_embedding(0, at0) + toy_embedding(1, at1),
               1e-6);
  assert_close(atoms.f[0][1], -atoms.f[1][1], 1e-14);
  assert_close(atoms.f[0][0], 0.0, 0.0);
  assert_close(result.virial[1], r * atoms.f[1][1], 2.4e-10);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

/* A box thinner than the cutoff (several images of each atom) equals its replicas; so does a box
 * with atoms many box lengths away from it. */
static void images_are_right(void **state)
{
  (void)state;
  static const int cells[3] = {1, 1, 1}, counts[3] = {5, 6, 7};
  GbPotential *potential;
  GbAtoms small, large;
  GbForce *force;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  make_sample(potential, cells, 3.9, &small);
  assert_ok(GbAtomsReplicate(&small, counts, &large));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  double all = energy_of(force, &large), one = energy_of(force, &small);
  assert_close(one * 5 * 6 * 7, all, 1.2e-10 * 2 * large.n);
  for (int i = 0; i < small.n; i++)
    for (int d = 0; d < 3; d++)
      assert_close(small.f[i][d], large.f[i][d], 1e-10);
  for (int i = 0; i < large.n; i += 3) {
    large.x[i][0] += 3.0 * large.length[0];
    large.x[i][2] -= 2.0 * large.length[2];
  }
  assert_close(energy_of(force, &large), all, 1.2e-10 * large.n);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&small);
  GbAtomsFree(&large);
}

/* The list is renewed in time: small moves that add up, and a box that shrinks. */
static void list_stays_valid(void **state)
{
  (void)state;
  static const int cells[3] = {4, 4, 4};
  GbPotential *potential;
  GbAtoms atoms;
  GbForce *kept, *fresh;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  make_sample(potential, cells, 4.2, &atoms);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &kept));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &fresh));
  for (int step = 0; step < 60; step++) {
    for (int i = 0; i < atoms.n; i++)
      for (int d = 0; d < 3; d++) {
        double u = GbRngUniform(5, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 1) - 0.5;
        atoms.x[i][d] = 0.998 * atoms.x[i][d] + 0.02 * (u + 2.0 * (d == 0));
      }
    for (int d = 0; d < 3; d++)
      atoms.length[d] *= 0.998;
    GbForceReset(fresh);
    assert_close(energy_of(kept, &atoms), energy_of(fresh, &atoms), 1.2e-10 * atoms.n);
  }
  assert_in_range(GbForceRebuilds(kept), 2, 40);
  GbForceDestroy(&kept);
  GbForceDestroy(&fresh);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

/* All ranks together, each rank alone, one thread and two: the same bits. */
static void bits_do_not_depend_on_ranks_and_threads(void **state)
{
  (void)state;
  static const int cells[3] = {7, 6, 5};
  GbPotential *potential;
  GbAtoms atoms, other;
  GbForce *together, *alone;
  GbForceResult one, two;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  make_sample(potential, cells, 3.95, &atoms);
  assert_ok(GbAtomsCopy(&atoms, &other));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &together));
  assert_ok(GbForceCreate(MPI_COMM_SELF, potential, NULL, &alone));
#ifdef _OPENMP
  omp_set_num_threads(2);
#endif
  assert_ok(GbForceCompute(together, &atoms, &one));
#ifdef _OPENMP
  omp_set_num_threads(1);
#endif
  assert_ok(GbForceCompute(alone, &other, &two));
  assert_memory_equal(&one, &two, sizeof one);
  assert_memory_equal(atoms.f, other.f, (size_t)atoms.n * sizeof *atoms.f);
  GbForceDestroy(&together);
  GbForceDestroy(&alone);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
  GbAtomsFree(&other);
}

static void bad_positions_are_named(void **state)
{
  (void)state;
  static const int cells[3] = {3, 3, 3};
  GbPotential *potential;
  GbAtoms atoms;
  GbForce *force;
  GbForceResult result;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  make_sample(potential, cells, 3.95, &atoms);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  double x = atoms.x[41][1];
  atoms.x[41][1] = NAN;
  assert_fails(GbForceCompute(force, &atoms, &result), GB_ERR_NUMERIC, "atom 42", "nan");
  atoms.x[41][1] = x;
  assert_ok(GbForceCompute(force, &atoms, &result));
  atoms.x[41][1] = NAN; /* now with a list */
  assert_fails(GbForceCompute(force, &atoms, &result), GB_ERR_NUMERIC, "atom 42", "nan");
  memcpy(atoms.x[41], atoms.x[7], sizeof atoms.x[41]);
  assert_fails(GbForceCompute(force, &atoms, &result), GB_ERR_NUMERIC, "overlap");
  atoms.type[3] = 5;
  assert_fails(GbForceCompute(force, &atoms, &result), GB_ERR_ARG, "atom 4", "type 6");
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.atomistic.force", cmocka_unit_test(forces_and_virials_are_derivatives),
             cmocka_unit_test(asymmetric_densities_too), cmocka_unit_test(atoms_add_up),
             cmocka_unit_test(dimer), cmocka_unit_test(images_are_right),
             cmocka_unit_test(list_stays_valid),
             cmocka_unit_test(bits_do_not_depend_on_ranks_and_threads),
             cmocka_unit_test(bad_positions_are_named))
