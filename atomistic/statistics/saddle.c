/* Activation-relaxation technique, ART nouveau.
 *
 * 1. Push. From the minimum, a few steps along the given direction, then along the lowest mode that
 *    Lanczos finds from the last one, so that the push turns into a soft direction near where it
 *    started and the energy stays close to that of the paths out of the basin. After each step
 * relax a little perpendicular to it. The push ends where the curvature is negative.
 * 2. Climb. With the lowest eigenvector v, follow the effective force f - 2 (f.v) v: uphill along
 * v, downhill in all other directions. Its fixed points of negative curvature along v are saddle
 *    points of index one. Steps are L-BFGS steps; v is renewed every few steps from the last one.
 *    Where the curvature has become positive again, the push goes on from there.
 * 3. Relax both sides. From the saddle +- kick v: one side must return to the initial minimum
 *    (connected), the other end in a different one. If neither returns, the saddle is one between
 * two other minima, and the caller is told.
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
  GB_PUSH_LANCZOS = 8, /* iterations while the push still climbs */
  GB_PUSH_RELAX = 4,   /* perpendicular steps after each step of the push */
  GB_CLIMB_REFRESH = 5 /* climbing steps between two renewals of the mode */
};

GbSaddleOptions GbSaddleDefaults(void)
{
  return (GbSaddleOptions){.push_step = 0.35,
                           .fixed_pushes = 3,
                           .max_push_steps = 40,
                           .negative_curvature = -0.05,
                           .lanczos_iterations = 20,
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
  GB_CALLOC(saddle->start, n);
  GB_CALLOC(saddle->mode, n);
  return GB_OK;
}

void GbSaddleFree(GbSaddle *saddle)
{
  free(saddle->saddle);
  free(saddle->final);
  free(saddle->start);
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

/* Renews the mode; the memory of steps is dropped when the mode has turned. */
static GbStatus renew_mode(Search *s, int iterations, GbSaddle *saddle)
{
  const int n = s->surface->n;
  double *old = s->step;
  memcpy(old, saddle->mode, (size_t)n * sizeof(double));
  if (iterations > s->options->lanczos_iterations) iterations = s->options->lanczos_iterations;
  GB_CALL(GbLanczosLowest(s->surface, s->x, s->force, iterations, s->options->lanczos_step,
                          saddle->mode, &saddle->eigenvalue, s->work, &saddle->evaluations));
  if (fabs(GbVectorDot(n, old, saddle->mode)) < 0.9) GbLbfgsReset(s->lbfgs);
  return GB_OK;
}

/* One step of the push along the mode, away from `initial`, and relaxation perpendicular to it. */
static GbStatus push_step(Search *s, const double *initial, GbSaddle *saddle)
{
  const int n = s->surface->n;
  double outwards = 0.0;
  for (int i = 0; i < n; i++)
    outwards += saddle->mode[i] * (s->x[i] - initial[i]);
  for (int i = 0; i < n; i++) {
    if (outwards < 0.0) saddle->mode[i] = -saddle->mode[i];
    s->x[i] += s->options->push_step * saddle->mode[i];
  }
  GbLbfgsReset(s->lbfgs);
  for (int r = 0; r < GB_PUSH_RELAX; r++) {
    GB_CALL(evaluate(s, saddle, &saddle->energy_saddle));
    memcpy(s->effective, s->force, (size_t)n * sizeof(double));
    remove_component(n, saddle->mode, s->effective);
    GbLbfgsStep(s->lbfgs, s->x, s->effective, s->step);
    for (int i = 0; i < n; i++)
      s->x[i] += s->step[i];
  }
  GbLbfgsReset(s->lbfgs);
  return GB_OK;
}

/* Phase 1, from the minimum or from where the climb lost its negative curvature. On success the
 * search stands at negative curvature with the mode and the force of that place. */
static GbStatus push_out(Search *s, const double *initial, GbSaddle *saddle, int *pushes,
                         int *unstable)
{
  const GbSaddleOptions *o = s->options;
  double before = -HUGE_VAL;
  *unstable = 0;
  while (*pushes < o->max_push_steps && saddle->evaluations < o->max_evaluations) {
    GB_CALL(push_step(s, initial, saddle));
    (*pushes)++;
    GB_CALL(evaluate(s, saddle, &saddle->energy_saddle));
    /* The energy has stopped rising: a ridge is near, and its mode is worth more iterations. */
    const int rising = saddle->energy_saddle > before;
    before = saddle->energy_saddle;
    GB_CALL(renew_mode(s, rising ? GB_PUSH_LANCZOS : o->lanczos_iterations, saddle));
    *unstable = saddle->eigenvalue < o->negative_curvature;
    if (*unstable) break;
  }
  return GB_OK;
}

/* Phase 2, one stretch of negative curvature. Ends at a saddle, when the curvature turns positive
 * or at a limit. */
static GbStatus climb(Search *s, GbSaddle *saddle, int *converged)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  int since = 0;
  while (saddle->evaluations < o->max_evaluations && saddle->eigenvalue < 0.0) {
    GB_CALL(evaluate(s, saddle, &saddle->energy_saddle));
    saddle->max_force = GbVectorMax(n, s->force);
    if (saddle->energy_saddle - saddle->energy_initial > o->max_barrier) break;
    const int arrived = saddle->max_force < o->force_tolerance;
    if (arrived || ++since >= GB_CLIMB_REFRESH) {
      GB_CALL(renew_mode(s, o->lanczos_iterations, saddle));
      since = 0;
    }
    *converged = arrived && saddle->eigenvalue < 0.0;
    if (*converged || saddle->eigenvalue >= 0.0) break;
    const double along = GbVectorDot(n, saddle->mode, s->force);
    for (int i = 0; i < n; i++)
      s->effective[i] = s->force[i] - 2.0 * along * saddle->mode[i];
    GbLbfgsStep(s->lbfgs, s->x, s->effective, s->step);
    for (int i = 0; i < n; i++)
      s->x[i] += s->step[i];
  }
  return GB_OK;
}

/* Phases 1 and 2, by turns. */
static GbStatus find_saddle(Search *s, const double *initial, const double *push, GbSaddle *saddle,
                            int *converged)
{
  const GbSaddleOptions *o = s->options;
  const size_t n = (size_t)s->surface->n;
  const double length = GbVectorNorm((int)n, push);
  int pushes = 0, unstable;
  *converged = 0;
  saddle->outcome = GB_SADDLE_NO_INSTABILITY;
  for (size_t i = 0; i < n; i++)
    saddle->mode[i] = push[i] / length;
  for (; pushes < o->fixed_pushes; pushes++)
    GB_CALL(push_step(s, initial, saddle));
  while (!*converged) {
    GB_CALL(push_out(s, initial, saddle, &pushes, &unstable));
    if (!unstable) break;
    saddle->outcome = GB_SADDLE_NOT_CONVERGED;
    GbLbfgsReset(s->lbfgs);
    GB_CALL(climb(s, saddle, converged));
    if (saddle->energy_saddle - saddle->energy_initial > o->max_barrier) break;
    if (saddle->evaluations >= o->max_evaluations) break;
  }
  memcpy(saddle->saddle, s->x, n * sizeof(double));
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

/* Phase 3. The near side (mode against the displacement) is relaxed first. */
static GbStatus relax_sides(Search *s, const double *initial, GbSaddle *saddle)
{
  const GbSaddleOptions *o = s->options;
  const int n = s->surface->n;
  double outwards = 0.0, distance[2], energy[2];
  for (int i = 0; i < n; i++)
    outwards += saddle->mode[i] * (saddle->saddle[i] - initial[i]);
  for (int i = 0; outwards < 0.0 && i < n; i++)
    saddle->mode[i] = -saddle->mode[i];
  for (int side = 0; side < 2; side++) {
    GB_CALL(relax_side(s, side == 0 ? -1.0 : 1.0, saddle, &energy[side]));
    distance[side] = largest_difference(n, s->x, initial);
    memcpy(side == 0 ? saddle->start : saddle->final, s->x, (size_t)n * sizeof(double));
  }
  if (distance[1] < distance[0]) { /* the far side turned out to be the near one */
    double *swap = saddle->start;
    saddle->start = saddle->final;
    saddle->final = swap;
  }
  const int near = distance[1] < distance[0];
  saddle->energy_start = energy[near];
  saddle->energy_final = energy[!near];
  if (largest_difference(n, saddle->start, saddle->final) < o->same_distance) {
    saddle->outcome = GB_SADDLE_NO_EVENT;
  } else if (distance[near] < o->same_distance) {
    saddle->outcome = GB_SADDLE_FOUND;
    saddle->energy_start = saddle->energy_initial;
    memcpy(saddle->start, initial, (size_t)n * sizeof(double));
  } else {
    saddle->outcome = GB_SADDLE_NOT_CONNECTED;
  }
  return GB_OK;
}

static GbStatus search_phases(Search *s, const double *initial, const double *push,
                              GbSaddle *saddle)
{
  int done;
  memcpy(s->x, initial, (size_t)s->surface->n * sizeof(double));
  GB_CALL(evaluate(s, saddle, &saddle->energy_initial));
  GB_CALL(find_saddle(s, initial, push, saddle, &done));
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
