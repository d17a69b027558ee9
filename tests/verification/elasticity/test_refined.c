/* Voxels of several elements: a sheared voxel and its neighbours against a square in a continuum;
 * solvers agree; the memory continues bit for bit.
 *
 * Closed form. In an infinite medium in plane strain the Fourier transform of sigma_xz is
 * -mu/(2 (1 - nu)) sin^2 2t gamma for an eigenstrain gamma/2 = eps*_xz, t the angle of the wave
 * vector; for shear on planes at 45 degrees, (sigma_zz - sigma_xx)/2, it has cos^2 2t. With
 * sin^2 2t = 4 kx^2 kz^2 / k^4 and the form factor of a square (side 1) at both ends, the mean over
 * a square at (i, k) is -mu/(2 (1 - nu)) 4 J, or -mu/(2 (1 - nu)) (1 at the source - 4 J), with J
 * the second differences along x and z of the biharmonic Green function r^2 ln r^2 / (16 pi). */
#include "harness/harness.h"

#include "base/units.h"
#include "mesoscale/elasticity/elasticity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 32 };
static const double MU = 30, BULK = 150;
typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

typedef struct {
  GbElasticity *e;
  int nv;
  Tensor *star, *stress;
} Medium;

/* chi-like moduli if `uneven`. */
static Medium make(const GbGrid *grid, GbElasticSolver solver, const bool *solid, bool uneven)
{
  Medium m = {.nv = grid->nx * grid->ny * grid->nz};
  const size_t nv = (size_t)m.nv;
  double *moduli;
  assert_ok(GbElasticityCreate(MPI_COMM_SELF, grid, solid, solver, &m.e));
  assert_ok(GbCalloc((void **)&m.star, nv, sizeof *m.star));
  assert_ok(GbCalloc((void **)&m.stress, nv, sizeof *m.stress));
  assert_ok(GbCalloc((void **)&moduli, 2 * nv, sizeof *moduli));
  for (int v = 0; v < m.nv; v++) {
    moduli[v] = MU * (uneven ? 1 - 0.01 * (v % 7) : 1);
    moduli[m.nv + v] = BULK;
  }
  assert_ok(GbElasticitySetModuli(m.e, moduli, moduli + nv));
  free(moduli);
  return m;
}

static void destroy(Medium *m)
{
  GbElasticityDestroy(&m->e);
  free(m->star);
  free(m->stress);
}

static void solve(Medium *m, double mean_zz)
{
  const Tensor mean = {[GB_ZZ] = mean_zz};
  assert_ok(GbElasticitySolve(m->e, IN(m->star), mean, m->stress, NULL));
}

/* --- Against the continuum ---------------------------------------------------------------------
 */

static double biharmonic(int i, int k)
{
  const double r2 = (double)(i * i + k * k);
  return r2 > 0 ? r2 * log(r2) / (16 * GB_PI) : 0;
}

/* Shear stress over mu of the square at (i, k). */
static double continuum(int i, int k, bool diagonal)
{
  static const double weight[3] = {1, -2, 1};
  const double nu = (3 * BULK - 2 * MU) / (2 * (3 * BULK + MU));
  double j = 0;
  for (int a = -1; a <= 1; a++)
    for (int b = -1; b <= 1; b++)
      j += weight[a + 1] * weight[b + 1] * biharmonic(i + a, k + b);
  const double source = i == 0 && k == 0 ? 1 : 0;
  return -(diagonal ? source - 4 * j : 4 * j) / (2 * (1 - nu));
}

/* Largest deviation over the source and its near neighbours, of both shears. */
static double deviation(int refinement)
{
  static const int place[6][2] = {{0, 0}, {1, 0}, {1, 1}, {2, 0}, {2, 2}, {2, 1}};
  const GbGrid grid = {N, 1, N, 1, false, refinement};
  double worst = 0;
  for (int diagonal = 0; diagonal < 2; diagonal++) {
    Medium m = make(&grid, GB_ELASTIC_UNIFORM, NULL, false);
    if (diagonal)
      m.star[0][GB_ZZ] = 0.5, m.star[0][GB_XX] = -0.5;
    else
      m.star[0][GB_XZ] = 0.5;
    solve(&m, 0);
    for (int p = 0; p < 6; p++) {
      const double *t = m.stress[place[p][1] * N + place[p][0]];
      const double shear = diagonal ? 0.5 * (t[GB_ZZ] - t[GB_XX]) : t[GB_XZ];
      worst = fmax(worst, fabs(shear / MU - continuum(place[p][0], place[p][1], diagonal)));
    }
    destroy(&m);
  }
  return worst;
}

static void neighbours_converge_to_squares_in_a_continuum(void **unused)
{
  (void)unused;
  double last = HUGE_VAL;
  for (int refinement = 1; refinement <= 8; refinement *= 2) {
    const double error = deviation(refinement);
    print_message("%d elements along an edge: off by %.4f mu at most\n", refinement, error);
    assert_true(error < 0.65 * last);
    last = error;
  }
  assert_true(last < 0.02);
}

/* --- Solvers ------------------------------------------------------------------------------------
 */

static void fill(Medium *m)
{
  for (int v = 0; v < m->nv; v++)
    for (int t = 0; t <= GB_YY; t++)
      m->star[v][t] = 0.01 * sin(1.7 * v + t);
}

static void compare(const GbGrid *grid, GbElasticSolver one, GbElasticSolver other,
                    const bool *solid, bool uneven)
{
  Medium a = make(grid, one, solid, uneven), b = make(grid, other, solid, uneven);
  fill(&a);
  fill(&b);
  solve(&a, 0.003);
  solve(&b, 0.003);
  for (int v = 0; v < a.nv; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      assert_close(a.stress[v][t], b.stress[v][t], 1e-8);
  destroy(&a);
  destroy(&b);
}

static void solvers_agree(void **unused)
{
  (void)unused;
  const GbGrid strip = {7, 1, 9, 1.6, true, 2}, plane = {6, 1, 7, 1.6, false, 3};
  const GbGrid block = {4, 5, 6, 1.6, true, 2};
  bool solid[7 * 9];
  for (int v = 0; v < 7 * 9; v++)
    solid[v] = v != 3 * 7;
  compare(&strip, GB_ELASTIC_UNIFORM, GB_ELASTIC_FFT, NULL, false);
  compare(&plane, GB_ELASTIC_UNIFORM, GB_ELASTIC_DIRECT, NULL, false);
  compare(&strip, GB_ELASTIC_DIRECT, GB_ELASTIC_FFT, solid, true);
  compare(&block, GB_ELASTIC_UNIFORM, GB_ELASTIC_FFT, NULL, false);
}

/* One voxel's new moduli are those of all set anew, and a stored memory continues with the same
 * bits. */
static void updates_and_memory_are_exact(void **unused)
{
  (void)unused;
  const GbGrid strip = {7, 1, 9, 1.6, true, 2};
  Medium a = make(&strip, GB_ELASTIC_FFT, NULL, true), b = make(&strip, GB_ELASTIC_FFT, NULL, true);
  double *memory, mu[7 * 9], bulk[7 * 9];
  assert_ok(GbCalloc((void **)&memory, GbElasticityMemorySize(&strip), sizeof *memory));
  fill(&a);
  fill(&b);
  solve(&a, 0.01);
  GbElasticityStore(a.e, memory);
  assert_ok(GbElasticityLoad(b.e, memory));
  for (int v = 0; v < 7 * 9; v++) {
    mu[v] = v == 20 ? 22 : MU * (1 - 0.01 * (v % 7));
    bulk[v] = v == 20 ? 140 : BULK;
  }
  assert_ok(GbElasticityUpdateModuli(a.e, 20, 22, 140));
  assert_ok(GbElasticitySetModuli(b.e, mu, bulk));
  solve(&a, 0.011);
  solve(&b, 0.011);
  assert_memory_equal(a.stress, b.stress, (size_t)a.nv * sizeof *a.stress);
  free(memory);
  destroy(&a);
  destroy(&b);
}

GB_TEST_MAIN("verify.mesoscale.refined",
             cmocka_unit_test(neighbours_converge_to_squares_in_a_continuum),
             cmocka_unit_test(solvers_agree), cmocka_unit_test(updates_and_memory_are_exact))
