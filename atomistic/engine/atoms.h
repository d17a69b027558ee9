/* The atoms of one sample: plain arrays, and files that hold them.
 *
 * Coordinates are never wrapped by the engine: positions in a periodic box are unwrapped
 * trajectories, so displacements between two snapshots of one run are plain differences
 * (plus the box's own affine change). */
#ifndef GB_ATOMISTIC_ATOMS_H
#define GB_ATOMISTIC_ATOMS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct GbH5;
enum { GB_MAX_TYPES = 8 };

/* Threads pay where work is worth their waiting for each other: in loops over pairs from some
 * hundred sites on, in loops over atoms from tens of thousands on. */
enum { GB_FEW_SITES = 256, GB_MANY_ATOMS = 30000 };

typedef struct {
  int n;
  int64_t *id;      /* [n] from 1 */
  int *type;        /* [n] from 0 */
  double (*x)[3];   /* [n] angstrom */
  double (*v)[3];   /* [n] angstrom/ps */
  double (*f)[3];   /* [n] eV/angstrom, filled by GbForceCompute */
  int *place;       /* [n], only of distributed atoms: index in the sample (see domain.h) */
  double (*aux)[3]; /* [n] or NULL: further vectors that go along when atoms change ranks */
  double lo[3];     /* angstrom */
  double length[3]; /* box edges, angstrom; along a free axis only the bounding length */
  bool periodic[3];
  int ntypes;
  double mass[GB_MAX_TYPES]; /* g/mol */
  char element[GB_MAX_TYPES][4];
} GbAtoms;

/* Arrays for n atoms, zeroed; freed by GbAtomsFree. */
GbStatus GbAtomsAllocate(GbAtoms *atoms, int n);
void GbAtomsFree(GbAtoms *atoms);
GbStatus GbAtomsCopy(const GbAtoms *from, GbAtoms *to); /* allocates `to` */

/* Snapshots in HDF5, float64, exact (one process; units inside). `time_ps` and `strain` are stored
 * as scalars; either pointer may be NULL when reading. Reading allocates `atoms`. */
GbStatus GbAtomsWriteH5(const char *path, const GbAtoms *atoms, double time_ps, double strain);
GbStatus GbAtomsReadH5(const char *path, GbAtoms *atoms, double *time_ps, double *strain);
/* The contents of GbAtomsWriteH5 into a file that holds more besides. */
GbStatus GbAtomsPutH5(struct GbH5 *file, const GbAtoms *atoms, double time_ps, double strain);
/* LAMMPS data file (plain text) of an atom style of points: masses, atoms, velocities; what belongs
 * to molecules and potentials is passed over. Positions are unwrapped if there are image flags,
 * else those in the box: *wrapped (may be NULL) tells. Units are metal, or real if the title says
 * so. The format does not say which axes are periodic: all are set so. Atoms come sorted by id.
 * `tilt` takes xy, xz, yz of a triclinic box (else 0); with NULL such boxes are refused. */
GbStatus GbAtomsReadLammpsData(const char *path, GbAtoms *atoms, bool *wrapped, double tilt[3]);
/* `digits` significant ones; 0: 17, with which all numbers come back bit for bit. Velocities are
 * left out if all are zero. GB_ERR_INPUT, GB_ERR_IO. */
GbStatus GbAtomsWriteLammpsData(const char *path, const GbAtoms *atoms, int digits);
/* The number hi next to lo + length for which hi - lo is exactly length, if there is one. */
double GbAtomsUpperBound(const GbAtoms *atoms, int axis);
/* Extended XYZ for OVITO, with `ncolumns` extra per-atom columns (names, arrays of n doubles). More
 * (several frames, velocities, reading) is in atomistic/files. */
GbStatus GbAtomsWriteXyz(const char *path, const GbAtoms *atoms, int ncolumns,
                         const char *const *names, const double *const *columns);

/* fcc lattice of nx*ny*nz cells with constant `a`, types drawn exactly in the fraction of type 1
 * given (counter-based shuffle with `seed`), periodic. */
GbStatus GbAtomsCreateFcc(GbAtoms *atoms, const int cells[3], double a_angstrom,
                          double fraction_type1, uint64_t seed);
/* Copies the periodic box counts[d] times along each axis; ids renumbered. */
GbStatus GbAtomsReplicate(const GbAtoms *from, const int counts[3], GbAtoms *to);
/* Sorts the atoms so that neighbours in space are neighbours in memory. */
GbStatus GbAtomsSortInSpace(GbAtoms *atoms);
/* Keeps the atoms i with keep[i]; ids are renumbered from 1. */
GbStatus GbAtomsSelect(GbAtoms *atoms, const bool *keep);
/* Maxwell-Boltzmann velocities, zero total momentum, scaled to exactly `temperature_K`. */
void GbAtomsSetVelocities(GbAtoms *atoms, double temperature_K, uint64_t seed);
/* Along the free axes, sets lo and length to the extent of the atoms. */
void GbAtomsFitFreeAxes(GbAtoms *atoms);
double GbAtomsVolume(const GbAtoms *atoms);        /* angstrom^3, product of the lengths */
double GbAtomsKineticEnergy(const GbAtoms *atoms); /* eV */
double GbAtomsTemperature(const GbAtoms *atoms);   /* K, 3n - 3 degrees of freedom */

#endif
