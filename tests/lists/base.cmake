gb_add_test(NAME unit.base.rng SOURCES unit/base/test_rng.c LIBS gb_base)
gb_add_test(NAME unit.base.error SOURCES unit/base/test_error.c LIBS gb_base RANKS 1 2)
gb_add_test(NAME unit.base.h5 SOURCES unit/base/test_h5.c LIBS gb_base)
gb_add_test(NAME unit.base.services SOURCES unit/base/test_services.c LIBS gb_base RANKS 1 2)
