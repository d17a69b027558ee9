/* Vectors of AVX2 as eam_passes.h wants them: 8 floats or 4 doubles. See simd_portable.h for what
 * each function means. */
#ifndef GB_ATOMISTIC_SIMD_AVX2_H
#define GB_ATOMISTIC_SIMD_AVX2_H

#include <immintrin.h>

#ifdef GB_SINGLE
typedef __m256 V;
typedef __m256i I;
enum { LANES = 8 };

/* Pieces of 128 bits at p[0..7] to columns, in the order of the pieces. */
static inline void load_columns(const float *const p[LANES], V column[4])
{
  V r[4];
  for (int m = 0; m < 4; m++)
    r[m] =
        _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(p[m])), _mm_load_ps(p[4 + m]), 1);
  V a = _mm256_unpacklo_ps(r[0], r[1]), b = _mm256_unpackhi_ps(r[0], r[1]);
  V c = _mm256_unpacklo_ps(r[2], r[3]), d = _mm256_unpackhi_ps(r[2], r[3]);
  column[0] = _mm256_shuffle_ps(a, c, 0x44);
  column[1] = _mm256_shuffle_ps(a, c, 0xee);
  column[2] = _mm256_shuffle_ps(b, d, 0x44);
  column[3] = _mm256_shuffle_ps(b, d, 0xee);
}

static inline void load_entries(const GbEntryInt *at, const uint32_t *row, I *x, I *y, I *z, V *w)
{
  const float *p[LANES];
  V c[4];
  for (int l = 0; l < LANES; l++)
    p[l] = (const float *)((const double *)at + row[l]);
  load_columns(p, c);
  *x = _mm256_castps_si256(c[0]);
  *y = _mm256_castps_si256(c[1]);
  *z = _mm256_castps_si256(c[2]);
  *w = c[3];
}

static inline I set_int(int32_t x)
{
  return _mm256_set1_epi32(x);
}

static inline V difference(I a, I b)
{
  return _mm256_cvtepi32_ps(_mm256_sub_epi32(a, b));
}

static inline V set_all(float x)
{
  return _mm256_set1_ps(x);
}

static inline I segment_of(V S, int shift, int segments)
{
  return _mm256_and_si256(_mm256_srli_epi32(_mm256_castps_si256(S), shift),
                          _mm256_set1_epi32(segments - 1));
}

static inline V within_segment(V S, int shift)
{
  V bits = _mm256_and_ps(S, _mm256_castsi256_ps(_mm256_set1_epi32((1 << shift) - 1)));
  return _mm256_or_ps(bits, set_all(1.0f)) - (1.0f + 1.0f / (float)(1 << (24 - shift)));
}

static inline void look_up(const GbPoly *poly, I segment, int terms, V *out)
{
  int at[LANES];
  _mm256_storeu_si256((__m256i *)at, segment);
  for (int half = 0; half < (terms + 3) / 4; half++) {
    const float *p[LANES];
    V c[4];
    for (int l = 0; l < LANES; l++)
      p[l] = poly->by_segment[at[l]] + 4 * half;
    load_columns(p, c);
    for (int k = 0; k < 4 && 4 * half + k < terms; k++)
      out[4 * half + k] = c[k];
  }
}

static inline void look_up_low(const GbPoly *poly, I segment, int terms, V *out)
{
  look_up(poly, segment, terms, out);
}

static inline void look_up_top(const GbPoly *poly, I segment, int terms, V *out)
{
  look_up(poly, segment, terms, out);
}

static inline V keep_below(V x, V s, V end)
{
  return _mm256_and_ps(_mm256_cmp_ps(s, end, _CMP_LT_OQ), x);
}

static inline V fused(V a, V b, V c)
{
  return _mm256_fmadd_ps(a, b, c);
}

static inline V smaller(V a, V b)
{
  return _mm256_min_ps(a, b);
}

static inline bool any_below(V s, V end)
{
  return _mm256_movemask_ps(_mm256_cmp_ps(s, end, _CMP_LT_OQ)) != 0;
}

static inline void sum_four(V a, V b, V c, V d, double sums[4])
{
  V all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  __m128 sum = _mm256_castps256_ps128(all) + _mm256_extractf128_ps(all, 1);
  _mm256_storeu_pd(sums, _mm256_cvtps_pd(sum));
}

static inline double sum_all(V x)
{
  double sums[4];
  sum_four(x, x, x, x, sums);
  return sums[0];
}

#else /* double */

typedef __m256d V;
typedef __m128i I;
enum { LANES = 4 };

static inline void load_columns(const double *const p[LANES], V column[4])
{
  V r[LANES];
  for (int l = 0; l < LANES; l++)
    r[l] = _mm256_loadu_pd(p[l]);
  V a = _mm256_unpacklo_pd(r[0], r[1]), b = _mm256_unpackhi_pd(r[0], r[1]);
  V c = _mm256_unpacklo_pd(r[2], r[3]), d = _mm256_unpackhi_pd(r[2], r[3]);
  column[0] = _mm256_permute2f128_pd(a, c, 0x20);
  column[1] = _mm256_permute2f128_pd(b, d, 0x20);
  column[2] = _mm256_permute2f128_pd(a, c, 0x31);
  column[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

static inline void store_ints(int to[LANES], I x)
{
  _mm_storeu_si128((__m128i *)to, x);
}

static inline V difference(V a, V b)
{
  return a - b;
}

static inline V set_all(double x)
{
  return _mm256_set1_pd(x);
}

static inline V root(V x)
{
  return _mm256_sqrt_pd(x);
}

static inline I whole_part(V x)
{
  return _mm256_cvttpd_epi32(x);
}

static inline V from_int(I x)
{
  return _mm256_cvtepi32_pd(x);
}

static inline V fused(V a, V b, V c)
{
  return _mm256_fmadd_pd(a, b, c);
}

static inline V smaller(V a, V b)
{
  return _mm256_min_pd(a, b);
}

static inline V keep_below(V x, V s, V end)
{
  return _mm256_and_pd(_mm256_cmp_pd(s, end, _CMP_LT_OQ), x);
}

static inline bool any_below(V s, V end)
{
  return _mm256_movemask_pd(_mm256_cmp_pd(s, end, _CMP_LT_OQ)) != 0;
}

static inline void sum_four(V a, V b, V c, V d, double sums[4])
{
  V ab = _mm256_hadd_pd(a, b), cd = _mm256_hadd_pd(c, d);
  _mm256_storeu_pd(sums,
                   _mm256_permute2f128_pd(ab, cd, 0x20) + _mm256_permute2f128_pd(ab, cd, 0x31));
}

static inline double sum_all(V x)
{
  double sums[4];
  sum_four(x, x, x, x, sums);
  return sums[0];
}
#endif

/* --- search: 8 entries at a time, both precisions */

/* Stores the integers whose bit of `mask` is set, in order; four places are overwritten. */
static inline void compress(int *to, __m128i from, int mask)
{
#define Q(a) 4 * (a), 4 * (a) + 1, 4 * (a) + 2, 4 * (a) + 3
  static const _Alignas(16) int8_t order[16][16] = {
      {Q(0), Q(0), Q(0), Q(0)}, {Q(0), Q(0), Q(0), Q(0)}, {Q(1), Q(0), Q(0), Q(0)},
      {Q(0), Q(1), Q(0), Q(0)}, {Q(2), Q(0), Q(0), Q(0)}, {Q(0), Q(2), Q(0), Q(0)},
      {Q(1), Q(2), Q(0), Q(0)}, {Q(0), Q(1), Q(2), Q(0)}, {Q(3), Q(0), Q(0), Q(0)},
      {Q(0), Q(3), Q(0), Q(0)}, {Q(1), Q(3), Q(0), Q(0)}, {Q(0), Q(1), Q(3), Q(0)},
      {Q(2), Q(3), Q(0), Q(0)}, {Q(0), Q(2), Q(3), Q(0)}, {Q(1), Q(2), Q(3), Q(0)},
      {Q(0), Q(1), Q(2), Q(3)}};
#undef Q
  _mm_storeu_si128((__m128i *)to, _mm_shuffle_epi8(from, *(const __m128i *)order[mask]));
}

/* As above, to list[count ...], but not past `most`; returns the new count. */
static inline int append_eight(uint32_t *list, int count, int most, __m256i entry, int mask)
{
  compress((int *)list + (count < most ? count : most), _mm256_castsi256_si128(entry), mask & 15);
  count += __builtin_popcount((unsigned)mask & 15);
  compress((int *)list + (count < most ? count : most), _mm256_extracti128_si256(entry, 1),
           mask >> 4);
  return count + __builtin_popcount((unsigned)mask >> 4);
}

/* All bits of the lanes with t < count. */
static inline __m256i lanes_below(int64_t count)
{
  const __m256i ramp = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), ramp);
}

static inline int search_run(const GbCells *cells, int64_t from, int64_t to, const int32_t x[3],
                             int self, const GbSearchLimits *limits, int room, uint32_t *found,
                             int count)
{
  const __m256i numbers = _mm256_set1_epi32((int)~GB_TAG_MASK);
  const __m256 near2 = _mm256_loadu_ps(limits->near2), far2 = _mm256_loadu_ps(limits->far2);
  const int most = room - GB_EAM_LANES_MAX;
  for (int64_t e = from; e < to; e += 8) {
    __m256 s = _mm256_setzero_ps();
    for (int d = 0; d < 3; d++) {
      __m256i q = _mm256_loadu_si256((const __m256i *)(cells->column[d] + e));
      __m256 u = _mm256_cvtepi32_ps(_mm256_sub_epi32(q, _mm256_set1_epi32(x[d])));
      s = u * u + s;
    }
    __m256i entry = _mm256_loadu_si256((const __m256i *)(cells->entry + e));
    __m256i type = _mm256_srli_epi32(entry, GB_TAG_TYPE);
    __m256i is_self = _mm256_cmpeq_epi32(_mm256_and_si256(entry, numbers), _mm256_set1_epi32(self));
    __m256 within = _mm256_cmp_ps(s, _mm256_permutevar8x32_ps(far2, type), _CMP_LT_OQ);
    __m256 is_far = _mm256_cmp_ps(s, _mm256_permutevar8x32_ps(near2, type), _CMP_GE_OQ);
    __m256i take = _mm256_andnot_si256(is_self, lanes_below(to - e));
    take = _mm256_and_si256(take, _mm256_castps_si256(within));
    entry = _mm256_or_si256(
        entry, _mm256_and_si256(_mm256_castps_si256(is_far), _mm256_set1_epi32((int)GB_TAG_FAR)));
    count = append_eight(found, count, most, entry, _mm256_movemask_ps(_mm256_castsi256_ps(take)));
  }
  return count;
}

/* Bits of the first `valid` lanes. */
static inline int first_lanes(int valid)
{
  return valid >= LANES ? (1 << LANES) - 1 : (1 << valid) - 1;
}

static inline int keep_within(const uint32_t *tagged, int valid, V s, const GbSearchLimits *limits,
                              uint32_t *to, int count)
{
  const __m256 near2 = _mm256_loadu_ps(limits->near2), far2 = _mm256_loadu_ps(limits->far2);
#ifdef GB_SINGLE
  const __m256 s2 = s;
  __m256i entry = _mm256_loadu_si256((const __m256i *)tagged);
#else
  const __m256 s2 = _mm256_castps128_ps256(_mm256_cvtpd_ps(s));
  __m256i entry = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)tagged));
#endif
  entry = _mm256_and_si256(entry, _mm256_set1_epi32((int)~GB_TAG_FAR));
  __m256i type = _mm256_srli_epi32(entry, GB_TAG_TYPE);
  __m256 within = _mm256_cmp_ps(s2, _mm256_permutevar8x32_ps(far2, type), _CMP_LT_OQ);
  __m256 is_far = _mm256_cmp_ps(s2, _mm256_permutevar8x32_ps(near2, type), _CMP_GE_OQ);
  entry = _mm256_or_si256(
      entry, _mm256_and_si256(_mm256_castps_si256(is_far), _mm256_set1_epi32((int)GB_TAG_FAR)));
  return append_eight(to, count, INT32_MAX, entry,
                      _mm256_movemask_ps(within) &
                          (int)_bzhi_u32((1u << LANES) - 1, (unsigned)valid));
}

static inline int select_run(const uint32_t *found, int count, uint32_t tag, uint32_t stride,
                             uint32_t *to)
{
  const __m256i tags = _mm256_set1_epi32((int)GB_TAG_MASK), wanted = _mm256_set1_epi32((int)tag);
  const __m256i factor = _mm256_set1_epi32((int)stride);
  int n = 0;
  for (int t = 0; t < count; t += 8) {
    __m256i entry = _mm256_loadu_si256((const __m256i *)(found + t));
    __m256i take = _mm256_cmpeq_epi32(_mm256_and_si256(entry, tags), wanted);
    take = _mm256_and_si256(take, lanes_below(count - t));
    entry = _mm256_mullo_epi32(_mm256_andnot_si256(tags, entry), factor);
    n = append_eight(to, n, count, entry, _mm256_movemask_ps(_mm256_castsi256_ps(take)));
  }
  return n;
}

#endif
