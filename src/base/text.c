/* A buffer that slides over the file. Lines are ended in place by a zero byte. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUFFER_SIZE = 4 << 20, LONGEST_LINE = 1 << 20, SHOWN_MAX = 160 };

struct GbText {
  char *path;
  FILE *stream;
  int64_t start; /* offset in the file of buffer[0] */
  size_t filled, next;
  size_t line_at; /* of the line last read, in the buffer */
  int64_t line;   /* its number; 0 before the first */
  bool ended, pushed;
  bool met_end; /* see GbTextEnded */
  char buffer[BUFFER_SIZE + 1];
};

GbStatus GbTextOpen(const char *path, GbText **text)
{
  GbText *t = malloc(sizeof *t);
  if (!t) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %zu bytes", sizeof *t);
  memset(t, 0, offsetof(GbText, buffer));
  t->buffer[0] = '\0';
  t->path = strdup(path);
  t->stream = fopen(path, "r");
  int cause = errno;
  *text = t;
  if (t->stream && t->path) {
    setvbuf(t->stream, NULL, _IONBF, 0); /* one buffer is enough */
    return GB_OK;
  }
  GbTextClose(text);
  GB_FAIL(GB_ERR_INPUT, "cannot open %s: %s", path, strerror(cause));
}

void GbTextClose(GbText **text)
{
  if (!text || !*text) return;
  if ((*text)->stream) fclose((*text)->stream);
  free((*text)->path);
  free(*text);
  *text = NULL;
}

const char *GbTextPath(const GbText *text)
{
  return text->path;
}

int64_t GbTextSize(const GbText *text)
{
  struct stat found;
  return fstat(fileno(text->stream), &found) == 0 ? (int64_t)found.st_size : 0;
}

/* Moves what has not been read to the front and fills the rest. */
static GbStatus refill(GbText *t)
{
  size_t left = t->filled - t->next;
  memmove(t->buffer, t->buffer + t->next, left);
  t->start += (int64_t)t->next;
  t->next = 0;
  t->filled = left + fread(t->buffer + left, 1, BUFFER_SIZE - left, t->stream);
  t->ended = t->filled < BUFFER_SIZE;
  if (ferror(t->stream)) GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", t->path, strerror(errno));
  return GB_OK;
}

/* The end of the next line (one past its last character), which is whole in the buffer on return;
 * NULL at the end of the file. */
static GbStatus find_end(GbText *t, char **end)
{
  *end = memchr(t->buffer + t->next, '\n', t->filled - t->next);
  if (!*end && !t->ended) {
    GB_CALL(refill(t));
    *end = memchr(t->buffer, '\n', t->filled);
  }
  if (!*end && t->next < t->filled) *end = t->buffer + t->filled;
  if (*end && *end - (t->buffer + t->next) > LONGEST_LINE)
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected a text file, found a line of more than %d bytes",
            t->path, (long long)t->line + 1, LONGEST_LINE);
  return GB_OK;
}

GbStatus GbTextNext(GbText *text, bool *found)
{
  char *end;
  *found = true;
  if (text->pushed) {
    text->pushed = false;
    return GB_OK;
  }
  GB_CALL(find_end(text, &end));
  *found = end != NULL;
  text->met_end = !end || end == text->buffer + text->filled; /* else it stands at a line end */
  if (!end) {
    text->line_at = text->filled; /* an empty line */
    text->buffer[text->filled] = '\0';
    return GB_OK;
  }
  text->line_at = text->next;
  text->line++;
  text->next = (size_t)(end - text->buffer) + (end < text->buffer + text->filled);
  *end = '\0';
  if (end > text->buffer + text->line_at && end[-1] == '\r') end[-1] = '\0';
  return GB_OK;
}

GbStatus GbTextNeed(GbText *text, const char *what)
{
  bool found;
  GB_CALL(GbTextNext(text, &found));
  if (!found)
    GB_FAIL(GB_ERR_INPUT, "%s:%lld: expected %s, found the end of the file: it is cut off",
            text->path, (long long)text->line, what);
  return GB_OK;
}

char *GbTextLine(GbText *text)
{
  return text->buffer + text->line_at;
}

int64_t GbTextLineNumber(const GbText *text)
{
  return text->line;
}

bool GbTextEnded(const GbText *text)
{
  return text->met_end;
}

GbStatus GbTextSkip(GbText *text, int64_t count, const char *what)
{
  for (int64_t i = 0; i < count; i++)
    GB_CALL(GbTextNeed(text, what));
  return GB_OK;
}

void GbTextPushBack(GbText *text)
{
  text->pushed = true;
}

GbTextPlace GbTextTell(const GbText *text)
{
  return (GbTextPlace){text->start + (int64_t)text->line_at, text->line};
}

GbStatus GbTextSeek(GbText *text, GbTextPlace place)
{
  if (text->pushed && place.offset == GbTextTell(text).offset) return GB_OK; /* it is there */
  if (fseeko(text->stream, (off_t)place.offset, SEEK_SET) != 0)
    GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", text->path, strerror(errno));
  text->start = place.offset;
  text->filled = text->next = text->line_at = 0;
  text->line = place.line - 1;
  text->ended = text->pushed = text->met_end = false;
  return GB_OK;
}

/* --- Numbers ------------------------------------------------------------------------------------
 */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static const char *skip_blanks(const char *c)
{
  while (is_blank(*c))
    c++;
  return c;
}

/* Digits without an exponent whose value fits into 53 bits, with at most 22 of them behind the
 * point, make one exact integer and one exact power of ten, so that a single division is as exact
 * as strtod (Clinger 1990) and several times as fast. NULL: leave it to strtod. */
static const char *plain_number(const char *c, double *number)
{
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const bool negative = *c == '-';
  uint64_t value = 0;
  int digits = 0, behind = 0;
  if (negative) c++;
  for (; *c >= '0' && *c <= '9'; c++, digits++)
    value = 10 * value + (uint64_t)(*c - '0');
  if (*c == '.')
    for (c++; *c >= '0' && *c <= '9'; c++, digits++, behind++)
      value = 10 * value + (uint64_t)(*c - '0');
  if (digits < 1 || digits > 18 || value >> 53 || (*c != '\0' && !is_blank(*c))) return NULL;
  *number = (double)value / powers[behind];
  if (negative) *number = -*number;
  return c;
}

bool GbTextNumber(const char **next, double *number)
{
  const char *start = skip_blanks(*next), *end = plain_number(start, number);
  if (!end) {
    char *stopped;
    *number = strtod(start, &stopped);
    if (stopped == start || (*stopped != '\0' && !is_blank(*stopped))) return false;
    end = stopped;
  }
  *next = end;
  return true;
}

bool GbTextInteger(const char **next, int64_t *number)
{
  const char *start = skip_blanks(*next);
  char *stopped;
  errno = 0;
  *number = strtoll(start, &stopped, 10);
  if (stopped == start || errno || (*stopped != '\0' && !is_blank(*stopped))) return false;
  *next = stopped;
  return true;
}

bool GbTextWord(const char **next, char *word, int size)
{
  const char *start = skip_blanks(*next), *end = start;
  while (*end && !is_blank(*end))
    end++;
  if (end == start) return false;
  int length = (int)(end - start) < size ? (int)(end - start) : size - 1;
  memcpy(word, start, (size_t)length);
  word[length] = '\0';
  *next = end;
  return true;
}

bool GbTextAtEnd(const char *next)
{
  return *skip_blanks(next) == '\0';
}

GbStatus GbTextComplain(GbText *text, const char *file, int line, const char *func,
                        const char *what, ...)
{
  char expected[512];
  va_list args;
  va_start(args, what);
  vsnprintf(expected, sizeof expected, what, args);
  va_end(args);
  const char *found = GbTextLine(text);
  return GbErrorSet(GB_ERR_INPUT, file, line, func, "%s:%lld: expected %s, found \"%.*s%s\"",
                    text->path, (long long)text->line, expected, SHOWN_MAX, found,
                    strlen(found) > SHOWN_MAX ? "..." : "");
}
