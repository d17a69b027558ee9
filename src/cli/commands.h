/* What the commands do. Each gets its parsed options. */
#ifndef GB_CLI_COMMANDS_H
#define GB_CLI_COMMANDS_H

#include "cli/options.h"

/* Collective over MPI_COMM_WORLD. only: index of the one stage to run (its command), or -1 for the
 * whole chain. */
GbStatus GbCommandRun(const GbOptions *options, int only);

/* `glassband bench`: argv as given to the program; each benchmark has options of its own. *level is
 * set to what they ask for. Collective over MPI_COMM_WORLD. */
GbStatus GbCommandBench(int argc, char **argv, GbLogLevel *level);
/* Collective over MPI_COMM_WORLD. */
GbStatus GbCommandForces(const GbOptions *options);

/* The rest are for one process. */
GbStatus GbCommandValidate(const GbOptions *options);
GbStatus GbCommandInfo(const GbOptions *options);
GbStatus GbCommandStrain(const GbOptions *options);
GbStatus GbCommandReport(const GbOptions *options);

/* Part of info: format, frames, box, types and columns of a file of atoms or a frame by name
 * (FILE@N); GB_ERR_INPUT for another file. */
GbStatus GbInfoAtoms(const char *name);

#endif
