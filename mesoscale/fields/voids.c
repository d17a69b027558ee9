#include "mesoscale/fields/voids.h"

#include "base/rng.h"

#include <math.h>

enum { ATTEMPTS_MAX = 1000 };

/* Row k of a side's notch, over the whole thickness. */
static void cut_row(const GbGrid *grid, int k, bool right, int depth, bool *solid)
{
  for (int j = 0; j < grid->ny; j++)
    for (int i = 0; i < depth; i++)
      solid[(k * grid->ny + j) * grid->nx + (right ? grid->nx - 1 - i : i)] = false;
}

static void cut_notch(const GbVoids *voids, const GbGrid *grid, int row, bool right, bool *solid)
{
  const int first = row - (voids->notch_height - 1) / 2;
  for (int k = first; k < first + voids->notch_height; k++)
    cut_row(grid, (k % grid->nz + grid->nz) % grid->nz, right, voids->notch_depth, solid);
}

static void cut_notches(const GbVoids *voids, const GbGrid *grid, bool *solid)
{
  const int lower = (grid->nz - grid->nx) / 2, middle = grid->nz / 2;
  const bool both = voids->notch_sides == GB_NOTCH_BOTH;
  if (voids->notch_sides != GB_NOTCH_RIGHT)
    cut_notch(voids, grid, both ? lower : middle, false, solid);
  if (voids->notch_sides != GB_NOTCH_LEFT)
    cut_notch(voids, grid, both ? lower + grid->nx - 1 : middle, true, solid);
}

static double nearest_image(double distance, int period)
{
  return distance - period * round(distance / period);
}

/* From a centre (x, y, z in voxels) to the middle of a voxel. */
static double distance_to(const GbGrid *grid, const double centre[3], int voxel)
{
  const int i = voxel % grid->nx, j = voxel / grid->nx % grid->ny,
            k = voxel / (grid->nx * grid->ny);
  const double x = i + 0.5 - centre[0], y = j + 0.5 - centre[1], z = k + 0.5 - centre[2];
  return sqrt(pow(grid->free_x ? x : nearest_image(x, grid->nx), 2) +
              pow(grid->ny > 1 ? nearest_image(y, grid->ny) : 0, 2) +
              pow(nearest_image(z, grid->nz), 2));
}

static bool has_room(const GbVoids *voids, const GbGrid *grid, const double centre[3],
                     const bool *solid)
{
  const double reach = voids->pore_radius + 1.5;
  if (grid->free_x && (centre[0] < reach || centre[0] > grid->nx - reach)) return false;
  for (int v = 0; v < grid->nx * grid->ny * grid->nz; v++)
    if (!solid[v] && distance_to(grid, centre, v) < reach) return false;
  return true;
}

static void cut_pore(const GbVoids *voids, const GbGrid *grid, const double centre[3], bool *solid)
{
  for (int v = 0; v < grid->nx * grid->ny * grid->nz; v++)
    if (distance_to(grid, centre, v) < voids->pore_radius) solid[v] = false;
}

static GbStatus place_pore(const GbVoids *voids, const GbGrid *grid, uint64_t seed, int number,
                           bool *solid)
{
  for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    uint64_t words[4];
    GbRngWords(seed, GB_RNG_PORES, (uint64_t)number, (uint64_t)attempt, 0, words);
    const double centre[3] = {GbRngUniformFromWord(words[0]) * grid->nx,
                              GbRngUniformFromWord(words[1]) * grid->ny,
                              GbRngUniformFromWord(words[2]) * grid->nz};
    if (!has_room(voids, grid, centre, solid)) continue;
    cut_pore(voids, grid, centre, solid);
    return GB_OK;
  }
  GB_FAIL(GB_ERR_INPUT,
          "mesoscale.pores: expected room for %d pores of radius %g in %d x %d x %d voxels, found "
          "none for number %d",
          voids->pores, voids->pore_radius, grid->nx, grid->ny, grid->nz, number + 1);
}

GbStatus GbVoidsCut(const GbVoids *voids, const GbGrid *grid, uint64_t seed, bool *solid)
{
  if (voids->notch_depth > 0) cut_notches(voids, grid, solid);
  for (int p = 0; p < voids->pores; p++)
    GB_CALL(place_pore(voids, grid, seed, p, solid));
  return GB_OK;
}
