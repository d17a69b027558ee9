/* The EAM kernel: two passes over the rows of a neighbour list. Used by force.c only.
 *
 * Everything is in site order, for the sites [first, last) of this rank. */
#ifndef GB_ATOMISTIC_FORCE_EAM_H
#define GB_ATOMISTIC_FORCE_EAM_H

#include "atomistic/engine/neighbor.h"
#include "atomistic/engine/potential.h"

/* Sums over a fixed block of sites: energy, then the virial xx yy zz xy xz yz. */
enum { GB_EAM_BLOCK = 64, GB_EAM_SUMS = 7 };

typedef struct GbEam GbEam;

/* Tables of the potential in the kernel's own form. */
GbStatus GbEamCreate(const GbPotential *potential, GbEam **eam);
void GbEamDestroy(GbEam **eam);
/* Room for a freshly built list. */
GbStatus GbEamResize(GbEam *eam, const GbNeighbor *neighbor);

/* Pass 1: densities, pair forces, energies and virials of the rank's sites.
 *   slope [n]            F'(rho) of the rank's sites is filled, NaN where atoms overlap
 *   energy [n]           F + half the pairs, of the rank's sites
 *   sums [blocks][7]     of the rank's blocks */
void GbEamPass1(GbEam *eam, const GbNeighbor *neighbor, double *slope, double *energy,
                double (*sums)[GB_EAM_SUMS]);
/* Pass 2: forces [n] of the rank's sites, from F' of all sites. */
void GbEamPass2(GbEam *eam, const GbNeighbor *neighbor, const double *slope, double (*force)[3]);
/* Minus the sum over pairs of r f, half to each atom: [n][6] of the rank's sites, eV. After pass 2.
 */
void GbEamStress(const GbEam *eam, const GbNeighbor *neighbor, const double *slope,
                 double (*stress)[6]);

#endif
