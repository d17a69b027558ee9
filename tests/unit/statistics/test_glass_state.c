/* chi, thermal expansion, heat capacity and density by hand-made samples whose answers are known:
 * energies linear in the composition, volumes exponential in temperature, the law of Dulong and
 * Petit, the density of copper. */
#include "atomistic/statistics/localstate.h"
#include "atomistic/statistics/thermal.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>

static const double copper = 63.546; /* g/mol */

/* Distance in a periodic box. */
static double distance(const GbAtoms *atoms, int i, int j)
{
  double square = 0;
  for (int d = 0; d < 3; d++) {
    double r = atoms->x[i][d] - atoms->x[j][d];
    r -= atoms->length[d] * nearbyint(r / atoms->length[d]);
    square += r * r;
  }
  return sqrt(square);
}

/* e = -3 + 0.5 for atoms of type 1: a sphere of composition c has the mean -3 + 0.5 c. */
static void chi_is_free_of_composition_and_load(void **state)
{
  (void)state;
  const int cells[3] = {4, 4, 4};
  const double radius = 3.2, spacing = 4; /* 12 neighbours at 2.83 angstrom */
  GbAtoms atoms;
  GbLocalState local;
  GbSlopeSums sums = {0};
  assert_ok(GbAtomsCreateFcc(&atoms, cells, spacing, 0.25, 7));
  double *energy = calloc((size_t)atoms.n, sizeof *energy);
  double *chi = calloc((size_t)atoms.n, sizeof *chi);
  for (int i = 0; i < atoms.n; i++)
    energy[i] = atoms.type[i] == 1 ? -2.5 : -3.0;
  assert_ok(GbLocalStateCompute(&atoms, energy, radius, spacing * spacing * spacing / 4, &local));
  for (int i = 0; i < atoms.n; i++) {
    int all = 0, ones = 0;
    for (int j = 0; j < atoms.n; j++) {
      if (distance(&atoms, i, j) > radius) continue;
      all++;
      ones += atoms.type[j] == 1;
    }
    assert_int_equal(all, 13);
    assert_true(local.bulk[i]);
    assert_close(local.composition[i], ones / 13.0, 1e-12);
    assert_close(local.energy[i], -3 + 0.5 * ones / 13.0, 1e-12);
  }
  GbSlopeAdd(&sums, &local);
  assert_relative(GbSlopeValue(&sums), 0.5, 1e-12);
  /* At the fraction of the whole, 0.25, and without load: -3 + 0.5 * 0.25 - 0.02 = -2.895. */
  const GbChiScale scale = {.e_ref = -3.1, .e_inf = -2.9, .slope = 0.5, .fraction = 0.25};
  GbChiFromLocalState(&scale, &local, 0.02, chi);
  for (int i = 0; i < atoms.n; i++)
    assert_close(chi[i], (-2.895 + 3.1) / 0.2, 1e-12);
  free(energy);
  free(chi);
  GbLocalStateFree(&local);
  GbAtomsFree(&atoms);
}

/* ln V rises by three times the linear expansion; H of 1000 copper atoms by 3 k_B each. */
static void expansion_is_linear_and_heat_is_dulong_petit(void **state)
{
  (void)state;
  const GbBootstrapOptions bootstrap = {.seed = 1, .stream = 1, .resamples = 50};
  const double alpha = 1.7e-5, mass = 1000 * copper * GB_AMU_IN_KG;
  GbThermalPoint points[3] = {{0}};
  GbEstimate expansion, heat;
  for (int t = 0; t < 3; t++) {
    const double kelvin = points[t].temperature_K = 100 + 150 * t;
    for (int b = 0; b < GB_THERMAL_BLOCKS; b++) {
      points[t].volume[b] = 12000 * exp(3 * alpha * kelvin);
      points[t].enthalpy[b] = -3500 + 3000 * GB_KB_EV_PER_K * kelvin;
    }
  }
  assert_ok(GbThermalFit(&bootstrap, 3, points, mass, &expansion, &heat));
  assert_relative(expansion.value, alpha, 1e-9);
  assert_relative(heat.value, 3 * 8.314462618 / (copper * 1e-3), 1e-6); /* 3 R / M */
}

/* Copper, a = 3.615 angstrom: 8935 kg/m^3. */
static void density_is_mass_over_volume(void **state)
{
  (void)state;
  const GbBootstrapOptions bootstrap = {.seed = 1, .stream = 1, .resamples = 50};
  const int cells[3] = {1, 1, 1};
  GbThermalPoint point = {.temperature_K = 300};
  GbEstimate density;
  GbAtoms atoms;
  assert_ok(GbAtomsCreateFcc(&atoms, cells, 3.615, 0, 1));
  for (int t = 0; t < GB_MAX_TYPES; t++)
    atoms.mass[t] = copper;
  for (int b = 0; b < GB_THERMAL_BLOCKS; b++)
    point.volume[b] = GbAtomsVolume(&atoms);
  assert_ok(GbThermalDensity(&bootstrap, &point, GbAtomsMassKg(&atoms), &density));
  assert_relative(density.value, 8935, 1e-3);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.atomistic.glass_state", cmocka_unit_test(chi_is_free_of_composition_and_load),
             cmocka_unit_test(expansion_is_linear_and_heat_is_dulong_petit),
             cmocka_unit_test(density_is_mass_over_volume))
