/* P(Q | chi) is a gamma distribution with calibrated shape k and mean Qbar(chi). Modes faster than
 * the intra-basin time at zero stress are motion inside one inherent state's basin, not events:
 * they are excluded by drawing from the exact tail, Q = S^-1(u S(Q_min)) with S the survival
 * function. */
#include "mesoscale/events/draws.h"

#include "base/rng.h"
#include "base/units.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum { WORDS = 4 };

double GbDrawLeastBarrier(const GbCalibration *calibration, double intrabasin_time_s,
                          double temperature_K)
{
  double attempts = calibration->laws.attempt_frequency_Hz * intrabasin_time_s;
  return attempts > 1 ? GB_KB_EV_PER_K * temperature_K * log(attempts) : 0;
}

GbStatus GbDrawBarrier(const GbCalibration *calibration, double chi, double least_eV,
                       double uniform, double *barrier_eV)
{
  double shape = calibration->laws.barrier_shape.value;
  double mean = GbCalibrationBarrierMean(calibration, chi), scale = mean / shape;
  gsl_error_handler_t *handler = gsl_set_error_handler_off(); /* GSL would abort */
  double tail = gsl_cdf_gamma_Q(least_eV, shape, scale);
  double barrier = gsl_cdf_gamma_Qinv(uniform * tail, shape, scale);
  gsl_set_error_handler(handler);
  if (!(tail > 1e-280) || !isfinite(barrier))
    GB_FAIL(GB_ERR_INPUT,
            "no barrier above %g eV in P(Q | chi = %g) of mean %g eV and shape %g: expected a "
            "shorter intra-basin time",
            least_eV, chi, mean, shape);
  *barrier_eV = fmax(barrier, least_eV);
  return GB_OK;
}

/* With Qbar = k theta and x = q/theta, E[Q | Q > q] = theta Gamma(k+1, x) / Gamma(k, x), and
 * Gamma(k+1, x) = k Gamma(k, x) + x^k e^-x; far out it is q + theta. */
double GbDrawMeanBarrier(const GbCalibration *calibration, double chi, double least_eV)
{
  double shape = calibration->laws.barrier_shape.value;
  double mean = GbCalibrationBarrierMean(calibration, chi), x = least_eV * shape / mean;
  if (!(least_eV > 0)) return mean;
  double tail = gsl_cdf_gamma_Q(x, shape, 1);
  if (tail < 1e-280) return least_eV + mean / shape;
  double edge = exp(shape * log(x) - x - gsl_sf_lngamma(shape + 1));
  return mean * (1 + edge / tail);
}

GbStatus GbDrawVoxel(const GbCalibration *calibration, double least_eV, const GbModes *modes,
                     GbMesoState *state, int voxel)
{
  uint64_t redraw = (uint64_t)state->redraws[voxel], words[WORDS];
  double *barrier = state->barrier_eV + (size_t)voxel * (size_t)state->nmodes;
  for (int m = 0; m < state->nmodes; m++) {
    if (m % WORDS == 0)
      GbRngWords(state->seed, GB_RNG_BARRIERS, (uint64_t)voxel, redraw, (uint64_t)(m / WORDS),
                 words);
    GB_CALL(GbDrawBarrier(calibration, state->chi[voxel], least_eV,
                          GbRngUniformFromWord(words[m % WORDS]), &barrier[m]));
  }
  double uniform[3];
  GbRngWords(state->seed, GB_RNG_BARRIERS, (uint64_t)voxel, redraw, UINT64_MAX, words);
  for (int i = 0; i < 3; i++)
    uniform[i] = GbRngUniformFromWord(words[i]);
  GbModesDraw(modes, uniform, state->orientation + (size_t)voxel * (size_t)state->norientation);
  state->redraws[voxel]++;
  return GB_OK;
}
