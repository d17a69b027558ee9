/* Q1 finite elements for div(C : (eps - eps*)) = 0.
 *
 * The displacement is mean : x plus a part u that is periodic along y and z (and along x unless the
 * faces are free), so K u = f with f = sum over elements of B^T C (eps* - eps_mean). Full
 * integration keeps the hourglass modes stiff, so one strained voxel makes no checkerboard.
 *
 * The three solvers differ only in how they solve K u = f: solver_direct.c (assembled matrix,
 * plane strain), solver_fft.c (matrix-free, any grid), solver_uniform.c (homogeneous medium, no
 * iterations). Here is what they share: forces from voxels, voxels from displacements, and the
 * memory that makes a continued run repeat the uninterrupted one.
 *
 * Lengths inside are in units of the voxel edge, on which the stress does not depend. */
#include "mesoscale/elasticity/elasticity.h"

#include "mesoscale/elasticity/element.h"
#include "mesoscale/elasticity/solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The unit response only carries the stress across the small strain between two events, after
 * which the stress is solved afresh, so it may be looser by this factor. */
static const double UNIT_LOOSER = 1e3;
/* Smaller loads than this strain everywhere are solved to its tolerance (1e-12 GPa): rounding of a
 * first guess that belongs to a larger load may lie above their own. */
static const double LEAST_LOAD_STRAIN = 1e-4;

/* --- Life cycle ------------------------------------------------------------------------------- */

static size_t count_voxels(const GbGrid *grid)
{
  return (size_t)grid->nx * (size_t)grid->ny * (size_t)grid->nz;
}

static size_t count_dof(const GbGrid *grid)
{
  const size_t dim = grid->ny == 1 ? 2 : 3, nodes_x = (size_t)(grid->nx + (grid->free_x ? 1 : 0));
  return dim * nodes_x * (size_t)grid->ny * (size_t)grid->nz;
}

static GbStatus check_grid(const GbGrid *grid)
{
  const int least_nx = grid->free_x ? 1 : 3;
  if (grid->nx < least_nx || grid->nz < 3 || (grid->ny != 1 && grid->ny < 3))
    GB_FAIL(GB_ERR_INPUT,
            "grid of %d x %d x %d voxels along x, y, z: expected at least %d, 3 (or 1), 3",
            grid->nx, grid->ny, grid->nz, least_nx);
  if (count_dof(grid) > INT32_MAX)
    GB_FAIL(GB_ERR_INPUT, "grid of %d x %d x %d voxels has too many nodes for 32-bit indices",
            grid->nx, grid->ny, grid->nz);
  return GB_OK;
}

static const GbElasticKind *choose(GbElasticSolver solver)
{
  static const GbElasticKind *const kinds[] = {[GB_ELASTIC_AUTO] = &GbElasticFft,
                                               [GB_ELASTIC_DIRECT] = &GbElasticDirect,
                                               [GB_ELASTIC_FFT] = &GbElasticFft,
                                               [GB_ELASTIC_UNIFORM] = &GbElasticUniform};
  return kinds[solver];
}

/* What only solvers with iterations need. */
static GbStatus set_up_iterative(GbElasticity *e)
{
  e->nthreads = GbNodesThreads(&e->nodes);
  GB_CALLOC(e->solution, e->ndof);
  GB_CALLOC(e->unit, e->ndof);
  GB_CALLOC(e->kept_mu, e->nvoxels);
  GB_CALLOC(e->kept_bulk, e->nvoxels);
  GB_CALLOC(e->field, e->nodes.size);
  GB_CALLOC(e->scratch, (size_t)e->nthreads * e->nodes.scratch);
  GB_CALLOC(e->nothing, e->nvoxels);
  return GB_OK;
}

static GbStatus set_up(GbElasticity *e, const bool *solid)
{
  GB_CALLOC(e->mu, e->nvoxels);
  GB_CALLOC(e->bulk, e->nvoxels);
  GB_CALLOC(e->solid, e->nvoxels);
  for (int v = 0; v < e->nvoxels; v++) {
    e->solid[v] = solid ? solid[v] : true;
    e->nsolid += e->solid[v];
  }
  e->first = 0;
  e->last = e->grid.nz;
  if (!e->kind->stress) GB_CALL(set_up_iterative(e));
  return e->kind->create(e);
}

/* Voxels of several elements need nothing else of the object. */
static GbStatus create_refined(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                               GbElasticSolver solver, GbElasticity **elasticity)
{
  GbElasticity *e;
  GB_CALLOC(e, 1);
  e->grid = *grid;
  e->nvoxels = (int)count_voxels(grid);
  GbStatus status = GbRefinedCreate(comm, grid, solid, solver, &e->refined);
  if (status != GB_OK) {
    free(e);
    GB_CALL(status);
  }
  *elasticity = e;
  return GB_OK;
}

GbStatus GbElasticityCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                            GbElasticSolver solver, GbElasticity **elasticity)
{
  *elasticity = NULL;
  if (grid->refinement > 1) return create_refined(comm, grid, solid, solver, elasticity);
  GB_CALL(check_grid(grid));
  GB_CALL(GbPetscStart(0, NULL));
  GbElasticity *e;
  GB_CALLOC(e, 1);
  e->comm = comm;
  e->grid = *grid;
  e->nvoxels = (int)count_voxels(grid);
  e->ndof = count_dof(grid);
  e->kind = choose(solver);
  GbNodesSetUp(grid, &e->nodes);
  GbStatus status = set_up(e, solid);
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
  GbRefinedDestroy(&e->refined);
  if (e->kind) e->kind->destroy(e->context);
  free(e->solid);
  free(e->mu);
  free(e->bulk);
  free(e->solution);
  free(e->unit);
  free(e->kept_mu);
  free(e->kept_bulk);
  free(e->field);
  free(e->scratch);
  free(e->nothing);
  free(e);
  *elasticity = NULL;
}

/* --- Moduli ----------------------------------------------------------------------------------- */

static GbStatus check_moduli(int voxel, double mu, double bulk)
{
  if (!(mu > 0 && bulk > 0 && isfinite(mu) && isfinite(bulk)))
    GB_FAIL(GB_ERR_NUMERIC, "voxel %d: moduli %g and %g GPa must be positive", voxel, mu, bulk);
  return GB_OK;
}

GbStatus GbElasticitySetModuli(GbElasticity *e, const double *mu, const double *bulk)
{
  if (e->refined) return GbRefinedSetModuli(e->refined, mu, bulk);
  for (int v = 0; v < e->nvoxels; v++) {
    if (e->solid[v]) GB_CALL(check_moduli(v, mu[v], bulk[v]));
    e->mu[v] = e->solid[v] ? mu[v] : 0;
    e->bulk[v] = e->solid[v] ? bulk[v] : 0;
  }
  return e->kind->moduli_changed(e);
}

GbStatus GbElasticityUpdateModuli(GbElasticity *e, int voxel, double mu, double bulk)
{
  if (e->refined) return GbRefinedUpdateModuli(e->refined, voxel, mu, bulk);
  if (!e->solid[voxel]) return GB_OK;
  GB_CALL(check_moduli(voxel, mu, bulk));
  e->mu[voxel] = mu;
  e->bulk[voxel] = bulk;
  return e->kind->voxel_changed(e, voxel);
}

/* --- Solution --------------------------------------------------------------------------------- */

/* Norm of C : (eps* - eps_mean), the scale of the tolerance; zero if there is no load at all. */
static double load_norm(const GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                        const double mean[GB_NTENSOR])
{
  double sum = 0, least = 0;
  for (int v = 0; v < e->nvoxels; v++) {
    double source[GB_NTENSOR], p[GB_NTENSOR];
    for (int t = 0; t < GB_NTENSOR; t++)
      source[t] = eigenstrain[v][t] - mean[t];
    GbElementHooke(e->mu[v], e->bulk[v], source, p); /* zero in voids: their moduli are zero */
    sum += p[GB_XX] * p[GB_XX] + p[GB_ZZ] * p[GB_ZZ] + 2 * p[GB_XZ] * p[GB_XZ];
    if (e->nodes.dim == 3)
      sum += p[GB_YY] * p[GB_YY] + 2 * (p[GB_YZ] * p[GB_YZ] + p[GB_XY] * p[GB_XY]);
    least += LEAST_LOAD_STRAIN * e->mu[v] * LEAST_LOAD_STRAIN * e->mu[v];
  }
  return sum == 0 ? 0 : sqrt(sum < least ? least : sum); /* not a number stays one */
}

static int share(const GbElasticity *e, int first, int last, int thread)
{
  return first + (int)((int64_t)(last - first) * thread / e->nthreads);
}

static void set_force(GbElasticity *e, const GbMedium *medium,
                      const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR])
{
#pragma omp parallel for num_threads(e->nthreads) schedule(static)
  for (int t = 0; t < e->nthreads; t++)
    GbStencilForce(&e->nodes, medium, eigenstrain, mean, share(e, e->first, e->last, t),
                   share(e, e->first, e->last, t + 1), e->scratch + (size_t)t * e->nodes.scratch,
                   e->field);
}

static void set_fields(GbElasticity *e, const GbMedium *medium, const double *u,
                       const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                       double (*stress)[GB_NTENSOR], double (*strain)[GB_NTENSOR])
{
  const GbNodes *n = &e->nodes;
  const int nrows = n->nz * n->dim * n->ny;
#pragma omp parallel for num_threads(e->nthreads) schedule(static)
  for (int r = 0; r < nrows; r++)
    memcpy(e->field + (size_t)r * (size_t)n->pitch, u + (size_t)r * (size_t)n->nodes_x,
           (size_t)n->nodes_x * sizeof *u);
#pragma omp parallel for num_threads(e->nthreads) schedule(static)
  for (int t = 0; t < e->nthreads; t++)
    GbStencilFields(n, medium, e->field, eigenstrain, mean, share(e, 0, n->nz, t),
                    share(e, 0, n->nz, t + 1), e->scratch + (size_t)t * n->scratch, stress, strain);
  for (int v = 0; v < e->nvoxels && e->nsolid < e->nvoxels; v++) {
    if (e->solid[v]) continue;
    memset(stress[v], 0, sizeof stress[v]);
    if (strain) memset(strain[v], 0, sizeof strain[v]);
  }
}

static GbStatus solve_fields(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                             const double mean_strain[GB_NTENSOR], double tolerance, double *u,
                             double (*stress)[GB_NTENSOR], double (*strain)[GB_NTENSOR])
{
  const GbMedium medium = {.voxel_mu = e->mu, .voxel_bulk = e->bulk};
  double mean[GB_NTENSOR];
  memcpy(mean, mean_strain, sizeof mean);
  if (e->grid.free_x) mean[GB_XX] = mean[GB_XZ] = mean[GB_XY] = 0; /* found by equilibrium */
  double scale = load_norm(e, eigenstrain, mean);
  if (!isfinite(scale)) GB_FAIL(GB_ERR_NUMERIC, "eigenstrain or mean strain is not finite");
  e->iterations = 0;
  if (scale > 0) {
    set_force(e, &medium, eigenstrain, mean);
    GB_CALL(e->kind->solve(e, e->field, scale * tolerance, u));
  } else {
    memset(u, 0, e->ndof * sizeof *u);
  }
  set_fields(e, &medium, u, eigenstrain, mean, stress, strain);
  return GB_OK;
}

GbStatus GbElasticitySolve(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                           const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR])
{
  if (e->refined) return GbRefinedSolve(e->refined, eigenstrain, mean_strain, stress, strain);
  if (e->kind->stress) return e->kind->stress(e, eigenstrain, mean_strain, stress, strain);
  return solve_fields(e, eigenstrain, mean_strain, e->tolerance, e->solution, stress, strain);
}

/* Stress of a homogeneous medium at a uniform strain; free faces have no traction. */
static void uniform_response(const GbElasticity *e, int component, double stress[GB_NTENSOR])
{
  double strain[GB_NTENSOR] = {0};
  const double lambda = e->bulk[0] - 2.0 / 3 * e->mu[0];
  strain[component] = 1;
  if (e->grid.free_x) {
    strain[GB_XZ] = strain[GB_XY] = 0;
    strain[GB_XX] = -lambda * (strain[GB_ZZ] + strain[GB_YY]) / (lambda + 2 * e->mu[0]);
  }
  GbElementHooke(e->mu[0], e->bulk[0], strain, stress);
  if (e->grid.free_x) stress[GB_XX] = 0;
}

GbStatus GbElasticityUnitResponse(GbElasticity *e, int component, double (*response)[GB_NTENSOR])
{
  if (component < 0 || component >= GB_NTENSOR)
    GB_FAIL(GB_ERR_ARG, "unit response: component %d of a tensor of six", component);
  if (e->refined) return GbRefinedUnitResponse(e->refined, component, response);
  double mean[GB_NTENSOR] = {0};
  mean[component] = 1;
  if (e->kind->stress) {
    uniform_response(e, component, response[0]);
    for (int v = 1; v < e->nvoxels; v++)
      memcpy(response[v], response[0], sizeof *response);
    return GB_OK;
  }
  if (component != e->unit_component) {
    memset(e->unit, 0, e->ndof * sizeof *e->unit);
    e->unit_component = component;
  }
  return solve_fields(e, (const double(*)[GB_NTENSOR])e->nothing, mean, UNIT_LOOSER * e->tolerance,
                      e->unit, response, NULL);
}

void GbElasticityAdvance(GbElasticity *e, int component, double delta)
{
  if (e->refined) GbElasticityAdvance(GbRefinedElements(e->refined), component, delta);
  if (!e->solution || component != e->unit_component) return;
  for (size_t p = 0; p < e->ndof; p++)
    e->solution[p] += delta * e->unit[p];
}

/* --- Memory ----------------------------------------------------------------------------------- */

/* Layout: 1 if something is kept, the component of `unit`, solution, unit, kept_mu, kept_bulk. */
size_t GbElasticityMemorySize(const GbGrid *grid)
{
  const GbGrid elements = GbRefinedGrid(grid);
  return 2 + 2 * count_dof(&elements) + 2 * count_voxels(&elements);
}

void GbElasticityStore(const GbElasticity *e, double *memory)
{
  if (e->refined) {
    GbElasticityStore(GbRefinedElements(e->refined), memory);
    return;
  }
  const size_t nu = e->ndof, nv = (size_t)e->nvoxels;
  memset(memory, 0, GbElasticityMemorySize(&e->grid) * sizeof *memory);
  if (!e->solution) return;
  memory[0] = e->kept;
  memory[1] = e->unit_component;
  memory += 2;
  memcpy(memory, e->solution, nu * sizeof *memory);
  memcpy(memory + nu, e->unit, nu * sizeof *memory);
  if (!e->kept) return;
  memcpy(memory + 2 * nu, e->kept_mu, nv * sizeof *memory);
  memcpy(memory + 2 * nu + nv, e->kept_bulk, nv * sizeof *memory);
}

GbStatus GbElasticityLoad(GbElasticity *e, const double *memory)
{
  if (e->refined) return GbElasticityLoad(GbRefinedElements(e->refined), memory);
  const size_t nu = e->ndof, nv = (size_t)e->nvoxels;
  if (!e->solution) return GB_OK;
  e->kept = memory[0] > 0;
  e->unit_component = (int)memory[1];
  memory += 2;
  memcpy(e->solution, memory, nu * sizeof *memory);
  memcpy(e->unit, memory + nu, nu * sizeof *memory);
  if (!e->kept) return GB_OK;
  memcpy(e->kept_mu, memory + 2 * nu, nv * sizeof *memory);
  memcpy(e->kept_bulk, memory + 2 * nu + nv, nv * sizeof *memory);
  return e->kind->restored(e);
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
  return e->refined ? GbElasticityIterations(GbRefinedElements(e->refined)) : e->iterations;
}
