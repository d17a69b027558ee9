/* Event census over the snapshots of the tension test, and chi of the zones through the cycles. */
#include "atomistic/statistics/study.h"

#include "atomistic/statistics/census.h"
#include "atomistic/statistics/fits.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Census
 * --------------------------------------------------------------------------------------- */

/* Mean stress of the tension test between two strains; of the nearest row if none lies there. */
static double stress_between(const GbProducts *p, double low, double high)
{
  double sum = 0.0, best = HUGE_VAL, nearest = 0.0;
  int count = 0;
  for (int i = 0; i < p->nsamples; i++) {
    const double distance = fabs(p->strain[i] - 0.5 * (low + high));
    if (distance < best) {
      best = distance;
      nearest = p->stress_GPa[i];
    }
    if (p->strain[i] <= low || p->strain[i] > high) continue;
    sum += p->stress_GPa[i];
    count++;
  }
  return count ? sum / count : nearest;
}

/* Zones of the first cycled state at or after a frame (the bands an event will be part of), or of
 * the last one. */
static GbStatus zones_at(const GbProducts *p, int frame, int n, int *zone)
{
  const GbProductState *best = NULL;
  for (int s = 0; s < p->nstates; s++)
    if (!best || best->frame < frame) best = &p->states[s];
  for (int i = 0; i < n; i++)
    zone[i] = best && best->natoms == n ? (int)best->zone[i] : GB_ZONE_MATRIX;
  return GB_OK;
}

static GbCensusOptions census_options(const GbStudy *study)
{
  const GbCalibrateConfig *c = study->config;
  return (GbCensusOptions){.d2min_threshold = c->census_d2min_A2,
                           .eta_threshold = c->census_eta,
                           .strain_cutoff = study->products.strain_cutoff_angstrom,
                           .cluster_cutoff = c->census_cluster_A,
                           .min_atoms = (int)c->census_min_atoms,
                           .region = 10.0 * c->coarse_grain_nm,
                           .atomic_volume = study->scale.atomic_volume};
}

static GbStatus one_pair(GbStudy *study, int frame, const GbPiece *before, const GbPiece *after,
                         int *zone)
{
  const GbProducts *p = &study->products;
  const GbCensusOptions options = census_options(study);
  const GbCensusFrame a = {&before->atoms, before->energy, before->chi};
  const GbCensusFrame b = {&after->atoms, after->energy, after->chi};
  const int64_t first = study->calibration.events.n;
  GB_CALL(zones_at(p, frame, after->atoms.n, zone));
  const GbCensusLabels labels = {
      .strain = p->frame_strain[frame],
      .stress_GPa = stress_between(p, p->frame_strain[frame - 1], p->frame_strain[frame]),
      .zone = zone};
  GB_CALL(GbCensusPair(&a, &b, &labels, &options, &study->calibration.events,
                       &study->events_at_surface));
  GbLogDebug("frame %d: strain %.4f, %lld events, mean chi %.3f", frame, labels.strain,
             (long long)(study->calibration.events.n - first),
             GbChiMean(after->atoms.n, after->chi, NULL, NULL));
  return GB_OK;
}

GbStatus GbStudyCensus(GbStudy *study)
{
  char path[GB_PRODUCT_PATH_MAX];
  const int frames = study->products.nframes;
  const int used = (int)fmin(frames, (double)study->config->census_frames);
  GbPiece pieces[2] = {{.energy = NULL}, {.energy = NULL}};
  GbProgress progress;
  GbStatus status = GB_OK;
  int *zone = NULL;
  GbProgressStart(&progress, "event census", "snapshots", used);
  /* The first `used` snapshots: consecutive ones, so that events do not merge. */
  for (int f = 0; f < used; f++) {
    GbPiece *now = &pieces[f % 2];
    GbPieceFree(now);
    GbProductFrame(study->run->folder, f, path);
    GB_TRY(status, GbStudyPiece(study, path, now), done);
    if (!zone) GB_TRY(status, GbCalloc((void **)&zone, (size_t)now->atoms.n, sizeof *zone), done);
    if (f > 0) GB_TRY(status, one_pair(study, f, &pieces[(f + 1) % 2], now, zone), done);
    GbProgressUpdate(&progress, f + 1);
  }
  GbProgressEnd(&progress);
  GbLogInfo("census: %lld events in %d snapshots, %lld more at free surfaces",
            (long long)study->calibration.events.n, used, (long long)study->events_at_surface);
done:
  free(zone);
  GbPieceFree(&pieces[0]);
  GbPieceFree(&pieces[1]);
  return status;
}

/* --- Cycling
 * -------------------------------------------------------------------------------------- */

/* Sums over the cycled states, so that each zone has one row. */
typedef struct {
  double *chi[GB_NZONES], *weight[GB_NZONES];
} CycleSums;

static GbStatus add_snapshot(GbStudy *study, int s, int cycle, bool *select, CycleSums *sums)
{
  const GbProductState *state = &study->products.states[s];
  char path[GB_PRODUCT_PATH_MAX];
  GbPiece piece;
  GbProductCycle(study->run->folder, s, cycle, path);
  GbStatus status = GbStudyPiece(study, path, &piece);
  for (int z = 0; status == GB_OK && z < GB_NZONES; z++) {
    int64_t count;
    for (int i = 0; i < state->natoms; i++)
      select[i] = state->zone[i] == z;
    const double mean = GbChiMean(state->natoms, piece.chi, select, &count);
    if (count == 0) continue;
    sums->chi[z][cycle] += mean * (double)count;
    sums->weight[z][cycle] += (double)count;
  }
  GbPieceFree(&piece);
  GB_CALL(status);
  return GB_OK;
}

/* Fraction of the zone over all states, weighted by their atoms. */
static double pooled_fraction(const GbProducts *p, int z, int cycle)
{
  double sum = 0.0, weight = 0.0;
  for (int s = 0; s < p->nstates; s++) {
    const GbProductState *state = &p->states[s];
    if (state->count[z] == 0 || !isfinite(state->fraction[z][cycle])) continue;
    sum += state->fraction[z][cycle] * (double)state->count[z];
    weight += (double)state->count[z];
  }
  return weight > 0.0 ? sum / weight : NAN;
}

static GbStatus fill_zone(GbStudy *study, int z, const CycleSums *sums)
{
  const GbProducts *p = &study->products;
  GbCalibrationCycling *c = &study->calibration.cycling;
  const int columns = p->ncycles + 1;
  GB_CALLOC(c->fraction[z], columns);
  GB_CALLOC(c->chi[z], columns);
  for (int s = 0; s < p->nstates; s++)
    c->atoms[z] += p->states[s].count[z];
  for (int k = 0; k < columns; k++) {
    c->fraction[z][k] = pooled_fraction(p, z, k);
    c->chi[z][k] = sums->weight[z][k] > 0.0 ? sums->chi[z][k] / sums->weight[z][k] : NAN;
  }
  const GbBootstrapOptions bootstrap = GbStudyBootstrap(study, GB_STREAM_CYCLING + (uint64_t)z);
  GB_CALL(
      GbFitCycling(&bootstrap, columns, c->fraction[z], &c->f_zero[z], &c->f_inf[z], &c->n_c[z]));
  GbLogInfo("cycles, %s: %lld atoms, fraction %.4f -> %.4f, chi %.3f -> %.3f", gb_zone_names[z],
            (long long)c->atoms[z], c->fraction[z][0], c->fraction[z][columns - 1], c->chi[z][0],
            c->chi[z][columns - 1]);
  return GB_OK;
}

GbStatus GbStudyCycling(GbStudy *study)
{
  const GbProducts *p = &study->products;
  GbCalibrationCycling *c = &study->calibration.cycling;
  const int columns = p->ncycles + 1;
  CycleSums sums = {{NULL}, {NULL}};
  GbProgress progress;
  bool *select = NULL;
  GbStatus status = GB_OK;
  c->ncycles = p->ncycles;
  c->temperature_low_K = p->cycle_low_K;
  c->temperature_high_K = p->cycle_high_K;
  for (int z = 0; z < GB_NZONES; z++) {
    GB_TRY(status, GbCalloc((void **)&sums.chi[z], (size_t)columns, sizeof(double)), done);
    GB_TRY(status, GbCalloc((void **)&sums.weight[z], (size_t)columns, sizeof(double)), done);
  }
  GbProgressStart(&progress, "chi through cycles", "snapshots", fmax(1, p->nstates * columns));
  for (int s = 0; s < p->nstates; s++) {
    free(select);
    GB_TRY(status, GbCalloc((void **)&select, (size_t)p->states[s].natoms, sizeof *select), done);
    for (int k = 0; k < columns; k++) {
      GB_TRY(status, add_snapshot(study, s, k, select, &sums), done);
      GbProgressUpdate(&progress, s * columns + k + 1);
    }
  }
  GbProgressEnd(&progress);
  for (int z = 0; z < GB_NZONES; z++)
    GB_TRY(status, fill_zone(study, z, &sums), done);
done:
  free(select);
  for (int z = 0; z < GB_NZONES; z++) {
    free(sums.chi[z]);
    free(sums.weight[z]);
  }
  return status;
}
