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

/* Of the largest deviation among n numbers. */
static double significance(double largest, double n)
{
  double lambda = largest * (sqrt(n) + 0.12 + 0.11 / sqrt(n)), sum = 0;
  for (int k = 1; k <= 100; k++)
    sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * lambda * lambda);
  return lambda < 0.2 ? 1 : sum;
}

double GbTestKolmogorov(int n, double *uniform)
{
  double largest = 0;
  qsort(uniform, (size_t)n, sizeof *uniform, ascending);
  for (int i = 0; i < n; i++)
    largest = fmax(largest, fmax(uniform[i] - (double)i / n, (i + 1.0) / n - uniform[i]));
  return significance(largest, n);
}

double GbTestTwoSamples(int na, double *a, int nb, double *b)
{
  double largest = 0;
  qsort(a, (size_t)na, sizeof *a, ascending);
  qsort(b, (size_t)nb, sizeof *b, ascending);
  for (int i = 0, j = 0; i < na && j < nb;) {
    const double x = fmin(a[i], b[j]);
    while (i < na && a[i] == x)
      i++;
    while (j < nb && b[j] == x)
      j++;
    largest = fmax(largest, fabs((double)i / na - (double)j / nb));
  }
  return significance(largest, (double)na * nb / (na + nb));
}
