/* What a stage of the chain sees of the run, and what it must provide.
 *
 * The command line makes one GbRun and calls the stages in order; each stage reads and writes files
 * under run->folder and is skipped when its key (hash of effective input, input files' contents and
 * program version) equals the one in its stage.json and its outputs are all present. */
#ifndef GB_CONTRACT_STAGE_H
#define GB_CONTRACT_STAGE_H

#include "base/config.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  MPI_Comm comm;
  uint64_t seed;
  const char *folder;           /* output folder of the whole run; exists; absolute path */
  const char *calibration_path; /* what the mesoscale stage reads */
  const char *petsc_options;    /* those that change results, a line each; NULL: none */
} GbRun;

enum { GB_STAGE_FILES_MAX = 8 };

typedef struct GbStage {
  const char *name;         /* "atomistic": also the command and the folder below run->folder */
  const char *help;         /* one sentence for --help */
  const GbSection *section; /* its part of the input */
  const GbSection *also;    /* a second section of the same struct, or NULL */
  size_t config_size;       /* bytes of its configuration struct */
  /* Keys of its sections that change no result and stay out of the hash; NULL-terminated, or NULL.
   */
  const char *const *idle_keys;
  const char *needs; /* the stage whose outputs it reads, or NULL */
  bool petsc;        /* results depend on PETSc's options */
  /* Files (relative to run->folder) that exist when the stage is complete; NULL-terminated. */
  const char *outputs[GB_STAGE_FILES_MAX];
  /* Files named in the configuration that the stage reads (potential); their contents enter the
   * hash. Fills at most GB_STAGE_FILES_MAX borrowed paths, returns the count. May be NULL. */
  int (*input_files)(const void *config, const char *paths[GB_STAGE_FILES_MAX]);
  /* Checks across keys (ranges that depend on other keys, files that must exist). May be NULL. */
  GbStatus (*validate)(const void *config);
  /* Collective over run->comm. Adds its results to run's summary with GbSummaryAdd. */
  GbStatus (*execute)(const GbRun *run, const void *config);
} GbStage;

extern const GbStage gb_stage_atomistic; /* atomistic/protocol */
extern const GbStage gb_stage_calibrate; /* atomistic/statistics */
extern const GbStage gb_stage_mesoscale; /* mesoscale/fields */
extern const GbStage gb_stage_hardness;  /* mesoscale/hardness */

/* Results for summary.json: "stage.key" = number with unit, kept sorted in order of adding and
 * written by the command line after each stage (rank 0's calls count). */
GbStatus GbSummaryAdd(const char *key, double value, const char *unit);
GbStatus GbSummaryAddText(const char *key, const char *text);

#endif
