/* Event census.
 *
 * Two inherent structures of a strained sample differ by an elastic change and by events: groups of
 * atoms that rearranged. An atom took part if both its D2min (Falk, Langer, Phys. Rev. E 57, 7192
 * (1998)) and its eta_Mises between the two exceed thresholds; atoms that took part and are
 * neighbours form one event. Events that overlap in space between two frames merge into one: the
 * census counts events truly only if frames lie closer together than the time between events in one
 * place. The interval is an input of the atomistic stage.
 *
 * Transformation strain: F minimises sum_i |d_i - F D_i|^2 over the atoms of the event, D and d
 * their positions relative to their centre before and after; with the box's own change B taken off,
 * E = (F_e^T F_e - 1) / 2 with F_e = F B^-1. Atoms of the rim that hardly sheared
 * dilute it: gamma is a lower bound of the strain of the core. Shear: gamma = E_1 - E_3, the
 * engineering shear on the plane of largest shear. Orientation: the principal axis of largest
 * extension in the x-z plane lies at angle phi from x; the planes of largest shear lie at phi +-
 * pi/4, and phi + pi/4 mod pi is stored (the other follows by pi/2).
 *
 * Energy: sum over the atoms within `region` of the centre, after - before, less the mean change
 * of the atoms in no event (the elastic loading of the frame interval). chi before and after: mean
 * over the atoms of the event of their coarse-grained chi. */
#include "atomistic/statistics/census.h"

#include "atomistic/analysis/neighbors.h"
#include "atomistic/analysis/strain.h"
#include "base/units.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Clusters -----------------------------------------------------------------------------------
 */

GbStatus GbClusterAtoms(const GbAtoms *atoms, const bool *flag, double cutoff, int *label,
                        int *nclusters)
{
  GbNeighbors neighbors;
  int *stack;
  GB_CALL(GbNeighborsBuild(atoms, cutoff, &neighbors));
  GbStatus status = GbCalloc((void **)&stack, (size_t)atoms->n, sizeof *stack);
  *nclusters = 0;
  memset(label, 0, (size_t)atoms->n * sizeof *label);
  for (int seed = 0; status == GB_OK && seed < atoms->n; seed++) {
    if (!flag[seed] || label[seed]) continue;
    int depth = 0;
    label[seed] = ++(*nclusters);
    stack[depth++] = seed;
    while (depth > 0) {
      const int i = stack[--depth];
      for (int64_t k = neighbors.start[i]; k < neighbors.start[i + 1]; k++) {
        const int j = neighbors.atom[k];
        if (!flag[j] || label[j]) continue;
        label[j] = *nclusters;
        stack[depth++] = j;
      }
    }
  }
  free(stack);
  GbNeighborsFree(&neighbors);
  return status;
}

/* --- Transformation strain
 * ------------------------------------------------------------------------ */

/* Vector from `origin` to atom i by the nearest image, and the image's shift in boxes. */
static void nearest(const GbAtoms *atoms, const double origin[3], int i, double d[3],
                    double shift[3])
{
  for (int a = 0; a < 3; a++) {
    d[a] = atoms->x[i][a] - origin[a];
    shift[a] = atoms->periodic[a] ? -nearbyint(d[a] / atoms->length[a]) : 0.0;
    d[a] += shift[a] * atoms->length[a];
  }
}

/* Centre of a cluster before (nearest images around its first atom) and its size. */
static int cluster_centre(const GbAtoms *atoms, const int *label, int which, double centre[3])
{
  int first = -1, count = 0;
  double sum[3] = {0}, d[3], shift[3];
  for (int i = 0; i < atoms->n; i++) {
    if (label[i] != which) continue;
    if (first < 0) first = i;
    nearest(atoms, atoms->x[first], i, d, shift);
    for (int a = 0; a < 3; a++)
      sum[a] += d[a];
    count++;
  }
  for (int a = 0; a < 3 && count > 0; a++)
    centre[a] = atoms->x[first][a] + sum[a] / count;
  return count;
}

static int invert3(const double m[3][3], double inverse[3][3])
{
  double det = 0.0, scale = 0.0;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      const int i1 = (i + 1) % 3, i2 = (i + 2) % 3, j1 = (j + 1) % 3, j2 = (j + 2) % 3;
      inverse[j][i] = m[i1][j1] * m[i2][j2] - m[i1][j2] * m[i2][j1];
      scale = fmax(scale, fabs(m[i][j]));
    }
  for (int j = 0; j < 3; j++)
    det += m[0][j] * inverse[j][0];
  if (!(fabs(det) > 1e-6 * scale * scale * scale)) return 0;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      inverse[i][j] /= det;
  return 1;
}

GbStatus GbClusterStrain(const GbAtoms *before, const GbAtoms *after, const int *label, int which,
                         double strain[6])
{
  static const int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
  double centre[3], d[3], shift[3], mean[3] = {0}, v[3][3] = {{0}}, w[3][3] = {{0}}, inverse[3][3],
                                    f[3][3] = {{0}};
  const int count = cluster_centre(before, label, which, centre);
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < before->n; i++) {
      if (label[i] != which) continue;
      double now[3];
      nearest(before, centre, i, d, shift);
      for (int a = 0; a < 3; a++) {
        now[a] = after->x[i][a] + shift[a] * after->length[a] - centre[a];
        if (pass == 0) mean[a] += now[a] / count;
      }
      for (int a = 0; pass == 1 && a < 3; a++)
        for (int b = 0; b < 3; b++) {
          v[a][b] += d[a] * d[b];
          w[a][b] += (now[a] - mean[a]) * d[b];
        }
    }
  if (count < 4 || !invert3(v, inverse))
    GB_FAIL(GB_ERR_NUMERIC, "an event of %d atoms has no best-fit strain", count);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      for (int c = 0; c < 3; c++)
        f[a][b] += w[a][c] * inverse[c][b];
      if (before->periodic[b]) f[a][b] *= before->length[b] / after->length[b];
    }
  for (int k = 0; k < 6; k++) {
    strain[k] = row[k] == column[k] ? -0.5 : 0.0;
    for (int c = 0; c < 3; c++)
      strain[k] += 0.5 * f[c][row[k]] * f[c][column[k]];
  }
  return GB_OK;
}

void GbStrainInvariants(const double strain[6], double *shear, double *dilatation, double *angle)
{
  double m[9] = {strain[0], strain[3], strain[4], strain[3], strain[1],
                 strain[5], strain[4], strain[5], strain[2]};
  double values[3], stretch = 1.0; /* ascending */
  LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', 3, m, 3, values);
  for (int k = 0; k < 3; k++)
    stretch *= sqrt(fmax(0.0, 1.0 + 2.0 * values[k]));
  *shear = values[2] - values[0];
  *dilatation = stretch - 1.0;
  const double phi = 0.5 * atan2(2.0 * strain[4], strain[0] - strain[2]);
  *angle = fmod(phi + 0.25 * GB_PI + GB_PI, GB_PI);
}

/* --- Rows of the table
 * ---------------------------------------------------------------------------- */

void GbEventTableFree(GbEventTable *table)
{
  free(table->atoms);
  free(table->volume_nm3);
  free(table->gamma);
  free(table->dilatation);
  free(table->orientation_rad);
  free(table->delta_energy_eV);
  free(table->chi_before);
  free(table->chi_after);
  free(table->stress_GPa);
  free(table->strain);
  free(table->zone);
  memset(table, 0, sizeof *table);
}

static GbStatus grow(void **column, int64_t n, size_t size)
{
  void *bigger = realloc(*column, (size_t)(n + 1) * size);
  if (!bigger) GB_FAIL(GB_ERR_MEMORY, "no memory for %lld events", (long long)(n + 1));
  *column = bigger;
  return GB_OK;
}

static GbStatus add_row(GbEventTable *table)
{
  const int64_t n = table->n;
  double **doubles[] = {&table->volume_nm3,      &table->gamma,           &table->dilatation,
                        &table->orientation_rad, &table->delta_energy_eV, &table->chi_before,
                        &table->chi_after,       &table->stress_GPa,      &table->strain};
  for (size_t k = 0; k < sizeof doubles / sizeof *doubles; k++)
    GB_CALL(grow((void **)doubles[k], n, sizeof(double)));
  GB_CALL(grow((void **)&table->atoms, n, sizeof(int64_t)));
  GB_CALL(grow((void **)&table->zone, n, sizeof(int64_t)));
  table->n++;
  return GB_OK;
}

/* What happened around an event. */
typedef struct {
  double energy, chi_before, chi_after;
  int64_t with_chi; /* atoms of the event that have a chi */
} Region;

static Region region_around(const GbCensusFrame *before, const GbCensusFrame *after,
                            const int *label, int which, const double centre[3], double radius,
                            double background)
{
  Region r = {0};
  double d[3], shift[3];
  for (int i = 0; i < before->atoms->n; i++) {
    nearest(before->atoms, centre, i, d, shift);
    if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] <= radius * radius)
      r.energy += after->energy[i] - before->energy[i] - background;
    if (label[i] != which || !isfinite(before->chi[i]) || !isfinite(after->chi[i])) continue;
    r.chi_before += before->chi[i];
    r.chi_after += after->chi[i];
    r.with_chi++;
  }
  r.chi_before /= (double)r.with_chi;
  r.chi_after /= (double)r.with_chi;
  return r;
}

/* Zone that most atoms of the cluster belong to. */
static int64_t zone_of(const GbAtoms *atoms, const int *label, int which, const int *zone)
{
  int64_t count[GB_NZONES] = {0}, best = GB_ZONE_MATRIX;
  for (int i = 0; zone && i < atoms->n; i++)
    if (label[i] == which) count[zone[i]]++;
  for (int z = 0; z < GB_NZONES; z++)
    if (count[z] > count[best]) best = z;
  return best;
}

static GbStatus one_event(const GbCensusFrame *before, const GbCensusFrame *after,
                          const GbCensusLabels *labels, const GbCensusOptions *options,
                          const int *label, int which, double background, GbEventTable *table,
                          int64_t *at_surface)
{
  double centre[3], strain[6];
  const int count = cluster_centre(before->atoms, label, which, centre);
  if (count < options->min_atoms) return GB_OK;
  const Region region =
      region_around(before, after, label, which, centre, options->region, background);
  if (2 * region.with_chi < count) {
    (*at_surface)++;
    return GB_OK;
  }
  if (GbClusterStrain(before->atoms, after->atoms, label, which, strain) != GB_OK) {
    GbErrorClear(); /* atoms in a plane: no strain, no event */
    return GB_OK;
  }
  const int64_t e = table->n;
  GB_CALL(add_row(table));
  table->atoms[e] = count;
  table->volume_nm3[e] = count * options->atomic_volume * 1e-3;
  GbStrainInvariants(strain, &table->gamma[e], &table->dilatation[e], &table->orientation_rad[e]);
  table->delta_energy_eV[e] = region.energy;
  table->chi_before[e] = region.chi_before;
  table->chi_after[e] = region.chi_after;
  table->stress_GPa[e] = 0.5 * labels->stress_GPa;
  table->strain[e] = labels->strain;
  table->zone[e] = zone_of(before->atoms, label, which, labels->zone);
  return GB_OK;
}

/* Mean energy change of the bulk atoms that took no part. */
static double quiet_change(const GbCensusFrame *before, const GbCensusFrame *after,
                           const int *label)
{
  double sum = 0.0;
  int64_t count = 0;
  for (int i = 0; i < before->atoms->n; i++) {
    if (label[i] || !isfinite(before->chi[i])) continue;
    sum += after->energy[i] - before->energy[i];
    count++;
  }
  return count ? sum / (double)count : 0.0;
}

GbStatus GbCensusPair(const GbCensusFrame *before, const GbCensusFrame *after,
                      const GbCensusLabels *labels, const GbCensusOptions *options,
                      GbEventTable *table, int64_t *at_surface)
{
  const int n = before->atoms->n;
  GbStrain strain;
  bool *flag = NULL;
  int *label = NULL, nclusters;
  GbStatus status;
  GB_CALL(GbStrainCompute(before->atoms, after->atoms, options->strain_cutoff, &strain));
  GB_TRY(status, GbCalloc((void **)&flag, (size_t)n, sizeof *flag), done);
  GB_TRY(status, GbCalloc((void **)&label, (size_t)n, sizeof *label), done);
  for (int i = 0; i < n; i++)
    flag[i] = strain.valid[i] && strain.d2min[i] > options->d2min_threshold &&
              strain.eta_mises[i] > options->eta_threshold;
  GB_TRY(status, GbClusterAtoms(before->atoms, flag, options->cluster_cutoff, label, &nclusters),
         done);
  const double background = quiet_change(before, after, label);
  for (int c = 1; c <= nclusters; c++)
    GB_TRY(status,
           one_event(before, after, labels, options, label, c, background, table, at_surface),
           done);
done:
  free(flag);
  free(label);
  GbStrainFree(&strain);
  return status;
}
