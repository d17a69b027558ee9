/* LAMMPS text dumps (`dump custom` and `dump atom`), columns by name.
 *
 * Positions are taken from the first of these that stands there: xu yu zu (unwrapped), xsu ysu zsu
 * (unwrapped, in box lengths), x y z, xs ys zs (in box lengths), the last two with the boxes ix iy
 * iz added if they are there. Columns with no meaning of their own are kept under their names if
 * they hold numbers. LAMMPS writes the units before the first frame only. */
#include "atomistic/engine/lammps_common.h"
#include "atomistic/files/rows.h"
#include "atomistic/files/text_formats.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int64_t step, natoms;
  double time_ps, lo[3], hi[3], tilt[3];
  bool have_step, have_natoms, have_box, boundaries, periodic[3];
} Header;

/* --- The header ---------------------------------------------------------------------------------
 */

/* How far a tilted box reaches beyond lo and hi along x and y. */
static void spread_of_tilts(const double tilt[3], double low[2], double high[2])
{
  const double xy = tilt[0], xz = tilt[1], yz = tilt[2];
  low[0] = fmin(fmin(0.0, xy), fmin(xz, xy + xz));
  high[0] = fmax(fmax(0.0, xy), fmax(xz, xy + xz));
  low[1] = fmin(0.0, yz);
  high[1] = fmax(0.0, yz);
}

static bool is_boundary(const char *word)
{
  return strlen(word) == 2 && strspn(word, "pfsm") == 2;
}

/* Words behind "ITEM: BOX BOUNDS": tilts if the lines below have them, then boundaries, which older
 * versions did not write. */
static GbStatus read_box_words(GbText *text, Header *header, bool *tilted)
{
  static const char *const tilts[3] = {"xy", "xz", "yz"};
  char words[7][GB_WORD_MAX];
  const char *next = GbTextLine(text) + strlen("ITEM: BOX BOUNDS");
  int n = 0, first = 0;
  while (n < 7 && GbTextWord(&next, words[n], GB_WORD_MAX))
    n++;
  while (first < 3 && first < n && strcmp(words[first], tilts[first]) == 0)
    first++;
  *tilted = first == 3;
  bool good = (first == 0 || *tilted) && (n == first || n == first + 3);
  for (int k = first; good && k < n; k++) {
    good = is_boundary(words[k]);
    header->periodic[k - first] = words[k][0] == 'p';
  }
  if (!good)
    GB_FAIL_TEXT(text, "\"ITEM: BOX BOUNDS\", perhaps xy xz yz, and three boundaries such as pp or "
                       "ff (general triclinic boxes are not supported)");
  header->boundaries = n > first;
  for (int d = 0; d < 3 && !header->boundaries; d++)
    header->periodic[d] = true;
  return GB_OK;
}

/* The bounds enclose the tilted box; its corner and edges are wanted. */
static void remove_tilts(const double tilt[3], Header *header)
{
  double low[2], high[2];
  spread_of_tilts(tilt, low, high);
  for (int d = 0; d < 2; d++) {
    header->lo[d] -= low[d];
    header->hi[d] -= high[d];
  }
  memcpy(header->tilt, tilt, sizeof header->tilt);
}

static GbStatus read_box(GbText *text, Header *header)
{
  double row[3][3] = {{0}}, length[3], tilt[3];
  bool tilted;
  GB_CALL(read_box_words(text, header, &tilted));
  for (int d = 0; d < 3; d++) {
    GB_CALL(GbTextNeed(text, "the box bounds of an axis"));
    const char *next = GbTextLine(text);
    for (int k = 0; k < (tilted ? 3 : 2); k++)
      if (!GbTextNumber(&next, &row[d][k]) || !isfinite(row[d][k]))
        GB_FAIL_TEXT(text, "numbers %clo %chi%s", 'x' + d, 'x' + d, tilted ? " and a tilt" : "");
    if (!GbTextAtEnd(next) || row[d][1] <= row[d][0])
      GB_FAIL_TEXT(text, "two ascending bounds %clo %chi%s", 'x' + d, 'x' + d,
                   tilted ? " and a tilt" : "");
    header->lo[d] = row[d][0];
    header->hi[d] = row[d][1];
    length[d] = row[d][1] - row[d][0];
    tilt[d] = row[d][2];
  }
  memset(header->tilt, 0, sizeof tilt);
  if (!GbTiltsVanish(tilt, length)) remove_tilts(tilt, header);
  for (int d = 0; d < 3; d++)
    if (header->lo[d] >= header->hi[d]) GB_FAIL_TEXT(text, "bounds that hold a box of such tilts");
  header->have_box = true;
  return GB_OK;
}

static GbStatus read_integer(GbText *text, const char *what, int64_t least, int64_t *value)
{
  GB_CALL(GbTextNeed(text, what));
  const char *next = GbTextLine(text);
  if (!GbTextInteger(&next, value) || !GbTextAtEnd(next) || *value < least)
    GB_FAIL_TEXT(text, "%s", what);
  return GB_OK;
}

static GbStatus read_units(GbText *text, GbLammpsUnits *units)
{
  char word[GB_WORD_MAX];
  GB_CALL(GbTextNeed(text, "a name of units"));
  const char *next = GbTextLine(text);
  if (!GbTextWord(&next, word, sizeof word) || !GbLammpsUnitsFind(word, units))
    GB_FAIL_TEXT(text, "units metal or real");
  return GB_OK;
}

static GbStatus read_time(GbText *text, double *time_ps)
{
  GB_CALL(GbTextNeed(text, "a time in ps"));
  const char *next = GbTextLine(text);
  if (!GbTextNumber(&next, time_ps) || !isfinite(*time_ps)) GB_FAIL_TEXT(text, "a time in ps");
  return GB_OK;
}

static bool begins(GbText *text, const char *with)
{
  return strncmp(GbTextLine(text), with, strlen(with)) == 0;
}

static GbStatus read_item(GbText *text, GbLammpsUnits *units, Header *header)
{
  if (begins(text, "ITEM: TIMESTEP")) {
    GB_CALL(read_integer(text, "a step", INT64_MIN, &header->step));
    header->have_step = true;
  } else if (begins(text, "ITEM: NUMBER OF ATOMS")) {
    GB_CALL(read_integer(text, "a number of atoms from 0", 0, &header->natoms));
    if (header->natoms > 1000000000 || 2 * header->natoms > GbTextSize(text))
      GB_FAIL_TEXT(text, "a number of atoms that a file of %lld bytes can hold",
                   (long long)GbTextSize(text));
    header->have_natoms = true;
  } else if (begins(text, "ITEM: BOX BOUNDS")) {
    GB_CALL(read_box(text, header));
  } else if (begins(text, "ITEM: UNITS")) {
    GB_CALL(read_units(text, units));
  } else if (begins(text, "ITEM: TIME")) {
    GB_CALL(read_time(text, &header->time_ps));
  } else {
    GB_FAIL_TEXT(text, "\"ITEM: TIMESTEP\" or another item of a dump's header");
  }
  return GB_OK;
}

/* Up to the line "ITEM: ATOMS ...", which stays the line last read. */
static GbStatus read_header(GbText *text, GbLammpsUnits *units, bool *found, Header *header)
{
  *header = (Header){.step = -1, .time_ps = NAN};
  do {
    GB_CALL(GbTextNext(text, found));
    if (!*found) return GB_OK;
  } while (GbTextAtEnd(GbTextLine(text)));
  while (!begins(text, "ITEM: ATOMS")) {
    GB_CALL(read_item(text, units, header));
    GB_CALL(GbTextNeed(text, "\"ITEM: ATOMS\""));
  }
  if (!header->have_step || !header->have_natoms || !header->have_box)
    GB_FAIL_TEXT(text, "%s before the atoms",
                 !header->have_step     ? "\"ITEM: TIMESTEP\""
                 : !header->have_natoms ? "\"ITEM: NUMBER OF ATOMS\""
                                        : "\"ITEM: BOX BOUNDS\"");
  return GB_OK;
}

GbStatus GbDumpSkip(GbText *text, GbLammpsUnits *units, bool *found, int64_t *step)
{
  Header header;
  GB_CALL(read_header(text, units, found, &header));
  *step = header.step;
  if (*found) GB_CALL(GbRowsSkip(text, header.natoms));
  return GB_OK;
}

/* --- Columns ------------------------------------------------------------------------------------
 */

static int find_name(char names[][GB_WORD_MAX], int n, const char *name)
{
  for (int c = 0; c < n; c++)
    if (strcmp(names[c], name) == 0) return c;
  return -1;
}

/* Gives three columns named with the axes their roles; false unless all three are there. */
static bool take_three(char names[][GB_WORD_MAX], GbRows *layout, const char *before,
                       const char *after, int role)
{
  int at[3];
  for (int d = 0; d < 3; d++) {
    char name[GB_WORD_MAX];
    snprintf(name, sizeof name, "%s%c%s", before, 'x' + d, after);
    at[d] = find_name(names, layout->n, name);
    if (at[d] < 0) return false;
  }
  for (int d = 0; d < 3; d++)
    if (layout->role[at[d]] < 0) layout->role[at[d]] = role == GB_ROLE_SKIP ? role : role + d;
  return true;
}

static bool take_one(char names[][GB_WORD_MAX], GbRows *layout, const char *name, int role)
{
  int at = find_name(names, layout->n, name);
  if (at >= 0) layout->role[at] = role;
  return at >= 0;
}

static bool take_positions(char names[][GB_WORD_MAX], GbRows *layout, GbFrame *frame)
{
  static const char *const endings[4] = {"u", "su", "", "s"};
  int taken = -1;
  for (int k = 0; k < 4; k++) /* further kinds of positions say nothing new */
    if (take_three(names, layout, "", endings[k], taken < 0 ? GB_ROLE_X : GB_ROLE_SKIP) &&
        taken < 0)
      taken = k;
  layout->scaled = taken == 1 || taken == 3;
  const bool inside = taken >= 2;
  layout->images =
      take_three(names, layout, "i", "", inside ? GB_ROLE_IMAGE : GB_ROLE_SKIP) && inside;
  frame->wrapped = inside && !layout->images;
  return taken >= 0;
}

static GbStatus read_layout(GbText *text, GbFrame *frame, GbRows *layout)
{
  char names[GB_ROW_COLUMNS][GB_WORD_MAX];
  const char *next = GbTextLine(text) + strlen("ITEM: ATOMS");
  for (; GbTextWord(&next, names[layout->n], GB_WORD_MAX); layout->n++) {
    if (layout->n == GB_ROW_COLUMNS - 1)
      GB_FAIL_TEXT(text, "at most %d columns", GB_ROW_COLUMNS - 1);
    layout->role[layout->n] = -1;
  }
  layout->ids = take_one(names, layout, "id", GB_ROLE_ID);
  layout->types = take_one(names, layout, "type", GB_ROLE_TYPE);
  layout->elements = take_one(names, layout, "element", GB_ROLE_ELEMENT);
  const bool named = layout->types || layout->elements;
  const bool labels = take_one(names, layout, "typelabel",
                               !named             ? GB_ROLE_ELEMENT
                               : layout->elements ? GB_ROLE_WORD
                                                  : GB_ROLE_LABEL);
  layout->labels = labels && named && !layout->elements;
  layout->elements = layout->elements || (labels && !named);
  frame->masses = layout->masses = take_one(names, layout, "mass", GB_ROLE_MASS);
  frame->velocities = take_three(names, layout, "v", "", GB_ROLE_V);
  frame->forces = take_three(names, layout, "f", "", GB_ROLE_F);
  if (!take_positions(names, layout, frame))
    GB_FAIL_TEXT(text, "columns x y z, xu yu zu, xs ys zs or xsu ysu zsu");
  for (int c = 0; c < layout->n; c++) {
    if (layout->role[c] >= 0) continue;
    GB_CALL(GbRowsAddColumn(text, layout, c, names[c], frame));
  }
  return GB_OK;
}

static void convert(const GbLammpsUnits *units, const char *path, GbFrame *frame)
{
  GbAtoms *a = &frame->atoms;
  frame->time_ps *= units->time;
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++) {
      a->v[i][d] *= units->velocity;
      a->f[i][d] *= units->force;
    }
  if (units->time != 1.0 && frame->ncolumns > 0)
    GbLogWarn("%s: units real: velocities, forces and time are converted, further columns (%s%s) "
              "keep the units of the file",
              path, frame->columns[0].name, frame->ncolumns > 1 ? ", ..." : "");
}

GbStatus GbDumpRead(GbText *text, GbLammpsUnits *units, bool *found, GbFrame *frame)
{
  Header header;
  GbRows layout = {0};
  GB_CALL(read_header(text, units, found, &header));
  if (!*found) return GB_OK;
  GB_CALL(GbFrameAllocate(frame, (int)header.natoms));
  frame->step = header.step;
  frame->time_ps = header.time_ps;
  frame->boundaries = header.boundaries;
  memcpy(frame->tilt, header.tilt, sizeof frame->tilt);
  for (int d = 0; d < 3; d++) {
    frame->atoms.lo[d] = header.lo[d];
    frame->atoms.length[d] = header.hi[d] - header.lo[d];
    frame->atoms.periodic[d] = header.periodic[d];
  }
  GB_CALL(read_layout(text, frame, &layout));
  GB_CALL(GbRowsRead(text, &layout, frame));
  convert(units, GbTextPath(text), frame);
  return GB_OK;
}

/* --- Writing ------------------------------------------------------------------------------------
 */

static void print_header(FILE *file, const GbFrame *frame, bool elements)
{
  const GbAtoms *a = &frame->atoms;
  if (isfinite(frame->time_ps)) fprintf(file, "ITEM: TIME\n%.17g\n", frame->time_ps);
  fprintf(file, "ITEM: TIMESTEP\n%lld\nITEM: NUMBER OF ATOMS\n%d\nITEM: BOX BOUNDS",
          (long long)(frame->step < 0 ? 0 : frame->step), a->n);
  double low[3] = {0}, high[3] = {0};
  const bool tilted = GbFrameTilted(frame);
  if (tilted) fputs(" xy xz yz", file);
  spread_of_tilts(frame->tilt, low, high);
  for (int d = 0; d < 3; d++)
    fputs(a->periodic[d] ? " pp" : " ff", file);
  for (int d = 0; d < 3; d++) {
    fprintf(file, "\n%.17g %.17g", a->lo[d] + low[d], GbAtomsUpperBound(a, d) + high[d]);
    if (tilted) fprintf(file, " %.17g", frame->tilt[d]);
  }
  const char *unwrapped = tilted || GbFrameLeavesBox(frame) ? "u" : "";
  fprintf(file, "\nITEM: ATOMS id type%s x%s y%s z%s", elements ? " element" : "", unwrapped,
          unwrapped, unwrapped);
  if (frame->velocities) fputs(" vx vy vz", file);
  if (frame->forces) fputs(" fx fy fz", file);
  for (int k = 0; k < frame->ncolumns; k++)
    fprintf(file, " %s", frame->columns[k].name);
  fputc('\n', file);
}

static void print_vector(FILE *file, const double v[3], int digits)
{
  fprintf(file, " %.*g %.*g %.*g", digits, v[0], digits, v[1], digits, v[2]);
}

void GbDumpPrint(FILE *file, const GbFrame *frame, int digits, bool elements)
{
  const GbAtoms *a = &frame->atoms;
  for (int t = 0; t < a->ntypes; t++)
    elements = elements && a->element[t][0];
  print_header(file, frame, elements);
  for (int i = 0; i < a->n; i++) {
    fprintf(file, "%lld %d", (long long)a->id[i], a->type[i] + 1);
    if (elements) fprintf(file, " %s", a->element[a->type[i]]);
    print_vector(file, a->x[i], digits);
    if (frame->velocities) print_vector(file, a->v[i], digits);
    if (frame->forces) print_vector(file, a->f[i], digits);
    for (int k = 0; k < frame->ncolumns; k++)
      fprintf(file, " %.*g", digits, frame->columns[k].values[i]);
    fputc('\n', file);
  }
}
