find_package(ZLIB REQUIRED) # the reference files are packed
gb_add_test(NAME verify.atomistic.lammps
            SOURCES verification/engine/test_lammps.c verification/engine/lammps.c
            LIBS gb_engine ZLIB::ZLIB RANKS 1 2 LABELS atomistic)
