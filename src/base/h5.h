/* HDF5 with mandatory units, written aside and renamed.
 *
 * A file is written aside and gets its final name only in GbH5Close, so a kill or a full disk
 * never leaves half a file under a final name. All functions are for one process: under MPI call
 * them on rank 0 and pass the status through GbErrorSync. Datasets are named "group/sub/name";
 * missing groups are made. Every numeric dataset has a `units` attribute ("1" for dimensionless).
 */
#ifndef GB_BASE_H5_H
#define GB_BASE_H5_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct GbH5 GbH5; /* an open file, for writing or for reading */

/* At the start of a program, before HDF5 is used: it shall not clean up after `exit`, where 1.10
 * crashes over files that a full disk did not let it close. All files are closed by hand. */
void GbH5LeaveExit(void);
/* GB_ERR_INPUT if the folder cannot be written. */
GbStatus GbH5Create(const char *path, GbH5 **file);
/* GB_ERR_INPUT if the file is missing or is not HDF5; the message names it. A trajectory that is
 * still being written, or whose writer was killed, opens too. */
GbStatus GbH5Open(const char *path, GbH5 **file);
/* Closes; a written file is flushed to disk and renamed to its final name. Nulls the pointer. */
GbStatus GbH5Close(GbH5 **file);
/* Closes and, for a file being written, removes it. Safe on NULL. For clean-up after an error. */
void GbH5Discard(GbH5 **file);
/* Path the file was opened or will end under. Borrowed. */
const char *GbH5Path(const GbH5 *file);
/* The library's own handle (hid_t), for what this interface does not offer. Borrowed. */
int64_t GbH5Handle(const GbH5 *file);

/* data: row-major, dims[rank]. rank 0 writes a scalar (dims may be NULL). */
GbStatus GbH5WriteDoubles(GbH5 *file, const char *name, int rank, const size_t *dims,
                          const double *data, const char *units);
GbStatus GbH5WriteInts(GbH5 *file, const char *name, int rank, const size_t *dims,
                       const int64_t *data, const char *units);
GbStatus GbH5WriteScalar(GbH5 *file, const char *name, double value, const char *units);
/* A group (and those above it); no error if it is there already. For groups that hold no dataset.
 */
GbStatus GbH5MakeGroup(GbH5 *file, const char *name);
/* Attribute of an existing group or dataset ("" or "/" is the file itself). */
GbStatus GbH5WriteText(GbH5 *file, const char *object, const char *attribute, const char *text);

bool GbH5Has(GbH5 *file, const char *name);
/* Reads a whole dataset. Fails (GB_ERR_INPUT, naming file, dataset, expected, found) if it is
 * missing, has another rank or other units than `units`. rank 0: *data has one value. dims[rank] is
 * filled. *data is owned by the caller (free). */
GbStatus GbH5ReadDoubles(GbH5 *file, const char *name, int rank, size_t *dims, double **data,
                         const char *units);
GbStatus GbH5ReadInts(GbH5 *file, const char *name, int rank, size_t *dims, int64_t **data,
                      const char *units);
GbStatus GbH5ReadScalar(GbH5 *file, const char *name, double *value, const char *units);
/* *text is owned by the caller (free). */
GbStatus GbH5ReadText(GbH5 *file, const char *object, const char *attribute, char **text);

#endif
