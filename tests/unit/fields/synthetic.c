#include "unit/fields/synthetic.h"

#include "unit/contract/example.h"

static GbEstimate exactly(double value)
{
  return (GbEstimate){value, value, value, 1};
}

/* Soft and quick to flow, with fewer events than a real glass would need. */
GbStatus GbTestSynthetic(GbCalibration *c)
{
  GB_CALL(GbTestCalibration(c));
  for (int t = 0; t < c->material.ntemperatures; t++)
    for (int s = 0; s < GB_NSTATES; s++) {
      c->material.shear_modulus_GPa[s][t] = exactly(30 - 4 * s - 0.5 * t);
      c->material.bulk_modulus_GPa[s][t] = exactly(120 - 5 * s - 1 * t);
    }
  for (int s = 0; s < GB_NSTATES; s++)
    c->material.thermal_expansion_per_K[s] = exactly(1.3e-5 + 1e-6 * s);
  c->laws = (GbCalibrationLaws){.barrier_mean_eV = {exactly(0.9), exactly(0.6)},
                                .barrier_shape = exactly(4),
                                .activation_volume_nm3 = exactly(0.06),
                                .event_volume_nm3 = exactly(1),
                                .event_shear = exactly(0.08),
                                .event_dilatation = exactly(0.005),
                                .chi_gain = exactly(0.2),
                                .chi_inf = exactly(1),
                                .attempt_frequency_Hz = 1e13};
  c->state.energy_J_per_g = 20;
  c->state.chi_mean = exactly(0.1);
  c->state.chi_sd = exactly(0.15);
  return GB_OK;
}
