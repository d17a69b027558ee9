/* The stages of the chain, in order. A new stage is added in stages.c and nowhere else. */
#ifndef GB_CLI_STAGES_H
#define GB_CLI_STAGES_H

#include "contract/stage.h"

enum { GB_STAGES_MAX = 8 };

extern const GbStage *const gb_stages[];
extern const int gb_nstages;

/* Index in gb_stages, or -1. */
int GbStageFind(const char *name);
extern const char gb_calibrating_stage[]; /* whose output --calibration replaces */
/* Which stages run: the one with index `only`, or, with only < 0, all, or those behind the
 * calibration if one is given. */
void GbStagesSelect(int only, bool calibrated, bool selected[GB_STAGES_MAX]);

#endif
