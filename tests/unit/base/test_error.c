/* Errors: message, trace, exit codes, and all ranks failing together. */
#include "harness/harness.h"

#include <mpi.h>
#include <string.h>

static GbStatus inner(int value)
{
  if (value < 0) GB_FAIL(GB_ERR_INPUT, "expected a value >= 0, found %d", value);
  return GB_OK;
}

static GbStatus outer(int value)
{
  GB_CALL(inner(value));
  return GB_OK;
}

static void message_and_trace(void **state)
{
  (void)state;
  assert_fails(outer(-3), GB_ERR_INPUT, "found -3");
  assert_non_null(strstr(GbErrorTraceText(), "inner"));
  assert_non_null(strstr(GbErrorTraceText(), "outer"));
  GbErrorPrefix(GB_ERR_INPUT, "file %s", "a.yaml");
  assert_string_equal(GbErrorMessage(), "file a.yaml: expected a value >= 0, found -3");
  assert_int_equal(GbExitCode(GB_ERR_INPUT), 1);
  assert_int_equal(GbExitCode(GB_ERR_STOPPED), 3);
  assert_int_equal(GbExitCode(GB_ERR_NUMERIC), 2);
}

static void ranks_fail_together(void **state)
{
  (void)state;
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  assert_ok(GbErrorSync(MPI_COMM_WORLD, GB_OK));
  GbErrorClear();
  GbStatus mine = rank == size - 1 ? outer(-1) : GB_OK;
  assert_fails(GbErrorSync(MPI_COMM_WORLD, mine), GB_ERR_INPUT, "found -1");
}

GB_TEST_MAIN("unit.base.error", cmocka_unit_test(message_and_trace),
             cmocka_unit_test(ranks_fail_together))
