/* Samples, potentials and kernels for the tests of forces. */
#ifndef GB_TESTS_SAMPLES_H
#define GB_TESTS_SAMPLES_H

#include "atomistic/engine/force.h"

/* The Cu-Zr potential of the project. */
#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

/* A disordered crystal: fcc with random types and displacements of up to 0.15 angstrom. */
void make_sample(const GbPotential *potential, const int cells[3], double a, GbAtoms *atoms);
/* Moves every atom by up to `most` angstrom along each axis; `round` makes the moves differ. */
void rattle(GbAtoms *atoms, double most, uint64_t round);
/* The potential of toy.h; with `fs`, all its densities differ. */
GbPotential *toy_potential(bool fs);

/* The kernels that a test goes through, and what this machine can run of them. */
typedef struct {
  const char *name;
  GbPrecision precision;
} Kernel;
enum { KERNELS = 6 };
extern const Kernel all_kernels[KERNELS];
/* NULL, with a line that says so, if this machine cannot run the kernel. The portable one and the
 * default must run everywhere. */
GbForce *make_force(MPI_Comm comm, const GbPotential *potential, Kernel kernel);

#endif
