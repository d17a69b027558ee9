/* The calibration in inputs/ can be read by this version, and was made from the potential beside
 * it. */
#include "harness/harness.h"

#include "base/hash.h"
#include "contract/calibration.h"

#include <string.h>

static void shipped_calibration_is_readable(void **state)
{
  GbCalibration calibration;
  char hex[GB_HASH_SIZE];
  (void)state;
  assert_ok(
      GbCalibrationRead(GB_SOURCE_DIR "/inputs/calibration/cu64zr36_quickstart.h5", &calibration));
  assert_ok(GbHashFile(GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs", hex));
  assert_non_null(strstr(calibration.provenance, hex));
  assert_true(calibration.barriers.n >= 4 && calibration.events.n >= 4);
  GbCalibrationFree(&calibration);
}

GB_TEST_MAIN("unit.contract.shipped", cmocka_unit_test(shipped_calibration_is_readable))
