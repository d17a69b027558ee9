/* Normal random numbers for many atoms at once.
 *
 * Box-Muller with the words of rng.h, in plain arithmetic that vectorises (the library's logarithm
 * and sine do not, or differ between a vector and its remainder): log u = e log 2 + 2 atanh((m -
 * 1)/(m + 1)) with u = 2^e m, and sine and cosine of 2 pi u by their series on an eighth of a turn.
 * Both are within 1e-14. */
#include "atomistic/engine/noise.h"

#include "base/rng.h"
#include "base/units.h"

#include <Random123/threefry.h>
#include <math.h>
#include <string.h>

static inline double uniform(uint64_t word) /* as GbRngUniformFromWord, by its bits */
{
  uint64_t bits = (word >> 12) | 0x3ff0000000000000u;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x - (1.0 - 0x1p-53);
}

/* u in (0, 1) */
static inline double log_of(double u)
{
  uint64_t bits;
  memcpy(&bits, &u, sizeof bits);
  const uint64_t half = 0x3fe6a09e667f3bcdu; /* sqrt(1/2) */
  int64_t e = (int64_t)(bits - half) >> 52;  /* mantissa in [sqrt(1/2), sqrt(2)) */
  uint64_t mantissa_bits = bits - ((uint64_t)e << 52);
  double m, power = (double)(int)e;
  memcpy(&m, &mantissa_bits, sizeof m);
  double s = (m - 1.0) / (m + 1.0), t = s * s;
  double sum = 1.0 / 17.0;
  sum = sum * t + 1.0 / 15.0;
  sum = sum * t + 1.0 / 13.0;
  sum = sum * t + 1.0 / 11.0;
  sum = sum * t + 1.0 / 9.0;
  sum = sum * t + 1.0 / 7.0;
  sum = sum * t + 1.0 / 5.0;
  sum = sum * t + 1.0 / 3.0;
  sum = sum * t + 1.0;
  return power * 0.69314718055994530942 + 2.0 * s * sum;
}

/* cos and sin of 2 pi u */
static inline void turn(double u, double *cosine, double *sine)
{
  const double magic = 6755399441055744.0; /* 1.5 * 2^52: rounds to whole numbers */
  double shifted = 4.0 * u + magic, quarter = shifted - magic;
  int64_t q;
  memcpy(&q, &shifted, sizeof q);
  double a = 2.0 * GB_PI * (u - 0.25 * quarter), t = a * a;
  double s = -1.0 / 1307674368000.0, c = 1.0 / 20922789888000.0;
  s = s * t + 1.0 / 6227020800.0;
  s = s * t - 1.0 / 39916800.0;
  s = s * t + 1.0 / 362880.0;
  s = s * t - 1.0 / 5040.0;
  s = s * t + 1.0 / 120.0;
  s = s * t - 1.0 / 6.0;
  s = (s * t + 1.0) * a;
  c = c * t - 1.0 / 87178291200.0;
  c = c * t + 1.0 / 479001600.0;
  c = c * t - 1.0 / 3628800.0;
  c = c * t + 1.0 / 40320.0;
  c = c * t - 1.0 / 720.0;
  c = c * t + 1.0 / 24.0;
  c = c * t - 0.5;
  c = c * t + 1.0;
  double x = q & 1 ? s : c, y = q & 1 ? c : s;
  *cosine = (q + 1) & 2 ? -x : x;
  *sine = q & 2 ? -y : y;
}

void GbNoiseNormals(uint64_t seed, int64_t step, int n, const int64_t *restrict id,
                    double (*restrict normal)[GB_NOISE_BLOCK])
{
  const threefry4x64_key_t key = {{seed, (uint64_t)GB_RNG_LANGEVIN, 0, 0}};
  for (int i = 0; i < n; i++) {
    threefry4x64_ctr_t counter = {{(uint64_t)id[i], (uint64_t)step, 0, 0}};
    threefry4x64_ctr_t words = threefry4x64(counter, key);
    double radius = sqrt(-2.0 * log_of(uniform(words.v[0])));
    double other = sqrt(-2.0 * log_of(uniform(words.v[2]))), sine;
    turn(uniform(words.v[1]), &normal[0][i], &normal[1][i]);
    turn(uniform(words.v[3]), &normal[2][i], &sine);
    normal[0][i] *= radius;
    normal[1][i] *= radius;
    normal[2][i] *= other;
  }
}
