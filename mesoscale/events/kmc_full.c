/* The reference method: the stress of all voxels is solved after every event.
 *
 * Within a segment of time the stress is linear in time. At constant temperature that is exact: it
 * moves along the unit response. Under a temperature program the segment's end is solved with the
 * moduli and thermal strain there, and its middle too: the segment is halved until the middle
 * agrees with linearity to STRESS_TOLERANCE. Events and segment ends are then solved again exactly,
 * so errors do not add up. Segments end at multiples of SEGMENT_K and at the calibration's
 * temperatures, where moduli have kinks.
 *
 * A mode reaching zero barrier within a segment ends the segment there and fires at that instant;
 * up to it the rate stays below nu_0, so no rate needs a cap.
 *
 * Without temperature two drivers share these parts. Quasistatic: the strain grows to the first
 * instability, what it triggers follows at that strain, one event at a time, most unstable first.
 * Extremal (Baret, Vandembroucq, Roux, Phys. Rev. Lett. 89, 195506 (2002)): every event is the one
 * that would come first on loading from the present state, at the strain that just makes it, which
 * may lie behind the present one.
 *
 * Nothing that matters is hidden: the elastic solver's memory and the hazard left before the next
 * event live in the state, and everything else is derived from it in the same way in every process.
 */
#include "mesoscale/events/kmc_internal.h"

#include "base/rng.h"
#include "base/stop.h"
#include "mesoscale/events/rates.h"

#include <math.h>
#include <string.h>

static const double SEGMENT_K = 100;
static const double SEGMENT_LEAST_K = 0.05;
/* GPa: changes a rate by V* 1e-5 / kT, 0.1 % at 77 K for V* = 0.1 nm^3. */
static const double STRESS_TOLERANCE = 1e-5;

/* Chooses a mode with probability proportional to its rate. */
static int choose_mode(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  double total =
      GbRatesBlocks(kmc->nmodes_padded, kmc->activity, GbKmcInverseKT(kmc), kmc->block_sum);
  double left = total * GbRngUniform(s->seed, GB_RNG_EVENT_CHOICE, (uint64_t)s->events, 0, 0);
  int nblocks = kmc->nmodes_padded / GB_RATE_BLOCK, block = 0, last = -1;
  while (block < nblocks - 1 && left >= kmc->block_sum[block])
    left -= kmc->block_sum[block++];
  for (int i = 0; i < GB_RATE_BLOCK; i++) { /* the block's own rounding may leave a remainder */
    int j = block * GB_RATE_BLOCK + i;
    if (kmc->activity[j] <= GB_INACTIVE) continue;
    last = j;
    left -= exp(fmin(kmc->activity[j] * GbKmcInverseKT(kmc), 0));
    if (left < 0) break;
  }
  return last;
}

/* --- Segments ----------------------------------------------------------------------------------
 */

static double strain_rate(const GbDrive *drive)
{
  return drive->stress_controlled ? 0 : drive->strain_rate_per_s;
}

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
static GbStatus foresee(GbKmc *kmc, const GbDrive *drive, double after, double mean[GB_NTENSOR],
                        GbTensor *stress)
{
  GB_CALL(
      GbKmcSetMaterial(kmc, kmc->state->temperature_K + drive->temperature_rate_K_per_s * after));
  return GbKmcSolve(kmc, drive, mean, stress);
}

static double largest_deviation(const GbKmc *kmc)
{
  double largest = 0;
  for (int v = 0; v < kmc->state->nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      largest = fmax(largest, fabs(kmc->middle_stress[v][t] -
                                   0.5 * (kmc->state->stress[v][t] + kmc->end_stress[v][t])));
  return largest;
}

/* A segment of a temperature program over which the stress is linear to the tolerance: its length
 * and stress_rate. */
static GbStatus plan_segment(GbKmc *kmc, const GbDrive *drive, double left, double *length)
{
  const GbMesoState *s = kmc->state;
  const double heating = drive->temperature_rate_K_per_s;
  double span = time_to_kink(kmc, heating, left), end[GB_NTENSOR], middle[GB_NTENSOR];
  memcpy(end, s->mean_strain, sizeof end);
  end[GB_ZZ] += strain_rate(drive) * span;
  GB_CALL(foresee(kmc, drive, span, end, kmc->end_stress));
  for (;;) {
    memcpy(middle, s->mean_strain, sizeof middle);
    middle[GB_ZZ] += 0.5 * strain_rate(drive) * span;
    GB_CALL(foresee(kmc, drive, 0.5 * span, middle, kmc->middle_stress));
    bool linear = largest_deviation(kmc) <= STRESS_TOLERANCE;
    if (linear || fabs(heating) * span <= SEGMENT_LEAST_K) break;
    span *= 0.5;
    memcpy(kmc->end_stress, kmc->middle_stress, (size_t)s->nvoxels * sizeof(GbTensor));
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
  const double rate = strain_rate(drive);
  memset(kmc->stress_rate, 0, (size_t)kmc->state->nvoxels * sizeof(GbTensor));
  if (rate == 0) return GB_OK;
  GB_CALL(GbKmcNeedResponse(kmc));
  GbKmcAddScaled(kmc->state->nvoxels, kmc->stress_rate, rate, (const GbTensor *)kmc->response);
  return GB_OK;
}

/* Moves time, load and temperature on, and brings the stress along. */
static GbStatus advance(GbKmc *kmc, const GbDrive *drive, double by)
{
  GbMesoState *s = kmc->state;
  const double strain = strain_rate(drive) * by;
  s->time_s += by;
  if (drive->temperature_rate_K_per_s != 0) {
    s->mean_strain[GB_ZZ] += strain;
    s->temperature_K += drive->temperature_rate_K_per_s * by;
    GB_CALL(GbKmcSetMaterial(kmc, s->temperature_K));
    return GbKmcSolve(kmc, drive, s->mean_strain, s->stress);
  }
  if (strain == 0) return GB_OK;
  GbKmcAddScaled(s->nvoxels, s->stress, by, (const GbTensor *)kmc->stress_rate);
  GbKmcStrain(kmc, strain);
  return GB_OK;
}

/* --- Events ------------------------------------------------------------------------------------
 */

static GbStatus fire(GbKmc *kmc, const GbDrive *drive, int mode, bool athermal,
                     GbEventCallback callback, void *context, bool *stop)
{
  GbMesoState *s = kmc->state;
  GbEventRecord record;
  const double tau = GbKmcResolved(kmc, mode, s->stress[mode / kmc->nslots]);
  double deviator[GB_NDEVIATOR];
  GB_CALL(GbKmcTransform(kmc, mode, athermal, &record));
  record.tau_GPa = tau;
  GbKmcLap(kmc, &kmc->profile.draw_s);
  GB_CALL(GbKmcUpdateMaterial(kmc, record.voxel));
  GB_CALL(GbKmcSolve(kmc, drive, s->mean_strain, s->stress));
  GbModesDeviator(&kmc->modes, s->stress[record.voxel], deviator);
  GbKmcSetWayBack(kmc, &record, deviator);
  /* As in a run continued from here: see GbKmcRun. */
  if (!kmc->options.uniform_moduli) kmc->response_valid = false;
  GbElasticityStore(kmc->elasticity, s->memory);
  kmc->profile.events++;
  kmc->profile.flushes++;
  GbKmcLap(kmc, &kmc->profile.elastic_s);
  if (!callback) return GB_OK;
  return GbKmcReport(kmc, GbKmcMeanStress(kmc), &record, callback, context, stop);
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
  GbKmcSetActivities(kmc, (const GbTensor *)kmc->stress_rate);
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
  GbKmcLap(kmc, &kmc->profile.choice_s);
  s->hazard_left = wait.event ? 0 : fmax(s->hazard_left - wait.hazard, 1e-300);
  GB_CALL(advance(kmc, drive, wait.time_s));
  GbKmcLap(kmc, &kmc->profile.elastic_s);
  *by = wait.time_s;
  *athermal = !wait.event && instability <= length;
  *mode = *athermal ? unstable : -1;
  if (!wait.event) return GB_OK;
  GbKmcSetActivities(kmc, NULL);
  *mode = choose_mode(kmc);
  GbKmcLap(kmc, &kmc->profile.rates_s);
  return GB_OK;
}

/* Without temperature: time to the mode that becomes unstable first on loading. Negative, or at
 * once, if it is unstable already. */
static GbStatus next_instability(GbKmc *kmc, const GbDrive *drive, double left, double *by,
                                 int *mode)
{
  GB_CALL(plan_isothermal(kmc, drive));
  GbKmcSetActivities(kmc, (const GbTensor *)kmc->stress_rate);
  double first = GbRatesInstability(kmc->nmodes_padded, kmc->activity, kmc->activity_rate, mode);
  *by = fmin(first, left);
  if (first > left) *mode = -1;
  return advance(kmc, drive, *by);
}

GbStatus GbKmcRunFull(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                      double *done_s)
{
  GbMesoState *s = kmc->state;
  const bool absolute = drive->end_time_s > 0;
  const int64_t first = s->events;
  bool stop = false;
  GB_CALL(GbKmcControl(kmc, drive, s->mean_strain, s->stress));
  while (!stop) {
    GB_CALL(GbStopCheck(kmc->comm));
    if (drive->max_events > 0 && s->events - first >= drive->max_events) break;
    GbKmcSetActivities(kmc, NULL);
    bool athermal = true;
    int mode = GbKmcMostActive(kmc);
    if (drive->driver == GB_DRIVER_EXTREMAL || mode < 0 || kmc->activity[mode] < 0) {
      double left = absolute ? drive->end_time_s - s->time_s : drive->duration_s - *done_s;
      double by = 0;
      if (!(left > 0)) break;
      GbKmcLap(kmc, &kmc->profile.rates_s);
      if (drive->driver == GB_DRIVER_THERMAL)
        GB_CALL(next_event(kmc, drive, left, &by, &mode, &athermal));
      else
        GB_CALL(next_instability(kmc, drive, left, &by, &mode));
      *done_s += by;
    }
    if (mode >= 0) GB_CALL(fire(kmc, drive, mode, athermal, callback, context, &stop));
  }
  return GB_OK;
}
