/* glassband bench: the list of benchmarks, and the options that each declares. */
#include "cli/bench.h"

#include "base/file.h"
#include "cli/commands.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const GbBenchmark *const benchmarks[] = {
    &gb_bench_atomistic,
#ifdef GLASSBAND_MESOSCALE
    &gb_bench_mesoscale,
#endif
};
enum { NBENCHMARKS = sizeof benchmarks / sizeof *benchmarks, OPTIONS_MAX = 32 };

/* Options of every benchmark. */
static const GbBenchOptionRow common[] = {
    {{"quiet", no_argument, NULL, 'q'}, NULL, "only warnings and errors besides the result"},
    {{"verbose", no_argument, NULL, 'v'}, NULL, "more messages; errors show their trace"},
    {{"help", no_argument, NULL, 'h'}, NULL, "this text"},
    {{0}, NULL, NULL},
};

/* --- Values -------------------------------------------------------------------------------------
 */

GbStatus GbBenchParseInt(const char *name, const char *text, int *value)
{
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (end == text || *end != '\0' || errno || number < 1 || number > INT_MAX)
    GB_FAIL(GB_ERR_INPUT, "--%s: expected a whole number > 0, found \"%s\"", name, text);
  *value = (int)number;
  return GB_OK;
}

GbStatus GbBenchParsePositive(const char *name, const char *text, double *value)
{
  char *end;
  *value = strtod(text, &end);
  if (end == text || *end != '\0' || !isfinite(*value) || *value <= 0)
    GB_FAIL(GB_ERR_INPUT, "--%s: expected a number > 0, found \"%s\"", name, text);
  return GB_OK;
}

GbStatus GbBenchParseChoice(const char *name, const char *text, const char *const *choices,
                            int *index)
{
  char all[128] = "";
  for (int c = 0; choices[c]; c++) {
    if (strcmp(choices[c], text) == 0) {
      *index = c;
      return GB_OK;
    }
    size_t used = strlen(all);
    snprintf(all + used, sizeof all - used, "%s%s", c > 0 ? ", " : "", choices[c]);
  }
  GB_FAIL(GB_ERR_INPUT, "--%s: expected one of %s, found \"%s\"", name, all, text);
}

GbStatus GbBenchFindInput(const char *name, const char *option, char *path, size_t size)
{
  const char *inputs = getenv("GLASSBAND_INPUTS");
  snprintf(path, size, "%s/%s", inputs && *inputs ? inputs : GLASSBAND_INPUTS_DIR, name);
  if (!GbFileExists(path))
    GB_FAIL(GB_ERR_INPUT,
            "cannot find %s (set GLASSBAND_INPUTS to the folder inputs/ of glassband, or give %s)",
            path, option);
  return GB_OK;
}

/* --- Options ------------------------------------------------------------------------------------
 */

static int add_rows(const GbBenchOptionRow *rows, int n, struct option *table)
{
  for (; rows->option.name && n < OPTIONS_MAX; rows++)
    table[n++] = rows->option;
  return n;
}

static const char *name_of(const GbBenchOptionRow *rows, int value)
{
  while (rows->option.name && rows->option.val != value)
    rows++;
  return rows->option.name;
}

/* argv[1] is "bench", argv[2] the benchmark. */
static GbStatus parse(int argc, char **argv, const GbBenchmark *benchmark, bool *help,
                      GbLogLevel *level)
{
  struct option table[OPTIONS_MAX + 1] = {0};
  add_rows(common, add_rows(benchmark->options, 0, table), table);
  optind = 3;
  opterr = 0; /* we speak for ourselves */
  for (int value; (value = getopt_long(argc, argv, ":qvh", table, NULL)) != -1;) {
    const char *name = name_of(benchmark->options, value);
    if (value == ':')
      GB_FAIL(GB_ERR_INPUT, "option %s: expected a value after it, found none", argv[optind - 1]);
    if (value == '?')
      GB_FAIL(GB_ERR_INPUT, "unknown option %s (see glassband bench %s --help)", argv[optind - 1],
              benchmark->name);
    if (name) GB_CALL(benchmark->set(value, name, optarg));
    if (value == 'h') *help = true;
    if (value == 'q') *level = GB_LOG_WARNING;
    if (value == 'v') *level = GB_LOG_DEBUG;
  }
  if (optind < argc)
    GB_FAIL(GB_ERR_INPUT, "bench %s: expected only options, found \"%s\"", benchmark->name,
            argv[optind]);
  return GB_OK;
}

static void write_rows(const GbBenchOptionRow *rows)
{
  for (; rows->option.name; rows++) {
    char text[80];
    snprintf(text, sizeof text, "--%s %s", rows->option.name, rows->argument ? rows->argument : "");
    printf("  %-32s %s\n", text, rows->help);
  }
}

/* --- The command --------------------------------------------------------------------------------
 */

static bool is_first_rank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank == 0;
}

static void write_list(void)
{
  printf("glassband bench BENCHMARK [OPTIONS]\n\nbenchmarks\n");
  for (int b = 0; b < NBENCHMARKS; b++)
    printf("  %-11s %s\n", benchmarks[b]->name, benchmarks[b]->summary);
  printf("\n  glassband bench BENCHMARK --help   its options\n");
}

static const GbBenchmark *find_benchmark(const char *name)
{
  for (int b = 0; b < NBENCHMARKS; b++)
    if (strcmp(benchmarks[b]->name, name) == 0) return benchmarks[b];
  return NULL;
}

GbStatus GbCommandBench(int argc, char **argv, GbLogLevel *level)
{
  bool help = false;
  if (argc < 3 || strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0) {
    if (is_first_rank()) write_list();
    return GB_OK;
  }
  const GbBenchmark *benchmark = find_benchmark(argv[2]);
  if (!benchmark)
    GB_FAIL(GB_ERR_INPUT, "bench: expected a benchmark, found \"%s\" (see glassband bench)",
            argv[2]);
  GB_CALL(parse(argc, argv, benchmark, &help, level));
  GbLogSetLevel(*level);
  if (!help) return benchmark->run();
  if (is_first_rank()) {
    printf("glassband bench %s: %s\n\noptions\n", benchmark->name, benchmark->summary);
    write_rows(benchmark->options);
    write_rows(common);
  }
  return GB_OK;
}
