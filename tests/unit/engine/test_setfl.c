/* Reading setfl files: what they hold, and what is said about bad ones. */
#include "toy.h"

#include "atomistic/engine/potential.h"
#include "harness/harness.h"

#include <stdlib.h>
#include <string.h>

static char path[512], copy[512];

static void use_folder(const char *name, const char *other)
{
  const char *folder = GbTestFolder();
  snprintf(path, sizeof path, "%s/%s", folder, name);
  snprintf(copy, sizeof copy, "%s/%s", folder, other);
}

/* Copies `path` to `copy` up to line `last`, with line `changed` replaced by `text`. */
static void copy_changed(int last, int changed, const char *text)
{
  char line[256];
  FILE *in = fopen(path, "r"), *out = fopen(copy, "w");
  for (int n = 1; n <= last && fgets(line, sizeof line, in); n++)
    fputs(n == changed ? text : line, out);
  fclose(in);
  fclose(out);
}

static void check_values(bool fs)
{
  GbPotential *p;
  use_folder(fs ? "toy.eam.fs" : "toy.eam.alloy", "unused");
  toy_write(path, fs);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &p));
  assert_int_equal(GbPotentialTypes(p), 2);
  assert_string_equal(GbPotentialElement(p, 1), "Bb");
  assert_close(GbPotentialMass(p, 1), 60.0, 0.0);
  for (double r = 1.503; r < 4.1; r += 0.0371)
    for (int a = 0; a < 2; a++)
      for (int b = 0; b < 2; b++) {
        double value, slope, above, below, ignored, h = 1e-5;
        GbPotentialDensity(p, a, b, r, &value, &slope);
        assert_close(value, toy_density(fs, a, b, r), 1e-7);
        GbPotentialDensity(p, a, b, r + h, &above, &ignored);
        GbPotentialDensity(p, a, b, r - h, &below, &ignored);
        assert_close(slope, (above - below) / (2.0 * h), 1e-6);
        GbPotentialPair(p, a, b, r, &value, &slope);
        assert_close(value, toy_pair(a, b, r), 1e-7);
        GbPotentialPair(p, a, b, r + h, &above, &ignored);
        GbPotentialPair(p, a, b, r - h, &below, &ignored);
        assert_close(slope, (above - below) / (2.0 * h), 1e-6);
      }
  GbPotentialDestroy(&p);
  assert_null(p);
}

static void fs_densities_depend_on_both_types(void **state)
{
  (void)state;
  check_values(true);
}

static void alloy_densities_depend_on_the_source(void **state)
{
  (void)state;
  check_values(false);
}

static void embedding_goes_on_as_a_line(void **state)
{
  (void)state;
  GbPotential *p;
  use_folder("toy.eam.fs", "unused");
  toy_write(path, true);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &p));
  double value, slope, end, end_slope, rho = (TOY_N - 1) * TOY_DRHO;
  GbPotentialEmbedding(p, 1, 1.234, &value, &slope);
  assert_close(value, toy_embedding(1, 1.234), 1e-6);
  GbPotentialEmbedding(p, 1, rho, &end, &end_slope);
  GbPotentialEmbedding(p, 1, rho + 3.0, &value, &slope);
  assert_close(value, end + 3.0 * end_slope, 1e-12);
  assert_close(slope, end_slope, 0.0);
  GbPotentialDestroy(&p);
}

static void cutoffs_come_from_the_tables(void **state)
{
  (void)state;
  GbPotential *p;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs", &p));
  static const double pair[2][2] = {{6.0, 7.6}, {7.6, 7.6}},
                      density[2][2] = {{6.0, 6.0}, {6.0, 5.6}};
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 2; b++) {
      assert_close(GbPotentialPairCutoff(p, a, b), pair[a][b], 0.002);
      assert_close(GbPotentialDensityCutoff(p, a, b), density[a][b], 0.002);
    }
  assert_close(GbPotentialCutoff(p), 7.6, 1e-12);
  GbPotentialDestroy(&p);
}

static void bad_files_are_named(void **state)
{
  (void)state;
  GbPotential *p;
  use_folder("toy.eam.fs", "bad.eam.fs");
  toy_write(path, true);
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, "/nowhere/x.eam.fs", &p), GB_ERR_INPUT,
               "/nowhere/x.eam.fs", "No such file");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, "/etc/passwd", &p), GB_ERR_INPUT, "*.eam.fs");
  copy_changed(500, 0, "");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:501", "cut off",
               "density of Aa at Aa");
  copy_changed(2, 0, "");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:3", "cut off");
  copy_changed(100000, 17, "abc\n");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:17", "\"abc\"",
               "value 11 of 400", "embedding function of Aa");
  copy_changed(100000, 18, "nan\n");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:18", "\"nan\"");
  copy_changed(100000, 4, "-2 Aa Bb\n");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:4", "\"-2\"");
  copy_changed(100000, 4, "2 Aa 7\n");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "bad.eam.fs:4",
               "element name");
}

/* The potential of `path` and that of `copy` are the same numbers. */
static void assert_same_potential(void)
{
  GbPotential *p, *q;
  double value[2], slope[2];
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &p));
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, copy, &q));
  for (double r = 1.5; r < 4.0; r += 0.1) {
    GbPotentialPair(p, 1, 0, r, &value[0], &slope[0]);
    GbPotentialPair(q, 1, 0, r, &value[1], &slope[1]);
    assert_close(value[1], value[0], 0.0);
    GbPotentialEmbedding(p, 1, r, &value[0], &slope[0]);
    GbPotentialEmbedding(q, 1, r, &value[1], &slope[1]);
    assert_close(value[1], value[0], 0.0);
  }
  GbPotentialDestroy(&p);
  GbPotentialDestroy(&q);
}

/* Line 6 is the first element's, lines 7 to 406 its F, line 407 the first of a density. */
static void files_are_read_by_line(void **state)
{
  (void)state;
  static const struct {
    int line;
    const char *text;
  } same[] = {{4, "2 Aa Bb # of two elements\n"},
              {5, "400 0.05\n\n400 0.01 # dr\n4.0 and more\n"},
              {6, "1 50\n"},
              {6, "\n# empty lines and comments\n1 50 3.0 fcc 0.25 # lattice\n"},
              {3, "# 3 Xx Yy Zz\n"}};
  use_folder("toy.eam.fs", "same.eam.fs");
  toy_write(path, true);
  for (size_t n = 0; n < sizeof same / sizeof *same; n++) {
    copy_changed(100000, same[n].line, same[n].text);
    assert_same_potential();
  }
  copy_changed(100000, 0, "");
  FILE *file = fopen(copy, "a");
  fputs("\n# made by hand\nwords behind the tables\n", file);
  fclose(file);
  assert_same_potential();
}

static void what_is_not_setfl_is_named(void **state)
{
  (void)state;
  static const struct {
    int line;
    const char *text, *found, *at;
  } wrong[] = {{1, "c UNITS: real\n", "\"real\"", ":1:"},
               {4, "2 Aa Bb Cc\n", "\"Cc\"", ":4:"},
               {4, "2 Aa\nBb\n", "2 elements, found 1", ":4:"},
               {4, "2 Aa Copper\n", "\"Copper\"", ":4:"},
               {17, "Infinity\n", "\"Infinity\"", ":17:"},
               {17, "INF\n", "\"INF\"", ":17:"},
               {17, "0x1p3\n", "\"0x1p3\"", ":17:"},
               {17, "1e999\n", "\"1e999\"", ":17:"},
               {17, "1.0D-01\n", "with E, not D", ":17:"},
               {406, "1.0 2.0\n", "new line", ":406:"}};
  GbPotential *p;
  use_folder("toy.eam.fs", "wrong.eam.fs");
  toy_write(path, true);
  for (size_t n = 0; n < sizeof wrong / sizeof *wrong; n++) {
    copy_changed(100000, wrong[n].line, wrong[n].text);
    assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "wrong.eam.fs",
                 wrong[n].at, wrong[n].found);
  }
}

/* The kind is known from the name; a file of the other kind has another number of tables. */
static void wrong_kind_is_noticed(void **state)
{
  (void)state;
  GbPotential *p;
  use_folder("toy.eam.alloy", "wrong.eam.fs");
  toy_write(path, false);
  copy_changed(100000, 0, "");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT, "wrong.eam.fs:", "\"fcc\"");
  use_folder("toy.eam.fs", "wrong.eam.alloy");
  toy_write(path, true);
  copy_changed(100000, 0, "");
  assert_fails(GbPotentialRead(MPI_COMM_WORLD, copy, &p), GB_ERR_INPUT,
               "wrong.eam.alloy:", "expected");
}

GB_TEST_MAIN("unit.atomistic.setfl", cmocka_unit_test(fs_densities_depend_on_both_types),
             cmocka_unit_test(alloy_densities_depend_on_the_source),
             cmocka_unit_test(embedding_goes_on_as_a_line),
             cmocka_unit_test(cutoffs_come_from_the_tables), cmocka_unit_test(bad_files_are_named),
             cmocka_unit_test(wrong_kind_is_noticed), cmocka_unit_test(files_are_read_by_line),
             cmocka_unit_test(what_is_not_setfl_is_named))
