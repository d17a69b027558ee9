/* The solver by transforms against the assembled finite elements: the same equations, so the same
 * answer to rounding. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/elasticity/green.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

static const double MU = 30, BULK = 120;

static Tensor *random_field(const GbGrid *grid)
{
  int nv = grid->nx * grid->ny * grid->nz;
  Tensor *field = calloc((size_t)nv, sizeof *field);
  assert_non_null(field);
  for (int v = 0; v < nv; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] = 0.1 * (GbRngUniform(7, GB_RNG_TEST, (uint64_t)v, (uint64_t)t, 0) - 0.5);
  return field;
}

static Tensor *empty_field(const GbGrid *grid)
{
  Tensor *field = calloc((size_t)(grid->nx * grid->ny * grid->nz), sizeof *field);
  assert_non_null(field);
  return field;
}

static double largest_difference(const GbGrid *grid, Tensor *a, Tensor *b)
{
  double largest = 0;
  for (int v = 0; v < grid->nx * grid->ny * grid->nz; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      largest = fmax(largest, fabs(a[v][t] - b[v][t]));
  return largest;
}

static void assembled(const GbGrid *grid, Tensor *star, const double mean[GB_NTENSOR],
                      Tensor *stress, Tensor *strain)
{
  int nv = grid->nx * grid->ny * grid->nz;
  double *mu = malloc((size_t)nv * sizeof *mu), *bulk = malloc((size_t)nv * sizeof *bulk);
  GbElasticity *e;
  for (int v = 0; v < nv; v++) {
    mu[v] = MU;
    bulk[v] = BULK;
  }
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, grid, NULL, GB_ELASTIC_DIRECT, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(star), mean, stress, strain));
  GbElasticityDestroy(&e);
  free(mu);
  free(bulk);
}

static void compare(const GbGrid *grid)
{
  const double mean[GB_NTENSOR] = {[GB_ZZ] = -0.02};
  GbGreen *green;
  Tensor *star = random_field(grid), *s = empty_field(grid), *e = empty_field(grid);
  Tensor *stress = empty_field(grid), *strain = empty_field(grid);
  assembled(grid, star, mean, stress, strain);
  assert_ok(GbGreenCreate(grid, MU, BULK, &green));
  assert_ok(GbGreenStress(green, IN(star), mean, s, e));
  double error = largest_difference(grid, s, stress);
  print_message("%d x %d x %d %s: stress differs by %.1e GPa\n", grid->nx, grid->ny, grid->nz,
                grid->free_x ? "free" : "periodic", error);
  assert_close(error, 0, 1e-11);
  assert_close(largest_difference(grid, e, strain), 0, 1e-13);
  GbGreenDestroy(&green);
  assert_null(green);
  free(star);
  free(s);
  free(e);
  free(stress);
  free(strain);
}

static void equals_assembled_elements(void **state)
{
  (void)state;
  static const GbGrid grids[] = {
      {8, 1, 12, 1, false, 0},  {9, 1, 7, 1, false, 0},  {3, 1, 5, 1, false, 0},
      {31, 1, 40, 1, false, 0}, {9, 1, 12, 1, true, 0},  {1, 1, 3, 1, true, 0},
      {2, 1, 5, 1, true, 0},    {32, 1, 37, 1, true, 0}, {15, 1, 16, 1, true, 0}};
  PetscOptionsSetValue(NULL, "-elastic_ksp_rtol", "1e-14");
  for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
    compare(grids + i);
  PetscOptionsClearValue(NULL, "-elastic_ksp_rtol");
}

static Tensor *solved(const GbGrid *grid, Tensor *star, const double mean[GB_NTENSOR])
{
  GbGreen *green;
  Tensor *stress = empty_field(grid);
  assert_ok(GbGreenCreate(grid, MU, BULK, &green));
  assert_ok(GbGreenStress(green, IN(star), mean, stress, NULL));
  GbGreenDestroy(&green);
  return stress;
}

/* What does not vary along y solves as plane strain. */
static void plane_strain_is_three_dimensional(void **state)
{
  (void)state;
  const double mean[GB_NTENSOR] = {0.01, -0.02, 0.03, 0.005, 0, 0};
  for (int free_x = 0; free_x < 2; free_x++) {
    const GbGrid flat = {11, 1, 14, 1, free_x, 0}, thick = {11, 4, 14, 1, free_x, 0};
    Tensor *star = random_field(&flat), *copies = empty_field(&thick);
    for (int v = 0; v < 11 * 14; v++)
      star[v][GB_YZ] = star[v][GB_XY] = 0;
    for (int v = 0; v < 11 * 4 * 14; v++)
      memcpy(copies[v], star[v / 44 * 11 + v % 11], sizeof(Tensor));
    Tensor *stress = solved(&flat, star, mean), *thick_stress = solved(&thick, copies, mean);
    double largest = 0;
    for (int v = 0; v < 11 * 4 * 14; v++)
      for (int t = 0; t < GB_NTENSOR; t++)
        largest = fmax(largest, fabs(thick_stress[v][t] - stress[v / 44 * 11 + v % 11][t]));
    assert_close(largest, 0, 1e-12);
    free(star);
    free(copies);
    free(stress);
    free(thick_stress);
  }
}

/* Exchanging two axes of the problem exchanges them in the answer. `free_x` fields keep x. */
static void axes_are_equivalent(bool free_x, const int axes[3])
{
  static const int place[3][3] = {
      {GB_XX, GB_XY, GB_XZ}, {GB_XY, GB_YY, GB_YZ}, {GB_XZ, GB_YZ, GB_ZZ}};
  const int size[3] = {6, 5, 8};
  const GbGrid a = {size[0], size[1], size[2], 1, free_x, 0};
  const GbGrid b = {size[axes[0]], size[axes[1]], size[axes[2]], 1, free_x, 0};
  double mean_a[GB_NTENSOR] = {0.01, 0.02, -0.03, 0.04, 0.05, -0.06}, mean_b[GB_NTENSOR];
  Tensor *star_a = random_field(&a), *star_b = empty_field(&b), *back = empty_field(&a);
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++)
      mean_b[place[r][c]] = mean_a[place[axes[r]][axes[c]]];
  for (int pass = 0; pass < 2; pass++) {
    Tensor *stress = pass ? solved(&b, star_b, mean_b) : NULL;
    for (int v = 0; v < a.nx * a.ny * a.nz; v++) {
      const int at[3] = {v % a.nx, v / a.nx % a.ny, v / a.nx / a.ny};
      const int w = (at[axes[2]] * b.ny + at[axes[1]]) * b.nx + at[axes[0]];
      for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++)
          if (pass)
            back[v][place[axes[r]][axes[c]]] = stress[w][place[r][c]];
          else
            star_b[w][place[r][c]] = star_a[v][place[axes[r]][axes[c]]];
    }
    free(stress);
  }
  Tensor *stress = solved(&a, star_a, mean_a);
  assert_close(largest_difference(&a, stress, back), 0, 1e-12);
  free(star_a);
  free(star_b);
  free(back);
  free(stress);
}

static void no_axis_is_special(void **state)
{
  (void)state;
  axes_are_equivalent(false, (const int[3]){1, 0, 2});
  axes_are_equivalent(false, (const int[3]){2, 1, 0});
  axes_are_equivalent(false, (const int[3]){1, 2, 0});
  axes_are_equivalent(true, (const int[3]){0, 2, 1});
}

#ifdef _OPENMP
static void threads_leave_the_bits(void **state)
{
  (void)state;
  static const GbGrid grids[] = {{100, 1, 120, 1, false, 0},
                                 {100, 1, 120, 1, true, 0},
                                 {20, 15, 24, 1, false, 0},
                                 {20, 15, 24, 1, true, 0}};
  const int most = omp_get_max_threads();
  for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
    const GbGrid *grid = grids + i;
    const size_t size = (size_t)(grid->nx * grid->ny * grid->nz) * sizeof(Tensor);
    Tensor *star = random_field(grid), *one = NULL;
    for (int threads = 1; threads <= 3; threads++) {
      omp_set_num_threads(threads);
      Tensor *stress = solved(grid, star, (const double[GB_NTENSOR]){[GB_ZZ] = 0.01});
      if (threads > 1) assert_memory_equal(stress, one, size);
      free(one);
      one = stress;
    }
    free(one);
    free(star);
  }
  omp_set_num_threads(most);
}
#else
static void threads_leave_the_bits(void **state)
{
  (void)state;
}
#endif

GB_TEST_MAIN("verify.mesoscale.green", cmocka_unit_test(equals_assembled_elements),
             cmocka_unit_test(plane_strain_is_three_dimensional),
             cmocka_unit_test(no_axis_is_special), cmocka_unit_test(threads_leave_the_bits))
