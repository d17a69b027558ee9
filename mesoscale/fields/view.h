/* Fields of a state for ParaView: groups of an HDF5 file, and images beside it. */
#ifndef GB_MESOSCALE_VIEW_H
#define GB_MESOSCALE_VIEW_H

#include "base/h5.h"
#include "mesoscale/events/state.h"
#include "mesoscale/fields/bands.h"

/* group/chi, slip, shear, plastic_zz, stress_zz, stress_xz, zone, band; [nz, nx], or [nz, ny, nx]
 * if ny > 1. */
GbStatus GbViewWrite(GbH5 *file, const char *group, const GbMesoState *state, const GbBandMap *map);

/* The same fields as sample_SS/<series>/<group>.vti, with nan in voids; `strain` goes along. */
GbStatus GbViewImage(const char *folder, int number, const char *series, const char *group,
                     double strain, const GbMesoState *state, const GbBandMap *map);
/* <series>/<group>.vti, as a collection beside it names the image. */
void GbViewImageName(const char *series, const char *group, char *name, size_t size);
/* Removes the images and the collection of a series, if there are any. */
void GbViewRemove(const char *folder, int number, const char *series);

#endif
