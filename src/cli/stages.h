/* The stages of the chain, in order. A new stage is added in stages.c and nowhere else. */
#ifndef GB_CLI_STAGES_H
#define GB_CLI_STAGES_H

#include "contract/stage.h"

enum { GB_STAGES_MAX = 8 };

extern const GbStage *const gb_stages[];
extern const int gb_nstages;

/* Index in gb_stages, or -1. */
int GbStageFind(const char *name);

#endif
