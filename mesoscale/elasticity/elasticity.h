/* Quasi-static elasticity of a 2-D plane-strain strip with eigenstrain, by PETSc.
 *
 * Q1 finite elements, one element per voxel with constant moduli and eigenstrain; the voxel stress
 * is the element average. x: free surfaces or periodic; z: periodic with a prescribed mean strain. A voxel
 * without material (notch) has zero stiffness. Equilibrium: div(C : (eps(u) - eps*)) = 0, with
 * eps_yy = 0 in total (plane strain). Solver: a PETSc KSP (options prefix "elastic_").
 *
 * Voxel index v = k * nx + i, i along x (fastest), k along z. Symmetric tensors are stored as
 * [4] = xx, zz, xz (tensor component, not engineering), yy. Stress in GPa, tension positive. */
#ifndef GB_MESOSCALE_ELASTICITY_H
#define GB_MESOSCALE_ELASTICITY_H

#include "base/error.h"

#include <stdbool.h>

enum { GB_XX, GB_ZZ, GB_XZ, GB_YY, GB_NTENSOR };

typedef struct {
  int nx, nz;
  double edge_nm;
  bool free_x; /* free surfaces at both x faces; false: periodic in x with zero mean strain e_xx and e_xz */
} GbGrid;

typedef struct GbElasticity GbElasticity;

/* `comm`: the communicator of one sample. solid[nx*nz] (false = void) is copied; NULL = all solid. */
GbStatus GbElasticityCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                            GbElasticity **elasticity);
void GbElasticityDestroy(GbElasticity **elasticity);
/* All voxels: mu[nx*nz] shear and bulk[nx*nz] moduli, GPa; values of void voxels are ignored. */
GbStatus GbElasticitySetModuli(GbElasticity *elasticity, const double *mu, const double *bulk);
/* One voxel, after an event. Cheap: the preconditioner is kept until iterations grow. */
GbStatus GbElasticityUpdateModuli(GbElasticity *elasticity, int voxel, double mu, double bulk);
/* Solves and fills stress[nx*nz] and, unless NULL, the total strain[nx*nz] (voxel averages).
 * eigenstrain[nx*nz]; mean_zz: mean total strain along z. Starts from the previous solution. */
GbStatus GbElasticitySolve(GbElasticity *elasticity, const double (*eigenstrain)[GB_NTENSOR],
                           double mean_zz, double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR]);
/* Stress response to unit mean_zz without eigenstrain (d sigma / d mean_zz), GPa; recomputed when
 * the moduli change by more than `UpdateModuli` of a few voxels (see the implementation). */
GbStatus GbElasticityUnitResponse(GbElasticity *elasticity, double (*response)[GB_NTENSOR]);
/* Mean over the strip's full area nx*nz (void counts as zero stress). */
double GbElasticityMean(const GbElasticity *elasticity, const double (*field)[GB_NTENSOR], int component);
int GbElasticityIterations(const GbElasticity *elasticity); /* of the last solve */

#endif
