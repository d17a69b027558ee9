/* summary.json of a run: program, input, stages with their times, results. Rewritten whole after
 * each stage, so a kill leaves the last complete one. One process. */
#ifndef GB_CLI_RUN_SUMMARY_H
#define GB_CLI_RUN_SUMMARY_H

#include "cli/record.h"

typedef struct {
  const char *folder; /* borrowed */
  struct cJSON *json;
} GbRunSummary;

/* GB_ERR_IO if summary.json cannot be written. */
GbStatus GbRunSummaryStart(GbRunSummary *summary, const char *folder, const GbInputTop *top,
                           int ranks, int threads);
GbStatus GbRunSummaryAdd(GbRunSummary *summary, const GbStage *stage, bool reused,
                         const GbRecord *record);
/* Writes how the run ended (the current error's message, if it failed) and frees. */
GbStatus GbRunSummaryEnd(GbRunSummary *summary, GbStatus ended);

#endif
