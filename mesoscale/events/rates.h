/* Sums over all modes: the hot loops of the kinetic Monte Carlo.
 *
 * Mode j (voxel-major) has activity a_j = V* tau_j - Q_j (eV, negative while stable), changing at
 * the rate b_j (eV/s) within a segment of time; its rate is nu_0 exp(a_j / kT). All sums below are
 * in units of nu_0. Arrays have n entries with n a multiple of GB_RATE_BLOCK; unused ones hold
 * GB_INACTIVE and b = 0. Every sum runs in blocks with a fixed order, whatever the alignment, so
 * the same input gives the same bits. */
#ifndef GB_MESOSCALE_RATES_H
#define GB_MESOSCALE_RATES_H

enum { GB_RATE_BLOCK = 8 };
#define GB_INACTIVE (-1e4) /* eV: never happens */

typedef struct {
  double hazard;     /* integral of the total rate from 0 to t, s */
  double rate;       /* total rate at t, 1 */
  double rate_slope; /* its time derivative, 1/s */
} GbRateSums;

/* Constant temperature, at t = 0; keeps each mode's rate exp(a_j / kT) in start[n]. */
GbRateSums GbRatesStart(int n, const double *a, const double *b, double inverse_kT, double *start);
/* Constant temperature: activities a_j + b_j t up to t >= 0, 1/kT in 1/eV. Exact integral. */
GbRateSums GbRatesIntegrate(int n, const double *a, const double *b, const double *start,
                            double inverse_kT, double t);
/* sum_j min(1, exp((a_j + b_j t) / kT)) */
double GbRatesTotal(int n, const double *a, const double *b, double inverse_kT, double t);
/* block_sum[n / GB_RATE_BLOCK]: min(1, exp(a_j / kT)) summed over each block; returns the total,
 * added block by block. */
double GbRatesBlocks(int n, const double *a, double inverse_kT, double *block_sum);
/* Earliest time at which a growing mode reaches a = 0, or 1e300 with *mode = -1; *mode its index.
 */
double GbRatesInstability(int n, const double *a, const double *b, int *mode);

/* Replaces each exponent x by 2^x, and returns the sum. */
double GbRatesPowers(int n, double *exponent);

#endif
