/* Bytes that an event moves, part by part, if no cache held anything from one use to the next: what
 * the arrays of each part hold, times how often the profile says that they were gone through. V
 * voxels of M modes in V/64 blocks; n components of a stress deviator, 2 in plane strain, else 5.
 *
 * Thinning. Numbers of blocks are single precision, those that decide are double.
 *
 * - draw: barriers, orientation and frame of one voxel, in both precisions.
 *
 * - near, per near block and voxel: an entry of the response (n (n+1) numbers in whole cache
 * lines); frame n^2, stress n twice, barriers M, offset, rate and number.
 *
 * - bound, per block: factor, growth twice, sum.
 *
 * - choice, per candidate: sums of all rows and of one row's blocks, rates of one block; entry and
 *   source per deferred event, of which there are half of a flush's on average; barriers and frame
 *   of the voxel. Per refreshed block the same entries for each of its voxels.
 *
 * - elastic, per flush: strain in and stress out, transforms of the displacements there and back.
 *
 * - rates, per flush: stress, frame, barriers and rates of all voxels.
 *
 * Full. One solution per event. Rates go through barriers, projections and activities twice and
 * through activities twice more; the waiting time through all of these and the activities' rates
 * once and, at least, through both of the latter twice more. */
#include "mesoscale/bench/bench.h"

#include <math.h>

enum { BLOCK = 64, CACHE_LINE = 64 };
enum { DRAW = 0, NEAR, BOUND, CHOICE, ELASTIC, RATES };

typedef struct {
  double voxels, modes, components, blocks, rows; /* rows of blocks */
  double dim;
} Sizes;

static Sizes sizes_of(const GbEventBenchOptions *o)
{
  const double edge = o->dim == 2 ? 8 : 4, along = ceil(o->size / edge);
  return (Sizes){.voxels = pow(o->size, o->dim),
                 .modes = o->nmodes,
                 .components = o->dim == 2 ? 2 : 5,
                 .blocks = pow(along, o->dim),
                 .rows = pow(along, o->dim - 1),
                 .dim = o->dim};
}

/* Eigenstrain and stress of all components; each of dim displacements is read and written along
 * each of dim axes, there and back, and once by the product with the Green operator. */
static double solution_bytes(const Sizes *s)
{
  const double fields = 2 * sizeof(double) * GB_NTENSOR;
  return s->voxels * (fields + 2 * sizeof(double) * s->dim * (2 * s->dim + 1));
}

static double response_bytes(const Sizes *s)
{
  return CACHE_LINE * ceil(sizeof(double) * s->components * (s->components + 1) / CACHE_LINE);
}

static double draw_bytes(const Sizes *s)
{
  return (sizeof(double) + sizeof(float)) * (s->modes + s->components * s->components) +
         sizeof(double) * (s->components == 2 ? 1 : GB_NORIENTATION);
}

static void count_thinning(const Sizes *s, GbEventBenchResult *result)
{
  const GbKmcProfile *p = &result->profile;
  const double n = s->components, events = (double)result->options.events;
  const double flushes = fmax((double)p->flushes, 1) / events;
  const double deferred = 0.5 / flushes, along = s->blocks / s->rows;
  const double lane = response_bytes(s) + sizeof(float) * (n * n + 2 * n + s->modes + 3);
  const double candidate = sizeof(double) * s->rows + (sizeof(double) + sizeof(float)) * along +
                           sizeof(float) * BLOCK + sizeof(double) * (s->modes + n * n) +
                           deferred * (response_bytes(s) + sizeof(double) * (n + 1));
  const double refresh = BLOCK * (deferred * response_bytes(s) + lane - response_bytes(s));
  const double voxel =
      sizeof(double) * (GB_NTENSOR + n + n * n) + sizeof(float) * (n * n + n + s->modes + 2);
  result->parts[NEAR].bytes = (double)p->near_blocks / events * BLOCK * lane;
  result->parts[BOUND].bytes = s->blocks * (3 * sizeof(float) + sizeof(double));
  result->parts[CHOICE].bytes =
      ((double)p->candidates * candidate + (double)p->refreshes * refresh) / events;
  result->parts[ELASTIC].bytes = flushes * solution_bytes(s);
  result->parts[RATES].bytes = flushes * s->voxels * voxel;
}

static void count_full(const Sizes *s, GbEventBenchResult *result)
{
  const double modes = sizeof(double) * s->voxels * s->modes, pass = modes * (s->components + 2);
  result->parts[CHOICE].bytes = pass + modes + 2 * 2 * modes;
  result->parts[ELASTIC].bytes = solution_bytes(s);
  result->parts[RATES].bytes = 2 * pass + 2 * modes;
}

void GbEventBenchCountBytes(GbEventBenchResult *result)
{
  const Sizes s = sizes_of(&result->options);
  for (int p = 0; p < GB_EVENT_PARTS; p++)
    result->parts[p].bytes = 0;
  result->parts[DRAW].bytes = draw_bytes(&s);
  if (result->options.method == GB_KMC_THINNING)
    count_thinning(&s, result);
  else
    count_full(&s, result);
}
