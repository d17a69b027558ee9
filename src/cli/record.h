/* stage.json: that a stage is complete, under which key, and what it found.
 *
 * The key of a stage is the SHA-256 of everything its results depend on: program version, seed, its
 * section of the input, the contents of its input files, in tier 2 the options of PETSc that change
 * results, and the key of the stage before it (or the contents of the calibration file, without its
 * provenance). The number of ranks is not part of it: results do not depend
 * on it. All functions are for one process. */
#ifndef GB_CLI_RECORD_H
#define GB_CLI_RECORD_H

#include "base/hash.h"
#include "cli/input.h"

struct cJSON;

typedef struct {
  char key[GB_HASH_SIZE];
  double wall_s;
  struct cJSON *results; /* as in contract/summary.h; owned */
} GbRecord;

/* `petsc`: options of PETSc that change results, a line each (GbPetscOptionsText). `below`: the key
 * of the stage it needs, or the hash of its calibration, or "". */
GbStatus GbRecordKey(const GbInput *input, int stage, const char *petsc, const char *below,
                     char key[GB_HASH_SIZE]);
/* True if the stage in `folder` is complete: its stage.json can be read and its outputs exist.
 * Fills *record, to be freed with GbRecordFree. */
bool GbRecordRead(const char *folder, const GbStage *stage, GbRecord *record);
/* Removes the record before a stage's outputs are overwritten. */
void GbRecordRemove(const char *folder, const GbStage *stage);
/* Checks that all outputs exist, then writes stage.json. */
GbStatus GbRecordWrite(const char *folder, const GbStage *stage, const char *petsc,
                       const GbRecord *record);
void GbRecordFree(GbRecord *record);

#endif
