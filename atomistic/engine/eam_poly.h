/* Pair functions as piecewise polynomials of s = r^2, for single precision. */
#ifndef GB_ATOMISTIC_EAM_POLY_H
#define GB_ATOMISTIC_EAM_POLY_H

#include "atomistic/engine/potential.h"

/* Segments per octave of s are powers of two, so that a segment's number is in the bits of a float.
 * Pair functions, with kinks, need eight of them; densities are smooth. */
enum { GB_POLY_SEGMENTS = 32, GB_POLY_TERMS = 8 };
enum { GB_SEGMENTS_SLOPE = 32, GB_SHIFT_SLOPE = 20, GB_DEGREE_SLOPE = 5 };
enum { GB_SEGMENTS_WEIGHT = 16, GB_SHIFT_WEIGHT = 21, GB_DEGREE_WEIGHT = 4 };

/* One function of S = scale s, for S in [least, end). With b the bits of S as a float, (b >> shift)
 * modulo the number of segments is the place of S's segment. The bits below make t = (S - m)/o,
 * with m the middle of the segment and o the octave's lower end, and row j holds the coefficient of
 * t^j; in layouts for several ways to look up. */
typedef struct {
  float scale, least, end;
  _Alignas(64) float by_term[GB_POLY_TERMS][GB_POLY_SEGMENTS];
  _Alignas(64) float top[GB_POLY_TERMS][GB_POLY_SEGMENTS / 2]; /* the upper half, modulo 16 */
  _Alignas(64) float by_segment[GB_POLY_SEGMENTS][GB_POLY_TERMS];
} GbPoly;

/* All functions of the pair of types (center a, neighbour b). `s` is taken in units of `unit`^2. */
typedef struct {
  GbPoly slope;   /* phi'(r)/r, eV/angstrom^2: degree GB_DEGREE_SLOPE */
  GbPoly pair;    /* phi, eV: its integral, one degree more, same segments */
  GbPoly weight;  /* rho'_ab/r, degree GB_DEGREE_WEIGHT */
  GbPoly density; /* rho_ab: its integral, one degree more, same segments */
  float top;      /* s from which on the upper sixteen segments of `slope` are enough */
  float close;    /* closer pairs are not covered by all three, s in units of unit^2 */
} GbEamPoly;

/* unit: length in which distances will come, angstrom. `poly` is freed with free(). */
GbStatus GbEamPolyCreate(const GbPotential *potential, int a, int b, double unit, GbEamPoly **poly);

#endif
