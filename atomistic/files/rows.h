/* Rows of atoms whose columns a header names: what dumps and extended XYZ have in common. */
#ifndef GB_ATOMISTIC_ROWS_H
#define GB_ATOMISTIC_ROWS_H

#include "atomistic/files/frame.h"
#include "base/text.h"

enum { GB_WORD_MAX = 64, GB_ROW_COLUMNS = GB_MAX_COLUMNS + 32 };

/* What a column is. X to F stand for three each, EXTRA + k for the frame's column k. */
enum {
  GB_ROLE_UNKNOWN = -1,
  GB_ROLE_SKIP, /* a number without use */
  GB_ROLE_ID,
  GB_ROLE_TYPE,
  GB_ROLE_ELEMENT,
  GB_ROLE_MASS,
  GB_ROLE_WORD,  /* a text without use */
  GB_ROLE_LABEL, /* a name that a type may have besides its number */
  GB_ROLE_X = 8,
  GB_ROLE_IMAGE = 11,
  GB_ROLE_V = 14,
  GB_ROLE_F = 17,
  GB_ROLE_EXTRA = 32
};

typedef struct {
  int n, role[GB_ROW_COLUMNS];
  bool ids;                   /* else numbered as they stand in the file */
  bool types;                 /* else by element, else all are of type 1 */
  bool elements;              /* there is a column of them */
  bool labels;                /* likewise, of names of types */
  bool masses;                /* likewise, of masses */
  bool scaled, images;        /* positions in box lengths; boxes to be added */
  bool ordered;               /* `names` tells the types' order (else alphabetical) */
  GbElements names;           /* filled while reading */
  bool words[GB_MAX_COLUMNS]; /* columns of the frame that turned out to hold words */
} GbRows;

/* Column c becomes a further column of the frame. */
GbStatus GbRowsAddColumn(GbText *text, GbRows *rows, int c, const char *name, GbFrame *frame);
/* Next row, that of atom i of n, which must not be the header of the next frame. */
GbStatus GbRowNeed(GbText *text, int64_t i, int64_t n);
/* Passes over the rows of n atoms. A last row without a line end must not be shorter than the first
 * one: it is cut off. */
GbStatus GbRowsSkip(GbText *text, int64_t n);
/* Reads the rows of all atoms of the frame, whose box must be set, and sorts them by id. */
GbStatus GbRowsRead(GbText *text, GbRows *rows, GbFrame *frame);

#endif
