/* The image stress of one strained voxel below a free surface, against the half-plane.
 *
 * Plane strain, half-plane x > 0, source at depth d. In the full plane a point of dilatation
 * (displacement grad(k ln r), k = eps* A (1 + nu) / (2 pi (1 - nu)) for the same eps* along x, y, z
 * on area A) has the Airy function chi_0 = -2 mu k ln r; a point of shear eps*_xz has chi_0 = 2 b x
 * z / r^2 with b = mu eps* A / (2 pi (1 - nu)), from lapl^2 chi = 2 E' d_x d_z eps*_xz, E' = 2 mu /
 * (1 - nu). A traction-free face is chi = d chi / dx = 0, which the reflection of biharmonic
 * functions fulfils (H. Poritsky, Trans. Am. Math. Soc. 59, 248 (1946)): with g(x, z) = chi_0(-x,
 * z), chi = chi_0 - g + 2 x dg/dx - x^2 lapl g. sigma_xx = chi_zz, sigma_zz = chi_xx, sigma_xz =
 * -chi_xz. */
#include "harness/harness.h"

#include "base/units.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>

static const double MU = 30, BULK = 120;
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30));
typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

enum { NX = 384, NZ = 768 }; /* the far face and the periodic images are (16 / 384)^2 away */

static double airy_dilatation(double eps, double d, double x, double z)
{
  const double k = eps * (1 + NU) / (2 * GB_PI * (1 - NU)), to_image = x + d;
  const double r1 = (x - d) * (x - d) + z * z, r2 = to_image * to_image + z * z;
  return 2 * MU * k * (0.5 * log(r2 / r1) - 2 * x * to_image / r2);
}

static double airy_shear(double eps, double d, double x, double z)
{
  const double b = MU * eps / (2 * GB_PI * (1 - NU)), to_image = x + d;
  const double r1 = (x - d) * (x - d) + z * z, r2 = to_image * to_image + z * z;
  const double slope = -2 * b * z * (z * z - to_image * to_image) / (r2 * r2); /* dg/dx */
  const double laplace = 8 * b * to_image * z / (r2 * r2);
  return 2 * b * (x - d) * z / r1 + 2 * b * to_image * z / r2 + 2 * x * slope - x * x * laplace;
}

/* Second derivative by central differences: they are exact enough (1e-6) on scales of d. */
static double along_x_twice(double (*airy)(double, double, double, double), double eps, double d,
                            double x, double z)
{
  const double h = 1e-2;
  return (airy(eps, d, x + h, z) - 2 * airy(eps, d, x, z) + airy(eps, d, x - h, z)) / (h * h);
}

static double cross(double (*airy)(double, double, double, double), double eps, double d, double x,
                    double z)
{
  const double h = 1e-2;
  return (airy(eps, d, x + h, z + h) - airy(eps, d, x + h, z - h) - airy(eps, d, x - h, z + h) +
          airy(eps, d, x - h, z - h)) /
         (4 * h * h);
}

static Tensor *solve(int depth, const double star[GB_NTENSOR])
{
  const GbGrid grid = {NX, 1, NZ, 1, true, 0};
  const size_t nv = (size_t)NX * NZ;
  const double none[GB_NTENSOR] = {0};
  double *mu = malloc(nv * sizeof *mu), *bulk = malloc(nv * sizeof *bulk);
  Tensor *field = calloc(nv, sizeof *field), *stress = calloc(nv, sizeof *stress);
  GbElasticity *e;
  for (size_t v = 0; v < nv; v++) {
    mu[v] = MU;
    bulk[v] = BULK;
  }
  for (int t = 0; t < GB_NTENSOR; t++)
    field[NZ / 2 * NX + depth][t] = star[t];
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &grid, NULL, GB_ELASTIC_UNIFORM, &e));
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(field), none, stress, NULL));
  GbElasticityDestroy(&e);
  free(mu);
  free(bulk);
  free(field);
  return stress;
}

/* Largest error of sigma_zz in the first layer of voxels, relative to its largest value, and of
 * sigma_xz half way down. */
static void errors(double (*airy)(double, double, double, double), double eps, int depth,
                   const Tensor *stress, double *on_surface, double *inside)
{
  const double d = depth + 0.5, x = depth / 2 + 0.5;
  double largest[2] = {0}, error[2] = {0};
  for (int z = -4 * depth; z <= 4 * depth; z++) {
    const double *surface = stress[(NZ / 2 + z) * NX],
                 *half = surface + (size_t)(depth / 2) * GB_NTENSOR;
    const double zz = along_x_twice(airy, eps, d, 0.5, z), xz = -cross(airy, eps, d, x, z);
    largest[0] = fmax(largest[0], fabs(zz));
    largest[1] = fmax(largest[1], fabs(xz));
    error[0] = fmax(error[0], fabs(surface[GB_ZZ] - zz));
    error[1] = fmax(error[1], fabs(half[GB_XZ] - xz));
  }
  *on_surface = error[0] / largest[0];
  *inside = error[1] / largest[1];
}

/* Second order in voxel size over depth, until the finite sample shows. */
static void check_source(double (*airy)(double, double, double, double), double eps,
                         const double star[GB_NTENSOR])
{
  double surface[3], inside[3];
  for (int level = 0; level < 3; level++) {
    const int depth = 4 << level;
    Tensor *stress = solve(depth, star);
    errors(airy, eps, depth, (const Tensor *)stress, &surface[level], &inside[level]);
    print_message("depth %d voxels: relative error %.4f on the surface, %.4f inside\n", depth,
                  surface[level], inside[level]);
    free(stress);
  }
  assert_true(surface[2] < 0.01);
  assert_true(inside[2] < 0.03);
  assert_true(surface[1] < 0.35 * surface[0]);
  assert_true(inside[2] < 0.35 * inside[1]);
}

static void dilating_voxel(void **state)
{
  (void)state;
  check_source(airy_dilatation, 0.05, (const double[GB_NTENSOR]){0.05, 0.05, 0, 0.05});
}

static void sheared_voxel(void **state)
{
  (void)state;
  check_source(airy_shear, 0.05, (const double[GB_NTENSOR]){0, 0, 0.05});
}

GB_TEST_MAIN("verify.mesoscale.surface", cmocka_unit_test(dilating_voxel),
             cmocka_unit_test(sheared_voxel))
