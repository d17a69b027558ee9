/* Samples: making, files, and what is said about bad files. */
#include "atomistic/engine/atoms.h"

#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *path_of(const char *name)
{
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", GbTestFolder(), name);
  return path;
}

static const char *write_text(const char *text)
{
  const char *path = path_of("sample.data");
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  return path;
}

#define HEADER "title\n\n2 atoms\n2 atom types\n\n0 10 xlo xhi\n-1 9 ylo yhi\n0 5 zlo zhi\n\n"
#define MASSES "Masses\n\n1 63.5 # Cu\n2 91.2\n\n"

static void lammps_data(void **state)
{
  (void)state;
  GbAtoms a;
  assert_ok(GbAtomsReadLammpsData(
      write_text(HEADER MASSES "Atoms # atomic\n\n7 2 1 2 3 0 -1 2\n3 1 4 5 0.5 0 0 0\n\n"
                               "Velocities\n\n3 1 2 3\n7 -1 -2 -3\n"),
      &a, NULL, NULL));
  assert_int_equal(a.n, 2);
  assert_int_equal(a.id[0], 3); /* sorted */
  assert_int_equal(a.type[1], 1);
  assert_string_equal(a.element[0], "Cu");
  assert_close(a.mass[1], 91.2, 0.0);
  assert_close(a.lo[1], -1.0, 0.0);
  assert_close(a.x[1][1], 2.0 - 10.0, 1e-15); /* unwrapped */
  assert_close(a.x[1][2], 3.0 + 2 * 5.0, 1e-15);
  assert_close(a.v[0][2], 3.0, 0.0);
  GbAtomsFree(&a);
}

/* The header and sections as other programs write them. */
static void foreign_lammps_data(void **state)
{
  (void)state;
  GbAtoms a;
  bool wrapped;
  assert_ok(GbAtomsReadLammpsData(
      write_text(
          "LAMMPS data file via write_data, version 2 Aug 2023, timestep = 0, units = real\n\n"
          "  2\tatoms\n1 bonds\n1 bond types\n0 angles\n0 ellipsoids\n2  atom   types\n"
          "3 extra bond per atom\n"
          "0\t10\txlo\txhi\n-1 9  ylo   yhi # comment\n0 5 zlo zhi\n0 1e-8 -3e-16 xy xz yz\n\n"
          "Atom Type Labels\n\n1 Cu\n2 zirconium\n\n"
          "Masses # of the elements\n\n1 63.5\nzirconium 91.2 # the heavy one\n\n"
          "Pair Coeffs # eam\n\n1 2.0 4.5\n2 3 4\n\n"
          "Atoms # full\n\n7 1 zirconium -0.5 1 2 3\n3 1 Cu 0.5 4 5 0.5\n\n"
          "Bonds # of molecules\n\n1 1 7 3\n\n"
          "Velocities\n\n3 1e-3 2e-3 3e-3\n7 0 0 0\n"),
      &a, &wrapped, NULL));
  assert_true(wrapped); /* no image flags */
  assert_string_equal(a.element[0], "Cu");
  assert_string_equal(a.element[1], ""); /* neither the label nor the remark is one */
  assert_int_equal(a.type[0], 0);
  assert_int_equal(a.type[1], 1);
  assert_close(a.mass[1], 91.2, 0.0);
  assert_close(a.x[0][0], 4.0, 0.0);
  assert_close(a.lo[1], -1.0, 0.0);
  assert_close(a.length[1], 10.0, 0.0);
  assert_close(a.v[0][2], 3.0, 1e-15); /* angstrom/fs */
  GbAtomsFree(&a);
  assert_ok(
      GbAtomsReadLammpsData(write_text(HEADER "Atoms # charge, wrapped\n\n"
                                              "1 1 0.5 1 2 3 0 0 -1048576\n2 2 0 1 2 3 0 0 0\n"),
                            &a, &wrapped, NULL));
  assert_false(wrapped);
  assert_close(a.x[0][2], 3.0 - 1048576 * 5.0, 0.0);
  GbAtomsFree(&a);
}

static void counts_and_ranges_of_lammps_data(void **state)
{
  (void)state;
  GbAtoms a;
#define assert_bad(text, ...)                                                                      \
  assert_fails(GbAtomsReadLammpsData(write_text(text), &a, NULL, NULL), GB_ERR_INPUT, __VA_ARGS__)
#define BOX "1 atom types\n0 1 xlo xhi\n0 1 ylo yhi\n0 1 zlo zhi\n"
  assert_bad("t\n\n4294967297 atoms\n" BOX "\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:3",
             "can hold");
  assert_bad("t\n\n1000000 atoms\n" BOX "\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:3", "can hold");
  assert_bad("t\n\n1.5 atoms\n" BOX "\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:3", "can hold");
  assert_bad("t\n\n1 atoms\n4294967297 atom types\n", "sample.data:4", "1 to 8 atom types");
  assert_bad("t\n\n1 atoms\n" BOX "2 ellipsoids\n\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:8",
             "points");
  assert_bad("t\n\n1 atoms\n" BOX "2 electrons\n\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:8",
             "header");
  assert_bad("t\n\n1 atoms\n" BOX "0 0.001 0 xy xz yz\n\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data",
             "triclinic", "0.001");
  assert_bad("t\n\n1 atoms\n1 atom types\n1 0 0 avec\n", "sample.data:5", "triclinic");
  assert_bad("t, units = lj\n\n1 atoms\n" BOX "\nAtoms\n\n1 1 .1 .1 .1\n", "sample.data:1",
             "units metal or real");
  assert_bad(HEADER "Atoms\n\n1 1 1 2 3 0 0 0\n2 1 1 2 3\n", "sample.data:13", "image flags");
  assert_bad(HEADER "Atoms\n\n1 1 1 2 3 0 0 1048577\n2 1 1 2 3 0 0 0\n", "sample.data:12",
             "1048576");
  assert_bad(HEADER "Atoms\n\n1 1 1 2 3 0 0 9300000000000000000\n", "sample.data:12", "image");
  assert_bad(HEADER "Atoms\n\n1 1 0.5 1 2 3\n2 1 0.5 2 3 4\n", "sample.data:12", "# charge");
  assert_bad(HEADER "Atoms # full\n\n1 3 1 2 3\n", "sample.data:12",
             "id molecule type value x y z");
  assert_bad(HEADER "Atoms # charge\n\n1 4294967297 0 1 2 3\n2 1 0 1 2 3\n", "sample.data:12",
             "a type that exists");
}

static void bad_lammps_data(void **state)
{
  (void)state;
  GbAtoms a;
  assert_fails(GbAtomsReadLammpsData("/nowhere/a.data", &a, NULL, NULL), GB_ERR_INPUT,
               "/nowhere/a.data");
  assert_fails(
      GbAtomsReadLammpsData(write_text(HEADER "Atoms\n\n1 1 1 2 3\n2 1 x 2 3\n"), &a, NULL, NULL),
      GB_ERR_INPUT, "sample.data:13", "2 1 x 2 3");
  assert_fails(GbAtomsReadLammpsData(write_text(HEADER "Atoms\n\n1 1 1 2 3\n"), &a, NULL, NULL),
               GB_ERR_INPUT, "sample.data:12", "cut off");
  assert_fails(
      GbAtomsReadLammpsData(write_text(HEADER "Atoms\n\n1 3 1 2 3\n2 1 1 2 3\n"), &a, NULL, NULL),
      GB_ERR_INPUT, "sample.data:12", "type");
  assert_fails(
      GbAtomsReadLammpsData(write_text(HEADER "Atoms # ellipsoid\n\n1 3 1 2 3\n"), &a, NULL, NULL),
      GB_ERR_INPUT, "sample.data:10", "atomic");
  assert_fails(
      GbAtomsReadLammpsData(write_text(HEADER "Atoms\n\n1 1 1 2 3\n1 1 1 2 3\n"), &a, NULL, NULL),
      GB_ERR_INPUT, "two atoms");
  assert_fails(GbAtomsReadLammpsData(write_text("t\n\n2 atoms\n\nAtoms\n\n"), &a, NULL, NULL),
               GB_ERR_INPUT, "atom types");
  assert_fails(GbAtomsReadLammpsData(write_text(HEADER MASSES "Cells\n"), &a, NULL, NULL),
               GB_ERR_INPUT, "Cells");
}

static void make(GbAtoms *a)
{
  static const int cells[3] = {5, 4, 3};
  assert_ok(GbAtomsCreateFcc(a, cells, 3.95, 0.36, 11));
  a->mass[0] = 63.546;
  a->mass[1] = 91.224;
  strcpy(a->element[0], "Cu");
  strcpy(a->element[1], "Zr");
}

static int count_type(const GbAtoms *a, int type)
{
  int count = 0;
  for (int i = 0; i < a->n; i++)
    count += a->type[i] == type;
  return count;
}

static void fcc_has_the_composition(void **state)
{
  (void)state;
  static const int cells[3] = {5, 4, 3};
  GbAtoms a, b;
  make(&a);
  assert_int_equal(a.n, 240);
  assert_int_equal(count_type(&a, 1), 86); /* 0.36 * 240 = 86.4 */
  assert_close(a.length[0], 5 * 3.95, 1e-12);
  assert_ok(GbAtomsCreateFcc(&b, cells, 3.95, 0.36, 12));
  assert_memory_not_equal(a.type, b.type, (size_t)a.n * sizeof *a.type);
  GbAtomsFree(&a);
  GbAtomsFree(&b);
}

static void velocities_are_thermal(void **state)
{
  (void)state;
  GbAtoms a;
  make(&a);
  GbAtomsSetVelocities(&a, 450.0, 5);
  double momentum[3] = {0}, light = 0.0, heavy = 0.0;
  for (int i = 0; i < a.n; i++) {
    double v2 = 0.0, m = a.mass[a.type[i]];
    for (int d = 0; d < 3; d++) {
      momentum[d] += m * a.v[i][d];
      v2 += a.v[i][d] * a.v[i][d];
    }
    *(a.type[i] ? &heavy : &light) += m * v2;
  }
  assert_close(GbAtomsTemperature(&a), 450.0, 1e-9);
  assert_close(GbAtomsKineticEnergy(&a), 1.5 * (a.n - 1) * GB_KB_EV_PER_K * 450.0, 1e-10);
  for (int d = 0; d < 3; d++)
    assert_close(momentum[d], 0.0, 1e-9);
  /* equipartition: sd of the ratio is sqrt(2/(3*154) + 2/(3*86)) = 0.11 */
  assert_close((heavy / 86.0) / (light / 154.0), 1.0, 0.45);
  GbAtomsFree(&a);
}

static void replicas_and_selections(void **state)
{
  (void)state;
  static const int counts[3] = {2, 1, 3};
  GbAtoms a, b;
  make(&a);
  assert_ok(GbAtomsReplicate(&a, counts, &b));
  assert_int_equal(b.n, 6 * a.n);
  assert_int_equal(count_type(&b, 1), 6 * 86);
  assert_close(b.length[2], 3 * a.length[2], 1e-12);
  assert_close(b.x[b.n - 1][2], a.x[a.n - 1][2] + 2 * a.length[2], 1e-12);
  assert_int_equal(b.id[b.n - 1], b.n);
  bool *keep = calloc((size_t)b.n, sizeof *keep);
  for (int i = 0; i < b.n; i += 2)
    keep[i] = true;
  double x = b.x[10][1];
  assert_ok(GbAtomsSelect(&b, keep));
  assert_int_equal(b.n, 3 * a.n);
  assert_int_equal(b.id[5], 6);
  assert_close(b.x[5][1], x, 0.0);
  a.periodic[0] = false;
  GbAtoms c;
  assert_fails(GbAtomsReplicate(&a, counts, &c), GB_ERR_ARG, "axis x");
  a.x[3][0] = -7.0;
  GbAtomsFitFreeAxes(&a);
  assert_close(a.lo[0], -7.0, 0.0);
  assert_close(a.length[0], 7.0 + 4.5 * 3.95, 1e-12);
  free(keep);
  GbAtomsFree(&a);
  GbAtomsFree(&b);
}

static void snapshots_are_exact(void **state)
{
  (void)state;
  GbAtoms a, b;
  double time, strain;
  make(&a);
  a.periodic[0] = false;
  GbAtomsSetVelocities(&a, 300.0, 1);
  char path[512];
  snprintf(path, sizeof path, "%s", path_of("snapshot.h5"));
  assert_ok(GbAtomsWriteH5(path, &a, 12.5, 0.03));
  assert_ok(GbAtomsReadH5(path, &b, &time, &strain));
  assert_close(time, 12.5, 0.0);
  assert_close(strain, 0.03, 0.0);
  assert_int_equal(b.n, a.n);
  assert_memory_equal(a.x, b.x, (size_t)a.n * sizeof *a.x);
  assert_memory_equal(a.v, b.v, (size_t)a.n * sizeof *a.v);
  assert_memory_equal(a.id, b.id, (size_t)a.n * sizeof *a.id);
  assert_memory_equal(a.type, b.type, (size_t)a.n * sizeof *a.type);
  assert_memory_equal(a.lo, b.lo, sizeof a.lo);
  assert_memory_equal(a.length, b.length, sizeof a.length);
  assert_memory_equal(a.periodic, b.periodic, sizeof a.periodic);
  assert_string_equal(b.element[1], "Zr");
  assert_close(b.mass[1], 91.224, 0.0);
  GbAtomsFree(&b);
  assert_fails(GbAtomsReadH5("/nowhere/a.h5", &b, NULL, NULL), GB_ERR_INPUT, "/nowhere/a.h5");
  assert_fails(GbAtomsWriteH5("/nowhere/a.h5", &a, 0.0, 0.0), GB_ERR_INPUT, "/nowhere/a.h5");
  GbAtomsFree(&a);
}

static void xyz_is_extended(void **state)
{
  (void)state;
  GbAtoms a;
  make(&a);
  a.periodic[0] = false;
  double *eta = calloc((size_t)a.n, sizeof *eta);
  eta[0] = 0.25;
  const char *const names[] = {"eta_mises"};
  const double *const columns[] = {eta};
  char path[512], line[512];
  snprintf(path, sizeof path, "%s", path_of("a.xyz"));
  assert_ok(GbAtomsWriteXyz(path, &a, 1, names, columns));
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  assert_int_equal(atoi(line), a.n);
  assert_non_null(fgets(line, sizeof line, file));
  assert_non_null(strstr(line, "Lattice=\"19.75 0 0 0 15.8 0 0 0 11.85\""));
  assert_non_null(strstr(line, "pbc=\"F T T\""));
  assert_non_null(strstr(line, "Properties=species:S:1:pos:R:3:id:I:1:eta_mises:R:1"));
  assert_non_null(fgets(line, sizeof line, file));
  assert_string_equal(line, a.type[0] ? "Zr 0 0 0 1 0.25\n" : "Cu 0 0 0 1 0.25\n");
  int rows = 1;
  while (fgets(line, sizeof line, file))
    rows++;
  assert_int_equal(rows, a.n);
  fclose(file);
  assert_fails(GbAtomsWriteXyz("/nowhere/a.xyz", &a, 0, NULL, NULL), GB_ERR_INPUT,
               "/nowhere/a.xyz");
  free(eta);
  GbAtomsFree(&a);
}

GB_TEST_MAIN("unit.atomistic.atoms", cmocka_unit_test(lammps_data),
             cmocka_unit_test(bad_lammps_data), cmocka_unit_test(foreign_lammps_data),
             cmocka_unit_test(counts_and_ranges_of_lammps_data),
             cmocka_unit_test(fcc_has_the_composition), cmocka_unit_test(velocities_are_thermal),
             cmocka_unit_test(replicas_and_selections), cmocka_unit_test(snapshots_are_exact),
             cmocka_unit_test(xyz_is_extended))
