/* K u = f with K of the homogeneous medium, around the transforms that invert K.
 *
 * The forces of C : (eps* - eps_mean) are made from the voxels in real space, and the strains are
 * element means of the displacement in real space too: 2 + 2 transforms in plane strain and 3 + 3
 * in three dimensions, against 3 + 3 and 6 + 6 if tensors were transformed.
 *
 * Rejected: continuous Green operators (Moulinec, Suquet, Comput. Methods Appl. Mech. Eng. 157, 69
 * (1998)): they ring around one strained voxel. The symbol of the element itself does not (compare
 * Leuschner, Fritzen, Comput. Mech. 62, 359 (2018)), and it makes this solver agree with the
 * assembled one to rounding. Also rejected: threads inside FFTW, because a plan, and so the bits,
 * would depend on their number; the transforms are one-dimensional plans applied to lines. */
#include "mesoscale/elasticity/green.h"

#include "mesoscale/elasticity/transforms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct GbGreen {
  GbNodes nodes;
  GbMedium medium;
  const GbTransform *transform;
  void *context;
  int nthreads;
  double *field;   /* [nodes.size] forces, then displacements */
  double *scratch; /* [nthreads * nodes.scratch] */
};

GbStatus GbGreenSetModuli(GbGreen *g, double mu, double bulk)
{
  if (!(mu > 0 && bulk > 0 && isfinite(mu) && isfinite(bulk)))
    GB_FAIL(GB_ERR_INPUT, "moduli %g and %g GPa must be positive", mu, bulk);
  if (g->medium.mu == mu && g->medium.bulk == bulk) return GB_OK;
  g->medium = (GbMedium){.mu = mu, .bulk = bulk};
  return g->transform->set_moduli(g->context, mu, bulk);
}

static GbStatus set_up(GbGreen *g, double mu, double bulk)
{
  GB_CALL(GbTransformAllocate(&g->field, g->nodes.size));
  GB_CALL(GbTransformAllocate(&g->scratch, (size_t)g->nthreads * g->nodes.scratch));
  GB_CALL(g->transform->create(&g->nodes, g->nthreads, &g->context));
  return GbGreenSetModuli(g, mu, bulk);
}

GbStatus GbGreenCreate(const GbGrid *grid, double mu, double bulk, GbGreen **green)
{
  *green = NULL;
  if (grid->nx < (grid->free_x ? 1 : 3) || grid->nz < 3 || (grid->ny != 1 && grid->ny < 3))
    GB_FAIL(GB_ERR_INPUT, "grid of %d x %d x %d voxels is too small", grid->nx, grid->ny, grid->nz);
  GbGreen *g;
  GB_CALLOC(g, 1);
  GbNodesSetUp(grid, &g->nodes);
  g->transform = grid->free_x ? &GbTransformStrip : &GbTransformPeriodic;
  g->nthreads = GbNodesThreads(&g->nodes);
  GbStatus status = set_up(g, mu, bulk);
  if (status != GB_OK) {
    GbGreenDestroy(&g);
    GB_CALL(status);
  }
  *green = g;
  return GB_OK;
}

void GbGreenDestroy(GbGreen **green)
{
  GbGreen *g = *green;
  if (!g) return;
  g->transform->destroy(g->context);
  free(g->field);
  free(g->scratch);
  free(g);
  *green = NULL;
}

/* Planes of one thread. */
static int share(const GbGreen *g, int thread)
{
  return (int)((int64_t)g->nodes.nz * thread / g->nthreads);
}

GbStatus GbGreenStress(GbGreen *g, const double (*eigenstrain)[GB_NTENSOR],
                       const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                       double (*strain)[GB_NTENSOR])
{
  static const double nothing[GB_NTENSOR] = {0};
  double mean[GB_NTENSOR];
  memcpy(mean, mean_strain, sizeof mean);
  if (g->nodes.free_x) mean[GB_XX] = mean[GB_XZ] = mean[GB_XY] = 0; /* found by equilibrium */
  /* Without surfaces a uniform stress has no nodal forces; leaving it out saves its rounding. */
  const double *source = g->nodes.free_x ? mean : nothing;
  bool finite = true;
#pragma omp parallel for num_threads(g->nthreads) schedule(static)
  for (int t = 0; t < g->nthreads; t++)
    GbStencilForce(&g->nodes, &g->medium, eigenstrain, source, share(g, t), share(g, t + 1),
                   g->scratch + (size_t)t * g->nodes.scratch, g->field);
  g->transform->solve(g->context, g->field);
  for (int c = 0; c < g->nodes.dim; c++) /* a single bad number spreads to all nodes */
    finite = finite && isfinite(g->field[(size_t)c * g->nodes.plane]);
  if (!finite) GB_FAIL(GB_ERR_NUMERIC, "eigenstrain or mean strain is not finite");
#pragma omp parallel for num_threads(g->nthreads) schedule(static)
  for (int t = 0; t < g->nthreads; t++)
    GbStencilFields(&g->nodes, &g->medium, g->field, eigenstrain, mean, share(g, t),
                    share(g, t + 1), g->scratch + (size_t)t * g->nodes.scratch, stress, strain);
  return GB_OK;
}

void GbGreenDisplacement(GbGreen *g, const double *force, double *displacement)
{
  const GbNodes *n = &g->nodes;
  const size_t nx = (size_t)n->nodes_x, pitch = (size_t)n->pitch;
  const int nrows = n->nz * n->dim * n->ny;
#pragma omp parallel for num_threads(g->nthreads) schedule(static)
  for (int r = 0; r < nrows; r++) {
    double *row = g->field + (size_t)r * pitch;
    memcpy(row, force + (size_t)r * nx, nx * sizeof *row);
    memset(row + nx, 0, (pitch - nx) * sizeof *row);
  }
  g->transform->solve(g->context, g->field);
#pragma omp parallel for num_threads(g->nthreads) schedule(static)
  for (int r = 0; r < nrows; r++)
    memcpy(displacement + (size_t)r * nx, g->field + (size_t)r * pitch, nx * sizeof *displacement);
}
