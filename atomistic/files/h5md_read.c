/* Reads our trajectories and those of other programs: ids, species, masses, corner of the box,
 * velocities and so on may be absent, and each may be one dataset or a group with a value per
 * frame. */
#include "atomistic/files/h5md.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256 };

/* --- Elements -----------------------------------------------------------------------------------
 */

typedef struct {
  hid_t id;
  bool series; /* the first dimension counts frames */
  int rank;
  hsize_t dims[8];
  hsize_t count; /* numbers per frame */
} Element;

static bool has_element(GbH5 *file, const char *group, const char *name)
{
  char path[NAME_SIZE];
  snprintf(path, sizeof path, "%s/%s", group, name);
  return GbH5Has(file, path);
}

static GbStatus open_element(GbH5 *file, const char *group, const char *name, Element *element)
{
  char path[NAME_SIZE];
  *element = (Element){.id = -1, .count = 1};
  snprintf(path, sizeof path, "%s/%s/value", group, name);
  element->series = GbH5Has(file, path);
  if (!element->series) snprintf(path, sizeof path, "%s/%s", group, name);
  hid_t id = H5Dopen2((hid_t)GbH5Handle(file), path, H5P_DEFAULT);
  if (id < 0) GB_FAIL(GB_ERR_INPUT, "%s: expected a dataset %s, found none", GbH5Path(file), path);
  hid_t space = H5Dget_space(id);
  element->rank = H5Sget_simple_extent_ndims(space);
  if (element->rank >= 0 && element->rank <= 8)
    H5Sget_simple_extent_dims(space, element->dims, NULL);
  H5Sclose(space);
  if (element->rank < element->series || element->rank > 8) {
    H5Dclose(id);
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected a value per frame, found %d dimensions",
            GbH5Path(file), path, element->rank);
  }
  for (int d = element->series; d < element->rank; d++)
    element->count *= element->dims[d];
  element->id = id;
  return GB_OK;
}

static GbStatus read_values(GbH5 *file, const char *name, const Element *e, int64_t frame,
                            size_t count, hid_t type, void *to)
{
  hsize_t first[8] = {(hsize_t)frame}, size[8];
  if (e->count != count || (e->series && (hsize_t)frame >= e->dims[0]))
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %zu numbers in frame %lld, found %llu", GbH5Path(file),
            name, count, (long long)frame, (unsigned long long)e->count);
  memcpy(size, e->dims, sizeof size);
  if (e->series)
    size[0] = 1;
  else
    first[0] = 0;
  hid_t space = H5Dget_space(e->id);
  hid_t memory = e->rank > 0 ? H5Screate_simple(e->rank, size, NULL) : H5Screate(H5S_SCALAR);
  bool good =
      (e->rank == 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, size, NULL) >= 0) &&
      H5Dread(e->id, type, memory, space, H5P_DEFAULT, to) >= 0;
  H5Sclose(memory);
  H5Sclose(space);
  if (!good)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: cannot read frame %lld: the file is damaged", GbH5Path(file),
            name, (long long)frame);
  return GB_OK;
}

static GbStatus read_element(GbH5 *file, const char *group, const char *name, int64_t frame,
                             size_t count, hid_t type, void *to)
{
  Element element;
  GB_CALL(open_element(file, group, name, &element));
  GbStatus status = read_values(file, name, &element, frame, count, type, to);
  H5Dclose(element.id);
  GB_CALL(status);
  return GB_OK;
}

/* --- What is there ------------------------------------------------------------------------------
 */

bool GbH5mdIs(GbH5 *file, char group[64])
{
  H5G_info_t members;
  snprintf(group, 64, "particles/all");
  if (!GbH5Has(file, "particles")) return false;
  if (has_element(file, group, "position/value")) return true;
  hid_t id = H5Gopen2((hid_t)GbH5Handle(file), "particles", H5P_DEFAULT);
  if (id < 0) return false;
  bool found = false;
  if (H5Gget_info(id, &members) < 0) members.nlinks = 0;
  for (hsize_t k = 0; k < members.nlinks && !found; k++) {
    char name[50] = "";
    H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT);
    snprintf(group, 64, "particles/%s", name);
    found = has_element(file, group, "position/value");
  }
  H5Gclose(id);
  return found;
}

GbStatus GbH5mdSteps(GbH5 *file, const char *group, int64_t *nframes, int64_t **steps)
{
  Element position = {0}, step = {.id = -1};
  GB_CALL(open_element(file, group, "position", &position));
  H5Dclose(position.id);
  *nframes = (int64_t)position.dims[0];
  const bool stored = has_element(file, group, "position/step");
  if (stored) GB_CALL(open_element(file, group, "position/step", &step));
  if (stored && step.rank == 1 && (int64_t)step.dims[0] < *nframes)
    *nframes = (int64_t)step.dims[0]; /* the last frame was not finished */
  GbStatus status = GbCalloc((void **)steps, (size_t)*nframes, sizeof **steps);
  for (int64_t k = 0; status == GB_OK && k < *nframes; k++)
    (*steps)[k] = -1;
  if (status == GB_OK && step.rank == 1 && *nframes > 0) {
    int64_t *all = NULL;
    status = GbCalloc((void **)&all, (size_t)step.dims[0], sizeof *all);
    if (status == GB_OK)
      status =
          read_values(file, "position/step", &step, 0, (size_t)step.count, H5T_NATIVE_INT64, all);
    if (status == GB_OK) memcpy(*steps, all, (size_t)*nframes * sizeof **steps);
    free(all);
  }
  if (step.id >= 0) H5Dclose(step.id);
  if (status != GB_OK) {
    free(*steps);
    *steps = NULL;
  }
  GB_CALL(status);
  return GB_OK;
}

/* --- A frame ------------------------------------------------------------------------------------
 */

/* `boundary`: three texts, of fixed length (ours, h5py) or variable. */
static void read_boundary(GbH5 *file, const char *group, GbFrame *frame)
{
  char path[NAME_SIZE], *texts[3] = {NULL};
  snprintf(path, sizeof path, "%s/box", group);
  hid_t box = H5Gopen2((hid_t)GbH5Handle(file), path, H5P_DEFAULT);
  hid_t id =
      box >= 0 && H5Aexists(box, "boundary") > 0 ? H5Aopen(box, "boundary", H5P_DEFAULT) : -1;
  hid_t stored = id >= 0 ? H5Aget_type(id) : -1, space = id >= 0 ? H5Aget_space(id) : -1;
  if (id >= 0 && H5Tget_class(stored) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 3) {
    char fixed[3][64] = {{0}};
    const bool variable = H5Tis_variable_str(stored) > 0;
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_cset(type, H5Tget_cset(stored));
    H5Tset_size(type, variable ? H5T_VARIABLE : sizeof fixed[0]);
    frame->boundaries = H5Aread(id, type, variable ? (void *)texts : (void *)fixed) >= 0;
    for (int d = 0; frame->boundaries && d < 3; d++)
      frame->atoms.periodic[d] = strcmp(variable && texts[d] ? texts[d] : fixed[d], "none") != 0;
    if (variable && frame->boundaries) H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
    H5Tclose(type);
  }
  if (space >= 0) H5Sclose(space);
  if (stored >= 0) H5Tclose(stored);
  if (id >= 0) H5Aclose(id);
  if (box >= 0) H5Gclose(box);
}

static GbStatus read_box(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  Element edges;
  double lattice[9];
  GB_CALL(open_element(file, group, "box/edges", &edges));
  const bool full = edges.count == 9;
  GbStatus status = read_values(file, "box/edges", &edges, index, full ? 9 : 3, H5T_NATIVE_DOUBLE,
                                full ? lattice : a->length);
  H5Dclose(edges.id);
  GB_CALL(status);
  for (int k = 0; full && k < 9; k++) {
    if (k % 4 && lattice[k] != 0.0)
      GB_FAIL(GB_ERR_INPUT, "%s: box/edges: expected a rectangular box, found a triclinic one",
              GbH5Path(file));
    if (k % 4 == 0) a->length[k / 4] = lattice[k];
  }
  for (int d = 0; d < 3; d++)
    if (!(a->length[d] > 0.0) || !isfinite(a->length[d]))
      GB_FAIL(GB_ERR_INPUT, "%s: box/edges: expected positive lengths, found %g", GbH5Path(file),
              a->length[d]);
  if (has_element(file, group, "box/lo"))
    GB_CALL(read_element(file, group, "box/lo", index, 3, H5T_NATIVE_DOUBLE, a->lo));
  read_boundary(file, group, frame);
  return GB_OK;
}

/* Elements and masses of the types, as our own files have them. */
static GbStatus read_elements(GbH5 *file, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  size_t ntypes = 0;
  double *mass = NULL;
  char *names = NULL, *rest;
  if (!GbH5Has(file, "species/mass")) return GB_OK;
  GB_CALL(GbH5ReadDoubles(file, "species/mass", 1, &ntypes, &mass, "g/mol"));
  const bool fits = ntypes >= (size_t)a->ntypes && ntypes <= GB_MAX_TYPES;
  if (fits) memcpy(a->mass, mass, ntypes * sizeof *mass);
  free(mass);
  if (!fits)
    GB_FAIL(GB_ERR_INPUT, "%s: species/mass: expected %d to %d types, found %zu", GbH5Path(file),
            a->ntypes, GB_MAX_TYPES, ntypes);
  a->ntypes = (int)ntypes;
  frame->masses = true;
  GB_CALL(GbH5ReadText(file, "species", "elements", &names));
  rest = names;
  for (int t = 0; t < a->ntypes; t++) {
    const char *name = strtok_r(t ? NULL : names, " ", &rest);
    if (name) snprintf(a->element[t], sizeof a->element[t], "%.3s", name);
  }
  free(names);
  return GB_OK;
}

static GbStatus read_types(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  const size_t n = (size_t)a->n;
  for (int i = 0; i < a->n; i++)
    a->id[i] = i + 1;
  if (has_element(file, group, "id"))
    GB_CALL(read_element(file, group, "id", index, n, H5T_NATIVE_INT64, a->id));
  if (has_element(file, group, "species"))
    GB_CALL(read_element(file, group, "species", index, n, H5T_NATIVE_INT, a->type));
  for (int i = 0; i < a->n; i++) {
    if (a->type[i] < 0 || a->type[i] >= GB_MAX_TYPES)
      GB_FAIL(GB_ERR_INPUT, "%s: species: expected 0 to %d, found %d", GbH5Path(file),
              GB_MAX_TYPES - 1, a->type[i]);
    if (a->type[i] >= a->ntypes) a->ntypes = a->type[i] + 1;
  }
  GB_CALL(read_elements(file, frame));
  return GB_OK;
}

/* All elements with one number per atom and frame that have no meaning of their own. */
static GbStatus read_columns(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  GbStatus status = GB_OK;
  H5G_info_t members = {0};
  hid_t id = H5Gopen2((hid_t)GbH5Handle(file), group, H5P_DEFAULT);
  if (id < 0 || H5Gget_info(id, &members) < 0) members.nlinks = 0;
  for (hsize_t k = 0; k < members.nlinks && status == GB_OK; k++) {
    char name[GB_COLUMN_NAME] = "", value[GB_COLUMN_NAME + 8];
    Element element;
    double *values;
    H5Lget_name_by_idx(id, ".", H5_INDEX_NAME, H5_ITER_INC, k, name, sizeof name, H5P_DEFAULT);
    snprintf(value, sizeof value, "%s/value", name);
    if (!has_element(file, group, value) || strcmp(name, "id") == 0 || strcmp(name, "species") == 0)
      continue;
    status = open_element(file, group, name, &element);
    if (status != GB_OK) break;
    if (element.rank == 2 && element.count == (hsize_t)frame->atoms.n) {
      status = GbFrameAddColumn(frame, name, &values);
      if (status == GB_OK)
        status = read_values(file, name, &element, index, (size_t)frame->atoms.n, H5T_NATIVE_DOUBLE,
                             values);
    }
    H5Dclose(element.id);
  }
  if (id >= 0) H5Gclose(id);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus read_when(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  Element element;
  GbStatus status = GB_OK;
  struct {
    const char *group, *name;
    hid_t type;
    void *to;
  } const when[3] = {{group, "position/step", H5T_NATIVE_INT64, &frame->step},
                     {group, "position/time", H5T_NATIVE_DOUBLE, &frame->time_ps},
                     {"observables", "strain", H5T_NATIVE_DOUBLE, &frame->strain}};
  for (int k = 0; k < 3; k++) {
    if (!has_element(file, when[k].group, when[k].name)) continue;
    GB_CALL(open_element(file, when[k].group, when[k].name, &element));
    if (element.rank == 1) { /* step and time are not groups with a value but series themselves */
      element.series = true;
      element.count = 1;
      status = read_values(file, when[k].name, &element, index, 1, when[k].type, when[k].to);
    }
    H5Dclose(element.id);
    GB_CALL(status);
  }
  return GB_OK;
}

static GbStatus check_positions(GbH5 *file, const GbAtoms *a)
{
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      if (!isfinite(a->x[i][d]) || !isfinite(a->v[i][d]))
        GB_FAIL(GB_ERR_INPUT, "%s: atom %lld: expected finite positions and velocities, found %g",
                GbH5Path(file), (long long)a->id[i],
                isfinite(a->x[i][d]) ? a->v[i][d] : a->x[i][d]);
  return GB_OK;
}

GbStatus GbH5mdRead(GbH5 *file, const char *group, int64_t index, GbFrame *frame)
{
  Element position;
  GB_CALL(open_element(file, group, "position", &position));
  H5Dclose(position.id);
  if (position.rank != 3 || position.dims[2] != 3 || position.dims[1] < 1 ||
      position.dims[1] > 1000000000)
    GB_FAIL(GB_ERR_INPUT, "%s: position/value: expected frames x atoms x 3", GbH5Path(file));
  GB_CALL(GbFrameAllocate(frame, (int)position.dims[1]));
  GbAtoms *a = &frame->atoms;
  const size_t count = 3 * (size_t)a->n;
  GB_CALL(read_element(file, group, "position", index, count, H5T_NATIVE_DOUBLE, a->x));
  frame->velocities = has_element(file, group, "velocity");
  if (frame->velocities)
    GB_CALL(read_element(file, group, "velocity", index, count, H5T_NATIVE_DOUBLE, a->v));
  frame->forces = has_element(file, group, "force");
  if (frame->forces)
    GB_CALL(read_element(file, group, "force", index, count, H5T_NATIVE_DOUBLE, a->f));
  GB_CALL(read_box(file, group, index, frame));
  GB_CALL(read_types(file, group, index, frame));
  GB_CALL(read_columns(file, group, index, frame));
  GB_CALL(read_when(file, group, index, frame));
  GB_CALL(check_positions(file, a));
  GB_CALL(GbFrameSort(frame, GbH5Path(file)));
  return GB_OK;
}
