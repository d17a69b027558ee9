/* What a run asks of its calibration and of the machine, checked before any work. */
#ifndef GB_MESOSCALE_DEMANDS_H
#define GB_MESOSCALE_DEMANDS_H

#include "contract/calibration.h"
#include "mesoscale/fields/protocol.h"

typedef struct {
  double voxels, sites, modes; /* sites and modes of one voxel */
  double bytes;                /* of one rank, while it works on a sample and a branch of it */
} GbMesoDemands;

/* As large as the numbers are: nothing is rounded to an int or allocated. `bytes` counts the arrays
 * whose size follows from the grid; factors of elastic_solver: direct are left out. */
GbMesoDemands GbMesoDemandsOf(const GbMesoConfig *config, const GbCalibration *calibration);
/* GB_ERR_INPUT, with the numbers, if the run needs more modes than can be counted, or if one of
 * the `ranks` of a node needs more memory than the `available` bytes of it. */
GbStatus GbMesoCheckDemands(const GbMesoConfig *config, const GbCalibration *calibration,
                            const char *calibration_path, int ranks, double available);
/* Ranges that the laws of a calibration must keep for this stage and for hardness, beyond those
 * that make a valid file. GB_ERR_INPUT. */
GbStatus GbMesoCheckLaws(const GbCalibration *calibration, const char *calibration_path);
/* A warning in the log, once per call, if the run leaves 300 K or 5e-4 /s, where the event law is
 * known to be wrong. */
void GbMesoWarnOfLaw(const GbMesoConfig *config);

#endif
