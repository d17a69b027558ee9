/* The names and units of docs/file-formats.md, read without the calibration's own reader: what
 * another program finds in the file. A name or unit changed in the one walk that writes and reads
 * would come back unseen. */
#include "harness/harness.h"
#include "unit/contract/example.h"

#include "base/h5.h"

#include <stdio.h>
#include <stdlib.h>

static void assert_scalar(GbH5 *file, const char *name, const char *units, double expected)
{
  double value;
  assert_ok(GbH5ReadScalar(file, name, &value, units));
  assert_true(value == expected);
}

static void assert_estimate(GbH5 *file, const char *name, const char *units, GbEstimate expected)
{
  char part[128];
  snprintf(part, sizeof part, "%s/value", name);
  assert_scalar(file, part, units, expected.value);
  snprintf(part, sizeof part, "%s/low", name);
  assert_scalar(file, part, units, expected.low);
  snprintf(part, sizeof part, "%s/high", name);
  assert_scalar(file, part, units, expected.high);
}

static void check_curve(GbH5 *file, const char *name, const char *units, int n,
                        const GbEstimate *expected)
{
  char part[128];
  size_t dims[1];
  double *values;
  snprintf(part, sizeof part, "%s/value", name);
  assert_ok(GbH5ReadDoubles(file, part, 1, dims, &values, units));
  assert_int_equal(dims[0], n);
  for (int i = 0; i < n; i++)
    assert_true(values[i] == expected[i].value);
  free(values);
}

static void check_material(GbH5 *file, const GbCalibrationMaterial *m)
{
  assert_scalar(file, "material/relaxed/chi", "1", m->chi[GB_STATE_RELAXED]);
  assert_scalar(file, "material/flowed/chi", "1", m->chi[GB_STATE_FLOWED]);
  assert_estimate(file, "material/relaxed/thermal_expansion", "1/K",
                  m->thermal_expansion_per_K[GB_STATE_RELAXED]);
  assert_estimate(file, "material/flowed/thermal_expansion", "1/K",
                  m->thermal_expansion_per_K[GB_STATE_FLOWED]);
  assert_estimate(file, "material/flowed/density", "kg/m^3", m->density_kg_per_m3[GB_STATE_FLOWED]);
  check_curve(file, "material/relaxed/shear_modulus", "GPa", m->ntemperatures,
              m->shear_modulus_GPa[GB_STATE_RELAXED]);
  check_curve(file, "material/flowed/shear_modulus", "GPa", m->ntemperatures,
              m->shear_modulus_GPa[GB_STATE_FLOWED]);
  check_curve(file, "material/relaxed/bulk_modulus", "GPa", m->ntemperatures,
              m->bulk_modulus_GPa[GB_STATE_RELAXED]);
  check_curve(file, "material/flowed/bulk_modulus", "GPa", m->ntemperatures,
              m->bulk_modulus_GPa[GB_STATE_FLOWED]);
  assert_estimate(file, "material/heat_capacity", "J/(kg K)", m->heat_capacity_J_per_kg_K);
  assert_scalar(file, "material/atomic_volume", "nm^3", m->atomic_volume_nm3);
}

static void check_laws(GbH5 *file, const GbCalibrationLaws *l)
{
  assert_estimate(file, "stz/laws/barrier_mean_at_chi_0", "eV", l->barrier_mean_eV[0]);
  assert_estimate(file, "stz/laws/barrier_mean_at_chi_1", "eV", l->barrier_mean_eV[1]);
  assert_estimate(file, "stz/laws/barrier_shape", "1", l->barrier_shape);
  assert_estimate(file, "stz/laws/activation_volume", "nm^3", l->activation_volume_nm3);
  assert_estimate(file, "stz/laws/event_volume", "nm^3", l->event_volume_nm3);
  assert_estimate(file, "stz/laws/event_shear", "1", l->event_shear);
  assert_estimate(file, "stz/laws/event_dilatation", "1", l->event_dilatation);
  assert_estimate(file, "stz/laws/chi_gain", "1", l->chi_gain);
  assert_estimate(file, "stz/laws/chi_inf", "1", l->chi_inf);
  assert_scalar(file, "stz/laws/attempt_frequency", "Hz", l->attempt_frequency_Hz);
}

static void check_state(GbH5 *file, const GbCalibrationState *s)
{
  assert_scalar(file, "state/e_ref", "eV", s->e_ref_eV);
  assert_scalar(file, "state/e_inf", "eV", s->e_inf_eV);
  assert_scalar(file, "state/energy", "J/g", s->energy_J_per_g);
  assert_scalar(file, "state/coarse_grain_radius", "nm", s->coarse_grain_nm);
  assert_estimate(file, "state/chi_mean", "1", s->chi_mean);
  assert_estimate(file, "state/chi_sd", "1", s->chi_sd);
}

static void names_and_units_are_those_of_the_document(void **state)
{
  (void)state;
  GbCalibration c;
  GbH5 *file;
  char path[512];
  snprintf(path, sizeof path, "%s/c.h5", GbTestFolder());
  assert_ok(GbTestCalibration(&c));
  assert_ok(GbCalibrationWrite(&c, path));
  assert_ok(GbH5Open(path, &file));
  check_material(file, &c.material);
  check_laws(file, &c.laws);
  check_state(file, &c.state);
  GbH5Discard(&file);
  GbCalibrationFree(&c);
}

GB_TEST_MAIN("unit.contract.names", cmocka_unit_test(names_and_units_are_those_of_the_document))
