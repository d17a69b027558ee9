/* Plane strain. Mode m shears along s = (cos t, sin t) on the plane with n = (-sin t, cos t) in
 * (x, z), t = offset + m pi / count: P = (sin 2t, cos 2t) / sqrt 2 in the basis of modes.h, which
 * turns by twice the offset.
 *
 * Three dimensions. The set are rotations of (n, s) = (z, x) spread evenly over SO(3) by the super-
 * Fibonacci spiral (Alexa, CVPR 2022), each with its reverse if the number is even; a voxel's
 * orientation is a uniformly random rotation (Shoemake, Graphics Gems III (1992)), so every mode of
 * every voxel is a uniformly random pair of plane and direction. Rejected: modes independent of
 * each other within a voxel, which leave holes between directions and take five numbers a mode to
 * keep.
 */
#include "mesoscale/events/modes.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ROOT_2 = 1.41421356237309504880, ROOT_6 = 2.44948974278317809820;

int GbModesOrientationSize(const GbGrid *grid)
{
  return grid->ny == 1 ? 1 : GB_NORIENTATION;
}

static void rotation(const double q[4], double r[3][3])
{
  double w = q[0], x = q[1], y = q[2], z = q[3];
  double rows[3][3] = {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
                       {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
                       {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
  memcpy(r, rows, sizeof rows);
}

static void apply(double r[3][3], const double from[3], double to[3])
{
  for (int a = 0; a < 3; a++)
    to[a] = r[a][0] * from[0] + r[a][1] * from[1] + r[a][2] * from[2];
}

/* --- Deviators ----------------------------------------------------------------------------------
 */

void GbModesDeviator(const GbModes *modes, const double t[GB_NTENSOR], double d[GB_NDEVIATOR])
{
  d[0] = (t[GB_ZZ] - t[GB_XX]) / ROOT_2;
  d[1] = ROOT_2 * t[GB_XZ];
  if (modes->plane) return;
  d[2] = (2 * t[GB_YY] - t[GB_XX] - t[GB_ZZ]) / ROOT_6;
  d[3] = ROOT_2 * t[GB_YZ];
  d[4] = ROOT_2 * t[GB_XY];
}

void GbModesTensor(const GbModes *modes, const double d[GB_NDEVIATOR], double t[GB_NTENSOR])
{
  memset(t, 0, GB_NTENSOR * sizeof *t);
  t[GB_ZZ] = d[0] / ROOT_2;
  t[GB_XX] = -d[0] / ROOT_2;
  t[GB_XZ] = d[1] / ROOT_2;
  if (modes->plane) return;
  t[GB_YY] = 2 * d[2] / ROOT_6;
  t[GB_XX] -= d[2] / ROOT_6;
  t[GB_ZZ] -= d[2] / ROOT_6;
  t[GB_YZ] = d[3] / ROOT_2;
  t[GB_XY] = d[4] / ROOT_2;
}

static void schmid(const double n[3], const double s[3], double p[GB_NTENSOR])
{
  p[GB_XX] = n[0] * s[0];
  p[GB_YY] = n[1] * s[1];
  p[GB_ZZ] = n[2] * s[2];
  p[GB_XZ] = 0.5 * (n[0] * s[2] + n[2] * s[0]);
  p[GB_YZ] = 0.5 * (n[1] * s[2] + n[2] * s[1]);
  p[GB_XY] = 0.5 * (n[0] * s[1] + n[1] * s[0]);
}

/* --- The set ------------------------------------------------------------------------------------
 */

static void plane_strain_mode(int m, int count, double n[3], double s[3])
{
  double angle = m * GB_PI / count;
  const double along[3] = {cos(angle), 0, sin(angle)}, across[3] = {-sin(angle), 0, cos(angle)};
  memcpy(s, along, sizeof along);
  memcpy(n, across, sizeof across);
}

static void spiral_mode(int m, int count, double n[3], double s[3])
{
  const double phi = ROOT_2, psi = 1.533751168755204288118041;
  const double x[3] = {1, 0, 0}, z[3] = {0, 0, 1};
  const int spread = count % 2 == 0 ? count / 2 : count;
  const double i = m % spread + 0.5, t = i / spread, turn = 2 * GB_PI * i;
  const double q[4] = {sqrt(t) * sin(turn / phi), sqrt(t) * cos(turn / phi),
                       sqrt(1 - t) * sin(turn / psi), sqrt(1 - t) * cos(turn / psi)};
  double r[3][3];
  rotation(q, r);
  apply(r, z, n);
  apply(r, x, s);
  for (int a = 0; a < 3 && m >= spread; a++)
    s[a] = -s[a];
}

static GbStatus allocate(GbModes *modes)
{
  GB_CALLOC(modes->axis, modes->count);
  GB_CALLOC(modes->normal, modes->count);
  GB_CALLOC(modes->shear, modes->count);
  return GB_OK;
}

GbStatus GbModesCreate(const GbGrid *grid, int count, GbModes *modes)
{
  *modes = (GbModes){.plane = grid->ny == 1, .count = count};
  modes->ncomponents = modes->plane ? 2 : GB_NDEVIATOR;
  GbStatus status = allocate(modes);
  if (status != GB_OK) {
    GbModesFree(modes);
    GB_CALL(status);
  }
  for (int m = 0; m < count; m++) {
    double p[GB_NTENSOR];
    if (modes->plane)
      plane_strain_mode(m, count, modes->normal[m], modes->shear[m]);
    else
      spiral_mode(m, count, modes->normal[m], modes->shear[m]);
    schmid(modes->normal[m], modes->shear[m], p);
    GbModesDeviator(modes, p, modes->axis[m]);
  }
  return GB_OK;
}

void GbModesFree(GbModes *modes)
{
  free(modes->axis);
  free(modes->normal);
  free(modes->shear);
  *modes = (GbModes){0};
}

/* --- One voxel's turn ---------------------------------------------------------------------------
 */

void GbModesDraw(const GbModes *modes, const double u[3], double *orientation)
{
  if (modes->plane) {
    orientation[0] = u[0] * GB_PI / modes->count;
    return;
  }
  const double a = sqrt(1 - u[0]), b = sqrt(u[0]);
  orientation[0] = b * cos(2 * GB_PI * u[2]);
  orientation[1] = a * sin(2 * GB_PI * u[1]);
  orientation[2] = a * cos(2 * GB_PI * u[1]);
  orientation[3] = b * sin(2 * GB_PI * u[2]);
}

void GbModesFrame(const GbModes *modes, const double *orientation, double *frame)
{
  if (modes->plane) {
    const double c = cos(2 * orientation[0]), s = sin(2 * orientation[0]);
    frame[0] = frame[3] = c;
    frame[1] = s;
    frame[2] = -s;
    return;
  }
  double r[3][3];
  rotation(orientation, r);
  for (int l = 0; l < GB_NDEVIATOR; l++) {
    double unit[GB_NDEVIATOR] = {0}, t[GB_NTENSOR], turned[3][3] = {{0}}, column[GB_NDEVIATOR];
    unit[l] = 1;
    GbModesTensor(modes, unit, t);
    const double b[3][3] = {{t[GB_XX], t[GB_XY], t[GB_XZ]},
                            {t[GB_XY], t[GB_YY], t[GB_YZ]},
                            {t[GB_XZ], t[GB_YZ], t[GB_ZZ]}};
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        for (int p = 0; p < 3; p++)
          for (int q = 0; q < 3; q++)
            turned[i][j] += r[i][p] * b[p][q] * r[j][q];
    const double tensor[GB_NTENSOR] = {turned[0][0], turned[2][2], turned[0][2],
                                       turned[1][1], turned[1][2], turned[0][1]};
    GbModesDeviator(modes, tensor, column);
    for (int k = 0; k < GB_NDEVIATOR; k++)
      frame[k * GB_NDEVIATOR + l] = column[k];
  }
}

void GbModesPlane(const GbModes *modes, const double *orientation, int mode, double normal[3],
                  double shear[3])
{
  double r[3][3];
  if (modes->plane) { /* a turn that takes x towards z */
    const double c = cos(orientation[0]), s = sin(orientation[0]);
    const double turn[3][3] = {{c, 0, -s}, {0, 1, 0}, {s, 0, c}};
    memcpy(r, turn, sizeof turn);
  } else {
    rotation(orientation, r);
  }
  apply(r, modes->normal[mode], normal);
  apply(r, modes->shear[mode], shear);
}

double GbModesAngle(const GbModes *modes, const double *orientation, int mode)
{
  return orientation[0] + mode * GB_PI / modes->count;
}
