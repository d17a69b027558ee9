/* Activities of modes, and what an event changes.
 *
 * A mode with Schmid tensor P (modes.h) has tau = P : sigma; its event adds gamma P and a third of
 * the dilatation to each of xx, yy, zz. If the voxel's volume is not the event's, the strain is
 * scaled to keep gamma Omega. */
#include "mesoscale/events/kmc_internal.h"

#include "base/units.h"
#include "mesoscale/events/rates.h"

#include <math.h>

double GbKmcInverseKT(const GbKmc *kmc)
{
  return 1 / (GB_KB_EV_PER_K * kmc->state->temperature_K);
}

void GbKmcSetDirections(GbKmc *kmc, int voxel)
{
  const GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents;
  double frame[GB_NDEVIATOR * GB_NDEVIATOR];
  double *p = kmc->projection + (size_t)voxel * (size_t)s->nmodes * (size_t)nc;
  GbModesFrame(&kmc->modes, s->orientation + (size_t)voxel * (size_t)s->norientation, frame);
  for (int m = 0; m < s->nmodes; m++)
    for (int k = 0; k < nc; k++, p++) {
      *p = 0;
      for (int l = 0; l < nc; l++)
        *p += frame[k * nc + l] * kmc->modes.axis[m][l];
    }
}

double GbKmcResolved(const GbKmc *kmc, int mode, const double stress[GB_NTENSOR])
{
  const int nc = kmc->modes.ncomponents;
  const double *p = kmc->projection + (size_t)mode * (size_t)nc;
  double deviator[GB_NDEVIATOR], tau = 0;
  GbModesDeviator(&kmc->modes, stress, deviator);
  for (int k = 0; k < nc; k++)
    tau += p[k] * deviator[k];
  return tau;
}

/* V* tau of the modes of one voxel, plus `start` times -Q. */
static void project(const GbKmc *kmc, int voxel, const double stress[GB_NTENSOR],
                    const double *barrier, double *activity)
{
  const int nc = kmc->modes.ncomponents, nm = kmc->state->nmodes;
  const double *p = kmc->projection + (size_t)voxel * (size_t)nm * (size_t)nc;
  double d[GB_NDEVIATOR];
  GbModesDeviator(&kmc->modes, stress, d);
  for (int k = 0; k < nc; k++)
    d[k] *= kmc->activation;
  for (int m = 0; m < nm; m++, p += nc) {
    double sum = nc == 2 ? p[0] * d[0] + p[1] * d[1]
                         : p[0] * d[0] + p[1] * d[1] + p[2] * d[2] + p[3] * d[3] + p[4] * d[4];
    activity[m] = barrier ? sum - barrier[m] : sum;
  }
}

void GbKmcSetActivities(GbKmc *kmc, const GbTensor *stress_rate)
{
  const GbMesoState *s = kmc->state;
  for (int v = 0; v < s->nvoxels; v++) {
    if (!s->solid[v]) continue; /* stays inactive */
    const size_t first = (size_t)v * (size_t)s->nmodes;
    project(kmc, v, s->stress[v], s->barrier_eV + first, kmc->activity + first);
    if (stress_rate) project(kmc, v, stress_rate[v], NULL, kmc->activity_rate + first);
  }
}

int GbKmcMostActive(const GbKmc *kmc)
{
  int mode = -1;
  double highest = GB_INACTIVE;
  for (int j = 0; j < kmc->nmodes_padded; j++)
    if (kmc->activity[j] > highest) {
      highest = kmc->activity[j];
      mode = j;
    }
  return mode;
}

/* --- Events ------------------------------------------------------------------------------------
 */

static void add_strain(GbKmc *kmc, int voxel, int mode)
{
  GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents;
  const double *p = kmc->projection + (size_t)mode * (size_t)nc;
  double schmid[GB_NTENSOR], *e = s->plastic[voxel];
  GbModesTensor(&kmc->modes, p, schmid);
  for (int t = 0; t < GB_NTENSOR; t++)
    e[t] += kmc->gamma * schmid[t];
  e[GB_XX] += kmc->dilatation / 3;
  e[GB_ZZ] += kmc->dilatation / 3;
  e[GB_YY] += kmc->dilatation / 3;
}

static GbStatus redraw(GbKmc *kmc, int voxel)
{
  double least = GbDrawLeastBarrier(kmc->calibration, kmc->options.intrabasin_time_s,
                                    kmc->state->temperature_K);
  GB_CALL(GbDrawVoxel(kmc->draws, least, &kmc->modes, kmc->state, voxel));
  GbKmcSetDirections(kmc, voxel);
  return GB_OK;
}

GbStatus GbKmcTransform(GbKmc *kmc, int mode, bool athermal, GbEventRecord *record)
{
  GbMesoState *s = kmc->state;
  const GbCalibrationLaws *laws = &kmc->calibration->laws;
  const int voxel = mode / s->nmodes, m = mode % s->nmodes;
  const double *orientation = s->orientation + (size_t)voxel * (size_t)s->norientation;
  *record = (GbEventRecord){.voxel = voxel,
                            .mode = m,
                            .gamma = kmc->gamma,
                            .barrier_eV = s->barrier_eV[mode],
                            .chi_before = s->chi[voxel],
                            .athermal = athermal};
  record->angle_rad = kmc->modes.plane ? GbModesAngle(&kmc->modes, orientation, m) : NAN;
  GbModesPlane(&kmc->modes, orientation, m, record->normal, record->shear);
  add_strain(kmc, voxel, mode);
  s->slip[voxel] += fabs(kmc->gamma);
  s->chi[voxel] += kmc->part * laws->chi_gain.value * (laws->chi_inf.value - s->chi[voxel]);
  s->events++;
  return redraw(kmc, voxel);
}

GbStatus GbKmcReport(GbKmc *kmc, double stress_zz_GPa, GbEventRecord *record,
                     GbEventCallback callback, void *context, bool *stop)
{
  const GbMesoState *s = kmc->state;
  if (!callback) return GB_OK;
  record->event = s->events;
  record->time_s = s->time_s;
  record->strain_zz = s->mean_strain[GB_ZZ];
  record->stress_zz_GPa = stress_zz_GPa;
  record->temperature_K = s->temperature_K;
  record->chi_after = s->chi[record->voxel];
  return callback(context, s, record, stop);
}

GbStatus GbKmcDrawAll(GbKmc *kmc)
{
  for (int v = 0; v < kmc->state->nvoxels; v++)
    if (kmc->state->solid[v]) GB_CALL(redraw(kmc, v));
  return GB_OK;
}
