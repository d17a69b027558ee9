#include "mesoscale/fields/ensemble.h"

#include <math.h>
#include <stdlib.h>

static const GbColumn columns[] = {
    {"strain", "1", NULL},
    {"samples", "1", NULL},
    {"stress_GPa", "GPa", NULL},
    {"stress_se_GPa", "GPa", NULL},
    {"plastic_strain", "1", NULL},
    {"plastic_strain_se", "1", NULL},
    {"events_per_voxel", "1", NULL},
    {"events_per_voxel_se", "1", NULL},
    {"chi_mean", "1", NULL},
    {"chi_mean_se", "1", NULL},
    {"bands", "1", NULL},
    {"bands_se", "1", NULL},
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]), NMEANS = 5 };
/* Columns of the curves: sample, strain, and those that are averaged. */
enum { SAMPLE, STRAIN, PLASTIC, STRESS, CHI = 6, EVENTS, BANDS };
static const int sources[NMEANS] = {STRESS, PLASTIC, EVENTS, CHI, BANDS};

#define TOLERANCE 1e-9 /* of strain: rounding of a sum of steps */

typedef struct {
  const double *rows; /* of one sample */
  size_t nrows, at;   /* at: first row that has reached the present strain */
} Curve;

void GbMeanAndError(const double *values, int n, double *mean, double *error)
{
  double sum = 0, square = 0;
  for (int i = 0; i < n; i++)
    sum += values[i];
  *mean = sum / n;
  for (int i = 0; i < n; i++)
    square += (values[i] - *mean) * (values[i] - *mean);
  *error = n > 1 ? sqrt(square / (n - 1) / n) : NAN;
}

static void find_curves(const GbTable *table, int samples, Curve *curves)
{
  const size_t width = (size_t)table->ncolumns;
  for (size_t r = 0; r < table->nrows; r++) {
    const double *row = table->values + r * width;
    if (row[SAMPLE] < 0 || row[SAMPLE] >= samples) continue;
    Curve *curve = &curves[(int)row[SAMPLE]];
    if (curve->nrows++ == 0) curve->rows = row;
  }
}

/* values[NMEANS] where the curve first reaches the strain; false if it does not. */
static bool read_curve(Curve *curve, size_t width, double strain, double *values)
{
  while (curve->at < curve->nrows && curve->rows[curve->at * width + STRAIN] < strain - TOLERANCE)
    curve->at++;
  if (curve->at == curve->nrows) return false;
  const double *to = curve->rows + curve->at * width, *from = curve->at > 0 ? to - width : to;
  const double span = to[STRAIN] - from[STRAIN];
  const double weight = span > 0 ? fmin((strain - from[STRAIN]) / span, 1) : 1;
  for (int k = 0; k < NMEANS; k++)
    values[k] = from[sources[k]] + weight * (to[sources[k]] - from[sources[k]]);
  return true;
}

/* One row at this strain; its number of samples. found[NMEANS][samples]. */
static int fill_row(const GbMesoConfig *config, Curve *curves, size_t width, double strain,
                    double *found, double *row)
{
  const int samples = (int)config->samples;
  const double voxels = (double)(config->nx * config->ny * config->nz);
  int n = 0;
  for (int s = 0; s < samples; s++) {
    double values[NMEANS];
    if (!read_curve(&curves[s], width, strain, values)) continue;
    values[2] /= voxels;
    for (int k = 0; k < NMEANS; k++)
      found[k * samples + n] = values[k];
    n++;
  }
  row[0] = strain;
  row[1] = n;
  for (int k = 0; k < NMEANS && n > 0; k++)
    GbMeanAndError(found + k * samples, n, &row[2 + 2 * k], &row[3 + 2 * k]);
  return n;
}

static GbStatus average(const GbMesoConfig *config, const GbTable *table, Curve *curves,
                        double *found, GbTable *averages)
{
  const double step = config->relaxation_step_percent / 100;
  find_curves(table, (int)config->samples, curves);
  for (int k = 0;; k++) {
    double row[NCOLUMNS];
    if (fill_row(config, curves, (size_t)table->ncolumns, k * step, found, row) == 0) return GB_OK;
    GB_CALL(GbTableAppend(averages, row));
  }
}

GbStatus GbEnsembleAverage(const GbMesoConfig *config, const GbTable *curves, GbTable *table)
{
  Curve *each = NULL;
  double *found = NULL;
  GbStatus status;
  *table = GbTableOf(columns, NCOLUMNS);
  GB_TRY(status, GbCalloc((void **)&each, (size_t)config->samples, sizeof(*each)), done);
  GB_TRY(status, GbCalloc((void **)&found, NMEANS * (size_t)config->samples, sizeof(*found)), done);
  GB_TRY(status, average(config, curves, each, found, table), done);
done:
  free(each);
  free(found);
  if (status != GB_OK) GbTableFree(table);
  return status;
}
