/* Saddle searches shared out among ranks give the same rows, bit for bit, as on one rank. */
#include "atomistic/statistics/barriers.h"
#include "atomistic/statistics/thermal.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A disordered alloy: random occupation of a lattice, relaxed. */
static void make_alloy(GbForce *force, GbAtoms *atoms)
{
  GbInherent inherent;
  assert_ok(GbAtomsCreateFcc(atoms, (int[3]){4, 4, 4}, 4.05, 0.36, 11));
  GbGlass glass = {force, atoms};
  assert_ok(GbGlassMinimize(&glass, 1e-3, 500, &inherent));
}

static void same_columns(const GbBarrierTable *a, const GbBarrierTable *b)
{
  const size_t bytes = (size_t)a->n * sizeof(double);
  assert_int_equal(a->n, b->n);
  assert_memory_equal(a->barrier_eV, b->barrier_eV, bytes);
  assert_memory_equal(a->reverse_barrier_eV, b->reverse_barrier_eV, bytes);
  assert_memory_equal(a->activation_volume_nm3, b->activation_volume_nm3, bytes);
  assert_memory_equal(a->shear_volume_nm3, b->shear_volume_nm3, bytes);
  assert_memory_equal(a->chi, b->chi, bytes);
  assert_memory_equal(a->atoms, b->atoms, (size_t)a->n * sizeof(int64_t));
}

static void rows_do_not_depend_on_ranks(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbPotential *potential;
  GbForce *force;
  GbBarrierTable shared = {0}, alone = {0};
  GbBarrierCounts counts, counts_alone;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs",
                            &potential));
  assert_ok(GbForceCreate(MPI_COMM_SELF, potential, NULL, &force));
  make_alloy(force, &atoms);
  double *chi = calloc((size_t)atoms.n, sizeof *chi);
  for (int i = 0; i < atoms.n; i++)
    chi[i] = 0.01 * i;
  GbBarrierOptions options = {.saddle = GbSaddleDefaults(),
                              .searches = 4,
                              .push_radius = 4.0,
                              .moved_threshold = 0.2,
                              .min_atoms = 1,
                              .min_barrier = 0.0,
                              .neighbour_energy = 10.0,
                              .shear_modulus_GPa = 30.0,
                              .bulk_modulus_GPa = 140.0,
                              .seed = 5,
                              .state = GB_STATE_FLOWED};
  options.saddle.max_evaluations = 600;
  options.saddle.force_tolerance = 0.02;
  assert_ok(GbBarrierSearches(MPI_COMM_WORLD, force, &atoms, chi, &options, &shared, &counts));
  assert_ok(GbBarrierSearches(MPI_COMM_SELF, force, &atoms, chi, &options, &alone, &counts_alone));
  assert_memory_equal(&counts, &counts_alone, sizeof counts);
  same_columns(&shared, &alone);
  int64_t total = counts.broken;
  for (int o = 0; o < GB_NSADDLE_OUTCOMES; o++)
    total += counts.outcome[o];
  assert_int_equal(total, 4);
  assert_true(shared.n > 0);                     /* else the comparison would say nothing */
  int64_t equal_barriers = 0, equal_volumes = 0; /* an alloy is the same nowhere */
  for (int64_t k = 0; k < shared.n; k++) {
    assert_true(shared.barrier_eV[k] >= 0.0 && shared.state[k] == GB_STATE_FLOWED);
    equal_barriers += fabs(shared.barrier_eV[k] - shared.reverse_barrier_eV[k]) < 1e-6;
    equal_volumes += shared.activation_volume_nm3[k] == shared.shear_volume_nm3[k];
  }
  assert_int_equal(equal_barriers, 0);
  assert_int_equal(equal_volumes, 0);
  GbBarrierTableFree(&shared);
  GbBarrierTableFree(&alone);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
  free(chi);
}

/* An inclusion of volume Omega that shears by gamma_T on some plane and expands by its volume
 * strain has the dipole C : eps* Omega (see barriers.c). */
static void dipoles_give_back_the_inclusion(void **state)
{
  (void)state;
  const double mu = 30, bulk = 140, to_GPa = 160.2176634;
  const double sheared = 12.0, expanded = 1.5; /* gamma_T Omega, tr eps* Omega, angstrom^3 */
  const double from[6] = {1, 2, 3, 0.1, 0.2, 0.3};
  double shear, dilatation;
  for (int plane = 3; plane < 6; plane++) { /* xy, xz, yz */
    double to[6];
    for (int k = 0; k < 6; k++)
      to[k] = from[k] + (k < 3 ? bulk / to_GPa * expanded : 0);
    to[plane] += 2 * mu / to_GPa * (0.5 * sheared); /* 2 mu eps*_xy Omega */
    GbDipoleVolumes(from, to, mu, bulk, &shear, &dilatation);
    assert_relative(shear, sheared, 1e-9);
    assert_relative(dilatation, expanded, 1e-9);
  }
}

/* Neighbours are pushed alike: sum over pairs of u_i u_j against the sum of u_i u_i. Noise alone
 * would give zero. */
static void pushes_are_shears(void **state)
{
  (void)state;
  enum { SEARCHES = 20 };
  GbAtoms atoms;
  assert_ok(GbAtomsCreateFcc(&atoms, (int[3]){5, 5, 5}, 4.0, 0.36, 11));
  double *push = calloc(3 * (size_t)atoms.n, sizeof *push), pairs = 0, squares = 0;
  const GbBarrierOptions options = {.push_radius = 5.0, .seed = 5};
  for (int search = 0; search < SEARCHES; search++) {
    GbBarrierPush(&atoms, &options, search, push);
    for (int i = 0; i < atoms.n; i++)
      for (int j = 0; j < atoms.n; j++) {
        double r2 = 0, product = 0;
        for (int d = 0; d < 3; d++) {
          double r = atoms.x[i][d] - atoms.x[j][d];
          r -= atoms.length[d] * nearbyint(r / atoms.length[d]);
          r2 += r * r;
          product += push[3 * i + d] * push[3 * j + d];
        }
        if (i == j) squares += product;
        if (i != j && r2 < 3.0 * 3.0) pairs += product; /* 12 neighbours at 2.83 angstrom */
      }
  }
  assert_true(pairs > 1.0 * squares);
  free(push);
  GbAtomsFree(&atoms);
}

static void pushes_differ_and_do_not_drift(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbBarrierOptions options = {.push_radius = 4.0, .seed = 5};
  assert_ok(GbAtomsCreateFcc(&atoms, (int[3]){4, 4, 4}, 4.05, 0.36, 11));
  const size_t n = 3 * (size_t)atoms.n;
  double *a = calloc(n, sizeof *a), *b = calloc(n, sizeof *b), sum[3] = {0};
  GbBarrierPush(&atoms, &options, 0, a);
  GbBarrierPush(&atoms, &options, 1, b);
  assert_true(memcmp(a, b, n * sizeof *a) != 0);
  for (size_t i = 0; i < n; i++)
    sum[i % 3] += a[i];
  for (int k = 0; k < 3; k++)
    assert_close(sum[k], 0.0, 1e-9);
  free(a);
  free(b);
  GbAtomsFree(&atoms);
}

static void expansion_is_a_third_of_the_slope_of_ln_v(void **state)
{
  (void)state;
  const GbBootstrapOptions bootstrap = {.seed = 1, .stream = 1, .resamples = 50};
  const double alpha = 1.2e-5, cp = 340.0, mass = 1e-22;
  GbThermalPoint points[3] = {
      {.temperature_K = 100}, {.temperature_K = 250}, {.temperature_K = 400}};
  for (int t = 0; t < 3; t++)
    for (int b = 0; b < GB_THERMAL_BLOCKS; b++) {
      points[t].volume[b] = 1000.0 * exp(3.0 * alpha * points[t].temperature_K);
      points[t].enthalpy[b] = cp * mass * points[t].temperature_K / 1.602176634e-19;
    }
  GbEstimate expansion, heat, density;
  assert_ok(GbThermalFit(&bootstrap, 3, points, mass, &expansion, &heat));
  assert_relative(expansion.value, alpha, 1e-9);
  assert_relative(heat.value, cp, 1e-9);
  assert_ok(GbThermalDensity(&bootstrap, &points[0], mass, &density));
  assert_relative(density.value, mass / (points[0].volume[0] * 1e-30), 1e-12);
}

GB_TEST_MAIN("unit.atomistic.barriers", cmocka_unit_test(rows_do_not_depend_on_ranks),
             cmocka_unit_test(dipoles_give_back_the_inclusion), cmocka_unit_test(pushes_are_shears),
             cmocka_unit_test(pushes_differ_and_do_not_drift),
             cmocka_unit_test(expansion_is_a_third_of_the_slope_of_ln_v))
