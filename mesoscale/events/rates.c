/* integral_0^t exp(l_j + x_j s / t) ds = t exp(l_j) (exp(x_j) - 1) / x_j, with l = a / kT and
 * x = b t / kT; for small x by its series, which avoids the cancellation.
 *
 * Compiled with -ffast-math, which lets the compiler call the vector exponential of libmvec. */
#include "mesoscale/events/rates.h"

#include <math.h>

/* Below this exponent a rate is zero for all purposes (1e-304 nu_0), and exp would be slow. */
static const double LEAST_EXPONENT = -700;

static inline double add_lanes(const double lanes[GB_RATE_BLOCK])
{
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

GbRateSums GbRatesStart(int n, const double *a, const double *b, double inverse_kT, double *start)
{
  double rate[GB_RATE_BLOCK] = {0}, slope[GB_RATE_BLOCK] = {0};
  for (int j = 0; j < n; j += GB_RATE_BLOCK) {
#pragma omp simd
    for (int i = 0; i < GB_RATE_BLOCK; i++) {
      start[j + i] = exp(fmax(a[j + i] * inverse_kT, LEAST_EXPONENT));
      rate[i] += start[j + i];
      slope[i] += b[j + i] * inverse_kT * start[j + i];
    }
  }
  return (GbRateSums){0, add_lanes(rate), add_lanes(slope)};
}

GbRateSums GbRatesIntegrate(int n, const double *a, const double *b, const double *start,
                            double inverse_kT, double t)
{
  double hazard[GB_RATE_BLOCK] = {0}, rate[GB_RATE_BLOCK] = {0}, slope[GB_RATE_BLOCK] = {0};
  for (int j = 0; j < n; j += GB_RATE_BLOCK) {
    double end[GB_RATE_BLOCK];
#pragma omp simd
    for (int i = 0; i < GB_RATE_BLOCK; i++)
      end[i] = exp(fmax((a[j + i] + b[j + i] * t) * inverse_kT, LEAST_EXPONENT));
#pragma omp simd
    for (int i = 0; i < GB_RATE_BLOCK; i++) {
      double growth = b[j + i] * inverse_kT, x = growth * t;
      double small = start[j + i] * (1 + x * (1. / 2 + x * (1. / 6 + x * (1. / 24 + x / 120))));
      double large = (end[i] - start[j + i]) / (fabs(x) < 0.01 ? 1 : x);
      hazard[i] += fabs(x) < 0.01 ? small : large;
      rate[i] += end[i];
      slope[i] += growth * end[i];
    }
  }
  return (GbRateSums){t * add_lanes(hazard), add_lanes(rate), add_lanes(slope)};
}

double GbRatesTotal(int n, const double *a, const double *b, double inverse_kT, double t)
{
  double rate[GB_RATE_BLOCK] = {0};
  for (int j = 0; j < n; j += GB_RATE_BLOCK) {
#pragma omp simd
    for (int i = 0; i < GB_RATE_BLOCK; i++) {
      double exponent = (a[j + i] + b[j + i] * t) * inverse_kT;
      rate[i] += exp(fmin(fmax(exponent, LEAST_EXPONENT), 0));
    }
  }
  return add_lanes(rate);
}

double GbRatesBlocks(int n, const double *a, double inverse_kT, double *block_sum)
{
  double total = 0;
  for (int j = 0; j < n; j += GB_RATE_BLOCK) {
    double rate[GB_RATE_BLOCK];
#pragma omp simd
    for (int i = 0; i < GB_RATE_BLOCK; i++)
      rate[i] = exp(fmin(fmax(a[j + i] * inverse_kT, LEAST_EXPONENT), 0));
    block_sum[j / GB_RATE_BLOCK] = add_lanes(rate);
    total += block_sum[j / GB_RATE_BLOCK];
  }
  return total;
}

double GbRatesInstability(int n, const double *a, const double *b, int *mode)
{
  const double far = 1e300;
  double first = far;
  *mode = -1;
  for (int j = 0; j < n; j += GB_RATE_BLOCK) {
    double time[GB_RATE_BLOCK], least = far;
#pragma omp simd reduction(min : least)
    for (int i = 0; i < GB_RATE_BLOCK; i++) {
      time[i] = b[j + i] > 0 ? -a[j + i] / b[j + i] : far;
      least = fmin(least, time[i]);
    }
    if (!(least < first)) continue;
    first = least;
    for (int i = 0; i < GB_RATE_BLOCK; i++)
      if (time[i] == least) {
        *mode = j + i;
        break;
      }
  }
  return *mode < 0 ? far : first;
}

double GbRatesPowers(int n, double *exponent)
{
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int j = 0; j < n; j++) {
    exponent[j] = exp(fmax(exponent[j], LEAST_EXPONENT) * M_LN2);
    sum += exponent[j];
  }
  return sum;
}
