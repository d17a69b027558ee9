/* Datasets of the calibration file in both directions.
 *
 * An estimate X is a group X/ with the datasets value, low, high (in X's units) and count (units
 * "1"), each a scalar or, for a measured curve, an array. */
#include "contract/calibration_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GbStatus fail_value(const GbWalk *walk, const char *name, double value, GbRange range)
{
  char expected[64];
  if (isinf(range.low) && isinf(range.high))
    snprintf(expected, sizeof expected, "a finite number");
  else if (isinf(range.high))
    snprintf(expected, sizeof expected, range.low > 0 ? "a number > 0" : "a number >= %g",
             range.low);
  else
    snprintf(expected, sizeof expected, "a number from %g to %g", range.low, range.high);
  GB_FAIL(walk->writing ? GB_ERR_NUMERIC : GB_ERR_INPUT, "%s: dataset %s: expected %s, found %g",
          GbH5Path(walk->file), name, expected, value);
}

GbStatus GbWalkCheck(const GbWalk *walk, const char *name, size_t n, const double *values,
                     GbRange range)
{
  for (size_t i = 0; i < n; i++)
    if (!(isfinite(values[i]) && values[i] >= range.low && values[i] <= range.high))
      return fail_value(walk, name, values[i], range);
  return GB_OK;
}

void GbWalkHash(const GbWalk *walk, const char *name, const void *values, size_t bytes)
{
  if (!walk->hash) return;
  GbHashAdd(walk->hash, name, strlen(name) + 1);
  GbHashAdd(walk->hash, &(uint64_t){bytes}, sizeof(uint64_t));
  if (bytes > 0) GbHashAdd(walk->hash, values, bytes);
}

/* --- Single numbers and arrays ------------------------------------------------------------------
 */

GbStatus GbWalkScalar(const GbWalk *walk, const char *name, const char *units, GbRange range,
                      double *value)
{
  if (!walk->writing) {
    GB_CALL(GbH5ReadScalar(walk->file, name, value, units));
    GbWalkHash(walk, name, value, sizeof *value);
  }
  GB_CALL(GbWalkCheck(walk, name, 1, value, range));
  if (walk->writing) GB_CALL(GbH5WriteScalar(walk->file, name, *value, units));
  return GB_OK;
}

static GbStatus check_length(const GbWalk *walk, const char *name, size_t found, int64_t expected)
{
  if ((int64_t)found == expected) return GB_OK;
  GB_FAIL(GB_ERR_INPUT,
          "%s: dataset %s: expected %lld values as in the rest of its group, found %zu",
          GbH5Path(walk->file), name, (long long)expected, found);
}

/* *n < 0 when reading: the array sets *n; otherwise it must have *n values. */
static GbStatus read_array(const GbWalk *walk, const char *name, const char *units, int64_t *n,
                           double **values)
{
  size_t found;
  GB_CALL(GbH5ReadDoubles(walk->file, name, 1, &found, values, units));
  if (*n < 0) *n = (int64_t)found;
  GB_CALL(check_length(walk, name, found, *n));
  GbWalkHash(walk, name, *values, found * sizeof **values);
  return GB_OK;
}

GbStatus GbWalkArray(const GbWalk *walk, const char *name, const char *units, GbRange range,
                     int64_t *n, double **values)
{
  if (!walk->writing) GB_CALL(read_array(walk, name, units, n, values));
  GB_CALL(GbWalkCheck(walk, name, (size_t)*n, *values, range));
  if (walk->writing)
    GB_CALL(GbH5WriteDoubles(walk->file, name, 1, (size_t[]){(size_t)*n}, *values, units));
  return GB_OK;
}

GbStatus GbWalkInts(const GbWalk *walk, const char *name, GbRange range, int64_t *n,
                    int64_t **values)
{
  size_t found;
  if (!walk->writing) {
    GB_CALL(GbH5ReadInts(walk->file, name, 1, &found, values, "1"));
    if (*n < 0) *n = (int64_t)found;
    GB_CALL(check_length(walk, name, found, *n));
    GbWalkHash(walk, name, *values, found * sizeof **values);
  }
  for (int64_t i = 0; i < *n; i++)
    GB_CALL(GbWalkCheck(walk, name, 1, &(double){(double)(*values)[i]}, range));
  if (walk->writing)
    GB_CALL(GbH5WriteInts(walk->file, name, 1, (size_t[]){(size_t)*n}, *values, "1"));
  return GB_OK;
}

/* --- Estimates ----------------------------------------------------------------------------------
 */

/* The four members of n estimates as arrays, the way they lie in the file. */
typedef struct {
  double *parts[3];
  int64_t *count;
} Columns;

static const char *const part_names[3] = {"value", "low", "high"};

static void free_columns(Columns *columns)
{
  for (int p = 0; p < 3; p++)
    free(columns->parts[p]);
  free(columns->count);
}

static GbStatus gather(int64_t n, const GbEstimate *estimates, Columns *columns)
{
  for (int p = 0; p < 3; p++)
    GB_CALLOC(columns->parts[p], n);
  GB_CALLOC(columns->count, n);
  for (int64_t i = 0; i < n; i++) {
    columns->parts[0][i] = estimates[i].value;
    columns->parts[1][i] = estimates[i].low;
    columns->parts[2][i] = estimates[i].high;
    columns->count[i] = estimates[i].count;
  }
  return GB_OK;
}

static GbStatus write_columns(const GbWalk *walk, const char *name, const char *units, int rank,
                              int64_t n, const Columns *columns)
{
  char path[GB_WALK_NAME_MAX];
  size_t dims[1] = {(size_t)n};
  for (int p = 0; p < 3; p++) {
    snprintf(path, sizeof path, "%s/%s", name, part_names[p]);
    GB_CALL(GbH5WriteDoubles(walk->file, path, rank, dims, columns->parts[p], units));
  }
  snprintf(path, sizeof path, "%s/count", name);
  GB_CALL(GbH5WriteInts(walk->file, path, rank, dims, columns->count, "1"));
  return GB_OK;
}

static GbStatus read_columns(const GbWalk *walk, const char *name, const char *units, int rank,
                             int64_t n, Columns *columns)
{
  char path[GB_WALK_NAME_MAX];
  size_t found = (size_t)n;
  for (int p = 0; p < 3; p++) {
    snprintf(path, sizeof path, "%s/%s", name, part_names[p]);
    GB_CALL(GbH5ReadDoubles(walk->file, path, rank, &found, &columns->parts[p], units));
    GB_CALL(check_length(walk, path, found, n));
    GbWalkHash(walk, path, columns->parts[p], found * sizeof(double));
  }
  snprintf(path, sizeof path, "%s/count", name);
  GB_CALL(GbH5ReadInts(walk->file, path, rank, &found, &columns->count, "1"));
  GB_CALL(check_length(walk, path, found, n));
  GbWalkHash(walk, path, columns->count, found * sizeof(int64_t));
  return GB_OK;
}

static GbStatus check_estimate(const GbWalk *walk, const char *name, const GbEstimate *estimate,
                               GbRange range, bool optional)
{
  char path[GB_WALK_NAME_MAX];
  snprintf(path, sizeof path, "%s/count", name);
  if (optional && estimate->count == 0) return GB_OK;
  GB_CALL(GbWalkCheck(walk, path, 1, &(double){(double)estimate->count}, (GbRange){1, INFINITY}));
  snprintf(path, sizeof path, "%s/value", name);
  GB_CALL(GbWalkCheck(walk, path, 1, &estimate->value, range));
  snprintf(path, sizeof path, "%s/low", name);
  GB_CALL(GbWalkCheck(walk, path, 1, &estimate->low, gb_any));
  snprintf(path, sizeof path, "%s/high", name);
  GB_CALL(GbWalkCheck(walk, path, 1, &estimate->high, (GbRange){estimate->low, INFINITY}));
  return GB_OK;
}

static GbStatus walk_columns(const GbWalk *walk, const char *name, const char *units, int rank,
                             int64_t n, GbEstimate *estimates, Columns *columns)
{
  if (walk->writing) {
    GB_CALL(gather(n, estimates, columns));
    return write_columns(walk, name, units, rank, n, columns);
  }
  GB_CALL(read_columns(walk, name, units, rank, n, columns));
  for (int64_t i = 0; i < n; i++)
    estimates[i] = (GbEstimate){columns->parts[0][i], columns->parts[1][i], columns->parts[2][i],
                                columns->count[i]};
  return GB_OK;
}

/* rank 0: one estimate, as scalars; rank 1: n of them, as arrays. */
static GbStatus walk_both(const GbWalk *walk, const char *name, const char *units, GbRange range,
                          bool optional, int rank, int64_t n, GbEstimate *estimates)
{
  Columns columns = {0};
  GbStatus status = walk_columns(walk, name, units, rank, n, estimates, &columns);
  free_columns(&columns);
  GB_CALL(status);
  for (int64_t i = 0; i < n; i++)
    GB_CALL(check_estimate(walk, name, &estimates[i], range, optional));
  return GB_OK;
}

GbStatus GbWalkEstimate(const GbWalk *walk, const char *name, const char *units, GbRange range,
                        GbEstimate *estimate)
{
  return walk_both(walk, name, units, range, false, 0, 1, estimate);
}

GbStatus GbWalkEstimates(const GbWalk *walk, const char *name, const char *units, GbRange range,
                         bool optional, int64_t n, GbEstimate *estimates)
{
  return walk_both(walk, name, units, range, optional, 1, n, estimates);
}
