/* Events painted into a crystal come back with their size, strain and place; chi follows its
 * definition. */
#include "atomistic/statistics/barriers.h"
#include "atomistic/statistics/census.h"
#include "atomistic/statistics/localstate.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double a_cu = 3.639;

static double wrapped(const GbAtoms *atoms, int i, const double centre[3], double d[3])
{
  double r2 = 0.0;
  for (int a = 0; a < 3; a++) {
    d[a] = atoms->x[i][a] - centre[a];
    d[a] -= atoms->length[a] * nearbyint(d[a] / atoms->length[a]);
    r2 += d[a] * d[a];
  }
  return sqrt(r2);
}

/* Shears a ball by gamma in x over z, also across a periodic face, and shuffles its atoms by random
 * displacements of standard deviation `shuffle` in each direction. */
static int paint_shear(GbAtoms *atoms, const double centre[3], double radius, double gamma,
                       double shuffle, int *label)
{
  int count = 0;
  for (int i = 0; i < atoms->n; i++) {
    double d[3];
    label[i] = wrapped(atoms, i, centre, d) < radius;
    if (!label[i]) continue;
    atoms->x[i][0] += gamma * d[2];
    for (int a = 0; a < 3; a++) {
      double normal[2];
      GbRngNormal2(3, GB_RNG_TEST, (uint64_t)i, (uint64_t)a, 0, normal);
      atoms->x[i][a] += shuffle * normal[0];
    }
    count++;
  }
  return count;
}

static void cluster_strain_is_the_painted_one(void **state)
{
  (void)state;
  GbAtoms before, after;
  const double gamma = 0.2;
  assert_ok(GbAtomsCreateFcc(&before, (int[3]){6, 6, 6}, a_cu, 0.0, 1));
  int *label = calloc((size_t)before.n, sizeof *label);
  assert_ok(GbAtomsCopy(&before, &after));
  paint_shear(&after, (double[3]){0.5, 9.0, 9.0}, 6.0, gamma, 0.0, label);
  double strain[6], shear, dilatation, angle;
  for (int a = 0; a < 3; a++) { /* the box's own strain is taken off */
    const double stretch = a == 2 ? 1.01 : 0.995;
    after.length[a] *= stretch;
    for (int i = 0; i < after.n; i++)
      after.x[i][a] *= stretch;
  }
  assert_ok(GbClusterStrain(&before, &after, label, 1, strain));
  assert_close(strain[4], 0.5 * gamma * 1.01 * 0.995 / (1.01 * 1.01), 5e-3);
  GbStrainInvariants(strain, &shear, &dilatation, &angle);
  assert_relative(shear, gamma * sqrt(1.0 + gamma * gamma / 4.0), 0.02);
  assert_close(dilatation, 0.0, 1e-3);
  /* The shear plane is normal to z: its trace lies along x, or along z (the conjugate plane). */
  const double folded = fmod(angle, 1.5707963267948966);
  assert_true(folded < 0.12 || folded > 1.45);
  /* A stretch of 1.1 along each axis is a Green strain of 0.105 and a volume of 1.331. */
  GbStrainInvariants((const double[6]){0.105, 0.105, 0.105}, &shear, &dilatation, &angle);
  assert_close(shear, 0.0, 1e-12);
  assert_close(dilatation, 0.331, 1e-12);
  GbAtomsFree(&before);
  GbAtomsFree(&after);
  free(label);
}

static void census_counts_painted_events(void **state)
{
  (void)state;
  GbAtoms before, after;
  GbEventTable table = {0};
  int64_t at_surface = 0;
  assert_ok(GbAtomsCreateFcc(&before, (int[3]){8, 8, 8}, a_cu, 0.0, 1));
  const size_t n = (size_t)before.n;
  int *label = calloc(n, sizeof *label);
  double *energy[2] = {calloc(n, sizeof(double)), calloc(n, sizeof(double))};
  double *chi = calloc(n, sizeof *chi);
  assert_ok(GbAtomsCopy(&before, &after));
  paint_shear(&after, (double[3]){7.0, 7.0, 7.0}, 5.5, 0.35, 0.3, label);
  paint_shear(&after, (double[3]){22.0, 22.0, 22.0}, 5.5, 0.35, 0.3, label);
  for (int i = 0; i < before.n; i++) { /* loading 1 meV each; the second event costs 5 eV in all */
    double d[3];
    energy[1][i] =
        1e-3 + (wrapped(&before, i, (double[3]){22, 22, 22}, d) < 0.6 * a_cu ? 0.1 : 0.0);
  }
  const GbCensusFrame a = {&before, energy[0], chi}, b = {&after, energy[1], chi};
  const GbCensusLabels labels = {.strain = 0.05, .stress_GPa = 2.0, .zone = NULL};
  const GbCensusOptions options = {.d2min_threshold = 1.0,
                                   .eta_threshold = 0.05,
                                   .strain_cutoff = 3.3,
                                   .cluster_cutoff = 3.3,
                                   .min_atoms = 5,
                                   .region = 8.0,
                                   .atomic_volume = a_cu * a_cu * a_cu / 4.0};
  assert_ok(GbCensusPair(&a, &b, &labels, &options, &table, &at_surface));
  assert_int_equal(table.n, 2);
  assert_int_equal(at_surface, 0);
  for (int e = 0; e < 2; e++) {
    /* Unsheared atoms of the rim take part too, so the best fit is smaller than what was painted;
     * that the fit itself is right is shown above. */
    assert_true(table.gamma[e] > 0.05 && table.gamma[e] < 0.35);
    assert_true(table.volume_nm3[e] > 0.6); /* the ball has 0.70 nm^3 */
    assert_close(table.dilatation[e], 0.0, 0.15);
    assert_close(table.stress_GPa[e], 1.0, 1e-12);
    assert_relative(table.volume_nm3[e], (double)table.atoms[e] * 0.012047, 1e-3);
  }
  const double change = fabs(table.delta_energy_eV[0] - table.delta_energy_eV[1]);
  assert_true(change > 0.05);
  /* The first costs nothing: 1 meV of loading on each of some 180 atoms is taken off. */
  assert_close(fmin(fabs(table.delta_energy_eV[0]), fabs(table.delta_energy_eV[1])), 0.0, 0.01);
  GbEventTableFree(&table);
  assert_ok(GbCensusPair(&a, &a, &labels, &options, &table, &at_surface));
  assert_int_equal(table.n, 0);
  GbAtomsFree(&before);
  GbAtomsFree(&after);
  free(label);
  free(energy[0]);
  free(energy[1]);
  free(chi);
}

static void chi_takes_composition_off(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbLocalState local;
  GbSlopeSums sums = {0};
  assert_ok(GbAtomsCreateFcc(&atoms, (int[3]){6, 6, 6}, 4.0, 0.36, 7));
  double *energy = calloc((size_t)atoms.n, sizeof *energy),
         *chi = calloc((size_t)atoms.n, sizeof *chi);
  for (int i = 0; i < atoms.n; i++)
    energy[i] = -3.0 - 2.9 * (atoms.type[i] == 1) + 0.02;
  assert_ok(GbLocalStateCompute(&atoms, energy, 8.0, 16.0, &local));
  GbSlopeAdd(&sums, &local);
  assert_close(GbSlopeValue(&sums), -2.9, 1e-9);
  const double e0 = -3.0 - 2.9 * 0.36;
  const GbChiScale scale = {e0, e0 + 0.04, GbSlopeValue(&sums), 0.36, 8.0, 16.0};
  GbChiFromLocalState(&scale, &local, 0.0, chi);
  for (int i = 0; i < atoms.n; i++) {
    assert_true(local.bulk[i]);
    assert_close(chi[i], 0.5, 1e-6);
  }
  GbChiFromLocalState(&scale, &local, 0.01, chi);
  assert_close(chi[0], 0.25, 1e-6);
  GbLocalStateFree(&local);
  /* With free x faces the outermost atoms are no bulk, those in the middle are. */
  atoms.periodic[0] = false;
  assert_ok(GbLocalStateCompute(&atoms, energy, 8.0, 16.0, &local));
  for (int i = 0; i < atoms.n; i++) {
    if (atoms.x[i][0] < 2.5) assert_false(local.bulk[i]);
    if (fabs(atoms.x[i][0] - 12.0) < 2.5) assert_true(local.bulk[i]);
  }
  GbLocalStateFree(&local);
  GbAtomsFree(&atoms);
  free(energy);
  free(chi);
}

static void dipole_of_an_inclusion_gives_its_strain(void **state)
{
  (void)state;
  /* D = C : eps* Omega with mu = 30 GPa, K = 120 GPa, gamma = 0.1 in xy, 1 % dilatation, 500 A^3.
   */
  const double gpa = 1.0 / 160.2176634, gamma = 0.1, dilatation = 0.01, omega = 500.0;
  const double from[6] = {1.0, 2.0, 3.0, -1.0, 0.5, 0.0};
  double to[6], shear, volume;
  memcpy(to, from, sizeof to);
  to[3] += 2.0 * 30.0 * gpa * (0.5 * gamma) * omega;
  for (int k = 0; k < 3; k++)
    to[k] += 120.0 * gpa * dilatation * omega;
  GbDipoleVolumes(from, to, 30.0, 120.0, &shear, &volume);
  assert_relative(shear, gamma * omega, 1e-9);
  assert_relative(volume, dilatation * omega, 1e-9);
}

GB_TEST_MAIN("unit.atomistic.census", cmocka_unit_test(cluster_strain_is_the_painted_one),
             cmocka_unit_test(census_counts_painted_events),
             cmocka_unit_test(chi_takes_composition_off),
             cmocka_unit_test(dipole_of_an_inclusion_gives_its_strain))
