/* The 200-step trajectory at constant energy that LAMMPS made from the same glass. */
#include "lammps.h"

#include "atomistic/engine/md.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 200, INTERVAL = 10, ROWS = STEPS / INTERVAL + 1 };

typedef struct {
  double potential[ROWS], kinetic[ROWS], pressure[ROWS]; /* eV, eV, bar */
} Thermo;

static void read_thermo(Thermo *thermo)
{
  char line[256];
  FILE *file = fopen(GB_TEST_DATA "/lammps/nve200.thermo.txt", "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  for (int r = 0; r < ROWS; r++) {
    int step;
    double time, temperature, total;
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(sscanf(line, "%d %lf %lf %lf %lf %lf %lf", &step, &time, &temperature,
                            &thermo->potential[r], &thermo->kinetic[r], &total,
                            &thermo->pressure[r]),
                     7);
    assert_int_equal(step, r * INTERVAL);
  }
  fclose(file);
}

static GbStatus compare(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  (void)atoms;
  const Thermo *thermo = context;
  int r = (int)(sample->step / INTERVAL);
  double pressure =
      -(sample->stress_GPa[0] + sample->stress_GPa[1] + sample->stress_GPa[2]) / 3.0 * 1e4;
  assert_close(sample->potential_eV, thermo->potential[r], 2e-5);
  assert_close(sample->kinetic_eV, thermo->kinetic[r], 2e-5);
  assert_close(pressure, thermo->pressure[r], 1e-2);
  return GB_OK;
}

static void trajectory_matches_lammps(void **state)
{
  (void)state;
  Thermo thermo;
  GbAtoms atoms;
  LammpsDump dump;
  GbPotential *potential;
  GbForce *force;
  read_thermo(&thermo);
  lammps_read_data("glass2048.data", &atoms);
  lammps_read_dump("nve200.dump", &dump);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbMdOptions options = GbMdDefaults();
  assert_ok(GbMdRun(force, &atoms, &options, STEPS, INTERVAL, compare, &thermo));
  double move = 0.0, speed = 0.0;
  for (int i = 0; i < atoms.n; i++)
    for (int d = 0; d < 3; d++) {
      double dx = atoms.x[i][d] - lammps_row(&dump, i)[DUMP_X + d];
      dx -= atoms.length[d] * round(dx / atoms.length[d]);
      move = fmax(move, fabs(dx));
      speed = fmax(speed, fabs(atoms.v[i][d] - lammps_row(&dump, i)[DUMP_V + d]));
    }
  print_message("largest differences after %d steps: %.2g A, %.2g A/ps\n", STEPS, move, speed);
  assert_close(move, 0.0, 1e-5);
  assert_close(speed, 0.0, 1e-4);
  lammps_free_dump(&dump);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("verify.atomistic.nve", cmocka_unit_test(trajectory_matches_lammps))
