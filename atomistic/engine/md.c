/* The run: checks, start, loop, restart points, end. The step itself is in md_step.c. */
#include "atomistic/engine/barostat.h"
#include "atomistic/engine/md_internal.h"
#include "base/stop.h"
#include "base/timer.h"
#include "base/units.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHECK_INTERVAL = 50, RESTART_INTERVAL = 50 };

GbMdOptions GbMdDefaults(void)
{
  return (GbMdOptions){.dt_ps = 0.002, .tau_temperature_ps = 0.1, .tau_pressure_ps = 1.0};
}

/* --- Checks -------------------------------------------------------------------------------------
 */

static GbStatus check_axes(const GbAtoms *atoms, const GbMdOptions *o, bool *barostat)
{
  *barostat = false;
  for (int d = 0; d < 3; d++) {
    bool strained = o->strain_rate_per_ps[d] != 0.0;
    if ((o->pressure_free[d] || strained) && !atoms->periodic[d])
      GB_FAIL(GB_ERR_ARG, "axis %c is not periodic: no barostat or strain rate can act on it",
              'x' + d);
    if (o->pressure_free[d] && strained)
      GB_FAIL(GB_ERR_ARG, "axis %c has both a barostat and a strain rate", 'x' + d);
    *barostat = *barostat || o->pressure_free[d];
  }
  return GB_OK;
}

static GbStatus check_thermostat(const GbMdOptions *o)
{
  if (!(o->temperature_start_K >= 0.0) || !(o->temperature_end_K >= 0.0))
    GB_FAIL(GB_ERR_ARG, "expected temperatures of at least 0 K, found %g and %g",
            o->temperature_start_K, o->temperature_end_K);
  if (o->thermostat == GB_THERMOSTAT_NONE) return GB_OK;
  if (o->temperature_start_K == 0.0 || o->temperature_end_K == 0.0)
    GB_FAIL(GB_ERR_ARG, "a thermostat needs temperatures above 0 K");
  if (!(o->tau_temperature_ps > o->dt_ps))
    GB_FAIL(GB_ERR_ARG, "the thermostat's time %g ps must exceed the time step",
            o->tau_temperature_ps);
  return GB_OK;
}

static GbStatus check_barostat(const GbMdOptions *o)
{
  if (!(o->tau_pressure_ps > o->dt_ps))
    GB_FAIL(GB_ERR_ARG, "the barostat's time %g ps must exceed the time step", o->tau_pressure_ps);
  if (!(o->compressibility_per_GPa >= 0.0))
    GB_FAIL(GB_ERR_ARG, "expected a compressibility of at least 0, found %g per GPa",
            o->compressibility_per_GPa);
  if (o->barostat == GB_BAROSTAT_MTK && o->thermostat != GB_THERMOSTAT_NONE &&
      o->thermostat != GB_THERMOSTAT_NOSE_HOOVER)
    GB_FAIL(GB_ERR_ARG, "the Martyna-Tobias-Klein barostat goes with a Nose-Hoover thermostat or "
                        "none: a stochastic one does not reach the box");
  return GB_OK;
}

static GbStatus check_options(const GbAtoms *atoms, const GbMdOptions *o)
{
  bool barostat;
  if (!(o->dt_ps > 0.0)) GB_FAIL(GB_ERR_ARG, "expected a positive time step, found %g", o->dt_ps);
  GB_CALL(check_axes(atoms, o, &barostat));
  GB_CALL(check_thermostat(o));
  if (barostat) GB_CALL(check_barostat(o));
  if (o->checkpoint.restart_interval < 0)
    GB_FAIL(GB_ERR_ARG, "expected a positive restart interval, found %lld steps",
            (long long)o->checkpoint.restart_interval);
  return GB_OK;
}

/* --- Start --------------------------------------------------------------------------------------
 */

static double extent_of_free_axes(const GbAtoms *atoms)
{
  double extent = 1.0;
  for (int d = 0; d < 3; d++)
    if (!atoms->periodic[d]) extent *= atoms->length[d];
  return extent;
}

/* The mass of an MTK barostat belongs to one temperature for the whole run: the highest target, or
 * without thermostat that of the atoms. */
static GbStatus set_box_mass(GbMdRunning *run)
{
  const GbMdOptions *o = run->options;
  double kT = GB_KB_EV_PER_K * fmax(o->temperature_start_K, o->temperature_end_K);
  const double *k = run->p.kinetic;
  if (kT == 0.0) kT = (k[0] + k[1] + k[2]) / run->freedoms;
  run->p.box_mass = GbMtkMass(o, run->freedoms, kT);
  if (o->barostat == GB_BAROSTAT_MTK && !(run->p.box_mass > 0.0))
    GB_FAIL(GB_ERR_ARG, "a Martyna-Tobias-Klein barostat needs a temperature or moving atoms");
  return GB_OK;
}

static void remember_sample(GbMdRunning *run)
{
  GbAtoms *a = run->sample;
  GbMdProgress *p = &run->p;
  GbAtomsFitFreeAxes(a);
  p->free_extent = extent_of_free_axes(a);
  for (int d = 0; d < 3; d++) {
    double given = run->options->initial_length[d];
    p->lo[d] = a->lo[d];
    p->hi[d] = a->lo[d] + a->length[d];
    p->start_length[d] = a->length[d];
    p->reference_length[d] = given > 0.0 ? given : a->length[d];
  }
  if (run->options->state) p->state = *run->options->state;
}

static GbStatus start_fresh(GbMdRunning *run)
{
  remember_sample(run);
  GB_CALL(GbForceScatter(run->force, run->sample, &run->local));
  GbStatus status = GbForceComputeLocal(run->force, &run->local, GB_WANT_ALL, &run->p.result);
  if (status != GB_OK) return GbGuardForce(run, status);
  GB_CALL(GbGuardOverlap(run));
  GbMdMeasureKinetic(run);
  GB_CALL(set_box_mass(run));
  GB_CALL(GbMdReport(run));
  return GB_OK;
}

/* The forces are the file's: none are computed. */
static GbStatus start_again(GbMdRunning *run)
{
  GB_CALL(GbForceScatter(run->force, run->sample, &run->local));
  for (int i = 0; i < run->local.n; i++)
    memcpy(run->local.f[i], run->sample->f[run->local.place[i]], sizeof run->local.f[i]);
  return GB_OK;
}

static GbStatus start(GbMdRunning *run)
{
  const GbMdOptions *o = run->options;
  bool found = false;
  int n = run->sample->n;
  run->freedoms = 3.0 * n - (o->thermostat == GB_THERMOSTAT_LANGEVIN ? 0.0 : 3.0);
  if (o->thermostat != GB_THERMOSTAT_NONE && n < 2)
    GB_FAIL(GB_ERR_ARG, "a thermostat needs at least 2 atoms");
  GbForceReset(run->force);
  if (o->checkpoint.path) GB_CALL(GbCheckpointRead(run, &found));
  if (found)
    GB_CALL(start_again(run));
  else
    GB_CALL(start_fresh(run));
  run->written = run->p.done;
  run->written_s = GbTimeNow();
  return GB_OK;
}

/* --- The run ------------------------------------------------------------------------------------
 */

/* Now and then: lost atoms, and the extent along free axes. */
static GbStatus check_extent(GbMdRunning *run)
{
  GbAtoms *a = &run->local;
  double lo[3], hi[3];
  if (a->periodic[0] && a->periodic[1] && a->periodic[2]) return GB_OK;
  GbMdExtent(run, lo, hi);
  GB_CALL(GbGuardLost(run, lo, hi));
  for (int d = 0; d < 3; d++) {
    if (a->periodic[d]) continue;
    a->lo[d] = lo[d];
    a->length[d] = hi[d] - lo[d];
  }
  run->p.free_extent = extent_of_free_axes(a);
  return GB_OK;
}

/* Rank 0 has the clock. Collective. */
static bool checkpoint_is_due(const GbMdRunning *run)
{
  const GbMdCheckpoint *c = &run->options->checkpoint;
  if (c->interval_steps > 0 && run->p.done - run->written >= c->interval_steps) return true;
  if (!(c->wall_seconds > 0.0)) return false;
  int due = GbTimeNow() - run->written_s >= c->wall_seconds;
  MPI_Bcast(&due, 1, MPI_INT, 0, GbForceComm(run->force));
  return due;
}

static GbStatus restart_point(GbMdRunning *run)
{
  GbForceReset(run->force);
  if (run->p.done == run->steps) return GB_OK;
  bool due = run->options->checkpoint.path && checkpoint_is_due(run);
  GbStatus stop = GbStopCheck(GbForceComm(run->force));
  if (stop != GB_OK || due) GB_CALL(GbMdGather(run));
  if (run->options->checkpoint.path && (stop != GB_OK || due)) {
    GB_CALL(GbCheckpointWrite(run));
    run->written = run->p.done;
    run->written_s = GbTimeNow();
  }
  return stop;
}

static GbStatus take_steps(GbMdRunning *run)
{
  int64_t interval = run->options->checkpoint.restart_interval;
  if (interval == 0) interval = RESTART_INTERVAL;
  while (run->p.done < run->steps) {
    GB_CALL(GbMdStep(run));
    if (run->p.done % CHECK_INTERVAL == 0) GB_CALL(check_extent(run));
    GB_CALL(GbMdReport(run));
    if (run->p.done % interval == 0) GB_CALL(restart_point(run));
  }
  GB_CALL(GbMdGather(run));
  if (run->options->state) *run->options->state = run->p.state;
  return GB_OK;
}

GbStatus GbMdRun(GbForce *force, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                 int64_t interval, GbMdCallback callback, void *context)
{
  GB_CALL(check_options(atoms, options));
  GbMdRunning run = {.force = force,
                     .sample = atoms,
                     .options = options,
                     .steps = steps,
                     .interval = interval,
                     .callback = callback,
                     .context = context,
                     .end = {1.0, 1.0, 1.0}};
  GbStatus status;
  GB_TRY(status, start(&run), done);
  GB_TRY(status, take_steps(&run), done);
done:
  GbAtomsFree(&run.local);
  GbForceReset(force);
  GbAtomsFitFreeAxes(atoms);
  return status;
}

GbStatus GbMdRemoveCheckpoint(MPI_Comm comm, const char *path)
{
  int rank;
  GbStatus status = GB_OK;
  MPI_Comm_rank(comm, &rank);
  if (rank == 0 && remove(path) != 0 && errno != ENOENT)
    status = GbErrorSet(GB_ERR_IO, __FILE__, __LINE__, __func__, "cannot remove %s: %s", path,
                        strerror(errno));
  GB_CALL(GbErrorSync(comm, status));
  return GB_OK;
}
