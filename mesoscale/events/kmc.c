/* One event at a time on an elastic medium whose stress is solved after each.
 *
 * A shear plane at angle theta has n = (-sin, cos), s = (cos, sin) in (x, z), so
 *   tau = n . sigma . s = cos(2 theta) sigma_xz + sin(2 theta) (sigma_zz - sigma_xx) / 2,
 * and an event of engineering shear gamma on it adds gamma (n s)_sym: eps_xx = -eps_zz =
 * -gamma sin(2 theta) / 2, eps_xz = gamma cos(2 theta) / 2, plus a third of the dilatation to each
 * of xx, zz, yy. If the voxel's volume is not the event's, the strain is scaled to keep gamma
 * Omega.
 *
 * Within a segment of time the stress is linear in time. At constant temperature that is exact: it
 * moves along the unit response. Under a temperature program the segment's end is solved with the
 * moduli and thermal strain there, and its middle too: the segment is halved until the middle
 * agrees with linearity to STRESS_TOLERANCE. Events and segment ends are then solved again exactly,
 * so errors do not add up. Segments end at multiples of SEGMENT_K and at the calibration's
 * temperatures, where moduli have kinks.
 *
 * Thermal strain is alpha(chi) (T - T_ref) in x and z; in y it is counted from its mean
 * (generalised plane strain: the thickness follows the mean expansion), so a uniform temperature
 * change of a homogeneous free sample makes no stress.
 *
 * A mode reaching zero barrier within a segment ends the segment there and fires at that instant;
 * up to it the rate stays below nu_0, so no rate needs a cap.
 *
 * Nothing that matters is hidden: the elastic solver's memory and the hazard left before the next
 * event live in the state, and everything else is derived from it in the same way in every process.
 */
#include "mesoscale/events/kmc.h"

#include "base/rng.h"
#include "base/stop.h"
#include "base/units.h"
#include "mesoscale/events/draws.h"
#include "mesoscale/events/rates.h"
#include "mesoscale/events/waiting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SEGMENT_K = 100;
static const double SEGMENT_LEAST_K = 0.05;
/* GPa: changes a rate by V* 1e-5 / kT, 0.1 % at 77 K for V* = 0.1 nm^3. */
static const double STRESS_TOLERANCE = 1e-5;
/* GPa: how near the mean stress must be to count as controlled already. */
static const double CONTROL_TOLERANCE = 1e-9;

typedef double Tensor[GB_NTENSOR];

struct GbKmc {
  MPI_Comm comm;
  const GbCalibration *calibration;
  GbKmcOptions options;
  GbMesoState *state;
  GbElasticity *elasticity;
  GbModes modes;
  GbWaiting *waiting;
  GbDrawLaw *draws;
  int nmodes_padded;                  /* all modes, to a multiple of GB_RATE_BLOCK */
  double gamma, dilatation;           /* of one event in one voxel */
  double part;                        /* of the voxel that an event fills: Omega / edge^3 */
  double *half_sin, *cos;             /* [nvoxels*nmodes] sin(2 theta) / 2 and cos(2 theta) */
  double *activity, *activity_rate;   /* [nmodes_padded] see rates.h */
  double *rate_work;                  /* [nmodes_padded] */
  double *block_sum;                  /* [nmodes_padded / GB_RATE_BLOCK] */
  double *mu, *bulk;                  /* [nvoxels] */
  Tensor *eigenstrain;                /* [nvoxels] plastic and thermal */
  Tensor *response;                   /* [nvoxels] stress per unit mean strain, if response_valid */
  Tensor *stress_rate;                /* [nvoxels] GPa/s in the present segment */
  Tensor *end_stress, *middle_stress; /* [nvoxels] of a segment of a temperature program */
  bool response_valid;
  bool profiling;
  GbKmcProfile profile;
};

#define IN(field) ((const double(*)[GB_NTENSOR])(field))

/* --- Material and stress -----------------------------------------------------------------------
 */

static void set_eigenstrain(GbKmc *kmc, double temperature_K)
{
  const GbMesoState *s = kmc->state;
  double change = temperature_K - s->reference_temperature_K, mean = 0;
  int nsolid = 0;
  for (int v = 0; v < s->nvoxels; v++) {
    double thermal = s->solid[v] ? GbCalibrationExpansion(kmc->calibration, s->chi[v]) * change : 0;
    double *e = kmc->eigenstrain[v];
    memcpy(e, s->plastic[v], sizeof(Tensor));
    e[GB_XX] += thermal;
    e[GB_ZZ] += thermal;
    e[GB_YY] += thermal;
    mean += thermal;
    nsolid += s->solid[v];
  }
  for (int v = 0; v < s->nvoxels; v++)
    kmc->eigenstrain[v][GB_YY] -= mean / nsolid;
}

static GbStatus set_material(GbKmc *kmc, double temperature_K)
{
  const GbMesoState *s = kmc->state;
  for (int v = 0; v < s->nvoxels; v++) {
    kmc->mu[v] = GbCalibrationShearModulus(kmc->calibration, s->chi[v], temperature_K);
    kmc->bulk[v] = GbCalibrationBulkModulus(kmc->calibration, s->chi[v], temperature_K);
  }
  kmc->response_valid = false;
  set_eigenstrain(kmc, temperature_K);
  return GbElasticitySetModuli(kmc->elasticity, kmc->mu, kmc->bulk);
}

static GbStatus need_response(GbKmc *kmc)
{
  if (kmc->response_valid) return GB_OK;
  GB_CALL(GbElasticityUnitResponse(kmc->elasticity, GB_ZZ, kmc->response));
  kmc->response_valid = true;
  return GB_OK;
}

static void add_scaled(int n, Tensor *field, double factor, Tensor *increment)
{
  for (int v = 0; v < n; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] += factor * increment[v][t];
}

/* Moves the mean strain so that the mean stress in `stress` is the drive's. */
static GbStatus control_stress(GbKmc *kmc, const GbDrive *drive, Tensor *stress,
                               double *mean_strain)
{
  if (!drive->stress_controlled) return GB_OK;
  double missing = drive->stress_zz_GPa - GbElasticityMean(kmc->elasticity, IN(stress), GB_ZZ);
  if (fabs(missing) <= CONTROL_TOLERANCE) return GB_OK;
  GB_CALL(need_response(kmc));
  double strain = missing / GbElasticityMean(kmc->elasticity, IN(kmc->response), GB_ZZ);
  add_scaled(kmc->state->nvoxels, stress, strain, kmc->response);
  GbElasticityAdvance(kmc->elasticity, GB_ZZ, strain);
  *mean_strain += strain;
  return GB_OK;
}

/* Stress of the state as it is, under the drive. */
static GbStatus solve_state(GbKmc *kmc, const GbDrive *drive)
{
  GbMesoState *s = kmc->state;
  GB_CALL(
      GbElasticitySolve(kmc->elasticity, IN(kmc->eigenstrain), s->mean_strain, s->stress, NULL));
  return control_stress(kmc, drive, s->stress, &s->mean_strain[GB_ZZ]);
}

static void remember(GbKmc *kmc)
{
  GbElasticityStore(kmc->elasticity, kmc->state->memory);
}

/* --- Modes -------------------------------------------------------------------------------------
 */

static void set_directions(GbKmc *kmc, int voxel)
{
  int nmodes = kmc->state->nmodes;
  for (int j = voxel * nmodes; j < (voxel + 1) * nmodes; j++) {
    double angle = GbModesAngle(&kmc->modes, kmc->state->orientation + voxel, j % nmodes);
    kmc->half_sin[j] = 0.5 * sin(2 * angle);
    kmc->cos[j] = cos(2 * angle);
  }
}

static double resolved(const GbKmc *kmc, int mode, const double stress[GB_NTENSOR])
{
  return kmc->half_sin[mode] * (stress[GB_ZZ] - stress[GB_XX]) + kmc->cos[mode] * stress[GB_XZ];
}

static double activation_volume(const GbKmc *kmc) /* eV per GPa */
{
  return kmc->calibration->laws.activation_volume_nm3.value * GB_GPA_NM3_IN_EV;
}

/* Activities of all modes from the state's stress and, unless NULL, their rates from stress_rate.
 */
static void set_activities(GbKmc *kmc, Tensor *stress_rate)
{
  const GbMesoState *s = kmc->state;
  const double volume = activation_volume(kmc);
  for (int v = 0; v < s->nvoxels; v++) {
    if (!s->solid[v]) continue; /* stays inactive */
    const double shear = volume * (s->stress[v][GB_ZZ] - s->stress[v][GB_XX]);
    const double xz = volume * s->stress[v][GB_XZ];
    const int first = v * s->nmodes, last = first + s->nmodes;
    for (int j = first; j < last; j++)
      kmc->activity[j] = kmc->half_sin[j] * shear + kmc->cos[j] * xz - s->barrier_eV[j];
    if (!stress_rate) continue;
    for (int j = first; j < last; j++)
      kmc->activity_rate[j] = volume * resolved(kmc, j, stress_rate[v]);
  }
}

/* The most unstable mode, or -1 if all barriers are positive. */
static int unstable_mode(const GbKmc *kmc)
{
  int mode = -1;
  double highest = 0;
  for (int j = 0; j < kmc->nmodes_padded; j++)
    if (kmc->activity[j] >= highest && (mode < 0 || kmc->activity[j] > highest)) {
      highest = kmc->activity[j];
      mode = j;
    }
  return mode;
}

static double inverse_kT(const GbKmc *kmc)
{
  return 1 / (GB_KB_EV_PER_K * kmc->state->temperature_K);
}

/* Chooses a mode with probability proportional to its rate. */
static int choose_mode(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  double total = GbRatesBlocks(kmc->nmodes_padded, kmc->activity, inverse_kT(kmc), kmc->block_sum);
  double left = total * GbRngUniform(s->seed, GB_RNG_EVENT_CHOICE, (uint64_t)s->events, 0, 0);
  int nblocks = kmc->nmodes_padded / GB_RATE_BLOCK, block = 0, last = -1;
  while (block < nblocks - 1 && left >= kmc->block_sum[block])
    left -= kmc->block_sum[block++];
  for (int i = 0; i < GB_RATE_BLOCK; i++) { /* the block's own rounding may leave a remainder */
    int j = block * GB_RATE_BLOCK + i;
    if (kmc->activity[j] <= GB_INACTIVE) continue;
    last = j;
    left -= exp(fmin(kmc->activity[j] * inverse_kT(kmc), 0));
    if (left < 0) break;
  }
  return last;
}

/* --- Events ------------------------------------------------------------------------------------
 */

static void transform(GbKmc *kmc, int voxel, int mode)
{
  GbMesoState *s = kmc->state;
  const GbCalibrationLaws *laws = &kmc->calibration->laws;
  double *e = s->plastic[voxel];
  e[GB_XX] += -kmc->gamma * kmc->half_sin[mode] + kmc->dilatation / 3;
  e[GB_ZZ] += kmc->gamma * kmc->half_sin[mode] + kmc->dilatation / 3;
  e[GB_XZ] += 0.5 * kmc->gamma * kmc->cos[mode];
  e[GB_YY] += kmc->dilatation / 3;
  s->slip[voxel] += fabs(kmc->gamma);
  s->chi[voxel] += kmc->part * laws->chi_gain.value * (laws->chi_inf.value - s->chi[voxel]);
  s->events++;
}

static GbStatus redraw(GbKmc *kmc, int voxel)
{
  double least = GbDrawLeastBarrier(kmc->calibration, kmc->options.intrabasin_time_s,
                                    kmc->state->temperature_K);
  GB_CALL(GbDrawVoxel(kmc->draws, least, &kmc->modes, kmc->state, voxel));
  set_directions(kmc, voxel);
  return GB_OK;
}

/* The voxel's new chi changes its moduli and expansion. */
static GbStatus update_material(GbKmc *kmc, int voxel)
{
  const GbMesoState *s = kmc->state;
  double chi = s->chi[voxel], temperature = s->temperature_K;
  kmc->mu[voxel] = GbCalibrationShearModulus(kmc->calibration, chi, temperature);
  kmc->bulk[voxel] = GbCalibrationBulkModulus(kmc->calibration, chi, temperature);
  kmc->response_valid = false;
  set_eigenstrain(kmc, temperature);
  return GbElasticityUpdateModuli(kmc->elasticity, voxel, kmc->mu[voxel], kmc->bulk[voxel]);
}

static GbStatus fire(GbKmc *kmc, const GbDrive *drive, int mode, bool athermal,
                     GbEventCallback callback, void *context, bool *stop)
{
  GbMesoState *s = kmc->state;
  int voxel = mode / s->nmodes;
  GbEventRecord record = {.voxel = voxel,
                          .mode = mode % s->nmodes,
                          .angle_rad =
                              GbModesAngle(&kmc->modes, s->orientation + voxel, mode % s->nmodes),
                          .gamma = kmc->gamma,
                          .barrier_eV = s->barrier_eV[mode],
                          .tau_GPa = resolved(kmc, mode, s->stress[voxel]),
                          .chi_before = s->chi[voxel],
                          .athermal = athermal};
  GbModesPlane(&kmc->modes, s->orientation + voxel * s->norientation, mode % s->nmodes,
               record.normal, record.shear);
  transform(kmc, voxel, mode);
  GB_CALL(redraw(kmc, voxel));
  GB_CALL(update_material(kmc, voxel));
  GB_CALL(solve_state(kmc, drive));
  kmc->response_valid = false; /* as in a run continued from here: see GbKmcRun */
  remember(kmc);
  if (!callback) return GB_OK;
  record.event = s->events;
  record.time_s = s->time_s;
  record.strain_zz = s->mean_strain[GB_ZZ];
  record.stress_zz_GPa = GbKmcMeanStress(kmc);
  record.temperature_K = s->temperature_K;
  record.chi_after = s->chi[voxel];
  return callback(context, s, &record, stop);
}

/* --- Segments ----------------------------------------------------------------------------------
 */

/* Time to the next multiple of SEGMENT_K or temperature of the calibration, at most `left`. */
static double time_to_kink(const GbKmc *kmc, double heating, double left)
{
  const GbCalibrationMaterial *material = &kmc->calibration->material;
  const double now = kmc->state->temperature_K, sign = heating > 0 ? 1 : -1;
  /* A whole cell if on its border within rounding. */
  double next = sign * SEGMENT_K * (floor(sign * now / SEGMENT_K + 1e-9) + 1);
  for (int i = 0; i < material->ntemperatures; i++) {
    double kink = material->temperature_K[i];
    if (sign * (kink - now) > 1e-9 * now && sign * (next - kink) > 0) next = kink;
  }
  return fmin(left, (next - now) / heating);
}

/* Stress `after` seconds from now under the drive, without an event. */
static GbStatus foresee(GbKmc *kmc, const GbDrive *drive, double after, double *mean_strain,
                        Tensor *stress)
{
  const GbMesoState *s = kmc->state;
  GB_CALL(set_material(kmc, s->temperature_K + drive->temperature_rate_K_per_s * after));
  GB_CALL(GbElasticitySolve(kmc->elasticity, IN(kmc->eigenstrain),
                            (const double[GB_NTENSOR]){[GB_ZZ] = *mean_strain}, stress, NULL));
  return control_stress(kmc, drive, stress, mean_strain);
}

static double largest_deviation(const GbKmc *kmc)
{
  double largest = 0;
  for (int v = 0; v < kmc->state->nvoxels; v++)
    for (int t = 0; t < GB_YY; t++)
      largest = fmax(largest, fabs(kmc->middle_stress[v][t] -
                                   0.5 * (kmc->state->stress[v][t] + kmc->end_stress[v][t])));
  return largest;
}

/* A segment of a temperature program over which the stress is linear to the tolerance: its length
 * and stress_rate. */
static GbStatus plan_segment(GbKmc *kmc, const GbDrive *drive, double left, double *length)
{
  const GbMesoState *s = kmc->state;
  const GbDrive strained = {0};
  const double heating = drive->temperature_rate_K_per_s;
  const double rate = drive->stress_controlled ? 0 : drive->strain_rate_per_s;
  double span = time_to_kink(kmc, heating, left), end_strain = s->mean_strain[GB_ZZ] + rate * span;
  GB_CALL(foresee(kmc, drive, span, &end_strain, kmc->end_stress));
  for (;;) {
    double middle_strain = 0.5 * (s->mean_strain[GB_ZZ] + end_strain);
    GB_CALL(foresee(kmc, &strained, 0.5 * span, &middle_strain, kmc->middle_stress));
    bool linear = largest_deviation(kmc) <= STRESS_TOLERANCE;
    if (linear || fabs(heating) * span <= SEGMENT_LEAST_K) break;
    span *= 0.5;
    end_strain = middle_strain;
    GB_CALL(control_stress(kmc, drive, kmc->middle_stress, &end_strain));
    memcpy(kmc->end_stress, kmc->middle_stress, (size_t)s->nvoxels * sizeof(Tensor));
  }
  for (int v = 0; v < s->nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      kmc->stress_rate[v][t] = (kmc->end_stress[v][t] - s->stress[v][t]) / span;
  *length = span;
  return GB_OK;
}

/* Stress rate at constant temperature: along the unit response. */
static GbStatus plan_isothermal(GbKmc *kmc, const GbDrive *drive)
{
  const double rate = drive->stress_controlled ? 0 : drive->strain_rate_per_s;
  memset(kmc->stress_rate, 0, (size_t)kmc->state->nvoxels * sizeof(Tensor));
  if (rate == 0) return GB_OK;
  GB_CALL(need_response(kmc));
  add_scaled(kmc->state->nvoxels, kmc->stress_rate, rate, kmc->response);
  return GB_OK;
}

/* Moves time, load and temperature on, and brings the stress along. */
static GbStatus advance(GbKmc *kmc, const GbDrive *drive, double by)
{
  GbMesoState *s = kmc->state;
  const double strain = drive->stress_controlled ? 0 : drive->strain_rate_per_s * by;
  s->time_s += by;
  s->mean_strain[GB_ZZ] += strain;
  if (drive->temperature_rate_K_per_s != 0) {
    s->temperature_K += drive->temperature_rate_K_per_s * by;
    GB_CALL(set_material(kmc, s->temperature_K));
    return solve_state(kmc, drive);
  }
  if (strain == 0) return GB_OK;
  add_scaled(s->nvoxels, s->stress, by, kmc->stress_rate);
  GbElasticityAdvance(kmc->elasticity, GB_ZZ, strain);
  return GB_OK;
}

/* Plans a segment of at most `left` seconds, advances to the next event or its end; *mode is the
 * one to fire, or -1. */
static GbStatus next_event(GbKmc *kmc, const GbDrive *drive, double left, double *by, int *mode,
                           bool *athermal)
{
  GbMesoState *s = kmc->state;
  int unstable;
  if (s->hazard_left <= 0)
    s->hazard_left = -log(GbRngUniform(s->seed, GB_RNG_EVENT_TIME, (uint64_t)s->events, 0, 0));
  double length = left;
  if (drive->temperature_rate_K_per_s != 0)
    GB_CALL(plan_segment(kmc, drive, left, &length));
  else
    GB_CALL(plan_isothermal(kmc, drive));
  set_activities(kmc, kmc->stress_rate);
  double instability =
      GbRatesInstability(kmc->nmodes_padded, kmc->activity, kmc->activity_rate, &unstable);
  GbSegment segment = {.n = kmc->nmodes_padded,
                       .a = kmc->activity,
                       .b = kmc->activity_rate,
                       .work = kmc->rate_work,
                       .attempt_Hz = kmc->calibration->laws.attempt_frequency_Hz,
                       .temperature_K = s->temperature_K,
                       .heating_K_per_s = drive->temperature_rate_K_per_s,
                       .duration_s = fmin(length, instability)};
  GbWait wait;
  GB_CALL(GbWaitingFind(kmc->waiting, &segment, s->hazard_left, &wait));
  s->hazard_left = wait.event ? 0 : fmax(s->hazard_left - wait.hazard, 1e-300);
  GB_CALL(advance(kmc, drive, wait.time_s));
  *by = wait.time_s;
  *athermal = !wait.event && instability <= length;
  *mode = *athermal ? unstable : -1;
  if (!wait.event) return GB_OK;
  set_activities(kmc, NULL);
  *mode = choose_mode(kmc);
  return GB_OK;
}

/* --- Public ------------------------------------------------------------------------------------
 */

static GbStatus check_drive(const GbKmc *kmc, const GbDrive *drive)
{
  const double end =
      kmc->state->temperature_K + drive->temperature_rate_K_per_s * drive->duration_s;
  if (!isfinite(drive->duration_s) || drive->duration_s < 0 || !isfinite(drive->end_time_s))
    GB_FAIL(GB_ERR_ARG, "drive lasts %g s: expected a finite time", drive->duration_s);
  if (!(end > 0) || !(kmc->state->temperature_K > 0))
    GB_FAIL(GB_ERR_ARG, "drive from %g to %g K: expected positive temperatures",
            kmc->state->temperature_K, end);
  return GB_OK;
}

static GbStatus run(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                    double *done_s)
{
  GbMesoState *s = kmc->state;
  const bool absolute = drive->end_time_s > 0;
  const int64_t first = s->events;
  bool stop = false;
  GB_CALL(control_stress(kmc, drive, s->stress, &s->mean_strain[GB_ZZ]));
  while (!stop) {
    GB_CALL(GbStopCheck(kmc->comm));
    if (drive->max_events > 0 && s->events - first >= drive->max_events) break;
    set_activities(kmc, NULL);
    bool athermal = true;
    int mode = unstable_mode(kmc);
    if (mode < 0) {
      double left = absolute ? drive->end_time_s - s->time_s : drive->duration_s - *done_s;
      double by = 0;
      if (!(left > 0)) break;
      GB_CALL(next_event(kmc, drive, left, &by, &mode, &athermal));
      *done_s += by;
    }
    if (mode >= 0) GB_CALL(fire(kmc, drive, mode, athermal, callback, context, &stop));
  }
  return GB_OK;
}

GbStatus GbKmcRun(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                  double *done_s)
{
  *done_s = 0;
  GB_CALL(check_drive(kmc, drive));
  /* The response is not part of the state: it is solved anew from the solver's memory after each
   * event and at the start of a run, whether or not the process has it. */
  kmc->response_valid = false;
  GbStatus status = run(kmc, drive, callback, context, done_s);
  remember(kmc);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

GbStatus GbKmcDrawAll(GbKmc *kmc)
{
  for (int v = 0; v < kmc->state->nvoxels; v++)
    if (kmc->state->solid[v]) GB_CALL(redraw(kmc, v));
  return GB_OK;
}

GbStatus GbKmcRefresh(GbKmc *kmc)
{
  const GbDrive held = {0};
  for (int v = 0; v < kmc->state->nvoxels; v++)
    set_directions(kmc, v);
  GB_CALL(set_material(kmc, kmc->state->temperature_K));
  GB_CALL(solve_state(kmc, &held));
  remember(kmc);
  return GB_OK;
}

double GbKmcMeanStress(const GbKmc *kmc)
{
  return GbElasticityMean(kmc->elasticity, IN(kmc->state->stress), GB_ZZ);
}

void GbKmcProfileStart(GbKmc *kmc)
{
  kmc->profiling = true;
  kmc->profile = (GbKmcProfile){0};
}

GbKmcProfile GbKmcGetProfile(const GbKmc *kmc)
{
  return kmc->profile;
}

double GbKmcTotalRate(const GbKmc *kmc)
{
  GbKmc *work = (GbKmc *)kmc; /* only its scratch arrays change */
  set_activities(work, NULL);
  return kmc->calibration->laws.attempt_frequency_Hz *
         GbRatesBlocks(kmc->nmodes_padded, kmc->activity, inverse_kT(kmc), work->block_sum);
}

static GbStatus allocate(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  size_t nv = (size_t)s->nvoxels, nm = nv * (size_t)s->nmodes;
  size_t padded = (nm + GB_RATE_BLOCK - 1) / GB_RATE_BLOCK * GB_RATE_BLOCK;
  kmc->nmodes_padded = (int)padded;
  GB_CALLOC(kmc->half_sin, nm);
  GB_CALLOC(kmc->cos, nm);
  GB_CALLOC(kmc->activity, padded);
  GB_CALLOC(kmc->activity_rate, padded);
  GB_CALLOC(kmc->rate_work, padded);
  GB_CALLOC(kmc->block_sum, padded / GB_RATE_BLOCK);
  GB_CALLOC(kmc->mu, nv);
  GB_CALLOC(kmc->bulk, nv);
  GB_CALLOC(kmc->eigenstrain, nv);
  GB_CALLOC(kmc->response, nv);
  GB_CALLOC(kmc->stress_rate, nv);
  GB_CALLOC(kmc->end_stress, nv);
  GB_CALLOC(kmc->middle_stress, nv);
  for (size_t j = 0; j < padded; j++)
    kmc->activity[j] = GB_INACTIVE;
  return GB_OK;
}

static GbStatus set_up(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  const GbCalibrationLaws *laws = &kmc->calibration->laws;
  const double edge = s->grid.edge_nm, part = laws->event_volume_nm3.value / (edge * edge * edge);
  kmc->gamma = laws->event_shear.value * part;
  kmc->dilatation = laws->event_dilatation.value * part;
  kmc->part = fmin(part, 1);
  GB_CALL(GbModesCreate(&s->grid, s->nmodes, &kmc->modes));
  GB_CALL(GbDrawLawCreate(kmc->calibration, &kmc->draws));
  GB_CALL(allocate(kmc));
  for (int v = 0; v < s->nvoxels; v++)
    set_directions(kmc, v);
  GB_CALL(GbWaitingCreate(&kmc->waiting));
  GB_CALL(GbElasticityCreate(kmc->comm, &s->grid, s->solid, GB_ELASTIC_AUTO, &kmc->elasticity));
  GB_CALL(GbElasticityLoad(kmc->elasticity, s->memory));
  return set_material(kmc, s->temperature_K);
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
  GbElasticityDestroy(&k->elasticity);
  GbWaitingDestroy(&k->waiting);
  GbDrawLawDestroy(&k->draws);
  GbModesFree(&k->modes);
  free(k->half_sin);
  free(k->cos);
  free(k->activity);
  free(k->activity_rate);
  free(k->rate_work);
  free(k->block_sum);
  free(k->mu);
  free(k->bulk);
  free(k->eigenstrain);
  free(k->response);
  free(k->stress_rate);
  free(k->end_stress);
  free(k->middle_stress);
  free(k);
  *kmc = NULL;
}
