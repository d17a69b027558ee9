/* Material properties between the measured states and temperatures.
 *
 * Linear in chi through the two measured states, also beyond them (chi itself is clamped to
 * [0, 1.5]): the measured states rarely reach 0 and 1, and constant continuation would hide the
 * contrast that drives mismatch stresses. Linear in T between measured temperatures, constant
 * beyond, since moduli of glasses soften smoothly and no law is measured outside. */
#include "contract/calibration.h"

static const double chi_max = 1.5, barrier_floor_eV = 0.05;

static double along_temperature(const GbCalibrationMaterial *material, const GbEstimate *curve,
                                double temperature_K)
{
  const double *t = material->temperature_K;
  int last = material->ntemperatures - 1, i = 0;
  if (temperature_K <= t[0]) return curve[0].value;
  if (temperature_K >= t[last]) return curve[last].value;
  while (temperature_K > t[i + 1])
    i++;
  double weight = (temperature_K - t[i]) / (t[i + 1] - t[i]);
  return curve[i].value + weight * (curve[i + 1].value - curve[i].value);
}

static double along_chi(const GbCalibrationMaterial *material, double relaxed, double flowed,
                        double chi)
{
  double clamped = chi < 0 ? 0 : chi > chi_max ? chi_max : chi;
  double span = material->chi[GB_STATE_FLOWED] - material->chi[GB_STATE_RELAXED];
  return relaxed + (clamped - material->chi[GB_STATE_RELAXED]) / span * (flowed - relaxed);
}

static double modulus(const GbCalibrationMaterial *material, GbEstimate *const curves[GB_NSTATES],
                      double chi, double temperature_K)
{
  return along_chi(material, along_temperature(material, curves[GB_STATE_RELAXED], temperature_K),
                   along_temperature(material, curves[GB_STATE_FLOWED], temperature_K), chi);
}

double GbCalibrationShearModulus(const GbCalibration *calibration, double chi, double temperature_K)
{
  return modulus(&calibration->material, calibration->material.shear_modulus_GPa, chi,
                 temperature_K);
}

double GbCalibrationBulkModulus(const GbCalibration *calibration, double chi, double temperature_K)
{
  return modulus(&calibration->material, calibration->material.bulk_modulus_GPa, chi,
                 temperature_K);
}

double GbCalibrationExpansion(const GbCalibration *calibration, double chi)
{
  const GbEstimate *expansion = calibration->material.thermal_expansion_per_K;
  return along_chi(&calibration->material, expansion[GB_STATE_RELAXED].value,
                   expansion[GB_STATE_FLOWED].value, chi);
}

double GbCalibrationBarrierMean(const GbCalibration *calibration, double chi)
{
  const GbEstimate *mean = calibration->laws.barrier_mean_eV;
  double barrier = mean[0].value + chi * (mean[1].value - mean[0].value);
  return barrier > barrier_floor_eV ? barrier : barrier_floor_eV;
}
