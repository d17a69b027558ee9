find_package(ZLIB REQUIRED) # the reference files are packed
gb_add_test(NAME verify.atomistic.lammps
            SOURCES verification/engine/test_lammps.c verification/engine/lammps.c
            LIBS gb_engine ZLIB::ZLIB RANKS 1 2 LABELS atomistic)
foreach(case nve crystals surfaces)
  gb_add_test(NAME verify.atomistic.${case}
              SOURCES verification/engine/test_${case}.c verification/engine/lammps.c
              LIBS gb_engine ZLIB::ZLIB LABELS atomistic)
endforeach()
gb_add_test(NAME verify.atomistic.ensembles SOURCES verification/engine/test_ensembles.c
            LIBS gb_engine PkgConfig::GSL LABELS atomistic)
gb_add_test(NAME unit.atomistic.setfl SOURCES unit/engine/test_setfl.c LIBS gb_engine LABELS atomistic)
gb_add_test(NAME unit.atomistic.force SOURCES unit/engine/test_force.c unit/engine/samples.c
            LIBS gb_engine RANKS 1 2 LABELS atomistic)
gb_add_test(NAME unit.atomistic.atoms SOURCES unit/engine/test_atoms.c LIBS gb_engine LABELS atomistic)
foreach(part domain ghosts)
  gb_add_test(NAME unit.atomistic.${part} SOURCES unit/engine/test_${part}.c LIBS gb_engine
              RANKS 1 2 3 4 LABELS atomistic)
endforeach()
gb_add_test(NAME unit.atomistic.minimize SOURCES unit/engine/test_minimize.c LIBS gb_engine RANKS 1 2
            LABELS atomistic)
gb_add_test(NAME unit.atomistic.minimize_distributed SOURCES unit/engine/test_minimize_distributed.c
            LIBS gb_engine RANKS 1 2 LABELS atomistic)
gb_add_test(NAME unit.atomistic.md_restart SOURCES unit/engine/test_md_restart.c LIBS gb_engine RANKS 1 2
            LABELS atomistic)
gb_add_test(NAME unit.atomistic.md_guard SOURCES unit/engine/test_md_guard.c LIBS gb_engine RANKS 1 2 LABELS atomistic)
gb_add_test(NAME verify.atomistic.limits SOURCES verification/engine/test_limits.c LIBS gb_engine PkgConfig::GSL
            RANKS 1 2 LABELS atomistic)
gb_add_test(NAME unit.atomistic.md_passes SOURCES unit/engine/test_md_passes.c LIBS gb_engine LABELS atomistic)
gb_add_test(NAME verify.atomistic.kernels
            SOURCES verification/engine/test_kernels.c verification/engine/lammps.c
                    unit/engine/samples.c
            LIBS gb_engine ZLIB::ZLIB LABELS atomistic)
gb_add_test(NAME unit.atomistic.kernels
            SOURCES unit/engine/test_kernels.c unit/engine/samples.c
            LIBS gb_engine RANKS 1 2 3 LABELS atomistic)
gb_add_test(NAME unit.atomistic.poly SOURCES unit/engine/test_poly.c unit/engine/samples.c
            LIBS gb_engine LABELS atomistic)
gb_add_test(NAME verify.atomistic.thermostat SOURCES verification/engine/test_thermostat.c
            LIBS gb_engine LABELS atomistic)
gb_add_test(NAME verify.atomistic.table_ends
            SOURCES verification/engine/test_table_ends.c unit/engine/samples.c
            LIBS gb_engine LABELS atomistic)
