/* Rates of all voxels of a block, sixteen at a time in single precision: the hottest loop. */
#include "mesoscale/events/thinning.h"

#include <stdint.h>

static const float EXPONENT_MIN = -126, EXPONENT_MAX = 110; /* many such still add up in float */

typedef float Lanes __attribute__((vector_size(64)));
typedef double LanesDouble __attribute__((vector_size(128)));
typedef int32_t LanesInt __attribute__((vector_size(64)));
enum { NLANES = 16, NCHUNKS = GB_BLOCK / NLANES };

/* --- Rates of a block --------------------------------------------------------------------------
 */

static inline Lanes choose_lanes(LanesInt which, Lanes yes, Lanes no)
{
  return (Lanes)(((LanesInt)yes & which) | ((LanesInt)no & ~which));
}

/* 2^x in float: 2^n from the bits of x + 1.5 * 2^23, 2^f on [-1/2, 1/2] by a polynomial of degree 6
 * (relative error 2e-7 with rounding). */
static inline Lanes exp2_lanes(Lanes x)
{
  const Lanes low = (Lanes){0} + EXPONENT_MIN, high = (Lanes){0} + EXPONENT_MAX;
  const Lanes magic = (Lanes){0} + 12582912.f;
  x = choose_lanes(x > low, x, low);
  x = choose_lanes(x < high, x, high);
  Lanes shifted = x + magic, f = x - (shifted - magic);
  Lanes p = f * 1.535336188e-4f + 1.339887440e-3f;
  p = p * f + 9.618437357e-3f;
  p = p * f + 5.550332548e-2f;
  p = p * f + 2.402264791e-1f;
  p = p * f + 6.931472028e-1f;
  p = p * f + 1.f;
  return (Lanes)((LanesInt)p + ((LanesInt)shifted << 23));
}

static inline __attribute__((always_inline)) void block_rates(GbThinning *t, int block, int nt)
{
  const int nm = t->in.modes->count;
  const float *barrier = t->barrier + (size_t)block * (size_t)nm * GB_BLOCK;
  const double *stress = t->stress + (size_t)block * (size_t)nt * GB_BLOCK;
  const float *offset = t->offset + (size_t)block * GB_BLOCK;
  float *rate = t->rate + (size_t)block * GB_BLOCK;
  const int *voxel = t->voxel + (size_t)block * GB_BLOCK;
  for (int chunk = 0; chunk < NCHUNKS; chunk++) {
    Lanes s[GB_NDEVIATOR], up, sum = {0};
    const LanesInt here = *(const LanesInt *)(voxel + chunk * NLANES);
    for (int k = 0; k < nt; k++)
      s[k] = __builtin_convertvector(*(const LanesDouble *)(stress + k * GB_BLOCK + chunk * NLANES),
                                     Lanes);
    up = *(const Lanes *)(offset + chunk * NLANES);
    for (int m = 0; m < nm; m++) {
      const float *axis = t->axis + m * nt;
      Lanes x = up - *(const Lanes *)(barrier + m * GB_BLOCK + chunk * NLANES);
      for (int k = 0; k < nt; k++)
        x += axis[k] * s[k];
      sum += exp2_lanes(x);
    }
    if (t->back_axis) {
      const float *axis = t->back_axis + (size_t)block * (size_t)nt * GB_BLOCK;
      const float *back = t->back_barrier + (size_t)block * GB_BLOCK;
      Lanes x = up - *(const Lanes *)(back + chunk * NLANES);
      for (int k = 0; k < nt; k++)
        x += *(const Lanes *)(axis + k * GB_BLOCK + chunk * NLANES) * s[k];
      sum += exp2_lanes(x);
    }
    sum = (Lanes)((LanesInt)sum & (here >= 0));
    *(Lanes *)(rate + chunk * NLANES) = sum;
  }
}

double GbThinningBlockSum(const GbThinning *t, size_t block)
{
  const float *rate = t->rate + block * GB_BLOCK;
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int l = 0; l < GB_BLOCK; l++)
    sum += (double)rate[l];
  return sum;
}

void GbThinningUpdateRates(GbThinning *t, int block)
{
  if (t->in.modes->ncomponents == 2)
    block_rates(t, block, 2);
  else
    block_rates(t, block, GB_NDEVIATOR);
  t->sum[block] = GbThinningBlockSum(t, (size_t)block);
}
