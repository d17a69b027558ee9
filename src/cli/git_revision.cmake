# Writes git_revision.h at build time, only when it changes.
#   cmake -DSOURCE=... -DOUTPUT=... -P git_revision.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define GIT_REVISION \"@revision@\"\n" @ONLY)
