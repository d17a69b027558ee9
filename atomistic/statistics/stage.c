/* The stage `calibrate`: from the snapshots of the atomistic stage to calibration.h5. */
#include "atomistic/statistics/study.h"

#include "base/stop.h"
#include "base/timer.h"

static GbStatus run_part(GbStudy *study, const char *name, GbStatus (*part)(GbStudy *))
{
  GB_CALL(GbStopCheck(study->run->comm));
  GbTimerStart(name);
  const GbStatus status = part(study);
  GbTimerStop(name);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus run_parts(const GbRun *run, const GbCalibrateConfig *config, GbStudy *study)
{
  GB_CALL(GbStudyOpen(run, config, study));
  GB_CALL(run_part(study, "calibrate.glass", GbStudyGlass));
  GB_CALL(run_part(study, "calibrate.material", GbStudyMaterial));
  GB_CALL(run_part(study, "calibrate.barriers", GbStudyBarriers));
  GB_CALL(run_part(study, "calibrate.census", GbStudyCensus));
  GB_CALL(run_part(study, "calibrate.cycling", GbStudyCycling));
  GB_CALL(GbStudyLaws(study));
  GB_CALL(GbStudyWrite(study));
  GB_CALL(GbStudySummary(study));
  return GB_OK;
}

static GbStatus execute(const GbRun *run, const void *config)
{
  GbStudy study;
  const GbStatus status = run_parts(run, config, &study);
  GbStudyClose(&study);
  GB_CALL(status);
  return GB_OK;
}

const GbStage gb_stage_calibrate = {
    .name = "calibrate",
    .help = "Measure what the mesoscale model needs: events, barriers, moduli, chi",
    .section = &gb_calibrate_section,
    .config_size = sizeof(GbCalibrateConfig),
    .needs = "atomistic",
    .outputs = {"calibrate/calibration.h5", "calibrate/events.csv", "calibrate/barriers.csv"},
    .input_files = GbCalibrateInputFiles,
    .validate = GbCalibrateValidate,
    .execute = execute,
};
