#include "mesoscale/fields/bands.h"
#include "mesoscale/fields/band_search.h"

#include <math.h>
#include <stdlib.h>

const char *const gb_band_kind_names[4] = {"none", "nonspanning", "spanning", "both"};
const char *const gb_band_form_names[GB_NBAND_FORMS] = {"nonspanning", "spanning", "intersected"};

GbBandOptions GbBandDefaults(void)
{
  return (GbBandOptions){.threshold_shear = 0.6,
                         .threshold_relative = 1.5,
                         .front_nm = 4,
                         .around_nm = 4,
                         .min_voxels = 4};
}

void GbBandShear(int nvoxels, const double (*plastic)[GB_NTENSOR], double *shear)
{
  for (int v = 0; v < nvoxels; v++) {
    const double *e = plastic[v];
    const double mean = (e[GB_XX] + e[GB_YY] + e[GB_ZZ]) / 3;
    const double xx = e[GB_XX] - mean, yy = e[GB_YY] - mean, zz = e[GB_ZZ] - mean;
    const double square = xx * xx + yy * yy + zz * zz + 2 * e[GB_XZ] * e[GB_XZ] +
                          2 * e[GB_YZ] * e[GB_YZ] + 2 * e[GB_XY] * e[GB_XY];
    shear[v] = 2 * sqrt(0.5 * square);
  }
}

/* --- Means inside bands and around them ------------------------------------------------------- */

typedef struct {
  const GbGrid *grid;
  const GbBandMap *map;
  const double *field;
  double reach;              /* voxels */
  double *inside, *around;   /* [nbands] sums, then means */
  int *count_in, *count_out; /* [nbands] */
} Means;

/* A voxel of the matrix counts once for each band in reach; more than a few there never are. */
static void add_around(Means *m, int voxel)
{
  enum { MOST = 16 };
  const int box = (int)floor(m->reach), box_y = m->grid->ny > 1 ? box : 0;
  int seen[MOST], nseen = 0, at[3];
  GbBandPosition(m->grid, voxel, at);
  for (int dk = -box; dk <= box; dk++)
    for (int dj = -box_y; dj <= box_y; dj++)
      for (int di = -box; di <= box; di++) {
        if (di * di + dj * dj + dk * dk > m->reach * m->reach) continue;
        const int w = GbBandVoxel(m->grid, at[0] + di, at[1] + dj, at[2] + dk);
        const int band = w < 0 ? 0 : m->map->band[w];
        bool new = band > 0 && nseen < MOST;
        for (int b = 0; b < nseen && new; b++)
          new = seen[b] != band;
        if (!new) continue;
        seen[nseen++] = band;
        m->around[band - 1] += m->field[voxel];
        m->count_out[band - 1]++;
      }
}

static void add_all(Means *m, const bool *solid)
{
  for (int v = 0; v < m->map->nvoxels; v++) {
    const int band = m->map->band[v];
    if (band > 0) {
      m->inside[band - 1] += m->field[v];
      m->count_in[band - 1]++;
    } else if (m->map->zone[v] == GB_ZONE_MATRIX && (!solid || solid[v])) {
      add_around(m, v);
    }
  }
  for (int b = 0; b < m->map->nbands; b++) {
    m->inside[b] = m->count_in[b] ? m->inside[b] / m->count_in[b] : NAN;
    m->around[b] = m->count_out[b] ? m->around[b] / m->count_out[b] : NAN;
  }
}

/* Means of a field inside each band and in the matrix around it: inside and around[nbands], owned
 * by the caller; NaN where there is nothing. */
static GbStatus field_means(const GbGrid *grid, const bool *solid, const GbBandMap *map,
                            const double *field, double around_nm, double **inside, double **around)
{
  Means m = {.grid = grid, .map = map, .field = field, .reach = around_nm / grid->edge_nm};
  GbStatus status;
  const size_t n = (size_t)map->nbands;
  GB_TRY(status, GbCalloc((void **)&m.inside, n, sizeof(double)), done);
  GB_TRY(status, GbCalloc((void **)&m.around, n, sizeof(double)), done);
  GB_TRY(status, GbCalloc((void **)&m.count_in, n, sizeof(int)), done);
  GB_TRY(status, GbCalloc((void **)&m.count_out, n, sizeof(int)), done);
  add_all(&m, solid);
done:
  free(m.count_in);
  free(m.count_out);
  *inside = m.inside;
  *around = m.around;
  return status;
}

static GbStatus add_shear(const GbGrid *grid, const bool *solid, const double *shear,
                          const GbBandOptions *options, GbBandMap *map)
{
  double *inside = NULL, *around = NULL;
  const GbStatus status =
      field_means(grid, solid, map, shear, options->around_nm, &inside, &around);
  for (int b = 0; status == GB_OK && b < map->nbands; b++) {
    map->bands[b].shear_inside = inside[b];
    map->bands[b].shear_around = around[b];
    map->bands[b].offset_nm = inside[b] * map->bands[b].width_nm;
  }
  free(inside);
  free(around);
  return status;
}

GbStatus GbBandsAddChi(const GbGrid *grid, const bool *solid, const double *chi,
                       const GbBandOptions *options, GbBandMap *map)
{
  double *inside = NULL, *around = NULL;
  const GbStatus status = field_means(grid, solid, map, chi, options->around_nm, &inside, &around);
  for (int b = 0; status == GB_OK && b < map->nbands; b++) {
    map->bands[b].chi_inside = inside[b];
    map->bands[b].chi_around = around[b];
  }
  free(inside);
  free(around);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

/* --- Classification --------------------------------------------------------------------------- */

static GbStatus measure_band(GbBandSearch *s, int number, GbBandMap *map)
{
  const double edge = s->grid->edge_nm;
  GbBand *band = &map->bands[number - 1];
  GbBandShape shape;
  GbBandFloodLimb(s, number);
  GB_CALL(GbBandMeasureShape(s, &shape));
  band->voxels = s->n;
  band->spans = GbBandFloodSpans(s);
  band->form = s->limbs[number - 1].crossed ? GB_BAND_FORM_INTERSECTED
               : band->spans                ? GB_BAND_FORM_SPANNING
                                            : GB_BAND_FORM_NONSPANNING;
  band->angle_deg = 180 / M_PI * acos(fmin(1, fabs(shape.normal[2])));
  if (shape.normal[0] * shape.normal[2] > 0) band->angle_deg *= -1;
  band->length_nm = shape.length * edge;
  band->width_nm = shape.width * edge;
  band->chi_inside = band->chi_around = NAN;
  for (int q = 0; q < s->n; q++) {
    const int v = s->member[q];
    if (!map->band[v]) map->band[v] = number;
    if (map->zone[v] != GB_ZONE_SPANNING)
      map->zone[v] = band->spans ? GB_ZONE_SPANNING : GB_ZONE_TAIL;
  }
  return GB_OK;
}

/* After all bands are marked, so that no front ahead of one claims voxels of another. */
static GbStatus mark_front(GbBandSearch *s, int number, GbBandMap *map)
{
  GbBandShape shape;
  if (map->bands[number - 1].spans) return GB_OK;
  GbBandFloodLimb(s, number);
  GB_CALL(GbBandMeasureShape(s, &shape));
  GbBandMarkFront(s, &shape, map, &map->bands[number - 1]);
  return GB_OK;
}

static void sum_up(const GbBandSearch *s, GbBandMap *map)
{
  int solids = 0;
  for (int v = 0; v < map->nvoxels; v++) {
    if (!GbBandSolid(s, v)) continue;
    map->fraction[map->zone[v]] += 1;
    solids++;
  }
  for (int z = 0; z < GB_NZONES; z++)
    map->fraction[z] /= solids ? solids : 1;
  for (int b = 0; b < map->nbands; b++) {
    *(map->bands[b].spans ? &map->nspanning : &map->nnonspanning) += 1;
    map->nintersected += map->bands[b].form == GB_BAND_FORM_INTERSECTED;
    map->width_nm += map->bands[b].width_nm / map->nbands;
  }
  map->kind = (GbBandKind)((map->nnonspanning ? GB_BAND_NONSPANNING : 0) |
                           (map->nspanning ? GB_BAND_SPANNING : 0));
}

static GbStatus classify(GbBandSearch *s, const double *shear, GbBandMap *map)
{
  GbBandSmooth(s, shear);
  map->threshold = s->threshold;
  GB_CALL(GbBandFindLimbs(s));
  map->nbands = s->nlimbs;
  GB_CALLOC(map->bands, map->nbands);
  for (int b = 1; b <= map->nbands; b++)
    GB_CALL(measure_band(s, b, map));
  for (int b = 1; b <= map->nbands; b++)
    GB_CALL(mark_front(s, b, map));
  GB_CALL(add_shear(s->grid, s->solid, shear, s->options, map));
  sum_up(s, map);
  return GB_OK;
}

GbStatus GbBandsClassify(const GbGrid *grid, const bool *solid, const double *shear,
                         const GbBandOptions *options, GbBandMap *map)
{
  const size_t n = (size_t)grid->nx * grid->ny * grid->nz;
  GbBandSearch s = {0};
  GbStatus status;
  *map = (GbBandMap){.nvoxels = (int)n};
  GB_TRY(status, GbCalloc((void **)&map->zone, n, sizeof(int)), done);
  GB_TRY(status, GbCalloc((void **)&map->band, n, sizeof(int)), done);
  GB_TRY(status, GbBandSearchCreate(grid, solid, options, &s), done);
  GB_TRY(status, classify(&s, shear, map), done);
done:
  GbBandSearchFree(&s);
  if (status != GB_OK) GbBandMapFree(map);
  return status;
}

void GbBandMapFree(GbBandMap *map)
{
  free(map->zone);
  free(map->band);
  free(map->bands);
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
