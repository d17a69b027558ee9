gb_add_test(NAME unit.harness.crash SOURCES unit/harness/test_crash.c RANKS 2 TIMEOUT 60)
set_tests_properties(unit.harness.crash.np2 PROPERTIES WILL_FAIL TRUE)
