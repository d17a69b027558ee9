/* Snapshots in HDF5 and extended XYZ. */
#include "atomistic/engine/atoms.h"

#include "base/file.h"
#include "base/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GbStatus write_box(GbH5 *file, const GbAtoms *atoms)
{
  const size_t axes = 3;
  int64_t periodic[3];
  for (int d = 0; d < 3; d++)
    periodic[d] = atoms->periodic[d];
  GB_CALL(GbH5WriteDoubles(file, "box/lo", 1, &axes, atoms->lo, "angstrom"));
  GB_CALL(GbH5WriteDoubles(file, "box/length", 1, &axes, atoms->length, "angstrom"));
  GB_CALL(GbH5WriteInts(file, "box/periodic", 1, &axes, periodic, "1"));
  return GB_OK;
}

static GbStatus write_types(GbH5 *file, const GbAtoms *atoms)
{
  const size_t ntypes = (size_t)atoms->ntypes;
  char elements[GB_MAX_TYPES * 4 + 1] = "";
  for (int t = 0; t < atoms->ntypes; t++) {
    if (t) strcat(elements, " ");
    strcat(elements, atoms->element[t]);
  }
  GB_CALL(GbH5WriteDoubles(file, "species/mass", 1, &ntypes, atoms->mass, "g/mol"));
  GB_CALL(GbH5WriteText(file, "species", "elements", elements));
  int64_t *type = NULL;
  GB_CALLOC(type, atoms->n);
  for (int i = 0; i < atoms->n; i++)
    type[i] = atoms->type[i];
  const size_t n = (size_t)atoms->n;
  GbStatus status = GbH5WriteInts(file, "atoms/type", 1, &n, type, "1");
  free(type);
  return status;
}

GbStatus GbAtomsPutH5(GbH5 *file, const GbAtoms *atoms, double time_ps, double strain)
{
  const size_t dims[2] = {(size_t)atoms->n, 3};
  GB_CALL(write_box(file, atoms));
  GB_CALL(write_types(file, atoms));
  GB_CALL(GbH5WriteInts(file, "atoms/id", 1, dims, atoms->id, "1"));
  GB_CALL(GbH5WriteDoubles(file, "atoms/position", 2, dims, atoms->x[0], "angstrom"));
  GB_CALL(GbH5WriteDoubles(file, "atoms/velocity", 2, dims, atoms->v[0], "angstrom/ps"));
  GB_CALL(GbH5WriteScalar(file, "time", time_ps, "ps"));
  GB_CALL(GbH5WriteScalar(file, "strain", strain, "1"));
  GB_CALL(GbH5WriteText(file, "", "content", "glassband atoms"));
  return GB_OK;
}

GbStatus GbAtomsWriteH5(const char *path, const GbAtoms *atoms, double time_ps, double strain)
{
  GbH5 *file = NULL;
  GB_CALL(GbH5Create(path, &file));
  GbStatus status = GbAtomsPutH5(file, atoms, time_ps, strain);
  if (status != GB_OK) {
    GbH5Discard(&file);
    return status;
  }
  GB_CALL(GbH5Close(&file));
  return GB_OK;
}

/* Reads a dataset whose shape must be rows x columns (columns 0: one-dimensional). */
static GbStatus read_doubles(GbH5 *file, const char *name, size_t rows, size_t columns, double *to,
                             const char *units)
{
  size_t dims[2] = {0, 0};
  double *data = NULL;
  GB_CALL(GbH5ReadDoubles(file, name, columns ? 2 : 1, dims, &data, units));
  bool fits = dims[0] == rows && (!columns || dims[1] == columns);
  if (fits) memcpy(to, data, rows * (columns ? columns : 1) * sizeof *to);
  free(data);
  if (!fits)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu rows, found %zu", GbH5Path(file), name,
            rows, dims[0]);
  return GB_OK;
}

static GbStatus read_ints(GbH5 *file, const char *name, size_t rows, int64_t *to)
{
  size_t found = 0;
  int64_t *data = NULL;
  GB_CALL(GbH5ReadInts(file, name, 1, &found, &data, "1"));
  if (found == rows) memcpy(to, data, rows * sizeof *to);
  free(data);
  if (found != rows)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu rows, found %zu", GbH5Path(file), name,
            rows, found);
  return GB_OK;
}

static GbStatus read_box(GbH5 *file, GbAtoms *atoms)
{
  int64_t periodic[3];
  GB_CALL(read_doubles(file, "box/lo", 3, 0, atoms->lo, "angstrom"));
  GB_CALL(read_doubles(file, "box/length", 3, 0, atoms->length, "angstrom"));
  GB_CALL(read_ints(file, "box/periodic", 3, periodic));
  for (int d = 0; d < 3; d++) {
    atoms->periodic[d] = periodic[d] != 0;
    if (!(atoms->length[d] > 0.0))
      GB_FAIL(GB_ERR_INPUT, "%s: dataset box/length: expected positive lengths, found %g",
              GbH5Path(file), atoms->length[d]);
  }
  return GB_OK;
}

static GbStatus read_species(GbH5 *file, GbAtoms *atoms)
{
  size_t ntypes = 0;
  double *mass = NULL;
  GB_CALL(GbH5ReadDoubles(file, "species/mass", 1, &ntypes, &mass, "g/mol"));
  if (ntypes >= 1 && ntypes <= GB_MAX_TYPES) memcpy(atoms->mass, mass, ntypes * sizeof *mass);
  free(mass);
  if (ntypes < 1 || ntypes > GB_MAX_TYPES)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset species/mass: expected 1 to %d types, found %zu",
            GbH5Path(file), GB_MAX_TYPES, ntypes);
  atoms->ntypes = (int)ntypes;
  char *elements = NULL;
  GB_CALL(GbH5ReadText(file, "species", "elements", &elements));
  char *rest = elements;
  for (int t = 0; t < atoms->ntypes; t++) {
    const char *name = strtok_r(t ? NULL : elements, " ", &rest);
    if (name) snprintf(atoms->element[t], sizeof atoms->element[t], "%.3s", name);
  }
  free(elements);
  return GB_OK;
}

static GbStatus read_types(GbH5 *file, GbAtoms *atoms)
{
  GbStatus status;
  int64_t *type = NULL;
  GB_CALLOC(type, atoms->n);
  GB_TRY(status, read_ints(file, "atoms/type", (size_t)atoms->n, type), done);
  for (int i = 0; i < atoms->n; i++) {
    if (type[i] < 0 || type[i] >= atoms->ntypes) {
      status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s: dataset atoms/type: expected 0 to %d, found %lld", GbH5Path(file),
                          atoms->ntypes - 1, (long long)type[i]);
      goto done;
    }
    atoms->type[i] = (int)type[i];
  }
done:
  free(type);
  return status;
}

static GbStatus read_all(GbH5 *file, GbAtoms *atoms, double *time_ps, double *strain)
{
  size_t dims[2];
  double *x = NULL, value;
  GB_CALL(GbH5ReadDoubles(file, "atoms/position", 2, dims, &x, "angstrom"));
  if (dims[0] < 1 || dims[0] > 1000000000 || dims[1] != 3) {
    free(x);
    GB_FAIL(GB_ERR_INPUT, "%s: dataset atoms/position: expected n x 3, found %zu x %zu",
            GbH5Path(file), dims[0], dims[1]);
  }
  GbStatus status = GbAtomsAllocate(atoms, (int)dims[0]);
  if (status == GB_OK) memcpy(atoms->x, x, dims[0] * sizeof *atoms->x);
  free(x);
  GB_CALL(status);
  GB_CALL(read_box(file, atoms));
  GB_CALL(read_species(file, atoms));
  GB_CALL(read_types(file, atoms));
  GB_CALL(read_ints(file, "atoms/id", dims[0], atoms->id));
  GB_CALL(read_doubles(file, "atoms/velocity", dims[0], 3, atoms->v[0], "angstrom/ps"));
  GB_CALL(GbH5ReadScalar(file, "time", &value, "ps"));
  if (time_ps) *time_ps = value;
  GB_CALL(GbH5ReadScalar(file, "strain", &value, "1"));
  if (strain) *strain = value;
  return GB_OK;
}

GbStatus GbAtomsReadH5(const char *path, GbAtoms *atoms, double *time_ps, double *strain)
{
  *atoms = (GbAtoms){0};
  GbH5 *file = NULL;
  GB_CALL(GbH5Open(path, &file));
  GbStatus status = read_all(file, atoms, time_ps, strain);
  GbH5Discard(&file);
  if (status != GB_OK) {
    GbAtomsFree(atoms);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  return GB_OK;
}

static void print_xyz(FILE *file, const GbAtoms *atoms, int ncolumns, const char *const *names,
                      const double *const *columns)
{
  const double *l = atoms->length, *lo = atoms->lo;
  fprintf(file, "%d\nLattice=\"%.16g 0 0 0 %.16g 0 0 0 %.16g\" Origin=\"%.16g %.16g %.16g\" ",
          atoms->n, l[0], l[1], l[2], lo[0], lo[1], lo[2]);
  fprintf(file, "pbc=\"%c %c %c\" Properties=species:S:1:pos:R:3:id:I:1",
          atoms->periodic[0] ? 'T' : 'F', atoms->periodic[1] ? 'T' : 'F',
          atoms->periodic[2] ? 'T' : 'F');
  for (int k = 0; k < ncolumns; k++)
    fprintf(file, ":%s:R:1", names[k]);
  fputc('\n', file);
  for (int i = 0; i < atoms->n; i++) {
    const double *x = atoms->x[i];
    const char *element = atoms->element[atoms->type[i]];
    fprintf(file, "%s %.10g %.10g %.10g %lld", element[0] ? element : "X", x[0], x[1], x[2],
            (long long)atoms->id[i]);
    for (int k = 0; k < ncolumns; k++)
      fprintf(file, " %.8g", columns[k][i]);
    fputc('\n', file);
  }
}

GbStatus GbAtomsWriteXyz(const char *path, const GbAtoms *atoms, int ncolumns,
                         const char *const *names, const double *const *columns)
{
  GbFileAside aside;
  GB_CALL(GbFileBegin(path, &aside));
  print_xyz(aside.stream, atoms, ncolumns, names, columns);
  GB_CALL(GbFileCommit(&aside));
  return GB_OK;
}
