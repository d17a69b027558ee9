/* The final file does not go through base/h5.h, which holds a file in memory until it is complete:
 * there may be a hundred million events. HDF5 lays out datasets of the known length without writing
 * their contents; these are written into the places that it names with plain pwrite(2), so that a
 * full disk is one errno at one place. */
#include "mesoscale/fields/catalogue.h"

#include "base/file.h"
#include "mesoscale/fields/table.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  int64_t event;
  double time_s, strain;
  float strain_percent, stress, temperature, angle, gamma, barrier, tau, chi_before, chi_after;
  float normal[3], shear[3];
  int32_t voxel;
  uint8_t period, athermal, reverse;
  uint8_t unused;
} Record;

struct GbCatalogue {
  const GbMesoConfig *config;
  int number;
  char part[GB_PATH_MAX], h5[GB_PATH_MAX], csv[GB_PATH_MAX];
  FILE *stream;
  GbCatalogueCount count;
};

typedef enum { INTEGER_64, INTEGER_32, INTEGER_8, REAL_64, REAL_32 } Kind;

static const char *const period_names[GB_NPERIODS] = {"load", "rest", "cycles"};

/* Columns of both files; the last six only in three dimensions. */
static const struct {
  GbColumn column;
  size_t offset;
  Kind kind;
} columns[] = {
    {{"strain_percent", "%", NULL}, offsetof(Record, strain_percent), REAL_32},
    {{"period", "1", period_names}, offsetof(Record, period), INTEGER_8},
    {{"event", "1", NULL}, offsetof(Record, event), INTEGER_64},
    {{"time_s", "s", NULL}, offsetof(Record, time_s), REAL_64},
    {{"strain", "1", NULL}, offsetof(Record, strain), REAL_64},
    {{"stress_GPa", "GPa", NULL}, offsetof(Record, stress), REAL_32},
    {{"temperature_K", "K", NULL}, offsetof(Record, temperature), REAL_32},
    {{"voxel", "1", NULL}, offsetof(Record, voxel), INTEGER_32},
    {{"angle_rad", "rad", NULL}, offsetof(Record, angle), REAL_32},
    {{"gamma", "1", NULL}, offsetof(Record, gamma), REAL_32},
    {{"barrier_eV", "eV", NULL}, offsetof(Record, barrier), REAL_32},
    {{"tau_GPa", "GPa", NULL}, offsetof(Record, tau), REAL_32},
    {{"chi_before", "1", NULL}, offsetof(Record, chi_before), REAL_32},
    {{"chi_after", "1", NULL}, offsetof(Record, chi_after), REAL_32},
    {{"athermal", "1", NULL}, offsetof(Record, athermal), INTEGER_8},
    {{"reverse", "1", NULL}, offsetof(Record, reverse), INTEGER_8},
    {{"normal_x", "1", NULL}, offsetof(Record, normal[0]), REAL_32},
    {{"normal_y", "1", NULL}, offsetof(Record, normal[1]), REAL_32},
    {{"normal_z", "1", NULL}, offsetof(Record, normal[2]), REAL_32},
    {{"shear_x", "1", NULL}, offsetof(Record, shear[0]), REAL_32},
    {{"shear_y", "1", NULL}, offsetof(Record, shear[1]), REAL_32},
    {{"shear_z", "1", NULL}, offsetof(Record, shear[2]), REAL_32},
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]), NPLANE = NCOLUMNS - 6, CHUNK = 16384 };

/* --- Recording ---------------------------------------------------------------------------------
 */

static GbStatus cannot_write(const GbCatalogue *c)
{
  GB_FAIL(GB_ERR_IO, "cannot write %s: %s", c->part, strerror(errno));
}

static GbStatus open_stream(GbCatalogue *c)
{
  const off_t size = (off_t)c->count.recorded * (off_t)sizeof(Record);
  c->stream = GbFileOpenPlain(c->part, c->count.seen > 0 ? "r+b" : "w+b");
  if (!c->stream) return cannot_write(c);
  fseeko(c->stream, 0, SEEK_END);
  if (ftello(c->stream) < size)
    GB_FAIL(GB_ERR_INPUT, "%s: expected %lld events of %zu bytes, found %lld bytes", c->part,
            (long long)c->count.recorded, sizeof(Record), (long long)ftello(c->stream));
  if (ftruncate(fileno(c->stream), size) != 0) return cannot_write(c);
  fseeko(c->stream, 0, SEEK_END);
  return GB_OK;
}

bool GbCatalogueThere(const char *folder, int number, GbCatalogueCount count)
{
  char path[GB_PATH_MAX];
  struct stat info;
  GbMesoSamplePath(folder, number, "events.part", path);
  return stat(path, &info) == 0 && info.st_size >= (off_t)count.recorded * (off_t)sizeof(Record);
}

GbStatus GbCatalogueOpen(const char *folder, int number, const GbMesoConfig *config,
                         GbCatalogueCount count, GbCatalogue **catalogue)
{
  GbCatalogue *c;
  *catalogue = NULL;
  GB_CALLOC(c, 1);
  c->config = config;
  c->number = number;
  c->count = count;
  GbMesoSamplePath(folder, number, "events.part", c->part);
  GbMesoSamplePath(folder, number, "events.h5", c->h5);
  GbMesoSamplePath(folder, number, "events.csv", c->csv);
  const GbStatus status = open_stream(c);
  if (status != GB_OK) {
    GbCatalogueClose(&c);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  *catalogue = c;
  return GB_OK;
}

void GbCatalogueAdd(GbCatalogue *c, double strain_percent, GbPeriod period, const GbEventRecord *r)
{
  const bool listed = c->count.seen++ % c->config->event_stride == 0;
  if (!listed && !c->config->event_catalogue) return;
  const Record record = {.event = r->event,
                         .time_s = r->time_s,
                         .strain = 0 - r->strain_zz,
                         .strain_percent = (float)strain_percent,
                         .stress = (float)(0 - r->stress_zz_GPa),
                         .temperature = (float)r->temperature_K,
                         .angle = (float)r->angle_rad,
                         .gamma = (float)r->gamma,
                         .barrier = (float)r->barrier_eV,
                         .tau = (float)r->tau_GPa,
                         .chi_before = (float)r->chi_before,
                         .chi_after = (float)r->chi_after,
                         .normal = {(float)r->normal[0], (float)r->normal[1], (float)r->normal[2]},
                         .shear = {(float)r->shear[0], (float)r->shear[1], (float)r->shear[2]},
                         .voxel = r->voxel,
                         .period = (uint8_t)period,
                         .athermal = r->athermal,
                         .reverse = r->back};
  fwrite(&record, sizeof(record), 1, c->stream); /* the stream remembers a failure */
  c->count.recorded++;
}

GbStatus GbCatalogueFlush(GbCatalogue *c)
{
  if (fflush(c->stream) != 0 || ferror(c->stream) || fsync(fileno(c->stream)) != 0)
    return cannot_write(c);
  return GB_OK;
}

GbCatalogueCount GbCatalogueCounted(const GbCatalogue *c)
{
  return c->count;
}

void GbCatalogueClose(GbCatalogue **catalogue)
{
  if (!*catalogue) return;
  if ((*catalogue)->stream) fclose((*catalogue)->stream);
  free(*catalogue);
  *catalogue = NULL;
}

/* --- Final files -------------------------------------------------------------------------------
 */

static int count_columns(const GbCatalogue *c)
{
  return c->config->ny > 1 ? NCOLUMNS : NPLANE;
}

static double value_of(const Record *record, int column)
{
  const char *at = (const char *)record + columns[column].offset;
  switch (columns[column].kind) {
  case INTEGER_64:
    return (double)*(const int64_t *)at;
  case INTEGER_32:
    return *(const int32_t *)at;
  case INTEGER_8:
    return *(const uint8_t *)at;
  case REAL_64:
    return *(const double *)at;
  default:
    return *(const float *)at;
  }
}

static hid_t file_type(Kind kind)
{
  switch (kind) {
  case INTEGER_64:
    return H5T_NATIVE_INT64;
  case INTEGER_32:
    return H5T_NATIVE_INT32;
  case INTEGER_8:
    return H5T_NATIVE_UINT8;
  case REAL_64:
    return H5T_NATIVE_DOUBLE;
  default:
    return H5T_NATIVE_FLOAT;
  }
}

static size_t bytes_of(Kind kind)
{
  return kind == INTEGER_8 ? 1 : kind == INTEGER_64 || kind == REAL_64 ? 8 : 4;
}

static GbStatus hdf5_failed(const GbCatalogue *c)
{
  GB_FAIL(GB_ERR_IO, "cannot write %s: %s", c->h5, errno ? strerror(errno) : "HDF5 refuses");
}

static bool put_text(hid_t object, const char *name, const char *text)
{
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool good = attribute >= 0 && H5Awrite(attribute, type, text) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  return good;
}

/* Where the contents of the columns go. */
typedef struct {
  int fd;
  off_t place[NCOLUMNS];
} Target;

static bool lay_out_column(const GbCatalogue *c, hid_t file, int k, hid_t space, hid_t layout,
                           off_t *place)
{
  const GbColumn *column = &columns[k].column;
  const hid_t dataset = H5Dcreate2(file, column->name, file_type(columns[k].kind), space,
                                   H5P_DEFAULT, layout, H5P_DEFAULT);
  bool good = dataset >= 0 && put_text(dataset, "units", column->units);
  if (column->labels) good = good && put_text(dataset, "meaning", "0 load, 1 rest, 2 cycles");
  const haddr_t at = good ? H5Dget_offset(dataset) : HADDR_UNDEF;
  *place = (off_t)at;
  if (dataset >= 0) H5Dclose(dataset);
  return good && (at != HADDR_UNDEF || c->count.recorded == 0);
}

static bool lay_out_columns(const GbCatalogue *c, hid_t file, Target *target)
{
  const hsize_t n = (hsize_t)c->count.recorded;
  const hid_t space = H5Screate_simple(1, &n, NULL), layout = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER);
  bool good = true;
  for (int k = 0; k < count_columns(c) && good; k++)
    good = lay_out_column(c, file, k, space, layout, &target->place[k]);
  H5Pclose(layout);
  H5Sclose(space);
  return good;
}

static GbStatus cannot_store(const GbCatalogue *c, int cause)
{
  GB_FAIL(GB_ERR_IO, "cannot write %s: %s", c->h5, strerror(cause));
}

/* Makes the file with all but the contents. */
static GbStatus lay_out(const GbCatalogue *c, const char *path, Target *target)
{
  errno = 0;
  const hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) return hdf5_failed(c);
  const bool good = lay_out_columns(c, file, target);
  if (H5Fclose(file) < 0 || !good) return hdf5_failed(c);
  return GB_OK;
}

static GbStatus store(const GbCatalogue *c, int fd, const char *bytes, size_t size, off_t place)
{
  while (size > 0) {
    const ssize_t done = pwrite(fd, bytes, size, place);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return cannot_store(c, errno);
    bytes += done, place += done, size -= (size_t)done;
  }
  return GB_OK;
}

static GbStatus add_rows(const GbCatalogue *c, const Record *records, size_t n, int64_t first,
                         GbTable *table)
{
  /* with the catalogue all events are recorded, else only the listed ones */
  const int64_t stride = c->config->event_catalogue ? c->config->event_stride : 1;
  for (size_t r = 0; r < n; r++) {
    double row[NCOLUMNS + 1] = {c->number};
    if ((first + (int64_t)r) % stride != 0) continue;
    for (int k = 0; k < count_columns(c); k++)
      row[k + 1] = value_of(&records[r], k);
    GB_CALL(GbTableAppend(table, row));
  }
  return GB_OK;
}

static GbStatus store_columns(const GbCatalogue *c, const Target *target, const Record *records,
                              size_t n, int64_t first, char *values)
{
  for (int k = 0; k < count_columns(c); k++) {
    const size_t bytes = bytes_of(columns[k].kind);
    for (size_t r = 0; r < n; r++)
      memcpy(values + r * bytes, (const char *)&records[r] + columns[k].offset, bytes);
    GB_CALL(store(c, target->fd, values, n * bytes, target->place[k] + first * (off_t)bytes));
  }
  return GB_OK;
}

/* Passes over all records in blocks. target NULL: only the table. */
static GbStatus pass_over(const GbCatalogue *c, const Target *target, Record *records, char *values,
                          GbTable *table)
{
  rewind(c->stream);
  for (int64_t first = 0; first < c->count.recorded;) {
    const int64_t left = c->count.recorded - first;
    const size_t n = left < CHUNK ? (size_t)left : CHUNK;
    if (fread(records, sizeof(*records), n, c->stream) != n)
      GB_FAIL(GB_ERR_IO, "cannot read %s", c->part);
    GB_CALL(add_rows(c, records, n, first, table));
    if (target) GB_CALL(store_columns(c, target, records, n, first, values));
    first += (int64_t)n;
  }
  return GB_OK;
}

/* Into `path`, which is not yet the final one. */
static GbStatus fill_h5(const GbCatalogue *c, const char *path, Record *records, char *values,
                        GbTable *table)
{
  Target target;
  GB_CALL(lay_out(c, path, &target));
  target.fd = open(path, O_RDWR);
  if (target.fd < 0) return cannot_store(c, errno);
  const GbStatus status = pass_over(c, &target, records, values, table);
  const bool synced = fsync(target.fd) == 0;
  const int cause = errno;
  close(target.fd);
  GB_CALL(status);
  return synced ? GB_OK : cannot_store(c, cause);
}

static GbStatus write_h5(const GbCatalogue *c, Record *records, char *values, GbTable *table)
{
  char *aside;
  GB_CALL(GbFileAsideName(c->h5, &aside));
  GbStatus status = fill_h5(c, aside, records, values, table);
  if (status == GB_OK && rename(aside, c->h5) != 0) status = cannot_store(c, errno);
  if (status == GB_OK) GbFileSyncFolder(c->h5);
  if (status != GB_OK) unlink(aside);
  free(aside);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus write_files(const GbCatalogue *c, Record *records, char *values)
{
  GbColumn named[NCOLUMNS + 1] = {{"sample", "1", NULL}};
  for (int k = 0; k < NCOLUMNS; k++)
    named[k + 1] = columns[k].column;
  GbTable table = GbTableOf(named, count_columns(c) + 1);
  GbStatus status;
  if (c->config->event_catalogue)
    GB_TRY(status, write_h5(c, records, values, &table), done);
  else
    GB_TRY(status, pass_over(c, NULL, records, values, &table), done);
  GB_TRY(status, GbTableWriteCsv(&table, c->csv), done);
done:
  GbTableFree(&table);
  return status;
}

GbStatus GbCatalogueFinish(GbCatalogue *c)
{
  Record *records = NULL;
  char *values = NULL;
  GbStatus status;
  GB_TRY(status, GbCatalogueFlush(c), done);
  GB_TRY(status, GbCalloc((void **)&records, CHUNK, sizeof(*records)), done);
  GB_TRY(status, GbCalloc((void **)&values, CHUNK, sizeof(double)), done);
  GB_TRY(status, write_files(c, records, values), done);
done:
  free(records);
  free(values);
  return status;
}
