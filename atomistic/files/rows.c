#include "atomistic/files/rows.h"

#include "atomistic/engine/lammps_common.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  double value[GB_ROW_COLUMNS]; /* by role */
  char element[GB_WORD_MAX];
} Row;

GbStatus GbRowsAddColumn(GbText *text, GbRows *rows, int c, const char *name, GbFrame *frame)
{
  rows->role[c] = GB_ROLE_EXTRA + frame->ncolumns;
  GbStatus status = GbFrameAddColumn(frame, name, NULL);
  if (status == GB_OK) return GB_OK;
  return GbErrorPrefix(status, "%s:%lld", GbTextPath(text), (long long)GbTextLineNumber(text));
}

GbStatus GbRowNeed(GbText *text, int64_t i, int64_t n)
{
  GB_CALL(GbTextNeed(text, "the row of an atom"));
  if (strncmp(GbTextLine(text), "ITEM:", 5) == 0)
    GB_FAIL_TEXT(text, "atom %lld of the %lld that the header tells of", (long long)i + 1,
                 (long long)n);
  return GB_OK;
}

static int count_words(const char *line)
{
  char word[GB_WORD_MAX];
  int n = 0;
  while (GbTextWord(&line, word, sizeof word))
    n++;
  return n;
}

GbStatus GbRowsSkip(GbText *text, int64_t n)
{
  int columns = 0;
  for (int64_t i = 0; i < n; i++) {
    GB_CALL(GbRowNeed(text, i, n));
    if (i == 0) columns = count_words(GbTextLine(text));
  }
  if (n > 1 && GbTextEnded(text) && count_words(GbTextLine(text)) < columns)
    GB_FAIL_TEXT(text, "%d columns in the last row: it is cut off", columns);
  return GB_OK;
}

static bool read_logical(const char **next, double *value)
{
  char word[GB_WORD_MAX];
  const char *after = *next;
  if (!GbTextWord(&after, word, sizeof word) || strlen(word) != 1 || !strchr("TF", word[0]))
    return false;
  *value = word[0] == 'T';
  *next = after;
  return true;
}

static bool read_value(const char **next, int role, Row *row)
{
  double *value = &row->value[role];
  char word[GB_WORD_MAX];
  if (role == GB_ROLE_ELEMENT || role == GB_ROLE_LABEL)
    return GbTextWord(next, row->element, GB_WORD_MAX);
  if (role == GB_ROLE_WORD) return GbTextWord(next, word, GB_WORD_MAX);
  if (role >= GB_ROLE_EXTRA) return GbTextNumber(next, value) || read_logical(next, value);
  return GbTextNumber(next, value) && isfinite(*value);
}

/* A further column that starts with a word is passed over as a whole. */
static bool pass_word(const char **next, GbRows *rows, int c)
{
  char word[GB_WORD_MAX];
  const int role = rows->role[c];
  if (role < GB_ROLE_EXTRA || !GbTextWord(next, word, sizeof word)) return false;
  rows->words[role - GB_ROLE_EXTRA] = true;
  rows->role[c] = GB_ROLE_WORD;
  return true;
}

static GbStatus read_row(GbText *text, GbRows *rows, bool first, Row *row)
{
  const char *next = GbTextLine(text);
  for (int c = 0; c < rows->n; c++)
    if (!read_value(&next, rows->role[c], row) && !(first && pass_word(&next, rows, c)))
      GB_FAIL_TEXT(text, "%d columns, column %d a %s", rows->n, c + 1,
                   rows->role[c] == GB_ROLE_ELEMENT ? "name" : "finite number");
  if (!GbTextAtEnd(next)) GB_FAIL_TEXT(text, "%d columns and no more", rows->n);
  return GB_OK;
}

/* The name of a type where it can be one; longer ones are passed over. */
static void store_label(const char *label, char element[4])
{
  if (!element[0] && strlen(label) < 4) strcpy(element, label);
}

static GbStatus store_type(GbText *text, GbRows *rows, const Row *row, GbAtoms *atoms, int i)
{
  const double number = row->value[GB_ROLE_TYPE];
  int type;
  if (!rows->types && !rows->elements) {
    type = 0;
  } else if (!rows->types) {
    type = GbElementsFind(&rows->names, row->element);
    if (type < 0)
      GB_FAIL_TEXT(text, "at most %d elements with names of at most 3 letters", GB_MAX_TYPES);
  } else {
    if (number < 1 || number > GB_MAX_TYPES || number != floor(number))
      GB_FAIL_TEXT(text, "a type from 1 to %d", GB_MAX_TYPES);
    type = (int)number - 1;
    char *element = atoms->element[type];
    if (rows->elements && strcmp(element, row->element) != 0) {
      if (element[0] || strlen(row->element) >= sizeof atoms->element[0])
        GB_FAIL_TEXT(text, "%s as the element of type %d",
                     element[0] ? element : "a name of at most 3 letters", type + 1);
      strcpy(element, row->element);
    } else if (rows->labels) {
      store_label(row->element, element);
    }
  }
  atoms->type[i] = type;
  if (type >= atoms->ntypes) atoms->ntypes = type + 1;
  return GB_OK;
}

static GbStatus store_row(GbText *text, GbRows *rows, const Row *row, GbFrame *frame, int i)
{
  GbAtoms *a = &frame->atoms;
  const double id = row->value[GB_ROLE_ID];
  if (id < 1 || id > 9e15 || id != floor(id)) GB_FAIL_TEXT(text, "an id from 1");
  a->id[i] = (int64_t)id;
  GB_CALL(store_type(text, rows, row, a, i));
  double edges[3] = {0}; /* numbers of edges in the position */
  for (int d = 0; d < 3; d++) {
    double x = row->value[GB_ROLE_X + d];
    if (rows->scaled) x = a->lo[d] + x * a->length[d];
    const double image = row->value[GB_ROLE_IMAGE + d];
    if (rows->images && !(image == floor(image) && fabs(image) <= GB_IMAGE_MAX))
      GB_FAIL_TEXT(text, "image flags from -%d to %d", GB_IMAGE_MAX, GB_IMAGE_MAX);
    if (rows->images) x += row->value[GB_ROLE_IMAGE + d] * a->length[d];
    a->x[i][d] = x;
    edges[d] = (rows->scaled ? row->value[GB_ROLE_X + d] : 0.0) + (rows->images ? image : 0.0);
    a->v[i][d] = row->value[GB_ROLE_V + d];
    a->f[i][d] = row->value[GB_ROLE_F + d];
  }
  if (GbFrameTilted(frame)) {
    a->x[i][0] += edges[1] * frame->tilt[0] + edges[2] * frame->tilt[1];
    a->x[i][1] += edges[2] * frame->tilt[2];
  }
  for (int k = 0; k < frame->ncolumns; k++)
    frame->columns[k].values[i] = row->value[GB_ROLE_EXTRA + k];
  if (!rows->masses) return GB_OK;
  if (!(row->value[GB_ROLE_MASS] > 0.0)) GB_FAIL_TEXT(text, "a positive mass");
  a->mass[a->type[i]] = row->value[GB_ROLE_MASS];
  return GB_OK;
}

/* Names that the header gave in order keep it; others are put in alphabetical order. */
static void name_types(const GbRows *rows, GbAtoms *atoms)
{
  if (rows->types || !rows->elements) return;
  if (!rows->ordered) {
    GbElementsApply(&rows->names, atoms);
    return;
  }
  atoms->ntypes = rows->names.n;
  for (int t = 0; t < rows->names.n; t++)
    strcpy(atoms->element[t], rows->names.name[t]);
}

static void drop_words(const GbText *text, const GbRows *rows, GbFrame *frame)
{
  int kept = 0;
  for (int k = 0; k < frame->ncolumns; k++) {
    if (!rows->words[k]) {
      frame->columns[kept++] = frame->columns[k];
      continue;
    }
    GbLogInfo("%s: column %s holds words: passed over", GbTextPath(text), frame->columns[k].name);
    free(frame->columns[k].values);
  }
  frame->ncolumns = kept;
}

GbStatus GbRowsRead(GbText *text, GbRows *rows, GbFrame *frame)
{
  Row row = {0};
  const int n = frame->atoms.n;
  for (int i = 0; i < n; i++) {
    GB_CALL(GbRowNeed(text, i, n));
    if (!rows->ids) row.value[GB_ROLE_ID] = i + 1;
    GB_CALL(read_row(text, rows, i == 0, &row));
    GB_CALL(store_row(text, rows, &row, frame, i));
  }
  frame->untyped = !rows->types && !rows->elements;
  drop_words(text, rows, frame);
  name_types(rows, &frame->atoms);
  GB_CALL(GbFrameSort(frame, GbTextPath(text)));
  return GB_OK;
}
