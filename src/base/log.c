/* Log lines and progress on rank 0: standard error for people, a plain file for the record.
 *
 * The progress line on a terminal has no newline until it ends, so every other line first erases
 * it; the next update draws it again. */
#include "base/log.h"
#include "base/file.h"

#include "base/timer.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double redraw_interval_s = 0.2;
static const double plain_step = 0.1; /* a plain progress line every 10 % */
static const double plain_interval_s = 60;

static GbLogLevel max_level = GB_LOG_INFO;
static FILE *log_file;
static long lost; /* lines that the file has no room for */
static struct {
  GbProgress progress; /* a copy: its owner may have returned on an error */
  double done;
  bool any;
} latest;
static bool line_open; /* a progress line stands unfinished on the terminal */

static bool is_writer(void)
{
  int started, ended, rank = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  if (started && !ended) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank == 0;
}

void GbLogSetLevel(GbLogLevel level)
{
  max_level = level;
}

GbStatus GbLogOpenFile(const char *path)
{
  if (log_file) fclose(log_file);
  log_file = NULL;
  lost = 0;
  if (!path || !is_writer()) return GB_OK;
  log_file = GbFileOpenPlain(path, "a");
  if (!log_file)
    GB_FAIL(GbFileFault(errno), "cannot write the log file %s: %s", path, strerror(errno));
  return GB_OK;
}

static void write_terminal(GbLogLevel level, const char *text)
{
  static const char *const prefixes[] = {"glassband: ", "glassband: warning: ", "", ""};
  if (line_open) fputs("\r\033[K", stderr);
  line_open = false;
  fprintf(stderr, "%s%s\n", prefixes[level], text);
}

/* A whole line or nothing of it. */
static bool append(const char *line, size_t size)
{
  const int fd = fileno(log_file);
  const off_t before = lseek(fd, 0, SEEK_END);
  const ssize_t done = write(fd, line, size);
  if (done == (ssize_t)size) return true;
  const int cause = done < 0 ? errno : ENOSPC;
  if (done > 0 && before >= 0) (void)!ftruncate(fd, before);
  errno = cause;
  return false;
}

/* The file keeps everything but debug lines that were not asked for, also with --quiet. */
static void write_file(GbLogLevel level, const char *text)
{
  static const char *const names[] = {"error", "warning", "info", "debug"};
  if (!log_file || (level == GB_LOG_DEBUG && max_level < GB_LOG_DEBUG)) return;
  char stamp[32];
  time_t now = time(NULL);
  struct tm local;
  strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
  char line[4096 + 64];
  int length = snprintf(line, sizeof line, "%s %-7s %s\n", stamp, names[level], text);
  if (length < (int)sizeof line && append(line, (size_t)length)) return;
  if (lost++ > 0) return; /* said once, also with --quiet */
  char word[256];
  snprintf(word, sizeof word, "the log file lacks lines from here on: %s", strerror(errno));
  write_terminal(GB_LOG_WARNING, word);
}

void GbLog(GbLogLevel level, const char *fmt, ...)
{
  if (!is_writer()) return;
  char text[4096];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (level <= max_level) write_terminal(level, text);
  write_file(level, text);
}

static void format_duration(double seconds, size_t size, char *text)
{
  if (seconds < 100)
    snprintf(text, size, "%.1f s", seconds);
  else if (seconds < 6000)
    snprintf(text, size, "%d min %02d s", (int)seconds / 60, (int)seconds % 60);
  else
    snprintf(text, size, "%.0f h %02.0f min", floor(seconds / 3600),
             floor(fmod(seconds, 3600) / 60));
}

static void format_progress(const GbProgress *progress, double done, double now, size_t size,
                            char *text)
{
  double elapsed = now - progress->start_s;
  double rate = elapsed > 0 ? (done - progress->before) / elapsed : 0;
  char left[32] = "?";
  if (rate > 0) format_duration((progress->total - done) / rate, sizeof left, left);
  snprintf(text, size, "%s: %3.0f %%, %.3g %s/s, %s left", progress->label,
           100 * done / progress->total, rate, progress->unit, left);
}

void GbProgressStart(GbProgress *progress, const char *label, const char *unit, double total)
{
  memset(progress, 0, sizeof *progress);
  snprintf(progress->label, sizeof progress->label, "%s", label);
  snprintf(progress->unit, sizeof progress->unit, "%s", unit);
  progress->total = total > 0 ? total : 1;
  progress->start_s = progress->shown_s = progress->plain_s = GbTimeNow();
  latest.progress = *progress;
  latest.done = 0;
  latest.any = true;
}

void GbProgressSkip(GbProgress *progress, double amount)
{
  progress->before += amount;
}

static void write_plain(GbProgress *progress, const char *text, double done, double now)
{
  progress->shown_fraction = done / progress->total;
  progress->plain_s = now;
  write_file(GB_LOG_INFO, text);
  if (!isatty(STDERR_FILENO) && max_level >= GB_LOG_INFO) write_terminal(GB_LOG_INFO, text);
}

static void show(GbProgress *progress, double done, double now)
{
  char text[256];
  progress->shown_s = now;
  format_progress(progress, done, now, sizeof text, text);
  if (isatty(STDERR_FILENO) && max_level >= GB_LOG_INFO) {
    fprintf(stderr, "\r\033[K%s", text);
    line_open = true;
  }
  if (done / progress->total >= progress->shown_fraction + plain_step ||
      now - progress->plain_s >= plain_interval_s)
    write_plain(progress, text, done, now);
}

void GbProgressUpdate(GbProgress *progress, double done)
{
  const double now = GbTimeNow();
  if (now - progress->shown_s >= redraw_interval_s && is_writer()) show(progress, done, now);
  latest.progress = *progress;
  latest.done = done;
  latest.any = true;
}

void GbProgressBeat(void)
{
  const double now = GbTimeNow();
  if (!latest.any || now - latest.progress.plain_s < plain_interval_s) return;
  if (is_writer()) show(&latest.progress, latest.done, now);
  latest.progress.plain_s = now;
}

void GbProgressEnd(GbProgress *progress)
{
  double elapsed = GbTimeNow() - progress->start_s, done = progress->total - progress->before;
  char spent[32];
  latest.any = false;
  format_duration(elapsed, sizeof spent, spent);
  GbLogInfo("%s: done in %s, %.3g %s/s", progress->label, spent, elapsed > 0 ? done / elapsed : 0,
            progress->unit);
}
