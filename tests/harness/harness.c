#include "harness/harness.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void GbTestStart(int *argc, char ***argv)
{
  MPI_Init(argc, argv);
}

/* A failing rank aborts at once. A passing rank waits for the others in the barrier; if one of them
 * fails, its abort ends this rank too. Inside a test, an assertion that fails on one rank only
 * while others wait in a collective is caught the same way: the group ends here on the failing
 * rank. */
int GbTestFinish(int failures)
{
  if (failures) {
    fflush(NULL);
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size > 1) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Finalize();
    return 1;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  MPI_Finalize();
  return 0;
}

/* With several ranks a failed assertion must not jump on to the next test: the other ranks may wait
 * inside a collective of this one. */
static void fail_here(const char *file, int line)
{
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (size > 1) {
    fprintf(stderr, "%s:%d: failed on one of %d ranks; ending the job\n", file, line, size);
    fflush(NULL);
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  _fail(file, line);
}

void GbTestClose(double found, double expected, double tolerance, const char *text,
                 const char *file, int line)
{
  if (fabs(found - expected) <= tolerance) return;
  print_error("%s = %.15g, expected %.15g within %.3g (off by %.3g)\n", text, found, expected,
              tolerance, found - expected);
  fail_here(file, line);
}

void GbTestRelative(double found, double expected, double tolerance, const char *text,
                    const char *file, int line)
{
  GbTestClose(found, expected, tolerance * fabs(expected), text, file, line);
}

void GbTestOk(GbStatus status, const char *text, const char *file, int line)
{
  if (status == GB_OK) return;
  print_error("%s: %s: %s\n%s", text, GbStatusName(status), GbErrorMessage(), GbErrorTraceText());
  fail_here(file, line);
}

void GbTestFails(GbStatus found, GbStatus expected, const char *text, const char *file, int line,
                 const char *const *words)
{
  if (found != expected) {
    print_error("%s: expected %s, found %s (%s)\n", text, GbStatusName(expected),
                GbStatusName(found), GbErrorMessage());
    fail_here(file, line);
  }
  for (; *words; words++) {
    if (strstr(GbErrorMessage(), *words)) continue;
    print_error("%s: message lacks \"%s\": %s\n", text, *words, GbErrorMessage());
    fail_here(file, line);
  }
}

const char *GbTestFolder(void)
{
  static char path[256];
  const char *top = getenv("TMPDIR");
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(path, sizeof path, "%s/gbtest-XXXXXX", top ? top : "/tmp");
  if (rank == 0 && !mkdtemp(path)) path[0] = '\0';
  MPI_Bcast(path, sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
  return path;
}
