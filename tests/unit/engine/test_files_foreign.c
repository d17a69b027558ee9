/* H5MD of other programs: images, units, elements that are sampled more rarely, claims that storage
 * does not hold. The files are made here with the HDF5 library itself, by the specification of
 * H5MD 1.1 and its module of units. */
#include "files.h"

#include "atomistic/files/unit_text.h"
#include "base/log.h"

#include <hdf5.h>
#include <stdlib.h>

enum { NFRAMES = 2, NATOMS = 3 };

static const double positions[NFRAMES][NATOMS][3] = {{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}},
                                                     {{0.5, 2, 3}, {4, 5, 6}, {7, 8, 9.5}}};
static const double edges[NFRAMES][3] = {{10, 11, 12}, {10.5, 11, 12}};

static hid_t make_file(const char *path)
{
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(file >= 0);
  return file;
}

static void put_unit(hid_t id, const char *attribute, const char *unit)
{
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, strlen(unit));
  hid_t text = H5Acreate2(id, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Awrite(text, type, unit) >= 0);
  H5Aclose(text);
  H5Sclose(space);
  H5Tclose(type);
}

static void put(hid_t file, const char *name, int rank, const hsize_t *dims, const double *data,
                const char *unit)
{
  hid_t links = H5Pcreate(H5P_LINK_CREATE), space = H5Screate_simple(rank, dims, NULL);
  H5Pset_create_intermediate_group(links, 1);
  hid_t id = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, links, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
  if (unit) put_unit(id, "unit", unit);
  H5Dclose(id);
  H5Sclose(space);
  H5Pclose(links);
}

static void put_steps(hid_t file, const char *name, hsize_t n, const int *steps)
{
  hid_t space = H5Screate_simple(1, &n, NULL);
  hid_t id = H5Dcreate2(file, name, H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Dwrite(id, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, steps) >= 0);
  H5Dclose(id);
  H5Sclose(space);
}

static const hsize_t vectors[3] = {NFRAMES, NATOMS, 3};

static hid_t make_foreign(const char *path, const char *position_unit, const char *edges_unit)
{
  hid_t file = make_file(path);
  put(file, "particles/atoms/position/value", 3, vectors, positions[0][0], position_unit);
  put(file, "particles/atoms/box/edges/value", 2, (hsize_t[]){NFRAMES, 3}, edges[0], edges_unit);
  return file;
}

static void read_frame(const char *path, int k, GbFrame *frame)
{
  char name[600];
  snprintf(name, sizeof name, "%s@%d", path, k);
  assert_ok(GbFrameReadTilted(name, frame, NULL, NULL));
}

static void no_image_means_wrapped(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbFrame frame;
  H5Fclose(make_foreign(path, NULL, NULL));
  read_frame(path, 1, &frame);
  assert_true(frame.wrapped);
  assert_close(frame.atoms.x[2][2], 9.5, 0.0);
  assert_close(frame.atoms.length[0], 10.5, 0.0);
  GbFrameFree(&frame);
}

static void images_are_added(void **state)
{
  (void)state;
  double image[NFRAMES][NATOMS][3] = {{{0}}};
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbFrame frame;
  image[1][0][0] = 1;
  image[1][1][2] = -3;
  hid_t file = make_foreign(path, NULL, NULL);
  put(file, "particles/atoms/image/value", 3, vectors, image[0][0], NULL);
  H5Fclose(file);
  read_frame(path, 1, &frame);
  assert_false(frame.wrapped);
  assert_close(frame.atoms.x[0][0], 0.5 + 10.5, 1e-15);
  assert_close(frame.atoms.x[1][2], 6.0 - 36.0, 1e-14);
  assert_close(frame.atoms.x[2][1], 8.0, 0.0);
  GbFrameFree(&frame);
  image[1][2][1] = 0.25;
  file = make_foreign(path, NULL, NULL);
  put(file, "particles/atoms/image/value", 3, vectors, image[0][0], NULL);
  H5Fclose(file);
  assert_fails(GbFrameRead(path, &frame, NULL, NULL), GB_ERR_INPUT, "a.h5", "image", "0.25",
               "atom 3");
}

/* Rows of a tilted box are its edges: image (0 1 1) adds the second and the third. */
static void images_follow_tilted_edges(void **state)
{
  (void)state;
  double image[NFRAMES][NATOMS][3] = {{{0, 1, 1}}};
  const double box[9] = {10, 0, 0, 2, 11, 0, -1, 3, 12};
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbFrame frame;
  hid_t file = make_file(path);
  put(file, "particles/atoms/position/value", 3, vectors, positions[0][0], "nm");
  put(file, "particles/atoms/box/edges", 2, (hsize_t[]){3, 3}, box, "nm");
  put(file, "particles/atoms/image/value", 3, vectors, image[0][0], NULL);
  H5Fclose(file);
  read_frame(path, 0, &frame);
  assert_close(frame.tilt[0], 20, 1e-12);
  assert_close(frame.tilt[1], -10, 1e-12);
  assert_close(frame.tilt[2], 30, 1e-12);
  assert_close(frame.atoms.x[0][0], 10 + 20 - 10, 1e-12);
  assert_close(frame.atoms.x[0][1], 20 + 110 + 30, 1e-12);
  assert_close(frame.atoms.x[0][2], 30 + 120, 1e-12);
  GbFrameFree(&frame);
}

/* Positions in the box, read from a file that says no more, stay so in a file of ours. */
static void ours_state_what_they_hold(void **state)
{
  (void)state;
  const GbTrajectoryOptions exact = {0};
  GbFrame frame, back;
  for (int wrapped = 0; wrapped < 2; wrapped++) {
    const char *path = path_in(GbTestFolder(), "a.h5");
    make_frame(1, &frame);
    frame.wrapped = wrapped;
    assert_ok(GbFrameWrite(path, &frame, &exact));
    read_frame(path, 0, &back);
    assert_int_equal(back.wrapped, wrapped);
    assert_same_atoms(&frame.atoms, &back.atoms);
    GbFrameFree(&frame);
    GbFrameFree(&back);
  }
}

static void units_are_converted(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  const double masses[NATOMS] = {63.546, 63.546, 63.546}, times[NFRAMES] = {0, 250};
  GbFrame frame;
  hid_t file = make_foreign(path, "nm", NULL); /* edges: as the positions */
  put(file, "particles/atoms/velocity/value", 3, vectors, positions[0][0], "nm ps-1");
  put(file, "particles/atoms/force/value", 3, vectors, positions[0][0], "kJ mol-1 nm-1");
  put(file, "particles/atoms/mass", 1, (hsize_t[]){NATOMS}, masses, "u");
  put(file, "particles/atoms/position/time", 1, (hsize_t[]){NFRAMES}, times, "fs");
  H5Fclose(file);
  read_frame(path, 1, &frame);
  assert_close(frame.atoms.x[2][2], 95.0, 1e-13);
  assert_close(frame.atoms.length[0], 105.0, 1e-13);
  assert_close(frame.atoms.v[2][2], 95.0, 1e-13);
  /* 1 kJ/mol = 1000 J / 6.02214076e23 / 1.602176634e-19 J per eV = 0.01036426966 eV */
  assert_relative(frame.atoms.f[2][2], 9.5 * 0.001036426966, 1e-9);
  assert_true(frame.masses);
  assert_relative(frame.atoms.mass[0], 63.546, 1e-9);
  assert_close(frame.time_ps, 0.25, 1e-15);
  GbFrameFree(&frame);
}

static void unknown_units_are_refused(void **state)
{
  (void)state;
  static const char *const wrong[] = {"sigma", "ps", "nm+2", "1", "nm nm-1 lj", "furlong"};
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbTrajectory *t;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    H5Fclose(make_foreign(path, wrong[k], NULL));
    assert_fails(GbTrajectoryOpen(path, &t), GB_ERR_INPUT, "a.h5", "position", wrong[k]);
    H5Fclose(make_foreign(path, "nm", wrong[k]));
    assert_fails(GbTrajectoryOpen(path, &t), GB_ERR_INPUT, "a.h5", "box/edges", wrong[k]);
  }
  hid_t file = make_foreign(path, "nm", "nm");
  put(file, "particles/atoms/velocity/value", 3, vectors, positions[0][0], "nm");
  H5Fclose(file);
  assert_fails(GbTrajectoryOpen(path, &t), GB_ERR_INPUT, "velocity", "\"nm\"");
}

/* Factors from the definitions: 1 cal = 4.184 J, CODATA 2018 for the rest. */
static void factors(void **state)
{
  (void)state;
  static const struct {
    const char *from, *to;
    double factor;
  } known[] = {{"Angstrom", "Angstrom", 1},
               {"A", "angstrom", 1},
               {"\xc3\x85", "Angstrom", 1},
               {"pm", "Angstrom", 0.01},
               {"nm", "Angstrom", 10},
               {"um", "Angstrom", 1e4},
               {"m", "Angstrom", 1e10},
               {"nanometers", "Angstrom", 10},
               {"bohr", "Angstrom", 0.529177210903},
               {"60 s", "ps", 6e13},
               {"ns", "ps", 1e3},
               {"femtosecond", "ps", 1e-3},
               {"m s-1", "Angstrom ps-1", 0.01},
               {"nm/fs", "Angstrom ps-1", 1e4},
               {"Angstrom ps^-1", "Angstrom ps-1", 1},
               {"kcal mol-1 Angstrom-1", "eV Angstrom-1", 0.0433641042},
               {"kJ/(mol*nm)", "eV Angstrom-1", 0.001036426966},
               {"pN", "eV Angstrom-1", 6.241509074e-4},
               {"kg m s-2", "eV Angstrom-1", 6.241509074e8},
               {"hartree/bohr", "eV Angstrom-1", 51.42206747},
               {"kg", "g mol-1", 6.02214076e26},
               {"u", "g mol-1", 1},
               {"kDa", "g mol-1", 1000},
               {"g/mol", "g mol-1", 1}};
  static const char *const bad[] = {"", " ", "nm ps-1", "foo", "nm0", "nm+", "0 nm", "(", "nm;"};
  double factor;
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    assert_true(GbUnitTextFactor(known[k].from, known[k].to, &factor));
    assert_relative(factor, known[k].factor, 2e-9);
  }
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
    assert_false(GbUnitTextFactor(bad[k], "Angstrom", &factor));
}

/* Velocities of every other frame belong to the frames of their steps. */
static void rare_elements_keep_their_steps(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  const double velocity[1][NATOMS][3] = {{{7, 7, 7}, {8, 8, 8}, {9, 9, 9}}};
  GbFrame frame;
  hid_t file = make_foreign(path, "Angstrom", "Angstrom");
  put(file, "particles/atoms/velocity/value", 3, (hsize_t[]){1, NATOMS, 3}, velocity[0][0], NULL);
  put_steps(file, "particles/atoms/position/step", 2, (int[]){100, 200});
  put_steps(file, "particles/atoms/velocity/step", 1, (int[]){200});
  H5Fclose(file);
  read_frame(path, 0, &frame);
  assert_false(frame.velocities);
  assert_int_equal(frame.step, 100);
  GbFrameFree(&frame);
  read_frame(path, 1, &frame);
  assert_true(frame.velocities);
  assert_close(frame.atoms.v[2][0], 9, 0.0);
  GbFrameFree(&frame);
}

/* A few kilobytes that claim 5e8 frames: none of them was ever written. */
static void claimed_frames_do_not_count(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  const hsize_t dims[3] = {500000000, 1, 3}, chunk[3] = {1, 1, 3};
  GbTrajectory *t;
  int64_t n;
  for (hsize_t written = 0; written < 3; written++) {
    hid_t file = make_file(path), links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = H5Screate_simple(3, dims, NULL), made = H5Pcreate(H5P_DATASET_CREATE);
    put(file, "particles/a/box/edges", 1, (hsize_t[]){3}, edges[0], NULL);
    H5Pset_chunk(made, 3, chunk);
    H5Pset_create_intermediate_group(links, 1);
    hid_t id = H5Dcreate2(file, "particles/a/position/value", H5T_NATIVE_DOUBLE, space, links, made,
                          H5P_DEFAULT);
    for (hsize_t k = 0; k < written; k++) {
      const hsize_t first[3] = {k, 0, 0};
      hid_t memory = H5Screate_simple(3, chunk, NULL);
      H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, chunk, NULL);
      assert_true(H5Dwrite(id, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, positions) >= 0);
      H5Sclose(memory);
    }
    H5Dclose(id);
    H5Pclose(made);
    H5Pclose(links);
    H5Sclose(space);
    H5Fclose(file);
    assert_ok(GbTrajectoryOpen(path, &t));
    assert_ok(GbTrajectoryCount(t, &n));
    assert_int_equal(n, written);
    GbTrajectoryClose(&t);
  }
}

GB_TEST_MAIN("unit.atomistic.files_foreign", cmocka_unit_test(no_image_means_wrapped),
             cmocka_unit_test(images_are_added), cmocka_unit_test(images_follow_tilted_edges),
             cmocka_unit_test(ours_state_what_they_hold), cmocka_unit_test(units_are_converted),
             cmocka_unit_test(unknown_units_are_refused), cmocka_unit_test(factors),
             cmocka_unit_test(rare_elements_keep_their_steps),
             cmocka_unit_test(claimed_frames_do_not_count))
