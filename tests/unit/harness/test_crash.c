/* One rank crashes while the other waits in a collective: the job must end at once, and fail. */
#include "harness/harness.h"

#include <mpi.h>
#include <signal.h>

static int rank_of_this(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static void crash_of_one_rank(void **state)
{
  (void)state;
  if (rank_of_this() == 1) raise(SIGSEGV);
  MPI_Barrier(MPI_COMM_WORLD);
}

/* A crashed rank that went on would wait here for the other one, until the time limit. */
static void next_test(void **state)
{
  (void)state;
  int other = 1 - rank_of_this(), token = 0;
  MPI_Sendrecv_replace(&token, 1, MPI_INT, other, 0, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

GB_TEST_MAIN("unit.harness.crash", cmocka_unit_test(crash_of_one_rank), cmocka_unit_test(next_test))
