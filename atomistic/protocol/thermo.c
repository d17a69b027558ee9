/* The table of a phase: what a user of molecular dynamics expects to see of a run. */
#include "atomistic/protocol/session.h"
#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char header[] =
    "step,time_ps,temperature_K,potential_eV,kinetic_eV,conserved_eV,stress_xx_GPa,stress_yy_GPa,"
    "stress_zz_GPa,length_x_A,length_y_A,length_z_A,mean_of,mean_temperature_K,mean_potential_eV,"
    "mean_stress_xx_GPa,mean_stress_yy_GPa,mean_stress_zz_GPa\n";

static GbStatus put(GbThermo *thermo, const char *path, const char *text)
{
  if (!thermo->file) return GB_OK;
  bool written = fseek(thermo->file, (long)thermo->written.bytes, SEEK_SET) == 0 &&
                 fputs(text, thermo->file) >= 0 && fflush(thermo->file) == 0;
  if (!written) GB_FAIL(GB_ERR_IO, "%s: writing failed: %s", path, strerror(errno));
  thermo->written.bytes += (int64_t)strlen(text);
  return GB_OK;
}

static GbStatus open_table(GbSession *session, const char *path)
{
  GbThermo *thermo = &session->phase.thermo;
  bool fresh = access(path, F_OK) != 0;
  thermo->file = GbFileOpenPlain(path, fresh ? "w" : "r+");
  if (!thermo->file)
    GB_FAIL(GbFileFault(errno), "%s: cannot be written: %s", path, strerror(errno));
  GB_CALL(put(thermo, path, header));
  return GB_OK;
}

GbStatus GbThermoOpen(GbSession *session)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbStatus status = GB_OK;
  session->phase.thermo = (GbThermo){.written.last_step = -1};
  GB_CALL(GbSessionFolder(session, "thermo"));
  GbSessionPath(session, path, "thermo/%s.csv", session->phase.label);
  if (session->rank == 0) status = open_table(session, path);
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

static void format_row(char *text, size_t size, const GbMdSample *s, int64_t step, double time_ps)
{
  const GbMdMeans *m = &s->mean;
  snprintf(text, size,
           "%lld,%.6g,%.3f,%.6f,%.6f,%.6f,%.5f,%.5f,%.5f,%.5f,%.5f,%.5f,%lld,%.3f,%.6f,%.5f,%.5f,"
           "%.5f\n",
           (long long)step, time_ps, s->temperature_K, s->potential_eV, s->kinetic_eV,
           s->conserved_eV, s->stress_GPa[0], s->stress_GPa[1], s->stress_GPa[2], s->length[0],
           s->length[1], s->length[2], (long long)m->count, m->temperature_K, m->potential_eV,
           m->stress_GPa[0], m->stress_GPa[1], m->stress_GPa[2]);
}

GbStatus GbThermoRow(GbSession *session, const GbMdSample *sample, double dt_ps)
{
  GbPhaseRuns *phase = &session->phase;
  char path[GB_PRODUCT_PATH_MAX], text[1024];
  int64_t step = sample->step - phase->first_step;
  /* A run begins where the one before ended: that row has the means. */
  if (step == phase->thermo.written.last_step) return GB_OK;
  GbStatus status = GB_OK;
  GbSessionPath(session, path, "thermo/%s.csv", phase->label);
  format_row(text, sizeof text, sample, step, (double)step * dt_ps);
  if (session->rank == 0) status = put(&phase->thermo, path, text);
  GB_CALL(GbErrorSync(session->run->comm, status));
  GbThermoCut(&phase->thermo);
  phase->thermo.written.last_step = step;
  return GB_OK;
}

void GbThermoCut(GbThermo *thermo)
{
  if (thermo->file && ftruncate(fileno(thermo->file), (off_t)thermo->written.bytes) != 0)
    GbLogWarn("a table in thermo/ could not be shortened: %s", strerror(errno));
}
