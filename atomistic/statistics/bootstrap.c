/* Percentile bootstrap (Efron, Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
 *
 * Resample b draws its k-th member as floor(n u(b, k)) with a counter-based random number, so an
 * interval depends on nothing but seed, stream and samples. */
#include "atomistic/statistics/bootstrap.h"

#include "base/rng.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

static void draw(const GbBootstrapOptions *options, int b, int n, int *index)
{
  for (int k = 0; k < n; k++) {
    const double u =
        GbRngUniform(options->seed, GB_RNG_BOOTSTRAP, options->stream, (uint64_t)b, (uint64_t)k);
    index[k] = (int)(u * n);
  }
}

/* Percentiles of the finite ones of values[n] (sorted in place). */
static GbStatus interval(const char *name, int n, double *values, GbEstimate *estimate)
{
  int finite = 0;
  for (int i = 0; i < n; i++)
    if (isfinite(values[i])) values[finite++] = values[i];
  if (2 * finite < n)
    GB_FAIL(GB_ERR_NUMERIC,
            "%s: only %d of %d bootstrap resamples give a value; more samples are needed", name,
            finite, n);
  gsl_sort(values, 1, (size_t)finite);
  estimate->low = gsl_stats_quantile_from_sorted_data(values, 1, (size_t)finite, 0.025);
  estimate->high = gsl_stats_quantile_from_sorted_data(values, 1, (size_t)finite, 0.975);
  estimate->low = fmin(estimate->low, estimate->value);
  estimate->high = fmax(estimate->high, estimate->value);
  return GB_OK;
}

static GbStatus resample(const GbBootstrapOptions *options, const char *name, int n,
                         GbStatistic statistic, void *context, int noutputs, int *index,
                         double *values, GbEstimate *estimates)
{
  double outputs[GB_BOOTSTRAP_OUTPUTS];
  const int resamples = options->resamples;
  for (int k = 0; k < n; k++)
    index[k] = k;
  statistic(context, n, index, outputs);
  for (int o = 0; o < noutputs; o++) {
    if (!isfinite(outputs[o])) GB_FAIL(GB_ERR_NUMERIC, "%s: no value from %d samples", name, n);
    estimates[o] = (GbEstimate){outputs[o], outputs[o], outputs[o], n};
  }
  if (n < 2) return GB_OK;
  for (int b = 0; b < resamples; b++) {
    draw(options, b, n, index);
    statistic(context, n, index, outputs);
    for (int o = 0; o < noutputs; o++)
      values[(size_t)o * resamples + b] = outputs[o];
  }
  for (int o = 0; o < noutputs; o++)
    GB_CALL(interval(name, resamples, values + (size_t)o * resamples, &estimates[o]));
  return GB_OK;
}

GbStatus GbBootstrap(const GbBootstrapOptions *options, const char *name, int n,
                     GbStatistic statistic, void *context, int noutputs, GbEstimate *estimates)
{
  if (noutputs < 1 || noutputs > GB_BOOTSTRAP_OUTPUTS || options->resamples < 1)
    GB_FAIL(GB_ERR_ARG, "%s: %d outputs, %d resamples", name, noutputs, options->resamples);
  if (n < 1) GB_FAIL(GB_ERR_NUMERIC, "%s: there is no sample", name);
  int *index;
  double *values;
  GB_CALLOC(index, n);
  GB_CALLOC(values, (size_t)noutputs * options->resamples);
  GbStatus status;
  GB_TRY(status, resample(options, name, n, statistic, context, noutputs, index, values, estimates),
         done);
done:
  free(index);
  free(values);
  return status;
}

static void mean_of(void *context, int n, const int *index, double *outputs)
{
  const double *values = context;
  double sum = 0.0;
  for (int k = 0; k < n; k++)
    sum += values[index[k]];
  outputs[0] = sum / n;
}

GbStatus GbBootstrapMean(const GbBootstrapOptions *options, const char *name, int n,
                         const double *values, GbEstimate *estimate)
{
  GB_CALL(GbBootstrap(options, name, n, mean_of, (void *)values, 1, estimate));
  return GB_OK;
}

typedef struct {
  const double *values;
  double *sorted;
} MedianContext;

static void median_of(void *context, int n, const int *index, double *outputs)
{
  MedianContext *c = context;
  for (int k = 0; k < n; k++)
    c->sorted[k] = c->values[index[k]];
  gsl_sort(c->sorted, 1, (size_t)n);
  outputs[0] = gsl_stats_median_from_sorted_data(c->sorted, 1, (size_t)n);
}

GbStatus GbBootstrapMedian(const GbBootstrapOptions *options, const char *name, int n,
                           const double *values, GbEstimate *estimate)
{
  MedianContext c = {values, NULL};
  GbStatus status;
  GB_CALLOC(c.sorted, n > 0 ? n : 1);
  GB_TRY(status, GbBootstrap(options, name, n, median_of, &c, 1, estimate), done);
done:
  free(c.sorted);
  return status;
}
