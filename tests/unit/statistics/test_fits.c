/* Fits recover the parameters of synthetic data; intervals have the right width. */
#include "atomistic/statistics/fits.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static const GbBootstrapOptions options = {.seed = 3, .stream = 1, .resamples = 400};

static void mean_has_its_standard_error(void **state)
{
  (void)state;
  enum { N = 400 };
  double values[N], mean = 0.0, square = 0.0;
  for (int i = 0; i < N; i++) {
    double normal[2];
    GbRngNormal2(5, GB_RNG_TEST, (uint64_t)i, 0, 0, normal);
    values[i] = 2.0 + 0.5 * normal[0];
    mean += values[i] / N;
    square += values[i] * values[i] / N;
  }
  GbEstimate estimate;
  assert_ok(GbBootstrapMean(&options, "mean", N, values, &estimate));
  const double error = sqrt((square - mean * mean) / N);
  assert_relative(estimate.value, mean, 1e-12);
  assert_int_equal(estimate.count, N);
  assert_relative(estimate.high - estimate.low, 2.0 * 1.96 * error, 0.15);
  assert_true(estimate.low < mean && mean < estimate.high);
}

static void one_sample_has_no_width_and_none_fails(void **state)
{
  (void)state;
  const double value = 4.0;
  GbEstimate e;
  assert_ok(GbBootstrapMean(&options, "thing", 1, &value, &e));
  assert_true(e.low == 4.0 && e.high == 4.0 && e.value == 4.0 && e.count == 1);
  assert_fails(GbBootstrapMean(&options, "thing", 0, &value, &e), GB_ERR_NUMERIC, "thing");
}

/* Of two samples a resample is one twice, the other twice, or both: a quarter, a quarter, half. */
static void every_sample_may_be_drawn(void **state)
{
  (void)state;
  const double values[2] = {0.0, 1.0};
  GbEstimate e;
  assert_ok(GbBootstrapMean(&options, "coin", 2, values, &e));
  assert_true(e.low == 0.0 && e.value == 0.5 && e.high == 1.0);
}

static void median_is_the_middle(void **state)
{
  (void)state;
  const double values[5] = {5.0, 1.0, 100.0, 2.0, 3.0};
  GbEstimate e;
  assert_ok(GbBootstrapMedian(&options, "median", 5, values, &e));
  assert_true(e.value == 3.0 && e.low >= 1.0 && e.high <= 100.0);
}

static void gamma_fit_recovers_its_parameters(void **state)
{
  (void)state;
  enum { N = 600 };
  double barrier[N], chi[N];
  const double m0 = 1.4, m1 = 0.6, shape = 3.0;
  for (int i = 0; i < N; i++) {
    chi[i] = GbRngUniform(1, GB_RNG_TEST, (uint64_t)i, 0, 0);
    const double mean = m0 + (m1 - m0) * chi[i];
    barrier[i] =
        gsl_cdf_gamma_Pinv(GbRngUniform(1, GB_RNG_TEST, (uint64_t)i, 1, 0), shape, mean / shape);
  }
  const GbBootstrapOptions few = {.seed = 3, .stream = 2, .resamples = 100};
  GbEstimate mean[2], k;
  assert_ok(GbFitBarriers(&few, N, barrier, chi, mean, &k));
  assert_true(mean[0].low < m0 && m0 < mean[0].high);
  assert_true(mean[1].low < m1 && m1 < mean[1].high);
  assert_true(k.low < shape && shape < k.high);
  assert_relative(mean[0].value, m0, 0.1);
  assert_relative(mean[1].value, m1, 0.1);
  assert_relative(k.value, shape, 0.15);
  assert_fails(GbFitBarriers(&few, 3, barrier, chi, mean, &k), GB_ERR_NUMERIC,
               "searches_per_state");
}

static void gain_is_the_slope(void **state)
{
  (void)state;
  double before[20], after[20];
  for (int i = 0; i < 20; i++) {
    before[i] = 0.1 * i - 0.3;
    after[i] = before[i] + 0.25 * (1.0 - before[i]);
  }
  GbEstimate gain;
  assert_ok(GbFitChiGain(&options, 20, before, after, 1.0, &gain));
  assert_close(gain.value, 0.25, 1e-12);
  assert_close(gain.high - gain.low, 0.0, 1e-12);
}

static void decay_is_fitted_or_declined(void **state)
{
  (void)state;
  double f[8], straight[8];
  GbEstimate zero, inf, nc;
  for (int k = 0; k < 8; k++) {
    f[k] = 0.62 + (0.45 - 0.62) * exp(-k / 2.2);
    straight[k] = 0.5;
  }
  assert_ok(GbFitCycling(&options, 8, f, &zero, &inf, &nc));
  assert_true(nc.count == 8);
  assert_close(zero.value, 0.45, 1e-5);
  assert_close(inf.value, 0.62, 1e-5);
  assert_close(nc.value, 2.2, 1e-3);
  for (int k = 0; k < 8; k++) { /* noise widens the intervals but they keep the truth */
    double normal[2];
    GbRngNormal2(9, GB_RNG_TEST, (uint64_t)k, 0, 0, normal);
    f[k] += 2e-3 * normal[0];
  }
  assert_ok(GbFitCycling(&options, 8, f, &zero, &inf, &nc));
  assert_true(nc.count == 8 && nc.high - nc.low > 0.01);
  assert_close(inf.value, 0.62, 0.02);
  assert_ok(GbFitCycling(&options, 3, f, &zero, &inf, &nc));
  assert_true(nc.count == 0);
  f[2] = NAN;
  assert_ok(GbFitCycling(&options, 8, f, &zero, &inf, &nc));
  assert_true(nc.count == 0);
  assert_ok(GbFitCycling(&options, 8, straight, &zero, &inf, &nc));
  assert_true(nc.count == 0);
}

GB_TEST_MAIN("unit.atomistic.fits", cmocka_unit_test(mean_has_its_standard_error),
             cmocka_unit_test(one_sample_has_no_width_and_none_fails),
             cmocka_unit_test(median_is_the_middle), cmocka_unit_test(every_sample_may_be_drawn),
             cmocka_unit_test(gamma_fit_recovers_its_parameters),
             cmocka_unit_test(gain_is_the_slope), cmocka_unit_test(decay_is_fitted_or_declined))
