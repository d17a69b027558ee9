/* glassband: the command line. Parses, starts MPI and PETSc where they are needed, calls one
 * command, and turns its status into one line on standard error and an exit code. */
#include "base/h5.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/version.h"
#ifdef GLASSBAND_MESOSCALE
#include "mesoscale/petsc_compat.h"
#endif

#include <string.h>

typedef struct {
  const char *name, *arguments, *help;
  int npositional;
  unsigned options;
  GbStatus (*call)(const GbOptions *options); /* NULL: run and bench */
  bool parallel;                              /* needs MPI; run and bench always do */
} Command;

static const Command commands[] = {
    {"run", "INPUT.yaml", "runs the whole chain of stages", 1, GB_OPTIONS_RUN, NULL, true},
    {"validate", "INPUT.yaml", "checks an input and prints all its keys with their help", 1,
     GB_OPTION_SET | GB_OPTION_CALIBRATION, GbCommandValidate, false},
    {"info", "FILE", "prints what is in an HDF5 file or a file of atoms", 1, 0, GbCommandInfo,
     false},
    {"forces", "INPUT --potential P -o OUT", "writes energy, force and virial of every atom", 1,
     GB_OPTION_OUTPUT | GB_OPTION_FORCES | GB_OPTION_DIGITS, GbCommandForces, true},
    {"strain", "REFERENCE CURRENT -o OUT", "writes the atomic strain between two configurations", 2,
     GB_OPTION_OUTPUT | GB_OPTION_CUTOFF | GB_OPTION_DIGITS, GbCommandStrain, false},
    {"bench", "[BENCHMARK]", "measures speed; without a name lists what can be measured", 0,
     GB_OPTIONS_OWN, NULL, true},
    {"report", "DIR", "draws the figures and the page of a finished run into DIR/report", 1, 0,
     GbCommandReport, false},
};
enum { NCOMMANDS = sizeof commands / sizeof *commands };

/* --- Help ---------------------------------------------------------------------------------------
 */

static void print_usage(FILE *out)
{
  fprintf(out,
          "glassband: hardness of deformed metallic glass, from the interatomic potential up\n\n"
          "  glassband COMMAND [OPTIONS]\n\ncommands\n");
  for (int c = 0; c < NCOMMANDS; c++)
    fprintf(out, "  %-11s %-30s %s\n", commands[c].name, commands[c].arguments, commands[c].help);
  fprintf(out, "\nstages of the chain, each a command of its own (STAGE INPUT.yaml)\n");
  for (int s = 0; s < gb_nstages; s++)
    fprintf(out, "  %-11s %s\n", gb_stages[s]->name, gb_stages[s]->help);
  fprintf(out,
          "\n  glassband COMMAND --help       options and input keys of a command\n"
          "  glassband --version            versions of the program and its libraries\n\n"
          "files of atoms: LAMMPS data (.data) and text dumps (.dump, .lammpstrj), extended XYZ "
          "(.xyz),\n  HDF5 (.h5). FILE is the last frame, FILE@N frame N from 0 (-1: the last), "
          "FILE@step=S that of step S\n\n"
          "exit codes: 0 done, 1 wrong usage or input, 2 failed, 3 stopped on request\n");
}

static void print_section_keys(const GbSection *section)
{
  printf("\nkeys of section %s: %s\n", section->name, section->help);
  GbConfigWriteHelp(stdout, section);
}

static void print_stage_keys(int s)
{
  print_section_keys(gb_stages[s]->section);
  if (gb_stages[s]->also) print_section_keys(gb_stages[s]->also);
}

static void print_command_help(const Command *command, int stage)
{
  const char *name = stage >= 0 ? gb_stages[stage]->name : command->name;
  const char *help = stage >= 0 ? gb_stages[stage]->help : command->help;
  printf("glassband %s %s: %s\n\noptions\n", name, command->arguments, help);
  GbOptionsWriteHelp(stdout, command->options);
  if (!(command->options & GB_OPTION_SET)) return;
  printf("\nkeys at the top level of the input\n");
  GbConfigWriteHelp(stdout, &gb_top_section);
  for (int s = 0; s < gb_nstages; s++)
    if (stage < 0 || s == stage) print_stage_keys(s);
}

/* --- Running ------------------------------------------------------------------------------------
 */

/* One line, whatever the message holds. */
static void report_error(GbStatus status, GbLogLevel level)
{
  char line[2048];
  snprintf(line, sizeof line, "%s", GbErrorMessage());
  for (char *c = line; *c; c++)
    if (*c == '\n') *c = ' ';
  GbLog(GB_LOG_ERROR, "%s: %s", GbStatusName(status), line);
  if (level == GB_LOG_DEBUG) GbLogDebug("%s", GbErrorTraceText());
}

static GbStatus start_libraries(const GbOptions *options)
{
#ifdef GLASSBAND_MESOSCALE
  GB_CALL(GbPetscStart(options->npetsc, options->petsc));
#else
  if (options->npetsc > 0)
    GB_FAIL(GB_ERR_INPUT, "this glassband was built without PETSc: expected no options after --");
#endif
  return GB_OK;
}

static GbStatus call_command(const Command *command, int stage, const GbOptions *options)
{
  if (command->call) return command->call(options);
  GB_CALL(start_libraries(options));
  GbStatus status = GbCommandRun(options, stage);
#ifdef GLASSBAND_MESOSCALE
  if (status == GB_OK) GB_CALL(GbPetscFinish());
#endif
  GB_CALL(status);
  return GB_OK;
}

static GbStatus dispatch(const Command *command, int stage, int argc, char **argv,
                         GbOptions *options)
{
  if (command->options == GB_OPTIONS_OWN) return GbCommandBench(argc, argv, &options->level);
  GB_CALL(GbOptionsParse(argc, argv, command->options, command->npositional, options));
  GbLogSetLevel(options->level);
  if (options->help) {
    print_command_help(command, stage);
    return GB_OK;
  }
  return call_command(command, stage, options);
}

static const Command *find_command(const char *name, int *stage)
{
  *stage = GbStageFind(name);
  if (*stage >= 0) return &commands[0]; /* a stage takes what run takes */
  for (int c = 0; c < NCOMMANDS; c++)
    if (strcmp(commands[c].name, name) == 0) return &commands[c];
  return NULL;
}

/* MPI starts before the options are read, so that a mistake in them is printed by one rank only. */
static GbStatus run_program(int argc, char **argv)
{
  int stage, provided;
  const Command *command = find_command(argv[1], &stage);
  GbOptions options = {.level = GB_LOG_INFO};
  GbStatus status;
  if (command && command->parallel) MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  if (command)
    status = dispatch(command, stage, argc, argv, &options);
  else
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "expected a command, found \"%s\" (see glassband --help)", argv[1]);
  if (status != GB_OK) report_error(status, options.level);
  GbLogOpenFile(NULL);
  GbOptionsFree(&options);
  if (command && command->parallel) MPI_Finalize();
  return status;
}

int main(int argc, char **argv)
{
  GbH5LeaveExit();
  if (argc < 2) {
    print_usage(stderr);
    return 1;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
      strcmp(argv[1], "help") == 0) {
    print_usage(stdout);
    return 0;
  }
  if (strcmp(argv[1], "--version") == 0) {
    GbVersionWrite(stdout);
    return 0;
  }
  return GbExitCode(run_program(argc, argv));
}
