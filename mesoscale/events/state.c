#include "mesoscale/events/state.h"

#include <stdlib.h>
#include <string.h>

/* One array of the state: how many values, where, in which unit. */
typedef struct {
  const char *name, *units;
  double *values;
  size_t count;
} Array;

enum { NARRAYS = 8, NWAYBACK = 4, NARRAYS_MAX = NARRAYS + NWAYBACK };

/* Returns how many there are. */
static int list_arrays(const GbMesoState *s, Array arrays[NARRAYS_MAX])
{
  size_t nv = (size_t)s->nvoxels, nm = nv * (size_t)s->nmodes;
  const Array list[NARRAYS] = {
      {"fields/chi", "1", s->chi, nv},
      {"fields/plastic_strain", "1", s->plastic[0], nv * GB_NTENSOR},
      {"fields/slip", "1", s->slip, nv},
      {"fields/stress", "GPa", s->stress[0], nv * GB_NTENSOR},
      {"modes/barrier", "eV", s->barrier_eV, nm},
      {"modes/orientation", "1", s->orientation, nv * (size_t)s->norientation},
      {"run/mean_strain", "1", (double *)s->mean_strain, GB_NTENSOR},
      {"solver/memory", "1", s->memory, s->nmemory},
  };
  memcpy(arrays, list, sizeof list);
  const GbWayBack *back = s->way_back;
  if (!back) return NARRAYS;
  const Array more[NWAYBACK] = {
      {"way_back/barrier", "eV", back->barrier_eV, nv},
      {"way_back/parent_barrier", "eV", back->parent_barrier_eV, nm},
      {"way_back/parent_orientation", "1", back->parent_orientation, nv * (size_t)s->norientation},
      {"way_back/parent_chi", "1", back->parent_chi, nv},
  };
  memcpy(arrays + NARRAYS, more, sizeof more);
  return NARRAYS_MAX;
}

static GbStatus allocate(GbMesoState *s)
{
  size_t nv = (size_t)s->nvoxels, nm = nv * (size_t)s->nmodes;
  GB_CALLOC(s->solid, nv);
  GB_CALLOC(s->chi, nv);
  GB_CALLOC(s->plastic, nv);
  GB_CALLOC(s->slip, nv);
  GB_CALLOC(s->stress, nv);
  GB_CALLOC(s->barrier_eV, nm);
  GB_CALLOC(s->orientation, nv * (size_t)s->norientation);
  GB_CALLOC(s->redraws, nv);
  GB_CALLOC(s->memory, s->nmemory);
  for (size_t v = 0; v < nv; v++)
    s->solid[v] = true;
  return GB_OK;
}

static GbStatus allocate_way_back(const GbMesoState *s, GbWayBack *back)
{
  size_t nv = (size_t)s->nvoxels;
  GB_CALLOC(back->barrier_eV, nv);
  GB_CALLOC(back->mode, nv);
  GB_CALLOC(back->parent_barrier_eV, nv * (size_t)s->nmodes);
  GB_CALLOC(back->parent_orientation, nv * (size_t)s->norientation);
  GB_CALLOC(back->parent_chi, nv);
  GB_CALLOC(back->parent_redraws, nv);
  for (size_t v = 0; v < nv; v++)
    back->barrier_eV[v] = GB_NO_WAY_BACK;
  return GB_OK;
}

static void free_way_back(GbWayBack **way_back)
{
  GbWayBack *back = *way_back;
  if (!back) return;
  free(back->barrier_eV);
  free(back->mode);
  free(back->parent_barrier_eV);
  free(back->parent_orientation);
  free(back->parent_chi);
  free(back->parent_redraws);
  free(back);
  *way_back = NULL;
}

GbStatus GbMesoStateAddWayBack(GbMesoState *state)
{
  if (state->way_back) return GB_OK;
  GB_CALLOC(state->way_back, 1);
  GbStatus status = allocate_way_back(state, state->way_back);
  if (status != GB_OK) free_way_back(&state->way_back);
  return status;
}

void GbMesoWayBackAxis(const GbMesoState *state, const GbModes *modes, int voxel,
                       double axis[GB_NDEVIATOR])
{
  const GbWayBack *back = state->way_back;
  const int nc = modes->ncomponents;
  double frame[GB_NDEVIATOR * GB_NDEVIATOR];
  GbModesFrame(modes, back->parent_orientation + (size_t)voxel * (size_t)state->norientation,
               frame);
  for (int k = 0; k < nc; k++) {
    axis[k] = 0;
    for (int l = 0; l < nc; l++)
      axis[k] -= frame[k * nc + l] * modes->axis[back->mode[voxel]][l];
  }
}

GbStatus GbMesoStateAllocate(GbMesoState *state, const GbGrid *grid, int nmodes)
{
  memset(state, 0, sizeof *state);
  if (grid->nx < 1 || grid->ny < 1 || grid->nz < 1 || nmodes < 1 || !(grid->edge_nm > 0))
    GB_FAIL(GB_ERR_ARG, "%d x %d x %d voxels of %g nm with %d modes: expected positive numbers",
            grid->nx, grid->ny, grid->nz, grid->edge_nm, nmodes);
  state->grid = *grid;
  state->nvoxels = grid->nx * grid->ny * grid->nz;
  state->norientation = GbModesOrientationSize(grid);
  state->nmodes = nmodes;
  state->nmemory = GbElasticityMemorySize(grid);
  GbStatus status = allocate(state);
  if (status != GB_OK) GbMesoStateFree(state);
  return status;
}

void GbMesoStateFree(GbMesoState *state)
{
  free(state->solid);
  free(state->chi);
  free(state->plastic);
  free(state->slip);
  free(state->stress);
  free(state->barrier_eV);
  free(state->orientation);
  free(state->redraws);
  free(state->memory);
  free_way_back(&state->way_back);
  memset(state, 0, sizeof *state);
}

/* Everything that is not an array. */
static void copy_scalars(const GbMesoState *from, GbMesoState *to)
{
  to->seed = from->seed;
  to->events = from->events;
  to->draws = from->draws;
  to->time_s = from->time_s;
  to->temperature_K = from->temperature_K;
  to->reference_temperature_K = from->reference_temperature_K;
  to->hazard_left = from->hazard_left;
}

GbStatus GbMesoStateAssign(const GbMesoState *from, GbMesoState *to)
{
  Array source[NARRAYS_MAX], target[NARRAYS_MAX];
  const size_t nv = (size_t)from->nvoxels;
  if (from->way_back) GB_CALL(GbMesoStateAddWayBack(to));
  copy_scalars(from, to);
  const int narrays = list_arrays(from, source);
  list_arrays(to, target);
  for (int a = 0; a < narrays; a++)
    memcpy(target[a].values, source[a].values, source[a].count * sizeof *source[a].values);
  memcpy(to->solid, from->solid, nv * sizeof *from->solid);
  memcpy(to->redraws, from->redraws, nv * sizeof *from->redraws);
  if (!from->way_back) return GB_OK;
  memcpy(to->way_back->mode, from->way_back->mode, nv * sizeof(int64_t));
  memcpy(to->way_back->parent_redraws, from->way_back->parent_redraws, nv * sizeof(int64_t));
  return GB_OK;
}

GbStatus GbMesoStateCopy(const GbMesoState *from, GbMesoState *to)
{
  GB_CALL(GbMesoStateAllocate(to, &from->grid, from->nmodes));
  GbStatus status = GbMesoStateAssign(from, to);
  if (status != GB_OK) {
    GbMesoStateFree(to);
    GB_CALL(status);
  }
  return GB_OK;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static GbStatus write_scalars(GbH5 *file, const GbMesoState *s)
{
  const int64_t size[3] = {s->grid.nz, s->grid.ny, s->grid.nx}, free_x = s->grid.free_x,
                modes = s->nmodes;
  const int64_t seed = (int64_t)s->seed; /* same bits */
  const int64_t way_back = s->way_back != NULL, refinement = s->grid.refinement;
  GB_CALL(GbH5WriteInts(file, "grid/size", 1, (const size_t[]){3}, size, "1"));
  GB_CALL(GbH5WriteInts(file, "grid/free_x", 0, NULL, &free_x, "1"));
  GB_CALL(GbH5WriteInts(file, "grid/refinement", 0, NULL, &refinement, "1"));
  GB_CALL(GbH5WriteScalar(file, "grid/edge", s->grid.edge_nm, "nm"));
  GB_CALL(GbH5WriteInts(file, "modes/count", 0, NULL, &modes, "1"));
  GB_CALL(GbH5WriteInts(file, "run/seed", 0, NULL, &seed, "1"));
  GB_CALL(GbH5WriteInts(file, "run/events", 0, NULL, &s->events, "1"));
  GB_CALL(GbH5WriteInts(file, "run/way_back", 0, NULL, &way_back, "1"));
  GB_CALL(GbH5WriteInts(file, "run/draws", 0, NULL, &s->draws, "1"));
  GB_CALL(GbH5WriteScalar(file, "run/time", s->time_s, "s"));
  GB_CALL(GbH5WriteScalar(file, "run/temperature", s->temperature_K, "K"));
  GB_CALL(GbH5WriteScalar(file, "run/reference_temperature", s->reference_temperature_K, "K"));
  return GbH5WriteScalar(file, "run/hazard_left", s->hazard_left, "1");
}

/* Shape of an array in the file: [nz, ny, nx] and, if there are several numbers a voxel, how many;
 * a plain list for what is not per voxel. */
static int shape_of(const GbMesoState *s, const Array *array, size_t dims[4])
{
  const size_t nv = (size_t)s->nvoxels, per_voxel = array->count / nv;
  if (array->values == s->memory || array->values == s->mean_strain) {
    dims[0] = array->count;
    return 1;
  }
  dims[0] = (size_t)s->grid.nz;
  dims[1] = (size_t)s->grid.ny;
  dims[2] = (size_t)s->grid.nx;
  dims[3] = per_voxel;
  const GbWayBack *back = s->way_back;
  const bool single =
      array->values == s->chi || array->values == s->slip ||
      (back && (array->values == back->barrier_eV || array->values == back->parent_chi));
  return single ? 3 : 4;
}

static GbStatus write_arrays(GbH5 *file, const GbMesoState *s)
{
  Array arrays[NARRAYS_MAX];
  const int narrays = list_arrays(s, arrays);
  for (int a = 0; a < narrays; a++) {
    size_t dims[4];
    int rank = shape_of(s, &arrays[a], dims);
    GB_CALL(GbH5WriteDoubles(file, arrays[a].name, rank, dims, arrays[a].values, arrays[a].units));
  }
  return GB_OK;
}

static GbStatus write_integers(GbH5 *file, const GbMesoState *s)
{
  const size_t dims[3] = {(size_t)s->grid.nz, (size_t)s->grid.ny, (size_t)s->grid.nx};
  int64_t *solid;
  GB_CALLOC(solid, s->nvoxels);
  for (int v = 0; v < s->nvoxels; v++)
    solid[v] = s->solid[v];
  GbStatus status = GbH5WriteInts(file, "fields/solid", 3, dims, solid, "1");
  free(solid);
  GB_CALL(status);
  GB_CALL(GbH5WriteInts(file, "modes/redraws", 3, dims, s->redraws, "1"));
  if (!s->way_back) return GB_OK;
  GB_CALL(GbH5WriteInts(file, "way_back/mode", 3, dims, s->way_back->mode, "1"));
  return GbH5WriteInts(file, "way_back/parent_redraws", 3, dims, s->way_back->parent_redraws, "1");
}

GbStatus GbMesoStateStore(const GbMesoState *state, GbH5 *file)
{
  GB_CALL(write_scalars(file, state));
  GB_CALL(write_arrays(file, state));
  GB_CALL(write_integers(file, state));
  return GbH5WriteText(file, "", "tensor_components", "xx, zz, xz, yy, yz, xy");
}

GbStatus GbMesoStateWrite(const GbMesoState *state, const char *path)
{
  GbH5 *file;
  GbStatus status;
  GB_CALL(GbH5Create(path, &file));
  GB_TRY(status, GbMesoStateStore(state, file), fail);
  GB_CALL(GbH5Close(&file));
  return GB_OK;
fail:
  GbH5Discard(&file);
  return status;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static GbStatus read_int(GbH5 *file, const char *name, int64_t *value)
{
  int64_t *read;
  GB_CALL(GbH5ReadInts(file, name, 0, NULL, &read, "1"));
  *value = *read;
  free(read);
  return GB_OK;
}

static GbStatus read_grid(GbH5 *file, GbGrid *grid, int64_t *nmodes)
{
  size_t dims[1];
  int64_t *size, free_x = 0, refinement = 0;
  GB_CALL(GbH5ReadInts(file, "grid/size", 1, dims, &size, "1"));
  bool good = dims[0] == 3;
  for (int d = 0; d < 3 && good; d++)
    good = size[d] > 0 && size[d] < 1 << 20;
  if (good) {
    grid->nz = (int)size[0];
    grid->ny = (int)size[1];
    grid->nx = (int)size[2];
  }
  free(size);
  if (!good)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset grid/size: expected three positive numbers (nz, ny, nx)",
            GbH5Path(file));
  GB_CALL(read_int(file, "grid/free_x", &free_x));
  grid->free_x = free_x != 0;
  GB_CALL(read_int(file, "grid/refinement", &refinement));
  if (refinement < 0 || refinement > 16)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset grid/refinement: expected 0 to 16, found %lld",
            GbH5Path(file), (long long)refinement);
  grid->refinement = (int)refinement;
  GB_CALL(GbH5ReadScalar(file, "grid/edge", &grid->edge_nm, "nm"));
  GB_CALL(read_int(file, "modes/count", nmodes));
  if (*nmodes < 1 || *nmodes > 1 << 16)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset modes/count: expected 1 to 65536, found %lld",
            GbH5Path(file), (long long)*nmodes);
  return GB_OK;
}

static GbStatus read_scalars(GbH5 *file, GbMesoState *s)
{
  int64_t seed = 0, way_back = 0;
  GB_CALL(read_int(file, "run/way_back", &way_back));
  if (way_back) GB_CALL(GbMesoStateAddWayBack(s));
  GB_CALL(read_int(file, "run/seed", &seed));
  s->seed = (uint64_t)seed;
  GB_CALL(read_int(file, "run/events", &s->events));
  GB_CALL(read_int(file, "run/draws", &s->draws));
  GB_CALL(GbH5ReadScalar(file, "run/time", &s->time_s, "s"));
  GB_CALL(GbH5ReadScalar(file, "run/temperature", &s->temperature_K, "K"));
  GB_CALL(GbH5ReadScalar(file, "run/reference_temperature", &s->reference_temperature_K, "K"));
  return GbH5ReadScalar(file, "run/hazard_left", &s->hazard_left, "1");
}

static GbStatus check_count(const GbH5 *file, const char *name, int rank, const size_t *dims,
                            size_t expected)
{
  size_t found = 1;
  for (int d = 0; d < rank; d++)
    found *= dims[d];
  if (found != expected)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu values for this grid, found %zu",
            GbH5Path(file), name, expected, found);
  return GB_OK;
}

static GbStatus read_arrays(GbH5 *file, GbMesoState *s)
{
  Array arrays[NARRAYS_MAX];
  const int narrays = list_arrays(s, arrays);
  for (int a = 0; a < narrays; a++) {
    size_t dims[4];
    int rank = shape_of(s, &arrays[a], dims);
    double *values;
    GB_CALL(GbH5ReadDoubles(file, arrays[a].name, rank, dims, &values, arrays[a].units));
    GbStatus status = check_count(file, arrays[a].name, rank, dims, arrays[a].count);
    if (status == GB_OK) memcpy(arrays[a].values, values, arrays[a].count * sizeof *values);
    free(values);
    GB_CALL(status);
  }
  return GB_OK;
}

/* Whole numbers of each voxel. */
static GbStatus read_counts(GbH5 *file, const GbMesoState *s, const char *name, int64_t *values)
{
  size_t dims[3];
  int64_t *found;
  GB_CALL(GbH5ReadInts(file, name, 3, dims, &found, "1"));
  GbStatus status = check_count(file, name, 3, dims, (size_t)s->nvoxels);
  if (status == GB_OK) memcpy(values, found, (size_t)s->nvoxels * sizeof *found);
  free(found);
  return status;
}

static GbStatus read_integers(GbH5 *file, GbMesoState *s)
{
  GB_CALL(read_counts(file, s, "fields/solid", s->redraws)); /* for a moment */
  for (int v = 0; v < s->nvoxels; v++)
    s->solid[v] = s->redraws[v] != 0;
  GB_CALL(read_counts(file, s, "modes/redraws", s->redraws));
  if (!s->way_back) return GB_OK;
  GB_CALL(read_counts(file, s, "way_back/mode", s->way_back->mode));
  for (int v = 0; v < s->nvoxels; v++)
    if (s->way_back->mode[v] < 0 || s->way_back->mode[v] >= s->nmodes)
      GB_FAIL(GB_ERR_INPUT, "%s: dataset way_back/mode: expected 0 to %d, found %lld",
              GbH5Path(file), s->nmodes - 1, (long long)s->way_back->mode[v]);
  return read_counts(file, s, "way_back/parent_redraws", s->way_back->parent_redraws);
}

static GbStatus read_all(GbH5 *file, GbMesoState *state)
{
  GbGrid grid;
  int64_t nmodes = 0;
  GB_CALL(read_grid(file, &grid, &nmodes));
  GB_CALL(GbMesoStateAllocate(state, &grid, (int)nmodes));
  GB_CALL(read_scalars(file, state));
  GB_CALL(read_arrays(file, state));
  return read_integers(file, state);
}

GbStatus GbMesoStateLoad(GbH5 *file, GbMesoState *state)
{
  memset(state, 0, sizeof *state);
  GbStatus status = read_all(file, state);
  if (status == GB_OK) return GB_OK;
  GbMesoStateFree(state);
  return GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

GbStatus GbMesoStateRead(const char *path, GbMesoState *state)
{
  GbH5 *file;
  memset(state, 0, sizeof *state);
  GB_CALL(GbH5Open(path, &file));
  GbStatus status = GbMesoStateLoad(file, state);
  GbH5Discard(&file);
  GB_CALL(status);
  return GB_OK;
}
