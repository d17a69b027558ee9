/* What the mesoscale stage does to its samples: its part of the input, and where its files lie. */
#ifndef GB_MESOSCALE_PROTOCOL_H
#define GB_MESOSCALE_PROTOCOL_H

#include "base/hash.h"
#include "contract/stage.h"
#include "mesoscale/fields/bands.h"
#include "mesoscale/fields/program.h"
#include "mesoscale/fields/sample.h"

enum { GB_PATH_MAX = 4096 };

typedef enum { GB_METHOD_AUTO, GB_METHOD_FULL, GB_METHOD_THINNING } GbMethodChoice;

typedef struct {
  int64_t nx, ny, nz, modes, elements_per_edge;
  int boundary; /* 1: periodic in x */
  int moduli;   /* 1: uniform */
  int method;   /* GbMethodChoice */
  int elastic_solver, driver;
  int64_t notch_depth_voxels, notch_height_voxels, pores;
  int notch_sides;
  double pore_radius_voxels;
  double voxel_edge_nm, strain_rate_per_s, temperature_K;
  GbDoubleList strains_percent, snapshot_strains_percent;
  double snapshot_every_percent;
  double intrabasin_time_s, rest_s, relaxation_step_percent, chi_diffusion_edges;
  int64_t max_events_per_voxel;
  double ctc_low_K, ctc_high_K, ctc_dwell_s, ctc_ramp_s;
  int64_t ctc_cycles;
  double band_shear, band_relative, band_front_nm;
  int64_t avalanche_least_events, event_stride;
  bool event_catalogue, reverse_events;
  double checkpoint_minutes;
  int64_t samples, ranks_per_sample; /* section ensemble */
} GbMesoConfig;

extern const GbSection gb_mesoscale_section, gb_ensemble_section;

typedef enum { GB_PHASE_BEFORE, GB_PHASE_AFTER, GB_NPHASES } GbPhase; /* of the thermal cycles */
extern const char *const gb_phase_names[GB_NPHASES];                  /* "before", "after" */

GbStatus GbMesoConfigValidate(const void *config);
GbSampleOptions GbMesoSampleOptions(const GbMesoConfig *config); /* the method chosen */
GbSampleShape GbMesoSampleShape(const GbMesoConfig *config);
/* States recorded at each prior strain: without cycles there is none after them. */
int GbMesoPhases(const GbMesoConfig *config);
/* Bands of a state. *map is freed with GbBandMapFree. */
GbStatus GbMesoClassify(const GbMesoConfig *config, const GbMesoState *state, GbBandMap *map);
GbCycleOptions GbMesoCycleOptions(const GbMesoConfig *config);
/* Hash of everything that a sample's result depends on: section mesoscale, calibration, seed,
 * version. Not the section ensemble: samples stay good when their number changes. */
GbStatus GbMesoFingerprint(const GbRun *run, const GbMesoConfig *config, char hex[GB_HASH_SIZE]);
/* Seed of one sample: numbers of two samples never coincide. */
uint64_t GbMesoSampleSeed(uint64_t run_seed, int sample);

/* Below run->folder. path[GB_PATH_MAX]. `name` NULL: the folder itself. */
void GbMesoPath(const char *folder, const char *name, char *path);
void GbMesoSamplePath(const char *folder, int sample, const char *name, char *path);
/* mesoscale/sample_SS/state_PPP_before.h5, PPP the prior strain in 0.1 %. */
void GbMesoStatePath(const char *folder, int sample, double strain_percent, GbPhase phase,
                     char *path);

#endif
