/* The circular inclusion (infinite cylinder) with uniform eigenstrain in plane strain.
 *
 * J. D. Eshelby, Proc. R. Soc. A 241, 376 (1957); the tensor of the circular cylinder in T. Mura,
 * Micromechanics of Defects in Solids (1987), eq. 11.22: S1111 = (5 - 4 nu) / (8 (1 - nu)),
 * S1122 = (4 nu - 1) / (8 (1 - nu)), S1133 = nu / (2 (1 - nu)), S1212 = (3 - 4 nu) / (8 (1 - nu)).
 * In a periodic square cell with zero mean strain, an inclusion of area fraction f that dilates
 * equally in its plane has mean interior strain (1 - f) S : eps* exactly: the strain of its images
 * is a uniform dilatation plus a harmonic deviator that averages to zero over any centred disc. */
#include "harness/harness.h"

#include "base/units.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>

static const double MU = 30, BULK = 120;
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30));
#define IN(field) ((const double(*)[GB_NTENSOR])(field))
#define MEAN_ZZ(value) ((const double[GB_NTENSOR]){[GB_ZZ] = (value)})

/* Part of voxel (i, k) inside the disc of this radius around the middle of an n x n cell. */
static double coverage(int n, int i, int k, double radius)
{
  enum { SUB = 32 };
  int inside = 0;
  for (int a = 0; a < SUB; a++)
    for (int b = 0; b < SUB; b++) {
      double x = i + (a + 0.5) / SUB - 0.5 * n, z = k + (b + 0.5) / SUB - 0.5 * n;
      inside += x * x + z * z < radius * radius;
    }
  return (double)inside / (SUB * SUB);
}

/* Mean stress within half the radius of an inclusion with eigenstrain star, n x n periodic voxels.
 */
static void interior_stress(int n, double radius, const double star[GB_NTENSOR],
                            double mean[GB_NTENSOR])
{
  GbGrid grid = {n, 1, n, 1, false, 0};
  size_t nv = (size_t)(n * n);
  double *mu = malloc(nv * sizeof *mu), *bulk = malloc(nv * sizeof *bulk), weight = 0;
  double(*field)[GB_NTENSOR] = calloc(nv, sizeof *field);
  double(*stress)[GB_NTENSOR] = calloc(nv, sizeof *stress);
  GbElasticity *e;
  for (int v = 0; v < n * n; v++) {
    double part = coverage(n, v % n, v / n, radius);
    mu[v] = MU;
    bulk[v] = BULK;
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] = part * star[t];
  }
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &grid, NULL, GB_ELASTIC_AUTO, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(field), MEAN_ZZ(0), stress, NULL));
  for (int t = 0; t < GB_NTENSOR; t++)
    mean[t] = 0;
  for (int v = 0; v < n * n; v++) {
    double part = coverage(n, v % n, v / n, 0.5 * radius);
    weight += part;
    for (int t = 0; t < GB_NTENSOR; t++)
      mean[t] += part * stress[v][t];
  }
  for (int t = 0; t < GB_NTENSOR; t++)
    mean[t] /= weight;
  GbElasticityDestroy(&e);
  free(mu);
  free(bulk);
  free(field);
  free(stress);
}

static void eshelby_stress(const double star[GB_NTENSOR], double scale, double stress[GB_NTENSOR])
{
  double s1111 = (5 - 4 * NU) / (8 * (1 - NU)), s1122 = (4 * NU - 1) / (8 * (1 - NU));
  double s1133 = NU / (2 * (1 - NU)), s1212 = (3 - 4 * NU) / (8 * (1 - NU));
  double xx = scale * (s1111 * star[GB_XX] + s1122 * star[GB_ZZ] + s1133 * star[GB_YY]);
  double zz = scale * (s1111 * star[GB_ZZ] + s1122 * star[GB_XX] + s1133 * star[GB_YY]);
  xx -= star[GB_XX];
  zz -= star[GB_ZZ];
  double yy = -star[GB_YY], xz = scale * 2 * s1212 * star[GB_XZ] - star[GB_XZ];
  double pressure_part = (BULK - 2.0 / 3 * MU) * (xx + zz + yy);
  stress[GB_XX] = pressure_part + 2 * MU * xx;
  stress[GB_ZZ] = pressure_part + 2 * MU * zz;
  stress[GB_YY] = pressure_part + 2 * MU * yy;
  stress[GB_XZ] = 2 * MU * xz;
}

/* At least second order: halving the voxel cuts the error to a quarter or less. */
static void dilating_inclusion_converges(void **state)
{
  (void)state;
  const double star[GB_NTENSOR] = {0.02, 0.02, 0, 0.01};
  double error[3], exact[GB_NTENSOR], found[GB_NTENSOR];
  eshelby_stress(star, 1 - GB_PI / 64, exact);
  for (int level = 0; level < 3; level++) {
    int n = 32 << level;
    interior_stress(n, n / 8.0, star, found);
    error[level] = fabs(found[GB_XX] - exact[GB_XX]) / fabs(exact[GB_XX]);
    assert_close(found[GB_ZZ], found[GB_XX], 1e-7);
    assert_close(found[GB_XZ], 0, 1e-7);
    print_message("n = %d: relative error %.2e\n", n, error[level]);
  }
  assert_true(error[2] < 1e-3);
  assert_true(error[1] < 0.25 * error[0]);
  assert_true(error[2] < 0.25 * error[1]);
}

/* In a large cell (area fraction 0.5 %) the images change a sheared inclusion by about that much.
 */
static void sheared_inclusion(void **state)
{
  (void)state;
  const double stars[2][GB_NTENSOR] = {{0, 0, 0.05, 0}, {0.05, -0.05, 0, 0}};
  for (int s = 0; s < 2; s++) {
    double exact[GB_NTENSOR], found[GB_NTENSOR];
    eshelby_stress(stars[s], 1, exact);
    interior_stress(128, 5, stars[s], found);
    double scale = fabs(exact[GB_XX]) + fabs(exact[GB_XZ]);
    for (int t = 0; t < GB_NTENSOR; t++)
      assert_close(found[t], exact[t], 0.02 * scale);
  }
}

/* One sheared voxel: along the axis and the diagonal the stress keeps the sign that the continuum
 * has there (cos 4 phi / r^2 beyond the voxel) and falls monotonically: no checkerboard. */
static void single_voxel_has_no_checkerboard(void **state)
{
  (void)state;
  enum { N = 64, SOURCE = N / 2 * N + N / 2, NV = N * N };
  static double mu[NV], bulk[NV], star[NV][GB_NTENSOR], stress[NV][GB_NTENSOR];
  GbGrid grid = {N, 1, N, 1, false, 0};
  GbElasticity *e;
  for (int v = 0; v < NV; v++) {
    mu[v] = MU;
    bulk[v] = BULK;
  }
  star[SOURCE][GB_XZ] = 0.05;
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &grid, NULL, GB_ELASTIC_AUTO, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(star), MEAN_ZZ(0), stress, NULL));
  assert_true(stress[SOURCE][GB_XZ] < -0.5);
  for (int r = 1; r < 10; r++) {
    print_message("r = %d: axis %+.4f diagonal %+.4f\n", r, stress[SOURCE + r][GB_XZ],
                  stress[SOURCE + r * (N + 1)][GB_XZ]);
    assert_true(stress[SOURCE + r][GB_XZ] > 0);
    assert_true(stress[SOURCE + r][GB_XZ] > stress[SOURCE + r + 1][GB_XZ]);
    assert_true(stress[SOURCE + r * (N + 1)][GB_XZ] < 0);
    assert_true(stress[SOURCE + r * (N + 1)][GB_XZ] < stress[SOURCE + (r + 1) * (N + 1)][GB_XZ]);
  }
  GbElasticityDestroy(&e);
}

GB_TEST_MAIN("verify.mesoscale.eshelby", cmocka_unit_test(dilating_inclusion_converges),
             cmocka_unit_test(sheared_inclusion),
             cmocka_unit_test(single_voxel_has_no_checkerboard))
