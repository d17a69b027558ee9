#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_EXCL: in a folder where others may write too, a link of this name could lead anywhere. */
int GbFileOpenNew(const char *path)
{
  if (unlink(path) != 0 && errno != ENOENT) return -1;
  return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static FILE *open_new_stream(const char *path)
{
  const int fd = GbFileOpenNew(path);
  return fd < 0 ? NULL : fdopen(fd, "w");
}

FILE *GbFileOpenPlain(const char *path, const char *mode)
{
  const bool both = mode[1] == '+';
  const int made = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT | O_APPEND : 0;
  const int fd = open(path, (both ? O_RDWR : O_WRONLY) | made | O_NOFOLLOW | O_CLOEXEC, 0666);
  return fd < 0 ? NULL : fdopen(fd, mode);
}

GbStatus GbFileFault(int cause)
{
  return cause == ENOSPC || cause == EDQUOT || cause == EFBIG || cause == EIO ? GB_ERR_IO
                                                                              : GB_ERR_INPUT;
}

static int write_and_sync(const char *path, const char *text)
{
  FILE *file = open_new_stream(path);
  if (!file) return errno;
  int cause = fputs(text, file) < 0 || fflush(file) != 0 || fsync(fileno(file)) != 0 ? errno : 0;
  if (fclose(file) != 0 && !cause) cause = errno;
  return cause;
}

GbStatus GbFileWriteText(const char *path, const char *text)
{
  char temporary[PATH_MAX];
  if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary)
    GB_FAIL(GB_ERR_IO, "cannot write %s: the name is too long", path);
  int cause = write_and_sync(temporary, text);
  if (!cause && rename(temporary, path) != 0) cause = errno;
  if (!cause) return GB_OK;
  unlink(temporary);
  GB_FAIL(GbFileFault(cause), "cannot write %s: %s", path, strerror(cause));
}

GbStatus GbFileReadText(const char *path, size_t *size, char **text)
{
  *text = NULL;
  FILE *file = fopen(path, "r");
  if (!file) GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
  char *whole = NULL, block[65536];
  size_t length = 0;
  FILE *memory = open_memstream(&whole, &length);
  for (size_t n; memory && (n = fread(block, 1, sizeof block, file)) > 0;)
    fwrite(block, 1, n, memory);
  int cause = ferror(file) ? errno : 0;
  fclose(file);
  if (!memory || fclose(memory) != 0) cause = ENOMEM;
  if (cause) {
    free(whole);
    GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", path, strerror(cause));
  }
  *text = whole;
  if (size) *size = length;
  return GB_OK;
}

GbStatus GbFileMakeFolders(const char *path)
{
  char part[PATH_MAX];
  snprintf(part, sizeof part, "%s", path);
  for (char *slash = part + 1;; slash++) {
    slash += strcspn(slash, "/");
    char kept = *slash;
    *slash = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
      GB_FAIL(GbFileFault(errno), "cannot make the folder %s: %s", path, strerror(errno));
    *slash = kept;
    if (kept == '\0') break;
  }
  struct stat found;
  if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "cannot make the folder %s: a file is in its place", path);
}

bool GbFileExists(const char *path)
{
  return access(path, F_OK) == 0;
}

void GbFileSyncFolder(const char *path)
{
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s", path);
  char *slash = strrchr(folder, '/');
  if (slash) slash[slash == folder ? 1 : 0] = '\0';
  int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY);
  if (fd < 0) return;
  (void)!fsync(fd);
  close(fd);
}

GbStatus GbFileBegin(const char *path, GbFileAside *aside)
{
  *aside = (GbFileAside){0};
  size_t size = strlen(path) + sizeof ".tmp";
  GB_CALLOC(aside->temporary, size);
  snprintf(aside->temporary, size, "%s.tmp", path);
  aside->path = strdup(path);
  aside->stream = aside->path ? open_new_stream(aside->temporary) : NULL;
  if (aside->stream) return GB_OK;
  int cause = errno;
  free(aside->path);
  free(aside->temporary);
  *aside = (GbFileAside){0};
  GB_FAIL(GbFileFault(cause), "cannot write %s: %s", path, strerror(cause));
}

GbStatus GbFileCommit(GbFileAside *aside)
{
  FILE *stream = aside->stream;
  errno = 0;
  int cause = fflush(stream) != 0 || ferror(stream) || fsync(fileno(stream)) != 0 ? errno : 0;
  bool failed = cause != 0 || ferror(stream);
  if (fclose(stream) != 0 && !failed) failed = true, cause = errno;
  aside->stream = NULL;
  if (!failed && rename(aside->temporary, aside->path) != 0) failed = true, cause = errno;
  GbStatus status = GB_OK;
  if (failed)
    status = GbErrorSet(GB_ERR_IO, __FILE__, __LINE__, __func__, "cannot write %s: %s", aside->path,
                        cause ? strerror(cause) : "an earlier write failed");
  else
    GbFileSyncFolder(aside->path);
  GbFileAbandon(aside);
  return status;
}

void GbFileAbandon(GbFileAside *aside)
{
  if (aside->stream) fclose(aside->stream);
  if (aside->temporary) unlink(aside->temporary); /* after the rename there is none */
  free(aside->path);
  free(aside->temporary);
  *aside = (GbFileAside){0};
}
