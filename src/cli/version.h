#ifndef GB_CLI_VERSION_H
#define GB_CLI_VERSION_H

#include <stdio.h>

/* Such as "0.1.0 (a6dadee)"; the revision only where the sources are a git checkout. Static. */
const char *GbVersion(void);
/* The program and the libraries it runs with, one per line. */
void GbVersionWrite(FILE *out);

#endif
