/* The input file of a run: the top-level keys and one section per stage. */
#ifndef GB_CLI_INPUT_H
#define GB_CLI_INPUT_H

#include "base/config.h"
#include "cli/stages.h"

/* Keys at the top level. */
typedef struct {
  char title[GB_TEXT_MAX];
  int64_t seed;
} GbInputTop;

typedef struct {
  GbInputTop top;
  void *configs[GB_STAGES_MAX]; /* the stages' structs, paths resolved */
  /* The effective section of each stage, without idle keys, before paths were resolved, so that a
   * stage's key does not depend on where the input lies. */
  char *texts[GB_STAGES_MAX];
} GbInput;

extern const GbSection gb_top_section;

/* Reads `path` with the --set options on top. One process. Paths in the input that are not absolute
 * are meant from the input file's folder, or, where there is no such file, from the current folder.
 * selected[s]: stage s will run, so its input files must exist and its own checks must pass. */
GbStatus GbInputLoad(const char *path, const char *const *sets, int nsets, const bool *selected,
                     GbInput *input);
/* Copies rank 0's input to all ranks of comm. Collective; on other ranks *input must be zeroed. */
GbStatus GbInputShare(MPI_Comm comm, GbInput *input);
/* The whole effective input as YAML; owned by the caller (free). */
GbStatus GbInputFormat(const GbInput *input, bool with_help, char **yaml);
void GbInputFree(GbInput *input);

#endif
