/* LAMMPS data files of atom style "atomic": reading, line by line so that complaints name the line,
 * and writing.
 *
 * A position is stored as the one in the box and the number of boxes that it is away (image flags).
 * The reader adds them up: the writer looks for the pair whose sum gives the same bits. */
#include "atomistic/engine/atoms.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  GbText *text;
  char comment[64]; /* of the line last read */
  int natoms, ntypes;
  int bounds; /* axes read */
} Reader;

/* --- Lines --------------------------------------------------------------------------------------
 */

static void cut_comment(Reader *reader)
{
  char *hash = strchr(GbTextLine(reader->text), '#');
  reader->comment[0] = '\0';
  if (!hash) return;
  *hash = '\0';
  snprintf(reader->comment, sizeof reader->comment, "%.63s", hash + 1);
}

static GbStatus next_line(Reader *reader, bool *found)
{
  GB_CALL(GbTextNext(reader->text, found));
  cut_comment(reader);
  return GB_OK;
}

static bool is_blank(const Reader *reader)
{
  return GbTextAtEnd(GbTextLine(reader->text));
}

/* Next line that is not blank, inside a section. */
static GbStatus next_row(Reader *reader, const char *what)
{
  do {
    GB_CALL(GbTextNeed(reader->text, what));
    cut_comment(reader);
  } while (is_blank(reader));
  return GB_OK;
}

static bool take_finite(const char **next, int count, double *numbers)
{
  for (int k = 0; k < count; k++)
    if (!GbTextNumber(next, &numbers[k]) || !isfinite(numbers[k])) return false;
  return true;
}

/* --- The header ---------------------------------------------------------------------------------
 */

static GbStatus read_bounds(Reader *reader, GbAtoms *atoms)
{
  static const char *const names[3] = {"xlo xhi", "ylo yhi", "zlo zhi"};
  const char *line = GbTextLine(reader->text);
  for (int d = 0; d < 3; d++) {
    const char *next = line;
    double bounds[2];
    if (!strstr(line, names[d])) continue;
    if (!take_finite(&next, 2, bounds) || bounds[1] <= bounds[0])
      GB_FAIL_TEXT(reader->text, "two ascending box bounds");
    atoms->lo[d] = bounds[0];
    atoms->length[d] = bounds[1] - bounds[0];
    atoms->periodic[d] = true;
    reader->bounds++;
  }
  return GB_OK;
}

static GbStatus check_header(Reader *reader)
{
  if (reader->natoms < 1 || reader->natoms > 1000000000)
    GB_FAIL_TEXT(reader->text, "\"N atoms\" before the first section");
  if (reader->ntypes < 1 || reader->ntypes > GB_MAX_TYPES)
    GB_FAIL_TEXT(reader->text, "\"N atom types\" (1 to %d) before the first section", GB_MAX_TYPES);
  if (reader->bounds != 3)
    GB_FAIL_TEXT(reader->text, "three lines of box bounds before the first section");
  return GB_OK;
}

/* Counts and bounds, up to the first section's name, which stays the line last read. */
static GbStatus read_header(Reader *reader, GbAtoms *frame)
{
  bool found;
  GB_CALL(next_line(reader, &found)); /* a title */
  for (;;) {
    GB_CALL(next_line(reader, &found));
    if (!found) break;
    int count;
    char word[16];
    const char *line = GbTextLine(reader->text);
    if (is_blank(reader)) continue;
    if (sscanf(line, "%d atom %15s", &count, word) == 2 && strcmp(word, "types") == 0)
      reader->ntypes = count;
    else if (sscanf(line, "%d %15s", &count, word) == 2 && strcmp(word, "atoms") == 0)
      reader->natoms = count;
    else if (strstr(line, "lo ") && strstr(line, "hi"))
      GB_CALL(read_bounds(reader, frame));
    else if (strstr(line, "xy xz yz"))
      GB_FAIL_TEXT(reader->text, "a rectangular box (triclinic ones are not supported)");
    else
      break;
  }
  GB_CALL(check_header(reader));
  return GB_OK;
}

/* --- Sections -----------------------------------------------------------------------------------
 */

static GbStatus read_masses(Reader *reader, GbAtoms *atoms)
{
  for (int t = 0; t < reader->ntypes; t++) {
    int64_t type;
    double mass = 0.0;
    GB_CALL(next_row(reader, "a line \"type mass\""));
    const char *next = GbTextLine(reader->text);
    if (!GbTextInteger(&next, &type) || !GbTextNumber(&next, &mass) || !GbTextAtEnd(next))
      GB_FAIL_TEXT(reader->text, "a line \"type mass\"");
    if (type < 1 || type > reader->ntypes || !(mass > 0.0) || !isfinite(mass))
      GB_FAIL_TEXT(reader->text, "an atom type that exists and a positive mass");
    atoms->mass[type - 1] = mass;
    sscanf(reader->comment, "%3s", atoms->element[type - 1]);
  }
  return GB_OK;
}

typedef struct {
  int64_t id;
  int type;
  double x[3];
} Row;

static GbStatus read_row(Reader *reader, const GbAtoms *frame, Row *row)
{
  static const char *const what = "a line \"id type x y z\" or \"id type x y z nx ny nz\"";
  int64_t type, image[3] = {0};
  GB_CALL(next_row(reader, what));
  const char *next = GbTextLine(reader->text);
  bool good = GbTextInteger(&next, &row->id) && GbTextInteger(&next, &type) &&
              take_finite(&next, 3, row->x);
  if (good && !GbTextAtEnd(next))
    for (int d = 0; d < 3; d++)
      good = good && GbTextInteger(&next, &image[d]);
  if (!good || !GbTextAtEnd(next)) GB_FAIL_TEXT(reader->text, "%s", what);
  if (row->id < 1 || type < 1 || type > reader->ntypes)
    GB_FAIL_TEXT(reader->text, "an atom id from 1 and a type that exists");
  row->type = (int)type - 1;
  for (int d = 0; d < 3; d++)
    row->x[d] = fma((double)image[d], frame->length[d], row->x[d]); /* as `wrap` below */
  return GB_OK;
}

static int compare_ids(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int compare_rows(const void *a, const void *b)
{
  return compare_ids(&((const Row *)a)->id, &((const Row *)b)->id);
}

static GbStatus read_rows(Reader *reader, GbAtoms *atoms, Row *rows)
{
  bool sorted = true;
  for (int i = 0; i < atoms->n; i++) {
    GB_CALL(read_row(reader, atoms, &rows[i]));
    sorted = sorted && (i == 0 || rows[i].id > rows[i - 1].id);
  }
  if (!sorted) qsort(rows, (size_t)atoms->n, sizeof *rows, compare_rows);
  for (int i = 0; i < atoms->n; i++) {
    if (i > 0 && rows[i].id == rows[i - 1].id)
      GB_FAIL(GB_ERR_INPUT, "%s: two atoms have the id %lld", GbTextPath(reader->text),
              (long long)rows[i].id);
    atoms->id[i] = rows[i].id;
    atoms->type[i] = rows[i].type;
    memcpy(atoms->x[i], rows[i].x, sizeof rows[i].x);
  }
  return GB_OK;
}

static GbStatus read_atoms(Reader *reader, GbAtoms *atoms)
{
  Row *rows = NULL;
  GB_CALLOC(rows, atoms->n);
  GbStatus status = read_rows(reader, atoms, rows);
  free(rows);
  return status;
}

static GbStatus read_velocities(Reader *reader, GbAtoms *atoms)
{
  static const char *const what = "a line \"id vx vy vz\"";
  for (int i = 0; i < atoms->n; i++) {
    int64_t id;
    double v[3];
    GB_CALL(next_row(reader, what));
    const char *next = GbTextLine(reader->text);
    if (!GbTextInteger(&next, &id) || !take_finite(&next, 3, v) || !GbTextAtEnd(next))
      GB_FAIL_TEXT(reader->text, "%s", what);
    const int64_t *place = &atoms->id[i]; /* files of ours are in order */
    if (*place != id)
      place = bsearch(&id, atoms->id, (size_t)atoms->n, sizeof *atoms->id, compare_ids);
    if (!place) GB_FAIL_TEXT(reader->text, "the id of an atom");
    memcpy(atoms->v[place - atoms->id], v, sizeof v);
  }
  return GB_OK;
}

static GbStatus read_section(Reader *reader, GbAtoms *atoms, bool *have_atoms)
{
  const char *next = GbTextLine(reader->text);
  char name[32] = "";
  GbTextWord(&next, name, sizeof name);
  if (strcmp(name, "Masses") == 0) {
    GB_CALL(read_masses(reader, atoms));
  } else if (strcmp(name, "Atoms") == 0) {
    if (reader->comment[0] && !strstr(reader->comment, "atomic"))
      GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected atom style atomic, found \"%s\"",
              GbTextPath(reader->text), (long long)GbTextLineNumber(reader->text), reader->comment);
    GB_CALL(read_atoms(reader, atoms));
    *have_atoms = true;
  } else if (strcmp(name, "Velocities") == 0 && *have_atoms) {
    GB_CALL(read_velocities(reader, atoms));
  } else {
    GB_FAIL_TEXT(reader->text, "the section Masses, Atoms or (after it) Velocities");
  }
  return GB_OK;
}

static GbStatus read_file(Reader *reader, GbAtoms *atoms)
{
  GbAtoms frame = {0};
  bool have_atoms = false, found = true;
  GB_CALL(read_header(reader, &frame));
  GB_CALL(GbAtomsAllocate(atoms, reader->natoms));
  memcpy(atoms->lo, frame.lo, sizeof frame.lo);
  memcpy(atoms->length, frame.length, sizeof frame.length);
  memcpy(atoms->periodic, frame.periodic, sizeof frame.periodic);
  atoms->ntypes = reader->ntypes;
  for (int t = 0; t < reader->ntypes; t++)
    atoms->mass[t] = 1.0; /* until Masses or GbPotentialApplyTypes */
  while (found) {
    if (!is_blank(reader)) GB_CALL(read_section(reader, atoms, &have_atoms));
    GB_CALL(next_line(reader, &found));
  }
  if (!have_atoms) GB_FAIL(GB_ERR_INPUT, "%s: there is no section Atoms", GbTextPath(reader->text));
  return GB_OK;
}

GbStatus GbAtomsReadLammpsData(const char *path, GbAtoms *atoms)
{
  *atoms = (GbAtoms){0};
  Reader reader = {0};
  GB_CALL(GbTextOpen(path, &reader.text));
  GbStatus status = read_file(&reader, atoms);
  GbTextClose(&reader.text);
  if (status != GB_OK) {
    GbAtomsFree(atoms);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  return GB_OK;
}

/* --- Writing ------------------------------------------------------------------------------------
 */

double GbAtomsUpperBound(const GbAtoms *atoms, int d)
{
  const double lo = atoms->lo[d], length = atoms->length[d], hi = lo + length;
  const double near[3] = {hi, nextafter(hi, INFINITY), nextafter(hi, -INFINITY)};
  for (int k = 0; k < 3; k++)
    if (near[k] - lo == length) return near[k];
  return hi;
}

/* In the box and image for x, such that the reader's sum gives x again; else x itself and 0, which
 * LAMMPS wraps when it reads. fma, so that compilers have no choice in how they round. */
static void wrap(const GbAtoms *atoms, int d, double x, double *inside, int *image)
{
  const double length = atoms->length[d];
  const double k = atoms->periodic[d] ? floor((x - atoms->lo[d]) / length) : 0.0;
  *inside = x;
  *image = 0;
  if (k == 0.0 || fabs(k) > 1e6) return;
  const double near = fma(-k, length, x);
  const double tries[3] = {near, nextafter(near, INFINITY), nextafter(near, -INFINITY)};
  for (int t = 0; t < 3; t++) {
    if (fma(k, length, tries[t]) != x) continue;
    *inside = tries[t];
    *image = (int)k;
    return;
  }
}

static void print_header(FILE *file, const GbAtoms *atoms, int digits)
{
  static const char axes[3] = {'x', 'y', 'z'};
  fprintf(file,
          "LAMMPS data file, units metal, written by glassband\n\n%d atoms\n%d atom types\n\n",
          atoms->n, atoms->ntypes);
  for (int d = 0; d < 3; d++)
    fprintf(file, "%.*g %.*g %clo %chi\n", digits, atoms->lo[d], digits,
            GbAtomsUpperBound(atoms, d), axes[d], axes[d]);
  fprintf(file, "\nMasses\n\n");
  for (int t = 0; t < atoms->ntypes; t++)
    fprintf(file, "%d %.*g%s%s\n", t + 1, digits, atoms->mass[t], atoms->element[t][0] ? " # " : "",
            atoms->element[t]);
}

static bool at_rest(const GbAtoms *atoms)
{
  for (int i = 0; i < atoms->n; i++)
    if (atoms->v[i][0] != 0.0 || atoms->v[i][1] != 0.0 || atoms->v[i][2] != 0.0) return false;
  return true;
}

static void print_data(FILE *file, const GbAtoms *atoms, int digits)
{
  print_header(file, atoms, digits);
  fprintf(file, "\nAtoms # atomic\n\n");
  for (int i = 0; i < atoms->n; i++) {
    double x[3];
    int image[3];
    for (int d = 0; d < 3; d++)
      wrap(atoms, d, atoms->x[i][d], &x[d], &image[d]);
    fprintf(file, "%lld %d %.*g %.*g %.*g %d %d %d\n", (long long)atoms->id[i], atoms->type[i] + 1,
            digits, x[0], digits, x[1], digits, x[2], image[0], image[1], image[2]);
  }
  if (at_rest(atoms)) return;
  fprintf(file, "\nVelocities\n\n");
  for (int i = 0; i < atoms->n; i++)
    fprintf(file, "%lld %.*g %.*g %.*g\n", (long long)atoms->id[i], digits, atoms->v[i][0], digits,
            atoms->v[i][1], digits, atoms->v[i][2]);
}

GbStatus GbAtomsWriteLammpsData(const char *path, const GbAtoms *atoms, int digits)
{
  GbFileAside aside;
  GB_CALL(GbFileBegin(path, &aside));
  print_data(aside.stream, atoms, digits > 0 ? digits : 17);
  GB_CALL(GbFileCommit(&aside));
  return GB_OK;
}
