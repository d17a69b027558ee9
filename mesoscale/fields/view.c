/* One HDF5 file with a group per state and an XDMF file beside it, in which the states are a series
 * (0, 0.5: first strain before and after cycling; 1, 1.5: the second ...). */
#include "mesoscale/fields/view.h"

#include "mesoscale/fields/product.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

/* --- XDMF --------------------------------------------------------------------------------------
 */

void GbViewBegin(FILE *xdmf, const char *series)
{
  fprintf(xdmf,
          "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.0\">\n <Domain>\n"
          "  <Grid Name=\"%s\" GridType=\"Collection\" CollectionType=\"Temporal\">\n",
          series);
}

void GbViewEnd(FILE *xdmf)
{
  fprintf(xdmf, "  </Grid>\n </Domain>\n</Xdmf>\n");
}

static void print_mesh(FILE *xdmf, const GbGrid *grid)
{
  const double edge = grid->edge_nm;
  if (grid->ny > 1)
    fprintf(xdmf,
            "    <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"%d %d %d\"/>\n"
            "    <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n"
            "     <DataItem Dimensions=\"3\">0 0 0</DataItem>\n"
            "     <DataItem Dimensions=\"3\">%.10g %.10g %.10g</DataItem>\n    </Geometry>\n",
            grid->nz + 1, grid->ny + 1, grid->nx + 1, edge, edge, edge);
  else
    fprintf(xdmf,
            "    <Topology TopologyType=\"2DCoRectMesh\" Dimensions=\"%d %d\"/>\n"
            "    <Geometry GeometryType=\"ORIGIN_DXDY\">\n"
            "     <DataItem Dimensions=\"2\">0 0</DataItem>\n"
            "     <DataItem Dimensions=\"2\">%.10g %.10g</DataItem>\n    </Geometry>\n",
            grid->nz + 1, grid->nx + 1, edge, edge);
}

void GbViewGrid(FILE *xdmf, const char *h5, const char *group, double time, const GbGrid *grid)
{
  size_t dims[3];
  char shape[64];
  if (shape_of(grid, dims) == 3)
    snprintf(shape, sizeof(shape), "%zu %zu %zu", dims[0], dims[1], dims[2]);
  else
    snprintf(shape, sizeof(shape), "%zu %zu", dims[0], dims[1]);
  fprintf(xdmf, "   <Grid Name=\"%s\">\n    <Time Value=\"%.10g\"/>\n", group, time);
  print_mesh(xdmf, grid);
  for (int f = 0; f < NFIELDS; f++)
    fprintf(xdmf,
            "    <Attribute Name=\"%s\" Center=\"Cell\">\n"
            "     <DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"8\" "
            "Dimensions=\"%s\">%s:/%s/%s</DataItem>\n    </Attribute>\n",
            view_fields[f].name, shape, h5, group, view_fields[f].name);
  fprintf(xdmf, "   </Grid>\n");
}

/* --- States ------------------------------------------------------------------------------------
 */

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
  GB_TRY(status, GbViewWrite(file, group, &state, &map), done);
  GbViewGrid(xdmf, "fields.h5", group, strain + 0.5 * phase, &state.grid);
done:
  GbBandMapFree(&map);
  GbMesoStateFree(&state);
  return status;
}

static GbStatus add_states(const char *folder, int number, const GbMesoConfig *config, GbH5 *file,
                           FILE *xdmf)
{
  GbViewBegin(xdmf, "states");
  for (int i = 0; i < config->strains_percent.count; i++)
    for (int phase = 0; phase < GbMesoPhases(config); phase++)
      GB_CALL(add_state(folder, number, config, i, (GbPhase)phase, file, xdmf));
  GbViewEnd(xdmf);
  return GB_OK;
}

GbStatus GbMesoFieldsWrite(const char *folder, int number, const GbMesoConfig *config)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbFileAside xdmf = {0};
  GbStatus status;
  GbMesoSamplePath(folder, number, "fields.xdmf", path);
  GB_CALL(GbFileBegin(path, &xdmf));
  GbMesoSamplePath(folder, number, "fields.h5", path);
  GB_TRY(status, GbH5Create(path, &file), done);
  GB_TRY(status, add_states(folder, number, config, file, xdmf.stream), done);
  GB_TRY(status, GbH5Close(&file), done);
  GB_TRY(status, GbFileCommit(&xdmf), done);
done:
  GbH5Discard(&file);
  GbFileAbandon(&xdmf);
  return status;
}
