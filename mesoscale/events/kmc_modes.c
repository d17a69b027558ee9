/* Activities of modes, and what an event changes.
 *
 * A mode with Schmid tensor P (modes.h) has tau = P : sigma; its event adds gamma P and a third of
 * the dilatation to each of xx, yy, zz. If the voxel's volume is not the event's, the strain is
 * scaled to keep gamma Omega. */
#include "mesoscale/events/kmc_internal.h"

#include "base/rng.h"
#include "base/stop.h"
#include "base/units.h"
#include "mesoscale/events/rates.h"

#include <math.h>
#include <string.h>

enum { STOP_INTERVAL = 4096 }; /* voxels */

double GbKmcInverseKT(const GbKmc *kmc)
{
  return 1 / (GB_KB_EV_PER_K * kmc->state->temperature_K);
}

void GbKmcSetDirections(GbKmc *kmc, int voxel)
{
  const GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents;
  double frame[GB_NDEVIATOR * GB_NDEVIATOR], back[GB_NDEVIATOR];
  double *p = kmc->projection + (size_t)voxel * (size_t)kmc->nslots * (size_t)nc;
  GbModesFrame(&kmc->modes, s->orientation + (size_t)voxel * (size_t)s->norientation, frame);
  for (int m = 0; m < s->nmodes; m++)
    for (int k = 0; k < nc; k++, p++) {
      *p = 0;
      for (int l = 0; l < nc; l++)
        *p += frame[k * nc + l] * kmc->modes.axis[m][l];
    }
  if (!s->way_back) return;
  GbMesoWayBackAxis(s, &kmc->modes, voxel, back);
  memcpy(p, back, (size_t)nc * sizeof *p);
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

static inline double dot(int n, const double *p, const double *d)
{
  return n == 2 ? p[0] * d[0] + p[1] * d[1]
                : p[0] * d[0] + p[1] * d[1] + p[2] * d[2] + p[3] * d[3] + p[4] * d[4];
}

/* Work of a stress on the slots of one voxel, eV. */
static void project(const GbKmc *kmc, int voxel, const double stress[GB_NTENSOR], double *work)
{
  const int nc = kmc->modes.ncomponents, nm = kmc->state->nmodes;
  const double *p = kmc->projection + (size_t)voxel * (size_t)kmc->nslots * (size_t)nc;
  double d[GB_NDEVIATOR];
  GbModesDeviator(&kmc->modes, stress, d);
  for (int m = 0; m < nm; m++, p += nc)
    work[m] = kmc->activation * dot(nc, p, d);
  if (kmc->nslots > nm) work[nm] = kmc->back_activation * dot(nc, p, d);
}

double GbKmcBarrier(const GbKmc *kmc, int voxel, int slot)
{
  const GbMesoState *s = kmc->state;
  return slot == s->nmodes ? s->way_back->barrier_eV[voxel]
                           : s->barrier_eV[(size_t)voxel * (size_t)s->nmodes + (size_t)slot];
}

void GbKmcSetActivities(GbKmc *kmc, const GbTensor *stress_rate)
{
  const GbMesoState *s = kmc->state;
  for (int v = 0; v < s->nvoxels; v++) {
    if (!s->solid[v]) continue; /* stays inactive */
    double *activity = kmc->activity + (size_t)v * (size_t)kmc->nslots;
    const double *barrier = s->barrier_eV + (size_t)v * (size_t)s->nmodes;
    project(kmc, v, s->stress[v], activity);
    for (int m = 0; m < s->nmodes; m++)
      activity[m] -= barrier[m];
    if (s->way_back) activity[s->nmodes] -= s->way_back->barrier_eV[v];
    if (stress_rate)
      project(kmc, v, stress_rate[v], kmc->activity_rate + (size_t)v * (size_t)kmc->nslots);
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

/* The strain of a slot; the way back takes the dilatation back too. */
static void add_strain(GbKmc *kmc, int voxel, int slot, bool back)
{
  GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents;
  const double *p = kmc->projection + (size_t)(voxel * kmc->nslots + slot) * (size_t)nc;
  const double third = (back ? -1 : 1) * kmc->dilatation / 3;
  double schmid[GB_NTENSOR], *e = s->plastic[voxel];
  GbModesTensor(&kmc->modes, p, schmid);
  for (int t = 0; t < GB_NTENSOR; t++)
    e[t] += kmc->gamma * schmid[t];
  e[GB_XX] += third;
  e[GB_ZZ] += third;
  e[GB_YY] += third;
}

static GbStatus redraw(GbKmc *kmc, int voxel)
{
  double least = GbDrawLeastBarrier(kmc->calibration, kmc->options.intrabasin_time_s,
                                    kmc->state->temperature_K);
  GB_CALL(GbDrawVoxel(kmc->draws, least, &kmc->modes, kmc->state, voxel));
  GbKmcSetDirections(kmc, voxel);
  return GB_OK;
}

/* Keeps what the voxel is, and numbers its draws so that the same event leads to the same state. */
static void keep_parent(GbKmc *kmc, int voxel, int mode)
{
  GbMesoState *s = kmc->state;
  GbWayBack *back = s->way_back;
  const size_t v = (size_t)voxel, nm = (size_t)s->nmodes, no = (size_t)s->norientation;
  uint64_t words[4];
  memcpy(back->parent_barrier_eV + v * nm, s->barrier_eV + v * nm, nm * sizeof(double));
  memcpy(back->parent_orientation + v * no, s->orientation + v * no, no * sizeof(double));
  back->parent_chi[v] = s->chi[v];
  back->parent_redraws[v] = s->redraws[v];
  back->mode[v] = mode;
  back->barrier_eV[v] = GB_NO_WAY_BACK; /* until the stress is known */
  GbRngWords(s->seed, GB_RNG_WAY_BACK, v, (uint64_t)s->redraws[v], (uint64_t)mode, words);
  s->redraws[v] = (int64_t)(words[0] >> 2);
}

static void restore_parent(GbKmc *kmc, int voxel)
{
  GbMesoState *s = kmc->state;
  GbWayBack *back = s->way_back;
  const size_t v = (size_t)voxel, nm = (size_t)s->nmodes, no = (size_t)s->norientation;
  memcpy(s->barrier_eV + v * nm, back->parent_barrier_eV + v * nm, nm * sizeof(double));
  memcpy(s->orientation + v * no, back->parent_orientation + v * no, no * sizeof(double));
  s->chi[v] = back->parent_chi[v];
  s->redraws[v] = back->parent_redraws[v];
  back->barrier_eV[v] = GB_NO_WAY_BACK;
  GbKmcSetDirections(kmc, voxel);
}

/* Plane and direction of a slot: those of the mode that it undoes, the other way. */
static void describe(const GbKmc *kmc, int slot, GbEventRecord *record)
{
  const GbMesoState *s = kmc->state;
  const bool back = slot == s->nmodes;
  const size_t place = (size_t)record->voxel * (size_t)s->norientation;
  const double *orientation = (back ? s->way_back->parent_orientation : s->orientation) + place;
  const int mode = back ? (int)s->way_back->mode[record->voxel] : slot;
  record->mode = mode;
  record->back = back;
  record->barrier_eV = GbKmcBarrier(kmc, record->voxel, slot);
  record->angle_rad = kmc->modes.plane ? GbModesAngle(&kmc->modes, orientation, mode) : NAN;
  if (back) record->angle_rad = fmod(record->angle_rad + 0.5 * GB_PI, GB_PI);
  GbModesPlane(&kmc->modes, orientation, mode, record->normal, record->shear);
  for (int a = 0; a < 3 && back; a++)
    record->shear[a] = -record->shear[a];
}

GbStatus GbKmcTransform(GbKmc *kmc, int j, bool athermal, GbEventRecord *record)
{
  GbMesoState *s = kmc->state;
  const GbCalibrationLaws *laws = &kmc->calibration->laws;
  const int voxel = j / kmc->nslots, slot = j % kmc->nslots;
  const bool back = slot == s->nmodes;
  *record = (GbEventRecord){
      .voxel = voxel, .gamma = kmc->gamma, .chi_before = s->chi[voxel], .athermal = athermal};
  describe(kmc, slot, record);
  add_strain(kmc, voxel, slot, back);
  s->slip[voxel] += fabs(kmc->gamma);
  s->events++;
  if (back) {
    restore_parent(kmc, voxel);
    return GB_OK;
  }
  if (s->way_back) keep_parent(kmc, voxel, slot);
  s->chi[voxel] += kmc->part * laws->chi_gain.value * (laws->chi_inf.value - s->chi[voxel]);
  return redraw(kmc, voxel);
}

/* Detailed balance: with dU the energy of the change of chi and dE_el = -(tau + tau') gamma a^3 / 2
 * that of the elastic field (the work of the dilatation is left out both ways),
 *     (Q - V* tau) - (Q' + V' tau') = dU + dE_el,  V' = gamma a^3 - V*
 * for the way back with the barrier Q' and the activation volume V', so
 *     Q' = Q - dU + (gamma a^3 / 2 - V*)(tau - tau'),
 * in which tau - tau' is the event's own stress drop, whatever the load. */
void GbKmcSetWayBack(GbKmc *kmc, const GbEventRecord *record, const double after[GB_NDEVIATOR])
{
  GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents;
  if (!s->way_back || record->back) return;
  const double *back =
      kmc->projection + (size_t)(record->voxel * kmc->nslots + s->nmodes) * (size_t)nc;
  const double tau_after = -dot(nc, back, after);
  const double stored = kmc->chi_energy * (s->chi[record->voxel] - record->chi_before);
  s->way_back->barrier_eV[record->voxel] =
      record->barrier_eV - stored +
      0.5 * (kmc->back_activation - kmc->activation) * (record->tau_GPa - tau_after);
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
  for (int v = 0; v < kmc->state->nvoxels; v++) {
    if (v % STOP_INTERVAL == 0) GB_CALL(GbStopCheck(kmc->comm));
    if (kmc->state->solid[v]) GB_CALL(redraw(kmc, v));
  }
  return GB_OK;
}
