#define _GNU_SOURCE /* nftw */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Files aside --------------------------------------------------------------------------------
 */

enum { HOST_DIGITS = 4, RANDOM_DIGITS = 8, TAIL_DIGITS = HOST_DIGITS + RANDOM_DIGITS };
enum { ASIDE_SUFFIX = 48 };

/* Tells hosts that share a disk apart, so that each knows which processes it can ask after. */
static unsigned host_digits(void)
{
  char host[256] = "";
  unsigned hash = 2166136261U; /* FNV-1a */
  gethostname(host, sizeof host - 1);
  for (const char *c = host; *c; c++)
    hash = (hash ^ (unsigned char)*c) * 16777619U;
  return (hash ^ hash >> 16) & 0xffffU;
}

GbStatus GbFileAsideName(const char *path, char **name)
{
  uint32_t chance;
  const size_t size = strlen(path) + ASIDE_SUFFIX;
  if (getentropy(&chance, sizeof chance) != 0)
    GB_FAIL(GB_ERR_LIBRARY, "cannot write %s: no random number for a name: %s", path,
            strerror(errno));
  GB_CALLOC(*name, size);
  snprintf(*name, size, "%s.%ld-%0*x%0*x.tmp", path, (long)getpid(), HOST_DIGITS, host_digits(),
           RANDOM_DIGITS, chance);
  return GB_OK;
}

/* The process that a name of GbFileAsideName on this host belongs to; 0 for other names. */
static pid_t aside_owner(const char *path)
{
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  const size_t length = strlen(name), tail = TAIL_DIGITS + strlen("-.tmp");
  char host[HOST_DIGITS + 1];
  if (length <= tail || strcmp(name + length - 4, ".tmp") != 0) return 0;
  const char *dash = name + length - tail, *digits = dash;
  if (*dash != '-' || strspn(dash + 1, "0123456789abcdef") != TAIL_DIGITS) return 0;
  snprintf(host, sizeof host, "%0*x", HOST_DIGITS, host_digits());
  if (memcmp(dash + 1, host, HOST_DIGITS) != 0) return 0;
  while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
    digits--;
  if (digits == dash || digits - name < 2 || digits[-1] != '.') return 0;
  const long owner = strtol(digits, NULL, 10);
  return owner > 0 && owner <= INT_MAX ? (pid_t)owner : 0;
}

static int sweep_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
  (void)where;
  const pid_t owner = kind == FTW_F && S_ISREG(info->st_mode) ? aside_owner(path) : 0;
  if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) unlink(path);
  return 0;
}

void GbFileSweep(const char *folder)
{
  nftw(folder, sweep_one, 16, FTW_PHYS | FTW_MOUNT);
}

/* O_EXCL: in a folder where others may write too, a link of this name could lead anywhere. */
int GbFileOpenNew(const char *path)
{
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
  char *temporary;
  GB_CALL(GbFileAsideName(path, &temporary));
  int cause = write_and_sync(temporary, text);
  if (!cause && rename(temporary, path) != 0) cause = errno;
  if (cause) unlink(temporary);
  free(temporary);
  if (!cause) return GB_OK;
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
  GB_CALL(GbFileAsideName(path, &aside->temporary));
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
