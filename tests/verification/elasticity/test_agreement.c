/* The solvers against each other, and the work they need: the direct one, the one preconditioned by
 * transforms, and the uniform one give the same stress to 1e-8 of its scale; iterations depend on
 * the contrast and the shape of voids, but not on the number of voxels. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

typedef enum { UNIFORM, RANDOM, NOTCH } Medium;

typedef struct {
  double *mu, *bulk;
  bool *solid;
} Sample;

static double uniform(int a, int b)
{
  return GbRngUniform(13, GB_RNG_TEST, (uint64_t)a, (uint64_t)b, 0);
}

static int count(const GbGrid *grid)
{
  return grid->nx * grid->ny * grid->nz;
}

/* RANDOM: moduli between half and whole. NOTCH: a slit a quarter into the sample, an eighth high,
 * along all of y. The same shapes at any size. */
static Sample make_sample(const GbGrid *grid, Medium medium)
{
  size_t nv = (size_t)count(grid);
  Sample s = {malloc(nv * sizeof(double)), malloc(nv * sizeof(double)), malloc(nv * sizeof(bool))};
  for (int v = 0; v < (int)nv; v++) {
    const double x = (v % grid->nx + 0.5) / grid->nx;
    const double z = (v / grid->nx / grid->ny + 0.5) / grid->nz;
    s.mu[v] = 30 * (medium == RANDOM ? 0.5 + 0.5 * uniform(v, 1) : 1);
    s.bulk[v] = 120 * (medium == RANDOM ? 0.5 + 0.5 * uniform(v, 2) : 1);
    s.solid[v] = medium != NOTCH || x > 0.25 || fabs(z - 0.5) > 0.0625;
  }
  return s;
}

static void free_sample(Sample *s)
{
  free(s->mu);
  free(s->bulk);
  free(s->solid);
}

/* One strained voxel in every 16 or so, under load along z. Returns the iterations. */
static int solve(const GbGrid *grid, const Sample *s, GbElasticSolver solver, Tensor *stress)
{
  const double mean[GB_NTENSOR] = {[GB_ZZ] = -0.02, [GB_YZ] = 0.01};
  Tensor *star = calloc((size_t)count(grid), sizeof *star);
  GbElasticity *e;
  for (int v = 0; v < count(grid); v++)
    for (int t = 0; t < GB_NTENSOR && uniform(v, 3) < 1.0 / 16; t++)
      star[v][t] = 0.1 * (uniform(v, 10 + t) - 0.5);
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, grid, s->solid, solver, &e));
  assert_ok(GbElasticitySetModuli(e, s->mu, s->bulk));
  assert_ok(GbElasticitySolve(e, IN(star), mean, stress, NULL));
  const int iterations = GbElasticityIterations(e);
  GbElasticityDestroy(&e);
  free(star);
  return iterations;
}

static void compare(const GbGrid *grid, Medium medium, GbElasticSolver one, GbElasticSolver other)
{
  Sample s = make_sample(grid, medium);
  Tensor *a = calloc((size_t)count(grid), sizeof *a), *b = calloc((size_t)count(grid), sizeof *b);
  double largest = 0, difference = 0;
  solve(grid, &s, one, a);
  solve(grid, &s, other, b);
  for (int v = 0; v < count(grid); v++)
    for (int t = 0; t < GB_NTENSOR; t++) {
      largest = fmax(largest, fabs(a[v][t]));
      difference = fmax(difference, fabs(a[v][t] - b[v][t]));
    }
  print_message("%d x %d x %d %s, medium %d, solvers %d and %d: %.1e of the largest stress\n",
                grid->nx, grid->ny, grid->nz, grid->free_x ? "free" : "periodic", medium, one,
                other, difference / largest);
  assert_true(largest > 0.1);
  assert_true(difference < 1e-8 * largest);
  free_sample(&s);
  free(a);
  free(b);
}

static void solvers_agree(void **state)
{
  (void)state;
  for (int free_x = 0; free_x < 2; free_x++) {
    const GbGrid flat = {40, 1, 48, 1.6, free_x, 0}, thick = {12, 10, 14, 1.6, free_x, 0};
    compare(&flat, UNIFORM, GB_ELASTIC_DIRECT, GB_ELASTIC_FFT);
    compare(&flat, UNIFORM, GB_ELASTIC_DIRECT, GB_ELASTIC_UNIFORM);
    compare(&flat, RANDOM, GB_ELASTIC_DIRECT, GB_ELASTIC_FFT);
    compare(&flat, NOTCH, GB_ELASTIC_DIRECT, GB_ELASTIC_FFT);
    compare(&thick, UNIFORM, GB_ELASTIC_FFT, GB_ELASTIC_UNIFORM);
  }
}

static int iterations_at(GbGrid grid, int n, Medium medium)
{
  grid.nx = grid.nz = n;
  grid.ny = grid.ny == 1 ? 1 : n;
  Sample s = make_sample(&grid, medium);
  Tensor *stress = calloc((size_t)count(&grid), sizeof *stress);
  const int iterations = solve(&grid, &s, GB_ELASTIC_FFT, stress);
  print_message("%d^%d %s, medium %d: %d iterations\n", n, grid.ny == 1 ? 2 : 3,
                grid.free_x ? "free" : "periodic", medium, iterations);
  free_sample(&s);
  free(stress);
  return iterations;
}

/* The notch has sharp corners, which a finer grid resolves better: three more are allowed
 * for eight times as many voxels along each axis. */
static void iterations_do_not_grow(void **state)
{
  (void)state;
  static const Medium media[] = {RANDOM, NOTCH};
  for (int free_x = 0; free_x < 2; free_x++)
    for (int m = 0; m < 2; m++) {
      const GbGrid flat = {0, 1, 0, 1, free_x, 0}, cube = {0, 3, 0, 1, free_x, 0};
      const int coarse = iterations_at(flat, 32, media[m]),
                fine = iterations_at(flat, 256, media[m]);
      assert_true(fine <= coarse + 3);
      assert_true(fine <= 25);
      const int small = iterations_at(cube, 16, media[m]),
                large = iterations_at(cube, 48, media[m]);
      assert_true(large <= small + 3);
      assert_true(large <= 30);
    }
}

GB_TEST_MAIN("verify.mesoscale.agreement", cmocka_unit_test(solvers_agree),
             cmocka_unit_test(iterations_do_not_grow))
