/* Barriers of the glass: many saddle searches from one inherent structure. */
#ifndef GB_ATOMISTIC_BARRIERS_H
#define GB_ATOMISTIC_BARRIERS_H

#include "atomistic/statistics/glass.h"
#include "atomistic/statistics/saddle.h"
#include "contract/calibration.h"

typedef struct {
  GbSaddleOptions saddle;
  int searches;
  double push_radius;          /* angstrom, of the group of atoms that is pushed */
  double moved_threshold;      /* angstrom: an atom that moved further took part */
  int min_atoms;               /* fewer atoms are no shear transformation */
  double min_shear_volume_nm3; /* nor is less shear */
  double min_barrier;          /* eV, forward and reverse: lower ones belong to one basin */
  double neighbour_energy;     /* eV: another minimum at most this far above counts as a start */
  double shear_modulus_GPa, bulk_modulus_GPa; /* of the state, for the activation volumes */
  uint64_t seed;
  GbMaterialState state;
} GbBarrierOptions;

typedef struct {
  int64_t searches;
  int64_t outcome[GB_NSADDLE_OUTCOMES];
  int64_t broken;       /* searches that left the domain of the potential */
  int64_t duplicates;   /* saddles found again */
  int64_t not_shear;    /* saddles that are no shear transformation */
  int64_t shallow;      /* saddles with a barrier below min_barrier on one side */
  int64_t neighbouring; /* accepted ones that start from another minimum nearby */
  int64_t accepted;
  int64_t evaluations;
} GbBarrierCounts;

/* Searches from the inherent structure `minimum` (periodic). Collective over comm: the searches are
 * shared out among the ranks, each with `force`, which must live on MPI_COMM_SELF; the rows
 * appended to `table` are the same for any number of ranks. chi [n] of each atom of `minimum`. */
GbStatus GbBarrierSearches(MPI_Comm comm, GbForce *force, const GbAtoms *minimum, const double *chi,
                           const GbBarrierOptions *options, GbBarrierTable *table,
                           GbBarrierCounts *counts);
void GbBarrierTableFree(GbBarrierTable *table);

/* Shear volume (largest over orientations) and dilatation volume, angstrom^3, of the elastic dipole
 * that turns virial `from` into `to` (eV, xx yy zz xy xz yz, as GbForceResult). Moduli in GPa. */
void GbDipoleVolumes(const double from[6], const double to[6], double shear_modulus_GPa,
                     double bulk_modulus_GPa, double *shear, double *dilatation);
/* Direction of the push of one search, push[3 n], around a random atom. */
void GbBarrierPush(const GbAtoms *minimum, const GbBarrierOptions *options, int search,
                   double *push);

#endif
