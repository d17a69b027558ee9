/* Fields with closed forms: laminates, a stress-free strip, uniaxial loading in plane strain. */
#include "harness/harness.h"

#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>

enum { NX = 8, NZ = 6, NV = NX * NZ };
typedef double Field[NV][GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))
#define MEAN_ZZ(value) ((const double[GB_NTENSOR]){[GB_ZZ] = (value)})

static GbElasticity *solver(bool free_x, const double mu[NV], const double bulk[NV])
{
  GbGrid grid = {NX, 1, NZ, 1.6, free_x, 0};
  GbElasticity *e;
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &grid, NULL, GB_ELASTIC_AUTO, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  return e;
}

/* Layers along x with eigenstrains, periodic: eps_zz is uniform, sigma_xx and sigma_xz are uniform,
 * eps_xx and eps_xz average to zero. */
static void laminate_along_x(void **state)
{
  (void)state;
  const double mean = 0.01;
  double mu[NV], bulk[NV];
  Field star, stress, strain;
  for (int v = 0; v < NV; v++) {
    int i = v % NX;
    mu[v] = 20 + 3 * i;
    bulk[v] = 100 + 7 * (i % 3);
    for (int t = 0; t < GB_NTENSOR; t++)
      star[v][t] = 0.002 * (i % (t + 2));
  }
  double m_sum = 0, xx_sum = 0, c_sum = 0, xz_sum = 0;
  for (int i = 0; i < NX; i++) { /* row k = 0 stands for all */
    double lambda = bulk[i] - 2.0 / 3 * mu[i], m = lambda + 2 * mu[i];
    m_sum += 1 / m;
    xx_sum += star[i][GB_XX] - lambda / m * (mean - star[i][GB_ZZ] - star[i][GB_YY]);
    c_sum += 1 / (2 * mu[i]);
    xz_sum += star[i][GB_XZ];
  }
  GbElasticity *e = solver(false, mu, bulk);
  assert_ok(GbElasticitySolve(e, IN(star), MEAN_ZZ(mean), stress, strain));
  for (int v = 0; v < NV; v++) {
    int i = v % NX;
    double lambda = bulk[i] - 2.0 / 3 * mu[i], sigma_xx = -xx_sum / m_sum;
    double e_zz = mean - star[i][GB_ZZ], e_yy = -star[i][GB_YY];
    double e_xx = (sigma_xx - lambda * (e_zz + e_yy)) / (lambda + 2 * mu[i]);
    double trace = e_xx + e_zz + e_yy;
    assert_close(stress[v][GB_XX], sigma_xx, 1e-8);
    assert_close(stress[v][GB_XZ], -xz_sum / c_sum, 1e-8);
    assert_close(stress[v][GB_ZZ], lambda * trace + 2 * mu[i] * e_zz, 1e-8);
    assert_close(stress[v][GB_YY], lambda * trace + 2 * mu[i] * e_yy, 1e-8);
    assert_close(strain[v][GB_XX], e_xx + star[i][GB_XX], 1e-10);
    assert_close(strain[v][GB_ZZ], mean, 1e-10);
  }
  GbElasticityDestroy(&e);
}

/* Layers along z, periodic: sigma_zz is uniform and equals mean / <1 / (lambda + 2 mu)>. */
static void laminate_along_z(void **state)
{
  (void)state;
  double mu[NV], bulk[NV], compliance = 0;
  Field zero = {0}, stress;
  for (int v = 0; v < NV; v++) {
    mu[v] = 20 + 5 * (v / NX);
    bulk[v] = 100 - 4 * (v / NX);
    compliance += 1 / (bulk[v] + 4.0 / 3 * mu[v]) / NV;
  }
  GbElasticity *e = solver(false, mu, bulk);
  assert_ok(GbElasticitySolve(e, IN(zero), MEAN_ZZ(0.02), stress, NULL));
  for (int v = 0; v < NV; v++)
    assert_close(stress[v][GB_ZZ], 0.02 / compliance, 1e-8);
  GbElasticityDestroy(&e);
}

static void uniform_medium(double mu[NV], double bulk[NV])
{
  for (int v = 0; v < NV; v++) {
    mu[v] = 30;
    bulk[v] = 120;
  }
}

/* Free surfaces let a uniform in-plane eigenstrain happen without stress. */
static void free_strip_with_uniform_eigenstrain(void **state)
{
  (void)state;
  double mu[NV], bulk[NV];
  Field star, stress, strain;
  uniform_medium(mu, bulk);
  for (int v = 0; v < NV; v++) {
    star[v][GB_XX] = 0.03;
    star[v][GB_ZZ] = -0.02;
    star[v][GB_XZ] = 0.04;
    star[v][GB_YY] = star[v][GB_YZ] = star[v][GB_XY] = 0;
  }
  GbElasticity *e = solver(true, mu, bulk);
  assert_ok(GbElasticitySolve(e, IN(star), MEAN_ZZ(-0.02), stress, strain));
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++) {
      assert_close(stress[v][t], 0, 1e-8);
      assert_close(strain[v][t], star[v][t], 1e-10);
    }
  GbElasticityDestroy(&e);
}

/* sigma_zz = E / (1 - nu^2) eps, sigma_yy = nu sigma_zz, sigma_xx = 0. */
static void uniaxial_modulus(void **state)
{
  (void)state;
  const double young = 9 * 120.0 * 30 / (3 * 120 + 30), nu = young / (2 * 30) - 1;
  double mu[NV], bulk[NV];
  Field zero = {0}, stress, strain;
  uniform_medium(mu, bulk);
  GbElasticity *e = solver(true, mu, bulk);
  assert_ok(GbElasticitySolve(e, IN(zero), MEAN_ZZ(-0.01), stress, strain));
  for (int v = 0; v < NV; v++) {
    assert_close(stress[v][GB_ZZ], -0.01 * young / (1 - nu * nu), 1e-9);
    assert_close(stress[v][GB_YY], nu * -0.01 * young / (1 - nu * nu), 1e-9);
    assert_close(stress[v][GB_XX], 0, 1e-9);
    assert_close(strain[v][GB_XX], 0.01 * nu / (1 - nu), 1e-11);
  }
  assert_close(GbElasticityMean(e, IN(stress), GB_ZZ), -0.01 * young / (1 - nu * nu), 1e-9);
  GbElasticityDestroy(&e);
}

GB_TEST_MAIN("verify.mesoscale.elasticity", cmocka_unit_test(laminate_along_x),
             cmocka_unit_test(laminate_along_z),
             cmocka_unit_test(free_strip_with_uniform_eigenstrain),
             cmocka_unit_test(uniaxial_modulus))
