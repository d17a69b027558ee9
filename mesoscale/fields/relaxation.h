/* Structural relaxation of chi and its diffusion, between events, by SUNDIALS on a PETSc vector.
 *
 * The equations stand in relaxation.c. One process per sample (PETSC_COMM_SELF). */
#ifndef GB_MESOSCALE_RELAXATION_H
#define GB_MESOSCALE_RELAXATION_H

#include "contract/calibration.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/fields/program.h"

#include <stdbool.h>

typedef struct GbRelaxation GbRelaxation;

typedef struct {
  bool decay;              /* chi decays; false leaves only diffusion */
  double diffusion_edges;  /* diffusion length per rearrangement in voxel edges; 0: no diffusion */
  double least_barrier_eV; /* rearrangements below this barrier belong to motion within a state */
  double tolerance;        /* relative; the absolute one is 1e-3 of it, as chi is of order 1 */
  MPI_Comm comm;           /* of the ranks that all do the same, for requests to stop */
} GbRelaxationOptions;

GbRelaxationOptions GbRelaxationDefaults(void); /* true, 1, 1e-6, MPI_COMM_SELF */

/* `calibration` is borrowed; solid[nvoxels] (false = void, NULL = all solid) is copied. */
GbStatus GbRelaxationCreate(const GbCalibration *calibration, const GbGrid *grid, const bool *solid,
                            const GbRelaxationOptions *options, GbRelaxation **relaxation);
void GbRelaxationDestroy(GbRelaxation **relaxation);
/* Advances chi[nvoxels] from start_s to end_s of the temperature program; chi of void voxels is
 * kept. GB_ERR_LIBRARY if the integrator fails; GB_ERR_STOPPED leaves chi as it was. Collective
 * over options.comm. */
GbStatus GbRelaxationRun(GbRelaxation *relaxation, const GbTemperatureProgram *program,
                         double start_s, double end_s, double *chi);
/* Rate at which structure rearranges, 1/s: nu_0 exp(-Qbar/kT), Qbar = E[Q | chi, Q > least]. */
double GbRelaxationRate(const GbCalibration *calibration, double chi, double least_barrier_eV,
                        double temperature_K);

#endif
