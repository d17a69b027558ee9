/* Atomic strain between two configurations of the same atoms.
 *
 * F_i minimises sum_j |d_ij - F_i D_ij|^2 over the neighbours j within the cutoff in the reference;
 * eta = (F^T F - 1)/2; eta_Mises = sqrt(1/2 eta_dev : eta_dev) (Shimizu, Ogata, Li, Mater. Trans.
 * 48, 2923 (2007)); D2min = sum_j |d_ij - F_i D_ij|^2 (Falk, Langer, Phys. Rev. E 57, 7192 (1998)).
 */
#ifndef GB_ATOMISTIC_STRAIN_H
#define GB_ATOMISTIC_STRAIN_H

#include "atomistic/engine/atoms.h"

/* Where there is no fit (see valid), all numbers are NaN: no value is not zero. */
typedef struct {
  int n, unfit;       /* atoms; those without a fit */
  double *eta_mises;  /* [n] */
  double *d2min;      /* [n] angstrom^2, sum over neighbours */
  double (*eta)[6];   /* [n] Green-Lagrange xx yy zz xy xz yz */
  double *volumetric; /* [n] trace(eta)/3 */
  bool *valid;        /* [n] false where fewer than 4 neighbours or a singular fit */
} GbStrain;

/* Same n, ids and order in both; reference box and current box may differ. Minimum images follow
 * the unwrapped coordinates of the reference: a neighbour keeps its periodic image. cutoff in
 * angstrom. OpenMP inside; every rank may call it. Allocates *strain. */
GbStatus GbStrainCompute(const GbAtoms *reference, const GbAtoms *current, double cutoff,
                         GbStrain *strain);
void GbStrainFree(GbStrain *strain);

#endif
