/* Signals only set a flag; the program stops at its next safe point.
 *
 * Safe points are frequent, but a library may work for minutes without one (factors of a large
 * matrix). So a request also starts a timer: where no safe point follows, the process ends all the
 * same, as if killed, which never leaves half a file under a final name. What was done since the
 * last checkpoint on disk is lost then. */
#include "base/stop.h"

#include "base/log.h"
#include "base/timer.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { REASON_TIME_LIMIT = 1000 }; /* above every signal number */

static const double patience_s = 8;

static volatile sig_atomic_t caught;
static double deadline_s, time_limit_s; /* 0: no limit */

static void set_timer(double seconds)
{
  struct itimerval timer = {.it_value = {(time_t)seconds, (suseconds_t)(1e6 * fmod(seconds, 1))}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void give_up(int number)
{
  static const char text[] = "glassband: stopped on request where it cannot pause: work since the "
                             "last checkpoint on disk is lost; the same command goes on from it\n";
  (void)number;
  const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
  (void)written;
  _exit(GbExitCode(GB_ERR_STOPPED));
}

/* A second Ctrl-C ends the program at once, for a user who cannot wait for the safe point. */
static void handle(int number)
{
  if (!caught) set_timer(patience_s);
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
  action.sa_handler = give_up;
  sigaction(SIGALRM, &action, NULL);
  caught = 0;
  time_limit_s = limit_s;
  deadline_s = limit_s > 0 ? GbTimeNow() + limit_s : 0;
  set_timer(limit_s > 0 ? limit_s + patience_s : 0);
}

/* A safe point at which the request is seen: the rest of the way out may take its time. */
static void note_safe_point(int reason)
{
  if (reason) set_timer(0);
}

static int stop_reason(void)
{
  if (caught) return caught;
  return deadline_s > 0 && GbTimeNow() >= deadline_s ? REASON_TIME_LIMIT : 0;
}

int GbStopRequested(void)
{
  const int reason = stop_reason();
  note_safe_point(reason);
  return reason != 0;
}

GbStatus GbStopCheck(MPI_Comm comm)
{
  int mine = stop_reason(), any;
  MPI_Allreduce(&mine, &any, 1, MPI_INT, MPI_MAX, comm);
  GbProgressBeat();
  if (any == 0) return GB_OK;
  note_safe_point(any);
  if (any == REASON_TIME_LIMIT)
    GB_FAIL(GB_ERR_STOPPED, "the time limit of %g s was reached", time_limit_s);
  GB_FAIL(GB_ERR_STOPPED, "signal %d (%s) received", any, strsignal(any));
}
