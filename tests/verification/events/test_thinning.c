/* The thinning method against the reference: what decides every event is what a full solution says,
 * and both make the same statistics of times, places, stresses and instabilities. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"
#include "verification/events/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

static const double MU = 30, BULK = 120; /* of GbGlassUniform */

static GbKmc *create(const GbCalibration *calibration, GbKmcMethod method, GbMesoState *state)
{
  const GbKmcOptions options = {.intrabasin_time_s = 1e4, .method = method, .uniform_moduli = true};
  GbKmc *kmc;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, calibration, &options, state, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  return kmc;
}

static void make_state(const GbGrid *grid, int nmodes, uint64_t seed, double temperature_K,
                       GbMesoState *state)
{
  assert_ok(GbMesoStateAllocate(state, grid, nmodes));
  state->seed = seed;
  state->temperature_K = state->reference_temperature_K = temperature_K;
  for (int v = 0; v < state->nvoxels; v++)
    state->chi[v] = 0.2 + 0.2 * GbRngUniform(seed, GB_RNG_CHI_FIELD, (uint64_t)v, 0, 0);
}

/* --- Every event against the full solution ------------------------------------------------------
 */

typedef struct {
  GbElasticity *elasticity;
  int nvoxels;
  double modulus, poisson; /* of uniaxial stress on the mean elastic strain */
  Tensor *stress;          /* after the last event, without the mean */
  double plastic[2];       /* mean zz and yy after the last event */
  double worst_tau, worst_axial;
  int events, athermal;
} Mirror;

static double mean_of(int n, const Tensor *field, int component)
{
  double sum = 0;
  for (int v = 0; v < n; v++)
    sum += field[v][component];
  return sum / n;
}

/* The whole field from the plastic strain alone; the mean stress, uniform and uniaxial in a
 * homogeneous medium, is taken off. */
static void solve(Mirror *m, const GbMesoState *s)
{
  const Tensor none = {0};
  assert_ok(GbElasticitySolve(m->elasticity, IN(s->plastic), none, m->stress, NULL));
  for (int t = 0; t < GB_NTENSOR; t++) {
    const double mean = mean_of(m->nvoxels, (const Tensor *)m->stress, t);
    for (int v = 0; v < m->nvoxels; v++)
      m->stress[v][t] -= mean;
  }
  m->plastic[0] = mean_of(m->nvoxels, (const Tensor *)s->plastic, GB_ZZ);
  m->plastic[1] = mean_of(m->nvoxels, (const Tensor *)s->plastic, GB_YY);
}

static double axial(const Mirror *m, double strain)
{
  return m->modulus * (strain - m->plastic[0] - m->poisson * m->plastic[1]);
}

static double resolved(const Tensor t, const double n[3], const double s[3])
{
  return t[GB_XX] * n[0] * s[0] + t[GB_YY] * n[1] * s[1] + t[GB_ZZ] * n[2] * s[2] +
         t[GB_XZ] * (n[0] * s[2] + n[2] * s[0]) + t[GB_YZ] * (n[1] * s[2] + n[2] * s[1]) +
         t[GB_XY] * (n[0] * s[1] + n[1] * s[0]);
}

static GbStatus check_event(void *context, const GbMesoState *state, const GbEventRecord *r,
                            bool *stop)
{
  Mirror *m = context;
  (void)stop;
  Tensor before;
  memcpy(before, m->stress[r->voxel], sizeof before);
  before[GB_ZZ] += axial(m, r->strain_zz);
  m->worst_tau = fmax(m->worst_tau, fabs(r->tau_GPa - resolved(before, r->normal, r->shear)));
  solve(m, state);
  m->worst_axial = fmax(m->worst_axial, fabs(r->stress_zz_GPa - axial(m, r->strain_zz)));
  m->athermal += r->athermal;
  m->events++;
  return GB_OK;
}

static Mirror make_mirror(const GbMesoState *s)
{
  const double young = 9 * BULK * MU / (3 * BULK + MU), nu = young / (2 * MU) - 1;
  const bool plane = s->grid.ny == 1;
  Mirror m = {.nvoxels = s->nvoxels,
              .modulus = plane ? young / (1 - nu * nu) : young,
              .poisson = plane ? nu : 0};
  double *mu = calloc((size_t)s->nvoxels, sizeof *mu),
         *bulk = calloc((size_t)s->nvoxels, sizeof *mu);
  m.stress = calloc((size_t)s->nvoxels, sizeof *m.stress);
  for (int v = 0; v < s->nvoxels; v++)
    mu[v] = MU, bulk[v] = BULK;
  /* Not the solver that the method itself uses. */
  assert_ok(GbElasticityCreate(MPI_COMM_SELF, &s->grid, NULL, GB_ELASTIC_AUTO, &m.elasticity));
  assert_ok(GbElasticitySetModuli(m.elasticity, mu, bulk));
  free(mu);
  free(bulk);
  solve(&m, s);
  return m;
}

static void check_run(const GbGrid *grid, double temperature_K, double rate, double strain,
                      bool athermal)
{
  GbCalibration calibration;
  GbMesoState state;
  double done;
  GbGlassUniform(&calibration);
  calibration.laws.event_dilatation.value = 0.03; /* bounds must count it */
  make_state(grid, 12, 3, temperature_K, &state);
  GbKmc *kmc = create(&calibration, GB_KMC_THINNING, &state);
  Mirror m = make_mirror(&state);
  const GbDrive drive = {.strain_rate_per_s = -rate, .duration_s = strain / rate};
  assert_ok(GbKmcRun(kmc, &drive, check_event, &m, &done));
  print_message("%d x %d x %d %s: %d events (%d athermal), tau within %.1e, mean within %.1e GPa\n",
                grid->nx, grid->ny, grid->nz, grid->free_x ? "free" : "periodic", m.events,
                m.athermal, m.worst_tau, m.worst_axial);
  assert_true(m.events > 100);
  assert_true((m.athermal > 10) == athermal);
  assert_true(m.worst_tau < 1e-8 && m.worst_axial < 1e-8);
  assert_close(done, strain / rate, 1e-9 * strain / rate);
  for (int v = 0; v < state.nvoxels; v++) /* the state that is left is the full solution */
    for (int t = 0; t < GB_NTENSOR; t++) {
      const double mean = t == GB_ZZ ? axial(&m, state.mean_strain[GB_ZZ]) : 0;
      if (grid->ny == 1 && t == GB_YY) continue; /* plane strain: its mean is not held */
      assert_close(state.stress[v][t], m.stress[v][t] + mean, 1e-7);
    }
  free(m.stress);
  GbElasticityDestroy(&m.elasticity);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

static void decisions_are_those_of_the_full_solution(void **unused)
{
  (void)unused;
  const GbGrid plane = {56, 1, 50, 1.6, false, 0}, strip = {20, 1, 28, 1.6, true, 0};
  const GbGrid space = {8, 9, 12, 1.6, false, 0}, plate = {9, 8, 12, 1.6, true, 0};
  check_run(&plane, 300, 1e-3, 0.02, false);
  check_run(&strip, 300, 1e-3, 0.03, false);
  check_run(&space, 300, 1e-3, 0.03, false);
  const GbGrid fine = {14, 1, 16, 1.6, true, 2}; /* voxels of four elements */
  check_run(&plate, 300, 1e-3, 0.03, false);
  check_run(&fine, 300, 1e-3, 0.03, false);
}

static void instabilities_fire_at_their_stress(void **unused)
{
  (void)unused;
  const GbGrid plane = {24, 1, 20, 1.6, false, 0}, space = {8, 9, 12, 1.6, false, 0};
  check_run(&plane, 30, 1e11, 0.06, true);
  check_run(&space, 30, 1e11, 0.06, true);
}

/* --- Waiting times -----------------------------------------------------------------------------
 */

enum { NTRIALS = 500 };

static GbStatus stop_at_first(void *context, const GbMesoState *state, const GbEventRecord *r,
                              bool *stop)
{
  (void)state;
  *(double *)context = r->time_s;
  *stop = true;
  return GB_OK;
}

/* Integrated rate of all modes of a sample without plastic strain, in closed form. */
static double analytic_hazard(const GbMesoState *s, double axial_GPa, double rate_GPa, double t)
{
  const double kT = 8.617333262145e-5 * s->temperature_K, per_GPa = 0.1 * 6.241509074460763 / kT;
  double sum = 0;
  for (int j = 0; j < s->nvoxels * s->nmodes; j++) {
    const double schmid = 0.5 * sin(2 * GbGlassAngle(s, j)), growth = per_GPa * schmid * rate_GPa;
    const double start = 1e13 * exp(per_GPa * schmid * axial_GPa - s->barrier_eV[j] / kT);
    sum += fabs(growth * t) < 1e-9 ? start * t : start * expm1(growth * t) / growth;
  }
  return sum;
}

/* Under a strain ramp, or a held stress, the time of the first event is that of the exact process.
 */
static void check_waiting(const GbGrid *grid, GbDrive drive)
{
  static double uniform[NTRIALS];
  const double young = 9 * BULK * MU / (3 * BULK + MU), nu = young / (2 * MU) - 1;
  GbCalibration calibration;
  GbMesoState state, first;
  double done, when = 0;
  GbGlassUniform(&calibration);
  make_state(grid, 8, 11, 300, &state);
  GbKmc *kmc = create(&calibration, GB_KMC_THINNING, &state);
  assert_ok(GbMesoStateCopy(&state, &first));
  for (int trial = 0; trial < NTRIALS; trial++) {
    const size_t nv = (size_t)state.nvoxels;
    memcpy(state.chi, first.chi, nv * sizeof *state.chi);
    memcpy(state.plastic, first.plastic, nv * sizeof *state.plastic);
    memcpy(state.barrier_eV, first.barrier_eV, nv * 8 * sizeof *state.barrier_eV);
    memcpy(state.orientation, first.orientation, nv * sizeof *state.orientation);
    memcpy(state.mean_strain, first.mean_strain, sizeof state.mean_strain);
    state.time_s = 0;
    state.draws = 100000 * (int64_t)trial;
    assert_ok(GbKmcRefresh(kmc));
    assert_ok(GbKmcRun(kmc, &drive, stop_at_first, &when, &done));
    assert_true(state.events == trial + 1);
    const double rate = drive.strain_rate_per_s * young / (1 - nu * nu);
    uniform[trial] = exp(
        -analytic_hazard(&first, drive.stress_zz_GPa, drive.stress_controlled ? 0 : rate, when));
  }
  const double p = GbTestKolmogorov(NTRIALS, uniform);
  print_message("%s, %s: p = %.3f\n", grid->free_x ? "free" : "periodic",
                drive.stress_controlled ? "held stress" : "ramp", p);
  assert_true(p > 0.01);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
  GbMesoStateFree(&first);
}

static void first_events_come_when_the_hazard_says(void **unused)
{
  (void)unused;
  const GbGrid plane = {8, 1, 12, 1.6, false, 0}, strip = {10, 1, 12, 1.6, true, 0};
  check_waiting(&plane, (GbDrive){.strain_rate_per_s = -1e-2, .duration_s = 10});
  check_waiting(&strip, (GbDrive){.strain_rate_per_s = 1e-2, .duration_s = 10});
  check_waiting(&strip,
                (GbDrive){.stress_controlled = true, .stress_zz_GPa = -1, .duration_s = 1e30});
}

/* --- Statistics --------------------------------------------------------------------------------
 */

enum { NSEEDS = 100, NSTATISTICS = 5 };
static const char *const statistic_names[NSTATISTICS] = {
    "strain of first event", "strain of tenth event", "events", "stress", "share of athermal"};

typedef struct {
  double first, tenth;
  int events, athermal;
} Tally;

static GbStatus count(void *context, const GbMesoState *state, const GbEventRecord *r, bool *stop)
{
  Tally *tally = context;
  (void)state, (void)stop;
  tally->events++;
  tally->athermal += r->athermal;
  if (tally->events == 1) tally->first = r->strain_zz;
  if (tally->events == 10) tally->tenth = r->strain_zz;
  return GB_OK;
}

static void one_run(GbKmcMethod method, uint64_t seed, double temperature_K, double rate,
                    double value[NSTATISTICS])
{
  const GbGrid grid = {16, 1, 16, 1.6, false, 0};
  GbCalibration calibration;
  GbMesoState state;
  Tally tally = {0};
  double done;
  GbGlassUniform(&calibration);
  make_state(&grid, 8, seed, temperature_K, &state);
  GbKmc *kmc = create(&calibration, method, &state);
  const GbDrive drive = {.strain_rate_per_s = -rate, .duration_s = 0.03 / rate};
  assert_ok(GbKmcRun(kmc, &drive, count, &tally, &done));
  value[0] = tally.first;
  value[1] = tally.tenth;
  value[2] = tally.events;
  value[3] = GbKmcMeanStress(kmc);
  value[4] = (double)tally.athermal / tally.events;
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&state);
}

/* Different seeds for the two methods: independent samples of what should be one distribution. */
static void compare(double temperature_K, double rate)
{
  static double sample[2][NSTATISTICS][NSEEDS];
  for (int method = 0; method < 2; method++)
    for (int i = 0; i < NSEEDS; i++) {
      double value[NSTATISTICS];
      one_run(method ? GB_KMC_THINNING : GB_KMC_FULL, (uint64_t)(1 + i + 1000 * method),
              temperature_K, rate, value);
      for (int s = 0; s < NSTATISTICS; s++)
        sample[method][s][i] = value[s];
    }
  for (int s = 0; s < NSTATISTICS; s++) {
    const double p = GbTestTwoSamples(NSEEDS, sample[0][s], NSEEDS, sample[1][s]);
    print_message("%g K, %g /s: %-22s p = %.3f\n", temperature_K, rate, statistic_names[s], p);
    assert_true(p > 0.01);
  }
}

static void both_methods_make_the_same_statistics(void **unused)
{
  (void)unused;
  compare(300, 1e-3);
  compare(30, 1e11); /* most events are instabilities */
}

/* --- Restart -----------------------------------------------------------------------------------
 */

static GbKmc *take_up(const GbCalibration *calibration, GbKmcMethod method, bool way_back,
                      GbMesoState *state)
{
  const GbKmcOptions options = {
      .intrabasin_time_s = 1e4, .method = method, .uniform_moduli = true, .way_back = way_back};
  GbKmc *kmc;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, calibration, &options, state, &kmc));
  return kmc;
}

/* A run in two processes' worth of objects is one in two calls, bit for bit. */
static void check_continuation(GbKmcMethod method, bool way_back)
{
  const GbGrid strip = {20, 1, 28, 1.6, true, 0};
  const GbDrive drive = {.strain_rate_per_s = -1e-3, .duration_s = 12};
  GbCalibration calibration;
  GbMesoState once, read;
  char path[300];
  double done;
  snprintf(path, sizeof path, "%s/thinning.h5", GbTestFolder());
  GbGlassUniform(&calibration);
  make_state(&strip, 12, 3, 300, &once);
  GbKmc *kmc = take_up(&calibration, method, way_back, &once);
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  assert_ok(GbKmcRun(kmc, &drive, NULL, NULL, &done));
  assert_ok(GbMesoStateWrite(&once, path));
  assert_ok(GbKmcRun(kmc, &drive, NULL, NULL, &done));
  GbKmcDestroy(&kmc);

  assert_ok(GbMesoStateRead(path, &read));
  kmc = take_up(&calibration, method, way_back, &read);
  assert_ok(GbKmcRun(kmc, &drive, NULL, NULL, &done));
  GbKmcDestroy(&kmc);
  assert_true(read.events > 50 && read.events == once.events && read.draws == once.draws);
  assert_true(read.time_s == once.time_s);
  assert_memory_equal(read.stress, once.stress, (size_t)once.nvoxels * sizeof *once.stress);
  assert_memory_equal(read.plastic, once.plastic, (size_t)once.nvoxels * sizeof *once.plastic);
  assert_memory_equal(read.chi, once.chi, (size_t)once.nvoxels * sizeof *once.chi);
  GbMesoStateFree(&once);
  GbMesoStateFree(&read);
}

static void continued_run_has_the_same_bits(void **unused)
{
  (void)unused;
  check_continuation(GB_KMC_THINNING, false);
  check_continuation(GB_KMC_THINNING, true);
  check_continuation(GB_KMC_FULL, true);
}

GB_TEST_MAIN("verify.mesoscale.thinning",
             cmocka_unit_test(decisions_are_those_of_the_full_solution),
             cmocka_unit_test(instabilities_fire_at_their_stress),
             cmocka_unit_test(first_events_come_when_the_hazard_says),
             cmocka_unit_test(both_methods_make_the_same_statistics),
             cmocka_unit_test(continued_run_has_the_same_bits))
