/* The contents of a setfl file, as numbers. Used by potential.c only. */
#ifndef GB_ATOMISTIC_SETFL_H
#define GB_ATOMISTIC_SETFL_H

#include "atomistic/engine/atoms.h"

typedef struct {
  int ntypes;
  int ndensities; /* density tables per element: 1 (.alloy) or ntypes (.fs) */
  int nrho, nr;
  double drho, dr, cutoff;
  double mass[GB_MAX_TYPES]; /* g/mol */
  char element[GB_MAX_TYPES][4];
  int nvalues;
  double *values; /* in file order: per element F and its densities, then the pairs; owned */
} GbSetfl;

/* One process. GB_ERR_INPUT with file, line, expected, found. file->values is freed by the caller,
 * also after an error. */
GbStatus GbSetflRead(const char *path, GbSetfl *file);

#endif
