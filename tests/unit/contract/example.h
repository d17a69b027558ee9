/* A made-up but consistent calibration for tests of files and messages. No physics rests on it. */
#ifndef GB_TESTS_CONTRACT_EXAMPLE_H
#define GB_TESTS_CONTRACT_EXAMPLE_H

#include "contract/calibration.h"

/* Every number is different, so that swapped fields show. Free with GbCalibrationFree. */
GbStatus GbTestCalibration(GbCalibration *calibration);

#endif
