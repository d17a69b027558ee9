/* How much memory this process may still get. */
#ifndef GB_BASE_MEMORY_H
#define GB_BASE_MEMORY_H

/* Bytes that this machine can still give without swapping, or less where a limit on the process
 * (ulimit -v) or on its control group leaves less; HUGE_VAL if the system does not say. What the
 * machine has is shared by `sharers` processes. */
double GbMemoryAvailable(int sharers);

#endif
