/* Barostats: stochastic cell rescaling and that of Martyna, Tobias and Klein.
 *
 * Stochastic cell rescaling (Bernetti, Bussi, J. Chem. Phys. 153, 114107 (2020)), axis by axis.
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
 * beta only sets what tau means; 0.01/GPa is about right for Cu-Zr glass and melt.
 *
 * Martyna, Tobias, Klein, J. Chem. Phys. 101, 4177 (1994), for a box of three lengths: rates
 * w_d = de_d/dt of the free axes,
 *   dx_d/dt = v_d + w_d x_d,   dv_d/dt = f_d/m - (w_d + sum w / N_f) v_d,
 *   W dw_d/dt = V (P_d - P_0) + 2K/N_f,   W = (N_f + 3) kT tau^2/3,
 * with a Nose-Hoover chain of its own; coupled axes share the mean of the right-hand sides.
 * Conserved: U + K + sum W w_d^2/2 + P_0 V + both chains. Integrated as in Tuckerman, Alejandre,
 * Lopez-Rendon, Jochim, Martyna, J. Phys. A 39, 5629 (2006): chains, rates, velocities, kick,
 * [drift and box], kick, velocities, rates, chains; in the middle the box is scaled between two
 * half drifts. */
#include "atomistic/engine/barostat.h"

#include "base/rng.h"
#include "base/units.h"

#include <math.h>

#define COMPRESSIBILITY 0.01 /* 1/GPa */

void GbBarostatStrain(const GbMdOptions *options, const double pressure[3], double volume,
                      double kT, int64_t step, double strain[3])
{
  double target = options->pressure_GPa / GB_EV_PER_A3_IN_GPA;
  double given = options->compressibility_per_GPa;
  double beta = (given > 0.0 ? given : COMPRESSIBILITY) * GB_EV_PER_A3_IN_GPA; /* angstrom^3/eV */
  double rate = beta * options->dt_ps / options->tau_pressure_ps;
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

static int count_free(const GbMdOptions *options)
{
  return options->pressure_free[0] + options->pressure_free[1] + options->pressure_free[2];
}

int GbMtkFreedoms(const GbMdOptions *options)
{
  return options->pressure_isotropic ? 1 : count_free(options);
}

double GbMtkMass(const GbMdOptions *options, double freedoms, double kT)
{
  return (freedoms + 3.0) / 3.0 * kT * options->tau_pressure_ps * options->tau_pressure_ps;
}

void GbMtkHalfStep(const GbMdOptions *options, const double pv[3], double kinetic, double volume,
                   double freedoms, double mass, double rate[3])
{
  double target = options->pressure_GPa / GB_EV_PER_A3_IN_GPA, push[3], mean = 0.0;
  for (int d = 0; d < 3; d++) {
    push[d] = options->pressure_free[d] ? pv[d] - target * volume + 2.0 * kinetic / freedoms : 0.0;
    mean += push[d] / count_free(options);
  }
  for (int d = 0; d < 3; d++)
    if (options->pressure_free[d])
      rate[d] += 0.5 * options->dt_ps / mass * (options->pressure_isotropic ? mean : push[d]);
}

void GbMtkFactors(const GbMdOptions *options, const double rate[3], double freedoms,
                  double factor[3])
{
  double all = (rate[0] + rate[1] + rate[2]) / freedoms;
  for (int d = 0; d < 3; d++)
    factor[d] = exp(-0.5 * options->dt_ps * (rate[d] + all));
}

double GbMtkKinetic(const GbMdOptions *options, const double rate[3], double mass)
{
  double sum = 0.0;
  for (int d = 0; d < 3; d++)
    if (options->pressure_free[d]) sum += 0.5 * mass * rate[d] * rate[d];
  return sum;
}
