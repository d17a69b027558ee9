/* Random atoms of two made-up elements against LAMMPS: densities that differ for each ordered pair
 * (eam/fs: what type a makes at b is not what b makes at a), and by source (eam/alloy). A mistake
 * in that order does not show with the Cu-Zr potential, whose mixed densities are equal. */
#include "../../unit/engine/toy.h"

#include "atomistic/engine/force.h"
#include "atomistic/files/trajectory.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static GbPotential *toy_potential(bool fs)
{
  char path[512];
  int rank;
  GbPotential *potential;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(path, sizeof path, "%s/toy.eam.%s", GbTestFolder(), fs ? "fs" : "alloy");
  if (rank == 0) toy_write_points(path, fs, 2000);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &potential));
  return potential;
}

static double largest(double a, double found, double expected)
{
  return fmax(a, fabs(found - expected));
}

/* `total` and `pressure` (bar; xx yy zz xy xz yz) are from the log of LAMMPS. */
static void compare(bool fs, double total, const double pressure[6])
{
  GbPotential *potential = toy_potential(fs);
  GbFrame data, dump;
  GbForce *force;
  GbForceResult result;
  char path[512];
  assert_ok(GbFrameRead(GB_TEST_DATA "/lammps/toy100.data", &data, NULL, NULL));
  snprintf(path, sizeof path, GB_TEST_DATA "/lammps/toy100_%s.dump", fs ? "fs" : "alloy");
  assert_ok(GbFrameRead(path, &dump, NULL, NULL));
  const int n = data.atoms.n;
  assert_int_equal(dump.atoms.n, n);
  double *energy = calloc((size_t)n, sizeof *energy), (*stress)[6] = calloc((size_t)n, 6 * 8);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  assert_ok(GbForceComputePerAtom(force, &data.atoms, &result, energy, stress));
  double dx = 0.0, df = 0.0, de = 0.0, ds = 0.0, size = 0.0;
  for (int i = 0; i < n; i++) {
    assert_int_equal(data.atoms.type[i], dump.atoms.type[i]);
    for (int d = 0; d < 3; d++) {
      dx = largest(dx, data.atoms.x[i][d], dump.atoms.x[i][d]);
      df = largest(df, data.atoms.f[i][d], dump.atoms.f[i][d]);
      size = fmax(size, fabs(dump.atoms.f[i][d]));
    }
    de = largest(de, energy[i], GbFrameColumn(&dump, "c_pe")[i]);
    for (int c = 0; c < 6; c++) {
      char name[16];
      snprintf(name, sizeof name, "c_stress[%d]", c + 1);
      ds = largest(ds, stress[i][c] * GB_EV_PER_A3_IN_BAR, GbFrameColumn(&dump, name)[i]);
    }
  }
  print_message("%s: force %.2g eV/A (largest %.3g), energy %.2g eV, stress %.2g bar A^3\n",
                fs ? "fs" : "alloy", df, size, de, ds);
  assert_close(dx, 0.0, 1e-9);
  assert_true(size > 1.0);
  assert_close(df, 0.0, 1e-6);
  assert_close(de, 0.0, 1e-8);
  assert_close(ds, 0.0, 5.0); /* of about 1e6 */
  assert_relative(result.energy, total, 1e-10);
  for (int c = 0; c < 6; c++)
    assert_relative(result.virial[c] / GbAtomsVolume(&data.atoms) * GB_EV_PER_A3_IN_BAR,
                    pressure[c], 2e-7); /* LAMMPS' constant has 8 digits */
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbFrameFree(&data);
  GbFrameFree(&dump);
  free(energy);
  free(stress);
}

static void densities_of_ordered_pairs(void **state)
{
  (void)state;
  static const double pressure[6] = {235405.71834933,  242896.66523169, 175141.80550305,
                                     -3855.2260163319, 18873.954253006, -21199.86602848};
  compare(true, -227.8675491914, pressure);
}

static void densities_of_the_source(void **state)
{
  (void)state;
  static const double pressure[6] = {347316.7610644,   355537.60981131, 281374.26389582,
                                     -5411.5653349207, 18712.559305115, -23756.22283977};
  compare(false, -145.09403883692, pressure);
}

GB_TEST_MAIN("verify.atomistic.two_elements", cmocka_unit_test(densities_of_ordered_pairs),
             cmocka_unit_test(densities_of_the_source))
