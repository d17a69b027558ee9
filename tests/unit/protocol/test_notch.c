/* Notches: how much material goes, from where, against the areas of a triangle and half an ellipse.
 */
#include "atomistic/protocol/session.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <string.h>

static const double spacing = 0.5, size_x = 60.0, size_z = 80.0;

/* One sheet of points, dense enough to measure areas. */
static void make_sheet(GbAtoms *atoms)
{
  int nx = (int)(size_x / spacing), nz = (int)(size_z / spacing);
  assert_ok(GbAtomsAllocate(atoms, nx * nz));
  for (int i = 0; i < atoms->n; i++) {
    atoms->id[i] = i + 1;
    atoms->x[i][0] = 7.0 + spacing * (i / nz);
    atoms->x[i][2] = -40.0 + spacing * (i % nz + 0.5);
  }
  atoms->lo[2] = -40.0;
  atoms->length[0] = size_x;
  atoms->length[1] = 1.0;
  atoms->length[2] = size_z;
  atoms->periodic[2] = true;
}

static GbAtomisticConfig notch(int shape, int sides, double offset)
{
  GbAtomisticConfig config = {.notch_shape = shape,
                              .notch_sides = sides,
                              .notch_depth_angstrom = 10.0,
                              .notch_height_angstrom = 16.0,
                              .notch_offset_angstrom = offset};
  return config;
}

typedef struct {
  double removed;         /* area */
  double z_left, z_right; /* mean heights of what is gone */
} Cut;

static Cut cut(const GbAtomisticConfig *config)
{
  GbAtoms whole, cut_sheet;
  Cut result = {0.0, 0.0, 0.0};
  int n[2] = {0, 0};
  make_sheet(&whole);
  assert_ok(GbAtomsCopy(&whole, &cut_sheet));
  assert_ok(GbNotchCut(config, &cut_sheet));
  for (int i = 0, k = 0; i < whole.n; i++) {
    bool kept = k < cut_sheet.n && !memcmp(whole.x[i], cut_sheet.x[k], sizeof whole.x[i]);
    k += kept;
    if (kept) continue;
    bool right = whole.x[i][0] > 7.0 + size_x / 2;
    n[right]++;
    *(right ? &result.z_right : &result.z_left) += whole.x[i][2];
    double inwards = right ? 7.0 + size_x - spacing - whole.x[i][0] : whole.x[i][0] - 7.0;
    assert_true(inwards <= 10.0);
  }
  result.removed = (n[0] + n[1]) * spacing * spacing;
  if (n[0]) result.z_left /= n[0];
  if (n[1]) result.z_right /= n[1];
  GbAtomsFree(&whole);
  GbAtomsFree(&cut_sheet);
  return result;
}

static void areas(void **state)
{
  (void)state;
  GbAtomisticConfig v = notch(GB_NOTCH_V, GB_NOTCH_BOTH_SIDES, 0.0);
  assert_relative(cut(&v).removed, 2 * 0.5 * 10.0 * 16.0, 0.06);
  GbAtomisticConfig round = notch(GB_NOTCH_ROUND, GB_NOTCH_LEFT_SIDE, 0.0);
  assert_relative(cut(&round).removed, 0.5 * GB_PI * 10.0 * 8.0, 0.06);
  GbAtomisticConfig none = notch(GB_NOTCH_NONE, GB_NOTCH_BOTH_SIDES, 0.0);
  assert_close(cut(&none).removed, 0.0, 0.0);
}

static void places(void **state)
{
  (void)state;
  GbAtomisticConfig offset = notch(GB_NOTCH_V, GB_NOTCH_BOTH_SIDES, 20.0);
  Cut both = cut(&offset);
  assert_close(both.z_left, -10.0, 0.05);
  assert_close(both.z_right, 10.0, 0.05);
  GbAtomisticConfig left = notch(GB_NOTCH_V, GB_NOTCH_LEFT_SIDE, 20.0);
  Cut one = cut(&left);
  assert_close(one.z_left, 0.0, 0.05);
  assert_relative(one.removed, 0.5 * both.removed, 0.01);
}

/* A crystal of known section: 12 columns of 2 angstrom fill 24 x 10, whatever the bounding box. */
static void section_stress(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbMdSample sample = {.stress_GPa = {0, 0, 3.0, 0, 0, 0}};
  assert_ok(GbAtomsAllocate(&atoms, 12 * 5 * 6));
  for (int i = 0; i < atoms.n; i++) {
    atoms.x[i][0] = 1.0 + 2.0 * (i / 30);
    atoms.x[i][1] = 2.0 * (i / 6 % 5);
    atoms.x[i][2] = 2.0 * (i % 6);
  }
  atoms.length[0] = 48.0; /* twice the section, so the stress over the box is half */
  atoms.length[1] = 10.0;
  atoms.length[2] = 12.0;
  atoms.periodic[1] = atoms.periodic[2] = true;
  assert_relative(GbSectionStress(&atoms, &sample), 6.0, 1e-6);
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("unit.protocol.notch", cmocka_unit_test(areas), cmocka_unit_test(places),
             cmocka_unit_test(section_stress))
