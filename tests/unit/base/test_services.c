/* Hash, log file, timers and stop requests. */
#include "base/hash.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/timer.h"
#include "harness/harness.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(int milliseconds)
{
  struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&wait, NULL);
}

static int my_rank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

/* SHA-256 of "abc": FIPS 180-4, example 1. */
static void hash_known_answer(void **state)
{
  (void)state;
  const char *expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  char hex[GB_HASH_SIZE], path[512];
  GbHashText("abc", hex);
  assert_string_equal(hex, expected);
  snprintf(path, sizeof path, "%s/abc", GbTestFolder());
  if (my_rank() != 0) return;
  FILE *file = fopen(path, "w");
  fputs("abc", file);
  fclose(file);
  assert_ok(GbHashFile(path, hex));
  assert_string_equal(hex, expected);
  assert_fails(GbHashFile("/nonexistent", hex), GB_ERR_INPUT, "/nonexistent", "No such file");
}

static void read_file(const char *path, size_t size, char *text)
{
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  fclose(file);
}

static void log_file(void **state)
{
  (void)state;
  char path[512], text[4096];
  snprintf(path, sizeof path, "%s/log.txt", GbTestFolder());
  GbLogSetLevel(GB_LOG_ERROR);
  assert_ok(GbLogOpenFile(path));
  GbLogInfo("hello %d", 42);
  GbLogDebug("not asked for");
  GbProgress progress;
  GbProgressStart(&progress, "melt", "steps", 10);
  for (int i = 0; i < 3; i++) {
    GbProgressUpdate(&progress, i);
    pause_ms(220);
  }
  GbProgressUpdate(&progress, 5);
  GbProgressEnd(&progress);
  GbLogOpenFile(NULL);
  GbLogInfo("after closing");
  GbLogSetLevel(GB_LOG_INFO);
  MPI_Barrier(MPI_COMM_WORLD);
  read_file(path, sizeof text, text);
  assert_non_null(strstr(text, "info    hello 42\n"));
  assert_null(strstr(strstr(text, "hello") + 1, "hello")); /* once: only rank 0 wrote */
  assert_null(strstr(text, "not asked for"));
  assert_non_null(strstr(text, "melt:  50 %"));
  assert_non_null(strstr(text, "melt: done in"));
  assert_null(strstr(text, "after closing"));
  if (my_rank() != 0) return;
  assert_fails(GbLogOpenFile("/nonexistent/log.txt"), GB_ERR_INPUT, "/nonexistent/log.txt");
}

static void timers(void **state)
{
  (void)state;
  GbTimerReset();
  assert_true(GbTimerSeconds("work") == 0);
  for (int i = 0; i < 2; i++) {
    GbTimerStart("work");
    pause_ms(20);
    GbTimerStop("work");
  }
  assert_true(GbTimerSeconds("work") >= 0.04);
  if (my_rank() == 0) GbTimerStart("only rank 0"), GbTimerStop("only rank 0");
  assert_ok(GbTimerReport(MPI_COMM_WORLD));
}

/* A continued run: the rate counts only what this process did, or 10 s would seem to be left. */
static void progress_knows_what_was_there(void **state)
{
  (void)state;
  if (my_rank() != 0) return;
  GbProgress progress;
  char path[512], text[4096];
  snprintf(path, sizeof path, "%s/progress.txt", GbTestFolder());
  GbLogSetLevel(GB_LOG_ERROR);
  assert_ok(GbLogOpenFile(path));
  GbProgressStart(&progress, "loading", "parts", 1000);
  GbProgressSkip(&progress, 500);
  progress.start_s -= 100; /* 100 s ago */
  progress.shown_s -= 100;
  GbProgressUpdate(&progress, 510); /* 10 parts in 100 s: 490 more take 4900 s */
  progress.plain_s -= 61;           /* a minute later, nothing new */
  progress.shown_s -= 61;
  GbProgressUpdate(&progress, 510);
  assert_ok(GbLogOpenFile(NULL));
  GbLogSetLevel(GB_LOG_INFO);
  read_file(path, sizeof text, text);
  const char *line = strstr(text, "loading:  51 %, 0.1 parts/s, 81 min 4");
  assert_non_null(line);
  assert_non_null(strstr(line + 1, "loading:  51 %"));
}

/* Work without a safe point ends as well, with the exit code of a stop. */
static void stops_where_no_safe_point_is(void **state)
{
  (void)state;
  if (my_rank() != 0) return;
  int code = 0;
  const time_t begin = time(NULL);
  const pid_t child = fork();
  if (child == 0) {
    GbStopInstall(0);
    raise(SIGTERM);
    for (;;) /* an interrupted pause is no safe point */
      pause();
  }
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_true(WIFEXITED(code));
  assert_int_equal(WEXITSTATUS(code), 3);
  assert_true(time(NULL) - begin <= 10);
}

static void stops(void **state)
{
  (void)state;
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  GbStopInstall(0);
  assert_ok(GbStopCheck(MPI_COMM_WORLD));
  if (my_rank() == size - 1) raise(SIGTERM);
  assert_int_equal(GbStopRequested(), my_rank() == size - 1);
  assert_fails(GbStopCheck(MPI_COMM_WORLD), GB_ERR_STOPPED, "Terminated");
  GbStopInstall(0.05);
  assert_false(GbStopRequested());
  pause_ms(60);
  assert_true(GbStopRequested());
  assert_fails(GbStopCheck(MPI_COMM_WORLD), GB_ERR_STOPPED, "time limit of 0.05 s");
}

GB_TEST_MAIN("unit.base.services", cmocka_unit_test(hash_known_answer), cmocka_unit_test(log_file),
             cmocka_unit_test(timers), cmocka_unit_test(progress_knows_what_was_there),
             cmocka_unit_test(stops), cmocka_unit_test(stops_where_no_safe_point_is))
