/* Molecular dynamics and files as all phases use them. */
#include "atomistic/protocol/session.h"

#include "base/file.h"
#include "base/units.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

GbMdOptions GbSessionMdOptions(const GbSession *session)
{
  GbMdOptions options = GbMdDefaults();
  options.dt_ps = 1e-3 * session->config->timestep_fs;
  options.thermostat = GB_THERMOSTAT_BUSSI;
  options.temperature_start_K = options.temperature_end_K = session->config->temperature_K;
  options.seed = session->run->seed;
  return options;
}

typedef struct {
  GbSession *session;
  int64_t first_step, interval;
  double dt_ps, natoms;
} Watch;

/* A line in the log at every tenth of the stage's work. */
static void log_sample(GbSession *session, const GbMdSample *s, double before, double now,
                       double natoms)
{
  double tenth = session->progress.total / 10.0;
  if (!(tenth > 0.0) || floor(before / tenth) == floor(now / tenth)) return;
  GbLogInfo("%s: %.1f K, %.5f eV/atom, stress %.2f %.2f %.2f GPa (means of %lld values); conserved "
            "%.5f eV/atom",
            session->phase.label, s->mean.temperature_K, s->mean.potential_eV / natoms,
            s->mean.stress_GPa[0], s->mean.stress_GPa[1], s->mean.stress_GPa[2],
            (long long)s->mean.count, s->conserved_eV / natoms);
}

static GbStatus observe(void *context, const GbMdSample *sample)
{
  Watch *watch = context;
  GbSession *session = watch->session;
  double interval = (double)watch->interval * watch->natoms;
  double now = session->done + (double)(sample->step - watch->first_step) * watch->natoms;
  GbProgressUpdate(&session->progress, now);
  if (sample->step > watch->first_step)
    log_sample(session, sample, now - interval, now, watch->natoms);
  GB_CALL(GbThermoRow(session, sample, watch->dt_ps));
  return GB_OK;
}

static void explain_stop(const GbSession *session, const GbMdOptions *options)
{
  GbLogInfo("atomistic: stopped in phase %s; its state is in %s. The same command goes on from "
            "there",
            session->phase.label, options->checkpoint.path);
}

/* What a run needs of the session. Paths must outlive the options. */
static GbMdOptions complete(GbSession *session, const GbMdOptions *options, Watch *watch,
                            const char *checkpoint, const char *folder)
{
  GbMdOptions all = *options;
  const GbPhaseRuns *phase = &session->phase;
  all.first_step = session->step;
  all.observer = observe;
  all.observer_context = watch;
  all.observer_interval = watch->interval;
  all.dump_folder = folder;
  all.checkpoint = (GbMdCheckpoint){.path = checkpoint,
                                    .key = phase->key,
                                    .wall_seconds = 60.0 * session->config->checkpoint_minutes,
                                    .carry = phase->carry,
                                    .ncarry = phase->ncarry};
  return all;
}

/* The end is stored before the checkpoint goes: one of them is always there. */
static GbStatus finish_run(GbSession *session, const GbAtoms *atoms, const char *checkpoint)
{
  GbPhaseRuns *phase = &session->phase;
  phase->runs++;
  phase->stored = phase->runs;
  GB_CALL(GbSessionStore(session, atoms));
  GB_CALL(GbMdRemoveCheckpoint(session->run->comm, checkpoint));
  return GB_OK;
}

GbStatus GbSessionRun(GbSession *session, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                      int64_t interval, GbMdCallback callback, void *context)
{
  char checkpoint[GB_PRODUCT_PATH_MAX], folder[GB_PRODUCT_PATH_MAX];
  if (steps <= 0) return GB_OK;
  GbSessionCheckpointPath(session, session->phase.runs, checkpoint);
  if (GbSessionIsBehind(session)) {
    session->phase.runs++;
    if (!GbSessionIsBehind(session)) {
      GB_CALL(GbSessionRestore(session, atoms));
      GB_CALL(GbMdRemoveCheckpoint(session->run->comm, checkpoint));
    }
  } else {
    int64_t rows = session->config->thermo_steps; /* a short run has one row, at its end */
    Watch watch = {session, session->step, rows < steps ? rows : steps, options->dt_ps, atoms->n};
    GbSessionPath(session, folder, ".");
    if (session->rank == 0 && GbFileExists(checkpoint))
      GbLogInfo("%s: goes on from %s", session->phase.label, checkpoint);
    GbMdOptions all = complete(session, options, &watch, checkpoint, folder);
    GbStatus status = GbMdRun(session->force, atoms, &all, steps, interval, callback, context);
    if (status == GB_ERR_STOPPED) explain_stop(session, &all);
    GB_CALL(status);
    GB_CALL(finish_run(session, atoms, checkpoint));
  }
  session->step += steps;
  session->done += (double)steps * atoms->n;
  return GB_OK;
}

GbStatus GbSessionRamp(GbSession *session, GbAtoms *atoms, GbMdOptions options, double start_K,
                       double end_K, int64_t steps)
{
  options.temperature_start_K = start_K;
  options.temperature_end_K = end_K;
  GB_CALL(GbSessionRun(session, atoms, &options, steps, 0, NULL, NULL));
  return GB_OK;
}

GbStatus GbSessionWriteAtoms(GbSession *session, const char *path, const GbAtoms *atoms,
                             double time_ps, double strain)
{
  GbStatus status = GB_OK;
  if (GbSessionIsBehind(session)) return GB_OK;
  if (session->rank == 0) status = GbAtomsWriteH5(path, atoms, time_ps, strain);
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

GbStatus GbSessionReadAtoms(GbSession *session, const char *path, GbAtoms *atoms, double *strain)
{
  GbStatus status = GbAtomsReadH5(path, atoms, NULL, strain);
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

static GbStatus make_folder(const char *path)
{
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    GB_FAIL(GbFileFault(errno), "%s: cannot make this output folder: %s", path, strerror(errno));
  return GB_OK;
}

GbStatus GbSessionFolder(GbSession *session, const char *below_stage)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbStatus status = GB_OK;
  GbSessionPath(session, path, "%s", below_stage);
  if (session->rank == 0) status = make_folder(path);
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

GbStatus GbSessionWriteText(GbSession *session, const char *path, const char *text)
{
  GbStatus status = GB_OK;
  if (session->rank == 0) status = GbFileWriteText(path, text);
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

void GbSessionPath(const GbSession *session, char path[GB_PRODUCT_PATH_MAX], const char *fmt, ...)
{
  va_list args;
  int used = snprintf(path, GB_PRODUCT_PATH_MAX, "%s/atomistic/", session->run->folder);
  if (used >= GB_PRODUCT_PATH_MAX) return;
  va_start(args, fmt);
  vsnprintf(path + used, (size_t)(GB_PRODUCT_PATH_MAX - used), fmt, args);
  va_end(args);
}

double GbSectionStress(const GbAtoms *atoms, const GbMdSample *sample)
{
  double lo = atoms->x[0][0], hi = lo, volume = GbAtomsVolume(atoms);
  for (int i = 1; i < atoms->n; i++) {
    lo = fmin(lo, atoms->x[i][0]);
    hi = fmax(hi, atoms->x[i][0]);
  }
  /* The mean atomic distance d fills the same bounding volume: n d^3 = (hi - lo + d) Ly Lz. */
  double area = atoms->length[1] * atoms->length[2], distance = 2.5;
  for (int pass = 0; pass < 20; pass++)
    distance = cbrt((hi - lo + distance) * area / atoms->n);
  double section = (hi - lo + distance) * atoms->length[1];
  return sample->stress_GPa[2] * volume / (section * atoms->length[2]);
}
