/* What a run says when it fails: atom, element, place, step, and a file with the surroundings. */
#include "atomistic/engine/md.h"
#include "base/file.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

typedef struct {
  GbPotential *potential;
  GbForce *force;
  GbAtoms atoms;
  GbMdOptions options;
  char file[600];
} Crystal;

static void open_crystal(Crystal *c, int64_t culprit)
{
  static const int cells[3] = {3, 3, 3};
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &c->potential));
  assert_ok(GbAtomsCreateFcc(&c->atoms, cells, 3.66, 0.0, 1));
  assert_ok(GbPotentialApplyTypes(c->potential, &c->atoms));
  GbAtomsSetVelocities(&c->atoms, 300.0, 17);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, c->potential, NULL, &c->force));
  c->options = GbMdDefaults();
  c->options.first_step = 500;
  c->options.dump_folder = GbTestFolder();
  snprintf(c->file, sizeof c->file, "%s/lost-atom-%lld.xyz", c->options.dump_folder,
           (long long)culprit);
}

static void close_crystal(Crystal *c)
{
  GbForceDestroy(&c->force);
  GbPotentialDestroy(&c->potential);
  GbAtomsFree(&c->atoms);
}

static GbStatus run(Crystal *c)
{
  return GbMdRun(c->force, &c->atoms, &c->options, 60, 0, NULL, NULL);
}

/* The file has at least so many atoms, a header, the columns, and the atom itself. */
static void check_dump(const Crystal *c, int64_t culprit, int least)
{
  char *text = NULL, row[64];
  assert_ok(GbFileReadText(c->file, NULL, &text));
  assert_true(atoi(text) >= least);
  assert_non_null(strstr(text, "vx:R:1:vy:R:1:vz:R:1:fx:R:1"));
  snprintf(row, sizeof row, " %lld ", (long long)culprit);
  assert_non_null(strstr(text, row));
  free(text);
}

static void fast_atoms_are_named(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 18);
  c.atoms.v[17][1] = 3000.0;
  c.atoms.v[27][1] = 3000.0; /* the lower id is named */
  assert_fails(run(&c), GB_ERR_NUMERIC, "step 501", "atom 18 (Cu) at", "by 6 angstrom", "time step",
               c.file);
  check_dump(&c, 18, 13);
  close_crystal(&c);
}

static void velocities_must_be_numbers(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 28);
  c.atoms.v[27][1] = NAN;
  assert_fails(run(&c), GB_ERR_NUMERIC, "step 501", "atom 28 (Cu)", "not a number", c.file);
  check_dump(&c, 28, 13);
  close_crystal(&c);
}

static void overlaps_are_named_at_the_start(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 6);
  for (int d = 0; d < 3; d++)
    c.atoms.x[5][d] = c.atoms.x[4][d] + 0.01;
  assert_fails(run(&c), GB_ERR_NUMERIC, "step 500", "(Cu)", c.options.dump_folder);
  close_crystal(&c);
}

static void near_atoms_are_named_at_the_start(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 5);
  for (int d = 0; d < 3; d++)
    c.atoms.x[5][d] = c.atoms.x[4][d] + (d == 0 ? 0.3 : 0.0);
  assert_fails(run(&c), GB_ERR_NUMERIC, "step 500", "atom 5 (Cu) at", "atom 6, is 0.3", "overlap",
               c.file);
  check_dump(&c, 5, 13);
  close_crystal(&c);
}

/* An atom that flies off along a free axis is lost 100 angstrom beyond where the sample ended, and
 * found out at the next check: 106 steps of 0.95 angstrom, checked every 50. */
static void lost_atoms_are_named(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 108);
  c.atoms.periodic[2] = false;
  c.options.dt_ps = 0.01;
  c.atoms.x[107][2] += 70.0;
  c.atoms.v[107][2] = 95.0;
  assert_fails(GbMdRun(c.force, &c.atoms, &c.options, 200, 0, NULL, NULL), GB_ERR_NUMERIC,
               "step 650", "atom 108 (Cu)", "left the sample", c.file);
  check_dump(&c, 108, 1);
  close_crystal(&c);
}

static void bad_options_are_refused(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 0);
  c.atoms.periodic[0] = false;
  c.options.pressure_free[0] = true;
  assert_fails(run(&c), GB_ERR_ARG, "axis x", "periodic");
  c.atoms.periodic[0] = true;
  c.options.strain_rate_per_ps[0] = 0.1;
  assert_fails(run(&c), GB_ERR_ARG, "axis x", "both");
  c.options.strain_rate_per_ps[0] = 0.0;
  c.options.barostat = GB_BAROSTAT_MTK;
  c.options.thermostat = GB_THERMOSTAT_LANGEVIN;
  c.options.temperature_start_K = c.options.temperature_end_K = 300.0;
  assert_fails(run(&c), GB_ERR_ARG, "Martyna", "Nose-Hoover");
  c.options.thermostat = GB_THERMOSTAT_NOSE_HOOVER;
  c.options.pressure_GPa = -2000.0;
  c.options.tau_pressure_ps = 0.003;
  assert_fails(run(&c), GB_ERR_NUMERIC, "step 50", "box length along x", "barostat");
  close_crystal(&c);
}

GB_TEST_MAIN("unit.atomistic.md_guard", cmocka_unit_test(fast_atoms_are_named),
             cmocka_unit_test(velocities_must_be_numbers),
             cmocka_unit_test(overlaps_are_named_at_the_start),
             cmocka_unit_test(near_atoms_are_named_at_the_start),
             cmocka_unit_test(lost_atoms_are_named), cmocka_unit_test(bad_options_are_refused))
