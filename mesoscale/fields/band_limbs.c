/* Splits a cluster into bands, its limbs, by their inclination.
 *
 * The most sheared planes stand at about +-45 degrees to the loading axis z, so bands that meet in
 * a cluster differ in whether they rise or fall along x. The plastic strain cannot tell which: the
 * two shears have the same strain. The shape can. In a window around a voxel the cluster's voxels
 * have the second moments m about their own centre, and
 *
 *     c = m_xz / sqrt(m_xx m_zz)
 *
 * is near +1 in a rising band, near -1 in a falling one, and small where they meet. The window must
 * be wider than a band: it reaches as far as the cluster is thick, t = 2 n / (voxels at its edge),
 * which for a stripe is its height along z. A limb is a connected set with c > -c_min (rising) or
 * c < c_min (falling), so voxels where limbs meet are in both, and a limb goes on through a
 * crossing. It counts if its own voxels (|c| >= c_min) would fill a square as long as the cluster
 * is thick, t^2 in each layer along y; what else a cluster holds (rough edges) joins the limb next
 * to it.
 *
 * Two limbs cross if each goes on at both sides of what they share, by half that size or more. So
 * an X crosses; a V and a T do not. A cluster that joins the surfaces only as a whole stays whole:
 * a spanning band with a kink.
 *
 * Rejected: the gradient of the shear (noise of single events), a Hough transform (needs straight
 * bands), components of the strain (the same for both, see above). Bands are taken as prismatic
 * along y, as in the atomistic tier: a window reaches over no more than three layers. */
#include "mesoscale/fields/band_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double least_correlation = 0.3;
enum { LEAST_REACH = 3, MOST_REACH = 12 }; /* of the window, in voxels */

typedef struct {
  GbBandSearch *s;
  int number;    /* of the cluster */
  int n, *voxel; /* its voxels */
  bool spans;
  double thick;    /* along x or z, in voxels */
  double *of;      /* [nvoxels] correlation c, by voxel */
  int first, last; /* its limbs, by number */
  bool *layer;     /* [ny] scratch */
} Cluster;

static double thickness(const Cluster *c)
{
  const GbGrid *grid = c->s->grid;
  static const int side[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
  int edge = 0;
  for (int m = 0; m < c->n; m++) {
    int at[3];
    bool inner = true;
    GbBandPosition(grid, c->voxel[m], at);
    for (int d = 0; d < 4 && inner; d++) {
      const int w = GbBandVoxel(grid, at[0] + side[d][0], at[1], at[2] + side[d][1]);
      inner = w < 0 || c->s->cluster[w] == c->number;
    }
    edge += !inner;
  }
  return edge ? 2.0 * c->n / edge : c->n;
}

static double correlation(const Cluster *c, int voxel, int reach)
{
  const GbGrid *grid = c->s->grid;
  const int reach_y = grid->ny > 2;
  double n = 0, x = 0, z = 0, xx = 0, zz = 0, xz = 0;
  int at[3];
  GbBandPosition(grid, voxel, at);
  for (int dk = -reach; dk <= reach; dk++)
    for (int dj = -reach_y; dj <= reach_y; dj++)
      for (int di = -reach; di <= reach; di++) {
        const int w = GbBandVoxel(grid, at[0] + di, at[1] + dj, at[2] + dk);
        if (w < 0 || c->s->cluster[w] != c->number) continue;
        n += 1;
        x += di, z += dk;
        xx += di * di, zz += dk * dk, xz += di * dk;
      }
  const double spread = (xx - x * x / n) * (zz - z * z / n);
  return spread > 0 ? (xz - x * z / n) / sqrt(spread) : 0;
}

static void orient(Cluster *c)
{
  const GbGrid *grid = c->s->grid;
  const int most = fmin(MOST_REACH, ((grid->nx < grid->nz ? grid->nx : grid->nz) - 1) / 2);
  const int reach = (int)fmin(most, fmax(LEAST_REACH, ceil(c->thick)));
  for (int m = 0; m < c->n; m++) {
    const int v = c->voxel[m];
    c->of[v] = correlation(c, v, reach);
    c->s->limb[GB_RISING][v] = c->of[v] > -least_correlation ? GB_BAND_UNSEEN : 0;
    c->s->limb[GB_FALLING][v] = c->of[v] < least_correlation ? GB_BAND_UNSEEN : 0;
  }
}

static bool is_own(const Cluster *c, int voxel, int inclination)
{
  const double sign = inclination == GB_RISING ? 1 : -1;
  return sign * c->of[voxel] >= least_correlation;
}

/* Whether the current flood is a limb. */
static bool counts(Cluster *c, int inclination, double *least)
{
  int own = 0, layers = 0, at[3];
  memset(c->layer, 0, (size_t)c->s->grid->ny * sizeof(*c->layer));
  for (int q = 0; q < c->s->n; q++) {
    own += is_own(c, c->s->member[q], inclination);
    GbBandPosition(c->s->grid, c->s->member[q], at);
    layers += !c->layer[at[1]];
    c->layer[at[1]] = true;
  }
  *least = fmax(c->s->options->min_voxels, c->thick * c->thick * layers);
  return own >= *least;
}

/* Numbers the limbs. Returns whether one of them spans. */
static bool find_limbs(Cluster *c)
{
  GbBandSearch *s = c->s;
  bool spans = false;
  for (int i = 0; i < GB_NINCLINATIONS; i++)
    for (int m = 0; m < c->n; m++) {
      double least;
      if (s->limb[i][c->voxel[m]] != GB_BAND_UNSEEN) continue;
      GbBandFlood(s, s->limb[i], GB_BAND_UNSEEN, c->voxel[m]);
      const bool limb = counts(c, i, &least);
      if (limb) s->limbs[s->nlimbs++] = (GbBandLimb){.seed = c->voxel[m], .inclination = i};
      for (int q = 0; q < s->n; q++)
        s->limb[i][s->member[q]] = limb ? s->nlimbs : 0;
      spans |= limb && GbBandFloodSpans(s);
    }
  c->last = s->nlimbs;
  return spans;
}

static void keep_whole(Cluster *c)
{
  GbBandSearch *s = c->s;
  s->nlimbs = c->first;
  s->limbs[s->nlimbs - 1] = (GbBandLimb){.seed = c->voxel[0], .inclination = GB_RISING};
  for (int m = 0; m < c->n; m++) {
    s->limb[GB_RISING][c->voxel[m]] = s->nlimbs;
    s->limb[GB_FALLING][c->voxel[m]] = 0;
  }
}

/* Gives a voxel of no limb to one of a neighbour. */
static bool join_neighbour(Cluster *c, int voxel)
{
  const GbGrid *grid = c->s->grid;
  int at[3];
  GbBandPosition(grid, voxel, at);
  for (int i = 0; i < GB_NINCLINATIONS; i++)
    for (int dk = -1; dk <= 1; dk++)
      for (int dj = -(grid->ny > 1); dj <= (grid->ny > 1); dj++)
        for (int di = -1; di <= 1; di++) {
          const int w = GbBandVoxel(grid, at[0] + di, at[1] + dj, at[2] + dk);
          if (w < 0 || c->s->cluster[w] != c->number || c->s->limb[i][w] <= 0) continue;
          c->s->limb[i][voxel] = c->s->limb[i][w];
          return true;
        }
  return false;
}

static void join_rest(Cluster *c)
{
  for (bool more = true; more;) {
    more = false;
    for (int m = 0; m < c->n; m++) {
      const int v = c->voxel[m];
      if (c->s->limb[GB_RISING][v] || c->s->limb[GB_FALLING][v]) continue;
      more |= join_neighbour(c, v);
    }
  }
}

/* Whether limb `a`, the current flood, goes on at both sides of what it shares with limb `b`. */
static bool goes_through(Cluster *c, int a, int b)
{
  const GbBandSearch *s = c->s;
  const int own = s->limbs[a - 1].inclination, other = s->limbs[b - 1].inclination;
  const double sign = own == GB_RISING ? 1 : -1;
  double middle = 0, least;
  int shared = 0, side[2] = {0, 0};
  if (own == other) return false;
  for (int q = 0; q < s->n; q++) {
    const int v = s->member[q];
    if (s->limb[other][v] != b) continue;
    middle += s->place[v][0] + sign * s->place[v][2];
    shared++;
  }
  if (!shared) return false;
  if (s->winds[0] || s->winds[2]) return true; /* its ends meet */
  middle /= shared;
  counts(c, own, &least);
  for (int q = 0; q < s->n; q++) {
    const int v = s->member[q];
    if (is_own(c, v, own)) side[s->place[v][0] + sign * s->place[v][2] > middle]++;
  }
  return side[0] >= 0.5 * least && side[1] >= 0.5 * least;
}

static GbStatus find_crossings(Cluster *c)
{
  const int n = c->last - c->first + 1;
  bool *through;
  GB_CALLOC(through, (size_t)n * n);
  for (int a = 0; a < n; a++) {
    GbBandFloodLimb(c->s, c->first + a);
    for (int b = 0; b < n; b++)
      through[a * n + b] = goes_through(c, c->first + a, c->first + b);
  }
  for (int a = 0; a < n; a++)
    for (int b = 0; b < n; b++)
      if (through[a * n + b] && through[b * n + a]) c->s->limbs[c->first + a - 1].crossed = true;
  free(through);
  return GB_OK;
}

/* Splits the current flood. */
static GbStatus split(Cluster *c)
{
  c->n = c->s->n;
  c->first = c->s->nlimbs + 1;
  c->spans = GbBandFloodSpans(c->s);
  memcpy(c->voxel, c->s->member, (size_t)c->n * sizeof(*c->voxel));
  c->thick = thickness(c);
  orient(c);
  const bool one_spans = find_limbs(c);
  if (c->last <= c->first || (c->spans && !one_spans)) {
    keep_whole(c);
    return GB_OK;
  }
  join_rest(c);
  return find_crossings(c);
}

static GbStatus split_clusters(Cluster *c)
{
  GbBandSearch *s = c->s;
  for (int v = 0; v < s->nvoxels; v++)
    s->cluster[v] = s->smooth[v] > s->threshold ? GB_BAND_UNSEEN : 0;
  for (int seed = 0; seed < s->nvoxels; seed++) {
    if (s->cluster[seed] != GB_BAND_UNSEEN) continue;
    GbBandFlood(s, s->cluster, GB_BAND_UNSEEN, seed);
    const bool keep = s->n >= s->options->min_voxels;
    if (keep) c->number++;
    for (int q = 0; q < s->n; q++)
      s->cluster[s->member[q]] = keep ? c->number : GB_BAND_REJECTED;
    if (keep) GB_CALL(split(c));
  }
  return GB_OK;
}

GbStatus GbBandFindLimbs(GbBandSearch *s)
{
  Cluster c = {.s = s};
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&c.voxel, (size_t)s->nvoxels, sizeof(*c.voxel)), done);
  GB_TRY(status, GbCalloc((void **)&c.of, (size_t)s->nvoxels, sizeof(*c.of)), done);
  GB_TRY(status, GbCalloc((void **)&c.layer, (size_t)s->grid->ny, sizeof(*c.layer)), done);
  GB_TRY(status, split_clusters(&c), done);
done:
  free(c.voxel);
  free(c.of);
  free(c.layer);
  return status;
}
