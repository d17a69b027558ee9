/* Layers and bars in series against closed forms, in plane strain and three dimensions, with the
 * solver that needs no matrix. The elements can represent these fields, so the answers are exact.
 *
 * Layers across axis n: the strains in their plane are the mean strains, the stresses on it
 * (sigma_nn, sigma_na, sigma_nb) are the same in all layers, and the mean of eps_nn, eps_na, eps_nb
 * over the layers is prescribed. With elastic strain e = eps - eps*: e_nn = (sigma_nn - lambda
 * (e_aa + e_bb)) / (lambda + 2 mu),  e_na = sigma_na / (2 mu). (G. W. Milton, The Theory of
 * Composites (2002), ch. 9.) */
#include "harness/harness.h"

#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

enum { MAX_LAYERS = 16 };

/* Tensor components by axes x, y, z. */
static const int PLACE[3][3] = {
    {GB_XX, GB_XY, GB_XZ}, {GB_XY, GB_YY, GB_YZ}, {GB_XZ, GB_YZ, GB_ZZ}};

typedef struct {
  double mu, bulk, star[GB_NTENSOR];
} Layer;

static Layer layer(int i)
{
  Layer l = {.mu = 20 + 3 * i, .bulk = 100 + 7 * (i % 3)};
  for (int t = 0; t < GB_NTENSOR; t++)
    l.star[t] = 0.002 * (i % (t + 2));
  return l;
}

/* Stress of each layer across axis n at this mean strain. */
static void laminate(int n, int nlayers, const double mean[GB_NTENSOR],
                     double stress[MAX_LAYERS][GB_NTENSOR])
{
  const int a = (n + 1) % 3, b = (n + 2) % 3;
  const int nn = PLACE[n][n], aa = PLACE[a][a], bb = PLACE[b][b];
  const int shears[2] = {PLACE[n][a], PLACE[n][b]}, ab = PLACE[a][b];
  double missing = mean[nn], compliance = 0, missing_shear[2] = {mean[shears[0]], mean[shears[1]]};
  double shear_compliance = 0;
  for (int i = 0; i < nlayers; i++) {
    const Layer l = layer(i);
    const double lambda = l.bulk - 2.0 / 3 * l.mu, modulus = lambda + 2 * l.mu;
    const double in_plane = mean[aa] - l.star[aa] + mean[bb] - l.star[bb];
    missing -= (l.star[nn] - lambda / modulus * in_plane) / nlayers;
    compliance += 1 / modulus / nlayers;
    shear_compliance += 1 / (2 * l.mu) / nlayers;
    for (int s = 0; s < 2; s++)
      missing_shear[s] -= l.star[shears[s]] / nlayers;
  }
  for (int i = 0; i < nlayers; i++) {
    const Layer l = layer(i);
    const double lambda = l.bulk - 2.0 / 3 * l.mu, modulus = lambda + 2 * l.mu;
    const double e_aa = mean[aa] - l.star[aa], e_bb = mean[bb] - l.star[bb];
    const double e_nn = (missing / compliance - lambda * (e_aa + e_bb)) / modulus;
    const double pressure_part = lambda * (e_nn + e_aa + e_bb);
    stress[i][nn] = missing / compliance;
    stress[i][aa] = pressure_part + 2 * l.mu * e_aa;
    stress[i][bb] = pressure_part + 2 * l.mu * e_bb;
    stress[i][ab] = 2 * l.mu * (mean[ab] - l.star[ab]);
    for (int s = 0; s < 2; s++)
      stress[i][shears[s]] = missing_shear[s] / shear_compliance;
  }
}

static int layer_of(const GbGrid *grid, int axis, int v)
{
  return axis == 0 ? v % grid->nx : axis == 1 ? v / grid->nx % grid->ny : v / grid->nx / grid->ny;
}

static void check_laminate(const GbGrid *grid, int axis)
{
  const double mean[GB_NTENSOR] = {0.003, -0.01, 0.004, 0.002, -0.003, 0.005};
  const size_t nv = (size_t)(grid->nx * grid->ny * grid->nz);
  const int sizes[3] = {grid->nx, grid->ny, grid->nz};
  double *mu = malloc(nv * sizeof *mu), *bulk = malloc(nv * sizeof *bulk);
  double expected[MAX_LAYERS][GB_NTENSOR];
  Tensor *star = calloc(nv, sizeof *star), *stress = calloc(nv, sizeof *stress);
  GbElasticity *e;
  for (int v = 0; v < (int)nv; v++) {
    const Layer l = layer(layer_of(grid, axis, v));
    mu[v] = l.mu;
    bulk[v] = l.bulk;
    for (int t = 0; t < GB_NTENSOR; t++)
      star[v][t] = l.star[t];
  }
  laminate(axis, sizes[axis], mean, expected);
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, grid, NULL, GB_ELASTIC_FFT, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(star), mean, stress, NULL));
  for (int v = 0; v < (int)nv; v++)
    for (int t = 0; t < GB_NTENSOR; t++) {
      /* In plane strain u_y = 0: yz and xy do not relax across layers. */
      if (grid->ny == 1 && (t == GB_YZ || t == GB_XY)) continue;
      assert_close(stress[v][t], expected[layer_of(grid, axis, v)][t], 1e-8);
    }
  GbElasticityDestroy(&e);
  free(mu);
  free(bulk);
  free(star);
  free(stress);
}

static void laminates(void **state)
{
  (void)state;
  const GbGrid flat = {8, 1, 6, 1.6, false, 0}, cube = {8, 5, 6, 1.6, false, 0};
  check_laminate(&flat, 0);
  check_laminate(&flat, 2);
  for (int axis = 0; axis < 3; axis++)
    check_laminate(&cube, axis);
}

/* Pieces in series along z with free lateral faces and nu = 0, so that none bulges: the stress is
 * the same everywhere and <1/E> eps. In three dimensions y is periodic at zero mean strain. */
static void bar_in_series(void **state)
{
  (void)state;
  const GbGrid grids[] = {{5, 1, 9, 1.6, true, 0}, {5, 4, 9, 1.6, true, 0}};
  for (int g = 0; g < 2; g++) {
    const GbGrid *grid = grids + g;
    const size_t nv = (size_t)(grid->nx * grid->ny * grid->nz);
    const double mean[GB_NTENSOR] = {[GB_ZZ] = 0.02};
    double *mu = malloc(nv * sizeof *mu), *bulk = malloc(nv * sizeof *bulk), compliance = 0;
    Tensor *none = calloc(nv, sizeof *none), *stress = calloc(nv, sizeof *stress);
    GbElasticity *e;
    for (int v = 0; v < (int)nv; v++) {
      mu[v] = 20 + 5 * layer_of(grid, 2, v);
      bulk[v] = 2.0 / 3 * mu[v];                  /* nu = 0 */
      compliance += 1 / (2 * mu[v]) / (double)nv; /* E = 2 mu */
    }
    assert_ok(GbElasticityCreate(PETSC_COMM_SELF, grid, NULL, GB_ELASTIC_FFT, &e));
    assert_ok(GbElasticitySetModuli(e, mu, bulk));
    assert_ok(GbElasticitySolve(e, IN(none), mean, stress, NULL));
    for (int v = 0; v < (int)nv; v++)
      for (int t = 0; t < GB_NTENSOR; t++)
        assert_close(stress[v][t], t == GB_ZZ ? 0.02 / compliance : 0, 1e-8);
    GbElasticityDestroy(&e);
    free(mu);
    free(bulk);
    free(none);
    free(stress);
  }
}

GB_TEST_MAIN("verify.mesoscale.layers", cmocka_unit_test(laminates),
             cmocka_unit_test(bar_in_series))
