/* chi = (e - b (c - c0) - e_el - e_ref) / (e_inf - e_ref).
 *
 * e is the inherent-structure energy per atom, averaged over the bulk atoms of a sphere. In an
 * alloy it varies far more with the local composition c (several eV per unit c) than with disorder
 * (tens of meV), so the linear dependence on c is taken off first; its slope b is the common slope
 * of the regression of e on c within all samples used. e_el is the elastic energy of the applied
 * load. Atoms at free surfaces, whose energy is that of the surface, do not count.
 *
 * The link between energy and effective temperature: Hinkle, Rycroft, Shields, Falk, Phys. Rev. E
 * 95, 053001 (2017). */
#include "atomistic/statistics/localstate.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double bulk_fraction = 0.9;

static void coarse_grain(const GbAtoms *atoms, const double *atom_energy,
                         const GbNeighbors *neighbors, int i, GbLocalState *local)
{
  double energy = 0.0, ones = 0.0;
  int64_t count = 0;
  const int64_t all = neighbors->start[i + 1] - neighbors->start[i] + 1;
  if (local->bulk[i]) {
    energy = atom_energy[i];
    ones = atoms->type[i] == 1;
    count = 1;
  }
  for (int64_t k = neighbors->start[i]; k < neighbors->start[i + 1]; k++) {
    const int j = neighbors->atom[k];
    if (!local->bulk[j]) continue;
    energy += atom_energy[j];
    ones += atoms->type[j] == 1;
    count++;
  }
  local->energy[i] = 2 * count >= all ? energy / (double)count : NAN;
  local->composition[i] = 2 * count >= all ? ones / (double)count : NAN;
}

GbStatus GbLocalStateCompute(const GbAtoms *atoms, const double *atom_energy, double radius,
                             double atomic_volume, GbLocalState *local)
{
  GbNeighbors neighbors;
  const double expected = 4.0 / 3.0 * GB_PI * radius * radius * radius / atomic_volume;
  memset(local, 0, sizeof *local);
  local->n = atoms->n;
  GB_CALLOC(local->bulk, atoms->n);
  GB_CALLOC(local->energy, atoms->n);
  GB_CALLOC(local->composition, atoms->n);
  GB_CALL(GbNeighborsBuild(atoms, radius, &neighbors));
  for (int i = 0; i < atoms->n; i++) {
    const int64_t count = neighbors.start[i + 1] - neighbors.start[i] + 1;
    local->bulk[i] = (double)count >= bulk_fraction * expected;
  }
#pragma omp parallel for
  for (int i = 0; i < atoms->n; i++)
    coarse_grain(atoms, atom_energy, &neighbors, i, local);
  GbNeighborsFree(&neighbors);
  return GB_OK;
}

void GbLocalStateFree(GbLocalState *local)
{
  free(local->bulk);
  free(local->energy);
  free(local->composition);
  memset(local, 0, sizeof *local);
}

void GbSlopeAdd(GbSlopeSums *sums, const GbLocalState *local)
{
  double mean_e = 0.0, mean_c = 0.0;
  int count = 0;
  for (int i = 0; i < local->n; i++) {
    if (!isfinite(local->energy[i])) continue;
    mean_e += local->energy[i];
    mean_c += local->composition[i];
    count++;
  }
  if (count == 0) return;
  mean_e /= count;
  mean_c /= count;
  for (int i = 0; i < local->n; i++) {
    if (!isfinite(local->energy[i])) continue;
    const double c = local->composition[i] - mean_c;
    sums->cc += c * c;
    sums->ce += c * (local->energy[i] - mean_e);
  }
}

double GbSlopeValue(const GbSlopeSums *sums)
{
  return sums->cc > 0.0 ? sums->ce / sums->cc : 0.0;
}

void GbChiFromLocalState(const GbChiScale *scale, const GbLocalState *local, double elastic,
                         double *chi)
{
  for (int i = 0; i < local->n; i++) {
    const double adjusted =
        local->energy[i] - scale->slope * (local->composition[i] - scale->fraction) - elastic;
    chi[i] = (adjusted - scale->e_ref) / (scale->e_inf - scale->e_ref);
  }
}

double GbChiMean(int n, const double *chi, const bool *select, int64_t *count)
{
  double sum = 0.0;
  int64_t found = 0;
  for (int i = 0; i < n; i++) {
    if ((select && !select[i]) || !isfinite(chi[i])) continue;
    sum += chi[i];
    found++;
  }
  if (count) *count = found;
  return found ? sum / (double)found : NAN;
}
