gb_add_test(NAME unit.mesoscale.bench SOURCES unit/event_bench/test_localisation.c LIBS gb_event_bench)
