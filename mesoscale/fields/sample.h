/* One sample: events and slow fields advanced together through loading, rest and thermal cycles.
 *
 * Every rank of the sample's communicator holds the whole sample, and all calls that advance it are
 * collective. */
#ifndef GB_MESOSCALE_SAMPLE_H
#define GB_MESOSCALE_SAMPLE_H

#include "mesoscale/events/draws.h"
#include "mesoscale/events/kmc.h"
#include "mesoscale/fields/program.h"
#include "mesoscale/fields/relaxation.h"
#include "mesoscale/fields/voids.h"

#define GB_MESO_VERSION                                                                            \
  "4" /* raise when the physics of a sample changes: old products are redone */

typedef struct {
  double intrabasin_time_s;     /* see GbKmcOptions */
  double chi_diffusion_edges;   /* see GbRelaxationOptions */
  int64_t max_events_per_voxel; /* in one relaxation step; more is GB_ERR_NUMERIC */
  GbKmcMethod method;           /* these three: see GbKmcOptions */
  bool uniform_moduli;
  GbElasticSolver solver;
  GbDriver driver; /* of GbSampleCompress; all else is thermal */
  bool way_back;   /* see GbKmcOptions */
} GbSampleOptions;

typedef struct {
  MPI_Comm comm;                    /* borrowed */
  const GbCalibration *calibration; /* borrowed */
  GbSampleOptions options;
  GbMesoState state; /* owned */
  GbDrawLaw *draws;
  GbKmc *kmc;
  GbRelaxation *relaxation;
  double *chi_drawn;        /* [nvoxels] chi that the barriers stand for */
  int64_t *redraws;         /* [nvoxels] state->redraws when chi_drawn was set */
  GbEventCallback on_event; /* may be NULL; set by the owner */
  void *on_event_context;
} GbSample;

typedef struct {
  int nx, ny, nz; /* voxels; ny = 1: plane strain */
  bool periodic_x;
  int elements_per_edge; /* of a voxel; 0 stands for 1 */
  int nmodes;            /* of one STZ site; a voxel holds edge^3 / Omega sites */
  GbVoids voids;
  double edge_nm; /* of a voxel; 0: the cube root of Omega, one site */
  double temperature_K;
} GbSampleShape;

/* Called after each relaxation step, with stress and fields up to date. *stop = true ends. */
typedef GbStatus (*GbSampleObserver)(void *context, const GbSample *sample, bool *stop);

/* A fresh glass: chi normal with the calibrated mean and spread (that of a voxel's volume), clamped
 * to [-0.5, 1], independent between voxels; barriers and directions drawn from
 * P(Q | chi). */
GbStatus GbSampleDraw(MPI_Comm comm, const GbCalibration *calibration, const GbSampleShape *shape,
                      uint64_t seed, const GbSampleOptions *options, GbSample *sample);
/* Continues from a copy of `state`. */
GbStatus GbSampleBranch(MPI_Comm comm, const GbCalibration *calibration, const GbMesoState *state,
                        const GbSampleOptions *options, GbSample *sample);
/* Continues a sample where an observer saw it, with the same bits as if it had never been stopped:
 * `state` (taken over, zeroed here), chi_drawn[nvoxels] and redraws[nvoxels] are what it had. */
GbStatus GbSampleResume(MPI_Comm comm, const GbCalibration *calibration, GbMesoState *state,
                        const double *chi_drawn, const int64_t *redraws,
                        const GbSampleOptions *options, GbSample *sample);
void GbSampleFree(GbSample *sample);

/* Mean stress along z per strain of a whole, elastic sample of the calibrated mean chi, GPa. */
double GbSampleModulus(const GbSample *sample);
/* Mean plastic strain along z, tension positive, over the whole area. */
double GbSamplePlasticStrain(const GbSample *sample);
/* Compresses at strain_rate_per_s (> 0) in steps of step_strain until `observer` stops it. Without
 * temperature (options.driver) chi does not relax; the rate then only says what time passes. */
GbStatus GbSampleCompress(GbSample *sample, double strain_rate_per_s, double step_strain,
                          GbSampleObserver observer, void *context);
/* Strains back at the same rate until the mean axial stress is zero. */
GbStatus GbSampleUnload(GbSample *sample, double strain_rate_per_s, double step_strain,
                        GbSampleObserver observer, void *context);
/* Follows the temperature program at zero mean axial stress, one node to the next. */
GbStatus GbSampleFollow(GbSample *sample, const GbTemperatureProgram *program,
                        GbSampleObserver observer, void *context);

#endif
