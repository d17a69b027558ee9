/* A table of numbers with named columns and units, kept in memory and written as CSV and as HDF5.
 */
#ifndef GB_MESOSCALE_TABLE_H
#define GB_MESOSCALE_TABLE_H

#include "base/h5.h"

#include <stddef.h>

typedef struct {
  const char *name;          /* as in the CSV header, with the unit in it */
  const char *units;         /* of the HDF5 dataset */
  const char *const *labels; /* NULL: numbers; else the CSV shows labels[(int)value] */
} GbColumn;

typedef struct {
  const GbColumn *columns; /* borrowed, static */
  int ncolumns;
  size_t nrows, capacity;
  double *values; /* [nrows][ncolumns] */
} GbTable;

/* Refers to `columns` (static storage); no memory is taken before the first row. */
GbTable GbTableOf(const GbColumn *columns, int ncolumns);
GbStatus GbTableAppend(GbTable *table, const double *row);
void GbTableFree(GbTable *table);
/* Written aside and renamed. One process. GB_ERR_IO if it cannot be written. */
GbStatus GbTableWriteCsv(const GbTable *table, const char *path);
/* One dataset [nrows] per column, named group/column. */
GbStatus GbTableWrite(const GbTable *table, GbH5 *file, const char *group);
/* Appends the rows of the table in the file. */
GbStatus GbTableRead(GbTable *table, GbH5 *file, const char *group);

#endif
