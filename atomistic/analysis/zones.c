/* Shear bands and their zones from a map of eta_Mises.
 *
 * 1. eta_Mises is averaged over the atoms of each voxel, then with the weights 1/4, 1/2, 1/4 along
 *    each axis: the noise of single atoms (about 0.03 at 100 K) and single shear transformations
 * fall below the threshold, a band (0.3 and more over nanometres) stays above it. Without the
 * second step, chains of voxels that touch by chance join the surfaces in every strained sample.
 * 2. Voxels above the threshold that share faces (across periodic faces too) are one cluster;
 *    clusters below a minimum size are not bands.
 * 3. The free surfaces are found row by row along x, so the wall of a notch is surface too. A voxel
 *    with less than half the usual atoms has a mean that is mostly noise: at a surface it follows
 *    the first full voxel behind it, so roughness neither makes nor breaks contact.
 * 4. A cluster in contact with both surfaces is spanning. Any other ends inside: its tip is the end
 *    away from the surface along its principal axis in the x-z plane; the front reaches
 *    front_angstrom behind the tip (inside the cluster) and ahead of it (in the band's
 * prolongation, as wide as the cluster is there). A cluster without contact has a tip at either
 * end.
 *
 * Bands are taken as prismatic along y, as in the thin samples of Zhang et al., Phys. Rev. B 109,
 * 104205 (2024), whose classes these are. */
#include "atomistic/analysis/zones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT = 1, RIGHT = 2 };

typedef struct {
  int cells[3], total;
  double lo[3], edge[3];
  bool periodic[3];
  int *of_atom;     /* [atoms] voxel of each atom */
  int *count;       /* [total] atoms with a valid strain */
  double *eta;      /* [total] mean; 0 where count is 0 */
  char *surface;    /* [total] LEFT, RIGHT */
  bool *above;      /* [total] mean eta over the threshold */
  int *cluster;     /* [total] from 1; 0 none */
  int (*place)[3];  /* [total] cell indices, unwrapped within the cluster */
  int *order;       /* [total] voxels listed cluster by cluster */
  int *zone, *band; /* [total] */
} Voxels;

typedef struct {
  int begin, end; /* in Voxels.order */
  int surface;    /* LEFT, RIGHT or both */
} Cluster;

const char *const gb_band_names[] = {"none", "nonspanning", "spanning", "both"};

GbZoneOptions GbZoneDefaults(void)
{
  return (GbZoneOptions){
      .threshold = 0.3, .voxel_angstrom = 6.0, .front_angstrom = 12.0, .min_voxels = 4};
}

static int voxel_index(const Voxels *grid, const int cell[3])
{
  return (cell[0] * grid->cells[1] + cell[1]) * grid->cells[2] + cell[2];
}

static void voxel_cell(const Voxels *grid, int voxel, int cell[3])
{
  cell[2] = voxel % grid->cells[2];
  cell[1] = voxel / grid->cells[2] % grid->cells[1];
  cell[0] = voxel / grid->cells[2] / grid->cells[1];
}

static void lay_grid(const GbAtoms *atoms, double edge, Voxels *grid)
{
  grid->total = 1;
  for (int d = 0; d < 3; d++) {
    double lo = atoms->lo[d], hi = lo + atoms->length[d];
    grid->periodic[d] = atoms->periodic[d];
    if (!atoms->periodic[d]) {
      lo = hi = atoms->x[0][d];
      for (int i = 1; i < atoms->n; i++) {
        lo = fmin(lo, atoms->x[i][d]);
        hi = fmax(hi, atoms->x[i][d]);
      }
    }
    int cells = (int)floor((hi - lo) / edge + 0.5);
    grid->cells[d] = cells < 1 ? 1 : cells;
    grid->lo[d] = lo;
    grid->edge[d] = fmax(hi - lo, 1e-6 * edge) / grid->cells[d];
    grid->total *= grid->cells[d];
  }
}

static GbStatus allocate_voxels(int natoms, Voxels *grid)
{
  GB_CALLOC(grid->of_atom, natoms);
  GB_CALLOC(grid->count, grid->total);
  GB_CALLOC(grid->eta, grid->total);
  GB_CALLOC(grid->surface, grid->total);
  GB_CALLOC(grid->above, grid->total);
  GB_CALLOC(grid->cluster, grid->total);
  GB_CALLOC(grid->place, grid->total);
  GB_CALLOC(grid->order, grid->total);
  GB_CALLOC(grid->zone, grid->total);
  GB_CALLOC(grid->band, grid->total);
  return GB_OK;
}

static void free_voxels(Voxels *grid)
{
  free(grid->of_atom);
  free(grid->count);
  free(grid->eta);
  free(grid->surface);
  free(grid->above);
  free(grid->cluster);
  free(grid->place);
  free(grid->order);
  free(grid->zone);
  free(grid->band);
}

static void sum_up(const GbAtoms *atoms, const GbStrain *strain, Voxels *grid)
{
  for (int i = 0; i < atoms->n; i++) {
    int cell[3];
    for (int d = 0; d < 3; d++) {
      int c = (int)floor((atoms->x[i][d] - grid->lo[d]) / grid->edge[d]), n = grid->cells[d];
      cell[d] = grid->periodic[d] ? ((c % n) + n) % n : c < 0 ? 0 : c >= n ? n - 1 : c;
    }
    grid->of_atom[i] = voxel_index(grid, cell);
    if (!strain->valid[i]) continue;
    grid->count[grid->of_atom[i]]++;
    grid->eta[grid->of_atom[i]] += strain->eta_mises[i];
  }
}

/* One pass of the weights 1/4, 1/2, 1/4 along axis d; outside a free face there is nothing. */
static void smooth_axis(const Voxels *grid, int d, const double *from, double *to)
{
  for (int k = 0; k < grid->total; k++) {
    int cell[3], n = grid->cells[d];
    voxel_cell(grid, k, cell);
    int here = cell[d];
    double sum = 0.5 * from[k];
    for (int step = -1; step <= 1; step += 2) {
      cell[d] = here + step;
      if (grid->periodic[d]) cell[d] = (cell[d] + n) % n;
      if (cell[d] >= 0 && cell[d] < n) sum += 0.25 * from[voxel_index(grid, cell)];
    }
    to[k] = sum;
  }
}

/* Sums of eta to means, both numerator and denominator smoothed, so that vacuum has no weight. */
static GbStatus smooth(Voxels *grid)
{
  double *weight, *scratch;
  GB_CALLOC(weight, 2 * (size_t)grid->total);
  scratch = weight + grid->total;
  for (int k = 0; k < grid->total; k++)
    weight[k] = grid->count[k];
  for (int d = 0; d < 3; d++) {
    smooth_axis(grid, d, weight, scratch);
    memcpy(weight, scratch, (size_t)grid->total * sizeof *weight);
    smooth_axis(grid, d, grid->eta, scratch);
    memcpy(grid->eta, scratch, (size_t)grid->total * sizeof *scratch);
  }
  for (int k = 0; k < grid->total; k++)
    grid->eta[k] = grid->count[k] ? grid->eta[k] / weight[k] : 0.0;
  free(weight);
  return GB_OK;
}

static double half_filled(const Voxels *grid)
{
  int atoms = 0, voxels = 0;
  for (int k = 0; k < grid->total; k++) {
    atoms += grid->count[k];
    voxels += grid->count[k] > 0;
  }
  return voxels ? 0.5 * atoms / voxels : 0.0;
}

/* Walks one row inwards from the `side` given; marks the surface up to the first full voxel. */
static void mark_row_surface(Voxels *grid, int y, int z, int side, double full)
{
  int n = grid->cells[0], first = -1;
  for (int step = 0; step < n && first < 0; step++) {
    int cell[3] = {side == LEFT ? step : n - 1 - step, y, z}, k = voxel_index(grid, cell);
    if (grid->count[k] > 0) grid->surface[k] |= (char)side;
    if (grid->count[k] >= full) first = k;
  }
  for (int x = 0; first >= 0 && x < n; x++) {
    int cell[3] = {x, y, z}, k = voxel_index(grid, cell);
    bool partial = (grid->surface[k] & side) && grid->count[k] < full;
    if (partial) grid->above[k] = grid->above[first];
  }
}

static void mark_voxels(double threshold, Voxels *grid)
{
  double full = half_filled(grid);
  for (int k = 0; k < grid->total; k++)
    grid->above[k] = grid->count[k] > 0 && grid->eta[k] > threshold;
  for (int y = 0; y < grid->cells[1]; y++) {
    for (int z = 0; z < grid->cells[2]; z++) {
      mark_row_surface(grid, y, z, LEFT, full);
      mark_row_surface(grid, y, z, RIGHT, full);
    }
  }
}

/* Flood fill from order[begin], which must be numbered already; returns the end of the cluster. */
static int flood(Voxels *grid, int begin, int number)
{
  int end = begin + 1;
  for (int head = begin; head < end; head++) {
    int here = grid->order[head];
    for (int face = 0; face < 6; face++) {
      int d = face / 2, offset[3] = {0, 0, 0}, cell[3];
      offset[d] = face % 2 ? 1 : -1;
      voxel_cell(grid, here, cell);
      cell[d] += offset[d];
      if (grid->periodic[d]) cell[d] = (cell[d] + grid->cells[d]) % grid->cells[d];
      bool inside = cell[d] >= 0 && cell[d] < grid->cells[d];
      int k = inside ? voxel_index(grid, cell) : here;
      if (!grid->above[k] || grid->cluster[k]) continue;
      grid->cluster[k] = number;
      for (int a = 0; a < 3; a++)
        grid->place[k][a] = grid->place[here][a] + offset[a];
      grid->order[end++] = k;
    }
  }
  return end;
}

/* Lists the clusters in the order of their first voxel; *clusters has room for every voxel. */
static int find_clusters(Voxels *grid, Cluster *clusters)
{
  int n = 0, end = 0;
  for (int k = 0; k < grid->total; k++) {
    if (!grid->above[k] || grid->cluster[k]) continue;
    Cluster *cluster = &clusters[n++];
    *cluster = (Cluster){.begin = end};
    grid->order[end] = k;
    grid->cluster[k] = n;
    voxel_cell(grid, k, grid->place[k]);
    cluster->end = end = flood(grid, end, n);
    for (int m = cluster->begin; m < end; m++)
      cluster->surface |= grid->surface[grid->order[m]];
  }
  return n;
}

static void voxel_point(const Voxels *grid, int voxel, double point[2])
{
  point[0] = (grid->place[voxel][0] + 0.5) * grid->edge[0];
  point[1] = (grid->place[voxel][2] + 0.5) * grid->edge[2];
}

/* Unit vector in the x-z plane along which the cluster grows, away from the surface it touches. */
static void growth_direction(const Voxels *grid, const Cluster *cluster, double u[2])
{
  /* Flatter than this the cluster is a crust along the surface, and its tip is its deepest point.
   */
  const double least_inwards = 0.35;
  double mean[2] = {0.0, 0.0}, xx = 0.0, xz = 0.0, zz = 0.0, p[2];
  int n = cluster->end - cluster->begin;
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    mean[0] += p[0] / n;
    mean[1] += p[1] / n;
  }
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    xx += (p[0] - mean[0]) * (p[0] - mean[0]);
    xz += (p[0] - mean[0]) * (p[1] - mean[1]);
    zz += (p[1] - mean[1]) * (p[1] - mean[1]);
  }
  double angle = 0.5 * atan2(2.0 * xz, xx - zz);
  u[0] = cos(angle);
  u[1] = sin(angle);
  if (cluster->surface && u[0] < least_inwards) {
    u[0] = 1.0;
    u[1] = 0.0;
  }
  if (cluster->surface == RIGHT) {
    u[0] = -u[0];
    u[1] = -u[1];
  }
}

typedef struct {
  double u[2];       /* direction of growth */
  double point[2];   /* mean of the foremost voxels */
  double end;        /* largest coordinate along u, of a voxel centre */
  double half_width; /* of the cluster, across u, in its front */
} Tip;

static Tip find_tip(const Voxels *grid, const Cluster *cluster, const double u[2], double reach)
{
  Tip tip = {.u = {u[0], u[1]}, .end = -INFINITY};
  double p[2], edge = fmax(grid->edge[0], grid->edge[2]);
  int n = 0;
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    tip.end = fmax(tip.end, p[0] * u[0] + p[1] * u[1]);
  }
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    if (p[0] * u[0] + p[1] * u[1] < tip.end - edge) continue;
    tip.point[0] += p[0];
    tip.point[1] += p[1];
    n++;
  }
  tip.point[0] /= n;
  tip.point[1] /= n;
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    if (p[0] * u[0] + p[1] * u[1] < tip.end - reach) continue;
    double across = fabs((p[1] - tip.point[1]) * u[0] - (p[0] - tip.point[0]) * u[1]);
    tip.half_width = fmax(tip.half_width, across);
  }
  tip.half_width = fmin(tip.half_width + 0.5 * edge, reach);
  return tip;
}

static void mark_front(Voxels *grid, const Cluster *cluster, const Tip *tip, double reach, int band)
{
  double p[2];
  for (int m = cluster->begin; m < cluster->end; m++) {
    voxel_point(grid, grid->order[m], p);
    if (p[0] * tip->u[0] + p[1] * tip->u[1] >= tip->end - reach)
      grid->zone[grid->order[m]] = GB_ZONE_FRONT;
  }
  double start = tip->point[0] * tip->u[0] + tip->point[1] * tip->u[1];
  double height = grid->edge[2] * grid->cells[2];
  for (int k = 0; k < grid->total; k++) {
    if (grid->band[k] || grid->cluster[k] == grid->cluster[grid->order[cluster->begin]]) continue;
    int cell[3];
    voxel_cell(grid, k, cell);
    double x = (cell[0] + 0.5) * grid->edge[0] - tip->point[0];
    double z = (cell[2] + 0.5) * grid->edge[2] - tip->point[1];
    if (grid->periodic[2]) z -= height * floor(z / height + 0.5);
    double ahead = x * tip->u[0] + z * tip->u[1], across = fabs(z * tip->u[0] - x * tip->u[1]);
    if (ahead <= 0.0 || ahead > tip->end - start + reach || across > tip->half_width) continue;
    grid->zone[k] = GB_ZONE_FRONT;
    grid->band[k] = band;
  }
}

static void mark_nonspanning(Voxels *grid, const Cluster *cluster, double reach, int band)
{
  double u[2];
  growth_direction(grid, cluster, u);
  Tip tip = find_tip(grid, cluster, u, reach);
  mark_front(grid, cluster, &tip, reach, band);
  if (cluster->surface) return;
  double back[2] = {-u[0], -u[1]};
  tip = find_tip(grid, cluster, back, reach);
  mark_front(grid, cluster, &tip, reach, band);
}

static bool spanning(const Cluster *cluster)
{
  return cluster->surface == (LEFT | RIGHT);
}

/* Numbers the bands and sets their voxels' zones; all bands first, so that no front ahead of one
 * claims the voxels of another. */
static void mark_bands(Voxels *grid, const Cluster *clusters, int n, const GbZoneOptions *options,
                       GbZones *zones)
{
  int found[2] = {0, 0};
  for (int c = 0; c < n; c++) {
    if (clusters[c].end - clusters[c].begin < options->min_voxels) continue;
    bool across = spanning(&clusters[c]);
    found[across]++;
    zones->nbands++;
    for (int m = clusters[c].begin; m < clusters[c].end; m++) {
      grid->zone[grid->order[m]] = across ? GB_ZONE_SPANNING : GB_ZONE_TAIL;
      grid->band[grid->order[m]] = zones->nbands;
    }
  }
  for (int c = 0; c < n; c++) {
    int band = grid->band[grid->order[clusters[c].begin]];
    bool is_band = clusters[c].end - clusters[c].begin >= options->min_voxels;
    if (is_band && !spanning(&clusters[c]))
      mark_nonspanning(grid, &clusters[c], options->front_angstrom, band);
  }
  zones->kind = found[0] && found[1] ? GB_BANDS_BOTH
                : found[1]           ? GB_BANDS_SPANNING
                : found[0]           ? GB_BANDS_NONSPANNING
                                     : GB_BANDS_NONE;
}

static GbStatus classify(const GbAtoms *atoms, const GbStrain *strain, const GbZoneOptions *options,
                         Voxels *grid, GbZones *zones)
{
  Cluster *clusters;
  lay_grid(atoms, options->voxel_angstrom, grid);
  GB_CALL(allocate_voxels(atoms->n, grid));
  GB_CALLOC(zones->zone, atoms->n);
  GB_CALLOC(zones->band, atoms->n);
  GB_CALLOC(clusters, grid->total);
  zones->n = atoms->n;
  sum_up(atoms, strain, grid);
  GB_CALL(smooth(grid));
  mark_voxels(options->threshold, grid);
  int n = find_clusters(grid, clusters);
  mark_bands(grid, clusters, n, options, zones);
  free(clusters);
  for (int i = 0; i < atoms->n; i++) {
    zones->zone[i] = grid->zone[grid->of_atom[i]];
    zones->band[i] = grid->band[grid->of_atom[i]];
    zones->count[zones->zone[i]]++;
    zones->unfit[zones->zone[i]] += !strain->valid[i];
  }
  return GB_OK;
}

GbStatus GbZonesClassify(const GbAtoms *atoms, const GbStrain *strain, const GbZoneOptions *options,
                         GbZones *zones)
{
  Voxels grid = {0};
  memset(zones, 0, sizeof *zones);
  if (atoms->n < 1 || atoms->n != strain->n)
    GB_FAIL(GB_ERR_ARG, "zones need one strain per atom: %d atoms, %d strains", atoms->n,
            strain->n);
  if (atoms->periodic[0])
    GB_FAIL(GB_ERR_ARG, "zones need free surfaces in x, found a periodic box");
  if (!(options->voxel_angstrom > 0.0) || !(options->front_angstrom > 0.0))
    GB_FAIL(GB_ERR_ARG, "voxel edge and front reach must be positive, found %g and %g angstrom",
            options->voxel_angstrom, options->front_angstrom);
  GbStatus status = classify(atoms, strain, options, &grid, zones);
  free_voxels(&grid);
  if (status != GB_OK) {
    GbZonesFree(zones);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  return GB_OK;
}

void GbZonesFree(GbZones *zones)
{
  free(zones->zone);
  free(zones->band);
  memset(zones, 0, sizeof *zones);
}

void GbZoneFractions(const GbZones *zones, const GbStrain *strain, double low, double high,
                     double fraction[GB_NZONES])
{
  int64_t within[GB_NZONES] = {0}, all[GB_NZONES] = {0};
  for (int i = 0; i < zones->n; i++) {
    if (!strain->valid[i]) continue;
    all[zones->zone[i]]++;
    within[zones->zone[i]] += strain->eta_mises[i] > low && strain->eta_mises[i] <= high;
  }
  for (int z = 0; z < GB_NZONES; z++)
    fraction[z] = all[z] ? (double)within[z] / (double)all[z] : NAN;
}
