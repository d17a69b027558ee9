/* The steady state of flow: the glass at chi = 1. */
#ifndef GB_ATOMISTIC_FLOW_H
#define GB_ATOMISTIC_FLOW_H

#include "atomistic/engine/md.h"
#include "atomistic/statistics/bootstrap.h"
#include "atomistic/statistics/glass.h"

typedef struct {
  double temperature_K;
  double strain_rate_per_s; /* true strain of the stretched axis */
  double leg_strain;        /* true strain of each of the three legs */
  int segments;             /* per leg */
  double dt_ps;
  double force_tolerance; /* of the inherent structures */
  double stress_tolerance_GPa;
  int max_evaluations;
  uint64_t seed;
} GbFlowOptions;

typedef struct {
  int n;             /* segments in all */
  double *strain;    /* [n] accumulated true strain */
  double *energy_eV; /* [n] per atom, inherent structure at zero pressure */
} GbFlowCurve;

/* Shears `atoms` (periodic, orthogonal box; velocities ignored) through three legs of pure shear at
 * constant volume, after which the box has its first shape again. On return the atoms stand in the
 * last inherent structure at zero pressure. Collective over the force's communicator. Allocates
 * *curve. */
/* Dynamics with `dynamics`, minimisations with `force`; they may be the same. */
GbStatus GbFlowRun(GbForce *dynamics, GbForce *force, GbAtoms *atoms, const GbFlowOptions *options,
                   GbFlowCurve *curve);
void GbFlowCurveFree(GbFlowCurve *curve);

#endif
