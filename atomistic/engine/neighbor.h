/* Full neighbour lists with explicit periodic images. Used by force.c and the kernels only.
 *
 * Every atom and every periodic image of it that lies within reach of the box is an *entry* with a
 * position of its own, so kernels know nothing of periodicity and boxes thinner than the cutoff are
 * right. Entries are sorted by cell row, type and cell: neighbours lie close in memory, and each
 * row of the list falls into one contiguous segment per neighbour type. The k-th *site* is the k-th
 * atom in that order; ranks own contiguous ranges of sites. */
#ifndef GB_ATOMISTIC_NEIGHBOR_H
#define GB_ATOMISTIC_NEIGHBOR_H

#include "atomistic/engine/atoms.h"

typedef struct {
  int ntypes;
  double skin;                               /* angstrom */
  double cutoff[GB_MAX_TYPES][GB_MAX_TYPES]; /* where any interaction of the pair ends, angstrom */
  double near[GB_MAX_TYPES][GB_MAX_TYPES]; /* where its density ends: near neighbours are counted */

  int n;             /* atoms the list was built for; 0: no list */
  int nentries;      /* entries; entry number nentries is a dummy far from all others */
  int *source;       /* [nentries] atom of the entry, index in GbAtoms */
  int *type;         /* [nentries] */
  int (*image)[3];   /* [nentries] position = x[source] + image * length */
  double (*x)[4];    /* [nentries + 1] positions; the fourth number is padding */
  int *entry;        /* [n] entry of site k; its atom is source[entry[k]] */
  int *site_of_atom; /* [n] */

  int first, last; /* sites of this rank */
  int stride;      /* room for neighbours per site */
  int *list;       /* [(last - first) * stride] entries, by type */
  int *end; /* [(last - first) * ntypes] end of each type's segment within the row; padded with the
               dummy entry to multiples of 4 */
  int64_t *near_start; /* [last - first + 1] room for near neighbours before each row, padded */

  double (*built_x)[3]; /* [n] atoms' positions at the build */
  double built_lo[3], built_length[3];
  int64_t builds;
  struct GbNeighborWork *work;
} GbNeighbor;

/* Sets ntypes, cutoffs and skin before; zero otherwise. */
void GbNeighborFree(GbNeighbor *neighbor);
/* True if some pair outside the list may have come within a cutoff since the build. */
bool GbNeighborIsStale(const GbNeighbor *neighbor, const GbAtoms *atoms);
/* Builds entries for all atoms and rows for the sites [first, last) with `share` = {rank, size}.
 * Shares are multiples of `block` sites. GB_ERR_NUMERIC for a position that is not finite. */
GbStatus GbNeighborBuild(GbNeighbor *neighbor, const GbAtoms *atoms, int rank, int size, int block);
/* Positions of the entries from those of the atoms. */
void GbNeighborUpdate(GbNeighbor *neighbor, const GbAtoms *atoms);

#endif
