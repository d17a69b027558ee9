#include "cli/version.h"

#include "git_revision.h"

#include <cjson/cJSON.h>
#include <cyaml/cyaml.h>
#include <hdf5.h>
#include <mpi.h>
#include <string.h>
#include <yaml.h>
#ifdef GLASSBAND_MESOSCALE
#include "mesoscale/petsc_compat.h"
#endif

const char *GbVersion(void)
{
  return GIT_REVISION[0] ? GLASSBAND_VERSION " (" GIT_REVISION ")" : GLASSBAND_VERSION;
}

static void write_mpi(FILE *out)
{
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  MPI_Get_library_version(text, &length); /* may be called before MPI_Init */
  fprintf(out, "MPI        %.*s\n", (int)strcspn(text, ",\n"), text);
}

void GbVersionWrite(FILE *out)
{
  unsigned major, minor, release;
  fprintf(out, "glassband %s\n", GbVersion());
  write_mpi(out);
  H5get_libversion(&major, &minor, &release);
  fprintf(out, "HDF5       %u.%u.%u\n", major, minor, release);
  fprintf(out, "libcyaml   %s\nlibyaml    %s\ncJSON      %s\n", cyaml_version_str,
          yaml_get_version_string(), cJSON_Version());
#ifdef GLASSBAND_MESOSCALE
  fprintf(out, "PETSc      %d.%d.%d\nSUNDIALS   %s\n", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR,
          PETSC_VERSION_SUBMINOR, SUNDIALS_VERSION);
#else
  fprintf(out, "built without the mesoscale tier (GLASSBAND_MESOSCALE=OFF)\n");
#endif
}
