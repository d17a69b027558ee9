/* Shape and tips of a band.
 *
 * A band is measured as the uniform plate with the same second moments M about its centre: a plate
 * of extents a, b along its plane has moments a^2/12, b^2/12 there, and a voxel has 1/12 itself.
 * Its normal is the axis of the least moment (in plane strain: across the long axis in x-z).
 *
 * Tips as in the atomistic tier. The band grows along its trace in the x-z plane, away from the
 * surface that it touches; the tip is its foremost point there, halfway across; the front is the
 * band within reach behind that and, ahead, a prolongation as wide as the band is there. Each layer
 * along y has its own tip, so that a front may be curved. */
#include "mesoscale/fields/band_search.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

static const double voxel_moment = 1.0 / 12;

static void position(const GbBandSearch *s, int q, int at[3])
{
  int folded[3];
  GbBandPosition(s->grid, s->member[q], folded);
  for (int d = 0; d < 3; d++)
    at[d] = d == 1 && s->prismatic ? folded[d] : s->place[s->member[q]][d];
}

static void moments(const GbBandSearch *s, double centre[3], double m[3][3])
{
  int at[3];
  memset(m, 0, 9 * sizeof(double));
  for (int d = 0; d < 3; d++)
    centre[d] = 0;
  for (int q = 0; q < s->n; q++) {
    position(s, q, at);
    for (int d = 0; d < 3; d++)
      centre[d] += (double)at[d] / s->n;
  }
  for (int q = 0; q < s->n; q++) {
    position(s, q, at);
    for (int d = 0; d < 3; d++)
      for (int e = 0; e < 3; e++)
        m[d][e] += (at[d] - centre[d]) * (at[e] - centre[e]) / s->n;
  }
  for (int d = 0; d < 3; d++)
    m[d][d] += voxel_moment;
}

/* Normal, and the area of the plate as seen along it (in plane strain: its length). */
static double plate_plane(const double m[3][3], double normal[3])
{
  const double angle = 0.5 * atan2(2 * m[0][2], m[0][0] - m[2][2]);
  normal[0] = -sin(angle);
  normal[1] = 0;
  normal[2] = cos(angle);
  return sqrt(12 * (0.5 * (m[0][0] + m[2][2]) + hypot(0.5 * (m[0][0] - m[2][2]), m[0][2])));
}

static GbStatus plate_space(const double m[3][3], double normal[3], double *area)
{
  double values[3], vectors[9], copy[9];
  gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(3);
  if (!work) GB_FAIL(GB_ERR_MEMORY, "no memory for the axes of a band");
  memcpy(copy, m, sizeof(copy));
  gsl_matrix_view matrix = gsl_matrix_view_array(copy, 3, 3);
  gsl_matrix_view axes = gsl_matrix_view_array(vectors, 3, 3);
  gsl_vector_view extents = gsl_vector_view_array(values, 3);
  gsl_eigen_symmv(&matrix.matrix, &extents.vector, &axes.matrix, work);
  gsl_eigen_symmv_free(work);
  gsl_eigen_symmv_sort(&extents.vector, &axes.matrix, GSL_EIGEN_SORT_VAL_ASC);
  for (int d = 0; d < 3; d++)
    normal[d] = vectors[3 * d];
  *area = 12 * sqrt(values[1] * values[2]);
  return GB_OK;
}

/* The projection of x onto the band's plane, seen along y. */
static void forward_direction(const double normal[3], double forward[2])
{
  const double x = 1 - normal[0] * normal[0], z = -normal[0] * normal[2], size = hypot(x, z);
  forward[0] = size > 1e-6 ? x / size : 0;
  forward[1] = size > 1e-6 ? z / size : 1;
}

GbStatus GbBandMeasureShape(const GbBandSearch *s, GbBandShape *shape)
{
  double m[3][3], area = 0;
  moments(s, shape->centre, m);
  if (s->grid->ny == 1)
    area = plate_plane((const double(*)[3])m, shape->normal);
  else
    GB_CALL(plate_space((const double(*)[3])m, shape->normal, &area));
  forward_direction(shape->normal, shape->forward);
  const double u = shape->forward[0], w = shape->forward[1];
  shape->length = sqrt(12 * (u * u * m[0][0] + 2 * u * w * m[0][2] + w * w * m[2][2]));
  shape->width = s->n / area;
  return GB_OK;
}

/* --- Tips ------------------------------------------------------------------------------------- */

typedef struct {
  int layer;         /* along y */
  double u[2];       /* direction of growth, x z */
  double point[2];   /* x z, in voxels */
  double half_width; /* of the band, across u, behind the point */
} Tip;

static double along(const Tip *tip, double x, double z)
{
  return x * tip->u[0] + z * tip->u[1];
}

static double across(const Tip *tip, double x, double z)
{
  return z * tip->u[0] - x * tip->u[1];
}

/* Place of the flood's voxel q if it is in the tip's layer, else NULL. */
static const int *in_layer(const GbBandSearch *s, const Tip *tip, int q)
{
  const int v = s->member[q];
  return v / s->grid->nx % s->grid->ny == tip->layer ? s->place[v] : NULL;
}

/* Returns false if the band has no voxel in the layer. */
static bool find_tip(const GbBandSearch *s, double reach, Tip *tip)
{
  double end = -INFINITY, sum = 0, least = INFINITY, most = -INFINITY;
  int n = 0;
  for (int q = 0; q < s->n; q++) {
    const int *at = in_layer(s, tip, q);
    if (at) end = fmax(end, along(tip, at[0], at[2]));
  }
  for (int q = 0; q < s->n; q++) {
    const int *at = in_layer(s, tip, q);
    if (!at || along(tip, at[0], at[2]) < end - reach) continue;
    const double aside = across(tip, at[0], at[2]);
    sum += aside;
    least = fmin(least, aside);
    most = fmax(most, aside);
    n++;
  }
  if (!n) return false;
  const double middle = sum / n;
  tip->point[0] = end * tip->u[0] - middle * tip->u[1];
  tip->point[1] = end * tip->u[1] + middle * tip->u[0];
  tip->half_width = fmin(0.5 * (most - least) + 0.5, reach);
  return true;
}

static void mark(const GbBandSearch *s, GbBandMap *map, int voxel)
{
  if (voxel >= 0 && GbBandSolid(s, voxel) && map->zone[voxel] != GB_ZONE_SPANNING)
    map->zone[voxel] = GB_ZONE_FRONT;
}

/* The band behind the tip, and what is ahead and not in a band. */
static void mark_front(const GbBandSearch *s, const Tip *tip, double reach, GbBandMap *map)
{
  const int box = (int)ceil(hypot(reach, tip->half_width)) + 1;
  const int i0 = (int)round(tip->point[0]), k0 = (int)round(tip->point[1]);
  const double end = along(tip, tip->point[0], tip->point[1]);
  for (int q = 0; q < s->n; q++) {
    const int *at = in_layer(s, tip, q);
    if (at && along(tip, at[0], at[2]) >= end - reach) mark(s, map, s->member[q]);
  }
  for (int k = k0 - box; k <= k0 + box; k++)
    for (int i = i0 - box; i <= i0 + box; i++) {
      const double ahead = along(tip, i - tip->point[0], k - tip->point[1]);
      const double aside = across(tip, i - tip->point[0], k - tip->point[1]);
      if (ahead <= 0 || ahead > reach || fabs(aside) > tip->half_width) continue;
      const int w = GbBandVoxel(s->grid, i, tip->layer, k);
      if (w >= 0 && map->band[w] == 0) mark(s, map, w);
    }
}

/* Tips of all layers towards one end; their mean goes to the band. */
static void end_at(const GbBandSearch *s, const double u[2], GbBandMap *map, GbBand *band)
{
  const GbGrid *grid = s->grid;
  const double reach = s->options->front_nm / grid->edge_nm;
  const double height = grid->nz * grid->edge_nm;
  double x = 0, z = 0;
  int layers = 0;
  for (int j = 0; j < grid->ny; j++) {
    Tip tip = {.layer = j, .u = {u[0], u[1]}};
    if (!find_tip(s, reach, &tip)) continue;
    mark_front(s, &tip, reach, map);
    x += tip.point[0];
    z += tip.point[1];
    layers++;
  }
  double *at = band->tip_nm[band->ntips++];
  at[0] = (x / layers + 0.5) * grid->edge_nm;
  at[1] = (z / layers + 0.5) * grid->edge_nm;
  at[1] -= height * floor(at[1] / height);
}

void GbBandMarkFront(const GbBandSearch *s, const GbBandShape *shape, GbBandMap *map, GbBand *band)
{
  /* Flatter than this the band is a crust along the surface, and its tip is its deepest point. */
  const double least_inwards = 0.35;
  double u[2] = {shape->forward[0], shape->forward[1]};
  if ((s->touches[0] || s->touches[1]) && u[0] < least_inwards) u[0] = 1, u[1] = 0;
  band->ntips = 0;
  if (!s->touches[1]) end_at(s, u, map, band);
  if (!s->touches[0]) end_at(s, (const double[2]){-u[0], -u[1]}, map, band);
}
