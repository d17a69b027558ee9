/* The differences between PETSc 3.18 / SUNDIALS 6.4 (Debian 12) and PETSc 3.22 / SUNDIALS 7.1
 * (Debian 13), and the bridges from their error codes to GbStatus, in one place. */
#ifndef GB_MESOSCALE_PETSC_COMPAT_H
#define GB_MESOSCALE_PETSC_COMPAT_H

#include "base/error.h"

#include <petscksp.h>
#include <sundials/sundials_config.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_types.h>

#undef I /* petsc.h includes complex.h */

#define GB_PETSC(call)                                                                             \
  do {                                                                                             \
    PetscErrorCode gb_code_ = (call);                                                              \
    if (gb_code_)                                                                                  \
      GB_FAIL(GB_ERR_LIBRARY, "PETSc error %d in %s", (int)gb_code_, #call);                       \
  } while (0)

#define GB_SUNDIALS(call)                                                                          \
  do {                                                                                             \
    int gb_code_ = (call);                                                                         \
    if (gb_code_ < 0) GB_FAIL(GB_ERR_LIBRARY, "SUNDIALS error %d in %s", gb_code_, #call);         \
  } while (0)

#if SUNDIALS_VERSION_MAJOR >= 7
static inline int GbSunContextCreate(MPI_Comm comm, SUNContext *context)
{
  return (int)SUNContext_Create(comm, context);
}
#else
static inline int GbSunContextCreate(MPI_Comm comm, SUNContext *context)
{
  return SUNContext_Create(&comm, context);
}
#endif

#endif
