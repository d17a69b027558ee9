/* Exact events without the stress of distant voxels (thinning: Lewis, Shedler, Nav. Res. Logist. Q.
 * 26, 403 (1979)).
 *
 * An event changes the stress of every voxel, but a rate exp((V* tau - Q)/kT) by no more than
 * exp(V* max|d tau|/kT), and most of the changes are tiny. So voxels lie in blocks of 8 x 8 (4 x 4
 * x 4). Blocks near an event get their stresses and rates at once. All others are deferred: the
 * block's rates grow by a factor, the largest that any direction of the event and of a mode, and
 * any place in the two blocks, allows. What the factors bound from above is
 *
 *     R_B = W_B rho_B A(t),  W_B = sum over voxels of r_v,  rho_B = prod of factors,
 *     A(t) = exp(V* |S(t) - S_ref| / 2kT),
 *
 * with S the axial mean stress, which is uniform, known exactly and moves with the load. Candidates
 * come at the rate sum of R_B, are given to a voxel in proportion to its bound, and are accepted
 * with the ratio of its true rate to the bound. The true stress is the sum over the deferred events
 * of their response at that one voxel. That is the exact process, whatever the bounds; tight bounds
 * only save candidates. A rejected candidate lowers the bound of its voxel to the truth. After some
 * hundred events the whole field is solved anew (flush).
 *
 * Bounds are in single precision with a margin for its rounding; everything that decides - stress,
 * rate, acceptance, choice of mode - is in double. Exponents are powers of 2, shifted so that a
 * mode at instability has 2^80 and one that is 2^206 times slower 2^-126, where slower ones are
 * held: above the truth. While all bounds together stay below 2^80 no mode can be unstable; else
 * the caller looks (GbThinningBlockBound).
 *
 * max over modes of |P : sigma| <= |sigma_dev| / sqrt 2, as |P|^2 = 1/2 and P is a deviator (equal
 * in plane strain); the norm of the response is bounded by (tr (K^T K)^8)^(1/16), at most 1.1 times
 * the spectral norm.
 *
 * Rejected: bounds for each voxel: no cheaper than true rates. */
#include "mesoscale/events/thinning.h"

#include "base/units.h"
#include "mesoscale/events/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* log2 of the margin: rounding of the polynomial and of growth factors, and of exponents. These are
 * a barrier less the work of a stress: the stress is rounded once, from double, then each
 * component's product and sum, so nt + 6 halves of an ulp are enough. Work beyond a barrier would
 * make a mode unstable, and modes point everywhere, so no stress exceeds about twice the largest
 * barrier. */
static const double MARGIN = 1e-5, HALF_ULP = 0x1p-24, EXPONENT_SCALE = 3;

enum { AHEAD = 16 }; /* entries of the response fetched before their use */

static inline int ntarget(const GbThinning *t)
{
  return t->in.modes->ncomponents;
}

/* --- Places ------------------------------------------------------------------------------------
 */

static void voxel_place(const GbGrid *grid, int voxel, int place[3])
{
  place[0] = voxel % grid->nx;
  place[1] = voxel / grid->nx % grid->ny;
  place[2] = voxel / (grid->nx * grid->ny);
}

static void block_place(const GbThinning *t, int block, int place[3])
{
  place[0] = block % t->nblocks_along[0];
  place[1] = block / t->nblocks_along[0] % t->nblocks_along[1];
  place[2] = block / (t->nblocks_along[0] * t->nblocks_along[1]);
}

/* Block and lane of a voxel: block * GB_BLOCK + lane. */
static size_t slot_of(const GbThinning *t, int voxel)
{
  int p[3];
  voxel_place(&t->in.state->grid, voxel, p);
  const int *e = t->edge, *n = t->nblocks_along;
  const int block = (p[2] / e[2] * n[1] + p[1] / e[1]) * n[0] + p[0] / e[0];
  const int lane = (p[2] % e[2] * e[1] + p[1] % e[1]) * e[0] + p[0] % e[0];
  return (size_t)block * GB_BLOCK + (size_t)lane;
}

void GbThinningSetVoxels(GbThinning *t)
{
  for (int b = 0; b < t->nblocks * GB_BLOCK; b++)
    t->voxel[b] = -1;
  for (int v = 0; v < t->in.state->nvoxels; v++)
    t->voxel[slot_of(t, v)] = v;
}

/* --- Stress of single voxels -------------------------------------------------------------------
 */

/* Signs of the components of a deviator under the mirrors x + 2 y + 4 z of an event's response.
 * From memory, since a row of them computed on the spot would stall the vector load after it. */
enum { NROW = 8 }; /* numbers of a Row: of a deviator, and some that mean nothing */
static const double mirror_signs[8][NROW] = {
    {1, 1, 1, 1, 1},   {1, -1, 1, 1, -1}, {1, 1, 1, -1, -1}, {1, -1, 1, -1, 1},
    {1, -1, 1, -1, 1}, {1, 1, 1, -1, -1}, {1, -1, 1, 1, -1}, {1, 1, 1, 1, 1},
};

typedef double Row __attribute__((vector_size(64), aligned(8)));

/* Adds the response to an event to stress[NROW], by columns of its matrix. */
static inline __attribute__((always_inline)) void
add_response(int nt, const double *entry, const int flip[3], const double *source, double *stress)
{
  const double *sign = mirror_signs[flip[0] + 2 * flip[1] + 4 * flip[2]];
  if (nt == 2) {
    const double turned = sign[1] * source[1];
    stress[0] += entry[0] * source[0] + entry[2] * turned + entry[4] * source[2];
    stress[1] += sign[1] * (entry[1] * source[0] + entry[3] * turned + entry[5] * source[2]);
    return;
  }
  Row sum = *(const Row *)(entry + nt * nt) * source[nt];
#pragma GCC unroll 8
  for (int s = 0; s < nt; s++)
    sum += *(const Row *)(entry + s * nt) * (sign[s] * source[s]);
  sum = *(const Row *)stress + *(const Row *)sign * sum;
  *(Row *)stress = sum;
}

/* Where the response to a deferred event lies, seen from a place. */
typedef struct {
  const double *entry;
  int flip[3];
} Place;

static inline Place find_place(const GbResponse *r, const GbDeferred *d, const int place[3])
{
  GbResponsePlace x = GbResponseAlongX(r, d->i, place[0]);
  GbResponsePlace y = GbResponsePeriodic(r->grid.ny, d->j, place[1]);
  GbResponsePlace z = GbResponsePeriodic(r->grid.nz, d->k, place[2]);
  return (Place){GbResponseEntry(r, GbResponseDepth(r, d->i), x.index, y.index, z.index),
                 {x.flip, y.flip, z.flip}};
}

/* Entries are scattered over a table that need not fit in a cache, so they are fetched some ahead
 * of their use. */
static inline __attribute__((always_inline)) void add_deferred(const GbThinning *t, int nt,
                                                               const int place[3], double *stress)
{
  Place ahead[AHEAD];
  double sum[NROW] = {0};
  for (int e = 0; e < t->ndeferred + AHEAD; e++) {
    Place *slot = &ahead[e % AHEAD];
    if (e >= AHEAD) add_response(nt, slot->entry, slot->flip, t->deferred[e - AHEAD].source, sum);
    if (e >= t->ndeferred) continue;
    *slot = find_place(t->in.response, &t->deferred[e], place);
    for (int line = 0; line < nt * (nt + 1); line += 8)
      __builtin_prefetch(slot->entry + line);
  }
  for (int k = 0; k < nt; k++)
    stress[k] += sum[k];
}

/* Without the axial part. */
static void fluctuation(const GbThinning *t, int voxel, double stress[GB_NDEVIATOR])
{
  const int nt = ntarget(t);
  int place[3];
  voxel_place(&t->in.state->grid, voxel, place);
  memcpy(stress, t->base + (size_t)voxel * (size_t)nt, (size_t)nt * sizeof *stress);
  if (nt == 2)
    add_deferred(t, 2, place, stress);
  else
    add_deferred(t, GB_NDEVIATOR, place, stress);
}

static void add_axial(int nt, double axial, double *deviator)
{
  deviator[0] += axial * 0.70710678118654752440;
  if (nt > 2) deviator[2] -= axial * 0.40824829046386301637;
}

void GbThinningStress(const GbThinning *t, int voxel, double deviator[GB_NDEVIATOR])
{
  fluctuation(t, voxel, deviator);
  add_axial(ntarget(t), t->axial, deviator);
}

/* Into the frame of the voxel. */
static inline void turn(const GbThinning *t, int voxel, const double *deviator, double *turned)
{
  const int nt = ntarget(t);
  const double *frame = t->frame_exact + (size_t)voxel * (size_t)(nt * nt);
  for (int l = 0; l < nt; l++) {
    turned[l] = 0;
    for (int k = 0; k < nt; k++)
      turned[l] += frame[k * nt + l] * deviator[k];
  }
}

double GbThinningRate(GbThinning *t, int voxel, const double deviator[GB_NDEVIATOR])
{
  const int nt = ntarget(t), nm = t->in.modes->count;
  const double *barrier = t->in.state->barrier_eV + (size_t)voxel * (size_t)nm;
  double turned[GB_NDEVIATOR];
  turn(t, voxel, deviator, turned);
  for (int m = 0; m < nm; m++) {
    double tau = 0;
    for (int k = 0; k < nt; k++)
      tau += t->in.modes->axis[m][k] * turned[k];
    t->mode_rate[m] = (t->in.activation * tau - barrier[m]) * t->inverse_kT + GB_THINNING_SHIFT;
  }
  if (!t->back_axis) return GbRatesPowers(nm, t->mode_rate);
  double axis[GB_NDEVIATOR], tau = 0;
  GbMesoWayBackAxis(t->in.state, t->in.modes, voxel, axis);
  for (int k = 0; k < nt; k++)
    tau += axis[k] * deviator[k];
  t->mode_rate[nm] =
      (t->in.back_activation * tau - t->in.state->way_back->barrier_eV[voxel]) * t->inverse_kT +
      GB_THINNING_SHIFT;
  return GbRatesPowers(nm + 1, t->mode_rate);
}

/* --- Bounds of single voxels -------------------------------------------------------------------
 */

/* Stress, orientation and barriers of a voxel, true now; the deviator without the axial part. */
static void set_lane(GbThinning *t, int voxel, const double *deviator)
{
  const int nt = ntarget(t);
  const size_t slot = slot_of(t, voxel), block = slot / GB_BLOCK, lane = slot % GB_BLOCK;
  double whole[GB_NDEVIATOR], turned[GB_NDEVIATOR];
  memcpy(whole, deviator, (size_t)nt * sizeof *whole);
  add_axial(nt, t->axial_reference, whole);
  turn(t, voxel, whole, turned);
  for (int k = 0; k < nt; k++)
    t->stress[(block * (size_t)nt + (size_t)k) * GB_BLOCK + lane] = t->beta * turned[k];
  t->offset[slot] = (float)(t->safety - log2((double)t->growth[block]));
}

static void set_way_back(GbThinning *t, int voxel)
{
  const int nt = ntarget(t);
  const size_t slot = slot_of(t, voxel), block = slot / GB_BLOCK, lane = slot % GB_BLOCK;
  double axis[GB_NDEVIATOR], turned[GB_NDEVIATOR];
  GbMesoWayBackAxis(t->in.state, t->in.modes, voxel, axis);
  turn(t, voxel, axis, turned);
  for (int k = 0; k < nt; k++)
    t->back_axis[(block * (size_t)nt + (size_t)k) * GB_BLOCK + lane] =
        (float)(t->back_scale * turned[k]);
  t->back_barrier[slot] =
      (float)(t->in.state->way_back->barrier_eV[voxel] * t->inverse_kT - GB_THINNING_SHIFT);
}

static void set_modes(GbThinning *t, int voxel)
{
  const int nt = ntarget(t), nm = t->in.modes->count;
  const GbMesoState *s = t->in.state;
  const size_t slot = slot_of(t, voxel), block = slot / GB_BLOCK, lane = slot % GB_BLOCK;
  double *frame = t->frame_exact + (size_t)voxel * (size_t)(nt * nt);
  GbModesFrame(t->in.modes, s->orientation + (size_t)voxel * (size_t)s->norientation, frame);
  for (int f = 0; f < nt * nt; f++)
    t->frame[(block * (size_t)(nt * nt) + (size_t)f) * GB_BLOCK + lane] = (float)frame[f];
  const double *barrier = s->barrier_eV + (size_t)voxel * (size_t)nm;
  for (int m = 0; m < nm; m++)
    t->barrier[(block * (size_t)nm + (size_t)m) * GB_BLOCK + lane] =
        (float)(barrier[m] * t->inverse_kT - GB_THINNING_SHIFT);
  if (t->back_axis) set_way_back(t, voxel);
}

void GbThinningTighten(GbThinning *t, int voxel, const double deviator[GB_NDEVIATOR])
{
  const int nt = ntarget(t);
  const size_t slot = slot_of(t, voxel), block = slot / GB_BLOCK;
  double rest[GB_NDEVIATOR], reference[GB_NDEVIATOR];
  memcpy(rest, deviator, (size_t)nt * sizeof *rest);
  add_axial(nt, -t->axial, rest);
  set_lane(t, voxel, rest);
  memcpy(reference, rest, (size_t)nt * sizeof *rest);
  add_axial(nt, t->axial_reference, reference);
  const double rate = GbThinningRate(t, voxel, reference) * exp2(t->safety);
  t->rate[slot] = (float)(rate / t->growth[block]);
  const double sum = GbThinningBlockSum(t, block);
  const double change = (sum - t->sum[block]) * (double)t->growth[block];
  t->sum[block] = sum;
  t->row[block / (size_t)t->nblocks_along[0]] += change;
  t->total += change;
}

/* --- Events ------------------------------------------------------------------------------------
 */

/* Adds stresses of the sample's frame to a block's, which are in those of its voxels. */
static inline __attribute__((always_inline)) void turn_block(GbThinning *t, int block, int nt,
                                                             double added[][GB_BLOCK])
{
  double *stress = t->stress + (size_t)block * (size_t)nt * GB_BLOCK;
  const float *frame = t->frame + (size_t)block * (size_t)(nt * nt) * GB_BLOCK;
  for (int l = 0; l < nt; l++)
#pragma omp simd
    for (int v = 0; v < GB_BLOCK; v++) {
      double sum = stress[l * GB_BLOCK + v];
#pragma GCC unroll 8
      for (int k = 0; k < nt; k++)
        sum += (double)frame[(k * nt + l) * GB_BLOCK + v] * added[k][v];
      stress[l * GB_BLOCK + v] = sum;
    }
}

/* Adds an event's stress to all voxels of a near block. */
static inline __attribute__((always_inline)) void add_near(GbThinning *t, int block, int nt,
                                                           const GbDeferred *event)
{
  const GbResponse *r = t->in.response;
  const int *e = t->edge;
  const size_t depth = GbResponseDepth(r, event->i);
  GbResponsePlace x[8], y[8], z[8];
  int place[3];
  block_place(t, block, place);
  for (int a = 0; a < e[0]; a++)
    x[a] = GbResponseAlongX(r, event->i, (place[0] * e[0] + a) % r->grid.nx);
  for (int a = 0; a < e[1]; a++)
    y[a] = GbResponsePeriodic(r->grid.ny, event->j, (place[1] * e[1] + a) % r->grid.ny);
  for (int a = 0; a < e[2]; a++)
    z[a] = GbResponsePeriodic(r->grid.nz, event->k, (place[2] * e[2] + a) % r->grid.nz);
  double added[GB_NDEVIATOR][GB_BLOCK];
  int lane = 0;
  for (int c = 0; c < e[2]; c++)
    for (int b = 0; b < e[1]; b++)
      for (int a = 0; a < e[0]; a++, lane++) {
        const int flip[3] = {x[a].flip, y[b].flip, z[c].flip};
        double stress[NROW] = {0};
        add_response(nt, GbResponseEntry(r, depth, x[a].index, y[b].index, z[c].index), flip,
                     event->source, stress);
        for (int k = 0; k < nt; k++)
          added[k][lane] = t->beta * stress[k];
      }
  turn_block(t, block, nt, added);
}

static void update_near(GbThinning *t, int block, const GbDeferred *event)
{
  if (ntarget(t) == 2)
    add_near(t, block, 2, event);
  else
    add_near(t, block, GB_NDEVIATOR, event);
  GbThinningUpdateRates(t, block);
}

/* Entry n of the list of near blocks, as seen from a source block: offsets modulo the number of
 * blocks along each axis (between free surfaces x is the target's own). */
static int near_block(const GbThinning *t, const int source[3], int n)
{
  const int *offset = t->near + 3 * n, *along = t->nblocks_along;
  const bool free_x = t->in.state->grid.free_x;
  const int x = free_x ? offset[0] : (source[0] + offset[0]) % along[0];
  const int y = (source[1] + offset[1]) % along[1], z = (source[2] + offset[2]) % along[2];
  return (z * along[1] + y) * along[0] + x;
}

/* Sums the bounds of one row of blocks, after multiplying their growth by `factor`. */
static inline double sum_row(GbThinning *t, size_t first, const float *factor)
{
  float *growth = t->growth + first;
  const double *sum = t->sum + first;
  double row = 0;
  const int n = t->nblocks_along[0];
#pragma omp simd reduction(+ : row)
  for (int x = 0; x < n; x++) {
    if (factor) growth[x] *= factor[x];
    row += (double)growth[x] * sum[x];
  }
  return row;
}

void GbThinningDefer(GbThinning *t)
{
  const int *along = t->nblocks_along;
  const GbDeferred *event = &t->deferred[t->ndeferred - 1];
  const int source[3] = {event->i / t->edge[0], event->j / t->edge[1], event->k / t->edge[2]};
  const bool free_x = t->in.state->grid.free_x;
  const size_t plane = (size_t)along[2] * (size_t)along[1] * (size_t)t->nfactor_x;
  const float *table = t->factor + (free_x ? (size_t)source[0] * plane
                                           : (size_t)((along[0] - source[0]) % along[0]));
  t->total = 0;
  for (int z = 0; z < along[2]; z++)
    for (int y = 0; y < along[1]; y++) {
      const int oz = (z - source[2] + along[2]) % along[2];
      const int oy = (y - source[1] + along[1]) % along[1];
      const size_t row = (size_t)(z * along[1] + y);
      t->row[row] = sum_row(t, row * (size_t)along[0],
                            table + (size_t)(oz * along[1] + oy) * (size_t)t->nfactor_x);
      t->total += t->row[row];
    }
}

static void sum_bounds(GbThinning *t)
{
  const int nrows = t->nblocks_along[1] * t->nblocks_along[2];
  t->total = 0;
  for (int row = 0; row < nrows; row++) {
    t->row[row] = sum_row(t, (size_t)row * (size_t)t->nblocks_along[0], NULL);
    t->total += t->row[row];
  }
}

void GbThinningEvent(GbThinning *t, int voxel, const double source[GB_NSOURCE],
                     const double deviator[GB_NDEVIATOR])
{
  const int nt = ntarget(t);
  GbDeferred *event = &t->deferred[t->ndeferred];
  int place[3], own[3];
  voxel_place(&t->in.state->grid, voxel, place);
  *event = (GbDeferred){.i = place[0], .j = place[1], .k = place[2]};
  memcpy(event->source, source, (size_t)(nt + 1) * sizeof *source);
  set_modes(t, voxel);
  double rest[GB_NDEVIATOR];
  memcpy(rest, deviator, (size_t)nt * sizeof *rest);
  add_axial(nt, -t->axial, rest);
  set_lane(t, voxel, rest); /* the update below adds its own response */
  for (int a = 0; a < 3; a++)
    own[a] = place[a] / t->edge[a];
  const int column = t->in.state->grid.free_x ? own[0] : 0;
  const int first = t->near_begin[column], last = t->near_begin[column + 1];
  const int nthreads = t->near_threads;
#pragma omp parallel for num_threads(nthreads) schedule(static) if (nthreads > 1)
  for (int n = first; n < last; n++)
    update_near(t, near_block(t, own, n), event);
  t->near_blocks += last - first;
  t->ndeferred++;
}

/* --- Candidates --------------------------------------------------------------------------------
 */

double GbThinningAxialFactor(const GbThinning *t, double axial)
{
  return exp2(0.5 * t->bound_beta * fabs(axial - t->axial_reference));
}

int GbThinningChoose(const GbThinning *t, double u, double *bound)
{
  const int n = t->nblocks_along[0], nrows = t->nblocks / n;
  double left = u * t->total;
  int row = 0, last = -1;
  while (row < nrows - 1 && left >= t->row[row])
    left -= t->row[row++];
  int block = row * n;
  for (; block < row * n + n - 1; block++) {
    const double sum = (double)t->growth[block] * t->sum[block];
    if (left < sum) break;
    left -= sum;
  }
  left /= (double)t->growth[block];
  const float *rate = t->rate + (size_t)block * GB_BLOCK;
  for (int lane = 0; lane < GB_BLOCK; lane++) {
    if (rate[lane] <= 0) continue; /* padding */
    last = lane;
    left -= (double)rate[lane];
    if (left < 0) break;
  }
  *bound = (double)rate[last] * (double)t->growth[block];
  return t->voxel[(size_t)block * GB_BLOCK + (size_t)last];
}

/* --- All voxels --------------------------------------------------------------------------------
 */

double GbThinningBlockBound(const GbThinning *t, int block)
{
  return t->sum[block] * (double)t->growth[block];
}

void GbThinningSetWayBack(GbThinning *t, int voxel)
{
  set_way_back(t, voxel);
  GbThinningUpdateRates(t, (int)(slot_of(t, voxel) / GB_BLOCK));
  sum_bounds(t);
}

void GbThinningRefresh(GbThinning *t, int block)
{
  t->growth[block] = 1;
  for (int l = 0; l < GB_BLOCK; l++) {
    const int voxel = t->voxel[block * GB_BLOCK + l];
    double stress[GB_NDEVIATOR];
    if (voxel < 0) continue;
    fluctuation(t, voxel, stress);
    set_lane(t, voxel, stress);
  }
  GbThinningUpdateRates(t, block);
  sum_bounds(t);
}

static void flush_block(GbThinning *t, int block)
{
  const int nt = ntarget(t);
  t->growth[block] = 1;
  for (int l = 0; l < GB_BLOCK; l++) {
    const int voxel = t->voxel[block * GB_BLOCK + l];
    if (voxel < 0) continue;
    double *base = t->base + (size_t)voxel * (size_t)nt, whole[GB_NDEVIATOR];
    GbModesDeviator(t->in.modes, t->in.state->stress[voxel], whole);
    memcpy(base, whole, (size_t)nt * sizeof *base);
    add_axial(nt, -t->axial, base);
    set_lane(t, voxel, base);
  }
  GbThinningUpdateRates(t, block);
}

/* Largest magnitude that enters an exponent: single precision errs by a few 2^-24 of it. */
static double largest_exponent(const GbThinning *t)
{
  const size_t n = (size_t)t->nblocks * (size_t)t->in.modes->count * GB_BLOCK;
  float largest = 0;
#pragma omp parallel for num_threads(t->nthreads) reduction(max : largest)
  for (size_t i = 0; i < n; i++)
    largest = fabsf(t->barrier[i]) > largest ? fabsf(t->barrier[i]) : largest;
  return (double)largest;
}

void GbThinningFlush(GbThinning *t, double axial)
{
  t->axial = t->axial_reference = axial;
  t->ndeferred = 0;
#pragma omp parallel for num_threads(t->nthreads) schedule(static)
  for (int block = 0; block < t->nblocks; block++)
    flush_block(t, block);
  sum_bounds(t);
}

GbStatus GbThinningLoad(GbThinning *t, double largest_dilatation, double temperature_K)
{
  const double inverse = 1 / (GB_KB_EV_PER_K * temperature_K * M_LN2);
  t->inverse_kT = inverse;
  t->beta = t->in.activation * inverse;
  t->back_scale = t->in.back_activation / t->in.activation;
  t->bound_beta = t->beta * (t->back_axis ? fmax(1, fabs(t->back_scale)) : 1);
#pragma omp parallel for num_threads(t->nthreads) schedule(static)
  for (int v = 0; v < t->in.state->nvoxels; v++)
    set_modes(t, v);
  if (largest_dilatation > t->largest_dilatation) {
    t->largest_dilatation = largest_dilatation;
    GB_CALL(GbThinningSetShear(t));
  }
  GbThinningSetFactors(t);
  t->safety = MARGIN + (ntarget(t) + 6) * HALF_ULP * EXPONENT_SCALE *
                           (largest_exponent(t) + GB_THINNING_SHIFT);
  return GB_OK;
}
