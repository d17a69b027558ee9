/* Lattice constants and energies of crystals, relaxed from small cells (thinner than the cutoff),
 * against LAMMPS with the same potential. */
#include "lammps.h"

#include "atomistic/engine/minimize.h"
#include "harness/harness.h"

typedef struct {
  const char *name;
  int natoms; /* in the cubic cell */
  double place[4][3];
  int type[4];
  double start, a, energy; /* angstrom; LAMMPS: angstrom, eV per atom */
} Crystal;

static const Crystal crystals[] = {
    {"fcc Cu",
     4,
     {{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}},
     {0, 0, 0, 0},
     3.7,
     3.639085,
     -3.2831162},
    {"B2 CuZr", 2, {{0, 0, 0}, {0.5, 0.5, 0.5}}, {0, 1}, 3.3, 3.236929, -5.0153221},
    {"bcc Zr", 2, {{0, 0, 0}, {0.5, 0.5, 0.5}}, {1, 1}, 3.6, 3.562329, -6.4175547},
};

static void relax(const Crystal *crystal, const GbPotential *potential)
{
  GbAtoms atoms;
  GbForce *force;
  assert_ok(GbAtomsAllocate(&atoms, crystal->natoms));
  atoms.ntypes = 2;
  for (int d = 0; d < 3; d++) {
    atoms.length[d] = crystal->start;
    atoms.periodic[d] = true;
  }
  for (int i = 0; i < atoms.n; i++) {
    atoms.id[i] = i + 1;
    atoms.type[i] = crystal->type[i];
    for (int d = 0; d < 3; d++)
      atoms.x[i][d] = crystal->place[i][d] * crystal->start;
  }
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbMinimizeOptions options = GbMinimizeDefaults();
  options.relax_box[0] = options.relax_box[1] = options.relax_box[2] = true;
  options.stress_tolerance_GPa = 1e-5;
  GbMinimizeResult result;
  assert_ok(GbMinimize(force, &atoms, &options, &result));
  print_message("%s: a = %.6f, E = %.7f, %d evaluations\n", crystal->name, atoms.length[0],
                result.energy_eV / atoms.n, result.evaluations);
  assert_true(result.converged);
  for (int d = 0; d < 3; d++)
    assert_close(atoms.length[d], crystal->a, 1e-5);
  assert_close(result.energy_eV / atoms.n, crystal->energy, 1e-7);
  GbForceDestroy(&force);
  GbAtomsFree(&atoms);
}

static void crystals_match_lammps(void **state)
{
  (void)state;
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  for (size_t k = 0; k < sizeof crystals / sizeof *crystals; k++)
    relax(&crystals[k], potential);
  GbPotentialDestroy(&potential);
}

/* The glass at 0 K and zero pressure: -4.4113425 eV and 16.1051 angstrom^3 per atom in LAMMPS.
 * Another minimiser may end in a neighbouring minimum, hence the tolerance. */
static void glass_matches_lammps(void **state)
{
  (void)state;
  GbPotential *potential;
  GbAtoms atoms;
  GbForce *force;
  lammps_read_data("glass2048.data", &atoms);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbMinimizeOptions options = GbMinimizeDefaults();
  options.relax_box[0] = options.relax_box[1] = options.relax_box[2] = true;
  GbMinimizeResult result;
  assert_ok(GbMinimize(force, &atoms, &options, &result));
  print_message("glass: E = %.7f eV, V = %.4f A^3 per atom, %d evaluations\n",
                result.energy_eV / atoms.n, GbAtomsVolume(&atoms) / atoms.n, result.evaluations);
  assert_true(result.converged);
  assert_close(result.energy_eV / atoms.n, -4.4113425, 2e-4);
  assert_close(GbAtomsVolume(&atoms) / atoms.n, 16.1051, 5e-3);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("verify.atomistic.crystals", cmocka_unit_test(crystals_match_lammps),
             cmocka_unit_test(glass_matches_lammps))
