gb_add_test(NAME unit.protocol.config SOURCES unit/protocol/test_config.c LIBS gb_protocol)
gb_add_test(NAME unit.protocol.notch SOURCES unit/protocol/test_notch.c LIBS gb_protocol)
gb_add_test(NAME unit.protocol.products SOURCES unit/protocol/test_products.c LIBS gb_protocol)
gb_add_test(NAME unit.protocol.stage SOURCES unit/protocol/test_stage.c LIBS gb_protocol RANKS 1 2)
