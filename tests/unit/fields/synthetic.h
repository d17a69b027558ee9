/* A made-up calibration of plausible size for tests of the mesoscale stages. */
#ifndef GB_TESTS_FIELDS_SYNTHETIC_H
#define GB_TESTS_FIELDS_SYNTHETIC_H

#include "contract/calibration.h"

/* Free with GbCalibrationFree. */
GbStatus GbTestSynthetic(GbCalibration *calibration);

#endif
