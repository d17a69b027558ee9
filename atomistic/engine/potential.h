/* EAM / Finnis-Sinclair potentials from setfl tables (.eam.alloy, .eam.fs).
 *
 * E = sum_i F_a(rho_i) + 1/2 sum_ij phi_ab(r_ij), rho_i = sum_j rho_ab(r_ij), where in an .fs file
 * the density that an atom of type b makes at one of type a depends on both.
 * Interpolation: cubic splines on the table's own grid. */
#ifndef GB_ATOMISTIC_POTENTIAL_H
#define GB_ATOMISTIC_POTENTIAL_H

#include "atomistic/engine/atoms.h"

typedef struct GbPotential GbPotential;

/* Rank 0 reads, all ranks get it. GB_ERR_INPUT with file, line, expected, found for a missing,
 * cut-off or non-numeric file. Collective. */
GbStatus GbPotentialRead(MPI_Comm comm, const char *path, GbPotential **potential);
void GbPotentialDestroy(GbPotential **potential);
int GbPotentialTypes(const GbPotential *potential);
const char *GbPotentialElement(const GbPotential *potential, int type);
double GbPotentialMass(const GbPotential *potential, int type); /* g/mol */
double GbPotentialCutoff(const GbPotential *potential);         /* largest, angstrom */
/* Copies elements and masses into atoms (atoms->ntypes must not exceed the potential's types). */
GbStatus GbPotentialApplyTypes(const GbPotential *potential, GbAtoms *atoms);

/* --- The functions themselves, for kernels that build tables of their own, and for tests --------
 * r in angstrom; values in eV (pair, embedding) or the file's density units; `slope` is the exact
 * derivative of the interpolant. 0 beyond the cutoffs below. */
void GbPotentialPair(const GbPotential *potential, int a, int b, double r, double *value,
                     double *slope);
/* Density that an atom of type `source` makes at one of type `at`. */
void GbPotentialDensity(const GbPotential *potential, int source, int at, double r, double *value,
                        double *slope);
/* Beyond the last tabulated density F goes on as a straight line, below zero with its first cubic.
 */
void GbPotentialEmbedding(const GbPotential *potential, int type, double rho, double *value,
                          double *slope);
/* Where phi_ab and rho_ab really end: the first knot from which the table is zero, or the cutoff of
 * the file if it does not come to rest there; angstrom. */
double GbPotentialPairCutoff(const GbPotential *potential, int a, int b);
double GbPotentialDensityCutoff(const GbPotential *potential, int source, int at);
void GbPotentialEmbeddingGrid(const GbPotential *potential, int *knots, double *step);
double GbPotentialStep(const GbPotential *potential); /* knot spacing in r, angstrom */
/* Number of knots in r, and knot m of r phi or of the density, as the file has it where the
 * cutoff of the file cuts it, zero where it has come to rest: value, and slope per knot spacing. */
int GbPotentialKnots(const GbPotential *potential);
void GbPotentialPairKnot(const GbPotential *potential, int a, int b, int m, double knot[2]);
void GbPotentialDensityKnot(const GbPotential *potential, int source, int at, int m,
                            double knot[2]);

#endif
