#include "mesoscale/fields/band_search.h"

#include <math.h>
#include <stdlib.h>

GbStatus GbBandSearchCreate(const GbGrid *grid, const bool *solid, const GbBandOptions *options,
                            GbBandSearch *s)
{
  const int n = grid->nx * grid->ny * grid->nz, rows = grid->ny * grid->nz;
  *s = (GbBandSearch){.grid = grid, .solid = solid, .options = options, .nvoxels = n};
  GB_CALLOC(s->smooth, n);
  GB_CALLOC(s->first, rows);
  GB_CALLOC(s->last, rows);
  GB_CALLOC(s->cluster, n);
  GB_CALLOC(s->limb[GB_RISING], n);
  GB_CALLOC(s->limb[GB_FALLING], n);
  GB_CALLOC(s->limbs, 2 * (size_t)n); /* a voxel is in no more than two */
  GB_CALLOC(s->member, n);
  GB_CALLOC(s->place, n);
  GB_CALLOC(s->visited, n);
  for (int r = 0; r < rows; r++) {
    s->first[r] = s->last[r] = -1;
    for (int v = r * grid->nx; v < (r + 1) * grid->nx; v++) {
      if (!GbBandSolid(s, v)) continue;
      if (s->first[r] < 0) s->first[r] = v;
      s->last[r] = v;
    }
  }
  return GB_OK;
}

void GbBandSearchFree(GbBandSearch *s)
{
  free(s->smooth);
  free(s->first);
  free(s->last);
  free(s->cluster);
  free(s->limb[GB_RISING]);
  free(s->limb[GB_FALLING]);
  free(s->limbs);
  free(s->member);
  free(s->place);
  free(s->visited);
  *s = (GbBandSearch){0};
}

bool GbBandSolid(const GbBandSearch *s, int voxel)
{
  return !s->solid || s->solid[voxel];
}

void GbBandPosition(const GbGrid *grid, int voxel, int position[3])
{
  position[0] = voxel % grid->nx;
  position[1] = voxel / grid->nx % grid->ny;
  position[2] = voxel / grid->nx / grid->ny;
}

static int fold(int i, int n)
{
  return (i % n + n) % n;
}

int GbBandVoxel(const GbGrid *grid, int i, int j, int k)
{
  if (grid->free_x && (i < 0 || i >= grid->nx)) return -1;
  return (fold(k, grid->nz) * grid->ny + fold(j, grid->ny)) * grid->nx + fold(i, grid->nx);
}

/* Mean over the solid voxels among the neighbours and the voxel itself. */
static double neighbour_mean(const GbBandSearch *s, const double *shear, int voxel)
{
  const int reach_y = s->grid->ny > 2; /* fewer layers would be met twice */
  double sum = 0;
  int count = 0, at[3];
  GbBandPosition(s->grid, voxel, at);
  for (int dk = -1; dk <= 1; dk++)
    for (int dj = -reach_y; dj <= reach_y; dj++)
      for (int di = -1; di <= 1; di++) {
        const int w = GbBandVoxel(s->grid, at[0] + di, at[1] + dj, at[2] + dk);
        if (w < 0 || !GbBandSolid(s, w)) continue;
        sum += shear[w];
        count++;
      }
  return sum / count;
}

void GbBandSmooth(GbBandSearch *s, const double *shear)
{
  double total = 0;
  int solids = 0;
  for (int v = 0; v < s->nvoxels; v++) {
    if (!GbBandSolid(s, v)) continue;
    s->smooth[v] = neighbour_mean(s, shear, v);
    total += shear[v];
    solids++;
  }
  const double mean = solids ? total / solids : 0;
  s->threshold = fmax(s->options->threshold_shear, s->options->threshold_relative * mean);
}

static void add_member(GbBandSearch *s, int voxel, const int place[3])
{
  const int row = voxel / s->grid->nx;
  s->visited[voxel] = s->flood;
  s->member[s->n++] = voxel;
  for (int d = 0; d < 3; d++)
    s->place[voxel][d] = place[d];
  s->touches[0] |= s->grid->free_x && voxel == s->first[row];
  s->touches[1] |= s->grid->free_x && voxel == s->last[row];
}

/* Adds a neighbour at `place`. One that was met before elsewhere closes a way through a period. */
static void meet(GbBandSearch *s, const int *key, int value, const int place[3])
{
  const int w = GbBandVoxel(s->grid, place[0], place[1], place[2]);
  if (w < 0 || key[w] != value) return;
  if (s->visited[w] != s->flood) {
    add_member(s, w, place);
    return;
  }
  bool moved[3];
  for (int d = 0; d < 3; d++) {
    moved[d] = s->place[w][d] != place[d];
    s->winds[d] |= moved[d];
  }
  s->prismatic |= moved[1] && !moved[0] && !moved[2];
}

void GbBandFlood(GbBandSearch *s, const int *key, int value, int seed)
{
  const int reach_y = s->grid->ny > 1;
  int start[3];
  s->n = 0;
  s->flood++;
  s->touches[0] = s->touches[1] = false;
  s->winds[0] = s->winds[1] = s->winds[2] = s->prismatic = false;
  GbBandPosition(s->grid, seed, start);
  add_member(s, seed, start);
  for (int q = 0; q < s->n; q++) {
    const int *at = s->place[s->member[q]];
    for (int dk = -1; dk <= 1; dk++)
      for (int dj = -reach_y; dj <= reach_y; dj++)
        for (int di = -1; di <= 1; di++)
          meet(s, key, value, (const int[3]){at[0] + di, at[1] + dj, at[2] + dk});
  }
}

/* Without free surfaces a band closes on itself; along y every band of a thin plate does. */
bool GbBandFloodSpans(const GbBandSearch *s)
{
  return s->grid->free_x ? s->touches[0] && s->touches[1] : s->winds[0] || s->winds[2];
}

void GbBandFloodLimb(GbBandSearch *s, int number)
{
  const GbBandLimb *limb = &s->limbs[number - 1];
  GbBandFlood(s, s->limb[limb->inclination], number, limb->seed);
}
