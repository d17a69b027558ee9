/* Input of the atomistic stage: section `atomistic` of the YAML file. */
#ifndef GB_ATOMISTIC_PROTOCOL_CONFIG_H
#define GB_ATOMISTIC_PROTOCOL_CONFIG_H

#include "base/config.h"

typedef enum { GB_NOTCH_NONE, GB_NOTCH_V, GB_NOTCH_ROUND } GbNotchShape;
typedef enum { GB_NOTCH_BOTH_SIDES, GB_NOTCH_LEFT_SIDE } GbNotchedSides;
typedef enum { GB_LATERAL_STRESS_FREE, GB_LATERAL_FIXED } GbLateral;
typedef enum { GB_CYCLE_UNLOADED, GB_CYCLE_HELD } GbCycleAxial;

typedef struct {
  char potential[GB_TEXT_MAX];
  double timestep_fs, temperature_K;
  int precision, kernel;
  double skin_A;
  int64_t thermo_steps;
  double checkpoint_minutes;

  GbDoubleList glass_cells; /* x, y, z */
  double glass_second_element_fraction, glass_lattice_angstrom;
  double glass_melt_temperature_K, glass_melt_ps, glass_quench_rate_K_per_ps, glass_hold_ps;

  GbDoubleList sample_replicate; /* x, y, z */
  double sample_anneal_temperature_K, sample_anneal_ps, sample_cool_rate_K_per_ps, sample_relax_ps;
  int notch_shape, notch_sides;
  double notch_depth_angstrom, notch_height_angstrom, notch_offset_angstrom;

  double tension_strain_rate_per_s, tension_max_strain, tension_frame_strain;
  int tension_lateral;

  GbDoubleList cycle_at_strains;
  int64_t cycle_count;
  double cycle_low_temperature_K, cycle_high_temperature_K, cycle_ramp_ps, cycle_hold_ps,
      cycle_unload_ps;
  int cycle_axial;

  double zone_strain_cutoff_angstrom, zone_threshold, zone_voxel_angstrom, zone_front_angstrom;
  int64_t zone_min_voxels;
} GbAtomisticConfig;

extern const GbSection gb_atomistic_section;

/* What a key acts on: the first of the phases that depends on it, as those behind it depend on its
 * products. A sum for a key that acts on some of them only. */
enum {
  GB_ACTS_ON_GLASS = 1,
  GB_ACTS_ON_SAMPLE = 2,
  GB_ACTS_ON_TENSION = 4,
  GB_ACTS_ON_CYCLING = 8,
  GB_ACTS_ON_ANALYSIS = 16, /* which is made again whenever the stage runs */
  GB_ACTS_APART = 32,       /* in the keys of phases in another form than its text */
  GB_ACTS_ON_NOTHING = 64   /* changes no product */
};

/* Checks across keys: GB_ERR_INPUT with the key, what it must be and what it is. */
GbStatus GbAtomisticConfigValidate(const GbAtomisticConfig *config);
/* Sum of GB_ACTS_...; 0 for a key that is not there. */
unsigned GbAtomisticActsOn(const char *key);
/* The keys that act on this phase, as "key: value" lines. Owned by the caller (free). */
GbStatus GbAtomisticConfigSelect(const GbAtomisticConfig *config, unsigned phase, char **text);

#endif
