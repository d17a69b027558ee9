/* Life cycle and public calls of the simulation; its parts are listed in kmc_internal.h. */
#include "mesoscale/events/kmc_internal.h"

#include "base/timer.h"
#include "base/units.h"
#include "mesoscale/events/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static GbStatus check_drive(const GbKmc *kmc, const GbDrive *drive)
{
  const double end =
      kmc->state->temperature_K + drive->temperature_rate_K_per_s * drive->duration_s;
  if (!isfinite(drive->duration_s) || drive->duration_s < 0 || !isfinite(drive->end_time_s))
    GB_FAIL(GB_ERR_ARG, "drive lasts %g s: expected a finite time", drive->duration_s);
  if (!(end > 0) || !(kmc->state->temperature_K > 0))
    GB_FAIL(GB_ERR_ARG, "drive from %g to %g K: expected positive temperatures",
            kmc->state->temperature_K, end);
  if (drive->driver != GB_DRIVER_THERMAL &&
      (drive->stress_controlled || drive->strain_rate_per_s == 0 ||
       drive->temperature_rate_K_per_s != 0))
    GB_FAIL(GB_ERR_ARG, "a drive without temperature needs a strain rate and nothing else");
  return GB_OK;
}

static bool thinning_applies(const GbKmc *kmc, const GbDrive *drive)
{
  return kmc->options.method == GB_KMC_THINNING && drive->driver == GB_DRIVER_THERMAL &&
         drive->temperature_rate_K_per_s == 0;
}

GbStatus GbKmcRun(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                  double *done_s)
{
  GbStatus status;
  *done_s = 0;
  GB_CALL(check_drive(kmc, drive));
  /* The response is not part of the state: it is solved anew from the solver's memory after each
   * event and at the start of a run, whether or not the process has it. */
  kmc->response_valid = false;
  if (kmc->profiling) kmc->clock = GbTimeNow();
  const double start = kmc->clock;
  if (thinning_applies(kmc, drive))
    status = GbKmcRunThinning(kmc, drive, callback, context, done_s);
  else
    status = GbKmcRunFull(kmc, drive, callback, context, done_s);
  if (kmc->profiling) kmc->profile.total_s += GbTimeNow() - start;
  GbElasticityStore(kmc->elasticity, kmc->state->memory);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

GbStatus GbKmcRefresh(GbKmc *kmc)
{
  const GbDrive held = {0};
  for (int v = 0; v < kmc->state->nvoxels; v++)
    GbKmcSetDirections(kmc, v);
  GB_CALL(GbKmcSetMaterial(kmc, kmc->state->temperature_K));
  GB_CALL(GbKmcSolve(kmc, &held, kmc->state->mean_strain, kmc->state->stress));
  GbElasticityStore(kmc->elasticity, kmc->state->memory);
  return GB_OK;
}

double GbKmcMeanStress(const GbKmc *kmc)
{
  return GbElasticityMean(kmc->elasticity, GB_IN(kmc->state->stress), GB_ZZ);
}

double GbKmcTotalRate(const GbKmc *kmc)
{
  GbKmc *work = (GbKmc *)kmc; /* only its scratch arrays change */
  GbKmcSetActivities(work, NULL);
  return kmc->calibration->laws.attempt_frequency_Hz *
         GbRatesBlocks(kmc->nmodes_padded, kmc->activity, GbKmcInverseKT(kmc), work->block_sum);
}

/* --- Profile -----------------------------------------------------------------------------------
 */

void GbKmcProfileStart(GbKmc *kmc)
{
  kmc->profiling = true;
  kmc->profile = (GbKmcProfile){0};
}

GbKmcProfile GbKmcGetProfile(const GbKmc *kmc)
{
  return kmc->profile;
}

void GbKmcLap(GbKmc *kmc, double *part)
{
  if (!kmc->profiling) return;
  const double now = GbTimeNow();
  *part += now - kmc->clock;
  kmc->clock = now;
}

/* --- Life cycle --------------------------------------------------------------------------------
 */

static GbStatus allocate(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  size_t nv = (size_t)s->nvoxels, nm = nv * (size_t)kmc->nslots;
  size_t padded = (nm + GB_RATE_BLOCK - 1) / GB_RATE_BLOCK * GB_RATE_BLOCK;
  kmc->nmodes_padded = (int)padded;
  GB_CALLOC(kmc->projection, nm * (size_t)kmc->modes.ncomponents);
  GB_CALLOC(kmc->activity, padded);
  GB_CALLOC(kmc->activity_rate, padded);
  GB_CALLOC(kmc->rate_work, padded);
  GB_CALLOC(kmc->block_sum, padded / GB_RATE_BLOCK);
  GB_CALLOC(kmc->mu, nv);
  GB_CALLOC(kmc->bulk, nv);
  GB_CALLOC(kmc->eigenstrain, nv);
  GB_CALLOC(kmc->response, nv);
  for (int a = 0; a < kmc->ncontrolled; a++)
    GB_CALLOC(kmc->unit[a], nv);
  GB_CALLOC(kmc->stress_rate, nv);
  GB_CALLOC(kmc->end_stress, nv);
  GB_CALLOC(kmc->middle_stress, nv);
  for (size_t j = 0; j < padded; j++)
    kmc->activity[j] = GB_INACTIVE;
  return GB_OK;
}

/* Whether the options and the state go together. */
static GbStatus check(const GbKmc *kmc)
{
  if (kmc->options.method == GB_KMC_THINNING && !kmc->options.uniform_moduli)
    GB_FAIL(GB_ERR_INPUT, "the thinning method needs uniform moduli");
  if (kmc->options.method == GB_KMC_THINNING && kmc->nsolid < kmc->state->nvoxels)
    GB_FAIL(GB_ERR_INPUT, "the thinning method needs a sample without voids, found %d void voxels",
            kmc->state->nvoxels - kmc->nsolid);
  return GB_OK;
}

static GbElasticSolver choose_solver(const GbKmc *kmc)
{
  const bool whole = kmc->nsolid == kmc->state->nvoxels;
  return kmc->options.uniform_moduli && whole ? GB_ELASTIC_UNIFORM : kmc->options.solver;
}

/* The enthalpy of disorder of all atoms of a voxel. */
static double chi_energy(const GbCalibration *calibration, double edge_nm)
{
  const double atom = calibration->material.atomic_volume_nm3;
  const double per_atom = calibration->state.e_inf_eV - calibration->state.e_ref_eV;
  return atom > 0 ? per_atom * edge_nm * edge_nm * edge_nm / atom : 0;
}

static GbStatus set_up(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  const GbCalibrationLaws *laws = &kmc->calibration->laws;
  const double edge = s->grid.edge_nm, part = laws->event_volume_nm3.value / (edge * edge * edge);
  kmc->gamma = laws->event_shear.value * part;
  kmc->dilatation = laws->event_dilatation.value * part;
  kmc->part = fmin(part, 1);
  kmc->activation = laws->activation_volume_nm3.value * GB_GPA_NM3_IN_EV;
  kmc->back_activation = kmc->gamma * edge * edge * edge * GB_GPA_NM3_IN_EV - kmc->activation;
  kmc->chi_energy = chi_energy(kmc->calibration, edge);
  if (kmc->options.way_back) GB_CALL(GbMesoStateAddWayBack(kmc->state));
  kmc->nslots = s->nmodes + (s->way_back ? 1 : 0);
  for (int v = 0; v < s->nvoxels; v++)
    kmc->nsolid += s->solid[v];
  GB_CALL(check(kmc));
  GbKmcSetControl(kmc);
  GB_CALL(GbModesCreate(&s->grid, s->nmodes, &kmc->modes));
  GB_CALL(allocate(kmc));
  for (int v = 0; v < s->nvoxels; v++)
    GbKmcSetDirections(kmc, v);
  GB_CALL(GbWaitingCreate(&kmc->waiting));
  GB_CALL(GbDrawLawCreate(kmc->calibration, &kmc->draws));
  GB_CALL(GbElasticityCreate(kmc->comm, &s->grid, s->solid, choose_solver(kmc), &kmc->elasticity));
  GB_CALL(GbElasticityLoad(kmc->elasticity, s->memory));
  return GbKmcSetMaterial(kmc, s->temperature_K);
}

GbStatus GbKmcCreate(MPI_Comm comm, const GbCalibration *calibration, const GbKmcOptions *options,
                     GbMesoState *state, GbKmc **kmc)
{
  *kmc = NULL;
  GbKmc *k;
  GB_CALLOC(k, 1);
  k->comm = comm;
  k->calibration = calibration;
  k->options = *options;
  k->state = state;
  GbStatus status = set_up(k);
  if (status != GB_OK) {
    GbKmcDestroy(&k);
    GB_CALL(status);
  }
  *kmc = k;
  return GB_OK;
}

void GbKmcDestroy(GbKmc **kmc)
{
  GbKmc *k = *kmc;
  if (!k) return;
  GbKmcThinningDestroy(k);
  GbElasticityDestroy(&k->elasticity);
  GbWaitingDestroy(&k->waiting);
  GbDrawLawDestroy(&k->draws);
  GbModesFree(&k->modes);
  free(k->projection);
  free(k->activity);
  free(k->activity_rate);
  free(k->rate_work);
  free(k->block_sum);
  free(k->mu);
  free(k->bulk);
  free(k->eigenstrain);
  free(k->response);
  for (int a = 0; a < GB_NTENSOR; a++)
    free(k->unit[a]);
  free(k->stress_rate);
  free(k->end_stress);
  free(k->middle_stress);
  free(k);
  *kmc = NULL;
}
