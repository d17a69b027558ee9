/* Energies, forces and virials of a sample: the one seam behind which kernels live.
 *
 * A GbForce owns the neighbour list and rebuilds it when an atom has moved (or the box has changed)
 * by more than half the skin. Replicated data: every rank holds all atoms, computes a contiguous
 * share with OpenMP threads, and the shares are gathered. Sums run in atom order with full
 * neighbour lists, so results are bit for bit independent of ranks and threads. */
#ifndef GB_ATOMISTIC_FORCE_H
#define GB_ATOMISTIC_FORCE_H

#include "atomistic/engine/atoms.h"
#include "atomistic/engine/potential.h"

typedef struct GbForce GbForce;

typedef struct {
  double energy;    /* potential energy, eV */
  double virial[6]; /* xx yy zz xy xz yz: sum over pairs of r (x) f, eV; pressure P = (virial +
                       kinetic)/V */
} GbForceResult;

/* `potential` is borrowed and must outlive the object. skin in angstrom (1.0 is usual). */
GbStatus GbForceCreate(MPI_Comm comm, const GbPotential *potential, double skin, GbForce **force);
void GbForceDestroy(GbForce **force);
/* Fills atoms->f and *result. Collective. GB_ERR_NUMERIC with the atom for NaN or overlap. */
GbStatus GbForceCompute(GbForce *force, GbAtoms *atoms, GbForceResult *result);
/* As above, and per atom: energy [n] (F + half the pairs), virial [n][6] (each pair halved, in the
 * order and sign of LAMMPS stress/atom: tension positive when divided by volume, i.e. minus r f).
 * Either pointer may be NULL. */
GbStatus GbForceComputePerAtom(GbForce *force, GbAtoms *atoms, GbForceResult *result,
                               double *energy, double (*stress)[6]);
/* Forgets the neighbour list: call after atoms were added, removed or moved by other means. */
void GbForceReset(GbForce *force);
MPI_Comm GbForceComm(const GbForce *force);
/* Counters for progress and benchmarks. */
int64_t GbForceEvaluations(const GbForce *force); /* force evaluations times atoms */
int64_t GbForceRebuilds(const GbForce *force);

#endif
