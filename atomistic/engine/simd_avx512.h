/* Vectors of AVX-512 as eam_passes.h wants them: 16 floats or 8 doubles. See simd_portable.h for
 * what each function means. */
#ifndef GB_ATOMISTIC_SIMD_AVX512_H
#define GB_ATOMISTIC_SIMD_AVX512_H

#include <immintrin.h>

/* Four rows of 128-bit pieces to four columns, in the order of the pieces. */
static inline void transpose_pieces(const __m512i r[4], __m512i column[4])
{
  __m512i a = _mm512_unpacklo_epi32(r[0], r[1]), b = _mm512_unpackhi_epi32(r[0], r[1]);
  __m512i c = _mm512_unpacklo_epi32(r[2], r[3]), d = _mm512_unpackhi_epi32(r[2], r[3]);
  column[0] = _mm512_unpacklo_epi64(a, c);
  column[1] = _mm512_unpackhi_epi64(a, c);
  column[2] = _mm512_unpacklo_epi64(b, d);
  column[3] = _mm512_unpackhi_epi64(b, d);
}

#define GB_PIECE(at, place) _mm_load_si128((const __m128i *)((const double *)(at) + (place)))

/* Pieces 4 l + m, l = 0..3, of one row m. A broadcast under a mask is a plain load. */
static inline __m512i load_row(const GbEntryInt *at, const uint32_t *row, int m)
{
  __m512i r = _mm512_castsi128_si512(GB_PIECE(at, row[m]));
  r = _mm512_mask_broadcast_i32x4(r, 0x00f0, GB_PIECE(at, row[4 + m]));
  r = _mm512_mask_broadcast_i32x4(r, 0x0f00, GB_PIECE(at, row[8 + m]));
  return _mm512_mask_broadcast_i32x4(r, 0xf000, GB_PIECE(at, row[12 + m]));
}

#ifdef GB_SINGLE
typedef __m512 V;
typedef __m512i I;
enum { LANES = 16 };

static inline void load_entries(const GbEntryInt *at, const uint32_t *row, I *x, I *y, I *z, V *w)
{
  __m512i r[4], c[4];
  for (int m = 0; m < 4; m++)
    r[m] = load_row(at, row, m);
  transpose_pieces(r, c);
  *x = c[0];
  *y = c[1];
  *z = c[2];
  *w = _mm512_castsi512_ps(c[3]);
}

static inline I set_int(int32_t x)
{
  return _mm512_set1_epi32(x);
}

static inline V difference(I a, I b)
{
  return _mm512_cvtepi32_ps(_mm512_sub_epi32(a, b));
}

static inline V set_all(float x)
{
  return _mm512_set1_ps(x);
}

static inline I segment_of(V S, int shift, int segments)
{
  (void)segments; /* a permutation looks at the lowest bits only */
  return _mm512_srli_epi32(_mm512_castps_si512(S), (unsigned)shift);
}

static inline V within_segment(V S, int shift)
{
  const __m512i below = _mm512_set1_epi32((1 << shift) - 1), one = _mm512_set1_epi32(0x3f800000);
  __m512i bits =
      _mm512_ternarylogic_epi32(_mm512_castps_si512(S), below, one, 0xea); /* S & b | 1 */
  return _mm512_castsi512_ps(bits) - (1.0f + 1.0f / (float)(1 << (24 - shift)));
}

static inline void look_up(const GbPoly *poly, I segment, int terms, V *out)
{
  for (int k = 0; k < terms; k++)
    out[k] = _mm512_permutex2var_ps(_mm512_load_ps(poly->by_term[k]), segment,
                                    _mm512_load_ps(poly->by_term[k] + 16));
}

static inline void look_up_low(const GbPoly *poly, I segment, int terms, V *out)
{
  for (int k = 0; k < terms; k++)
    out[k] = _mm512_permutexvar_ps(segment, _mm512_load_ps(poly->by_term[k]));
}

static inline void look_up_top(const GbPoly *poly, I segment, int terms, V *out)
{
  for (int k = 0; k < terms; k++)
    out[k] = _mm512_permutexvar_ps(segment, _mm512_load_ps(poly->top[k]));
}

static inline V keep_below(V x, V s, V end)
{
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(s, end, _CMP_LT_OQ), x);
}

static inline V fused(V a, V b, V c)
{
  return _mm512_fmadd_ps(a, b, c);
}

static inline V smaller(V a, V b)
{
  return _mm512_min_ps(a, b);
}

static inline bool any_below(V s, V end)
{
  return _mm512_cmp_ps_mask(s, end, _CMP_LT_OQ) != 0;
}

static inline double sum_all(V x)
{
  return _mm512_reduce_add_ps(x);
}

static inline void sum_four(V a, V b, V c, V d, double sums[4])
{
  V ab = _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b);
  V cd = _mm512_unpacklo_ps(c, d) + _mm512_unpackhi_ps(c, d);
  V all = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd))) +
          _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(ab), _mm512_castps_pd(cd)));
  __m256 half = _mm512_castps512_ps256(all) + _mm512_extractf32x8_ps(all, 1);
  __m128 quarter = _mm256_castps256_ps128(half) + _mm256_extractf128_ps(half, 1);
  _mm256_storeu_pd(sums, _mm256_cvtps_pd(quarter));
}

#else /* double */

typedef __m512d V;
typedef __m256i I;
enum { LANES = 8 };

/* Columns of the rows of four doubles at p[0..7]. */
static inline void load_columns(const double *const p[LANES], V column[4])
{
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  V r[4];
  for (int m = 0; m < 4; m++)
    r[m] = _mm512_mask_broadcast_f64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(p[m])), 0xf0,
                                       _mm256_loadu_pd(p[4 + m]));
  V a = _mm512_unpacklo_pd(r[0], r[1]), b = _mm512_unpackhi_pd(r[0], r[1]);
  V c = _mm512_unpacklo_pd(r[2], r[3]), d = _mm512_unpackhi_pd(r[2], r[3]);
  column[0] = _mm512_permutex2var_pd(a, low, c);
  column[1] = _mm512_permutex2var_pd(b, low, d);
  column[2] = _mm512_permutex2var_pd(a, high, c);
  column[3] = _mm512_permutex2var_pd(b, high, d);
}

static inline void store_ints(int to[LANES], I x)
{
  _mm256_storeu_si256((__m256i *)to, x);
}

static inline V difference(V a, V b)
{
  return a - b;
}

static inline V set_all(double x)
{
  return _mm512_set1_pd(x);
}

static inline V root(V x)
{
  return _mm512_sqrt_pd(x);
}

static inline I whole_part(V x)
{
  return _mm512_cvttpd_epi32(x);
}

static inline V from_int(I x)
{
  return _mm512_cvtepi32_pd(x);
}

static inline V fused(V a, V b, V c)
{
  return _mm512_fmadd_pd(a, b, c);
}

static inline V smaller(V a, V b)
{
  return _mm512_min_pd(a, b);
}

static inline V keep_below(V x, V s, V end)
{
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(s, end, _CMP_LT_OQ), x);
}

static inline bool any_below(V s, V end)
{
  return _mm512_cmp_pd_mask(s, end, _CMP_LT_OQ) != 0;
}

static inline double sum_all(V x)
{
  return _mm512_reduce_add_pd(x);
}

static inline void sum_four(V a, V b, V c, V d, double sums[4])
{
  V ab = _mm512_unpacklo_pd(a, b) + _mm512_unpackhi_pd(a, b);
  V cd = _mm512_unpacklo_pd(c, d) + _mm512_unpackhi_pd(c, d);
  __m256d left = _mm512_castpd512_pd256(ab) + _mm512_extractf64x4_pd(ab, 1);
  __m256d right = _mm512_castpd512_pd256(cd) + _mm512_extractf64x4_pd(cd, 1);
  __m256d low = _mm256_permute2f128_pd(left, right, 0x20);
  __m256d high = _mm256_permute2f128_pd(left, right, 0x31);
  _mm256_storeu_pd(sums, low + high);
}
#endif

/* --- search: 16 entries at a time, both precisions */
enum { SEARCH_LANES = 16 };

static inline int search_run(const GbCells *cells, int64_t from, int64_t to, const int32_t x[3],
                             int self, const GbSearchLimits *limits, int room, uint32_t *found,
                             int count)
{
  const __m512i ramp = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i numbers = _mm512_set1_epi32((int)~GB_TAG_MASK);
  const __m512 near2 = _mm512_loadu_ps(limits->near2), far2 = _mm512_loadu_ps(limits->far2);
  const int most = room - SEARCH_LANES;
  for (int64_t e = from; e < to; e += SEARCH_LANES) {
    __m512 s = _mm512_setzero_ps();
    for (int d = 0; d < 3; d++) {
      __m512i q = _mm512_loadu_si512(cells->column[d] + e);
      __m512 u = _mm512_cvtepi32_ps(_mm512_sub_epi32(q, _mm512_set1_epi32(x[d])));
      s = u * u + s;
    }
    __m512i entry = _mm512_loadu_si512(cells->entry + e);
    __m512i type = _mm512_srli_epi32(entry, GB_TAG_TYPE);
    __mmask16 take = _mm512_cmplt_epi32_mask(ramp, _mm512_set1_epi32((int)(to - e)));
    take = _mm512_mask_cmp_ps_mask(take, s, _mm512_permutexvar_ps(type, far2), _CMP_LT_OQ);
    take = _mm512_mask_cmpneq_epi32_mask(take, _mm512_and_si512(entry, numbers),
                                         _mm512_set1_epi32(self));
    __mmask16 is_far = _mm512_cmp_ps_mask(s, _mm512_permutexvar_ps(type, near2), _CMP_GE_OQ);
    entry = _mm512_mask_or_epi32(entry, is_far, entry, _mm512_set1_epi32((int)GB_TAG_FAR));
    _mm512_storeu_si512(found + (count < most ? count : most),
                        _mm512_maskz_compress_epi32(take, entry));
    count += __builtin_popcount(take);
  }
  return count;
}

/* Bits of the first `valid` lanes. */
static inline unsigned first_lanes(int valid)
{
  return valid >= LANES ? (1u << LANES) - 1 : (1u << valid) - 1;
}

static inline int keep_within(const uint32_t *tagged, int valid, V s, const GbSearchLimits *limits,
                              uint32_t *to, int count)
{
#ifdef GB_SINGLE
  __m512i entry = _mm512_loadu_si512(tagged), type = _mm512_srli_epi32(entry, GB_TAG_TYPE);
  const __m512i numbers = _mm512_set1_epi32((int)~GB_TAG_FAR);
  type = _mm512_and_si512(type, _mm512_set1_epi32(7));
  __m512 near2 = _mm512_permutexvar_ps(type, _mm512_loadu_ps(limits->near2));
  __m512 far2 = _mm512_permutexvar_ps(type, _mm512_loadu_ps(limits->far2));
  __mmask16 take = _mm512_cmp_ps_mask(s, far2, _CMP_LT_OQ) & first_lanes(valid);
  __mmask16 is_far = _mm512_cmp_ps_mask(s, near2, _CMP_GE_OQ);
  entry = _mm512_and_si512(entry, numbers);
  entry = _mm512_mask_or_epi32(entry, is_far, entry, _mm512_set1_epi32((int)GB_TAG_FAR));
  _mm512_storeu_si512(to + count, _mm512_maskz_compress_epi32(take, entry));
#else
  __m256i entry = _mm256_loadu_si256((const __m256i *)tagged);
  __m256i type = _mm256_and_si256(_mm256_srli_epi32(entry, GB_TAG_TYPE), _mm256_set1_epi32(7));
  __m256 near2 = _mm256_permutexvar_ps(type, _mm256_loadu_ps(limits->near2));
  __m256 far2 = _mm256_permutexvar_ps(type, _mm256_loadu_ps(limits->far2));
  __mmask8 take = _mm256_cmp_ps_mask(_mm512_cvtpd_ps(s), far2, _CMP_LT_OQ);
  take = (__mmask8)(take & first_lanes(valid));
  __mmask8 is_far = _mm256_cmp_ps_mask(_mm512_cvtpd_ps(s), near2, _CMP_GE_OQ);
  entry = _mm256_and_si256(entry, _mm256_set1_epi32((int)~GB_TAG_FAR));
  entry = _mm256_mask_or_epi32(entry, is_far, entry, _mm256_set1_epi32((int)GB_TAG_FAR));
  _mm256_storeu_si256((__m256i *)(to + count), _mm256_maskz_compress_epi32(take, entry));
#endif
  return count + __builtin_popcount(take);
}

static inline int select_run(const uint32_t *found, int count, uint32_t tag, uint32_t stride,
                             uint32_t *to)
{
  const __m512i ramp = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i tags = _mm512_set1_epi32((int)GB_TAG_MASK), wanted = _mm512_set1_epi32((int)tag);
  const __m512i factor = _mm512_set1_epi32((int)stride);
  int n = 0;
  for (int t = 0; t < count; t += SEARCH_LANES) {
    __m512i entry = _mm512_loadu_si512(found + t);
    __mmask16 take = _mm512_cmplt_epi32_mask(ramp, _mm512_set1_epi32(count - t));
    take = _mm512_mask_cmpeq_epi32_mask(take, _mm512_and_si512(entry, tags), wanted);
    entry = _mm512_mullo_epi32(_mm512_andnot_si512(tags, entry), factor);
    _mm512_storeu_si512(to + n, _mm512_maskz_compress_epi32(take, entry));
    n += __builtin_popcount(take);
  }
  return n;
}

#endif
