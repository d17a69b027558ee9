/* K = integral B^T D B dA by 2 x 2 Gauss points, exact for the square: D = mu D_mu + bulk D_bulk
 * with D_mu = (4/3, -2/3, 0; -2/3, 4/3, 0; 0, 0, 1) and D_bulk = (1, 1, 0; 1, 1, 0; 0, 0, 0), which
 * is isotropic Hooke with eps_yy = 0. Full integration keeps the hourglass mode stiff, so one
 * strained element makes no checkerboard. Source: T. J. R. Hughes, The Finite Element Method
 * (2000), ch. 3. */
#include "mesoscale/elasticity/element.h"

#include <math.h>
#include <string.h>

/* Strain-displacement matrix at (x, z) in [0, 1]^2. */
static void strain_displacement(double x, double z, double b[3][GB_NLOCAL])
{
  memset(b, 0, sizeof(double[3][GB_NLOCAL]));
  for (int a = 0; a < GB_NCORNERS; a++) {
    int di = a % 2, dk = a / 2;
    double shape_x = di ? x : 1 - x, shape_z = dk ? z : 1 - z;
    double dx = (di ? 1 : -1) * shape_z, dz = (dk ? 1 : -1) * shape_x;
    b[0][2 * a] = dx;
    b[1][2 * a + 1] = dz;
    b[2][2 * a] = dz;
    b[2][2 * a + 1] = dx;
  }
}

static void add_product(const double b[3][GB_NLOCAL], const double d[3][3], double weight,
                        double k[GB_NLOCAL][GB_NLOCAL])
{
  for (int p = 0; p < GB_NLOCAL; p++)
    for (int q = 0; q < GB_NLOCAL; q++)
      for (int r = 0; r < 3; r++)
        for (int s = 0; s < 3; s++)
          k[p][q] += weight * b[r][p] * d[r][s] * b[s][q];
}

void GbElementSetUp(GbElement *element)
{
  static const double d_mu[3][3] = {{4.0 / 3, -2.0 / 3, 0}, {-2.0 / 3, 4.0 / 3, 0}, {0, 0, 1}};
  static const double d_bulk[3][3] = {{1, 1, 0}, {1, 1, 0}, {0, 0, 0}};
  const double gauss[2] = {0.5 - 0.5 / sqrt(3.0), 0.5 + 0.5 / sqrt(3.0)};
  memset(element, 0, sizeof *element);
  for (int g = 0; g < 4; g++) {
    double b[3][GB_NLOCAL];
    strain_displacement(gauss[g % 2], gauss[g / 2], b);
    add_product(b, d_mu, 0.25, element->mu);
    add_product(b, d_bulk, 0.25, element->bulk);
  }
}

void GbElementHooke(double mu, double bulk, const double strain[GB_NTENSOR],
                    double stress[GB_NTENSOR])
{
  double trace = strain[GB_XX] + strain[GB_ZZ] + strain[GB_YY];
  double pressure_part = (bulk - 2.0 / 3 * mu) * trace;
  stress[GB_XX] = 2 * mu * strain[GB_XX] + pressure_part;
  stress[GB_ZZ] = 2 * mu * strain[GB_ZZ] + pressure_part;
  stress[GB_YY] = 2 * mu * strain[GB_YY] + pressure_part;
  stress[GB_XZ] = 2 * mu * strain[GB_XZ];
  stress[GB_YZ] = 2 * mu * strain[GB_YZ];
  stress[GB_XY] = 2 * mu * strain[GB_XY];
}
