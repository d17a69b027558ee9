/* Appends frames to trajectories. See h5md.h for what a kill leaves. */
#include "atomistic/files/h5md_series.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPARE_BYTES = 1 << 20 };

struct GbH5mdWriter {
  char *path, *aside; /* aside: its name until it holds a frame, else NULL */
  hid_t file;
  int64_t frames;
  int n, nseries;
  GbSeries series[GB_H5MD_SERIES];
  int64_t *id; /* [n] of the first frame, to compare */
  int *type;
  bool failed;
};

#define FAIL_HDF5(status, path, what)                                                              \
  GB_FAIL((status), "%s: cannot %s: %s", (path), (what),                                           \
          errno ? strerror(errno) : "the HDF5 library gives no reason")

/* --- Opening for frames -------------------------------------------------------------------------
 */

/* A killed writer leaves a mark that it is still at work, and an old length in the head of the
 * file: both are put right as the tool h5clear does (-s --increment). */
static hid_t open_file(const char *path)
{
  const hbool_t clear = true;
  hid_t access = GbH5mdAccess();
  hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
  if (file < 0) {
    H5Pset(access, "clear_status_flags", &clear);
    file = H5Fopen(path, H5F_ACC_RDWR, access);
    if (file >= 0 && H5Fincrement_filesize(file, SPARE_BYTES) < 0) {
      H5Fclose(file);
      file = -1;
    }
  }
  H5Pclose(access);
  return file;
}

static bool open_series(GbH5mdWriter *w)
{
  for (int k = 0; k < w->nseries; k++) {
    GbSeries *s = &w->series[k];
    s->id = H5Dopen2(w->file, s->name, H5P_DEFAULT);
    if (s->id < 0) return false;
    hid_t space = H5Dget_space(s->id);
    hsize_t dims[3] = {0};
    bool fits = H5Sget_simple_extent_ndims(space) == s->rank;
    if (fits) H5Sget_simple_extent_dims(space, dims, NULL);
    H5Sclose(space);
    for (int d = 1; d < s->rank; d++)
      fits = fits && dims[d] == s->size[d];
    if (!fits) return false;
    if (s->kind == GB_SERIES_STEP) w->frames = (int64_t)dims[0];
  }
  return true;
}

static void close_series(GbH5mdWriter *w)
{
  for (int k = 0; k < w->nseries; k++) {
    if (w->series[k].id >= 0) H5Dclose(w->series[k].id);
    w->series[k].id = -1;
  }
}

static GbStatus start(GbH5mdWriter *w, const char *path)
{
  errno = 0;
  w->file = open_file(path);
  if (w->file < 0) FAIL_HDF5(GbFileFault(errno), path, "open it for writing");
  if (!open_series(w))
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a trajectory with the same atoms and columns as those to "
            "be appended",
            path);
  if (H5Fstart_swmr_write(w->file) < 0) FAIL_HDF5(GB_ERR_IO, path, "start writing frames");
  return GB_OK;
}

static GbStatus new_writer(const char *path, const GbFrame *first, GbH5mdWriter **writer)
{
  const size_t n = (size_t)first->atoms.n;
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  GB_CALL(GbCalloc((void **)writer, 1, sizeof **writer));
  GbH5mdWriter *w = *writer;
  w->file = -1;
  w->n = first->atoms.n;
  w->path = strdup(path);
  if (!w->path) GB_FAIL(GB_ERR_MEMORY, "cannot copy the path %s", path);
  GB_CALLOC(w->id, n);
  GB_CALLOC(w->type, n);
  memcpy(w->id, first->atoms.id, n * sizeof *w->id);
  memcpy(w->type, first->atoms.type, n * sizeof *w->type);
  w->nseries = GbSeriesList(first, w->series);
  return GB_OK;
}

static void free_writer(GbH5mdWriter **writer)
{
  if (!*writer) return;
  close_series(*writer);
  if ((*writer)->file >= 0) H5Fclose((*writer)->file);
  if ((*writer)->aside) unlink((*writer)->aside);
  free((*writer)->aside);
  free((*writer)->path);
  free((*writer)->id);
  free((*writer)->type);
  free(*writer);
  *writer = NULL;
}

/* Syncs the file and gives it its final name. */
static GbStatus rename_file(const char *from, const char *to)
{
  int fd = open(from, O_RDONLY);
  bool good = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!good || rename(from, to) != 0)
    GB_FAIL(GB_ERR_IO, "cannot write %s: %s", to, strerror(errno));
  GbFileSyncFolder(to);
  return GB_OK;
}

static GbStatus create(GbH5mdWriter *w, const char *path, const GbFrame *first,
                       const GbH5mdOptions *options)
{
  GB_CALL(GbFileAsideName(path, &w->aside));
  errno = 0;
  if (!GbH5mdFill(w->aside, first, w->series, w->nseries, options))
    FAIL_HDF5(GbFileFault(errno), path, "write it");
  GB_CALL(start(w, w->aside));
  return GB_OK;
}

/* H5MD has a meaning of its own for these names. */
static GbStatus check_columns(const char *path, const GbFrame *frame)
{
  static const char *const taken[] = {"box",   "position", "velocity", "force", "mass",
                                      "image", "species",  "id",       "charge"};
  for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
    if (GbFrameColumn(frame, taken[k]))
      GB_FAIL(GB_ERR_INPUT, "%s: expected another name for the column %s", path, taken[k]);
  return GB_OK;
}

GbStatus GbH5mdCreate(const char *path, const GbFrame *first, const GbH5mdOptions *options,
                      GbH5mdWriter **writer)
{
  GbStatus status;
  *writer = NULL;
  GB_CALL(check_columns(path, first));
  GB_TRY(status, new_writer(path, first, writer), fail);
  GB_TRY(status, create(*writer, path, first, options), fail);
  return GB_OK;
fail:
  free_writer(writer);
  return status;
}

/* --- Going on -----------------------------------------------------------------------------------
 */

static GbStatus copy_file(const char *from, const char *to)
{
  int in = open(from, O_RDONLY), out = GbFileOpenNew(to);
  struct stat size = {0};
  bool good = in >= 0 && out >= 0 && fstat(in, &size) == 0;
  for (off_t left = size.st_size; good && left > 0;) {
    ssize_t done = sendfile(out, in, NULL, (size_t)left);
    good = done > 0;
    left -= done;
  }
  const int cause = errno;
  if (in >= 0) close(in);
  if (out >= 0) good = close(out) == 0 && good;
  if (!good) unlink(to);
  if (!good) GB_FAIL(GB_ERR_IO, "cannot copy %s to %s: %s", from, to, strerror(cause));
  return GB_OK;
}

static GbStatus shrink(GbH5mdWriter *w, const char *path, int64_t frames)
{
  errno = 0;
  w->file = open_file(path);
  bool good = w->file >= 0 && open_series(w);
  for (int k = 0; good && k < w->nseries; k++) {
    hsize_t dims[3];
    memcpy(dims, w->series[k].size, sizeof dims);
    dims[0] = (hsize_t)frames;
    good = H5Dset_extent(w->series[k].id, dims) >= 0;
  }
  close_series(w);
  if (w->file >= 0) good = H5Fclose(w->file) >= 0 && good;
  w->file = -1;
  if (!good) FAIL_HDF5(GbFileFault(errno), path, "remove frames from it");
  return GB_OK;
}

/* Frames are removed in a copy, which takes the file's place: a kill leaves one of the two whole.
 */
static GbStatus remove_frames(GbH5mdWriter *w, const char *path, int64_t keep)
{
  char *aside;
  GB_CALL(GbFileAsideName(path, &aside));
  GbStatus status = copy_file(path, aside);
  if (status == GB_OK) status = shrink(w, aside, keep);
  if (status == GB_OK) status = rename_file(aside, path);
  if (status != GB_OK) unlink(aside);
  free(aside);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus compare_atoms(const GbH5mdWriter *w, const char *path, GbH5 *file)
{
  size_t found = 0, ntypes = 0;
  int64_t *id = NULL, *type = NULL;
  GbStatus status = GbH5ReadInts(file, "particles/all/id", 1, &found, &id, "1");
  if (status == GB_OK) status = GbH5ReadInts(file, "particles/all/species", 1, &ntypes, &type, "1");
  bool same = status == GB_OK && found == (size_t)w->n && ntypes == found;
  for (int i = 0; same && i < w->n; i++)
    same = id[i] == w->id[i] && type[i] == w->type[i];
  free(id);
  free(type);
  GB_CALL(status);
  if (!same)
    GB_FAIL(GB_ERR_INPUT, "%s: expected the %d atoms to be appended, found others", path, w->n);
  return GB_OK;
}

static GbStatus count_kept(const GbH5mdWriter *w, const char *path, int64_t last_step,
                           int64_t *keep, int64_t *frames)
{
  GbH5 *file;
  char group[64];
  int64_t *steps = NULL;
  GbStatus status;
  GB_CALL(GbH5Open(path, &file));
  if (!GbH5mdIs(file, group) || strcmp(group, "particles/all") != 0)
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s: expected a trajectory of this program, found another file", path);
  else
    status = GbH5mdSteps(file, group, frames, &steps);
  if (status == GB_OK) status = compare_atoms(w, path, file);
  for (*keep = 0; status == GB_OK && *keep < *frames && steps[*keep] <= last_step;)
    ++*keep;
  free(steps);
  GbH5Discard(&file);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbH5mdReopen(const char *path, const GbFrame *first, int64_t last_step,
                      GbH5mdWriter **writer)
{
  GbStatus status;
  int64_t keep = 0, frames = 0;
  *writer = NULL;
  GB_TRY(status, new_writer(path, first, writer), fail);
  GB_TRY(status, count_kept(*writer, path, last_step, &keep, &frames), fail);
  if (keep < frames) GB_TRY(status, remove_frames(*writer, path, keep), fail);
  GB_TRY(status, start(*writer, path), fail);
  return GB_OK;
fail:
  free_writer(writer);
  return status;
}

/* --- Frames -------------------------------------------------------------------------------------
 */

static GbStatus check_frame(const GbH5mdWriter *w, const GbFrame *frame)
{
  const GbAtoms *a = &frame->atoms;
  if (w->failed) GB_FAIL(GB_ERR_IO, "%s: an earlier frame could not be written", w->path);
  if (a->n != w->n || memcmp(a->id, w->id, (size_t)w->n * sizeof *w->id) != 0 ||
      memcmp(a->type, w->type, (size_t)w->n * sizeof *w->type) != 0)
    GB_FAIL(GB_ERR_ARG, "%s: expected the %d atoms of the first frame in the same order", w->path,
            w->n);
  for (int k = 0; k < w->nseries; k++)
    if (w->series[k].kind == GB_SERIES_COLUMN && !GbFrameColumn(frame, w->series[k].column))
      GB_FAIL(GB_ERR_ARG, "%s: expected the column %s of the first frame", w->path,
              w->series[k].column);
  return GB_OK;
}

static const void *series_data(const GbSeries *s, const GbFrame *frame, hid_t *type)
{
  *type = s->kind == GB_SERIES_STEP ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
  switch (s->kind) {
  case GB_SERIES_TIME:
    return &frame->time_ps;
  case GB_SERIES_EDGES:
    return frame->atoms.length;
  case GB_SERIES_LO:
    return frame->atoms.lo;
  case GB_SERIES_STRAIN:
    return &frame->strain;
  case GB_SERIES_POSITION:
    return frame->atoms.x;
  case GB_SERIES_VELOCITY:
    return frame->atoms.v;
  case GB_SERIES_FORCE:
    return frame->atoms.f;
  case GB_SERIES_COLUMN:
    return GbFrameColumn(frame, s->column);
  case GB_SERIES_STEP:
    return &frame->step;
  }
  return NULL;
}

static bool append_series(const GbH5mdWriter *w, const GbSeries *s, const GbFrame *frame)
{
  hsize_t dims[3], first[3] = {(hsize_t)w->frames, 0, 0};
  hid_t type;
  const void *data = series_data(s, frame, &type);
  memcpy(dims, s->size, sizeof dims);
  dims[0] = (hsize_t)w->frames + 1;
  if (H5Dset_extent(s->id, dims) < 0) return false;
  hid_t space = H5Dget_space(s->id), memory = H5Screate_simple(s->rank, s->size, NULL);
  bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, s->size, NULL) >= 0 &&
              H5Dwrite(s->id, type, memory, space, H5P_DEFAULT, data) >= 0 && H5Dflush(s->id) >= 0;
  H5Sclose(memory);
  H5Sclose(space);
  return good;
}

/* With the first frame in it the file gets its name: one that is there stays until then. */
static GbStatus take_name(GbH5mdWriter *w)
{
  if (H5Fflush(w->file, H5F_SCOPE_GLOBAL) < 0) FAIL_HDF5(GB_ERR_IO, w->path, "write a frame");
  GB_CALL(rename_file(w->aside, w->path));
  free(w->aside);
  w->aside = NULL;
  return GB_OK;
}

GbStatus GbH5mdAppend(GbH5mdWriter *writer, const GbFrame *frame)
{
  GB_CALL(check_frame(writer, frame));
  errno = 0;
  for (int k = 0; k < writer->nseries; k++) {
    if (append_series(writer, &writer->series[k], frame)) continue;
    writer->failed = true;
    FAIL_HDF5(GB_ERR_IO, writer->path, "append a frame");
  }
  writer->frames++;
  if (writer->aside) GB_CALL(take_name(writer));
  return GB_OK;
}

int64_t GbH5mdWritten(const GbH5mdWriter *writer)
{
  return writer->frames;
}

GbStatus GbH5mdFinish(GbH5mdWriter **writer)
{
  if (!*writer) return GB_OK;
  GbH5mdWriter *w = *writer;
  errno = 0;
  close_series(w);
  const bool closed = H5Fclose(w->file) >= 0;
  w->file = -1;
  GbStatus status = GB_OK;
  if (!closed && !w->failed)
    status = GbErrorSet(GB_ERR_IO, __FILE__, __LINE__, __func__, "%s: cannot close it: %s", w->path,
                        errno ? strerror(errno) : "the HDF5 library gives no reason");
  free_writer(writer);
  return status;
}
