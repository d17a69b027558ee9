/* The local state chi of the glass, from inherent structures. */
#ifndef GB_ATOMISTIC_LOCALSTATE_H
#define GB_ATOMISTIC_LOCALSTATE_H

#include "atomistic/analysis/neighbors.h"
#include "atomistic/engine/atoms.h"

/* How energies become chi. Energies per atom in eV. */
typedef struct {
  double e_ref, e_inf;  /* chi = 0 and chi = 1 */
  double slope;         /* d e / d c, c the fraction of atoms of type 1 around */
  double fraction;      /* c of the whole glass */
  double radius;        /* of the coarse-graining sphere, angstrom */
  double atomic_volume; /* angstrom^3 */
} GbChiScale;

/* Coarse-grained fields of one inherent structure, at the position of each atom. */
typedef struct {
  int n;
  bool *bulk;          /* [n] the atom is not at a free surface */
  double *energy;      /* [n] eV, mean over the bulk atoms of the sphere; NaN if too few */
  double *composition; /* [n] fraction of type 1 of the same */
} GbLocalState;

/* atom_energy [n] of the inherent structure. An atom counts as bulk if its sphere holds at least 90
 * % of the atoms expected from the density. Allocates *local. */
GbStatus GbLocalStateCompute(const GbAtoms *atoms, const double *atom_energy, double radius,
                             double atomic_volume, GbLocalState *local);
void GbLocalStateFree(GbLocalState *local);

/* Sums of the regression of energy on composition within each sample (its own intercept). */
typedef struct {
  double cc, ce;
} GbSlopeSums;
void GbSlopeAdd(GbSlopeSums *sums, const GbLocalState *local);
double GbSlopeValue(const GbSlopeSums *sums); /* 0 if the composition does not vary */

/* chi at each atom, in chi[n]; NaN where the energy is. `elastic` (eV per atom) is the energy of
 * the load on the sample, which is no disorder, and is taken off. */
void GbChiFromLocalState(const GbChiScale *scale, const GbLocalState *local, double elastic,
                         double *chi);
/* Mean of the finite ones of chi[n] with select[i] (NULL: all); NaN if none. */
double GbChiMean(int n, const double *chi, const bool *select, int64_t *count);

#endif
