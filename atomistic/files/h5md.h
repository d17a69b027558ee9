/* Trajectories in HDF5, laid out as H5MD 1.1 (de Buyl, Colberg, Hoefling, Comput. Phys. Commun.
 * 185, 1546 (2014)). Used by trajectory.c and write.c only.
 *
 * A killed writer leaves all finished frames readable. HDF5 itself promises that only in its mode
 * for one writer and many readers (SWMR): there the library writes each piece of its own structure
 * before whatever points to it, so the file is whole after every system call. All datasets are made
 * before that mode starts, in a file that is written aside and renamed; each frame is then
 * appended dataset by dataset, `step` last, and a frame counts when `step` has it. Other ways were
 * worse: plain HDF5 with a flush per frame can be torn during the flush, and one file or group per
 * frame is not H5MD. A power cut is not covered: nothing orders the pages of the operating system.
 * Programs other than this one open the file of a killed writer with `swmr=True` (h5py) or after
 * `h5clear -s FILE`. */
#ifndef GB_ATOMISTIC_H5MD_H
#define GB_ATOMISTIC_H5MD_H

#include "atomistic/files/frame.h"
#include "base/h5.h"

/* Attributes of the file by which our trajectories are known: `content`, and `positions`, which
 * stands there only where they are wrapped into the box (a frame read from a file that has no more
 * to tell, and written again). Positions of all other programs are taken as wrapped unless they
 * come with the element `image`. */
static const char gb_h5md_content[] = "glassband trajectory";
static const char gb_h5md_wrapped[] = "in the box";

/* --- Writing ------------------------------------------------------------------------------------
 */
typedef struct GbH5mdWriter GbH5mdWriter;

typedef struct {
  bool single; /* positions and velocities in float32 */
  int deflate; /* 1 to 9 */
} GbH5mdOptions;

/* What is stored, and which atoms, is decided by the first frame, which is not yet appended. */
GbStatus GbH5mdCreate(const char *path, const GbFrame *first, const GbH5mdOptions *options,
                      GbH5mdWriter **writer);
/* Goes on behind the last frame with a step of at most `last_step`; later ones are removed.
 * GB_ERR_INPUT if the file is another one or holds other atoms than `first`. */
GbStatus GbH5mdReopen(const char *path, const GbFrame *first, int64_t last_step,
                      GbH5mdWriter **writer);
/* The frame must have the atoms (ids, types, order) and columns of the first one. GB_ERR_IO for a
 * full disk: the frame is not there then, all earlier ones are. */
GbStatus GbH5mdAppend(GbH5mdWriter *writer, const GbFrame *frame);
int64_t GbH5mdWritten(const GbH5mdWriter *writer); /* frames in the file */
/* Closes and nulls. */
GbStatus GbH5mdFinish(GbH5mdWriter **writer);

/* --- Reading ------------------------------------------------------------------------------------
 */
/* Whether the file has particles/NAME/position/value; `group` gets "particles/NAME". */
bool GbH5mdIs(GbH5 *file, char group[64]);
/* Steps of all frames (-1: none stored), and a look at all units; *steps is freed by the caller. */
GbStatus GbH5mdSteps(GbH5 *file, const char *group, int64_t *nframes, int64_t **steps);
/* Units are converted by their attributes (`unit`, H5MD's, or `units`); without one they are taken
 * as ours. GB_ERR_INPUT for other units. `frame` must be empty; freed by the caller, also after an
 * error. */
GbStatus GbH5mdRead(GbH5 *file, const char *group, int64_t index, GbFrame *frame);

#endif
