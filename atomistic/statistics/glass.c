/* Inherent structures by L-BFGS, with or without relaxation of the box.
 *
 * Box: with stiffness C of an isotropic solid the strain that removes the stress s is
 *   e_a = -(s_a - nu (s_b + s_c)) / E = -(s_a - mean)/(2 mu) - mean/(3 K).
 * mu and K enter only as a preconditioner (values of a typical metallic glass); the iteration ends
 * when the measured stress is below the tolerance. */
#include "atomistic/statistics/glass.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GB_BOX_ROUNDS = 30 };
static const double guess_mu_GPa = 32.0, guess_k_GPa = 130.0;
/* Longest step of a minimisation, root mean square over coordinates (angstrom). */
static const double longest_rms_step = 0.05;

GbStatus GbGlassEvaluate(void *glass, const double *x, double *energy, double *force)
{
  GbGlass *g = glass;
  const size_t bytes = (size_t)g->atoms->n * 3 * sizeof(double);
  GbForceResult result;
  memcpy(g->atoms->x, x, bytes);
  GB_CALL(GbForceCompute(g->force, g->atoms, &result));
  memcpy(force, g->atoms->f, bytes);
  *energy = result.energy;
  return GB_OK;
}

GbSurface GbGlassSurface(GbGlass *glass)
{
  return (GbSurface){3 * glass->atoms->n, GbGlassEvaluate, glass};
}

void GbAtomsScaleBox(GbAtoms *atoms, const double factor[3])
{
  for (int i = 0; i < atoms->n; i++)
    for (int a = 0; a < 3; a++)
      atoms->x[i][a] = atoms->lo[a] + factor[a] * (atoms->x[i][a] - atoms->lo[a]);
  for (int a = 0; a < 3; a++)
    atoms->length[a] *= factor[a];
}

void GbAtomsAssign(const GbAtoms *from, GbAtoms *to)
{
  memcpy(to->x, from->x, (size_t)from->n * sizeof *from->x);
  memcpy(to->lo, from->lo, sizeof to->lo);
  memcpy(to->length, from->length, sizeof to->length);
}

/* Fills energy, stress and force of `inherent` for the atoms where they stand. */
static GbStatus final_state(GbGlass *glass, GbInherent *inherent)
{
  GbForceResult result;
  GB_CALL(GbForceCompute(glass->force, glass->atoms, &result));
  inherent->energy_eV = result.energy;
  inherent->max_force = GbVectorMax(3 * glass->atoms->n, glass->atoms->f[0]);
  for (int k = 0; k < 6; k++)
    inherent->stress_GPa[k] = -result.virial[k] / GbAtomsVolume(glass->atoms) * GB_EV_PER_A3_IN_GPA;
  return GB_OK;
}

static GbStatus minimize(GbGlass *glass, GbLbfgs *lbfgs, double *x, double tolerance,
                         int max_evaluations, GbInherent *inherent)
{
  const GbSurface surface = GbGlassSurface(glass);
  memcpy(x, glass->atoms->x, (size_t)surface.n * sizeof(double));
  GB_CALL(GbSurfaceMinimize(&surface, lbfgs, tolerance, max_evaluations, x, &inherent->energy_eV,
                            &inherent->evaluations, &inherent->converged));
  return final_state(glass, inherent);
}

/* One step of the box against the stress. */
static void relax_box(GbAtoms *atoms, const double stress_GPa[6])
{
  const double mean = (stress_GPa[0] + stress_GPa[1] + stress_GPa[2]) / 3.0;
  double factor[3];
  for (int a = 0; a < 3; a++) {
    const double strain =
        -(stress_GPa[a] - mean) / (2.0 * guess_mu_GPa) - mean / (3.0 * guess_k_GPa);
    factor[a] = 1.0 + fmax(-0.02, fmin(0.02, strain));
  }
  GbAtomsScaleBox(atoms, factor);
}

GbStatus GbGlassMinimizeBox(GbGlass *glass, double tolerance, double stress_tolerance_GPa,
                            int max_evaluations, GbInherent *inherent)
{
  const int n = 3 * glass->atoms->n, relax = stress_tolerance_GPa < HUGE_VAL;
  GbLbfgs *lbfgs = NULL;
  double *x;
  GbStatus status;
  memset(inherent, 0, sizeof *inherent);
  GB_CALLOC(x, n);
  GB_TRY(status, GbLbfgsCreate(n, longest_rms_step * sqrt(n), &lbfgs), done);
  for (int round = 0; round < GB_BOX_ROUNDS; round++) {
    const int left = max_evaluations - inherent->evaluations;
    /* Far from the final box there is no use in a tight minimum. */
    const double loose = relax && round < 3 ? fmax(tolerance, 0.02) : tolerance;
    GB_TRY(status, minimize(glass, lbfgs, x, loose, left, inherent), done);
    if (!relax) break;
    double largest = 0.0;
    for (int a = 0; a < 3; a++)
      largest = fmax(largest, fabs(inherent->stress_GPa[a]));
    const int arrived = largest < stress_tolerance_GPa && loose == tolerance;
    inherent->converged = inherent->converged && arrived;
    if (arrived || inherent->evaluations >= max_evaluations) break;
    if (largest >= stress_tolerance_GPa) relax_box(glass->atoms, inherent->stress_GPa);
  }
done:
  GbLbfgsDestroy(&lbfgs);
  free(x);
  return status;
}

GbStatus GbGlassMinimize(GbGlass *glass, double tolerance, int max_evaluations,
                         GbInherent *inherent)
{
  return GbGlassMinimizeBox(glass, tolerance, HUGE_VAL, max_evaluations, inherent);
}

GbStatus GbGlassAtomEnergies(GbGlass *glass, double *energy)
{
  GbForceResult result;
  GB_CALL(GbForceComputePerAtom(glass->force, glass->atoms, &result, energy, NULL));
  return GB_OK;
}
