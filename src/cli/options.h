/* Command line arguments. */
#ifndef GB_CLI_OPTIONS_H
#define GB_CLI_OPTIONS_H

#include "base/error.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdio.h>

/* Which options a command takes; --help, --quiet and --verbose are always taken. */
enum {
  GB_OPTION_SET = 1,
  GB_OPTION_OUTPUT = 2,
  GB_OPTION_RESUME = 4, /* --resume, --fresh */
  GB_OPTION_TIME_LIMIT = 8,
  GB_OPTION_CALIBRATION = 16,
  GB_OPTION_CUTOFF = 32,
  GB_OPTION_PETSC = 64,   /* everything after -- */
  GB_OPTION_FORCES = 128, /* --potential, --boundary, --elements, --precision */
  GB_OPTION_DIGITS = 256,
  GB_OPTIONS_OWN = 1 << 30, /* the command reads its options itself */
  GB_OPTIONS_RUN = GB_OPTION_SET | GB_OPTION_OUTPUT | GB_OPTION_RESUME | GB_OPTION_TIME_LIMIT |
                   GB_OPTION_CALIBRATION | GB_OPTION_PETSC,
};

enum { GB_POSITIONAL_MAX = 2 };

/* All strings are borrowed from argv. */
typedef struct {
  const char *positional[GB_POSITIONAL_MAX];
  int npositional;
  const char **sets; /* [nsets], owned */
  int nsets;
  const char *output, *calibration; /* NULL if not given, these too: */
  const char *potential, *boundary, *elements, *precision;
  int digits; /* 0: not given */
  bool fresh, help;
  double time_limit_s;    /* 0: none */
  double cutoff_angstrom; /* 0: not given */
  GbLogLevel level;
  int npetsc;
  char **petsc; /* [npetsc] program name and the PETSc options; npetsc = 0 without "--" */
} GbOptions;

/* argv[0] is the program, argv[1] the command. `allowed` is a sum of GB_OPTION_...; unless help is
 * asked for, exactly `npositional` arguments that are not options must be there. GB_ERR_INPUT. */
GbStatus GbOptionsParse(int argc, char **argv, unsigned allowed, int npositional,
                        GbOptions *options);
void GbOptionsFree(GbOptions *options);
/* One line or two per allowed option. */
void GbOptionsWriteHelp(FILE *out, unsigned allowed);

#endif
