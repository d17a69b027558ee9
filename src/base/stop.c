/* Signals only set a flag; the program stops at its next safe point. */
#include "base/stop.h"

#include "base/timer.h"

#include <signal.h>
#include <string.h>

enum { REASON_TIME_LIMIT = 1000 }; /* above every signal number */

static volatile sig_atomic_t caught;
static double deadline_s, time_limit_s; /* 0: no limit */

/* A second Ctrl-C ends the program at once, for a user who cannot wait for the safe point. */
static void handle(int number)
{
  caught = number;
  if (number == SIGINT) signal(SIGINT, SIG_DFL);
}

void GbStopInstall(double limit_s)
{
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  const int numbers[] = {SIGINT, SIGTERM, SIGUSR1};
  for (int i = 0; i < 3; i++)
    sigaction(numbers[i], &action, NULL);
  caught = 0;
  time_limit_s = limit_s;
  deadline_s = limit_s > 0 ? GbTimeNow() + limit_s : 0;
}

static int stop_reason(void)
{
  if (caught) return caught;
  return deadline_s > 0 && GbTimeNow() >= deadline_s ? REASON_TIME_LIMIT : 0;
}

int GbStopRequested(void)
{
  return stop_reason() != 0;
}

GbStatus GbStopCheck(MPI_Comm comm)
{
  int mine = stop_reason(), any;
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, comm);
  if (any == 0) return GB_OK;
  if (any == REASON_TIME_LIMIT)
    GB_FAIL(GB_ERR_STOPPED, "the time limit of %g s was reached", time_limit_s);
  GB_FAIL(GB_ERR_STOPPED, "signal %d (%s) received", any, strsignal(any));
}
