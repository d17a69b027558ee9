/* What is kept of an unfinished phase, and how a resumed one finds it (see session.h).
 *
 * The key in the names is that of the phase with all that decides which steps are measured: files
 * of other inputs are never taken, and removed. */
#include "atomistic/protocol/session.h"

#include "base/file.h"
#include "base/h5.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Raised when the contents of the files change. */
enum { RESUME_VERSION = 1, KEY_SHOWN = 16 };

static void state_path(const GbSession *session, char path[GB_PRODUCT_PATH_MAX])
{
  const GbPhaseRuns *phase = &session->phase;
  GbSessionPath(session, path, "checkpoints/%s-%.*s.state.h5", phase->label, KEY_SHOWN, phase->key);
}

void GbSessionCheckpointPath(const GbSession *session, int64_t number,
                             char path[GB_PRODUCT_PATH_MAX])
{
  const GbPhaseRuns *phase = &session->phase;
  GbSessionPath(session, path, "checkpoints/%s-%.*s-%lld.checkpoint.h5", phase->label, KEY_SHOWN,
                phase->key, (long long)number);
}

/* Removes the phase's files, all or all but those of its key. */
static void remove_files(const GbSession *session, bool others_only)
{
  const GbPhaseRuns *phase = &session->phase;
  char pattern[GB_PRODUCT_PATH_MAX], own[128];
  glob_t found;
  snprintf(own, sizeof own, "/%s-%.*s", phase->label, KEY_SHOWN, phase->key);
  GbSessionPath(session, pattern, "checkpoints/%s-*.h5", phase->label);
  if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0) return;
  for (size_t k = 0; k < found.gl_pathc; k++) {
    const char *name = strrchr(found.gl_pathv[k], '/');
    if (others_only && !strncmp(name, own, strlen(own))) continue;
    unlink(found.gl_pathv[k]);
  }
  globfree(&found);
}

static GbStatus read_stored(const char *path, int64_t *stored)
{
  GbH5 *file = NULL;
  double runs = 0.0;
  GB_CALL(GbH5Open(path, &file));
  GbStatus status = GbH5ReadScalar(file, "runs", &runs, "1");
  GbH5Discard(&file);
  *stored = (int64_t)runs;
  return status;
}

static void make_key(GbSession *session, const char *label, const char *key)
{
  char text[GB_HASH_SIZE + 128];
  GbPhaseRuns *phase = &session->phase;
  *phase = (GbPhaseRuns){.first_step = session->step};
  snprintf(phase->label, sizeof phase->label, "%s", label);
  snprintf(text, sizeof text, "%d %s %lld", RESUME_VERSION, key,
           (long long)session->config->thermo_steps);
  GbHashText(text, phase->key);
}

static GbStatus look(GbSession *session)
{
  char path[GB_PRODUCT_PATH_MAX];
  remove_files(session, true);
  state_path(session, path);
  if (GbFileExists(path)) GB_CALL(read_stored(path, &session->phase.stored));
  return GB_OK;
}

GbStatus GbSessionBegin(GbSession *session, const char *label, const char *key)
{
  GbPhaseRuns *phase = &session->phase;
  GbStatus status = GB_OK;
  make_key(session, label, key);
  GB_CALL(GbSessionFolder(session, "checkpoints"));
  if (session->rank == 0) status = look(session);
  GB_CALL(GbErrorSync(session->run->comm, status));
  MPI_Bcast(&phase->stored, 1, MPI_INT64_T, 0, session->run->comm);
  GB_CALL(GbThermoOpen(session));
  phase->carry[0] = (GbMdCarry){&phase->thermo.written, sizeof phase->thermo.written};
  phase->ncarry = 1;
  if (phase->stored > 0)
    GbLogInfo("%s: goes on after run %lld of its dynamics", label, (long long)phase->stored);
  return GB_OK;
}

void GbSessionCarry(GbSession *session, void *data, size_t bytes)
{
  session->phase.carry[1] = (GbMdCarry){data, bytes};
  session->phase.ncarry = 2;
}

void GbSessionClose(GbSession *session)
{
  GbThermo *thermo = &session->phase.thermo;
  if (thermo->file) fclose(thermo->file);
  thermo->file = NULL;
}

GbStatus GbSessionEnd(GbSession *session)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbThermoCut(&session->phase.thermo);
  if (session->rank != 0) return GB_OK;
  remove_files(session, false);
  GbSessionPath(session, path, "checkpoints");
  rmdir(path); /* if it is empty */
  return GB_OK;
}

bool GbSessionIsBehind(const GbSession *session)
{
  return session->phase.runs < session->phase.stored;
}

/* --- The end of a run ----------------------------------------------------------------------------
 */

static GbStatus put_carry(GbH5 *file, int k, const GbMdCarry *carry)
{
  char name[32];
  int64_t *words;
  const size_t count = (carry->bytes + 7) / 8;
  snprintf(name, sizeof name, "carry/%d", k);
  GB_CALLOC(words, count);
  memcpy(words, carry->data, carry->bytes);
  GbStatus status = GbH5WriteInts(file, name, 1, &count, words, "1");
  free(words);
  return status;
}

static GbStatus get_carry(GbH5 *file, int k, const GbMdCarry *carry)
{
  char name[32];
  int64_t *words = NULL;
  size_t count = 0;
  snprintf(name, sizeof name, "carry/%d", k);
  GB_CALL(GbH5ReadInts(file, name, 1, &count, &words, "1"));
  bool fits = count == (carry->bytes + 7) / 8;
  if (fits) memcpy(carry->data, words, carry->bytes);
  free(words);
  if (!fits)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu numbers, found %zu", GbH5Path(file), name,
            (carry->bytes + 7) / 8, count);
  return GB_OK;
}

static GbStatus put_state(GbH5 *file, const GbPhaseRuns *phase, const GbAtoms *atoms)
{
  GB_CALL(GbAtomsPutH5(file, atoms, 0.0, 0.0));
  GB_CALL(GbH5WriteScalar(file, "runs", (double)phase->runs, "1"));
  for (int k = 0; k < phase->ncarry; k++)
    GB_CALL(put_carry(file, k, &phase->carry[k]));
  return GB_OK;
}

static GbStatus write_state(const GbSession *session, const GbAtoms *atoms)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbH5 *file = NULL;
  state_path(session, path);
  GB_CALL(GbH5Create(path, &file));
  GbStatus status = put_state(file, &session->phase, atoms);
  if (status == GB_OK) status = GbH5Close(&file);
  GbH5Discard(&file);
  return status;
}

GbStatus GbSessionStore(GbSession *session, const GbAtoms *atoms)
{
  GbStatus status = session->rank == 0 ? write_state(session, atoms) : GB_OK;
  GB_CALL(GbErrorSync(session->run->comm, status));
  return GB_OK;
}

static GbStatus read_carries(const GbSession *session, const char *path)
{
  const GbPhaseRuns *phase = &session->phase;
  GbStatus status = GB_OK;
  GbH5 *file = NULL;
  GB_CALL(GbH5Open(path, &file));
  for (int k = 0; k < phase->ncarry && status == GB_OK; k++)
    status = get_carry(file, k, &phase->carry[k]);
  GbH5Discard(&file);
  return status;
}

GbStatus GbSessionRestore(GbSession *session, GbAtoms *atoms)
{
  char path[GB_PRODUCT_PATH_MAX];
  state_path(session, path);
  GbAtomsFree(atoms);
  GB_CALL(GbSessionReadAtoms(session, path, atoms, NULL));
  GB_CALL(GbErrorSync(session->run->comm, read_carries(session, path)));
  GbForceReset(session->force);
  return GB_OK;
}
