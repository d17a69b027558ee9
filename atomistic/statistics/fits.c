/* Fits by GSL.
 *
 * Barriers: with mean m(chi) = m0 (1 - chi) + m1 chi and shape k the log-likelihood is
 *   sum_i [ (k - 1) ln Q_i - k Q_i / m_i + k ln(k / m_i) - lgamma(k) ],
 * maximised over (ln m0, ln m1, ln k) by the Nelder-Mead simplex, so all three stay positive.
 * m(chi) is kept above 5 % of the mean barrier where a chi far outside [0, 1] would make it
 * negative.
 *
 * Cycling: for a given n_c the curve is linear in f_0 and f_inf; the one nonlinear parameter is
 * found by Brent's method on the residual of the linear least-squares problem (variable projection,
 * Golub, Pereyra, SIAM J. Numer. Anal. 10, 413 (1973)). Its interval comes from resampling
 * residuals. */
#include "atomistic/statistics/fits.h"

#include "base/rng.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

/* --- Barriers -----------------------------------------------------------------------------------
 */

typedef struct {
  const double *barrier, *chi;
  int n;
  const int *index;
  double floor;
} GammaContext;

static double minus_log_likelihood(const gsl_vector *p, void *context)
{
  const GammaContext *c = context;
  const double m0 = exp(gsl_vector_get(p, 0)), m1 = exp(gsl_vector_get(p, 1));
  const double k = exp(gsl_vector_get(p, 2));
  double sum = 0.0;
  if (!(k > 1e-6 && k < 1e6)) return 1e300;
  for (int i = 0; i < c->n; i++) {
    const double q = c->barrier[c->index[i]], x = c->chi[c->index[i]];
    const double m = fmax(m0 * (1.0 - x) + m1 * x, c->floor);
    sum += (k - 1.0) * log(q) - k * q / m + k * log(k / m);
  }
  sum -= c->n * gsl_sf_lngamma(k);
  return isfinite(sum) ? -sum : 1e300;
}

/* Runs the simplex from p (in: start, out: best). Returns whether it converged. */
static int simplex(GammaContext *context, double p[3])
{
  gsl_multimin_fminimizer *minimizer =
      gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, 3);
  gsl_vector *start = gsl_vector_alloc(3), *size = gsl_vector_alloc(3);
  gsl_multimin_function function = {minus_log_likelihood, 3, context};
  int converged = 0;
  for (size_t i = 0; i < 3; i++)
    gsl_vector_set(start, i, p[i]);
  gsl_vector_set_all(size, 0.3);
  gsl_multimin_fminimizer_set(minimizer, &function, start, size);
  for (int iteration = 0; iteration < 500 && !converged; iteration++) {
    if (gsl_multimin_fminimizer_iterate(minimizer)) break;
    converged = gsl_multimin_fminimizer_size(minimizer) < 1e-5;
  }
  for (size_t i = 0; i < 3; i++)
    p[i] = gsl_vector_get(minimizer->x, i);
  gsl_vector_free(start);
  gsl_vector_free(size);
  gsl_multimin_fminimizer_free(minimizer);
  return converged;
}

static void gamma_statistic(void *context, int n, const int *index, double *outputs)
{
  GammaContext *c = context;
  double sum = 0.0, square = 0.0;
  c->n = n;
  c->index = index;
  for (int i = 0; i < n; i++) {
    sum += c->barrier[index[i]];
    square += c->barrier[index[i]] * c->barrier[index[i]];
  }
  const double mean = sum / n, variance = square / n - mean * mean;
  outputs[0] = outputs[1] = outputs[2] = NAN;
  if (!(variance > 1e-6 * mean * mean)) return; /* one value drawn n times has no shape */
  c->floor = 0.05 * mean;
  double p[3] = {log(mean), log(mean), log(mean * mean / variance)};
  if (!simplex(c, p)) return;
  for (int i = 0; i < 3; i++)
    outputs[i] = exp(p[i]);
}

GbStatus GbFitBarriers(const GbBootstrapOptions *options, int n, const double *barrier,
                       const double *chi, GbEstimate mean[2], GbEstimate *shape)
{
  GammaContext context = {barrier, chi, n, NULL, 0.0};
  GbEstimate estimates[3];
  if (n < GB_FIT_MIN_BARRIERS)
    GB_FAIL(GB_ERR_NUMERIC,
            "only %d saddles were accepted, the barrier distribution needs at least %d: raise "
            "calibrate.searches_per_state",
            n, GB_FIT_MIN_BARRIERS);
  for (int i = 0; i < n; i++)
    if (!(barrier[i] > 0.0) || !isfinite(chi[i]))
      GB_FAIL(GB_ERR_ARG, "barrier %d is %g eV at chi %g", i, barrier[i], chi[i]);
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  const GbStatus status =
      GbBootstrap(options, "barrier distribution", n, gamma_statistic, &context, 3, estimates);
  gsl_set_error_handler(handler);
  GB_CALL(status);
  mean[0] = estimates[0];
  mean[1] = estimates[1];
  *shape = estimates[2];
  return GB_OK;
}

/* --- Gain of chi --------------------------------------------------------------------------------
 */

typedef struct {
  const double *before, *after;
  double chi_inf;
} GainContext;

static void gain_statistic(void *context, int n, const int *index, double *outputs)
{
  const GainContext *c = context;
  double numerator = 0.0, denominator = 0.0;
  for (int k = 0; k < n; k++) {
    const double distance = c->chi_inf - c->before[index[k]];
    numerator += (c->after[index[k]] - c->before[index[k]]) * distance;
    denominator += distance * distance;
  }
  outputs[0] = denominator > 0.0 ? numerator / denominator : NAN;
}

GbStatus GbFitChiGain(const GbBootstrapOptions *options, int n, const double *chi_before,
                      const double *chi_after, double chi_inf, GbEstimate *gain)
{
  GainContext context = {chi_before, chi_after, chi_inf};
  GB_CALL(GbBootstrap(options, "gain of chi per event", n, gain_statistic, &context, 1, gain));
  return GB_OK;
}

/* --- Cycling ------------------------------------------------------------------------------------
 */

typedef struct {
  int n;
  const double *f;
  double f_zero, f_inf;
} DecayContext;

/* Least-squares f_0 and f_inf for a given ln n_c; returns the sum of squared residuals. */
static double decay_residual(double log_nc, void *context)
{
  DecayContext *c = context;
  const double nc = exp(log_nc);
  double s11 = 0.0, s12 = 0.0, s22 = 0.0, b1 = 0.0, b2 = 0.0, sum = 0.0;
  for (int k = 0; k < c->n; k++) {
    const double e = exp(-k / nc), g = 1.0 - e;
    s11 += e * e;
    s12 += e * g;
    s22 += g * g;
    b1 += e * c->f[k];
    b2 += g * c->f[k];
  }
  const double det = s11 * s22 - s12 * s12;
  if (!(fabs(det) > 1e-14)) return 1e300;
  c->f_zero = (b1 * s22 - b2 * s12) / det;
  c->f_inf = (b2 * s11 - b1 * s12) / det;
  for (int k = 0; k < c->n; k++) {
    const double e = exp(-k / nc);
    const double r = c->f[k] - c->f_zero * e - c->f_inf * (1.0 - e);
    sum += r * r;
  }
  return sum;
}

/* Sum of squares about the mean. */
static double scatter(int n, const double *f)
{
  double mean = 0.0, sum = 0.0;
  for (int k = 0; k < n; k++)
    mean += f[k] / n;
  for (int k = 0; k < n; k++)
    sum += (f[k] - mean) * (f[k] - mean);
  return sum;
}

/* Fits; returns false if the minimum lies at an end of the range of n_c, or if the curve explains
 * less than half of the scatter (there is no trend to fit). */
static int fit_decay(int n, const double *f, double *f_zero, double *f_inf, double *n_c)
{
  enum { GRID = 40 };
  DecayContext c = {n, f, 0.0, 0.0};
  if (!(scatter(n, f) > 1e-20)) return 0;
  const double low = log(0.2), high = log(10.0 * n);
  double best = HUGE_VAL, residual[GRID + 1];
  int at = 0;
  for (int i = 0; i <= GRID; i++) {
    residual[i] = decay_residual(low + (high - low) * i / GRID, &c);
    if (residual[i] < best) {
      best = residual[i];
      at = i;
    }
  }
  if (at == 0 || at == GRID || best > 0.5 * scatter(n, f)) return 0;
  gsl_function function = {decay_residual, &c};
  gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
  const double width = (high - low) / GRID, middle = low + at * width;
  int failed = gsl_min_fminimizer_set(minimizer, &function, middle, middle - width, middle + width);
  for (int i = 0; i < 100 && !failed; i++) {
    failed = gsl_min_fminimizer_iterate(minimizer);
    if (gsl_min_fminimizer_x_upper(minimizer) - gsl_min_fminimizer_x_lower(minimizer) < 1e-8) break;
  }
  const double x = gsl_min_fminimizer_x_minimum(minimizer);
  gsl_min_fminimizer_free(minimizer);
  decay_residual(x, &c);
  *f_zero = c.f_zero;
  *f_inf = c.f_inf;
  *n_c = exp(x);
  return !failed;
}

typedef struct {
  int n;
  const double *fitted, *residual;
  double *f;
} ResidualContext;

/* Outputs f_0, f_inf, n_c of the fitted curve plus resampled residuals. */
static void decay_statistic(void *context, int n, const int *index, double *outputs)
{
  ResidualContext *c = context;
  for (int k = 0; k < n; k++)
    c->f[k] = c->fitted[k] + c->residual[index[k]];
  if (!fit_decay(n, c->f, &outputs[0], &outputs[1], &outputs[2]))
    outputs[0] = outputs[1] = outputs[2] = NAN;
}

GbStatus GbFitCycling(const GbBootstrapOptions *options, int n, const double *f, GbEstimate *f_zero,
                      GbEstimate *f_inf, GbEstimate *n_c)
{
  const GbEstimate none = {0.0, 0.0, 0.0, 0};
  double zero, inf, nc, *curve;
  GbEstimate estimates[3];
  *f_zero = *f_inf = *n_c = none;
  for (int k = 0; k < n; k++)
    if (!isfinite(f[k])) return GB_OK;
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  const int fitted = n >= 4 && fit_decay(n, f, &zero, &inf, &nc);
  if (!fitted) {
    gsl_set_error_handler(handler);
    return GB_OK;
  }
  GB_CALLOC(curve, 3 * (size_t)n);
  for (int k = 0; k < n; k++) {
    curve[k] = inf + (zero - inf) * exp(-k / nc);
    curve[n + k] = f[k] - curve[k];
  }
  ResidualContext context = {n, curve, curve + n, curve + 2 * n};
  const GbStatus status =
      GbBootstrap(options, "cycling fit", n, decay_statistic, &context, 3, estimates);
  gsl_set_error_handler(handler);
  free(curve);
  if (status == GB_ERR_NUMERIC) { /* too noisy to determine the curve: not fitted */
    GbErrorClear();
    return GB_OK;
  }
  GB_CALL(status);
  *f_zero = estimates[0];
  *f_inf = estimates[1];
  *n_c = estimates[2];
  return GB_OK;
}
