/* Four doubles at a time with GCC's vector extensions: AVX2 where the compiler may use it, pairs of
 * SSE2 (or other) instructions elsewhere. Used by the neighbour list and the kernels only. */
#ifndef GB_ATOMISTIC_SIMD_H
#define GB_ATOMISTIC_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

enum { GB_LANES = 4 };
typedef double GbV4 __attribute__((vector_size(32)));
typedef int64_t GbI4 __attribute__((vector_size(32)));
typedef int32_t GbS4 __attribute__((vector_size(16)));

static inline GbV4 gb_load4(const double *from)
{
  GbV4 v;
  memcpy(&v, from, sizeof v);
  return v;
}

static inline GbV4 gb_splat(double x)
{
  return (GbV4){x, x, x, x};
}

static inline GbV4 gb_sqrt4(GbV4 v)
{
  return (GbV4){sqrt(v[0]), sqrt(v[1]), sqrt(v[2]), sqrt(v[3])};
}

static inline GbV4 gb_least(GbV4 a, GbV4 b)
{
  GbI4 take = a < b;
  return (GbV4)(((GbI4)a & take) | ((GbI4)b & ~take));
}

static inline double gb_sum4(GbV4 v)
{
  return (v[0] + v[1]) + (v[2] + v[3]);
}

static inline double gb_least_of(GbV4 v)
{
  return fmin(fmin(v[0], v[1]), fmin(v[2], v[3]));
}

/* Rows to columns. */
static inline void gb_transpose(GbV4 v[4])
{
  GbV4 a = __builtin_shuffle(v[0], v[1], (GbI4){0, 4, 2, 6});
  GbV4 b = __builtin_shuffle(v[0], v[1], (GbI4){1, 5, 3, 7});
  GbV4 c = __builtin_shuffle(v[2], v[3], (GbI4){0, 4, 2, 6});
  GbV4 d = __builtin_shuffle(v[2], v[3], (GbI4){1, 5, 3, 7});
  v[0] = __builtin_shuffle(a, c, (GbI4){0, 1, 4, 5});
  v[1] = __builtin_shuffle(b, d, (GbI4){0, 1, 4, 5});
  v[2] = __builtin_shuffle(a, c, (GbI4){2, 3, 6, 7});
  v[3] = __builtin_shuffle(b, d, (GbI4){2, 3, 6, 7});
}

/* How many lanes of `take` are set. */
static inline int gb_count(GbI4 take)
{
#ifdef __AVX2__
  return __builtin_popcount((unsigned)_mm256_movemask_pd((__m256d)take));
#else
  return -(int)(take[0] + take[1] + take[2] + take[3]);
#endif
}

/* Stores those of four integers whose lane of `take` is set, in order, and returns how many. Up to
 * four places from `to` on are overwritten. */
static inline int gb_compress(int *to, GbS4 from, GbI4 take)
{
#ifdef __AVX2__
  static const _Alignas(16) int8_t order[16][16] = {
#define Q(a) 4 * (a), 4 * (a) + 1, 4 * (a) + 2, 4 * (a) + 3
      {Q(0), Q(0), Q(0), Q(0)}, {Q(0), Q(0), Q(0), Q(0)}, {Q(1), Q(0), Q(0), Q(0)},
      {Q(0), Q(1), Q(0), Q(0)}, {Q(2), Q(0), Q(0), Q(0)}, {Q(0), Q(2), Q(0), Q(0)},
      {Q(1), Q(2), Q(0), Q(0)}, {Q(0), Q(1), Q(2), Q(0)}, {Q(3), Q(0), Q(0), Q(0)},
      {Q(0), Q(3), Q(0), Q(0)}, {Q(1), Q(3), Q(0), Q(0)}, {Q(0), Q(1), Q(3), Q(0)},
      {Q(2), Q(3), Q(0), Q(0)}, {Q(0), Q(2), Q(3), Q(0)}, {Q(1), Q(2), Q(3), Q(0)},
      {Q(0), Q(1), Q(2), Q(3)}};
#undef Q
  int mask = _mm256_movemask_pd((__m256d)take);
  __m128i packed = _mm_shuffle_epi8((__m128i)from, *(const __m128i *)order[mask]);
  _mm_storeu_si128((__m128i *)to, packed);
  return __builtin_popcount((unsigned)mask);
#else
  int n = 0;
  for (int l = 0; l < GB_LANES; l++) {
    to[n] = from[l];
    n += take[l] != 0;
  }
  return n;
#endif
}

#endif
