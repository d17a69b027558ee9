/* Stochastic velocity rescaling towards its target: one step from a given kinetic energy K against
 * the exact solution of dK = (Kbar - K) dt/tau + 2 sqrt(K Kbar / (N_f tau)) dW, a square-root
 * process (J. C. Cox, J. E. Ingersoll, S. A. Ross, Econometrica 53, 385 (1985), eq. 19). With
 * c = exp(-dt/tau),
 *   mean K c + Kbar (1 - c),   variance 4 K Kbar c (1 - c) / N_f + 2 Kbar^2 (1 - c)^2 / N_f.
 * How long the thermostat takes shows in no equilibrium average. */
#include "atomistic/engine/thermostat.h"
#include "harness/harness.h"

#include <math.h>

enum { STEPS = 40000 };

static void check_step(double start, double dt)
{
  const double target = 3.0, freedoms = 90, tau = 0.5, c = exp(-dt / tau);
  double mean = 0, square = 0;
  for (int step = 1; step <= STEPS; step++) {
    const double factor = GbBussiFactor(start, target, freedoms, dt, tau, 17, step);
    const double energy = factor * factor * start;
    mean += energy / STEPS;
    square += energy * energy / STEPS;
  }
  const double variance =
      (4 * start * target * c * (1 - c) + 2 * target * target * (1 - c) * (1 - c)) / freedoms;
  assert_close(mean, start * c + target * (1 - c), 5 * sqrt(variance / STEPS));
  assert_relative(square - mean * mean, variance, 5 * sqrt(2.0 / STEPS));
}

static void one_step_has_mean_and_variance_of_the_process(void **state)
{
  (void)state;
  check_step(6.0, 0.05);
  check_step(1.5, 0.05);
  check_step(6.0, 0.5);
}

GB_TEST_MAIN("verify.atomistic.thermostat",
             cmocka_unit_test(one_step_has_mean_and_variance_of_the_process))
