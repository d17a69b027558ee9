#include "atomistic/protocol/config.h"

#include "atomistic/analysis/zones.h"
#include "atomistic/protocol/engine_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const notch_shapes[] = {"none", "v", "round", NULL};
static const char *const notch_sides[] = {"both", "left", NULL};
static const char *const lateral_modes[] = {"stress_free", "fixed", NULL};
static const char *const axial_modes[] = {"unloaded", "held", NULL};

#define AT(field) offsetof(GbAtomisticConfig, field)

static const GbParam params[] = {
    {"potential", GB_PARAM_TEXT, AT(potential), NULL, 0, 0, NULL,
     "Potential file (.eam.alloy or .eam.fs); elements in the file's order"},
    REAL(timestep_fs, "2", 0.01, 20, "Time step of all molecular dynamics"),
    REAL(temperature_K, "100", 1, 5000, "Test temperature: of the glass, the sample, the tension"),
    ENGINE_ROWS,
    WHOLE(thermo_steps, "100", 1, 1e9, "Steps between two rows of the tables in thermo/"),
    REAL(checkpoint_minutes, "10", 0, 1e6,
         "Time between two checkpoints within a phase; 0: only when the run is stopped"),

    LIST(glass_cells, "[7, 4, 10]", 1, 10000,
         "Face-centred cubic cells in x, y, z that are melted"),
    REAL(glass_second_element_fraction, "0.36", 0, 1,
         "Fraction of atoms of the potential's second element"),
    REAL(glass_lattice_angstrom, "4.1", 1, 20, "Edge of the cells before melting"),
    REAL(glass_melt_temperature_K, "2000", 1, 20000, "Temperature of the melt"),
    REAL(glass_melt_ps, "10", 0, 1e9, "Time in the melt"),
    REAL(glass_quench_rate_K_per_ps, "10", 1e-9, 1e6, "Cooling rate from the melt"),
    REAL(glass_hold_ps, "1", 0, 1e9, "Relaxation at the test temperature after the quench"),

    LIST(sample_replicate, "[2, 1, 2]", 1, 1000, "Copies of the glass along x, y, z"),
    REAL(sample_anneal_temperature_K, "800", 1, 20000,
         "Temperature at which the copies become different"),
    REAL(sample_anneal_ps, "5", 0, 1e9, "Time at the annealing temperature"),
    REAL(sample_cool_rate_K_per_ps, "100", 1e-9, 1e6, "Cooling rate from the anneal"),
    REAL(sample_relax_ps, "1", 0, 1e9, "Relaxation with free surfaces and notches"),
    CHOICE(notch_shape, "v", notch_shapes, "Shape of the notches"),
    CHOICE(notch_sides, "both", notch_sides, "Free surfaces that get a notch"),
    REAL(notch_depth_angstrom, "6", 0, 1e6, "Depth of a notch"),
    REAL(notch_height_angstrom, "8", 0, 1e6, "Opening of a notch at the surface, along z"),
    REAL(notch_offset_angstrom, "0", -1e6, 1e6,
         "Height of the right notch over the left one; together they are centred"),

    REAL(tension_strain_rate_per_s, "1e10", 1, 1e13, "Engineering strain rate along z"),
    REAL(tension_max_strain, "0.24", 1e-4, 10, "Engineering strain at which tension ends"),
    REAL(tension_frame_strain, "0.01", 1e-6, 1, "Strain between snapshots"),
    CHOICE(tension_lateral, "stress_free", lateral_modes,
           "Box along y during tension: its length free at zero stress, or fixed"),

    LIST(cycle_at_strains, "[0.18, 0.24]", 0, 10,
         "Strains whose states are thermally cycled (the nearest snapshots)"),
    WHOLE(cycle_count, "5", 0, 1000, "Thermal cycles of each state"),
    REAL(cycle_low_temperature_K, "100", 1, 5000, "Cold end of a cycle; snapshots are taken there"),
    REAL(cycle_high_temperature_K, "400", 1, 5000, "Warm end of a cycle"),
    REAL(cycle_ramp_ps, "0.5", 1e-3, 1e9, "Time of heating and of cooling"),
    REAL(cycle_hold_ps, "0.5", 0, 1e9, "Time at the warm end and at the cold end"),
    REAL(cycle_unload_ps, "1", 0, 1e9, "Time to come to rest at the cold end before the cycles"),
    CHOICE(cycle_axial, "unloaded", axial_modes,
           "Box along z during cycles: at zero stress, or held at its strained length"),

    REAL(zone_strain_cutoff_angstrom, "4.2", 1, 20, "Neighbours that define the atomic strain"),
    REAL(zone_threshold, "0.3", 1e-6, 10, "Voxel-averaged eta_Mises of a shear band"),
    REAL(zone_voxel_angstrom, "5", 1, 1000,
         "Edge of the averaging voxels; the map is then smoothed over their neighbours"),
    REAL(zone_front_angstrom, "12", 0.1, 1e6,
         "Reach of a band's front, behind and ahead of its tip"),
    WHOLE(zone_min_voxels, "8", 1, 1e9, "Voxels of the smallest cluster that counts as a band"),
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL}};

const GbSection gb_atomistic_section = {
    "atomistic", "Molecular dynamics: glass, test piece, tension, thermal cycles", params};

static GbStatus check_counts(const char *key, const GbDoubleList *list)
{
  if (list->count != 3)
    GB_FAIL(GB_ERR_INPUT, "atomistic.%s: expected 3 whole numbers [x, y, z], found %d", key,
            list->count);
  for (int d = 0; d < 3; d++) {
    if (list->values[d] != floor(list->values[d]))
      GB_FAIL(GB_ERR_INPUT, "atomistic.%s: expected whole numbers, found %g", key, list->values[d]);
  }
  return GB_OK;
}

static GbStatus check_size(const GbAtomisticConfig *config)
{
  double atoms = 4.0;
  GB_CALL(check_counts("glass_cells", &config->glass_cells));
  GB_CALL(check_counts("sample_replicate", &config->sample_replicate));
  for (int d = 0; d < 3; d++)
    atoms *= config->glass_cells.values[d] * config->sample_replicate.values[d];
  if (atoms > 2e9)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic: glass_cells times sample_replicate make %g atoms; at most 2e9", atoms);
  return GB_OK;
}

static GbStatus check_notch(const GbAtomisticConfig *config)
{
  double cells_x = config->glass_cells.values[0] * config->sample_replicate.values[0];
  double width = cells_x * config->glass_lattice_angstrom;
  double cut = config->notch_depth_angstrom * (config->notch_sides == GB_NOTCH_BOTH_SIDES ? 2 : 1);
  if (config->notch_shape != GB_NOTCH_NONE && cut > 0.8 * width)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.notch_depth_angstrom: expected notches of together at most 0.8 of the width "
            "of about %.0f angstrom, found %g",
            width, cut);
  return GB_OK;
}

GbStatus GbAtomisticConfigValidate(const GbAtomisticConfig *config)
{
  GB_CALL(check_size(config));
  GB_CALL(check_notch(config));
  if (config->glass_melt_temperature_K < config->temperature_K)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.glass_melt_temperature_K: expected at least temperature_K = %g, found %g",
            config->temperature_K, config->glass_melt_temperature_K);
  if (config->sample_anneal_temperature_K < config->temperature_K)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.sample_anneal_temperature_K: expected at least temperature_K = %g, found %g",
            config->temperature_K, config->sample_anneal_temperature_K);
  if (config->cycle_high_temperature_K < config->cycle_low_temperature_K)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.cycle_high_temperature_K: expected at least cycle_low_temperature_K = %g, "
            "found %g",
            config->cycle_low_temperature_K, config->cycle_high_temperature_K);
  if (config->tension_frame_strain > config->tension_max_strain)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.tension_frame_strain: expected at most tension_max_strain = %g, found %g",
            config->tension_max_strain, config->tension_frame_strain);
  for (int i = 0; i < config->cycle_at_strains.count; i++) {
    double strain = config->cycle_at_strains.values[i];
    if (strain > config->tension_max_strain + 0.5 * config->tension_frame_strain)
      GB_FAIL(GB_ERR_INPUT,
              "atomistic.cycle_at_strains: expected at most tension_max_strain = %g, found %g",
              config->tension_max_strain, strain);
  }
  return GB_OK;
}

/* --- what each key acts on ----------------------------------------------------------------------
 */

/* In the order of params. A key that were missing here would change products without a word: the
 * two tables have the same length, and unit.protocol.config compares their keys. */
static const struct {
  const char *key;
  unsigned on;
} acting[] = {
    {"potential", GB_ACTS_APART}, /* by its contents */
    {"timestep_fs", GB_ACTS_ON_GLASS},
    {"temperature_K", GB_ACTS_ON_GLASS},
    {"precision", GB_ACTS_ON_GLASS},
    {"kernel", GB_ACTS_ON_GLASS},
    {"skin_A", GB_ACTS_ON_GLASS},
    {"thermo_steps", GB_ACTS_ON_GLASS}, /* and on the table of every phase */
    {"checkpoint_minutes", GB_ACTS_ON_NOTHING},
    {"glass_cells", GB_ACTS_ON_GLASS},
    {"glass_second_element_fraction", GB_ACTS_ON_GLASS},
    {"glass_lattice_angstrom", GB_ACTS_ON_GLASS},
    {"glass_melt_temperature_K", GB_ACTS_ON_GLASS},
    {"glass_melt_ps", GB_ACTS_ON_GLASS},
    {"glass_quench_rate_K_per_ps", GB_ACTS_ON_GLASS},
    {"glass_hold_ps", GB_ACTS_ON_GLASS},
    {"sample_replicate", GB_ACTS_ON_SAMPLE},
    {"sample_anneal_temperature_K", GB_ACTS_ON_SAMPLE},
    {"sample_anneal_ps", GB_ACTS_ON_SAMPLE},
    {"sample_cool_rate_K_per_ps", GB_ACTS_ON_SAMPLE},
    {"sample_relax_ps", GB_ACTS_ON_SAMPLE},
    {"notch_shape", GB_ACTS_ON_SAMPLE},
    {"notch_sides", GB_ACTS_ON_SAMPLE},
    {"notch_depth_angstrom", GB_ACTS_ON_SAMPLE},
    {"notch_height_angstrom", GB_ACTS_ON_SAMPLE},
    {"notch_offset_angstrom", GB_ACTS_ON_SAMPLE},
    {"tension_strain_rate_per_s", GB_ACTS_ON_TENSION},
    {"tension_max_strain", GB_ACTS_ON_TENSION},
    {"tension_frame_strain", GB_ACTS_ON_TENSION},
    {"tension_lateral", GB_ACTS_ON_TENSION},
    {"cycle_at_strains", GB_ACTS_APART}, /* by the states that are cycled */
    {"cycle_count", GB_ACTS_ON_CYCLING},
    {"cycle_low_temperature_K", GB_ACTS_ON_CYCLING},
    {"cycle_high_temperature_K", GB_ACTS_ON_CYCLING},
    {"cycle_ramp_ps", GB_ACTS_ON_CYCLING},
    {"cycle_hold_ps", GB_ACTS_ON_CYCLING},
    {"cycle_unload_ps", GB_ACTS_ON_CYCLING},
    {"cycle_axial", GB_ACTS_ON_CYCLING},
    {"zone_strain_cutoff_angstrom", GB_ACTS_ON_ANALYSIS},
    {"zone_threshold", GB_ACTS_ON_ANALYSIS},
    {"zone_voxel_angstrom", GB_ACTS_ON_ANALYSIS},
    {"zone_front_angstrom", GB_ACTS_ON_ANALYSIS},
    {"zone_min_voxels", GB_ACTS_ON_ANALYSIS},
};

_Static_assert(sizeof acting / sizeof *acting == sizeof params / sizeof *params - 1,
               "every key says what it acts on");

unsigned GbAtomisticActsOn(const char *key)
{
  for (size_t i = 0; i < sizeof acting / sizeof *acting; i++)
    if (strcmp(acting[i].key, key) == 0) return acting[i].on;
  return 0;
}

GbStatus GbAtomisticConfigSelect(const GbAtomisticConfig *config, unsigned phase, char **text)
{
  GbParam chosen[sizeof params / sizeof params[0]];
  int n = 0;
  for (const GbParam *param = params; param->key; param++)
    if (GbAtomisticActsOn(param->key) & phase) chosen[n++] = *param;
  chosen[n] = (GbParam){.key = NULL};
  GbSection section = {gb_atomistic_section.name, NULL, chosen};
  GbSectionData data = {&section, (void *)config};
  GB_CALL(GbConfigFormat(&data, 1, false, text));
  return GB_OK;
}
