/* The summary of a run as the command line sees it; stages use GbSummaryAdd of stage.h. */
#ifndef GB_CONTRACT_SUMMARY_H
#define GB_CONTRACT_SUMMARY_H

#include "base/error.h"

struct cJSON;

/* Every entry so far: an object {"stage.key": {"value": ..., "unit": "..."} or "text", ...}.
 * Borrowed; valid until GbSummaryReset. */
GbStatus GbSummaryEntries(struct cJSON **entries);
void GbSummaryReset(void);

#endif
