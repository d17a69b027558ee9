/* Shear bands and their zones from eta_Mises.
 *
 * eta_Mises is averaged on voxels and smoothed over their neighbours (so over about twice the voxel
 * edge); voxels above the threshold (0.3) that share faces are clustered; a cluster
 * that joins both free surfaces (x) is spanning, one that does not is nonspanning: its front is the
 * zone at and ahead of the tip, its tail the rest. */
#ifndef GB_ATOMISTIC_ZONES_H
#define GB_ATOMISTIC_ZONES_H

#include "atomistic/analysis/strain.h"
#include "contract/calibration.h"

typedef struct {
  double threshold;      /* eta_Mises of a band voxel: 0.3 */
  double voxel_angstrom; /* edge of the coarse-graining voxels */
  double front_angstrom; /* reach of the front zone around the tip, behind and ahead */
  int min_voxels;        /* smaller clusters are matrix */
} GbZoneOptions;

typedef enum { GB_BANDS_NONE, GB_BANDS_NONSPANNING, GB_BANDS_SPANNING, GB_BANDS_BOTH } GbBands;
extern const char *const gb_band_names[]; /* "none" "nonspanning" "spanning" "both" */

typedef struct {
  int n;
  int *zone; /* [n] GbZone of each atom */
  int *band; /* [n] number of its band from 1, 0 in the matrix */
  int nbands;
  GbBands kind;
  int64_t count[GB_NZONES];
  int64_t unfit[GB_NZONES]; /* of these, atoms without a strain: in no mean */
} GbZones;

GbZoneOptions GbZoneDefaults(void); /* 0.3, 6, 12, 4 */
/* Free surfaces are the non-periodic x faces. Allocates *zones. */
GbStatus GbZonesClassify(const GbAtoms *atoms, const GbStrain *strain, const GbZoneOptions *options,
                         GbZones *zones);
void GbZonesFree(GbZones *zones);
/* Fraction of the atoms of each zone with low < eta_Mises <= high; NaN for an empty zone. */
void GbZoneFractions(const GbZones *zones, const GbStrain *strain, double low, double high,
                     double fraction[GB_NZONES]);

#endif
