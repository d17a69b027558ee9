/* What the text files of LAMMPS have in common: units, tilted boxes, image flags. */
#ifndef GB_ATOMISTIC_LAMMPS_COMMON_H
#define GB_ATOMISTIC_LAMMPS_COMMON_H

#include <stdbool.h>
#include <stdint.h>

/* Boxes away along one axis; what LAMMPS's own 21 bits hold. */
enum { GB_IMAGE_MAX = 1 << 20 };

/* Factors from the units of a file to ours. Lengths and masses are the same in both. */
typedef struct {
  double velocity, force, time;
} GbLammpsUnits;

/* For "metal" (ours) and "real"; false for all others. */
bool GbLammpsUnitsFind(const char *name, GbLammpsUnits *units);
/* Is it the name of any units of LAMMPS? */
bool GbLammpsUnitsKnown(const char *name);
/* Tilts that are 0, or not more than a program's rounding left of it (1e-7 of the edges, what
 * single precision does to 90 degrees): the box is rectangular. */
bool GbTiltsVanish(const double tilt[3], const double length[3]);

#endif
