#include "atomistic/engine/lammps_common.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const double largest_tilt = 1e-7; /* of an edge */

bool GbLammpsUnitsFind(const char *name, GbLammpsUnits *units)
{
  /* kcal/mol in eV: 4184 J over Avogadro's number times the elementary charge */
  static const double kcal_per_mol = 4184.0 / (6.02214076e23 * 1.602176634e-19);
  *units = (GbLammpsUnits){1.0, 1.0, 1.0};
  if (strcmp(name, "metal") == 0) return true;
  if (strcmp(name, "real") != 0) return false;
  *units = (GbLammpsUnits){.velocity = 1e3, .force = kcal_per_mol, .time = 1e-3}; /* from fs */
  return true;
}

bool GbLammpsUnitsKnown(const char *name)
{
  static const char *const names[] = {"lj",  "real",     "metal", "si",
                                      "cgs", "electron", "micro", "nano"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (strcmp(names[k], name) == 0) return true;
  return false;
}

bool GbTiltsVanish(const double tilt[3], const double length[3])
{
  const double shortest = fmin(length[0], fmin(length[1], length[2]));
  for (int k = 0; k < 3; k++)
    if (!(fabs(tilt[k]) <= largest_tilt * shortest)) return false;
  return true;
}
