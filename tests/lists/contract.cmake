gb_add_test(NAME unit.contract.calibration
            SOURCES unit/contract/test_calibration.c unit/contract/example.c
            LIBS gb_contract RANKS 1 2)
gb_add_test(NAME unit.contract.summary SOURCES unit/contract/test_summary.c
            LIBS gb_contract PkgConfig::CJSON)
gb_add_test(NAME unit.contract.shipped SOURCES unit/contract/test_shipped.c LIBS gb_contract)
gb_add_test(NAME unit.contract.names SOURCES unit/contract/test_names.c unit/contract/example.c
            LIBS gb_contract)
