/* See dot.h. */
#include "atomistic/engine/dot.h"

#include "atomistic/engine/atoms.h"
#include "atomistic/engine/sum.h"

#include <float.h>
#include <math.h>

enum { MOST_DOTS = 8 };

void GbDotLargest(MPI_Comm comm, int64_t n, int count, const double *const *vectors,
                  double *largest)
{
  for (int k = 0; k < count; k++) {
    const double *a = vectors[k];
    double most = 0.0;
#pragma omp parallel for schedule(static) reduction(max : most) if (n > 3 * GB_MANY_ATOMS)
    for (int64_t i = 0; i < n; i++)
      most = fabs(a[i]) > most ? fabs(a[i]) : most;
    largest[k] = most;
  }
  int size;
  MPI_Comm_size(comm, &size);
  if (size > 1) MPI_Allreduce(MPI_IN_PLACE, largest, count, MPI_DOUBLE, MPI_MAX, comm);
}

/* The product is rounded before the scaling, which is exact: the same bits with and without fused
 * multiply-add, in vectors and in their remainders. */
static int64_t scaled_sum(int64_t n, const double *a, const double *b, double scale)
{
  int64_t sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum) if (n > 3 * GB_MANY_ATOMS)
  for (int64_t i = 0; i < n; i++)
    sum += gb_fixed((a[i] * b[i]) * scale);
  return sum;
}

/* The power of two that takes `bound` below 2^s; 0 if all terms are as good as zero. */
static double choose_scale(double bound, int64_t terms)
{
  if (!(bound >= DBL_MIN)) return 0.0;
  int log2_terms = 0, exponent;
  while (log2_terms < 30 && ((int64_t)1 << log2_terms) < terms)
    log2_terms++;
  int s = 30 - log2_terms < 18 ? 30 - log2_terms : 18;
  frexp(bound, &exponent); /* bound < 2^exponent */
  return s - exponent < DBL_MAX_EXP ? ldexp(1.0, s - exponent) : 0.0;
}

void GbDotProducts(MPI_Comm comm, int64_t n, int64_t terms, int count, const GbDot *dots,
                   double *totals)
{
  int64_t sums[MOST_DOTS];
  double scale[MOST_DOTS];
  for (int k = 0; k < count; k++) {
    scale[k] = choose_scale(dots[k].bound, terms);
    sums[k] = scale[k] > 0.0 ? scaled_sum(n, dots[k].a, dots[k].b, scale[k]) : 0;
  }
  GbSumReduce(comm, sums, count, totals);
  for (int k = 0; k < count; k++)
    totals[k] = scale[k] > 0.0 ? totals[k] / scale[k] : 0.0;
}
