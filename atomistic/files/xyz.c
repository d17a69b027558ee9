/* Extended XYZ: a count, a line of key=value pairs, one row per atom.
 *
 * `Lattice` holds the three edges (only rectangular boxes are taken), `Origin` their corner, `pbc`
 * the periodic axes, `Properties` the columns as name:type:width. We add `step`, `time` (ps),
 * `strain`, `elements` (the order of the types) and `masses`. A plain XYZ file has none of them and
 * gets a box around its atoms with free surfaces. Other programs use names of ours for something
 * else: what does not have our form is passed over as all foreign keys are. */
#include "atomistic/engine/lammps_common.h"
#include "atomistic/files/rows.h"
#include "atomistic/files/text_formats.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 4096 };

/* --- The second line ----------------------------------------------------------------------------
 */

/* Finds key=value or key="value" outside of quotes. */
static bool find_key(const char *line, const char *key, char value[VALUE_MAX])
{
  const size_t length = strlen(key);
  bool quoted = false;
  for (const char *c = line; *c; c++) {
    if (*c == '"') quoted = !quoted;
    if (quoted || strncasecmp(c, key, length) != 0 || c[length] != '=') continue;
    if (c > line && c[-1] != ' ' && c[-1] != '\t') continue;
    const char *start = c + length + 1;
    const char *ends = *start == '"' ? "\"" : " \t";
    if (*start == '"') start++;
    snprintf(value, VALUE_MAX, "%.*s", (int)strcspn(start, ends), start);
    return true;
  }
  return false;
}

static bool take_numbers(const char *value, int n, double *numbers)
{
  for (int k = 0; k < n; k++)
    if (!GbTextNumber(&value, &numbers[k]) || !isfinite(numbers[k])) return false;
  return GbTextAtEnd(value);
}

static bool take_flags(const char *value, bool flags[3])
{
  for (int d = 0; d < 3; d++) {
    char word[8];
    if (!GbTextWord(&value, word, sizeof word) || !strchr("TtFf10", word[0])) return false;
    flags[d] = strchr("Tt1", word[0]) != NULL;
  }
  return GbTextAtEnd(value);
}

/* False: there is no box, to be made from the atoms. */
static GbStatus read_box(GbText *text, GbFrame *frame, bool *boxed)
{
  char value[VALUE_MAX];
  GbAtoms *a = &frame->atoms;
  double lattice[9];
  *boxed = find_key(GbTextLine(text), "Lattice", value);
  for (int d = 0; d < 3; d++)
    a->periodic[d] = *boxed;
  if (!*boxed) return GB_OK;
  if (!take_numbers(value, 9, lattice)) GB_FAIL_TEXT(text, "nine numbers as Lattice");
  for (int d = 0; d < 3; d++)
    a->length[d] = lattice[4 * d];
  const double upper[3] = {lattice[1], lattice[2], lattice[5]};
  const double lower[3] = {lattice[3], lattice[6], lattice[7]};
  if (!(a->length[0] > 0.0 && a->length[1] > 0.0 && a->length[2] > 0.0) ||
      !GbTiltsVanish(upper, a->length))
    GB_FAIL_TEXT(text, "a Lattice \"Lx 0 0 xy Ly 0 xz yz Lz\" (others are not supported)");
  if (!GbTiltsVanish(lower, a->length)) memcpy(frame->tilt, lower, sizeof lower);
  if (find_key(GbTextLine(text), "Origin", value) && !take_numbers(value, 3, a->lo))
    GB_FAIL_TEXT(text, "three numbers as Origin");
  frame->boundaries = find_key(GbTextLine(text), "pbc", value);
  if (frame->boundaries && !take_flags(value, a->periodic))
    GB_FAIL_TEXT(text, "three of T and F as pbc");
  return GB_OK;
}

/* *number stays if there is none. */
static void read_number(GbText *text, const char *key, double *number)
{
  char value[VALUE_MAX];
  double found;
  if (find_key(GbTextLine(text), key, value) && take_numbers(value, 1, &found)) *number = found;
}

/* -1 if there is none. */
static int64_t read_step(GbText *text)
{
  double step = -1.0;
  read_number(text, "step", &step);
  return step >= 0.0 && step <= 9e15 && step == floor(step) ? (int64_t)step : -1;
}

static GbStatus read_units(GbText *text)
{
  char value[VALUE_MAX];
  if (find_key(GbTextLine(text), "units", value) && GbLammpsUnitsKnown(value) &&
      strcmp(value, "metal") != 0)
    GB_FAIL_TEXT(text, "units metal");
  return GB_OK;
}

/* Names of elements, all different; else the list is another program's and rows->names stays empty.
 */
static bool take_names(const char *value, GbElements *names)
{
  char word[GB_WORD_MAX];
  for (int n = 0; GbTextWord(&value, word, sizeof word); n++)
    if (!isalpha((unsigned char)word[0]) || GbElementsFind(names, word) != n) {
      *names = (GbElements){0};
      return false;
    }
  return names->n > 0;
}

static void read_types(GbText *text, GbRows *rows, GbFrame *frame)
{
  char value[VALUE_MAX];
  double mass[GB_MAX_TYPES];
  rows->ordered = find_key(GbTextLine(text), "elements", value) && take_names(value, &rows->names);
  if (!rows->ordered || !find_key(GbTextLine(text), "masses", value)) return;
  frame->masses = take_numbers(value, rows->names.n, mass);
  for (int t = 0; t < rows->names.n; t++)
    frame->masses = frame->masses && mass[t] > 0.0;
  if (frame->masses) memcpy(frame->atoms.mass, mass, (size_t)rows->names.n * sizeof *mass);
}

/* --- Properties ---------------------------------------------------------------------------------
 */

/* Role of a property with a meaning of its own, if its width is right. */
static int known_role(const char *name, char type, int width, GbFrame *frame, GbRows *rows)
{
  if (strcasecmp(name, "species") == 0 && type == 'S' && width == 1) {
    rows->elements = true;
    return GB_ROLE_ELEMENT;
  }
  if (type == 'S') return GB_ROLE_WORD;
  if (strcasecmp(name, "id") == 0 && width == 1) {
    rows->ids = true;
    return GB_ROLE_ID;
  }
  if (strcasecmp(name, "pos") == 0 && width == 3) return GB_ROLE_X;
  if ((strcasecmp(name, "velo") == 0 || strcasecmp(name, "vel") == 0) && width == 3) {
    frame->velocities = true;
    return GB_ROLE_V;
  }
  if ((strcasecmp(name, "forces") == 0 || strcasecmp(name, "force") == 0) && width == 3) {
    frame->forces = true;
    return GB_ROLE_F;
  }
  return GB_ROLE_UNKNOWN;
}

static GbStatus add_property(GbText *text, const char *name, char type, int width, GbFrame *frame,
                             GbRows *rows)
{
  const int role = known_role(name, type, width, frame, rows);
  if (rows->n + width > GB_ROW_COLUMNS) GB_FAIL_TEXT(text, "at most %d columns", GB_ROW_COLUMNS);
  for (int k = 0; k < width; k++) {
    const int c = rows->n++;
    char column[GB_WORD_MAX + 16];
    snprintf(column, sizeof column, "%s[%d]", name, k + 1);
    if (role == GB_ROLE_UNKNOWN)
      GB_CALL(GbRowsAddColumn(text, rows, c, width > 1 ? column : name, frame));
    else
      rows->role[c] = role >= GB_ROLE_X ? role + k : role;
  }
  return GB_OK;
}

static GbStatus read_properties(GbText *text, GbFrame *frame, GbRows *rows)
{
  char value[VALUE_MAX], name[GB_WORD_MAX], type;
  int width, used;
  if (!find_key(GbTextLine(text), "Properties", value)) strcpy(value, "species:S:1:pos:R:3");
  for (const char *next = value; *next; next += used + (next[used] == ':')) {
    if (sscanf(next, "%63[^:]:%c:%d%n", name, &type, &width, &used) != 3 || !strchr("SRIL", type) ||
        width < 1 || width > GB_ROW_COLUMNS || (next[used] != ':' && next[used] != '\0'))
      GB_FAIL_TEXT(text, "Properties of the form name:type:width:name:type:width, type S, R, I or "
                         "L");
    GB_CALL(add_property(text, name, type, width, frame, rows));
  }
  bool positions = false;
  for (int c = 0; c < rows->n; c++)
    positions = positions || rows->role[c] == GB_ROLE_X;
  if (!positions) GB_FAIL_TEXT(text, "Properties with pos:R:3");
  return GB_OK;
}

/* --- Frames -------------------------------------------------------------------------------------
 */

/* The first line of a frame. */
static GbStatus read_count(GbText *text, bool *found, int64_t *n)
{
  do {
    GB_CALL(GbTextNext(text, found));
    if (!*found) return GB_OK;
  } while (GbTextAtEnd(GbTextLine(text)));
  const char *next = GbTextLine(text);
  if (!GbTextInteger(&next, n) || !GbTextAtEnd(next) || *n < 0 || *n > 1000000000 ||
      2 * *n > GbTextSize(text))
    GB_FAIL_TEXT(text, "a number of atoms that a file of %lld bytes can hold",
                 (long long)GbTextSize(text));
  GB_CALL(GbTextNeed(text, "the second line of a frame"));
  return GB_OK;
}

GbStatus GbXyzSkip(GbText *text, bool *found, int64_t *step)
{
  int64_t n = 0;
  GB_CALL(read_count(text, found, &n));
  if (!*found) return GB_OK;
  *step = read_step(text);
  GB_CALL(GbRowsSkip(text, n));
  return GB_OK;
}

GbStatus GbXyzRead(GbText *text, bool *found, GbFrame *frame)
{
  GbRows rows = {0};
  int64_t n = 0;
  bool boxed;
  GB_CALL(read_count(text, found, &n));
  if (!*found) return GB_OK;
  GB_CALL(GbFrameAllocate(frame, (int)n));
  GB_CALL(read_box(text, frame, &boxed));
  GB_CALL(read_units(text));
  frame->step = read_step(text);
  read_number(text, "time", &frame->time_ps);
  read_number(text, "strain", &frame->strain);
  read_types(text, &rows, frame);
  GB_CALL(read_properties(text, frame, &rows));
  frame->wrapped = true; /* the format does not say */
  GB_CALL(GbRowsRead(text, &rows, frame));
  if (!boxed && n > 0) GbAtomsFitFreeAxes(&frame->atoms);
  return GB_OK;
}

/* --- Writing ------------------------------------------------------------------------------------
 */

static void print_types(FILE *file, const GbAtoms *a)
{
  for (int t = 0; t < a->ntypes; t++)
    if (!a->element[t][0]) return;
  fputs("elements=\"", file);
  for (int t = 0; t < a->ntypes; t++)
    fprintf(file, "%s%s", t ? " " : "", a->element[t]);
  fputs("\" masses=\"", file);
  for (int t = 0; t < a->ntypes; t++)
    fprintf(file, "%s%.17g", t ? " " : "", a->mass[t]);
  fputs("\" ", file);
}

static void print_comment(FILE *file, const GbFrame *frame)
{
  const GbAtoms *a = &frame->atoms;
  const double *l = a->length, *lo = a->lo;
  const double *t = frame->tilt;
  fprintf(file, "Lattice=\"%.17g 0 0 %.17g %.17g 0 %.17g %.17g %.17g\" ", l[0], t[0], l[1], t[1],
          t[2], l[2]);
  fprintf(file, "Origin=\"%.17g %.17g %.17g\" ", lo[0], lo[1], lo[2]);
  fprintf(file, "pbc=\"%c %c %c\" ", a->periodic[0] ? 'T' : 'F', a->periodic[1] ? 'T' : 'F',
          a->periodic[2] ? 'T' : 'F');
  if (frame->step >= 0) fprintf(file, "step=%lld ", (long long)frame->step);
  if (isfinite(frame->time_ps)) fprintf(file, "time=%.17g ", frame->time_ps);
  if (isfinite(frame->strain)) fprintf(file, "strain=%.17g ", frame->strain);
  print_types(file, a);
  fputs("Properties=species:S:1:pos:R:3:id:I:1", file);
  if (frame->velocities) fputs(":velo:R:3", file);
  if (frame->forces) fputs(":forces:R:3", file);
  for (int k = 0; k < frame->ncolumns; k++)
    fprintf(file, ":%s:R:1", frame->columns[k].name);
  fputc('\n', file);
}

static void print_vector(FILE *file, const double v[3], int digits)
{
  fprintf(file, " %.*g %.*g %.*g", digits, v[0], digits, v[1], digits, v[2]);
}

void GbXyzPrint(FILE *file, const GbFrame *frame, int digits)
{
  const GbAtoms *a = &frame->atoms;
  fprintf(file, "%d\n", a->n);
  print_comment(file, frame);
  for (int i = 0; i < a->n; i++) {
    const char *element = a->element[a->type[i]];
    if (element[0])
      fputs(element, file);
    else
      fprintf(file, "X%d", a->type[i] + 1);
    print_vector(file, a->x[i], digits);
    fprintf(file, " %lld", (long long)a->id[i]);
    if (frame->velocities) print_vector(file, a->v[i], digits);
    if (frame->forces) print_vector(file, a->f[i], digits);
    for (int k = 0; k < frame->ncolumns; k++)
      fprintf(file, " %.*g", digits, frame->columns[k].values[i]);
    fputc('\n', file);
  }
}
