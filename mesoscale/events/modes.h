/* Shear modes of a voxel: their planes and directions, and the space that they live in.
 *
 * A mode with plane normal n and shear direction s has the Schmid tensor P = (n s + s n) / 2; its
 * resolved shear stress is P : sigma, its event adds gamma P. P is a deviator, so it is held as its
 * components in an orthonormal basis of the symmetric deviators,
 *     (zz - xx)/sqrt 2,  sqrt 2 xz,  (2 yy - xx - zz)/sqrt 6,  sqrt 2 yz,  sqrt 2 xy,
 * of which plane strain (shear planes that contain the y axis) needs the first two. |P|^2 = 1/2.
 *
 * All voxels share one set of modes, evenly spread, and each turns it by an orientation of its own,
 * drawn at random with its barriers: in plane strain an angle, in three dimensions a rotation. If
 * the number of modes is even, mode (m + count/2) % count shears the plane of m the other way. */
#ifndef GB_MESOSCALE_MODES_H
#define GB_MESOSCALE_MODES_H

#include "mesoscale/elasticity/elasticity.h"

enum { GB_NDEVIATOR = 5, GB_NORIENTATION = 4 };

typedef struct {
  bool plane;                       /* plane strain */
  int count;                        /* modes of one voxel */
  int ncomponents;                  /* of a deviator: 2 in plane strain, else 5 */
  double (*axis)[GB_NDEVIATOR];     /* [count] P of each mode before the voxel's turn */
  double (*normal)[3], (*shear)[3]; /* [count] n and s, x y z, likewise */
} GbModes;

GbStatus GbModesCreate(const GbGrid *grid, int count, GbModes *modes);
void GbModesFree(GbModes *modes);

/* Numbers of one voxel's orientation: 1 in plane strain (angle in rad), else 4 (unit quaternion w,
 * x, y, z). */
int GbModesOrientationSize(const GbGrid *grid);
/* A random orientation from three uniform numbers in (0, 1). */
void GbModesDraw(const GbModes *modes, const double uniform[3], double *orientation);
/* frame[k * ncomponents + l]: turns deviators of the voxel's frame into those of the sample;
 * its transpose turns back. */
void GbModesFrame(const GbModes *modes, const double *orientation, double *frame);
/* Components of the deviator of a symmetric tensor. */
void GbModesDeviator(const GbModes *modes, const double tensor[GB_NTENSOR],
                     double deviator[GB_NDEVIATOR]);
/* The tensor of a deviator. */
void GbModesTensor(const GbModes *modes, const double deviator[GB_NDEVIATOR],
                   double tensor[GB_NTENSOR]);
/* n and s of a mode in the sample, x y z. */
void GbModesPlane(const GbModes *modes, const double *orientation, int mode, double normal[3],
                  double shear[3]);
/* In plane strain: angle of the shear direction to x, in 0..pi. */
double GbModesAngle(const GbModes *modes, const double *orientation, int mode);

#endif
