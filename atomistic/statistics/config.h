/* Input of the stage `calibrate`. */
#ifndef GB_ATOMISTIC_STATISTICS_CONFIG_H
#define GB_ATOMISTIC_STATISTICS_CONFIG_H

#include "base/config.h"

typedef struct {
  char potential[GB_TEXT_MAX];
  GbDoubleList temperatures_K;
  double timestep_fs, coarse_grain_nm;
  int precision, kernel;
  double skin_A;
  double inherent_force_eV_per_A, glass_force_eV_per_A;
  int64_t max_evaluations;
  double flow_strain_rate_per_s, flow_leg_strain;
  int64_t flow_segments;
  double thermal_equilibrate_ps, thermal_sample_ps, elastic_strain;
  int64_t census_frames, census_min_atoms;
  double census_d2min_A2, census_eta, census_cluster_A;
  int64_t searches_per_state, saddle_max_evaluations, saddle_min_atoms;
  double saddle_min_barrier_eV, saddle_neighbour_eV, saddle_min_shear_volume_nm3,
      saddle_push_radius_A, saddle_moved_A, saddle_force_eV_per_A;
  double attempt_frequency_Hz;
  int64_t bootstrap_resamples;
} GbCalibrateConfig;

extern const GbSection gb_calibrate_section;
GbStatus GbCalibrateValidate(const void *config);
int GbCalibrateInputFiles(const void *config, const char *paths[]);

#endif
