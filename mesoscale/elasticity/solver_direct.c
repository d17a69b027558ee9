/* Plane strain with an assembled matrix and its Cholesky factors.
 *
 * K is assembled node by node, each entry summed over its elements in one fixed order: changing one
 * voxel rewrites the rows of its four nodes and leaves the same bits as assembling everything, so
 * nothing drifts over thousands of events and a restarted run repeats the uninterrupted one
 * exactly.
 *
 * Rigid translation is removed by pinning one node (rotation is excluded by periodicity); pinned
 * nodes and nodes without material keep an identity row.
 *
 * CG with a direct factorisation as preconditioner. One event changes one voxel, so the factors of
 * an earlier K stay nearly exact and 2-4 iterations suffice; when a solve needs more than
 * MAX_STALE_ITERATIONS, K is factorised anew. Rejected: a fresh factorisation per event (ten times
 * the cost), and low-rank updates of the factors (rounding would accumulate: no exact restart). Any
 * other solver can be chosen with -elastic_ksp_type, -elastic_pc_type and so on. */
#include "mesoscale/elasticity/element.h"
#include "mesoscale/elasticity/solver.h"

#include <stdlib.h>
#include <string.h>

enum {
  MAX_STALE_ITERATIONS = 6, /* 4 are usual; factorising costs as much as about 60 (32 x 64) */
  SUPERNODAL_VOXELS = 128 * 256,
  MAX_ROW = 18, /* nine nodes with two unknowns each */
};

typedef struct {
  int nnodes;
  int first, last; /* nodes whose rows this rank holds */
  bool *moves;     /* [nnodes] false: pinned or without material */
  GbElement element;
  Mat stiffness;
  Vec force, displacement, everywhere;
  VecScatter gather;
  KSP ksp;
} Direct;

/* --- Geometry ------------------------------------------------------------------------------- */

/* Voxel with corner (di, dk) at node `node`, or -1 beyond a free face. */
static int voxel_of_node(const GbElasticity *e, int node, int di, int dk)
{
  int i = node % e->nodes.nodes_x - di, k = node / e->nodes.nodes_x - dk;
  if (e->grid.free_x && (i < 0 || i >= e->grid.nx)) return -1;
  i = (i + e->grid.nx) % e->grid.nx;
  k = (k + e->grid.nz) % e->grid.nz;
  return k * e->grid.nx + i;
}

static int node_of_voxel(const GbElasticity *e, int voxel, int corner)
{
  int i = voxel % e->grid.nx + corner % 2, k = voxel / e->grid.nx + corner / 2;
  return (k % e->grid.nz) * e->nodes.nodes_x + i % e->nodes.nodes_x;
}

/* Column of the nine-node stencil around a node: offset (-1, 0, 1) along x and z. */
static int stencil_node(const GbElasticity *e, int node, int offset_i, int offset_k)
{
  int nodes_x = e->nodes.nodes_x, i = node % nodes_x + offset_i, k = node / nodes_x + offset_k;
  if (e->grid.free_x && (i < 0 || i >= nodes_x)) return -1;
  i = (i + nodes_x) % nodes_x;
  k = (k + e->grid.nz) % e->grid.nz;
  return k * nodes_x + i;
}

static GbStatus set_up_nodes(const GbElasticity *e, Direct *d)
{
  int voxel;
  GB_CALLOC(d->moves, d->nnodes);
  GB_CALL(GbElasticityCheckConnected(&e->grid, e->solid, &voxel));
  for (int v = 0; v < e->nvoxels; v++)
    for (int a = 0; a < GB_NCORNERS && e->solid[v]; a++)
      d->moves[node_of_voxel(e, v, a)] = true;
  d->moves[node_of_voxel(e, voxel, 0)] = false;
  return GB_OK;
}

/* --- Matrix --------------------------------------------------------------------------------- */

/* Sums the two rows of a node over its elements, always in the same order. */
static void sum_rows(const GbElasticity *e, const Direct *d, int node, double rows[2][MAX_ROW])
{
  memset(rows, 0, sizeof(double[2][MAX_ROW]));
  for (int a = 0; a < GB_NCORNERS; a++) {
    int voxel = voxel_of_node(e, node, a % 2, a / 2);
    if (voxel < 0 || !e->solid[voxel]) continue;
    double mu = e->mu[voxel], bulk = e->bulk[voxel];
    for (int b = 0; b < GB_NCORNERS; b++) {
      int place = 3 * (b / 2 - a / 2 + 1) + (b % 2 - a % 2 + 1);
      for (int r = 0; r < 2; r++)
        for (int c = 0; c < 2; c++)
          rows[r][2 * place + c] += mu * d->element.mu[2 * a + r][2 * b + c] +
                                    bulk * d->element.bulk[2 * a + r][2 * b + c];
    }
  }
}

/* Rows of all nodes have their full stencil (zeros towards nodes that do not move), so the pattern
 * never changes. */
static GbStatus insert_rows(const GbElasticity *e, const Direct *d, int node)
{
  if (node < d->first || node >= d->last) return GB_OK;
  double rows[2][MAX_ROW];
  PetscInt columns[MAX_ROW], row[2] = {2 * node, 2 * node + 1};
  sum_rows(e, d, node, rows);
  for (int place = 0; place < 9; place++) {
    int other = stencil_node(e, node, place % 3 - 1, place / 3 - 1);
    bool couples = other >= 0 && d->moves[node] && d->moves[other];
    for (int c = 0; c < 2; c++) {
      columns[2 * place + c] = other < 0 ? -1 : 2 * other + c; /* PETSc skips negative columns */
      for (int r = 0; r < 2 && !couples; r++)
        rows[r][2 * place + c] = other == node && r == c;
    }
  }
  GB_PETSC(MatSetValues(d->stiffness, 2, row, MAX_ROW, columns, &rows[0][0], INSERT_VALUES));
  return GB_OK;
}

static GbStatus finish_matrix(Direct *d)
{
  GB_PETSC(MatAssemblyBegin(d->stiffness, MAT_FINAL_ASSEMBLY));
  GB_PETSC(MatAssemblyEnd(d->stiffness, MAT_FINAL_ASSEMBLY));
  return GB_OK;
}

static GbStatus moduli_changed(GbElasticity *e)
{
  Direct *d = e->context;
  for (int node = d->first; node < d->last; node++)
    GB_CALL(insert_rows(e, d, node));
  return finish_matrix(d);
}

static GbStatus voxel_changed(GbElasticity *e, int voxel)
{
  Direct *d = e->context;
  for (int a = 0; a < GB_NCORNERS; a++)
    GB_CALL(insert_rows(e, d, node_of_voxel(e, voxel, a)));
  return finish_matrix(d);
}

/* Keeps the factors of the present matrix, and remembers its moduli. */
static GbStatus factorise(GbElasticity *e)
{
  Direct *d = e->context;
  GB_PETSC(KSPSetReusePreconditioner(d->ksp, PETSC_FALSE));
  GB_PETSC(KSPSetUp(d->ksp));
  GB_PETSC(KSPSetReusePreconditioner(d->ksp, PETSC_TRUE));
  memcpy(e->kept_mu, e->mu, (size_t)e->nvoxels * sizeof *e->mu);
  memcpy(e->kept_bulk, e->bulk, (size_t)e->nvoxels * sizeof *e->bulk);
  e->kept = true;
  return GB_OK;
}

static GbStatus restored(GbElasticity *e)
{
  GB_CALL(GbElasticitySetModuli(e, e->kept_mu, e->kept_bulk));
  return factorise(e);
}

/* --- Life cycle ------------------------------------------------------------------------------- */

static GbStatus set_up_matrix(Direct *d, MPI_Comm comm)
{
  PetscInt nlocal = PETSC_DECIDE, nnodes = d->nnodes, last;
  GB_PETSC(PetscSplitOwnership(comm, &nlocal, &nnodes));
  MPI_Scan(&nlocal, &last, 1, MPIU_INT, MPI_SUM, comm);
  d->first = (int)(last - nlocal);
  d->last = (int)last;
  GB_PETSC(MatCreate(comm, &d->stiffness));
  GB_PETSC(MatSetSizes(d->stiffness, 2 * nlocal, 2 * nlocal, 2 * nnodes, 2 * nnodes));
  GB_PETSC(MatSetOptionsPrefix(d->stiffness, "elastic_"));
  GB_PETSC(MatSetType(d->stiffness, MATAIJ));
  GB_PETSC(MatSetFromOptions(d->stiffness));
  GB_PETSC(MatSeqAIJSetPreallocation(d->stiffness, MAX_ROW, NULL));
  GB_PETSC(MatMPIAIJSetPreallocation(d->stiffness, MAX_ROW, NULL, MAX_ROW, NULL));
  GB_PETSC(MatSetOption(d->stiffness, MAT_SPD, PETSC_TRUE));
  GB_PETSC(MatCreateVecs(d->stiffness, &d->displacement, &d->force));
  GB_PETSC(VecScatterCreateToAll(d->displacement, &d->gather, &d->everywhere));
  return GB_OK;
}

static GbStatus create(GbElasticity *e)
{
  int size;
  PC pc;
  PetscBool chosen;
  Direct *d;
  if (e->grid.ny > 1)
    GB_FAIL(GB_ERR_INPUT,
            "the direct elastic solver is for plane strain (ny = 1); ny = %d needs "
            "the solver fft or uniform",
            e->grid.ny);
  GB_CALLOC(d, 1);
  e->context = d;
  d->nnodes = e->nodes.nodes_x * e->grid.nz;
  GbElementSetUp(&d->element);
  GB_CALL(set_up_nodes(e, d));
  GB_CALL(set_up_matrix(d, e->comm));
  GB_CALL(GbElasticityCreateKsp(e->comm, d->stiffness, &d->ksp));
  MPI_Comm_size(e->comm, &size);
  GB_PETSC(KSPGetPC(d->ksp, &pc));
  GB_PETSC(PCSetType(pc, PCCHOLESKY));
  GB_PETSC(PCFactorSetMatSolverType(pc, size == 1 ? MATSOLVERCHOLMOD : MATSOLVERMUMPS));
  /* CHOLMOD's supernodal factors pay only beyond 128 x 256 voxels (one right-hand side at a time).
   */
  GB_PETSC(PetscOptionsHasName(NULL, "elastic_", "-mat_cholmod_factor", &chosen));
  if (!chosen && e->nvoxels < SUPERNODAL_VOXELS)
    GB_PETSC(PetscOptionsSetValue(NULL, "-elastic_mat_cholmod_factor", "simplicial"));
  return GbElasticityFinishKsp(e, d->ksp);
}

static void destroy(void *context)
{
  Direct *d = context;
  if (!d) return;
  (void)KSPDestroy(&d->ksp);
  (void)MatDestroy(&d->stiffness);
  (void)VecScatterDestroy(&d->gather);
  (void)VecDestroy(&d->force);
  (void)VecDestroy(&d->displacement);
  (void)VecDestroy(&d->everywhere);
  free(d->moves);
  free(d);
}

/* --- Solution --------------------------------------------------------------------------------- */

/* The matrix has the two unknowns of a node together; fields have them in separate rows. */
static size_t place_of(const GbElasticity *e, int node, int c, int pitch)
{
  const size_t i = (size_t)(node % e->nodes.nodes_x), k = (size_t)(node / e->nodes.nodes_x);
  return (2 * k + (size_t)c) * (size_t)pitch + i;
}

static GbStatus load(const GbElasticity *e, const Direct *d, const double *field, const double *u)
{
  PetscScalar *force, *guess;
  GB_PETSC(VecGetArray(d->force, &force));
  GB_PETSC(VecGetArray(d->displacement, &guess));
  for (int node = d->first; node < d->last; node++)
    for (int c = 0; c < 2; c++) {
      const int p = 2 * (node - d->first) + c;
      force[p] = d->moves[node] ? field[place_of(e, node, c, e->nodes.pitch)] : 0;
      guess[p] = d->moves[node] ? u[place_of(e, node, c, e->nodes.nodes_x)] : 0;
    }
  GB_PETSC(VecRestoreArray(d->force, &force));
  GB_PETSC(VecRestoreArray(d->displacement, &guess));
  return GB_OK;
}

static GbStatus gather(const GbElasticity *e, Direct *d, double *u)
{
  const PetscScalar *all;
  GB_PETSC(
      VecScatterBegin(d->gather, d->displacement, d->everywhere, INSERT_VALUES, SCATTER_FORWARD));
  GB_PETSC(
      VecScatterEnd(d->gather, d->displacement, d->everywhere, INSERT_VALUES, SCATTER_FORWARD));
  GB_PETSC(VecGetArrayRead(d->everywhere, &all));
  for (int node = 0; node < d->nnodes; node++)
    for (int c = 0; c < 2; c++)
      u[place_of(e, node, c, e->nodes.nodes_x)] = all[2 * node + c];
  GB_PETSC(VecRestoreArrayRead(d->everywhere, &all));
  return GB_OK;
}

static GbStatus solve(GbElasticity *e, const double *force, double residual, double *u)
{
  Direct *d = e->context;
  KSPConvergedReason reason = KSP_DIVERGED_ITS;
  GB_CALL(load(e, d, force, u));
  if (e->kept)
    GB_CALL(GbElasticityRunKsp(e, d->ksp, d->force, d->displacement, residual, MAX_STALE_ITERATIONS,
                               &reason));
  if (reason == KSP_DIVERGED_ITS) {
    GB_CALL(factorise(e));
    GB_CALL(GbElasticityRunKsp(e, d->ksp, d->force, d->displacement, residual, e->max_iterations,
                               &reason));
  }
  GB_CALL(GbElasticityCheckKsp(e, reason));
  return gather(e, d, u);
}

const GbElasticKind GbElasticDirect = {.name = "direct",
                                       .create = create,
                                       .destroy = destroy,
                                       .moduli_changed = moduli_changed,
                                       .voxel_changed = voxel_changed,
                                       .solve = solve,
                                       .restored = restored};
