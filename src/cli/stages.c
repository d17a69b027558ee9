#include "cli/stages.h"

#include <string.h>

const GbStage *const gb_stages[] = {
    &gb_stage_atomistic,
    &gb_stage_calibrate,
#ifdef GLASSBAND_MESOSCALE
    &gb_stage_mesoscale,
    &gb_stage_hardness,
#endif
};

const int gb_nstages = sizeof gb_stages / sizeof *gb_stages;

const char gb_calibrating_stage[] = "calibrate";

void GbStagesSelect(int only, bool calibrated, bool selected[GB_STAGES_MAX])
{
  const int calibrate = GbStageFind(gb_calibrating_stage);
  for (int s = 0; s < gb_nstages; s++)
    selected[s] = only >= 0 ? s == only : s > calibrate || !calibrated;
}

int GbStageFind(const char *name)
{
  for (int s = 0; s < gb_nstages; s++)
    if (strcmp(gb_stages[s]->name, name) == 0) return s;
  return -1;
}
