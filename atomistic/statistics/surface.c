/* Limited-memory BFGS (Nocedal, Math. Comp. 35, 773 (1980)) without line search.
 *
 * The direction is H f, with H the two-loop product over the last GB_MEMORY pairs (s, y) of steps
 * and changes of the gradient, started from H0 = (s.y)/(y.y). A pair with s.y <= 0 (a region of
 * negative curvature) would spoil H, so the memory is emptied there; a step longer than max_step is
 * cut. A line search is left out because the force is also used where it is not the gradient of
 * anything (climbing along one mode, descending in the others). */
#include "atomistic/statistics/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GB_MEMORY = 12 };

struct GbLbfgs {
  int n, count, newest; /* pairs held, index of the newest */
  int have_previous;
  double max_step;
  double *s, *y; /* [GB_MEMORY][n] */
  double inverse_sy[GB_MEMORY];
  double *x_previous, *force_previous;
};

double GbVectorDot(int n, const double *a, const double *b)
{
  double sum = 0.0;
  for (int i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

double GbVectorNorm(int n, const double *a)
{
  return sqrt(GbVectorDot(n, a, a));
}

double GbVectorMax(int n, const double *a)
{
  double largest = 0.0;
  for (int i = 0; i < n; i++)
    if (fabs(a[i]) > largest) largest = fabs(a[i]);
  return largest;
}

GbStatus GbLbfgsCreate(int n, double max_step, GbLbfgs **lbfgs)
{
  GB_CALLOC(*lbfgs, 1);
  GbLbfgs *l = *lbfgs;
  l->n = n;
  l->max_step = max_step;
  GB_CALLOC(l->s, (size_t)n * GB_MEMORY);
  GB_CALLOC(l->y, (size_t)n * GB_MEMORY);
  GB_CALLOC(l->x_previous, n);
  GB_CALLOC(l->force_previous, n);
  return GB_OK;
}

void GbLbfgsDestroy(GbLbfgs **lbfgs)
{
  if (!*lbfgs) return;
  free((*lbfgs)->s);
  free((*lbfgs)->y);
  free((*lbfgs)->x_previous);
  free((*lbfgs)->force_previous);
  free(*lbfgs);
  *lbfgs = NULL;
}

void GbLbfgsReset(GbLbfgs *lbfgs)
{
  lbfgs->count = 0;
  lbfgs->have_previous = 0;
}

static void remember(GbLbfgs *l, const double *x, const double *force)
{
  const int n = l->n;
  if (l->have_previous) {
    const int slot = (l->newest + 1) % GB_MEMORY;
    double *s = l->s + (size_t)slot * n, *y = l->y + (size_t)slot * n;
    for (int i = 0; i < n; i++) {
      s[i] = x[i] - l->x_previous[i];
      y[i] = l->force_previous[i] - force[i];
    }
    const double sy = GbVectorDot(n, s, y), ss = GbVectorDot(n, s, s);
    if (sy > 1e-8 * ss) {
      l->inverse_sy[slot] = 1.0 / sy;
      l->newest = slot;
      if (l->count < GB_MEMORY) l->count++;
    } else {
      l->count = 0;
    }
  }
  memcpy(l->x_previous, x, (size_t)n * sizeof(double));
  memcpy(l->force_previous, force, (size_t)n * sizeof(double));
  l->have_previous = 1;
}

static void two_loops(const GbLbfgs *l, double *q)
{
  const int n = l->n;
  double alpha[GB_MEMORY];
  for (int k = 0; k < l->count; k++) {
    const int slot = (l->newest - k + GB_MEMORY) % GB_MEMORY;
    const double *s = l->s + (size_t)slot * n, *y = l->y + (size_t)slot * n;
    alpha[k] = l->inverse_sy[slot] * GbVectorDot(n, s, q);
    for (int i = 0; i < n; i++)
      q[i] -= alpha[k] * y[i];
  }
  const double *newest_y = l->y + (size_t)l->newest * n;
  const double scale = 1.0 / (l->inverse_sy[l->newest] * GbVectorDot(n, newest_y, newest_y));
  for (int i = 0; i < n; i++)
    q[i] *= scale;
  for (int k = l->count - 1; k >= 0; k--) {
    const int slot = (l->newest - k + GB_MEMORY) % GB_MEMORY;
    const double *s = l->s + (size_t)slot * n, *y = l->y + (size_t)slot * n;
    const double beta = l->inverse_sy[slot] * GbVectorDot(n, y, q);
    for (int i = 0; i < n; i++)
      q[i] += (alpha[k] - beta) * s[i];
  }
}

void GbLbfgsStep(GbLbfgs *lbfgs, const double *x, const double *force, double *step)
{
  const int n = lbfgs->n;
  remember(lbfgs, x, force);
  memcpy(step, force, (size_t)n * sizeof(double));
  if (lbfgs->count > 0) {
    two_loops(lbfgs, step);
    if (GbVectorDot(n, step, force) <= 0.0) {
      lbfgs->count = 0;
      memcpy(step, force, (size_t)n * sizeof(double));
    }
  }
  /* Without a curvature yet: a tenth of the longest step, or less where the force is small (an
   * eigenvalue of 20 eV/angstrom^2 is typical of the stiff modes of a metal). */
  double longest = lbfgs->max_step;
  if (lbfgs->count == 0) {
    for (int i = 0; i < n; i++)
      step[i] /= 20.0;
    longest *= 0.5;
  }
  const double norm = GbVectorNorm(n, step);
  if (norm > longest)
    for (int i = 0; i < n; i++)
      step[i] *= longest / norm;
}

GbStatus GbSurfaceMinimize(const GbSurface *surface, GbLbfgs *lbfgs, double tolerance,
                           int max_evaluations, double *x, double *energy, int *evaluations,
                           int *converged)
{
  const int n = surface->n;
  double *force, *step;
  GbStatus status = GB_OK;
  GB_CALLOC(force, (size_t)n * 2);
  step = force + n;
  GbLbfgsReset(lbfgs);
  *converged = 0;
  for (int k = 0; k < max_evaluations; k++) {
    GB_TRY(status, surface->evaluate(surface->context, x, energy, force), done);
    (*evaluations)++;
    if (GbVectorMax(n, force) < tolerance) {
      *converged = 1;
      break;
    }
    GbLbfgsStep(lbfgs, x, force, step);
    for (int i = 0; i < n; i++)
      x[i] += step[i];
  }
done:
  free(force);
  return status;
}
