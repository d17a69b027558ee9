/* Stress over the cross-section: a bar of 4 x 4 x 4 atoms, 2.5 angstrom apart, in a box that is
 * twice as wide as the bar. Its section is 4 distances of 2.5 angstrom times the box along y. */
#include "atomistic/protocol/session.h"
#include "harness/harness.h"

static void stress_is_force_over_the_section_of_the_atoms(void **state)
{
  (void)state;
  const double spacing = 2.5;
  GbAtoms atoms;
  assert_ok(GbAtomsAllocate(&atoms, 64));
  for (int i = 0; i < 64; i++) {
    atoms.x[i][0] = 3.0 + spacing * (i % 4);
    atoms.x[i][1] = spacing * (i / 4 % 4);
    atoms.x[i][2] = spacing * (i / 16);
  }
  atoms.length[0] = 20.0;
  atoms.length[1] = atoms.length[2] = 10.0;
  /* 1.5 GPa over the box of 20 x 10: a force that is 3 GPa over 10 x 10. */
  const GbMdSample sample = {.stress_GPa = {0.7, 0.9, 1.5, 0.1, 0.2, 0.3}};
  assert_relative(GbSectionStress(&atoms, &sample), 3.0, 1e-6);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.protocol.section",
             cmocka_unit_test(stress_is_force_over_the_section_of_the_atoms))
