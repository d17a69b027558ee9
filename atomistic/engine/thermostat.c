/* Stochastic velocity rescaling and Nose-Hoover chains.
 *
 * Rescaling: the kinetic energy K of N_f degrees of freedom follows
 *   dK = (Kbar - K) dt/tau + 2 sqrt(K Kbar / (N_f tau)) dW,
 * whose exact solution over dt is a scaling of all velocities by alpha,
 *   alpha^2 = c + (1 - c) Kbar (R_1^2 + S) / (N_f K) + 2 R_1 sqrt(c (1 - c) Kbar / (N_f K)),  c =
 * e^(-dt/tau), with R_1 normal and S the sum of N_f - 1 squared normals, a gamma variate (Bussi,
 * Donadio, Parrinello, J. Chem. Phys. 126, 014101 (2007), appendix). It samples the canonical
 * ensemble and has no memory, so a restart is exact.
 *
 * Chains: Martyna, Klein, Tuckerman, J. Chem. Phys. 97, 2635 (1992), integrated as in Martyna,
 * Tuckerman, Tobias, Klein, Mol. Phys. 87, 1117 (1996), eq. 29 (one Trotter step: dt << tau). With
 * the energy sum_k Q_k v_k^2/2 + kT (N_f xi_1 + xi_2 + ...) of the chain the total is conserved. */
#include "atomistic/engine/thermostat.h"

#include "base/rng.h"

#include <math.h>

/* Gamma variate of shape a >= 1, scale 1 (Marsaglia, Tsang, ACM Trans. Math. Softw. 26, 363
 * (2000)); each attempt has its own counter. */
static double gamma_variate(double a, uint64_t seed, uint64_t step)
{
  double d = a - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
  for (uint64_t attempt = 1;; attempt++) {
    double normal[2];
    GbRngNormal2(seed, GB_RNG_THERMOSTAT, step, attempt, 0, normal);
    double v = 1.0 + c * normal[0];
    if (v <= 0.0) continue;
    v = v * v * v;
    double u = GbRngUniform(seed, GB_RNG_THERMOSTAT, step, attempt, 2);
    if (log(u) < 0.5 * normal[0] * normal[0] + d * (1.0 - v + log(v))) return d * v;
  }
}

double GbBussiFactor(double kinetic, double target, double freedoms, double dt, double tau,
                     uint64_t seed, int64_t step)
{
  double normal[2];
  if (!(kinetic > 0.0)) return 1.0; /* nothing to scale */
  GbRngNormal2(seed, GB_RNG_THERMOSTAT, (uint64_t)step, 0, 0, normal);
  double rest = 2.0 * gamma_variate(0.5 * (freedoms - 1.0), seed, (uint64_t)step);
  double c = exp(-dt / tau), ratio = target / (freedoms * kinetic), r = normal[0];
  double square = c + (1.0 - c) * ratio * (r * r + rest) + 2.0 * r * sqrt(c * (1.0 - c) * ratio);
  return sqrt(fmax(square, 0.0));
}

/* Masses Q_1 = N_f kT tau^2, Q_k = kT tau^2. */
static void chain_masses(double kT, double freedoms, double tau, double mass[GB_CHAIN_LENGTH])
{
  for (int k = 0; k < GB_CHAIN_LENGTH; k++)
    mass[k] = (k == 0 ? freedoms : 1.0) * kT * tau * tau;
}

/* Velocities of the chain over dt/4, from its end if `inwards`, else from its beginning. */
static void chain_kick(GbChain *chain, const double mass[GB_CHAIN_LENGTH], double kinetic,
                       double freedoms, double dt, int inwards)
{
  double *v = chain->velocity, kT = chain->kT;
  for (int j = 0; j < GB_CHAIN_LENGTH; j++) {
    int k = inwards ? GB_CHAIN_LENGTH - 1 - j : j;
    double force = k == 0 ? 2.0 * kinetic - freedoms * kT : mass[k - 1] * v[k - 1] * v[k - 1] - kT;
    double drag = k + 1 < GB_CHAIN_LENGTH ? exp(-0.125 * dt * v[k + 1]) : 1.0;
    v[k] = (v[k] * drag + 0.25 * dt * force / mass[k]) * drag;
  }
}

double GbChainHalfStep(GbChain *chain, double kinetic, double kT, double freedoms, double dt,
                       double tau)
{
  double mass[GB_CHAIN_LENGTH], *v = chain->velocity;
  double before = GbChainEnergy(chain, freedoms, tau);
  if (chain->kT != kT) { /* the masses follow the target: what that changes is no exchange */
    chain->kT = kT;
    chain->work += before - GbChainEnergy(chain, freedoms, tau);
  }
  chain_masses(kT, freedoms, tau, mass);
  chain_kick(chain, mass, kinetic, freedoms, dt, 1);
  double scale = exp(-0.5 * dt * v[0]);
  for (int k = 0; k < GB_CHAIN_LENGTH; k++)
    chain->work += 0.5 * dt * kT * (k == 0 ? freedoms : 1.0) * v[k];
  chain_kick(chain, mass, kinetic * scale * scale, freedoms, dt, 0);
  return scale;
}

double GbChainEnergy(const GbChain *chain, double freedoms, double tau)
{
  double mass[GB_CHAIN_LENGTH], energy = chain->work;
  chain_masses(chain->kT, freedoms, tau, mass);
  for (int k = 0; k < GB_CHAIN_LENGTH; k++)
    energy += 0.5 * mass[k] * chain->velocity[k] * chain->velocity[k];
  return energy;
}
