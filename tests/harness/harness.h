/* cmocka under MPI: every test program starts MPI once, runs its group, and aborts the whole job
 * when one rank fails, so that a failed assertion never leaves the others waiting. */
#ifndef GB_TESTS_HARNESS_H
#define GB_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> // needs those above

#include "base/error.h"

/* main() of a test program: GB_TEST_MAIN("unit.base.rng", cmocka_unit_test(f), ...) */
#define GB_TEST_MAIN(name, ...)                                                                    \
  int main(int argc, char **argv)                                                                  \
  {                                                                                                \
    const struct CMUnitTest tests[] = {__VA_ARGS__};                                               \
    GbTestStart(&argc, &argv);                                                                     \
    return GbTestFinish(cmocka_run_group_tests_name(name, tests, NULL, NULL));                     \
  }
void GbTestStart(int *argc, char ***argv);
/* A rank with failures ends the job with MPI_Abort. Returns the exit code. */
int GbTestFinish(int failures);

/* cmocka 1.1.5 has no comparison of doubles. Absolute and relative tolerance; NaN never passes. */
#define assert_close(found, expected, tolerance)                                                   \
  GbTestClose((found), (expected), (tolerance), #found, __FILE__, __LINE__)
#define assert_relative(found, expected, tolerance)                                                \
  GbTestRelative((found), (expected), (tolerance), #found, __FILE__, __LINE__)
void GbTestClose(double found, double expected, double tolerance, const char *text,
                 const char *file, int line);
void GbTestRelative(double found, double expected, double tolerance, const char *text,
                    const char *file, int line);
/* The call must return GB_OK; otherwise prints the message and fails. */
#define assert_ok(call) GbTestOk((call), #call, __FILE__, __LINE__)
void GbTestOk(GbStatus status, const char *text, const char *file, int line);
/* The call must return `status` and its message must contain each of the words (NULL-terminated).
 */
#define assert_fails(call, status, ...)                                                            \
  GbTestFails((call), (status), #call, __FILE__, __LINE__, (const char *const[]){__VA_ARGS__, NULL})
void GbTestFails(GbStatus found, GbStatus expected, const char *text, const char *file, int line,
                 const char *const *words);
/* A fresh empty folder below $TMPDIR (one per call), same path on all ranks. Static storage. */
const char *GbTestFolder(void);

#endif
