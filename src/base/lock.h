/* One process at a time in a folder. */
#ifndef GB_BASE_LOCK_H
#define GB_BASE_LOCK_H

#include "base/error.h"

typedef struct GbLock GbLock;

/* Locks FOLDER/run.lock, which says who holds it: host, process and time. GB_ERR_INPUT, with their
 * names, if another process does. The lock goes with its process, so what a killed one has left is
 * no obstacle. Where the file system has no locks there is a warning. One
 * process. */
GbStatus GbLockTake(const char *folder, GbLock **lock);
/* Removes the file. Takes NULL. */
void GbLockGive(GbLock **lock);

#endif
