/* Energy minimisation: FIRE (Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006); ABC/2.0 corrections
 * of Guenole et al. 2020), optionally with box lengths relaxed to zero pressure. */
#ifndef GB_ATOMISTIC_MINIMIZE_H
#define GB_ATOMISTIC_MINIMIZE_H

#include "atomistic/engine/force.h"

typedef struct {
  double force_tolerance; /* eV/angstrom, largest component */
  int max_evaluations;
  bool relax_box[3]; /* axes relaxed to zero stress (periodic ones) */
  double stress_tolerance_GPa;
} GbMinimizeOptions;

typedef struct {
  double energy_eV;
  double max_force; /* eV/angstrom */
  int evaluations;
  bool converged;   /* not converging is an outcome, not an error */
  double virial[6]; /* eV, as GbForceResult */
} GbMinimizeResult;

/* 1e-4 eV/A, 2000 evaluations, no box relaxation, 1e-3 GPa. */
GbMinimizeOptions GbMinimizeDefaults(void);
/* Moves atoms to a local minimum (inherent structure); velocities are left as they are. Collective.
 */
GbStatus GbMinimize(GbForce *force, GbAtoms *atoms, const GbMinimizeOptions *options,
                    GbMinimizeResult *result);

#endif
