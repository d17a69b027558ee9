/* One HDF5 file with a group per state, an image per state, and a collection of these, in which the
 * prior strain stands for time. */
#include "mesoscale/fields/view.h"

#include "base/file.h"
#include "mesoscale/fields/product.h"
#include "mesoscale/fields/vti.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *name, *units;
} view_fields[] = {{"chi", "1"},         {"slip", "1"},        {"shear", "1"}, {"plastic_zz", "1"},
                   {"stress_zz", "GPa"}, {"stress_xz", "GPa"}, {"zone", "1"},  {"band", "1"}};
enum { SHEAR = 2, NFIELDS = sizeof(view_fields) / sizeof(view_fields[0]) };

static double field_value(const GbMesoState *state, const GbBandMap *map, int field, int v)
{
  switch (field) {
  case 0:
    return state->chi[v];
  case 1:
    return state->slip[v];
  case 3:
    return state->plastic[v][GB_ZZ];
  case 4:
    return state->stress[v][GB_ZZ];
  case 5:
    return state->stress[v][GB_XZ];
  case 6:
    return map->zone[v];
  default:
    return map->band[v];
  }
}

static void fill_field(const GbMesoState *state, const GbBandMap *map, int field, double *values)
{
  if (field == SHEAR) {
    GbBandShear(state->nvoxels, (const double(*)[GB_NTENSOR])state->plastic, values);
    return;
  }
  for (int v = 0; v < state->nvoxels; v++)
    values[v] = field_value(state, map, field, v);
}

/* Shape of a field, z first; returns its rank. */
static int shape_of(const GbGrid *grid, size_t dims[3])
{
  int rank = 0;
  dims[rank++] = (size_t)grid->nz;
  if (grid->ny > 1) dims[rank++] = (size_t)grid->ny;
  dims[rank++] = (size_t)grid->nx;
  return rank;
}

GbStatus GbViewWrite(GbH5 *file, const char *group, const GbMesoState *state, const GbBandMap *map)
{
  size_t dims[3];
  const int rank = shape_of(&state->grid, dims);
  double *values = NULL;
  GbStatus status = GB_OK;
  GB_CALLOC(values, state->nvoxels);
  for (int f = 0; f < NFIELDS && status == GB_OK; f++) {
    char name[128];
    snprintf(name, sizeof(name), "%s/%s", group, view_fields[f].name);
    fill_field(state, map, f, values);
    status = GbH5WriteDoubles(file, name, rank, dims, values, view_fields[f].units);
  }
  free(values);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

/* --- Images ------------------------------------------------------------------------------------
 */

enum { HIDDEN_CELL = 32 }; /* of vtkDataSetAttributes */

/* ParaView leaves a cell out that vtkGhostType marks as hidden. Its version 5.11 crashes or hangs
 * when it extracts the surface of a marked image in space, so those have only `solid`. */
static void put_voids(FILE *vti, const GbMesoState *state, uint8_t *marks)
{
  const size_t n = (size_t)state->nvoxels;
  for (size_t v = 0; v < n; v++)
    marks[v] = state->solid[v];
  GbVtiBytes(vti, "solid", n, marks);
  for (size_t v = 0; v < n; v++)
    marks[v] = state->solid[v] ? 0 : HIDDEN_CELL;
  if (state->grid.ny == 1 && memchr(marks, HIDDEN_CELL, n))
    GbVtiBytes(vti, "vtkGhostType", n, marks);
}

static GbStatus put_image(FILE *vti, double strain, const GbMesoState *state, const GbBandMap *map)
{
  const size_t n = (size_t)state->nvoxels;
  double *values = NULL;
  uint8_t *marks = NULL;
  GB_CALLOC(values, state->nvoxels);
  marks = calloc(n, 1);
  if (marks) {
    GbVtiBegin(vti, &state->grid, strain, state->time_s, view_fields[0].name);
    for (int f = 0; f < NFIELDS; f++) {
      fill_field(state, map, f, values);
      for (size_t v = 0; v < n; v++)
        if (!state->solid[v]) values[v] = NAN;
      GbVtiDoubles(vti, view_fields[f].name, view_fields[f].units, n, values);
    }
    put_voids(vti, state, marks);
    GbVtiEnd(vti);
  }
  free(values);
  if (!marks) GB_FAIL(GB_ERR_MEMORY, "no memory for the marks of %zu voxels", n);
  free(marks);
  return GB_OK;
}

void GbViewImageName(const char *series, const char *group, char *name, size_t size)
{
  snprintf(name, size, "%s/%s.vti", series, group);
}

GbStatus GbViewImage(const char *folder, int number, const char *series, const char *group,
                     double strain, const GbMesoState *state, const GbBandMap *map)
{
  char path[GB_PATH_MAX], name[128];
  GbFileAside vti = {0};
  GbMesoSamplePath(folder, number, series, path);
  GB_CALL(GbFileMakeFolders(path));
  GbViewImageName(series, group, name, sizeof(name));
  GbMesoSamplePath(folder, number, name, path);
  GB_CALL(GbFileBegin(path, &vti));
  const GbStatus status = put_image(vti.stream, strain, state, map);
  if (status == GB_OK) return GbFileCommit(&vti);
  GbFileAbandon(&vti);
  return status;
}

void GbViewRemove(const char *folder, int number, const char *series)
{
  char path[GB_PATH_MAX], name[512];
  snprintf(name, sizeof(name), "%s.pvd", series);
  GbMesoSamplePath(folder, number, name, path);
  unlink(path);
  GbMesoSamplePath(folder, number, series, path);
  DIR *images = opendir(path);
  if (!images) return;
  for (struct dirent *entry; (entry = readdir(images));) {
    const char *end = strrchr(entry->d_name, '.');
    if (!end || strcmp(end, ".vti") != 0) continue;
    snprintf(name, sizeof(name), "%s/%s", series, entry->d_name);
    GbMesoSamplePath(folder, number, name, path);
    unlink(path);
  }
  closedir(images);
}

/* --- States ------------------------------------------------------------------------------------
 */

/* How much later than its strain the state after cycling stands in the series: half of what prior
 * strains differ by at least. */
#define AFTER 0.0005

static GbStatus add_state(const char *folder, int number, const GbMesoConfig *config, int strain,
                          GbPhase phase, GbH5 *file, FILE *pvd)
{
  GbMesoState state = {0};
  GbBandMap map = {0};
  GbStatus status;
  const double prior = config->strains_percent.values[strain] / 100;
  char path[GB_PATH_MAX], group[64], name[128];
  GbMesoStatePath(folder, number, config->strains_percent.values[strain], phase, path);
  snprintf(group, sizeof(group), "strain_%g_%s", config->strains_percent.values[strain],
           gb_phase_names[phase]);
  GB_TRY(status, GbMesoStateRead(path, &state), done);
  GB_TRY(status, GbMesoClassify(config, &state, &map), done);
  GB_TRY(status, GbViewWrite(file, group, &state, &map), done);
  GB_TRY(status, GbViewImage(folder, number, "fields", group, prior, &state, &map), done);
  GbViewImageName("fields", group, name, sizeof(name));
  GbPvdAdd(pvd, prior + (phase == GB_PHASE_AFTER ? AFTER : 0), name);
done:
  GbBandMapFree(&map);
  GbMesoStateFree(&state);
  return status;
}

static GbStatus add_states(const char *folder, int number, const GbMesoConfig *config, GbH5 *file,
                           FILE *pvd)
{
  GbPvdBegin(pvd);
  for (int i = 0; i < config->strains_percent.count; i++)
    for (int phase = 0; phase < GbMesoPhases(config); phase++)
      GB_CALL(add_state(folder, number, config, i, (GbPhase)phase, file, pvd));
  GbPvdEnd(pvd);
  return GB_OK;
}

GbStatus GbMesoFieldsWrite(const char *folder, int number, const GbMesoConfig *config)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbFileAside pvd = {0};
  GbStatus status;
  GbMesoSamplePath(folder, number, "fields.pvd", path);
  GB_CALL(GbFileBegin(path, &pvd));
  GbMesoSamplePath(folder, number, "fields.h5", path);
  GB_TRY(status, GbH5Create(path, &file), done);
  GB_TRY(status, add_states(folder, number, config, file, pvd.stream), done);
  GB_TRY(status, GbH5Close(&file), done);
  GB_TRY(status, GbFileCommit(&pvd), done);
done:
  GbH5Discard(&file);
  GbFileAbandon(&pvd);
  return status;
}
