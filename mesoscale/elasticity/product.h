/* The stiffness of the finite elements times displacements, without a matrix.
 *
 * Works on a slab of node planes first..last-1 of the grid, and reads one plane more on each side.
 * Sums run over the elements of a node in one fixed order, so the result has the same bits for any
 * number of threads and any slabs. */
#ifndef GB_MESOSCALE_PRODUCT_H
#define GB_MESOSCALE_PRODUCT_H

#include "mesoscale/elasticity/stencil.h"

typedef struct GbProduct GbProduct;

GbStatus GbProductCreate(const GbNodes *nodes, int first, int last, GbProduct **product);
void GbProductDestroy(GbProduct **product);
/* Shear and bulk moduli of all voxels, or of one; zero in voids. */
void GbProductSetModuli(GbProduct *product, const double *mu, const double *bulk);
void GbProductSetVoxel(GbProduct *product, int voxel, double mu, double bulk);
/* Displacements [last-first][dim][ny][nodes_x] of the slab, and of the planes before and after it
 * ([dim][ny][nodes_x], periodic), to forces on the slab's nodes. */
void GbProductApply(GbProduct *product, const double *displacement, const double *before,
                    const double *after, double *force);

#endif
