/* Wall-clock timers by name, for the timing table at the end of a run. */
#ifndef GB_BASE_TIMER_H
#define GB_BASE_TIMER_H

#include "base/error.h"

/* Seconds since an arbitrary moment, monotonic. */
double GbTimeNow(void);

/* Starts and stops the timer `name` (a string literal, at most 32 names); timers may nest but one
 * name must not be started twice. Not thread-safe. */
void GbTimerStart(const char *name);
void GbTimerStop(const char *name);
/* Seconds accumulated under `name`, 0 if it never ran. */
double GbTimerSeconds(const char *name);
/* Collective. Logs minimum, mean and maximum over ranks of each timer that ran on rank 0. */
GbStatus GbTimerReport(MPI_Comm comm);
void GbTimerReset(void);

#endif
