/* Vectors of four numbers with the vector extensions of GCC and clang, for any processor: what
 * eam_passes.h needs, and what each function means. The other simd_<instructions>.h do the same
 * with more lanes. */
#ifndef GB_ATOMISTIC_SIMD_PORTABLE_H
#define GB_ATOMISTIC_SIMD_PORTABLE_H

#include <math.h>

enum { LANES = 4 };
typedef int32_t I __attribute__((vector_size(16)));

#ifdef GB_SINGLE
typedef float V __attribute__((vector_size(16)));
typedef float R;
typedef I M; /* masks */
#else
typedef double V __attribute__((vector_size(32)));
typedef double R;
typedef int64_t M __attribute__((vector_size(32)));
#endif

static inline V load_reals(const R *from)
{
  V v;
  memcpy(&v, from, sizeof v);
  return v;
}

static inline V set_all(R x)
{
  return (V){x, x, x, x};
}

/* Lanes a, b, c, d of x and y together. */
#ifdef __clang__
#define PICK(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d)
#else
#define PICK(x, y, a, b, c, d) __builtin_shuffle(x, y, (M){a, b, c, d})
#endif

/* Rows to columns. */
static inline void transpose(V v[4])
{
  V a = PICK(v[0], v[1], 0, 4, 2, 6), b = PICK(v[0], v[1], 1, 5, 3, 7);
  V c = PICK(v[2], v[3], 0, 4, 2, 6), d = PICK(v[2], v[3], 1, 5, 3, 7);
  v[0] = PICK(a, c, 0, 1, 4, 5);
  v[1] = PICK(b, d, 0, 1, 4, 5);
  v[2] = PICK(a, c, 2, 3, 6, 7);
  v[3] = PICK(b, d, 2, 3, 6, 7);
}

/* x where s < end, else 0. */
static inline V keep_below(V x, V s, V end)
{
  return (V)((M)x & (M)(s < end));
}

/* a b + c, rounded once where the processor can. */
static inline V fused(V a, V b, V c)
{
  return a * b + c;
}

static inline V smaller(V a, V b)
{
  M take = a < b;
  return (V)(((M)a & take) | ((M)b & ~take));
}

static inline bool any_below(V s, V end)
{
  M below = s < end;
  return (below[0] | below[1] | below[2] | below[3]) != 0;
}

static inline double sum_all(V v)
{
  return (double)((v[0] + v[2]) + (v[1] + v[3]));
}

/* The sums over the lanes of four vectors. */
static inline void sum_four(V a, V b, V c, V d, double sums[4])
{
  V v[4] = {a, b, c, d};
  transpose(v);
  V sum = (v[0] + v[2]) + (v[1] + v[3]);
  for (int k = 0; k < 4; k++)
    sums[k] = (double)sum[k];
}

#ifdef GB_SINGLE
/* Positions of the entries in `row`, coordinate by coordinate, and their fourth numbers. */
static inline void load_entries(const GbEntryInt *at, const uint32_t *row, I *x, I *y, I *z, V *w)
{
  V v[4];
  for (int l = 0; l < LANES; l++)
    memcpy(&v[l], (const double *)at + row[l], sizeof v[l]);
  transpose(v);
  *x = (I)v[0];
  *y = (I)v[1];
  *z = (I)v[2];
  *w = v[3];
}

static inline I set_int(int32_t x)
{
  return (I){x, x, x, x};
}

/* Modulo 2^32. */
static inline V difference(I a, I b)
{
  typedef uint32_t U __attribute__((vector_size(16)));
  return __builtin_convertvector((I)((U)a - (U)b), V);
}

/* Place of the segment that holds S; anything for S outside the function's range. */
static inline I segment_of(V S, int shift, int segments)
{
  return ((I)S >> shift) & (segments - 1);
}

/* t of S, see GbPoly. */
static inline V within_segment(V S, int shift)
{
  I bits = ((I)S & ((1 << shift) - 1)) | 0x3f800000;
  return (V)bits - (1.0f + 1.0f / (float)(1 << (24 - shift)));
}

/* The first `terms` rows of the polynomial's segments. */
static inline void look_up(const GbPoly *poly, I segment, int terms, V *out)
{
  for (int half = 0; half < (terms + 3) / 4; half++) {
    V v[4];
    for (int l = 0; l < LANES; l++)
      memcpy(&v[l], &poly->by_segment[segment[l]][4 * half], sizeof v[l]);
    transpose(v);
    for (int k = 0; k < 4 && 4 * half + k < terms; k++)
      out[4 * half + k] = v[k];
  }
}

/* As look_up, for functions of sixteen segments, and for the upper sixteen of thirty-two. */
static inline void look_up_low(const GbPoly *poly, I segment, int terms, V *out)
{
  look_up(poly, segment, terms, out);
}

static inline void look_up_top(const GbPoly *poly, I segment, int terms, V *out)
{
  look_up(poly, segment, terms, out);
}
#else
/* Columns of the rows of four doubles at p[0..LANES - 1]. */
static inline void load_columns(const double *const p[LANES], V column[4])
{
  for (int l = 0; l < LANES; l++)
    column[l] = load_reals(p[l]);
  transpose(column);
}

static inline void store_ints(int to[LANES], I x)
{
  memcpy(to, &x, sizeof x);
}

static inline V difference(V a, V b)
{
  return a - b;
}

static inline V root(V v)
{
  return (V){sqrt(v[0]), sqrt(v[1]), sqrt(v[2]), sqrt(v[3])};
}

/* Towards zero. */
static inline I whole_part(V x)
{
  return __builtin_convertvector(x, I);
}

static inline V from_int(I x)
{
  return __builtin_convertvector(x, V);
}

#endif

/* Appends entries from..to of the columns that are neighbours of x, but not atom `self`, tagged as
 * far or not; returns the new count. Nothing is kept past `room` less the lanes. */
static inline int search_run(const GbCells *cells, int64_t from, int64_t to, const int32_t x[3],
                             int self, const GbSearchLimits *limits, int room, uint32_t *found,
                             int count)
{
  const int most = room - GB_EAM_LANES_MAX;
  for (int64_t e = from; e < to; e++) {
    float s = 0.0f;
    for (int d = 0; d < 3; d++) {
      float u = (float)(int32_t)((uint32_t)cells->column[d][e] - (uint32_t)x[d]);
      s += u * u;
    }
    uint32_t entry = cells->entry[e], type = entry >> GB_TAG_TYPE;
    found[count < most ? count : most] = s < limits->near2[type] ? entry : entry | GB_TAG_FAR;
    count += (s < limits->far2[type]) & ((entry & ~GB_TAG_MASK) != (uint32_t)self);
  }
  return count;
}

/* Of LANES tagged entries at squared distances s, the first `valid` of which count, appends those
 * within the limits, tagged anew. */
static inline int keep_within(const uint32_t *tagged, int valid, V s, const GbSearchLimits *limits,
                              uint32_t *to, int count)
{
  for (int l = 0; l < LANES && l < valid; l++) {
    uint32_t entry = tagged[l] & ~GB_TAG_FAR, type = entry >> GB_TAG_TYPE;
    float s2 = (float)s[l];
    to[count] = s2 < limits->near2[type] ? entry : entry | GB_TAG_FAR;
    count += s2 < limits->far2[type];
  }
  return count;
}

/* See GbEamPasses.select. */
static inline int select_run(const uint32_t *found, int count, uint32_t tag, uint32_t stride,
                             uint32_t *to)
{
  int n = 0;
  for (int t = 0; t < count; t++) {
    to[n] = stride * (found[t] & ~GB_TAG_MASK);
    n += (found[t] & GB_TAG_MASK) == tag;
  }
  return n;
}

#endif
