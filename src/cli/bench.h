/* Benchmarks behind `glassband bench`; one entry of the table in bench.c each. */
#ifndef GB_CLI_BENCH_H
#define GB_CLI_BENCH_H

#include "base/error.h"

#include <getopt.h>

/* One option of a benchmark. `option.val` is its number, from 256 on. */
typedef struct {
  struct option option;
  const char *argument, *help; /* argument NULL: takes none */
} GbBenchOptionRow;

typedef struct {
  const char *name, *summary;
  const GbBenchOptionRow *options; /* ended by a row of zeros */
  /* Takes one option; `number` is its option.val. GB_ERR_INPUT. */
  GbStatus (*set)(int number, const char *name, const char *argument);
  /* Runs with the options set. Collective over MPI_COMM_WORLD. */
  GbStatus (*run)(void);
} GbBenchmark;

extern const GbBenchmark gb_bench_atomistic;
extern const GbBenchmark gb_bench_mesoscale; /* with tier 2 only */

/* Whole numbers and numbers above zero, for set functions. GB_ERR_INPUT with the option's name. */
GbStatus GbBenchParseInt(const char *name, const char *text, int *value);
GbStatus GbBenchParsePositive(const char *name, const char *text, double *value);
/* Index of `text` in `choices` (NULL-terminated). GB_ERR_INPUT names them all. */
GbStatus GbBenchParseChoice(const char *name, const char *text, const char *const *choices,
                            int *index);
/* Path of a file that comes with the program, below inputs/. GB_ERR_INPUT, naming the option that
 * gives another one, if it is not there. */
GbStatus GbBenchFindInput(const char *name, const char *option, char *path, size_t size);

#endif
