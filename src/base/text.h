/* Large text files of numbers, read line by line through a buffer, so that a million rows take
 * about a second and every complaint can name the line. One process. */
#ifndef GB_BASE_TEXT_H
#define GB_BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct GbText GbText;

/* GB_ERR_INPUT if the file cannot be opened. */
GbStatus GbTextOpen(const char *path, GbText **text);
void GbTextClose(GbText **text); /* safe on NULL */
const char *GbTextPath(const GbText *text);
int64_t GbTextSize(const GbText *text); /* bytes of the file */

/* Next line, without its end; false at the end of the file. GB_ERR_INPUT for a line of more than
 * a mebibyte (not a text), GB_ERR_IO if the file cannot be read. */
GbStatus GbTextNext(GbText *text, bool *found);
/* Next line, which must be there: `what` names it for the message. GB_ERR_INPUT. */
GbStatus GbTextNeed(GbText *text, const char *what);
/* The line last read. May be changed in place; valid until the next line. */
char *GbTextLine(GbText *text);
int64_t GbTextLineNumber(const GbText *text); /* from 1 */
/* The end of the file has been met: there was no next line, or the line last read has no end. */
bool GbTextEnded(const GbText *text);
/* Passes over `count` lines; GB_ERR_INPUT, naming `what`, if there are fewer. */
GbStatus GbTextSkip(GbText *text, int64_t count, const char *what);
/* The next call of GbTextNext gives the line last read once more. */
void GbTextPushBack(GbText *text);

/* Where the line last read (or the one pushed back) starts; for GbTextSeek. */
typedef struct {
  int64_t offset; /* bytes */
  int64_t line;   /* from 1 */
} GbTextPlace;
GbTextPlace GbTextTell(const GbText *text);
/* The next call of GbTextNext reads the line that starts there. */
GbStatus GbTextSeek(GbText *text, GbTextPlace place);

/* Takes a number from the front of *next and moves it on; false (and *next stays) if there is none
 * or it does not end at a blank or the end. As exact as strtod. */
bool GbTextNumber(const char **next, double *number);
bool GbTextInteger(const char **next, int64_t *number);
/* Takes a word (blank-separated) of at most size - 1 characters; false if there is none. */
bool GbTextWord(const char **next, char *word, int size);
/* Only blanks are left. */
bool GbTextAtEnd(const char *next);

/* "PATH:LINE: expected WHAT, found "LINE"". */
#define GB_FAIL_TEXT(text, ...)                                                                    \
  return GbTextComplain((text), __FILE__, __LINE__, __func__, __VA_ARGS__)
GbStatus GbTextComplain(GbText *text, const char *file, int line, const char *func,
                        const char *what, ...) __attribute__((format(printf, 5, 6)));

#endif
