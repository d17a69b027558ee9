/* With P and S = Q the lower and upper regularised incomplete gamma functions and k the shape,
 *     x < k + 1:   P = x^k e^-x / Gamma(k+1) (1 + x/(k+1) + x^2/((k+1)(k+2)) + ...),
 *                  w = -ln(1 - P),
 *     else:        S = x^k e^-x F / Gamma(k),  F = 1/(x+1-k- 1(1-k)/(x+3-k- 2(2-k)/(x+5-k- ...))),
 *                  w = x - k ln x + ln Gamma(k) - ln F
 * (NIST DLMF 8.7.1 and 8.9.2, the fraction by Lentz's method), so w is good where S underflows. The
 * slope is w' = x^(k-1) e^-x / (Gamma(k) S), which for large x is 1/(x F), and
 *     w'' = w' ((k-1)/x - 1 + w').
 *
 * Both directions are tabulated in cells that divide each power of two evenly, so that bits of the
 * argument are the cell's number and no logarithm is taken. w ~ x^k at one end and ~ x at the
 * other: on such cells x(w) is a polynomial to a relative accuracy that hardly depends on w; w(x)
 * may grow with a high power, so ln w(x) is tabulated instead. In each cell stands the quintic with
 * the function's value, slope and curvature at both ends (C2 across cells). Cells are halved until
 * their middles, where that polynomial is worst, agree with the function to TOLERANCE. Outside the
 * tables, where no draw ever comes, the ends' laws x^k and x + constant go on.
 *
 * Rejected: gsl_cdf_gamma_Qinv (3 to 10 us per number, and S = 0 beyond w = 700); ln x over ln w
 * (another logarithm and exponential per number); Chebyshev cells (jumps between them). */
#include "mesoscale/events/gamma_tail.h"

#include "base/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const double TOLERANCE = 1e-11;
static const double SHAPE_LEAST = 0.2, SHAPE_MOST = 1e4;
static const double SHAPE_STIRLING = 100;
/* Uniform numbers of 53 bits give w - w_min from 1e-16 to 37, and w_min is refused above 640. */
static const double W_LEAST = 1e-25, W_MOST = 1000;
enum { MANTISSA_BITS = 52, DIVISIONS_LOG2_FIRST = 5, DIVISIONS_LOG2_MOST = 10, NCOEFFICIENTS = 6 };
enum { ITERATIONS_MAX = 100000 };

typedef struct {
  double value, slope, curvature;
} Jet;

typedef struct {
  double first, last;    /* where the table begins and ends, borders of cells */
  uint64_t first_number; /* of the cell at `first` */
  int shift;             /* bits below the cell's number */
  int ncells;
  double (*cell)[NCOEFFICIENTS]; /* [ncells] in the fraction of the cell passed */
} Table;

struct GbGammaTail {
  double shape;
  double w_first, w_last; /* at the ends of ln_w */
  double x_first, x_last; /* at the ends of x */
  Table x, ln_w;          /* x(w) and ln w(x) */
};

/* --- The function -------------------------------------------------------------------------------
 */

/* ln(x^k e^-x / Gamma(k+1)); for large k its terms would cancel, which Stirling's series avoids. */
static double log_leading(double k, double x)
{
  if (k < SHAPE_STIRLING) return k * log(x) - x - lgamma(k + 1);
  const double t = (x - k) / k, rest = (1 - (1 - 2 / (7 * k * k)) / (30 * k * k)) / (12 * k);
  return k * (log1p(t) - t) - 0.5 * log(2 * GB_PI * k) - rest;
}

static double lower_series(double k, double x)
{
  double term = 1, sum = 1;
  for (int i = 1; i < ITERATIONS_MAX && term > 1e-17 * sum; i++)
    sum += term *= x / (k + i);
  return sum;
}

/* F, by the modified Lentz method of Thompson and Barnett. */
static double upper_fraction(double k, double x)
{
  const double tiny = 1e-300;
  double b = x + 1 - k, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int i = 1; i < ITERATIONS_MAX; i++) {
    const double a = -i * (i - k);
    b += 2;
    d = a * d + b;
    c = b + a / c;
    d = 1 / (d == 0 ? tiny : d);
    c = c == 0 ? tiny : c;
    fraction *= d * c;
    if (fabs(d * c - 1) < 3e-16) break;
  }
  return fraction;
}

double GbGammaHazard(double shape, double x, double *slope)
{
  if (x < shape + 1) {
    const double leading = exp(log_leading(shape, x));
    const double below = leading * lower_series(shape, x);
    *slope = shape / x * leading / (1 - below);
    return -log1p(-below);
  }
  const double fraction = upper_fraction(shape, x);
  *slope = 1 / (x * fraction);
  return -(log_leading(shape, x) + log(shape * fraction));
}

/* x(w) by Newton's method in ln w over ln x, which is nearly straight, from a value nearby. */
static double solve(double shape, double w, double x, double *slope)
{
  for (int i = 0; i < 60; i++) {
    const double now = GbGammaHazard(shape, x, slope);
    const double step = log(w / now) * now / (x * *slope);
    x *= exp(fmax(fmin(step, 2), -2));
    if (fabs(step) < 1e-12) break; /* quadratic: the step taken leaves rounding only */
  }
  GbGammaHazard(shape, x, slope);
  return x;
}

/* --- Tables -------------------------------------------------------------------------------------
 */

static double hazard_curvature(double k, double x, double slope)
{
  return slope * ((k - 1) / x - 1 + slope);
}

/* x(w) at w, starting from jet->value. */
static void inverse_jet(double shape, double w, Jet *jet)
{
  double slope;
  jet->value = solve(shape, w, jet->value, &slope);
  jet->slope = 1 / slope;
  jet->curvature = -hazard_curvature(shape, jet->value, slope) / slope / slope / slope;
}

/* ln w(x) at x. */
static void logarithm_jet(double shape, double x, Jet *jet)
{
  double slope;
  const double w = GbGammaHazard(shape, x, &slope);
  *jet = (Jet){log(w), slope / w, hazard_curvature(shape, x, slope) / w - slope / w * slope / w};
}

static void fill_cell(const Jet *a, const Jet *b, double width, double c[NCOEFFICIENTS])
{
  const double rise = b->value - a->value, a1 = width * a->slope, b1 = width * b->slope;
  const double a2 = width * width * a->curvature, b2 = width * width * b->curvature;
  c[0] = a->value;
  c[1] = a1;
  c[2] = 0.5 * a2;
  c[3] = 10 * rise - 6 * a1 - 4 * b1 - 1.5 * a2 + 0.5 * b2;
  c[4] = -15 * rise + 8 * a1 + 7 * b1 + 1.5 * a2 - b2;
  c[5] = 6 * rise - 3 * (a1 + b1) - 0.5 * (a2 - b2);
}

static inline uint64_t bits_of(double value)
{
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* `argument` in [first, last). */
static inline double look_up(const Table *table, double argument)
{
  const uint64_t bits = bits_of(argument), below = ((uint64_t)1 << table->shift) - 1;
  const double *c = table->cell[(bits >> table->shift) - table->first_number];
  const double t = (double)(int64_t)(bits & below) / (double)(int64_t)(below + 1);
  return c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))));
}

static double boundary(const Table *table, int cell)
{
  const uint64_t bits = (table->first_number + (uint64_t)cell) << table->shift;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Cells that cover [first, last]. */
static GbStatus allocate(double first, double last, int divisions_log2, Table *table)
{
  free(table->cell);
  table->cell = NULL;
  table->shift = MANTISSA_BITS - divisions_log2;
  table->first_number = bits_of(first) >> table->shift;
  table->ncells = (int)((bits_of(last) >> table->shift) - table->first_number) + 1;
  table->first = boundary(table, 0);
  table->last = boundary(table, table->ncells);
  GB_CALLOC(table->cell, table->ncells);
  return GB_OK;
}

/* From the last cell down, each border starting Newton's method from the one before: near the first
 * w a guess may underflow. */
static void fill(double shape, bool inverse, Table *table)
{
  Jet left = {.value = table->last + shape}, right = left;
  for (int i = table->ncells; i >= 0; i--) {
    if (inverse)
      inverse_jet(shape, boundary(table, i), &left);
    else
      logarithm_jet(shape, boundary(table, i), &left);
    if (i < table->ncells)
      fill_cell(&left, &right, boundary(table, i + 1) - boundary(table, i), table->cell[i]);
    right = left;
  }
}

/* Whether x or w is right to TOLERANCE, relative, in the middle of each cell. */
static bool is_accurate(double shape, bool inverse, const Table *table)
{
  double slope;
  for (int i = 0; i < table->ncells; i++) {
    const double middle = 0.5 * (boundary(table, i) + boundary(table, i + 1));
    const double found = look_up(table, middle), x = inverse ? found : middle;
    const double w = GbGammaHazard(shape, x, &slope);
    const double error = inverse ? (w - middle) / (x * slope) : found - log(w);
    if (!(fabs(error) < TOLERANCE)) return false; /* NaN too */
  }
  return true;
}

static GbStatus build(double shape, bool inverse, double first, double last, Table *table)
{
  for (int divisions = DIVISIONS_LOG2_FIRST; divisions <= DIVISIONS_LOG2_MOST; divisions++) {
    GB_CALL(allocate(first, last, divisions, table));
    fill(shape, inverse, table);
    if (is_accurate(shape, inverse, table)) return GB_OK;
  }
  GB_FAIL(GB_ERR_NUMERIC, "table of the gamma distribution of shape %g misses %g", shape,
          TOLERANCE);
}

static GbStatus set_up(GbGammaTail *tail)
{
  const double k = tail->shape;
  double slope;
  GB_CALL(build(k, true, W_LEAST, W_MOST, &tail->x));
  tail->x_first = tail->x.cell[0][0];
  tail->x_last = solve(k, tail->x.last, W_MOST, &slope);
  GB_CALL(build(k, false, tail->x_first, tail->x_last, &tail->ln_w));
  tail->w_first = GbGammaHazard(k, tail->ln_w.first, &slope);
  tail->w_last = GbGammaHazard(k, tail->ln_w.last, &slope);
  return GB_OK;
}

/* --- The object ---------------------------------------------------------------------------------
 */

GbStatus GbGammaTailCreate(double shape, GbGammaTail **tail)
{
  GbGammaTail *t;
  *tail = NULL;
  if (!(shape >= SHAPE_LEAST && shape <= SHAPE_MOST))
    GB_FAIL(GB_ERR_INPUT, "shape of the gamma distribution is %g: expected %g to %g", shape,
            SHAPE_LEAST, SHAPE_MOST);
  GB_CALLOC(t, 1);
  t->shape = shape;
  const GbStatus status = set_up(t);
  if (status != GB_OK) {
    GbGammaTailDestroy(&t);
    GB_CALL(status);
  }
  *tail = t;
  return GB_OK;
}

void GbGammaTailDestroy(GbGammaTail **tail)
{
  if (!*tail) return;
  free((*tail)->x.cell);
  free((*tail)->ln_w.cell);
  free(*tail);
  *tail = NULL;
}

double GbGammaTailHazard(const GbGammaTail *tail, double x)
{
  const Table *table = &tail->ln_w;
  if (!(x > 0)) return 0;
  if (x < table->first) return tail->w_first * pow(x / table->first, tail->shape);
  if (x >= table->last) return tail->w_last + (x - table->last);
  return exp(look_up(table, x));
}

void GbGammaTailInvert(const GbGammaTail *tail, int n, double *w)
{
  const Table *table = &tail->x;
  for (int i = 0; i < n; i++) {
    if (w[i] >= table->first && w[i] < table->last)
      w[i] = look_up(table, w[i]);
    else if (w[i] < table->first)
      w[i] = tail->x_first * pow(w[i] / table->first, 1 / tail->shape);
    else
      w[i] = tail->x_last + (w[i] - table->last);
  }
}
