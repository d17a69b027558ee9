gb_add_test(NAME unit.protocol.config SOURCES unit/protocol/test_config.c LIBS gb_protocol)
gb_add_test(NAME unit.protocol.products SOURCES unit/protocol/test_products.c LIBS gb_protocol)
