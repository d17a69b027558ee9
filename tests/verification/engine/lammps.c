#include "lammps.h"

#include "harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LINE = 1024 };

static gzFile open_reference(const char *name)
{
  char path[LINE];
  snprintf(path, sizeof path, "%s/lammps/%s.gz", GB_TEST_DATA, name);
  gzFile file = gzopen(path, "r");
  if (!file) fail_msg("cannot open %s", path);
  return file;
}

void lammps_read_data(const char *name, GbAtoms *atoms)
{
  char path[LINE], line[LINE];
  const char *folder = GbTestFolder();
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (rank == 0) {
    gzFile in = open_reference(name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    while (gzgets(in, line, sizeof line))
      fputs(line, out);
    gzclose(in);
    fclose(out);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(GbAtomsReadLammpsData(path, atoms, NULL, NULL));
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank == 0) {
    remove(path);
    remove(folder);
  }
}

/* Columns after id and type. */
static int count_columns(const char *header)
{
  int columns = 0;
  for (const char *c = header; *c; c++)
    columns += *c == ' ';
  return columns - 3; /* "ITEM: ATOMS id type x ..." */
}

void lammps_read_dump(const char *name, LammpsDump *dump)
{
  char line[LINE];
  gzFile in = open_reference(name);
  *dump = (LammpsDump){0};
  while (gzgets(in, line, sizeof line) && strncmp(line, "ITEM: ATOMS", 11) != 0)
    if (strncmp(line, "ITEM: NUMBER", 12) == 0) dump->n = atoi(gzgets(in, line, sizeof line));
  line[strcspn(line, "\n")] = '\0';
  while (line[strlen(line) - 1] == ' ')
    line[strlen(line) - 1] = '\0';
  dump->ncolumns = count_columns(line);
  dump->rows = calloc((size_t)dump->n * (size_t)dump->ncolumns, sizeof *dump->rows);
  assert_non_null(dump->rows);
  for (int i = 0; i < dump->n; i++) {
    char *next = gzgets(in, line, sizeof line);
    assert_non_null(next);
    strtol(next, &next, 10);
    strtol(next, &next, 10);
    for (int c = 0; c < dump->ncolumns; c++)
      dump->rows[(size_t)i * (size_t)dump->ncolumns + (size_t)c] = strtod(next, &next);
  }
  gzclose(in);
}

void lammps_free_dump(LammpsDump *dump)
{
  free(dump->rows);
  *dump = (LammpsDump){0};
}
