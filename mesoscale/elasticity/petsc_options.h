/* The options that PETSc was given, on the command line, in PETSC_OPTIONS and in its files of
 * defaults, as far as results depend on them. */
#ifndef GB_MESOSCALE_PETSC_OPTIONS_H
#define GB_MESOSCALE_PETSC_OPTIONS_H

#include "base/error.h"

/* All options but those that only look (monitors, logs, views), sorted, one "-name value" a line;
 * empty if there are none. PETSc runs; *text is the caller's to free. */
GbStatus GbPetscOptionsText(char **text);
/* Warns of each option that nothing has asked for since PETSc started; returns how many. */
GbStatus GbPetscOptionsWarnUnused(int *n);

#endif
