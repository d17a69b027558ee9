/* Temperature programs. */
#include "harness/harness.h"

#include "mesoscale/fields/program.h"

static void cycles_have_their_ramps_and_dwells(void **state)
{
  const GbCycleOptions options = {77, 300, 2, 60, 10};
  GbTemperatureProgram program;
  (void)state;
  assert_ok(GbProgramCycles(&options, &program));
  assert_int_equal(program.n, 9);
  assert_close(program.time_s[8], 2 * (10 + 60 + 10 + 60), 1e-9);
  assert_close(GbProgramTemperature(&program, -1), 300, 1e-12);
  assert_close(GbProgramTemperature(&program, 2.5), 244.25, 1e-9); /* a quarter of the way */
  assert_close(GbProgramTemperature(&program, 5), 188.5, 1e-9);
  assert_close(GbProgramTemperature(&program, 40), 77, 1e-12);
  assert_close(GbProgramTemperature(&program, 75), 188.5, 1e-9);
  assert_close(GbProgramTemperature(&program, 140 + 40), 77, 1e-12);
  assert_close(GbProgramTemperature(&program, 1e9), 300, 1e-12);
  GbProgramFree(&program);
}

static void kinks_are_found_in_order(void **state)
{
  const double time[3] = {0, 10, 15}, temperature[3] = {300, 400, 300};
  GbTemperatureProgram program;
  (void)state;
  assert_ok(GbProgramCreate(3, time, temperature, &program));
  assert_close(GbProgramNextKink(&program, 0, 100), 10, 0);
  assert_close(GbProgramNextKink(&program, 10, 100), 15, 0);
  assert_close(GbProgramNextKink(&program, 10, 12), 12, 0);
  assert_close(GbProgramNextKink(&program, 15, 100), 100, 0);
  GbProgramFree(&program);
}

static void wrong_programs_are_refused(void **state)
{
  const double same[2] = {1, 1}, time[2] = {0, 1}, warm[2] = {77, 300}, negative[2] = {300, -1};
  GbTemperatureProgram program;
  (void)state;
  assert_fails(GbProgramCreate(2, same, warm, &program), GB_ERR_ARG, "ascend");
  assert_fails(GbProgramCreate(2, time, negative, &program), GB_ERR_ARG, "positive");
  assert_fails(GbProgramCreate(0, time, warm, &program), GB_ERR_ARG, "node");
}

GB_TEST_MAIN("unit.fields.program", cmocka_unit_test(cycles_have_their_ramps_and_dwells),
             cmocka_unit_test(kinks_are_found_in_order),
             cmocka_unit_test(wrong_programs_are_refused))
