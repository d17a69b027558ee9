/* Dot products over all atoms that do not depend on their order, and so not on ranks or threads.
 *
 * The fixed-point sums of sum.h resolve 2^-32 and hold terms up to 2^19; squares of converged
 * forces (1e-4 eV/angstrom and less) would drown in that resolution. So the terms are first scaled
 * by a power of two, which is exact, chosen so that the largest term possible, (largest |a|) x
 * (largest |b|) over all ranks, lies just below 2^s; maxima do not depend on order either, so all
 * ranks choose the same scale whatever atoms they own. With m terms in all, s = 30 - log2 m (at
 * most 18) keeps the sum from overflowing. A term is then right to 2^-(33 + s) of the largest
 * term, 6e-14 for 2048 atoms and 3e-11 for a million, unbiased. */
#ifndef GB_ATOMISTIC_DOT_H
#define GB_ATOMISTIC_DOT_H

#include "base/error.h"

#include <stdint.h>

typedef struct {
  const double *a, *b; /* [n] on this rank */
  double bound;        /* (largest |a|) * (largest |b|) over all ranks, from GbDotLargest */
} GbDot;

/* largest[k] = largest |component| of vectors[k] [n] over all ranks, all k < count. Collective. */
void GbDotLargest(MPI_Comm comm, int64_t n, int count, const double *const *vectors,
                  double *largest);
/* totals[k] = sum of a b of dots[k] over all ranks, in one reduction; count <= 8. `terms`: sum of n
 * over all ranks. Zero where the bound is zero or its terms are too small for a double.
 * Collective. */
void GbDotProducts(MPI_Comm comm, int64_t n, int64_t terms, int count, const GbDot *dots,
                   double *totals);

#endif
