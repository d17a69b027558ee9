/* The text formats of several frames, one frame at a time. Used by trajectory.c only. */
#ifndef GB_ATOMISTIC_TEXT_FORMATS_H
#define GB_ATOMISTIC_TEXT_FORMATS_H

#include "atomistic/engine/lammps_common.h"
#include "atomistic/files/frame.h"
#include "base/text.h"

#include <stdio.h>

/* Each reads from the start of a frame. *found is false, and nothing is read, at the end of the
 * file. `step` is -1 where the format has none. `frame` must be empty; freed by the caller, also
 * after an error. GB_ERR_INPUT with file and line. *units are those of the frames before, at first
 * metal; a frame may change them. */
GbStatus GbDumpSkip(GbText *text, GbLammpsUnits *units, bool *found, int64_t *step);
GbStatus GbDumpRead(GbText *text, GbLammpsUnits *units, bool *found, GbFrame *frame);
GbStatus GbXyzSkip(GbText *text, bool *found, int64_t *step);
GbStatus GbXyzRead(GbText *text, bool *found, GbFrame *frame);

/* Append one frame. Failed writes are found by GbFileCommit. */
void GbDumpPrint(FILE *file, const GbFrame *frame, int digits, bool elements);
void GbXyzPrint(FILE *file, const GbFrame *frame, int digits);

#endif
