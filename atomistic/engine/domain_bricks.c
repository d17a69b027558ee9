/* Recursive coordinate bisection (Berger, Bokhari, IEEE Trans. Comput. C-36, 570 (1987)).
 *
 * A node's ranks are halved and its atoms divided in proportion, by a plane across the longest
 * extent of the atoms (not of the brick: empty space must not count). All nodes of one level are
 * cut at once. A plane is found by bisection on the number of atoms below it: sums of integers are
 * exact, so all ranks take the same decisions whatever the order of reduction. Cuts along periodic
 * axes are fractions of the box, which changes its size during a run. */
#include "atomistic/engine/domain_internal.h"

#include <stdlib.h>

/* Bisection ends at a thousandth of the node's atoms, or where points cannot be told apart. */
enum { TOLERANCE = 1024, MAX_BISECTIONS = 48 };

GbStatus GbBricksCreate(GbBricks *bricks, int ranks)
{
  *bricks = (GbBricks){.ranks = ranks};
  GB_CALLOC(bricks->node, 2 * ranks);
  GB_CALLOC(bricks->extent, ranks);
  GB_CALLOC(bricks->range, ranks);
  GB_CALLOC(bricks->below, ranks);
  GB_CALLOC(bricks->all, ranks);
  GB_CALLOC(bricks->wanted, ranks);
  GB_CALLOC(bricks->best, ranks);
  bricks->node[0] = (GbBrickNode){.count = ranks};
  return GB_OK;
}

void GbBricksFree(GbBricks *bricks)
{
  free(bricks->node);
  free(bricks->extent);
  free(bricks->range);
  free(bricks->below);
  free(bricks->all);
  free(bricks->wanted);
  free(bricks->best);
  *bricks = (GbBricks){0};
}

int GbBricksOwner(const GbBricks *bricks, const double s[3])
{
  const GbBrickNode *node = bricks->node;
  while (node->count > 1)
    node = &bricks->node[node->child + (s[node->axis] >= node->at)];
  return node->first;
}

/* The points of one cut, and the node in which each lies now. */
typedef struct {
  MPI_Comm comm;
  int n;
  const double (*s)[3];
  int *node;
} Points;

static void reduce(const Points *points, void *data, int n, MPI_Datatype type, MPI_Op op)
{
  if (points->comm != MPI_COMM_NULL) MPI_Allreduce(MPI_IN_PLACE, data, n, type, op, points->comm);
}

/* Extents of the atoms in the nodes [from, to), and how many they are. */
static void measure(GbBricks *bricks, const Points *points, int from, int to)
{
  for (int m = 0; m < to - from; m++) {
    bricks->all[m] = 0;
    for (int c = 0; c < 6; c++)
      bricks->extent[m][c] = -INFINITY;
  }
  for (int i = 0; i < points->n; i++) {
    int m = points->node[i] - from;
    if (m < 0) continue; /* in a brick that is done */
    double *extent = bricks->extent[m];
    bricks->all[m]++;
    for (int d = 0; d < 3; d++) {
      double s = points->s[i][d];
      extent[d] = extent[d] > -s ? extent[d] : -s;
      extent[3 + d] = extent[3 + d] > s ? extent[3 + d] : s;
    }
  }
  reduce(points, bricks->extent, 6 * (to - from), MPI_DOUBLE, MPI_MAX);
  reduce(points, bricks->all, to - from, MPI_INT64_T, MPI_SUM);
}

/* Halves the ranks of a node; chooses axis and range of its cut. Returns the number of nodes. */
static int divide(GbBricks *bricks, int k, int m, const double unit[3], int nodes)
{
  GbBrickNode *node = &bricks->node[k];
  const double *extent = bricks->extent[m];
  int left = node->count / 2;
  node->child = nodes;
  bricks->node[nodes] = (GbBrickNode){.first = node->first, .count = left};
  bricks->node[nodes + 1] = (GbBrickNode){.first = node->first + left, .count = node->count - left};
  node->axis = 0;
  node->at = 0.0;
  if (bricks->all[m] > 0) {
    double longest = -1.0;
    for (int d = 0; d < 3; d++) {
      double length = (extent[d] + extent[3 + d]) * unit[d];
      if (length > longest) node->axis = d;
      longest = fmax(longest, length);
    }
    bricks->range[m][0] = -extent[node->axis];
    bricks->range[m][1] = extent[3 + node->axis];
  }
  bricks->wanted[m] = (bricks->all[m] * left + node->count / 2) / node->count;
  bricks->best[m] = INT64_MAX;
  return nodes + 2;
}

static bool is_open(const GbBricks *bricks, int m)
{
  return bricks->all[m] > 0 && bricks->best[m] > bricks->all[m] / TOLERANCE;
}

/* One step of the bisection in all open nodes of the level. Returns how many are still open. */
static int bisect(GbBricks *bricks, const Points *points, int from, int to)
{
  const GbBrickNode *node = bricks->node + from;
  double(*range)[2] = bricks->range;
  for (int m = 0; m < to - from; m++)
    bricks->below[m] = 0;
  for (int i = 0; i < points->n; i++) {
    int m = points->node[i] - from;
    if (m < 0 || node[m].count == 1) continue;
    bricks->below[m] += points->s[i][node[m].axis] < 0.5 * (range[m][0] + range[m][1]);
  }
  reduce(points, bricks->below, to - from, MPI_INT64_T, MPI_SUM);
  int open = 0;
  for (int m = 0; m < to - from; m++) {
    if (node[m].count == 1 || !is_open(bricks, m)) continue;
    double middle = 0.5 * (range[m][0] + range[m][1]);
    int64_t off = llabs(bricks->below[m] - bricks->wanted[m]);
    if (off < bricks->best[m]) {
      bricks->best[m] = off;
      bricks->node[from + m].at = middle;
    }
    range[m][bricks->below[m] < bricks->wanted[m] ? 0 : 1] = middle;
    open += is_open(bricks, m);
  }
  return open;
}

void GbBricksCut(GbBricks *bricks, MPI_Comm comm, int n, const double (*s)[3], const double unit[3],
                 int *owner)
{
  const Points points = {comm, n, s, owner};
  for (int i = 0; i < n; i++)
    owner[i] = 0;
  for (int from = 0, to = 1; from < to;) {
    int nodes = to;
    measure(bricks, &points, from, to);
    for (int k = from; k < to; k++)
      if (bricks->node[k].count > 1) nodes = divide(bricks, k, k - from, unit, nodes);
    if (nodes > to)
      for (int step = 0; step < MAX_BISECTIONS; step++)
        if (bisect(bricks, &points, from, to) == 0) break;
    for (int i = 0; i < n; i++) {
      const GbBrickNode *node = &bricks->node[owner[i]];
      if (owner[i] >= from && node->count > 1)
        owner[i] = node->child + (s[i][node->axis] >= node->at);
    }
    from = to;
    to = nodes;
  }
  for (int i = 0; i < n; i++) /* from leaves to ranks */
    owner[i] = bricks->node[owner[i]].first;
}
