/* HDF5 with units, written aside and renamed.
 *
 * A new file is built in memory (HDF5's core driver without backing store) and goes to disk with
 * plain write(2) in GbH5Close. Compared with letting HDF5 write: a full disk shows up as one errno
 * at one place, and never as a failed H5Fclose, after which HDF5 1.10 keeps the file open, tries
 * again and prints when the process ends. The price is one copy of the file in memory. */
#include "base/h5.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMAGE_INCREMENT = 1 << 20 };

struct GbH5 {
  hid_t id;
  char *path, *temporary; /* temporary == NULL: opened for reading */
  int fd;                 /* of the file aside, or -1 */
};

/* --- Errors of the library ----------------------------------------------------------------------
 */

/* Keeps the description nearest to the cause. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *context)
{
  if (n == 0 && error->desc) snprintf(context, 256, "%s", error->desc);
  return 0;
}

static const char *library_message(void)
{
  static _Thread_local char text[256];
  snprintf(text, sizeof text, "no details");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, text);
  return text;
}

#define FAIL_LIBRARY(file, name, action)                                                           \
  GB_FAIL(GB_ERR_LIBRARY, "%s: cannot " action " %s: HDF5 says: %s", (file)->path, (name),         \
          library_message())

static void silence_library(void)
{
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* --- Files --------------------------------------------------------------------------------------
 */

void GbH5LeaveExit(void)
{
  H5dont_atexit();
}

static void free_file(GbH5 **file)
{
  free((*file)->path);
  free((*file)->temporary);
  free(*file);
  *file = NULL;
}

static GbStatus new_file(const char *path, bool writing, GbH5 **file)
{
  GB_CALLOC(*file, 1);
  (*file)->id = H5I_INVALID_HID;
  (*file)->fd = -1;
  (*file)->path = strdup(path);
  GbStatus status = GB_OK;
  if (!(*file)->path)
    status = GbErrorSet(GB_ERR_MEMORY, __FILE__, __LINE__, __func__,
                        "cannot allocate the name of %s", path);
  else if (writing)
    status = GbFileAsideName(path, &(*file)->temporary);
  if (status != GB_OK) free_file(file);
  GB_CALL(status);
  return GB_OK;
}

/* Proves that the file can be written before hours are spent on its contents. */
static GbStatus check_writable(GbH5 *file)
{
  file->fd = GbFileOpenNew(file->temporary);
  if (file->fd < 0) GB_FAIL(GbFileFault(errno), "cannot write %s: %s", file->path, strerror(errno));
  return GB_OK;
}

static GbStatus create_image(GbH5 *file)
{
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, IMAGE_INCREMENT, 0);
  file->id = H5Fcreate(file->temporary, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  if (file->id < 0) FAIL_LIBRARY(file, "the file", "create");
  return GB_OK;
}

GbStatus GbH5Create(const char *path, GbH5 **file)
{
  GbStatus status;
  silence_library();
  GB_CALL(new_file(path, true, file));
  GB_TRY(status, check_writable(*file), fail);
  GB_TRY(status, create_image(*file), fail);
  return GB_OK;
fail:
  GbH5Discard(file);
  return status;
}

GbStatus GbH5Open(const char *path, GbH5 **file)
{
  silence_library();
  int fd = open(path, O_RDONLY);
  if (fd < 0) GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
  close(fd);
  GB_CALL(new_file(path, false, file));
  (*file)->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if ((*file)->id < 0) /* written to right now, or its writer was killed */
    (*file)->id = H5Fopen(path, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, H5P_DEFAULT);
  if ((*file)->id >= 0) return GB_OK;
  GbH5Discard(file);
  GB_FAIL(GB_ERR_INPUT, "%s: expected an HDF5 file, found something else or a damaged file", path);
}

static GbStatus get_image(GbH5 *file, size_t *size, char **image)
{
  if (H5Fflush(file->id, H5F_SCOPE_GLOBAL) < 0) FAIL_LIBRARY(file, "the file", "flush");
  ssize_t needed = H5Fget_file_image(file->id, NULL, 0);
  if (needed < 0) FAIL_LIBRARY(file, "the file", "measure");
  *size = (size_t)needed;
  GB_CALLOC(*image, needed);
  if (H5Fget_file_image(file->id, *image, *size) >= 0) return GB_OK;
  free(*image);
  *image = NULL;
  FAIL_LIBRARY(file, "the file", "copy");
}

static int write_fully(int fd, const char *data, size_t size)
{
  while (size > 0) {
    ssize_t done = write(fd, data, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -1;
    data += done;
    size -= (size_t)done;
  }
  return fsync(fd);
}

static GbStatus store_image(GbH5 *file, size_t size, const char *image)
{
  int failed = write_fully(file->fd, image, size), cause = errno;
  if (close(file->fd) < 0 && !failed) failed = -1, cause = errno;
  file->fd = -1;
  if (failed)
    GB_FAIL(GB_ERR_IO, "cannot write %s (%zu bytes): %s", file->path, size, strerror(cause));
  if (rename(file->temporary, file->path) < 0)
    GB_FAIL(GB_ERR_IO, "cannot rename %s to %s: %s", file->temporary, file->path, strerror(errno));
  GbFileSyncFolder(file->path);
  return GB_OK;
}

GbStatus GbH5Close(GbH5 **file)
{
  GbStatus status = GB_OK;
  size_t size = 0;
  char *image = NULL;
  if (!*file) return GB_OK;
  if ((*file)->temporary) {
    GB_TRY(status, get_image(*file, &size, &image), done);
    GB_TRY(status, store_image(*file, size, image), done);
  }
done:
  free(image);
  GbH5Discard(file); /* after the rename there is no temporary file left to remove */
  return status;
}

void GbH5Discard(GbH5 **file)
{
  if (!*file) return;
  if ((*file)->id >= 0) H5Fclose((*file)->id);
  if ((*file)->fd >= 0) close((*file)->fd);
  if ((*file)->temporary) unlink((*file)->temporary);
  free_file(file);
}

const char *GbH5Path(const GbH5 *file)
{
  return file->path;
}

int64_t GbH5Handle(const GbH5 *file)
{
  return file->id;
}

/* --- Attributes ---------------------------------------------------------------------------------
 */

static hid_t open_object(GbH5 *file, const char *object)
{
  return H5Oopen(file->id, *object ? object : "/", H5P_DEFAULT);
}

static herr_t put_text(hid_t object, const char *attribute, const char *text)
{
  if (H5Aexists(object, attribute) > 0) H5Adelete(object, attribute);
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  hid_t id = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t result = id < 0 ? -1 : H5Awrite(id, type, text);
  if (id >= 0) H5Aclose(id);
  H5Sclose(space);
  H5Tclose(type);
  return result;
}

GbStatus GbH5WriteText(GbH5 *file, const char *object, const char *attribute, const char *text)
{
  hid_t id = open_object(file, object);
  if (id < 0) FAIL_LIBRARY(file, object, "find");
  herr_t result = put_text(id, attribute, text);
  if (result < 0) {
    GbStatus status = GbErrorSet(GB_ERR_LIBRARY, __FILE__, __LINE__, __func__,
                                 "%s: cannot write attribute %s of %s (%zu bytes): HDF5 says: %s",
                                 file->path, attribute, object, strlen(text), library_message());
    H5Oclose(id);
    return status;
  }
  H5Oclose(id);
  return GB_OK;
}

/* Other programs (h5py) write variable-length strings, we write fixed ones: both are read. */
static char *get_text(hid_t object, const char *attribute)
{
  char *text = NULL;
  if (H5Aexists(object, attribute) <= 0) return NULL;
  hid_t id = H5Aopen(object, attribute, H5P_DEFAULT);
  hid_t stored = H5Aget_type(id), type = H5Tcopy(H5T_C_S1), space = H5Aget_space(id);
  const bool one = H5Sget_simple_extent_npoints(space) == 1; /* not an array of texts */
  H5Sclose(space);
  if (one && H5Tget_class(stored) == H5T_STRING && H5Aget_storage_size(id) > 0) {
    H5Tset_cset(type, H5Tget_cset(stored));
    if (H5Tis_variable_str(stored) > 0) {
      char *owned = NULL;
      H5Tset_size(type, H5T_VARIABLE);
      if (H5Aread(id, type, &owned) >= 0 && owned) text = strdup(owned);
      H5free_memory(owned);
    } else {
      size_t size = H5Tget_size(stored);
      H5Tset_size(type, size + 1);
      text = calloc(size + 1, 1);
      if (text && H5Aread(id, type, text) < 0) free(text), text = NULL;
    }
  }
  H5Tclose(type);
  H5Tclose(stored);
  H5Aclose(id);
  return text;
}

GbStatus GbH5ReadText(GbH5 *file, const char *object, const char *attribute, char **text)
{
  *text = NULL;
  if (!GbH5Has(file, object))
    GB_FAIL(GB_ERR_INPUT, "%s: expected a group or dataset %s, found none", file->path, object);
  hid_t id = open_object(file, object);
  if (id < 0) FAIL_LIBRARY(file, object, "open");
  *text = get_text(id, attribute);
  H5Oclose(id);
  if (!*text)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected a text attribute %s, found none", file->path,
            *object ? object : "the file itself", attribute);
  return GB_OK;
}

bool GbH5Has(GbH5 *file, const char *name)
{
  char part[1024];
  while (*name == '/')
    name++;
  for (size_t used = 0; name[used] != '\0' && used < sizeof part - 1;) {
    used += strcspn(name + used, "/");
    if (used >= sizeof part) return false;
    memcpy(part, name, used);
    part[used] = '\0';
    if (H5Lexists(file->id, part, H5P_DEFAULT) <= 0) return false;
    used += strspn(name + used, "/");
  }
  return true;
}

/* --- Datasets -----------------------------------------------------------------------------------
 */

enum { RANK_MAX = 8 };

static hid_t make_space(int rank, const size_t *dims)
{
  hsize_t sizes[RANK_MAX];
  if (rank == 0) return H5Screate(H5S_SCALAR);
  for (int d = 0; d < rank; d++)
    sizes[d] = dims[d];
  return H5Screate_simple(rank, sizes, NULL);
}

static GbStatus write_dataset(GbH5 *file, const char *name, int rank, const size_t *dims,
                              const void *data, hid_t memory_type, hid_t file_type,
                              const char *units)
{
  if (!units || rank < 0 || rank > RANK_MAX)
    GB_FAIL(GB_ERR_ARG, "%s: dataset %s needs units and rank 0..%d", file->path, name, RANK_MAX);
  hid_t links = H5Pcreate(H5P_LINK_CREATE), space = make_space(rank, dims);
  H5Pset_create_intermediate_group(links, 1);
  hid_t id = H5Dcreate2(file->id, name, file_type, space, links, H5P_DEFAULT, H5P_DEFAULT);
  bool good = id >= 0 && (H5Sget_simple_extent_npoints(space) == 0 ||
                          H5Dwrite(id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
  good = good && put_text(id, "units", units) >= 0;
  GbStatus status = GB_OK;
  if (!good)
    status = GbErrorSet(GB_ERR_LIBRARY, __FILE__, __LINE__, __func__,
                        "%s: cannot write dataset %s: HDF5 says: %s", file->path, name,
                        library_message());
  if (id >= 0) H5Dclose(id);
  H5Sclose(space);
  H5Pclose(links);
  return status;
}

GbStatus GbH5WriteDoubles(GbH5 *file, const char *name, int rank, const size_t *dims,
                          const double *data, const char *units)
{
  GB_CALL(write_dataset(file, name, rank, dims, data, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, units));
  return GB_OK;
}

GbStatus GbH5WriteInts(GbH5 *file, const char *name, int rank, const size_t *dims,
                       const int64_t *data, const char *units)
{
  GB_CALL(write_dataset(file, name, rank, dims, data, H5T_NATIVE_INT64, H5T_STD_I64LE, units));
  return GB_OK;
}

GbStatus GbH5WriteScalar(GbH5 *file, const char *name, double value, const char *units)
{
  GB_CALL(GbH5WriteDoubles(file, name, 0, NULL, &value, units));
  return GB_OK;
}

GbStatus GbH5MakeGroup(GbH5 *file, const char *name)
{
  if (GbH5Has(file, name)) return GB_OK;
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  hid_t id = H5Gcreate2(file->id, name, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Pclose(links);
  if (id < 0) FAIL_LIBRARY(file, name, "make the group");
  H5Gclose(id);
  return GB_OK;
}

static GbStatus check_units(const GbH5 *file, const char *name, hid_t id, const char *units)
{
  char *found = get_text(id, "units");
  if (found && strcmp(found, units) == 0) {
    free(found);
    return GB_OK;
  }
  GbStatus status =
      GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                 "%s: dataset %s: expected units \"%s\", found %s%s%s", file->path, name, units,
                 found ? "\"" : "", found ? found : "no units attribute", found ? "\"" : "");
  free(found);
  return status;
}

static GbStatus check_type(const GbH5 *file, const char *name, hid_t id, bool integer)
{
  hid_t type = H5Dget_type(id);
  H5T_class_t found = H5Tget_class(type);
  H5Tclose(type);
  if (found == H5T_INTEGER || (found == H5T_FLOAT && !integer)) return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %s, found %s", file->path, name,
          integer ? "integers" : "numbers", found == H5T_FLOAT ? "real numbers" : "no numbers");
}

static GbStatus check_shape(const GbH5 *file, const char *name, hid_t id, int rank, size_t *dims,
                            size_t *count)
{
  hid_t space = H5Dget_space(id);
  int found = H5Sget_simple_extent_ndims(space);
  hsize_t sizes[H5S_MAX_RANK];
  if (found == rank) H5Sget_simple_extent_dims(space, sizes, NULL);
  H5Sclose(space);
  if (found != rank)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %d dimensions, found %d", file->path, name,
            rank, found);
  *count = 1;
  for (int d = 0; d < rank; d++) {
    if (dims) dims[d] = (size_t)sizes[d];
    *count *= (size_t)sizes[d];
  }
  return GB_OK;
}

static GbStatus read_opened(const GbH5 *file, const char *name, hid_t id, int rank, size_t *dims,
                            void **data, bool integer, const char *units)
{
  size_t count;
  GB_CALL(check_type(file, name, id, integer));
  GB_CALL(check_shape(file, name, id, rank, dims, &count));
  GB_CALL(check_units(file, name, id, units));
  GB_CALL(GbCalloc(data, count, 8)); /* double and int64_t */
  hid_t type = integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
  if (count == 0 || H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *data) >= 0) return GB_OK;
  free(*data);
  *data = NULL;
  GB_FAIL(GB_ERR_INPUT, "%s: dataset %s cannot be read (damaged file?): HDF5 says: %s", file->path,
          name, library_message());
}

static GbStatus read_dataset(GbH5 *file, const char *name, int rank, size_t *dims, void **data,
                             bool integer, const char *units)
{
  *data = NULL;
  if (!GbH5Has(file, name))
    GB_FAIL(GB_ERR_INPUT, "%s: expected a dataset %s, found none", file->path, name);
  hid_t id = H5Dopen2(file->id, name, H5P_DEFAULT);
  if (id < 0) GB_FAIL(GB_ERR_INPUT, "%s: expected a dataset %s, found a group", file->path, name);
  GbStatus status = read_opened(file, name, id, rank, dims, data, integer, units);
  H5Dclose(id);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbH5ReadDoubles(GbH5 *file, const char *name, int rank, size_t *dims, double **data,
                         const char *units)
{
  void *values;
  *data = NULL;
  GB_CALL(read_dataset(file, name, rank, dims, &values, false, units));
  *data = values;
  return GB_OK;
}

GbStatus GbH5ReadInts(GbH5 *file, const char *name, int rank, size_t *dims, int64_t **data,
                      const char *units)
{
  void *values;
  *data = NULL;
  GB_CALL(read_dataset(file, name, rank, dims, &values, true, units));
  *data = values;
  return GB_OK;
}

GbStatus GbH5ReadScalar(GbH5 *file, const char *name, double *value, const char *units)
{
  double *values;
  GB_CALL(GbH5ReadDoubles(file, name, 0, NULL, &values, units));
  *value = *values;
  free(values);
  return GB_OK;
}
