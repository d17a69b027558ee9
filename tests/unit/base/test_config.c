/* Configuration: values arrive with their types; every mistake is named with file, line and key. */
#include "base/config.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char title[GB_TEXT_MAX];
  int64_t seed;
} Top;

typedef struct {
  double temperature_K, rate;
  int64_t atoms;
  bool notched;
  int ensemble;
  char potential[GB_TEXT_MAX];
  GbDoubleList strains;
} Md;

static const char *const ensembles[] = {"nve", "nvt", "npt", NULL};
static const GbParam top_params[] = {{.key = "title",
                                      .type = GB_PARAM_TEXT,
                                      .offset = offsetof(Top, title),
                                      .by_default = "",
                                      .help = "Name."},
                                     {.key = "seed",
                                      .type = GB_PARAM_INT,
                                      .offset = offsetof(Top, seed),
                                      .by_default = "1",
                                      .min = 0,
                                      .max = 9.2e18,
                                      .help = "Seed."},
                                     {0}};
static const GbParam md_params[] = {{.key = "temperature_K",
                                     .type = GB_PARAM_DOUBLE,
                                     .offset = offsetof(Md, temperature_K),
                                     .by_default = "300",
                                     .min = 0,
                                     .max = 5000,
                                     .help = "T."},
                                    {.key = "rate_per_s",
                                     .type = GB_PARAM_DOUBLE,
                                     .offset = offsetof(Md, rate),
                                     .by_default = "1e8",
                                     .min = -INFINITY,
                                     .max = INFINITY,
                                     .help = "Rate."},
                                    {.key = "atoms",
                                     .type = GB_PARAM_INT,
                                     .offset = offsetof(Md, atoms),
                                     .by_default = "100",
                                     .min = 1,
                                     .max = INFINITY,
                                     .help = "N."},
                                    {.key = "notched",
                                     .type = GB_PARAM_BOOL,
                                     .offset = offsetof(Md, notched),
                                     .by_default = "false",
                                     .help = "Notch?"},
                                    {.key = "ensemble",
                                     .type = GB_PARAM_CHOICE,
                                     .offset = offsetof(Md, ensemble),
                                     .by_default = "nvt",
                                     .choices = ensembles,
                                     .help = "Ensemble."},
                                    {.key = "potential",
                                     .type = GB_PARAM_TEXT,
                                     .offset = offsetof(Md, potential),
                                     .help = "The setfl file."},
                                    {.key = "strains",
                                     .type = GB_PARAM_LIST,
                                     .offset = offsetof(Md, strains),
                                     .by_default = "[0.02, 0.1]",
                                     .min = 0,
                                     .max = 1,
                                     .help = "Strains."},
                                    {0}};
static const GbSection top_section = {"", NULL, top_params};
static const GbSection md_section = {"md", "Molecular dynamics.", md_params};

static Top top;
static Md md;
static const GbSectionData sections[] = {{&top_section, &top}, {&md_section, &md}};
static char path[512];

static GbStatus load_with(const char *yaml, const char *const *sets, int nsets)
{
  snprintf(path, sizeof path, "%s/in.yaml", GbTestFolder());
  FILE *file = fopen(path, "w");
  fputs(yaml, file);
  fclose(file);
  memset(&top, 0xff, sizeof top);
  memset(&md, 0xff, sizeof md);
  return GbConfigLoad(path, sets, nsets, sections, 2);
}

static GbStatus load(const char *yaml)
{
  return load_with(yaml, NULL, 0);
}

static void values_and_defaults(void **state)
{
  (void)state;
  assert_ok(
      load("title: \"a: b\"\nseed: 9007199254740993\nmd:\n  potential: CuZr.fs # comment\n"
           "  atoms: 1e3\n  notched: yes\n  ensemble: npt\n  strains:\n    - 0.5\n    - 1\n"));
  assert_string_equal(top.title, "a: b");
  assert_true(top.seed == 9007199254740993); /* beyond the integers of double */
  assert_true(md.temperature_K == 300 && md.rate == 1e8 && md.atoms == 1000 && md.notched);
  assert_int_equal(md.ensemble, 2);
  assert_string_equal(md.potential, "CuZr.fs");
  assert_int_equal(md.strains.count, 2);
  assert_true(md.strains.values[0] == 0.5 && md.strains.values[1] == 1);
}

static void sets_overlay(void **state)
{
  (void)state;
  const char *const sets[] = {
      "md.temperature_K=77",  "md.strains=[0.1, 0.2, 0.3]", "seed=5",
      "md.temperature_K=100", "md.potential=x, y",          "md.notched=on"};
  assert_ok(load_with("md: {potential: p, temperature_K: 50}\n", sets, 6));
  assert_true(md.temperature_K == 100 && top.seed == 5 && md.notched);
  assert_int_equal(md.strains.count, 3);
  assert_string_equal(md.potential, "x, y");
  assert_ok(GbConfigLoad(NULL, sets, 6, sections, 2)); /* no file at all */
  assert_true(md.temperature_K == 100);
}

static void empty_lists_and_sections(void **state)
{
  (void)state;
  const char *const sets[] = {"md.potential=p"};
  assert_ok(load_with("md:\n", sets, 1));
  assert_int_equal(md.strains.count, 2);
  assert_ok(load_with("", sets, 1));
  assert_ok(load_with("# only a comment\n", sets, 1));
  assert_ok(load("md: {potential: p, strains: []}\n"));
  assert_int_equal(md.strains.count, 0); /* given and empty is not the same as not given */
}

static void unknown_keys(void **state)
{
  (void)state;
  assert_fails(load("md:\n  potential: p\n  temprature_K: 3\n"), GB_ERR_INPUT, "in.yaml:3",
               "\"md.temprature_K\"", "did you mean md.temperature_K?");
  assert_fails(load("atoms: 3\n"), GB_ERR_INPUT, "in.yaml:1", "did you mean md.atoms?");
  assert_fails(load("\nmdd:\n  atoms: 3\n"), GB_ERR_INPUT, "in.yaml:2", "did you mean md?");
  assert_fails(load("md:\n  zzzzzzzz: 3\n"), GB_ERR_INPUT, "in.yaml:2", "md.zzzzzzzz");
  assert_null(strstr(GbErrorMessage(), "did you mean"));
  const char *const sets[] = {"md.atom=3"};
  assert_fails(load_with("", sets, 1), GB_ERR_INPUT, "--set md.atom=3", "did you mean md.atoms?");
}

static void wrong_types(void **state)
{
  (void)state;
  assert_fails(load("md: {potential: p, temperature_K: hot}"), GB_ERR_INPUT,
               "in.yaml:1: md.temperature_K", "a number from 0 to 5000", "found \"hot\"");
  assert_fails(load("md:\n  potential: p\n  temperature_K:\n"), GB_ERR_INPUT, ":3",
               "found nothing");
  assert_fails(load("md: {potential: p, temperature_K: .nan}"), GB_ERR_INPUT, "found \".nan\"");
  assert_fails(load("md: {potential: p, rate_per_s: nan}"), GB_ERR_INPUT, "expected a number,");
  assert_fails(load("md: {potential: p, rate_per_s: inf}"), GB_ERR_INPUT, "found \"inf\"");
  assert_fails(load("md: {potential: p, rate_per_s: 1e999}"), GB_ERR_INPUT, "found \"1e999\"");
  assert_fails(load("md: {potential: p, temperature_K: [3]}"), GB_ERR_INPUT, "found a list");
  assert_fails(load("md: {potential: p, strains: 3}"), GB_ERR_INPUT, "expected a list",
               "found a single value");
  assert_fails(load("md: {potential: p, strains: [0.1, two]}"), GB_ERR_INPUT, "found \"two\"");
  assert_fails(load("md: {potential: p, strains: [0.1, [2]]}"), GB_ERR_INPUT, "in.yaml");
  assert_fails(load("md: {potential: p, atoms: 2.5}"), GB_ERR_INPUT, "a whole number >= 1", "2.5");
  assert_fails(load("md: {potential: p, notched: maybe}"), GB_ERR_INPUT, "true or false", "maybe");
  assert_fails(load("md: {potential: p, ensemble: nph}"), GB_ERR_INPUT, "one of nve, nvt, npt");
  assert_fails(load("md: 3"), GB_ERR_INPUT, "in.yaml:1: md", "found a single value");
  assert_fails(load("- 3"), GB_ERR_INPUT, "in.yaml", "found a list");
}

static void out_of_range(void **state)
{
  (void)state;
  assert_fails(load("md:\n  potential: p\n  temperature_K: -5\n"), GB_ERR_INPUT,
               "in.yaml:3: md.temperature_K", "from 0 to 5000", "found \"-5\"");
  assert_fails(load("md: {potential: p, strains: [0.1, 2]}"), GB_ERR_INPUT, "from 0 to 1", "\"2\"");
  assert_fails(load("seed: -1\nmd: {potential: p}"), GB_ERR_INPUT, ":1: seed", ">= 0");
  assert_fails(load("seed: 99999999999999999999\nmd: {potential: p}"), GB_ERR_INPUT, "seed");
  const char *const sets[] = {"md.atoms=0"};
  assert_fails(load_with("md: {potential: p}", sets, 1), GB_ERR_INPUT,
               "--set md.atoms=0: md.atoms");
}

static void missing_and_repeated(void **state)
{
  (void)state;
  assert_fails(load("md: {atoms: 3}\n"), GB_ERR_INPUT, "in.yaml", "md.potential", "The setfl file");
  assert_fails(load("md:\n  atoms: 3\n  potential: p\n  atoms: 4\n"), GB_ERR_INPUT,
               "in.yaml:4: md.atoms", "once", "first on line 2");
  assert_fails(load("md: {potential: p}\nmd: {atoms: 3}\n"), GB_ERR_INPUT, "in.yaml:2", "once");
  assert_fails(load("seed: 1\nseed: 1\nmd: {potential: p}\n"), GB_ERR_INPUT, ":2: seed", "once");
}

/* A stage that will not run does not need its required keys, but what is there is checked. */
static void unneeded_section(void **state)
{
  (void)state;
  const bool needed[] = {true, false};
  assert_ok(load("md: {potential: p}"));
  const char *const good[] = {"md.atoms=7"}, *const bad[] = {"md.atoms=-7"};
  assert_ok(GbConfigLoadSome(NULL, good, 1, sections, 2, needed));
  assert_string_equal(md.potential, "");
  assert_true(md.atoms == 7);
  assert_fails(GbConfigLoadSome(NULL, bad, 1, sections, 2, needed), GB_ERR_INPUT, "md.atoms");
}

/* A part that was not built: its section is there and is passed over. */
static void ignored_section(void **state)
{
  (void)state;
  static const GbSection absent = {"absent", "Not built.", NULL};
  const GbSectionData with_absent[] = {{&top_section, &top}, {&md_section, &md}, {&absent, NULL}};
  const char *const sets[] = {"absent.x=3"};
  char *yaml;
  assert_ok(load("md: {potential: p}"));
  assert_ok(GbConfigLoad(path, sets, 1, with_absent, 3));
  assert_fails(load("md: {potential: p}\nabsent: {a: 1, b: [2, {c: d}]}\n"), GB_ERR_INPUT,
               "absent");
  assert_ok(GbConfigLoad(path, NULL, 0, with_absent, 3));
  assert_string_equal(md.potential, "p");
  assert_ok(GbConfigFormat(with_absent, 3, true, &yaml));
  assert_null(strstr(yaml, "absent"));
  free(yaml);
}

static void unreadable(void **state)
{
  (void)state;
  assert_fails(load("md: {potential: p\nseed: ]\n"), GB_ERR_INPUT, "in.yaml:2", "not valid YAML");
  assert_fails(GbConfigLoad("/nonexistent.yaml", NULL, 0, sections, 2), GB_ERR_INPUT,
               "/nonexistent.yaml", "No such file");
  assert_fails(GbConfigLoad("/", NULL, 0, sections, 2), GB_ERR_INPUT, "directory");
  const char *const sets[] = {"md.atoms"};
  assert_fails(load_with("", sets, 1), GB_ERR_INPUT, "--set md.atoms", "expected key=value");
}

/* The printed configuration is itself an input, and gives the same values back bit for bit. */
static void format_round_trip(void **state)
{
  (void)state;
  char *first, *second;
  assert_ok(load("title: \"quo\\\"te \\\\ \\t tab\"\nmd: {potential: 'true', temperature_K: 0.1, "
                 "rate_per_s: 3.0000000000000004, strains: [0.3333333333333333, 1e-300]}\n"));
  double rate = md.rate;
  char title[GB_TEXT_MAX];
  strcpy(title, top.title);
  assert_ok(GbConfigFormat(sections, 2, true, &first));
  assert_non_null(strstr(first, "temperature_K: 0.1\n"));
  assert_non_null(strstr(first, "# T. [a number from 0 to 5000]"));
  assert_ok(load(first));
  assert_true(md.rate == rate);
  assert_string_equal(top.title, title);
  assert_ok(GbConfigFormat(sections, 2, true, &second));
  assert_string_equal(first, second);
  free(first);
  free(second);
}

GB_TEST_MAIN("unit.base.config", cmocka_unit_test(values_and_defaults),
             cmocka_unit_test(sets_overlay), cmocka_unit_test(empty_lists_and_sections),
             cmocka_unit_test(unknown_keys), cmocka_unit_test(wrong_types),
             cmocka_unit_test(out_of_range), cmocka_unit_test(missing_and_repeated),
             cmocka_unit_test(unneeded_section), cmocka_unit_test(ignored_section),
             cmocka_unit_test(unreadable), cmocka_unit_test(format_round_trip))
