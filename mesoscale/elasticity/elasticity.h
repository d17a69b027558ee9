/* Quasi-static elasticity of a 2-D plane-strain strip with eigenstrain, by PETSc.
 *
 * Q1 finite elements, one element per voxel with constant moduli and eigenstrain; the voxel stress
 * is the element average. x: free surfaces or periodic; z: periodic with a prescribed mean strain.
 * A voxel without material (notch) has zero stiffness. Equilibrium: div(C : (eps(u) - eps*)) = 0,
 * with eps_yy = 0 in total (plane strain). Solver: a PETSc KSP (options prefix "elastic_").
 *
 * Voxel index v = k * nx + i, i along x (fastest), k along z. Symmetric tensors are stored as
 * [4] = xx, zz, xz (tensor component, not engineering), yy. Stress in GPa, tension positive. */
#ifndef GB_MESOSCALE_ELASTICITY_H
#define GB_MESOSCALE_ELASTICITY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GB_XX, GB_ZZ, GB_XZ, GB_YY, GB_NTENSOR };

typedef struct {
  int nx, nz;
  double edge_nm;
  bool free_x; /* free surfaces at both x faces; false: periodic in x with zero mean strain e_xx and
                  e_xz */
} GbGrid;

typedef struct GbElasticity GbElasticity;

/* `comm`: the communicator of one sample; all calls below are collective over it and give every
 * rank the whole fields. solid[nx*nz] (false = void) is copied; NULL = all solid. Needs nz >= 3
 * (and nx >= 3 if periodic in x). GB_ERR_INPUT if the solid is not one piece joined by voxel edges
 * that closes on itself through a periodic boundary (a loose piece could move freely). */
GbStatus GbElasticityCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                            GbElasticity **elasticity);
void GbElasticityDestroy(GbElasticity **elasticity);
/* All voxels: mu[nx*nz] shear and bulk[nx*nz] moduli, GPa; values of void voxels are ignored. */
GbStatus GbElasticitySetModuli(GbElasticity *elasticity, const double *mu, const double *bulk);
/* One voxel, after an event. Cheap, and leaves the same bits as GbElasticitySetModuli with the new
 * moduli: the preconditioner is kept until iterations grow. */
GbStatus GbElasticityUpdateModuli(GbElasticity *elasticity, int voxel, double mu, double bulk);
/* Solves and fills stress[nx*nz] and, unless NULL, the total strain[nx*nz] (voxel averages; zero in
 * voids). eigenstrain[nx*nz]; mean_zz: mean total strain along z. Starts from the previous
 * solution. GB_ERR_NUMERIC if the solver does not converge. */
GbStatus GbElasticitySolve(GbElasticity *elasticity, const double (*eigenstrain)[GB_NTENSOR],
                           double mean_zz, double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR]);
/* Stress response to unit mean_zz without eigenstrain (d sigma / d mean_zz), GPa, with the current
 * moduli. Always solved, starting from the response of the last call: a few iterations after one
 * voxel's change, none without a change. */
GbStatus GbElasticityUnitResponse(GbElasticity *elasticity, double (*response)[GB_NTENSOR]);
/* The solution moves along the unit response of the last call: the next GbElasticitySolve, at a
 * mean strain larger by delta_mean_zz, then starts from its answer. */
void GbElasticityAdvance(GbElasticity *elasticity, double delta_mean_zz);

/* What the solver remembers (last solutions and the moduli of the kept factorisation), so that a
 * run continued in another process gives the same bits. Size is the number of doubles; the caller
 * owns `memory`. Load before GbElasticitySetModuli; zeros mean "nothing remembered". */
size_t GbElasticityMemorySize(const GbGrid *grid);
void GbElasticityStore(const GbElasticity *elasticity, double *memory);
GbStatus GbElasticityLoad(GbElasticity *elasticity, const double *memory);

/* Mean over the strip's full area nx*nz (void counts as zero stress). */
double GbElasticityMean(const GbElasticity *elasticity, const double (*field)[GB_NTENSOR],
                        int component);
int GbElasticityIterations(const GbElasticity *elasticity); /* of the last solve */

#endif
