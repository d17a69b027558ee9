/* Spatial decomposition: which rank owns which atoms, and copies of the atoms that it must see.
 *
 * A *sample* is a GbAtoms that every rank holds whole. Its *local* atoms are those that a rank
 * owns: a GbAtoms of its own, with `place` (index in the sample). Ranks own bricks of the box with
 * equal numbers of atoms, cut by recursive bisection, so that free surfaces and empty space cost
 * nothing. Coordinates stay unwrapped; an atom belongs to the brick that holds its position wrapped
 * into the box. *Ghosts* are copies of atoms (other ranks' atoms and periodic images, the rank's
 * own images included) that lie within `reach` of the brick; their positions are where they are
 * seen from the brick: x + k L as one rounded sum, so that every rank computes the same bits. */
#ifndef GB_ATOMISTIC_DOMAIN_H
#define GB_ATOMISTIC_DOMAIN_H

#include "atomistic/engine/atoms.h"

typedef struct GbDomain GbDomain;

typedef struct {
  int n;
  int64_t *id;    /* [n] */
  int *type;      /* [n] */
  double (*x)[3]; /* [n] angstrom */
} GbGhosts;

GbStatus GbDomainCreate(MPI_Comm comm, GbDomain **domain);
void GbDomainDestroy(GbDomain **domain);
/* Cuts the sample into bricks and copies this rank's atoms (all but forces) into `local`, which
 * must be zero or from an earlier scatter; freed by GbAtomsFree. Collective. */
GbStatus GbDomainScatter(GbDomain *domain, const GbAtoms *sample, GbAtoms *local);
/* Copies box, positions, velocities and forces of all ranks' local atoms into the sample, on every
 * rank. Collective. */
GbStatus GbDomainGather(GbDomain *domain, const GbAtoms *local, GbAtoms *sample);
/* Sends atoms that left the brick to their owners, with velocities, aux and place; their forces are
 * lost. Moves the cuts when the ranks' loads differ by more than a tenth. Order changes.
 * Collective. GB_ERR_NUMERIC for a position that is not finite or more than 1e6 boxes away. */
GbStatus GbDomainMigrate(GbDomain *domain, GbAtoms *local);
/* Finds the ghosts within `reach` (angstrom) of the brick and remembers how they are made; the
 * local atoms must keep their order until the next call. wrap[n][3], if not NULL, is filled with
 * the boxes k for which x + k L lies in the box. Collective. */
GbStatus GbDomainFindGhosts(GbDomain *domain, const GbAtoms *local, double reach, int (*wrap)[3]);
/* Owned by the domain, valid until the next search. */
const GbGhosts *GbDomainGhosts(const GbDomain *domain);
/* Refreshes the ghosts' positions from the owners' (after motion, or a change of the box).
 * Collective. */
void GbDomainUpdateGhosts(GbDomain *domain, const GbAtoms *local);
/* Sends one number per atom to all its ghosts: own [local n] -> ghost [ghosts n]. Collective. */
void GbDomainSpread(GbDomain *domain, const double *own, double *ghost);
/* Bytes that the domain holds on this rank. */
int64_t GbDomainBytes(const GbDomain *domain);

#endif
