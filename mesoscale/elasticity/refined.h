/* Voxels of several elements: the medium on a finer grid behind that of the voxels. Each function
 * does what its namesake in elasticity.h does. */
#ifndef GB_MESOSCALE_REFINED_H
#define GB_MESOSCALE_REFINED_H

#include "mesoscale/elasticity/elasticity.h"

typedef struct GbRefined GbRefined;

/* The grid of the elements. */
GbGrid GbRefinedGrid(const GbGrid *grid);
GbStatus GbRefinedCreate(MPI_Comm comm, const GbGrid *grid, const bool *solid,
                         GbElasticSolver solver, GbRefined **refined);
void GbRefinedDestroy(GbRefined **refined);
GbStatus GbRefinedSetModuli(GbRefined *r, const double *mu, const double *bulk);
GbStatus GbRefinedUpdateModuli(GbRefined *r, int voxel, double mu, double bulk);
GbStatus GbRefinedSolve(GbRefined *r, const double (*eigenstrain)[GB_NTENSOR],
                        const double mean_strain[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                        double (*strain)[GB_NTENSOR]);
GbStatus GbRefinedUnitResponse(GbRefined *r, int component, double (*response)[GB_NTENSOR]);
/* The elements' own solver, for all that knows no fields. */
GbElasticity *GbRefinedElements(const GbRefined *r);

#endif
