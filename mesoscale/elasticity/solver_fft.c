/* Any medium, in plane strain or three dimensions: conjugate gradients on the element operator
 * (product.c), preconditioned by the exact solution of a homogeneous medium (green.c).
 *
 * With C between a C0 and b C0 the eigenvalues of K0^-1 K lie between a and b on any grid, so the
 * number of iterations does not grow with its size. Voids have C = 0; there K has a null space,
 * consistently so, because forces vanish on it, and CG never leaves its complement: the
 * displacement inside voids is arbitrary and not used. Rejected: a soft filling of voids (a
 * contrast of 1:1000 costs more iterations than exact zero), pinned nodes (K0 would have to know
 * them).
 *
 * The medium of the preconditioner has the mean moduli of the solid when it is made. Only the ratio
 * of its moduli matters; it is made anew when that of the present mean has moved by RATIO_CHANGE.
 * Its moduli are remembered, so that a continued run has the same preconditioner.
 *
 * Several ranks: each owns the planes of nodes of a slab along z, and the product exchanges one
 * plane with each neighbour. The preconditioner gathers the residual to all ranks and each solves
 * the whole transform: that part does not become faster with ranks, but stays simple and has the
 * same bits on all of them. Dot products depend on the number of ranks by rounding. */
#include "mesoscale/elasticity/green.h"
#include "mesoscale/elasticity/product.h"
#include "mesoscale/elasticity/solver.h"
#include "mesoscale/elasticity/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RATIO_CHANGE = 0.2;

typedef struct {
  MPI_Comm comm;
  int rank, size;
  int nplanes;            /* of this rank */
  size_t plane;           /* unknowns per plane of nodes */
  int *counts, *starts;   /* [size] unknowns of each rank */
  double *before, *after; /* [plane] neighbours' planes */
  double *everywhere;     /* [ndof] if size > 1: gathered residual, then its solution */
  GbNodes nodes;
  GbProduct *product;
  GbGreen *green;
  Mat stiffness;
  Vec force, displacement;
  KSP ksp;
} Fft;

/* --- Operators -------------------------------------------------------------------------------- */

static int owner_of(const Fft *f, int plane)
{
  const int wanted = (plane + f->nodes.nz) % f->nodes.nz;
  int rank = 0;
  while ((size_t)f->starts[rank] + (size_t)f->counts[rank] <= (size_t)wanted * f->plane)
    rank++;
  return rank;
}

/* Fills before and after: the planes next to this rank's, from whoever has them. A rank may own no
 * plane; then it only takes no part. */
static GbStatus exchange(Fft *f, const double *u)
{
  enum { DOWN, UP };
  if (f->nplanes == 0) return GB_OK;
  const int first = f->starts[f->rank] / (int)f->plane, last = first + f->nplanes;
  const int below = owner_of(f, first - 1), above = owner_of(f, last), n = (int)f->plane;
  const double *top = u + (size_t)(f->nplanes - 1) * f->plane;
  MPI_Request requests[4];
  int code = MPI_Irecv(f->before, n, MPI_DOUBLE, below, UP, f->comm, &requests[0]);
  if (!code) code = MPI_Irecv(f->after, n, MPI_DOUBLE, above, DOWN, f->comm, &requests[1]);
  if (!code) code = MPI_Isend(u, n, MPI_DOUBLE, below, DOWN, f->comm, &requests[2]);
  if (!code) code = MPI_Isend(top, n, MPI_DOUBLE, above, UP, f->comm, &requests[3]);
  if (!code) code = MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
  if (code) GB_FAIL(GB_ERR_LIBRARY, "exchange of planes failed: MPI error %d", code);
  return GB_OK;
}

static PetscErrorCode multiply(Mat matrix, Vec x, Vec y)
{
  Fft *f;
  const PetscScalar *u;
  PetscScalar *force;
  PetscFunctionBegin;
  PetscCall(MatShellGetContext(matrix, &f));
  PetscCall(VecGetArrayRead(x, &u));
  PetscCall(VecGetArrayWrite(y, &force));
  const size_t top = f->nplanes > 0 ? (size_t)(f->nplanes - 1) * f->plane : 0;
  if (f->size > 1 && exchange(f, u) != GB_OK) PetscFunctionReturn(PETSC_ERR_LIB);
  if (f->size > 1)
    GbProductApply(f->product, u, f->before, f->after, force);
  else
    GbProductApply(f->product, u, u + top, u, force);
  PetscCall(VecRestoreArrayRead(x, &u));
  PetscCall(VecRestoreArrayWrite(y, &force));
  PetscCall(PetscLogFlops(100.0 * (double)f->nplanes * (double)f->plane));
  PetscFunctionReturn(0);
}

static PetscErrorCode precondition(PC pc, Vec x, Vec y)
{
  Fft *f;
  const PetscScalar *residual;
  PetscScalar *u;
  PetscFunctionBegin;
  PetscCall(PCShellGetContext(pc, &f));
  PetscCall(VecGetArrayRead(x, &residual));
  PetscCall(VecGetArrayWrite(y, &u));
  if (f->size == 1) {
    GbGreenDisplacement(f->green, residual, u);
  } else {
    const size_t start = (size_t)f->starts[f->rank], n = (size_t)f->counts[f->rank];
    if (MPI_Allgatherv(residual, (int)n, MPI_DOUBLE, f->everywhere, f->counts, f->starts,
                       MPI_DOUBLE, f->comm))
      PetscFunctionReturn(PETSC_ERR_MPI);
    GbGreenDisplacement(f->green, f->everywhere, f->everywhere);
    if (n > 0) memcpy(u, f->everywhere + start, n * sizeof *u); /* see load() */
  }
  PetscCall(VecRestoreArrayRead(x, &residual));
  PetscCall(VecRestoreArrayWrite(y, &u));
  PetscFunctionReturn(0);
}

/* --- Reference medium ------------------------------------------------------------------------- */

static GbStatus make_reference(GbElasticity *e, double mu, double bulk)
{
  Fft *f = e->context;
  if (f->green)
    GB_CALL(GbGreenSetModuli(f->green, mu, bulk));
  else
    GB_CALL(GbGreenCreate(&e->grid, mu, bulk, &f->green));
  e->kept_mu[0] = mu;
  e->kept_bulk[0] = bulk;
  e->kept = true;
  return GB_OK;
}

/* The kept medium, or a new one if the mean moduli have moved away from its own. */
static GbStatus need_reference(GbElasticity *e)
{
  const Fft *f = e->context;
  double mu = 0, bulk = 0;
  for (int v = 0; v < e->nvoxels; v++) {
    mu += e->mu[v];
    bulk += e->bulk[v];
  }
  if (e->kept && f->green &&
      fabs(bulk * e->kept_mu[0] - mu * e->kept_bulk[0]) <= RATIO_CHANGE * mu * e->kept_bulk[0])
    return GB_OK;
  return make_reference(e, mu / e->nsolid, bulk / e->nsolid);
}

static GbStatus restored(GbElasticity *e)
{
  return make_reference(e, e->kept_mu[0], e->kept_bulk[0]);
}

static GbStatus moduli_changed(GbElasticity *e)
{
  const Fft *f = e->context;
  GbProductSetModuli(f->product, e->mu, e->bulk);
  return GB_OK;
}

static GbStatus voxel_changed(GbElasticity *e, int voxel)
{
  const Fft *f = e->context;
  GbProductSetVoxel(f->product, voxel, e->mu[voxel], e->bulk[voxel]);
  return GB_OK;
}

/* --- Life cycle ------------------------------------------------------------------------------- */

/* Slabs along z, as equal as planes allow. */
static GbStatus set_up_slabs(GbElasticity *e, Fft *f)
{
  MPI_Comm_rank(f->comm, &f->rank);
  MPI_Comm_size(f->comm, &f->size);
  f->plane = e->ndof / (size_t)e->grid.nz;
  GB_CALLOC(f->counts, f->size);
  GB_CALLOC(f->starts, f->size);
  for (int r = 0; r < f->size; r++) {
    const int first = (int)((int64_t)e->grid.nz * r / f->size);
    const int last = (int)((int64_t)e->grid.nz * (r + 1) / f->size);
    f->starts[r] = first * (int)f->plane;
    f->counts[r] = (last - first) * (int)f->plane;
    if (r != f->rank) continue;
    e->first = first;
    e->last = last;
  }
  f->nplanes = e->last - e->first;
  if (f->size == 1) return GB_OK;
  GB_CALLOC(f->before, f->plane);
  GB_CALLOC(f->after, f->plane);
  GB_CALLOC(f->everywhere, e->ndof);
  return GB_OK;
}

static GbStatus set_up_petsc(GbElasticity *e, Fft *f)
{
  const PetscInt nlocal = f->counts[f->rank], n = (PetscInt)e->ndof;
  PC pc;
  GB_PETSC(MatCreateShell(f->comm, nlocal, nlocal, n, n, f, &f->stiffness));
  GB_PETSC(MatSetOptionsPrefix(f->stiffness, "elastic_"));
  GB_PETSC(MatShellSetOperation(f->stiffness, MATOP_MULT, (void (*)(void))multiply));
  GB_PETSC(MatShellSetOperation(f->stiffness, MATOP_MULT_TRANSPOSE, (void (*)(void))multiply));
  GB_PETSC(MatSetOption(f->stiffness, MAT_SYMMETRIC, PETSC_TRUE));
  GB_PETSC(MatCreateVecs(f->stiffness, &f->displacement, &f->force));
  GbVecSetArithmetic(f->displacement);
  GbVecSetArithmetic(f->force);
  GB_CALL(GbElasticityCreateKsp(f->comm, f->stiffness, &f->ksp));
  GB_PETSC(KSPGetPC(f->ksp, &pc));
  GB_PETSC(PCSetType(pc, PCSHELL));
  GB_PETSC(PCShellSetName(pc, "homogeneous medium by transforms"));
  GB_PETSC(PCShellSetContext(pc, f));
  GB_PETSC(PCShellSetApply(pc, precondition));
  return GbElasticityFinishKsp(e, f->ksp);
}

static GbStatus create(GbElasticity *e)
{
  int solid_voxel;
  Fft *f;
  GB_CALLOC(f, 1);
  e->context = f;
  f->comm = e->comm;
  f->nodes = e->nodes;
  GB_CALL(GbElasticityCheckConnected(&e->grid, e->solid, &solid_voxel));
  GB_CALL(set_up_slabs(e, f));
  GB_CALL(GbProductCreate(&e->nodes, e->first, e->last, &f->product));
  return set_up_petsc(e, f);
}

static void destroy(void *context)
{
  Fft *f = context;
  if (!f) return;
  (void)KSPDestroy(&f->ksp);
  (void)MatDestroy(&f->stiffness);
  (void)VecDestroy(&f->force);
  (void)VecDestroy(&f->displacement);
  GbProductDestroy(&f->product);
  GbGreenDestroy(&f->green);
  free(f->counts);
  free(f->starts);
  free(f->before);
  free(f->after);
  free(f->everywhere);
  free(f);
}

/* --- Solution --------------------------------------------------------------------------------- */

static GbStatus load(const GbElasticity *e, const Fft *f, const double *field, const double *u)
{
  const size_t pitch = (size_t)e->nodes.pitch, nx = (size_t)e->nodes.nodes_x;
  const size_t nrows = f->plane / nx, start = (size_t)e->first * nrows;
  PetscScalar *force, *guess;
  GB_PETSC(VecGetArrayWrite(f->force, &force));
  GB_PETSC(VecGetArrayWrite(f->displacement, &guess));
  for (size_t r = 0; r < (size_t)f->nplanes * nrows; r++)
    memcpy(force + r * nx, field + (start + r) * pitch, nx * sizeof *force);
  if (f->nplanes > 0) /* more ranks than planes leave some without */
    memcpy(guess, u + start * nx, (size_t)f->counts[f->rank] * sizeof *guess);
  GB_PETSC(VecRestoreArrayWrite(f->force, &force));
  GB_PETSC(VecRestoreArrayWrite(f->displacement, &guess));
  return GB_OK;
}

static GbStatus gather(const Fft *f, double *u)
{
  const PetscScalar *mine;
  GB_PETSC(VecGetArrayRead(f->displacement, &mine));
  int code = MPI_Allgatherv(mine, f->counts[f->rank], MPI_DOUBLE, u, f->counts, f->starts,
                            MPI_DOUBLE, f->comm);
  GB_PETSC(VecRestoreArrayRead(f->displacement, &mine));
  if (code) GB_FAIL(GB_ERR_LIBRARY, "gathering displacements failed: MPI error %d", code);
  return GB_OK;
}

static GbStatus solve(GbElasticity *e, const double *force, double residual, double *u)
{
  Fft *f = e->context;
  KSPConvergedReason reason;
  GB_CALL(need_reference(e));
  GB_CALL(load(e, f, force, u));
  GB_CALL(GbElasticityRunKsp(e, f->ksp, f->force, f->displacement, residual, e->max_iterations,
                             &reason));
  GB_CALL(GbElasticityCheckKsp(e, reason));
  return gather(f, u);
}

const GbElasticKind GbElasticFft = {.name = "fft",
                                    .create = create,
                                    .destroy = destroy,
                                    .moduli_changed = moduli_changed,
                                    .voxel_changed = voxel_changed,
                                    .solve = solve,
                                    .restored = restored};
