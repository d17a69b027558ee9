/* Linux: /proc/meminfo, /proc/self/statm, getrlimit, and the files of control groups. */
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The first number of a file, or after `key` in it; < 0: there is none ("max" is none). */
static double read_number(const char *path, const char *key)
{
  char line[256];
  double value = -1;
  FILE *file = fopen(path, "r");
  if (!file) return -1;
  while (value < 0 && fgets(line, sizeof line, file)) {
    const size_t length = strlen(key);
    if (strncmp(line, key, length) == 0 && sscanf(line + length, "%lf", &value) != 1) break;
  }
  fclose(file);
  return value;
}

static double group_room(const char *limit_path, const char *used_path)
{
  const double limit = read_number(limit_path, ""), used = read_number(used_path, "");
  return limit >= 0 && used >= 0 ? fmax(limit - used, 0) : HUGE_VAL;
}

static double process_room(void)
{
  struct rlimit limit;
  const double pages = read_number("/proc/self/statm", "");
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || pages < 0)
    return HUGE_VAL;
  return fmax((double)limit.rlim_cur - pages * (double)sysconf(_SC_PAGESIZE), 0);
}

double GbMemoryAvailable(int sharers)
{
  const double free_kB = read_number("/proc/meminfo", "MemAvailable:");
  double room = free_kB >= 0 ? 1024 * free_kB : HUGE_VAL;
  room = fmin(room, group_room("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"));
  room = fmin(room, group_room("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                               "/sys/fs/cgroup/memory/memory.usage_in_bytes"));
  return fmin(room / sharers, process_room());
}
