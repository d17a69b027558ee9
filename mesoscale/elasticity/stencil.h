/* Between voxels and nodes: forces of a polarisation, strains of a displacement.
 *
 * The mean over a voxel of the gradient of a bilinear (trilinear) displacement is a sum along one
 * axis and a difference along another of its corners; the transposed stencil makes the nodal forces
 * of a stress that is constant in each voxel. Both go row by row, with the rows of one component
 * contiguous along x.
 *
 * Nodal fields are double[nz][dim][ny][pitch]: for each plane of nodes its components, u_x, u_z and
 * in three dimensions u_y (so plane strain has the first two), each ny rows of nodes_x numbers
 * followed by zeros. Lengths are in units of the voxel's edge. */
#ifndef GB_MESOSCALE_STENCIL_H
#define GB_MESOSCALE_STENCIL_H

#include "mesoscale/elasticity/elasticity.h"

enum { GB_MAX_DIM = 3 };

/* Tensor component (c, d) with c, d in the order x, z, y. */
static const int GB_VOIGT[GB_MAX_DIM][GB_MAX_DIM] = {
    {GB_XX, GB_XZ, GB_XY}, {GB_XZ, GB_ZZ, GB_YZ}, {GB_XY, GB_YZ, GB_YY}};

typedef struct {
  int nx, ny, nz, nodes_x;
  int dim; /* unknowns per node: 2 in plane strain */
  bool free_x;
  int pitch;      /* doubles from row to row, a multiple of 8 */
  size_t plane;   /* doubles per component of one plane: ny * pitch */
  size_t planes;  /* doubles per plane of all components */
  size_t size;    /* doubles of a whole field */
  size_t scratch; /* doubles that one thread needs in the functions below */
} GbNodes;

void GbNodesSetUp(const GbGrid *grid, GbNodes *nodes);
/* Threads that pay for fields of this size, at most those that OpenMP has now. */
int GbNodesThreads(const GbNodes *nodes);

/* A medium: moduli of each voxel, or the same for all (voxel arrays NULL). */
typedef struct {
  double mu, bulk;
  const double *voxel_mu, *voxel_bulk;
} GbMedium;

/* Fills planes first..last-1 of `force` with the nodal forces of C : (eigenstrain - mean).
 * `scratch`: nodes->scratch doubles. Not collective, no allocation. */
void GbStencilForce(const GbNodes *nodes, const GbMedium *medium,
                    const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                    int first, int last, double *scratch, double *force);
/* Fills the voxels of planes first..last-1 with stress C : (mean + strain of u - eigenstrain) and,
 * unless NULL, the total strain. */
void GbStencilFields(const GbNodes *nodes, const GbMedium *medium, const double *displacement,
                     const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                     int first, int last, double *scratch, double (*stress)[GB_NTENSOR],
                     double (*strain)[GB_NTENSOR]);

#endif
