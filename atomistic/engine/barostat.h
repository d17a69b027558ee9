/* Changes of the box during molecular dynamics. Used by md.c only. */
#ifndef GB_ATOMISTIC_BAROSTAT_H
#define GB_ATOMISTIC_BAROSTAT_H

#include "atomistic/engine/md.h"

/* Logarithmic strain that stochastic cell rescaling gives each axis over one step (0 on axes that
 * are not free). pressure[3]: current, kinetic part included; volume; kT: all in eV and angstrom.
 */
void GbBarostatStrain(const GbMdOptions *options, const double pressure[3], double volume,
                      double kT, int64_t step, double strain[3]);

/* Mass of the MTK barostat per axis, eV ps^2. kT: of the target temperature. */
double GbMtkMass(const GbMdOptions *options, double freedoms, double kT);
/* Advances the rates of the box over dt/2. pv[3]: pressure times volume, kinetic part included, eV;
 * kinetic: energy of the atoms, eV. */
void GbMtkHalfStep(const GbMdOptions *options, const double pv[3], double kinetic, double volume,
                   double freedoms, double mass, double rate[3]);
/* Factors of the velocities over dt/2. */
void GbMtkFactors(const GbMdOptions *options, const double rate[3], double freedoms,
                  double factor[3]);
/* Independent lengths of the box: 1 if the axes are coupled. */
int GbMtkFreedoms(const GbMdOptions *options);
/* Kinetic energy of the box, eV. */
double GbMtkKinetic(const GbMdOptions *options, const double rate[3], double mass);

#endif
