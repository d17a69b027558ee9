/* Reloading a homogeneous elastic strip in compression: the curve is Hooke's law of plane strain
 * or, in three dimensions, of a bar, compression positive, counted from the strain and the plastic
 * strain that the state has. */
#include "harness/harness.h"

#include "mesoscale/hardness/reload.h"
#include "unit/fields/synthetic.h"

#include <math.h>

static const double MU = 30, BULK = 120;
static const double YOUNG = 9.0 * 120 * 30 / (3 * 120 + 30);            /* 83.1 GPa */
static const double NU = (3 * 120.0 - 2 * 30) / (2 * (3 * 120.0 + 30)); /* 0.385 */
static const double STRAIN = 0.01, OFFSET = 0.002;

/* One material whatever chi is; barriers so high that nothing happens. */
static void make_stiff(GbCalibration *c)
{
  assert_ok(GbTestSynthetic(c));
  for (int s = 0; s < GB_NSTATES; s++) {
    c->material.thermal_expansion_per_K[s].value = 1e-5;
    for (int t = 0; t < c->material.ntemperatures; t++) {
      c->material.shear_modulus_GPa[s][t].value = MU;
      c->material.bulk_modulus_GPa[s][t].value = BULK;
    }
  }
  c->laws.barrier_mean_eV[0].value = c->laws.barrier_mean_eV[1].value = 40;
  c->laws.barrier_shape.value = 50;
}

/* Already compressed: plastically, everywhere alike, and by the strain that goes with it. */
static void compress_before(GbSample *sample)
{
  const double plastic = 0.03;
  GbMesoState *s = &sample->state;
  for (int v = 0; v < s->nvoxels; v++) {
    s->plastic[v][GB_ZZ] = -plastic;
    s->plastic[v][GB_XX] = plastic;
    s->chi[v] = v % 2 ? 0.1 : 0.3;
  }
  s->mean_strain[GB_ZZ] = -plastic;
}

static void check_curve(int ny, double modulus)
{
  static const GbColumn columns[3] = {
      {"strain", "1", NULL}, {"stress_GPa", "GPa", NULL}, {"repeat", "1", NULL}};
  const GbSampleShape shape = {.nx = 6, .ny = ny, .nz = 8, .nmodes = 4, .temperature_K = 300};
  const GbReloadOptions options = {
      .strain_rate_per_s = 1e-3,
      .step_strain = 1e-3,
      .offset_strain = OFFSET,
      .max_strain = STRAIN,
      .sample = {.intrabasin_time_s = 1e-3, .chi_diffusion_edges = 1, .max_events_per_voxel = 100}};
  GbCalibration c;
  GbSample sample;
  GbReloadResult result = {0};
  make_stiff(&c);
  assert_ok(GbSampleDraw(MPI_COMM_SELF, &c, &shape, 3, &options.sample, &sample));
  compress_before(&sample);
  GbTable curve = GbTableOf(columns, 3);
  /* Elastic to the end: never a plastic strain of the offset, though the state has far more. */
  assert_fails(GbReloadRun(&c, &sample.state, 0, &options, NULL, 0, &curve, &result),
               GB_ERR_NUMERIC, "no yielding");
  assert_true(curve.nrows >= 10);
  for (size_t r = 0; r < (size_t)curve.nrows; r++) {
    const double *row = curve.values + 3 * r;
    assert_close(row[0], 1e-3 * (double)r, 1e-9);
    assert_close(row[1], modulus * row[0], 1e-5);
  }
  assert_relative(result.chi_mean, 0.2, 1e-12);
  assert_relative(result.young_GPa, YOUNG, 1e-12);
  assert_relative(result.poisson, NU, 1e-12);
  assert_relative(GbSampleModulus(&sample), modulus, 1e-12);
  GbTableFree(&curve);
  GbSampleFree(&sample);
  GbCalibrationFree(&c);
}

static void curve_is_hookes_law_until_the_offset(void **state)
{
  (void)state;
  check_curve(1, YOUNG / (1 - NU * NU));
  check_curve(4, YOUNG);
}

GB_TEST_MAIN("verify.hardness.reload", cmocka_unit_test(curve_is_hookes_law_until_the_offset))
