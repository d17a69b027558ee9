/* Mixed precision against double, before a potential is used. */
#ifndef GB_ATOMISTIC_EAM_CHECK_H
#define GB_ATOMISTIC_EAM_CHECK_H

#include "atomistic/engine/potential.h"

/* Mixed precision is used if no force or energy of a pair is off by more than this, eV/angstrom or
 * eV, plus 1 % of what exceeds 1 eV/angstrom or 1 eV: there published tables have kinks. */
#define GB_MIXED_ERROR 1e-4

/* The largest error beyond that 1 %, and the pair of types (center, neighbour) and distance. */
typedef struct {
  double error, r; /* eV/angstrom or eV, angstrom */
  int a, b;
} GbMixedError;

GbStatus GbEamCheckMixed(const GbPotential *potential, GbMixedError *worst);

#endif
