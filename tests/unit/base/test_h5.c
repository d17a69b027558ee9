/* HDF5: what is written comes back; missing data, wrong units and a full disk are said clearly. */
#include "base/h5.h"
#include "harness/harness.h"

#include <glob.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char path[512];

/* Files aside that were left. */
static size_t count_left(void)
{
  char pattern[520];
  glob_t found;
  snprintf(pattern, sizeof pattern, "%s.*", path);
  const size_t n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
  globfree(&found);
  return n;
}

static int setup(void **state)
{
  (void)state;
  snprintf(path, sizeof path, "%s/t.h5", GbTestFolder());
  return 0;
}

static void write_example(void)
{
  GbH5 *file;
  double table[6] = {1, 2, 3, 4, 5.5, -6e-300};
  int64_t ids[2] = {INT64_MAX, -7};
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteDoubles(file, "a/b/table", 2, (size_t[]){2, 3}, table, "nm"));
  assert_ok(GbH5WriteInts(file, "a/ids", 1, (size_t[]){2}, ids, "1"));
  assert_ok(GbH5WriteDoubles(file, "a/empty", 1, (size_t[]){0}, NULL, "eV"));
  assert_ok(GbH5WriteScalar(file, "t", 300, "K"));
  assert_ok(GbH5WriteText(file, "", "version", "1"));
  assert_ok(GbH5WriteText(file, "", "version", "2"));
  assert_ok(GbH5WriteText(file, "a/b", "note", "\xc3\xa5ngstr\xc3\xb6m"));
  assert_int_not_equal(access(path, F_OK), 0); /* not under its final name yet */
  assert_int_equal(count_left(), 1);
  assert_ok(GbH5Close(&file));
  assert_null(file);
  assert_int_equal(access(path, F_OK), 0);
  assert_int_equal(count_left(), 0);
}

static void round_trip(void **state)
{
  (void)state;
  GbH5 *file;
  double *table, t;
  int64_t *ids;
  char *text;
  size_t dims[2];
  write_example();
  assert_ok(GbH5Open(path, &file));
  assert_string_equal(GbH5Path(file), path);
  assert_true(GbH5Has(file, "a/b/table") && GbH5Has(file, "/a/b") && GbH5Has(file, ""));
  assert_false(GbH5Has(file, "a/c") || GbH5Has(file, "x/y"));
  assert_ok(GbH5ReadDoubles(file, "a/b/table", 2, dims, &table, "nm"));
  assert_true(dims[0] == 2 && dims[1] == 3 && table[5] == -6e-300 && table[2] == 3);
  assert_ok(GbH5ReadInts(file, "a/ids", 1, dims, &ids, "1"));
  assert_true(ids[0] == INT64_MAX && ids[1] == -7);
  free(table);
  free(ids);
  assert_ok(GbH5ReadDoubles(file, "a/empty", 1, dims, &table, "eV"));
  assert_int_equal(dims[0], 0);
  free(table);
  assert_ok(GbH5ReadScalar(file, "t", &t, "K"));
  assert_true(t == 300);
  assert_ok(GbH5ReadText(file, "", "version", &text));
  assert_string_equal(text, "2");
  free(text);
  assert_ok(GbH5ReadText(file, "a/b", "note", &text));
  assert_string_equal(text, "\xc3\xa5ngstr\xc3\xb6m");
  free(text);
  assert_ok(GbH5Close(&file));
}

static void wrong_contents(void **state)
{
  (void)state;
  GbH5 *file;
  double *table, t;
  int64_t *ids;
  char *text;
  write_example();
  assert_ok(GbH5Open(path, &file));
  assert_fails(GbH5ReadScalar(file, "t", &t, "s"), GB_ERR_INPUT, path, "dataset t",
               "expected units \"s\"", "found \"K\"");
  assert_fails(GbH5ReadScalar(file, "a/none", &t, "s"), GB_ERR_INPUT, path, "a/none", "found none");
  assert_fails(GbH5ReadScalar(file, "a/b", &t, "s"), GB_ERR_INPUT, "a/b", "found a group");
  assert_fails(GbH5ReadDoubles(file, "a/b/table", 1, NULL, &table, "nm"), GB_ERR_INPUT,
               "expected 1 dimensions, found 2");
  assert_null(table);
  assert_fails(GbH5ReadInts(file, "t", 0, NULL, &ids, "K"), GB_ERR_INPUT, "expected integers");
  assert_fails(GbH5ReadText(file, "a", "note", &text), GB_ERR_INPUT, "attribute note");
  assert_fails(GbH5ReadText(file, "z", "note", &text), GB_ERR_INPUT, "found none");
  GbH5Discard(&file);
  assert_int_equal(access(path, F_OK), 0); /* discarding what was read removes nothing */
}

/* h5py writes variable-length strings and no units. */
static void foreign_file(void **state)
{
  (void)state;
  double one = 1, t;
  const char *note = "from elsewhere";
  hid_t id = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  hid_t data = H5Dcreate2(id, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &one);
  hid_t attribute = H5Acreate2(data, "note", type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, type, &note);
  H5Aclose(attribute), H5Dclose(data), H5Tclose(type), H5Sclose(space), H5Fclose(id);

  GbH5 *file;
  char *text;
  assert_ok(GbH5Open(path, &file));
  assert_ok(GbH5ReadText(file, "x", "note", &text));
  assert_string_equal(text, note);
  free(text);
  assert_fails(GbH5ReadScalar(file, "x", &t, "1"), GB_ERR_INPUT, "found no units attribute");
  assert_ok(GbH5Close(&file));
}

static void no_such_file(void **state)
{
  (void)state;
  GbH5 *file;
  assert_fails(GbH5Open("/nonexistent/a.h5", &file), GB_ERR_INPUT, "/nonexistent/a.h5", "No such");
  FILE *text = fopen(path, "w");
  fputs("not HDF5", text);
  fclose(text);
  assert_fails(GbH5Open(path, &file), GB_ERR_INPUT, path, "expected an HDF5 file");
  assert_null(file);
  char below[600];
  snprintf(below, sizeof below, "%s/a.h5", path); /* below a regular file: not even for root */
  assert_fails(GbH5Create(below, &file), GB_ERR_INPUT, below, "Not a directory");
  assert_null(file);
}

/* A limit on the file size acts like a full disk: write(2) fails half way. */
static void full_disk(void **state)
{
  (void)state;
  GbH5 *file;
  enum { N = 100000 };
  double *data = calloc(N, sizeof *data);
  struct rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 65536;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteDoubles(file, "data", 1, (size_t[]){N}, data, "1"));
  GbStatus status = GbH5Close(&file);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_fails(status, GB_ERR_IO, path, "File too large");
  assert_null(file);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_int_equal(count_left(), 0);
  free(data);
}

static void discarded(void **state)
{
  (void)state;
  GbH5 *file;
  assert_ok(GbH5Create(path, &file));
  assert_ok(GbH5WriteScalar(file, "x", 1, "1"));
  assert_fails(GbH5WriteScalar(file, "x", 2, "1"), GB_ERR_LIBRARY, path, "dataset x");
  assert_fails(GbH5WriteScalar(file, "y", 2, NULL), GB_ERR_ARG, "units");
  GbH5Discard(&file);
  assert_null(file);
  GbH5Discard(&file);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_int_equal(count_left(), 0);
}

GB_TEST_MAIN("unit.base.h5", cmocka_unit_test_setup(round_trip, setup),
             cmocka_unit_test_setup(wrong_contents, setup),
             cmocka_unit_test_setup(foreign_file, setup),
             cmocka_unit_test_setup(no_such_file, setup), cmocka_unit_test_setup(full_disk, setup),
             cmocka_unit_test_setup(discarded, setup))
