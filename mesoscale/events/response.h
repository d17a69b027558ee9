/* Stress response of a homogeneous medium to an eigenstrain in one voxel, as a table.
 *
 * Sources are unit deviators (basis of modes.h) and a unit dilatation (a third on each axis);
 * targets are the components of the stress deviator, GPa, without the mean stress of the sample,
 * which is uniform and kept apart. Mirror symmetry leaves one octant (a quadrant in plane strain):
 * under a mirror a component changes sign if it holds the mirrored axis once. With free surfaces in
 * x the table has one part per depth of the source, up to the middle. */
#ifndef GB_MESOSCALE_RESPONSE_H
#define GB_MESOSCALE_RESPONSE_H

#include "mesoscale/events/modes.h"

enum { GB_NSOURCE = GB_NDEVIATOR + 1 };
enum { GB_RESPONSE_BEYOND = 8 }; /* numbers that may be read beyond the last entry */

typedef struct {
  GbGrid grid;
  int ntarget, nsource; /* 2 and 3 in plane strain, else 5 and 6 */
  int ndepth;           /* 1 if periodic in x */
  int extent[3];        /* entries along x, y, z */
  int stride;           /* numbers from one entry to the next: whole cache lines */
  double *table;        /* [ndepth][extent z][extent y][extent x] entries [nsource][ntarget] */
} GbResponse;

/* Solves the source problems with `elasticity`, whose moduli are set and equal everywhere. Its
 * remembered solutions change. Collective over `comm`; GB_ERR_STOPPED between two solutions. */
GbStatus GbResponseCreate(MPI_Comm comm, const GbGrid *grid, const GbModes *modes,
                          GbElasticity *elasticity, GbResponse *response);
void GbResponseFree(GbResponse *response);

/* Place along one axis of a target seen from a source, and whether it is mirrored. */
typedef struct {
  int index, flip;
} GbResponsePlace;

static inline GbResponsePlace GbResponsePeriodic(int n, int source, int target)
{
  int d = target - source; /* no branches: their outcomes would be random */
  d += n & -(d < 0);
  const int flip = 2 * d > n;
  return (GbResponsePlace){d + ((n - 2 * d) & -flip), flip};
}

/* Across free surfaces: by the target's own depth, from the side on which the source is. */
static inline GbResponsePlace GbResponseAcross(int n, int source, int target)
{
  const int flip = 2 * source > n - 1;
  return (GbResponsePlace){target + ((n - 1 - 2 * target) & -flip), flip};
}

static inline GbResponsePlace GbResponseAlongX(const GbResponse *r, int source, int target)
{
  return r->grid.free_x ? GbResponseAcross(r->grid.nx, source, target)
                        : GbResponsePeriodic(r->grid.nx, source, target);
}

static inline size_t GbResponseDepth(const GbResponse *r, int source_x)
{
  if (!r->grid.free_x) return 0;
  return (size_t)GbResponseAcross(r->grid.nx, source_x, source_x).index;
}

static inline const double *GbResponseEntry(const GbResponse *r, size_t depth, int x, int y, int z)
{
  const size_t place =
      ((depth * (size_t)r->extent[2] + (size_t)z) * (size_t)r->extent[1] + (size_t)y) *
          (size_t)r->extent[0] +
      (size_t)x;
  return r->table + place * (size_t)r->stride;
}

#endif
