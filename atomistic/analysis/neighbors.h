/* Neighbours of every atom within a distance, with their periodic images. */
#ifndef GB_ATOMISTIC_NEIGHBORS_H
#define GB_ATOMISTIC_NEIGHBORS_H

#include "atomistic/engine/atoms.h"

/* Compressed rows: the neighbours of atom i are the entries start[i] <= k < start[i + 1]. The
 * vector from i to entry k is x[atom[k]] + image[k] * length - x[i], for the unwrapped coordinates
 * x; with coordinates and box of a later snapshot of the same run, the same entry is the same
 * neighbour. */
typedef struct {
  int n;
  int64_t *start;      /* [n + 1] */
  int *atom;           /* [start[n]] */
  int32_t (*image)[3]; /* [start[n]] 0 along free axes */
} GbNeighbors;

/* Full list (i is a neighbour of j and j of i) by cells; the box may be smaller than the cutoff,
 * then an atom meets several images of another, and its own. The order of the entries does not
 * depend on the number of threads. cutoff > 0 in angstrom. Allocates *neighbors. OpenMP inside.
 * GB_ERR_INPUT for atoms farther from the box than a million boxes (1e9 angstrom along free axes)
 * and where the cutoff spans so many boxes or atoms that the list would not fit into memory. */
GbStatus GbNeighborsBuild(const GbAtoms *atoms, double cutoff, GbNeighbors *neighbors);
void GbNeighborsFree(GbNeighbors *neighbors);

#endif
