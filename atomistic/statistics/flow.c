/* Driving a small periodic glass into steady flow.
 *
 * Molecular dynamics at the test temperature under pure shear at constant volume. One direction
 * alone would make the box too thin for the cutoff before flow is steady, so the shear goes in
 * three legs, z stretched, x compressed;  x stretched, y compressed;  y stretched, z compressed,
 * each by the same true strain: the plastic strain adds up while the box returns to its first
 * shape. (A turn of the shear direction costs some strain of renewed loading, well below the length
 * of a leg.) After each segment the inherent structure at zero pressure of a copy gives the energy;
 * it has risen to a plateau when flow is steady.
 *
 * The rate is that of molecular dynamics: the plateau belongs to it and to the temperature. */
#include "atomistic/statistics/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const int stretched[3] = {2, 0, 1}, compressed[3] = {0, 1, 2};

static GbStatus shear_segment(GbForce *force, GbAtoms *atoms, int leg, double strain,
                              const GbFlowOptions *options, int64_t *step)
{
  GbMdOptions md = GbMdDefaults();
  const double rate = options->strain_rate_per_s * 1e-12;
  const int64_t steps = (int64_t)fmax(1.0, ceil(strain / (rate * options->dt_ps)));
  const double time_ps = (double)steps * options->dt_ps;
  md.dt_ps = options->dt_ps;
  md.thermostat = GB_THERMOSTAT_BUSSI;
  md.temperature_start_K = md.temperature_end_K = options->temperature_K;
  md.strain_rate_per_ps[stretched[leg]] = expm1(strain) / time_ps;
  md.strain_rate_per_ps[compressed[leg]] = expm1(-strain) / time_ps;
  md.seed = options->seed;
  md.first_step = *step;
  GB_CALL(GbMdRun(force, atoms, &md, steps, steps, NULL, NULL));
  *step += steps;
  return GB_OK;
}

static GbStatus unloaded_energy(GbForce *force, const GbAtoms *atoms, const GbFlowOptions *options,
                                GbAtoms *scratch, double *energy)
{
  GbGlass glass = {force, scratch};
  GbInherent inherent;
  GbAtomsAssign(atoms, scratch);
  GbForceReset(force);
  GB_CALL(GbGlassMinimizeBox(&glass, options->force_tolerance, options->stress_tolerance_GPa,
                             options->max_evaluations, &inherent));
  GbForceReset(force);
  *energy = inherent.energy_eV / atoms->n;
  return GB_OK;
}

GbStatus GbFlowRun(GbForce *dynamics, GbForce *force, GbAtoms *atoms, const GbFlowOptions *options,
                   GbFlowCurve *curve)
{
  GbAtoms scratch;
  GbStatus status = GB_OK;
  int64_t step = 0;
  const double strain = options->leg_strain / options->segments;
  memset(curve, 0, sizeof *curve);
  curve->n = 3 * options->segments;
  GB_CALLOC(curve->strain, curve->n);
  GB_CALLOC(curve->energy_eV, curve->n);
  GB_CALL(GbAtomsCopy(atoms, &scratch));
  GbAtomsSetVelocities(atoms, options->temperature_K, options->seed);
  for (int k = 0; k < curve->n; k++) {
    GB_TRY(status, shear_segment(dynamics, atoms, k / options->segments, strain, options, &step),
           done);
    GB_TRY(status, unloaded_energy(force, atoms, options, &scratch, &curve->energy_eV[k]), done);
    curve->strain[k] = (k + 1) * strain;
  }
  GbAtomsAssign(&scratch, atoms);
done:
  GbAtomsFree(&scratch);
  return status;
}

void GbFlowCurveFree(GbFlowCurve *curve)
{
  free(curve->strain);
  free(curve->energy_eV);
  memset(curve, 0, sizeof *curve);
}
