/* Waiting times and choices against analytic rates, in a homogeneous strip whose stress is known in
 * closed form: sigma_zz = E / (1 - nu^2) (eps - alpha (T - T_ref)), nothing else in the plane. The
 * reference rate is written out anew from the mode angles and barriers. */
#include "harness/harness.h"

#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"
#include "verification/events/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NX = 4, NZ = 4, NM = 3, NV = NX * NZ, NMODES = NV * NM };
static const double KB = 8.617333262145179e-5, EV_PER_GPA_NM3 = 6.241509074460763;
static const double CHI = 0.3, START_K = 300;

typedef struct {
  GbCalibration calibration;
  GbMesoState state, first; /* what is simulated, and how each trial starts */
  GbKmc *kmc;
  GbDrive drive;
  GbEventRecord record;
} Fixture;

static GbStatus keep(void *context, const GbMesoState *state, const GbEventRecord *record,
                     bool *stop)
{
  (void)state;
  *(GbEventRecord *)context = *record;
  *stop = true;
  return GB_OK;
}

static void set_up(Fixture *f, double mean_strain, GbDrive drive)
{
  GbGlassCalibration(&f->calibration);
  GbGlassState(NX, NZ, NM, 5, START_K, &f->state);
  for (int v = 0; v < NV; v++)
    f->state.chi[v] = CHI;
  f->state.mean_strain[GB_ZZ] = mean_strain;
  f->kmc = GbGlassCreate(&f->calibration, 0.1, &f->state);
  assert_ok(GbMesoStateCopy(&f->state, &f->first));
  f->drive = drive;
}

static void tear_down(Fixture *f)
{
  GbKmcDestroy(&f->kmc);
  GbMesoStateFree(&f->state);
  GbMesoStateFree(&f->first);
}

/* Waiting time of the first event, with the random numbers of this trial. */
static double trial_time(Fixture *f, int trial)
{
  GbMesoState *s = &f->state;
  double done;
  memcpy(s->chi, f->first.chi, NV * sizeof *s->chi);
  memcpy(s->plastic, f->first.plastic, NV * sizeof *s->plastic);
  memcpy(s->barrier_eV, f->first.barrier_eV, NMODES * sizeof *s->barrier_eV);
  memcpy(s->orientation, f->first.orientation, NV * sizeof *s->orientation);
  s->events = 1000 * (int64_t)trial;
  s->time_s = s->hazard_left = 0;
  s->temperature_K = START_K;
  s->mean_strain[GB_ZZ] = f->first.mean_strain[GB_ZZ];
  assert_ok(GbKmcRefresh(f->kmc));
  f->record.event = 0;
  assert_ok(GbKmcRun(f->kmc, &f->drive, keep, &f->record, &done));
  return f->record.event ? done : -1; /* -1: none within the drive */
}

/* Axial stress of the homogeneous strip at time t. */
static double axial_stress(const Fixture *f, double t)
{
  if (f->drive.stress_controlled) return f->drive.stress_zz_GPa;
  double temperature = START_K + f->drive.temperature_rate_K_per_s * t;
  double mu = GbCalibrationShearModulus(&f->calibration, CHI, temperature);
  double bulk = GbCalibrationBulkModulus(&f->calibration, CHI, temperature);
  double young = 9 * bulk * mu / (3 * bulk + mu), nu = young / (2 * mu) - 1;
  double strain = f->first.mean_strain[GB_ZZ] + f->drive.strain_rate_per_s * t;
  double thermal = (1.2e-5 + 0.1e-5 * CHI) * f->drive.temperature_rate_K_per_s * t;
  return young / (1 - nu * nu) * (strain - thermal);
}

static double mode_rate(const Fixture *f, int mode, double t)
{
  double temperature = START_K + f->drive.temperature_rate_K_per_s * t;
  double angle = GbGlassAngle(&f->first, mode);
  double tau = cos(angle) * sin(angle) * axial_stress(f, t); /* n_z s_z sigma_zz */
  double barrier = f->first.barrier_eV[mode] - 0.1 * tau * EV_PER_GPA_NM3;
  return 1e13 * exp(-barrier / (KB * temperature));
}

static double total_rate(double t, void *context)
{
  double sum = 0;
  for (int j = 0; j < NMODES; j++)
    sum += mode_rate(context, j, t);
  return sum;
}

static double hazard(Fixture *f, double t)
{
  enum { INTERVALS = 200 };
  static gsl_integration_workspace *work;
  if (!work) work = gsl_integration_workspace_alloc(INTERVALS);
  gsl_function rate = {total_rate, f};
  double result, error;
  assert_int_equal(gsl_integration_qag(&rate, 0, t, 0, 1e-9, INTERVALS, GSL_INTEG_GAUSS31, work,
                                       &result, &error),
                   0);
  return result;
}

/* exp(-H(t)) of each waiting time must be uniform; the last part of (0, 1) belongs to trials in
 * which nothing happens before the drive ends. */
static void check_times(Fixture *f, int n, double end)
{
  double *uniform = malloc((size_t)n * sizeof *uniform), limit = end > 0 ? exp(-hazard(f, end)) : 0;
  double shortest = HUGE_VAL, longest = 0;
  int events = 0, quiet = 0;
  for (int trial = 0; trial < n; trial++) {
    double t = trial_time(f, trial);
    if (t < 0) {
      quiet++;
      continue;
    }
    shortest = fmin(shortest, t);
    longest = fmax(longest, t);
    uniform[events++] = (exp(-hazard(f, t)) - limit) / (1 - limit);
  }
  double p = GbTestKolmogorov(events, uniform);
  print_message("rate %.3g /s at start, %.3g /s at %.3g s; %d events, KS p = %.3f, quiet %.3f "
                "(expected %.3f)\n",
                total_rate(0, f), total_rate(longest, f), longest, events, p, (double)quiet / n,
                limit);
  assert_true(p > 0.01);
  assert_close((double)quiet / n, limit, 4 * sqrt(limit * (1 - limit) / n) + 1e-12);
  free(uniform);
}

static void constant_conditions_are_exponential(void **unused)
{
  (void)unused;
  Fixture f;
  set_up(&f, -0.005, (GbDrive){.duration_s = 1e9});
  assert_relative(GbKmcTotalRate(f.kmc), total_rate(0, &f), 1e-6);
  check_times(&f, 1500, 0);
  tear_down(&f);
}

/* The rate grows (and falls, for half of the modes) by more than e within a waiting time. */
static void strain_ramp_follows_the_analytic_hazard(void **unused)
{
  (void)unused;
  Fixture f;
  set_up(&f, 0, (GbDrive){.strain_rate_per_s = -2e-2, .duration_s = 10});
  check_times(&f, 1500, 10);
  tear_down(&f);
}

static void stress_free_temperature_ramp_follows_quadrature(void **unused)
{
  (void)unused;
  Fixture f;
  set_up(&f, 0,
         (GbDrive){.stress_controlled = true, .temperature_rate_K_per_s = 1000, .duration_s = 0.1});
  check_times(&f, 600, 0.1);
  tear_down(&f);
}

/* Cooling at fixed length: thermal stress builds up against the load while rates freeze; a part of
 * the trials sees no event at all. */
static void cooling_under_strain_follows_quadrature(void **unused)
{
  (void)unused;
  Fixture f;
  set_up(
      &f, -0.004,
      (GbDrive){.strain_rate_per_s = -1e-2, .temperature_rate_K_per_s = -2000, .duration_s = 0.1});
  check_times(&f, 600, 0.1);
  tear_down(&f);
}

static void choice_is_proportional_to_rate(void **unused)
{
  (void)unused;
  enum { N = 3000 };
  Fixture f;
  double expected[NMODES], chi_squared = 0, rest_expected = 0, total;
  int found[NMODES] = {0}, rest_found = 0, classes = 0;
  set_up(&f, -0.005, (GbDrive){.duration_s = 1e9});
  total = total_rate(0, &f);
  for (int trial = 0; trial < N; trial++) {
    assert_true(trial_time(&f, trial) > 0);
    found[f.record.voxel * NM + f.record.mode]++;
  }
  for (int j = 0; j < NMODES; j++) {
    expected[j] = N * mode_rate(&f, j, 0) / total;
    if (expected[j] < 10) { /* too rare alone */
      rest_expected += expected[j];
      rest_found += found[j];
      continue;
    }
    chi_squared += (found[j] - expected[j]) * (found[j] - expected[j]) / expected[j];
    classes++;
  }
  chi_squared += (rest_found - rest_expected) * (rest_found - rest_expected) / rest_expected;
  double p = gsl_cdf_chisq_Q(chi_squared, classes);
  print_message("%d classes and the rest, chi^2 = %.2f, p = %.3f\n", classes, chi_squared, p);
  assert_true(classes >= 5);
  assert_true(p > 0.01);
  tear_down(&f);
}

GB_TEST_MAIN("verify.mesoscale.waiting", cmocka_unit_test(constant_conditions_are_exponential),
             cmocka_unit_test(strain_ramp_follows_the_analytic_hazard),
             cmocka_unit_test(stress_free_temperature_ramp_follows_quadrature),
             cmocka_unit_test(cooling_under_strain_follows_quadrature),
             cmocka_unit_test(choice_is_proportional_to_rate))
