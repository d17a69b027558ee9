/* Named timers in one flat table: few names, so a linear search by content is cheap enough for
 * whole phases (not for inner loops). */
#include "base/timer.h"

#include "base/log.h"

#include <string.h>
#include <time.h>

enum { TIMERS_MAX = 32, NAME_SIZE = 48 };

typedef struct {
  char name[NAME_SIZE];
  double seconds, started;
} Timer;

static Timer timers[TIMERS_MAX];
static int ntimers;

double GbTimeNow(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static Timer *find(const char *name)
{
  for (int i = 0; i < ntimers; i++)
    if (strncmp(timers[i].name, name, NAME_SIZE - 1) == 0) return &timers[i];
  return NULL;
}

/* A name beyond the table's size is not timed: no result depends on timers. */
void GbTimerStart(const char *name)
{
  Timer *timer = find(name);
  if (!timer) {
    if (ntimers == TIMERS_MAX) return;
    timer = &timers[ntimers++];
    *timer = (Timer){0};
    strncpy(timer->name, name, NAME_SIZE - 1);
  }
  timer->started = GbTimeNow();
}

void GbTimerStop(const char *name)
{
  Timer *timer = find(name);
  if (timer) timer->seconds += GbTimeNow() - timer->started;
}

double GbTimerSeconds(const char *name)
{
  const Timer *timer = find(name);
  return timer ? timer->seconds : 0;
}

GbStatus GbTimerReport(MPI_Comm comm)
{
  int size, count = ntimers;
  MPI_Comm_size(comm, &size);
  MPI_Bcast(&count, 1, MPI_INT, 0, comm);
  for (int i = 0; i < count; i++) {
    char name[NAME_SIZE] = "";
    if (i < ntimers) memcpy(name, timers[i].name, NAME_SIZE);
    MPI_Bcast(name, NAME_SIZE, MPI_CHAR, 0, comm);
    double mine = GbTimerSeconds(name), low, high, sum;
    MPI_Allreduce(&mine, &low, 1, MPI_DOUBLE, MPI_MIN, comm);
    MPI_Allreduce(&mine, &high, 1, MPI_DOUBLE, MPI_MAX, comm);
    MPI_Allreduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, comm);
    if (size == 1)
      GbLogInfo("time %-28s %10.2f s", name, sum);
    else
      GbLogInfo("time %-28s min %.2f, mean %.2f, max %.2f s over %d ranks", name, low, sum / size,
                high, size);
  }
  return GB_OK;
}

void GbTimerReset(void)
{
  ntimers = 0;
}
