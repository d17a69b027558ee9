foreach(part text h5md foreign)
  gb_add_test(NAME unit.atomistic.files_${part} SOURCES unit/engine/test_files_${part}.c LIBS gb_files
              LABELS atomistic)
endforeach()
gb_add_test(NAME verify.atomistic.two_elements SOURCES verification/engine/test_two_elements.c
            LIBS gb_files RANKS 1 2 LABELS atomistic)
