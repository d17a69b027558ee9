/* Minimisation of a sample: distributes it, lets a method descend, collects the result; and the
 * steps that the methods share (equations in descent.h). */
#include "atomistic/engine/minimize.h"

#include "atomistic/engine/descent.h"
#include "base/stop.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOVE_MAX 0.1 /* angstrom, largest component in one step */
#define BOX_MOVE_MAX 0.01
enum { STOP_INTERVAL = 20 };

GbMinimizeOptions GbMinimizeDefaults(void)
{
  return (GbMinimizeOptions){.algorithm = GB_MINIMIZE_FIRE,
                             .force_tolerance = 1e-4,
                             .max_evaluations = 2000,
                             .stress_tolerance_GPa = 1e-3};
}

/* --- What the methods share ----------------------------------------------------------------------
 */

static bool is_converged(const GbDescent *descent)
{
  const GbMinimizeOptions *options = descent->options;
  double volume = GbAtomsVolume(descent->local);
  if (!(descent->largest_f <= options->force_tolerance)) return false;
  for (int d = 0; d < 3; d++) {
    double stress = fabs(descent->current.virial[d]) / volume * GB_EV_PER_A3_IN_GPA;
    if (options->relax_box[d] && !(stress <= options->stress_tolerance_GPa)) return false;
  }
  return true;
}

GbStatus GbDescentEvaluate(GbDescent *descent, unsigned want)
{
  const bool *relax = descent->options->relax_box;
  MPI_Comm comm = GbForceComm(descent->force);
  if (descent->evaluations > 0 && descent->evaluations % STOP_INTERVAL == 0)
    GB_CALL(GbStopCheck(comm));
  if (relax[0] || relax[1] || relax[2]) want |= GB_WANT_PRESSURE;
  GB_CALL(GbForceComputeLocal(descent->force, descent->local, want, &descent->current));
  descent->evaluations++;
  descent->wanted = want;
  for (int d = 0; d < 3; d++)
    descent->box_f[d] = relax[d] ? descent->current.virial[d] / descent->box_scale : 0.0;
  const double *f = (const double *)descent->local->f;
  GbDotLargest(comm, 3 * (int64_t)descent->local->n, 1, &f, &descent->largest_f);
  descent->converged = is_converged(descent);
  return GB_OK;
}

void GbDescentMove(GbDescent *descent, double length)
{
  GbAtoms *a = descent->local;
  double factor[3], along[3], lo[3];
  for (int d = 0; d < 3; d++) {
    double q = length * descent->box_v[d] / descent->box_scale;
    factor[d] = exp(q);
    along[d] = q != 0.0 ? length * (expm1(q) / q) : length;
    lo[d] = a->lo[d];
    a->length[d] *= factor[d];
  }
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      a->x[i][d] = lo[d] + (a->x[i][d] - lo[d]) * factor[d] + along[d] * a->v[i][d];
}

double GbDescentReach(GbDescent *descent)
{
  const double *v = (const double *)descent->local->v;
  GbDotLargest(GbForceComm(descent->force), 3 * (int64_t)descent->local->n, 1, &v,
               &descent->largest_v);
  double rate = descent->largest_v / MOVE_MAX; /* of limits reached per length */
  for (int d = 0; d < 3; d++)
    rate = fmax(rate, fabs(descent->box_v[d]) / (BOX_MOVE_MAX * descent->box_scale));
  return rate > 0.0 ? 1.0 / rate : HUGE_VAL;
}

void GbDescentDots(const GbDescent *descent, int count, const GbDot *dots, double *totals)
{
  GbDotProducts(GbForceComm(descent->force), 3 * (int64_t)descent->local->n, descent->terms, count,
                dots, totals);
}

double GbDescentBoxDot(const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* --- One minimisation ----------------------------------------------------------------------------
 */

static GbStatus check_options(const GbAtoms *atoms, const GbMinimizeOptions *options)
{
  if (atoms->n < 1) GB_FAIL(GB_ERR_ARG, "no atoms to minimise");
  for (int d = 0; d < 3; d++)
    if (options->relax_box[d] && !atoms->periodic[d])
      GB_FAIL(GB_ERR_ARG, "axis %c is not periodic: its length cannot be relaxed", 'x' + d);
  if (options->algorithm != GB_MINIMIZE_FIRE && options->algorithm != GB_MINIMIZE_CG)
    GB_FAIL(GB_ERR_ARG, "expected the minimiser FIRE or CG, found number %d",
            (int)options->algorithm);
  return GB_OK;
}

static GbStatus descend(GbDescent *descent, GbMinimizeResult *result)
{
  memset(descent->local->v, 0, (size_t)descent->local->n * sizeof *descent->local->v);
  GB_CALL(GbDescentEvaluate(descent, GB_WANT_ALL));
  if (descent->options->algorithm == GB_MINIMIZE_CG)
    GB_CALL(GbDescend_Cg(descent));
  else
    GB_CALL(GbDescend_Fire(descent));
  if (descent->wanted != GB_WANT_ALL) GB_CALL(GbDescentEvaluate(descent, GB_WANT_ALL));
  *result = (GbMinimizeResult){.energy_eV = descent->current.energy,
                               .max_force = descent->largest_f,
                               .evaluations = descent->evaluations,
                               .converged = descent->converged};
  memcpy(result->virial, descent->current.virial, sizeof result->virial);
  return GB_OK;
}

/* Lends the sample a further vector, so that the distributed atoms get one too; what it holds does
 * not matter, it is overwritten before it is read. */
static GbStatus scatter(GbForce *force, const GbAtoms *atoms, bool with_aux, GbAtoms *local)
{
  GbAtoms sample = *atoms;
  sample.aux = with_aux ? sample.v : NULL;
  GB_CALL(GbForceScatter(force, &sample, local));
  GbStatus status = GB_OK;
  if (with_aux && !local->aux)
    status = GbCalloc((void **)&local->aux, (size_t)local->n, sizeof *local->aux);
  GB_CALL(GbErrorSync(GbForceComm(force), status));
  return GB_OK;
}

/* The velocities of `local` are the minimiser's own: they are gathered beside the sample's. */
static GbStatus gather(GbForce *force, const GbAtoms *local, GbAtoms *atoms)
{
  GbAtoms sample = *atoms;
  GbStatus status = GbCalloc((void **)&sample.v, (size_t)sample.n, sizeof *sample.v);
  status = GbErrorSync(GbForceComm(force), status);
  if (status == GB_OK) status = GbForceGather(force, local, &sample);
  free(sample.v);
  sample.v = atoms->v;
  *atoms = sample;
  GB_CALL(status);
  GbAtomsFitFreeAxes(atoms);
  return GB_OK;
}

GbStatus GbMinimize(GbForce *force, GbAtoms *atoms, const GbMinimizeOptions *options,
                    GbMinimizeResult *result)
{
  *result = (GbMinimizeResult){0};
  GB_CALL(check_options(atoms, options));
  GbAtoms local = {0};
  GbDescent descent = {.force = force,
                       .local = &local,
                       .options = options,
                       .terms = 3 * (int64_t)atoms->n,
                       .box_scale = sqrt(atoms->n) * cbrt(GbAtomsVolume(atoms) / atoms->n)};
  GbStatus status = scatter(force, atoms, options->algorithm == GB_MINIMIZE_CG, &local);
  if (status == GB_OK) status = descend(&descent, result);
  if (status == GB_OK || status == GB_ERR_STOPPED) { /* a stop keeps what was reached */
    GbStatus gathered = gather(force, &local, atoms);
    if (gathered != GB_OK) status = gathered;
  }
  GbAtomsFree(&local);
  GB_CALL(status);
  return GB_OK;
}
