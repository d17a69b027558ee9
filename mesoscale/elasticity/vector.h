/* Vectors of PETSc whose arithmetic is the same on every machine. */
#ifndef GB_MESOSCALE_VECTOR_H
#define GB_MESOSCALE_VECTOR_H

#include "mesoscale/petsc_compat.h"

/* Gives a standard (sequential or distributed) vector products, norms and updates of our own
 * instead of those by BLAS; its duplicates, such as the work vectors of a Krylov solver, inherit
 * them. */
void GbVecSetArithmetic(Vec vec);

#endif
