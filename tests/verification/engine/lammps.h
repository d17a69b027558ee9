/* The LAMMPS references of tests/data/lammps. */
#ifndef GB_TESTS_LAMMPS_H
#define GB_TESTS_LAMMPS_H

#include "atomistic/engine/atoms.h"

/* Path of the Cu-Zr potential of the project. */
#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

/* Unpacks tests/data/lammps/NAME.gz and reads it as a data file. */
void lammps_read_data(const char *name, GbAtoms *atoms);

/* Per-atom columns of a dump, sorted by id: position, velocity, force, energy, stress. */
typedef struct {
  int n, ncolumns;
  double *rows; /* [n][ncolumns], from the column x on */
} LammpsDump;
enum { DUMP_X = 0, DUMP_V = 3, DUMP_F = 6, DUMP_ENERGY = 9, DUMP_STRESS = 10 };

void lammps_read_dump(const char *name, LammpsDump *dump);
void lammps_free_dump(LammpsDump *dump);
static inline const double *lammps_row(const LammpsDump *dump, int i)
{
  return dump->rows + (size_t)i * (size_t)dump->ncolumns;
}

#endif
