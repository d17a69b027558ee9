/* Makes a made-up calibration file, whole or damaged in one way, for the tests of the command line.
 *
 *   make_calibration PATH [whole | no-group | wrong-units | newer-version] */
#include "unit/contract/example.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

static int set_text(hid_t file, const char *object, const char *attribute, const char *text)
{
  hid_t target = H5Oopen(file, object, H5P_DEFAULT);
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  H5Adelete(target, attribute);
  hid_t id = H5Acreate2(target, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  int failed = H5Awrite(id, type, text) < 0;
  H5Aclose(id), H5Sclose(space), H5Tclose(type), H5Oclose(target);
  return failed;
}

static int damage(const char *path, const char *how)
{
  if (strcmp(how, "whole") == 0) return 0;
  int failed = 1;
  hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  if (strcmp(how, "no-group") == 0)
    failed = H5Ldelete(file, "stz/barriers", H5P_DEFAULT) < 0;
  else if (strcmp(how, "wrong-units") == 0)
    failed = set_text(file, "material/relaxed/shear_modulus/value", "units", "MPa");
  else if (strcmp(how, "newer-version") == 0)
    failed = set_text(file, "/", "version", "99");
  H5Fclose(file);
  return failed;
}

int main(int argc, char **argv)
{
  GbCalibration calibration;
  if (argc < 2) return 1;
  GbStatus status = GbTestCalibration(&calibration);
  if (status == GB_OK) status = GbCalibrationWrite(&calibration, argv[1]);
  GbCalibrationFree(&calibration);
  if (status != GB_OK) {
    fprintf(stderr, "make_calibration: %s\n", GbErrorMessage());
    return 1;
  }
  return damage(argv[1], argc > 2 ? argv[2] : "whole");
}
