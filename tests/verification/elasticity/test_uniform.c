/* A homogeneous strip between free surfaces under a mean strain: Hooke's law of plane strain and of
 * uniaxial stress, and no stress from the components that free surfaces leave to equilibrium. */
#include "harness/harness.h"

#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

enum { NX = 5, NZ = 6, NV_MOST = NX * 4 * NZ };
static const double MU = 30, BULK = 120;
static const double YOUNG = 9.0 * 120 * 30 / (3 * 120 + 30);
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30));

static const GbElasticSolver solvers[] = {GB_ELASTIC_UNIFORM, GB_ELASTIC_FFT};
enum { NSOLVERS = sizeof solvers / sizeof *solvers };

static GbElasticity *strip(int ny, GbElasticSolver solver)
{
  const GbGrid grid = {NX, ny, NZ, 1, true, 0};
  double mu[NV_MOST], bulk[NV_MOST];
  GbElasticity *e;
  for (int v = 0; v < NV_MOST; v++) {
    mu[v] = MU;
    bulk[v] = BULK;
  }
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &grid, NULL, solver, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  return e;
}

static void assert_tensor(const Tensor found, double xx, double zz, double yy)
{
  assert_close(found[GB_XX], xx, 1e-6);
  assert_close(found[GB_ZZ], zz, 1e-6);
  assert_close(found[GB_YY], yy, 1e-6);
  for (int t = 0; t < GB_NTENSOR; t++)
    if (t != GB_XX && t != GB_ZZ && t != GB_YY) assert_close(found[t], 0, 1e-6);
}

/* sigma_xx = 0, eps_yy = 0: sigma_zz = E / (1 - nu^2) eps_zz, sigma_yy = nu sigma_zz; the same for
 * y by exchange. */
static void unit_response_is_that_of_plane_strain(void **state)
{
  (void)state;
  Tensor response[NV_MOST];
  const double along = YOUNG / (1 - NU * NU), across = NU * along;
  for (int s = 0; s < NSOLVERS; s++) {
    GbElasticity *e = strip(1, solvers[s]);
    assert_ok(GbElasticityUnitResponse(e, GB_ZZ, response));
    for (int v = 0; v < NX * NZ; v++)
      assert_tensor(response[v], 0, along, across);
    assert_ok(GbElasticityUnitResponse(e, GB_YY, response));
    for (int v = 0; v < NX * NZ; v++)
      assert_tensor(response[v], 0, across, along);
    assert_close(GbElasticityMean(e, IN(response), GB_YY), along, 1e-6);
    GbElasticityDestroy(&e);
  }
}

/* With eps_yy = -nu eps_zz too the stress is uniaxial. */
static void stress_is_uniaxial(void **state)
{
  (void)state;
  Tensor stress[NV_MOST], none[NV_MOST] = {{0}};
  const Tensor mean = {[GB_ZZ] = 0.01, [GB_YY] = -0.01 * NU};
  for (int s = 0; s < NSOLVERS; s++) {
    GbElasticity *e = strip(4, solvers[s]);
    assert_ok(GbElasticitySolve(e, IN(none), mean, stress, NULL));
    for (int v = 0; v < NV_MOST; v++)
      assert_tensor(stress[v], 0, 0.01 * YOUNG, 0);
    GbElasticityDestroy(&e);
  }
}

static void free_surfaces_take_no_mean_strain(void **state)
{
  (void)state;
  Tensor stress[NV_MOST], none[NV_MOST] = {{0}};
  const Tensor mean = {[GB_XX] = 0.01, [GB_XZ] = 0.02, [GB_XY] = 0.03};
  for (int s = 0; s < NSOLVERS; s++)
    for (int ny = 1; ny <= 4; ny += 3) {
      GbElasticity *e = strip(ny, solvers[s]);
      assert_ok(GbElasticitySolve(e, IN(none), mean, stress, NULL));
      for (int v = 0; v < NX * ny * NZ; v++)
        assert_tensor(stress[v], 0, 0, 0);
      GbElasticityDestroy(&e);
    }
}

GB_TEST_MAIN("verify.mesoscale.uniform", cmocka_unit_test(unit_response_is_that_of_plane_strain),
             cmocka_unit_test(stress_is_uniaxial),
             cmocka_unit_test(free_surfaces_take_no_mean_strain))
