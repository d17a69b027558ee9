if(GLASSBAND_MESOSCALE)
  set(cli ${PROJECT_SOURCE_DIR}/src/cli)
  gb_add_test(NAME unit.cli.keys
              SOURCES unit/cli/test_keys.c ${cli}/input.c ${cli}/record.c ${cli}/stages.c
              LIBS gb_hardness gb_statistics PkgConfig::CJSON)
  target_compile_definitions(test_unit_cli_keys PRIVATE GLASSBAND_MESOSCALE)
endif()
