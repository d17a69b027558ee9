/* Moduli of an inherent structure by small finite strains.
 *
 * Each axis j of the orthogonal box is strained by +-e, the atoms follow affinely and are then
 * relaxed at fixed box; central differences of the stress give C_ij = d sigma_i / d epsilon_j. From
 * it K  = 1/3 sum_i C_ij                           for each j: the pressure's answer to one axis,
 *   mu = (C_ii + C_jj - C_ij - C_ji) / 4          for each plane ij: pure shear at 45 degrees,
 * three samples each, whose mean is the isotropic average over the directions an orthogonal box can
 * be strained in and whose scatter is the anisotropy of a small sample. The volume of the box is
 * what carries the temperature: at the volume of temperature T these are quasi-static moduli that
 * contain thermal expansion but not the further, dynamic softening by vibrations. */
#include "atomistic/statistics/elastic.h"

#include <math.h>
#include <string.h>

static GbStatus stress_at(GbGlass *glass, const GbAtoms *rest, int axis, double strain,
                          const GbElasticOptions *options, GbElastic *elastic, double stress[6])
{
  GbInherent inherent;
  double factor[3] = {1.0, 1.0, 1.0};
  factor[axis] += strain;
  GbAtomsAssign(rest, glass->atoms);
  GbAtomsScaleBox(glass->atoms, factor);
  GB_CALL(GbGlassMinimize(glass, options->force_tolerance, options->max_evaluations, &inherent));
  elastic->evaluations += inherent.evaluations;
  if (!inherent.converged)
    GB_FAIL(
        GB_ERR_NUMERIC,
        "moduli: the strained glass kept a force of %g eV/A (expected < %g) after %d evaluations",
        inherent.max_force, options->force_tolerance, inherent.evaluations);
  memcpy(stress, inherent.stress_GPa, sizeof inherent.stress_GPa);
  return GB_OK;
}

static GbStatus measure(GbGlass *glass, const GbAtoms *rest, const GbElasticOptions *options,
                        GbElastic *elastic)
{
  double plus[6], minus[6];
  for (int j = 0; j < 3; j++) {
    GB_CALL(stress_at(glass, rest, j, options->strain, options, elastic, plus));
    GB_CALL(stress_at(glass, rest, j, -options->strain, options, elastic, minus));
    for (int i = 0; i < 3; i++)
      elastic->c[i][j] = (plus[i] - minus[i]) / (2.0 * options->strain);
  }
  for (int j = 0; j < 3; j++) {
    const int a = (j + 1) % 3, b = (j + 2) % 3;
    const double(*c)[3] = (const double(*)[3])elastic->c;
    elastic->bulk_GPa[j] = (c[0][j] + c[1][j] + c[2][j]) / 3.0;
    elastic->shear_GPa[j] = (c[a][a] + c[b][b] - c[a][b] - c[b][a]) / 4.0;
  }
  return GB_OK;
}

GbStatus GbElasticMeasure(GbGlass *glass, const GbElasticOptions *options, GbElastic *elastic)
{
  GbAtoms rest;
  GbStatus status;
  memset(elastic, 0, sizeof *elastic);
  GB_CALL(GbAtomsCopy(glass->atoms, &rest));
  GB_TRY(status, measure(glass, &rest, options, elastic), done);
done:
  GbAtomsAssign(&rest, glass->atoms);
  GbAtomsFree(&rest);
  return status;
}
