/* The input of the atomistic stage: defaults, checks across keys, what a phase's key depends on. */
#include "atomistic/protocol/engine_rows.h"
#include "atomistic/protocol/session.h"
#include "harness/harness.h"

#include <stdlib.h>
#include <string.h>

static GbStatus load(GbAtomisticConfig *config, const char *set)
{
  const char *sets[] = {"atomistic.potential=some.eam.fs", set};
  GbSectionData data = {&gb_atomistic_section, config};
  GB_CALL(GbConfigLoad(NULL, sets, set ? 2 : 1, &data, 1));
  GB_CALL(GbAtomisticConfigValidate(config));
  return GB_OK;
}

static void defaults_are_valid(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  assert_ok(load(&config, NULL));
  assert_int_equal(config.glass_cells.count, 3);
  GbSectionData data = {&gb_atomistic_section, &config};
  assert_fails(GbConfigLoad(NULL, NULL, 0, &data, 1), GB_ERR_INPUT, "potential");
}

static void ranges(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  assert_fails(load(&config, "atomistic.temperature_K=-5"), GB_ERR_INPUT, "temperature_K", "-5");
  assert_fails(load(&config, "atomistic.timestep_fs=0"), GB_ERR_INPUT, "timestep_fs");
  assert_fails(load(&config, "atomistic.notch_shape=square"), GB_ERR_INPUT, "notch_shape");
  assert_fails(load(&config, "atomistic.no_such_key=1"), GB_ERR_INPUT, "no_such_key");
  assert_fails(load(&config, "atomistic.cycle_count=2.5"), GB_ERR_INPUT, "cycle_count");
}

/* Each of them changes rounding, and so the glass: all phases depend on them. */
static void engine_keys(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  assert_ok(load(&config, NULL));
  GbForceOptions options = gb_engine_options(config.precision, config.kernel, config.skin_A);
  assert_int_equal(options.precision, GB_PRECISION_MIXED);
  assert_null(options.kernel);
  assert_close(options.skin, 1.0, 0.0);
  assert_ok(load(&config, "atomistic.precision=double"));
  assert_int_equal(config.precision, GB_PRECISION_DOUBLE);
  assert_ok(load(&config, "atomistic.kernel=portable"));
  assert_string_equal(gb_engine_options(0, config.kernel, 1.0).kernel, "portable");
  assert_fails(load(&config, "atomistic.precision=float"), GB_ERR_INPUT, "precision", "float");
  assert_fails(load(&config, "atomistic.kernel=sse"), GB_ERR_INPUT, "kernel", "sse");
  assert_fails(load(&config, "atomistic.skin_A=0"), GB_ERR_INPUT, "skin_A");
  assert_fails(load(&config, "atomistic.thermo_steps=0"), GB_ERR_INPUT, "thermo_steps");
}

static void across_keys(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  assert_fails(load(&config, "atomistic.glass_cells=[4, 4]"), GB_ERR_INPUT, "glass_cells", "3");
  assert_fails(load(&config, "atomistic.sample_replicate=[1, 1.5, 2]"), GB_ERR_INPUT,
               "sample_replicate", "1.5");
  assert_fails(load(&config, "atomistic.glass_cells=[9000, 9000, 9000]"), GB_ERR_INPUT, "atoms");
  assert_fails(load(&config, "atomistic.notch_depth_angstrom=40"), GB_ERR_INPUT,
               "notch_depth_angstrom", "80");
  assert_fails(load(&config, "atomistic.glass_melt_temperature_K=50"), GB_ERR_INPUT,
               "glass_melt_temperature_K", "50");
  assert_fails(load(&config, "atomistic.sample_anneal_temperature_K=50"), GB_ERR_INPUT,
               "sample_anneal_temperature_K", "50");
  assert_fails(load(&config, "atomistic.cycle_high_temperature_K=90"), GB_ERR_INPUT,
               "cycle_high_temperature_K", "90");
  assert_fails(load(&config, "atomistic.cycle_at_strains=[0.1, 0.9]"), GB_ERR_INPUT,
               "cycle_at_strains", "0.9");
  assert_fails(load(&config, "atomistic.tension_frame_strain=0.5"), GB_ERR_INPUT,
               "tension_frame_strain", "0.5");
}

static void selection(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  char *text;
  assert_ok(load(&config, NULL));
  assert_ok(GbAtomisticConfigSelect(&config, GB_ACTS_ON_CYCLING, &text));
  assert_non_null(strstr(text, "cycle_ramp_ps: 0.5"));
  assert_null(strstr(text, "cycle_at_strains"));
  assert_null(strstr(text, "glass_"));
  free(text);
}

/* 1e10 /s is 0.01 per ps: a frame each 1 % is a frame each ps. */
static void plan(void **state)
{
  (void)state;
  GbAtomisticConfig config;
  assert_ok(load(&config, NULL));
  assert_int_equal(GbPlanFrameSteps(&config), 500);
  assert_int_equal(GbPlanFrames(&config), 25);
  assert_int_equal(GbPlanFrameAt(&config, 0.078), 8);
  assert_int_equal(GbPlanFrameAt(&config, 0.2), 20);
  assert_int_equal(GbPlanTensionSteps(&config), 24 * 500);
  assert_int_equal(GbPlanCyclingSteps(&config), 500 + 5 * 4 * 250);
}

GB_TEST_MAIN("unit.protocol.config", cmocka_unit_test(defaults_are_valid), cmocka_unit_test(ranges),
             cmocka_unit_test(engine_keys), cmocka_unit_test(across_keys),
             cmocka_unit_test(selection), cmocka_unit_test(plan))
