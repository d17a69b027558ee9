/* flock(2) rather than a file that is there or not: the kernel drops it when a process ends in any
 * way, also on network file systems, where a process number would say nothing about other hosts.
 * The words in the file are for the message only. */
#include "base/lock.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct GbLock {
  int fd;
  char path[PATH_MAX];
};

static void read_holder(int fd, char *text, size_t size)
{
  const ssize_t n = pread(fd, text, size - 1, 0);
  text[n > 0 ? n : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
}

static void write_holder(int fd)
{
  char host[256] = "unknown host", now[64], text[512];
  const time_t seconds = time(NULL);
  struct tm local;
  gethostname(host, sizeof host - 1);
  strftime(now, sizeof now, "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &local));
  const int n =
      snprintf(text, sizeof text, "%s, process %ld, since %s\n", host, (long)getpid(), now);
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
    GbLogDebug("the lock has no name of its holder: %s", strerror(errno));
}

/* A holder that ends removes the file: then what was locked is not what bears the name. */
static bool is_named(const GbLock *lock)
{
  struct stat opened, named;
  return fstat(lock->fd, &opened) == 0 && stat(lock->path, &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static GbStatus refuse(const GbLock *lock, const char *folder)
{
  char holder[256];
  read_holder(lock->fd, holder, sizeof holder);
  GB_FAIL(GB_ERR_INPUT,
          "%s: another run is at work in this folder (%s): expected one that is free; wait for it, "
          "or give another with -o",
          folder, *holder ? holder : "it does not say which");
}

static GbStatus try_lock(GbLock *lock, const char *folder, bool *again)
{
  char left[256];
  *again = false;
  lock->fd = open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (lock->fd < 0) GB_FAIL(GbFileFault(errno), "cannot write %s: %s", lock->path, strerror(errno));
  if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return refuse(lock, folder);
    GbLogWarn("%s: the file system has no locks (%s): nothing keeps a second run out", folder,
              strerror(errno));
    return GB_OK;
  }
  *again = !is_named(lock);
  if (*again) return GB_OK;
  read_holder(lock->fd, left, sizeof left);
  if (*left) GbLogInfo("%s: a run ended here without a word (%s)", folder, left);
  write_holder(lock->fd);
  GbFileSweep(folder);
  return GB_OK;
}

GbStatus GbLockTake(const char *folder, GbLock **lock)
{
  bool again;
  GB_CALLOC(*lock, 1);
  snprintf((*lock)->path, sizeof(*lock)->path, "%.*s/run.lock", PATH_MAX - 16, folder);
  do {
    (*lock)->fd = -1;
    const GbStatus status = try_lock(*lock, folder, &again);
    if (status != GB_OK || again) {
      if ((*lock)->fd >= 0) close((*lock)->fd);
    }
    if (status != GB_OK) {
      free(*lock);
      *lock = NULL;
      return GbErrorTrace(status, __FILE__, __LINE__, __func__);
    }
  } while (again);
  return GB_OK;
}

void GbLockGive(GbLock **lock)
{
  if (!*lock) return;
  unlink((*lock)->path); /* before the lock goes, or it might be another's */
  close((*lock)->fd);
  free(*lock);
  *lock = NULL;
}
