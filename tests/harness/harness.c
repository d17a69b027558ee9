#include "harness/harness.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With several ranks a failed assertion, or a crash that cmocka catches, must not jump on to the
 * next test: the others may wait in a collective of this one. Told to abort instead, cmocka ends
 * the process by a signal, and the launcher then ends the whole job. */
void GbTestStart(int *argc, char ***argv)
{
  MPI_Init(argc, argv);
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (size > 1) setenv("CMOCKA_TEST_ABORT", "1", 1);
}

/* Failures of fixtures come here: the failing rank ends the job, and with it the barrier of the
 * others. */
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

void GbTestClose(double found, double expected, double tolerance, const char *text,
                 const char *file, int line)
{
  if (fabs(found - expected) <= tolerance) return;
  print_error("%s = %.15g, expected %.15g within %.3g (off by %.3g)\n", text, found, expected,
              tolerance, found - expected);
  _fail(file, line);
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
  _fail(file, line);
}

void GbTestFails(GbStatus found, GbStatus expected, const char *text, const char *file, int line,
                 const char *const *words)
{
  if (found != expected) {
    print_error("%s: expected %s, found %s (%s)\n", text, GbStatusName(expected),
                GbStatusName(found), GbErrorMessage());
    _fail(file, line);
  }
  for (; *words; words++) {
    if (strstr(GbErrorMessage(), *words)) continue;
    print_error("%s: message lacks \"%s\": %s\n", text, *words, GbErrorMessage());
    _fail(file, line);
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
