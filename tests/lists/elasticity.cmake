gb_add_test(NAME unit.mesoscale.vector SOURCES unit/elasticity/test_vector.c
            LIBS gb_elasticity RANKS 1 2)
gb_add_test(NAME unit.mesoscale.elasticity SOURCES unit/elasticity/test_elasticity.c
            LIBS gb_elasticity RANKS 1 2)
gb_add_test(NAME unit.mesoscale.solvers SOURCES unit/elasticity/test_solvers.c
            LIBS gb_elasticity RANKS 1 2 4)
gb_add_test(NAME verify.mesoscale.elasticity SOURCES verification/elasticity/test_closed_forms.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.eshelby SOURCES verification/elasticity/test_eshelby.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.green SOURCES verification/elasticity/test_green.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.sphere SOURCES verification/elasticity/test_sphere.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.surface SOURCES verification/elasticity/test_surface.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.layers SOURCES verification/elasticity/test_layers.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.agreement SOURCES verification/elasticity/test_agreement.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.refined SOURCES verification/elasticity/test_refined.c
            LIBS gb_elasticity)
gb_add_test(NAME verify.mesoscale.uniform SOURCES verification/elasticity/test_uniform.c
            LIBS gb_elasticity)
