/* What solves K u = f for the homogeneous medium: one table of functions for each kind of boundary
 * in x, chosen by green.c. */
#ifndef GB_MESOSCALE_TRANSFORMS_H
#define GB_MESOSCALE_TRANSFORMS_H

#include "mesoscale/elasticity/stencil.h"

typedef struct {
  GbStatus (*create)(const GbNodes *nodes, int nthreads, void **context);
  GbStatus (*set_moduli)(void *context, double mu, double bulk); /* before solve */
  void (*solve)(void *context, double *field); /* forces in, displacements out; see stencil.h */
  void (*destroy)(void *context);              /* takes what create left, even after a failure */
} GbTransform;

extern const GbTransform GbTransformPeriodic; /* Fourier transforms along all axes */
extern const GbTransform GbTransformStrip;    /* free surfaces: banded systems across x */

/* Symbols along one axis of the linear element, at the phase 2 pi k / n per node: of the product of
 * shape functions, of that of their slopes, and (over i) of shape function and slope. */
typedef struct {
  double mass, stiffness, slope;
} GbSymbol;
GbSymbol GbSymbolOf(int k, int n);

/* Zeroed, at a 64-byte boundary; freed with free(). */
GbStatus GbTransformAllocate(double **array, size_t n);

#endif
