#include "atomistic/files/h5md_element.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool GbElementHas(GbH5 *file, const char *group, const char *name)
{
  char path[GB_ELEMENT_PATH];
  snprintf(path, sizeof path, "%s/%s", group, name);
  return GbH5Has(file, path);
}

GbStatus GbElementOpen(GbH5 *file, const char *group, const char *name, GbElement *element)
{
  *element = (GbElement){.id = -1, .count = 1};
  snprintf(element->path, sizeof element->path, "%s/%s/value", group, name);
  element->series = GbH5Has(file, element->path);
  if (!element->series) snprintf(element->path, sizeof element->path, "%s/%s", group, name);
  hid_t id = H5Dopen2((hid_t)GbH5Handle(file), element->path, H5P_DEFAULT);
  if (id < 0)
    GB_FAIL(GB_ERR_INPUT, "%s: expected a dataset %s, found none", GbH5Path(file), element->path);
  hid_t space = H5Dget_space(id);
  element->rank = H5Sget_simple_extent_ndims(space);
  if (element->rank >= 0 && element->rank <= 8)
    H5Sget_simple_extent_dims(space, element->dims, NULL);
  H5Sclose(space);
  if (element->rank < element->series || element->rank > 8) {
    H5Dclose(id);
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected a value per frame, found %d dimensions",
            GbH5Path(file), element->path, element->rank);
  }
  for (int d = element->series; d < element->rank; d++)
    if (__builtin_mul_overflow(element->count, element->dims[d], &element->count))
      element->count = 0; /* no frame holds so many */
  element->id = id;
  return GB_OK;
}

void GbElementClose(GbElement *element)
{
  if (element->id >= 0) H5Dclose(element->id);
  element->id = -1;
}

/* Real numbers are not cut to whole ones without a word. */
static GbStatus check_type(GbH5 *file, const GbElement *e, hid_t type)
{
  hid_t stored = H5Dget_type(e->id);
  const H5T_class_t found = H5Tget_class(stored), wanted = H5Tget_class(type);
  H5Tclose(stored);
  if (found == H5T_INTEGER || found == H5T_ENUM || (found == H5T_FLOAT && wanted == H5T_FLOAT))
    return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %s, found %s", GbH5Path(file), e->path,
          wanted == H5T_FLOAT ? "numbers" : "integers",
          found == H5T_FLOAT ? "real numbers" : "no numbers");
}

GbStatus GbElementValues(GbH5 *file, const GbElement *e, int64_t row, size_t count, hid_t type,
                         void *to)
{
  hsize_t first[8] = {(hsize_t)row}, size[8];
  if (e->series && (row < 0 || (hsize_t)row >= e->dims[0]))
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected a frame %lld, found %llu frames", GbH5Path(file),
            e->path, (long long)row, (unsigned long long)e->dims[0]);
  if (e->count != count)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %zu numbers in frame %lld, found %llu", GbH5Path(file),
            e->path, count, (long long)row, (unsigned long long)e->count);
  GB_CALL(check_type(file, e, type));
  memcpy(size, e->dims, sizeof size);
  if (e->series)
    size[0] = 1;
  else
    first[0] = 0;
  hid_t space = H5Dget_space(e->id);
  hid_t memory = e->rank > 0 ? H5Screate_simple(e->rank, size, NULL) : H5Screate(H5S_SCALAR);
  bool good =
      (e->rank == 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, size, NULL) >= 0) &&
      H5Dread(e->id, type, memory, space, H5P_DEFAULT, to) >= 0;
  H5Sclose(memory);
  H5Sclose(space);
  if (!good)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: cannot read frame %lld: the file is damaged", GbH5Path(file),
            e->path, (long long)row);
  return GB_OK;
}

GbStatus GbElementRows(GbH5 *file, const GbElement *e, int64_t nrows, hid_t type, void *to)
{
  GB_CALL(check_type(file, e, type));
  const hsize_t first = 0, count = (hsize_t)nrows;
  const int64_t stored = GbElementStored(e);
  if (e->rank != 1 || nrows > stored)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %lld numbers, found %lld", GbH5Path(file), e->path,
            (long long)nrows, (long long)stored);
  hid_t space = H5Dget_space(e->id), memory = H5Screate_simple(1, &count, NULL);
  const bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, NULL, &count, NULL) >= 0 &&
                    H5Dread(e->id, type, memory, space, H5P_DEFAULT, to) >= 0;
  H5Sclose(memory);
  H5Sclose(space);
  if (!good)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: cannot read it: the file is damaged", GbH5Path(file), e->path);
  return GB_OK;
}

/* --- What is stored -----------------------------------------------------------------------------
 */

static int64_t rows_of_chunks(const GbElement *e, hid_t made)
{
  hsize_t chunk[8], stored = 0, per_row = 1;
  hid_t space = H5Dget_space(e->id);
  H5Pget_chunk(made, 8, chunk);
  if (H5Dget_num_chunks(e->id, space, &stored) < 0) stored = 0;
  H5Sclose(space);
  for (int d = 1; d < e->rank; d++)
    if (__builtin_mul_overflow(per_row, e->dims[d] / chunk[d] + (e->dims[d] % chunk[d] > 0),
                               &per_row))
      return 0;
  const hsize_t rows = per_row ? stored / per_row : 0;
  return rows > e->dims[0] / chunk[0] ? (int64_t)e->dims[0] : (int64_t)(rows * chunk[0]);
}

/* One block that may end behind the end of the file. */
static int64_t rows_of_block(const GbElement *e)
{
  hsize_t size = 0, bytes = H5Dget_storage_size(e->id);
  hid_t file = H5Iget_file_id(e->id);
  if (H5Fget_filesize(file, &size) < 0) size = 0;
  H5Fclose(file);
  if (bytes <= size) return bytes > 0 ? (int64_t)e->dims[0] : 0;
  return (int64_t)((double)e->dims[0] * ((double)size / (double)bytes));
}

int64_t GbElementStored(const GbElement *e)
{
  hid_t made = H5Dget_create_plist(e->id);
  const H5D_layout_t layout = H5Pget_layout(made);
  int64_t rows = (int64_t)e->dims[0];
  if (layout == H5D_CHUNKED)
    rows = rows_of_chunks(e, made);
  else if (layout != H5D_COMPACT)
    rows = rows_of_block(e);
  H5Pclose(made);
  return rows;
}

/* --- Steps --------------------------------------------------------------------------------------
 */

/* `offset` of a step or time that is an increment; 0 without it. */
static double read_offset(const GbElement *e)
{
  double offset = 0.0;
  hid_t id = H5Aexists(e->id, "offset") > 0 ? H5Aopen(e->id, "offset", H5P_DEFAULT) : -1;
  hid_t space = id >= 0 ? H5Aget_space(id) : -1;
  if (id >= 0 && H5Sget_simple_extent_npoints(space) == 1) H5Aread(id, H5T_NATIVE_DOUBLE, &offset);
  if (space >= 0) H5Sclose(space);
  if (id >= 0) H5Aclose(id);
  return offset;
}

static GbStatus open_when(GbH5 *file, const char *group, const char *name, const char *leaf,
                          GbElement *when)
{
  char path[GB_ELEMENT_PATH / 2];
  *when = (GbElement){.id = -1};
  snprintf(path, sizeof path, "%s/%s", name, leaf);
  if (!GbElementHas(file, group, path)) return GB_OK;
  GB_CALL(GbElementOpen(file, group, path, when));
  when->series = when->rank == 1; /* no group with a value but a series itself */
  if (when->series) when->count = 1;
  return GB_OK;
}

GbStatus GbElementWhen(GbH5 *file, const char *group, const char *name, const char *leaf,
                       int64_t row, bool *known, double *when)
{
  GbElement element;
  GB_CALL(open_when(file, group, name, leaf, &element));
  *known = element.id >= 0 &&
           (element.rank == 0 || (element.series && row >= 0 && (hsize_t)row < element.dims[0]));
  GbStatus status = GB_OK;
  if (*known) status = GbElementValues(file, &element, row, 1, H5T_NATIVE_DOUBLE, when);
  if (*known && status == GB_OK && element.rank == 0)
    *when = read_offset(&element) + (double)row * *when;
  GbElementClose(&element);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbElementRow(GbH5 *file, const char *group, const char *name, int64_t index, int64_t *row)
{
  GbElement element;
  bool dated, known;
  double wanted = 0.0, found = 0.0;
  *row = 0;
  GB_CALL(GbElementOpen(file, group, name, &element));
  const int64_t nrows = element.series ? (int64_t)element.dims[0] : -1;
  GbElementClose(&element);
  if (nrows < 0) return GB_OK; /* the same in all frames */
  *row = index < nrows ? index : -1;
  GB_CALL(GbElementWhen(file, group, "position", "step", index, &dated, &wanted));
  GB_CALL(GbElementWhen(file, group, name, "step", index < nrows ? index : 0, &known, &found));
  if (!dated || !known || (*row >= 0 && found == wanted)) return GB_OK;
  *row = -1;
  for (int64_t low = 0, high = nrows; low < high;) { /* steps ascend */
    const int64_t middle = low + (high - low) / 2;
    GB_CALL(GbElementWhen(file, group, name, "step", middle, &known, &found));
    if (known && found == wanted) *row = middle;
    if (known && found < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return GB_OK;
}

GbStatus GbElementRead(GbH5 *file, const char *group, const char *name, int64_t index, size_t count,
                       hid_t type, void *to)
{
  GbElement element;
  int64_t row;
  GB_CALL(GbElementRow(file, group, name, index, &row));
  if (row < 0)
    GB_FAIL(GB_ERR_INPUT, "%s: %s/%s: expected one for frame %lld of the positions, found none",
            GbH5Path(file), group, name, (long long)index);
  GB_CALL(GbElementOpen(file, group, name, &element));
  GbStatus status = GbElementValues(file, &element, row, count, type, to);
  GbElementClose(&element);
  GB_CALL(status);
  return GB_OK;
}
