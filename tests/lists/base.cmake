gb_add_test(NAME unit.base.rng SOURCES unit/base/test_rng.c LIBS gb_base)
gb_add_test(NAME unit.base.error SOURCES unit/base/test_error.c LIBS gb_base RANKS 1 2)
