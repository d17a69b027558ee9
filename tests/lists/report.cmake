add_test(NAME unit.report
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/unit/report.sh ${PROJECT_SOURCE_DIR})
add_test(NAME unit.localisation
         COMMAND bash -c [[exec ${GLASSBAND_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)} "$0" "$1"]]
                 ${CMAKE_CURRENT_SOURCE_DIR}/unit/localisation.py ${PROJECT_SOURCE_DIR})
