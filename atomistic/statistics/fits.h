/* Fits of the laws that the mesoscale model draws from. */
#ifndef GB_ATOMISTIC_FITS_H
#define GB_ATOMISTIC_FITS_H

#include "atomistic/statistics/bootstrap.h"

enum { GB_FIT_MIN_BARRIERS = 4 };

/* P(Q | chi): gamma distribution of common shape k whose mean is linear in chi, by maximum
 * likelihood. mean[0] at chi = 0, mean[1] at chi = 1, both in the unit of Q. GB_ERR_NUMERIC, saying
 * what to raise, for fewer than GB_FIT_MIN_BARRIERS saddles. */
GbStatus GbFitBarriers(const GbBootstrapOptions *options, int n, const double *barrier,
                       const double *chi, GbEstimate mean[2], GbEstimate *shape);

/* An event maps chi -> chi + gain (chi_inf - chi): least-squares gain through the origin. */
GbStatus GbFitChiGain(const GbBootstrapOptions *options, int n, const double *chi_before,
                      const double *chi_after, double chi_inf, GbEstimate *gain);

/* f_k = f_inf + (f_0 - f_inf) exp(-k / n_c) to f[0..n] (cycle 0 to n - 1), all three free. Counts 0
 * and values 0 where the data do not determine the curve: fewer than 4 points, NaN, a curve that
 * explains less than half of the scatter, or no minimum with 0.2 < n_c < 10 n. Not fitting is an
 * outcome. */
GbStatus GbFitCycling(const GbBootstrapOptions *options, int n, const double *f, GbEstimate *f_zero,
                      GbEstimate *f_inf, GbEstimate *n_c);

#endif
