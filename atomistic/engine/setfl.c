/* Reads a setfl file line by line, as LAMMPS does, so that every complaint can name the line.
 *
 * Three lines of comment; then '#' starts a comment and empty lines count for nothing. Each part
 * (names, grid, element, table) starts on a new line and may go over several; what stands behind it
 * on its last line, such as the lattice type, has no meaning. Stricter than LAMMPS: a number left
 * over behind a table is an error, for it belongs to a table that this file should not have (an
 * .eam.fs file named .eam.alloy), or to one that goes on where LAMMPS would not read it. */
#include "atomistic/engine/setfl.h"

#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 64, WHAT_MAX = 96, TABLE_MIN = 5, TABLE_MAX = 10000000 };

typedef struct {
  GbText *text;
  const char *path;
  const char *next;      /* what is left of the line */
  int64_t line;          /* from 1; one behind the last at the end of the file */
  char token[TOKEN_MAX]; /* longer tokens are cut: no number is that long */
} Reader;

/* Next line with something on it beside a comment. */
static GbStatus next_line(Reader *reader, bool *found)
{
  for (;;) {
    GB_CALL(GbTextNext(reader->text, found));
    reader->line = GbTextLineNumber(reader->text) + (*found ? 0 : 1);
    reader->next = "";
    if (!*found) return GB_OK;
    char *line = GbTextLine(reader->text);
    line[strcspn(line, "#")] = '\0';
    reader->next = line;
    if (!GbTextAtEnd(line)) return GB_OK;
  }
}

/* The next part begins on a new line. `what` names the thing expected, for the message. */
static GbStatus start_part(Reader *reader, const char *what)
{
  bool found;
  GB_CALL(next_line(reader, &found));
  if (!found)
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s, found the end of the file: it is cut off",
            reader->path, (long long)reader->line, what);
  return GB_OK;
}

/* False at the end of the line. */
static bool take_token(Reader *reader)
{
  int length = 0;
  while (isspace((unsigned char)*reader->next))
    reader->next++;
  for (; *reader->next && !isspace((unsigned char)*reader->next); reader->next++)
    if (length < TOKEN_MAX - 1) reader->token[length++] = *reader->next;
  reader->token[length] = '\0';
  return length > 0;
}

/* Goes on with the next line. */
static GbStatus next_token(Reader *reader, const char *what)
{
  while (!take_token(reader))
    GB_CALL(start_part(reader, what));
  return GB_OK;
}

/* Decimal, so no hexadecimal, "inf" or "nan", which strtod would take. */
static bool is_number(const char *token, double *number)
{
  char *end;
  *number = strtod(token, &end);
  return end != token && *end == '\0' && token[strspn(token, "0123456789+-.eE")] == '\0' &&
         isfinite(*number);
}

static GbStatus next_number(Reader *reader, const char *what, double *number)
{
  GB_CALL(next_token(reader, what));
  if (is_number(reader->token, number)) return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s (a finite number%s), found \"%s\"", reader->path,
          (long long)reader->line, what,
          strspn(reader->token, "0123456789+-.") > 0 && strpbrk(reader->token, "dD")
              ? "; exponents with E, not D"
              : "",
          reader->token);
}

static GbStatus next_count(Reader *reader, const char *what, int min, int max, int *count)
{
  double number = 0.0;
  GB_CALL(next_number(reader, what, &number));
  if (number < min || number > max || number != floor(number))
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s (an integer from %d to %d), found \"%s\"",
            reader->path, (long long)reader->line, what, min, max, reader->token);
  *count = (int)number;
  return GB_OK;
}

static GbStatus next_positive(Reader *reader, const char *what, double *number)
{
  GB_CALL(next_number(reader, what, number));
  if (*number <= 0.0)
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s (a positive number), found \"%s\"", reader->path,
            (long long)reader->line, what, reader->token);
  return GB_OK;
}

/* LAMMPS converts files that say here that they are not in metal units. */
static GbStatus read_comments(Reader *reader)
{
  const char *what = "three lines of comment";
  for (int n = 0; n < 3; n++) {
    bool found;
    GB_CALL(GbTextNext(reader->text, &found));
    reader->line = GbTextLineNumber(reader->text) + (found ? 0 : 1);
    if (!found)
      GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s, found the end of the file: it is cut off",
              reader->path, (long long)reader->line, what);
    const char *units = n == 0 ? strstr(GbTextLine(reader->text), "UNITS:") : NULL;
    if (!units) continue;
    reader->next = units + strlen("UNITS:");
    if (take_token(reader) && strcmp(reader->token, "metal") != 0)
      GB_FAIL(GB_ERR_INPUT, "%s:1: expected UNITS: metal (eV, angstrom), found \"%s\"",
              reader->path, reader->token);
  }
  return GB_OK;
}

/* Number and names of the elements, alone on their line. */
static GbStatus read_elements(Reader *reader, GbSetfl *file)
{
  const char *what = "the number of elements";
  GB_CALL(start_part(reader, what));
  GB_CALL(next_count(reader, what, 1, GB_MAX_TYPES, &file->ntypes));
  for (int a = 0; a < file->ntypes; a++) {
    if (!take_token(reader))
      GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected the names of %d elements, found %d", reader->path,
              (long long)reader->line, file->ntypes, a);
    if (strlen(reader->token) >= sizeof file->element[a] ||
        !isalpha((unsigned char)reader->token[0]))
      GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected an element name of at most %d letters, found \"%s\"",
              reader->path, (long long)reader->line, (int)sizeof file->element[a] - 1,
              reader->token);
    strcpy(file->element[a], reader->token);
  }
  if (take_token(reader))
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected the names of %d elements, found also \"%s\"",
            reader->path, (long long)reader->line, file->ntypes, reader->token);
  return GB_OK;
}

static GbStatus read_header(Reader *reader, bool fs, GbSetfl *file)
{
  GB_CALL(read_comments(reader));
  GB_CALL(read_elements(reader, file));
  GB_CALL(start_part(reader, "the grid nrho drho nr dr cutoff"));
  GB_CALL(next_count(reader, "the number of densities nrho", TABLE_MIN, TABLE_MAX, &file->nrho));
  GB_CALL(next_positive(reader, "the density step drho", &file->drho));
  GB_CALL(next_count(reader, "the number of distances nr", TABLE_MIN, TABLE_MAX, &file->nr));
  GB_CALL(next_positive(reader, "the distance step dr", &file->dr));
  GB_CALL(next_positive(reader, "the cutoff", &file->cutoff));
  file->ndensities = fs ? file->ntypes : 1;
  double pairs = 0.5 * file->ntypes * (file->ntypes + 1);
  double total =
      file->ntypes * (file->nrho + (double)file->ndensities * file->nr) + pairs * file->nr;
  if (total > 1e8)
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: tables of %.0f values in all are too large", reader->path,
            (long long)reader->line, total);
  file->nvalues = (int)total;
  return GB_OK;
}

static GbStatus read_table(Reader *reader, const char *what, int n, double **next)
{
  char value[WHAT_MAX + 64];
  double more;
  GB_CALL(start_part(reader, what));
  for (int i = 0; i < n; i++) {
    snprintf(value, sizeof value, "value %d of %d of %s", i + 1, n, what);
    GB_CALL(next_number(reader, value, (*next)++));
  }
  if (take_token(reader) && is_number(reader->token, &more))
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected a new line after the %d values of %s, found \"%s\"",
            reader->path, (long long)reader->line, n, what, reader->token);
  return GB_OK;
}

static GbStatus read_element(Reader *reader, GbSetfl *file, int a, double **next)
{
  char what[WHAT_MAX];
  double ignored;
  GB_CALL(start_part(reader, "an atomic number"));
  GB_CALL(next_number(reader, "an atomic number", &ignored));
  GB_CALL(next_positive(reader, "an atomic mass", &file->mass[a]));
  snprintf(what, sizeof what, "the embedding function of %s", file->element[a]);
  GB_CALL(read_table(reader, what, file->nrho, next));
  for (int b = 0; b < file->ndensities; b++) {
    if (file->ndensities == 1)
      snprintf(what, sizeof what, "the density of %s", file->element[a]);
    else
      snprintf(what, sizeof what, "the density of %s at %s", file->element[a], file->element[b]);
    GB_CALL(read_table(reader, what, file->nr, next));
  }
  return GB_OK;
}

/* Words behind the tables are taken for a remark; numbers are tables too many. */
static GbStatus check_end(Reader *reader, const GbSetfl *file)
{
  bool found;
  double number;
  GB_CALL(next_line(reader, &found));
  if (!found || !take_token(reader)) return GB_OK;
  if (is_number(reader->token, &number))
    GB_FAIL(GB_ERR_INPUT,
            "%s:%lld: expected the end of the file after %d pair tables, found more (an .eam.fs "
            "file has one density table per pair of elements, an .eam.alloy file one per element)",
            reader->path, (long long)reader->line, file->ntypes * (file->ntypes + 1) / 2);
  GbLogWarn("%s:%lld: what follows the last table is not read", reader->path,
            (long long)reader->line);
  return GB_OK;
}

static GbStatus read_contents(Reader *reader, bool fs, GbSetfl *file)
{
  char what[WHAT_MAX];
  GB_CALL(read_header(reader, fs, file));
  GB_CALLOC(file->values, file->nvalues);
  double *next = file->values;
  for (int a = 0; a < file->ntypes; a++)
    GB_CALL(read_element(reader, file, a, &next));
  for (int a = 0; a < file->ntypes; a++)
    for (int b = 0; b <= a; b++) {
      snprintf(what, sizeof what, "the pair term %s-%s", file->element[a], file->element[b]);
      GB_CALL(read_table(reader, what, file->nr, &next));
    }
  GB_CALL(check_end(reader, file));
  return GB_OK;
}

static bool ends_with(const char *path, const char *ending)
{
  size_t n = strlen(path), m = strlen(ending);
  return n >= m && strcmp(path + n - m, ending) == 0;
}

GbStatus GbSetflRead(const char *path, GbSetfl *file)
{
  *file = (GbSetfl){0};
  bool fs = ends_with(path, ".fs"), alloy = ends_with(path, ".alloy");
  if (!fs && !alloy)
    GB_FAIL(GB_ERR_INPUT, "potential %s: expected a setfl file named *.eam.fs or *.eam.alloy",
            path);
  Reader reader = {.path = path, .next = ""};
  GB_CALL(GbTextOpen(path, &reader.text));
  GbStatus status = read_contents(&reader, fs, file);
  GbTextClose(&reader.text);
  if (status != GB_OK) GbErrorTrace(status, __FILE__, __LINE__, __func__);
  return status;
}
