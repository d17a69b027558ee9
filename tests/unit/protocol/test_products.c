/* atomistic.h5 comes back as it was written, and a missing or damaged one is refused. */
#include "atomistic/protocol/products.h"
#include "base/h5.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SAMPLES = 5, FRAMES = 3, CYCLES = 2, ATOMS = 7 };

static double *series(int n, double start)
{
  double *values = calloc((size_t)n, sizeof *values);
  assert_non_null(values);
  for (int i = 0; i < n; i++)
    values[i] = start + 0.125 * i;
  return values;
}

static void fill_state(GbProductState *state)
{
  *state = (GbProductState){.frame = 2,
                            .strain = 0.04,
                            .kind = GB_BANDS_NONSPANNING,
                            .natoms = ATOMS,
                            .count = {3, 2, 2, 0}};
  state->zone = calloc(ATOMS, sizeof *state->zone);
  for (int i = 0; i < ATOMS; i++)
    state->zone[i] = i / 3;
  for (int z = 0; z < GB_NZONES; z++) {
    state->fraction[z] = series(CYCLES + 1, 0.1 * z);
    state->eta_mises[z] = series(CYCLES + 1, 0.2 * z);
    state->potential_eV[z] = series(CYCLES + 1, -5.0 + z);
    state->histogram[z] = calloc((CYCLES + 1) * GB_ETA_BINS, sizeof(int64_t));
    state->histogram[z][2 * GB_ETA_BINS + 7] = 11 + z;
  }
  state->fraction[GB_ZONE_SPANNING][1] = NAN;
}

static void fill(GbProducts *products)
{
  *products = (GbProducts){.nsamples = SAMPLES,
                           .nframes = FRAMES,
                           .nstates = 1,
                           .ncycles = CYCLES,
                           .test_temperature_K = 100,
                           .strain_rate_per_s = 1e10,
                           .cycle_low_K = 90,
                           .cycle_high_K = 390,
                           .strain_cutoff_angstrom = 4.1};
  products->strain = series(SAMPLES, 0.0);
  products->stress_GPa = series(SAMPLES, 1.0);
  products->temperature_K = series(SAMPLES, 100.0);
  products->potential_eV = series(SAMPLES, -9.0);
  products->frame_strain = series(FRAMES, 0.0);
  products->frame_bands = calloc(FRAMES, sizeof *products->frame_bands);
  products->frame_bands[2] = GB_BANDS_BOTH;
  products->states = calloc(1, sizeof *products->states);
  fill_state(products->states);
}

static const char *make_run(void)
{
  static char stage[512];
  const char *run = GbTestFolder();
  snprintf(stage, sizeof stage, "%s/atomistic", run);
  assert_int_equal(mkdir(stage, 0777), 0);
  return run;
}

static void round_trip(void **state)
{
  (void)state;
  GbProducts out, in;
  const char *run = make_run();
  fill(&out);
  assert_ok(GbProductsWrite(run, &out));
  assert_ok(GbProductsRead(run, &in));
  assert_int_equal(in.nsamples, SAMPLES);
  assert_int_equal(in.nframes, FRAMES);
  assert_int_equal(in.nstates, 1);
  assert_int_equal(in.ncycles, CYCLES);
  assert_close(in.cycle_low_K, 90, 0);
  assert_close(in.strain_rate_per_s, 1e10, 0);
  assert_close(in.strain_cutoff_angstrom, 4.1, 0);
  assert_memory_equal(in.stress_GPa, out.stress_GPa, SAMPLES * sizeof(double));
  assert_memory_equal(in.frame_bands, out.frame_bands, FRAMES * sizeof(int64_t));
  const GbProductState *a = in.states, *b = out.states;
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->frame, 2);
  assert_memory_equal(a->zone, b->zone, ATOMS * sizeof(int64_t));
  assert_memory_equal(a->count, b->count, sizeof a->count);
  for (int z = 0; z < GB_NZONES; z++) {
    assert_memory_equal(a->fraction[z], b->fraction[z], (CYCLES + 1) * sizeof(double));
    assert_memory_equal(a->eta_mises[z], b->eta_mises[z], (CYCLES + 1) * sizeof(double));
    assert_memory_equal(a->potential_eV[z], b->potential_eV[z], (CYCLES + 1) * sizeof(double));
    assert_int_equal(a->histogram[z][2 * GB_ETA_BINS + 7], 11 + z);
  }
  GbProductsFree(&in);
  GbProductsFree(&out);
}

static void missing_and_wrong(void **state)
{
  (void)state;
  GbProducts products;
  const char *run = make_run();
  assert_fails(GbProductsRead(run, &products), GB_ERR_INPUT, "atomistic.h5");
  GbProductsFree(&products);
  fill(&products);
  products.states[0].frame = 99;
  assert_ok(GbProductsWrite(run, &products));
  GbProductsFree(&products);
  assert_fails(GbProductsRead(run, &products), GB_ERR_INPUT, "frame", "99");
  GbProductsFree(&products);
}

static void paths(void **state)
{
  (void)state;
  char path[GB_PRODUCT_PATH_MAX];
  GbProductFrame("/run", 7, path);
  assert_string_equal(path, "/run/atomistic/tension/frame_0007.h5");
  GbProductCycle("/run", 1, 3, path);
  assert_string_equal(path, "/run/atomistic/cycling/state_1/cycle_03.h5");
}

GB_TEST_MAIN("unit.protocol.products", cmocka_unit_test(round_trip),
             cmocka_unit_test(missing_and_wrong), cmocka_unit_test(paths))
