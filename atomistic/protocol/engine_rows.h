/* Keys of the force engine, the same in every stage that runs molecular dynamics. */
#ifndef GB_ATOMISTIC_PROTOCOL_ENGINE_ROWS_H
#define GB_ATOMISTIC_PROTOCOL_ENGINE_ROWS_H

#include "atomistic/engine/force.h"
#include "base/param_rows.h"

/* In the order of GbPrecision. */
static const char *const gb_precisions[] = {"double", "mixed", NULL};
static const char *const gb_kernels[] = {"best", "avx512", "avx2", "portable", NULL};

/* For structs with int precision, kernel; double skin_A. Each .c file with a parameter table
 * defines AT(field). */
#define ENGINE_ROWS                                                                                \
  CHOICE(                                                                                          \
      precision, "mixed", gb_precisions,                                                           \
      "Arithmetic of pairs in molecular dynamics; minimisations and energies are always double"),  \
      CHOICE(kernel, "best", gb_kernels,                                                           \
             "Instruction set of the forces; best: the fastest that this machine has"),            \
      REAL(skin_A, "1", 0.1, 5, "Reach of the neighbour lists beyond the cutoff")

static inline GbForceOptions gb_engine_options(int precision, int kernel, double skin_A)
{
  return (GbForceOptions){.skin = skin_A,
                          .precision = (GbPrecision)precision,
                          .kernel = kernel ? gb_kernels[kernel] : NULL};
}

#endif
