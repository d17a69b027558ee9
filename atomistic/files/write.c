/* Writes frames in the format that the ending of the name asks for. */
#include "atomistic/files/h5md.h"
#include "atomistic/files/text_formats.h"
#include "atomistic/files/trajectory.h"
#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef enum { DATA, DUMP, XYZ, H5MD, NONE } Format;

struct GbTrajectoryWriter {
  Format format;
  char *path;
  GbTrajectoryOptions options;
  GbFileAside aside;  /* DUMP, XYZ */
  GbH5mdWriter *h5md; /* from the first frame on */
  bool written;       /* DATA has its frame */
};

static Format format_of(const char *path)
{
  static const struct {
    const char *ending;
    Format format;
  } known[] = {{".data", DATA},  {".dump", DUMP}, {".lammpstrj", DUMP}, {".xyz", XYZ},
               {".extxyz", XYZ}, {".h5", H5MD},   {".h5md", H5MD}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    size_t n = strlen(path), m = strlen(known[k].ending);
    if (n > m && strcmp(path + n - m, known[k].ending) == 0) return known[k].format;
  }
  return NONE;
}

static GbStatus open_writer(GbTrajectoryWriter *w, const char *path)
{
  w->format = format_of(path);
  w->path = strdup(path);
  if (!w->path) GB_FAIL(GB_ERR_MEMORY, "cannot copy the path %s", path);
  if (w->format == NONE)
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a name that ends with .data, .dump, .lammpstrj, .xyz, .extxyz, .h5 or "
            ".h5md",
            path);
  if (w->options.append && w->format != H5MD)
    GB_FAIL(GB_ERR_ARG, "%s: expected an HDF5 trajectory to append to", path);
  if (w->format == DUMP || w->format == XYZ) GB_CALL(GbFileBegin(path, &w->aside));
  return GB_OK;
}

GbStatus GbTrajectoryCreate(const char *path, const GbTrajectoryOptions *options,
                            GbTrajectoryWriter **writer)
{
  GB_CALL(GbCalloc((void **)writer, 1, sizeof **writer));
  if (options) (*writer)->options = *options;
  GbTrajectoryOptions *o = &(*writer)->options;
  if (o->digits < 1 || o->digits > 17) o->digits = 17;
  if (o->deflate < 1 || o->deflate > 9) o->deflate = 1;
  GbStatus status = open_writer(*writer, path);
  if (status != GB_OK) GbTrajectoryAbandon(writer);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus append_h5md(GbTrajectoryWriter *w, const GbFrame *frame)
{
  const GbH5mdOptions options = {.single = w->options.single, .deflate = w->options.deflate};
  if (!w->h5md) {
    if (w->options.append && GbFileExists(w->path))
      GB_CALL(GbH5mdReopen(w->path, frame, w->options.last_step, &w->h5md));
    else
      GB_CALL(GbH5mdCreate(w->path, frame, &options, &w->h5md));
  }
  GB_CALL(GbH5mdAppend(w->h5md, frame));
  return GB_OK;
}

GbStatus GbTrajectoryAppend(GbTrajectoryWriter *writer, const GbFrame *frame)
{
  if (GbFrameTilted(frame) && writer->format != DUMP && writer->format != XYZ)
    GB_FAIL(GB_ERR_INPUT, "%s: expected a dump or XYZ file for a triclinic box", writer->path);
  errno = 0;
  switch (writer->format) {
  case DATA:
    if (writer->written) GB_FAIL(GB_ERR_ARG, "%s: a data file holds one frame", writer->path);
    GB_CALL(GbAtomsWriteLammpsData(writer->path, &frame->atoms, writer->options.digits));
    writer->written = true;
    break;
  case DUMP:
    GbDumpPrint(writer->aside.stream, frame, writer->options.digits, !writer->options.no_elements);
    break;
  case XYZ:
    GbXyzPrint(writer->aside.stream, frame, writer->options.digits);
    break;
  case H5MD:
    GB_CALL(append_h5md(writer, frame));
    break;
  case NONE:
    break;
  }
  if (writer->aside.stream && ferror(writer->aside.stream))
    GB_FAIL(GB_ERR_IO, "cannot write %s: %s", writer->path,
            errno ? strerror(errno) : "the disk may be full");
  return GB_OK;
}

static void free_writer(GbTrajectoryWriter **writer)
{
  free((*writer)->path);
  free(*writer);
  *writer = NULL;
}

GbStatus GbTrajectoryFinish(GbTrajectoryWriter **writer)
{
  if (!*writer) return GB_OK;
  GbStatus status = GB_OK;
  if ((*writer)->aside.stream)
    status = GbFileCommit(&(*writer)->aside);
  else
    status = GbH5mdFinish(&(*writer)->h5md);
  free_writer(writer);
  GB_CALL(status);
  return GB_OK;
}

void GbTrajectoryAbandon(GbTrajectoryWriter **writer)
{
  if (!*writer) return;
  GbFileAbandon(&(*writer)->aside);
  GbH5mdFinish(&(*writer)->h5md);
  free_writer(writer);
}

GbStatus GbFrameWrite(const char *path, const GbFrame *frame, const GbTrajectoryOptions *options)
{
  GbTrajectoryWriter *writer;
  GB_CALL(GbTrajectoryCreate(path, options, &writer));
  GbStatus status = GbTrajectoryAppend(writer, frame);
  if (status == GB_OK)
    status = GbTrajectoryFinish(&writer);
  else
    GbTrajectoryAbandon(&writer);
  GB_CALL(status);
  return GB_OK;
}
