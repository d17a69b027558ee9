/* Strain in triclinic boxes: homogeneous deformations in closed form, and rectangular boxes
 * described by other edges. */
#include "atomistic/analysis/strain_tilted.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <math.h>
#include <string.h>

static double uniform(int i, int d, int what)
{
  return GbRngUniform(17, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, (uint64_t)what);
}

static const double edges[3] = {12.0, 11.0, 10.0}, lo[3] = {-1.0, 2.0, 0.5};
enum { N = 250 };

static void put(const double length[3], const double tilt[3], const double s[3], double x[3])
{
  x[0] = lo[0] + s[0] * length[0] + s[1] * tilt[0] + s[2] * tilt[1];
  x[1] = lo[1] + s[1] * length[1] + s[2] * tilt[2];
  x[2] = lo[2] + s[2] * length[2];
}

/* Random points in a cell, the same numbers of edges away from it, and in the current configuration
 * `astray` whole edges more at random. */
static void make(const double length[3], const double tilt[3], bool astray, GbAtoms *atoms)
{
  assert_ok(GbAtomsAllocate(atoms, N));
  for (int d = 0; d < 3; d++) {
    atoms->lo[d] = lo[d];
    atoms->length[d] = length[d];
    atoms->periodic[d] = true;
  }
  for (int i = 0; i < N; i++) {
    double s[3];
    atoms->id[i] = i + 1;
    for (int d = 0; d < 3; d++) {
      s[d] = uniform(i, d, 0) + floor(5.0 * uniform(i, d, 1)) - 2.0;
      if (astray) s[d] += floor(5.0 * uniform(i, d, 2)) - 2.0;
    }
    put(length, tilt, s, atoms->x[i]);
  }
}

/* F is upper triangular, so that F times the edges is again such a cell: eta = (F^T F - 1)/2 for
 * all atoms, and D2min = 0. */
static void check_homogeneous(bool astray)
{
  static const double tilt[3] = {3.0, -2.0, 4.0};
  static const double F[3][3] = {{1.02, 0.03, 0.05}, {0, 0.98, -0.04}, {0, 0, 1.01}};
  GbAtoms reference, current;
  GbStrain strain;
  double eta[3][3], mises = 0.0, length[3], sheared[3];
  for (int d = 0; d < 3; d++)
    length[d] = F[d][d] * edges[d];
  sheared[0] = F[0][0] * tilt[0] + F[0][1] * edges[1];
  sheared[1] = F[0][0] * tilt[1] + F[0][1] * tilt[2] + F[0][2] * edges[2];
  sheared[2] = F[1][1] * tilt[2] + F[1][2] * edges[2];
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) {
      eta[a][b] = a == b ? -0.5 : 0.0;
      for (int k = 0; k < 3; k++)
        eta[a][b] += 0.5 * F[k][a] * F[k][b];
    }
  const double mean = (eta[0][0] + eta[1][1] + eta[2][2]) / 3.0;
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      mises += 0.5 * pow(eta[a][b] - (a == b ? mean : 0.0), 2);
  make(edges, tilt, false, &reference);
  make(length, sheared, astray, &current);
  if (astray) GbUnwrapTilted(&reference, tilt, &current, sheared);
  assert_ok(GbStrainComputeTilted(&reference, tilt, &current, sheared, 4.0, &strain));
  assert_int_equal(strain.n, N);
  for (int i = 0; i < N; i++) {
    assert_true(strain.valid[i]);
    assert_close(strain.eta_mises[i], sqrt(mises), 1e-11);
    assert_close(strain.volumetric[i], mean, 1e-11);
    assert_close(strain.eta[i][4], eta[0][2], 1e-11);
    assert_close(strain.d2min[i], 0.0, 1e-11);
  }
  GbStrainFree(&strain);
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

static void homogeneous_strain(void **state)
{
  (void)state;
  check_homogeneous(false);
  check_homogeneous(true);
}

/* A rectangular lattice has more than one cell: edges b + a, c - a + 2 b make the same crystal. */
static void same_lattice_by_other_edges(void **state)
{
  (void)state;
  static const double none[3] = {0};
  GbAtoms reference, current;
  GbStrain straight, tilted;
  double length[3], tilts[2][3];
  for (int d = 0; d < 3; d++)
    length[d] = edges[d] * (1.0 + 0.01 * (d - 1));
  for (int k = 0; k < 2; k++) {
    const double *l = k ? length : edges;
    tilts[k][0] = l[0];
    tilts[k][1] = -l[0];
    tilts[k][2] = 2.0 * l[1];
  }
  make(edges, none, false, &reference);
  make(length, none, false, &current);
  for (int i = 0; i < N; i++)
    for (int d = 0; d < 3; d++)
      current.x[i][d] += 0.4 * uniform(i, d, 3);
  assert_ok(GbStrainCompute(&reference, &current, 4.0, &straight));
  assert_ok(GbStrainComputeTilted(&reference, tilts[0], &current, tilts[1], 4.0, &tilted));
  for (int i = 0; i < N; i++) {
    assert_close(tilted.eta_mises[i], straight.eta_mises[i], 1e-11);
    assert_close(tilted.d2min[i], straight.d2min[i], 1e-10);
    assert_true(straight.d2min[i] > 1e-3);
  }
  GbStrainFree(&straight);
  GbStrainFree(&tilted);
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

static void bad_tilts(void **state)
{
  (void)state;
  static const double before[3] = {5.9, 0, 0}, after[3] = {-5.9, 0, 0};
  GbAtoms atoms;
  GbStrain strain;
  make(edges, before, false, &atoms);
  assert_fails(GbStrainComputeTilted(&atoms, before, &atoms, after, 4.0, &strain), GB_ERR_INPUT,
               "tilt xy", "flipped");
  assert_fails(GbStrainComputeTilted(&atoms, before, &atoms, before, 1e6, &strain), GB_ERR_INPUT,
               "cutoff");
  atoms.x[3][1] = 1e12;
  assert_fails(GbStrainComputeTilted(&atoms, before, &atoms, before, 4.0, &strain), GB_ERR_INPUT,
               "atom 4");
  GbAtomsFree(&atoms);
}

GB_TEST_MAIN("verify.analysis.strain_tilted", cmocka_unit_test(homogeneous_strain),
             cmocka_unit_test(same_lattice_by_other_edges), cmocka_unit_test(bad_tilts))
