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

/* Wraps a PETSc call; the message carries PETSc's own text. */
#define GB_PETSC(call)                                                                             \
  do {                                                                                             \
    PetscErrorCode gb_code_ = (call);                                                              \
    if (gb_code_) {                                                                                \
      const char *gb_text_ = NULL;                                                                 \
      char *gb_detail_ = NULL;                                                                     \
      (void)PetscErrorMessage(gb_code_, &gb_text_, &gb_detail_);                                   \
      GB_FAIL(GB_ERR_LIBRARY, "PETSc error %d (%s: %s) in %s", (int)gb_code_,                      \
              gb_text_ ? gb_text_ : "unknown", gb_detail_ ? gb_detail_ : "", #call);               \
    }                                                                                              \
  } while (0)

#define GB_SUNDIALS(call)                                                                          \
  do {                                                                                             \
    int gb_code_ = (call);                                                                         \
    if (gb_code_ < 0) GB_FAIL(GB_ERR_LIBRARY, "SUNDIALS error %d in %s", gb_code_, #call);         \
  } while (0)

/* Starts PETSc on MPI_COMM_WORLD with these options (as in `glassband ... -- PETSc options`); does
 * nothing if PETSc runs already. PETSc's signal handlers are removed (src/base/stop.h owns signals)
 * and its errors return codes instead of printing. Objects call it with no options on creation. */
static inline GbStatus GbPetscStart(int argc, char **argv)
{
  PetscBool running = PETSC_FALSE;
  GB_PETSC(PetscInitialized(&running));
  if (running) return GB_OK;
  if (argc > 0)
    GB_PETSC(PetscInitialize(&argc, &argv, NULL, NULL));
  else
    GB_PETSC(PetscInitializeNoArguments());
  GB_PETSC(PetscPopSignalHandler());
  GB_PETSC(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  return GB_OK;
}

/* Ends PETSc if it runs. Before MPI_Finalize, after the last object is destroyed. */
static inline GbStatus GbPetscFinish(void)
{
  PetscBool running = PETSC_FALSE;
  GB_PETSC(PetscInitialized(&running));
  if (running) GB_PETSC(PetscFinalize());
  return GB_OK;
}

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
