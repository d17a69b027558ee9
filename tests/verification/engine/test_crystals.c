/* Lattice constants and energies of crystals, relaxed from small cells (thinner than the cutoff),
 * against LAMMPS with the same potential. */
#include "lammps.h"

#include "atomistic/engine/minimize.h"
#include "base/rng.h"
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

static const char *const method[] = {[GB_MINIMIZE_FIRE] = "FIRE", [GB_MINIMIZE_CG] = "CG"};

static void relax(const Crystal *crystal, const GbPotential *potential,
                  GbMinimizeAlgorithm algorithm)
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
  options.algorithm = algorithm;
  options.relax_box[0] = options.relax_box[1] = options.relax_box[2] = true;
  options.stress_tolerance_GPa = 1e-5;
  GbMinimizeResult result;
  assert_ok(GbMinimize(force, &atoms, &options, &result));
  print_message("%s by %s: a = %.6f, E = %.7f, %d evaluations\n", crystal->name, method[algorithm],
                atoms.length[0], result.energy_eV / atoms.n, result.evaluations);
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
    for (int algorithm = GB_MINIMIZE_FIRE; algorithm <= GB_MINIMIZE_CG; algorithm++)
      relax(&crystals[k], potential, (GbMinimizeAlgorithm)algorithm);
  GbPotentialDestroy(&potential);
}

/* --- The glass -----------------------------------------------------------------------------------
 */

/* Minimises the reference glass `atoms`; with free box lengths or not. */
static GbMinimizeResult minimize(GbForce *force, GbAtoms *atoms, GbMinimizeAlgorithm algorithm,
                                 bool relax_box, double tolerance)
{
  GbMinimizeOptions options = GbMinimizeDefaults();
  GbMinimizeResult result;
  options.algorithm = algorithm;
  options.force_tolerance = tolerance;
  for (int d = 0; d < 3; d++)
    options.relax_box[d] = relax_box;
  assert_ok(GbMinimize(force, atoms, &options, &result));
  print_message("glass by %s to %g eV/A: E = %.9f eV, V = %.4f A^3 per atom, %d evaluations\n",
                method[algorithm], tolerance, result.energy_eV / atoms->n,
                GbAtomsVolume(atoms) / atoms->n, result.evaluations);
  assert_true(result.converged);
  return result;
}

/* The glass at 0 K and zero pressure: -4.4113425 eV and 16.1051 angstrom^3 per atom in LAMMPS.
 * Another minimiser may end in a neighbouring minimum, hence the tolerance. */
static void glass_matches_lammps(void **state)
{
  (void)state;
  GbPotential *potential;
  GbForce *force;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  for (int algorithm = GB_MINIMIZE_FIRE; algorithm <= GB_MINIMIZE_CG; algorithm++) {
    GbAtoms atoms;
    lammps_read_data("glass2048.data", &atoms);
    GbMinimizeResult result = minimize(force, &atoms, (GbMinimizeAlgorithm)algorithm, true, 1e-4);
    assert_close(result.energy_eV / atoms.n, -4.4113425, 2e-4);
    assert_close(GbAtomsVolume(&atoms) / atoms.n, 16.1051, 5e-3);
    GbAtomsFree(&atoms);
  }
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
}

/* Shaken by 0.01 angstrom, a minimum is found again by both methods, and to 1e-6 eV/A, where the
 * energies of trial steps differ by less than they are rounded. */
static void shaken_glass_returns(void **state)
{
  (void)state;
  GbPotential *potential;
  GbForce *force;
  GbAtoms minimum;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  lammps_read_data("glass2048.data", &minimum);
  double energy = minimize(force, &minimum, GB_MINIMIZE_FIRE, false, 1e-6).energy_eV;
  for (int algorithm = GB_MINIMIZE_FIRE; algorithm <= GB_MINIMIZE_CG; algorithm++) {
    GbAtoms atoms;
    double shift[3] = {0};
    assert_ok(GbAtomsCopy(&minimum, &atoms));
    for (int i = 0; i < atoms.n; i++)
      for (int d = 0; d < 3; d++) {
        double u = GbRngUniform(9, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 0) - 0.5;
        atoms.x[i][d] += 0.02 * u;
        shift[d] += 0.02 * u / atoms.n;
      }
    GbMinimizeResult result = minimize(force, &atoms, (GbMinimizeAlgorithm)algorithm, false, 1e-6);
    assert_close(result.energy_eV, energy, 1e-6);
    for (int i = 0; i < atoms.n; i++)
      for (int d = 0; d < 3; d++)
        assert_close(atoms.x[i][d] - minimum.x[i][d], shift[d], 1e-4);
    GbAtomsFree(&atoms);
  }
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&minimum);
}

GB_TEST_MAIN("verify.atomistic.crystals", cmocka_unit_test(crystals_match_lammps),
             cmocka_unit_test(glass_matches_lammps), cmocka_unit_test(shaken_glass_returns))
