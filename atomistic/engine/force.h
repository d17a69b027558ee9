/* Energies, forces and virials: the one interface to everything that computes forces.
 *
 * A GbForce owns the decomposition over ranks, the neighbour lists (rebuilt when an atom may have
 * moved by half the skin) and a kernel. Full neighbour lists in an order that the positions alone
 * decide, and sums that do not depend on order, make results bit for bit independent of ranks and
 * threads.
 *
 * Loops over time steps work on *distributed* atoms: GbForceScatter, then GbForceComputeLocal once
 * per step, then GbForceGather. Everything else hands over a whole sample: GbForceCompute. */
#ifndef GB_ATOMISTIC_FORCE_H
#define GB_ATOMISTIC_FORCE_H

#include "atomistic/engine/atoms.h"
#include "atomistic/engine/potential.h"

typedef struct GbForce GbForce;

typedef enum {
  GB_PRECISION_DOUBLE, /* the potential's own table, as LAMMPS interpolates it */
  GB_PRECISION_MIXED   /* pairs in float, sums over neighbours and everything else in double; for
                          potentials that it renders (eam_check.h), else double with a warning */
} GbPrecision;

typedef struct {
  double skin;           /* angstrom; 0: the default, 1.0 */
  GbPrecision precision; /* default: double */
  const char *kernel;    /* "avx512", "avx2", "portable"; NULL: the best of this machine */
} GbForceOptions;

/* What a computation must give besides forces. */
enum {
  GB_WANT_FORCES = 0,
  GB_WANT_ENERGY = 1,
  GB_WANT_PRESSURE = 2, /* the diagonal of the virial */
  GB_WANT_VIRIAL = 6,   /* all of it */
  GB_WANT_ALL = 7
};

/* Totals over all ranks; only what was wanted is filled, the rest is zero. */
typedef struct {
  double energy;    /* potential energy, eV */
  double virial[6]; /* xx yy zz xy xz yz: sum over pairs of r (x) f, eV; pressure P = (virial +
                       kinetic)/V */
} GbForceResult;

/* `potential` is borrowed and must outlive the object. options NULL: all defaults. GB_ERR_ARG for
 * an unknown kernel or one that this machine cannot run. */
GbStatus GbForceCreate(MPI_Comm comm, const GbPotential *potential, const GbForceOptions *options,
                       GbForce **force);
void GbForceDestroy(GbForce **force);

/* --- Whole samples, equal on all ranks ----------------------------------------------------------
 */
/* Fills atoms->f and *result. Collective. GB_ERR_NUMERIC with the atom for NaN or overlap. */
GbStatus GbForceCompute(GbForce *force, GbAtoms *atoms, GbForceResult *result);
/* As above, and per atom: energy [n] (F + half the pairs), virial [n][6] (each pair halved, in the
 * order and sign of LAMMPS stress/atom: tension positive when divided by volume, i.e. minus r f).
 * Either pointer may be NULL. */
GbStatus GbForceComputePerAtom(GbForce *force, GbAtoms *atoms, GbForceResult *result,
                               double *energy, double (*stress)[6]);

/* --- Distributed atoms ---------------------------------------------------------------------------
 * `local` holds the atoms that this rank owns, in an order of the GbForce's choosing. */
/* Distributes a sample; forgets the neighbour list. `local` must be zero or from an earlier
 * scatter; freed by GbAtomsFree. Collective. */
GbStatus GbForceScatter(GbForce *force, const GbAtoms *sample, GbAtoms *local);
/* Box, positions, velocities and forces back into the sample, on all ranks. Collective. */
GbStatus GbForceGather(GbForce *force, const GbAtoms *local, GbAtoms *sample);
/* Fills local->f and *result. When the list is rebuilt, atoms change order and rank: local->n,
 * id, type, x, v, aux and place move together; no index into them survives the call. `want`:
 * GB_WANT_... or-ed. Collective. GB_ERR_NUMERIC as GbForceCompute, on all ranks. */
GbStatus GbForceComputeLocal(GbForce *force, GbAtoms *local, unsigned want, GbForceResult *result);

/* Forgets the neighbour list, so that the next computation depends on nothing but the atoms. Needed
 * after atoms were added, removed or retyped. */
void GbForceReset(GbForce *force);
MPI_Comm GbForceComm(const GbForce *force);
/* Counters for progress and benchmarks. */
int64_t GbForceEvaluations(const GbForce *force); /* force evaluations times atoms of all ranks */
int64_t GbForceRebuilds(const GbForce *force);
int64_t GbForceBytes(const GbForce *force);      /* memory held on this rank */
const char *GbForceKernel(const GbForce *force); /* for example "avx512 mixed" */

#endif
