/* Fields of a sample for ParaView: one HDF5 file with a group per state and an XDMF file beside it,
 * in which the states are a series (0, 0.5: first strain before and after cycling; 1, 1.5: the
 * second ...). */
#include "mesoscale/fields/product.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *name, *units;
} view_fields[] = {{"chi", "1"},         {"slip", "1"},        {"shear", "1"}, {"plastic_zz", "1"},
                   {"stress_zz", "GPa"}, {"stress_xz", "GPa"}, {"zone", "1"}};
enum { NFIELDS = sizeof(view_fields) / sizeof(view_fields[0]) };

static double field_value(const GbMesoState *state, const GbBandMap *map, int field, int v)
{
  switch (field) {
  case 0:
    return state->chi[v];
  case 1:
    return state->slip[v];
  case 2:
    return hypot(state->plastic[v][GB_XX] - state->plastic[v][GB_ZZ], 2 * state->plastic[v][GB_XZ]);
  case 3:
    return state->plastic[v][GB_ZZ];
  case 4:
    return state->stress[v][GB_ZZ];
  case 5:
    return state->stress[v][GB_XZ];
  default:
    return map->zone[v];
  }
}

static GbStatus write_fields(GbH5 *file, const char *group, const GbMesoState *state,
                             const GbBandMap *map)
{
  const size_t dims[2] = {(size_t)state->grid.nz, (size_t)state->grid.nx};
  double *values = NULL;
  GbStatus status = GB_OK;
  GB_CALLOC(values, state->nvoxels);
  for (int f = 0; f < NFIELDS && status == GB_OK; f++) {
    char name[128];
    snprintf(name, sizeof(name), "%s/%s", group, view_fields[f].name);
    for (int v = 0; v < state->nvoxels; v++)
      values[v] = field_value(state, map, f, v);
    status = GbH5WriteDoubles(file, name, 2, dims, values, view_fields[f].units);
  }
  free(values);
  return status;
}

static void print_grid(FILE *xdmf, const char *group, double time, const GbGrid *grid)
{
  fprintf(xdmf,
          "   <Grid Name=\"%s\">\n    <Time Value=\"%g\"/>\n"
          "    <Topology TopologyType=\"2DCoRectMesh\" Dimensions=\"%d %d\"/>\n"
          "    <Geometry GeometryType=\"ORIGIN_DXDY\">\n"
          "     <DataItem Dimensions=\"2\">0 0</DataItem>\n"
          "     <DataItem Dimensions=\"2\">%.10g %.10g</DataItem>\n    </Geometry>\n",
          group, time, grid->nz + 1, grid->nx + 1, grid->edge_nm, grid->edge_nm);
  for (int f = 0; f < NFIELDS; f++)
    fprintf(xdmf,
            "    <Attribute Name=\"%s\" Center=\"Cell\">\n"
            "     <DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"8\" "
            "Dimensions=\"%d %d\">fields.h5:/%s/%s</DataItem>\n    </Attribute>\n",
            view_fields[f].name, grid->nz, grid->nx, group, view_fields[f].name);
  fprintf(xdmf, "   </Grid>\n");
}

static GbStatus add_state(const char *folder, int number, const GbMesoConfig *config, int strain,
                          GbPhase phase, GbH5 *file, FILE *xdmf)
{
  GbMesoState state = {0};
  GbBandMap map = {0};
  GbStatus status;
  char path[GB_PATH_MAX], group[64];
  GbMesoStatePath(folder, number, config->strains_percent.values[strain], phase, path);
  snprintf(group, sizeof(group), "strain_%g_%s", config->strains_percent.values[strain],
           gb_phase_names[phase]);
  GB_TRY(status, GbMesoStateRead(path, &state), done);
  GB_TRY(status, GbMesoClassify(config, &state, &map), done);
  GB_TRY(status, write_fields(file, group, &state, &map), done);
  print_grid(xdmf, group, strain + 0.5 * phase, &state.grid);
done:
  GbBandMapFree(&map);
  GbMesoStateFree(&state);
  return status;
}

static GbStatus add_states(const char *folder, int number, const GbMesoConfig *config, GbH5 *file,
                           FILE *xdmf)
{
  fprintf(xdmf, "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.0\">\n <Domain>\n"
                "  <Grid Name=\"states\" GridType=\"Collection\" CollectionType=\"Temporal\">\n");
  for (int i = 0; i < config->strains_percent.count; i++)
    for (int phase = 0; phase < GB_NPHASES; phase++)
      GB_CALL(add_state(folder, number, config, i, (GbPhase)phase, file, xdmf));
  fprintf(xdmf, "  </Grid>\n </Domain>\n</Xdmf>\n");
  return GB_OK;
}

GbStatus GbMesoFieldsWrite(const char *folder, int number, const GbMesoConfig *config)
{
  char path[GB_PATH_MAX], aside[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbMesoSamplePath(folder, number, "fields.xdmf.tmp", aside);
  FILE *xdmf = fopen(aside, "w");
  if (!xdmf) GB_FAIL(GB_ERR_IO, "cannot write %s: %s", aside, strerror(errno));
  GbMesoSamplePath(folder, number, "fields.h5", path);
  GbStatus status = GbH5Create(path, &file);
  if (status == GB_OK) status = add_states(folder, number, config, file, xdmf);
  if (status == GB_OK) status = GbH5Close(&file);
  GbH5Discard(&file);
  const int failed = ferror(xdmf);
  GbMesoSamplePath(folder, number, "fields.xdmf", path);
  if ((fclose(xdmf) | failed) != 0 && status == GB_OK)
    status = GbErrorSet(GB_ERR_IO, __FILE__, __LINE__, __func__, "cannot write %s", path);
  if (status != GB_OK || rename(aside, path) != 0) unlink(aside);
  return status;
}
