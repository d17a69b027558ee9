#include "mesoscale/fields/table.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096, NAME_LENGTH = 128 };

GbTable GbTableOf(const GbColumn *columns, int ncolumns)
{
  return (GbTable){.columns = columns, .ncolumns = ncolumns};
}

GbStatus GbTableAppend(GbTable *table, const double *row)
{
  const size_t width = (size_t)table->ncolumns;
  if (table->nrows == table->capacity) {
    const size_t capacity = table->capacity ? 2 * table->capacity : 64;
    double *values = realloc(table->values, capacity * width * sizeof(*values));
    if (!values) GB_FAIL(GB_ERR_MEMORY, "no memory for a table of %zu rows", capacity);
    table->values = values;
    table->capacity = capacity;
  }
  memcpy(table->values + table->nrows * width, row, width * sizeof(*row));
  table->nrows++;
  return GB_OK;
}

void GbTableFree(GbTable *table)
{
  free(table->values);
  table->values = NULL;
  table->nrows = table->capacity = 0;
}

static void print_rows(const GbTable *table, FILE *file)
{
  for (int c = 0; c < table->ncolumns; c++)
    fprintf(file, "%s%s", c ? "," : "", table->columns[c].name);
  fputc('\n', file);
  for (size_t r = 0; r < table->nrows; r++) {
    const double *row = table->values + r * (size_t)table->ncolumns;
    for (int c = 0; c < table->ncolumns; c++) {
      const char *const *labels = table->columns[c].labels;
      if (c) fputc(',', file);
      if (labels)
        fputs(labels[(int)row[c]], file);
      else
        fprintf(file, "%.10g", row[c]);
    }
    fputc('\n', file);
  }
}

GbStatus GbTableWriteCsv(const GbTable *table, const char *path)
{
  GbFileAside aside;
  GB_CALL(GbFileBegin(path, &aside));
  print_rows(table, aside.stream);
  GB_CALL(GbFileCommit(&aside));
  return GB_OK;
}

GbStatus GbTableWrite(const GbTable *table, GbH5 *file, const char *group)
{
  double *column = NULL;
  GB_CALLOC(column, table->nrows);
  GbStatus status = GB_OK;
  for (int c = 0; c < table->ncolumns && status == GB_OK; c++) {
    char name[NAME_LENGTH];
    snprintf(name, sizeof(name), "%s/%s", group, table->columns[c].name);
    for (size_t r = 0; r < table->nrows; r++)
      column[r] = table->values[r * (size_t)table->ncolumns + (size_t)c];
    status = GbH5WriteDoubles(file, name, 1, &table->nrows, column, table->columns[c].units);
  }
  free(column);
  if (status != GB_OK) GbErrorTrace(status, __FILE__, __LINE__, __func__);
  return status;
}

/* Reads all columns into columns[ncolumns] and the common number of rows. */
static GbStatus read_columns(const GbTable *table, GbH5 *file, const char *group, double **columns,
                             size_t *nrows)
{
  for (int c = 0; c < table->ncolumns; c++) {
    char name[NAME_LENGTH];
    size_t rows;
    snprintf(name, sizeof(name), "%s/%s", group, table->columns[c].name);
    GB_CALL(GbH5ReadDoubles(file, name, 1, &rows, &columns[c], table->columns[c].units));
    if (c > 0 && rows != *nrows)
      GB_FAIL(GB_ERR_INPUT, "%s: dataset %s has %zu rows, expected %zu", GbH5Path(file), name, rows,
              *nrows);
    *nrows = rows;
  }
  return GB_OK;
}

GbStatus GbTableRead(GbTable *table, GbH5 *file, const char *group)
{
  double **columns = NULL, *row = NULL;
  size_t nrows = 0;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&columns, (size_t)table->ncolumns, sizeof(*columns)), done);
  GB_TRY(status, GbCalloc((void **)&row, (size_t)table->ncolumns, sizeof(*row)), done);
  GB_TRY(status, read_columns(table, file, group, columns, &nrows), done);
  for (size_t r = 0; r < nrows; r++) {
    for (int c = 0; c < table->ncolumns; c++)
      row[c] = columns[c][r];
    GB_TRY(status, GbTableAppend(table, row), done);
  }
done:
  for (int c = 0; columns && c < table->ncolumns; c++)
    free(columns[c]);
  free(columns);
  free(row);
  return status;
}
