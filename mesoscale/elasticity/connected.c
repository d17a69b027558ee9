/* Which samples have a definite stress: those whose solid is one piece that cannot rotate.
 *
 * A flood from the first solid voxel counts the periods crossed on the way. Where it meets itself
 * with another count, the piece closes on itself along that many periods, its winding. A rotation
 * about omega moves a piece that closes along w unless omega is parallel to w; so one winding fixes
 * a piece in plane strain, and three dimensions need two that are not parallel. */
#include "mesoscale/elasticity/solver.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  int at[3]; /* periods crossed along x, y, z */
} Turns;

enum { NOT_REACHED = INT32_MAX };

/* Neighbour of a voxel across face `side` (-x, +x, -y, +y, -z, +z), or -1; *turns are those of the
 * step. */
static int voxel_across(const GbGrid *grid, int voxel, int side, Turns *turns)
{
  const int size[3] = {grid->nx, grid->ny, grid->nz}, axis = side / 2;
  int at[3] = {voxel % grid->nx, voxel / grid->nx % grid->ny, voxel / grid->nx / grid->ny};
  at[axis] += side % 2 ? 1 : -1;
  *turns = (Turns){{0}};
  turns->at[axis] = at[axis] < 0 ? -1 : at[axis] >= size[axis];
  if (grid->free_x && turns->at[0]) return -1;
  at[axis] -= turns->at[axis] * size[axis];
  return (at[2] * grid->ny + at[1]) * grid->nx + at[0];
}

/* Adds a winding to those found; *rank counts the independent ones. */
static void add_winding(const Turns *here, const Turns *there, Turns *first, int *rank)
{
  int w[3];
  for (int a = 0; a < 3; a++)
    w[a] = here->at[a] - there->at[a];
  if (*rank == 0) {
    memcpy(first->at, w, sizeof w);
    *rank = 1;
    return;
  }
  const int *f = first->at;
  if (f[1] * w[2] != f[2] * w[1] || f[2] * w[0] != f[0] * w[2] || f[0] * w[1] != f[1] * w[0])
    *rank = 2;
}

/* Number of voxels reached from queue[0]. */
static int flood(const GbGrid *grid, const bool *solid, int *queue, Turns *turns, int *rank)
{
  Turns winding = {{0}};
  int tail = 1;
  const int nsides = 6;
  for (int head = 0; head < tail; head++)
    for (int side = 0; side < nsides; side++) {
      Turns there;
      int v = queue[head], w = voxel_across(grid, v, side, &there);
      if (w < 0 || !solid[w] || (grid->ny == 1 && side / 2 == 1)) continue;
      for (int a = 0; a < 3; a++)
        there.at[a] += turns[v].at[a];
      if (turns[w].at[0] == NOT_REACHED) {
        turns[w] = there;
        queue[tail++] = w;
      } else if (memcmp(&turns[w], &there, sizeof there) != 0) {
        add_winding(&turns[w], &there, &winding, rank);
      }
    }
  return tail;
}

static GbStatus check(const GbGrid *grid, const bool *solid, int *queue, Turns *turns)
{
  int nsolid = 0, rank = 0;
  for (int v = 0; v < grid->nx * grid->ny * grid->nz; v++) {
    turns[v].at[0] = NOT_REACHED;
    if (solid[v] && nsolid++ == 0) queue[0] = v;
  }
  if (nsolid == 0) GB_FAIL(GB_ERR_INPUT, "the sample has no solid voxel");
  turns[queue[0]] = (Turns){{0}};
  int reached = flood(grid, solid, queue, turns, &rank);
  if (reached != nsolid)
    GB_FAIL(GB_ERR_INPUT, "the solid falls into pieces: %d of %d solid voxels are joined by faces",
            reached, nsolid);
  if (rank == 0) GB_FAIL(GB_ERR_INPUT, "voids cut the sample: no path through it along its period");
  if (rank == 1 && grid->ny > 1)
    GB_FAIL(GB_ERR_INPUT, "voids cut the sample: it closes on itself along one axis only, and "
                          "could turn about that");
  return GB_OK;
}

GbStatus GbElasticityCheckConnected(const GbGrid *grid, const bool *solid, int *solid_voxel)
{
  const size_t nvoxels = (size_t)grid->nx * (size_t)grid->ny * (size_t)grid->nz;
  int *queue = NULL;
  Turns *turns = NULL;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&queue, nvoxels, sizeof *queue), done);
  GB_TRY(status, GbCalloc((void **)&turns, nvoxels, sizeof *turns), done);
  GB_TRY(status, check(grid, solid, queue, turns), done);
  *solid_voxel = queue[0];
done:
  free(queue);
  free(turns);
  return status;
}
