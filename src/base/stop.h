/* Stop on request: SIGINT, SIGTERM, SIGUSR1, or a wall-clock limit. */
#ifndef GB_BASE_STOP_H
#define GB_BASE_STOP_H

#include "base/error.h"

/* Installs the handlers; limit_s > 0 sets a wall-clock limit counted from now. A process that
 * reaches no safe point (a call below) within 8 s of a request ends with exit code 3. */
void GbStopInstall(double limit_s);
/* True on this rank once a signal came or the limit passed. Cheap: may be polled in step loops. */
int GbStopRequested(void);
/* Collective. GB_ERR_STOPPED on all ranks if any rank was asked to stop, else GB_OK. */
GbStatus GbStopCheck(MPI_Comm comm);

#endif
