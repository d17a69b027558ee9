gb_add_test(NAME unit.atomistic.bench SOURCES unit/bench/test_system.c LIBS gb_bench RANKS 1 2
            LABELS atomistic)
add_test(NAME integration.bench
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/integration/bench.sh $<TARGET_FILE:glassband>
                 ${MPIEXEC_EXECUTABLE})
set_tests_properties(integration.bench PROPERTIES TIMEOUT 120 PROCESSORS 2
  ENVIRONMENT "OMP_NUM_THREADS=1;OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none;HWLOC_HIDE_ERRORS=2")
