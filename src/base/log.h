/* Log lines and progress.
 *
 * Messages go to standard error and, once GbLogOpenFile has been called, to a plain text file with
 * times. Only rank 0 of MPI_COMM_WORLD writes. Not thread-safe: call outside OpenMP regions. */
#ifndef GB_BASE_LOG_H
#define GB_BASE_LOG_H

#include "base/error.h"

typedef enum { GB_LOG_ERROR, GB_LOG_WARNING, GB_LOG_INFO, GB_LOG_DEBUG } GbLogLevel;

void GbLogSetLevel(GbLogLevel level);
/* Appends to `path` from now on, on rank 0; closes a file opened before. NULL only closes. */
GbStatus GbLogOpenFile(const char *path);
void GbLog(GbLogLevel level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define GbLogInfo(...) GbLog(GB_LOG_INFO, __VA_ARGS__)
#define GbLogWarn(...) GbLog(GB_LOG_WARNING, __VA_ARGS__)
#define GbLogDebug(...) GbLog(GB_LOG_DEBUG, __VA_ARGS__)

/* Progress of one piece of long work: percent done, rate and time left; one line that redraws
 * itself on a terminal, a plain line every 10 % and every minute otherwise and in the log file. The
 * rate and the time left count only what this process did. */
typedef struct {
  char label[64], unit[16];
  double total, start_s, shown_s, plain_s, shown_fraction;
  double before; /* done by an earlier process */
} GbProgress;

/* `total` > 0 in any unit; `unit` names it in the rate ("atom-steps", "events"). */
void GbProgressStart(GbProgress *progress, const char *label, const char *unit, double total);
/* Of `done`, `amount` more was there before: a finished part, or one that goes on. */
void GbProgressSkip(GbProgress *progress, double amount);
/* Cheap to call often. `done` in the same unit as total. */
void GbProgressUpdate(GbProgress *progress, double done);
/* Prints the final line with the mean rate. */
void GbProgressEnd(GbProgress *progress);
/* Says again how far the latest progress is if a minute has passed since its last plain line: for
 * long work between two updates. Cheap; every GbStopCheck calls it. */
void GbProgressBeat(void);

#endif
