/* Sums that do not depend on their order, and so not on ranks or threads.
 *
 * Each term is rounded to a multiple of 2^-32 and added as an integer. Adding 1.5 * 2^20 to a
 * double leaves a number whose last bit means 2^-32, so the conversion is one addition and
 * vectorises. Error: at most 1.2e-10 per term, unbiased. */
#ifndef GB_ATOMISTIC_SUM_H
#define GB_ATOMISTIC_SUM_H

#include "base/error.h"

#include <stdint.h>
#include <string.h>

/* The term must be smaller than 524288 in magnitude; a sum may reach 2e9. */
static inline int64_t gb_fixed(double term)
{
  const double magic = 1.5 * (double)(1 << 20);
  double shifted = term + magic;
  int64_t bits, zero;
  memcpy(&bits, &shifted, sizeof bits);
  memcpy(&zero, &magic, sizeof zero);
  return (int64_t)((uint64_t)bits - (uint64_t)zero);
}

/* Wraps where terms beyond the limits have made nonsense of the sum. */
static inline void gb_add_fixed(int64_t *sum, int64_t term)
{
  *sum = (int64_t)((uint64_t)*sum + (uint64_t)term);
}

static inline double gb_from_fixed(int64_t sum)
{
  return (double)sum * (1.0 / 4294967296.0);
}

/* Sums over all ranks of `comm`, as doubles. Collective. */
static inline void GbSumReduce(MPI_Comm comm, int64_t *sums, int n, double *totals)
{
  int size;
  MPI_Comm_size(comm, &size);
  if (size > 1) MPI_Allreduce(MPI_IN_PLACE, sums, n, MPI_INT64_T, MPI_SUM, comm);
  for (int k = 0; k < n; k++)
    totals[k] = gb_from_fixed(sums[k]);
}

#endif
