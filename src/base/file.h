/* Small text files and folders. One process: under MPI call on rank 0 and sync the status. */
#ifndef GB_BASE_FILE_H
#define GB_BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The name under which PATH is written until it is complete: PATH.PROCESS-HOST+RANDOM.tmp, so two
 * processes never share one and nobody can put a link there beforehand. The caller frees it. */
GbStatus GbFileAsideName(const char *path, char **name);
/* A new file of this name, opened for writing, or -1 with errno (EEXIST for whatever bears the name
 * already, a link too). */
int GbFileOpenNew(const char *path);
/* Removes from the folder and those below it what ended processes of this host left under names of
 * GbFileAsideName. */
void GbFileSweep(const char *folder);
/* As fopen with "w", "w+", "r+" or "a", but not through a link of that name (errno ELOOP). */
FILE *GbFileOpenPlain(const char *path, const char *mode);
/* What a failure to open a file for writing is: GB_ERR_IO for a full or broken disk, else
 * GB_ERR_INPUT (a wrong path, no permission). */
GbStatus GbFileFault(int cause);
/* Writes aside, syncs to disk and renames, so PATH is either the old or the whole new
 * text. GbFileFault. */
GbStatus GbFileWriteText(const char *path, const char *text);
/* Whole file as text with a terminator after `size` bytes (size may be NULL); owned by the caller
 * (free). GB_ERR_INPUT if it cannot be read. */
GbStatus GbFileReadText(const char *path, size_t *size, char **text);
/* Makes the folder and those above it; no error if it is there already. GB_ERR_INPUT. */
GbStatus GbFileMakeFolders(const char *path);
bool GbFileExists(const char *path);
/* Makes a rename durable by syncing the folder of `path`. Some file systems refuse that, which
 * costs only durability against a power cut, so there is no status. */
void GbFileSyncFolder(const char *path);

/* A file that is written piece by piece aside and gets its name when it is complete. */
typedef struct {
  FILE *stream;
  char *path, *temporary;
} GbFileAside;

/* GbFileFault if it cannot be made. */
GbStatus GbFileBegin(const char *path, GbFileAside *aside);
/* Syncs to disk and renames; after a failure (GB_ERR_IO: a full disk, say) nothing is left. */
GbStatus GbFileCommit(GbFileAside *aside);
/* Removes what was written. Safe after GbFileCommit and on a zeroed struct. */
void GbFileAbandon(GbFileAside *aside);

#endif
