/* The Krylov solver that the iterative solvers share: conjugate gradients, with options elastic_.
 */
#include "mesoscale/elasticity/solver.h"

#include "base/stop.h"

enum { MAX_ITERATIONS = 10000 };

/* Residual force over the norm of C : (eps* - mean). */
static const double DEFAULT_TOLERANCE = 1e-10;

GbStatus GbElasticityCreateKsp(MPI_Comm comm, Mat matrix, KSP *ksp)
{
  GB_PETSC(KSPCreate(comm, ksp));
  GB_PETSC(KSPSetOptionsPrefix(*ksp, "elastic_"));
  GB_PETSC(KSPSetOperators(*ksp, matrix, matrix));
  GB_PETSC(KSPSetType(*ksp, KSPCG));
  GB_PETSC(KSPSetNormType(*ksp, KSP_NORM_UNPRECONDITIONED));
  GB_PETSC(KSPSetInitialGuessNonzero(*ksp, PETSC_TRUE));
  GB_PETSC(KSPSetTolerances(*ksp, DEFAULT_TOLERANCE, PETSC_DEFAULT, PETSC_DEFAULT, MAX_ITERATIONS));
  return GB_OK;
}

/* A safe point in every iteration, as a solve of a large sample may take minutes. The error that it
 * returns ends KSPSolve; the message of the stop is kept. */
static PetscErrorCode watch_stop(KSP ksp, PetscInt iteration, PetscReal residual, void *context)
{
  GbElasticity *e = context;
  (void)ksp, (void)iteration, (void)residual;
  e->stopped = GbStopCheck(e->comm) != GB_OK;
  return e->stopped ? PETSC_ERR_USER : (PetscErrorCode)0;
}

GbStatus GbElasticityFinishKsp(GbElasticity *e, KSP ksp)
{
  PetscReal rtol;
  PetscInt max_iterations;
  GB_PETSC(KSPSetFromOptions(ksp));
  GB_PETSC(KSPMonitorSet(ksp, watch_stop, e, NULL));
  GB_PETSC(KSPGetTolerances(ksp, &rtol, NULL, NULL, &max_iterations));
  e->tolerance = rtol;
  e->max_iterations = (int)max_iterations;
  return GB_OK;
}

GbStatus GbElasticityRunKsp(GbElasticity *e, KSP ksp, Vec force, Vec u, double residual,
                            int max_iterations, KSPConvergedReason *reason)
{
  PetscInt iterations;
  /* Relative to the load, not to the first residual: that of a good first guess is tiny, and that
   * of a guess for another load may be any multiple of this one's. */
  GB_PETSC(KSPSetTolerances(ksp, 1e-50, residual, 1e100, max_iterations));
  const PetscErrorCode code = KSPSolve(ksp, force, u);
  if (e->stopped) return GbErrorTrace(GB_ERR_STOPPED, __FILE__, __LINE__, __func__);
  GB_PETSC(code);
  GB_PETSC(KSPGetIterationNumber(ksp, &iterations));
  GB_PETSC(KSPGetConvergedReason(ksp, reason));
  e->iterations += (int)iterations;
  return GB_OK;
}

GbStatus GbElasticityCheckKsp(const GbElasticity *e, KSPConvergedReason reason)
{
  if (reason < 0)
    GB_FAIL(GB_ERR_NUMERIC, "elastic equilibrium not found: %s after %d iterations",
            KSPConvergedReasons[reason], e->iterations);
  return GB_OK;
}
