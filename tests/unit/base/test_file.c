/* Files are made aside under names of their own: nothing that is there is written through or lost,
 * and what ended processes left is removed. */
#include "base/file.h"
#include "base/log.h"
#include "harness/harness.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[128];

static const char *content(const char *path)
{
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static void put(const char *path, const char *words)
{
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(words, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static size_t count(const char *folder, const char *pattern)
{
  char all[1024];
  glob_t found;
  snprintf(all, sizeof all, "%s/%s", folder, pattern);
  const size_t n = glob(all, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
  globfree(&found);
  return n;
}

static void names_are_never_shared(void **state)
{
  (void)state;
  char *one, *two;
  assert_ok(GbFileAsideName("a/b", &one));
  assert_ok(GbFileAsideName("a/b", &two));
  assert_string_not_equal(one, two);
  assert_int_equal(strncmp(one, "a/b.", 4), 0);
  free(one);
  free(two);
}

static void what_is_there_is_not_opened(void **state)
{
  (void)state;
  const char *folder = GbTestFolder();
  char victim[600], link[600], plain[600];
  snprintf(victim, sizeof victim, "%s/victim", folder);
  snprintf(link, sizeof link, "%s/link", folder);
  snprintf(plain, sizeof plain, "%s/plain", folder);
  put(victim, "precious");
  assert_int_equal(symlink(victim, link), 0);
  assert_int_equal(GbFileOpenNew(link), -1);
  assert_int_equal(GbFileOpenNew(victim), -1);
  assert_null(GbFileOpenPlain(link, "w"));
  assert_null(GbFileOpenPlain(link, "a"));
  assert_null(GbFileOpenPlain(link, "r+"));
  assert_string_equal(content(victim), "precious");
  const int fd = GbFileOpenNew(plain);
  assert_true(fd >= 0);
  close(fd);
}

/* Two writers of one path: each has a whole file of its own, and the last one stays. */
static void two_writers(void **state)
{
  (void)state;
  const char *folder = GbTestFolder();
  char path[600], own[600];
  GbFileAside one, two;
  snprintf(path, sizeof path, "%s/x", folder);
  snprintf(own, sizeof own, "%s/x.tmp", folder);
  put(own, "of the user");
  assert_ok(GbFileBegin(path, &one));
  assert_ok(GbFileBegin(path, &two));
  fputs("one", one.stream);
  assert_ok(GbFileCommit(&one));
  assert_string_equal(content(path), "one");
  fputs("two", two.stream);
  assert_ok(GbFileCommit(&two));
  assert_string_equal(content(path), "two");
  assert_string_equal(content(own), "of the user");
  assert_int_equal(count(folder, "x.*"), 1);
}

static void leftovers_go(void **state)
{
  (void)state;
  const char *folder = GbTestFolder();
  char path[600], *alive, *dead = NULL, words[1200] = "";
  int channel[2], code;
  snprintf(path, sizeof path, "%s/below", folder);
  assert_int_equal(mkdir(path, 0777), 0);
  snprintf(path, sizeof path, "%s/below/x.h5", folder);
  assert_int_equal(pipe(channel), 0);
  const pid_t child = fork();
  if (child == 0) { /* makes a file aside and ends, as if killed */
    if (GbFileAsideName(path, &dead) != GB_OK || GbFileOpenNew(dead) < 0) _exit(1);
    _exit(write(channel[1], dead, strlen(dead)) > 0 ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_int_equal(code, 0);
  assert_true(read(channel[0], words, sizeof words - 1) > 0);
  assert_int_equal(access(words, F_OK), 0);
  assert_ok(GbFileAsideName(path, &alive));
  put(alive, "still written");
  snprintf(path, sizeof path, "%s/notes.tmp", folder);
  put(path, "of the user");
  snprintf(path, sizeof path, "%s/a.7-b.tmp", folder);
  put(path, "of the user");
  GbFileSweep(folder);
  assert_int_not_equal(access(words, F_OK), 0);
  assert_int_equal(access(alive, F_OK), 0);
  assert_int_equal(count(folder, "*.tmp"), 2);
  free(alive);
}

static void limit_files(rlim_t bytes, struct rlimit *before)
{
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, before), 0);
  const struct rlimit few = {.rlim_cur = bytes, .rlim_max = before->rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
}

static void full_disk(void **state)
{
  (void)state;
  const char *folder = GbTestFolder();
  char path[600];
  struct rlimit before;
  snprintf(path, sizeof path, "%s/x", folder);
  put(path, "old");
  limit_files(8, &before);
  const GbStatus status = GbFileWriteText(path, "longer than eight bytes");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_int_equal(status, GB_ERR_IO);
  assert_non_null(strstr(GbErrorMessage(), path));
  assert_string_equal(content(path), "old");
  assert_int_equal(count(folder, "*"), 1);
}

/* No half line in the file, and a word on standard error even when that is to be quiet. */
static void log_without_room(void **state)
{
  (void)state;
  const char *folder = GbTestFolder();
  char path[600], heard[600];
  struct rlimit before;
  snprintf(path, sizeof path, "%s/log.txt", folder);
  snprintf(heard, sizeof heard, "%s/heard", folder);
  assert_ok(GbLogOpenFile(path));
  GbLogSetLevel(GB_LOG_ERROR);
  GbLogInfo("fits");
  const int kept = dup(STDERR_FILENO);
  assert_non_null(freopen(heard, "w", stderr));
  limit_files(60, &before);
  GbLogInfo("this does not");
  GbLogInfo("nor does this");
  fflush(stderr);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  dup2(kept, STDERR_FILENO);
  close(kept);
  GbLogSetLevel(GB_LOG_INFO);
  assert_ok(GbLogOpenFile(NULL));
  content(path);
  assert_non_null(strstr(text, "fits\n"));
  assert_int_equal(text[strlen(text) - 1], '\n');
  assert_null(strstr(text, "this"));
  const char *words = content(heard);
  assert_non_null(strstr(words, "warning: the log file lacks lines"));
  assert_null(strstr(strstr(words, "warning") + 1, "warning")); /* once */
}

GB_TEST_MAIN("unit.base.file", cmocka_unit_test(names_are_never_shared),
             cmocka_unit_test(what_is_there_is_not_opened), cmocka_unit_test(two_writers),
             cmocka_unit_test(leftovers_go), cmocka_unit_test(full_disk),
             cmocka_unit_test(log_without_room))
