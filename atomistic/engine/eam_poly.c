/* Piecewise polynomials in s = r^2 (no root needed), segments uniform in the pseudo-logarithm of s
 * that the bits of a float are: four octaves reach from the cutoff down to a quarter of it in r,
 * where no pair of a condensed phase comes; closer pairs are left to the potential's own functions
 * (eam_close.c).
 *
 * What is fitted, segment by segment, by least squares in Chebyshev points, is the derivative:
 * phi'/r = 2 dphi/ds and rho'/r. phi and rho are its integrals, continuous from the cutoff inwards,
 * so that forces are exactly the derivative of the energy; each segment's mean is set right, so
 * that phi and rho are exact at the borders and errors do not add up. Published potentials are
 * pieces joined with kinks in high derivatives; the scale of S decides where the segments' borders
 * lie, and is chosen so that the error is least: among the choices are those that put a border on
 * the worst kink. For the Cu-Zr potential the error of a pair force is below 6e-5 eV/angstrom above
 * 2.4 angstrom; at the kink of Zr-Zr at 2.3 angstrom it is 9e-3, of 11, within one knot. */
#include "atomistic/engine/eam_poly.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 32, SCALES = 32, DEGREE_MAX = 6, OCTAVES = 4 };
#define R_TYPICAL 2.2 /* angstrom; the error counts from here on */

/* A function f at distance r, and 2 df/ds. */
typedef void (*Function)(const GbPotential *potential, int a, int b, double r, double *value,
                         double *slope);

static void pair(const GbPotential *potential, int a, int b, double r, double *value, double *slope)
{
  GbPotentialPair(potential, a, b, r, value, slope);
  *slope /= r;
}

static void density(const GbPotential *potential, int a, int b, double r, double *value,
                    double *slope)
{
  GbPotentialDensity(potential, b, a, r, value, slope);
  *slope /= r;
}

typedef struct {
  const GbPotential *potential;
  int a, b, degree, segments;
  Function function;
  double end;                                           /* in s, angstrom^2 */
  double scale;                                         /* S = scale s */
  double low[GB_POLY_SEGMENTS], high[GB_POLY_SEGMENTS]; /* of the segments, in S */
  double fit[GB_POLY_SEGMENTS][DEGREE_MAX + 1];         /* coefficients of (S - middle)^j */
} Fit;

/* Powers of t from a Chebyshev series: T_0 = 1, T_1 = t, T_k+1 = 2 t T_k - T_k-1. */
static void to_powers(const double *series, int degree, double *powers)
{
  double last[DEGREE_MAX + 1] = {1.0}, now[DEGREE_MAX + 1] = {0.0, 1.0};
  for (int j = 0; j <= degree; j++)
    powers[j] = 0.0;
  powers[0] += series[0];
  for (int k = 1; k <= degree; k++) {
    for (int j = 0; j <= k; j++)
      powers[j] += series[k] * now[j];
    double next[DEGREE_MAX + 1] = {0.0};
    for (int j = 0; j < degree; j++)
      next[j + 1] = 2.0 * now[j];
    for (int j = 0; j <= degree; j++)
      next[j] -= last[j];
    memcpy(last, now, sizeof last);
    memcpy(now, next, sizeof now);
  }
}

static double slope_at(const Fit *fit, double S)
{
  double value, slope;
  fit->function(fit->potential, fit->a, fit->b, sqrt(S / fit->scale), &value, &slope);
  return slope;
}

static double value_at(const Fit *fit, double S)
{
  double value, slope;
  fit->function(fit->potential, fit->a, fit->b, sqrt(S / fit->scale), &value, &slope);
  return value;
}

static double evaluate(const double *powers, int degree, double x)
{
  double sum = powers[degree];
  for (int j = degree - 1; j >= 0; j--)
    sum = sum * x + powers[j];
  return sum;
}

/* The integral of 2 df/ds over S, from the segment's lower border to `S`, by the fit. */
static double integral_to(const Fit *fit, int k, double middle, double S)
{
  double powers[DEGREE_MAX + 2] = {0.0}, low = fit->low[k] - middle;
  for (int j = 0; j <= fit->degree; j++)
    powers[j + 1] = fit->fit[k][j] / (j + 1);
  return evaluate(powers, fit->degree + 1, S - middle) - evaluate(powers, fit->degree + 1, low);
}

/* Makes the integral over the segment (as far as the function reaches) what it should be. */
static void correct_mean(Fit *fit, int k, double middle, double half)
{
  double top = fmin(middle + half, fit->end * fit->scale), low = middle - half;
  double exact = 2.0 * fit->scale * (value_at(fit, top) - value_at(fit, low));
  fit->fit[k][0] += (exact - integral_to(fit, k, middle, top)) / (top - low);
}

/* Least squares in the points of the Chebyshev polynomial, scaled to powers of S - middle. */
static void fit_segment(Fit *fit, int k)
{
  double middle = 0.5 * (fit->low[k] + fit->high[k]), half = 0.5 * (fit->high[k] - fit->low[k]);
  double series[DEGREE_MAX + 1] = {0.0}, unit = 1.0;
  for (int p = 0; p < POINTS; p++) {
    double angle = GB_PI * (p + 0.5) / POINTS;
    double y = slope_at(fit, middle + half * cos(angle));
    for (int j = 0; j <= fit->degree; j++)
      series[j] += (j == 0 ? 1.0 : 2.0) / POINTS * y * cos(j * angle);
  }
  to_powers(series, fit->degree, fit->fit[k]);
  for (int j = 0; j <= fit->degree; j++, unit /= half)
    fit->fit[k][j] *= unit;
  correct_mean(fit, k, middle, half);
}

/* Sum of squares of the errors of the force over the segment. */
static double squared_error(const Fit *fit, int k)
{
  double sum = 0.0, width = fit->high[k] - fit->low[k];
  for (int p = 0; p < POINTS; p++) {
    double S = fit->low[k] + width * (p + 0.5) / POINTS, s = S / fit->scale;
    if (s < R_TYPICAL * R_TYPICAL || s >= fit->end) continue;
    double error = evaluate(fit->fit[k], fit->degree, S - 0.5 * (fit->low[k] + fit->high[k]));
    error = (error - slope_at(fit, S)) * sqrt(s);
    sum += error * error * sqrt(s) * width / fit->scale; /* weight r^2 dr: as neighbours lie */
  }
  return sum;
}

/* Segments from the one that holds the end downwards. */
static double fit_all(Fit *fit, double scale)
{
  double error = 0.0, octave = exp2(floor(log2(fit->end * scale)));
  int parts = fit->segments / OCTAVES;
  int part = (int)((fit->end * scale / octave - 1.0) * parts);
  fit->scale = scale;
  if (fit->end * scale == octave * (1.0 + (double)part / parts)) part--; /* the end is a border */
  for (int k = fit->segments - 1; k >= 0; k--, part--) {
    if (part < 0) {
      part = parts - 1;
      octave *= 0.5;
    }
    fit->low[k] = octave * (1.0 + (double)part / parts);
    fit->high[k] = octave * (1.0 + (part + 1.0) / parts);
    fit_segment(fit, k);
    error += squared_error(fit, k);
  }
  return error;
}

/* Where the second derivative of the function jumps most, angstrom. */
static double worst_kink(const Fit *fit)
{
  double h = 2.0 * GbPotentialStep(fit->potential), most = 0.0, at = R_TYPICAL;
  for (double r = R_TYPICAL; r < sqrt(fit->end) - 2.0 * h; r += 0.5 * h) {
    double slope[4];
    for (int k = 0; k < 4; k++) {
      double x = r + (k - 1.5) * h, value;
      fit->function(fit->potential, fit->a, fit->b, x, &value, &slope[k]);
      slope[k] *= x;
    }
    double jump = fabs(slope[3] - slope[2] - slope[1] + slope[0]);
    if (jump <= most) continue;
    most = jump;
    at = r;
  }
  return at;
}

/* Scales all through an octave, and those that put a border on the worst kink. */
static void fit_best(Fit *fit)
{
  int parts = fit->segments / OCTAVES;
  double best = 1.0, least = INFINITY, kink = worst_kink(fit);
  for (int c = 0; c < SCALES + parts; c++) {
    double scale = exp2((double)c / SCALES), octave = exp2(floor(log2(kink * kink)));
    if (c >= SCALES) scale = octave * (1.0 + (double)(c - SCALES) / parts) / (kink * kink);
    double error = fit_all(fit, scale);
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  fit_all(fit, best);
}

static int32_t bits_of(float x)
{
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static int shift_of(const Fit *fit)
{
  return fit->segments == GB_SEGMENTS_SLOPE ? GB_SHIFT_SLOPE : GB_SHIFT_WEIGHT;
}

/* The coefficients of (S - middle)^j in segment k, as those of t^j. */
static void store(const Fit *fit, GbPoly *poly, int k, const double *powers, int degree)
{
  int32_t place = bits_of((float)fit->low[k]) >> shift_of(fit);
  double octave = exp2(floor(log2(fit->low[k]))), unit = 1.0;
  for (int j = 0; j <= degree; j++, unit *= octave) {
    float value = (float)(powers[j] * unit);
    poly->by_term[j][place % fit->segments] = value;
    poly->by_segment[place % fit->segments][j] = value;
    if (k >= fit->segments - GB_POLY_SEGMENTS / 2)
      poly->top[j][place % (GB_POLY_SEGMENTS / 2)] = value;
  }
}

/* unit2: s comes in units of it. */
static void set_header(const Fit *fit, double unit2, GbPoly *poly)
{
  poly->scale = (float)(fit->scale * unit2);
  poly->least = (float)fit->low[0];
  poly->end = (float)(fit->scale * fit->end);
}

static void store_slope(const Fit *fit, GbPoly *poly)
{
  for (int k = 0; k < fit->segments; k++)
    store(fit, poly, k, fit->fit[k], fit->degree);
}

/* The integral by s/2, zero at the end. */
static void store_integral(const Fit *fit, GbPoly *poly)
{
  double join = 0.0, S = fit->scale * fit->end;
  for (int k = fit->segments - 1; k >= 0; k--) {
    double integral[DEGREE_MAX + 2] = {0.0}, half = 0.5 * (fit->high[k] - fit->low[k]);
    for (int j = 0; j <= fit->degree; j++)
      integral[j + 1] = 0.5 / fit->scale * fit->fit[k][j] / (j + 1);
    integral[0] = join - evaluate(integral, fit->degree + 1, S - (fit->low[k] + half));
    store(fit, poly, k, integral, fit->degree + 1);
    join = evaluate(integral, fit->degree + 1, -half);
    S = fit->low[k];
  }
}

GbStatus GbEamPolyCreate(const GbPotential *potential, int a, int b, double unit, GbEamPoly **poly)
{
  GbEamPoly *p = aligned_alloc(64, sizeof *p);
  if (!p) GB_FAIL(GB_ERR_MEMORY, "cannot allocate the polynomials of a pair of types");
  memset(p, 0, sizeof *p);
  *poly = p;
  double pair_end = GbPotentialPairCutoff(potential, a, b);
  Fit fit = {
      potential, a,   b,    GB_DEGREE_SLOPE, GB_SEGMENTS_SLOPE, pair, pair_end * pair_end, 1.0,
      {0},       {0}, {{0}}};
  fit_best(&fit);
  set_header(&fit, unit * unit, &p->slope);
  set_header(&fit, unit * unit, &p->pair);
  store_slope(&fit, &p->slope);
  store_integral(&fit, &p->pair);
  p->top = (float)fit.low[GB_SEGMENTS_SLOPE / 2] / p->slope.scale;
  double density_end = GbPotentialDensityCutoff(potential, b, a);
  fit = (Fit){potential,
              a,
              b,
              GB_DEGREE_WEIGHT,
              GB_SEGMENTS_WEIGHT,
              density,
              density_end * density_end,
              1.0,
              {0},
              {0},
              {{0}}};
  fit_best(&fit);
  set_header(&fit, unit * unit, &p->weight);
  set_header(&fit, unit * unit, &p->density);
  store_slope(&fit, &p->weight);
  store_integral(&fit, &p->density);
  p->close = fmaxf(p->slope.least / p->slope.scale, p->density.least / p->density.scale);
  return GB_OK;
}
