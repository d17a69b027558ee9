/* P(Q | chi) is a gamma distribution with calibrated shape k and mean Qbar(chi). Modes faster than
 * the intra-basin time at zero stress are motion inside one inherent state's basin, not events:
 * they are excluded by drawing from the exact tail, Q = S^-1(u S(Q_min)) with S the survival
 * function. With x = Q k / Qbar and w = -ln S that is w = w(x_min) - ln u, one logarithm and one
 * polynomial of a table that holds for every chi (gamma_tail.c). An event draws a whole voxel. */
#include "mesoscale/events/draws.h"

#include "base/rng.h"
#include "base/units.h"
#include "mesoscale/events/gamma_tail.h"

#include <math.h>
#include <stdlib.h>

enum { WORDS = 4 };
static const double CHI_LEAST = -0.5, CHI_MOST = 1;
/* w beyond which the condition is taken to leave nothing: a probability of 1e-278. */
static const double W_MIN_MOST = 640;

struct GbDrawLaw {
  const GbCalibration *calibration;
  double shape;
  GbGammaTail *tail;
};

GbStatus GbDrawLawCreate(const GbCalibration *calibration, GbDrawLaw **law)
{
  GbDrawLaw *l;
  *law = NULL;
  GB_CALLOC(l, 1);
  l->calibration = calibration;
  l->shape = calibration->laws.barrier_shape.value;
  const GbStatus status = GbGammaTailCreate(l->shape, &l->tail);
  if (status != GB_OK) {
    GbDrawLawDestroy(&l);
    GB_CALL(status);
  }
  *law = l;
  return GB_OK;
}

void GbDrawLawDestroy(GbDrawLaw **law)
{
  if (!*law) return;
  GbGammaTailDestroy(&(*law)->tail);
  free(*law);
  *law = NULL;
}

void GbDrawChi(const GbCalibration *calibration, GbMesoState *state)
{
  /* measured over spheres; independent noise averages out over a larger voxel */
  const double sphere = 4 * GB_PI / 3 * pow(calibration->state.coarse_grain_nm, 3);
  const double mean = calibration->state.chi_mean.value;
  const double sd =
      calibration->state.chi_sd.value * sqrt(fmin(1, sphere / pow(state->grid.edge_nm, 3)));
  for (int v = 0; v < state->nvoxels; v++) {
    double normal[2];
    GbRngNormal2(state->seed, GB_RNG_CHI_FIELD, (uint64_t)v, 0, 0, normal);
    state->chi[v] = fmin(fmax(mean + sd * normal[0], CHI_LEAST), CHI_MOST);
  }
}

double GbDrawLeastBarrier(const GbCalibration *calibration, double intrabasin_time_s,
                          double temperature_K)
{
  double attempts = calibration->laws.attempt_frequency_Hz * intrabasin_time_s;
  return attempts > 1 ? GB_KB_EV_PER_K * temperature_K * log(attempts) : 0;
}

/* E[Q | Q > q] = Qbar + q h(x), h the hazard: by parts, with Gamma(k+1, x) = k Gamma(k, x) +
 * x^k e^-x. */
double GbDrawMeanBarrier(const GbCalibration *calibration, double chi, double least_eV)
{
  double shape = calibration->laws.barrier_shape.value, hazard;
  double mean = GbCalibrationBarrierMean(calibration, chi);
  if (!(least_eV > 0)) return mean;
  GbGammaHazard(shape, least_eV * shape / mean, &hazard);
  return mean + least_eV * hazard;
}

/* Qbar / k, and w of the least barrier. */
static GbStatus condition(const GbDrawLaw *law, double chi, double least_eV, double *scale,
                          double *w_min)
{
  double mean = GbCalibrationBarrierMean(law->calibration, chi);
  *scale = mean / law->shape;
  *w_min = GbGammaTailHazard(law->tail, least_eV / *scale);
  if (!(*w_min < W_MIN_MOST))
    GB_FAIL(GB_ERR_INPUT,
            "no barrier above %g eV in P(Q | chi = %g) of mean %g eV and shape %g: expected a "
            "shorter intra-basin time",
            least_eV, chi, mean, law->shape);
  return GB_OK;
}

static void set_barriers(const GbDrawLaw *law, double scale, double least_eV, int n, double *w)
{
  GbGammaTailInvert(law->tail, n, w);
  for (int i = 0; i < n; i++)
    w[i] = fmax(scale * w[i], least_eV);
}

GbStatus GbDrawBarrier(const GbDrawLaw *law, double chi, double least_eV, double uniform,
                       double *barrier_eV)
{
  double scale, w_min;
  GB_CALL(condition(law, chi, least_eV, &scale, &w_min));
  *barrier_eV = w_min - log(uniform);
  set_barriers(law, scale, least_eV, 1, barrier_eV);
  return GB_OK;
}

GbStatus GbDrawVoxel(const GbDrawLaw *law, double least_eV, const GbModes *modes,
                     GbMesoState *state, int voxel)
{
  const uint64_t redraw = (uint64_t)state->redraws[voxel];
  double *barrier = state->barrier_eV + (size_t)voxel * (size_t)state->nmodes, scale, w_min;
  uint64_t words[WORDS];
  GB_CALL(condition(law, state->chi[voxel], least_eV, &scale, &w_min));
  for (int m = 0; m < state->nmodes; m++) {
    if (m % WORDS == 0)
      GbRngWords(state->seed, GB_RNG_BARRIERS, (uint64_t)voxel, redraw, (uint64_t)(m / WORDS),
                 words);
    barrier[m] = w_min - log(GbRngUniformFromWord(words[m % WORDS]));
  }
  set_barriers(law, scale, least_eV, state->nmodes, barrier);
  double uniform[3];
  GbRngWords(state->seed, GB_RNG_BARRIERS, (uint64_t)voxel, redraw, UINT64_MAX, words);
  for (int i = 0; i < 3; i++)
    uniform[i] = GbRngUniformFromWord(words[i]);
  GbModesDraw(modes, uniform, state->orientation + (size_t)voxel * (size_t)state->norientation);
  state->redraws[voxel]++;
  return GB_OK;
}

GbStatus GbDrawShift(const GbDrawLaw *law, double least_eV, double chi_from, double chi_to, int n,
                     double *barrier_eV)
{
  const double scale_from = GbCalibrationBarrierMean(law->calibration, chi_from) / law->shape;
  const double from = GbGammaTailHazard(law->tail, least_eV / scale_from);
  double scale, to;
  GB_CALL(condition(law, chi_to, least_eV, &scale, &to));
  for (int i = 0; i < n; i++) {
    if (barrier_eV[i] <= least_eV) continue; /* drawn at a lower temperature */
    barrier_eV[i] = to + fmax(GbGammaTailHazard(law->tail, barrier_eV[i] / scale_from) - from, 0);
    set_barriers(law, scale, least_eV, 1, &barrier_eV[i]);
  }
  return GB_OK;
}
