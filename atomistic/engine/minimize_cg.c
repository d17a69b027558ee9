/* Nonlinear conjugate gradients: d <- f + beta d, beta = max(0, f.(f - f_old)/(f_old.f_old)) (Polak
 * and Ribiere's formula, reset to steepest descent where it is negative: Gilbert and Nocedal, SIAM
 * J. Optim. 2, 21 (1992)), with a line search along each direction d.
 *
 * The line search looks for a zero of the slope f.d: secants through the slopes at two trial
 * lengths, bracketed once a slope is negative, no component moving by more than 0.1 angstrom. A
 * length is accepted when |slope| has fallen to a part of its value at the start and the energy is
 * not above the one there. Energies cannot tell more than their rounding (2^-32 eV per atom, more
 * in single precision): near the minimum, where the whole gain is f^2/2k ~ 1e-13 eV, a criterion of
 * sufficient decrease would never be met. That the slope, which has no such limit, decides, and
 * the energy only has to stay below its start plus an allowance, is the approximate Wolfe
 * condition of Hager and Zhang (SIAM J. Optim. 16, 170 (2005)). */
#include "atomistic/engine/descent.h"

#include <math.h>
#include <string.h>

#define SLOPE_ACCEPTED 0.1    /* part of the slope at the start; conjugacy wants good lines */
#define ENERGY_ALLOWANCE 1e-9 /* part of the total energy */
#define STIFFNESS_FIRST 20.0  /* eV/angstrom^2, of stiff modes */
#define GROW_LEAST 1.2
#define GROW_MOST 4.0
#define INSIDE 0.05 /* of a bracket that a trial keeps from its ends */
enum { TRIALS = 12, RESTART_INTERVAL = 1000 };

typedef struct {
  GbDescent *descent;
  double ff, dd, slope; /* f.f, d.d, f.d at the start of a line */
  double reach;         /* longest move along d */
  double stiffness;     /* d.H.d/d.d of the last line, eV/angstrom^2 */
  double box_old[3];    /* the box's force at the start of the line; the atoms': aux */
  int since_restart;
} Cg;

typedef struct {
  double at;                       /* where the atoms are: length along the direction */
  double low, low_slope;           /* a length at which it still goes downhill */
  double high, high_slope;         /* one beyond the minimum; high 0: none yet. Slope 0: unknown */
  double previous, previous_slope; /* the low before this one: for extrapolation */
} Line;

static double slope_along(const GbDescent *d)
{
  double total;
  GbAtoms *a = d->local;
  const GbDot dot = gb_descent_dot(a->f, d->largest_f, a->v, d->largest_v);
  GbDescentDots(d, 1, &dot, &total);
  return total + GbDescentBoxDot(d->box_f, d->box_v);
}

/* d = f + beta d; keeps f for the next beta. `along`: f.d of the old direction. */
static void set_direction(Cg *cg, double beta, double along)
{
  GbDescent *d = cg->descent;
  GbAtoms *a = d->local;
  cg->slope = cg->ff + beta * along;
  cg->dd = cg->ff + 2.0 * beta * along + beta * beta * cg->dd;
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int k = 0; k < 3; k++) {
      a->v[i][k] = a->f[i][k] + beta * a->v[i][k];
      a->aux[i][k] = a->f[i][k];
    }
  for (int k = 0; k < 3; k++) {
    d->box_v[k] = d->box_f[k] + beta * d->box_v[k];
    cg->box_old[k] = d->box_f[k];
  }
  cg->reach = GbDescentReach(d);
  cg->since_restart = beta > 0.0 ? cg->since_restart + 1 : 0;
}

static void restart(Cg *cg)
{
  GbDescent *d = cg->descent;
  double total;
  const GbDot dot = gb_descent_dot(d->local->f, d->largest_f, d->local->f, d->largest_f);
  GbDescentDots(d, 1, &dot, &total);
  cg->ff = total + GbDescentBoxDot(d->box_f, d->box_f);
  set_direction(cg, 0.0, 0.0);
}

/* After a line that ended with the slope `along`. aux is not larger than the force was at the start
 * of the line, largest_old. */
static void next_direction(Cg *cg, double largest_old, double along)
{
  GbDescent *d = cg->descent;
  GbAtoms *a = d->local;
  const GbDot dots[2] = {gb_descent_dot(a->f, d->largest_f, a->f, d->largest_f),
                         gb_descent_dot(a->f, d->largest_f, a->aux, largest_old)};
  double totals[2];
  GbDescentDots(d, 2, dots, totals);
  double ff = totals[0] + GbDescentBoxDot(d->box_f, d->box_f);
  double mixed = totals[1] + GbDescentBoxDot(d->box_f, cg->box_old);
  double beta = cg->ff > 0.0 ? fmax(0.0, (ff - mixed) / cg->ff) : 0.0;
  if (cg->since_restart >= RESTART_INTERVAL || !(ff + beta * along > 0.0)) beta = 0.0;
  cg->ff = ff;
  set_direction(cg, beta, along);
}

static double next_trial(const Line *line, double reach)
{
  double width = line->high - line->low;
  if (line->high > 0.0) {
    if (!(line->high_slope < 0.0)) return line->low + 0.5 * width;
    double part = line->low_slope / (line->low_slope - line->high_slope);
    return line->low + width * fmin(fmax(part, INSIDE), 1.0 - INSIDE);
  }
  double next = GROW_MOST * line->low, fall = line->previous_slope - line->low_slope;
  if (fall > 0.0) next = line->low + (line->low - line->previous) * line->low_slope / fall;
  next = fmin(fmax(next, GROW_LEAST * line->low), GROW_MOST * line->low);
  return fmin(next, reach);
}

static void narrow(Line *line, double slope, bool downhill)
{
  if (downhill && slope > 0.0) {
    line->previous = line->low;
    line->previous_slope = line->low_slope;
    line->low = line->at;
    line->low_slope = slope;
  } else {
    line->high = line->at;
    line->high_slope = slope;
  }
}

/* Evaluates at `length` along the direction. */
static GbStatus go_to(Cg *cg, Line *line, double length, unsigned want)
{
  GbDescentMove(cg->descent, length - line->at);
  line->at = length;
  return GbDescentEvaluate(cg->descent, want);
}

/* Ends at an accepted length, or at the farthest one known to be downhill, or at the start
 * (*length 0). *along: the slope there. */
static GbStatus search_line(Cg *cg, double *length, double *along)
{
  GbDescent *d = cg->descent;
  const double energy = d->current.energy;
  const double highest = energy + ENERGY_ALLOWANCE * fabs(energy);
  Line line = {.low_slope = cg->slope};
  double next = fmin(cg->slope / (cg->stiffness * cg->dd), cg->reach);
  bool accepted = false;
  for (int k = 0; k < TRIALS && d->evaluations < d->options->max_evaluations - 1; k++) {
    GB_CALL(go_to(cg, &line, next, GB_WANT_ENERGY));
    *along = slope_along(d);
    bool downhill = d->current.energy <= highest, flat = fabs(*along) <= SLOPE_ACCEPTED * cg->slope;
    bool far = *along > 0.0 && line.at >= cg->reach;
    accepted = downhill && (flat || far || d->converged);
    if (accepted) break;
    narrow(&line, *along, downhill);
    next = next_trial(&line, cg->reach);
  }
  if (!accepted && line.at != line.low) {
    GB_CALL(go_to(cg, &line, line.low, GB_WANT_ALL)); /* may be the last evaluation allowed */
    *along = line.low > 0.0 ? line.low_slope : cg->slope;
  }
  *length = line.at;
  double fall = cg->slope - *along;
  if (line.at > 0.0 && fall > 0.0) cg->stiffness = fall / (line.at * cg->dd);
  return GB_OK;
}

GbStatus GbDescend_Cg(GbDescent *descent)
{
  Cg cg = {.descent = descent, .stiffness = STIFFNESS_FIRST};
  if (!descent->converged) restart(&cg);
  while (!descent->converged && descent->evaluations < descent->options->max_evaluations - 1) {
    double largest_old = descent->largest_f, length = 0.0, along = 0.0;
    GB_CALL(search_line(&cg, &length, &along));
    if (descent->converged) break;
    if (length > 0.0) {
      next_direction(&cg, largest_old, along);
    } else if (cg.since_restart > 0) {
      cg.stiffness = STIFFNESS_FIRST;
      restart(&cg);
    } else {
      break; /* not even the force leads downhill: as low as rounding lets see */
    }
  }
  return GB_OK;
}
