/* One front door to files of atoms: LAMMPS data and text dumps, (extended) XYZ, HDF5 snapshots and
 * trajectories. Reading recognises the format by the content, writing by the ending of the name.
 * One process: under MPI every rank may read; one writes. */
#ifndef GB_ATOMISTIC_TRAJECTORY_H
#define GB_ATOMISTIC_TRAJECTORY_H

#include "atomistic/files/frame.h"

/* --- Reading ------------------------------------------------------------------------------------
 */
typedef struct GbTrajectory GbTrajectory;

/* GB_ERR_INPUT if the file cannot be read or is none of the known formats. */
GbStatus GbTrajectoryOpen(const char *path, GbTrajectory **trajectory);
void GbTrajectoryClose(GbTrajectory **trajectory);
/* "LAMMPS data", "LAMMPS dump", "extended XYZ", "HDF5 snapshot", "HDF5 trajectory". */
const char *GbTrajectoryFormat(const GbTrajectory *trajectory);
/* Number of whole frames; passes over a text file once. */
GbStatus GbTrajectoryCount(GbTrajectory *trajectory, int64_t *nframes);
/* After GbTrajectoryCount: what is wrong with a frame at the end of a text file that is cut off
 * (GbTrajectoryCount leaves it out); NULL if there is none. Borrowed. */
const char *GbTrajectoryCut(const GbTrajectory *trajectory);
/* Frame `index` from 0, or from the end: -1 is the last whole one. Only this frame is held in
 * memory; text files are passed over only as far as needed. Fills *frame, to be freed by
 * GbFrameFree; it must hold nothing. GB_ERR_INPUT with file, line, expected and found. */
GbStatus GbTrajectoryRead(GbTrajectory *trajectory, int64_t index, GbFrame *frame);
/* The frame after the one last read (the first one at first); *found is false at the end. */
GbStatus GbTrajectoryNext(GbTrajectory *trajectory, bool *found, GbFrame *frame);
/* Index of the first frame of that step; GB_ERR_INPUT if there is none. */
GbStatus GbTrajectoryFindStep(GbTrajectory *trajectory, int64_t step, int64_t *index);

/* The file of a name as in GbFrameRead, and the index that GbTrajectoryRead takes (-1: the last).
 */
GbStatus GbTrajectoryOpenFrame(const char *name, GbTrajectory **trajectory, int64_t *index);
/* One frame by name: "FILE" (the last frame), "FILE@N" (frame N from 0; -1 is the last) or
 * "FILE@step=S"; it must hold atoms. `index` and `path` (freed by the caller) of what was taken may
 * be NULL. */
GbStatus GbFrameRead(const char *name, GbFrame *frame, int64_t *index, char **path);
/* The same, but triclinic boxes (see GbFrame.tilt) are taken, which GbFrameRead refuses. */
GbStatus GbFrameReadTilted(const char *name, GbFrame *frame, int64_t *index, char **path);

/* --- Writing ------------------------------------------------------------------------------------
 */
typedef struct GbTrajectoryWriter GbTrajectoryWriter;

/* All zero: the defaults. */
typedef struct {
  int digits; /* significant digits of text files; 0: 17, with which numbers come back exactly */
  bool no_elements;  /* dumps without the column element: numbers only */
  bool single;       /* HDF5: positions and velocities in float32 instead of float64 */
  int deflate;       /* HDF5: compression 1 (default) to 9 */
  bool append;       /* HDF5: goes on behind the frames of an existing file ... */
  int64_t last_step; /* ... up to this step; later ones are removed */
} GbTrajectoryOptions;

/* By the ending: .data (one frame), .dump .lammpstrj, .xyz .extxyz, .h5 .h5md. Text files are
 * written aside and appear when they are finished; HDF5 trajectories are readable after every
 * frame, also by others and after a kill. `options` may be NULL. GB_ERR_INPUT for another ending.
 */
GbStatus GbTrajectoryCreate(const char *path, const GbTrajectoryOptions *options,
                            GbTrajectoryWriter **writer);
/* HDF5: all frames must have the atoms, in the same order, and the columns of the first one. */
GbStatus GbTrajectoryAppend(GbTrajectoryWriter *writer, const GbFrame *frame);
/* Completes the file. GB_ERR_IO if the disk is full, say. Nulls. */
GbStatus GbTrajectoryFinish(GbTrajectoryWriter **writer);
/* For clean-up after an error: a text file is removed, finished frames in HDF5 stay. */
void GbTrajectoryAbandon(GbTrajectoryWriter **writer);
/* All three for one frame. */
GbStatus GbFrameWrite(const char *path, const GbFrame *frame, const GbTrajectoryOptions *options);

#endif
