/* One step of molecular dynamics.
 *
 *   [chains dt/2, box rates dt/2, velocities scaled]
 *   kick dt/2, drift dt/2, [box and positions scaled, velocities against it, noise], drift dt/2
 *   forces
 *   kick dt/2
 *   [velocities scaled, box rates dt/2, chains dt/2, or rescaling over dt]
 *
 * The scaling in the middle belongs to stochastic cell rescaling and to the imposed strain alike:
 * both change the box by an affine map under which momenta conjugate to the scaled coordinates
 * stay (Andersen, J. Chem. Phys. 72, 2384 (1980)). The MTK barostat scales velocities at the ends.
 * Forces are always those of the positions.
 *
 * The kinetic tensor is summed once per step, after the second kick; factors that act later are
 * applied to the tensor at once and to the velocities in the next pass over the atoms.
 *
 * Kept account: heat given by stochastic thermostats, and work done through the box, -V sum_d P_d
 * de_d by the trapezoidal rule. Total energy minus both, plus the energy of chains and of an MTK
 * barostat, is conserved in every ensemble. */
#include "atomistic/engine/barostat.h"
#include "atomistic/engine/integrate.h"
#include "atomistic/engine/md_internal.h"
#include "atomistic/engine/sum.h"
#include "base/timer.h"
#include "base/units.h"

#include <math.h>

#define STRETCH_MAX 0.05 /* of a box length in one step */

bool GbMdChangesBox(const GbMdOptions *o)
{
  for (int d = 0; d < 3; d++)
    if (o->pressure_free[d] || o->strain_rate_per_ps[d] != 0.0) return true;
  return false;
}

static bool has_mtk(const GbMdOptions *o)
{
  return o->barostat == GB_BAROSTAT_MTK &&
         (o->pressure_free[0] || o->pressure_free[1] || o->pressure_free[2]);
}

double GbMdTarget(const GbMdRunning *run)
{
  const GbMdOptions *o = run->options;
  double part = run->steps > 0 ? (double)run->p.done / (double)run->steps : 1.0;
  return o->temperature_start_K + (o->temperature_end_K - o->temperature_start_K) * part;
}

static double kinetic_energy(const GbMdProgress *p)
{
  return 0.5 * (p->kinetic[0] + p->kinetic[1] + p->kinetic[2]);
}

/* P_d V, kinetic part included, eV. */
static void pressure_volume(const GbMdProgress *p, double pv[3])
{
  for (int d = 0; d < 3; d++)
    pv[d] = p->result.virial[d] + p->kinetic[d];
}

static double volume_of(const GbMdRunning *run)
{
  double volume = run->p.free_extent;
  for (int d = 0; d < 3; d++)
    if (run->local.periodic[d]) volume *= run->local.length[d];
  return volume;
}

/* --- Velocities and sums ------------------------------------------------------------------------
 */

/* Remembers factors for the velocities in `factor` and changes the kinetic tensor with them. */
static void scale_axes(GbMdProgress *p, double factor[3], const double by[3])
{
  static const int axis[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  for (int d = 0; d < 3; d++)
    factor[d] *= by[d];
  for (int c = 0; c < 6; c++)
    p->kinetic[c] *= by[axis[c][0]] * by[axis[c][1]];
}

static void scale_all(GbMdProgress *p, double factor[3], double by)
{
  scale_axes(p, factor, (const double[3]){by, by, by});
}

void GbMdSettle(GbMdRunning *run)
{
  const double *e = run->end;
  if (e[0] != 1.0 || e[1] != 1.0 || e[2] != 1.0) GbIntegrateScale(&run->local, e);
  run->end[0] = run->end[1] = run->end[2] = 1.0;
}

GbStatus GbMdGather(GbMdRunning *run)
{
  GbMdSettle(run);
  GB_CALL(GbForceGather(run->force, &run->local, run->sample));
  return GB_OK;
}

void GbMdMeasureKinetic(GbMdRunning *run)
{
  int64_t sums[GB_SUMS] = {0};
  double totals[GB_SUMS];
  GbMdSettle(run);
  GbIntegrateKinetic(&run->local, run->options->dt_ps, sums);
  GbSumReduce(GbForceComm(run->force), sums, GB_SUMS, totals);
  for (int c = 0; c < 6; c++)
    run->p.kinetic[c] = totals[GB_SUM_KINETIC + c];
}

void GbMdExtent(const GbMdRunning *run, double lo[3], double hi[3])
{
  const GbAtoms *a = &run->local;
  double ends[6] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY};
  for (int d = 0; d < 3; d++) {
    if (a->periodic[d]) continue;
    for (int i = 0; i < a->n; i++) {
      ends[d] = fmax(ends[d], -a->x[i][d]);
      ends[3 + d] = fmax(ends[3 + d], a->x[i][d]);
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, ends, 6, MPI_DOUBLE, MPI_MAX, GbForceComm(run->force));
  for (int d = 0; d < 3; d++) {
    lo[d] = a->periodic[d] ? a->lo[d] : -ends[d];
    hi[d] = a->periodic[d] ? a->lo[d] + a->length[d] : ends[3 + d];
  }
}

/* --- Thermostats and barostats ------------------------------------------------------------------
 */

/* Chains over dt/2: first that of the box, then that of the atoms. */
static void half_chains(GbMdRunning *run, double factor[3])
{
  const GbMdOptions *o = run->options;
  GbMdProgress *p = &run->p;
  double kT = GB_KB_EV_PER_K * GbMdTarget(run), *rate = p->state.box_rate;
  if (o->thermostat != GB_THERMOSTAT_NOSE_HOOVER) return;
  if (has_mtk(o)) {
    double slow = GbChainHalfStep(&p->state.box, GbMtkKinetic(o, rate, p->box_mass), kT,
                                  GbMtkFreedoms(o), o->dt_ps, o->tau_pressure_ps);
    for (int d = 0; d < 3; d++)
      rate[d] *= slow;
  }
  scale_all(p, factor,
            GbChainHalfStep(&p->state.atoms, kinetic_energy(p), kT, run->freedoms, o->dt_ps,
                            o->tau_temperature_ps));
}

static void half_rates(GbMdRunning *run)
{
  double pv[3];
  pressure_volume(&run->p, pv);
  GbMtkHalfStep(run->options, pv, kinetic_energy(&run->p), volume_of(run), run->freedoms,
                run->p.box_mass, run->p.state.box_rate);
}

static void scale_by_rates(GbMdRunning *run, double factor[3])
{
  double by[3];
  GbMtkFactors(run->options, run->p.state.box_rate, run->freedoms, by);
  scale_axes(&run->p, factor, by);
}

/* Before the kick. */
static void begin_velocities(GbMdRunning *run, double begin[3])
{
  begin[0] = begin[1] = begin[2] = 1.0;
  half_chains(run, begin);
  if (!has_mtk(run->options)) return;
  half_rates(run);
  scale_by_rates(run, begin);
}

static void rescale(GbMdRunning *run)
{
  const GbMdOptions *o = run->options;
  double kinetic = kinetic_energy(&run->p);
  double target = 0.5 * run->freedoms * GB_KB_EV_PER_K * GbMdTarget(run);
  double factor = GbBussiFactor(kinetic, target, run->freedoms, o->dt_ps, o->tau_temperature_ps,
                                o->seed, o->first_step + run->p.done);
  scale_all(&run->p, run->end, factor);
  run->p.heat += (factor * factor - 1.0) * kinetic;
}

/* After the kick. */
static void end_velocities(GbMdRunning *run)
{
  if (has_mtk(run->options)) {
    scale_by_rates(run, run->end);
    half_rates(run);
  }
  half_chains(run, run->end);
  if (run->options->thermostat == GB_THERMOSTAT_BUSSI) rescale(run);
}

/* --- The box ------------------------------------------------------------------------------------
 */

/* Length that an axis strained at a constant rate has after all steps done: exactly, not as a
 * product of factors. */
static double strained_length(const GbMdRunning *run, int d)
{
  const GbMdOptions *o = run->options;
  double strain = o->strain_rate_per_ps[d] * o->dt_ps * (double)run->p.done;
  if (o->strain_rate_true) return run->p.start_length[d] * exp(strain);
  return run->p.start_length[d] + strain * run->p.reference_length[d];
}

/* Lengths after this step. pv: at its beginning. */
static void next_lengths(const GbMdRunning *run, const double pv[3], double length[3])
{
  const GbMdOptions *o = run->options;
  const GbAtoms *a = &run->local;
  double volume = volume_of(run), pressure[3], strain[3];
  for (int d = 0; d < 3; d++)
    pressure[d] = pv[d] / volume;
  if (has_mtk(o))
    for (int d = 0; d < 3; d++)
      strain[d] = run->p.state.box_rate[d] * o->dt_ps;
  else
    GbBarostatStrain(o, pressure, volume, GB_KB_EV_PER_K * GbMdTarget(run),
                     o->first_step + run->p.done, strain);
  for (int d = 0; d < 3; d++) {
    length[d] = o->pressure_free[d] ? a->length[d] * exp(strain[d]) : a->length[d];
    if (o->strain_rate_per_ps[d] != 0.0) length[d] = strained_length(run, d);
  }
}

/* P_0 dV of the free axes, by the share that they have in the change of volume. */
static double pressure_work(const GbMdRunning *run, const double stretch[3])
{
  const GbMdOptions *o = run->options;
  double free = 0.0, all = 0.0;
  for (int d = 0; d < 3; d++) {
    all += log(stretch[d]);
    if (o->pressure_free[d]) free += log(stretch[d]);
  }
  double change = volume_of(run) * (all != 0.0 ? expm1(all) * (free / all) : free);
  return o->pressure_GPa / GB_EV_PER_A3_IN_GPA * change;
}

static void add_work(GbMdRunning *run, const double stretch[3], const double before[3])
{
  double after[3];
  pressure_volume(&run->p, after);
  for (int d = 0; d < 3; d++)
    if (!(has_mtk(run->options) && run->options->pressure_free[d]))
      run->p.work -= 0.5 * (before[d] + after[d]) * log(stretch[d]);
}

/* All ranks see the same numbers. */
static GbStatus check_stretch(const GbMdRunning *run, const double stretch[3])
{
  for (int d = 0; d < 3; d++)
    if (!(fabs(stretch[d] - 1.0) <= STRETCH_MAX))
      GB_FAIL(
          GB_ERR_NUMERIC,
          "step %lld: the box length along %c, %g angstrom, would change by a factor of %g in "
          "one step, at most %g is allowed: the barostat's time is too short for this pressure, "
          "or the strain rate too high",
          (long long)(run->options->first_step + run->p.done), 'x' + d, run->local.length[d],
          stretch[d], 1.0 + STRETCH_MAX);
  return GB_OK;
}

static GbStatus set_up_box(GbMdRunning *run, const double before[3], GbAdvance *step)
{
  double length[3];
  next_lengths(run, before, length);
  step->box = true;
  for (int d = 0; d < 3; d++) {
    step->stretch[d] = length[d] / run->local.length[d];
    bool mtk = has_mtk(run->options) && run->options->pressure_free[d];
    step->slow[d] = mtk ? 1.0 : 1.0 / step->stretch[d];
  }
  GB_CALL(check_stretch(run, step->stretch));
  if (has_mtk(run->options)) run->p.pressure_work += pressure_work(run, step->stretch);
  return GB_OK;
}

/* --- The step -----------------------------------------------------------------------------------
 */

static void set_up_step(GbMdRunning *run, GbAdvance *step)
{
  const GbMdOptions *o = run->options;
  *step = (GbAdvance){.dt = o->dt_ps,
                      .noise = o->thermostat == GB_THERMOSTAT_LANGEVIN,
                      .kT = GB_KB_EV_PER_K * GbMdTarget(run),
                      .tau = o->tau_temperature_ps,
                      .seed = o->seed,
                      .step = o->first_step + run->p.done,
                      .stretch = {1.0, 1.0, 1.0},
                      .slow = {1.0, 1.0, 1.0}};
  begin_velocities(run, step->begin);
  for (int d = 0; d < 3; d++) {
    step->end[d] = run->end[d];
    run->end[d] = 1.0;
  }
}

/* Positions of the next step; velocities lack the second kick. */
static void advance(GbMdRunning *run, GbAdvance *step, int64_t *sums)
{
  GbTimerStart("integration");
  GbIntegrateAdvance(&run->local, step, sums);
  GbTimerStop("integration");
  for (int d = 0; d < 3; d++) /* strained axes get exactly what they should have */
    if (run->options->strain_rate_per_ps[d] != 0.0)
      run->local.length[d] = strained_length(run, d);
    else
      run->local.length[d] *= step->stretch[d];
}

static GbStatus compute_forces(GbMdRunning *run, int64_t bad)
{
  unsigned want = GbMdChangesBox(run->options) ? GB_WANT_PRESSURE : GB_WANT_FORCES;
  if (GbMdIsMeasured(run, run->p.done)) want = GB_WANT_ALL;
  GbStatus status = GbForceComputeLocal(run->force, &run->local, want, &run->p.result);
  if (status == GB_OK) return GB_OK;
  MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT64_T, MPI_MAX, GbForceComm(run->force));
  return bad > 0 ? GbGuardMoved(run) : GbGuardForce(run, status);
}

GbStatus GbMdStep(GbMdRunning *run)
{
  const bool box = GbMdChangesBox(run->options);
  double before[3], totals[GB_SUMS];
  int64_t sums[GB_SUMS] = {0};
  GbAdvance step;
  pressure_volume(&run->p, before);
  run->p.done++;
  set_up_step(run, &step);
  if (box) GB_CALL(set_up_box(run, before, &step));
  advance(run, &step, sums);
  GB_CALL(compute_forces(run, sums[GB_SUM_BAD]));
  GbTimerStart("integration");
  GbIntegrateKick(&run->local, step.dt, GbMdIsMeasured(run, run->p.done), sums);
  GbTimerStop("integration");
  GbSumReduce(GbForceComm(run->force), sums, GB_SUMS, totals);
  if (sums[GB_SUM_BAD] > 0) return GbGuardMoved(run);
  for (int c = 0; c < 6; c++)
    run->p.kinetic[c] = totals[GB_SUM_KINETIC + c];
  run->p.heat += totals[GB_SUM_HEAT];
  if (box) add_work(run, step.stretch, before);
  end_velocities(run);
  return GB_OK;
}
