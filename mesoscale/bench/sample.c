/* The sample: chi normal about the calibrated mean, as in an as-quenched glass, and in a layer
 * x = z (mod size) of LAYER voxels along z the chi of steady flow. Compression along z shears
 * planes at 45 degrees most, so the layer is where a band would form, and it closes on itself
 * through the periodic boundaries.
 *
 * Localisation: the share of events in the densest tenth of the voxels, beside what it would be for
 * events at random, because of few events per voxel the densest tenth always holds more than a
 * tenth; and the share in the tenth that had slipped most before: whether bands stay. */
#include "mesoscale/bench/bench.h"

#include "mesoscale/events/draws.h"

#include <math.h>
#include <stdlib.h>

enum { LAYER = 5 };

static bool is_in_layer(const GbMesoState *state, int voxel)
{
  const GbGrid *grid = &state->grid;
  const int x = voxel % grid->nx, z = voxel / (grid->nx * grid->ny);
  return (z - x + grid->nz) % grid->nz < LAYER;
}

GbStatus GbEventBenchSample(const GbEventBenchOptions *options, const GbCalibration *calibration,
                            GbMesoState *state)
{
  const GbGrid grid = {.nx = options->size,
                       .ny = options->dim == 3 ? options->size : 1,
                       .nz = options->size,
                       .edge_nm = options->edge_nm,
                       .free_x = options->free_x};
  GB_CALL(GbMesoStateAllocate(state, &grid, options->nmodes));
  state->seed = options->seed;
  state->temperature_K = state->reference_temperature_K = options->temperature_K;
  GbDrawChi(calibration, state);
  for (int v = 0; v < state->nvoxels && options->seeded; v++)
    if (is_in_layer(state, v)) state->chi[v] = calibration->laws.chi_inf.value;
  return GB_OK;
}

/* --- Localisation -------------------------------------------------------------------------------
 */

typedef struct {
  double key, events;
  int voxel;
} Counted;

static int most_first(const void *a, const void *b)
{
  const Counted *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? 1 : -1;
  return (x->voxel > y->voxel) - (x->voxel < y->voxel);
}

/* Events in the tenth of the voxels with the largest keys; sorts. A voxel on the limit counts in
 * part. */
static double in_tenth(int n, Counted *voxels)
{
  const double tenth = 0.1 * n;
  double sum = 0;
  qsort(voxels, (size_t)n, sizeof *voxels, most_first);
  for (int i = 0; i < tenth; i++)
    sum += fmin(tenth - i, 1) * voxels[i].events;
  return sum;
}

/* Share in the densest tenth if events fall at random, `mean` in a voxel (Poisson): one less what
 * is in the other nine tenths, counted from the emptiest voxels. */
static double random_share(double mean)
{
  double left = 0.9, sum = 0;
  for (int events = 0; left > 0; events++) {
    const double voxels = exp(events * log(mean) - mean - lgamma(events + 1.0));
    sum += events * fmin(left, voxels);
    left -= voxels;
    if (events > mean && voxels < 1e-16) break;
  }
  return 1 - sum / mean;
}

GbStatus GbEventBenchLocalise(const GbMesoState *state, const double *slip, const int64_t *redraws,
                              GbEventBenchLocalisation *localisation)
{
  Counted *voxels;
  const int n = state->nvoxels;
  double all = 0;
  *localisation = (GbEventBenchLocalisation){0};
  GB_CALLOC(voxels, n);
  for (int v = 0; v < n; v++) { /* an event draws its voxel's barriers anew */
    voxels[v] = (Counted){slip[v], (double)(state->redraws[v] - redraws[v]), v};
    all += voxels[v].events;
  }
  if (all > 0) {
    localisation->persisted = in_tenth(n, voxels) / all;
    for (int i = 0; i < n; i++)
      voxels[i].key = voxels[i].events;
    localisation->densest = in_tenth(n, voxels) / all;
    localisation->random = random_share(all / n);
  }
  free(voxels);
  return GB_OK;
}
