/* Changes of the box during molecular dynamics. Used by md.c only. */
#ifndef GB_ATOMISTIC_BAROSTAT_H
#define GB_ATOMISTIC_BAROSTAT_H

#include "atomistic/engine/md.h"

/* Logarithmic strain that stochastic cell rescaling gives each axis over one step (0 on axes that
 * are not free). pressure[3]: current, kinetic part included; volume; kT: all in eV and angstrom.
 */
void GbBarostatStrain(const GbMdOptions *options, const double pressure[3], double volume,
                      double kT, int64_t step, double strain[3]);

#endif
