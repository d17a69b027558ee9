/* Elements of H5MD, for the readers of trajectories: a dataset, or a group with a value per frame,
 * each with its own steps. */
#ifndef GB_ATOMISTIC_H5MD_ELEMENT_H
#define GB_ATOMISTIC_H5MD_ELEMENT_H

#include "base/h5.h"

#include <hdf5.h>

enum { GB_ELEMENT_PATH = 256 };

typedef struct {
  hid_t id;
  char path[GB_ELEMENT_PATH]; /* of the dataset */
  bool series;                /* the first dimension counts frames */
  int rank;
  hsize_t dims[8];
  hsize_t count; /* numbers per frame */
} GbElement;

bool GbElementHas(GbH5 *file, const char *group, const char *name);
/* Closed by the caller, unless it fails. */
GbStatus GbElementOpen(GbH5 *file, const char *group, const char *name, GbElement *element);
void GbElementClose(GbElement *element);
/* The `count` numbers in a row (of a series; else all). */
GbStatus GbElementValues(GbH5 *file, const GbElement *element, int64_t row, size_t count,
                         hid_t type, void *to);
/* Rows of the first dimension that storage holds: a file can claim more than were ever written. */
int64_t GbElementStored(const GbElement *element);
/* The first `nrows` numbers of a dataset of one dimension. */
GbStatus GbElementRows(GbH5 *file, const GbElement *element, int64_t nrows, hid_t type, void *to);
/* The row of an element that belongs to frame `index` of the positions: the one of the same step,
 * since an element may be sampled more rarely. -1: it has none. */
GbStatus GbElementRow(GbH5 *file, const char *group, const char *name, int64_t index, int64_t *row);
/* Opens, finds the row, reads, closes. A frame without a row is an error. */
GbStatus GbElementRead(GbH5 *file, const char *group, const char *name, int64_t index, size_t count,
                       hid_t type, void *to);
/* Steps ("step") or times ("time") of an element: a number per frame, or an increment with the
 * attribute `offset`. *known is false if there are none. */
GbStatus GbElementWhen(GbH5 *file, const char *group, const char *name, const char *leaf,
                       int64_t row, bool *known, double *when);

#endif
