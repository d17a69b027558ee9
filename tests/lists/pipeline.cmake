# The real program from outside: bad input, restart, the whole chain.
add_executable(make_calibration robustness/make_calibration.c unit/contract/example.c)
target_link_libraries(make_calibration PRIVATE gb_contract)
target_include_directories(make_calibration PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})

set(pipeline_environment "OMP_NUM_THREADS=2;OMP_WAIT_POLICY=passive;OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_btl_vader_single_copy_mechanism=none;HWLOC_HIDE_ERRORS=2")

add_test(NAME integration.forces
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/integration/forces.sh $<TARGET_FILE:glassband>
                 ${PROJECT_SOURCE_DIR} ${MPIEXEC_EXECUTABLE})
set_tests_properties(integration.forces PROPERTIES
  TIMEOUT 300 PROCESSORS 2 LABELS atomistic ENVIRONMENT "${pipeline_environment}")

# Skipped where LAMMPS or its potentials are not installed.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME verify.atomistic.lammps_potentials
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/verification/engine/lammps_potentials.py
                   $<TARGET_FILE:glassband>)
  set_tests_properties(verify.atomistic.lammps_potentials PROPERTIES
    SKIP_RETURN_CODE 77 TIMEOUT 600 LABELS atomistic ENVIRONMENT "${pipeline_environment}")
endif()

if(GLASSBAND_MESOSCALE)
  foreach(name bad_input onto_input restart)
    add_test(NAME robustness.${name}
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/robustness/${name}.sh
                     $<TARGET_FILE:glassband> $<TARGET_FILE:make_calibration> ${PROJECT_SOURCE_DIR}
                     ${MPIEXEC_EXECUTABLE})
    set_tests_properties(robustness.${name} PROPERTIES
      TIMEOUT 600 PROCESSORS 2 ENVIRONMENT "${pipeline_environment}")
  endforeach()

  foreach(name blas petsc_options full_disk two_runs)
    add_test(NAME robustness.${name}
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/robustness/${name}.sh
                     $<TARGET_FILE:glassband> ${PROJECT_SOURCE_DIR} ${MPIEXEC_EXECUTABLE})
    set_tests_properties(robustness.${name} PROPERTIES
      TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT "${pipeline_environment}")
  endforeach()

  # The images of the fields: against HDF5, and in ParaView where there is pvbatch.
  foreach(how plain paraview)
    add_test(NAME integration.images.${how}
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/integration/images.sh
                     $<TARGET_FILE:glassband> ${PROJECT_SOURCE_DIR} ${how})
    set_tests_properties(integration.images.${how} PROPERTIES
      TIMEOUT 300 SKIP_RETURN_CODE 77 ENVIRONMENT "${pipeline_environment}")
  endforeach()

  # Alone on the machine: it is the longest test and its time is a promise of the README.
  add_test(NAME integration.quickstart
           COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/integration/quickstart.sh
                   $<TARGET_FILE:glassband> ${PROJECT_SOURCE_DIR} ${MPIEXEC_EXECUTABLE})
  set_tests_properties(integration.quickstart PROPERTIES
    TIMEOUT 1800 RUN_SERIAL TRUE ENVIRONMENT "${pipeline_environment}")
endif()
