/* The homogeneous medium, solved exactly by transforms.
 *
 * The equations are those of the finite elements in elasticity.h with equal moduli everywhere and
 * no voids, so the answer equals the finite-element solution to rounding. Its cost is that of a few
 * fast Fourier transforms. Not collective: each process solves the whole field, with OpenMP
 * threads; the bits of the result do not depend on their number. One call at a time per object. */
#ifndef GB_MESOSCALE_GREEN_H
#define GB_MESOSCALE_GREEN_H

#include "mesoscale/elasticity/elasticity.h"

typedef struct GbGreen GbGreen;

/* Moduli in GPa. GB_ERR_INPUT if the grid is too small (see GbElasticityCreate) or the moduli are
 * not positive. */
GbStatus GbGreenCreate(const GbGrid *grid, double mu, double bulk, GbGreen **green);
void GbGreenDestroy(GbGreen **green);
/* Other moduli, at less cost than a new object; does nothing if they are the same. */
GbStatus GbGreenSetModuli(GbGreen *green, double mu, double bulk);
/* Fills stress[nvoxels] and, unless NULL, the total strain[nvoxels], for eigenstrain[nvoxels] at a
 * mean strain, of which with free surfaces only zz, yy and yz count. In plane strain nothing but
 * the mean strain contributes to the total yy, yz and xy. GB_ERR_NUMERIC if the answer is not
 * finite. */
GbStatus GbGreenStress(GbGreen *green, const double (*eigenstrain)[GB_NTENSOR],
                       const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                       double (*strain)[GB_NTENSOR]);
/* displacement = K^-1 force for nodal forces, both double[nz][dim][ny][nodes_x] (GPa and 1, in
 * units of the edge; components x, z, y), where nodes_x = nx + 1 with free surfaces and else nx,
 * and dim = 2 in plane strain. Their mean, which K cannot see, is removed from both: a symmetric
 * operator, as a preconditioner must be. `displacement` may be `force`. */
void GbGreenDisplacement(GbGreen *green, const double *force, double *displacement);

#endif
