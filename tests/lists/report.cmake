add_test(NAME unit.report
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/unit/report.sh ${PROJECT_SOURCE_DIR})
