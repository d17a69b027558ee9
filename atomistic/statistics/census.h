/* Census of plastic events between two consecutive inherent structures. */
#ifndef GB_ATOMISTIC_CENSUS_H
#define GB_ATOMISTIC_CENSUS_H

#include "atomistic/engine/atoms.h"
#include "contract/calibration.h"

typedef struct {
  double d2min_threshold; /* an atom took part if its D2min (angstrom^2, summed over neighbours) */
  double eta_threshold;   /* and its eta_Mises exceed these */
  double strain_cutoff;   /* neighbours of strain, angstrom */
  double cluster_cutoff;  /* atoms closer than this belong to one event, angstrom */
  int min_atoms;          /* smaller clusters are no events */
  double region;          /* radius around the event in which its energy is counted, angstrom */
  double atomic_volume;   /* angstrom^3 */
} GbCensusOptions;

/* One inherent structure with its per-atom fields. All borrowed. */
typedef struct {
  const GbAtoms *atoms;
  const double *energy; /* [n] eV */
  const double *chi;    /* [n], NaN near free surfaces */
} GbCensusFrame;

/* Events of one pair, appended to a table. */
typedef struct {
  double strain,
      stress_GPa;  /* of the sample: the row's strain, and sigma_zz (halved in the table) */
  const int *zone; /* [n] GbZone of each atom, or NULL: matrix */
} GbCensusLabels;

/* Clusters the atoms that moved between two inherent structures of the same atoms and appends one
 * row per event. *at_surface counts the events left out because no bulk material surrounds them (no
 * chi). Every rank may call it. */
GbStatus GbCensusPair(const GbCensusFrame *before, const GbCensusFrame *after,
                      const GbCensusLabels *labels, const GbCensusOptions *options,
                      GbEventTable *table, int64_t *at_surface);
void GbEventTableFree(GbEventTable *table);

/* Clusters: label[i] from 1 for the flagged atoms, 0 for the others; returns the number of them.
 * Two flagged atoms within `cutoff` (periodic) belong together. */
GbStatus GbClusterAtoms(const GbAtoms *atoms, const bool *flag, double cutoff, int *label,
                        int *nclusters);
/* Best-fit transformation strain (Green-Lagrange, xx yy zz xy xz yz) of the atoms with label[i] ==
 * which, with the affine change of the periodic box taken off. GB_ERR_NUMERIC if the atoms lie in
 * a plane. */
GbStatus GbClusterStrain(const GbAtoms *before, const GbAtoms *after, const int *label, int which,
                         double strain[6]);
/* Engineering shear (difference of the extreme principal values), volumetric strain (det F - 1) and
 * angle in the x-z plane, 0..pi, of the shear plane's trace, for a Green-Lagrange strain. */
void GbStrainInvariants(const double strain[6], double *shear, double *dilatation, double *angle);

#endif
