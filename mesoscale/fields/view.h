/* Fields of a state for ParaView: groups of an HDF5 file, and the XDMF file beside it. */
#ifndef GB_MESOSCALE_VIEW_H
#define GB_MESOSCALE_VIEW_H

#include "base/file.h"
#include "base/h5.h"
#include "mesoscale/events/state.h"
#include "mesoscale/fields/bands.h"

/* group/chi, slip, shear, plastic_zz, stress_zz, stress_xz, zone, band; [nz, nx], or [nz, ny, nx]
 * if ny > 1. */
GbStatus GbViewWrite(GbH5 *file, const char *group, const GbMesoState *state, const GbBandMap *map);

/* A series of such groups over `time`: begin, grids, end. */
void GbViewBegin(FILE *xdmf, const char *series);
void GbViewGrid(FILE *xdmf, const char *h5, const char *group, double time, const GbGrid *grid);
void GbViewEnd(FILE *xdmf);

#endif
