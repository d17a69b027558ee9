gb_add_test(NAME unit.analysis.neighbors SOURCES unit/analysis/test_neighbors.c LIBS gb_analysis)
gb_add_test(NAME unit.analysis.zones SOURCES unit/analysis/test_zones.c LIBS gb_analysis)
gb_add_test(NAME verify.analysis.strain SOURCES verification/analysis/test_strain.c LIBS gb_analysis)
gb_add_test(NAME verify.analysis.strain_tilted SOURCES verification/analysis/test_strain_tilted.c LIBS gb_analysis)
