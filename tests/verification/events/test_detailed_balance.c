/* Forward and reverse events at zero load: a system of voxels that can only be strained or not must
 * visit its configurations as often as Boltzmann says, with energies from the elastic solver.
 *
 * The calibration is made so that a voxel has two states: at chi = 0 its barrier is about 0.6 eV,
 * an event takes chi to 1, where barriers are some 30 eV, so nothing but the way back is left. */
#include "harness/harness.h"

#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NX = 3, NZ = 3, NV = NX * NZ, NCONFIG = 1 << NV, NEVENTS = 400000, NBLOCKS = 20 };
static const double TEMPERATURE_K = 600, EV_PER_GPA_NM3 = 6.241509074460763, KB = 8.617333262145e-5;
static const double STORED = 0.04; /* eV of an excited voxel, besides its elastic energy */
typedef double Tensor[GB_NTENSOR];

static GbEstimate exactly(double value)
{
  return (GbEstimate){value, value, value, 1};
}

static void two_state_glass(GbCalibration *c)
{
  GbGlassUniform(c);
  c->laws.barrier_mean_eV[0] = exactly(0.6);
  c->laws.barrier_mean_eV[1] = exactly(30);
  c->laws.barrier_shape = exactly(200);
  c->laws.activation_volume_nm3 = exactly(0.02); /* not half of gamma Omega = 0.05 */
  c->laws.event_shear = exactly(0.05);
  c->laws.event_dilatation = exactly(0);
  c->laws.chi_gain = exactly(1);
  c->laws.chi_inf = exactly(1);
  c->material.atomic_volume_nm3 = 0.02; /* 50 atoms in a voxel */
  c->state.e_ref_eV = 0;
  c->state.e_inf_eV = STORED / 50;
}

typedef struct {
  double time_s[NBLOCKS][NV + 1]; /* with n excited voxels, by block of the run */
  double energy[NBLOCKS];         /* eV s */
  double last_s;
  int64_t events;
  unsigned config;
  const double *table; /* [NCONFIG] eV */
  double worst;        /* of the rates' ratio against the energies */
} Visits;

static GbStatus visit(void *context, const GbMesoState *s, const GbEventRecord *r, bool *stop)
{
  Visits *w = context;
  const int block = (int)(w->events++ * NBLOCKS / NEVENTS);
  const double stay = r->time_s - w->last_s;
  (void)stop, (void)s;
  w->time_s[block][__builtin_popcount(w->config)] += stay;
  w->energy[block] += stay * w->table[w->config];
  w->last_s = r->time_s;
  assert_true(r->back == ((w->config >> r->voxel & 1) != 0));
  w->config ^= 1u << r->voxel;
  return GB_OK;
}

/* Energies of all configurations: elastic at zero mean stress, and stored. */
static void fill_table(const GbMesoState *s, const GbModes *modes, double table[NCONFIG])
{
  GbElasticity *e;
  Tensor star[NV], stress[NV];
  double mu[NV], bulk[NV];
  const Tensor held = {0};
  assert_ok(GbElasticityCreate(MPI_COMM_SELF, &s->grid, NULL, GB_ELASTIC_AUTO, &e));
  for (int v = 0; v < NV; v++)
    mu[v] = 30, bulk[v] = 120;
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  for (int config = 0; config < NCONFIG; config++) {
    double mean[GB_NTENSOR] = {0}, energy = 0;
    memset(star, 0, sizeof star);
    for (int v = 0; v < NV; v++) {
      double n[3], t[3];
      if (!(config >> v & 1)) continue;
      GbModesPlane(modes, s->orientation + v, 0, n, t);
      star[v][GB_XX] = 0.05 * n[0] * t[0];
      star[v][GB_ZZ] = 0.05 * n[2] * t[2];
      star[v][GB_XZ] = 0.025 * (n[0] * t[2] + n[2] * t[0]);
      energy += STORED;
    }
    assert_ok(GbElasticitySolve(e, (const double(*)[GB_NTENSOR])star, held, stress, NULL));
    for (int v = 0; v < NV; v++)
      for (int t = 0; t < GB_NTENSOR; t++)
        mean[t] += stress[v][t] / NV;
    for (int v = 0; v < NV; v++) {
      double in_plane = (stress[v][GB_XX] - mean[GB_XX]) * star[v][GB_XX] +
                        (stress[v][GB_ZZ] - mean[GB_ZZ]) * star[v][GB_ZZ] +
                        2 * (stress[v][GB_XZ] - mean[GB_XZ]) * star[v][GB_XZ];
      energy -= 0.5 * in_plane * EV_PER_GPA_NM3;
    }
    table[config] = energy;
  }
  GbElasticityDestroy(&e);
}

static void boltzmann(const double table[NCONFIG], double share[NV + 1], double *energy)
{
  double sum = 0;
  memset(share, 0, (NV + 1) * sizeof *share);
  *energy = 0;
  for (int config = 0; config < NCONFIG; config++) {
    const double weight = exp(-table[config] / (KB * TEMPERATURE_K));
    share[__builtin_popcount((unsigned)config)] += weight;
    *energy += weight * table[config];
    sum += weight;
  }
  for (int n = 0; n <= NV; n++)
    share[n] /= sum;
  *energy /= sum;
}

/* Mean over blocks and its standard error. */
static void block_mean(const double value[NBLOCKS], double *mean, double *error)
{
  double squares = 0;
  *mean = 0;
  for (int b = 0; b < NBLOCKS; b++)
    *mean += value[b] / NBLOCKS;
  for (int b = 0; b < NBLOCKS; b++)
    squares += (value[b] - *mean) * (value[b] - *mean);
  *error = sqrt(squares / (NBLOCKS * (NBLOCKS - 1.0)));
}

static void compare(const Visits *w, const double share[NV + 1], double energy)
{
  double value[NBLOCKS], total[NBLOCKS] = {0}, mean, error;
  for (int b = 0; b < NBLOCKS; b++)
    for (int n = 0; n <= NV; n++)
      total[b] += w->time_s[b][n];
  for (int n = 0; n <= NV; n++) {
    for (int b = 0; b < NBLOCKS; b++)
      value[b] = w->time_s[b][n] / total[b];
    block_mean(value, &mean, &error);
    print_message("%d excited: %.5f of the time (+- %.5f), Boltzmann %.5f\n", n, mean, error,
                  share[n]);
    assert_true(fabs(mean - share[n]) < 4 * error + 1e-5);
    if (share[n] > 0.05) assert_true(error < 0.02 * share[n]);
  }
  for (int b = 0; b < NBLOCKS; b++)
    value[b] = w->energy[b] / total[b];
  block_mean(value, &mean, &error);
  print_message("mean energy %.5f +- %.5f eV, Boltzmann %.5f\n", mean, error, energy);
  assert_true(fabs(mean - energy) < 4 * error && error < 0.01 * energy);
}

static void check(GbKmcMethod method, int64_t nevents)
{
  static double table[NCONFIG];
  static Visits w;
  const GbGrid grid = {NX, 1, NZ, 1, false, 0};
  const GbKmcOptions options = {
      .intrabasin_time_s = 1e-12, .method = method, .uniform_moduli = true, .way_back = true};
  const GbDrive held = {.stress_controlled = true, .duration_s = 1e30, .max_events = nevents};
  GbCalibration calibration;
  GbMesoState s;
  GbModes modes;
  GbKmc *kmc;
  double done, share[NV + 1], energy;
  two_state_glass(&calibration);
  assert_ok(GbMesoStateAllocate(&s, &grid, 1));
  s.seed = 7;
  s.temperature_K = s.reference_temperature_K = TEMPERATURE_K;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, &calibration, &options, &s, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  assert_ok(GbModesCreate(&grid, 1, &modes));
  fill_table(&s, &modes, table);
  boltzmann(table, share, &energy);
  w = (Visits){.table = table};
  assert_ok(GbKmcRun(kmc, &held, visit, &w, &done));
  compare(&w, share, energy);
  GbKmcDestroy(&kmc);
  GbModesFree(&modes);
  GbMesoStateFree(&s);
}

static void reference_visits_as_boltzmann_says(void **unused)
{
  (void)unused;
  check(GB_KMC_FULL, NEVENTS);
}

static void thinning_visits_as_boltzmann_says(void **unused)
{
  (void)unused;
  check(GB_KMC_THINNING, NEVENTS);
}

GB_TEST_MAIN("verify.mesoscale.detailed_balance",
             cmocka_unit_test(reference_visits_as_boltzmann_says),
             cmocka_unit_test(thinning_visits_as_boltzmann_says))
