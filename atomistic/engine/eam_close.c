/* Atoms with a pair that the polynomials do not cover: all their pairs with the potential's own
 * functions, one by one. They are rare (energetic collisions), so only right, not fast.
 *
 * Pairs closer than GB_EAM_R_MIN are an error: their density is not a number. */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <string.h>

static double separation(const GbEam *eam, int i, int j, double d[3])
{
  const GbEntryInt *q = eam->position;
  double s = 0.0;
  for (int k = 0; k < 3; k++) {
    d[k] = (double)(int32_t)((uint32_t)q[j][k] - (uint32_t)q[i][k]) * eam->unit;
    s += d[k] * d[k];
  }
  return sqrt(s);
}

/* The k-th neighbour of i; the dummy is number nentries. */
static int neighbor(const GbEam *eam, int i, int64_t k)
{
  return (int)(eam->rows.list[eam->rows.start[i] + k] / GB_EAM_STRIDE(eam));
}

double GbEamCloseDensity(const GbEam *eam, int i)
{
  double rho = 0.0, d[3], value, slope;
  for (int64_t t = 0; t < eam->rows.near[i] * eam->passes->lanes; t++) {
    int j = neighbor(eam, i, t);
    if (j == eam->nentries) continue;
    double r = separation(eam, i, j, d);
    if (r < GB_EAM_R_MIN) return NAN;
    GbPotentialDensity(eam->potential, eam->type[j], eam->type[i], r, &value, &slope);
    rho += value;
  }
  return rho;
}

static float slope_of(const GbEam *eam, int e)
{
  float slope;
  memcpy(&slope, &((const GbEntryInt *)eam->position)[e][3], sizeof slope);
  return slope;
}

void GbEamCloseForces(const GbEam *eam, int i, double slope_i, double force[3], double stress[6],
                      double *phi)
{
  int a = eam->type[i];
  for (int64_t t = 0; t < eam->rows.all[i] * eam->passes->lanes; t++) {
    int j = neighbor(eam, i, t);
    if (j == eam->nentries) continue;
    double d[3], value, pair, at_i, at_j, r = separation(eam, i, j, d);
    GbPotentialDensity(eam->potential, eam->type[j], a, r, &value, &at_i);
    GbPotentialDensity(eam->potential, a, eam->type[j], r, &value, &at_j);
    GbPotentialPair(eam->potential, a, eam->type[j], r, &value, &pair);
    double g = (pair + slope_i * at_i + slope_of(eam, j) * at_j) / r;
    *phi += value;
    for (int k = 0; k < 3; k++)
      force[k] += g * d[k];
    for (int c = 0; c < 6; c++)
      stress[c] += g * d[c < 3 ? c : c == 5 ? 1 : 0] * d[c < 3 ? c : c == 3 ? 1 : 2];
  }
}
