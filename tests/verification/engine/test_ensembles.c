/* Ensembles: means and fluctuations that statistical mechanics prescribes, and conserved
 * quantities. */
#include "lammps.h"

#include "atomistic/engine/md.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  GbPotential *potential;
  GbForce *force;
  GbAtoms atoms;
} Crystal;

/* fcc copper at the given temperature, potential and kinetic energy in equilibrium after a while.
 */
static void open_crystal(Crystal *c, double temperature)
{
  static const int cells[3] = {3, 3, 3};
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &c->potential));
  assert_ok(GbAtomsCreateFcc(&c->atoms, cells, 3.66, 0.0, 1));
  assert_ok(GbPotentialApplyTypes(c->potential, &c->atoms));
  GbAtomsSetVelocities(&c->atoms, 2.0 * temperature, 17);
  assert_ok(GbForceCreate(MPI_COMM_WORLD, c->potential, NULL, &c->force));
}

static void close_crystal(Crystal *c)
{
  GbForceDestroy(&c->force);
  GbPotentialDestroy(&c->potential);
  GbAtomsFree(&c->atoms);
}

typedef struct {
  int64_t n;
  double kinetic[2], volume[2], pressure, first, drift; /* sums of values and squares */
} Sums;

static GbStatus add_sample(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Sums *s = context;
  double volume = GbAtomsVolume(atoms);
  if (s->n == 0) s->first = sample->conserved_eV;
  s->n++;
  s->kinetic[0] += sample->kinetic_eV;
  s->kinetic[1] += sample->kinetic_eV * sample->kinetic_eV;
  s->volume[0] += volume;
  s->volume[1] += volume * volume;
  s->pressure -= (sample->stress_GPa[0] + sample->stress_GPa[1] + sample->stress_GPa[2]) / 3.0;
  s->drift = fmax(s->drift, fabs(sample->conserved_eV - s->first));
  return GB_OK;
}

static Sums run(Crystal *c, GbMdOptions options, int64_t equilibrate, int64_t steps)
{
  Sums sums = {0};
  assert_ok(GbMdRun(c->force, &c->atoms, &options, equilibrate, 0, NULL, NULL));
  options.first_step = equilibrate;
  assert_ok(GbMdRun(c->force, &c->atoms, &options, steps, 5, add_sample, &sums));
  return sums;
}

static double mean(const double sums[2], int64_t n)
{
  return sums[0] / (double)n;
}

static double variance(const double sums[2], int64_t n)
{
  return sums[1] / (double)n - mean(sums, n) * mean(sums, n);
}

/* K of N_f degrees of freedom: mean N_f kT/2, variance N_f (kT)^2/2. Correlation times are about
 * the thermostat's, so some hundred samples are independent: 0.5 % and 8 % one-sigma errors. */
static void check_canonical(GbThermostat thermostat, double tau)
{
  const double temperature = 300.0;
  Crystal c;
  open_crystal(&c, temperature);
  GbMdOptions options = GbMdDefaults();
  options.thermostat = thermostat;
  options.tau_temperature_ps = tau;
  options.temperature_start_K = options.temperature_end_K = temperature;
  options.seed = 99;
  Sums s = run(&c, options, 1000, 10000);
  double freedoms = 3.0 * c.atoms.n - 3.0, kT = GB_KB_EV_PER_K * temperature;
  print_message("mean K / expected %.4f, variance / expected %.3f, drift %.1e eV/atom\n",
                mean(s.kinetic, s.n) / (0.5 * freedoms * kT),
                variance(s.kinetic, s.n) / (0.5 * freedoms * kT * kT), s.drift / c.atoms.n);
  assert_relative(mean(s.kinetic, s.n), 0.5 * freedoms * kT, 0.02);
  assert_relative(variance(s.kinetic, s.n), 0.5 * freedoms * kT * kT, 0.3);
  assert_close(s.drift / c.atoms.n, 0.0, 5e-5);
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

/* Mean pressure is the target; the volume fluctuates by kT V/B with the bulk modulus B that two
 * target pressures give. */
static void barostat_is_isobaric(void **state)
{
  (void)state;
  const double step = 2.0; /* GPa */
  double volume[2], fluctuation = 0.0;
  for (int k = 0; k < 2; k++) {
    Crystal c;
    open_crystal(&c, 300.0);
    GbMdOptions options = at_pressure(k * step);
    options.pressure_isotropic = true;
    Sums s = run(&c, options, 1500, 10000);
    double pressure = s.pressure / (double)s.n;
    volume[k] = mean(s.volume, s.n);
    fluctuation += 0.5 * variance(s.volume, s.n);
    print_message("pressure %.3f of %.1f GPa, volume %.3f A^3/atom, drift %.1e eV/atom\n", pressure,
                  k * step, volume[k] / c.atoms.n, s.drift / c.atoms.n);
    assert_close(pressure, k * step, 0.35); /* one sigma is about 0.1 */
    assert_close(s.drift / c.atoms.n, 0.0, 1e-4);
    close_crystal(&c);
  }
  double middle = 0.5 * (volume[0] + volume[1]), modulus = step * middle / (volume[0] - volume[1]);
  double expected = GB_KB_EV_PER_K * 300.0 * middle * GB_EV_PER_A3_IN_GPA / modulus;
  print_message("B = %.0f GPa, variance of V / expected %.2f\n", modulus, fluctuation / expected);
  assert_in_range((int)modulus, 80, 200); /* copper: 140 */
  assert_relative(fluctuation, expected, 0.5);
}

/* z is stretched at a constant rate, x is held, y is free: lengths, work account and bits. */
static void strain_rate_is_imposed(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 100.0);
  GbMdOptions options = at_pressure(0.0);
  options.pressure_free[0] = options.pressure_free[2] = false;
  options.strain_rate_per_ps[2] = 0.01;
  options.temperature_start_K = 100.0;
  options.temperature_end_K = 200.0;
  double length[3];
  memcpy(length, c.atoms.length, sizeof length);
  Sums s = {0};
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 1000, 5, add_sample, &s));
  assert_close(c.atoms.length[0], length[0], 0.0);
  assert_relative(c.atoms.length[2], length[2] * 1.02, 1e-12);
  assert_true(c.atoms.length[1] != length[1]);
  assert_close(s.drift / c.atoms.n, 0.0, 1e-4);
  close_crystal(&c);
}

/* Total energy without thermostat: no drift, and fluctuations of second order in the time step. */
static void energy_is_conserved(void **state)
{
  (void)state;
  double drift[2];
  for (int k = 0; k < 2; k++) {
    Crystal c;
    open_crystal(&c, 300.0);
    GbMdOptions options = GbMdDefaults();
    options.dt_ps = k ? 0.001 : 0.002;
    Sums s = run(&c, options, 0, k ? 4000 : 2000);
    drift[k] = s.drift / c.atoms.n;
    close_crystal(&c);
  }
  print_message("largest deviation %.2e and %.2e eV/atom at 2 and 1 fs\n", drift[0], drift[1]);
  assert_close(drift[0], 0.0, 1e-4);
  assert_in_range((int)(10.0 * drift[0] / drift[1]), 30, 55);
}

/* A run from a snapshot gives the bits of the run that made it. */
static void restart_is_exact(void **state)
{
  (void)state;
  char path[512];
  snprintf(path, sizeof path, "%s/restart.h5", GbTestFolder());
  Crystal c;
  open_crystal(&c, 600.0);
  GbMdOptions options = at_pressure(0.0);
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 150, 0, NULL, NULL));
  assert_ok(GbAtomsWriteH5(path, &c.atoms, 0.3, 0.0));
  options.first_step = 150;
  assert_ok(GbMdRun(c.force, &c.atoms, &options, 150, 0, NULL, NULL));
  GbAtoms again;
  assert_ok(GbAtomsReadH5(path, &again, NULL, NULL));
  assert_ok(GbMdRun(c.force, &again, &options, 150, 0, NULL, NULL));
  assert_memory_equal(again.x, c.atoms.x, (size_t)again.n * sizeof *again.x);
  assert_memory_equal(again.v, c.atoms.v, (size_t)again.n * sizeof *again.v);
  assert_memory_equal(again.length, c.atoms.length, sizeof again.length);
  GbAtomsFree(&again);
  close_crystal(&c);
}

static void failures_are_named(void **state)
{
  (void)state;
  Crystal c;
  open_crystal(&c, 300.0);
  GbMdOptions options = GbMdDefaults();
  options.first_step = 500;
  c.atoms.v[17][1] = 3000.0;
  assert_fails(GbMdRun(c.force, &c.atoms, &options, 10, 0, NULL, NULL), GB_ERR_NUMERIC, "step 501",
               "atom 18", "time step");
  c.atoms.v[17][1] = NAN;
  assert_fails(GbMdRun(c.force, &c.atoms, &options, 10, 0, NULL, NULL), GB_ERR_NUMERIC, "atom 18");
  c.atoms.periodic[0] = false;
  options.pressure_free[0] = true;
  assert_fails(GbMdRun(c.force, &c.atoms, &options, 10, 0, NULL, NULL), GB_ERR_ARG, "axis x");
  close_crystal(&c);
}

GB_TEST_MAIN("verify.atomistic.ensembles", cmocka_unit_test(rescaling_is_canonical),
             cmocka_unit_test(chain_is_canonical), cmocka_unit_test(barostat_is_isobaric),
             cmocka_unit_test(strain_rate_is_imposed), cmocka_unit_test(energy_is_conserved),
             cmocka_unit_test(restart_is_exact), cmocka_unit_test(failures_are_named))
