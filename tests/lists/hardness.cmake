gb_add_test(NAME unit.hardness.relation SOURCES unit/hardness/test_relation.c LIBS gb_hardness)
gb_add_test(NAME verify.hardness.cavity SOURCES verification/hardness/test_cavity.c
            LIBS gb_hardness PkgConfig::GSL)
gb_add_test(NAME unit.hardness.stage RANKS 1 2 LIBS gb_hardness
            SOURCES unit/hardness/test_stage.c unit/fields/synthetic.c unit/contract/example.c)
gb_add_test(NAME verify.hardness.reload LIBS gb_hardness
            SOURCES verification/hardness/test_reload.c unit/fields/synthetic.c
                    unit/contract/example.c)
