/* FIRE and conjugate gradients: known minima, each other, plain steepest descent, ranks, threads,
 * errors; and the dot products below them. */
#include "toy.h"

#include "atomistic/engine/dot.h"
#include "atomistic/engine/minimize.h"
#include "base/rng.h"
#include "base/stop.h"
#include "harness/harness.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"
#define CU_LATTICE 3.639085 /* angstrom; LAMMPS, as the energy */
#define CU_ENERGY -3.2831162

static const GbMinimizeAlgorithm both[2] = {GB_MINIMIZE_FIRE, GB_MINIMIZE_CG};

/* --- Dot products --------------------------------------------------------------------------------
 */

enum { MANY = 30001 };

/* Numbers of all signs over six orders of magnitude below `largest`. */
static void draw(double *numbers, double largest, uint64_t stream)
{
  for (int i = 0; i < MANY; i++) {
    double u = GbRngUniform(1, GB_RNG_TEST, (uint64_t)i, stream, 0);
    double size = GbRngUniform(1, GB_RNG_TEST, (uint64_t)i, stream, 1);
    numbers[i] = largest * (2.0 * u - 1.0) * pow(10.0, -6.0 * size);
  }
}

static double product(MPI_Comm comm, int n, const double *a, const double *b)
{
  const double *vectors[2] = {a, b};
  double largest[2], total;
  GbDotLargest(comm, n, 2, vectors, largest);
  const GbDot dot = {a, b, largest[0] * largest[1]};
  GbDotProducts(comm, n, MANY, 1, &dot, &total);
  return total;
}

/* Whole and in order, backwards, in threads, or dealt out to the ranks: the same bits; and right to
 * 2^-(33 + s) of the largest term, here s = 15, for numbers as small as converged forces. */
static void dot_products_do_not_depend_on_order(void **state)
{
  (void)state;
  static double a[MANY], b[MANY], back_a[MANY], back_b[MANY], mine_a[MANY], mine_b[MANY];
  const double sizes[4] = {1.0, 1e-9, 1e5, 1e-150};
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int k = 0; k < 4; k++) {
    draw(a, sizes[k], 2);
    draw(b, 3.0 * sizes[k], 3);
    long double exact = 0.0L;
    int n = 0;
    for (int i = 0; i < MANY; i++) {
      exact += (long double)a[i] * (long double)b[i];
      back_a[MANY - 1 - i] = a[i];
      back_b[MANY - 1 - i] = b[i];
      if (i % size != rank) continue;
      mine_a[n] = a[i];
      mine_b[n++] = b[i];
    }
    double all = product(MPI_COMM_SELF, MANY, a, b);
    double back = product(MPI_COMM_SELF, MANY, back_a, back_b);
    double dealt = product(MPI_COMM_WORLD, n, mine_a, mine_b);
    assert_true(all == back);
    assert_true(all == dealt);
    double term = 3.0 * sizes[k] * sizes[k];
    assert_close(all / term, (double)(exact / term), 6.0 * sqrt(MANY) * ldexp(1.0, -48));
  }
  memset(a, 0, sizeof a);
  assert_true(product(MPI_COMM_WORLD, MANY, a, b) == 0.0);
}

/* A vector that is all largest terms: the sum must not overflow. */
static void dot_products_hold_equal_terms(void **state)
{
  (void)state;
  static double a[MANY];
  for (int i = 0; i < MANY; i++)
    a[i] = nextafter(2.0, 0.0) * 1e-5;
  assert_relative(product(MPI_COMM_SELF, MANY, a, a), MANY * a[0] * a[0], 1e-12);
}

/* --- Minima --------------------------------------------------------------------------------------
 */

typedef struct {
  GbPotential *potential;
  GbForce *force;
  GbAtoms atoms;
} Case;

/* Copper on its lattice, each coordinate displaced by up to `rattle`, with velocities. */
static void open_copper(Case *c, int cells, double rattle, MPI_Comm comm)
{
  const int counts[3] = {cells, cells, cells};
  assert_ok(GbPotentialRead(comm, CUZR, &c->potential));
  assert_ok(GbForceCreate(comm, c->potential, NULL, &c->force));
  assert_ok(GbAtomsCreateFcc(&c->atoms, counts, CU_LATTICE, 0.0, 7));
  assert_ok(GbPotentialApplyTypes(c->potential, &c->atoms));
  GbAtomsSetVelocities(&c->atoms, 300.0, 5);
  for (int i = 0; i < c->atoms.n; i++)
    for (int d = 0; d < 3; d++) {
      double u = GbRngUniform(3, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 0);
      c->atoms.x[i][d] += rattle * (2.0 * u - 1.0);
    }
}

static void close_case(Case *c)
{
  GbForceDestroy(&c->force);
  GbPotentialDestroy(&c->potential);
  GbAtomsFree(&c->atoms);
}

static GbMinimizeResult minimize(Case *c, GbMinimizeAlgorithm algorithm, double tolerance)
{
  GbMinimizeOptions options = GbMinimizeDefaults();
  GbMinimizeResult result;
  options.algorithm = algorithm;
  options.force_tolerance = tolerance;
  assert_ok(GbMinimize(c->force, &c->atoms, &options, &result));
  return result;
}

/* A rattled crystal returns to its lattice, as a whole where its centre was, down to 1e-8 eV/A, and
 * keeps its velocities; the forces left in the sample are those of its positions. */
static void rattled_crystals_return(void **state)
{
  (void)state;
  for (int k = 0; k < 2; k++) {
    Case c;
    GbAtoms lattice, start;
    GbForceResult check;
    open_copper(&c, 4, 0.0, MPI_COMM_WORLD);
    assert_ok(GbAtomsCopy(&c.atoms, &lattice));
    close_case(&c);
    open_copper(&c, 4, 0.15, MPI_COMM_WORLD);
    assert_ok(GbAtomsCopy(&c.atoms, &start));
    double shift[3] = {0};
    for (int i = 0; i < start.n; i++)
      for (int d = 0; d < 3; d++)
        shift[d] += (start.x[i][d] - lattice.x[i][d]) / start.n;
    GbMinimizeResult result = minimize(&c, both[k], 1e-8);
    print_message("%s: %d evaluations\n", k ? "CG" : "FIRE", result.evaluations);
    assert_true(result.converged);
    assert_close(result.energy_eV / c.atoms.n, CU_ENERGY, 1e-7);
    for (int i = 0; i < start.n; i++)
      for (int d = 0; d < 3; d++)
        assert_close(c.atoms.x[i][d] - lattice.x[i][d], shift[d], 1e-7);
    assert_memory_equal(c.atoms.v, start.v, (size_t)start.n * sizeof *start.v);
    assert_memory_equal(c.atoms.id, start.id, (size_t)start.n * sizeof *start.id);
    assert_ok(GbForceCompute(c.force, &start, &check));
    double before = check.energy;
    GbAtomsFree(&start);
    assert_ok(GbAtomsCopy(&c.atoms, &start));
    assert_ok(GbForceCompute(c.force, &start, &check));
    assert_true(before > check.energy + 1.0);
    assert_close(check.energy, result.energy_eV, 1e-8);
    for (int i = 0; i < start.n; i++)
      for (int d = 0; d < 3; d++)
        assert_close(c.atoms.f[i][d], start.f[i][d], 1e-10);
    GbAtomsFree(&start);
    GbAtomsFree(&lattice);
    close_case(&c);
  }
}

static double dimer_energy(double r)
{
  return toy_pair(1, 0, r) + toy_embedding(0, toy_density(true, 1, 0, r)) +
         toy_embedding(1, toy_density(true, 0, 1, r));
}

/* The bond length of a dimer in free space, whose energy has a closed form. */
static void dimers_find_their_bond_length(void **state)
{
  (void)state;
  double low = 1.2, high = 2.8; /* golden section */
  while (high - low > 1e-9) {
    double a = high - 0.618 * (high - low), b = low + 0.618 * (high - low);
    if (dimer_energy(a) < dimer_energy(b))
      high = b;
    else
      low = a;
  }
  assert_true(low > 1.3 && high < 2.7); /* inside, not at an end */
  char path[512];
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(path, sizeof path, "%s/toy.eam.fs", GbTestFolder());
  if (rank == 0) toy_write(path, true);
  for (int k = 0; k < 2; k++) {
    Case c;
    assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &c.potential));
    assert_ok(GbForceCreate(MPI_COMM_WORLD, c.potential, NULL, &c.force));
    assert_ok(GbAtomsAllocate(&c.atoms, 2));
    c.atoms.ntypes = 2;
    c.atoms.type[1] = 1;
    for (int d = 0; d < 3; d++) {
      c.atoms.x[1][d] = (d == 1 ? 0.9 : 0.3) * low;
      c.atoms.length[d] = 1.0;
      c.atoms.id[0] = 1;
      c.atoms.id[1] = 2;
    }
    assert_ok(GbPotentialApplyTypes(c.potential, &c.atoms));
    assert_true(minimize(&c, both[k], 1e-6).converged);
    double r2 = 0.0;
    for (int d = 0; d < 3; d++)
      r2 += pow(c.atoms.x[1][d] - c.atoms.x[0][d], 2);
    assert_close(sqrt(r2), low, 1e-4); /* of the interpolated tables */
    close_case(&c);
  }
}

/* Steepest descent with the step along each force from a secant through two slopes: evaluations
 * until the largest force is below the tolerance. */
static int steepest_descent(Case *c, double tolerance)
{
  GbAtoms *a = &c->atoms;
  GbForceResult result;
  double(*f)[3] = calloc((size_t)a->n, sizeof *f);
  int evaluations = 0;
  for (;; evaluations++) {
    double largest = 0.0, slope[2] = {0}, along[2] = {0.05, 0.0};
    assert_ok(GbForceCompute(c->force, a, &result));
    memcpy(f, a->f, (size_t)a->n * sizeof *f);
    for (int k = 0; k < 2; k++) {
      for (int i = 0; i < a->n; i++)
        for (int d = 0; d < 3; d++) {
          slope[k] += f[i][d] * a->f[i][d];
          largest = k == 0 ? fmax(largest, fabs(f[i][d])) : largest;
          if (k == 0) a->x[i][d] += along[0] * f[i][d];
        }
      if (largest < tolerance || evaluations > 5000) goto done;
      if (k == 1) break;
      assert_ok(GbForceCompute(c->force, a, &result));
      evaluations++;
    }
    along[1] = along[0] * slope[0] / (slope[0] - slope[1]) - along[0];
    for (int i = 0; i < a->n; i++)
      for (int d = 0; d < 3; d++)
        a->x[i][d] += along[1] * f[i][d];
  }
done:
  free(f);
  return evaluations;
}

/* In a nearly quadratic well conjugate directions pay: against steepest descent whose lines are as
 * good. The well is ill-conditioned: a bar with free ends, 12 cells long. */
static void conjugate_gradients_beat_steepest_descent(void **state)
{
  (void)state;
  int evaluations[3];
  for (int k = 0; k < 3; k++) {
    Case c;
    const int counts[3] = {12, 2, 2};
    open_copper(&c, 1, 0.0, MPI_COMM_WORLD);
    GbAtomsFree(&c.atoms);
    assert_ok(GbAtomsCreateFcc(&c.atoms, counts, CU_LATTICE, 0.0, 7));
    assert_ok(GbPotentialApplyTypes(c.potential, &c.atoms));
    c.atoms.periodic[0] = false;
    for (int i = 0; i < c.atoms.n; i++)
      c.atoms.x[i][0] *= 1.002;
    if (k < 2) {
      GbMinimizeResult result = minimize(&c, both[k], 1e-6);
      assert_true(result.converged);
      evaluations[k] = result.evaluations;
    } else {
      evaluations[k] = steepest_descent(&c, 1e-6);
    }
    close_case(&c);
  }
  print_message("evaluations: FIRE %d, CG %d, steepest descent %d\n", evaluations[0],
                evaluations[1], evaluations[2]);
  assert_true(2 * evaluations[1] < evaluations[2]);
}

/* Cut short anywhere, conjugate gradients leave no higher energy than they found, even from a start
 * far outside the harmonic well; and the limit on evaluations holds, for both methods. */
static void conjugate_gradients_never_climb(void **state)
{
  (void)state;
  Case c;
  open_copper(&c, 3, 0.6, MPI_COMM_WORLD);
  double before = HUGE_VAL;
  for (int limit = 1; limit < 40; limit++)
    for (int k = 0; k < 2; k++) {
      GbAtoms atoms;
      GbMinimizeOptions options = GbMinimizeDefaults();
      GbMinimizeResult result;
      options.algorithm = both[k];
      options.max_evaluations = limit;
      options.force_tolerance = 1e-10;
      assert_ok(GbAtomsCopy(&c.atoms, &atoms));
      assert_ok(GbMinimize(c.force, &atoms, &options, &result));
      assert_false(result.converged);
      assert_in_range(result.evaluations, 1, limit);
      GbAtomsFree(&atoms);
      if (both[k] != GB_MINIMIZE_CG) continue;
      assert_true(result.energy_eV <= before + 1e-6);
      before = result.energy_eV;
    }
  close_case(&c);
}

/* --- Ranks, threads, errors ----------------------------------------------------------------------
 */

static void bits_do_not_depend_on_ranks_and_threads(void **state)
{
  (void)state;
  for (int k = 0; k < 2; k++) {
    Case c[2];
    GbMinimizeResult result[2];
    for (int alone = 0; alone < 2; alone++) {
#ifdef _OPENMP
      omp_set_num_threads(alone ? 1 : 2);
#endif
      open_copper(&c[alone], 4, 0.25, alone ? MPI_COMM_SELF : MPI_COMM_WORLD);
      GbMinimizeOptions options = GbMinimizeDefaults();
      options.algorithm = both[k];
      options.relax_box[1] = true;
      options.max_evaluations = 80;
      assert_ok(GbMinimize(c[alone].force, &c[alone].atoms, &options, &result[alone]));
    }
    const GbAtoms *a = &c[0].atoms, *b = &c[1].atoms;
    assert_int_equal(result[0].evaluations, result[1].evaluations);
    assert_true(result[0].energy_eV == result[1].energy_eV);
    assert_true(result[0].max_force == result[1].max_force);
    assert_memory_equal(result[0].virial, result[1].virial, sizeof result[0].virial);
    assert_memory_equal(a->x, b->x, (size_t)a->n * sizeof *a->x);
    assert_memory_equal(a->length, b->length, sizeof a->length);
    close_case(&c[0]);
    close_case(&c[1]);
  }
}

static void bad_samples_are_named_and_kept(void **state)
{
  (void)state;
  for (int k = 0; k < 2; k++) {
    Case c;
    GbAtoms start;
    GbMinimizeResult result;
    GbMinimizeOptions options = GbMinimizeDefaults();
    options.algorithm = both[k];
    open_copper(&c, 3, 0.1, MPI_COMM_WORLD);
    double x = c.atoms.x[41][1];
    c.atoms.x[41][1] = NAN;
    assert_fails(GbMinimize(c.force, &c.atoms, &options, &result), GB_ERR_NUMERIC, "atom 42");
    c.atoms.x[41][1] = x;
    memcpy(c.atoms.x[41], c.atoms.x[7], sizeof c.atoms.x[41]);
    assert_ok(GbAtomsCopy(&c.atoms, &start));
    assert_fails(GbMinimize(c.force, &c.atoms, &options, &result), GB_ERR_NUMERIC, "atom",
                 "overlap");
    assert_memory_equal(c.atoms.x, start.x, (size_t)start.n * sizeof *start.x);
    assert_memory_equal(c.atoms.v, start.v, (size_t)start.n * sizeof *start.v);
    c.atoms.periodic[2] = false;
    options.relax_box[2] = true;
    assert_fails(GbMinimize(c.force, &c.atoms, &options, &result), GB_ERR_ARG, "axis z");
    options.relax_box[2] = false;
    options.algorithm = (GbMinimizeAlgorithm)7;
    assert_fails(GbMinimize(c.force, &c.atoms, &options, &result), GB_ERR_ARG, "FIRE", "CG", "7");
    GbAtomsFree(&start);
    close_case(&c);
  }
}

/* A request to stop: an outcome of its own, and the way made so far is kept. */
static void stops_on_request(void **state)
{
  (void)state;
  for (int k = 0; k < 2; k++) {
    Case c;
    GbForceResult start, end;
    GbMinimizeResult result;
    GbMinimizeOptions options = GbMinimizeDefaults();
    options.algorithm = both[k];
    options.force_tolerance = 1e-9;
    open_copper(&c, 3, 0.1, MPI_COMM_WORLD);
    assert_ok(GbForceCompute(c.force, &c.atoms, &start));
    GbStopInstall(0.0);
    raise(SIGUSR1);
    assert_fails(GbMinimize(c.force, &c.atoms, &options, &result), GB_ERR_STOPPED, "signal");
    GbStopInstall(0.0);
    assert_ok(GbForceCompute(c.force, &c.atoms, &end));
    assert_true(end.energy < start.energy - 0.1);
    close_case(&c);
  }
}

GB_TEST_MAIN("unit.atomistic.minimize", cmocka_unit_test(dot_products_do_not_depend_on_order),
             cmocka_unit_test(dot_products_hold_equal_terms),
             cmocka_unit_test(rattled_crystals_return),
             cmocka_unit_test(dimers_find_their_bond_length),
             cmocka_unit_test(conjugate_gradients_beat_steepest_descent),
             cmocka_unit_test(conjugate_gradients_never_climb),
             cmocka_unit_test(bits_do_not_depend_on_ranks_and_threads),
             cmocka_unit_test(bad_samples_are_named_and_kept), cmocka_unit_test(stops_on_request))
