/* Spatial decomposition: which rank owns which atoms, and copies of the atoms that it must see.
 *
 * A *sample* is a GbAtoms that every rank holds whole. Its *local* atoms are those that a rank
 * owns: a GbAtoms of its own, with `place` (index in the sample). Ranks own bricks of the box with
 * equal numbers of atoms, cut by recursive bisection, so that free surfaces and empty space cost
 * nothing. Coordinates stay unwrapped; an atom belongs to the brick that holds its position wrapped
 * into the box. *Ghosts* are copies of atoms (other ranks' atoms and periodic images, the rank's
 * own images included) that lie within `reach` of the rank's atoms; their positions are where they
 * are seen from there: gb_image(x, k, L), so that every rank computes the same bits.
 *
 * The box (lo, length, periodic) must be equal on all ranks. The arrays of `local` are reallocated
 * exactly when atoms arrive, so a caller may set, replace or free `aux` between calls: n vectors,
 * on all ranks or on none. */
#ifndef GB_ATOMISTIC_DOMAIN_H
#define GB_ATOMISTIC_DOMAIN_H

#include "atomistic/engine/atoms.h"

#include <math.h>

typedef struct GbDomain GbDomain;

typedef struct {
  int n;
  int64_t *id;    /* [n] */
  int *type;      /* [n] */
  double (*x)[3]; /* [n] angstrom */
} GbGhosts;

/* x + k L, rounded once: the same bits in every translation unit, whatever its instruction set and
 * however the compiler contracts. Without fused multiply-add in hardware it is a call, but not for
 * the usual |k| <= 2, where k L is exact and the plain sum has the same bits. */
static inline double gb_image(double x, int k, double length)
{
#ifndef FP_FAST_FMA
  if (k >= -2 && k <= 2) return x + k * length;
#endif
  return fma(k, length, x);
}

/* Collective, as everything below but GbDomainGhosts and GbDomainBytes. */
GbStatus GbDomainCreate(MPI_Comm comm, GbDomain **domain);
void GbDomainDestroy(GbDomain **domain);
/* Cuts the sample into bricks and copies this rank's atoms into `local`, in the sample's order:
 * all but forces, which are zero; aux where the sample has it. `local` must be zero or from an
 * earlier scatter; freed by GbAtomsFree. GB_ERR_NUMERIC as GbDomainMigrate. */
GbStatus GbDomainScatter(GbDomain *domain, const GbAtoms *sample, GbAtoms *local);
/* Copies box, positions, velocities and forces of all ranks' local atoms into the sample, on every
 * rank. GB_ERR_ARG if they are not as many as the sample's. */
GbStatus GbDomainGather(GbDomain *domain, const GbAtoms *local, GbAtoms *sample);
/* Sends atoms that left the brick to their owners, with velocities, aux and place; their forces
 * become zero. Moves the cuts when a rank has a tenth more atoms than the mean. Order changes, and
 * ghosts are void until the next search. GB_ERR_NUMERIC for a position that is not finite or more
 * than 1e6 boxes (along a free axis: 1e9 angstrom) away. */
GbStatus GbDomainMigrate(GbDomain *domain, GbAtoms *local);
/* Finds the ghosts within `reach` (angstrom) of the box that holds this rank's atoms (none, if it
 * has no atoms), remembers how they are made and fills their positions. The local atoms must keep
 * their order until the next call. wrap[n][3], if not NULL, is filled with the boxes k for which
 * gb_image(x, k, L) lies in the box: lo <= x + k L < lo + L, but an atom by less than a rounding
 * error below lo stays there. GB_ERR_NUMERIC as GbDomainMigrate, and for a box a thousand times
 * thinner than the reach. */
GbStatus GbDomainFindGhosts(GbDomain *domain, const GbAtoms *local, double reach, int (*wrap)[3]);
/* Owned by the domain, valid until the next search. This rank's own images come first. */
const GbGhosts *GbDomainGhosts(const GbDomain *domain);
/* Refreshes the ghosts' positions from the owners' (after motion, or a change of the box). */
void GbDomainUpdateGhosts(GbDomain *domain, const GbAtoms *local);
/* Sends one number per atom to all its ghosts: own [local n] -> ghost [ghosts n]. */
void GbDomainSpread(GbDomain *domain, const double *own, double *ghost);
/* Bytes that the domain holds on this rank. */
int64_t GbDomainBytes(const GbDomain *domain);

#endif
