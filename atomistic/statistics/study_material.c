/* Moduli, expansion, density and heat capacity of both states of the glass. */
#include "atomistic/statistics/study.h"

#include "atomistic/statistics/elastic.h"
#include "atomistic/statistics/thermal.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>

static const char *const state_names[GB_NSTATES] = {"relaxed", "flowed"};

static GbStatus thermal_state(GbStudy *study, int s, int nt, const double *temperatures,
                              GbThermalPoint *points)
{
  const GbCalibrateConfig *c = study->config;
  const GbThermalOptions options = {.dt_ps = 1e-3 * c->timestep_fs,
                                    .equilibrate_ps = c->thermal_equilibrate_ps,
                                    .sample_ps = c->thermal_sample_ps,
                                    .seed = study->run->seed,
                                    .stream = 1 + (uint64_t)s};
  GbCalibrationMaterial *m = &study->calibration.material;
  const double mass = GbAtomsMassKg(&study->glass[s]);
  GbEstimate heat_capacity;
  GB_CALL(GbThermalMeasure(study->dynamics, &study->glass[s], nt, temperatures, &options, points));
  GbBootstrapOptions bootstrap = GbStudyBootstrap(study, GB_STREAM_EXPANSION + (uint64_t)s);
  GB_CALL(
      GbThermalFit(&bootstrap, nt, points, mass, &m->thermal_expansion_per_K[s], &heat_capacity));
  if (s == GB_STATE_RELAXED) m->heat_capacity_J_per_kg_K = heat_capacity;
  bootstrap = GbStudyBootstrap(study, GB_STREAM_DENSITY + (uint64_t)s);
  GB_CALL(GbThermalDensity(&bootstrap, &points[0], mass, &m->density_kg_per_m3[s]));
  for (int t = 0; t < nt; t++)
    study->temperature_volume[s][t] = points[t].mean_volume;
  GbLogInfo("%s glass: expansion %.3g /K [%.3g, %.3g], density %.0f kg/m^3, c_p %.0f J/(kg K)",
            state_names[s], m->thermal_expansion_per_K[s].value, m->thermal_expansion_per_K[s].low,
            m->thermal_expansion_per_K[s].high, m->density_kg_per_m3[s].value, heat_capacity.value);
  return GB_OK;
}

/* Moduli of the inherent structure at the volume the state has at one temperature. */
static GbStatus moduli_at(GbStudy *study, int s, int t, GbAtoms *copy)
{
  const GbCalibrateConfig *c = study->config;
  const GbElasticOptions options = {c->elastic_strain, 0.3 * c->glass_force_eV_per_A,
                                    (int)c->max_evaluations};
  GbCalibrationMaterial *m = &study->calibration.material;
  GbGlass view = {study->force, copy};
  GbInherent inherent;
  GbElastic elastic;
  const double f = cbrt(study->temperature_volume[s][t] / GbAtomsVolume(&study->glass[s]));
  GbAtomsAssign(&study->glass[s], copy);
  GbAtomsScaleBox(copy, (double[3]){f, f, f});
  GbForceReset(study->force);
  GB_CALL(GbGlassMinimize(&view, options.force_tolerance, options.max_evaluations, &inherent));
  GB_CALL(GbElasticMeasure(&view, &options, &elastic));
  const uint64_t k = (uint64_t)(s * GB_LIST_MAX + t);
  GbBootstrapOptions bootstrap = GbStudyBootstrap(study, GB_STREAM_SHEAR + k);
  GB_CALL(GbBootstrapMean(&bootstrap, "shear modulus", 3, elastic.shear_GPa,
                          &m->shear_modulus_GPa[s][t]));
  bootstrap = GbStudyBootstrap(study, GB_STREAM_BULK + k);
  GB_CALL(
      GbBootstrapMean(&bootstrap, "bulk modulus", 3, elastic.bulk_GPa, &m->bulk_modulus_GPa[s][t]));
  GbLogInfo("%s glass at %g K: mu %.1f GPa (%.1f %.1f %.1f), K %.1f GPa (%.1f %.1f %.1f)",
            state_names[s], m->temperature_K[t], m->shear_modulus_GPa[s][t].value,
            elastic.shear_GPa[0], elastic.shear_GPa[1], elastic.shear_GPa[2],
            m->bulk_modulus_GPa[s][t].value, elastic.bulk_GPa[0], elastic.bulk_GPa[1],
            elastic.bulk_GPa[2]);
  return GB_OK;
}

static GbStatus one_state(GbStudy *study, int s, GbThermalPoint *points)
{
  GbCalibrationMaterial *m = &study->calibration.material;
  const int nt = m->ntemperatures;
  GbAtoms copy;
  GbStatus status;
  GB_CALLOC(m->shear_modulus_GPa[s], nt);
  GB_CALLOC(m->bulk_modulus_GPa[s], nt);
  GB_CALLOC(study->temperature_volume[s], nt);
  GB_CALL(GbAtomsCopy(&study->glass[s], &copy));
  GB_TRY(status, thermal_state(study, s, nt, m->temperature_K, points), done);
  for (int t = 0; t < nt; t++)
    GB_TRY(status, moduli_at(study, s, t, &copy), done);
done:
  GbAtomsFree(&copy);
  return status;
}

GbStatus GbStudyMaterial(GbStudy *study)
{
  GbCalibrationMaterial *m = &study->calibration.material;
  GbThermalPoint *points;
  GbStatus status = GB_OK;
  m->ntemperatures = study->config->temperatures_K.count;
  GB_CALLOC(m->temperature_K, m->ntemperatures);
  for (int t = 0; t < m->ntemperatures; t++)
    m->temperature_K[t] = study->config->temperatures_K.values[t];
  GB_CALLOC(points, m->ntemperatures);
  for (int s = 0; s < GB_NSTATES; s++)
    GB_TRY(status, one_state(study, s, points), done);
  const double mu = m->shear_modulus_GPa[GB_STATE_RELAXED][0].value;
  const double bulk = m->bulk_modulus_GPa[GB_STATE_RELAXED][0].value;
  study->young_GPa = 9.0 * bulk * mu / (3.0 * bulk + mu);
done:
  free(points);
  return status;
}
