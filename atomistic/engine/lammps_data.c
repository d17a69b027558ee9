/* LAMMPS data files: reading, line by line so that complaints name the line, and writing.
 *
 * A position is stored as the one in the box and the number of boxes that it is away (image flags).
 * The reader adds them up: the writer looks for the pair whose sum gives the same bits. Without
 * flags a position is one in the box. Atom styles of points are read; what belongs to molecules
 * (bonds and so on) and to potentials (coefficients) is passed over. */
#include "atomistic/engine/atoms.h"

#include "atomistic/engine/lammps_common.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 64, SHORTEST_ROW = 9 /* "1 1 0 0 0" */ };

typedef struct {
  GbText *text;
  char comment[128]; /* of the line last read, without blanks around it */
  int64_t natoms, ntypes;
  int bounds; /* axes read */
  double tilt[3];
  bool any_tilt; /* triclinic boxes are taken */
  GbLammpsUnits units;
  const char *style; /* columns of a row, see read_atom_style */
  int flags;         /* image flags: -1 until the first row is read, then 0 or 1 */
  char label[GB_MAX_TYPES][LABEL_MAX]; /* names that rows may use for types */
} Reader;

/* --- Lines --------------------------------------------------------------------------------------
 */

static void cut_comment(Reader *reader)
{
  char *hash = strchr(GbTextLine(reader->text), '#');
  reader->comment[0] = '\0';
  if (!hash) return;
  *hash = '\0';
  const char *start = hash + 1 + strspn(hash + 1, " \t");
  snprintf(reader->comment, sizeof reader->comment, "%s", start);
  for (size_t n = strlen(reader->comment); n && isspace((unsigned char)reader->comment[n - 1]); n--)
    reader->comment[n - 1] = '\0';
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

/* The words from here on with one blank between them, whatever stands there. */
static void join_words(const char *next, char joined[LABEL_MAX])
{
  char word[LABEL_MAX];
  size_t used = 0;
  joined[0] = '\0';
  while (GbTextWord(&next, word, sizeof word) && used + 1 < LABEL_MAX)
    used += (size_t)snprintf(joined + used, LABEL_MAX - used, "%s%s", used ? " " : "", word);
}

static bool is_one_of(const char *name, const char *const *names)
{
  for (; *names; names++)
    if (strcmp(name, *names) == 0) return true;
  return false;
}

/* --- The header ---------------------------------------------------------------------------------
 */

/* Titles of LAMMPS end with "units = metal", ours say "units metal". */
static GbStatus read_title(Reader *reader)
{
  bool found;
  char word[16];
  GbLammpsUnitsFind("metal", &reader->units);
  GB_CALL(GbTextNext(reader->text, &found));
  for (const char *at = GbTextLine(reader->text); (at = strstr(at, "units")); at++) {
    const char *value = at + strlen("units");
    value += strspn(value, " \t=:");
    snprintf(word, sizeof word, "%.*s", (int)strcspn(value, " \t,;.)"), value);
    if (!GbLammpsUnitsKnown(word)) continue; /* a sentence with that word */
    if (!GbLammpsUnitsFind(word, &reader->units)) GB_FAIL_TEXT(reader->text, "units metal or real");
    break;
  }
  return GB_OK;
}

static GbStatus read_count(Reader *reader, double count, const char *what)
{
  /* of other atom styles and of molecules; what they count is passed over */
  static const char *const others[] = {"bonds",
                                       "angles",
                                       "dihedrals",
                                       "impropers",
                                       "bond types",
                                       "angle types",
                                       "dihedral types",
                                       "improper types",
                                       "crossterms",
                                       "extra bond per atom",
                                       "extra angle per atom",
                                       "extra dihedral per atom",
                                       "extra improper per atom",
                                       "extra special per atom",
                                       NULL};
  static const char *const shapes[] = {"ellipsoids", "lines", "triangles", "bodies", NULL};
  const bool counts = count >= 0.0 && count == floor(count) && count <= 9e15;
  if (strcmp(what, "atoms") == 0) {
    if (!counts || count < 1 || count > 1e9 ||
        count > (double)(GbTextSize(reader->text) / SHORTEST_ROW))
      GB_FAIL_TEXT(reader->text, "a number of atoms from 1 that a file of %lld bytes can hold",
                   (long long)GbTextSize(reader->text));
    reader->natoms = (int64_t)count;
  } else if (strcmp(what, "atom types") == 0) {
    if (!counts || count < 1 || count > GB_MAX_TYPES)
      GB_FAIL_TEXT(reader->text, "1 to %d atom types", GB_MAX_TYPES);
    reader->ntypes = (int64_t)count;
  } else if (is_one_of(what, shapes)) {
    if (count != 0.0) GB_FAIL_TEXT(reader->text, "atoms that are points: 0 %s", what);
  } else if (!counts || !is_one_of(what, others)) {
    GB_FAIL_TEXT(reader->text, "a line of a data file's header, such as \"N atoms\"");
  }
  return GB_OK;
}

static GbStatus read_bounds(Reader *reader, const double bounds[2], const char *what,
                            GbAtoms *atoms)
{
  static const char *const names[3] = {"xlo xhi", "ylo yhi", "zlo zhi"};
  int d = 0;
  while (d < 3 && strcmp(what, names[d]) != 0)
    d++;
  if (d == 3) GB_FAIL_TEXT(reader->text, "box bounds \"lo hi %s\"", "xlo xhi");
  if (!isfinite(bounds[0]) || !isfinite(bounds[1]) || !(bounds[0] < bounds[1]))
    GB_FAIL_TEXT(reader->text, "two ascending box bounds");
  atoms->lo[d] = bounds[0];
  atoms->length[d] = bounds[1] - bounds[0];
  atoms->periodic[d] = true;
  reader->bounds |= 1 << d;
  return GB_OK;
}

static GbStatus check_header(Reader *reader, const GbAtoms *atoms)
{
  if (!reader->natoms) GB_FAIL_TEXT(reader->text, "\"N atoms\" before the first section");
  if (!reader->ntypes)
    GB_FAIL_TEXT(reader->text, "\"N atom types\" (1 to %d) before the first section", GB_MAX_TYPES);
  if (reader->bounds != 7)
    GB_FAIL_TEXT(reader->text, "three lines of box bounds before the first section");
  if (GbTiltsVanish(reader->tilt, atoms->length))
    memset(reader->tilt, 0, sizeof reader->tilt);
  else if (!reader->any_tilt)
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected a rectangular box, found a triclinic one: xy xz yz = %g %g %g",
            GbTextPath(reader->text), reader->tilt[0], reader->tilt[1], reader->tilt[2]);
  return GB_OK;
}

/* Counts and bounds, up to the first section's name, which stays the line last read. */
static GbStatus read_header(Reader *reader, GbAtoms *frame)
{
  bool found;
  GB_CALL(read_title(reader));
  for (;;) {
    GB_CALL(next_line(reader, &found));
    if (!found) break;
    double numbers[3];
    char what[LABEL_MAX];
    int n = 0;
    const char *next = GbTextLine(reader->text);
    while (n < 3 && GbTextNumber(&next, &numbers[n]))
      n++;
    join_words(next, what);
    if (n == 0 && what[0]) break;
    if (n == 1) GB_CALL(read_count(reader, numbers[0], what));
    if (n == 2) GB_CALL(read_bounds(reader, numbers, what, frame));
    if (n == 3) {
      if (strcmp(what, "xy xz yz") != 0)
        GB_FAIL_TEXT(reader->text,
                     "three lines of box bounds (general triclinic boxes are not supported)");
      for (int k = 0; k < 3; k++)
        if (!isfinite(numbers[k])) GB_FAIL_TEXT(reader->text, "three finite tilts xy xz yz");
      memcpy(reader->tilt, numbers, sizeof reader->tilt);
    }
  }
  GB_CALL(check_header(reader, frame));
  return GB_OK;
}

/* --- Types --------------------------------------------------------------------------------------
 */

/* A number or a label. */
static bool take_type(const Reader *reader, const char **next, int *type)
{
  int64_t number;
  char label[LABEL_MAX];
  if (GbTextInteger(next, &number)) {
    *type = (int)number - 1;
    return number >= 1 && number <= reader->ntypes;
  }
  if (!GbTextWord(next, label, sizeof label)) return false;
  for (int t = 0; t < reader->ntypes; t++) {
    *type = t;
    if (strcmp(reader->label[t], label) == 0) return true;
  }
  return false;
}

static bool looks_like_element(const char *name)
{
  const size_t length = strlen(name);
  if (length < 1 || length > 3 || !isupper((unsigned char)name[0])) return false;
  for (size_t k = 1; k < length; k++)
    if (!islower((unsigned char)name[k]) && !isdigit((unsigned char)name[k])) return false;
  return true;
}

static GbStatus read_labels(Reader *reader)
{
  static const char *const what = "a line \"type label\"";
  for (int t = 0; t < reader->ntypes; t++) {
    int64_t type;
    char label[LABEL_MAX];
    GB_CALL(next_row(reader, what));
    const char *next = GbTextLine(reader->text);
    if (!GbTextInteger(&next, &type) || !GbTextWord(&next, label, sizeof label) ||
        !GbTextAtEnd(next) || type < 1 || type > reader->ntypes)
      GB_FAIL_TEXT(reader->text, "%s", what);
    strcpy(reader->label[type - 1], label);
  }
  return GB_OK;
}

/* "# Cu" behind a mass names the element; other remarks do not. */
static void read_element(const Reader *reader, char element[4])
{
  char word[LABEL_MAX];
  const char *next = reader->comment;
  if (!GbTextWord(&next, word, sizeof word)) return;
  if (looks_like_element(word))
    strcpy(element, word);
  else
    GbLogWarn("%s:%lld: the remark \"%s\" does not name an element as \"Cu\" does: passed over",
              GbTextPath(reader->text), (long long)GbTextLineNumber(reader->text), reader->comment);
}

static GbStatus read_masses(Reader *reader, GbAtoms *atoms)
{
  static const char *const what = "a line \"type mass\"";
  for (int t = 0; t < reader->ntypes; t++) {
    int type = 0;
    double mass = 0.0;
    GB_CALL(next_row(reader, what));
    const char *next = GbTextLine(reader->text);
    const bool exists = take_type(reader, &next, &type);
    if (!GbTextNumber(&next, &mass) || !GbTextAtEnd(next)) GB_FAIL_TEXT(reader->text, "%s", what);
    if (!exists || !(mass > 0.0) || !isfinite(mass))
      GB_FAIL_TEXT(reader->text, "an atom type that exists and a positive mass");
    atoms->mass[type] = mass;
    read_element(reader, atoms->element[type]);
  }
  return GB_OK;
}

/* --- Atoms --------------------------------------------------------------------------------------
 */

typedef struct {
  int64_t id;
  int type;
  double x[3];
} Row;

/* Columns: i id, t type, m molecule, q a number without use, x the position (three), then perhaps
 * image flags. */
static GbStatus read_atom_style(Reader *reader)
{
  static const struct {
    const char *name, *columns;
  } styles[] = {{"atomic", "itx"},     {"charge", "itqx"}, {"bond", "imtx"},
                {"angle", "imtx"},     {"full", "imtqx"},  {"molecular", "imtx"},
                {"dipole", "itqxqqq"}, {"sphere", "itqqx"}};
  char style[LABEL_MAX] = "atomic";
  const char *next = reader->comment;
  if (GbTextWord(&next, style, sizeof style)) style[strcspn(style, ",;:.")] = '\0';
  for (size_t k = 0; k < sizeof styles / sizeof *styles; k++) {
    if (strcmp(style, styles[k].name) != 0) continue;
    reader->style = styles[k].columns;
    return GB_OK;
  }
  GB_FAIL(GB_ERR_INPUT,
          "%s:%lld: expected atom style atomic, charge, bond, angle, molecular, full, dipole or "
          "sphere, found \"%s\"",
          GbTextPath(reader->text), (long long)GbTextLineNumber(reader->text), reader->comment);
}

static bool take_columns(Reader *reader, const char **next, Row *row)
{
  int64_t molecule;
  double number;
  bool good = true;
  for (const char *c = reader->style; *c && good; c++)
    switch (*c) {
    case 'i':
      good = GbTextInteger(next, &row->id) && row->id >= 1;
      break;
    case 't':
      good = take_type(reader, next, &row->type);
      break;
    case 'm':
      good = GbTextInteger(next, &molecule);
      break;
    case 'q':
      good = GbTextNumber(next, &number);
      break;
    default:
      good = take_finite(next, 3, row->x);
    }
  return good;
}

static GbStatus complain_row(Reader *reader)
{
  static const char *const columns[] = {"id", "type", "molecule", "value", "x y z"};
  static const char codes[] = "itmqx";
  char row[80] = "";
  for (const char *c = reader->style; *c; c++) {
    if (row[0]) strcat(row, " ");
    strcat(row, columns[strchr(codes, *c) - codes]);
  }
  GB_FAIL_TEXT(reader->text,
               "an atom id from 1, a type that exists (1 to %d) and finite numbers in a row \"%s\" "
               "%s (the atom style stands behind Atoms, as in \"Atoms # charge\")",
               (int)reader->ntypes, row,
               reader->flags < 0 ? "without or with image flags nx ny nz"
               : reader->flags   ? "with image flags nx ny nz, as in the rows before"
                                 : "without image flags, as in the rows before");
}

static GbStatus read_row(Reader *reader, const GbAtoms *frame, Row *row)
{
  int64_t image[3] = {0};
  GB_CALL(next_row(reader, "the row of an atom"));
  const char *next = GbTextLine(reader->text);
  bool good = take_columns(reader, &next, row);
  const int flags = good && !GbTextAtEnd(next);
  for (int d = 0; d < 3 && flags; d++)
    good = good && GbTextInteger(&next, &image[d]);
  if (!good || !GbTextAtEnd(next) || (reader->flags >= 0 && flags != reader->flags))
    return complain_row(reader);
  reader->flags = flags;
  for (int d = 0; d < 3; d++) {
    if (image[d] < -GB_IMAGE_MAX || image[d] > GB_IMAGE_MAX)
      GB_FAIL_TEXT(reader->text, "image flags from -%d to %d", GB_IMAGE_MAX, GB_IMAGE_MAX);
    row->x[d] = fma((double)image[d], frame->length[d], row->x[d]); /* as `wrap` below */
  }
  const double *tilt = reader->tilt;
  if (image[1] || image[2]) {
    row->x[0] += (double)image[1] * tilt[0] + (double)image[2] * tilt[1];
    row->x[1] += (double)image[2] * tilt[2];
  }
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
    for (int d = 0; d < 3; d++)
      atoms->v[place - atoms->id][d] = reader->units.velocity * v[d];
  }
  return GB_OK;
}

/* --- Sections -----------------------------------------------------------------------------------
 */

typedef enum { NONE, MASSES, LABELS, ATOMS, VELOCITIES, OTHER } Section;

/* OTHER: of molecules or potentials. */
static Section find_section(const char *line)
{
  static const char *const others[] = {"Bonds", "Angles", "Dihedrals", "Impropers", NULL};
  char name[LABEL_MAX];
  join_words(line, name);
  if (strcmp(name, "Masses") == 0) return MASSES;
  if (strcmp(name, "Atom Type Labels") == 0) return LABELS;
  if (strcmp(name, "Atoms") == 0) return ATOMS;
  if (strcmp(name, "Velocities") == 0) return VELOCITIES;
  const size_t length = strlen(name);
  const bool ends = (length > 7 && strcmp(name + length - 7, " Coeffs") == 0) ||
                    (length > 12 && strcmp(name + length - 12, " Type Labels") == 0);
  return is_one_of(name, others) || (ends && isalpha((unsigned char)name[0])) ? OTHER : NONE;
}

static GbStatus read_section(Reader *reader, GbAtoms *atoms, bool *have_atoms, Section *section)
{
  const Section now = find_section(GbTextLine(reader->text));
  if (now == NONE && *section == OTHER) return GB_OK; /* its rows */
  *section = now;
  if (now == MASSES) {
    GB_CALL(read_masses(reader, atoms));
  } else if (now == LABELS) {
    GB_CALL(read_labels(reader));
  } else if (now == ATOMS) {
    GB_CALL(read_atom_style(reader));
    GB_CALL(read_atoms(reader, atoms));
    *have_atoms = true;
  } else if (now == VELOCITIES && *have_atoms) {
    GB_CALL(read_velocities(reader, atoms));
  } else if (now != OTHER) {
    GB_FAIL_TEXT(reader->text, "the section Masses, Atoms or (after it) Velocities, or one that is "
                               "passed over (Bonds and the like, Coeffs, Type Labels)");
  }
  return GB_OK;
}

static GbStatus read_file(Reader *reader, GbAtoms *atoms)
{
  GbAtoms frame = {0};
  Section section = NONE;
  bool have_atoms = false, found = true;
  GB_CALL(read_header(reader, &frame));
  GB_CALL(GbAtomsAllocate(atoms, (int)reader->natoms));
  memcpy(atoms->lo, frame.lo, sizeof frame.lo);
  memcpy(atoms->length, frame.length, sizeof frame.length);
  memcpy(atoms->periodic, frame.periodic, sizeof frame.periodic);
  atoms->ntypes = (int)reader->ntypes;
  for (int t = 0; t < reader->ntypes; t++)
    atoms->mass[t] = 1.0; /* until Masses or GbPotentialApplyTypes */
  while (found) {
    if (!is_blank(reader)) GB_CALL(read_section(reader, atoms, &have_atoms, &section));
    GB_CALL(next_line(reader, &found));
  }
  if (!have_atoms) GB_FAIL(GB_ERR_INPUT, "%s: there is no section Atoms", GbTextPath(reader->text));
  for (int t = 0; t < reader->ntypes; t++)
    if (!atoms->element[t][0] && looks_like_element(reader->label[t]))
      strcpy(atoms->element[t], reader->label[t]);
  return GB_OK;
}

GbStatus GbAtomsReadLammpsData(const char *path, GbAtoms *atoms, bool *wrapped, double tilt[3])
{
  *atoms = (GbAtoms){0};
  Reader reader = {.flags = -1, .any_tilt = tilt != NULL};
  GB_CALL(GbTextOpen(path, &reader.text));
  GbStatus status = read_file(&reader, atoms);
  GbTextClose(&reader.text);
  if (status != GB_OK) {
    GbAtomsFree(atoms);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  if (tilt) memcpy(tilt, reader.tilt, sizeof reader.tilt);
  if (wrapped) *wrapped = reader.flags != 1;
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
