/* Shear bands and their zones from the plastic shear of a mesoscale sample.
 *
 * The classes are those of the atomistic tier. Shear is averaged over 3 x 3 (x 3) voxels; voxels
 * above a threshold are clustered (8 or 26 neighbours, periodic in y and z, and in x without free
 * surfaces). Bands that run into each other make one cluster, which is split into bands by their
 * inclination. A band that joins both free surfaces, or without such closes on itself through a
 * period along x or z, is spanning; another is nonspanning: its front is what lies within reach of
 * its tip or tips (ends inside the sample), in the band and ahead of it; the rest is its tail. A
 * band that another crosses is intersected, whether it spans or not. */
#ifndef GB_MESOSCALE_BANDS_H
#define GB_MESOSCALE_BANDS_H

#include "contract/calibration.h"
#include "mesoscale/elasticity/elasticity.h"

#include <stdbool.h>

typedef struct {
  double threshold_shear;    /* least engineering shear of a band voxel */
  double threshold_relative; /* ... which must also exceed this times the sample's mean */
  double front_nm;           /* reach of the front zone from a tip, in the band and ahead of it */
  double around_nm;          /* reach of a band's surroundings, from its voxels */
  int min_voxels;            /* smaller clusters are matrix */
} GbBandOptions;

/* Of a sample. */
typedef enum { GB_BAND_NONE, GB_BAND_NONSPANNING, GB_BAND_SPANNING, GB_BAND_BOTH } GbBandKind;
extern const char *const gb_band_kind_names[4]; /* "none", "nonspanning", "spanning", "both" */

/* Of one band. */
typedef enum {
  GB_BAND_FORM_NONSPANNING,
  GB_BAND_FORM_SPANNING,
  GB_BAND_FORM_INTERSECTED, /* crosses another; GbBand.spans tells the rest */
  GB_NBAND_FORMS
} GbBandForm;
extern const char *const gb_band_form_names[GB_NBAND_FORMS]; /* "nonspanning", "spanning", ... */

typedef struct {
  GbBandForm form;
  bool spans;
  int voxels;
  double angle_deg; /* of its plane to the plane across the loading axis; > 0: rises along x */
  double length_nm; /* in the x-z plane, of a uniform plate with the same second moments */
  double width_nm;  /* its volume (area in plane strain) over the area (length) of that plate */
  double shear_inside, shear_around; /* mean plastic shear; around: see around_nm, matrix only */
  double offset_nm;                  /* shear_inside * width_nm: displacement across the band */
  double chi_inside, chi_around;     /* NaN before GbBandsAddChi */
  int ntips;
  double tip_nm[2][2]; /* x from the left face, z in the period; mean over y */
} GbBand;

typedef struct {
  int nvoxels;
  int *zone; /* [nvoxels] GbZone; void voxels are matrix */
  int *band; /* [nvoxels] number of its band from 1, 0 outside; where bands cross, of one of them */
  int nbands;
  GbBand *bands; /* [nbands] band number b is bands[b - 1] */
  int nspanning, nnonspanning,
      nintersected; /* the first two are all; nintersected are among them */
  GbBandKind kind;
  double threshold;           /* shear that was needed */
  double width_nm;            /* mean over bands; 0 without bands */
  double fraction[GB_NZONES]; /* of the solid voxels */
} GbBandMap;

GbBandOptions GbBandDefaults(void); /* 0.6, 1.5, 4, 4, 4 */
/* Engineering shear of the plastic strain, net of reversals and without dilatation, as eta_Mises of
 * the atomistic tier is: 2 eta_Mises = 2 sqrt(1/2 e_dev : e_dev). In plane shear that is
 * sqrt((e_xx - e_zz)^2 + 4 e_xz^2). plastic[nvoxels], shear[nvoxels]. */
void GbBandShear(int nvoxels, const double (*plastic)[GB_NTENSOR], double *shear);
/* shear[nx*ny*nz]; solid[nx*ny*nz] or NULL. Allocates *map, freed with GbBandMapFree. */
GbStatus GbBandsClassify(const GbGrid *grid, const bool *solid, const double *shear,
                         const GbBandOptions *options, GbBandMap *map);
/* Fills chi_inside and chi_around of all bands from chi[nvoxels]. */
GbStatus GbBandsAddChi(const GbGrid *grid, const bool *solid, const double *chi,
                       const GbBandOptions *options, GbBandMap *map);
void GbBandMapFree(GbBandMap *map);
/* Mean of field[nvoxels] over the solid voxels of each zone; NaN for an empty zone. */
void GbBandZoneMeans(const GbBandMap *map, const bool *solid, const double *field,
                     double mean[GB_NZONES]);

#endif
