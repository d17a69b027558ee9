/* FIRE: damped dynamics that turns its velocity towards the force and speeds up while it goes
 * downhill (Bitzek, Koskinen, Gaehler, Moseler, Gumbsch, Phys. Rev. Lett. 97, 170201 (2006)), with
 * half a step back when it went uphill, velocities mixed before the move and a delay after it
 * (Guenole et al., Comput. Mater. Sci. 175, 109584 (2020)).
 *
 * All atoms have the same mass, 1 in units in which forces are eV/angstrom, so time is only a step
 * length. */
#include "atomistic/engine/descent.h"

#include <math.h>
#include <string.h>

#define STEP_FIRST 0.05
#define STEP_MAX 0.3 /* stiffest modes, about 20 eV/A^2, allow 0.4 */
#define STEP_MIN 1e-4
#define STEP_GROW 1.1
#define STEP_SHRINK 0.5
#define MIX_FIRST 0.25
#define MIX_SHRINK 0.99
enum { DELAY = 10 };

typedef struct {
  GbDescent *descent;
  double dt, mix;
  int downhill; /* steps since the last uphill one */
} Fire;

typedef struct {
  double ff, fv, vv;
} Products;

static Products products(const GbDescent *d)
{
  GbAtoms *a = d->local;
  const GbDot dots[3] = {gb_descent_dot(a->f, d->largest_f, a->f, d->largest_f),
                         gb_descent_dot(a->f, d->largest_f, a->v, d->largest_v),
                         gb_descent_dot(a->v, d->largest_v, a->v, d->largest_v)};
  double totals[3];
  GbDescentDots(d, 3, dots, totals);
  return (Products){totals[0] + GbDescentBoxDot(d->box_f, d->box_f),
                    totals[1] + GbDescentBoxDot(d->box_f, d->box_v),
                    totals[2] + GbDescentBoxDot(d->box_v, d->box_v)};
}

/* Adapts step and mixing to whether the last step went downhill. */
static void adapt(Fire *fire, Products *p)
{
  GbDescent *d = fire->descent;
  if (p->fv > 0.0) {
    if (++fire->downhill <= DELAY) return;
    fire->dt = fmin(fire->dt * STEP_GROW, STEP_MAX);
    fire->mix *= MIX_SHRINK;
    return;
  }
  if (fire->downhill > 0) { /* half a step back: the minimum along the way lies behind */
    GbDescentMove(d, -0.5 * fire->dt);
    fire->dt = fmax(fire->dt * STEP_SHRINK, STEP_MIN);
  }
  fire->downhill = 0;
  fire->mix = MIX_FIRST;
  memset(d->local->v, 0, (size_t)d->local->n * sizeof *d->local->v);
  memset(d->box_v, 0, sizeof d->box_v);
  p->fv = p->vv = 0.0;
}

/* v += dt f, then v = (1 - mix) v + mix |v| f/|f|: together keep v + along f, with the norm of v in
 * between from the products before (f.v >= 0 here, so nothing cancels). */
static void accelerate(Fire *fire, const Products *p)
{
  GbDescent *d = fire->descent;
  GbAtoms *a = d->local;
  double dt = fire->dt, keep = 1.0 - fire->mix;
  double vv = p->vv + 2.0 * dt * p->fv + dt * dt * p->ff;
  double along = keep * dt + (p->ff > 0.0 ? fire->mix * sqrt(vv / p->ff) : 0.0);
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int k = 0; k < 3; k++)
      a->v[i][k] = keep * a->v[i][k] + along * a->f[i][k];
  for (int k = 0; k < 3; k++)
    d->box_v[k] = keep * d->box_v[k] + along * d->box_f[k];
}

GbStatus GbDescend_Fire(GbDescent *descent)
{
  Fire fire = {.descent = descent, .dt = STEP_FIRST, .mix = MIX_FIRST};
  while (!descent->converged && descent->evaluations < descent->options->max_evaluations - 1) {
    Products p = products(descent);
    if (p.vv > 0.0) adapt(&fire, &p);
    accelerate(&fire, &p);
    GbDescentMove(descent, fmin(fire.dt, GbDescentReach(descent)));
    GB_CALL(GbDescentEvaluate(descent, GB_WANT_FORCES));
  }
  return GB_OK;
}
