/* Reads a setfl file token by token, so that every complaint can name the line. */
#include "atomistic/engine/setfl.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 64, WHAT_MAX = 96, TABLE_MIN = 5, TABLE_MAX = 10000000 };

typedef struct {
  const char *path;
  FILE *stream;
  int line;              /* of the last token, from 1 */
  char token[TOKEN_MAX]; /* longer tokens are cut: no number is that long */
} Reader;

static void skip_lines(Reader *reader, int count)
{
  for (int c = 0; count > 0 && c != EOF;) {
    c = getc(reader->stream);
    if (c == '\n') {
      reader->line++;
      count--;
    }
  }
}

/* First character of the next token, EOF at the end of the file. */
static int next_token_start(Reader *reader)
{
  int c = getc(reader->stream);
  while (c != EOF && isspace(c)) {
    if (c == '\n') reader->line++;
    c = getc(reader->stream);
  }
  return c;
}

/* `what` names the thing expected, for the message. */
static GbStatus next_token(Reader *reader, const char *what)
{
  int c = next_token_start(reader), length = 0;
  if (c == EOF)
    GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s, found the end of the file: it is cut off",
            reader->path, reader->line, what);
  for (; c != EOF && !isspace(c); c = getc(reader->stream))
    if (length < TOKEN_MAX - 1) reader->token[length++] = (char)c;
  reader->token[length] = '\0';
  if (c != EOF) ungetc(c, reader->stream);
  return GB_OK;
}

static GbStatus next_number(Reader *reader, const char *what, double *number)
{
  GB_CALL(next_token(reader, what));
  char *end;
  *number = strtod(reader->token, &end);
  if (*end != '\0' || !isfinite(*number))
    GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s (a finite number), found \"%s\"", reader->path,
            reader->line, what, reader->token);
  return GB_OK;
}

static GbStatus next_count(Reader *reader, const char *what, int min, int max, int *count)
{
  double number = 0.0;
  GB_CALL(next_number(reader, what, &number));
  if (number < min || number > max || number != floor(number))
    GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s (an integer from %d to %d), found \"%s\"",
            reader->path, reader->line, what, min, max, reader->token);
  *count = (int)number;
  return GB_OK;
}

static GbStatus next_positive(Reader *reader, const char *what, double *number)
{
  GB_CALL(next_number(reader, what, number));
  if (*number <= 0.0)
    GB_FAIL(GB_ERR_INPUT, "%s:%d: expected %s (a positive number), found \"%s\"", reader->path,
            reader->line, what, reader->token);
  return GB_OK;
}

static GbStatus read_header(Reader *reader, bool fs, GbSetfl *file)
{
  skip_lines(reader, 3);
  GB_CALL(next_count(reader, "the number of elements", 1, GB_MAX_TYPES, &file->ntypes));
  for (int a = 0; a < file->ntypes; a++) {
    GB_CALL(next_token(reader, "an element name"));
    if (strlen(reader->token) >= sizeof file->element[a] || !isalpha(reader->token[0]))
      GB_FAIL(GB_ERR_INPUT, "%s:%d: expected an element name, found \"%s\"", reader->path,
              reader->line, reader->token);
    strcpy(file->element[a], reader->token);
  }
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
    GB_FAIL(GB_ERR_INPUT, "%s:%d: tables of %.0f values in all are too large", reader->path,
            reader->line, total);
  file->nvalues = (int)total;
  return GB_OK;
}

static GbStatus read_table(Reader *reader, const char *what, int n, double **next)
{
  char value[WHAT_MAX + 64];
  for (int i = 0; i < n; i++) {
    snprintf(value, sizeof value, "value %d of %d of %s", i + 1, n, what);
    GB_CALL(next_number(reader, value, (*next)++));
  }
  return GB_OK;
}

static GbStatus read_element(Reader *reader, GbSetfl *file, int a, double **next)
{
  char what[WHAT_MAX];
  double ignored;
  GB_CALL(next_number(reader, "an atomic number", &ignored));
  GB_CALL(next_positive(reader, "an atomic mass", &file->mass[a]));
  GB_CALL(next_number(reader, "a lattice constant", &ignored));
  GB_CALL(next_token(reader, "a lattice type"));
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
  if (next_token_start(reader) != EOF)
    GB_FAIL(GB_ERR_INPUT,
            "%s:%d: expected the end of the file after %d pair tables, found more (an .eam.fs "
            "file has one density table per pair of elements, an .eam.alloy file one per element)",
            reader->path, reader->line, file->ntypes * (file->ntypes + 1) / 2);
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
  Reader reader = {.path = path, .stream = fopen(path, "r"), .line = 1};
  if (!reader.stream)
    GB_FAIL(GB_ERR_INPUT, "potential %s: cannot open it: %s", path, strerror(errno));
  GbStatus status = read_contents(&reader, fs, file);
  fclose(reader.stream);
  if (status != GB_OK) GbErrorTrace(status, __FILE__, __LINE__, __func__);
  return status;
}
