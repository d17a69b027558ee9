/* Limits that can be computed without molecular dynamics: atoms that do not feel each other, two
 * atoms, and a trajectory seen from another origin. */
#include "atomistic/engine/md.h"
#include "base/units.h"
#include "harness/harness.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CUZR GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs"

static GbPotential *read_potential(void)
{
  GbPotential *potential;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &potential));
  return potential;
}

/* --- Ideal gas ----------------------------------------------------------------------------------
 */

enum { GAS_STEPS = 400 };

typedef struct {
  double kinetic;
  int n;
} Gas;

static GbStatus check_gas(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Gas *gas = context;
  (void)atoms;
  if (sample->time_ps == 0.0) gas->kinetic = sample->kinetic_eV;
  double pressure = -(sample->stress_GPa[0] + sample->stress_GPa[1] + sample->stress_GPa[2]) / 3.0;
  double expected = (gas->n - 1) * GB_KB_EV_PER_K * sample->temperature_K / sample->volume;
  assert_relative(pressure, expected * GB_EV_PER_A3_IN_GPA, 1e-9);
  assert_relative(sample->kinetic_eV, gas->kinetic, 1e-12);
  return GB_OK;
}

/* On a lattice wider than the cutoff atoms fly straight: P V = N kT (N - 1 with the centre of mass
 * at rest), each velocity stays as it is, and paths are v t. They cross the periodic boundary. */
static void far_atoms_are_an_ideal_gas(void **state)
{
  (void)state;
  static const int cells[3] = {3, 3, 3};
  GbPotential *potential = read_potential();
  GbAtoms atoms, start;
  GbForce *force;
  assert_ok(GbAtomsCreateFcc(&atoms, cells, 20.0, 0.5, 1)); /* neighbours 14.1 angstrom apart */
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  GbAtomsSetVelocities(&atoms, 300.0, 3);
  assert_ok(GbAtomsCopy(&atoms, &start));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbMdOptions options = GbMdDefaults();
  Gas gas = {.n = atoms.n};
  assert_ok(GbMdRun(force, &atoms, &options, GAS_STEPS, 50, check_gas, &gas));
  assert_memory_equal(atoms.v, start.v, (size_t)atoms.n * sizeof *atoms.v);
  int crossed = 0;
  for (int i = 0; i < atoms.n; i++)
    for (int d = 0; d < 3; d++) {
      double path = GAS_STEPS * options.dt_ps * start.v[i][d];
      assert_close(atoms.x[i][d], start.x[i][d] + path, 1e-10);
      crossed += atoms.x[i][d] < 0.0 || atoms.x[i][d] >= atoms.length[d];
    }
  assert_true(crossed > 0);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
  GbAtomsFree(&start);
}

/* --- Two atoms ----------------------------------------------------------------------------------
 */

/* Energy of two copper atoms at distance r, eV. */
static double dimer_energy(const GbPotential *p, double r)
{
  double pair, rho, embedding, slope;
  GbPotentialPair(p, 0, 0, r, &pair, &slope);
  GbPotentialDensity(p, 0, 0, r, &rho, &slope);
  GbPotentialEmbedding(p, 0, rho, &embedding, &slope);
  return pair + 2.0 * embedding;
}

typedef struct {
  const GbPotential *potential;
  double inner, outer, reduced_mass; /* turning points; eV ps^2/angstrom^2 */
} Dimer;

/* dt/dtheta with r = middle - half cos(theta), which has no singularity at the turning points. */
static double time_per_angle(double theta, void *context)
{
  const Dimer *d = context;
  double half = 0.5 * (d->outer - d->inner), r = d->inner + half * (1.0 - cos(theta));
  double kinetic = dimer_energy(d->potential, d->outer) - dimer_energy(d->potential, r);
  return half * sin(theta) / sqrt(2.0 * kinetic / d->reduced_mass);
}

static double dimer_period(Dimer *d)
{
  double result, error;
  gsl_integration_workspace *w = gsl_integration_workspace_alloc(1000);
  gsl_function f = {time_per_angle, d};
  gsl_integration_qag(&f, 1e-4, GB_PI - 1e-4, 1e-9, 1e-9, 1000, GSL_INTEG_GAUSS61, w, &result,
                      &error);
  gsl_integration_workspace_free(w);
  return 2.0 * result;
}

/* The distance of least energy, and the inner turning point of a motion from `outer`: bisection. */
static double lowest(const GbPotential *p)
{
  double best = 1.8;
  for (double r = 1.8; r < 3.5; r += 1e-4)
    if (dimer_energy(p, r) < dimer_energy(p, best)) best = r;
  return best;
}

static double inner_turn(const GbPotential *p, double middle, double outer)
{
  double low = 1.5, high = middle, energy = dimer_energy(p, outer);
  for (int k = 0; k < 60; k++) {
    double r = 0.5 * (low + high);
    *(dimer_energy(p, r) > energy ? &low : &high) = r;
  }
  return low;
}

typedef struct {
  int n;
  double last_time, times[32]; /* of maxima of the distance, ps */
  double rate, energy, drift;
} Swing;

/* Maxima of the distance: where its rate changes sign from plus to minus, interpolated. */
static GbStatus follow(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Swing *s = context;
  double rate = 0.0, energy = sample->potential_eV + sample->kinetic_eV;
  for (int d = 0; d < 3; d++)
    rate += (atoms->x[1][d] - atoms->x[0][d]) * (atoms->v[1][d] - atoms->v[0][d]);
  if (sample->time_ps == 0.0) s->energy = energy;
  if (s->rate > 0.0 && rate <= 0.0 && s->n < 32)
    s->times[s->n++] = s->last_time + (sample->time_ps - s->last_time) * s->rate / (s->rate - rate);
  s->drift = fmax(s->drift, fabs(energy - s->energy));
  s->rate = rate;
  s->last_time = sample->time_ps;
  return GB_OK;
}

/* Period of a dimer of copper along a diagonal against quadrature of its own energy. The error of
 * the time step is of second order: -(omega dt)^2/24 of the period, 1e-4 at 1 fs. */
static void two_atoms_swing_as_their_energy_says(void **state)
{
  (void)state;
  GbPotential *potential = read_potential();
  double middle = lowest(potential), outer = middle + 0.25;
  Dimer dimer = {potential, inner_turn(potential, middle, outer), outer,
                 0.5 * GB_MVV_TO_EV * GbPotentialMass(potential, 0)};
  double expected = dimer_period(&dimer);
  GbAtoms atoms;
  GbForce *force;
  assert_ok(GbAtomsAllocate(&atoms, 2));
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  for (int i = 0; i < 2; i++) {
    atoms.id[i] = i + 1;
    for (int d = 0; d < 3; d++)
      atoms.x[i][d] = i * outer / sqrt(3.0);
  }
  for (int d = 0; d < 3; d++) {
    atoms.length[d] = 30.0;
    atoms.periodic[d] = d == 0; /* free axes too */
  }
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbMdOptions options = GbMdDefaults();
  options.dt_ps = 0.0005;
  Swing swing = {0};
  assert_ok(GbMdRun(force, &atoms, &options, 8000, 1, follow, &swing));
  assert_true(swing.n > 4);
  double period = (swing.times[swing.n - 1] - swing.times[0]) / (swing.n - 1);
  print_message("dimer: least energy at %.4f A, turns at %.4f and %.4f, period %.6f ps, "
                "quadrature %.6f, energy within %.1e eV\n",
                middle, dimer.inner, outer, period, expected, swing.drift);
  assert_relative(period, expected, 2e-4);
  assert_close(swing.drift, 0.0, 1e-4);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
}

/* --- Periodic boundaries ------------------------------------------------------------------------
 */

/* A hot melt whose atoms cross boundaries moves as its copy does that was shifted by half a box:
 * the same physics with other atoms at the boundary. Rounding grows by about e per 0.1 ps. */
static void boundaries_are_nowhere(void **state)
{
  (void)state;
  static const int cells[3] = {3, 3, 3};
  GbPotential *potential = read_potential();
  GbAtoms atoms[2];
  GbForce *force;
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  for (int k = 0; k < 2; k++) {
    assert_ok(GbAtomsCreateFcc(&atoms[k], cells, 4.1, 0.36, 1));
    assert_ok(GbPotentialApplyTypes(potential, &atoms[k]));
    GbAtomsSetVelocities(&atoms[k], 6000.0, 3);
    for (int i = 0; i < atoms[k].n && k == 1; i++)
      for (int d = 0; d < 3; d++)
        atoms[k].x[i][d] += 0.5 * atoms[k].length[d];
    GbMdOptions options = GbMdDefaults();
    assert_ok(GbMdRun(force, &atoms[k], &options, 250, 0, NULL, NULL));
  }
  double largest = 0.0;
  int crossed = 0;
  for (int i = 0; i < atoms[0].n; i++)
    for (int d = 0; d < 3; d++) {
      double x = atoms[0].x[i][d];
      crossed += x < 0.0 || x >= atoms[0].length[d];
      largest = fmax(largest, fabs(atoms[1].x[i][d] - x - 0.5 * atoms[0].length[d]));
    }
  print_message("%d coordinates left the box; largest difference %.1e A\n", crossed, largest);
  assert_true(crossed > 20);
  assert_close(largest, 0.0, 1e-9);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  for (int k = 0; k < 2; k++)
    GbAtomsFree(&atoms[k]);
}

GB_TEST_MAIN("verify.atomistic.limits", cmocka_unit_test(far_atoms_are_an_ideal_gas),
             cmocka_unit_test(two_atoms_swing_as_their_energy_says),
             cmocka_unit_test(boundaries_are_nowhere))
