/* A sample without events is an elastic, thermally expanding, ageing body with known answers. */
#include "harness/harness.h"

#include "mesoscale/fields/sample.h"
#include "unit/fields/synthetic.h"

#include "base/units.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_expint.h>
#include <math.h>

static const GbSampleShape shape = {.nx = 6, .ny = 1, .nz = 9, .nmodes = 4, .temperature_K = 300};
static const GbSampleOptions options = {
    .intrabasin_time_s = 1e9, .chi_diffusion_edges = 1, .max_events_per_voxel = 1};

/* Uniform chi and barriers that nothing below passes. */
static void make(double barrier_0, double barrier_1, double chi, GbCalibration *c, GbSample *sample)
{
  assert_ok(GbTestSynthetic(c));
  c->laws.barrier_mean_eV[0].value = barrier_0;
  c->laws.barrier_mean_eV[1].value = barrier_1;
  c->state.chi_mean.value = chi;
  c->state.chi_sd.value = 0;
  assert_ok(GbSampleDraw(MPI_COMM_SELF, c, &shape, 5, &options, sample));
}

typedef struct {
  double modulus, end; /* d stress / d strain expected; strain at which to stop */
} Line;

static GbStatus check_line(void *context, const GbSample *sample, bool *stop)
{
  const Line *line = context;
  assert_close(GbKmcMeanStress(sample->kmc), line->modulus * sample->state.mean_strain[GB_ZZ],
               1e-6);
  *stop = sample->state.mean_strain[GB_ZZ] <= -line->end;
  return GB_OK;
}

/* Compression between free lateral surfaces in plane strain: sigma = E / (1 - nu^2) eps. */
static void loading_is_plane_strain_elasticity_and_unloading_recovers_it(void **state)
{
  GbCalibration c;
  GbSample sample;
  (void)state;
  make(5, 5, 0.2, &c, &sample);
  const double g = GbCalibrationShearModulus(&c, 0.2, 300);
  const double k = GbCalibrationBulkModulus(&c, 0.2, 300);
  const double young = 9 * k * g / (3 * k + g), poisson = young / (2 * g) - 1;
  Line line = {young / (1 - poisson * poisson), 0.0099};
  assert_ok(GbSampleCompress(&sample, 5e-4, 0.001, check_line, &line));
  assert_close(sample.state.mean_strain[GB_ZZ], -0.01, 1e-9);
  assert_close(sample.state.time_s, 20, 1e-6);
  assert_ok(GbSampleUnload(&sample, 5e-4, 0.001, NULL, NULL));
  assert_close(sample.state.mean_strain[GB_ZZ], 0, 2e-6);
  assert_close(GbSamplePlasticStrain(&sample), 0, 0);
  GbSampleFree(&sample);
  GbCalibrationFree(&c);
}

static GbStatus check_expansion(void *context, const GbSample *sample, bool *stop)
{
  const double *alpha = context, change = sample->state.temperature_K - 300;
  (void)stop;
  assert_close(sample->state.mean_strain[GB_ZZ], *alpha * change, 1e-7);
  for (int v = 0; v < sample->state.nvoxels; v++)
    for (int i = 0; i < GB_NTENSOR; i++)
      assert_close(sample->state.stress[v][i], 0, 1e-6);
  return GB_OK;
}

/* The thickness follows the mean expansion (generalised plane strain), so a uniform body without
 * load expands by alpha (T - T_ref) and bears no stress at all. */
static void cycling_a_uniform_body_only_expands_it(void **state)
{
  const GbCycleOptions cycles = {77, 300, 2, 60, 10};
  /* at chi = 0.2, between the relaxed glass (chi = 0, 1.3e-5 /K) and the flowed one (1, 1.4e-5) */
  double alpha = 1.32e-5;
  GbTemperatureProgram program;
  GbCalibration c;
  GbSample sample;
  (void)state;
  make(5, 5, 0.2, &c, &sample);
  assert_ok(GbProgramCycles(&cycles, &program));
  assert_ok(GbSampleFollow(&sample, &program, check_expansion, &alpha));
  assert_close(sample.state.time_s, 280, 1e-6);
  assert_int_equal(sample.state.events, 0);
  assert_close(sample.state.chi[7], 0.2, 1e-12);
  GbProgramFree(&program);
  GbSampleFree(&sample);
  GbCalibrationFree(&c);
}

/* Ageing at rest: chi follows the exponential integral (the barriers are so narrow that none is cut
 * off as motion within a state), and every mode keeps its rank in P(Q | chi) until it fires. Events
 * do nothing here but redraw their voxel, which is then left out. */
static void ageing_hardens_the_modes(void **state)
{
  const double time[3] = {0, 100, 200}, temperature[3] = {300, 300, 300};
  const double kt = GB_KB_EV_PER_K * 300, a = 0.2 / kt, gamma_shape = 2000;
  GbSampleOptions ageing = options;
  GbTemperatureProgram program;
  GbCalibration c;
  GbSample sample;
  double before[6 * 9 * 4];
  int kept = 0;
  (void)state;
  assert_ok(GbTestSynthetic(&c));
  c.laws.barrier_mean_eV[0].value = 1.15;
  c.laws.barrier_mean_eV[1].value = 0.95;
  c.laws.barrier_shape.value = gamma_shape;
  c.laws.event_shear.value = c.laws.event_dilatation.value = 1e-12;
  c.laws.chi_gain.value = 0;
  c.state.chi_mean.value = 0.8;
  c.state.chi_sd.value = 0;
  ageing.intrabasin_time_s = 100;
  ageing.max_events_per_voxel = 100;
  assert_ok(GbSampleDraw(MPI_COMM_SELF, &c, &shape, 5, &ageing, &sample));
  for (int i = 0; i < 6 * 9 * 4; i++)
    before[i] = sample.state.barrier_eV[i];
  assert_ok(GbProgramCreate(3, time, temperature, &program));
  assert_ok(GbSampleFollow(&sample, &program, NULL, NULL));
  const double chi = sample.state.chi[0];
  const double integral = gsl_sf_expint_E1(a * 0.8) + 1e13 * exp(-1.15 / kt) * 200;
  assert_true(chi < 0.78);
  assert_relative(gsl_sf_expint_E1(a * chi), integral, 1e-3);
  const double old = (1.15 - 0.2 * 0.8) / gamma_shape, new = (1.15 - 0.2 * chi) / gamma_shape;
  for (int i = 0; i < 6 * 9 * 4; i++) {
    if (sample.state.redraws[i / 4] != 1) continue;
    const double rank = gsl_cdf_gamma_Q(before[i], gamma_shape, old);
    assert_true(sample.state.barrier_eV[i] > before[i]);
    assert_close(gsl_cdf_gamma_Q(sample.state.barrier_eV[i], gamma_shape, new), rank,
                 0.02 /* a lag of chi by 0.003 */);
    kept++;
  }
  assert_true(kept > 6 * 9 * 4 / 2);
  GbProgramFree(&program);
  GbSampleFree(&sample);
  GbCalibrationFree(&c);
}

GB_TEST_MAIN("verify.fields.sample",
             cmocka_unit_test(loading_is_plane_strain_elasticity_and_unloading_recovers_it),
             cmocka_unit_test(cycling_a_uniform_body_only_expands_it),
             cmocka_unit_test(ageing_hardens_the_modes))
