/* Energies, forces and virials against LAMMPS (eam/fs) on a glass and on a notched, strained
 * sample. */
#include "lammps.h"

#include "atomistic/engine/force.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  GbPotential *potential;
  GbForce *force;
  GbAtoms atoms;
  LammpsDump dump;
  GbForceResult result;
  double *energy, (*stress)[6];
} Case;

static void open_case(Case *c, const char *data, const char *dump, bool free_x)
{
  lammps_read_data(data, &c->atoms);
  lammps_read_dump(dump, &c->dump);
  assert_int_equal(c->atoms.n, c->dump.n);
  c->atoms.periodic[0] = !free_x;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &c->potential));
  assert_ok(GbPotentialApplyTypes(c->potential, &c->atoms));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, c->potential, NULL, &c->force));
  c->energy = calloc((size_t)c->atoms.n, sizeof *c->energy);
  c->stress = calloc((size_t)c->atoms.n, sizeof *c->stress);
  assert_ok(GbForceComputePerAtom(c->force, &c->atoms, &c->result, c->energy, c->stress));
}

static void close_case(Case *c)
{
  GbForceDestroy(&c->force);
  GbPotentialDestroy(&c->potential);
  GbAtomsFree(&c->atoms);
  lammps_free_dump(&c->dump);
  free(c->energy);
  free(c->stress);
}

/* Largest differences; the dump has 12 digits. */
static void compare_atoms(const Case *c)
{
  double force = 0.0, energy = 0.0, stress = 0.0;
  for (int i = 0; i < c->atoms.n; i++) {
    const double *row = lammps_row(&c->dump, i);
    for (int d = 0; d < 3; d++)
      force = fmax(force, fabs(c->atoms.f[i][d] - row[DUMP_F + d]));
    energy = fmax(energy, fabs(c->energy[i] - row[DUMP_ENERGY]));
    for (int v = 0; v < 6; v++) {
      double found = c->stress[i][v] * GB_EV_PER_A3_IN_BAR;
      stress = fmax(stress, fabs(found - row[DUMP_STRESS + v]));
    }
  }
  print_message("largest differences: force %.2g eV/A, energy %.2g eV, stress %.2g bar A^3\n",
                force, energy, stress);
  assert_close(force, 0.0, 1e-6);
  assert_close(energy, 0.0, 1e-7);
  assert_close(stress, 0.0, 5.0); /* of about 1e6: 3e-6 eV */
}

/* Pressure of LAMMPS, bar, from virial and velocities. */
static void compare_pressure(const Case *c, const double expected[6])
{
  static const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  const GbAtoms *a = &c->atoms;
  for (int v = 0; v < 6; v++) {
    double kinetic = 0.0;
    for (int i = 0; i < a->n; i++)
      kinetic += GB_MVV_TO_EV * a->mass[a->type[i]] * a->v[i][axes[v][0]] * a->v[i][axes[v][1]];
    double bar = (c->result.virial[v] + kinetic) / GbAtomsVolume(a) * GB_EV_PER_A3_IN_BAR;
    assert_close(bar, expected[v], 1e-2); /* LAMMPS' constants for m v^2 have 7 digits */
  }
}

static void glass_matches_lammps(void **state)
{
  (void)state;
  static const double pressure[6] = {948.284837, 687.364956,  -1775.271279,
                                     773.683615, 1350.531237, -2279.927143};
  Case c = {0};
  open_case(&c, "glass2048.data", "glass2048.dump", false);
  assert_relative(c.result.energy, -8952.1521901621, 1e-8);
  compare_atoms(&c);
  compare_pressure(&c, pressure);
  close_case(&c);
}

static void notched_sample_matches_lammps(void **state)
{
  (void)state;
  Case c = {0};
  open_case(&c, "notched8k.data", "notched8k.dump", true);
  assert_relative(c.result.energy, -34725.09587733, 1e-8);
  compare_atoms(&c);
  close_case(&c);
}

GB_TEST_MAIN("verify.atomistic.lammps", cmocka_unit_test(glass_matches_lammps),
             cmocka_unit_test(notched_sample_matches_lammps))
