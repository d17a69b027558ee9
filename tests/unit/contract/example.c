#include "unit/contract/example.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NTEMPERATURES = 3, NEVENTS = 5, NBARRIERS = 4, NCYCLES = 2, NCURVE = 6 };

static double counter; /* makes every number different */

static GbEstimate estimate(double value)
{
  counter += 1e-6;
  value += counter;
  return (GbEstimate){value, value - 0.1, value + 0.2, (int64_t)(counter * 1e6)};
}

static GbStatus column(int n, double start, double **values)
{
  GB_CALLOC(*values, n);
  for (int i = 0; i < n; i++)
    (*values)[i] = start + 0.01 * i + (counter += 1e-6);
  return GB_OK;
}

static GbStatus ints(int n, int64_t start, int modulus, int64_t **values)
{
  GB_CALLOC(*values, n);
  for (int i = 0; i < n; i++)
    (*values)[i] = start + i % modulus;
  return GB_OK;
}

static GbStatus fill_material(GbCalibrationMaterial *material)
{
  material->ntemperatures = NTEMPERATURES;
  GB_CALLOC(material->temperature_K, NTEMPERATURES);
  for (int s = 0; s < GB_NSTATES; s++) {
    material->chi[s] = s;
    GB_CALLOC(material->shear_modulus_GPa[s], NTEMPERATURES);
    GB_CALLOC(material->bulk_modulus_GPa[s], NTEMPERATURES);
    material->thermal_expansion_per_K[s] = estimate(1e-5 * (1 + s));
    material->density_kg_per_m3[s] = estimate(7300 - 40 * s);
    for (int t = 0; t < NTEMPERATURES; t++) {
      material->temperature_K[t] = 100 * (t + 1);
      material->shear_modulus_GPa[s][t] = estimate(30 - 4 * s - 2 * t);
      material->bulk_modulus_GPa[s][t] = estimate(110 - 8 * s - 3 * t);
    }
  }
  material->heat_capacity_J_per_kg_K = estimate(350);
  material->atomic_volume_nm3 = 0.0163;
  return GB_OK;
}

static GbStatus fill_tables(GbEventTable *events, GbBarrierTable *barriers)
{
  events->n = NEVENTS;
  GB_CALL(ints(NEVENTS, 11, 100, &events->atoms));
  GB_CALL(ints(NEVENTS, 0, GB_NZONES, &events->zone));
  double **const columns[] = {
      &events->volume_nm3,      &events->gamma,           &events->dilatation,
      &events->orientation_rad, &events->delta_energy_eV, &events->chi_before,
      &events->chi_after,       &events->stress_GPa,      &events->strain};
  for (int c = 0; c < 9; c++)
    GB_CALL(column(NEVENTS, 0.1 * (c + 1), columns[c]));
  barriers->n = NBARRIERS;
  GB_CALL(ints(NBARRIERS, 20, 100, &barriers->atoms));
  GB_CALL(ints(NBARRIERS, 0, GB_NSTATES, &barriers->state));
  double **const more[] = {&barriers->barrier_eV,
                           &barriers->reverse_barrier_eV,
                           &barriers->activation_volume_nm3,
                           &barriers->shear_volume_nm3,
                           &barriers->dilatation_volume_nm3,
                           &barriers->chi};
  for (int c = 0; c < 6; c++)
    GB_CALL(column(NBARRIERS, 0.3 * (c + 1), more[c]));
  return GB_OK;
}

static void fill_laws(GbCalibrationLaws *laws)
{
  laws->barrier_mean_eV[0] = estimate(1.6);
  laws->barrier_mean_eV[1] = estimate(1.2);
  laws->barrier_shape = estimate(12);
  laws->activation_volume_nm3 = estimate(0.06);
  laws->event_volume_nm3 = estimate(1.5);
  laws->event_shear = estimate(0.05);
  laws->event_dilatation = estimate(0.002);
  laws->chi_gain = estimate(0.2);
  laws->chi_inf = estimate(1);
  laws->attempt_frequency_Hz = 1e13;
}

static GbStatus fill_cycling(GbCalibrationCycling *cycling)
{
  cycling->ncycles = NCYCLES;
  cycling->temperature_low_K = 77;
  cycling->temperature_high_K = 300;
  for (int z = 0; z < GB_NZONES - 1; z++) { /* the sample has no spanning band */
    GB_CALL(column(NCYCLES + 1, 0.2 * z, &cycling->fraction[z]));
    GB_CALL(column(NCYCLES + 1, 0.1 * z, &cycling->chi[z]));
    cycling->atoms[z] = 1000 + z;
    cycling->f_zero[z] = estimate(0.5);
    cycling->f_inf[z] = estimate(0.6);
    cycling->n_c[z] = estimate(2);
  }
  return GB_OK;
}

GbStatus GbTestCalibration(GbCalibration *calibration)
{
  memset(calibration, 0, sizeof *calibration);
  counter = 0;
  GB_CALL(fill_material(&calibration->material));
  GB_CALL(fill_tables(&calibration->events, &calibration->barriers));
  fill_laws(&calibration->laws);
  calibration->state = (GbCalibrationState){-4.9, -4.8, 123, 0.8, estimate(0.3), estimate(0.1)};
  GB_CALL(fill_cycling(&calibration->cycling));
  GbStressStrain *curve = &calibration->stress_strain;
  *curve = (GbStressStrain){.n = NCURVE, .temperature_K = 100, .strain_rate_per_s = 1e8};
  GB_CALL(column(NCURVE, 0, &curve->strain));
  GB_CALL(column(NCURVE, 1, &curve->stress_GPa));
  calibration->provenance = strdup("program: test\natoms: 0\n");
  return GB_OK;
}
