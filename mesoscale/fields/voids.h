/* Notches and pores: which voxels of a sample hold no material. */
#ifndef GB_MESOSCALE_VOIDS_H
#define GB_MESOSCALE_VOIDS_H

#include "mesoscale/elasticity/elasticity.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum { GB_NOTCH_BOTH, GB_NOTCH_LEFT, GB_NOTCH_RIGHT } GbNotchSides;

/* All lengths in voxels. */
typedef struct {
  int notch_depth, notch_height; /* grooves through the thickness; depth 0: none */
  GbNotchSides notch_sides;      /* both: the lower one left, the upper one right, joined by a line
                                    at 45 degrees, which needs nz >= nx; one: at half height */
  int pores;
  double pore_radius; /* of spheres; in plane strain of cylinders along y */
} GbVoids;

/* Clears solid[nvoxels] where there is none. Pores lie at random (numbers of `seed`), inside the
 * sample and apart from each other and from notches. GB_ERR_INPUT if they find no room. */
GbStatus GbVoidsCut(const GbVoids *voids, const GbGrid *grid, uint64_t seed, bool *solid);

#endif
