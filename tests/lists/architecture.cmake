add_test(NAME unit.architecture
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/unit/architecture.sh ${PROJECT_SOURCE_DIR})
