/* Shear bands and their zones from the plastic shear of a mesoscale sample.
 *
 * The same idea as in the atomistic tier: shear is averaged over 3 x 3 voxels, voxels above a
 * threshold are clustered (8 neighbours, periodic in z); a cluster that joins both free surfaces
 * (x) is spanning, another is nonspanning: its front is what lies around its tip or tips (ends of a
 * cluster inside the sample), in the band and ahead of it; the rest of the cluster is its tail. */
#ifndef GB_MESOSCALE_BANDS_H
#define GB_MESOSCALE_BANDS_H

#include "contract/calibration.h"
#include "mesoscale/elasticity/elasticity.h"

#include <stdbool.h>

typedef struct {
  double threshold_shear;    /* least engineering shear of a band voxel */
  double threshold_relative; /* ... which must also exceed this times the sample's mean */
  double front_nm;           /* reach of the front zone around a tip */
  int min_voxels;            /* smaller clusters are matrix */
} GbBandOptions;

typedef enum { GB_BAND_NONE, GB_BAND_NONSPANNING, GB_BAND_SPANNING, GB_BAND_BOTH } GbBandKind;
extern const char *const gb_band_kind_names[4]; /* "none", "nonspanning", "spanning", "both" */

typedef struct {
  int nvoxels;
  int *zone; /* [nvoxels] GbZone; void voxels are matrix */
  int *band; /* [nvoxels] number of its band from 1, 0 outside */
  int nspanning, nnonspanning;
  GbBandKind kind;
  double threshold; /* shear that was needed */
  double width_nm;  /* mean over bands of area / length along the long axis; 0 without bands */
  double fraction[GB_NZONES]; /* of the solid voxels */
} GbBandMap;

GbBandOptions GbBandDefaults(void); /* 0.6, 1.5, 4, 4 */
/* Engineering shear of the plastic strain, net of reversals, as eta_Mises of the atomistic tier is:
 * sqrt((e_xx - e_zz)^2 + 4 e_xz^2). plastic[nvoxels], shear[nvoxels]. */
void GbBandShear(int nvoxels, const double (*plastic)[GB_NTENSOR], double *shear);
/* shear[nx*nz]; solid[nx*nz] or NULL. Allocates *map, freed with GbBandMapFree. */
GbStatus GbBandsClassify(const GbGrid *grid, const bool *solid, const double *shear,
                         const GbBandOptions *options, GbBandMap *map);
void GbBandMapFree(GbBandMap *map);
/* Mean of field[nvoxels] over the solid voxels of each zone; NaN for an empty zone. */
void GbBandZoneMeans(const GbBandMap *map, const bool *solid, const double *field,
                     double mean[GB_NZONES]);

#endif
