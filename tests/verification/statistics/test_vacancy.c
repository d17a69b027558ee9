/* A saddle of the real potential: the hop of an atom into a vacancy of fcc copper. By symmetry
 * forward and reverse barrier are equal and the initial and final states equivalent; the saddle has
 * exactly one negative eigenvalue of the full Hessian. The barrier is near the measured 0.70 eV
 * (Landolt- Boernstein III/25, 1991; embedded-atom potentials give 0.6 to 1.0). */
#include "atomistic/statistics/glass.h"
#include "atomistic/statistics/saddle.h"
#include "harness/harness.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

static const double a_cu = 3.639085;

/* fcc copper without the atom at the origin. */
static void make_vacancy(GbAtoms *atoms)
{
  assert_ok(GbAtomsCreateFcc(atoms, (int[3]){4, 4, 4}, a_cu, 0.0, 1));
  bool *keep = malloc((size_t)atoms->n * sizeof *keep);
  for (int i = 0; i < atoms->n; i++)
    keep[i] = fabs(atoms->x[i][0]) + fabs(atoms->x[i][1]) + fabs(atoms->x[i][2]) > 1.0;
  assert_ok(GbAtomsSelect(atoms, keep));
  free(keep);
  assert_int_equal(atoms->n, 255);
}

/* Pushes the neighbour at (a/2, a/2, 0) towards the vacancy. */
static void make_push(const GbAtoms *atoms, double *push)
{
  for (int i = 0; i < atoms->n; i++) {
    const double *x = atoms->x[i];
    const double off = fabs(x[0] - a_cu / 2) + fabs(x[1] - a_cu / 2) + fabs(x[2]);
    if (off < 0.5) push[3 * i] = push[3 * i + 1] = -1.0;
  }
}

static int negative_eigenvalues(const GbSurface *surface, const double *x)
{
  const int n = surface->n;
  const double h = 1e-3;
  double *hessian = malloc((size_t)n * n * sizeof *hessian),
         *values = malloc((size_t)n * sizeof *values);
  double *y = malloc((size_t)n * sizeof *y), *minus = malloc((size_t)n * sizeof *minus), energy;
  int negative = 0;
  for (int i = 0; i < n; i++)
    y[i] = x[i];
  for (int j = 0; j < n; j++) {
    double *column = hessian + (size_t)j * n;
    y[j] = x[j] + h;
    assert_ok(surface->evaluate(surface->context, y, &energy, column));
    y[j] = x[j] - h;
    assert_ok(surface->evaluate(surface->context, y, &energy, minus));
    y[j] = x[j];
    for (int i = 0; i < n; i++)
      column[i] = (minus[i] - column[i]) / (2.0 * h);
  }
  assert_int_equal(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'U', n, hessian, n, values), 0);
  for (int i = 0; i < n; i++) /* three translations have eigenvalue 0 */
    negative += values[i] < -1e-3;
  free(hessian);
  free(values);
  free(y);
  free(minus);
  return negative;
}

static void vacancy_hop(void **state)
{
  (void)state;
  GbAtoms atoms;
  GbPotential *potential;
  GbForce *force;
  GbInherent inherent;
  GbSaddle saddle;
  GbSaddleOptions options = GbSaddleDefaults();
  make_vacancy(&atoms);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs",
                            &potential));
  assert_ok(GbForceCreate(MPI_COMM_WORLD, potential, NULL, &force));
  GbGlass glass = {force, &atoms};
  double *push = calloc(3 * (size_t)atoms.n, sizeof *push);
  make_push(&atoms, push);
  assert_ok(GbGlassMinimize(&glass, 1e-4, 500, &inherent));
  GbAtoms rest;
  assert_ok(GbAtomsCopy(&atoms, &rest));
  const GbSurface surface = GbGlassSurface(&glass);
  options.force_tolerance = options.relax_tolerance = 1e-3;
  assert_ok(GbSaddleAllocate(surface.n, &saddle));
  assert_ok(GbSaddleSearch(&surface, rest.x[0], push, &options, &saddle));
  const double forward = saddle.energy_saddle - saddle.energy_initial;
  const double reverse = saddle.energy_saddle - saddle.energy_final;
  print_message("outcome %d, %d evaluations, barrier %.4f eV, reverse %.4f eV, eigenvalue %.3f\n",
                (int)saddle.outcome, saddle.evaluations, forward, reverse, saddle.eigenvalue);
  assert_int_equal(saddle.outcome, GB_SADDLE_FOUND);
  assert_true(saddle.max_force < 1e-3);
  assert_close(forward, reverse, 1e-3);
  assert_close(forward, 0.7, 0.35);
  assert_int_equal(negative_eigenvalues(&surface, saddle.saddle), 1);
  assert_int_equal(negative_eigenvalues(&surface, rest.x[0]), 0);
  free(push);
  GbSaddleFree(&saddle);
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
  GbAtomsFree(&atoms);
  GbAtomsFree(&rest);
}

GB_TEST_MAIN("verify.atomistic.vacancy", cmocka_unit_test(vacancy_hop))
