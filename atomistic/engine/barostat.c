/* Stochastic cell rescaling (Bernetti, Bussi, J. Chem. Phys. 153, 114107 (2020)), axis by axis.
 *
 * The logarithmic lengths e_d of the free axes follow overdamped Langevin dynamics whose stationary
 * distribution is the isobaric ensemble, exp(-(U + K + P_0 V)/kT) times the product of dL_d, with
 * positions scaled by the box and velocities against it. With the diffusion coefficient
 * D = kT beta / (3 V tau) the drift is D V (P_d - P_0)/kT plus two terms of measure, +D from dL_d =
 * L_d de_d and dD/de_d = -D, which cancel, so (Ito) de_d = beta/(3 tau) (P_d - P_0) dt + sqrt(2 kT
 * beta / (3 V tau)) dW_d. Axes coupled isotropically: ln V follows beta/tau (P - P_0) dt + sqrt(2
 * kT beta / (V tau)) dW, with P the mean over these axes. First-order relaxation without the
 * ringing of extended-mass barostats, and unlike Berendsen's the right fluctuations.
 *
 * beta only sets what tau means; 0.01/GPa is about right for Cu-Zr glass and melt. */
#include "atomistic/engine/barostat.h"

#include "base/rng.h"
#include "base/units.h"

#include <math.h>

#define COMPRESSIBILITY (0.01 * GB_EV_PER_A3_IN_GPA) /* angstrom^3/eV */

void GbBarostatStrain(const GbMdOptions *options, const double pressure[3], double volume,
                      double kT, int64_t step, double strain[3])
{
  double target = options->pressure_GPa / GB_EV_PER_A3_IN_GPA;
  double rate = COMPRESSIBILITY * options->dt_ps / options->tau_pressure_ps;
  double normal[4], mean = 0.0;
  int axes = 0;
  GbRngNormal2(options->seed, GB_RNG_THERMOSTAT, (uint64_t)step, 0, 1, normal);
  GbRngNormal2(options->seed, GB_RNG_THERMOSTAT, (uint64_t)step, 1, 1, normal + 2);
  for (int d = 0; d < 3; d++) {
    strain[d] = 0.0;
    if (!options->pressure_free[d]) continue;
    mean += pressure[d];
    axes++;
    strain[d] =
        rate / 3.0 * (pressure[d] - target) + sqrt(2.0 * kT * rate / (3.0 * volume)) * normal[d];
  }
  if (axes == 0 || !options->pressure_isotropic) return;
  double dilatation = rate * (mean / axes - target) + sqrt(2.0 * kT * rate / volume) * normal[0];
  for (int d = 0; d < 3; d++)
    if (options->pressure_free[d]) strain[d] = dilatation / axes;
}
