/* The file is made anew for every snapshot, with copies of the groups that it had: so it is whole
 * and can be viewed at any time, and a kill cannot spoil what is there. */
#include "mesoscale/fields/snapshots.h"

#include "base/file.h"
#include "mesoscale/fields/view.h"
#include "mesoscale/fields/vti.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TOLERANCE 1e-6 /* percent: rounding of a sum of steps */

double GbSnapshotDue(const GbMesoConfig *config, const GbMesoTables *tables, double percent)
{
  const GbTable *taken = &tables->table[GB_TABLE_SNAPSHOTS];
  const double last =
      taken->nrows > 0 ? taken->values[(taken->nrows - 1) * (size_t)taken->ncolumns + 1] : -1;
  const double every = config->snapshot_every_percent, reached = percent + TOLERANCE;
  double due = -1;
  for (int i = 0; i < config->snapshot_strains_percent.count; i++)
    if (config->snapshot_strains_percent.values[i] <= reached)
      due = config->snapshot_strains_percent.values[i];
  if (every > 0 && reached >= every) due = fmax(due, every * floor(reached / every));
  return due > last + TOLERANCE ? due : -1;
}

static void name_group(double due, char *group, size_t size)
{
  snprintf(group, size, "strain_%g", due / 100);
}

static GbStatus copy_groups(const char *path, const GbTable *taken, GbH5 *to)
{
  GbH5 *from = NULL;
  GbStatus status = GB_OK;
  if (taken->nrows == 0) return GB_OK;
  GB_CALL(GbH5Open(path, &from));
  for (size_t r = 0; r < taken->nrows && status == GB_OK; r++) {
    char group[64];
    name_group(taken->values[r * (size_t)taken->ncolumns + 1], group, sizeof(group));
    if (H5Ocopy(GbH5Handle(from), group, GbH5Handle(to), group, H5P_DEFAULT, H5P_DEFAULT) < 0)
      status = GbErrorSet(GB_ERR_IO, __FILE__, __LINE__, __func__,
                          "cannot copy %s from %s to its new version", group, path);
  }
  GbH5Discard(&from);
  return status;
}

static GbStatus write_grid(const GbMesoState *state, GbH5 *file)
{
  const size_t nz = (size_t)state->grid.nz, ny = (size_t)state->grid.ny,
               nx = (size_t)state->grid.nx;
  const size_t dims[3] = {nz, ny, nx}, flat[2] = {nz, nx};
  int64_t *solid = NULL;
  GB_CALLOC(solid, state->nvoxels);
  for (int v = 0; v < state->nvoxels; v++)
    solid[v] = state->solid[v];
  const GbStatus status =
      GbH5WriteInts(file, "fields/solid", ny > 1 ? 3 : 2, ny > 1 ? dims : flat, solid, "1");
  free(solid);
  GB_CALL(status);
  return GbH5WriteScalar(file, "grid/edge", state->grid.edge_nm, "nm");
}

static GbStatus write_h5(const char *path, const char *group, const GbSample *sample,
                         const GbBandMap *map, const GbTable *taken)
{
  const double strain = -sample->state.mean_strain[GB_ZZ];
  GbH5 *file = NULL;
  char name[128];
  GbStatus status;
  GB_CALL(GbH5Create(path, &file));
  GB_TRY(status, copy_groups(path, taken, file), done);
  GB_TRY(status, write_grid(&sample->state, file), done);
  GB_TRY(status, GbViewWrite(file, group, &sample->state, map), done);
  snprintf(name, sizeof(name), "%s/strain", group);
  GB_TRY(status, GbH5WriteScalar(file, name, strain, "1"), done);
  GB_TRY(status, GbH5Close(&file), done);
done:
  GbH5Discard(&file);
  return status;
}

static GbStatus write_series(const char *path, const GbTable *taken)
{
  GbFileAside pvd = {0};
  GB_CALL(GbFileBegin(path, &pvd));
  GbPvdBegin(pvd.stream);
  for (size_t r = 0; r < taken->nrows; r++) {
    const double *row = taken->values + r * (size_t)taken->ncolumns;
    char group[64], name[128];
    name_group(row[1], group, sizeof(group));
    GbViewImageName("loading", group, name, sizeof(name));
    GbPvdAdd(pvd.stream, row[2], name);
  }
  GbPvdEnd(pvd.stream);
  return GbFileCommit(&pvd);
}

GbStatus GbSnapshotTake(const char *folder, int number, double due, const GbSample *sample,
                        const GbBandMap *map, GbMesoTables *tables)
{
  const GbTable *taken = &tables->table[GB_TABLE_SNAPSHOTS];
  char path[GB_PATH_MAX], group[64];
  name_group(due, group, sizeof(group));
  GbMesoSamplePath(folder, number, "loading.h5", path);
  GB_CALL(write_h5(path, group, sample, map, taken));
  GB_CALL(GbViewImage(folder, number, "loading", group, 0 - sample->state.mean_strain[GB_ZZ],
                      &sample->state, map));
  GB_CALL(GbMesoAddSnapshot(tables, number, due, sample));
  GbMesoSamplePath(folder, number, "loading.pvd", path);
  return write_series(path, taken);
}
