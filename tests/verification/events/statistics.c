/* Q(lambda) = 2 sum (-1)^(k-1) exp(-2 k^2 lambda^2), lambda = D (sqrt n + 0.12 + 0.11 / sqrt n):
 * M. A. Stephens, J. R. Stat. Soc. B 32, 115 (1970). */
#include "verification/events/statistics.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double GbTestKolmogorov(int n, double *uniform)
{
  double largest = 0, sum = 0;
  qsort(uniform, (size_t)n, sizeof *uniform, ascending);
  for (int i = 0; i < n; i++)
    largest = fmax(largest, fmax(uniform[i] - (double)i / n, (i + 1.0) / n - uniform[i]));
  double lambda = largest * (sqrt(n) + 0.12 + 0.11 / sqrt(n));
  for (int k = 1; k <= 100; k++)
    sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * lambda * lambda);
  return lambda < 0.2 ? 1 : sum;
}
