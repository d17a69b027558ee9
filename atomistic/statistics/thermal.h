/* Thermal expansion, density and heat capacity by NPT molecular dynamics. */
#ifndef GB_ATOMISTIC_THERMAL_H
#define GB_ATOMISTIC_THERMAL_H

#include "atomistic/engine/md.h"
#include "atomistic/statistics/bootstrap.h"

enum { GB_THERMAL_BLOCKS = 10 };

typedef struct {
  double dt_ps;
  double equilibrate_ps, sample_ps; /* at each temperature */
  uint64_t seed;
  uint64_t stream; /* of random numbers: one per material state */
} GbThermalOptions;

/* Block means at zero pressure. */
typedef struct {
  double temperature_K;               /* measured mean */
  double volume[GB_THERMAL_BLOCKS];   /* angstrom^3 */
  double enthalpy[GB_THERMAL_BLOCKS]; /* eV, kinetic part included */
  double mean_volume;
} GbThermalPoint;

/* Runs a copy of `atoms` (periodic) at each temperature in turn, coldest first, and fills
 * points[ntemperatures]. Collective over the force's communicator. */
GbStatus GbThermalMeasure(GbForce *force, const GbAtoms *atoms, int ntemperatures,
                          const double *temperature_K, const GbThermalOptions *options,
                          GbThermalPoint *points);
/* Linear expansion (1/3 d ln V / d T), heat capacity d H / d T / mass in J/(kg K). */
GbStatus GbThermalFit(const GbBootstrapOptions *bootstrap, int npoints,
                      const GbThermalPoint *points, double mass_kg, GbEstimate *expansion,
                      GbEstimate *heat_capacity);
/* Density in kg/m^3 of one point. */
GbStatus GbThermalDensity(const GbBootstrapOptions *bootstrap, const GbThermalPoint *point,
                          double mass_kg, GbEstimate *density);
double GbAtomsMassKg(const GbAtoms *atoms);

#endif
