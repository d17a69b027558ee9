#include "cli/options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  KEY_SET = 256,
  KEY_FRESH,
  KEY_RESUME,
  KEY_TIME_LIMIT,
  KEY_CALIBRATION,
  KEY_CUTOFF,
  KEY_POTENTIAL,
  KEY_BOUNDARY,
  KEY_ELEMENTS,
  KEY_PRECISION,
  KEY_DIGITS
};

typedef struct {
  struct option option;
  unsigned needs; /* GB_OPTION_... or 0 */
  const char *argument, *help;
} Known;

static const Known known[] = {
    {{"output", required_argument, NULL, 'o'}, GB_OPTION_OUTPUT, "PATH", "where the output goes"},
    {{"set", required_argument, NULL, KEY_SET},
     GB_OPTION_SET,
     "SECTION.KEY=VALUE",
     "overrides one key of the input (repeatable)"},
    {{"calibration", required_argument, NULL, KEY_CALIBRATION},
     GB_OPTION_CALIBRATION,
     "FILE",
     "starts from this calibration file; the atomistic tier is left out"},
    {{"resume", no_argument, NULL, KEY_RESUME},
     GB_OPTION_RESUME,
     NULL,
     "reuses finished stages whose inputs have not changed (the default)"},
    {{"fresh", no_argument, NULL, KEY_FRESH},
     GB_OPTION_RESUME,
     NULL,
     "runs every stage again, finished or not"},
    {{"time-limit", required_argument, NULL, KEY_TIME_LIMIT},
     GB_OPTION_TIME_LIMIT,
     "SECONDS",
     "stops after this wall-clock time (exit code 3)"},
    {{"cutoff", required_argument, NULL, KEY_CUTOFF},
     GB_OPTION_CUTOFF,
     "ANGSTROM",
     "neighbours within this distance in the reference"},
    {{"potential", required_argument, NULL, KEY_POTENTIAL},
     GB_OPTION_FORCES,
     "FILE",
     "the potential, *.eam.fs or *.eam.alloy"},
    {{"boundary", required_argument, NULL, KEY_BOUNDARY},
     GB_OPTION_FORCES,
     "\"p p p\"",
     "periodic (p) or free (f) along x, y, z; default: as the file says, else p p p"},
    {{"elements", required_argument, NULL, KEY_ELEMENTS},
     GB_OPTION_FORCES,
     "\"Cu Zr\"",
     "element of each atom type; default: as the file says, or by mass"},
    {{"precision", required_argument, NULL, KEY_PRECISION},
     GB_OPTION_FORCES,
     "double|mixed",
     "of the pair functions; default: double"},
    {{"digits", required_argument, NULL, KEY_DIGITS},
     GB_OPTION_DIGITS,
     "N",
     "significant digits in text files, 1 to 17 (default: exact)"},
    {{"quiet", no_argument, NULL, 'q'}, 0, NULL, "only warnings and errors"},
    {{"verbose", no_argument, NULL, 'v'}, 0, NULL, "more messages; errors show their trace"},
    {{"help", no_argument, NULL, 'h'}, 0, NULL, "this text"},
};
enum { NKNOWN = sizeof known / sizeof *known };

static GbStatus parse_positive(const char *name, const char *text, double *value)
{
  char *end;
  *value = strtod(text, &end);
  if (end == text || *end != '\0' || !isfinite(*value) || *value <= 0)
    GB_FAIL(GB_ERR_INPUT, "--%s: expected a number > 0, found \"%s\"", name, text);
  return GB_OK;
}

static GbStatus parse_digits(const char *text, int *digits)
{
  char *end;
  long number = strtol(text, &end, 10);
  if (end == text || *end != '\0' || number < 1 || number > 17)
    GB_FAIL(GB_ERR_INPUT, "--digits: expected an integer from 1 to 17, found \"%s\"", text);
  *digits = (int)number;
  return GB_OK;
}

static GbStatus store(GbOptions *options, const Known *entry, const char *argument)
{
  switch (entry->option.val) {
  case 'o':
    options->output = argument;
    break;
  case 'q':
    options->level = GB_LOG_WARNING;
    break;
  case 'v':
    options->level = GB_LOG_DEBUG;
    break;
  case 'h':
    options->help = true;
    break;
  case KEY_SET:
    options->sets[options->nsets++] = argument;
    break;
  case KEY_CALIBRATION:
    options->calibration = argument;
    break;
  case KEY_FRESH:
    options->fresh = true;
    break;
  case KEY_RESUME:
    options->fresh = false;
    break;
  case KEY_TIME_LIMIT:
    return parse_positive("time-limit", argument, &options->time_limit_s);
  case KEY_POTENTIAL:
    options->potential = argument;
    break;
  case KEY_BOUNDARY:
    options->boundary = argument;
    break;
  case KEY_ELEMENTS:
    options->elements = argument;
    break;
  case KEY_PRECISION:
    options->precision = argument;
    break;
  case KEY_DIGITS:
    return parse_digits(argument, &options->digits);
  case KEY_CUTOFF:
    return parse_positive("cutoff", argument, &options->cutoff_angstrom);
  }
  return GB_OK;
}

static const Known *find_known(int value)
{
  for (int i = 0; i < NKNOWN; i++)
    if (known[i].option.val == value) return &known[i];
  return NULL;
}

/* argv[1] is the command; getopt moves what is not an option to the end. */
static GbStatus parse_options(int argc, char **argv, unsigned allowed, GbOptions *options)
{
  struct option table[NKNOWN + 1] = {0};
  for (int i = 0; i < NKNOWN; i++)
    table[i] = known[i].option;
  optind = 2;
  opterr = 0; /* we speak for ourselves */
  for (int value; (value = getopt_long(argc, argv, ":o:qvh", table, NULL)) != -1;) {
    const Known *entry = find_known(value);
    if (value == ':')
      GB_FAIL(GB_ERR_INPUT, "option %s: expected a value after it, found none", argv[optind - 1]);
    if (!entry || (entry->needs & ~allowed))
      GB_FAIL(GB_ERR_INPUT, "unknown option %s (see glassband %s --help)", argv[optind - 1],
              argv[1]);
    GB_CALL(store(options, entry, optarg));
  }
  return GB_OK;
}

static GbStatus take_positional(int argc, char **argv, int expected, GbOptions *options)
{
  int found = argc - optind;
  if (options->help) return GB_OK;
  if (found != expected)
    GB_FAIL(GB_ERR_INPUT, "%s: expected %d file name%s, found %d (see glassband %s --help)",
            argv[1], expected, expected == 1 ? "" : "s", found, argv[1]);
  for (int i = 0; i < expected; i++)
    options->positional[i] = argv[optind + i];
  options->npositional = expected;
  return GB_OK;
}

GbStatus GbOptionsParse(int argc, char **argv, unsigned allowed, int npositional,
                        GbOptions *options)
{
  int ours = 0;
  memset(options, 0, sizeof *options);
  options->level = GB_LOG_INFO;
  GB_CALLOC(options->sets, argc);
  while (ours < argc && strcmp(argv[ours], "--") != 0)
    ours++;
  if (ours < argc) {
    if (!(allowed & GB_OPTION_PETSC))
      GB_FAIL(GB_ERR_INPUT, "%s takes no PETSc options (after --)", argv[1]);
    argv[ours] = argv[0];
    options->petsc = argv + ours;
    options->npetsc = argc - ours;
  }
  GB_CALL(parse_options(ours, argv, allowed, options));
  GB_CALL(take_positional(ours, argv, npositional, options));
  return GB_OK;
}

void GbOptionsFree(GbOptions *options)
{
  free(options->sets);
  options->sets = NULL;
}

void GbOptionsWriteHelp(FILE *out, unsigned allowed)
{
  for (int i = 0; i < NKNOWN; i++) {
    char text[80];
    if (known[i].needs & ~allowed) continue;
    bool has_letter = known[i].option.val < 256;
    snprintf(text, sizeof text, "%c%c%s --%s %s", has_letter ? '-' : ' ',
             has_letter ? known[i].option.val : ' ', has_letter ? "," : " ", known[i].option.name,
             known[i].argument ? known[i].argument : "");
    fprintf(out, "  %-36s %s\n", text, known[i].help);
  }
  if (allowed & GB_OPTION_PETSC)
    fprintf(out, "  %-36s %s\n", "-- OPTIONS", "everything after -- goes to PETSc");
}
