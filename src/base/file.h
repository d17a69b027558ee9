/* Small text files and folders. One process: under MPI call on rank 0 and sync the status. */
#ifndef GB_BASE_FILE_H
#define GB_BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes PATH.tmp, syncs it to disk and renames it, so PATH is either the old or the whole new
 * text. GB_ERR_IO. */
GbStatus GbFileWriteText(const char *path, const char *text);
/* Whole file as text with a terminator after `size` bytes (size may be NULL); owned by the caller
 * (free). GB_ERR_INPUT if it cannot be read. */
GbStatus GbFileReadText(const char *path, size_t *size, char **text);
/* Makes the folder and those above it; no error if it is there already. GB_ERR_INPUT. */
GbStatus GbFileMakeFolders(const char *path);
bool GbFileExists(const char *path);

#endif
