/* Ensembles: the distributions that statistical mechanics prescribes, and conserved quantities.
 *
 * Small samples, because fluctuations are large there and many of them can be seen. Seeds are
 * fixed; each tolerance states the standard error that it is a multiple of. */
#include "atomistic/engine/md.h"
#include "base/units.h"
#include "harness/harness.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

typedef struct {
  GbPotential *potential;
  GbForce *force;
  GbAtoms atoms;
} Crystal;

/* fcc lattice of `cells` cells along each axis; potential and kinetic energy in equilibrium after a
 * while. */
static void open_crystal(Crystal *c, int cells, double a, double zirconium, double temperature)
{
  const int counts[3] = {cells, cells, cells};
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &c->potential));
  assert_ok(GbAtomsCreateFcc(&c->atoms, counts, a, zirconium, 1));
  assert_ok(GbPotentialApplyTypes(c->potential, &c->atoms));
  GbAtomsSetVelocities(&c->atoms, 2.0 * temperature, 17);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, c->potential, NULL, &c->force));
}

static void open_copper(Crystal *c, int cells, double temperature)
{
  open_crystal(c, cells, 3.66, 0.0, temperature);
}

static void close_crystal(Crystal *c)
{
  GbForceDestroy(&c->force);
  GbPotentialDestroy(&c->potential);
  GbAtomsFree(&c->atoms);
}

static double mean(const double sums[2], int64_t n)
{
  return sums[0] / (double)n;
}

static double variance(const double sums[2], int64_t n)
{
  return sums[1] / (double)n - mean(sums, n) * mean(sums, n);
}

/* --- Kinetic energy in the canonical ensemble ---------------------------------------------------
 */

enum { DRAWS = 700, SPACING = 50 };

typedef struct {
  int n;
  double kinetic[DRAWS + 1], species[2][3]; /* eV; sums of m v_d^2 */
} Draws;

static GbStatus draw(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Draws *draws = context;
  if (sample->time_ps == 0.0) return GB_OK;
  draws->kinetic[draws->n++] = sample->kinetic_eV;
  for (int i = 0; i < atoms->n; i++) {
    int t = atoms->type[i];
    for (int d = 0; d < 3; d++)
      draws->species[t][d] += GB_MVV_TO_EV * atoms->mass[t] * atoms->v[i][d] * atoms->v[i][d];
  }
  return GB_OK;
}

static int ascending(const void *a, const void *b)
{
  double p = *(const double *)a, q = *(const double *)b;
  return (p > q) - (p < q);
}

/* Largest distance between the distribution drawn and the gamma distribution of N_f/2 and kT. */
static double kolmogorov_smirnov(Draws *draws, double freedoms, double kT)
{
  double largest = 0.0;
  qsort(draws->kinetic, (size_t)draws->n, sizeof *draws->kinetic, ascending);
  for (int k = 0; k < draws->n; k++) {
    double p = gsl_cdf_gamma_P(draws->kinetic[k], 0.5 * freedoms, kT);
    largest = fmax(largest, fmax(p - (double)k / draws->n, (k + 1.0) / draws->n - p));
  }
  return largest;
}

/* K of N_f degrees of freedom is gamma distributed: mean N_f kT/2, variance N_f (kT)^2/2. */
static void check_distribution(Draws *draws, double freedoms, double kT)
{
  double sums[2] = {0};
  for (int k = 0; k < draws->n; k++) {
    sums[0] += draws->kinetic[k];
    sums[1] += draws->kinetic[k] * draws->kinetic[k];
  }
  double m = mean(sums, draws->n) / (0.5 * freedoms * kT);
  double v = variance(sums, draws->n) / (0.5 * freedoms * kT * kT);
  double distance = kolmogorov_smirnov(draws, freedoms, kT);
  print_message("mean K / expected %.4f, variance / expected %.3f, distance %.4f\n", m, v,
                distance);
  /* Draws 0.1 ps apart are hardly correlated. Standard errors: sqrt(2/N_f/draws) = 0.6 % and
   * sqrt(2/draws) = 5.3 %; a constant-energy run has about half the variance. The distance exceeds
   * 1.95/sqrt(draws) with a probability of 0.001. */
  assert_relative(m, 1.0, 0.025);
  assert_relative(v, 1.0, 0.22);
  assert_close(distance, 0.0, 1.95 / sqrt(draws->n));
}

/* Every species and axis has its share, kT per atom; with the centre of mass at rest less by the
 * share m/M that the constraint takes. About 20 and 12 atoms: standard errors of 1.2 and 1.6 %. */
static void check_equipartition(const Draws *draws, const GbAtoms *atoms, bool at_rest, double kT)
{
  double total = 0.0;
  int count[2] = {0};
  for (int i = 0; i < atoms->n; i++) {
    total += atoms->mass[atoms->type[i]];
    count[atoms->type[i]]++;
  }
  for (int t = 0; t < 2; t++)
    for (int d = 0; d < 3; d++) {
      double share = at_rest ? 1.0 - atoms->mass[t] / total : 1.0;
      assert_relative(draws->species[t][d] / draws->n / count[t], share * kT, 0.06);
    }
}

static void check_canonical(GbThermostat thermostat, double tau)
{
  const double temperature = 600.0, kT = GB_KB_EV_PER_K * temperature;
  Draws draws = {0};
  Crystal c;
  open_crystal(&c, 2, 3.95, 0.36, temperature);
  GbMdOptions options = GbMdDefaults();
  options.thermostat = thermostat;
  options.tau_temperature_ps = tau;
  options.temperature_start_K = options.temperature_end_K = temperature;
  options.seed = 99;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 1000, 0, NULL, NULL));
  options.first_step = 1000;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, DRAWS * SPACING, SPACING, draw, &draws));
  bool at_rest = thermostat != GB_THERMOSTAT_LANGEVIN;
  check_distribution(&draws, 3.0 * c.atoms.n - (at_rest ? 3.0 : 0.0), kT);
  check_equipartition(&draws, &c.atoms, at_rest, kT);
  close_crystal(&c);
}

static void rescaling_is_canonical(void **state)
{
  (void)state;
  check_canonical(GB_THERMOSTAT_BUSSI, 0.03);
}

static void chain_is_canonical(void **state)
{
  (void)state;
  check_canonical(GB_THERMOSTAT_NOSE_HOOVER, 0.05);
}

static void noise_is_canonical(void **state)
{
  (void)state;
  check_canonical(GB_THERMOSTAT_LANGEVIN, 0.05);
}

/* --- Volume in the isobaric ensemble ------------------------------------------------------------
 */

typedef struct {
  int64_t n;
  double volume[2], pressure[3]; /* sums of values and squares; GPa */
} Isobar;

static GbStatus add_isobar(void *context, const GbMdSample *sample)
{
  Isobar *s = context;
  s->n++;
  s->volume[0] += sample->volume;
  s->volume[1] += sample->volume * sample->volume;
  for (int d = 0; d < 3; d++)
    s->pressure[d] -= sample->stress_GPa[d];
  return GB_OK;
}

static GbMdOptions at_pressure(double pressure)
{
  GbMdOptions options = GbMdDefaults();
  options.thermostat = GB_THERMOSTAT_BUSSI;
  options.temperature_start_K = options.temperature_end_K = 300.0;
  options.pressure_free[0] = options.pressure_free[1] = options.pressure_free[2] = true;
  options.pressure_GPa = pressure;
  options.tau_pressure_ps = 0.2;
  options.seed = 5;
  return options;
}

static Isobar run_isobar(GbBarostat barostat, bool isotropic, double pressure)
{
  Isobar sums = {0};
  Crystal c;
  open_copper(&c, 2, 300.0);
  GbMdOptions options = at_pressure(pressure);
  options.barostat = barostat;
  options.pressure_isotropic = isotropic;
  if (barostat == GB_BAROSTAT_MTK) options.thermostat = GB_THERMOSTAT_NOSE_HOOVER;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 1500, 0, NULL, NULL));
  options.first_step = 1500;
  options.observer = add_isobar;
  options.observer_context = &sums;
  options.observer_interval = 5;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 20000, 0, NULL, NULL));
  for (int d = 0; d < 3; d++)
    sums.pressure[d] /= (double)sums.n;
  close_crystal(&c);
  return sums;
}

/* Mean pressures are the target; the volume fluctuates by kT V/B with the bulk modulus B that two
 * target pressures give. 40 ps are about a hundred independent values: standard errors of 0.12 GPa
 * (sqrt(B kT/V) = 1.2 GPa each), and of 14 % for a variance, 10 % for the mean of two. */
static void check_isobaric(GbBarostat barostat, bool isotropic)
{
  const double step = 4.0; /* GPa */
  double volume[2], fluctuation = 0.0;
  for (int k = 0; k < 2; k++) {
    Isobar s = run_isobar(barostat, isotropic, k * step);
    double pressure = (s.pressure[0] + s.pressure[1] + s.pressure[2]) / 3.0;
    volume[k] = mean(s.volume, s.n);
    fluctuation += 0.5 * variance(s.volume, s.n);
    print_message("pressure %.3f (%.2f %.2f %.2f) of %.1f GPa, volume %.3f A^3/atom\n", pressure,
                  s.pressure[0], s.pressure[1], s.pressure[2], k * step, volume[k] / 32);
    assert_close(pressure, k * step, 0.4);
    for (int d = 0; d < 3; d++)
      assert_close(s.pressure[d], k * step, 0.8);
  }
  double middle = 0.5 * (volume[0] + volume[1]), modulus = step * middle / (volume[0] - volume[1]);
  double expected = GB_KB_EV_PER_K * 300.0 * middle * GB_EV_PER_A3_IN_GPA / modulus;
  print_message("B = %.0f GPa, variance of V / expected %.2f\n", modulus, fluctuation / expected);
  assert_in_range((int)modulus, 110, 180); /* copper at 2 GPa: 150 */
  assert_relative(fluctuation, expected, 0.4);
}

static void rescaled_box_is_isobaric(void **state)
{
  (void)state;
  check_isobaric(GB_BAROSTAT_RESCALING, true);
}

static void rescaled_axes_are_isobaric(void **state)
{
  (void)state;
  check_isobaric(GB_BAROSTAT_RESCALING, false);
}

static void mtk_box_is_isobaric(void **state)
{
  (void)state;
  check_isobaric(GB_BAROSTAT_MTK, true);
}

static void mtk_axes_are_isobaric(void **state)
{
  (void)state;
  check_isobaric(GB_BAROSTAT_MTK, false);
}

/* --- Conserved quantities -----------------------------------------------------------------------
 */

typedef struct {
  double first, last, largest; /* eV: at the start, at the end, largest deviation */
} Conserved;

static GbStatus watch(void *context, const GbMdSample *sample)
{
  Conserved *c = context;
  if (sample->time_ps == 0.0) c->first = sample->conserved_eV;
  c->last = sample->conserved_eV;
  c->largest = fmax(c->largest, fabs(sample->conserved_eV - c->first));
  return GB_OK;
}

static double deviation(GbMdOptions options, double dt)
{
  Conserved conserved = {0};
  Crystal c;
  open_copper(&c, 3, 300.0);
  options.dt_ps = dt;
  options.observer = watch;
  options.observer_context = &conserved;
  options.observer_interval = 1;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, (int64_t)(2.0 / dt), 0, NULL, NULL));
  double per_atom = conserved.largest / c.atoms.n;
  close_crystal(&c);
  return per_atom;
}

enum { NVE, CHAIN, BUSSI, LANGEVIN, RESCALED, MTK, MTK_ALIKE, NPH, STRAIN, CASES };
static const char *const case_names[CASES] = {
    "NVE", "chain", "rescaling", "Langevin", "rescaled box", "MTK", "MTK alike", "NPH", "strain"};

static GbMdOptions options_of(int which)
{
  GbMdOptions o = which >= RESCALED ? at_pressure(3.0) : GbMdDefaults();
  const GbThermostat thermostats[CASES] = {
      [CHAIN] = GB_THERMOSTAT_NOSE_HOOVER, [BUSSI] = GB_THERMOSTAT_BUSSI,
      [LANGEVIN] = GB_THERMOSTAT_LANGEVIN, [RESCALED] = GB_THERMOSTAT_BUSSI,
      [MTK] = GB_THERMOSTAT_NOSE_HOOVER,   [MTK_ALIKE] = GB_THERMOSTAT_NOSE_HOOVER,
      [STRAIN] = GB_THERMOSTAT_NOSE_HOOVER};
  o.thermostat = thermostats[which];
  o.temperature_start_K = 300.0;
  o.temperature_end_K = which == NPH ? 300.0 : 500.0; /* a ramp is no exception */
  if (which >= MTK) o.barostat = GB_BAROSTAT_MTK;
  o.pressure_isotropic = which == MTK_ALIKE;
  if (which == STRAIN) {
    o.pressure_free[0] = o.pressure_free[2] = false;
    o.strain_rate_per_ps[2] = 0.02;
    o.strain_rate_true = true;
  }
  return o;
}

/* No drift, and deviations of second order in the time step where there is no noise. */
static void accounts_are_conserved(void **state)
{
  (void)state;
  for (int which = 0; which < CASES; which++) {
    GbMdOptions options = options_of(which);
    double coarse = deviation(options, 0.002), fine = deviation(options, 0.001);
    print_message("%-12s largest deviation %.2e and %.2e eV/atom at 2 and 1 fs\n",
                  case_names[which], coarse, fine);
    assert_close(coarse, 0.0, 3e-4);
    bool noisy = which == BUSSI || which == LANGEVIN || which == RESCALED;
    if (!noisy) assert_in_range((int)(10.0 * coarse / fine), 30, 55);
  }
}

/* What chains and barostats remember goes on from run to run if asked. */
static void states_are_kept(void **state)
{
  (void)state;
  Crystal c;
  GbMdState memory = {0};
  Conserved parts[2] = {{0}};
  open_copper(&c, 3, 300.0);
  GbMdOptions options = options_of(CHAIN);
  options.temperature_end_K = 300.0;
  options.state = &memory;
  options.observer = watch;
  options.observer_interval = 10;
  for (int k = 0; k < 2; k++) {
    options.observer_context = &parts[k];
    assert_ok(GbMdRun(c.force, &c.atoms, &options, 100, 0, NULL, NULL));
    assert_true(memory.atoms.velocity[0] != 0.0);
  }
  assert_close(parts[1].first, parts[0].last, 1e-6);
  assert_true(fabs(memory.atoms.work) > 0.01); /* eV: what would be missing */
  close_crystal(&c);
}

/* --- Imposed strain -----------------------------------------------------------------------------
 */

/* z is stretched at a constant rate, x is held, y is free. */
static void strain_rates_are_exact(void **state)
{
  (void)state;
  for (int kind = 0; kind < 2; kind++) {
    Crystal c;
    open_copper(&c, 3, 100.0);
    GbMdOptions options = at_pressure(0.0);
    options.pressure_free[0] = options.pressure_free[2] = false;
    options.strain_rate_per_ps[2] = 0.05;
    options.strain_rate_true = kind == 1;
    double start[3], expected = kind ? exp(0.05 * 0.6) : 1.0 + 0.05 * 0.6;
    memcpy(start, c.atoms.length, sizeof start);
    assert_ok(GbMdRun(c.force, &c.atoms, &options, 300, 0, NULL, NULL));
    assert_close(c.atoms.length[0], start[0], 0.0);
    assert_relative(c.atoms.length[2], start[2] * expected, 1e-15);
    assert_true(c.atoms.length[1] < start[1]);
    /* a second part of the same deformation */
    options.initial_length[2] = start[2];
    options.first_step = 300;
    assert_ok(GbMdRun(c.force, &c.atoms, &options, 300, 0, NULL, NULL));
    expected = kind ? exp(0.05 * 1.2) : 1.0 + 0.05 * 1.2;
    assert_relative(c.atoms.length[2], start[2] * expected, 1e-14);
    close_crystal(&c);
  }
}

/* --- Samples ------------------------------------------------------------------------------------
 */

typedef struct {
  int n;
  double temperature, stress, length;
} Tally;

static GbStatus tally(void *context, const GbMdSample *sample)
{
  Tally *t = context;
  if (sample->time_ps == 0.0) return GB_OK;
  t->n++;
  t->temperature += sample->temperature_K;
  t->stress += sample->stress_GPa[3];
  t->length += sample->length[1];
  return GB_OK;
}

static GbStatus compare_means(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Tally *t = context;
  assert_close(sample->temperature_K, GbAtomsTemperature(atoms), 1e-5);
  assert_relative(sample->volume, GbAtomsVolume(atoms), 1e-15);
  if (sample->time_ps == 0.0) {
    assert_int_equal(sample->mean.count, 1);
    assert_close(sample->mean.temperature_K, sample->temperature_K, 0.0);
    return GB_OK;
  }
  assert_int_equal(sample->mean.count, 5);
  assert_int_equal(t->n, 5);
  assert_relative(sample->mean.temperature_K, t->temperature / 5, 1e-14);
  assert_relative(sample->mean.stress_GPa[3], t->stress / 5, 1e-12);
  assert_relative(sample->mean.length[1], t->length / 5, 1e-14);
  *t = (Tally){0};
  return GB_OK;
}

static void samples_carry_means(void **state)
{
  (void)state;
  Crystal c;
  Tally sums = {0};
  open_copper(&c, 3, 300.0);
  GbMdOptions options = at_pressure(0.0);
  options.observer = tally;
  options.observer_context = &sums;
  options.observer_interval = GB_MD_AVERAGE_INTERVAL;
  assert_ok(
      GbMdRun(c.force, &c.atoms, &options, 200, 5 * GB_MD_AVERAGE_INTERVAL, compare_means, &sums));
  close_crystal(&c);
}

/* A run from a snapshot gives the bits of the run that made it. */
static void snapshots_go_on_exactly(void **state)
{
  (void)state;
  Crystal c;
  open_copper(&c, 3, 600.0);
  GbMdOptions options = at_pressure(0.0);
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 130, 0, NULL, NULL));
  GbAtoms again;
  assert_ok(GbAtomsCopy(&c.atoms, &again));
  options.first_step = 130;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 70, 0, NULL, NULL));
  assert_ok(GbMdRun(c.force, &again, &options, 70, 0, NULL, NULL));
  assert_memory_equal(again.x, c.atoms.x, (size_t)again.n * sizeof *again.x);
  assert_memory_equal(again.v, c.atoms.v, (size_t)again.n * sizeof *again.v);
  assert_memory_equal(again.length, c.atoms.length, sizeof again.length);
  GbAtomsFree(&again);
  close_crystal(&c);
}

GB_TEST_MAIN("verify.atomistic.ensembles", cmocka_unit_test(rescaling_is_canonical),
             cmocka_unit_test(chain_is_canonical), cmocka_unit_test(noise_is_canonical),
             cmocka_unit_test(rescaled_box_is_isobaric),
             cmocka_unit_test(rescaled_axes_are_isobaric), cmocka_unit_test(mtk_box_is_isobaric),
             cmocka_unit_test(mtk_axes_are_isobaric), cmocka_unit_test(accounts_are_conserved),
             cmocka_unit_test(states_are_kept), cmocka_unit_test(strain_rates_are_exact),
             cmocka_unit_test(samples_carry_means), cmocka_unit_test(snapshots_go_on_exactly))
