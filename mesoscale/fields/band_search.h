/* What the classifier of bands works with, private to the files bands.c and band_*.c.
 *
 * A search holds the sample and one flood at a time: the connected voxels of one key, each with its
 * place, which is its position counted on through the periodic boundaries. */
#ifndef GB_MESOSCALE_BAND_SEARCH_H
#define GB_MESOSCALE_BAND_SEARCH_H

#include "mesoscale/fields/bands.h"

enum { GB_BAND_UNSEEN = -1, GB_BAND_REJECTED = -2 }; /* of a cluster or limb, else 0 or a number */
enum { GB_RISING, GB_FALLING, GB_NINCLINATIONS };    /* along x */

typedef struct {
  int seed, inclination; /* its voxels: those joined to seed with limb[inclination] = its number */
  bool crossed;
} GbBandLimb;

typedef struct {
  const GbGrid *grid;
  const bool *solid;
  const GbBandOptions *options;
  int nvoxels;
  double *smooth; /* [nvoxels] shear averaged over neighbours; 0 in voids */
  double threshold;
  int *first, *last;           /* [ny*nz] solid voxels at the two surfaces of each row along x */
  int *cluster;                /* [nvoxels] number from 1; 0: below the threshold */
  int *limb[GB_NINCLINATIONS]; /* [nvoxels] number from 1; both: where limbs cross */
  int nlimbs;
  GbBandLimb *limbs; /* limb number b is limbs[b - 1] */

  int n;           /* the current flood: */
  int *member;     /* [nvoxels] its voxels */
  int (*place)[3]; /* [nvoxels] by voxel: x y z, in voxels */
  bool winds[3];   /* closes on itself through this period */
  bool touches[2]; /* left and right free surface */
  bool prismatic;  /* closes on itself along y alone, so that places along y mean nothing */
  int *visited;    /* [nvoxels] number of the last flood that came here */
  int flood;
} GbBandSearch;

GbStatus GbBandSearchCreate(const GbGrid *grid, const bool *solid, const GbBandOptions *options,
                            GbBandSearch *search);
void GbBandSearchFree(GbBandSearch *search);
bool GbBandSolid(const GbBandSearch *search, int voxel);
void GbBandPosition(const GbGrid *grid, int voxel, int position[3]); /* x y z */
/* Voxel at a position, folded into periods; -1 outside a free surface. */
int GbBandVoxel(const GbGrid *grid, int i, int j, int k);
/* Fills search->smooth and ->threshold from the shear. */
void GbBandSmooth(GbBandSearch *search, const double *shear);
/* Collects the voxels with key[voxel] = value that are joined to `seed`. */
void GbBandFlood(GbBandSearch *search, const int *key, int value, int seed);
bool GbBandFloodSpans(const GbBandSearch *search);
void GbBandFloodLimb(GbBandSearch *search, int number);
/* Numbers the clusters and splits them into limbs: search->limb, ->limbs. */
GbStatus GbBandFindLimbs(GbBandSearch *search);

/* Shape of the current flood. */
typedef struct {
  double centre[3], normal[3]; /* voxels; unit vector */
  double forward[2];           /* in its plane, along growing x: x z, unit vector */
  double length, width;        /* voxels */
} GbBandShape;
GbStatus GbBandMeasureShape(const GbBandSearch *search, GbBandShape *shape);
/* Finds the tips of the current flood, which is nonspanning: fills band->ntips, ->tip_nm, and marks
 * the front in map->zone. */
void GbBandMarkFront(const GbBandSearch *search, const GbBandShape *shape, GbBandMap *map,
                     GbBand *band);

#endif
