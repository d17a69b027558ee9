/* Recognises formats and finds frames. */
#include "atomistic/files/trajectory.h"

#include "atomistic/files/h5md.h"
#include "atomistic/files/text_formats.h"
#include "base/file.h"
#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { DATA, DUMP, XYZ, SNAPSHOT, H5MD } Format;

static const char *const format_names[] = {
    [DATA] = "LAMMPS data",       [DUMP] = "LAMMPS dump",     [XYZ] = "extended XYZ",
    [SNAPSHOT] = "HDF5 snapshot", [H5MD] = "HDF5 trajectory",
};

struct GbTrajectory {
  Format format;
  char *path;
  GbText *text; /* DUMP, XYZ */
  GbH5 *h5;     /* H5MD */
  char group[64];
  int64_t next; /* frame for GbTrajectoryNext */
  /* Frames found so far. */
  int64_t nframes, capacity;
  GbTextPlace *places; /* [nframes + 1] where they start; the last one: where to go on */
  int64_t *steps;      /* [nframes] */
  bool complete;
  char *cut;           /* what is wrong with a last frame that is not whole, if there is one */
  GbLammpsUnits units; /* DUMP */
};

/* --- Formats ------------------------------------------------------------------------------------
 */

static bool ends_with(const char *path, const char *ending)
{
  size_t n = strlen(path), m = strlen(ending);
  return n >= m && strcmp(path + n - m, ending) == 0;
}

/* Only digits on the first line that is not blank. */
static bool starts_with_count(const char *head)
{
  const char *c = head + strspn(head, " \t\r\n");
  if (!isdigit((unsigned char)*c)) return false;
  c += strspn(c, "0123456789");
  c += strspn(c, " \t\r");
  return *c == '\n';
}

static GbStatus recognise(const char *path, bool *hdf5, Format *format)
{
  static const char signature[8] = "\211HDF\r\n\032\n";
  char head[512] = "";
  FILE *file = fopen(path, "rb");
  if (!file) GB_FAIL(GB_ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
  errno = 0;
  size_t size = fread(head, 1, sizeof head - 1, file);
  const int cause = ferror(file) ? errno : 0;
  fclose(file);
  if (cause) GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", path, strerror(cause));
  if (size == 0) GB_FAIL(GB_ERR_INPUT, "%s: expected atoms, found an empty file", path);
  if (size > 1 && head[0] == '\037' && head[1] == '\213')
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a text or HDF5 file, found a compressed one: unpack it "
            "with gunzip",
            path);
  *hdf5 = size >= sizeof signature && memcmp(head, signature, sizeof signature) == 0;
  if (ends_with(path, ".data"))
    *format = DATA;
  else if (strncmp(head + strspn(head, " \t\r\n"), "ITEM:", 5) == 0)
    *format = DUMP;
  else if (starts_with_count(head) || ends_with(path, ".xyz") || ends_with(path, ".extxyz"))
    *format = XYZ;
  else if (*hdf5 || strstr(head, "atoms")) /* in the header of data files */
    *format = DATA;
  else
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a LAMMPS data or dump file, extended XYZ or HDF5, found something else",
            path);
  return GB_OK;
}

static GbStatus reserve(GbTrajectory *t)
{
  if (t->nframes + 1 < t->capacity) return GB_OK;
  const int64_t capacity = 2 * t->capacity + 64;
  GbTextPlace *places = realloc(t->places, (size_t)capacity * sizeof *places);
  if (places) t->places = places;
  int64_t *steps = places ? realloc(t->steps, (size_t)capacity * sizeof *steps) : NULL;
  if (!steps) GB_FAIL(GB_ERR_MEMORY, "cannot allocate the index of %s", t->path);
  t->steps = steps;
  t->capacity = capacity;
  return GB_OK;
}

/* Formats of one frame. */
static GbStatus set_single(GbTrajectory *t)
{
  GB_CALL(reserve(t));
  t->steps[0] = -1;
  t->nframes = 1;
  t->complete = true;
  return GB_OK;
}

static GbStatus open_hdf5(GbTrajectory *t)
{
  GB_CALL(GbH5Open(t->path, &t->h5));
  t->complete = true;
  if (GbH5mdIs(t->h5, t->group)) {
    t->format = H5MD;
    GB_CALL(GbH5mdSteps(t->h5, t->group, &t->nframes, &t->steps));
  } else if (GbH5Has(t->h5, "atoms/position")) {
    t->format = SNAPSHOT;
    GbH5Discard(&t->h5);
    GB_CALL(set_single(t));
  } else {
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a snapshot (atoms/position) or a trajectory "
            "(particles/all/position), found another HDF5 file",
            t->path);
  }
  return GB_OK;
}

static GbStatus open_file(GbTrajectory *t, const char *path)
{
  bool hdf5;
  t->path = strdup(path);
  if (!t->path) GB_FAIL(GB_ERR_MEMORY, "cannot copy the path %s", path);
  GB_CALL(recognise(path, &hdf5, &t->format));
  if (hdf5) {
    GB_CALL(open_hdf5(t));
  } else if (t->format == DATA) {
    GB_CALL(set_single(t));
  } else {
    GB_CALL(reserve(t));
    t->places[0] = (GbTextPlace){0, 1};
    GbLammpsUnitsFind("metal", &t->units);
    GB_CALL(GbTextOpen(path, &t->text));
  }
  return GB_OK;
}

GbStatus GbTrajectoryOpen(const char *path, GbTrajectory **trajectory)
{
  GB_CALL(GbCalloc((void **)trajectory, 1, sizeof **trajectory));
  GbStatus status = open_file(*trajectory, path);
  if (status != GB_OK) GbTrajectoryClose(trajectory);
  GB_CALL(status);
  return GB_OK;
}

void GbTrajectoryClose(GbTrajectory **trajectory)
{
  if (!trajectory || !*trajectory) return;
  GbTrajectory *t = *trajectory;
  GbTextClose(&t->text);
  GbH5Discard(&t->h5);
  free(t->path);
  free(t->places);
  free(t->steps);
  free(t->cut);
  free(t);
  *trajectory = NULL;
}

const char *GbTrajectoryFormat(const GbTrajectory *trajectory)
{
  return format_names[trajectory->format];
}

/* --- Frames of text files -----------------------------------------------------------------------
 */

/* The frame that was skipped or read ends where the text stands now. */
static GbStatus note_frame(GbTrajectory *t, int64_t step)
{
  GB_CALL(reserve(t));
  t->steps[t->nframes++] = step;
  bool more;
  GB_CALL(GbTextNext(t->text, &more));
  t->places[t->nframes] = GbTextTell(t->text);
  if (!more) {
    t->complete = true;
    return GB_OK;
  }
  GbTextPushBack(t->text);
  return GB_OK;
}

/* A frame that the file's end cuts off, as a killed run leaves it, does not bar the whole ones
 * before it. */
static GbStatus note_cut(GbTrajectory *t)
{
  t->cut = strdup(GbErrorMessage());
  if (!t->cut) GB_FAIL(GB_ERR_MEMORY, "cannot copy a message");
  GbErrorClear();
  t->complete = true;
  return GB_OK;
}

static GbStatus skip_frame(GbTrajectory *t, bool *found, int64_t *step)
{
  return t->format == DUMP ? GbDumpSkip(t->text, &t->units, found, step)
                           : GbXyzSkip(t->text, found, step);
}

/* Passes over frames until `wanted` of them are known or the file ends. */
static GbStatus extend(GbTrajectory *t, int64_t wanted)
{
  while (!t->complete && t->nframes < wanted) {
    bool found;
    int64_t step = -1;
    GB_CALL(GbTextSeek(t->text, t->places[t->nframes]));
    const GbStatus status = skip_frame(t, &found, &step);
    if (status == GB_ERR_INPUT && t->nframes > 0 && GbTextEnded(t->text)) return note_cut(t);
    GB_CALL(status);
    if (found)
      GB_CALL(note_frame(t, step));
    else
      t->complete = true;
  }
  return GB_OK;
}

static GbStatus read_text(GbTrajectory *t, int64_t index, bool *found, GbFrame *frame)
{
  GB_CALL(GbTextSeek(t->text, t->places[index]));
  GB_CALL(t->format == DUMP ? GbDumpRead(t->text, &t->units, found, frame)
                            : GbXyzRead(t->text, found, frame));
  if (index == t->nframes && *found) GB_CALL(note_frame(t, frame->step));
  if (index == t->nframes && !*found) t->complete = true;
  return GB_OK;
}

GbStatus GbTrajectoryCount(GbTrajectory *trajectory, int64_t *nframes)
{
  GB_CALL(extend(trajectory, INT64_MAX));
  *nframes = trajectory->nframes;
  return GB_OK;
}

const char *GbTrajectoryCut(const GbTrajectory *trajectory)
{
  return trajectory->cut;
}

GbStatus GbTrajectoryFindStep(GbTrajectory *trajectory, int64_t step, int64_t *index)
{
  for (int64_t k = 0;; k++) {
    GB_CALL(extend(trajectory, k + 1));
    if (k >= trajectory->nframes)
      GB_FAIL(GB_ERR_INPUT, "%s: expected a frame of step %lld, found none in %lld frames",
              trajectory->path, (long long)step, (long long)trajectory->nframes);
    if (trajectory->steps[k] != step) continue;
    *index = k;
    return GB_OK;
  }
}

/* --- Frames -------------------------------------------------------------------------------------
 */

static bool any_velocity(const GbAtoms *a)
{
  for (int i = 0; i < a->n; i++)
    if (a->v[i][0] != 0.0 || a->v[i][1] != 0.0 || a->v[i][2] != 0.0) return true;
  return false;
}

static GbStatus read_single(GbTrajectory *t, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  frame->boundaries = t->format == SNAPSHOT;
  if (t->format == SNAPSHOT) {
    GB_CALL(GbAtomsReadH5(t->path, a, &frame->time_ps, &frame->strain));
    frame->velocities = frame->masses = true;
  } else {
    GB_CALL(GbAtomsReadLammpsData(t->path, a, &frame->wrapped, frame->tilt));
    frame->velocities = any_velocity(a);
    for (int k = 0; k < a->ntypes; k++)
      frame->masses = frame->masses || a->mass[k] != 1.0;
  }
  return GB_OK;
}

/* Frame `index`, if there is one. */
static GbStatus read_frame(GbTrajectory *t, int64_t index, bool *found, GbFrame *frame)
{
  GbFrameInit(frame);
  GB_CALL(extend(t, index));
  if (t->cut && index == t->nframes) GB_FAIL(GB_ERR_INPUT, "%s", t->cut);
  *found = t->complete ? index < t->nframes : index <= t->nframes;
  if (!*found) return GB_OK;
  GbStatus status;
  if (t->text)
    status = read_text(t, index, found, frame);
  else if (t->h5)
    status = GbH5mdRead(t->h5, t->group, index, frame);
  else
    status = read_single(t, frame);
  if (status != GB_OK) GbFrameFree(frame);
  GB_CALL(status);
  t->next = index + 1;
  return GB_OK;
}

GbStatus GbTrajectoryRead(GbTrajectory *trajectory, int64_t index, GbFrame *frame)
{
  bool found = false;
  int64_t wanted = index;
  GbFrameInit(frame);
  if (index < 0) GB_CALL(extend(trajectory, INT64_MAX));
  if (index < 0) wanted += trajectory->nframes;
  if (index < 0 && trajectory->cut)
    GbLogWarn("%s: the last frame is cut off and does not count: frame %lld is the one of number "
              "%lld of %lld",
              trajectory->path, (long long)index, (long long)wanted,
              (long long)trajectory->nframes);
  if (wanted >= 0) GB_CALL(read_frame(trajectory, wanted, &found, frame));
  if (!found)
    GB_FAIL(GB_ERR_INPUT, "%s: expected a frame %lld, found %lld frame%s (counted from 0)",
            trajectory->path, (long long)index, (long long)trajectory->nframes,
            trajectory->nframes == 1 ? "" : "s");
  return GB_OK;
}

GbStatus GbTrajectoryNext(GbTrajectory *trajectory, bool *found, GbFrame *frame)
{
  GB_CALL(read_frame(trajectory, trajectory->next, found, frame));
  return GB_OK;
}

/* --- Frames by name -----------------------------------------------------------------------------
 */

/* Splits "FILE@..." unless a file has the whole name. */
static GbStatus split_name(const char *name, char **path, const char **selection)
{
  const char *at = GbFileExists(name) ? NULL : strrchr(name, '@');
  *path = at ? strndup(name, (size_t)(at - name)) : strdup(name);
  if (!*path) GB_FAIL(GB_ERR_MEMORY, "cannot copy %s", name);
  *selection = at ? at + 1 : "last";
  return GB_OK;
}

static GbStatus find_selected(GbTrajectory *t, const char *name, const char *selection,
                              int64_t *index)
{
  char *end;
  const bool by_step = strncmp(selection, "step=", 5) == 0;
  const char *number = by_step ? selection + 5 : selection;
  *index = -1;
  if (strcmp(selection, "last") == 0) return GB_OK;
  *index = strtoll(number, &end, 10);
  if (end == number || *end)
    GB_FAIL(GB_ERR_INPUT, "%s: expected a frame FILE@N, FILE@last or FILE@step=S, found \"@%s\"",
            name, selection);
  if (by_step) GB_CALL(GbTrajectoryFindStep(t, *index, index));
  return GB_OK;
}

GbStatus GbTrajectoryOpenFrame(const char *name, GbTrajectory **trajectory, int64_t *index)
{
  char *file;
  const char *selection = "last";
  *trajectory = NULL;
  GB_CALL(split_name(name, &file, &selection));
  GbStatus status = GbTrajectoryOpen(file, trajectory);
  free(file);
  GB_CALL(status);
  status = find_selected(*trajectory, name, selection, index);
  if (status != GB_OK) GbTrajectoryClose(trajectory);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus read_selected(GbTrajectory *t, int64_t wanted, GbFrame *frame, int64_t *index,
                              char **path)
{
  GB_CALL(GbTrajectoryRead(t, wanted, frame));
  if (frame->atoms.n == 0)
    GB_FAIL(GB_ERR_INPUT, "%s: expected atoms in frame %lld, found none", t->path,
            (long long)t->next - 1);
  if (index) *index = t->next - 1;
  if (path) *path = strdup(t->path);
  if (path && !*path) GB_FAIL(GB_ERR_MEMORY, "cannot copy %s", t->path);
  return GB_OK;
}

GbStatus GbFrameRead(const char *name, GbFrame *frame, int64_t *index, char **path)
{
  char *file = NULL;
  GB_CALL(GbFrameReadTilted(name, frame, index, &file));
  const bool tilted = GbFrameTilted(frame);
  if (path && !tilted)
    *path = file;
  else
    free(file);
  if (!tilted) return GB_OK;
  const double tilt[3] = {frame->tilt[0], frame->tilt[1], frame->tilt[2]};
  GbFrameFree(frame);
  GB_FAIL(GB_ERR_INPUT,
          "%s: expected a rectangular box, found a triclinic one: xy xz yz = %g %g %g", name,
          tilt[0], tilt[1], tilt[2]);
}

GbStatus GbFrameReadTilted(const char *name, GbFrame *frame, int64_t *index, char **path)
{
  GbTrajectory *t;
  int64_t wanted;
  GbFrameInit(frame);
  GB_CALL(GbTrajectoryOpenFrame(name, &t, &wanted));
  GbStatus status = read_selected(t, wanted, frame, index, path);
  GbTrajectoryClose(&t);
  if (status != GB_OK) GbFrameFree(frame);
  GB_CALL(status);
  return GB_OK;
}
