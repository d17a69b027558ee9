/* A made-up metallic glass for tests of the kinetic Monte Carlo: all numbers are test values of the
 * right order, none is measured. */
#ifndef GB_TESTS_EVENTS_GLASS_H
#define GB_TESTS_EVENTS_GLASS_H

#include "mesoscale/events/kmc.h"

/* Barriers of mean 0.9 eV at chi = 0 and 0.6 eV at chi = 1, gamma shape 4, V* 0.1 nm^3, Omega 1
 * nm^3, gamma_T 0.15, chi gain 0.2 towards 1, nu_0 1e13 Hz, mu 30 (26 at chi = 1) and K 120 GPa,
 * both softening by 2 % from 100 to 400 K, expansion 1.2e-5 (1.3e-5) /K. Static storage: do not
 * free. */
void GbGlassCalibration(GbCalibration *calibration);
/* The same with moduli and expansion that depend on neither chi nor T. */
void GbGlassUniform(GbCalibration *calibration);
/* A strip with free surfaces, chi uniform in 0.2..0.4, at this temperature, without barriers. */
void GbGlassState(int nx, int nz, int nmodes, uint64_t seed, double temperature_K,
                  GbMesoState *state);
/* State, drawn and refreshed, and its simulation. Destroy both. */
GbKmc *GbGlassCreate(const GbCalibration *calibration, double intrabasin_time_s,
                     GbMesoState *state);

/* Angle of mode j (voxel-major) of a plane-strain state: that of its shear direction to x. */
double GbGlassAngle(const GbMesoState *state, int j);

#endif
