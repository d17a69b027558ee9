#include "atomistic/statistics/config.h"

#include "atomistic/protocol/engine_rows.h"
#include "atomistic/statistics/fits.h"

#define AT(field) offsetof(GbCalibrateConfig, field)

static const GbParam params[] = {
    {"potential", GB_PARAM_TEXT, AT(potential), NULL, 0, 0, NULL,
     "Potential file, the same as in the atomistic stage"},
    {"temperatures_K", GB_PARAM_LIST, AT(temperatures_K), "[100, 400]", 1, 3000, NULL,
     "Temperatures of moduli and expansion, ascending, at least two"},
    REAL(timestep_fs, "3", 0.01, 20, "Time step of molecular dynamics"),
    ENGINE_ROWS,
    REAL(coarse_grain_nm, "0.8", 0.3, 5, "Radius over which energies are averaged for chi"),
    REAL(inherent_force_eV_per_A, "0.02", 1e-6, 1,
         "Largest force left in the inherent structures of the test piece"),
    REAL(glass_force_eV_per_A, "1e-3", 1e-6, 1,
         "Largest force left in the inherent structures of the periodic glass"),
    WHOLE(max_evaluations, "3000", 10, 1e9, "Force evaluations of one minimisation at most"),
    REAL(flow_strain_rate_per_s, "4e10", 1e3, 1e12,
         "True strain rate that drives the glass to flow"),
    REAL(flow_leg_strain, "0.2", 0.02, 0.4, "True strain of each of the three legs of flow"),
    WHOLE(flow_segments, "6", 1, 1000, "Inherent structures taken on each leg"),
    REAL(thermal_equilibrate_ps, "2", 0.01, 1e9, "Equilibration at each temperature"),
    REAL(thermal_sample_ps, "4", 0.1, 1e9, "Sampling at each temperature"),
    REAL(elastic_strain, "2e-3", 1e-6, 0.02, "Strain of the finite differences for moduli"),
    WHOLE(census_frames, "12", 2, 1e6, "Tension snapshots of the event census at most"),
    WHOLE(census_min_atoms, "5", 4, 1e6, "Atoms of the smallest event"),
    REAL(census_d2min_A2, "2", 0, 1e3, "An atom took part in an event above this D2min"),
    REAL(census_eta, "0.08", 0, 10, "and above this eta_Mises"),
    REAL(census_cluster_A, "3.8", 1, 20, "Atoms closer than this belong to one event"),
    WHOLE(searches_per_state, "24", 1, 1e6, "Saddle searches from each of the two glasses"),
    WHOLE(saddle_max_evaluations, "1200", 50, 1e7, "Force evaluations of one search at most"),
    WHOLE(saddle_min_atoms, "3", 1, 1e6, "Fewer atoms that moved are no shear transformation"),
    REAL(saddle_min_barrier_eV, "0.05", 0, 10,
         "Lower barriers, forward or reverse, lie within one basin and do not count"),
    REAL(saddle_neighbour_eV, "0.15", 0, 10,
         "A saddle of another minimum counts if that lies at most this far above"),
    REAL(saddle_min_shear_volume_nm3, "0.02", 0, 10,
         "An event of less shear times volume is no shear transformation"),
    REAL(saddle_push_radius_A, "4", 2, 50, "Radius of the group of atoms that is pushed"),
    REAL(saddle_moved_A, "0.2", 0.01, 5, "An atom that moved further took part"),
    REAL(saddle_force_eV_per_A, "1e-2", 1e-7, 0.5, "Largest force left at a saddle"),
    REAL(attempt_frequency_Hz, "1e13", 1e9, 1e15, "Attempt frequency (not measured)"),
    WHOLE(bootstrap_resamples, "400", 10, 1e6, "Resamples behind each confidence interval"),
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL}};

const GbSection gb_calibrate_section = {
    "calibrate", "Statistics of the atomistic run: what the mesoscale model needs", params};

GbStatus GbCalibrateValidate(const void *config)
{
  const GbCalibrateConfig *c = config;
  if (c->temperatures_K.count < 2)
    GB_FAIL(GB_ERR_INPUT, "calibrate.temperatures_K: expected at least 2 values, found %d",
            c->temperatures_K.count);
  for (int i = 1; i < c->temperatures_K.count; i++)
    if (c->temperatures_K.values[i] < c->temperatures_K.values[i - 1] + 10.0)
      GB_FAIL(GB_ERR_INPUT,
              "calibrate.temperatures_K: expected ascending values at least 10 K apart, found %g "
              "after %g",
              c->temperatures_K.values[i], c->temperatures_K.values[i - 1]);
  if (2 * c->searches_per_state < GB_FIT_MIN_BARRIERS)
    GB_FAIL(GB_ERR_INPUT, "calibrate.searches_per_state: expected at least %d, found %lld",
            GB_FIT_MIN_BARRIERS / 2, (long long)c->searches_per_state);
  return GB_OK;
}

int GbCalibrateInputFiles(const void *config, const char *paths[])
{
  paths[0] = ((const GbCalibrateConfig *)config)->potential;
  return 1;
}
