/* Three dimensions against closed forms: the spherical inclusion and one sheared voxel.
 *
 * J. D. Eshelby, Proc. R. Soc. A 241, 376 (1957); the tensor of the sphere in T. Mura,
 * Micromechanics of Defects in Solids (1987), eq. 11.21: a dilatation by eps* strains the inside by
 * (1 + nu) / (3 (1 - nu)) eps*, a shear by 2 (4 - 5 nu) / (15 (1 - nu)) eps*. In a periodic cubic
 * cell with zero mean strain, a dilating sphere of volume fraction f has the mean interior strain
 * (1 - f) of that exactly: the strain of the images is a uniform dilatation plus a harmonic
 * deviator, which averages to zero over any centred ball. */
#include "harness/harness.h"

#include "base/units.h"
#include "mesoscale/elasticity/element.h"
#include "mesoscale/elasticity/green.h"

#include <math.h>
#include <stdlib.h>

static const double MU = 30, BULK = 120;
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30));
typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

/* Part of voxel v inside the ball of this radius around the middle of an n^3 cell. */
static double coverage(int n, int v, double radius)
{
  enum { SUB = 12 };
  const double at[3] = {v % n - 0.5 * n, v / n % n - 0.5 * n, v / n / n - 0.5 * n};
  double to_middle = 0;
  int inside = 0;
  for (int a = 0; a < 3; a++)
    to_middle += (at[a] + 0.5) * (at[a] + 0.5);
  if (sqrt(to_middle) > radius + 1) return 0;
  if (sqrt(to_middle) < radius - 1) return 1;
  for (int p = 0; p < SUB * SUB * SUB; p++) {
    const double x = at[0] + (p % SUB + 0.5) / SUB, y = at[1] + (p / SUB % SUB + 0.5) / SUB;
    const double z = at[2] + (p / SUB / SUB + 0.5) / SUB;
    inside += x * x + y * y + z * z < radius * radius;
  }
  return (double)inside / (SUB * SUB * SUB);
}

/* Stress at zero mean strain, periodic. */
static Tensor *solve(int n, Tensor *star)
{
  const GbGrid grid = {n, n, n, 1, false, 0};
  const double none[GB_NTENSOR] = {0};
  Tensor *stress = calloc((size_t)(n * n * n), sizeof *stress);
  GbGreen *green;
  assert_ok(GbGreenCreate(&grid, MU, BULK, &green));
  assert_ok(GbGreenStress(green, IN(star), none, stress, NULL));
  GbGreenDestroy(&green);
  return stress;
}

/* Mean stress within half the radius of an inclusion with this eigenstrain, n^3 voxels. */
static void interior_stress(int n, double radius, const double star[GB_NTENSOR],
                            double mean[GB_NTENSOR])
{
  const int nv = n * n * n;
  Tensor *field = calloc((size_t)nv, sizeof *field);
  double weight = 0;
  for (int v = 0; v < nv; v++) {
    const double part = coverage(n, v, radius);
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] = part * star[t];
  }
  Tensor *stress = solve(n, field);
  for (int t = 0; t < GB_NTENSOR; t++)
    mean[t] = 0;
  for (int v = 0; v < nv; v++) {
    const double part = coverage(n, v, 0.5 * radius);
    weight += part;
    for (int t = 0; t < GB_NTENSOR; t++)
      mean[t] += part * stress[v][t];
  }
  for (int t = 0; t < GB_NTENSOR; t++)
    mean[t] /= weight;
  free(field);
  free(stress);
}

/* Second order, as the linear element promises: halving the voxel cuts the error to a quarter. */
static void dilating_sphere_converges(void **state)
{
  (void)state;
  const double eps = 0.02, fraction = 4.0 / 3 * GB_PI * 0.027;
  const double star[GB_NTENSOR] = {eps, eps, 0, eps};
  const double strain = (1 - fraction) * (1 + NU) / (3 * (1 - NU)) * eps;
  const double exact = 3 * BULK * (strain - eps);
  double error[3], found[GB_NTENSOR];
  for (int level = 0; level < 3; level++) {
    const int n = 24 << level;
    interior_stress(n, 0.3 * n, star, found);
    error[level] = fabs(found[GB_XX] / exact - 1);
    print_message("n = %d: relative error %.2e\n", n, error[level]);
    assert_close(found[GB_ZZ], found[GB_XX], 1e-10);
    assert_close(found[GB_YY], found[GB_XX], 1e-10);
    assert_close(found[GB_XZ], 0, 1e-10);
    assert_close(found[GB_XY], 0, 1e-10);
  }
  assert_true(error[2] < 1e-4);
  assert_true(error[1] < 0.3 * error[0]);
  assert_true(error[2] < 0.3 * error[1]);
}

/* In a large cell (volume fraction 0.4 %) the images change a sheared sphere by about that much. */
static void sheared_sphere(void **state)
{
  (void)state;
  const double eps = 0.05, part = 2 * (4 - 5 * NU) / (15 * (1 - NU));
  const double stars[4][GB_NTENSOR] = {
      {0, 0, eps}, {0, 0, 0, 0, eps}, {0, 0, 0, 0, 0, eps}, {eps, -eps, 0, 0}};
  for (int s = 0; s < 4; s++) {
    double found[GB_NTENSOR];
    interior_stress(64, 6, stars[s], found);
    for (int t = 0; t < GB_NTENSOR; t++)
      assert_close(found[t], 2 * MU * (part - 1) * stars[s][t], 0.02 * 2 * MU * eps);
  }
}

/* Stress xz at (x, y, z) of a point with shear eigenstrain xz times volume `moment`: derivatives of
 * Kelvin's solution, Mura eq. 5.8. */
static double point_stress(double moment, double x, double y, double z)
{
  const double r2 = x * x + y * y + z * z, r3 = r2 * sqrt(r2), x2 = x * x / r2, z2 = z * z / r2;
  const double factor = 2 * MU * moment * MU / (16 * GB_PI * MU * (1 - NU) * r3);
  return factor * ((2 - 4 * NU) * (2 - 3 * x2 - 3 * z2) + 6 * (x2 + z2) - 60 * x2 * z2);
}

/* One sheared voxel: along the axis and the diagonal the stress has the sign of the continuum from
 * the first neighbour on and falls monotonically, so there is no checkerboard; and everywhere it
 * becomes that of the point source, with an error of second order in voxel over distance. */
static void single_voxel_is_a_point_source(void **state)
{
  (void)state;
  enum { N = 64, STEP_Y = N, STEP_Z = N * N, SOURCE = N / 2 * (1 + STEP_Y + STEP_Z) };
  static const int direction[3][3] = {{1, 0, 0}, {1, 0, 1}, {0, 1, 0}};
  Tensor *star = calloc((size_t)N * N * N, sizeof *star);
  star[SOURCE][GB_XZ] = 0.05;
  Tensor *stress = solve(N, star);
  assert_true(stress[SOURCE][GB_XZ] < -0.5);
  for (int s = 0; s < 3; s++)
    for (int r = 1; r < 9; r++) {
      const int *d = direction[s], step = d[0] + d[1] * STEP_Y + d[2] * STEP_Z;
      const double here = stress[SOURCE + r * step][GB_XZ];
      const double point = point_stress(0.05, r * d[0], r * d[1], r * d[2]);
      print_message("(%d %d %d) * %d: %+.5f, point source %+.5f\n", d[0], d[1], d[2], r, here,
                    point);
      if (r >= 3) assert_close(here, point, 1.5 / (r * r) * point_stress(0.05, r, 0, 0));
      if (s == 2) continue; /* the point source is five times weaker there */
      assert_true(here * point > 0);
      assert_true(fabs(here) > fabs(stress[SOURCE + (r + 1) * step][GB_XZ]));
    }
  free(star);
  free(stress);
}

GB_TEST_MAIN("verify.mesoscale.sphere", cmocka_unit_test(dilating_sphere_converges),
             cmocka_unit_test(sheared_sphere), cmocka_unit_test(single_voxel_is_a_point_source))
