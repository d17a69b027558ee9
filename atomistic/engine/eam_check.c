/* Whether mixed precision renders a potential: every pair function of the kernel, in float, against
 * the table in double, at distances all through the range and in the last pieces of the tables.
 *
 * What an atom feels counts: phi', and rho' times F' of an atom with a quarter, half and all of the
 * density of twelve neighbours at 2.5 angstrom. Functions that are cut off where they are not zero
 * fail: the polynomials are made to come to rest at their end. So do functions with noise or kinks
 * that polynomials cannot follow. */
#include "atomistic/engine/eam_check.h"
#include "atomistic/engine/eam_poly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 2000, PIECES = 8, PER_PIECE = 4 };
#define NEIGHBORS 12
#define R_NEIGHBOR 2.5 /* angstrom */

/* Errors count in full up to this size of the force (energy), beyond it relative to the excess. */
#define SIZE 1.0                    /* eV/angstrom, eV */
#define RELATIVE 1e-2               /* of the excess */
static const double unit = 0x1p-20; /* of the kernel's integers, angstrom */

/* As the kernel has it: see GbPoly and eam_passes.h. */
static double evaluate(const GbPoly *poly, int shift, int segments, int degree, float s)
{
  float S = s * poly->scale, t;
  int32_t bits, inside;
  memcpy(&bits, &S, sizeof bits);
  inside = (bits & ((1 << shift) - 1)) | 0x3f800000;
  memcpy(&t, &inside, sizeof t);
  t -= 1.0f + 1.0f / (float)(1 << (24 - shift));
  const float *c = poly->by_segment[(bits >> shift) & (segments - 1)];
  float sum = c[degree];
  for (int k = degree - 1; k >= 0; k--)
    sum = sum * t + c[k];
  return S < poly->end ? (double)sum : 0.0;
}

/* Largest |F'| that turns densities into energies. */
static double typical_slope(const GbPotential *potential, int a, int b)
{
  double rho, ignored, value, slope, most = 0.0;
  GbPotentialDensity(potential, b, a, R_NEIGHBOR, &rho, &ignored);
  for (int part = 1; part <= 4; part *= 2) {
    GbPotentialEmbedding(potential, a, NEIGHBORS * rho / part, &value, &slope);
    most = fmax(most, fabs(slope));
  }
  return most;
}

static void note(double found, double expected, double r, int a, int b, GbMixedError *worst)
{
  double error = fabs(found - expected) - RELATIVE * fmax(0.0, fabs(expected) - SIZE);
  if (error <= worst->error) return; /* a number in any case: tables and coefficients are finite */
  *worst = (GbMixedError){error, r, a, b};
}

/* Both forces and both energies of a pair at distance r. */
static void check_distance(const GbPotential *potential, int a, int b, const GbEamPoly *poly,
                           double factor, double r, GbMixedError *worst)
{
  float s = (float)(r / unit * (r / unit));
  double value, slope;
  if (s < poly->close) return;
  GbPotentialPair(potential, a, b, r, &value, &slope);
  note(r * evaluate(&poly->slope, GB_SHIFT_SLOPE, GB_SEGMENTS_SLOPE, GB_DEGREE_SLOPE, s), slope, r,
       a, b, worst);
  note(evaluate(&poly->pair, GB_SHIFT_SLOPE, GB_SEGMENTS_SLOPE, GB_DEGREE_SLOPE + 1, s), value, r,
       a, b, worst);
  GbPotentialDensity(potential, b, a, r, &value, &slope);
  note(factor * r *
           evaluate(&poly->weight, GB_SHIFT_WEIGHT, GB_SEGMENTS_WEIGHT, GB_DEGREE_WEIGHT, s),
       factor * slope, r, a, b, worst);
  note(factor *
           evaluate(&poly->density, GB_SHIFT_WEIGHT, GB_SEGMENTS_WEIGHT, GB_DEGREE_WEIGHT + 1, s),
       factor * value, r, a, b, worst);
}

static void check_pair(const GbPotential *potential, int a, int b, const GbEamPoly *poly,
                       GbMixedError *worst)
{
  const double factor = typical_slope(potential, a, b), step = GbPotentialStep(potential);
  const double first = sqrt((double)poly->close) * unit;
  const double ends[2] = {GbPotentialPairCutoff(potential, a, b),
                          GbPotentialDensityCutoff(potential, b, a)};
  const double last = fmax(ends[0], ends[1]);
  for (int k = 0; k < POINTS; k++)
    check_distance(potential, a, b, poly, factor, first + (last - first) * (k + 0.5) / POINTS,
                   worst);
  for (int e = 0; e < 2; e++)
    for (int k = 0; k < PIECES * PER_PIECE; k++)
      check_distance(potential, a, b, poly, factor, ends[e] - step * (k + 0.5) / PER_PIECE, worst);
}

GbStatus GbEamCheckMixed(const GbPotential *potential, GbMixedError *worst)
{
  int ntypes = GbPotentialTypes(potential);
  *worst = (GbMixedError){0};
  for (int a = 0; a < ntypes; a++)
    for (int b = 0; b < ntypes; b++) {
      GbEamPoly *poly = NULL;
      GbStatus status = GbEamPolyCreate(potential, a, b, unit, &poly);
      if (status == GB_OK) check_pair(potential, a, b, poly, worst);
      free(poly);
      GB_CALL(status);
    }
  return GB_OK;
}
