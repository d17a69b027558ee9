/* Velocity Verlet with thermostat, barostat and imposed strain.
 *
 * One step: [chain dt/2] kick dt/2, drift dt/2, box and positions scaled by f_d, velocities by
 * 1/f_d, drift dt/2, forces, kick dt/2, [chain dt/2 or rescaling dt]. The scaling belongs to the
 * barostat and to the imposed strain alike: both change the box by an affine map, under which
 * momenta conjugate to the scaled coordinates stay (Andersen, J. Chem. Phys. 72, 2384 (1980)).
 * Forces are always those of the positions.
 *
 * Kept account: heat given by the thermostat, and work done through the box, -V sum_d P_d de_d by
 * the trapezoidal rule. Total energy minus both is conserved in every ensemble.
 *
 * Each run starts with a new neighbour list, so that a run from a snapshot gives the same bits as
 * one that reached it. The integration is done by all ranks alike. */
#include "atomistic/engine/md.h"

#include "atomistic/engine/barostat.h"
#include "atomistic/engine/thermostat.h"
#include "base/stop.h"
#include "base/units.h"

#include <math.h>

enum { CHECK_INTERVAL = 50 };
#define MOVE_MAX 1.0      /* angstrom in one step; thermal moves are below 0.1 */
#define LOST_BEYOND 100.0 /* angstrom outside the sample along a free axis */

typedef struct {
  GbForce *force;
  GbAtoms *atoms;
  const GbMdOptions *options;
  int64_t steps, done;
  GbForceResult result;
  GbChain chain;
  double freedoms;
  double free_extent;  /* product of the lengths of free axes, renewed now and then */
  double lo[3], hi[3]; /* of the sample at the start, for lost atoms */
  double initial_length[3];
  double heat, work; /* eV, into the atoms */
} Run;

GbMdOptions GbMdDefaults(void)
{
  return (GbMdOptions){.dt_ps = 0.002, .tau_temperature_ps = 0.1, .tau_pressure_ps = 1.0};
}

/* --- Checks -------------------------------------------------------------------------------------
 */

static GbStatus check_options(const GbAtoms *atoms, const GbMdOptions *o)
{
  if (!(o->dt_ps > 0.0)) GB_FAIL(GB_ERR_ARG, "expected a positive time step, found %g", o->dt_ps);
  bool thermostat = o->thermostat != GB_THERMOSTAT_NONE, barostat = false;
  for (int d = 0; d < 3; d++) {
    bool strained = o->strain_rate_per_ps[d] != 0.0;
    if ((o->pressure_free[d] || strained) && !atoms->periodic[d])
      GB_FAIL(GB_ERR_ARG, "axis %c is not periodic: no barostat or strain rate can act on it",
              'x' + d);
    if (o->pressure_free[d] && strained)
      GB_FAIL(GB_ERR_ARG, "axis %c has both a barostat and a strain rate", 'x' + d);
    barostat = barostat || o->pressure_free[d];
  }
  if (!(o->temperature_start_K >= 0.0) || !(o->temperature_end_K >= 0.0))
    GB_FAIL(GB_ERR_ARG, "expected temperatures of at least 0 K, found %g and %g",
            o->temperature_start_K, o->temperature_end_K);
  if (thermostat && (o->temperature_start_K == 0.0 || o->temperature_end_K == 0.0))
    GB_FAIL(GB_ERR_ARG, "a thermostat needs temperatures above 0 K");
  if (thermostat && !(o->tau_temperature_ps > o->dt_ps))
    GB_FAIL(GB_ERR_ARG, "the thermostat's time %g ps must exceed the time step",
            o->tau_temperature_ps);
  if (barostat && !(o->tau_pressure_ps > o->dt_ps))
    GB_FAIL(GB_ERR_ARG, "the barostat's time %g ps must exceed the time step", o->tau_pressure_ps);
  return GB_OK;
}

static double move_of(const GbAtoms *a, int i, double dt)
{
  const double *v = a->v[i];
  return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) * dt;
}

/* Names the first atom that moved too far. */
static GbStatus report_move(const Run *run)
{
  const GbAtoms *a = run->atoms;
  double dt = run->options->dt_ps;
  int i = 0;
  while (i < a->n - 1 && move_of(a, i, dt) <= MOVE_MAX)
    i++;
  GB_FAIL(
      GB_ERR_NUMERIC,
      "step %lld: atom %lld at %g %g %g moves by %g angstrom in one step, at most %g is allowed: "
      "the time step is too long or atoms overlap",
      (long long)(run->options->first_step + run->done), (long long)a->id[i], a->x[i][0],
      a->x[i][1], a->x[i][2], move_of(a, i, dt), MOVE_MAX);
}

static GbStatus check_lost(const Run *run)
{
  const GbAtoms *a = run->atoms;
  for (int d = 0; d < 3; d++) {
    if (a->periodic[d]) continue;
    for (int i = 0; i < a->n; i++)
      if (!(a->x[i][d] > run->lo[d] - LOST_BEYOND && a->x[i][d] < run->hi[d] + LOST_BEYOND))
        GB_FAIL(GB_ERR_NUMERIC, "step %lld: atom %lld at %g %g %g has left the sample along %c",
                (long long)(run->options->first_step + run->done), (long long)a->id[i], a->x[i][0],
                a->x[i][1], a->x[i][2], 'x' + d);
  }
  return GB_OK;
}

/* --- Parts of a step ----------------------------------------------------------------------------
 */

static void kick(Run *run)
{
  GbAtoms *a = run->atoms;
  double factor[GB_MAX_TYPES];
  for (int t = 0; t < a->ntypes; t++)
    factor[t] = 0.5 * run->options->dt_ps / (GB_MVV_TO_EV * a->mass[t]);
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      a->v[i][d] += factor[a->type[i]] * a->f[i][d];
}

/* Drift over the whole step with the box scaled by `factor` in its middle. */
static GbStatus drift(Run *run, const double factor[3])
{
  GbAtoms *a = run->atoms;
  double dt = run->options->dt_ps, lo[3];
  int far = 0;
  for (int d = 0; d < 3; d++)
    lo[d] = a->lo[d];
#pragma omp parallel for schedule(static) reduction(| : far) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++) {
    double v2 = 0.0;
    for (int d = 0; d < 3; d++) {
      double v = a->v[i][d], x = a->x[i][d] + 0.5 * dt * v;
      v2 += v * v;
      if (factor[d] != 1.0) {
        x = lo[d] + (x - lo[d]) * factor[d];
        v /= factor[d];
        a->v[i][d] = v;
      }
      a->x[i][d] = x + 0.5 * dt * v;
    }
    far |= !(v2 * dt * dt <= MOVE_MAX * MOVE_MAX);
  }
  for (int d = 0; d < 3; d++)
    a->length[d] *= factor[d];
  return far ? report_move(run) : GB_OK;
}

static void scale_velocities(Run *run, double factor, double kinetic)
{
  GbAtoms *a = run->atoms;
#pragma omp parallel for schedule(static) if (a->n > GB_MANY_ATOMS)
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      a->v[i][d] *= factor;
  run->heat += (factor * factor - 1.0) * kinetic;
}

static double target_temperature(const Run *run)
{
  const GbMdOptions *o = run->options;
  double part = run->steps > 0 ? (double)run->done / (double)run->steps : 1.0;
  return o->temperature_start_K + (o->temperature_end_K - o->temperature_start_K) * part;
}

static void half_chain(Run *run)
{
  double kinetic = GbAtomsKineticEnergy(run->atoms), kT = GB_KB_EV_PER_K * target_temperature(run);
  double factor = GbChainHalfStep(&run->chain, kinetic, kT, run->freedoms, run->options->dt_ps,
                                  run->options->tau_temperature_ps);
  scale_velocities(run, factor, kinetic);
}

static void rescale(Run *run)
{
  const GbMdOptions *o = run->options;
  double kinetic = GbAtomsKineticEnergy(run->atoms);
  double target = 0.5 * run->freedoms * GB_KB_EV_PER_K * target_temperature(run);
  double factor = GbBussiFactor(kinetic, target, run->freedoms, o->dt_ps, o->tau_temperature_ps,
                                o->seed, o->first_step + run->done);
  scale_velocities(run, factor, kinetic);
}

/* Sum of m v v, xx yy zz xy xz yz, eV. */
static void kinetic_tensor(const GbAtoms *a, double tensor[6])
{
  double sum[6] = {0};
  for (int i = 0; i < a->n; i++) {
    const double *v = a->v[i];
    double m = a->mass[a->type[i]];
    sum[0] += m * v[0] * v[0];
    sum[1] += m * v[1] * v[1];
    sum[2] += m * v[2] * v[2];
    sum[3] += m * v[0] * v[1];
    sum[4] += m * v[0] * v[2];
    sum[5] += m * v[1] * v[2];
  }
  for (int c = 0; c < 6; c++)
    tensor[c] = GB_MVV_TO_EV * sum[c];
}

/* P_d V, kinetic part included, eV. */
static void pressure_volume(const Run *run, double pv[3])
{
  double kinetic[6];
  kinetic_tensor(run->atoms, kinetic);
  for (int d = 0; d < 3; d++)
    pv[d] = run->result.virial[d] + kinetic[d];
}

/* --- The run ------------------------------------------------------------------------------------
 */

static bool changes_box(const GbMdOptions *o)
{
  for (int d = 0; d < 3; d++)
    if (o->pressure_free[d] || o->strain_rate_per_ps[d] != 0.0) return true;
  return false;
}

/* Factors of the box for the next step. */
static void box_factors(const Run *run, const double pv[3], double factor[3])
{
  const GbMdOptions *o = run->options;
  const GbAtoms *a = run->atoms;
  double volume = run->free_extent, pressure[3], strain[3];
  for (int d = 0; d < 3; d++)
    if (a->periodic[d]) volume *= a->length[d];
  for (int d = 0; d < 3; d++)
    pressure[d] = pv[d] / volume;
  GbBarostatStrain(o, pressure, volume, GB_KB_EV_PER_K * target_temperature(run),
                   o->first_step + run->done, strain);
  for (int d = 0; d < 3; d++) {
    factor[d] = o->pressure_free[d] ? exp(strain[d]) : 1.0;
    if (o->strain_rate_per_ps[d] != 0.0)
      factor[d] += o->strain_rate_per_ps[d] * run->initial_length[d] * o->dt_ps / a->length[d];
  }
}

static GbStatus take_step(Run *run)
{
  const GbMdOptions *o = run->options;
  bool box = changes_box(o);
  double factor[3] = {1.0, 1.0, 1.0}, before[3] = {0}, after[3] = {0};
  if (box) {
    pressure_volume(run, before);
    box_factors(run, before, factor);
  }
  run->done++;
  if (o->thermostat == GB_THERMOSTAT_NOSE_HOOVER) half_chain(run);
  kick(run);
  GB_CALL(drift(run, factor));
  GbStatus status = GbForceCompute(run->force, run->atoms, &run->result);
  if (status != GB_OK)
    return GbErrorPrefix(status, "step %lld", (long long)(o->first_step + run->done));
  kick(run);
  if (box) pressure_volume(run, after);
  for (int d = 0; d < 3; d++)
    run->work -= 0.5 * (before[d] + after[d]) * log(factor[d]);
  if (o->thermostat == GB_THERMOSTAT_NOSE_HOOVER) half_chain(run);
  if (o->thermostat == GB_THERMOSTAT_BUSSI) rescale(run);
  return GB_OK;
}

static double extent_of_free_axes(const GbAtoms *atoms)
{
  double extent = 1.0;
  for (int d = 0; d < 3; d++)
    if (!atoms->periodic[d]) extent *= atoms->length[d];
  return extent;
}

static GbStatus start(Run *run)
{
  GbAtoms *a = run->atoms;
  GbAtomsFitFreeAxes(a);
  run->free_extent = extent_of_free_axes(a);
  run->freedoms = 3.0 * a->n - 3.0;
  if (run->options->thermostat != GB_THERMOSTAT_NONE && run->freedoms < 3.0)
    GB_FAIL(GB_ERR_ARG, "a thermostat needs at least 2 atoms");
  for (int d = 0; d < 3; d++) {
    run->lo[d] = a->lo[d];
    run->hi[d] = a->lo[d] + a->length[d];
    double given = run->options->initial_length[d];
    run->initial_length[d] = given > 0.0 ? given : a->length[d];
  }
  GbForceReset(run->force);
  return GbForceCompute(run->force, a, &run->result);
}

static GbStatus report(Run *run, GbMdCallback callback, void *context)
{
  GbAtoms *a = run->atoms;
  GbAtomsFitFreeAxes(a);
  double kinetic[6], volume = GbAtomsVolume(a);
  kinetic_tensor(a, kinetic);
  GbMdSample sample = {.step = run->options->first_step + run->done,
                       .time_ps = (double)run->done * run->options->dt_ps,
                       .temperature_K = GbAtomsTemperature(a),
                       .potential_eV = run->result.energy,
                       .kinetic_eV = GbAtomsKineticEnergy(a)};
  sample.conserved_eV = sample.potential_eV + sample.kinetic_eV - run->heat - run->work;
  for (int c = 0; c < 6; c++)
    sample.stress_GPa[c] = -(run->result.virial[c] + kinetic[c]) / volume * GB_EV_PER_A3_IN_GPA;
  return callback(context, a, &sample);
}

GbStatus GbMdRun(GbForce *force, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                 int64_t interval, GbMdCallback callback, void *context)
{
  GB_CALL(check_options(atoms, options));
  Run run = {.force = force, .atoms = atoms, .options = options, .steps = steps};
  bool samples = callback && interval > 0;
  GB_CALL(start(&run));
  if (samples) GB_CALL(report(&run, callback, context));
  while (run.done < steps) {
    GB_CALL(take_step(&run));
    if (run.done % CHECK_INTERVAL == 0) {
      GB_CALL(check_lost(&run));
      GbAtomsFitFreeAxes(atoms);
      run.free_extent = extent_of_free_axes(atoms);
      GB_CALL(GbStopCheck(GbForceComm(force)));
    }
    if (samples && run.done % interval == 0) GB_CALL(report(&run, callback, context));
  }
  GbAtomsFitFreeAxes(atoms);
  return GB_OK;
}
