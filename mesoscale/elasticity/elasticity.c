/* Q1 finite elements for div(C : (eps - eps*)) = 0 in plane strain.
 *
 * The displacement is mean_zz * z plus a part that is periodic in z (and in x unless the faces are
 * free), so K u = f with f = sum over elements of B^T C (eps* - eps_mean). K is assembled node by
 * node, each entry summed over its elements in one fixed order: changing one voxel rewrites the
 * rows of its four nodes and leaves the same bits as assembling everything, so nothing drifts over
 * thousands of events and a restarted run repeats the uninterrupted one exactly.
 *
 * Rigid translation is removed by pinning one node (rotation is excluded by periodicity); pinned
 * nodes and nodes without material keep an identity row.
 *
 * Solver: CG with a direct factorisation as preconditioner. One event changes one voxel, so the
 * factors of an earlier K stay nearly exact and 2-4 iterations suffice; when a solve needs more
 * than MAX_STALE_ITERATIONS, K is factorised anew. Rejected: a fresh factorisation per event (ten
 * times the cost), and low-rank updates of the factors (rounding would accumulate: no exact
 * restart). Any other solver can be chosen with -elastic_ksp_type, -elastic_pc_type and so on.
 *
 * Lengths inside are in units of the voxel edge, on which the stress does not depend. */
#include "mesoscale/elasticity/elasticity.h"

#include "mesoscale/elasticity/element.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_STALE_ITERATIONS = 6, /* 4 are usual; factorising costs as much as about 60 (32 x 64) */
  MAX_ITERATIONS = 10000,
  SUPERNODAL_VOXELS = 128 * 256,
  MAX_ROW = 18, /* nine nodes with two unknowns each */
};

/* Residual force over the norm of C : (eps* - mean). */
static const double DEFAULT_TOLERANCE = 1e-10;
/* The unit response only carries the stress across the small strain between two events, after
 * which the stress is solved afresh, so it may be looser by this factor. */
static const double UNIT_LOOSER = 1e3;

struct GbElasticity {
  GbGrid grid;
  int nvoxels, nodes_x, nnodes;
  int first, last;   /* nodes whose rows this rank holds */
  bool *solid;       /* [nvoxels] */
  bool *moves;       /* [nnodes] false: pinned or without material */
  double *mu, *bulk; /* [nvoxels] */
  GbElement element;
  double *solution, *unit;            /* [2*nnodes] last displacements: of Solve, of UnitResponse */
  bool factored;                      /* factor_mu, factor_bulk are those of a kept factorisation */
  double *factor_mu, *factor_bulk;    /* [nvoxels] */
  double (*polarisation)[GB_NTENSOR]; /* [nvoxels] work: C : (eps* - mean) */
  double (*no_eigenstrain)[GB_NTENSOR]; /* [nvoxels] zeros */
  Mat stiffness;
  Vec force, displacement, everywhere;
  VecScatter gather;
  KSP ksp;
  double tolerance;
  int max_iterations;
  int iterations;
};

/* --- Geometry ------------------------------------------------------------------------------- */

/* Voxel with corner (di, dk) at node `node`, or -1 beyond a free face. */
static int voxel_of_node(const GbElasticity *e, int node, int di, int dk)
{
  int i = node % e->nodes_x - di, k = node / e->nodes_x - dk;
  if (e->grid.free_x && (i < 0 || i >= e->grid.nx)) return -1;
  i = (i + e->grid.nx) % e->grid.nx;
  k = (k + e->grid.nz) % e->grid.nz;
  return k * e->grid.nx + i;
}

static int node_of_voxel(const GbElasticity *e, int voxel, int corner)
{
  int i = voxel % e->grid.nx + corner % 2, k = voxel / e->grid.nx + corner / 2;
  return (k % e->grid.nz) * e->nodes_x + i % e->nodes_x;
}

/* Column of the nine-node stencil around a node: offset (-1, 0, 1) along x and z. */
static int stencil_node(const GbElasticity *e, int node, int offset_i, int offset_k)
{
  int i = node % e->nodes_x + offset_i, k = node / e->nodes_x + offset_k;
  if (e->grid.free_x && (i < 0 || i >= e->nodes_x)) return -1;
  i = (i + e->nodes_x) % e->nodes_x;
  k = (k + e->grid.nz) % e->grid.nz;
  return k * e->nodes_x + i;
}

/* Neighbour of a voxel across edge `side` (0..3: -x, +x, -z, +z), or -1; *turns counts how often
 * the step crosses a periodic boundary, +1 or -1. */
static int voxel_across(const GbGrid *grid, int voxel, int side, int turns[2])
{
  int step = side % 2 ? 1 : -1;
  int i = voxel % grid->nx + (side < 2 ? step : 0), k = voxel / grid->nx + (side < 2 ? 0 : step);
  turns[0] = i < 0 ? -1 : i >= grid->nx;
  turns[1] = k < 0 ? -1 : k >= grid->nz;
  if (grid->free_x && turns[0]) return -1;
  return (k - turns[1] * grid->nz) * grid->nx + i - turns[0] * grid->nx;
}

/* Floods the solid from its first voxel, counting periods crossed on the way: it must reach all of
 * it, and meet itself with another count (else the piece could rotate). */
static GbStatus check_connected(const GbElasticity *e, int *queue, int (*turns)[2])
{
  int nsolid = 0, head = 0, tail = 0;
  bool closes = false;
  for (int v = 0; v < e->nvoxels; v++) {
    turns[v][0] = INT32_MAX; /* not reached */
    if (e->solid[v] && nsolid++ == 0) queue[tail++] = v;
  }
  if (nsolid == 0) GB_FAIL(GB_ERR_INPUT, "the sample has no solid voxel");
  turns[queue[0]][0] = turns[queue[0]][1] = 0;
  for (; head < tail; head++) {
    int v = queue[head];
    for (int side = 0; side < 4; side++) {
      int step[2], w = voxel_across(&e->grid, v, side, step);
      if (w < 0 || !e->solid[w]) continue;
      int there[2] = {turns[v][0] + step[0], turns[v][1] + step[1]};
      if (turns[w][0] == INT32_MAX) {
        memcpy(turns[w], there, sizeof there);
        queue[tail++] = w;
      } else if (turns[w][0] != there[0] || turns[w][1] != there[1]) {
        closes = true;
      }
    }
  }
  if (tail != nsolid)
    GB_FAIL(GB_ERR_INPUT, "the solid falls into pieces: %d of %d solid voxels are joined by edges",
            tail, nsolid);
  if (!closes) GB_FAIL(GB_ERR_INPUT, "voids cut the sample: no path through it along its period");
  return GB_OK;
}

static GbStatus set_up_geometry(GbElasticity *e, const bool *solid)
{
  GB_CALLOC(e->solid, e->nvoxels);
  GB_CALLOC(e->moves, e->nnodes);
  for (int v = 0; v < e->nvoxels; v++)
    e->solid[v] = solid ? solid[v] : true;
  int *queue, (*turns)[2];
  GB_CALLOC(queue, e->nvoxels);
  GB_CALLOC(turns, e->nvoxels);
  GbStatus status = check_connected(e, queue, turns);
  int pinned = node_of_voxel(e, queue[0], 0);
  free(queue);
  free(turns);
  GB_CALL(status);
  for (int v = 0; v < e->nvoxels; v++)
    for (int a = 0; a < GB_NCORNERS && e->solid[v]; a++)
      e->moves[node_of_voxel(e, v, a)] = true;
  e->moves[pinned] = false;
  return GB_OK;
}

/* --- Matrix --------------------------------------------------------------------------------- */

/* Sums the two rows of a node over its elements, always in the same order. */
static void sum_rows(const GbElasticity *e, int node, double rows[2][MAX_ROW])
{
  memset(rows, 0, sizeof(double[2][MAX_ROW]));
  for (int a = 0; a < GB_NCORNERS; a++) {
    int voxel = voxel_of_node(e, node, a % 2, a / 2);
    if (voxel < 0 || !e->solid[voxel]) continue;
    double mu = e->mu[voxel], bulk = e->bulk[voxel];
    for (int b = 0; b < GB_NCORNERS; b++) {
      int place = 3 * (b / 2 - a / 2 + 1) + (b % 2 - a % 2 + 1);
      for (int c = 0; c < 2; c++)
        for (int d = 0; d < 2; d++)
          rows[c][2 * place + d] += mu * e->element.mu[2 * a + c][2 * b + d] +
                                    bulk * e->element.bulk[2 * a + c][2 * b + d];
    }
  }
}

/* Rows of all nodes have their full stencil (zeros towards nodes that do not move), so the pattern
 * never changes. */
static GbStatus insert_rows(GbElasticity *e, int node)
{
  if (node < e->first || node >= e->last) return GB_OK;
  double rows[2][MAX_ROW];
  PetscInt columns[MAX_ROW], row[2] = {2 * node, 2 * node + 1};
  sum_rows(e, node, rows);
  for (int place = 0; place < 9; place++) {
    int other = stencil_node(e, node, place % 3 - 1, place / 3 - 1);
    bool couples = other >= 0 && e->moves[node] && e->moves[other];
    for (int d = 0; d < 2; d++) {
      columns[2 * place + d] = other < 0 ? -1 : 2 * other + d; /* PETSc skips negative columns */
      for (int c = 0; c < 2 && !couples; c++)
        rows[c][2 * place + d] = other == node && c == d;
    }
  }
  GB_PETSC(MatSetValues(e->stiffness, 2, row, MAX_ROW, columns, &rows[0][0], INSERT_VALUES));
  return GB_OK;
}

static GbStatus finish_matrix(GbElasticity *e)
{
  GB_PETSC(MatAssemblyBegin(e->stiffness, MAT_FINAL_ASSEMBLY));
  GB_PETSC(MatAssemblyEnd(e->stiffness, MAT_FINAL_ASSEMBLY));
  return GB_OK;
}

static GbStatus assemble(GbElasticity *e)
{
  for (int node = e->first; node < e->last; node++)
    GB_CALL(insert_rows(e, node));
  return finish_matrix(e);
}

/* Keeps the factors of the present matrix, and remembers its moduli. */
static GbStatus factorise(GbElasticity *e)
{
  GB_PETSC(KSPSetReusePreconditioner(e->ksp, PETSC_FALSE));
  GB_PETSC(KSPSetUp(e->ksp));
  GB_PETSC(KSPSetReusePreconditioner(e->ksp, PETSC_TRUE));
  memcpy(e->factor_mu, e->mu, (size_t)e->nvoxels * sizeof *e->mu);
  memcpy(e->factor_bulk, e->bulk, (size_t)e->nvoxels * sizeof *e->bulk);
  e->factored = true;
  return GB_OK;
}

/* --- Life cycle ------------------------------------------------------------------------------- */

static GbStatus set_up_petsc(GbElasticity *e, MPI_Comm comm)
{
  PetscInt nlocal = PETSC_DECIDE, nnodes = e->nnodes, last;
  int size;
  GB_PETSC(PetscSplitOwnership(comm, &nlocal, &nnodes));
  MPI_Scan(&nlocal, &last, 1, MPIU_INT, MPI_SUM, comm);
  MPI_Comm_size(comm, &size);
  e->first = (int)(last - nlocal);
  e->last = (int)last;
  GB_PETSC(MatCreate(comm, &e->stiffness));
  GB_PETSC(MatSetSizes(e->stiffness, 2 * nlocal, 2 * nlocal, 2 * nnodes, 2 * nnodes));
  GB_PETSC(MatSetOptionsPrefix(e->stiffness, "elastic_"));
  GB_PETSC(MatSetType(e->stiffness, MATAIJ));
  GB_PETSC(MatSetFromOptions(e->stiffness));
  GB_PETSC(MatSeqAIJSetPreallocation(e->stiffness, MAX_ROW, NULL));
  GB_PETSC(MatMPIAIJSetPreallocation(e->stiffness, MAX_ROW, NULL, MAX_ROW, NULL));
  GB_PETSC(MatSetOption(e->stiffness, MAT_SPD, PETSC_TRUE));
  GB_PETSC(MatCreateVecs(e->stiffness, &e->displacement, &e->force));
  GB_PETSC(VecScatterCreateToAll(e->displacement, &e->gather, &e->everywhere));

  PC pc;
  PetscReal rtol;
  PetscInt max_iterations;
  PetscBool chosen;
  GB_PETSC(KSPCreate(comm, &e->ksp));
  GB_PETSC(KSPSetOptionsPrefix(e->ksp, "elastic_"));
  GB_PETSC(KSPSetOperators(e->ksp, e->stiffness, e->stiffness));
  GB_PETSC(KSPSetType(e->ksp, KSPCG));
  GB_PETSC(KSPSetNormType(e->ksp, KSP_NORM_UNPRECONDITIONED));
  GB_PETSC(KSPSetInitialGuessNonzero(e->ksp, PETSC_TRUE));
  GB_PETSC(
      KSPSetTolerances(e->ksp, DEFAULT_TOLERANCE, PETSC_DEFAULT, PETSC_DEFAULT, MAX_ITERATIONS));
  GB_PETSC(KSPGetPC(e->ksp, &pc));
  GB_PETSC(PCSetType(pc, PCCHOLESKY));
  GB_PETSC(PCFactorSetMatSolverType(pc, size == 1 ? MATSOLVERCHOLMOD : MATSOLVERMUMPS));
  /* CHOLMOD's supernodal factors pay only beyond 128 x 256 voxels (one right-hand side at a time).
   */
  GB_PETSC(PetscOptionsHasName(NULL, "elastic_", "-mat_cholmod_factor", &chosen));
  if (!chosen && e->nvoxels < SUPERNODAL_VOXELS)
    GB_PETSC(PetscOptionsSetValue(NULL, "-elastic_mat_cholmod_factor", "simplicial"));
  GB_PETSC(KSPSetFromOptions(e->ksp));
  GB_PETSC(KSPGetTolerances(e->ksp, &rtol, NULL, NULL, &max_iterations));
  e->tolerance = rtol;
  e->max_iterations = (int)max_iterations;
  return GB_OK;
}

static GbStatus set_up(GbElasticity *e, MPI_Comm comm, const bool *solid)
{
  size_t nvoxels = (size_t)e->nvoxels, nnodes = (size_t)e->nnodes;
  GB_CALLOC(e->mu, nvoxels);
  GB_CALLOC(e->bulk, nvoxels);
  GB_CALLOC(e->factor_mu, nvoxels);
  GB_CALLOC(e->factor_bulk, nvoxels);
  GB_CALLOC(e->polarisation, nvoxels);
  GB_CALLOC(e->no_eigenstrain, nvoxels);
  GB_CALLOC(e->solution, 2 * nnodes);
  GB_CALLOC(e->unit, 2 * nnodes);
  GbElementSetUp(&e->element);
  GB_CALL(set_up_geometry(e, solid));
  return set_up_petsc(e, comm);
}

GbStatus GbElasticityCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                            GbElasticSolver solver, GbElasticity **elasticity)
{
  (void)solver;
  *elasticity = NULL;
  int least_nx = grid->free_x ? 1 : 3;
  if (grid->ny != 1) GB_FAIL(GB_ERR_INPUT, "grid of %d voxels along y", grid->ny);
  if (grid->nx < least_nx || grid->nz < 3)
    GB_FAIL(GB_ERR_INPUT, "grid of %d x %d voxels: expected at least %d x 3", grid->nx, grid->nz,
            least_nx);
  GB_CALL(GbPetscStart(0, NULL));
  GbElasticity *e;
  GB_CALLOC(e, 1);
  e->grid = *grid;
  e->nvoxels = grid->nx * grid->nz;
  e->nodes_x = grid->nx + (grid->free_x ? 1 : 0);
  e->nnodes = e->nodes_x * grid->nz;
  GbStatus status = set_up(e, comm, solid);
  if (status != GB_OK) {
    GbElasticityDestroy(&e);
    GB_CALL(status);
  }
  *elasticity = e;
  return GB_OK;
}

void GbElasticityDestroy(GbElasticity **elasticity)
{
  GbElasticity *e = *elasticity;
  if (!e) return;
  (void)KSPDestroy(&e->ksp);
  (void)MatDestroy(&e->stiffness);
  (void)VecScatterDestroy(&e->gather);
  (void)VecDestroy(&e->force);
  (void)VecDestroy(&e->displacement);
  (void)VecDestroy(&e->everywhere);
  free(e->solid);
  free(e->moves);
  free(e->mu);
  free(e->bulk);
  free(e->factor_mu);
  free(e->factor_bulk);
  free(e->polarisation);
  free(e->no_eigenstrain);
  free(e->solution);
  free(e->unit);
  free(e);
  *elasticity = NULL;
}

GbStatus GbElasticitySetModuli(GbElasticity *e, const double *mu, const double *bulk)
{
  for (int v = 0; v < e->nvoxels; v++) {
    if (e->solid[v] && !(mu[v] > 0 && bulk[v] > 0))
      GB_FAIL(GB_ERR_NUMERIC, "voxel %d: moduli %g and %g GPa must be positive", v, mu[v], bulk[v]);
    e->mu[v] = e->solid[v] ? mu[v] : 0;
    e->bulk[v] = e->solid[v] ? bulk[v] : 0;
  }
  return assemble(e);
}

GbStatus GbElasticityUpdateModuli(GbElasticity *e, int voxel, double mu, double bulk)
{
  if (!e->solid[voxel]) return GB_OK;
  if (!(mu > 0 && bulk > 0))
    GB_FAIL(GB_ERR_NUMERIC, "voxel %d: moduli %g and %g GPa must be positive", voxel, mu, bulk);
  e->mu[voxel] = mu;
  e->bulk[voxel] = bulk;
  for (int a = 0; a < GB_NCORNERS; a++)
    GB_CALL(insert_rows(e, node_of_voxel(e, voxel, a)));
  return finish_matrix(e);
}

/* --- Solution --------------------------------------------------------------------------------- */

/* Fills polarisation = C : (eps* - eps_mean) and returns the norm of the forces it would make on
 * one element alone, the scale of the tolerance. */
static double set_polarisation(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                               double mean_zz)
{
  double sum = 0;
  for (int v = 0; v < e->nvoxels; v++) {
    double source[GB_NTENSOR], *p = e->polarisation[v];
    memcpy(source, eigenstrain[v], sizeof source);
    source[GB_ZZ] -= mean_zz;
    GbElementHooke(e->mu[v], e->bulk[v], source, p); /* zero in voids: their moduli are zero */
    sum += p[GB_XX] * p[GB_XX] + p[GB_ZZ] * p[GB_ZZ] + 2 * p[GB_XZ] * p[GB_XZ];
  }
  return sqrt(sum);
}

static GbStatus set_force(GbElasticity *e)
{
  PetscScalar *force;
  GB_PETSC(VecGetArray(e->force, &force));
  for (int node = e->first; node < e->last; node++) {
    double sum[2] = {0, 0};
    for (int a = 0; a < GB_NCORNERS && e->moves[node]; a++) {
      int voxel = voxel_of_node(e, node, a % 2, a / 2);
      if (voxel < 0 || !e->solid[voxel]) continue;
      const double *p = e->polarisation[voxel];
      for (int c = 0; c < 2; c++)
        sum[c] += e->element.mean[0][2 * a + c] * p[GB_XX] +
                  e->element.mean[1][2 * a + c] * p[GB_ZZ] +
                  e->element.mean[2][2 * a + c] * p[GB_XZ];
    }
    force[2 * (node - e->first)] = sum[0];
    force[2 * (node - e->first) + 1] = sum[1];
  }
  GB_PETSC(VecRestoreArray(e->force, &force));
  return GB_OK;
}

static GbStatus run_ksp(GbElasticity *e, double residual, int max_iterations,
                        KSPConvergedReason *reason)
{
  PetscInt iterations;
  /* Relative to the load, not to the first residual: that of a good first guess is tiny. */
  GB_PETSC(KSPSetTolerances(e->ksp, 1e-50, residual, 1e10, max_iterations));
  GB_PETSC(KSPSolve(e->ksp, e->force, e->displacement));
  GB_PETSC(KSPGetIterationNumber(e->ksp, &iterations));
  GB_PETSC(KSPGetConvergedReason(e->ksp, reason));
  e->iterations += (int)iterations;
  return GB_OK;
}

/* From the guess in `solution` to the solution of K u = force, gathered on all ranks. */
static GbStatus solve(GbElasticity *e, double residual, double *solution)
{
  PetscScalar *u;
  const PetscScalar *all;
  GB_PETSC(VecGetArray(e->displacement, &u));
  memcpy(u, solution + 2 * e->first, (size_t)(2 * (e->last - e->first)) * sizeof *u);
  GB_PETSC(VecRestoreArray(e->displacement, &u));

  KSPConvergedReason reason = KSP_DIVERGED_ITS;
  e->iterations = 0;
  if (e->factored) GB_CALL(run_ksp(e, residual, MAX_STALE_ITERATIONS, &reason));
  if (reason == KSP_DIVERGED_ITS) {
    GB_CALL(factorise(e));
    GB_CALL(run_ksp(e, residual, e->max_iterations, &reason));
  }
  if (reason < 0)
    GB_FAIL(GB_ERR_NUMERIC, "elastic equilibrium not found: %s after %d iterations",
            KSPConvergedReasons[reason], e->iterations);

  GB_PETSC(
      VecScatterBegin(e->gather, e->displacement, e->everywhere, INSERT_VALUES, SCATTER_FORWARD));
  GB_PETSC(
      VecScatterEnd(e->gather, e->displacement, e->everywhere, INSERT_VALUES, SCATTER_FORWARD));
  GB_PETSC(VecGetArrayRead(e->everywhere, &all));
  memcpy(solution, all, (size_t)(2 * e->nnodes) * sizeof *solution);
  GB_PETSC(VecRestoreArrayRead(e->everywhere, &all));
  return GB_OK;
}

/* Mean strain of a voxel from the displacements of its corners (without the mean strain). */
static void voxel_strain(const GbElasticity *e, int voxel, const double *u,
                         double strain[GB_NTENSOR])
{
  double sum[3] = {0, 0, 0};
  for (int a = 0; a < GB_NCORNERS; a++) {
    const double *corner = u + 2 * node_of_voxel(e, voxel, a);
    for (int r = 0; r < 3; r++)
      sum[r] += e->element.mean[r][2 * a] * corner[0] + e->element.mean[r][2 * a + 1] * corner[1];
  }
  strain[GB_XX] = sum[0];
  strain[GB_ZZ] = sum[1];
  strain[GB_XZ] = 0.5 * sum[2];
  strain[GB_YY] = strain[GB_YZ] = strain[GB_XY] = 0;
}

static GbStatus solve_fields(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                             double mean_zz, double tolerance, double *u,
                             double (*stress)[GB_NTENSOR], double (*strain)[GB_NTENSOR])
{
  double scale = set_polarisation(e, eigenstrain, mean_zz);
  if (!isfinite(scale)) GB_FAIL(GB_ERR_NUMERIC, "eigenstrain or mean strain is not finite");
  GB_CALL(set_force(e));
  GB_CALL(solve(e, scale * tolerance, u));
  for (int v = 0; v < e->nvoxels; v++) {
    double total[GB_NTENSOR] = {0}, elastic[GB_NTENSOR];
    if (e->solid[v]) {
      voxel_strain(e, v, u, total);
      total[GB_ZZ] += mean_zz;
    }
    for (int t = 0; t < GB_NTENSOR; t++)
      elastic[t] = total[t] - eigenstrain[v][t];
    GbElementHooke(e->mu[v], e->bulk[v], elastic, stress[v]);
    if (strain) memcpy(strain[v], total, sizeof total);
  }
  return GB_OK;
}

GbStatus GbElasticitySolve(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                           const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR])
{
  return solve_fields(e, eigenstrain, mean_strain[GB_ZZ], e->tolerance, e->solution, stress,
                      strain);
}

GbStatus GbElasticityUnitResponse(GbElasticity *e, int component, double (*response)[GB_NTENSOR])
{
  if (component != GB_ZZ) GB_FAIL(GB_ERR_ARG, "unit response: only zz");
  return solve_fields(e, (const double(*)[GB_NTENSOR])e->no_eigenstrain, 1,
                      UNIT_LOOSER * e->tolerance, e->unit, response, NULL);
}

void GbElasticityAdvance(GbElasticity *e, int component, double delta)
{
  (void)component;
  for (int p = 0; p < 2 * e->nnodes; p++)
    e->solution[p] += delta * e->unit[p];
}

/* --- Memory ----------------------------------------------------------------------------------- */

/* Layout: [0] 1 if factored, then solution, unit, factor_mu, factor_bulk. */
size_t GbElasticityMemorySize(const GbGrid *grid)
{
  size_t nnodes = (size_t)(grid->nx + (grid->free_x ? 1 : 0)) * (size_t)grid->nz;
  return 1 + 4 * nnodes + 2 * (size_t)grid->nx * (size_t)grid->nz;
}

void GbElasticityStore(const GbElasticity *e, double *memory)
{
  size_t nu = 2 * (size_t)e->nnodes, nv = (size_t)e->nvoxels;
  *memory++ = e->factored;
  memcpy(memory, e->solution, nu * sizeof *memory);
  memcpy(memory + nu, e->unit, nu * sizeof *memory);
  memcpy(memory + 2 * nu, e->factor_mu, nv * sizeof *memory);
  memcpy(memory + 2 * nu + nv, e->factor_bulk, nv * sizeof *memory);
}

GbStatus GbElasticityLoad(GbElasticity *e, const double *memory)
{
  size_t nu = 2 * (size_t)e->nnodes, nv = (size_t)e->nvoxels;
  bool factored = *memory++ > 0;
  memcpy(e->solution, memory, nu * sizeof *memory);
  memcpy(e->unit, memory + nu, nu * sizeof *memory);
  if (!factored) return GB_OK;
  GB_CALL(GbElasticitySetModuli(e, memory + 2 * nu, memory + 2 * nu + nv));
  return factorise(e);
}

double GbElasticityMean(const GbElasticity *e, const double (*field)[GB_NTENSOR], int component)
{
  double sum = 0;
  for (int v = 0; v < e->nvoxels; v++)
    sum += field[v][component];
  return sum / e->nvoxels;
}

int GbElasticityIterations(const GbElasticity *e)
{
  return e->iterations;
}
