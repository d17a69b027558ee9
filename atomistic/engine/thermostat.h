/* Thermostats of the molecular dynamics loop. Used by md.c only (the Langevin thermostat acts on
 * atoms one by one and is in integrate.c). */
#ifndef GB_ATOMISTIC_THERMOSTAT_H
#define GB_ATOMISTIC_THERMOSTAT_H

#include <stdint.h>

enum { GB_CHAIN_LENGTH = 3 };

/* Nose-Hoover chain: positions are not needed for the motion, only the work that they stand for. */
typedef struct {
  double velocity[GB_CHAIN_LENGTH]; /* 1/ps */
  double work;                      /* eV: kT (N_f xi_1 + xi_2 + ...), and from changes of kT */
  double kT;                        /* eV, of the last half step: sets the masses */
} GbChain;

/* Factor for all velocities that stochastic velocity rescaling gives over `dt`: kinetic energy now
 * and target mean (eV, half kT per degree of freedom), degrees of freedom (at least 3). */
double GbBussiFactor(double kinetic, double target, double freedoms, double dt, double tau,
                     uint64_t seed, int64_t step);
/* Advances the chain by dt/2 and returns the factor for all velocities; kT in eV. */
double GbChainHalfStep(GbChain *chain, double kinetic, double kT, double freedoms, double dt,
                       double tau);
/* Energy of the chain, eV: with that of what it acts on, conserved. */
double GbChainEnergy(const GbChain *chain, double freedoms, double tau);

#endif
