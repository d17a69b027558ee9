/* Inherent structure and moduli of the 2048-atom glass against LAMMPS (tests/data/lammps/README.md:
 * -4.4113425 eV/atom and 16.1051 A^3/atom at zero pressure; C11 about 200, C12 about 130, C44 31 to
 * 34 GPa for one small sample). */
#include "atomistic/statistics/elastic.h"
#include "harness/harness.h"

#include <stdio.h>
#include <stdlib.h>

static void read_glass(GbAtoms *atoms)
{
  char command[2048], path[1024];
  snprintf(path, sizeof path, "%s/glass2048.data", GbTestFolder());
  snprintf(command, sizeof command, "gzip -dc '%s/lammps/glass2048.data.gz' > '%s'", GB_TEST_DATA,
           path);
  assert_int_equal(system(command), 0);
  assert_ok(GbAtomsReadLammpsData(path, atoms, NULL, NULL));
}

static void glass_agrees_with_lammps(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbPotential *potential;
  GbForce *force;
  GbInherent inherent;
  GbElastic elastic;
  const GbElasticOptions options = {1e-3, 5e-4, 1000};
  read_glass(&atoms);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs",
                            &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbGlass glass = {force, &atoms};
  assert_ok(GbGlassMinimizeBox(&glass, 1e-3, 0.005, 2000, &inherent));
  assert_true(inherent.converged);
  print_message("evaluations %d, E %.7f eV/atom, V %.4f A^3/atom\n", inherent.evaluations,
                inherent.energy_eV / atoms.n, GbAtomsVolume(&atoms) / atoms.n);
  assert_close(inherent.energy_eV / atoms.n, -4.4113425, 3e-4);
  assert_close(GbAtomsVolume(&atoms) / atoms.n, 16.1051, 0.005);
  assert_ok(GbElasticMeasure(&glass, &options, &elastic));
  double c11 = 0.0, c12 = 0.0, shear = 0.0, bulk = 0.0;
  for (int i = 0; i < 3; i++) {
    c11 += elastic.c[i][i] / 3.0;
    c12 += (elastic.c[i][(i + 1) % 3] + elastic.c[i][(i + 2) % 3]) / 6.0;
    shear += elastic.shear_GPa[i] / 3.0;
    bulk += elastic.bulk_GPa[i] / 3.0;
  }
  print_message("evaluations %d, C11 %.1f, C12 %.1f, mu %.1f, K %.1f GPa\n", elastic.evaluations,
                c11, c12, shear, bulk);
  assert_close(c11, 200.0, 8.0);
  assert_close(c12, 130.0, 8.0);
  assert_close(shear, 33.0, 5.0);
  for (int j = 0; j < 3; j++) /* (200 + 2 * 130) / 3, along each axis */
    assert_close(elastic.bulk_GPa[j], 153.0, 10.0);
  /* The stiffness is symmetric: it is the second derivative of an energy. */
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < i; j++)
      assert_close(elastic.c[i][j], elastic.c[j][i], 3.0);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

/* Energy against strain: the stress that moduli come from is dE/d(strain) / V at fixed box, also
 * for relaxed atoms. This is the identity that activation volumes rest on. */
static void stress_is_the_derivative_of_the_relaxed_energy(void **state)
{
  (void)state;
  GbAtoms atoms, rest;
  GbPotential *potential;
  GbForce *force;
  GbInherent at_rest, plus, minus;
  const double e = 5e-4;
  read_glass(&atoms);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs",
                            &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbGlass glass = {force, &atoms};
  assert_ok(GbGlassMinimize(&glass, 1e-4, 2000, &at_rest));
  assert_ok(GbAtomsCopy(&atoms, &rest));
  GbAtomsScaleBox(&atoms, (double[3]){1.0, 1.0, 1.0 + e});
  assert_ok(GbGlassMinimize(&glass, 1e-4, 2000, &plus));
  GbAtomsAssign(&rest, &atoms);
  GbAtomsScaleBox(&atoms, (double[3]){1.0, 1.0, 1.0 - e});
  assert_ok(GbGlassMinimize(&glass, 1e-4, 2000, &minus));
  const double slope = (plus.energy_eV - minus.energy_eV) / (2.0 * e); /* eV */
  const double stress = slope / GbAtomsVolume(&rest) * 160.2176634;
  print_message("sigma_zz %.5f GPa, from the energy %.5f GPa\n", at_rest.stress_GPa[2], stress);
  assert_close(at_rest.stress_GPa[2], stress, 0.005);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&rest);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("verify.atomistic.elastic", cmocka_unit_test(glass_agrees_with_lammps),
             cmocka_unit_test(stress_is_the_derivative_of_the_relaxed_energy))
