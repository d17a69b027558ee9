/* What the writer of trajectories and the maker of new files share. */
#ifndef GB_ATOMISTIC_H5MD_SERIES_H
#define GB_ATOMISTIC_H5MD_SERIES_H

#include "atomistic/files/h5md.h"

#include <hdf5.h>

enum { GB_H5MD_NAME = 128, GB_H5MD_SERIES = GB_MAX_COLUMNS + 9 };

/* One dataset that grows by one entry per frame. */
typedef enum {
  GB_SERIES_TIME,
  GB_SERIES_EDGES,
  GB_SERIES_LO,
  GB_SERIES_STRAIN,
  GB_SERIES_POSITION,
  GB_SERIES_VELOCITY,
  GB_SERIES_FORCE,
  GB_SERIES_COLUMN,
  GB_SERIES_STEP
} GbSeriesKind;

typedef struct {
  GbSeriesKind kind;
  char name[GB_H5MD_NAME];     /* of the dataset: group/value, group/time, group/step */
  char column[GB_COLUMN_NAME]; /* of GB_SERIES_COLUMN */
  hid_t id;
  int rank;
  hsize_t size[3]; /* of one entry; size[0] = 1 */
} GbSeries;

/* The series of a trajectory of such frames, at most GB_H5MD_SERIES; returns their number. `step`
 * stands last: a frame that it has is complete. */
int GbSeriesList(const GbFrame *frame, GbSeries *series);
/* A new file, closed again, without frames. False: see errno and the library. */
bool GbH5mdFill(const char *path, const GbFrame *first, const GbSeries *series, int nseries,
                const GbH5mdOptions *options);
/* Access to files that can be written while others read: the newest format. Closed by the caller.
 */
hid_t GbH5mdAccess(void);

#endif
