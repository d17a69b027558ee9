/* glassband validate: the effective input with the help as comments, if it is good. */
#include "cli/commands.h"
#include "cli/input.h"
#include "contract/calibration.h"

#include <stdlib.h>

static GbStatus check_calibration(const char *path)
{
  GbCalibration calibration;
  GB_CALL(GbCalibrationRead(path, &calibration));
  GbCalibrationFree(&calibration);
  return GB_OK;
}

static GbStatus load(const GbOptions *options, bool calibrated, GbInput *input)
{
  bool selected[GB_STAGES_MAX];
  GbStagesSelect(-1, calibrated, selected);
  return GbInputLoad(options->positional[0], options->sets, options->nsets, selected, input);
}

/* Inputs that only ever run with --calibration lack what tier 1 needs. */
static GbStatus suggest_calibration(const GbOptions *options)
{
  GbInput input;
  char message[2048];
  snprintf(message, sizeof message, "%s", GbErrorMessage());
  GbErrorClear();
  const bool good = load(options, true, &input) == GB_OK;
  if (good) GbInputFree(&input);
  GbErrorClear();
  GB_FAIL(GB_ERR_INPUT, "%s%s", message,
          good ? " (good for runs with --calibration FILE: validate takes that, too)" : "");
}

/* With --calibration as for a run that leaves the atomistic tier out. */
GbStatus GbCommandValidate(const GbOptions *options)
{
  GbInput input;
  char *yaml;
  if (options->calibration) GB_CALL(check_calibration(options->calibration));
  GbStatus status = load(options, options->calibration != NULL, &input);
  if (status == GB_ERR_INPUT && !options->calibration) return suggest_calibration(options);
  GB_CALL(status);
  status = GbInputFormat(&input, true, &yaml);
  GbInputFree(&input);
  GB_CALL(status);
  fputs(yaml, stdout);
  free(yaml);
  return GB_OK;
}
