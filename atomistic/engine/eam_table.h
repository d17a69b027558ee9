/* Pair functions in the form that the kernel reads: Hermite knots, uniform in r. */
#ifndef GB_ATOMISTIC_EAM_TABLE_H
#define GB_ATOMISTIC_EAM_TABLE_H

#include "atomistic/engine/potential.h"

/* Closer pairs are an error: no table of a metal means anything there. */
#define GB_EAM_R_MIN 0.25 /* angstrom */

/* Value, and derivative times the knot spacing. Two neighbouring knots are what one piece needs. */
typedef double GbEamKnot[2];

typedef struct {
  double step;        /* angstrom */
  double end;         /* both functions are zero from here on, angstrom */
  int last;           /* knot; between it and the end nothing changes any more */
  GbEamKnot *pair;    /* r phi, eV angstrom; knots 0 .. last, and one unused */
  GbEamKnot *density; /* likewise */
} GbEamTable;

/* phi between types a and b, and the density that b makes at a. */
GbStatus GbEamTableCreate(const GbPotential *potential, int a, int b, GbEamTable *table);
void GbEamTableFree(GbEamTable *table);

#endif
