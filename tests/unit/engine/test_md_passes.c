/* The passes over atoms that make a step: the bits of an atom and the sums over all do not depend
 * on the order of the atoms, on threads, or on when somebody looks. */
#include "atomistic/engine/integrate.h"
#include "atomistic/engine/noise.h"
#include "atomistic/engine/sum.h"
#include "base/rng.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { PLAIN, BOX, NOISE, MODES };

/* More atoms than threads are used from. */
static void make_atoms(GbAtoms *atoms)
{
  static const int cells[3] = {20, 20, 20};
  assert_ok(GbAtomsCreateFcc(atoms, cells, 3.7, 0.36, 1));
  assert_true(atoms->n > GB_MANY_ATOMS);
  atoms->mass[0] = 63.5;
  atoms->mass[1] = 91.2;
  GbAtomsSetVelocities(atoms, 500.0, 2);
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++)
      atoms->f[i][d] = GbRngUniform(3, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 0) - 0.5;
}

static GbAdvance step_of(int mode)
{
  return (GbAdvance){.dt = 0.002,
                     .end = {0.999, 1.001, 0.998},
                     .begin = {1.002, 0.997, 1.0},
                     .box = mode == BOX,
                     .stretch = {1.0001, 0.9999, 1.0},
                     .slow = {0.9999, 1.0, 1.0001},
                     .noise = mode == NOISE,
                     .kT = 0.04,
                     .tau = 0.1,
                     .seed = 6,
                     .step = 77};
}

static void use_threads(int n)
{
#ifdef _OPENMP
  omp_set_num_threads(n);
#else
  (void)n;
#endif
}

static void take_step(GbAtoms *atoms, const GbAdvance *step, int threads, int64_t sums[GB_SUMS])
{
  memset(sums, 0, GB_SUMS * sizeof *sums);
  use_threads(threads);
  GbIntegrateAdvance(atoms, step, sums);
  GbIntegrateKick(atoms, step->dt, true, sums);
}

/* Reverses the order of the atoms and leaves out one at the end, so that vectors begin and end at
 * other atoms. */
static void reverse(GbAtoms *atoms)
{
  GbAtoms copy;
  assert_ok(GbAtomsCopy(atoms, &copy));
  for (int i = 0; i < atoms->n; i++) {
    int k = atoms->n - 1 - i;
    atoms->id[i] = copy.id[k];
    atoms->type[i] = copy.type[k];
    memcpy(atoms->x[i], copy.x[k], sizeof copy.x[k]);
    memcpy(atoms->v[i], copy.v[k], sizeof copy.v[k]);
    memcpy(atoms->f[i], copy.f[k], sizeof copy.f[k]);
  }
  GbAtomsFree(&copy);
}

static void order_and_threads_do_not_matter(void **state)
{
  (void)state;
  for (int mode = 0; mode < MODES; mode++) {
    GbAtoms a, b;
    int64_t sums[2][GB_SUMS];
    GbAdvance step = step_of(mode);
    make_atoms(&a);
    make_atoms(&b);
    a.n = b.n -= 5; /* no whole number of blocks */
    reverse(&b);
    take_step(&a, &step, 1, sums[0]);
    take_step(&b, &step, 3, sums[1]);
    reverse(&b);
    assert_memory_equal(a.x, b.x, (size_t)a.n * sizeof *a.x);
    assert_memory_equal(a.v, b.v, (size_t)a.n * sizeof *a.v);
    assert_memory_equal(sums[0], sums[1], sizeof sums[0]);
    assert_true(mode != NOISE || sums[0][GB_SUM_HEAT] != 0);
    GbAtomsFree(&a);
    GbAtomsFree(&b);
  }
}

static void looking_changes_nothing(void **state)
{
  (void)state;
  for (int mode = 0; mode < MODES; mode++) {
    GbAtoms a, b;
    int64_t sums[2][GB_SUMS];
    GbAdvance step = step_of(mode);
    make_atoms(&a);
    make_atoms(&b);
    take_step(&a, &step, 1, sums[0]);
    GbIntegrateScale(&b, step.end);
    for (int d = 0; d < 3; d++)
      step.end[d] = 1.0;
    take_step(&b, &step, 1, sums[1]);
    assert_memory_equal(a.x, b.x, (size_t)a.n * sizeof *a.x);
    assert_memory_equal(a.v, b.v, (size_t)a.n * sizeof *a.v);
    assert_memory_equal(sums[0], sums[1], sizeof sums[0]);
    GbAtomsFree(&a);
    GbAtomsFree(&b);
  }
}

static void sums_are_kinetic_energies(void **state)
{
  (void)state;
  GbAtoms a;
  int64_t sums[GB_SUMS];
  GbAdvance step = step_of(PLAIN);
  double tensor[6] = {0};
  make_atoms(&a);
  take_step(&a, &step, 2, sums);
  for (int i = 0; i < a.n; i++) {
    double m = GB_MVV_TO_EV * a.mass[a.type[i]], *v = a.v[i];
    const double products[6] = {v[0] * v[0], v[1] * v[1], v[2] * v[2],
                                v[0] * v[1], v[0] * v[2], v[1] * v[2]};
    for (int c = 0; c < 6; c++)
      tensor[c] += m * products[c];
  }
  for (int c = 0; c < 6; c++) /* 1.2e-10 eV per atom at most */
    assert_close(gb_from_fixed(sums[GB_SUM_KINETIC + c]), tensor[c], 1e-6);
  int64_t again[GB_SUMS] = {0};
  GbIntegrateKinetic(&a, step.dt, again);
  assert_memory_equal(&again[GB_SUM_KINETIC], &sums[GB_SUM_KINETIC], 6 * sizeof *sums);
  GbAtomsFree(&a);
}

/* The noise against the library's functions, and the share of numbers beyond 2 (4.55 %). */
static void noise_is_normal(void **state)
{
  (void)state;
  int64_t id[GB_NOISE_BLOCK];
  double normal[3][GB_NOISE_BLOCK];
  int beyond = 0;
  for (int i = 0; i < GB_NOISE_BLOCK; i++)
    id[i] = 7 * i + 1;
  for (int64_t step = 0; step < 200; step++) {
    GbNoiseNormals(5, step, GB_NOISE_BLOCK, id, normal);
    for (int i = 0; i < GB_NOISE_BLOCK; i++) {
      uint64_t words[4];
      GbRngWords(5, GB_RNG_LANGEVIN, (uint64_t)id[i], (uint64_t)step, 0, words);
      double radius = sqrt(-2.0 * log(GbRngUniformFromWord(words[0])));
      double other = sqrt(-2.0 * log(GbRngUniformFromWord(words[2])));
      double turn = 2.0 * GB_PI * GbRngUniformFromWord(words[1]);
      assert_close(normal[0][i], radius * cos(turn), 1e-13);
      assert_close(normal[1][i], radius * sin(turn), 1e-13);
      assert_close(normal[2][i], other * cos(2.0 * GB_PI * GbRngUniformFromWord(words[3])), 1e-13);
      for (int d = 0; d < 3; d++)
        beyond += fabs(normal[d][i]) > 2.0;
    }
  }
  /* standard error 0.04 % */
  assert_close(beyond / (3.0 * 200 * GB_NOISE_BLOCK), 0.0455, 0.0016);
}

/* Atoms that would fly off stay where they are and are counted, and do not spoil the sums. */
static void wild_atoms_are_counted(void **state)
{
  (void)state;
  for (int mode = 0; mode < MODES; mode++) {
    GbAtoms a;
    int64_t sums[GB_SUMS] = {0};
    GbAdvance step = step_of(mode);
    make_atoms(&a);
    a.v[100][0] = 1e300;
    a.v[20001][1] = NAN;
    a.f[30000][2] = 1e200;
    double x[3];
    memcpy(x, a.x[20001], sizeof x);
    GbIntegrateAdvance(&a, &step, sums);
    assert_int_equal(sums[GB_SUM_BAD], 3);
    assert_memory_equal(a.x[20001], x, sizeof x);
    sums[GB_SUM_BAD] = 0;
    GbIntegrateKick(&a, step.dt, true, sums);
    assert_int_equal(sums[GB_SUM_BAD], 3);
    assert_true(gb_from_fixed(sums[GB_SUM_KINETIC]) < 0.1 * a.n);
    GbAtomsFree(&a);
  }
}

GB_TEST_MAIN("unit.atomistic.md_passes", cmocka_unit_test(order_and_threads_do_not_matter),
             cmocka_unit_test(looking_changes_nothing), cmocka_unit_test(sums_are_kinetic_energies),
             cmocka_unit_test(noise_is_normal), cmocka_unit_test(wild_atoms_are_counted))
