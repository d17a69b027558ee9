# Whether the faults of tests/mutation still find their places; putting them in is done by hand.
add_test(NAME unit.mutation.table
         COMMAND bash -c [[exec ${GLASSBAND_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)} "$0" --check]]
                 ${CMAKE_CURRENT_SOURCE_DIR}/mutation/mutate.py)
set_tests_properties(unit.mutation.table PROPERTIES TIMEOUT 60)
