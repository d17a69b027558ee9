gb_add_test(NAME unit.mesoscale.state SOURCES unit/events/test_state.c unit/events/glass.c
            LIBS gb_events)
gb_add_test(NAME unit.mesoscale.kmc SOURCES unit/events/test_kmc.c unit/events/glass.c
            LIBS gb_events)
gb_add_test(NAME verify.mesoscale.draws SOURCES verification/events/test_draws.c
            unit/events/glass.c verification/events/statistics.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.gamma_tail SOURCES verification/events/test_gamma_tail.c
            LIBS gb_events PkgConfig::GSL)
gb_add_test(NAME verify.mesoscale.waiting SOURCES verification/events/test_waiting.c
            unit/events/glass.c verification/events/statistics.c LIBS gb_events PkgConfig::GSL)
gb_add_test(NAME verify.mesoscale.energy SOURCES verification/events/test_energy.c
            unit/events/glass.c LIBS gb_events)
gb_add_test(NAME unit.mesoscale.avalanche SOURCES unit/events/test_avalanche.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.thinning TIMEOUT 240 SOURCES verification/events/test_thinning.c
            unit/events/glass.c verification/events/statistics.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.detailed_balance SOURCES
            verification/events/test_detailed_balance.c unit/events/glass.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.drivers SOURCES verification/events/test_drivers.c
            unit/events/glass.c LIBS gb_events RANKS 1 2 4)
gb_add_test(NAME unit.mesoscale.modes SOURCES unit/events/test_modes.c LIBS gb_events)
gb_add_test(NAME unit.mesoscale.thinning SOURCES unit/events/test_thinning.c unit/events/glass.c
            LIBS gb_events)
gb_add_test(NAME verify.mesoscale.rates SOURCES verification/events/test_rates.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.eigenstrain SOURCES verification/events/test_eigenstrain.c
            unit/events/glass.c LIBS gb_events)
gb_add_test(NAME verify.mesoscale.lateral SOURCES verification/events/test_lateral.c
            unit/events/glass.c LIBS gb_events)
