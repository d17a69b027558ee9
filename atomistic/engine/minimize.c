/* FIRE: damped dynamics that turns its velocity towards the force and speeds up while it goes
 * downhill (Bitzek, Koskinen, Gaehler, Moseler, Gumbsch, Phys. Rev. Lett. 97, 170201 (2006)), with
 * half a step back when it went uphill, velocities mixed before the move and a delay after it
 * (Guenole et al., Comput. Mater. Sci. 175, 109584 (2020)).
 *
 * All atoms have the same mass, 1 in units in which forces are eV/angstrom, so time is only a step
 * length. A relaxed axis adds one coordinate u_d = c ln L_d, with c = sqrt(n) (V/n)^(1/3) making
 * its stiffness alike to an atom's; its force is (P_d V)/c, and its motion carries all atoms along
 * affinely. The relaxed pressure is the virial's: velocities take no part. */
#include "atomistic/engine/minimize.h"

#include "base/stop.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>

#define STEP_FIRST 0.05
#define STEP_MAX 0.3 /* stiffest modes, about 20 eV/A^2, allow 0.4 */
#define STEP_MIN 1e-4
#define STEP_GROW 1.1
#define STEP_SHRINK 0.5
#define MIX_FIRST 0.25
#define MIX_SHRINK 0.99
#define MOVE_MAX 0.1 /* angstrom, largest component in one step */
enum { DELAY = 10, STOP_INTERVAL = 20 };

typedef struct {
  GbForce *force;
  GbAtoms *atoms;
  const GbMinimizeOptions *options;
  GbForceResult current;
  double (*v)[3]; /* [n] */
  double box_v[3], box_f[3], box_scale;
  double dt, mix;
  int downhill; /* steps since the last uphill one */
} Fire;

GbMinimizeOptions GbMinimizeDefaults(void)
{
  return (GbMinimizeOptions){
      .force_tolerance = 1e-4, .max_evaluations = 2000, .stress_tolerance_GPa = 1e-3};
}

static GbStatus evaluate(Fire *fire)
{
  GB_CALL(GbForceCompute(fire->force, fire->atoms, &fire->current));
  for (int d = 0; d < 3; d++)
    fire->box_f[d] = fire->options->relax_box[d] ? fire->current.virial[d] / fire->box_scale : 0.0;
  return GB_OK;
}

typedef struct {
  double ff, fv, vv, largest;
} Products;

/* Serial sums: bits independent of threads. */
static Products products(const Fire *fire)
{
  const GbAtoms *a = fire->atoms;
  Products p = {0};
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++) {
      double f = a->f[i][d], v = fire->v[i][d];
      p.ff += f * f;
      p.fv += f * v;
      p.vv += v * v;
      p.largest = fmax(p.largest, fabs(f));
    }
  for (int d = 0; d < 3; d++) {
    p.ff += fire->box_f[d] * fire->box_f[d];
    p.fv += fire->box_f[d] * fire->box_v[d];
    p.vv += fire->box_v[d] * fire->box_v[d];
  }
  return p;
}

static bool is_converged(const Fire *fire, const Products *p)
{
  double volume = GbAtomsVolume(fire->atoms);
  if (!(p->largest <= fire->options->force_tolerance)) return false;
  for (int d = 0; d < 3; d++) {
    double stress = fabs(fire->current.virial[d]) / volume * GB_EV_PER_A3_IN_GPA;
    if (fire->options->relax_box[d] && !(stress <= fire->options->stress_tolerance_GPa))
      return false;
  }
  return true;
}

/* x += length * velocity, for atoms and box. */
static void move(Fire *fire, double length)
{
  GbAtoms *a = fire->atoms;
  double factor[3], lo[3];
  for (int d = 0; d < 3; d++) {
    factor[d] = exp(length * fire->box_v[d] / fire->box_scale);
    lo[d] = a->lo[d];
    a->length[d] *= factor[d];
  }
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      a->x[i][d] = lo[d] + (a->x[i][d] - lo[d]) * factor[d] + length * fire->v[i][d];
}

/* Step length that keeps every component within MOVE_MAX, and the box within 1 %. */
static double limited_step(const Fire *fire)
{
  double largest = 0.0;
  for (int i = 0; i < fire->atoms->n; i++)
    for (int d = 0; d < 3; d++)
      largest = fmax(largest, fabs(fire->v[i][d]) / MOVE_MAX);
  for (int d = 0; d < 3; d++)
    largest = fmax(largest, fabs(fire->box_v[d]) / (0.01 * fire->box_scale));
  return largest * fire->dt > 1.0 ? 1.0 / largest : fire->dt;
}

static void stop_motion(Fire *fire)
{
  for (int i = 0; i < fire->atoms->n; i++)
    for (int d = 0; d < 3; d++)
      fire->v[i][d] = 0.0;
  for (int d = 0; d < 3; d++)
    fire->box_v[d] = 0.0;
}

/* Adapts step and mixing to whether the last step went downhill. */
static void adapt(Fire *fire, double power)
{
  if (power > 0.0) {
    if (++fire->downhill <= DELAY) return;
    fire->dt = fmin(fire->dt * STEP_GROW, STEP_MAX);
    fire->mix *= MIX_SHRINK;
    return;
  }
  if (fire->downhill > 0) { /* half a step back: the minimum along the way lies behind */
    move(fire, -0.5 * fire->dt);
    fire->dt = fmax(fire->dt * STEP_SHRINK, STEP_MIN);
  }
  fire->downhill = 0;
  fire->mix = MIX_FIRST;
  stop_motion(fire);
}

/* v += dt f, then v = (1 - mix) v + mix |v| f/|f|. */
static void accelerate(Fire *fire)
{
  GbAtoms *a = fire->atoms;
  double dt = fire->dt;
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      fire->v[i][d] += dt * a->f[i][d];
  for (int d = 0; d < 3; d++)
    fire->box_v[d] += dt * fire->box_f[d];
  Products p = products(fire);
  double along = p.ff > 0.0 ? fire->mix * sqrt(p.vv / p.ff) : 0.0, keep = 1.0 - fire->mix;
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      fire->v[i][d] = keep * fire->v[i][d] + along * a->f[i][d];
  for (int d = 0; d < 3; d++)
    fire->box_v[d] = keep * fire->box_v[d] + along * fire->box_f[d];
}

static GbStatus descend(Fire *fire, GbMinimizeResult *result)
{
  GB_CALL(evaluate(fire));
  for (result->evaluations = 1;; result->evaluations++) {
    Products p = products(fire);
    result->max_force = p.largest;
    result->converged = is_converged(fire, &p);
    if (result->converged || result->evaluations >= fire->options->max_evaluations) break;
    if (result->evaluations % STOP_INTERVAL == 0) GB_CALL(GbStopCheck(GbForceComm(fire->force)));
    if (p.vv > 0.0) adapt(fire, p.fv);
    accelerate(fire);
    move(fire, limited_step(fire));
    GB_CALL(evaluate(fire));
  }
  result->energy_eV = fire->current.energy;
  for (int c = 0; c < 6; c++)
    result->virial[c] = fire->current.virial[c];
  return GB_OK;
}

GbStatus GbMinimize(GbForce *force, GbAtoms *atoms, const GbMinimizeOptions *options,
                    GbMinimizeResult *result)
{
  *result = (GbMinimizeResult){0};
  for (int d = 0; d < 3; d++)
    if (options->relax_box[d] && !atoms->periodic[d])
      GB_FAIL(GB_ERR_ARG, "axis %c is not periodic: its length cannot be relaxed", 'x' + d);
  Fire fire = {.force = force,
               .atoms = atoms,
               .options = options,
               .box_scale = sqrt(atoms->n) * cbrt(GbAtomsVolume(atoms) / atoms->n),
               .dt = STEP_FIRST,
               .mix = MIX_FIRST};
  GB_CALLOC(fire.v, atoms->n);
  GbForceReset(force);
  GbStatus status = descend(&fire, result);
  GbAtomsFitFreeAxes(atoms);
  free(fire.v);
  return status;
}
