/* Thermostats of the molecular dynamics loop. Used by md.c only. */
#ifndef GB_ATOMISTIC_THERMOSTAT_H
#define GB_ATOMISTIC_THERMOSTAT_H

#include <stdint.h>

enum { GB_CHAIN_LENGTH = 3 };

/* Nose-Hoover chain: positions are not needed for the motion, so they are not kept. */
typedef struct {
  double velocity[GB_CHAIN_LENGTH]; /* 1/ps */
} GbChain;

/* Factor for all velocities that stochastic velocity rescaling gives over `dt`: kinetic energy now
 * and target mean (eV, half kT per degree of freedom), degrees of freedom (at least 3). */
double GbBussiFactor(double kinetic, double target, double freedoms, double dt, double tau,
                     uint64_t seed, int64_t step);
/* Advances the chain by dt/2 and returns the factor for all velocities; kT in eV. */
double GbChainHalfStep(GbChain *chain, double kinetic, double kT, double freedoms, double dt,
                       double tau);

#endif
