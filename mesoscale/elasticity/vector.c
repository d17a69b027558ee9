/* Products, norms and updates of vectors without BLAS.
 *
 * PETSc calls BLAS for these, and OpenBLAS takes the kernels of the processor that it finds: sums
 * in other orders, so other last bits, on Haswell, Skylake-X and Zen. In a sample at rest, where
 * events follow from stresses that a Krylov solver leaves, these bits grow within a thermal cycle
 * to another sequence of events. Plain loops in the order of memory cost the same: they are bound
 * by bandwidth. Rejected: to ask OpenBLAS for one kernel (OPENBLAS_CORETYPE must be set before the
 * program starts) and the reference BLAS (which of them is installed is the machine's choice). */
#include "mesoscale/elasticity/vector.h"

#include <math.h>
#include <petsc/private/vecimpl.h> /* the table of operations, which VecSetOperation hardly reaches */

#define VEC_CALL(call)                                                                             \
  do {                                                                                             \
    const PetscErrorCode code_ = (call);                                                           \
    if (code_) return code_;                                                                       \
  } while (0)

static PetscErrorCode sum_ranks(Vec vec, double *values, int n, MPI_Op op)
{
  MPI_Comm comm;
  VEC_CALL(PetscObjectGetComm((PetscObject)vec, &comm));
  return MPI_Allreduce(MPI_IN_PLACE, values, n, MPI_DOUBLE, op, comm) ? PETSC_ERR_LIB : 0;
}

/* In LANES interleaved sums, which a compiler may put into the lanes of a register: the same order
 * with and without. */
static double sum_products(const double *a, const double *b, PetscInt n)
{
  enum { LANES = 8 };
  const PetscInt whole = n - n % LANES;
  double lane[LANES] = {0}, sum = 0;
  for (PetscInt i = 0; i < whole; i += LANES)
    for (int k = 0; k < LANES; k++)
      lane[k] += a[i + k] * b[i + k];
  for (PetscInt i = whole; i < n; i++)
    sum += a[i] * b[i];
  for (int k = 0; k < LANES; k++)
    sum += lane[k];
  return sum;
}

static PetscErrorCode dot(Vec x, Vec y, PetscScalar *product)
{
  const PetscScalar *a, *b;
  PetscInt n;
  double sum;
  VEC_CALL(VecGetLocalSize(x, &n));
  VEC_CALL(VecGetArrayRead(x, &a));
  VEC_CALL(VecGetArrayRead(y, &b));
  sum = sum_products(a, b, n);
  VEC_CALL(VecRestoreArrayRead(y, &b));
  VEC_CALL(VecRestoreArrayRead(x, &a));
  VEC_CALL(sum_ranks(x, &sum, 1, MPI_SUM));
  *product = sum;
  return 0;
}

/* 1, 2 (Frobenius) and maximum norm; NORM_1_AND_2 fills two numbers. */
static PetscErrorCode norm(Vec x, NormType type, PetscReal *value)
{
  const PetscScalar *a;
  PetscInt n;
  double sum[2] = {0, 0}, most = 0;
  VEC_CALL(VecGetLocalSize(x, &n));
  VEC_CALL(VecGetArrayRead(x, &a));
  for (PetscInt i = 0; i < n; i++) {
    sum[0] += fabs(a[i]);
    if (fabs(a[i]) > most || isnan(a[i])) most = fabs(a[i]);
  }
  sum[1] = sum_products(a, a, n);
  VEC_CALL(VecRestoreArrayRead(x, &a));
  if (type == NORM_INFINITY) {
    VEC_CALL(sum_ranks(x, &most, 1, MPI_MAX));
    *value = most;
    return 0;
  }
  VEC_CALL(sum_ranks(x, sum, 2, MPI_SUM));
  if (type == NORM_1 || type == NORM_1_AND_2) *value++ = sum[0];
  if (type != NORM_1) *value = sqrt(sum[1]);
  return 0;
}

/* y = a x + b y */
static PetscErrorCode axpby(Vec y, PetscScalar a, PetscScalar b, Vec x)
{
  const PetscScalar *from;
  PetscScalar *to;
  PetscInt n;
  VEC_CALL(VecGetLocalSize(y, &n));
  VEC_CALL(VecGetArrayRead(x, &from));
  VEC_CALL(VecGetArray(y, &to));
  for (PetscInt i = 0; i < n; i++)
    to[i] = a * from[i] + b * to[i];
  VEC_CALL(VecRestoreArray(y, &to));
  return VecRestoreArrayRead(x, &from);
}

static PetscErrorCode axpy(Vec y, PetscScalar a, Vec x)
{
  return axpby(y, a, 1, x);
}

static PetscErrorCode aypx(Vec y, PetscScalar b, Vec x)
{
  return axpby(y, 1, b, x);
}

static PetscErrorCode scale(Vec x, PetscScalar a)
{
  PetscScalar *values;
  PetscInt n;
  VEC_CALL(VecGetLocalSize(x, &n));
  VEC_CALL(VecGetArray(x, &values));
  for (PetscInt i = 0; i < n; i++)
    values[i] *= a;
  return VecRestoreArray(x, &values);
}

/* PETSc's own gives the copy the operations of PETSc. */
static PetscErrorCode duplicate(Vec vec, Vec *copy)
{
  MPI_Comm comm;
  VecType type;
  PetscInt here, all;
  VEC_CALL(PetscObjectGetComm((PetscObject)vec, &comm));
  VEC_CALL(VecGetType(vec, &type));
  VEC_CALL(VecGetLocalSize(vec, &here));
  VEC_CALL(VecGetSize(vec, &all));
  VEC_CALL(VecCreate(comm, copy));
  VEC_CALL(VecSetSizes(*copy, here, all));
  VEC_CALL(VecSetType(*copy, type));
  GbVecSetArithmetic(*copy);
  return 0;
}

void GbVecSetArithmetic(Vec vec)
{
  vec->ops->duplicate = duplicate;
  vec->ops->dot = vec->ops->tdot = dot;
  vec->ops->norm = norm;
  vec->ops->scale = scale;
  vec->ops->axpy = axpy;
  vec->ops->aypx = aypx;
  vec->ops->axpby = axpby;
}
