/* glassband info: what is in a file of atoms or any HDF5 file, and the main figures of a
 * calibration in words. */
#include "base/h5.h"
#include "cli/commands.h"
#include "contract/calibration.h"

#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 512, LONG_TEXT = 60 };

/* --- Any file -----------------------------------------------------------------------------------
 */

/* Prints the attributes of an object that are texts; long ones in a block of their own. */
static void print_texts(GbH5 *file, const char *name, hid_t object, int indent)
{
  hsize_t n = (hsize_t)H5Aget_num_attrs(object);
  for (hsize_t i = 0; i < n; i++) {
    char attribute[NAME_SIZE], *text;
    hid_t id = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT);
    H5Aget_name(id, sizeof attribute, attribute);
    H5Aclose(id);
    if (strcmp(attribute, "units") == 0) continue;                     /* stands beside the shape */
    if (GbH5ReadText(file, name, attribute, &text) != GB_OK) continue; /* not a text */
    bool block = strchr(text, '\n') || strlen(text) > LONG_TEXT;
    printf("%*s%s: %s\n", indent, "", attribute, block ? "|" : text);
    for (char *line = block ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
      printf("%*s%s\n", indent + 2, "", line);
    free(text);
  }
}

static void print_dataset(GbH5 *file, const char *name, const char *leaf, hid_t id, int indent)
{
  hsize_t dims[H5S_MAX_RANK];
  hid_t space = H5Dget_space(id), type = H5Dget_type(id);
  int rank = H5Sget_simple_extent_dims(space, dims, NULL);
  H5T_class_t class = H5Tget_class(type);
  const char *kind = class == H5T_FLOAT ? "real" : class == H5T_INTEGER ? "integer" : "other";
  char *units = NULL, *shown;
  if (GbH5ReadText(file, name, "units", &units) != GB_OK) units = NULL;
  shown = units ? units : "no units";
  printf("%*s%-*s %s", indent, "", 28 - indent, leaf, kind);
  for (int d = 0; d < rank; d++)
    printf("%s%llu", d ? " x " : " [", (unsigned long long)dims[d]);
  double value;
  printf("%s", rank > 0 ? "]" : "");
  if (rank == 0 && units && GbH5ReadScalar(file, name, &value, units) == GB_OK)
    printf(" = %.10g", value);
  printf(" (%s)\n", strcmp(shown, "1") == 0 ? "dimensionless" : shown);
  free(units);
  H5Tclose(type);
  H5Sclose(space);
}

static void print_group(GbH5 *file, const char *name, hid_t group, int indent);

/* An estimate (a group of four scalars) on one line; false if the group is something else. */
static bool print_estimate_group(GbH5 *file, const char *name, const char *leaf, int indent)
{
  static const char *const parts[4] = {"value", "low", "high", "count"};
  double values[4];
  char path[NAME_SIZE + 8], *units = NULL;
  snprintf(path, sizeof path, "%s/value", name);
  bool good = GbH5ReadText(file, path, "units", &units) == GB_OK;
  for (int p = 0; good && p < 4; p++) {
    snprintf(path, sizeof path, "%s/%s", name, parts[p]);
    good = GbH5ReadScalar(file, path, &values[p], p < 3 ? units : "1") == GB_OK;
  }
  if (good)
    printf("%*s%-*s = %.6g [%.6g, %.6g] (%s), n = %g\n", indent, "", 28 - indent, leaf, values[0],
           values[1], values[2], strcmp(units, "1") == 0 ? "dimensionless" : units, values[3]);
  free(units);
  return good;
}

static void print_member(GbH5 *file, const char *group_name, hid_t group, hsize_t i, int indent)
{
  char leaf[NAME_SIZE / 2], name[NAME_SIZE];
  H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, leaf, sizeof leaf, H5P_DEFAULT);
  snprintf(name, sizeof name, "%.250s%s%s", group_name, *group_name ? "/" : "", leaf);
  hid_t object = H5Oopen(group, leaf, H5P_DEFAULT);
  if (object < 0) return; /* a dangling link */
  if (H5Iget_type(object) == H5I_DATASET) {
    print_dataset(file, name, leaf, object, indent);
  } else if (H5Iget_type(object) == H5I_GROUP && !print_estimate_group(file, name, leaf, indent)) {
    printf("%*s%s/\n", indent, "", leaf);
    print_group(file, name, object, indent + 2);
  }
  if (H5Iget_type(object) == H5I_DATASET) print_texts(file, name, object, indent + 4);
  H5Oclose(object);
}

static void print_group(GbH5 *file, const char *name, hid_t group, int indent)
{
  H5G_info_t members;
  print_texts(file, name, group, indent);
  if (H5Gget_info(group, &members) < 0) return;
  for (hsize_t i = 0; i < members.nlinks; i++)
    print_member(file, name, group, i, indent);
}

static GbStatus print_file(const char *path, bool *is_calibration)
{
  GbH5 *file;
  char *kind;
  GB_CALL(GbH5Open(path, &file)); /* checks, and silences the library */
  hid_t root = H5Gopen2((hid_t)GbH5Handle(file), "/", H5P_DEFAULT);
  printf("%s\n", path);
  if (root >= 0) print_group(file, "", root, 2);
  *is_calibration = GbH5ReadText(file, "", "kind", &kind) == GB_OK;
  if (*is_calibration) {
    *is_calibration = strcmp(kind, gb_calibration_kind) == 0;
    free(kind);
  }
  GbErrorClear(); /* attributes that are not there are no errors here */
  if (root >= 0) H5Gclose(root);
  GB_CALL(GbH5Close(&file));
  return GB_OK;
}

/* --- A calibration ------------------------------------------------------------------------------
 */

static void print_moduli(const GbCalibrationMaterial *material)
{
  static const char *const states[GB_NSTATES] = {"relaxed", "flowed"};
  for (int s = 0; s < GB_NSTATES; s++)
    for (int t = 0; t < material->ntemperatures; t++) {
      const GbEstimate *shear = &material->shear_modulus_GPa[s][t];
      const GbEstimate *bulk = &material->bulk_modulus_GPa[s][t];
      printf(
          "  %-8s %6g K: shear modulus %.4g [%.4g, %.4g] GPa, bulk modulus %.4g [%.4g, %.4g] GPa\n",
          states[s], material->temperature_K[t], shear->value, shear->low, shear->high, bulk->value,
          bulk->low, bulk->high);
    }
}

static void print_cycling(const GbCalibrationCycling *cycling)
{
  printf("  thermal cycles: %d between %g and %g K; fraction with 0.3 < eta_Mises <= 0.7:\n",
         cycling->ncycles, cycling->temperature_low_K, cycling->temperature_high_K);
  for (int z = 0; z < GB_NZONES; z++)
    if (cycling->atoms[z] > 0 && !isnan(cycling->fraction[z][0]))
      printf("    %-18s %.4f -> %.4f (%lld atoms)\n", gb_zone_names[z], cycling->fraction[z][0],
             cycling->fraction[z][cycling->ncycles], (long long)cycling->atoms[z]);
}

static GbStatus print_calibration(const char *path)
{
  GbCalibration calibration;
  GB_CALL(GbCalibrationRead(path, &calibration));
  printf("\nCalibration: %lld events, %lld barriers; intervals are 95 %% bootstrap\n",
         (long long)calibration.events.n, (long long)calibration.barriers.n);
  print_moduli(&calibration.material);
  print_cycling(&calibration.cycling);
  GbCalibrationFree(&calibration);
  return GB_OK;
}

static bool is_hdf5(const char *path)
{
  char head[8];
  FILE *file = fopen(path, "rb");
  bool is = file && fread(head, 1, sizeof head, file) == sizeof head &&
            memcmp(head, "\211HDF\r\n\032\n", sizeof head) == 0;
  if (file) fclose(file);
  return is;
}

GbStatus GbCommandInfo(const GbOptions *options)
{
  const char *path = options->positional[0];
  bool is_calibration = false;
  if (!is_hdf5(path)) {
    GB_CALL(GbInfoAtoms(path));
    return GB_OK;
  }
  GB_CALL(print_file(path, &is_calibration));
  if (is_calibration) GB_CALL(print_calibration(path));
  if (!is_calibration && GbInfoAtoms(path) != GB_OK) GbErrorClear(); /* no file of atoms */
  return GB_OK;
}
