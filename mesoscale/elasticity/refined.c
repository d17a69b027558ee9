/* With one element per voxel a voxel that shears alone is too stiff, and its neighbours get the
 * wrong share: per mu and unit of shear on planes at 45 degrees to the axes the voxel itself keeps
 * -0.73 (square in a continuum: -0.47), the neighbour along an axis +0.066 (-0.036), the one along
 * the diagonal +0.024 (+0.071). From the second neighbour on it is right within a third. With 2, 4,
 * 8 elements along the edge: -0.57, -0.51, -0.48; +0.006, -0.022, -0.032; +0.050, +0.063, +0.069.
 *
 * So a voxel may be made of p x p (x p) elements: moduli and eigenstrain of the voxel in each, its
 * stress and strain their means. The cost of a solution grows with their number; that of an event
 * of the thinning method hardly does. */
#include "mesoscale/elasticity/refined.h"

#include <stdlib.h>
#include <string.h>

struct GbRefined {
  GbGrid grid;
  int p, py; /* elements along an edge; along y */
  size_t nelements;
  GbElasticity *elements;
  double *mu, *bulk;                                                               /* [nelements] */
  double (*eigenstrain)[GB_NTENSOR], (*stress)[GB_NTENSOR], (*strain)[GB_NTENSOR]; /* likewise */
};

GbGrid GbRefinedGrid(const GbGrid *grid)
{
  const int p = grid->refinement > 1 ? grid->refinement : 1;
  return (GbGrid){.nx = grid->nx * p,
                  .ny = grid->ny == 1 ? 1 : grid->ny * p,
                  .nz = grid->nz * p,
                  .edge_nm = grid->edge_nm / p,
                  .free_x = grid->free_x};
}

/* First voxel of the row that a row of elements along x lies in. */
static size_t voxel_row(const GbRefined *r, size_t row)
{
  const size_t ny = (size_t)r->grid.ny, rows = ny * (size_t)r->py;
  const size_t j = row % rows / (size_t)r->py, k = row / rows / (size_t)r->p;
  return (k * ny + j) * (size_t)r->grid.nx;
}

/* Calls `body` for every voxel v of every row of elements, first the first of its elements there.
 */
#define FOR_VOXELS_OF_ROWS(r, v, first, body)                                                      \
  for (size_t row_ = 0; row_ < (r)->nelements / (size_t)((r)->grid.nx * (r)->p); row_++) {         \
    const size_t start_ = voxel_row((r), row_), nx_ = (size_t)(r)->grid.nx;                        \
    for (size_t i_ = 0; i_ < nx_; i_++) {                                                          \
      const size_t v = start_ + i_, first = (row_ * nx_ + i_) * (size_t)(r)->p;                    \
      body                                                                                         \
    }                                                                                              \
  }

static GbStatus set_up(GbRefined *r, MPI_Comm comm, const bool *solid, GbElasticSolver solver)
{
  const GbGrid fine = GbRefinedGrid(&r->grid);
  bool *there;
  r->nelements = (size_t)fine.nx * (size_t)fine.ny * (size_t)fine.nz;
  GB_CALLOC(r->mu, r->nelements);
  GB_CALLOC(r->bulk, r->nelements);
  GB_CALLOC(r->eigenstrain, r->nelements);
  GB_CALLOC(r->stress, r->nelements);
  GB_CALLOC(r->strain, r->nelements);
  GB_CALLOC(there, r->nelements);
  FOR_VOXELS_OF_ROWS(r, v, first, {
    for (int a = 0; a < r->p; a++)
      there[first + (size_t)a] = solid ? solid[v] : true;
  })
  GbStatus status = GbElasticityCreate(comm, &fine, there, solver, &r->elements);
  free(there);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbRefinedCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                         GbElasticSolver solver, GbRefined **refined)
{
  *refined = NULL;
  GbRefined *r;
  GB_CALLOC(r, 1);
  r->grid = *grid;
  r->p = grid->refinement;
  r->py = grid->ny == 1 ? 1 : r->p;
  GbStatus status = set_up(r, comm, solid, solver);
  if (status != GB_OK) {
    GbRefinedDestroy(&r);
    GB_CALL(status);
  }
  *refined = r;
  return GB_OK;
}

void GbRefinedDestroy(GbRefined **refined)
{
  GbRefined *r = *refined;
  if (!r) return;
  GbElasticityDestroy(&r->elements);
  free(r->mu);
  free(r->bulk);
  free(r->eigenstrain);
  free(r->stress);
  free(r->strain);
  free(r);
  *refined = NULL;
}

GbStatus GbRefinedSetModuli(GbRefined *r, const double *mu, const double *bulk)
{
  FOR_VOXELS_OF_ROWS(r, v, first, {
    for (int a = 0; a < r->p; a++) {
      r->mu[first + (size_t)a] = mu[v];
      r->bulk[first + (size_t)a] = bulk[v];
    }
  })
  return GbElasticitySetModuli(r->elements, r->mu, r->bulk);
}

GbStatus GbRefinedUpdateModuli(GbRefined *r, int voxel, double mu, double bulk)
{
  const int p = r->p, nx = r->grid.nx, ny = r->grid.ny;
  const int i = voxel % nx, j = voxel / nx % ny, k = voxel / (nx * ny);
  for (int c = 0; c < p; c++)
    for (int b = 0; b < r->py; b++)
      for (int a = 0; a < p; a++) {
        const int element = ((k * p + c) * ny * r->py + j * r->py + b) * nx * p + i * p + a;
        GB_CALL(GbElasticityUpdateModuli(r->elements, element, mu, bulk));
      }
  return GB_OK;
}

/* Means over the elements of each voxel, in one order. */
static void average(const GbRefined *r, const double (*fine)[GB_NTENSOR],
                    double (*field)[GB_NTENSOR])
{
  const size_t nvoxels = (size_t)r->grid.nx * (size_t)r->grid.ny * (size_t)r->grid.nz;
  const double share = (double)nvoxels / (double)r->nelements;
  memset(field, 0, nvoxels * sizeof *field);
  FOR_VOXELS_OF_ROWS(r, v, first, {
    for (int a = 0; a < r->p; a++)
      for (int t = 0; t < GB_NTENSOR; t++)
        field[v][t] += share * fine[first + (size_t)a][t];
  })
}

#define IN(field) ((const double(*)[GB_NTENSOR])(field))

GbStatus GbRefinedSolve(GbRefined *r, const double (*eigenstrain)[GB_NTENSOR],
                        const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                        double (*strain)[GB_NTENSOR])
{
  FOR_VOXELS_OF_ROWS(r, v, first, {
    for (int a = 0; a < r->p; a++)
      memcpy(r->eigenstrain[first + (size_t)a], eigenstrain[v], sizeof *r->eigenstrain);
  })
  GB_CALL(GbElasticitySolve(r->elements, IN(r->eigenstrain), mean_strain, r->stress,
                            strain ? r->strain : NULL));
  average(r, IN(r->stress), stress);
  if (strain) average(r, IN(r->strain), strain);
  return GB_OK;
}

GbStatus GbRefinedUnitResponse(GbRefined *r, int component, double (*response)[GB_NTENSOR])
{
  GB_CALL(GbElasticityUnitResponse(r->elements, component, r->stress));
  average(r, IN(r->stress), response);
  return GB_OK;
}

GbElasticity *GbRefinedElements(const GbRefined *r)
{
  return r->elements;
}
