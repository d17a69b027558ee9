/* Loading without temperature: every event stands where its barrier is zero, in the right order.
 * And one run on any number of ranks. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double EV_PER_GPA_NM3 = 6.241509074460763, VOLUME = 0.1; /* of GbGlassUniform, nm^3 */

static GbKmc *create(MPI_Comm comm, const GbGrid *grid, const GbKmcOptions *options,
                     const GbCalibration *calibration, const bool *solid, GbMesoState *state)
{
  GbKmc *kmc;
  assert_ok(GbMesoStateAllocate(state, grid, 8));
  state->seed = 5;
  state->temperature_K = state->reference_temperature_K = 300;
  for (int v = 0; v < state->nvoxels; v++) {
    state->chi[v] = 0.4 * GbRngUniform(5, GB_RNG_CHI_FIELD, (uint64_t)v, 0, 0);
    if (solid) state->solid[v] = solid[v];
  }
  assert_ok(GbKmcCreate(comm, calibration, options, state, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  return kmc;
}

/* --- Quasistatic and extremal ------------------------------------------------------------------
 */

typedef struct {
  double strain; /* of the last event */
  double worst;  /* GPa: tau of a trigger against Q / V* */
  int events, triggers, followers, backwards;
  bool ordered; /* followers were unstable, and came at one strain */
} Sequence;

static GbStatus follow(void *context, const GbMesoState *s, const GbEventRecord *r, bool *stop)
{
  Sequence *q = context;
  const double excess = r->tau_GPa - r->barrier_eV / (VOLUME * EV_PER_GPA_NM3);
  (void)s, (void)stop;
  assert_true(r->athermal);
  if (q->events > 0 && r->strain_zz == q->strain) {
    q->followers++;
    q->ordered = q->ordered && excess > -1e-9;
  } else {
    q->triggers++;
    q->worst = fmax(q->worst, fabs(excess));
    if (q->events > 0 && r->strain_zz > q->strain) q->backwards++; /* compression is negative */
  }
  q->strain = r->strain_zz;
  q->events++;
  return GB_OK;
}

static Sequence drive_without_temperature(GbDriver driver, const GbGrid *grid)
{
  GbCalibration calibration;
  GbMesoState s;
  double done;
  const GbKmcOptions options = {.intrabasin_time_s = 1e-3, .uniform_moduli = true};
  GbGlassUniform(&calibration);
  GbKmc *kmc = create(MPI_COMM_SELF, grid, &options, &calibration, NULL, &s);
  Sequence q = {.ordered = true};
  const GbDrive drive = {
      .driver = driver, .strain_rate_per_s = -1, .duration_s = 0.08, .max_events = 1200};
  assert_ok(GbKmcRun(kmc, &drive, follow, &q, &done));
  print_message("%d events: %d triggers, %d followers, %d at a smaller strain than the last; off "
                "the threshold by %.1e GPa\n",
                q.events, q.triggers, q.followers, q.backwards, q.worst);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&s);
  return q;
}

static void quasistatic_events_are_at_threshold(void **unused)
{
  (void)unused;
  const GbGrid plane = {16, 1, 16, 1.6, false, 0}, space = {6, 5, 6, 1.6, true, 0};
  for (int g = 0; g < 2; g++) {
    Sequence q = drive_without_temperature(GB_DRIVER_QUASISTATIC, g ? &space : &plane);
    assert_true(q.triggers > 20 && q.followers > 0);
    assert_true(q.worst < 1e-8 && q.ordered && q.backwards == 0);
  }
}

static void extremal_events_are_at_threshold_whatever_the_strain(void **unused)
{
  (void)unused;
  const GbGrid strip = {12, 1, 16, 1.6, true, 0};
  Sequence q = drive_without_temperature(GB_DRIVER_EXTREMAL, &strip);
  assert_true(q.events > 200 && q.followers == 0);
  assert_true(q.worst < 1e-8 && q.backwards > 20);
}

/* The first instability of a homogeneous sample: the least Q / (V* P_zz dS/deps). */
static void first_instability_is_where_it_must_be(void **unused)
{
  (void)unused;
  const GbGrid plane = {8, 1, 8, 1.6, false, 0};
  const double young = 9 * 120. * 30 / (3 * 120 + 30), nu = young / 60 - 1;
  const GbKmcOptions options = {.intrabasin_time_s = 1e-3, .uniform_moduli = true};
  const GbDrive drive = {
      .driver = GB_DRIVER_QUASISTATIC, .strain_rate_per_s = -1, .duration_s = 1, .max_events = 1};
  GbCalibration calibration;
  GbMesoState s;
  double done, first = HUGE_VAL;
  Sequence q = {.ordered = true};
  GbGlassUniform(&calibration);
  GbKmc *kmc = create(MPI_COMM_SELF, &plane, &options, &calibration, NULL, &s);
  for (int j = 0; j < s.nvoxels * s.nmodes; j++) {
    const double angle = GbGlassAngle(&s, j),
                 per_strain = -0.5 * sin(2 * angle) * young / (1 - nu * nu);
    if (per_strain > 0)
      first = fmin(first, s.barrier_eV[j] / (VOLUME * EV_PER_GPA_NM3 * per_strain));
  }
  assert_ok(GbKmcRun(kmc, &drive, follow, &q, &done));
  assert_close(-q.strain, first, 1e-10);
  assert_close(done, first, 1e-10);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&s);
}

/* --- Ranks -------------------------------------------------------------------------------------
 */

enum { KEPT = 120 };

typedef struct {
  int n, voxel[KEPT], mode[KEPT];
} Events;

static GbStatus keep(void *context, const GbMesoState *s, const GbEventRecord *r, bool *stop)
{
  Events *e = context;
  (void)s;
  e->voxel[e->n] = r->voxel;
  e->mode[e->n] = r->mode;
  *stop = ++e->n == KEPT;
  return GB_OK;
}

static void run_on(MPI_Comm comm, const GbGrid *grid, const GbKmcOptions *options,
                   const bool *solid, GbMesoState *s, Events *events)
{
  GbCalibration calibration;
  double done;
  if (options->uniform_moduli)
    GbGlassUniform(&calibration);
  else
    GbGlassCalibration(&calibration);
  GbKmc *kmc = create(comm, grid, options, &calibration, solid, s);
  const GbDrive drive = {.strain_rate_per_s = -1e-3, .duration_s = 100};
  events->n = 0;
  assert_ok(GbKmcRun(kmc, &drive, keep, events, &done));
  assert_int_equal(events->n, KEPT);
  GbKmcDestroy(&kmc);
}

/* `bits`: the elastic solution is made by every rank for itself; else it is shared out, and agrees
 * to the solver's tolerance. */
static void compare_ranks(const GbGrid *grid, GbKmcOptions options, const bool *solid, bool bits)
{
  GbMesoState alone, shared;
  static Events a, b;
  options.intrabasin_time_s = 1e4;
  run_on(MPI_COMM_SELF, grid, &options, solid, &alone, &a);
  run_on(MPI_COMM_WORLD, grid, &options, solid, &shared, &b);
  assert_memory_equal(a.voxel, b.voxel, sizeof a.voxel);
  assert_memory_equal(a.mode, b.mode, sizeof a.mode);
  const double tolerance = bits ? 0 : 1e-7;
  assert_close(alone.time_s, shared.time_s, tolerance * alone.time_s);
  for (int v = 0; v < alone.nvoxels; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      assert_close(alone.stress[v][t], shared.stress[v][t], tolerance);
  GbMesoStateFree(&alone);
  GbMesoStateFree(&shared);
}

static void ranks_make_the_same_events(void **unused)
{
  (void)unused;
  const GbGrid plane = {16, 1, 16, 1.6, false, 0}, strip = {12, 1, 16, 1.6, true, 0};
  const GbGrid plate = {6, 4, 8, 1.6, true, 0};
  bool solid[12 * 16];
  for (int v = 0; v < 12 * 16; v++)
    solid[v] = v != 5 * 12 && v != 9 * 12 + 11;
  compare_ranks(&plane, (GbKmcOptions){.method = GB_KMC_THINNING, .uniform_moduli = true}, NULL,
                true);
  compare_ranks(&plate, (GbKmcOptions){.method = GB_KMC_THINNING, .uniform_moduli = true}, NULL,
                true);
  compare_ranks(&plane, (GbKmcOptions){.uniform_moduli = true}, NULL, true);
  compare_ranks(&strip, (GbKmcOptions){.solver = GB_ELASTIC_FFT}, solid, false);
  compare_ranks(&plate, (GbKmcOptions){.solver = GB_ELASTIC_FFT}, NULL, false);
}

GB_TEST_MAIN("verify.mesoscale.drivers", cmocka_unit_test(quasistatic_events_are_at_threshold),
             cmocka_unit_test(extremal_events_are_at_threshold_whatever_the_strain),
             cmocka_unit_test(first_instability_is_where_it_must_be),
             cmocka_unit_test(ranks_make_the_same_events))
