/* Reads LAMMPS data files of atom style "atomic", line by line, so that complaints name the line.
 */
#include "atomistic/engine/atoms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LENGTH = 1024 };

typedef struct {
  const char *path;
  FILE *stream;
  int line;
  char text[LINE_MAX_LENGTH]; /* without its comment and end of line */
  char comment[64];
  int natoms, ntypes;
  int bounds; /* axes read */
} Reader;

/* False at the end of the file. */
static bool next_line(Reader *reader)
{
  if (!fgets(reader->text, sizeof reader->text, reader->stream)) return false;
  reader->line++;
  reader->text[strcspn(reader->text, "\r\n")] = '\0';
  char *hash = strchr(reader->text, '#');
  reader->comment[0] = '\0';
  if (hash) {
    *hash = '\0';
    snprintf(reader->comment, sizeof reader->comment, "%.63s", hash + 1);
  }
  return true;
}

static bool is_blank(const Reader *reader)
{
  return reader->text[strspn(reader->text, " \t")] == '\0';
}

#define FAIL_LINE(reader, what)                                                                    \
  GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s, found \"%s\"", (reader)->path, (reader)->line,        \
          (what), (reader)->text)

/* Next line that is not blank, inside a section. */
static GbStatus next_row(Reader *reader, const char *what)
{
  do {
    if (!next_line(reader))
      GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s, found the end of the file: it is cut off",
              reader->path, reader->line, what);
  } while (is_blank(reader));
  return GB_OK;
}

/* Exactly `count` finite numbers on the line, or count + 3 where `more` is not NULL (set to true).
 */
static GbStatus parse_numbers(const Reader *reader, const char *what, int count, double *numbers,
                              bool *more)
{
  const char *next = reader->text;
  int found = 0, most = more ? count + 3 : count;
  for (; found <= most; found++) {
    char *end;
    double number = strtod(next, &end);
    if (end == next) break;
    if (found == most || !isfinite(number)) FAIL_LINE(reader, what);
    numbers[found] = number;
    next = end;
  }
  if (next[strspn(next, " \t")] != '\0' || (found != count && found != most))
    FAIL_LINE(reader, what);
  if (more) *more = found == most;
  return GB_OK;
}

static GbStatus read_bounds(Reader *reader, GbAtoms *atoms)
{
  static const char *const names[3] = {"xlo xhi", "ylo yhi", "zlo zhi"};
  for (int d = 0; d < 3; d++) {
    if (!strstr(reader->text, names[d])) continue;
    double lo, hi;
    if (sscanf(reader->text, "%lf %lf", &lo, &hi) != 2 || !isfinite(lo) || !isfinite(hi) ||
        hi <= lo)
      FAIL_LINE(reader, "two ascending box bounds");
    atoms->lo[d] = lo;
    atoms->length[d] = hi - lo;
    atoms->periodic[d] = true;
    reader->bounds++;
  }
  return GB_OK;
}

/* Counts and bounds, up to the first section's name, which stays in reader->text. */
static GbStatus read_header(Reader *reader, GbAtoms *frame)
{
  next_line(reader); /* a title */
  while (next_line(reader)) {
    int count;
    char word[16];
    if (is_blank(reader)) continue;
    if (sscanf(reader->text, "%d atom %15s", &count, word) == 2 && strcmp(word, "types") == 0)
      reader->ntypes = count;
    else if (sscanf(reader->text, "%d %15s", &count, word) == 2 && strcmp(word, "atoms") == 0)
      reader->natoms = count;
    else if (strstr(reader->text, "lo ") && strstr(reader->text, "hi"))
      GB_CALL(read_bounds(reader, frame));
    else if (strstr(reader->text, "xy xz yz"))
      FAIL_LINE(reader, "a rectangular box");
    else
      break;
  }
  if (reader->natoms < 1 || reader->natoms > 1000000000)
    FAIL_LINE(reader, "\"N atoms\" before the first section");
  if (reader->ntypes < 1 || reader->ntypes > GB_MAX_TYPES)
    FAIL_LINE(reader, "\"N atom types\" (1 to 8) before the first section");
  if (reader->bounds != 3) FAIL_LINE(reader, "three lines of box bounds before the first section");
  return GB_OK;
}

static GbStatus read_masses(Reader *reader, GbAtoms *atoms)
{
  for (int t = 0; t < reader->ntypes; t++) {
    double row[2];
    GB_CALL(next_row(reader, "a line \"type mass\""));
    GB_CALL(parse_numbers(reader, "a line \"type mass\"", 2, row, NULL));
    int type = (int)row[0] - 1;
    if (type < 0 || type >= reader->ntypes || !(row[1] > 0.0))
      FAIL_LINE(reader, "an atom type and a positive mass");
    atoms->mass[type] = row[1];
    sscanf(reader->comment, "%3s", atoms->element[type]);
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
  double numbers[8];
  bool images = false;
  GB_CALL(next_row(reader, what));
  GB_CALL(parse_numbers(reader, what, 5, numbers, &images));
  if (numbers[0] < 1 || numbers[1] < 1 || numbers[1] > reader->ntypes)
    FAIL_LINE(reader, "an atom id from 1 and a type that exists");
  row->id = (int64_t)numbers[0];
  row->type = (int)numbers[1] - 1;
  for (int d = 0; d < 3; d++)
    row->x[d] = numbers[2 + d] + (images ? numbers[5 + d] * frame->length[d] : 0.0);
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
  for (int i = 0; i < atoms->n; i++)
    GB_CALL(read_row(reader, atoms, &rows[i]));
  qsort(rows, (size_t)atoms->n, sizeof *rows, compare_rows);
  for (int i = 0; i < atoms->n; i++) {
    if (i > 0 && rows[i].id == rows[i - 1].id)
      GB_FAIL(GB_ERR_INPUT, "%s: two atoms have the id %lld", reader->path, (long long)rows[i].id);
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
  for (int i = 0; i < atoms->n; i++) {
    double row[4];
    GB_CALL(next_row(reader, "a line \"id vx vy vz\""));
    GB_CALL(parse_numbers(reader, "a line \"id vx vy vz\"", 4, row, NULL));
    int64_t id = (int64_t)row[0];
    const int64_t *place =
        bsearch(&id, atoms->id, (size_t)atoms->n, sizeof *atoms->id, compare_ids);
    if (!place) FAIL_LINE(reader, "the id of an atom");
    memcpy(atoms->v[place - atoms->id], row + 1, sizeof *atoms->v);
  }
  return GB_OK;
}

static GbStatus read_sections(Reader *reader, GbAtoms *atoms)
{
  bool have_atoms = false;
  do {
    char name[32] = "";
    if (is_blank(reader)) continue;
    sscanf(reader->text, "%31s", name);
    if (strcmp(name, "Masses") == 0) {
      GB_CALL(read_masses(reader, atoms));
    } else if (strcmp(name, "Atoms") == 0) {
      if (reader->comment[0] && !strstr(reader->comment, "atomic"))
        GB_FAIL(GB_ERR_INPUT, "%s:%d: expected atom style atomic, found \"%s\"", reader->path,
                reader->line, reader->comment);
      GB_CALL(read_atoms(reader, atoms));
      have_atoms = true;
    } else if (strcmp(name, "Velocities") == 0 && have_atoms) {
      GB_CALL(read_velocities(reader, atoms));
    } else {
      FAIL_LINE(reader, "the section Masses, Atoms or (after it) Velocities");
    }
  } while (next_line(reader));
  if (!have_atoms) GB_FAIL(GB_ERR_INPUT, "%s: there is no section Atoms", reader->path);
  return GB_OK;
}

static GbStatus read_file(Reader *reader, GbAtoms *atoms)
{
  GbAtoms frame = {0};
  GB_CALL(read_header(reader, &frame));
  GB_CALL(GbAtomsAllocate(atoms, reader->natoms));
  memcpy(atoms->lo, frame.lo, sizeof frame.lo);
  memcpy(atoms->length, frame.length, sizeof frame.length);
  memcpy(atoms->periodic, frame.periodic, sizeof frame.periodic);
  atoms->ntypes = reader->ntypes;
  for (int t = 0; t < reader->ntypes; t++)
    atoms->mass[t] = 1.0; /* until Masses or GbPotentialApplyTypes */
  GB_CALL(read_sections(reader, atoms));
  return GB_OK;
}

GbStatus GbAtomsReadLammpsData(const char *path, GbAtoms *atoms)
{
  *atoms = (GbAtoms){0};
  Reader reader = {.path = path, .stream = fopen(path, "r")};
  if (!reader.stream) GB_FAIL(GB_ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
  GbStatus status = read_file(&reader, atoms);
  fclose(reader.stream);
  if (status != GB_OK) {
    GbAtomsFree(atoms);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  return GB_OK;
}
