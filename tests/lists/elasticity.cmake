gb_add_test(NAME unit.mesoscale.elasticity SOURCES unit/elasticity/test_elasticity.c
            LIBS gb_elasticity RANKS 1 2)
gb_add_test(NAME verify.mesoscale.elasticity SOURCES verification/elasticity/test_closed_forms.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.eshelby SOURCES verification/elasticity/test_eshelby.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.green SOURCES verification/elasticity/test_green.c
            LIBS gb_elasticity)
