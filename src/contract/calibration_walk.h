/* Inside of the calibration file: one walk over the schema writes or reads each kind of dataset and
 * checks its range in both directions. */
#ifndef GB_CONTRACT_CALIBRATION_WALK_H
#define GB_CONTRACT_CALIBRATION_WALK_H

#include "base/hash.h"
#include "contract/calibration.h"

#include <math.h>

enum { GB_WALK_NAME_MAX = 128 }; /* dataset names, with the terminator */

/* One direction of the walk. */
typedef struct {
  GbH5 *file;
  bool writing;
  GbHash *hash; /* NULL, or what names and numbers are added to when reading */
} GbWalk;

/* Adds a dataset that was read to the hash, if there is one. */
void GbWalkHash(const GbWalk *walk, const char *name, const void *values, size_t bytes);

/* Inclusive range of allowed values. */
typedef struct {
  double low, high;
} GbRange;

static const GbRange gb_any = {-INFINITY, INFINITY};
static const GbRange gb_positive = {1e-300, INFINITY};
static const GbRange gb_not_negative = {0, INFINITY};

/* GB_ERR_INPUT when reading (the file is wrong), GB_ERR_NUMERIC before writing (a measurement went
 * wrong); the message names file, dataset, expected and found. NaN is never in range. */
GbStatus GbWalkCheck(const GbWalk *walk, const char *name, size_t n, const double *values,
                     GbRange range);
GbStatus GbWalkScalar(const GbWalk *walk, const char *name, const char *units, GbRange range,
                      double *value);
/* Columns: when reading, *n < 0 takes the length found, otherwise it must be *n; the arrays are
 * allocated. */
GbStatus GbWalkArray(const GbWalk *walk, const char *name, const char *units, GbRange range,
                     int64_t *n, double **values);
GbStatus GbWalkInts(const GbWalk *walk, const char *name, GbRange range, int64_t *n,
                    int64_t **values);
GbStatus GbWalkEstimate(const GbWalk *walk, const char *name, const char *units, GbRange range,
                        GbEstimate *estimate);
/* n estimates in arrays, estimates[n] allocated by the caller. optional: count 0 is allowed and
 * says "not measured"; the numbers then mean nothing and are not checked. */
GbStatus GbWalkEstimates(const GbWalk *walk, const char *name, const char *units, GbRange range,
                         bool optional, int64_t n, GbEstimate *estimates);

#endif
