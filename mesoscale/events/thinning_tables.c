/* What the blocks are, which are near to each other, and how much one event may raise the rates of
 * a distant one.
 *
 * The growth factor of a pair of blocks is exp(V* g / kT) with g the largest resolved shear stress
 * that any event anywhere in the one makes anywhere in the other. Along a periodic axis it depends
 * on the offset of the blocks modulo their number; where the blocks do not divide the axis evenly
 * an offset stands for several distances, and the largest counts. Temperature enters when they are
 * loaded. */
#include "mesoscale/events/thinning.h"

#include "base/stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* --- Response to any event, any mode -----------------------------------------------------------
 */

/* Bound on the spectral norm of a square matrix: (tr (K^T K)^8)^(1/16). */
static double matrix_norm(int n, const double k[GB_NDEVIATOR][GB_NDEVIATOR])
{
  double a[GB_NDEVIATOR][GB_NDEVIATOR], b[GB_NDEVIATOR][GB_NDEVIATOR], scale = 0, trace = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      a[i][j] = 0;
      for (int l = 0; l < n; l++)
        a[i][j] += k[l][i] * k[l][j];
    }
  for (int i = 0; i < n; i++)
    scale += a[i][i];
  if (!(scale > 0)) return 0;
  for (int power = 0; power < 3; power++) {
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        b[i][j] = 0;
        for (int l = 0; l < n; l++)
          b[i][j] += a[i][l] * a[l][j] / (power == 0 ? scale * scale : 1);
      }
    memcpy(a, b, sizeof a);
  }
  for (int i = 0; i < n; i++)
    trace += a[i][i];
  return sqrt(scale) * pow(trace, 1.0 / 16);
}

/* GPa: largest resolved shear stress at an entry of the response. */
static double largest_shear(const GbThinning *t, const double *entry)
{
  const int nt = t->in.response->ntarget;
  double k[GB_NDEVIATOR][GB_NDEVIATOR] = {{0}}, dilatation = 0;
  for (int i = 0; i < nt; i++) {
    for (int j = 0; j < nt; j++)
      k[i][j] = entry[j * nt + i];
    dilatation += entry[nt * nt + i] * entry[nt * nt + i];
  }
  return 0.5 * fabs(t->in.gamma) * matrix_norm(nt, (const double(*)[GB_NDEVIATOR])k) +
         sqrt(0.5 * dilatation) * t->largest_dilatation;
}

/* --- Largest over pairs of blocks --------------------------------------------------------------
 */

/* Which distances each block offset along a periodic axis stands for: there[nblocks][n/2 + 1]. */
static void mark_distances(int n, int edge, int nblocks, bool *there)
{
  const size_t distances = (size_t)n / 2 + 1;
  for (int source = 0; source < n; source++)
    for (int target = 0; target < n; target++) {
      const int o = (target / edge - source / edge + nblocks) % nblocks;
      there[(size_t)o * distances + (size_t)GbResponsePeriodic(n, source, target).index] = true;
    }
}

/* For each block offset, its largest value over the distances it stands for: from `value` [n/2 + 1]
 * with a stride to `largest` [nblocks] with another. */
static void fold(int n, int nblocks, const bool *there, const float *value, size_t stride,
                 float *largest, size_t large_stride)
{
  const size_t distances = (size_t)n / 2 + 1;
  for (size_t o = 0; o < (size_t)nblocks; o++) {
    float here = 0;
    for (size_t d = 0; d < distances; d++)
      if (there[o * distances + d] && value[d * stride] > here) here = value[d * stride];
    largest[o * large_stride] = here;
  }
}

/* count[0] x count[1] lines along one axis: value[count 0][n/2 + 1][count 1] to largest[count
 * 0][nblocks][count 1]. */
static GbStatus fold_lines(const GbThinning *t, int axis, const size_t count[2], const float *value,
                           float *largest)
{
  const GbGrid *grid = &t->in.response->grid;
  const int size[3] = {grid->nx, grid->ny, grid->nz}, nblocks = t->nblocks_along[axis];
  const size_t distances = (size_t)size[axis] / 2 + 1;
  GbStatus status = GB_OK;
  bool *there;
  GB_CALLOC(there, (size_t)nblocks * distances);
  mark_distances(size[axis], t->edge[axis], nblocks, there);
  for (size_t i = 0; i < count[0] && status == GB_OK; i++) {
    for (size_t k = 0; k < count[1]; k++)
      fold(size[axis], nblocks, there, value + i * distances * count[1] + k, count[1],
           largest + i * (size_t)nblocks * count[1] + k, count[1]);
    status = GbStopCheck(t->in.comm);
  }
  free(there);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

/* Across free surfaces: for each pair of block columns. value[ndepth][stride...] by index. */
static GbStatus fold_free(const GbThinning *t, const float *value, size_t rest, float *largest)
{
  const GbResponse *r = t->in.response;
  const int n = r->grid.nx, edge = t->edge[0], columns = t->nblocks_along[0];
  for (int source = 0; source < n; source++) {
    GB_CALL(GbStopCheck(t->in.comm));
    for (int target = 0; target < n; target++) {
      const size_t from = GbResponseDepth(r, source) * rest * (size_t)n +
                          (size_t)GbResponseAcross(n, source, target).index;
      const size_t to = (size_t)(source / edge) * rest * (size_t)columns + (size_t)(target / edge);
      for (size_t i = 0; i < rest; i++) {
        float *here = &largest[to + i * (size_t)columns];
        if (value[from + i * (size_t)n] > *here) *here = value[from + i * (size_t)n];
      }
    }
  }
  return GB_OK;
}

/* shear[depth][z][y][x] of all entries, rounded up. */
static void fill_shear(const GbThinning *t, float *shear)
{
  const GbResponse *r = t->in.response;
  const size_t n =
      (size_t)r->ndepth * (size_t)r->extent[0] * (size_t)r->extent[1] * (size_t)r->extent[2];
#pragma omp parallel for num_threads(t->nthreads) schedule(static)
  for (size_t i = 0; i < n; i++)
    shear[i] = (float)(largest_shear(t, r->table + i * (size_t)r->stride) * (1 + 1e-6));
}

/* GPa: t->shear[source column][z][y][x] by offsets of blocks. Axes are folded one after the other,
 * z and y first. */
GbStatus GbThinningSetShear(GbThinning *t)
{
  const GbResponse *r = t->in.response;
  const int *nb = t->nblocks_along;
  const size_t ex = (size_t)r->extent[0], ey = (size_t)r->extent[1], ez = (size_t)r->extent[2];
  const size_t by = (size_t)nb[1], bz = (size_t)nb[2];
  const size_t depths = (size_t)r->ndepth;
  float *all = NULL, *z_folded = NULL, *y_folded = NULL;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&all, depths * ez * ey * ex, sizeof *all), done);
  GB_TRY(status, GbCalloc((void **)&z_folded, depths * bz * ey * ex, sizeof *all), done);
  GB_TRY(status, GbCalloc((void **)&y_folded, depths * bz * by * ex, sizeof *all), done);
  fill_shear(t, all);
  GB_TRY(status, GbStopCheck(t->in.comm), done);
  GB_TRY(status, fold_lines(t, 2, (const size_t[]){depths, ey * ex}, all, z_folded), done);
  GB_TRY(status, fold_lines(t, 1, (const size_t[]){depths * bz, ex}, z_folded, y_folded), done);
  if (r->grid.free_x)
    status = fold_free(t, y_folded, bz * by, t->shear);
  else
    status = fold_lines(t, 0, (const size_t[]){bz * by, 1}, y_folded, t->shear);
done:
  free(all);
  free(z_folded);
  free(y_folded);
  return status;
}

/* --- Factors and near blocks at a temperature ---------------------------------------------------
 */

/* A block whose rates one event may raise by more than this is near. From 0.02 to 0.2 these are the
 * neighbours of the event's own block at 300 K; the colder, the more. */
static const double NEAR_GROWTH = 0.05;
static const double FACTOR_MARGIN = 2e-7; /* the rounding of a product, at every event */

void GbThinningSetFactors(GbThinning *t)
{
  const int *nb = t->nblocks_along;
  const bool free_x = t->in.state->grid.free_x;
  const int columns = free_x ? nb[0] : 1;
  int n = 0;
  for (int column = 0; column < columns; column++) {
    t->near_begin[column] = n;
    for (int z = 0; z < nb[2]; z++)
      for (int y = 0; y < nb[1]; y++)
        for (int x = 0; x < nb[0]; x++) {
          const size_t row =
              ((size_t)column * (size_t)nb[2] + (size_t)z) * (size_t)nb[1] + (size_t)y;
          const double shear = (double)t->shear[row * (size_t)nb[0] + (size_t)x];
          const double growth = exp2(t->bound_beta * shear);
          const bool own = z == 0 && y == 0 && x == (free_x ? column : 0);
          const bool is_near = own || growth > 1 + NEAR_GROWTH;
          float *factor = t->factor + row * (size_t)t->nfactor_x + x;
          *factor = is_near ? 1 : (float)(growth * (1 + FACTOR_MARGIN));
          if (!free_x) factor[nb[0]] = *factor;
          if (!is_near) continue;
          const int offset[3] = {x, y, z};
          memcpy(t->near + 3 * n++, offset, sizeof offset);
        }
  }
  t->near_begin[columns] = n;
}

/* --- Life cycle --------------------------------------------------------------------------------
 */

static void set_blocks(GbThinning *t)
{
  static const int plane[3] = {8, 1, 8}, space[3] = {4, 4, 4};
  const GbGrid *grid = &t->in.state->grid;
  const int size[3] = {grid->nx, grid->ny, grid->nz};
  memcpy(t->edge, grid->ny == 1 ? plane : space, sizeof plane);
  t->nblocks = 1;
  for (int a = 0; a < 3; a++) {
    t->nblocks_along[a] = (size[a] + t->edge[a] - 1) / t->edge[a];
    t->nblocks *= t->nblocks_along[a];
  }
}

static GbStatus allocate(GbThinning *t)
{
  const size_t nt = (size_t)t->in.modes->ncomponents, nm = (size_t)t->in.modes->count;
  const size_t lanes = (size_t)t->nblocks * GB_BLOCK, nv = (size_t)t->in.state->nvoxels;
  const int *nb = t->nblocks_along;
  const bool free_x = t->in.state->grid.free_x;
  const size_t columns = free_x ? (size_t)nb[0] : 1;
  t->nfactor_x = free_x ? nb[0] : 2 * nb[0];
  const size_t rows = (size_t)nb[1] * (size_t)nb[2];
  GB_CALL(GbCallocLarge((void **)&t->voxel, lanes, sizeof *t->voxel));
  GB_CALL(GbCallocLarge((void **)&t->frame, lanes * nt * nt, sizeof *t->frame));
  GB_CALL(GbCallocLarge((void **)&t->stress, lanes * nt, sizeof *t->stress));
  GB_CALL(GbCallocLarge((void **)&t->offset, lanes, sizeof *t->offset));
  GB_CALL(GbCallocLarge((void **)&t->barrier, lanes * nm, sizeof *t->barrier));
  GB_CALL(GbCallocLarge((void **)&t->rate, lanes, sizeof *t->rate));
  GB_CALLOC(t->axis, nm * nt);
  GB_CALLOC(t->sum, t->nblocks);
  GB_CALLOC(t->growth, t->nblocks);
  GB_CALLOC(t->row, rows);
  GB_CALL(GbCallocLarge((void **)&t->frame_exact, nv * nt * nt, sizeof *t->frame_exact));
  GB_CALL(GbCallocLarge((void **)&t->base, nv * nt, sizeof *t->base));
  GB_CALLOC(t->shear, columns * (size_t)t->nblocks);
  GB_CALLOC(t->factor, columns * rows * (size_t)t->nfactor_x);
  GB_CALLOC(t->near_begin, columns + 1);
  GB_CALLOC(t->near, 3 * columns * (size_t)t->nblocks);
  GB_CALLOC(t->deferred, t->capacity);
  GB_CALLOC(t->mode_rate, nm + 1);
  if (!t->in.state->way_back) return GB_OK;
  GB_CALL(GbCallocLarge((void **)&t->back_axis, lanes * nt, sizeof *t->back_axis));
  GB_CALL(GbCallocLarge((void **)&t->back_barrier, lanes, sizeof *t->back_barrier));
  return GB_OK;
}

static GbStatus set_up(GbThinning *t)
{
  const int nt = t->in.modes->ncomponents;
  set_blocks(t);
  GB_CALL(allocate(t));
  GbThinningSetVoxels(t);
  for (int m = 0; m < t->in.modes->count; m++)
    for (int k = 0; k < nt; k++)
      t->axis[m * nt + k] = (float)t->in.modes->axis[m][k];
  return GB_OK;
}

/* Waking threads costs more than they gain on small samples, much more on busy machines. */
static int threads_for(size_t modes)
{
#ifdef _OPENMP
  enum { MODES_PER_THREAD = 1 << 17 };
  const size_t useful = 1 + modes / MODES_PER_THREAD;
  return (int)(useful < (size_t)omp_get_max_threads() ? useful : (size_t)omp_get_max_threads());
#else
  (void)modes;
  return 1;
#endif
}

/* Threads meet at every event only in three dimensions, where there is enough to share, and only if
 * the user says that the cores are free (OMP_WAIT_POLICY=active): beside another program's load
 * each meeting may cost a time slice, a hundred times the event. */
static int near_threads_for(const GbThinning *t)
{
  const char *policy = getenv("OMP_WAIT_POLICY");
  return !t->in.modes->plane && policy && strcasecmp(policy, "active") == 0 ? t->nthreads : 1;
}

GbStatus GbThinningCreate(const GbThinningInput *input, int capacity, GbThinning **thinning)
{
  *thinning = NULL;
  GbThinning *t;
  GB_CALLOC(t, 1);
  t->in = *input;
  t->capacity = capacity;
  t->largest_dilatation = -1;
  t->nthreads = threads_for((size_t)input->state->nvoxels * (size_t)input->modes->count);
  t->near_threads = near_threads_for(t);
  GbStatus status = set_up(t);
  if (status != GB_OK) {
    GbThinningDestroy(&t);
    GB_CALL(status);
  }
  *thinning = t;
  return GB_OK;
}

void GbThinningDestroy(GbThinning **thinning)
{
  GbThinning *t = *thinning;
  if (!t) return;
  free(t->voxel);
  free(t->frame);
  free(t->stress);
  free(t->offset);
  free(t->barrier);
  free(t->rate);
  free(t->axis);
  free(t->sum);
  free(t->growth);
  free(t->row);
  free(t->frame_exact);
  free(t->base);
  free(t->shear);
  free(t->factor);
  free(t->near_begin);
  free(t->near);
  free(t->deferred);
  free(t->mode_rate);
  free(t->back_axis);
  free(t->back_barrier);
  free(t);
  *thinning = NULL;
}
