/* Moduli, eigenstrain and stress of the state, and the control of mean stresses.
 *
 * Loading is uniaxial along z: every other mean stress that the boundaries leave open is held at
 * zero by its mean strain. With free surfaces in x those with an x are zero by equilibrium; plane
 * strain leaves eps_yy = 0. What remains: xx and xz in a periodic plane; yy and yz in three
 * dimensions between free surfaces; all five in a periodic block.
 *
 * Mean strains act linearly, sigma = sigma_0 + sum_a eps_a R_a with R_a the unit responses, so
 * holding them is a small linear system, exact in one step.
 *
 * Thermal strain is alpha(chi) (T - T_ref), isotropic; in plane strain it is counted from its mean
 * along y (generalised plane strain: the thickness follows the mean expansion), so a uniform
 * temperature change of a homogeneous free sample makes no stress. */
#include "mesoscale/events/kmc_internal.h"

#include <math.h>
#include <string.h>

/* GPa: how near a mean stress must be to count as controlled already. */
static const double CONTROL_TOLERANCE = 1e-9;

/* --- Material ----------------------------------------------------------------------------------
 */

void GbKmcSetEigenstrain(GbKmc *kmc, double temperature_K)
{
  const GbMesoState *s = kmc->state;
  double change = temperature_K - s->reference_temperature_K, mean = 0;
  for (int v = 0; v < s->nvoxels; v++) {
    double thermal = s->solid[v] ? GbCalibrationExpansion(kmc->calibration, s->chi[v]) * change : 0;
    double *e = kmc->eigenstrain[v];
    memcpy(e, s->plastic[v], sizeof(GbTensor));
    e[GB_XX] += thermal;
    e[GB_ZZ] += thermal;
    e[GB_YY] += thermal;
    mean += thermal;
  }
  for (int v = 0; v < s->nvoxels && kmc->modes.plane; v++)
    kmc->eigenstrain[v][GB_YY] -= mean / kmc->nsolid;
}

static void set_moduli(GbKmc *kmc, int voxel, double temperature_K)
{
  const double chi =
      kmc->options.uniform_moduli ? kmc->calibration->state.chi_mean.value : kmc->state->chi[voxel];
  kmc->mu[voxel] = GbCalibrationShearModulus(kmc->calibration, chi, temperature_K);
  kmc->bulk[voxel] = GbCalibrationBulkModulus(kmc->calibration, chi, temperature_K);
}

GbStatus GbKmcSetMaterial(GbKmc *kmc, double temperature_K)
{
  for (int v = 0; v < kmc->state->nvoxels; v++)
    set_moduli(kmc, v, temperature_K);
  kmc->response_valid = false;
  GbKmcSetEigenstrain(kmc, temperature_K);
  return GbElasticitySetModuli(kmc->elasticity, kmc->mu, kmc->bulk);
}

GbStatus GbKmcUpdateMaterial(GbKmc *kmc, int voxel)
{
  GbKmcSetEigenstrain(kmc, kmc->state->temperature_K);
  if (kmc->options.uniform_moduli) return GB_OK;
  set_moduli(kmc, voxel, kmc->state->temperature_K);
  kmc->response_valid = false;
  return GbElasticityUpdateModuli(kmc->elasticity, voxel, kmc->mu[voxel], kmc->bulk[voxel]);
}

/* --- Control -----------------------------------------------------------------------------------
 */

void GbKmcSetControl(GbKmc *kmc)
{
  const GbGrid *grid = &kmc->state->grid;
  const bool plane = grid->ny == 1;
  int n = 0;
  if (!grid->free_x) kmc->controlled[n++] = GB_XX, kmc->controlled[n++] = GB_XZ;
  if (!plane) kmc->controlled[n++] = GB_YY, kmc->controlled[n++] = GB_YZ;
  if (!plane && !grid->free_x) kmc->controlled[n++] = GB_XY;
  kmc->controlled[n++] = GB_ZZ;
  kmc->ncontrolled = n;
}

void GbKmcAddScaled(int nvoxels, GbTensor *field, double factor, const GbTensor *increment)
{
  for (int v = 0; v < nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] += factor * increment[v][t];
}

/* x = A^-1 b for the first n rows and columns of the stiffness, which is positive definite. */
static void solve_small(const GbKmc *kmc, int n, const double *b, double *x)
{
  double a[GB_NTENSOR][GB_NTENSOR];
  memcpy(a, kmc->stiffness, sizeof a);
  memcpy(x, b, (size_t)n * sizeof *x);
  for (int p = 0; p < n; p++)
    for (int r = p + 1; r < n; r++) {
      const double factor = a[r][p] / a[p][p];
      for (int c = p; c < n; c++)
        a[r][c] -= factor * a[p][c];
      x[r] -= factor * x[p];
    }
  for (int p = n - 1; p >= 0; p--) {
    for (int c = p + 1; c < n; c++)
      x[p] -= a[p][c] * x[c];
    x[p] /= a[p][p];
  }
}

GbStatus GbKmcNeedResponse(GbKmc *kmc)
{
  const int n = kmc->ncontrolled, nv = kmc->state->nvoxels;
  double missing[GB_NTENSOR] = {0};
  if (kmc->response_valid) return GB_OK;
  for (int b = 0; b < n; b++) {
    GB_CALL(GbElasticityUnitResponse(kmc->elasticity, kmc->controlled[b], kmc->unit[b]));
    for (int a = 0; a < n; a++)
      kmc->stiffness[a][b] =
          GbElasticityMean(kmc->elasticity, GB_IN(kmc->unit[b]), kmc->controlled[a]);
  }
  for (int a = 0; a < n - 1; a++)
    missing[a] = -kmc->stiffness[a][n - 1];
  solve_small(kmc, n - 1, missing, kmc->lateral);
  kmc->lateral[n - 1] = 1;
  memset(kmc->response, 0, (size_t)nv * sizeof *kmc->response);
  for (int a = 0; a < n; a++)
    GbKmcAddScaled(nv, kmc->response, kmc->lateral[a], (const GbTensor *)kmc->unit[a]);
  kmc->response_valid = true;
  return GB_OK;
}

GbStatus GbKmcControl(GbKmc *kmc, const GbDrive *drive, double mean[GB_NTENSOR], GbTensor *stress)
{
  const int n = kmc->ncontrolled - (drive->stress_controlled ? 0 : 1); /* zz is the last one */
  double missing[GB_NTENSOR], strain[GB_NTENSOR], largest = 0;
  for (int a = 0; a < n; a++) {
    const double target = kmc->controlled[a] == GB_ZZ ? drive->stress_zz_GPa : 0;
    missing[a] = target - GbElasticityMean(kmc->elasticity, GB_IN(stress), kmc->controlled[a]);
    largest = fmax(largest, fabs(missing[a]));
  }
  if (largest <= CONTROL_TOLERANCE) return GB_OK;
  GB_CALL(GbKmcNeedResponse(kmc));
  solve_small(kmc, n, missing, strain);
  for (int a = 0; a < n; a++) {
    GbKmcAddScaled(kmc->state->nvoxels, stress, strain[a], (const GbTensor *)kmc->unit[a]);
    GbElasticityAdvance(kmc->elasticity, kmc->controlled[a], strain[a]);
    mean[kmc->controlled[a]] += strain[a];
  }
  return GB_OK;
}

GbStatus GbKmcSolve(GbKmc *kmc, const GbDrive *drive, double mean[GB_NTENSOR], GbTensor *stress)
{
  GB_CALL(GbElasticitySolve(kmc->elasticity, GB_IN(kmc->eigenstrain), mean, stress, NULL));
  return GbKmcControl(kmc, drive, mean, stress);
}

void GbKmcStrain(GbKmc *kmc, double strain)
{
  for (int a = 0; a < kmc->ncontrolled; a++) {
    const double change = strain * kmc->lateral[a];
    kmc->state->mean_strain[kmc->controlled[a]] += change;
    GbElasticityAdvance(kmc->elasticity, kmc->controlled[a], change);
  }
}
