/* Bootstrap confidence intervals. */
#ifndef GB_ATOMISTIC_BOOTSTRAP_H
#define GB_ATOMISTIC_BOOTSTRAP_H

#include "base/error.h"
#include "contract/calibration.h"

enum { GB_BOOTSTRAP_OUTPUTS = 8 };

/* Statistics of the samples index[0..n): fills outputs; NaN where the resample allows no value. */
typedef void (*GbStatistic)(void *context, int n, const int *index, double *outputs);

typedef struct {
  uint64_t seed;
  uint64_t stream; /* one per quantity, so that no two share random numbers */
  int resamples;
} GbBootstrapOptions;

/* Estimates of `noutputs` statistics of n samples: value from the samples themselves, low and high
 * the 2.5 and 97.5 percentiles over resamples with replacement, widened to contain the value. One
 * sample gives low = high = value. GB_ERR_NUMERIC if the samples give NaN or fewer than half of the
 * resamples give a value; `name` stands in the message. */
GbStatus GbBootstrap(const GbBootstrapOptions *options, const char *name, int n,
                     GbStatistic statistic, void *context, int noutputs, GbEstimate *estimates);
/* Of the mean of values[n]. */
GbStatus GbBootstrapMean(const GbBootstrapOptions *options, const char *name, int n,
                         const double *values, GbEstimate *estimate);
/* Of the median. */
GbStatus GbBootstrapMedian(const GbBootstrapOptions *options, const char *name, int n,
                           const double *values, GbEstimate *estimate);

#endif
