/* Sums over modes against the closed forms, written with expm1: small and large growth, both signs.
 */
#include "harness/harness.h"

#include "mesoscale/events/rates.h"

#include <math.h>

enum { N = 2 * GB_RATE_BLOCK };
static const double inverse_kT = 40; /* 1/eV, about room temperature */

/* Modes that grow by the factors exp(x) within the time 1: around the change of formula at |x| =
 * 0.01 too. */
static const double growth[N] = {0.009, -0.009, 0.011, -0.011, 0.005, -0.005, 1e-6, -1e-6,
                                 3,     -3,     0.2,   -0.2,   0,     12,     -12,  0.0099};

static void make_modes(double a[N], double b[N])
{
  for (int j = 0; j < N; j++) {
    a[j] = -0.5 - 0.01 * j;
    b[j] = growth[j] / inverse_kT;
  }
}

static void integral_is_exact(void **state)
{
  (void)state;
  double a[N], b[N], start[N];
  make_modes(a, b);
  for (int only = 0; only < N; only++) { /* one mode at a time: no other hides it */
    double one_a[N], one_b[N];
    for (int j = 0; j < N; j++) {
      one_a[j] = j == only ? a[j] : GB_INACTIVE;
      one_b[j] = j == only ? b[j] : 0;
    }
    const double rate = exp(a[only] * inverse_kT), x = growth[only];
    GbRateSums sums = GbRatesStart(N, one_a, one_b, inverse_kT, start);
    assert_relative(sums.rate, rate, 1e-12);
    assert_close(sums.rate_slope, x * rate, 1e-12 * rate);
    sums = GbRatesIntegrate(N, one_a, one_b, start, inverse_kT, 1);
    assert_relative(sums.hazard, rate * (x == 0 ? 1 : expm1(x) / x), 1e-11);
    assert_relative(sums.rate, rate * exp(x), 1e-12);
    assert_close(sums.rate_slope, x * rate * exp(x), 1e-12 * rate * exp(x));
  }
}

static void total_counts_unstable_modes_once(void **state)
{
  (void)state;
  double a[N], b[N], block[N / GB_RATE_BLOCK], expected = 0;
  for (int j = 0; j < N; j++) {
    a[j] = -0.1 * j;
    b[j] = 0.35;
    expected += exp(fmin(0, (a[j] + b[j]) * inverse_kT));
  }
  assert_relative(GbRatesTotal(N, a, b, inverse_kT, 1), expected, 1e-12);
  for (int j = 0; j < N; j++)
    a[j] += b[j];
  assert_relative(GbRatesBlocks(N, a, inverse_kT, block), expected, 1e-12);
  assert_relative(block[0] + block[1], expected, 1e-12);
}

/* a + b t = 0 at t = -a / b; modes that do not grow never get there. */
static void instability_is_the_first_zero(void **state)
{
  (void)state;
  double a[N], b[N] = {0};
  int mode;
  for (int j = 0; j < N; j++)
    a[j] = -0.3;
  assert_true(GbRatesInstability(N, a, b, &mode) >= 1e300);
  assert_int_equal(mode, -1);
  b[3] = -0.5;
  b[5] = 0.1;
  b[11] = 0.2;
  assert_relative(GbRatesInstability(N, a, b, &mode), 1.5, 1e-12);
  assert_int_equal(mode, 11);
}

GB_TEST_MAIN("verify.mesoscale.rates", cmocka_unit_test(integral_is_exact),
             cmocka_unit_test(total_counts_unstable_modes_once),
             cmocka_unit_test(instability_is_the_first_zero))
