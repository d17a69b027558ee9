/* Quasi-static elasticity with eigenstrain, in plane strain or in three dimensions, by PETSc.
 *
 * Q1 finite elements, one element per voxel with constant moduli and eigenstrain; the voxel stress
 * is the element average. x: free surfaces or periodic; y and z: periodic with a prescribed mean
 * strain. One voxel along y (ny = 1) is plane strain: nothing varies along y, u_y = 0. A voxel
 * without material (notch, pore) has zero stiffness. Equilibrium: div(C : (eps(u) - eps*)) = 0.
 *
 * Voxel index v = (k * ny + j) * nx + i, i along x (fastest), j along y, k along z. Symmetric
 * tensors are stored as [6] = xx, zz, xz, yy, yz, xy (tensor components, not engineering). Stress
 * in GPa, tension positive. */
#ifndef GB_MESOSCALE_ELASTICITY_H
#define GB_MESOSCALE_ELASTICITY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GB_XX, GB_ZZ, GB_XZ, GB_YY, GB_YZ, GB_XY, GB_NTENSOR };

typedef struct {
  int nx, ny, nz; /* ny = 1: plane strain */
  double edge_nm;
  bool free_x;    /* free surfaces at both x faces; false: periodic in x too */
  int refinement; /* elements along the edge of a voxel; 0 stands for 1 (see refined.c) */
} GbGrid;

typedef struct GbElasticity GbElasticity;

typedef enum {
  GB_ELASTIC_AUTO,    /* fft */
  GB_ELASTIC_DIRECT,  /* KSP on the assembled matrix, preconditioned by kept Cholesky factors; plane
                         strain only. For comparison: slower than fft from 32 x 64 voxels on */
  GB_ELASTIC_FFT,     /* KSP on the element operator, preconditioned by the homogeneous medium */
  GB_ELASTIC_UNIFORM, /* no voids and equal moduli everywhere: solved exactly by transforms */
} GbElasticSolver;

/* `comm`: the communicator of one sample; all calls below are collective over it and give every
 * rank the whole fields. solid[nvoxels] (false = void) is copied; NULL = all solid. Needs nz >= 3,
 * ny >= 3 unless 1, and nx >= 3 if periodic in x. GB_ERR_INPUT if the solid is not one piece joined
 * by faces of voxels that closes on itself through a periodic boundary, in three dimensions along
 * two axes (it could move or turn freely), or if the solver cannot have such a sample. Options of
 * PETSc with the prefix elastic_ (-elastic_ksp_rtol, -elastic_ksp_monitor, ...) apply. */
GbStatus GbElasticityCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                            GbElasticSolver solver, GbElasticity **elasticity);
void GbElasticityDestroy(GbElasticity **elasticity);
/* All voxels: mu[nvoxels] shear and bulk[nvoxels] moduli, GPa; values of void voxels are ignored.
 * GB_ERR_NUMERIC if one is not positive; GB_ERR_INPUT if the uniform solver gets unequal ones. */
GbStatus GbElasticitySetModuli(GbElasticity *elasticity, const double *mu, const double *bulk);
/* One voxel, after an event. Cheap, and leaves the same bits as GbElasticitySetModuli with the new
 * moduli: the preconditioner is kept until iterations grow. */
GbStatus GbElasticityUpdateModuli(GbElasticity *elasticity, int voxel, double mu, double bulk);
/* Solves and fills stress[nvoxels] and, unless NULL, the total strain[nvoxels] (voxel averages;
 * zero in voids). eigenstrain[nvoxels]; mean_strain: total, of which with free surfaces only zz, yy
 * and yz count (the others follow from equilibrium). In plane strain the total yy, yz and xy are
 * those of mean_strain everywhere. Starts from the previous solution. GB_ERR_NUMERIC if the solver
 * does not converge. */
GbStatus GbElasticitySolve(GbElasticity *elasticity, const double (*eigenstrain)[GB_NTENSOR],
                           const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR]);
/* Stress response to a unit of one component of the mean strain without eigenstrain, GPa, with the
 * current moduli; zero for a component that does not count. Always solved, starting from the
 * response of the last call if that was for the same component: a few iterations after one voxel's
 * change, none without a change. */
GbStatus GbElasticityUnitResponse(GbElasticity *elasticity, int component,
                                  double (*response)[GB_NTENSOR]);
/* The solution moves along the unit response of the last call, if that was for this component: the
 * next GbElasticitySolve, at a mean strain larger by delta, then starts from its answer. */
void GbElasticityAdvance(GbElasticity *elasticity, int component, double delta);

/* What the solver remembers (last solutions and the moduli of the kept preconditioner), so that a
 * run continued in another process gives the same bits. Size is the number of doubles; the caller
 * owns `memory`. Load before GbElasticitySetModuli; zeros mean "nothing remembered". */
size_t GbElasticityMemorySize(const GbGrid *grid);
void GbElasticityStore(const GbElasticity *elasticity, double *memory);
GbStatus GbElasticityLoad(GbElasticity *elasticity, const double *memory);

/* Mean over all voxels (void counts as zero stress). */
double GbElasticityMean(const GbElasticity *elasticity, const double (*field)[GB_NTENSOR],
                        int component);
int GbElasticityIterations(const GbElasticity *elasticity); /* of the last solve */

#endif
