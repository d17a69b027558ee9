/* Kernel tables: cubic Hermite knots on the potential's own grid, of rho and, as in the file, r
 * phi.
 *
 * Published tables have about ten digits, so their slopes carry noise of 1e-7 to 1e-5 eV/A. A
 * coarser grid would be smoother and kinder to the cache, but it would not give the forces of the
 * published table: on coarser grids (256, 1024 pieces per octave of r^2) forces of Cu-Zr differed
 * from those of LAMMPS by 8e-5 and 1e-5 eV/A. Two numbers per knot keep the tables half as large as
 * polynomial coefficients, at the price of a few additions. */
#include "atomistic/engine/eam_table.h"

#include <math.h>
#include <stdlib.h>

/* Below the cutoff through the potential's own functions; elsewhere, and where phi diverges, as the
 * file has it: the last piece before a cutoff needs the knot behind it. */
static void take_knot(const GbPotential *potential, int a, int b, int m, GbEamTable *table)
{
  double r = m * table->step, phi, slope;
  GbPotentialPairKnot(potential, a, b, m, table->pair[m]);
  GbPotentialDensityKnot(potential, b, a, m, table->density[m]);
  if (r >= 0.5 * GB_EAM_R_MIN && r < GbPotentialPairCutoff(potential, a, b)) {
    GbPotentialPair(potential, a, b, r, &phi, &slope);
    table->pair[m][0] = r * phi;
    table->pair[m][1] = (phi + r * slope) * table->step;
  }
  if (r >= 0.5 * GB_EAM_R_MIN && r < GbPotentialDensityCutoff(potential, b, a)) {
    GbPotentialDensity(potential, b, a, r, &table->density[m][0], &table->density[m][1]);
    table->density[m][1] *= table->step;
  }
}

GbStatus GbEamTableCreate(const GbPotential *potential, int a, int b, GbEamTable *table)
{
  *table = (GbEamTable){.step = GbPotentialStep(potential)};
  table->end =
      fmax(GbPotentialPairCutoff(potential, a, b), GbPotentialDensityCutoff(potential, b, a));
  int last = (int)fmin(ceil(table->end / table->step), GbPotentialKnots(potential) - 1);
  table->last = last;
  GB_CALLOC(table->pair, last + 2);
  GB_CALLOC(table->density, last + 2);
  for (int m = 0; m <= last; m++)
    take_knot(potential, a, b, m, table);
  return GB_OK;
}

void GbEamTableFree(GbEamTable *table)
{
  free(table->pair);
  free(table->density);
  *table = (GbEamTable){0};
}
