#include "mesoscale/fields/bands.h"

#include <math.h>
#include <stdlib.h>

const char *const gb_band_kind_names[4] = {"none", "nonspanning", "spanning", "both"};

typedef struct {
  const GbGrid *grid;
  const bool *solid;
  const GbBandOptions *options;
  double *smooth;      /* [nvoxels] shear averaged over 3 x 3 voxels */
  int *queue, *height; /* [nvoxels] members of the current cluster and their z, unwrapped */
} Search;

GbBandOptions GbBandDefaults(void)
{
  return (GbBandOptions){
      .threshold_shear = 0.6, .threshold_relative = 1.5, .front_nm = 4, .min_voxels = 4};
}

void GbBandShear(int nvoxels, const double (*plastic)[GB_NTENSOR], double *shear)
{
  for (int v = 0; v < nvoxels; v++)
    shear[v] = hypot(plastic[v][GB_XX] - plastic[v][GB_ZZ], 2 * plastic[v][GB_XZ]);
}

static bool is_solid(const Search *s, int v)
{
  return !s->solid || s->solid[v];
}

/* Voxel at (i, k), periodic in z and in x too without free surfaces; -1 outside. */
static int voxel_at(const GbGrid *grid, int i, int k)
{
  if (i < 0 || i >= grid->nx) {
    if (grid->free_x) return -1;
    i = (i + grid->nx) % grid->nx;
  }
  return ((k % grid->nz + grid->nz) % grid->nz) * grid->nx + i;
}

/* Fills s->smooth; returns the mean shear of the solid voxels. */
static double smooth_shear(Search *s, const double *shear)
{
  const int n = s->grid->nx * s->grid->nz;
  double total = 0;
  int solids = 0;
  for (int v = 0; v < n; v++) {
    double sum = 0;
    int count = 0;
    s->smooth[v] = 0;
    if (!is_solid(s, v)) continue;
    for (int dk = -1; dk <= 1; dk++)
      for (int di = -1; di <= 1; di++) {
        const int w = voxel_at(s->grid, v % s->grid->nx + di, v / s->grid->nx + dk);
        if (w < 0 || !is_solid(s, w)) continue;
        sum += shear[w];
        count++;
      }
    s->smooth[v] = sum / count;
    total += shear[v];
    solids++;
  }
  return solids ? total / solids : 0;
}

/* Collects the cluster of `seed` in s->queue and marks it in map->band. Returns its size. */
static int flood(Search *s, GbBandMap *map, int seed, int label)
{
  int n = 1;
  s->queue[0] = seed;
  s->height[0] = seed / s->grid->nx;
  map->band[seed] = label;
  for (int q = 0; q < n; q++)
    for (int dk = -1; dk <= 1; dk++)
      for (int di = -1; di <= 1; di++) {
        const int w = voxel_at(s->grid, s->queue[q] % s->grid->nx + di, s->height[q] + dk);
        if (w < 0 || map->band[w] || s->smooth[w] <= map->threshold) continue;
        map->band[w] = label;
        s->queue[n] = w;
        s->height[n++] = s->height[q] + dk;
      }
  return n;
}

/* Area over length, with the length of a uniform bar of the same second moment about its centre
 * along its long axis: sqrt(12 lambda). In voxels. */
static double cluster_width(const Search *s, int n)
{
  double x = 0, z = 0, xx = 0, zz = 0, xz = 0;
  for (int q = 0; q < n; q++) {
    x += (double)(s->queue[q] % s->grid->nx) / n;
    z += (double)s->height[q] / n;
  }
  for (int q = 0; q < n; q++) {
    const double dx = s->queue[q] % s->grid->nx - x, dz = s->height[q] - z;
    xx += dx * dx / n;
    zz += dz * dz / n;
    xz += dx * dz / n;
  }
  const double largest = 0.5 * (xx + zz) + hypot(0.5 * (xx - zz), xz) + 1.0 / 12;
  return n / sqrt(12 * largest);
}

/* The front of a nonspanning cluster: all within reach of its ends inside the sample. */
static void mark_front(const Search *s, GbBandMap *map, int n)
{
  const int nx = s->grid->nx;
  const double reach = s->options->front_nm / s->grid->edge_nm;
  const int box = (int)ceil(reach);
  int ends[2] = {0, 0}; /* members with the least and the largest x */
  for (int q = 1; q < n; q++) {
    if (s->queue[q] % nx < s->queue[ends[0]] % nx) ends[0] = q;
    if (s->queue[q] % nx > s->queue[ends[1]] % nx) ends[1] = q;
  }
  for (int e = 0; e < 2; e++) {
    const int i = s->queue[ends[e]] % nx, k = s->height[ends[e]];
    if (s->grid->free_x && i == (e == 0 ? 0 : nx - 1)) continue; /* starts at this surface */
    for (int dk = -box; dk <= box; dk++)
      for (int di = -box; di <= box; di++) {
        const int w = voxel_at(s->grid, i + di, k + dk);
        if (w < 0 || hypot(di, dk) > reach || !is_solid(s, w)) continue;
        if (map->zone[w] != GB_ZONE_SPANNING) map->zone[w] = GB_ZONE_FRONT;
      }
  }
}

static bool cluster_spans(const Search *s, int n)
{
  bool left = false, right = false;
  for (int q = 0; q < n; q++) {
    left |= s->queue[q] % s->grid->nx == 0;
    right |= s->queue[q] % s->grid->nx == s->grid->nx - 1;
  }
  return s->grid->free_x && left && right;
}

/* One pass over the clusters. Spanning bands first, so that fronts never overwrite them. */
static void mark_clusters(Search *s, GbBandMap *map, bool spanning, int *label)
{
  for (int seed = 0; seed < map->nvoxels; seed++) {
    if (map->band[seed] || s->smooth[seed] <= map->threshold) continue;
    const int n = flood(s, map, seed, *label);
    const bool keep = n >= s->options->min_voxels;
    if (keep && cluster_spans(s, n) == spanning) {
      for (int q = 0; q < n; q++)
        if (map->zone[s->queue[q]] == GB_ZONE_MATRIX)
          map->zone[s->queue[q]] = spanning ? GB_ZONE_SPANNING : GB_ZONE_TAIL;
      if (!spanning) mark_front(s, map, n);
      map->width_nm += cluster_width(s, n) * s->grid->edge_nm;
      *(spanning ? &map->nspanning : &map->nnonspanning) += 1;
      *label += 1;
    } else {
      for (int q = 0; q < n; q++)
        map->band[s->queue[q]] = -1; /* seen in this pass */
    }
  }
  for (int v = 0; v < map->nvoxels; v++)
    if (map->band[v] < 0) map->band[v] = 0;
}

static void count_zones(const Search *s, GbBandMap *map)
{
  int solids = 0;
  for (int v = 0; v < map->nvoxels; v++) {
    if (!is_solid(s, v)) continue;
    map->fraction[map->zone[v]] += 1;
    solids++;
  }
  for (int z = 0; z < GB_NZONES; z++)
    map->fraction[z] /= solids ? solids : 1;
  const int bands = map->nspanning + map->nnonspanning;
  if (bands) map->width_nm /= bands;
  map->kind = (GbBandKind)((map->nnonspanning ? GB_BAND_NONSPANNING : 0) |
                           (map->nspanning ? GB_BAND_SPANNING : 0));
}

GbStatus GbBandsClassify(const GbGrid *grid, const bool *solid, const double *shear,
                         const GbBandOptions *options, GbBandMap *map)
{
  const size_t n = (size_t)grid->nx * grid->nz;
  Search s = {.grid = grid, .solid = solid, .options = options};
  GbStatus status;
  *map = (GbBandMap){.nvoxels = (int)n};
  GB_TRY(status, GbCalloc((void **)&map->zone, n, sizeof(int)), done);
  GB_TRY(status, GbCalloc((void **)&map->band, n, sizeof(int)), done);
  GB_TRY(status, GbCalloc((void **)&s.smooth, n, sizeof(double)), done);
  GB_TRY(status, GbCalloc((void **)&s.queue, n, sizeof(int)), done);
  GB_TRY(status, GbCalloc((void **)&s.height, n, sizeof(int)), done);
  map->threshold =
      fmax(options->threshold_shear, options->threshold_relative * smooth_shear(&s, shear));
  int label = 1;
  mark_clusters(&s, map, true, &label);
  mark_clusters(&s, map, false, &label);
  count_zones(&s, map);
done:
  free(s.smooth);
  free(s.queue);
  free(s.height);
  if (status != GB_OK) GbBandMapFree(map);
  return status;
}

void GbBandMapFree(GbBandMap *map)
{
  free(map->zone);
  free(map->band);
  *map = (GbBandMap){0};
}

void GbBandZoneMeans(const GbBandMap *map, const bool *solid, const double *field,
                     double mean[GB_NZONES])
{
  double sum[GB_NZONES] = {0};
  int count[GB_NZONES] = {0};
  for (int v = 0; v < map->nvoxels; v++) {
    if (solid && !solid[v]) continue;
    sum[map->zone[v]] += field[v];
    count[map->zone[v]]++;
  }
  for (int z = 0; z < GB_NZONES; z++)
    mean[z] = count[z] ? sum[z] / count[z] : NAN;
}
