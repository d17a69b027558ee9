gb_add_test(NAME verify.atomistic.saddle_surface
            SOURCES verification/statistics/test_saddle_surface.c LIBS gb_statistics)
gb_add_test(NAME unit.atomistic.fits SOURCES unit/statistics/test_fits.c LIBS gb_statistics
            PkgConfig::GSL)
gb_add_test(NAME verify.atomistic.elastic SOURCES verification/statistics/test_elastic.c
            LIBS gb_statistics)
gb_add_test(NAME unit.atomistic.census SOURCES unit/statistics/test_census.c LIBS gb_statistics)
gb_add_test(NAME verify.atomistic.vacancy SOURCES verification/statistics/test_vacancy.c
            LIBS gb_statistics PkgConfig::LAPACKE)
gb_add_test(NAME unit.atomistic.barriers SOURCES unit/statistics/test_barriers.c LIBS gb_statistics
            RANKS 1 2)
gb_add_test(NAME unit.atomistic.glass_state SOURCES unit/statistics/test_glass_state.c
            LIBS gb_statistics)
