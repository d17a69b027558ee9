/* Kinetic Monte Carlo on the bounds of thinning.h: exact, at a small part of the cost.
 *
 * One turn: where no mode can become unstable, a waiting time to the next candidate is drawn from
 * the sum of the bounds, which grows exponentially while the load moves (closed form); the
 * candidate voxel's true stress and rates decide. A candidate that is accepted is an event; one
 * that is not only moves time. The process has no memory, so a run may be cut anywhere.
 *
 * Instability. A mode at zero barrier has the rate nu_0, so while all bounds together stay below
 * nu_0/2 nothing can be unstable, nor become so before the axial stress has moved by HORIZON_BITS.
 * Else every block whose bound reaches nu_0/2 is brought up to date, its unstable modes are found,
 * and the time to the next that will be one; the most unstable fires first, as in the reference.
 *
 * The mean stress is that of the reference: uniaxial, S = E' (eps_zz - mean eigenstrain), moved by
 * the drive and by every event. A flush solves the field anew from the eigenstrain alone; it
 * happens after a number of events that depends on the size of the sample only, and at the start
 * and end of a run, so runs that are continued give the same bits as those that are not. */
#include "mesoscale/events/kmc_internal.h"

#include "base/rng.h"
#include "base/stop.h"
#include "mesoscale/events/thinning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double HORIZON_BITS = 0.3; /* growth of all bounds by the load before a flush */
enum { CAPACITY_LEAST = 64, CAPACITY_MOST = 2048, STOP_INTERVAL = 64 };

typedef struct {
  GbKmc *kmc;
  GbThinning *t;
  const GbDrive *drive;
  GbEventCallback callback;
  void *context;
  double axial_rate; /* GPa/s of the drive */
  double modulus;    /* GPa: axial stress per mean strain zz */
  double poisson;    /* of the eigenstrain along y in plane strain, else 0 */
  double thermal;    /* dilatation per change of alpha */
  int64_t rejected;  /* since the last flush */
  bool stop;
} Run;

/* --- Setting up --------------------------------------------------------------------------------
 */

static GbStatus create(GbKmc *kmc)
{
  const GbMesoState *s = kmc->state;
  GbResponse *response;
  if (kmc->thinning) return GB_OK;
  const double root = 4 * sqrt((double)s->nvoxels);
  const int capacity = (int)fmin(fmax(root, CAPACITY_LEAST), CAPACITY_MOST);
  GB_CALLOC(response, 1);
  kmc->response_table = response;
  GB_CALL(GbResponseCreate(kmc->comm, &s->grid, &kmc->modes, kmc->elasticity, response));
  const GbThinningInput input = {.comm = kmc->comm,
                                 .state = s,
                                 .modes = &kmc->modes,
                                 .response = response,
                                 .activation = kmc->activation,
                                 .back_activation = kmc->back_activation,
                                 .gamma = kmc->gamma};
  GB_CALL(GbThinningCreate(&input, capacity, &kmc->thinning));
  /* The table was solved with the solver whose memory belongs to the state. */
  return GbElasticityLoad(kmc->elasticity, s->memory);
}

void GbKmcThinningDestroy(GbKmc *kmc)
{
  GbThinningDestroy(&kmc->thinning);
  if (kmc->response_table) GbResponseFree(kmc->response_table);
  free(kmc->response_table);
  kmc->response_table = NULL;
}

static double expansion_slope(const GbKmc *kmc)
{
  return fabs(GbCalibrationExpansion(kmc->calibration, 1) -
              GbCalibrationExpansion(kmc->calibration, 0));
}

static GbStatus flush(Run *run)
{
  GbKmc *kmc = run->kmc;
  GbMesoState *s = kmc->state;
  GbKmcSetEigenstrain(kmc, s->temperature_K);
  GB_CALL(GbKmcSolve(kmc, run->drive, s->mean_strain, s->stress));
  GbKmcLap(kmc, &kmc->profile.elastic_s);
  GbThinningFlush(run->t, GbKmcMeanStress(kmc));
  run->rejected = 0;
  kmc->profile.flushes++;
  GbKmcLap(kmc, &kmc->profile.rates_s);
  return GB_OK;
}

static GbStatus start(Run *run)
{
  GbKmc *kmc = run->kmc;
  const GbMesoState *s = kmc->state;
  GB_CALL(create(kmc));
  run->t = kmc->thinning;
  GB_CALL(GbKmcNeedResponse(kmc));
  run->modulus = GbElasticityMean(kmc->elasticity, GB_IN(kmc->response), GB_ZZ);
  run->axial_rate =
      run->drive->stress_controlled ? 0 : run->drive->strain_rate_per_s * run->modulus;
  run->poisson = (3 * kmc->bulk[0] - 2 * kmc->mu[0]) / (2 * (3 * kmc->bulk[0] + kmc->mu[0]));
  if (!kmc->modes.plane) run->poisson = 0;
  run->thermal = 3 * (s->temperature_K - s->reference_temperature_K);
  const double dilatation = fabs(kmc->dilatation) + 2 * fabs(run->thermal) * expansion_slope(kmc);
  GB_CALL(GbThinningLoad(run->t, dilatation, s->temperature_K));
  return flush(run);
}

/* --- Moving on ---------------------------------------------------------------------------------
 */

static void advance(Run *run, double by)
{
  GbKmc *kmc = run->kmc;
  GbMesoState *s = kmc->state;
  s->time_s += by;
  run->t->axial += run->axial_rate * by;
  if (run->axial_rate == 0) return;
  for (int a = 0; a < kmc->ncontrolled; a++)
    s->mean_strain[kmc->controlled[a]] += run->drive->strain_rate_per_s * by * kmc->lateral[a];
}

/* What the new eigenstrain of one voxel does to the mean stress, or to the mean strain. */
static void relax_mean(Run *run, const double change[GB_NTENSOR])
{
  GbMesoState *s = run->kmc->state;
  const double strain = (change[GB_ZZ] + run->poisson * change[GB_YY]) / s->nvoxels;
  if (run->drive->stress_controlled)
    s->mean_strain[GB_ZZ] += strain;
  else
    run->t->axial -= run->modulus * strain;
}

static GbStatus fire(Run *run, int voxel, int mode, bool athermal,
                     const double deviator[GB_NDEVIATOR])
{
  GbKmc *kmc = run->kmc;
  GbMesoState *s = kmc->state;
  const int nc = kmc->modes.ncomponents, j = voxel * kmc->nslots + mode;
  const double *p = kmc->projection + (size_t)j * (size_t)nc;
  double before[GB_NTENSOR], change[GB_NTENSOR], source[GB_NSOURCE], tau = 0;
  GbEventRecord record;
  for (int k = 0; k < nc; k++) {
    tau += p[k] * deviator[k];
    source[k] = kmc->gamma * p[k];
  }
  memcpy(before, s->plastic[voxel], sizeof before);
  GB_CALL(GbKmcTransform(kmc, j, athermal, &record));
  record.tau_GPa = tau;
  const double expanded = GbCalibrationExpansion(kmc->calibration, s->chi[voxel]) -
                          GbCalibrationExpansion(kmc->calibration, record.chi_before);
  source[nc] = (record.back ? -kmc->dilatation : kmc->dilatation) + run->thermal * expanded;
  if (fabs(source[nc]) > run->t->largest_dilatation * (1 + 1e-12))
    GB_FAIL(GB_ERR_NUMERIC, "event %lld: dilatation %g beyond the largest that bounds count, %g",
            (long long)s->events, source[nc], run->t->largest_dilatation);
  GbKmcLap(kmc, &kmc->profile.draw_s);
  for (int t = 0; t < GB_NTENSOR; t++)
    change[t] = s->plastic[voxel][t] - before[t];
  change[GB_ZZ] += run->thermal * expanded / 3;
  GbThinningEvent(run->t, voxel, source, deviator);
  GbKmcLap(kmc, &kmc->profile.near_s);
  GbThinningDefer(run->t);
  relax_mean(run, change);
  if (s->way_back && !record.back) {
    double after[GB_NDEVIATOR];
    GbThinningStress(run->t, voxel, after);
    GbKmcSetWayBack(kmc, &record, after);
    GbThinningSetWayBack(run->t, voxel);
  }
  kmc->profile.events++;
  GbKmcLap(kmc, &kmc->profile.bound_s);
  if (run->t->ndeferred == run->t->capacity) GB_CALL(flush(run));
  if (!run->callback) return GB_OK;
  return GbKmcReport(kmc, run->t->axial, &record, run->callback, run->context, &run->stop);
}

/* --- Instability -------------------------------------------------------------------------------
 */

typedef struct {
  int voxel, mode; /* -1: none */
  double activity; /* eV, of a mode that is unstable now */
  double after_s;  /* until the first one that is not yet */
  double deviator[GB_NDEVIATOR];
} Instability;

static void examine_voxel(const Run *run, int voxel, Instability *found)
{
  const GbKmc *kmc = run->kmc;
  const int nc = kmc->modes.ncomponents;
  const GbTensor axial = {[GB_ZZ] = run->axial_rate};
  double deviator[GB_NDEVIATOR], rate[GB_NDEVIATOR];
  GbThinningStress(run->t, voxel, deviator);
  GbModesDeviator(&kmc->modes, axial, rate);
  for (int m = 0; m < kmc->nslots; m++) {
    const double *p = kmc->projection + (size_t)(voxel * kmc->nslots + m) * (size_t)nc;
    const double volume = m == kmc->state->nmodes ? kmc->back_activation : kmc->activation;
    double a = -GbKmcBarrier(kmc, voxel, m), b = 0;
    for (int k = 0; k < nc; k++) {
      a += volume * p[k] * deviator[k];
      b += volume * p[k] * rate[k];
    }
    const double after = a >= 0 ? 0 : b > 0 ? -a / b : HUGE_VAL;
    if (after > found->after_s || (after == 0 && found->voxel >= 0 && a <= found->activity))
      continue;
    found->voxel = voxel;
    found->mode = m;
    found->activity = a;
    found->after_s = after;
    memcpy(found->deviator, deviator, sizeof found->deviator);
  }
}

/* The most unstable mode now, or the first to become unstable within `found->after_s`. */
static void examine(Run *run, Instability *found)
{
  GbThinning *t = run->t;
  const double limit = exp2(GB_THINNING_SHIFT - 1) / GbThinningAxialFactor(t, t->axial);
  for (int block = 0; block < t->nblocks; block++) {
    if (GbThinningBlockBound(t, block) < limit) continue;
    GbThinningRefresh(t, block);
    run->kmc->profile.refreshes++;
    for (int l = 0; l < GB_BLOCK; l++)
      if (t->voxel[block * GB_BLOCK + l] >= 0)
        examine_voxel(run, t->voxel[block * GB_BLOCK + l], found);
  }
}

/* --- Candidates --------------------------------------------------------------------------------
 */

/* Which mode a candidate fires, given acceptance: the part of the total below `target`. */
static int choose_mode(const GbThinning *t, int nslots, double target)
{
  int mode = 0;
  for (; mode < nslots - 1; mode++) {
    if (target < t->mode_rate[mode]) break;
    target -= t->mode_rate[mode];
  }
  return mode;
}

static GbStatus try_candidate(Run *run, double growth, double choice, double acceptance)
{
  GbKmc *kmc = run->kmc;
  GbThinning *t = run->t;
  double bound, deviator[GB_NDEVIATOR];
  const int voxel = GbThinningChoose(t, choice, &bound);
  GbThinningStress(t, voxel, deviator);
  const double rate = GbThinningRate(t, voxel, deviator), target = acceptance * bound * growth;
  kmc->profile.candidates++;
  if (rate > bound * growth)
    GB_FAIL(GB_ERR_NUMERIC, "event %lld: rate of voxel %d above its bound by a factor of 1 + %g",
            (long long)kmc->state->events, voxel, rate / (bound * growth) - 1);
  if (target < rate) {
    const int mode = choose_mode(t, kmc->nslots, target);
    GbKmcLap(kmc, &kmc->profile.choice_s);
    return fire(run, voxel, mode, false, deviator);
  }
  GbThinningTighten(t, voxel, deviator);
  GbKmcLap(kmc, &kmc->profile.choice_s);
  if (++run->rejected > t->capacity) return flush(run);
  return GB_OK;
}

/* One turn within `left` seconds; *by: how far time moved. */
static GbStatus turn(Run *run, double left, double *by)
{
  GbKmc *kmc = run->kmc;
  GbMesoState *s = kmc->state;
  GbThinning *t = run->t;
  const double bits = 0.5 * t->bound_beta * fabs(run->axial_rate); /* of all bounds per second */
  if (0.5 * t->bound_beta * fabs(t->axial - t->axial_reference) > HORIZON_BITS) GB_CALL(flush(run));
  const double now = GbThinningAxialFactor(t, t->axial);
  Instability found = {.voxel = -1, .after_s = bits > 0 ? fmin(left, HORIZON_BITS / bits) : left};
  if (t->total * now >= exp2(GB_THINNING_SHIFT - 1)) examine(run, &found);
  if (found.voxel >= 0 && found.activity >= 0)
    return fire(run, found.voxel, found.mode, true, found.deviator);

  uint64_t words[4];
  GbRngWords(s->seed, GB_RNG_THINNING, (uint64_t)s->draws++, 0, 0, words);
  const double rate =
      kmc->calibration->laws.attempt_frequency_Hz * exp2(-GB_THINNING_SHIFT) * t->total * now;
  const double hazard = -log(GbRngUniformFromWord(words[0])), growth = bits * M_LN2;
  const double wait = growth > 0 ? log1p(growth * hazard / rate) / growth : hazard / rate;
  *by = fmin(wait, found.after_s);
  advance(run, *by);
  if (wait < found.after_s)
    return try_candidate(run, now * exp2(bits * wait), GbRngUniformFromWord(words[1]),
                         GbRngUniformFromWord(words[2]));
  if (found.voxel < 0) return GB_OK;
  GbThinningStress(t, found.voxel, found.deviator);
  return fire(run, found.voxel, found.mode, true, found.deviator);
}

GbStatus GbKmcRunThinning(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                          double *done_s)
{
  GbMesoState *s = kmc->state;
  Run run = {.kmc = kmc, .drive = drive, .callback = callback, .context = context};
  const int64_t first = s->events;
  GbStatus status = GB_OK;
  s->hazard_left = 0; /* the process has no memory: the reference draws anew */
  GB_CALL(start(&run));
  for (int64_t turns = 0; !run.stop && status == GB_OK; turns++) {
    if (turns % STOP_INTERVAL == 0 && (status = GbStopCheck(kmc->comm)) != GB_OK) break;
    if (drive->max_events > 0 && s->events - first >= drive->max_events) break;
    double left =
        drive->end_time_s > 0 ? drive->end_time_s - s->time_s : drive->duration_s - *done_s;
    double by = 0;
    if (!(left > 0)) break;
    status = turn(&run, left, &by);
    *done_s += by;
  }
  kmc->profile.near_blocks += run.t->near_blocks;
  run.t->near_blocks = 0;
  if (status != GB_OK && status != GB_ERR_STOPPED) GB_CALL(status);
  GB_CALL(flush(&run)); /* the state's stress is up to date */
  return status;
}
