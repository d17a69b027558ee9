/* That an output does not take the place of an input. */
#ifndef GB_CLI_OUTPUT_H
#define GB_CLI_OUTPUT_H

#include "cli/options.h"

/* Both names lead to one file that is there: by another spelling, a link. */
bool GbOutputSameFile(const char *a, const char *b);
/* GB_ERR_INPUT if the file of -o, or the name under which it is written, is one that the command
 * reads: a file of atoms (FILE or FILE@N) or the potential. One process. */
GbStatus GbOutputCheck(const GbOptions *options);

#endif
