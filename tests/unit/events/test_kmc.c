/* The simulation as an object: exact restart, determinism, control of load, the athermal rule. */
#include "harness/harness.h"

#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TAU_EVENT_TIME = 1e-3; /* intra-basin time of most tests, s */

static void assert_same_bits(const GbMesoState *a, const GbMesoState *b)
{
  size_t nv = (size_t)a->nvoxels, nm = nv * (size_t)a->nmodes;
  assert_true(a->events == b->events);
  assert_true(a->time_s == b->time_s);
  assert_true(a->mean_strain[GB_ZZ] == b->mean_strain[GB_ZZ]);
  assert_true(a->temperature_K == b->temperature_K);
  assert_memory_equal(a->chi, b->chi, nv * sizeof *a->chi);
  assert_memory_equal(a->plastic, b->plastic, nv * sizeof *a->plastic);
  assert_memory_equal(a->stress, b->stress, nv * sizeof *a->stress);
  assert_memory_equal(a->barrier_eV, b->barrier_eV, nm * sizeof *a->barrier_eV);
  assert_memory_equal(a->memory, b->memory, a->nmemory * sizeof *a->memory);
}

typedef struct {
  const char *path;
  int64_t at;
} Checkpoint;

static GbStatus write_at(void *context, const GbMesoState *state, const GbEventRecord *record,
                         bool *stop)
{
  const Checkpoint *checkpoint = context;
  (void)stop;
  if (record->event != checkpoint->at) return GB_OK;
  return GbMesoStateWrite(state, checkpoint->path);
}

/* One run writes its state in the middle; another starts from the file. */
static void check_restart(GbDrive drive, double temperature, int64_t middle, int64_t end)
{
  GbCalibration calibration;
  GbMesoState whole, part;
  char path[300];
  double done;
  snprintf(path, sizeof path, "%s/middle.h5", GbTestFolder());
  Checkpoint checkpoint = {path, middle};
  GbGlassCalibration(&calibration);
  GbGlassState(8, 12, 6, 11, temperature, &whole);
  whole.solid[5 * 8] = whole.solid[5 * 8 + 1] = false;
  GbKmc *kmc = GbGlassCreate(&calibration, TAU_EVENT_TIME, &whole);
  drive.max_events = end;
  assert_ok(GbKmcRun(kmc, &drive, write_at, &checkpoint, &done));
  GbKmcDestroy(&kmc);
  assert_int_equal(whole.events, end);

  assert_ok(GbMesoStateRead(path, &part));
  assert_int_equal(part.events, middle);
  GbKmcOptions options = {.intrabasin_time_s = TAU_EVENT_TIME};
  assert_ok(GbKmcCreate(MPI_COMM_SELF, &calibration, &options, &part, &kmc));
  drive.max_events = end - middle;
  assert_ok(GbKmcRun(kmc, &drive, NULL, NULL, &done));
  GbKmcDestroy(&kmc);
  assert_same_bits(&whole, &part);
  GbMesoStateFree(&whole);
  GbMesoStateFree(&part);
}

static void restart_under_strain_is_exact(void **unused)
{
  (void)unused;
  check_restart((GbDrive){.strain_rate_per_s = -1e-1, .end_time_s = 10}, 300, 31, 250);
}

static void restart_under_stress_is_exact(void **unused)
{
  (void)unused;
  check_restart((GbDrive){.stress_controlled = true, .stress_zz_GPa = -0.5, .end_time_s = 1e9}, 300,
                20, 80);
}

static void restart_in_a_temperature_ramp_is_exact(void **unused)
{
  (void)unused;
  check_restart(
      (GbDrive){.stress_controlled = true, .temperature_rate_K_per_s = 10, .end_time_s = 25}, 120,
      10, 40);
}

/* A run in forty calls is the same trajectory as in one: the hazard passed so far is kept. */
static void split_run_is_the_same_trajectory(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState once, twice;
  double done;
  GbGlassCalibration(&calibration);
  GbGlassState(6, 8, 6, 4, 300, &once);
  GbGlassState(6, 8, 6, 4, 300, &twice);
  GbKmc *a = GbGlassCreate(&calibration, 10, &once);
  GbKmc *b = GbGlassCreate(&calibration, 10, &twice);
  GbDrive drive = {.strain_rate_per_s = -0.1, .duration_s = 0.1};
  assert_ok(GbKmcRun(a, &drive, NULL, NULL, &done));
  assert_close(done, 0.1, 1e-12);
  drive.duration_s = 0.1 / 40;
  for (int part = 0; part < 40; part++)
    assert_ok(GbKmcRun(b, &drive, NULL, NULL, &done));
  assert_true(once.events > 10);
  assert_true(once.events == twice.events);
  assert_close(once.mean_strain[GB_ZZ], -0.01, 1e-12);
  assert_close(twice.mean_strain[GB_ZZ], -0.01, 1e-12);
  assert_close(GbKmcMeanStress(a), GbKmcMeanStress(b), 1e-5);
  GbKmcDestroy(&a);
  GbKmcDestroy(&b);
  GbMesoStateFree(&once);
  GbMesoStateFree(&twice);
}

static void stress_control_holds_the_mean_stress(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState state;
  double done, mean_alpha = 0;
  GbGlassCalibration(&calibration);
  GbGlassState(6, 8, 6, 4, 300, &state);
  GbKmc *kmc = GbGlassCreate(&calibration, 1, &state);
  GbDrive ramp = {.stress_controlled = true,
                  .temperature_rate_K_per_s = -1e12, /* too fast for events */
                  .duration_s = 1e-10};
  for (int v = 0; v < state.nvoxels; v++)
    mean_alpha += GbCalibrationExpansion(&calibration, state.chi[v]) / state.nvoxels;
  assert_ok(GbKmcRun(kmc, &ramp, NULL, NULL, &done));
  assert_int_equal(state.events, 0);
  assert_close(state.temperature_K, 200, 1e-9);
  assert_close(GbKmcMeanStress(kmc), 0, 1e-8);
  assert_close(state.mean_strain[GB_ZZ], -100 * mean_alpha, 1e-6);

  GbDrive creep = {
      .stress_controlled = true, .stress_zz_GPa = -0.8, .duration_s = 1e9, .max_events = 1};
  double before = state.mean_strain[GB_ZZ];
  for (int event = 0; event < 30; event++) {
    assert_ok(GbKmcRun(kmc, &creep, NULL, NULL, &done));
    assert_close(GbKmcMeanStress(kmc), -0.8, 1e-8);
  }
  assert_int_equal(state.events, 30);
  assert_true(state.mean_strain[GB_ZZ] < before);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

/* A uniform temperature change of a homogeneous sample without load makes no stress at all. */
static void free_homogeneous_sample_stays_free_of_stress(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState state;
  GbGlassCalibration(&calibration);
  GbGlassState(4, 6, 2, 1, 300, &state);
  for (int v = 0; v < state.nvoxels; v++)
    state.chi[v] = 0.4;
  GbKmc *kmc = GbGlassCreate(&calibration, 0, &state);
  state.temperature_K = 77;
  state.mean_strain[GB_ZZ] = (77 - 300) * GbCalibrationExpansion(&calibration, 0.4);
  assert_ok(GbKmcRefresh(kmc));
  for (int v = 0; v < state.nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      assert_close(state.stress[v][t], 0, 1e-8);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

typedef struct {
  GbEventRecord records[4];
  int n, stop_at;
} Records;

static GbStatus keep(void *context, const GbMesoState *state, const GbEventRecord *record,
                     bool *stop)
{
  Records *records = context;
  (void)state;
  if (records->n < 4) records->records[records->n++] = *record;
  *stop = records->n == records->stop_at;
  return GB_OK;
}

/* Two modes beyond instability: the worse fires first, without time passing. */
static void most_unstable_mode_fires_first(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState state;
  Records records = {.stop_at = 1};
  double done;
  GbGlassUniform(&calibration);
  GbGlassState(6, 8, 2, 1, 300, &state);
  GbKmc *kmc = GbGlassCreate(&calibration, 1, &state);
  state.barrier_eV[2 * 10 + 1] = -0.01;
  state.barrier_eV[2 * 37] = -0.30;
  GbDrive drive = {.strain_rate_per_s = -1e-4, .duration_s = 1};
  assert_ok(GbKmcRun(kmc, &drive, keep, &records, &done));
  assert_int_equal(records.n, 1);
  assert_true(done == 0);
  assert_int_equal(records.records[0].voxel, 37);
  assert_int_equal(records.records[0].mode, 0);
  assert_true(records.records[0].athermal);
  assert_close(records.records[0].chi_after - records.records[0].chi_before,
               0.2 * (1 - records.records[0].chi_before), 1e-15);
  assert_close(state.slip[37], 0.15, 1e-15);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

/* At 0.5 K and this rate thermal activation comes too late: the first event is where the ramp makes
 * the first barrier vanish, known in closed form from the uniaxial modulus. */
static void instability_fires_at_its_instant(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState state;
  Records records = {.stop_at = 1};
  double done, expected = HUGE_VAL;
  GbGlassUniform(&calibration);
  GbGlassState(6, 8, 3, 1, 0.5, &state);
  GbKmc *kmc = GbGlassCreate(&calibration, 0, &state);
  const double mu = 30, bulk = 120, young = 9 * bulk * mu / (3 * bulk + mu);
  const double nu = young / (2 * mu) - 1, modulus = young / (1 - nu * nu);
  for (int j = 0; j < 3 * state.nvoxels; j++) {
    double per_strain = -0.5 * sin(2 * GbGlassAngle(&state, j)) * modulus * 0.1 * 6.241509074460763;
    double strain = state.barrier_eV[j] / per_strain;
    if (strain > 0) expected = fmin(expected, strain);
  }
  GbDrive drive = {.strain_rate_per_s = -1e9, .duration_s = 1};
  assert_ok(GbKmcRun(kmc, &drive, keep, &records, &done));
  assert_true(records.records[0].athermal);
  assert_relative(done, expected / 1e9, 1e-7);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

static void impossible_condition_is_reported(void **unused)
{
  (void)unused;
  GbCalibration calibration;
  GbMesoState state;
  GbKmc *kmc;
  GbKmcOptions options = {.intrabasin_time_s = 1e300};
  double done;
  GbGlassCalibration(&calibration);
  GbGlassState(4, 4, 2, 1, 30000, &state);
  assert_ok(GbKmcCreate(MPI_COMM_SELF, &calibration, &options, &state, &kmc));
  assert_fails(GbKmcDrawAll(kmc), GB_ERR_INPUT, "intra-basin time");
  GbDrive drive = {.temperature_rate_K_per_s = -1e5, .duration_s = 1};
  assert_fails(GbKmcRun(kmc, &drive, NULL, NULL, &done), GB_ERR_ARG, "temperature");
  GbKmcDestroy(&kmc);
  assert_null(kmc);
  GbMesoStateFree(&state);
}

GB_TEST_MAIN("unit.mesoscale.kmc", cmocka_unit_test(restart_under_strain_is_exact),
             cmocka_unit_test(restart_under_stress_is_exact),
             cmocka_unit_test(restart_in_a_temperature_ramp_is_exact),
             cmocka_unit_test(split_run_is_the_same_trajectory),
             cmocka_unit_test(stress_control_holds_the_mean_stress),
             cmocka_unit_test(free_homogeneous_sample_stays_free_of_stress),
             cmocka_unit_test(most_unstable_mode_fires_first),
             cmocka_unit_test(instability_fires_at_its_instant),
             cmocka_unit_test(impossible_condition_is_reported))
