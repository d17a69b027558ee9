/* Activation-relaxation technique, ART nouveau.
 *
 * 1. Push. From the minimum, step along a given direction d; after each step relax a little in the
 *    hyperplane perpendicular to d, and find the lowest eigenvalue of the Hessian, until it is
 *    negative: the configuration has left the harmonic basin.
 * 2. Climb. With the lowest eigenvector v, follow the effective force f - 2 (f.v) v: uphill along
 * v, downhill in all other directions. Its fixed points of negative curvature along v are saddle
 * points of index one. Steps are L-BFGS steps; v is renewed every few steps from the last one,
 * which costs few evaluations. Where the curvature has become positive again, only the component
 * along v is followed, so that the search does not fall back into the basin.
 * 3. Relax both sides. From the saddle +- kick v: one side must return to the initial minimum
 *    (connected), the other end in a different one.
 *
 * The lowest eigenpair comes from Lanczos with products H q = -(f(x + h q) - f(x)) / h, one force
 * evaluation each, full reorthogonalisation, and LAPACK for the small tridiagonal problem.
 *
 * Sources: Barkema, Mousseau, Phys. Rev. Lett. 77, 4358 (1996); Malek, Mousseau, Phys. Rev. E 62,
 * 7723 (2000); the effective force: Henkelman, Jonsson, J. Chem. Phys. 111, 7010 (1999). */
#include "atomistic/statistics/saddle.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  GB_LANCZOS_MAX = 40,
  GB_PUSH_RELAX = 4,    /* perpendicular steps after each step of the push */
  GB_CLIMB_REFRESH = 5, /* climbing steps between two renewals of the mode */
  GB_FLAT_MAX = 12      /* renewals in a row with positive curvature before giving up */
};

GbSaddleOptions GbSaddleDefaults(void)
{
  return (GbSaddleOptions){.push_step = 0.35,
                           .max_push_steps = 20,
                           .negative_curvature = -0.3,
                           .lanczos_iterations = 16,
                           .lanczos_step = 5e-3,
                           .max_step = 0.35,
                           .force_tolerance = 5e-3,
                           .relax_tolerance = 1e-2,
                           .max_evaluations = 1200,
                           .max_barrier = 8.0,
                           .kick = 0.25,
                           .same_distance = 0.25};
}

GbStatus GbSaddleAllocate(int n, GbSaddle *saddle)
{
  memset(saddle, 0, sizeof *saddle);
  GB_CALLOC(saddle->saddle, n);
  GB_CALLOC(saddle->final, n);
  GB_CALLOC(saddle->mode, n);
  return GB_OK;
}

void GbSaddleFree(GbSaddle *saddle)
{
  free(saddle->saddle);
  free(saddle->final);
  free(saddle->mode);
  memset(saddle, 0, sizeof *saddle);
}

/* --- Lowest eigenpair ---------------------------------------------------------------------------
 */

/* Lowest eigenpair of the tridiagonal matrix of order m; vector[m]. */
static GbStatus tridiagonal_lowest(int m, const double *alpha, const double *beta, double *value,
                                   double *vector)
{
  double d[GB_LANCZOS_MAX], e[GB_LANCZOS_MAX], z[GB_LANCZOS_MAX * GB_LANCZOS_MAX];
  memcpy(d, alpha, (size_t)m * sizeof(double));
  memcpy(e, beta, (size_t)m * sizeof(double));
  const lapack_int info = LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', m, d, e, z, m);
  if (info) GB_FAIL(GB_ERR_LIBRARY, "LAPACK dstev of order %d failed with info %d", m, (int)info);
  *value = d[0];
  memcpy(vector, z, (size_t)m * sizeof(double));
  return GB_OK;
}

GbStatus GbLanczosLowest(const GbSurface *surface, const double *x, const double *force,
                         int iterations, double step, double *mode, double *eigenvalue,
                         double *work, int *evaluations)
{
  const int n = surface->n;
  double *basis = work, *displaced = work + (size_t)iterations * n, *product = displaced + n;
  double alpha[GB_LANCZOS_MAX], beta[GB_LANCZOS_MAX], ritz[GB_LANCZOS_MAX], energy, last = 0.0;
  const double length = GbVectorNorm(n, mode);
  if (iterations > GB_LANCZOS_MAX || iterations < 1 || !(length > 0.0))
    GB_FAIL(GB_ERR_ARG, "Lanczos needs a guess and 1..%d iterations, got %d", GB_LANCZOS_MAX,
            iterations);
  for (int i = 0; i < n; i++)
    basis[i] = mode[i] / length;
  int m = 0;
  while (m < iterations) {
    const double *q = basis + (size_t)m * n;
    for (int i = 0; i < n; i++)
      displaced[i] = x[i] + step * q[i];
    GB_CALL(surface->evaluate(surface->context, displaced, &energy, product));
    (*evaluations)++;
    for (int i = 0; i < n; i++)
      product[i] = (force[i] - product[i]) / step;
    alpha[m] = GbVectorDot(n, q, product);
    for (int k = 0; k <= m; k++) { /* full reorthogonalisation: few vectors, noisy products */
      const double *b = basis + (size_t)k * n, overlap = GbVectorDot(n, b, product);
      for (int i = 0; i < n; i++)
        product[i] -= overlap * b[i];
    }
    beta[m] = GbVectorNorm(n, product);
    m++;
    GB_CALL(tridiagonal_lowest(m, alpha, beta, eigenvalue, ritz));
    const int settled = m >= 4 && fabs(*eigenvalue - last) < 0.02 * fabs(*eigenvalue);
    last = *eigenvalue;
    if (m == iterations || settled || beta[m - 1] < 1e-6 * (1.0 + fabs(alpha[0]))) break;
    for (int i = 0; i < n; i++)
      basis[(size_t)m * n + i] = product[i] / beta[m - 1];
  }
  memset(mode, 0, (size_t)n * sizeof(double));
  for (int k = 0; k < m; k++)
    for (int i = 0; i < n; i++)
      mode[i] += ritz[k] * basis[(size_t)k * n + i];
  const double norm = GbVectorNorm(n, mode);
  for (int i = 0; i < n; i++)
    mode[i] /= norm;
  return GB_OK;
}

/* --- The three phases ---------------------------------------------------------------------------
 */

typedef struct {
  const GbSurface *surface;
  const GbSaddleOptions *options;
  GbLbfgs *lbfgs;
  double *x, *force, *step, *effective, *work;
} Search;

static GbStatus search_create(const GbSurface *surface, const GbSaddleOptions *options, Search *s)
{
  const size_t n = (size_t)surface->n;
  memset(s, 0, sizeof *s);
  s->surface = surface;
  s->options = options;
  GB_CALLOC(s->x, 4 * n);
  s->force = s->x + n;
  s->step = s->force + n;
  s->effective = s->step + n;
  GB_CALLOC(s->work, n * (size_t)(options->lanczos_iterations + 3));
  GB_CALL(GbLbfgsCreate(surface->n, options->max_step, &s->lbfgs));
  return GB_OK;
}

static void search_destroy(Search *s)
{
  free(s->x);
  free(s->work);
  GbLbfgsDestroy(&s->lbfgs);
}

static GbStatus evaluate(Search *s, GbSaddle *saddle, double *energy)
{
  GB_CALL(s->surface->evaluate(s->surface->context, s->x, energy, s->force));
  saddle->evaluations++;
  return GB_OK;
}

static void remove_component(int n, const double *unit, double *vector)
{
  const double overlap = GbVectorDot(n, unit, vector);
  for (int i = 0; i < n; i++)
    vector[i] -= overlap * unit[i];
}

/* Phase 1. On success the search stands at negative curvature and saddle->mode is its mode. */
static GbStatus push_out(Search *s, const double *push, GbSaddle *saddle, int *unstable)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  const double length = GbVectorNorm(n, push);
  double *direction = saddle->final; /* not needed until phase 3 */
  double energy;
  for (int i = 0; i < n; i++)
    direction[i] = saddle->mode[i] = push[i] / length;
  *unstable = 0;
  for (int k = 0; k < o->max_push_steps && !*unstable; k++) {
    for (int i = 0; i < n; i++)
      s->x[i] += o->push_step * direction[i];
    GbLbfgsReset(s->lbfgs);
    for (int r = 0; r < GB_PUSH_RELAX; r++) {
      GB_CALL(evaluate(s, saddle, &energy));
      memcpy(s->effective, s->force, (size_t)n * sizeof(double));
      remove_component(n, direction, s->effective);
      GbLbfgsStep(s->lbfgs, s->x, s->effective, s->step);
      for (int i = 0; i < n; i++)
        s->x[i] += s->step[i];
    }
    if (k < 1) continue; /* one step out is still well inside the basin */
    GB_CALL(evaluate(s, saddle, &energy));
    GB_CALL(GbLanczosLowest(s->surface, s->x, s->force, o->lanczos_iterations, o->lanczos_step,
                            saddle->mode, &saddle->eigenvalue, s->work, &saddle->evaluations));
    *unstable = saddle->eigenvalue < o->negative_curvature;
    if (saddle->evaluations > o->max_evaluations) break;
  }
  return GB_OK;
}

/* Renews the mode; the memory of steps is dropped when the mode has turned. */
static GbStatus renew_mode(Search *s, GbSaddle *saddle)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  double *old = s->step;
  memcpy(old, saddle->mode, (size_t)n * sizeof(double));
  GB_CALL(GbLanczosLowest(s->surface, s->x, s->force, o->lanczos_iterations, o->lanczos_step,
                          saddle->mode, &saddle->eigenvalue, s->work, &saddle->evaluations));
  if (fabs(GbVectorDot(n, old, saddle->mode)) < 0.9) GbLbfgsReset(s->lbfgs);
  return GB_OK;
}

/* The step of the climb at negative (then by L-BFGS) or positive curvature (then along the mode).
 */
static void climb_step(Search *s, const GbSaddle *saddle)
{
  const int n = s->surface->n;
  const double along = GbVectorDot(n, saddle->mode, s->force);
  if (saddle->eigenvalue >= 0.0) {
    const double sign = along > 0.0 ? -1.0 : 1.0;
    for (int i = 0; i < n; i++)
      s->step[i] = sign * 0.3 * s->options->max_step * saddle->mode[i];
    GbLbfgsReset(s->lbfgs);
    return;
  }
  for (int i = 0; i < n; i++)
    s->effective[i] = s->force[i] - 2.0 * along * saddle->mode[i];
  GbLbfgsStep(s->lbfgs, s->x, s->effective, s->step);
}

/* Phase 2. */
static GbStatus climb(Search *s, GbSaddle *saddle, int *converged)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  int since = 0, flat = 0;
  *converged = 0;
  GbLbfgsReset(s->lbfgs);
  while (saddle->evaluations < o->max_evaluations && flat < GB_FLAT_MAX) {
    GB_CALL(evaluate(s, saddle, &saddle->energy_saddle));
    saddle->max_force = GbVectorMax(n, s->force);
    const int arrived = saddle->max_force < o->force_tolerance;
    if (saddle->energy_saddle - saddle->energy_initial > o->max_barrier) break;
    if (arrived || ++since >= GB_CLIMB_REFRESH || saddle->eigenvalue >= 0.0) {
      GB_CALL(renew_mode(s, saddle));
      since = 0;
      flat = saddle->eigenvalue >= 0.0 ? flat + 1 : 0;
    }
    if (arrived && saddle->eigenvalue < 0.0) {
      *converged = 1;
      break;
    }
    climb_step(s, saddle);
    for (int i = 0; i < n; i++)
      s->x[i] += s->step[i];
  }
  memcpy(saddle->saddle, s->x, (size_t)n * sizeof(double));
  return GB_OK;
}

static double largest_difference(int n, const double *a, const double *b)
{
  double largest = 0.0;
  for (int i = 0; i < n; i++)
    if (fabs(a[i] - b[i]) > largest) largest = fabs(a[i] - b[i]);
  return largest;
}

static GbStatus relax_side(Search *s, double sign, GbSaddle *saddle, double *energy)
{
  const GbSaddleOptions *o = s->options;
  int converged;
  for (int i = 0; i < s->surface->n; i++)
    s->x[i] = saddle->saddle[i] + sign * o->kick * saddle->mode[i];
  GB_CALL(GbSurfaceMinimize(s->surface, s->lbfgs, o->relax_tolerance, o->max_evaluations, s->x,
                            energy, &saddle->evaluations, &converged));
  return GB_OK;
}

/* Phase 3. The side towards the initial minimum (mode against the displacement) is tried first. */
static GbStatus relax_sides(Search *s, const double *initial, GbSaddle *saddle)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  double outwards = 0.0, energy;
  int returned[2];
  for (int i = 0; i < n; i++)
    outwards += saddle->mode[i] * (saddle->saddle[i] - initial[i]);
  for (int i = 0; outwards < 0.0 && i < n; i++)
    saddle->mode[i] = -saddle->mode[i];
  for (int side = 0; side < 2; side++) {
    GB_CALL(relax_side(s, side == 0 ? -1.0 : 1.0, saddle, &energy));
    returned[side] = largest_difference(n, s->x, initial) < o->same_distance;
    if (!returned[side]) {
      memcpy(saddle->final, s->x, (size_t)n * sizeof(double));
      saddle->energy_final = energy;
    }
  }
  if (returned[0] && returned[1])
    saddle->outcome = GB_SADDLE_NO_EVENT;
  else
    saddle->outcome = returned[0] || returned[1] ? GB_SADDLE_FOUND : GB_SADDLE_NOT_CONNECTED;
  return GB_OK;
}

static GbStatus search_phases(Search *s, const double *initial, const double *push,
                              GbSaddle *saddle)
{
  int done;
  memcpy(s->x, initial, (size_t)s->surface->n * sizeof(double));
  GB_CALL(evaluate(s, saddle, &saddle->energy_initial));
  saddle->outcome = GB_SADDLE_NO_INSTABILITY;
  GB_CALL(push_out(s, push, saddle, &done));
  if (!done) return GB_OK;
  saddle->outcome = GB_SADDLE_NOT_CONVERGED;
  GB_CALL(climb(s, saddle, &done));
  if (!done) return GB_OK;
  GB_CALL(relax_sides(s, initial, saddle));
  return GB_OK;
}

GbStatus GbSaddleSearch(const GbSurface *surface, const double *initial, const double *push,
                        const GbSaddleOptions *options, GbSaddle *saddle)
{
  Search search;
  GbStatus status;
  if (!(GbVectorNorm(surface->n, push) > 0.0)) GB_FAIL(GB_ERR_ARG, "the push has no length");
  saddle->evaluations = 0;
  GB_TRY(status, search_create(surface, options, &search), done);
  GB_TRY(status, search_phases(&search, initial, push, saddle), done);
done:
  search_destroy(&search);
  return status;
}
