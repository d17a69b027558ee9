/* The table `shear_bands`: one row per band. */
#ifndef GB_MESOSCALE_BAND_TABLE_H
#define GB_MESOSCALE_BAND_TABLE_H

#include "mesoscale/fields/bands.h"
#include "mesoscale/fields/table.h"

/* When a sample was looked at. */
typedef enum {
  GB_BAND_WHEN_LOADING, /* at a reading during loading */
  GB_BAND_WHEN_BEFORE,  /* unloaded at a prior strain, before thermal cycles */
  GB_BAND_WHEN_AFTER,   /* ... and after them */
  GB_NBAND_WHENS
} GbBandWhen;
extern const char *const gb_band_when_names[GB_NBAND_WHENS]; /* "loading", "before", "after" */

GbTable GbBandTableNew(void);
/* Appends a row for each band of the map, none without bands. strain_percent: compressive strain of
 * the reading, or prior plastic strain. */
GbStatus GbBandTableAdd(GbTable *table, int sample, double strain_percent, GbBandWhen when,
                        const GbBandMap *map);

#endif
