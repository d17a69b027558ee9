/* HDF5 trajectories: exact, readable frame by frame, whole after a kill and a full disk. */
#include "files.h"

#include "base/h5.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const GbTrajectoryOptions exact = {0};

static void append(GbTrajectoryWriter *writer, int k)
{
  GbFrame frame;
  make_frame(k, &frame);
  assert_ok(GbTrajectoryAppend(writer, &frame));
  GbFrameFree(&frame);
}

static void write_frames(const char *path, const GbTrajectoryOptions *options, int first, int end)
{
  GbTrajectoryWriter *writer;
  assert_ok(GbTrajectoryCreate(path, options, &writer));
  for (int k = first; k < end; k++)
    append(writer, k);
  assert_ok(GbTrajectoryFinish(&writer));
}

static void compare_frame(GbTrajectory *t, int k)
{
  GbFrame expected, found;
  make_frame(k, &expected);
  assert_ok(GbTrajectoryRead(t, k, &found));
  assert_same_atoms(&expected.atoms, &found.atoms);
  assert_same_arrays(expected.atoms.v, found.atoms.v, found.atoms.n, sizeof *found.atoms.v);
  assert_same_arrays(expected.atoms.f, found.atoms.f, found.atoms.n, sizeof *found.atoms.f);
  assert_memory_equal(expected.atoms.periodic, found.atoms.periodic,
                      sizeof expected.atoms.periodic);
  assert_same_column(&expected, &found, "c_pe");
  assert_same_column(&expected, &found, "c_stress[1]");
  assert_int_equal(found.ncolumns, 2);
  assert_int_equal(found.step, 1000 * k);
  assert_close(found.time_ps, expected.time_ps, 0.0);
  assert_close(found.strain, expected.strain, 0.0);
  assert_close(found.atoms.mass[0], 91.224, 0.0);
  assert_false(found.wrapped);
  GbFrameFree(&expected);
  GbFrameFree(&found);
}

static void check_file(const char *path, int nframes)
{
  GbTrajectory *t;
  int64_t n;
  assert_ok(GbTrajectoryOpen(path, &t));
  assert_string_equal(GbTrajectoryFormat(t), "HDF5 trajectory");
  assert_ok(GbTrajectoryCount(t, &n));
  assert_int_equal(n, nframes);
  for (int k = nframes - 1; k >= 0; k--)
    compare_frame(t, k);
  GbTrajectoryClose(&t);
}

static void trajectories_are_exact(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  write_frames(path, &exact, 0, 5);
  check_file(path, 5);
}

/* What other programs look for, by the specification of H5MD 1.1. */
static void layout_is_that_of_h5md(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbH5 *file;
  size_t dims[3];
  double *values;
  int64_t *steps;
  char *text;
  write_frames(path, &exact, 0, 3);
  assert_ok(GbH5Open(path, &file));
  assert_ok(GbH5ReadDoubles(file, "particles/all/position/value", 3, dims, &values, "angstrom"));
  assert_true(dims[0] == 3 && dims[1] == 240 && dims[2] == 3);
  free(values);
  assert_ok(GbH5ReadInts(file, "particles/all/velocity/step", 1, dims, &steps, "1"));
  assert_int_equal(steps[2], 2000);
  free(steps);
  assert_ok(GbH5ReadDoubles(file, "particles/all/box/edges/time", 1, dims, &values, "ps"));
  assert_close(values[1], 2.0, 1e-12);
  free(values);
  assert_ok(GbH5ReadText(file, "particles/all/velocity/value", "unit", &text));
  assert_string_equal(text, "Angstrom ps-1");
  free(text);
  assert_ok(GbH5ReadText(file, "h5md/creator", "name", &text));
  free(text);
  assert_ok(GbH5ReadDoubles(file, "observables/strain/value", 1, dims, &values, "1"));
  free(values);
  assert_ok(GbH5Close(&file));
}

static int64_t size_of(const char *path)
{
  struct stat found;
  return stat(path, &found) == 0 ? (int64_t)found.st_size : -1;
}

static void single_precision_is_smaller(void **state)
{
  (void)state;
  const GbTrajectoryOptions single = {.single = true};
  const char *folder = GbTestFolder();
  const char *path = path_in(folder, "single.h5"), *full = path_in(folder, "full.h5");
  GbFrame a, b;
  write_frames(path, &single, 0, 8);
  write_frames(full, &exact, 0, 8);
  assert_true(size_of(path) < size_of(full));
  make_frame(3, &a);
  char name[600];
  snprintf(name, sizeof name, "%s@3", path);
  assert_ok(GbFrameRead(name, &b, NULL, NULL));
  for (int i = 0; i < a.atoms.n; i++)
    for (int d = 0; d < 3; d++)
      assert_close(b.atoms.x[i][d], (double)(float)a.atoms.x[i][d], 0.0);
  assert_same_arrays(a.atoms.f, b.atoms.f, a.atoms.n, sizeof *a.atoms.f);
  GbFrameFree(&a);
  GbFrameFree(&b);
}

/* A run that stopped goes on behind its last checkpoint, twice. */
static void trajectories_go_on(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbTrajectoryOptions options = {.append = true, .last_step = 1500};
  write_frames(path, &options, 0, 4); /* there is none yet */
  write_frames(path, &options, 2, 6); /* frames 2 and 3 are removed */
  check_file(path, 6);
  options.last_step = 99999;
  write_frames(path, &options, 6, 7);
  check_file(path, 7);
}

static void other_atoms_are_refused(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  const GbTrajectoryOptions options = {.append = true, .last_step = 99999};
  GbTrajectoryWriter *writer;
  GbFrame frame;
  write_frames(path, &exact, 0, 2);
  make_frame(2, &frame);
  frame.atoms.type[7] ^= 1;
  assert_ok(GbTrajectoryCreate(path, &options, &writer));
  assert_fails(GbTrajectoryAppend(writer, &frame), GB_ERR_INPUT, "a.h5", "240 atoms");
  GbTrajectoryAbandon(&writer);
  frame.atoms.type[7] ^= 1;
  snprintf(frame.columns[0].name, GB_COLUMN_NAME, "other");
  assert_ok(GbTrajectoryCreate(path, &options, &writer));
  assert_fails(GbTrajectoryAppend(writer, &frame), GB_ERR_INPUT, "a.h5", "columns");
  GbTrajectoryAbandon(&writer);
  snprintf(frame.columns[0].name, GB_COLUMN_NAME, "species");
  assert_ok(GbTrajectoryCreate(path_in(GbTestFolder(), "b.h5"), NULL, &writer));
  assert_fails(GbTrajectoryAppend(writer, &frame), GB_ERR_INPUT, "another name", "species");
  GbTrajectoryAbandon(&writer);
  GbFrameFree(&frame);
  check_file(path, 2);
}

static void readable_while_it_is_written(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  GbTrajectoryWriter *writer;
  assert_ok(GbTrajectoryCreate(path, NULL, &writer));
  append(writer, 0);
  append(writer, 1);
  pid_t reader = fork();
  if (reader == 0) {
    GbTrajectory *t;
    int64_t n = 0;
    GbFrame frame;
    bool good = GbTrajectoryOpen(path, &t) == GB_OK && GbTrajectoryCount(t, &n) == GB_OK &&
                n == 2 && GbTrajectoryRead(t, 1, &frame) == GB_OK && frame.step == 1000;
    _exit(good ? 0 : 1);
  }
  int code;
  waitpid(reader, &code, 0);
  assert_int_equal(code, 0);
  append(writer, 2);
  assert_ok(GbTrajectoryFinish(&writer));
  check_file(path, 3);
}

/* Writes for ever and reports each finished frame. */
static void write_until_killed(const char *path, int report)
{
  GbTrajectoryWriter *writer;
  GbFrame frame;
  if (GbTrajectoryCreate(path, NULL, &writer) != GB_OK) _exit(1);
  for (int k = 0;; k++) {
    make_frame(k, &frame);
    if (GbTrajectoryAppend(writer, &frame) != GB_OK) _exit(1);
    GbFrameFree(&frame);
    if (write(report, &k, sizeof k) != sizeof k) _exit(1);
  }
}

/* SIGKILL at any moment: all frames that were reported are there, and the run can go on. */
static void killed_writer_leaves_its_frames(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  for (int trial = 0; trial < 12; trial++) {
    int reports[2], last = -1, k;
    assert_int_equal(pipe(reports), 0);
    pid_t writer = fork();
    if (writer == 0) write_until_killed(path, reports[1]);
    close(reports[1]);
    while (last < 2 && read(reports[0], &k, sizeof k) == sizeof k)
      last = k;
    usleep(1000 + 731 * (unsigned)trial); /* somewhere in a later frame */
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    while (read(reports[0], &k, sizeof k) == sizeof k)
      last = k;
    close(reports[0]);
    assert_true(last >= 2);
    GbTrajectory *t;
    int64_t n;
    assert_ok(GbTrajectoryOpen(path, &t));
    assert_ok(GbTrajectoryCount(t, &n));
    assert_in_range(n, last + 1, last + 2);
    compare_frame(t, 0);
    compare_frame(t, (int)n - 1);
    GbTrajectoryClose(&t);
    const GbTrajectoryOptions options = {.append = true, .last_step = 1000};
    write_frames(path, &options, 2, 4);
    check_file(path, 4);
    remove(path);
  }
}

/* A limit on the size of files stands for a full disk. In a process of its own, because the library
 * keeps a file that it cannot close. */
static void write_until_full(const char *path)
{
  const struct rlimit limit = {200000, 200000};
  GbTrajectoryWriter *writer;
  GbFrame frame;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  if (GbTrajectoryCreate(path, NULL, &writer) != GB_OK) _exit(1);
  for (int k = 0; k < 100; k++) {
    make_frame(k, &frame);
    GbStatus status = GbTrajectoryAppend(writer, &frame);
    if (status != GB_OK)
      _exit(status == GB_ERR_IO && k > 1 && strstr(GbErrorMessage(), "a.h5") ? 10 + k : 2);
  }
  _exit(3);
}

static void full_disk_leaves_the_frames(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "a.h5");
  int code;
  pid_t writer = fork();
  if (writer == 0) write_until_full(path);
  waitpid(writer, &code, 0);
  assert_true(WIFEXITED(code));
  assert_in_range(WEXITSTATUS(code), 12, 60);
  check_file(path, WEXITSTATUS(code) - 10);
}

static void snapshots_open_too(void **state)
{
  (void)state;
  const char *path = path_in(GbTestFolder(), "snapshot.h5");
  GbFrame a, b;
  make_frame(2, &a);
  assert_ok(GbAtomsWriteH5(path, &a.atoms, 7.5, 0.03));
  assert_ok(GbFrameRead(path, &b, NULL, NULL));
  assert_same_atoms(&a.atoms, &b.atoms);
  assert_close(b.time_ps, 7.5, 0.0);
  assert_close(b.strain, 0.03, 0.0);
  GbFrameFree(&a);
  GbFrameFree(&b);
}

static void bad_files_are_named(void **state)
{
  (void)state;
  GbTrajectory *t;
  GbH5 *file;
  const char *path = path_in(GbTestFolder(), "bad.h5");
  const size_t dims[3] = {1, 2, 2};
  const double values[6] = {1, 2, 3, 4, NAN, 6}, edges[3] = {1, 1, 1};
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteScalar(file, "x", 1.0, "1"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbTrajectoryOpen(path, &t), GB_ERR_INPUT, "bad.h5", "particles/all/position");
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteDoubles(file, "particles/all/position/value", 3, dims, values, "angstrom"));
  assert_ok(GbH5Close(&file));
  GbFrame frame;
  assert_fails(GbFrameRead(path, &frame, NULL, NULL), GB_ERR_INPUT, "bad.h5", "atoms x 3");
  const size_t right[3] = {1, 2, 3}, three = 3;
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteDoubles(file, "particles/all/position/value", 3, right, values, "angstrom"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbFrameRead(path, &frame, NULL, NULL), GB_ERR_INPUT, "bad.h5", "box/edges");
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteDoubles(file, "particles/all/position/value", 3, right, values, "angstrom"));
  assert_ok(GbH5WriteDoubles(file, "particles/all/box/edges", 1, &three, edges, "angstrom"));
  assert_ok(GbH5Close(&file));
  assert_fails(GbFrameRead(path, &frame, NULL, NULL), GB_ERR_INPUT, "bad.h5", "atom 2", "nan");
}

GB_TEST_MAIN("unit.atomistic.files_h5md", cmocka_unit_test(trajectories_are_exact),
             cmocka_unit_test(layout_is_that_of_h5md),
             cmocka_unit_test(single_precision_is_smaller), cmocka_unit_test(trajectories_go_on),
             cmocka_unit_test(other_atoms_are_refused),
             cmocka_unit_test(readable_while_it_is_written),
             cmocka_unit_test(killed_writer_leaves_its_frames),
             cmocka_unit_test(full_disk_leaves_the_frames), cmocka_unit_test(snapshots_open_too),
             cmocka_unit_test(bad_files_are_named))
