/* The minimisers on atoms that change order and rank at every evaluation, on springs whose minimum
 * is known. This program brings its own GbForce in place of the engine's: each atom hangs on a
 * spring of its own, the box on a spring of its length's logarithm, and atoms are dealt out to the
 * ranks anew, in a new order and in new memory, by every computation. */
#include "atomistic/engine/minimize.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ATOMS = 61, STIFFNESSES = 4 };
static const double stiffness[STIFFNESSES] = {1.0, 3.0, 10.0, 30.0}; /* eV/angstrom^2 */
#define BOX_STIFFNESS 2000.0 /* eV, a metal of this volume */
#define LENGTH 12.0          /* angstrom, at rest */

/* In the corner of the box where its motion carries atoms along little: springs that stand still
 * while the box moves would else make its coordinate stiffer than any crystal's. */
static double rest(int64_t id, int d)
{
  return 0.3 * LENGTH * GbRngUniform(4, GB_RNG_TEST, (uint64_t)id, (uint64_t)d, 7);
}

/* --- The stand-in for the engine's forces --------------------------------------------------------
 */

struct GbForce {
  MPI_Comm comm;
  uint64_t deals; /* computations so far */
  bool plain;     /* the atoms stay with rank 0 in their order */
};

/* Vectors of all atoms by place; bits or-ed together, so that nothing is rounded. */
typedef struct {
  double x[ATOMS][3], v[ATOMS][3], aux[ATOMS][3], f[ATOMS][3];
} Whole;

MPI_Comm GbForceComm(const GbForce *force)
{
  return force->comm;
}

static void collect(const GbForce *force, const GbAtoms *local, Whole *whole)
{
  memset(whole, 0, sizeof *whole);
  for (int i = 0; i < local->n; i++) {
    int p = local->place[i];
    memcpy(whole->x[p], local->x[i], sizeof whole->x[p]);
    memcpy(whole->v[p], local->v[i], sizeof whole->v[p]);
    memcpy(whole->f[p], local->f[i], sizeof whole->f[p]);
    if (local->aux) memcpy(whole->aux[p], local->aux[i], sizeof whole->aux[p]);
  }
  MPI_Allreduce(MPI_IN_PLACE, whole, sizeof *whole / sizeof(uint64_t), MPI_UINT64_T, MPI_BOR,
                force->comm);
}

/* Replaces `local` by atoms in new memory. `frame` gives the box and whether there is aux. */
static void deal(GbForce *force, const Whole *whole, const GbAtoms *frame, GbAtoms *local)
{
  int rank, size, order[ATOMS], n = 0;
  MPI_Comm_rank(force->comm, &rank);
  MPI_Comm_size(force->comm, &size);
  force->deals++;
  for (int p = 0; p < ATOMS; p++) {
    double u = GbRngUniform(8, GB_RNG_TEST, force->deals, (uint64_t)p, 0);
    if (rank != (force->plain ? 0 : (int)(u * size))) continue;
    int slot = force->plain ? n : (int)(u * size * (n + 1)) % (n + 1);
    order[n] = order[slot];
    order[slot] = p;
    n++;
  }
  GbAtoms fresh;
  assert_ok(GbAtomsAllocate(&fresh, n));
  fresh.ntypes = frame->ntypes;
  memcpy(fresh.lo, frame->lo, sizeof fresh.lo);
  memcpy(fresh.length, frame->length, sizeof fresh.length);
  memcpy(fresh.periodic, frame->periodic, sizeof fresh.periodic);
  memcpy(fresh.mass, frame->mass, sizeof fresh.mass);
  assert_ok(GbCalloc((void **)&fresh.place, (size_t)n, sizeof *fresh.place));
  if (frame->aux) assert_ok(GbCalloc((void **)&fresh.aux, (size_t)n, sizeof *fresh.aux));
  for (int i = 0; i < n; i++) {
    int p = fresh.place[i] = order[i];
    fresh.id[i] = p + 1;
    memcpy(fresh.x[i], whole->x[p], sizeof fresh.x[i]);
    memcpy(fresh.v[i], whole->v[p], sizeof fresh.v[i]);
    memcpy(fresh.f[i], whole->f[p], sizeof fresh.f[i]);
    if (fresh.aux) memcpy(fresh.aux[i], whole->aux[p], sizeof fresh.aux[i]);
  }
  if (local != frame) GbAtomsFree(local);
  GbAtoms old = *local;
  *local = fresh;
  if (local == frame) GbAtomsFree(&old);
}

GbStatus GbForceScatter(GbForce *force, const GbAtoms *sample, GbAtoms *local)
{
  Whole whole = {0};
  for (int p = 0; p < ATOMS; p++) {
    memcpy(whole.x[p], sample->x[p], sizeof whole.x[p]);
    memcpy(whole.v[p], sample->v[p], sizeof whole.v[p]);
  }
  deal(force, &whole, sample, local);
  return GB_OK;
}

GbStatus GbForceGather(GbForce *force, const GbAtoms *local, GbAtoms *sample)
{
  Whole whole;
  collect(force, local, &whole);
  memcpy(sample->x, whole.x, sizeof whole.x);
  memcpy(sample->v, whole.v, sizeof whole.v);
  memcpy(sample->f, whole.f, sizeof whole.f);
  memcpy(sample->length, local->length, sizeof sample->length);
  return GB_OK;
}

GbStatus GbForceComputeLocal(GbForce *force, GbAtoms *local, unsigned want, GbForceResult *result)
{
  Whole whole;
  GbForceResult all = {0};
  collect(force, local, &whole);
  for (int p = 0; p < ATOMS; p++)
    for (int d = 0; d < 3; d++) {
      double k = stiffness[p % STIFFNESSES], u = whole.x[p][d] - rest(p + 1, d);
      whole.f[p][d] = -k * u;
      all.energy += 0.5 * k * u * u;
      all.virial[d] += whole.f[p][d] * (whole.x[p][d] - local->lo[d]);
    }
  for (int d = 0; d < 3; d++) { /* minus the derivative by strain along the affine motion */
    double strain = log(local->length[d] / LENGTH);
    all.energy += 0.5 * BOX_STIFFNESS * strain * strain;
    all.virial[d] -= BOX_STIFFNESS * strain;
  }
  *result = (GbForceResult){.energy = want & GB_WANT_ENERGY ? all.energy : NAN};
  for (int c = 0; c < 6; c++)
    result->virial[c] = want & GB_WANT_VIRIAL ? all.virial[c] : NAN;
  deal(force, &whole, local, local);
  return GB_OK;
}

/* --- Tests ---------------------------------------------------------------------------------------
 */

static void make_sample(GbAtoms *atoms, double length)
{
  assert_ok(GbAtomsAllocate(atoms, ATOMS));
  for (int d = 0; d < 3; d++) {
    atoms->length[d] = d == 1 ? length : LENGTH;
    atoms->periodic[d] = true;
  }
  for (int i = 0; i < ATOMS; i++) {
    atoms->id[i] = i + 1;
    for (int d = 0; d < 3; d++) {
      double u = GbRngUniform(6, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 7);
      atoms->x[i][d] = rest(i + 1, d) + 0.04 * (u - 0.5);
      atoms->v[i][d] = u;
    }
  }
}

static GbMinimizeResult run(GbForce *force, GbMinimizeAlgorithm algorithm, bool relax_y,
                            GbAtoms *atoms)
{
  GbMinimizeOptions options = GbMinimizeDefaults();
  GbMinimizeResult result;
  options.algorithm = algorithm;
  options.force_tolerance = 1e-9;
  options.stress_tolerance_GPa = 1e-9;
  options.relax_box[1] = relax_y;
  make_sample(atoms, relax_y ? 1.03 * LENGTH : LENGTH);
  assert_ok(GbMinimize(force, atoms, &options, &result));
  return result;
}

/* Each atom ends where its spring rests, the box too, whoever owns whom, to the same bits as on one
 * rank without any change of order; the sample keeps its own velocities. */
static void springs_come_to_rest(void **state)
{
  (void)state;
  for (int k = 0; k < 4; k++) {
    GbMinimizeAlgorithm algorithm = k & 1 ? GB_MINIMIZE_CG : GB_MINIMIZE_FIRE;
    GbForce dealt = {.comm = MPI_COMM_WORLD}, plain = {.comm = MPI_COMM_SELF, .plain = true};
    GbAtoms atoms, other;
    GbMinimizeResult result = run(&dealt, algorithm, k & 2, &atoms);
    GbMinimizeResult same = run(&plain, algorithm, k & 2, &other);
    print_message("%s%s: %d evaluations\n", k & 1 ? "CG" : "FIRE", k & 2 ? ", free length" : "",
                  result.evaluations);
    assert_true(result.converged);
    assert_close(atoms.length[1], LENGTH, 1e-7);
    for (int i = 0; i < ATOMS; i++)
      for (int d = 0; d < 3; d++) {
        assert_close(atoms.x[i][d], rest(i + 1, d), 1e-8);
        assert_true(atoms.v[i][d] == GbRngUniform(6, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 7));
      }
    assert_int_equal(result.evaluations, same.evaluations);
    assert_true(result.energy_eV == same.energy_eV);
    assert_memory_equal(atoms.x, other.x, ATOMS * sizeof *atoms.x);
    assert_memory_equal(atoms.length, other.length, sizeof atoms.length);
    GbAtomsFree(&atoms);
    GbAtomsFree(&other);
  }
}

/* In a quadratic well of m different stiffnesses conjugate gradients need about m lines (exactly m
 * if each were exact), however far the stiffnesses are apart: the general bound for a ratio of 30,
 * an error shrinking by (sqrt 30 - 1)/(sqrt 30 + 1) per line, would ask for some 50 lines from 0.02
 * angstrom to 1e-9 eV/angstrom. */
static void conjugate_gradients_end_after_few_lines(void **state)
{
  (void)state;
  GbForce force = {.comm = MPI_COMM_WORLD};
  GbAtoms atoms;
  GbMinimizeResult result = run(&force, GB_MINIMIZE_CG, false, &atoms);
  assert_true(result.converged);
  assert_in_range(result.evaluations, 2, 25);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.atomistic.minimize_distributed", cmocka_unit_test(springs_come_to_rest),
             cmocka_unit_test(conjugate_gradients_end_after_few_lines))
