/* Makes the file of a trajectory: all that does not change, and the datasets that grow. */
#include "atomistic/files/h5md_series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A frame is one chunk unless it is large. */
enum { CHUNK_ATOMS = 1 << 18, CHUNK_FRAMES = 512 };

/* --- What is stored -----------------------------------------------------------------------------
 */

static GbSeries *add_series(GbSeries *series, int *n, GbSeriesKind kind, const char *group)
{
  static const char *const leaves[] = {[GB_SERIES_TIME] = "time", [GB_SERIES_STEP] = "step"};
  GbSeries *s = &series[(*n)++];
  const bool when = kind == GB_SERIES_TIME || kind == GB_SERIES_STEP;
  *s = (GbSeries){.kind = kind, .id = -1, .rank = 1, .size = {1, 1, 1}};
  snprintf(s->name, sizeof s->name, "%.100s/%s", group, when ? leaves[kind] : "value");
  return s;
}

static void add_vectors(GbSeries *series, int *n, GbSeriesKind kind, const char *group, int atoms)
{
  GbSeries *s = add_series(series, n, kind, group);
  s->rank = 3;
  s->size[1] = (hsize_t)atoms;
  s->size[2] = 3;
}

static void add_box(GbSeries *series, int *n, GbSeriesKind kind, const char *group)
{
  GbSeries *s = add_series(series, n, kind, group);
  s->rank = 2;
  s->size[1] = 3;
}

static void add_column(GbSeries *series, int *n, const char *column, int atoms)
{
  char group[GB_H5MD_NAME];
  snprintf(group, sizeof group, "particles/all/%.80s", column);
  GbSeries *s = add_series(series, n, GB_SERIES_COLUMN, group);
  snprintf(s->column, sizeof s->column, "%s", column);
  s->rank = 2;
  s->size[1] = (hsize_t)atoms;
}

int GbSeriesList(const GbFrame *frame, GbSeries *series)
{
  const int atoms = frame->atoms.n;
  int n = 0;
  add_vectors(series, &n, GB_SERIES_POSITION, "particles/all/position", atoms);
  if (frame->velocities)
    add_vectors(series, &n, GB_SERIES_VELOCITY, "particles/all/velocity", atoms);
  if (frame->forces) add_vectors(series, &n, GB_SERIES_FORCE, "particles/all/force", atoms);
  for (int k = 0; k < frame->ncolumns; k++)
    add_column(series, &n, frame->columns[k].name, atoms);
  add_box(series, &n, GB_SERIES_EDGES, "particles/all/box/edges");
  add_box(series, &n, GB_SERIES_LO, "particles/all/box/lo");
  add_series(series, &n, GB_SERIES_STRAIN, "observables/strain");
  add_series(series, &n, GB_SERIES_TIME, "particles/all/position");
  add_series(series, &n, GB_SERIES_STEP, "particles/all/position");
  return n;
}

/* --- Datasets -----------------------------------------------------------------------------------
 */

/* Ours, and as H5MD spells them. */
static void series_units(GbSeriesKind kind, const char **ours, const char **h5md)
{
  static const char *const units[][2] = {
      [GB_SERIES_TIME] = {"ps", "ps"},
      [GB_SERIES_EDGES] = {"angstrom", "Angstrom"},
      [GB_SERIES_LO] = {"angstrom", "Angstrom"},
      [GB_SERIES_STRAIN] = {"1", NULL},
      [GB_SERIES_POSITION] = {"angstrom", "Angstrom"},
      [GB_SERIES_VELOCITY] = {"angstrom/ps", "Angstrom ps-1"},
      [GB_SERIES_FORCE] = {"eV/angstrom", "eV Angstrom-1"},
      [GB_SERIES_COLUMN] = {"unspecified", NULL},
      [GB_SERIES_STEP] = {"1", NULL},
  };
  *ours = units[kind][0];
  *h5md = units[kind][1];
}

static herr_t put_text(hid_t object, const char *attribute, const char *text)
{
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(text) + 1);
  hid_t id = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t result = id < 0 ? -1 : H5Awrite(id, type, text);
  H5Aclose(id);
  H5Sclose(space);
  H5Tclose(type);
  return result;
}

static herr_t put_array(hid_t object, const char *attribute, hid_t type, hsize_t n,
                        const void *data)
{
  hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
  hid_t id = H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  herr_t result = id < 0 ? -1 : H5Awrite(id, type, data);
  H5Aclose(id);
  H5Sclose(space);
  return result;
}

static hid_t make_group(hid_t file, const char *name)
{
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  hid_t id = H5Gcreate2(file, name, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Pclose(links);
  return id;
}

static herr_t make_series(hid_t file, const GbSeries *s, const GbH5mdOptions *options)
{
  hsize_t dims[3], most[3], chunk[3];
  const bool large = s->rank == 3 || s->kind == GB_SERIES_COLUMN;
  for (int d = 0; d < s->rank; d++) {
    dims[d] = most[d] = s->size[d];
    chunk[d] = d == 1 && dims[d] > CHUNK_ATOMS ? CHUNK_ATOMS : dims[d];
  }
  dims[0] = 0;
  most[0] = H5S_UNLIMITED;
  if (!large) chunk[0] = CHUNK_FRAMES;
  const bool single =
      options->single && (s->kind == GB_SERIES_POSITION || s->kind == GB_SERIES_VELOCITY);
  hid_t type = s->kind == GB_SERIES_STEP ? H5T_STD_I64LE : single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  hid_t space = H5Screate_simple(s->rank, dims, most), made = H5Pcreate(H5P_DATASET_CREATE);
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_chunk(made, s->rank, chunk);
  if (large) H5Pset_shuffle(made);
  if (large) H5Pset_deflate(made, (unsigned)options->deflate);
  H5Pset_create_intermediate_group(links, 1);
  hid_t id = H5Dcreate2(file, s->name, type, space, links, made, H5P_DEFAULT);
  const char *units, *h5md;
  series_units(s->kind, &units, &h5md);
  herr_t result = id < 0 ? -1 : put_text(id, "units", units);
  if (result >= 0 && h5md) result = put_text(id, "unit", h5md);
  H5Dclose(id);
  H5Pclose(links);
  H5Pclose(made);
  H5Sclose(space);
  return result;
}

/* Every element of H5MD has its own step and time: the same datasets under further names. */
static herr_t link_times(hid_t file, const GbSeries *s)
{
  static const char *const leaves[2] = {"step", "time"};
  if (s->kind == GB_SERIES_STEP || s->kind == GB_SERIES_TIME || s->kind == GB_SERIES_POSITION)
    return 0;
  const int group = (int)(strrchr(s->name, '/') - s->name);
  for (int k = 0; k < 2; k++) {
    char from[GB_H5MD_NAME], to[GB_H5MD_NAME + 8];
    snprintf(from, sizeof from, "particles/all/position/%s", leaves[k]);
    snprintf(to, sizeof to, "%.*s/%s", group, s->name, leaves[k]);
    if (H5Lcreate_hard(file, from, file, to, H5P_DEFAULT, H5P_DEFAULT) < 0) return -1;
  }
  return 0;
}

static herr_t put_fixed(hid_t file, const char *name, hid_t stored, hid_t memory, hsize_t n,
                        const void *data, const char *units)
{
  hid_t space = H5Screate_simple(1, &n, NULL), made = H5Pcreate(H5P_DATASET_CREATE);
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  const hsize_t chunk = n > CHUNK_ATOMS ? CHUNK_ATOMS : n;
  H5Pset_create_intermediate_group(links, 1);
  H5Pset_chunk(made, 1, &chunk);
  H5Pset_shuffle(made);
  H5Pset_deflate(made, 1);
  hid_t id = H5Dcreate2(file, name, stored, space, links, made, H5P_DEFAULT);
  herr_t result = id < 0 ? -1 : H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
  if (result >= 0) result = put_text(id, "units", units);
  H5Dclose(id);
  H5Pclose(links);
  H5Pclose(made);
  H5Sclose(space);
  return result;
}

static herr_t put_header(hid_t file, bool wrapped)
{
  static const int version[2] = {1, 1};
  hid_t root = make_group(file, "h5md"), author = make_group(file, "h5md/author");
  hid_t creator = make_group(file, "h5md/creator");
  bool good =
      put_array(root, "version", H5T_NATIVE_INT, 2, version) >= 0 &&
      put_text(author, "name", "unknown") >= 0 && put_text(creator, "name", "glassband") >= 0 &&
      put_text(creator, "version", "1") >= 0 && put_text(file, "content", gb_h5md_content) >= 0 &&
      (!wrapped || put_text(file, "positions", gb_h5md_wrapped) >= 0);
  H5Gclose(creator);
  H5Gclose(author);
  H5Gclose(root);
  return good ? 0 : -1;
}

static herr_t put_box(hid_t file, const GbAtoms *atoms)
{
  const int dimension = 3;
  char boundary[3][9] = {"none", "none", "none"};
  for (int d = 0; d < 3; d++)
    if (atoms->periodic[d]) strcpy(boundary[d], "periodic");
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, sizeof boundary[0]);
  hid_t box = H5Gopen2(file, "particles/all/box", H5P_DEFAULT);
  bool good = put_array(box, "dimension", H5T_NATIVE_INT, 0, &dimension) >= 0 &&
              put_array(box, "boundary", type, 3, boundary) >= 0;
  H5Gclose(box);
  H5Tclose(type);
  return good ? 0 : -1;
}

static herr_t put_elements(hid_t file, const GbAtoms *atoms)
{
  char names[GB_MAX_TYPES * 4 + 1] = "";
  for (int t = 0; t < atoms->ntypes; t++) {
    if (t) strcat(names, " ");
    strcat(names, atoms->element[t]);
  }
  if (put_fixed(file, "species/mass", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, (hsize_t)atoms->ntypes,
                atoms->mass, "g/mol") < 0)
    return -1;
  hid_t group = H5Gopen2(file, "species", H5P_DEFAULT);
  herr_t result = put_text(group, "elements", names);
  H5Gclose(group);
  return result;
}

static herr_t put_atoms(hid_t file, const GbAtoms *atoms)
{
  const hsize_t n = (hsize_t)atoms->n;
  double *mass = calloc((size_t)n, sizeof *mass);
  if (!mass) return -1;
  for (hsize_t i = 0; i < n; i++)
    mass[i] = atoms->mass[atoms->type[i]];
  bool good = put_fixed(file, "particles/all/id", H5T_STD_I64LE, H5T_NATIVE_INT64, n, atoms->id,
                        "1") >= 0 &&
              put_fixed(file, "particles/all/species", H5T_STD_I32LE, H5T_NATIVE_INT, n,
                        atoms->type, "1") >= 0 &&
              put_fixed(file, "particles/all/mass", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, n, mass,
                        "g/mol") >= 0 &&
              put_elements(file, atoms) >= 0;
  free(mass);
  return good ? 0 : -1;
}

hid_t GbH5mdAccess(void)
{
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  return access;
}

bool GbH5mdFill(const char *path, const GbFrame *first, const GbSeries *series, int nseries,
                const GbH5mdOptions *options)
{
  hid_t access = GbH5mdAccess();
  hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, access);
  bool good = file >= 0 && put_header(file, first->wrapped) >= 0;
  for (int k = 0; good && k < nseries; k++)
    good = make_series(file, &series[k], options) >= 0;
  for (int k = 0; good && k < nseries; k++)
    good = link_times(file, &series[k]) >= 0;
  good = good && put_box(file, &first->atoms) >= 0 && put_atoms(file, &first->atoms) >= 0;
  if (file >= 0) good = H5Fclose(file) >= 0 && good;
  H5Pclose(access);
  return good;
}
