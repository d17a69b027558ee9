/* An energy surface of n coordinates, and steps downhill on it.
 *
 * Saddle searches see the glass only through this, so the same code runs on analytic surfaces. */
#ifndef GB_ATOMISTIC_SURFACE_H
#define GB_ATOMISTIC_SURFACE_H

#include "base/error.h"

/* Energy and force (minus the gradient) at x[n]. */
typedef GbStatus (*GbSurfaceEvaluate)(void *context, const double *x, double *energy,
                                      double *force);

typedef struct {
  int n;
  GbSurfaceEvaluate evaluate;
  void *context; /* borrowed */
} GbSurface;

/* Limited-memory BFGS on a force field: the inverse Hessian comes from the last few steps. */
typedef struct GbLbfgs GbLbfgs;

/* max_step: longest step (2-norm over all coordinates). */
GbStatus GbLbfgsCreate(int n, double max_step, GbLbfgs **lbfgs);
void GbLbfgsDestroy(GbLbfgs **lbfgs);
/* Forgets all steps: call when the force field changes. */
void GbLbfgsReset(GbLbfgs *lbfgs);
/* The step to take from x, where the force is `force`, in step[n]. */
void GbLbfgsStep(GbLbfgs *lbfgs, const double *x, const double *force, double *step);

/* Moves x to a local minimum: largest force component below `tolerance`. *evaluations is added to;
 * *converged is an outcome, not an error. */
GbStatus GbSurfaceMinimize(const GbSurface *surface, GbLbfgs *lbfgs, double tolerance,
                           int max_evaluations, double *x, double *energy, int *evaluations,
                           int *converged);

double GbVectorDot(int n, const double *a, const double *b);
double GbVectorNorm(int n, const double *a);
double GbVectorMax(int n, const double *a); /* largest absolute component */

#endif
