gb_add_test(NAME unit.fields.program SOURCES unit/fields/test_program.c LIBS gb_fields)
gb_add_test(NAME unit.fields.bands SOURCES unit/fields/test_bands.c LIBS gb_fields)
gb_add_test(NAME unit.fields.tables SOURCES unit/fields/test_tables.c LIBS gb_fields)
gb_add_test(NAME unit.fields.relaxation SOURCES unit/fields/test_relaxation.c LIBS gb_fields)
gb_add_test(NAME verify.fields.relaxation SOURCES verification/fields/test_relaxation.c
            LIBS gb_fields PkgConfig::GSL)
gb_add_test(NAME unit.fields.voids SOURCES unit/fields/test_voids.c LIBS gb_fields)
gb_add_test(NAME unit.fields.ensemble SOURCES unit/fields/test_ensemble.c LIBS gb_fields)
gb_add_test(NAME unit.fields.stage RANKS 1 2 LIBS gb_fields
            SOURCES unit/fields/test_stage.c unit/fields/cases.c unit/fields/synthetic.c
                    unit/contract/example.c)
gb_add_test(NAME unit.fields.continue RANKS 1 2 LIBS gb_fields
            SOURCES unit/fields/test_continue.c unit/fields/cases.c unit/fields/synthetic.c
                    unit/contract/example.c)
gb_add_test(NAME verify.fields.sample LIBS gb_fields PkgConfig::GSL
            SOURCES verification/fields/test_sample.c unit/fields/synthetic.c
                    unit/contract/example.c)
gb_add_test(NAME unit.fields.demands SOURCES unit/fields/test_demands.c LIBS gb_fields)
