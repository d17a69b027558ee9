/* VTK XML image data (.vti) of one state, and the collection (.pvd) that makes a series of them. */
#ifndef GB_MESOSCALE_VTI_H
#define GB_MESOSCALE_VTI_H

#include "mesoscale/elasticity/elasticity.h"

#include <stdint.h>
#include <stdio.h>

/* Begin, arrays over the voxels (the first one is what ParaView colours by), end. ny = 1 gives a
 * flat sheet at y = 0 in the x-z plane. `strain` and `time_s` go into the field data. */
void GbVtiBegin(FILE *vti, const GbGrid *grid, double strain, double time_s, const char *first);
void GbVtiDoubles(FILE *vti, const char *name, const char *units, size_t n, const double *values);
void GbVtiBytes(FILE *vti, const char *name, size_t n, const uint8_t *values);
void GbVtiEnd(FILE *vti);

void GbPvdBegin(FILE *pvd);
void GbPvdAdd(FILE *pvd, double time, const char *file); /* file: seen from the collection */
void GbPvdEnd(FILE *pvd);

#endif
