/* LAMMPS data and dump files and extended XYZ: what is written comes back, files of other programs
 * are understood, and bad ones are named with their line. */
#include "files.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;

static const char *write_text(const char *name, const char *text)
{
  const char *path = path_in(folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static void start(void)
{
  folder = GbTestFolder();
}

/* --- Round trips --------------------------------------------------------------------------------
 */

/* Image flags and all: the atoms lie up to three boxes away. */
static void data_files_are_exact(void **state)
{
  (void)state;
  start();
  GbFrame a, b;
  make_frame(1, &a);
  for (int d = 0; d < 3; d++)
    a.atoms.periodic[d] = true;
  const char *path = path_in(folder, "a.data");
  assert_ok(GbFrameWrite(path, &a, NULL));
  assert_ok(GbFrameRead(path, &b, NULL, NULL));
  assert_same_atoms(&a.atoms, &b.atoms);
  assert_same_arrays(a.atoms.v, b.atoms.v, a.atoms.n, sizeof *a.atoms.v);
  assert_close(b.atoms.mass[1], 63.546, 0.0);
  assert_true(b.velocities && b.masses && !b.boundaries);
  int wrapped = 0, outside = 0, id, type, image[3];
  double x[3];
  char line[256];
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%d %d %lf %lf %lf %d %d %d", &id, &type, x, x + 1, x + 2, image, image + 1,
               image + 2) == 8)
      for (int d = 0; d < 3; d++) {
        const bool inside = x[d] >= a.atoms.lo[d] && x[d] <= a.atoms.lo[d] + a.atoms.length[d];
        assert_true(inside || image[d] == 0); /* where the sum would not give the same bits */
        outside += !inside;
        wrapped += image[d] != 0;
      }
  fclose(file);
  assert_in_range(wrapped, a.atoms.n, 3 * a.atoms.n);
  assert_in_range(outside, 0, a.atoms.n / 5);
  GbFrameFree(&a);
  GbFrameFree(&b);
}

static void write_frames(const char *path, int nframes)
{
  GbTrajectoryWriter *writer;
  assert_ok(GbTrajectoryCreate(path, NULL, &writer));
  for (int k = 0; k < nframes; k++) {
    GbFrame frame;
    make_frame(k, &frame);
    assert_ok(GbTrajectoryAppend(writer, &frame));
    GbFrameFree(&frame);
  }
  assert_int_not_equal(access(path, F_OK), 0); /* not before it is complete */
  assert_ok(GbTrajectoryFinish(&writer));
  assert_null(writer);
}

static void compare_frame(const GbFrame *found, int k)
{
  GbFrame expected;
  make_frame(k, &expected);
  assert_same_atoms(&expected.atoms, &found->atoms);
  assert_same_arrays(expected.atoms.v, found->atoms.v, found->atoms.n, sizeof *found->atoms.v);
  assert_same_arrays(expected.atoms.f, found->atoms.f, found->atoms.n, sizeof *found->atoms.f);
  assert_memory_equal(expected.atoms.periodic, found->atoms.periodic,
                      sizeof expected.atoms.periodic);
  assert_same_column(&expected, found, "c_pe");
  assert_same_column(&expected, found, "c_stress[1]");
  assert_int_equal(found->ncolumns, 2);
  assert_int_equal(found->step, 1000 * k);
  assert_close(found->time_ps, expected.time_ps, 0.0);
  GbFrameFree(&expected);
}

/* In order, out of order, from the end, by step; twice the same. */
static void check_frames(const char *path, const char *format)
{
  static const int64_t order[] = {3, 0, -1, 2, 4, 2, -5};
  GbTrajectory *t;
  GbFrame frame;
  int64_t n, index;
  bool found;
  write_frames(path, 5);
  assert_ok(GbTrajectoryOpen(path, &t));
  assert_string_equal(GbTrajectoryFormat(t), format);
  for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
    assert_ok(GbTrajectoryRead(t, order[k], &frame));
    compare_frame(&frame, (int)(order[k] < 0 ? order[k] + 5 : order[k]));
    GbFrameFree(&frame);
  }
  assert_ok(GbTrajectoryFindStep(t, 3000, &index));
  assert_int_equal(index, 3);
  assert_ok(GbTrajectoryCount(t, &n));
  assert_int_equal(n, 5);
  assert_fails(GbTrajectoryRead(t, 5, &frame), GB_ERR_INPUT, path, "frame 5", "5 frames");
  assert_fails(GbTrajectoryRead(t, -6, &frame), GB_ERR_INPUT, "frame -6");
  assert_fails(GbTrajectoryFindStep(t, 17, &index), GB_ERR_INPUT, "step 17");
  GbTrajectoryClose(&t);
  assert_ok(GbTrajectoryOpen(path, &t));
  for (int k = 0; k < 6; k++) {
    assert_ok(GbTrajectoryNext(t, &found, &frame));
    assert_int_equal(found, k < 5);
    if (found) compare_frame(&frame, k);
    GbFrameFree(&frame);
  }
  GbTrajectoryClose(&t);
}

static void dumps_are_exact(void **state)
{
  (void)state;
  start();
  check_frames(path_in(folder, "a.dump"), "LAMMPS dump");
}

static void xyz_files_are_exact(void **state)
{
  (void)state;
  start();
  check_frames(path_in(folder, "a.xyz"), "extended XYZ");
}

static void frames_have_names(void **state)
{
  (void)state;
  start();
  GbFrame frame;
  int64_t index;
  char name[600], *path;
  const char *file = path_in(folder, "a.dump");
  write_frames(file, 4);
  static const struct {
    const char *selection;
    int frame;
  } cases[] = {{"", 3}, {"@last", 3}, {"@0", 0}, {"@-2", 2}, {"@step=1000", 1}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    snprintf(name, sizeof name, "%s%s", file, cases[k].selection);
    assert_ok(GbFrameRead(name, &frame, &index, &path));
    assert_int_equal(index, cases[k].frame);
    assert_string_equal(path, file);
    compare_frame(&frame, cases[k].frame);
    GbFrameFree(&frame);
    free(path);
  }
  snprintf(name, sizeof name, "%s@first", file);
  assert_fails(GbFrameRead(name, &frame, NULL, NULL), GB_ERR_INPUT, "FILE@N", "\"@first\"");
}

static void digits_can_be_fewer(void **state)
{
  (void)state;
  start();
  GbFrame a, b;
  const GbTrajectoryOptions options = {.digits = 6, .no_elements = true};
  make_frame(2, &a);
  const char *path = path_in(folder, "a.lammpstrj");
  assert_ok(GbFrameWrite(path, &a, &options));
  assert_ok(GbFrameRead(path, &b, NULL, NULL));
  assert_string_equal(b.atoms.element[0], "");
  double largest = 0.0;
  for (int i = 0; i < a.atoms.n; i++)
    for (int d = 0; d < 3; d++)
      largest = fmax(largest, fabs(a.atoms.x[i][d] - b.atoms.x[i][d]));
  assert_true(largest > 1e-8 && largest < 1e-4);
  GbFrameFree(&a);
  GbFrameFree(&b);
}

/* --- Files of other programs --------------------------------------------------------------------
 */

#define DUMP_HEAD                                                                                  \
  "ITEM: TIMESTEP\n50\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp ff pp\n0 10\n-5 5\n0 20\n"

static void check_dump(const char *rows, double x0, double x1, double z1, bool wrapped)
{
  GbFrame f;
  char text[1024];
  snprintf(text, sizeof text, "%s%s", DUMP_HEAD, rows);
  assert_ok(GbFrameRead(write_text("b.dump", text), &f, NULL, NULL));
  assert_int_equal(f.atoms.n, 2);
  assert_int_equal(f.step, 50);
  assert_int_equal(f.atoms.id[0], 3);
  assert_close(f.atoms.x[0][0], x0, 1e-14);
  assert_close(f.atoms.x[1][0], x1, 1e-14);
  assert_close(f.atoms.x[1][2], z1, 1e-14);
  assert_false(f.atoms.periodic[1]);
  assert_true(f.atoms.periodic[2]);
  assert_int_equal(f.wrapped, wrapped);
  GbFrameFree(&f);
}

/* The same two atoms, id 3 at x = 1 and id 7 at 12, z = -4, in the ways that LAMMPS can write them.
 */
static void dumps_have_many_columns(void **state)
{
  (void)state;
  start();
  check_dump("ITEM: ATOMS id type xu yu zu\n7 2 12 0 -4\n3 1 1 0 0\n", 1, 12, -4, false);
  check_dump("ITEM: ATOMS id type x y z ix iy iz\n7 2 2 0 16 1 0 -1\n3 1 1 0 0 0 0 0\n", 1, 12, -4,
             false);
  check_dump("ITEM: ATOMS id type xs ys zs\n7 2 0.2 0.5 0.8\n3 1 0.1 0.5 0\n", 1, 2, 16, true);
  check_dump("ITEM: ATOMS id type xs ys zs ix iy iz\n7 2 0.2 0.5 0.8 1 0 -1\n3 1 0.1 0.5 0 0 0 0\n",
             1, 12, -4, false);
  check_dump("ITEM: ATOMS type zsu ysu xsu id\n2 -0.2 0.5 1.2 7\n1 0 0.5 0.1 3\n", 1, 12, -4,
             false);
  check_dump(
      "ITEM: ATOMS x y z ix iy iz xu yu zu element id \n2 0 16 1 0 -1 12 0 -4 Zr 7\n1 0 0 0 0 "
      "0 1 0 0 Cu 3\n",
      1, 12, -4, false);
}

/* Types from elements do not depend on the order of the atoms; further columns keep their names. */
static void dumps_name_what_they_hold(void **state)
{
  (void)state;
  start();
  GbFrame f;
  assert_ok(GbFrameRead(
      write_text("c.dump", "ITEM: UNITS\nmetal\nITEM: TIME\n0.25\n" DUMP_HEAD
                           "ITEM: ATOMS id element mass xu yu zu vx vy vz c_e f_1[2]\n"
                           "2 Zr 91.2 1 2 3 -1 -2 -3 nan 5\n1 Cu 63.5 4 5 6 0 0 0 -4 1e-300\n"),
      &f, NULL, NULL));
  assert_close(f.time_ps, 0.25, 0.0);
  assert_int_equal(f.atoms.ntypes, 2);
  assert_string_equal(f.atoms.element[0], "Cu");
  assert_int_equal(f.atoms.type[1], 1);
  assert_close(f.atoms.mass[1], 91.2, 0.0);
  assert_close(f.atoms.v[1][2], -3.0, 0.0);
  assert_true(f.velocities && !f.forces && f.masses && f.boundaries);
  assert_int_equal(f.ncolumns, 2);
  assert_close(GbFrameColumn(&f, "c_e")[0], -4.0, 0.0);
  assert_true(isnan(GbFrameColumn(&f, "c_e")[1]));
  assert_close(GbFrameColumn(&f, "f_1[2]")[0], 1e-300, 0.0);
  assert_null(GbFrameColumn(&f, "c_f"));
  GbFrameFree(&f);
}

static void xyz_of_other_programs(void **state)
{
  (void)state;
  start();
  GbFrame f;
  assert_ok(GbFrameRead(
      write_text("b.xyz", "2\nLattice=\"5 0 0 0 6.0 0 0 0 7\" Properties=species:S:1:pos:R:3:"
                          "force:R:3:charge:R:1:flag:L:1:tensor:R:2:name:S:1 pbc=\"T T F\" "
                          "energy=-3.5 comment=\"step=9 Lattice=1\"\n"
                          "Zr 1 2 3 0.1 0.2 0.3 1.5 T 1 2 abc\nCu 4 5 6 0 0 -0.5 2.5 F 3 4 def\n"),
      &f, NULL, NULL));
  assert_int_equal(f.step, -1);
  assert_int_equal(f.atoms.type[0], 1); /* Cu is 0 */
  assert_close(f.atoms.length[2], 7.0, 0.0);
  assert_false(f.atoms.periodic[2]);
  assert_close(f.atoms.f[1][2], -0.5, 0.0);
  assert_int_equal(f.ncolumns, 4);
  assert_close(GbFrameColumn(&f, "tensor[2]")[1], 4.0, 0.0);
  assert_close(GbFrameColumn(&f, "flag")[0], 1.0, 0.0);
  GbFrameFree(&f);
  assert_ok(GbFrameRead(write_text("c.xyz", "2\nwater\nH 1 2 3\nO -1 0 0\n"), &f, NULL, NULL));
  assert_false(f.atoms.periodic[0]);
  assert_close(f.atoms.lo[0], -1.0, 0.0);
  GbFrameFree(&f);
}

/* A data file without image flags holds positions in the box; with them they are unwrapped. */
static void data_files_say_whether_wrapped(void **state)
{
  (void)state;
  start();
  static const char *const rows[2] = {"1 1 9.5 5 5\n2 1 5 5 5\n",
                                      "1 1 9.5 5 5 0 0 0\n2 1 5 5 5 0 0 0\n"};
  for (int flags = 0; flags < 2; flags++) {
    GbFrame f;
    char text[256];
    snprintf(text, sizeof text,
             "t\n\n2 atoms\n1 atom types\n0 10 xlo xhi\n0 10 ylo yhi\n0 10 zlo zhi\n\nAtoms\n\n%s",
             rows[flags]);
    assert_ok(GbFrameRead(write_text("w.data", text), &f, NULL, NULL));
    assert_int_equal(f.wrapped, !flags);
    GbFrameFree(&f);
  }
}

/* A box is rectangular whose tilts are 0 or what rounding left. */
static void small_tilts_are_none(void **state)
{
  (void)state;
  start();
  GbFrame f;
  assert_ok(GbFrameRead(
      write_text("t.dump",
                 "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS xy xz yz pp "
                 "ff pp\n0 10 1e-15\n-5 5 -4e-7\n0 20 0\nITEM: ATOMS id x y z\n1 1 2 3\n"),
      &f, NULL, NULL));
  assert_close(f.atoms.length[0], 10.0, 0.0);
  assert_close(f.atoms.lo[1], -5.0, 0.0);
  assert_false(f.atoms.periodic[1]);
  GbFrameFree(&f);
  assert_ok(
      GbFrameRead(write_text("t.xyz", "1\nLattice=\"5 0 0 3e-16 6 0 3e-16 -3e-16 7\"\nCu 1 2 3\n"),
                  &f, NULL, NULL));
  assert_close(f.atoms.length[1], 6.0, 0.0);
  GbFrameFree(&f);
}

/* Types may be named twice or not at all; columns of words are passed over. */
static void dumps_with_odd_columns(void **state)
{
  (void)state;
  start();
  GbFrame f;
  assert_ok(GbFrameRead(write_text("c.dump", DUMP_HEAD "ITEM: ATOMS id type typelabel x y z mol q\n"
                                                       "1 1 Cu 1 2 3 water 5\n"
                                                       "2 2 zirconium 4 5 6 ice 7\n"),
                        &f, NULL, NULL));
  assert_string_equal(f.atoms.element[0], "Cu");
  assert_string_equal(f.atoms.element[1], "");
  assert_false(f.untyped);
  assert_int_equal(f.ncolumns, 1);
  assert_close(GbFrameColumn(&f, "q")[1], 7.0, 0.0);
  GbFrameFree(&f);
  assert_ok(GbFrameRead(
      write_text("c.dump", DUMP_HEAD "ITEM: ATOMS id typelabel x y z\n1 Zr 1 2 3\n2 Cu 4 5 6\n"),
      &f, NULL, NULL));
  assert_string_equal(f.atoms.element[1], "Zr");
  assert_int_equal(f.atoms.type[0], 1);
  GbFrameFree(&f);
  assert_ok(GbFrameRead(write_text("c.dump", DUMP_HEAD "ITEM: ATOMS id x y z\n7 1 2 3\n3 4 5 6\n"),
                        &f, NULL, NULL));
  assert_true(f.untyped);
  assert_int_equal(f.atoms.ntypes, 1);
  assert_close(f.atoms.x[0][2], 6.0, 0.0);
  GbFrameFree(&f);
  assert_ok(GbFrameRead(write_text("c.xyz", "1\nProperties=pos:R:3\n1 2 3\n"), &f, NULL, NULL));
  assert_true(f.untyped);
  GbFrameFree(&f);
}

/* LAMMPS writes the units before the first frame only. 1 kcal/mol is 0.0433641 eV. */
static void dumps_in_real_units(void **state)
{
  (void)state;
  start();
  for (int k = 0; k < 2; k++) {
    GbFrame f;
    const char *path = write_text(
        "r.dump", "ITEM: UNITS\nreal\nITEM: TIME\n500\n" DUMP_HEAD
                  "ITEM: ATOMS id type x y z vz fx\n1 1 1 2 3 0.5 0\n2 1 4 5 6 0 0\n"
                  "ITEM: TIME\n500\n" DUMP_HEAD "ITEM: ATOMS id type x y z vx vy vz fx fy fz\n"
                  "1 1 1 2 3 0.5 0 0 2 0 0\n2 1 4 5 6 0 0 0 0 0 0\n");
    GbTrajectory *t;
    assert_ok(GbTrajectoryOpen(path, &t));
    if (k == 1) { /* the first frame is read or passed over */
      assert_ok(GbTrajectoryRead(t, 0, &f));
      assert_close(f.time_ps, 0.5, 1e-15);
      GbFrameFree(&f);
    }
    assert_ok(GbTrajectoryRead(t, 1, &f));
    assert_close(f.time_ps, 0.5, 1e-15);
    assert_close(f.atoms.x[1][2], 6.0, 0.0);
    assert_close(f.atoms.v[0][0], 500.0, 1e-12);
    assert_close(f.atoms.f[0][0], 2 * 0.0433641, 1e-7);
    GbFrameFree(&f);
    GbTrajectoryClose(&t);
  }
}

/* Keys with names of ours and other meanings are passed over. */
static void xyz_with_foreign_keys(void **state)
{
  (void)state;
  start();
  static const char *const lines[] = {
      "strain=uniaxial time=\"2024-01-01 12:00\" step=relax",
      "strain=\"0.01 0 0 0 0 0\" time=[1,2] step=1e28 elements=\"2 Cu\" masses=\"a b\"",
      "step=-5 elements=\"copper zirconium\" masses=\"63.5 91.2\"",
      "step=0.5 elements=\"Cu Cu\" masses=1",
      "step=nan strain=nan time= elements=\"Zr Cu\" masses=\"63.5\"",
      "step=99999999999999999999 elements=\"H He Li Be B C N O F Ne\""};
  for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
    GbFrame f;
    char text[512];
    snprintf(text, sizeof text, "2\nLattice=\"5 0 0 0 6 0 0 0 7\" %s\nZr 1 2 3\nCu 4 5 6\n",
             lines[k]);
    assert_ok(GbFrameRead(write_text("k.xyz", text), &f, NULL, NULL));
    assert_int_equal(f.step, -1);
    assert_true(isnan(f.time_ps) && isnan(f.strain));
    assert_false(f.masses);
    assert_int_equal(f.atoms.ntypes, 2);
    assert_string_equal(f.atoms.element[f.atoms.type[0]], "Zr");
    GbFrameFree(&f);
  }
}

/* The atom in the middle of a cell of edges 12 with tilts 3, -2, 4, and one boxes away. */
static void check_tilted(const char *name, const char *text)
{
  GbFrame f, again;
  char other[600];
  const char *path = write_text(name, text);
  assert_fails(GbFrameRead(path, &f, NULL, NULL), GB_ERR_INPUT, name, "triclinic", "3 -2 4");
  assert_ok(GbFrameReadTilted(path, &f, NULL, NULL));
  for (int d = 0; d < 3; d++) {
    static const double tilt[3] = {3, -2, 4}, lo[3] = {1, 0, 0};
    assert_close(f.tilt[d], tilt[d], 1e-14);
    assert_close(f.atoms.lo[d], lo[d], 1e-14);
    assert_close(f.atoms.length[d], 12.0, 1e-14);
  }
  for (int k = 0; k < 2; k++) {
    static const double x[2][3] = {{7.5, 8, 6}, {7.5 - 24 + 3 + 2, 8 + 12 - 4, 6 - 12}};
    for (int d = 0; d < 3 && k < f.atoms.n; d++)
      assert_close(f.atoms.x[k][d], x[k][d], 1e-13);
  }
  static const char *const names[2] = {"again.dump", "again.xyz"};
  for (int k = 0; k < 2; k++) {
    snprintf(other, sizeof other, "%s", path_in(folder, names[k]));
    assert_ok(GbFrameWrite(other, &f, NULL));
    assert_ok(GbFrameReadTilted(other, &again, NULL, NULL));
    for (int d = 0; d < 3; d++) {
      assert_close(again.tilt[d], f.tilt[d], 0.0);
      assert_close(again.atoms.lo[d], f.atoms.lo[d], 1e-14);
      assert_close(again.atoms.length[d], 12.0, 1e-14);
    }
    assert_same_arrays(f.atoms.x, again.atoms.x, f.atoms.n, sizeof *f.atoms.x);
    GbFrameFree(&again);
  }
  assert_fails(GbFrameWrite(path_in(folder, "no.data"), &f, NULL), GB_ERR_INPUT, "no.data",
               "triclinic");
  assert_fails(GbFrameWrite(path_in(folder, "no.h5"), &f, NULL), GB_ERR_INPUT, "no.h5",
               "triclinic");
  GbFrameFree(&f);
}

static void triclinic_boxes(void **state)
{
  (void)state;
  start();
#define TILTED                                                                                     \
  "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS xy xz yz pp pp pp\n-1 16 3\n0 "   \
  "16 "                                                                                            \
  "-2\n0 12 4\n"
  check_tilted("u.dump", TILTED "ITEM: ATOMS id type x y z ix iy iz\n1 1 7.5 8 6 0 0 0\n"
                                "2 1 7.5 8 6 -2 1 -1\n");
  check_tilted("u.dump", TILTED "ITEM: ATOMS id type xs ys zs ix iy iz\n1 1 .5 .5 .5 0 0 0\n"
                                "2 1 .5 .5 .5 -2 1 -1\n");
  check_tilted("u.dump", TILTED "ITEM: ATOMS id type xsu ysu zsu\n1 1 .5 .5 .5\n"
                                "2 1 -1.5 1.5 -.5\n");
  check_tilted("u.data", "t\n\n2 atoms\n1 atom types\n1 13 xlo xhi\n0 12 ylo yhi\n0 12 zlo zhi\n"
                         "3 -2 4 xy xz yz\n\nAtoms\n\n1 1 7.5 8 6 0 0 0\n2 1 7.5 8 6 -2 1 -1\n");
  check_tilted("u.xyz", "1\nLattice=\"12 0 0 3 12 0 -2 4 12\" Origin=\"1 0 0\"\nCu 7.5 8 6\n");
}

/* --- Files that are not whole --------------------------------------------------------------------
 */

/* Three frames of three atoms, cut behind every byte: what is whole can be read from the end. */
static void check_cuts(const char *name, const char *(*frame_text)(int k))
{
  char text[2048] = "";
  size_t ends[4] = {0}, digits = 0;
  for (int k = 0; k < 3; k++) {
    strcat(text, frame_text(k));
    ends[k + 1] = strlen(text);
  }
  while (text[ends[1] - 2 - digits] != ' ')
    digits++; /* of the last number of a frame: whether one is missing cannot be seen */
  for (size_t size = ends[1]; size <= ends[3]; size++) {
    GbTrajectory *t;
    GbFrame f;
    int64_t n;
    char part[2048];
    snprintf(part, sizeof part, "%.*s", (int)size, text);
    assert_ok(GbTrajectoryOpen(write_text(name, part), &t));
    assert_ok(GbTrajectoryCount(t, &n));
    const int64_t least = size >= ends[3] ? 3 : size >= ends[2] ? 2 : 1;
    const bool in_last_number = least < 3 && size + digits >= ends[least + 1];
    assert_in_range(n, least, least + in_last_number);
    assert_int_equal(GbTrajectoryCut(t) != NULL, n == least && size > ends[least]);
    assert_ok(GbTrajectoryRead(t, -1, &f));
    assert_int_equal(f.step, 10 * (n - 1));
    assert_close(f.atoms.x[2][0], 7.25 + (double)(n - 1), 0.0);
    GbFrameFree(&f);
    if (GbTrajectoryCut(t))
      assert_fails(GbTrajectoryRead(t, n, &f), GB_ERR_INPUT, name, "expected");
    GbTrajectoryClose(&t);
  }
}

static const char *dump_text(int k)
{
  static char text[512];
  snprintf(text, sizeof text,
           "ITEM: TIMESTEP\n%d\nITEM: NUMBER OF ATOMS\n3\nITEM: BOX BOUNDS pp pp pp\n0 10\n0 10\n0 "
           "10\nITEM: ATOMS id type x y z\n1 1 1.5 2 3.25\n2 1 4 5 6.25\n3 1 %g 8 9.125\n",
           10 * k, 7.25 + k);
  return text;
}

static const char *xyz_text(int k)
{
  static char text[512];
  snprintf(text, sizeof text, "3\nstep=%d \nCu 1.5 2 3.25\nCu 4 5 6.25\nCu %g 8 9.125\n", 10 * k,
           7.25 + k);
  return text;
}

static void cuts_spare_whole_frames(void **state)
{
  (void)state;
  start();
  check_cuts("cut.dump", dump_text);
  check_cuts("cut.xyz", xyz_text);
  GbFrame f;
  assert_fails(GbFrameRead(write_text("one.xyz", "3\n\nCu 1 2 3\n"), &f, NULL, NULL), GB_ERR_INPUT,
               "one.xyz:3", "cut off"); /* no whole one */
  /* damage that is not at the end is no cut */
  assert_fails(GbFrameRead(write_text("mid.xyz", "1\n\nCu 1 2 3\nCu 4 5 6\n1\n\nCu 1 2 3\n"), &f,
                           NULL, NULL),
               GB_ERR_INPUT, "mid.xyz:4");
}

static void empty_frames_bar_no_others(void **state)
{
  (void)state;
  start();
  GbFrame f;
  GbTrajectory *t;
  char name[600];
  const char *path = write_text(
      "empty.dump",
      "ITEM: TIMESTEP\n5\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n"
      "0 1\nITEM: ATOMS id type x y z\n1 1 0.5 0 0\n"
      "ITEM: TIMESTEP\n6\nITEM: NUMBER OF ATOMS\n0\nITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n"
      "0 1\nITEM: ATOMS id type x y z\n");
  assert_ok(GbTrajectoryOpen(path, &t));
  assert_ok(GbTrajectoryRead(t, -1, &f));
  assert_int_equal(f.atoms.n, 0);
  assert_int_equal(f.step, 6);
  GbFrameFree(&f);
  assert_ok(GbTrajectoryRead(t, 0, &f));
  assert_close(f.atoms.x[0][0], 0.5, 0.0);
  GbFrameFree(&f);
  GbTrajectoryClose(&t);
  assert_fails(GbFrameRead(path, &f, NULL, NULL), GB_ERR_INPUT, path, "frame 1", "found none");
  snprintf(name, sizeof name, "%s@0", path);
  assert_ok(GbFrameRead(name, &f, NULL, NULL));
  GbFrameFree(&f);
  assert_ok(GbFrameRead(write_text("empty.xyz", "0\n\n1\n\nCu 1 2 3\n"), &f, NULL, NULL));
  GbFrameFree(&f);
}

/* --- Bad files ----------------------------------------------------------------------------------
 */

#define assert_bad(name, text, ...)                                                                \
  do {                                                                                             \
    GbFrame bad_;                                                                                  \
    assert_fails(GbFrameRead(write_text(name, text), &bad_, NULL, NULL), GB_ERR_INPUT,             \
                 __VA_ARGS__);                                                                     \
  } while (0)

static void bad_dumps_are_named(void **state)
{
  (void)state;
  start();
  char text[1024];
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n", "d.dump:10", "cut off");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 0\n", "d.dump:11",
             "5 columns", "\"2 1 0\"");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 0 0 0 0\n", "d.dump:11",
             "5 columns and no more");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 0 nan 0\n", "d.dump:11",
             "column 4", "finite");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n1 1 1 0 0\n", "two atoms");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 0 1 0 0\n", "d.dump:11",
             "a type from 1");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y\n1 1 0 0\n2 1 0 0\n", "d.dump:9",
             "columns x y z");
  assert_bad("d.dump",
             DUMP_HEAD "ITEM: ATOMS id type x y z ix iy iz\n1 1 0 0 0 0 0 0\n"
                       "2 1 0 0 0 0 0 1048577\n",
             "d.dump:11", "image flags");
  assert_bad("d.dump",
             DUMP_HEAD "ITEM: ATOMS id type x y z ix iy iz\n1 1 0 0 0 0 0.5 0\n"
                       "2 1 0 0 0 0 0 0\n",
             "d.dump:10", "image flags");
  assert_bad("d.dump", "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS abc origin\n",
             "d.dump:5", "triclinic");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type element x y z\n1 1 Cu 0 0 0\n2 1 Zr 0 0 0\n",
             "d.dump:11", "Cu as the element of type 1");
  assert_bad("d.dump", DUMP_HEAD "ITEM: ATOMS id type x y z q q\n1 1 0 0 0 1 1\n2 1 0 0 0 1 1\n",
             "d.dump:9", "\"q\"", "found two");
  assert_bad("d.dump",
             "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS xy xz yz pp pp "
             "pp\n0 1 0\n0 1 1e-5\n0 1 0\nITEM: ATOMS id type x y z\n1 1 0 0 0\n",
             "d.dump", "triclinic", "1e-05");
  assert_bad("d.dump", "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n900000000\n", "d.dump:4",
             "can hold");
  assert_bad("d.dump", "ITEM: UNITS\nlj\n", "d.dump:2", "units metal or real", "\"lj\"");
  assert_bad("d.dump", "ITEM: NUMBER OF ATOMS\n1\nITEM: ATOMS id type x y z\n", "d.dump:3",
             "ITEM: TIMESTEP");
  /* a frame with a row too few, before another */
  snprintf(text, sizeof text, "%s%s%s%s", DUMP_HEAD, "ITEM: ATOMS id type x y z\n1 1 0 0 0\n",
           DUMP_HEAD, "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 0 0\n");
  assert_bad("d.dump", text, "d.dump:11", "atom 2 of the 2", "\"ITEM: TIMESTEP\"");
}

/* All frames before a cut stay readable. */
static void cut_dump_keeps_its_frames(void **state)
{
  (void)state;
  start();
  GbTrajectory *t;
  GbFrame frame;
  bool found;
  const char *path = path_in(folder, "e.dump");
  write_frames(path, 3);
  assert_int_equal(truncate(path, 90000), 0);
  assert_ok(GbTrajectoryOpen(path, &t));
  int good = 0;
  GbStatus status;
  for (;; good++) {
    status = GbTrajectoryNext(t, &found, &frame);
    if (status != GB_OK || !found) break;
    compare_frame(&frame, good);
    GbFrameFree(&frame);
  }
  assert_int_equal(status, GB_ERR_INPUT);
  assert_in_range(good, 1, 2);
  GbTrajectoryClose(&t);
}

static void bad_xyz_files_are_named(void **state)
{
  (void)state;
  start();
  assert_bad("d.xyz", "two\n", "d.xyz:1", "number of atoms");
  assert_bad("d.xyz", "2\n", "d.xyz:1", "can hold");
  assert_bad("d.xyz", "2\n\nCu 1 2 3\n", "d.xyz:3", "cut off");
  assert_bad("d.xyz", "1\nLattice=\"1 0 0 0 1 0 0.1 0 1\"\nCu 1 2 3\n", "d.xyz", "triclinic");
  assert_bad("d.xyz", "1\nLattice=\"1 0.1 0 0 1 0 0 0 1\"\nCu 1 2 3\n", "d.xyz:2",
             "Lx 0 0 xy Ly 0");
  assert_bad("d.xyz", "1\nLattice=\"1 0 0 0 1 0 0 0\"\nCu 1 2 3\n", "d.xyz:2", "nine numbers");
  assert_bad("d.xyz", "1\nProperties=species:S:1:pos:R\nCu 1 2 3\n", "d.xyz:2", "name:type:width");
  assert_bad("d.xyz", "1\nProperties=species:S:1:velo:R:3\nCu 1 2 3\n", "d.xyz:2", "pos:R:3");
  assert_bad("d.xyz", "1\n\nCu 1 2 inf\n", "d.xyz:3", "column 4", "finite");
  assert_bad("d.xyz", "1\n\nUnobtainium 1 2 3\n", "d.xyz:3", "3 letters");
  assert_bad("d.xyz", "1\n\nCu 1 2 3\nCu 4 5 6\n", "d.xyz:4", "number of atoms");
}

static void other_files_are_named(void **state)
{
  (void)state;
  start();
  GbFrame frame;
  GbTrajectoryWriter *writer;
  assert_bad("x.dump", "", "x.dump", "empty");
  assert_bad("x.txt", "some text\n", "x.txt", "something else");
  assert_bad("x.dump", "\037\213\b", "x.dump", "gunzip");
  assert_bad("t.data",
             "t\n\n1 atoms\n1 atom types\n0 1 xlo xhi\n0 1 ylo yhi\n0 1 zlo zhi\n0.1 0 0 xy xz "
             "yz\n\nAtoms\n\n1 1 0 0 0\n",
             "t.data", "triclinic");
  assert_fails(GbFrameRead(folder, &frame, NULL, NULL), GB_ERR_INPUT, folder, "directory");
  assert_fails(GbFrameRead("/nowhere/a.dump@3", &frame, NULL, NULL), GB_ERR_INPUT,
               "/nowhere/a.dump: No such file");
  assert_fails(GbTrajectoryCreate(path_in(folder, "a.pdb"), NULL, &writer), GB_ERR_INPUT, "a.pdb",
               ".lammpstrj");
  assert_fails(GbTrajectoryCreate("/nowhere/a.dump", NULL, &writer), GB_ERR_INPUT,
               "/nowhere/a.dump");
  assert_null(writer);
}

/* --- A full disk --------------------------------------------------------------------------------
 */

/* No file may grow beyond some bytes; an older file stays. */
static void check_full(const char *name)
{
  GbFrame frame, again;
  char asides[600];
  glob_t left;
  struct rlimit whole, few;
  const char *path = path_in(folder, name);
  make_frame(1, &frame);
  assert_ok(GbFrameWrite(path, &frame, NULL));
  snprintf(asides, sizeof asides, "%s.*", path);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
  few = (struct rlimit){.rlim_cur = 16, .rlim_max = whole.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
  const GbStatus status = GbFrameWrite(path, &frame, NULL);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
  assert_int_equal(status, GB_ERR_IO);
  assert_non_null(strstr(GbErrorMessage(), path));
  assert_int_equal(glob(asides, 0, NULL, &left), GLOB_NOMATCH);
  assert_ok(GbFrameRead(path, &again, NULL, NULL));
  GbFrameFree(&again);
  GbFrameFree(&frame);
}

/* A link of a name like those of unfinished files is neither written through nor removed. */
static void check_link(const char *name)
{
  GbFrame frame;
  char aside[600], victim[600];
  struct stat found;
  const char *path = path_in(folder, name);
  snprintf(victim, sizeof victim, "%s", path_in(folder, "victim"));
  snprintf(aside, sizeof aside, "%s.tmp", path);
  make_frame(1, &frame);
  unlink(victim);
  FILE *file = fopen(victim, "w");
  assert_non_null(file);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(symlink(victim, aside), 0);
  assert_ok(GbFrameWrite(path, &frame, NULL));
  assert_int_equal(stat(victim, &found), 0);
  assert_int_equal(found.st_size, 0);
  assert_int_equal(lstat(path, &found), 0);
  assert_true(S_ISREG(found.st_mode));
  assert_int_equal(lstat(aside, &found), 0);
  assert_true(S_ISLNK(found.st_mode));
  GbFrameFree(&frame);
}

static void links_are_not_followed(void **state)
{
  (void)state;
  start();
  check_link("a.data");
  check_link("a.dump");
  check_link("a.xyz");
  check_link("a.h5");
}

static void full_disk_is_noticed(void **state)
{
  (void)state;
  start();
  check_full("a.data");
  check_full("a.dump");
  check_full("a.xyz");
}

GB_TEST_MAIN("unit.atomistic.files_text", cmocka_unit_test(data_files_are_exact),
             cmocka_unit_test(dumps_are_exact), cmocka_unit_test(xyz_files_are_exact),
             cmocka_unit_test(frames_have_names), cmocka_unit_test(digits_can_be_fewer),
             cmocka_unit_test(dumps_have_many_columns), cmocka_unit_test(dumps_name_what_they_hold),
             cmocka_unit_test(xyz_of_other_programs),
             cmocka_unit_test(data_files_say_whether_wrapped),
             cmocka_unit_test(small_tilts_are_none), cmocka_unit_test(dumps_with_odd_columns),
             cmocka_unit_test(dumps_in_real_units), cmocka_unit_test(xyz_with_foreign_keys),
             cmocka_unit_test(triclinic_boxes), cmocka_unit_test(cuts_spare_whole_frames),
             cmocka_unit_test(empty_frames_bar_no_others), cmocka_unit_test(bad_dumps_are_named),
             cmocka_unit_test(cut_dump_keeps_its_frames), cmocka_unit_test(bad_xyz_files_are_named),
             cmocka_unit_test(other_files_are_named), cmocka_unit_test(full_disk_is_noticed),
             cmocka_unit_test(links_are_not_followed))
