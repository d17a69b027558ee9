/* Energy minimisation, optionally with box lengths relaxed to zero stress: FIRE (Bitzek et al.,
 * Phys. Rev. Lett. 97, 170201 (2006); ABC/2.0 corrections of Guenole et al. 2020) or nonlinear
 * conjugate gradients (Polak and Ribiere, with the line search of Hager and Zhang 2005). FIRE asks
 * for nothing but forces; conjugate gradients never raise the energy and follow the valley that
 * they start in more closely. */
#ifndef GB_ATOMISTIC_MINIMIZE_H
#define GB_ATOMISTIC_MINIMIZE_H

#include "atomistic/engine/force.h"

typedef enum { GB_MINIMIZE_FIRE, GB_MINIMIZE_CG } GbMinimizeAlgorithm;

typedef struct {
  GbMinimizeAlgorithm algorithm;
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

/* FIRE, 1e-4 eV/A, 2000 evaluations, no box relaxation, 1e-3 GPa. */
GbMinimizeOptions GbMinimizeDefaults(void);
/* Moves atoms to a local minimum (inherent structure); velocities are left as they are. Results do
 * not depend on ranks or threads. Collective. GB_ERR_ARG for a relaxed axis that is not periodic;
 * GB_ERR_STOPPED if a stop was requested (atoms are where they had got to); GB_ERR_NUMERIC as
 * GbForceCompute, with the atom (the sample is as it was). */
GbStatus GbMinimize(GbForce *force, GbAtoms *atoms, const GbMinimizeOptions *options,
                    GbMinimizeResult *result);

#endif
