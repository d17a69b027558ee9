/* eta_Mises and D2min of motions whose strain is known in closed form. */
#include "atomistic/analysis/strain.h"

#include "base/rng.h"
#include "base/units.h"
#include "harness/harness.h"

#include <math.h>

static const double cutoff = 3.9;

/* A simple cubic lattice with random displacements: no symmetry that could hide an error. */
static void make_disordered(GbAtoms *atoms, const bool periodic[3])
{
  const double edge = 2.5;
  const int cells = 6;
  assert_ok(GbAtomsAllocate(atoms, cells * cells * cells));
  for (int i = 0; i < atoms->n; i++) {
    int cell[3] = {i / (cells * cells), i / cells % cells, i % cells};
    atoms->id[i] = i + 1;
    for (int d = 0; d < 3; d++)
      atoms->x[i][d] =
          edge * cell[d] + 0.4 * GbRngUniform(3, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, 1);
  }
  for (int d = 0; d < 3; d++) {
    atoms->length[d] = edge * cells;
    atoms->periodic[d] = periodic[d];
  }
}

/* x -> F x; a periodic axis needs a box that stays orthogonal, so F must keep it. */
static void deform(const GbAtoms *from, const double f[3][3], GbAtoms *to)
{
  assert_ok(GbAtomsCopy(from, to));
  for (int i = 0; i < from->n; i++)
    for (int d = 0; d < 3; d++)
      to->x[i][d] =
          f[d][0] * from->x[i][0] + f[d][1] * from->x[i][1] + f[d][2] * from->x[i][2] + 0.7;
  for (int d = 0; d < 3; d++)
    to->length[d] = f[d][d] * from->length[d];
}

static void expect_uniform(const GbAtoms *reference, const GbAtoms *current, double eta,
                           double volumetric)
{
  GbStrain strain;
  assert_ok(GbStrainCompute(reference, current, cutoff, &strain));
  assert_int_equal(strain.n, reference->n);
  for (int i = 0; i < strain.n; i++) {
    assert_true(strain.valid[i]);
    assert_close(strain.eta_mises[i], eta, 1e-10);
    assert_close(strain.volumetric[i], volumetric, 1e-10);
    assert_close(strain.d2min[i], 0.0, 1e-10);
  }
  GbStrainFree(&strain);
}

static void check(const bool periodic[3], const double f[3][3], double eta, double volumetric)
{
  GbAtoms reference, current;
  make_disordered(&reference, periodic);
  deform(&reference, f, &current);
  expect_uniform(&reference, &current, eta, volumetric);
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

static const bool all_free[3] = {false, false, false}, all_periodic[3] = {true, true, true},
                  free_z[3] = {true, true, false};

/* F = 1 + g e_x e_z: eta_xz = g/2, eta_zz = g^2/2. */
static void simple_shear(void **state)
{
  (void)state;
  for (double g = 0.05; g < 0.9; g += 0.4) {
    const double f[3][3] = {{1, 0, g}, {0, 1, 0}, {0, 0, 1}};
    double eta = sqrt(g * g / 4 + g * g * g * g / 12);
    check(all_free, f, eta, g * g / 6);
    check(free_z, f, eta, g * g / 6);
  }
}

static void uniaxial_and_volumetric(void **state)
{
  (void)state;
  const double stretch = 1.13, ezz = 0.5 * (stretch * stretch - 1);
  const double f[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, stretch}};
  check(all_free, f, ezz / sqrt(3.0), ezz / 3);
  check(all_periodic, f, ezz / sqrt(3.0), ezz / 3);
  const double swell[3][3] = {{stretch, 0, 0}, {0, stretch, 0}, {0, 0, stretch}};
  check(all_free, swell, 0.0, ezz);
  check(all_periodic, swell, 0.0, ezz);
}

static void rotate(double angle, const double axis[3], double r[3][3])
{
  double c = cos(angle), s = sin(angle);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      r[i][j] = (1 - c) * axis[i] * axis[j] + (i == j ? c : 0.0);
  r[0][1] -= s * axis[2];
  r[0][2] += s * axis[1];
  r[1][0] += s * axis[2];
  r[1][2] -= s * axis[0];
  r[2][0] -= s * axis[1];
  r[2][1] += s * axis[0];
}

/* A rotation is no strain, and rotating a strained body does not change its strain. */
static void rotations(void **state)
{
  (void)state;
  const double axis[3] = {2.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0}, g = 0.4;
  for (double angle = 0.3; angle < GB_PI; angle += 0.9) {
    double r[3][3], f[3][3];
    rotate(angle, axis, r);
    check(all_free, r, 0.0, 0.0);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        f[i][j] = r[i][j] + (j == 2 ? g * r[i][0] : 0.0);
    check(all_free, f, sqrt(g * g / 4 + g * g * g * g / 12), g * g / 6);
  }
}

/* Trajectories are unwrapped: atoms may be boxes away from their neighbours, in both snapshots. */
static void unwrapped_across_boundaries(void **state)
{
  (void)state;
  const double f[3][3] = {{0.97, 0, 0}, {0, 1.02, 0}, {0, 0, 1.1}};
  const double e[3] = {0.5 * (0.97 * 0.97 - 1), 0.5 * (1.02 * 1.02 - 1), 0.5 * (1.1 * 1.1 - 1)};
  double eta = sqrt((pow(e[0] - e[1], 2) + pow(e[1] - e[2], 2) + pow(e[2] - e[0], 2)) / 6);
  GbAtoms reference, current;
  make_disordered(&reference, all_periodic);
  for (int i = 0; i < reference.n; i++)
    for (int d = 0; d < 3; d++)
      reference.x[i][d] += ((i + d) % 7 - 3) * reference.length[d];
  deform(&reference, f, &current);
  expect_uniform(&reference, &current, eta, (e[0] + e[1] + e[2]) / 3);
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

/* One atom of a cubic lattice moves by u. Its own fit stays F = 1 (its neighbours are symmetric),
 * so D2min = 6 u^2. A nearest neighbour sees one bond D change: F = 1 + u D^T V^-1 with V = 2 a^2,
 * which leaves u^2 (1 - D V^-1 D) = u^2 / 2. All others see nothing. */
static void single_displacement(void **state)
{
  (void)state;
  const double a = 2.5, u[3] = {0.3, -0.2, 0.4}, u2 = 0.29;
  const int cells = 5, moved = 62; /* the middle one */
  GbAtoms reference, current;
  GbStrain strain;
  assert_ok(GbAtomsAllocate(&reference, cells * cells * cells));
  for (int i = 0; i < reference.n; i++) {
    int cell[3] = {i / (cells * cells), i / cells % cells, i % cells};
    reference.id[i] = i + 1;
    for (int d = 0; d < 3; d++)
      reference.x[i][d] = a * cell[d];
  }
  for (int d = 0; d < 3; d++) {
    reference.length[d] = a * cells;
    reference.periodic[d] = true;
  }
  assert_ok(GbAtomsCopy(&reference, &current));
  for (int d = 0; d < 3; d++)
    current.x[moved][d] += u[d];
  assert_ok(GbStrainCompute(&reference, &current, 1.2 * a, &strain));
  int near = 0;
  for (int i = 0; i < strain.n; i++) {
    double r2 = 0.0;
    for (int d = 0; d < 3; d++)
      r2 += pow(reference.x[i][d] - reference.x[moved][d], 2);
    bool neighbour = r2 > 0.1 && r2 < 1.1 * a * a;
    near += neighbour;
    assert_close(strain.d2min[i], i == moved ? 6 * u2 : neighbour ? u2 / 2 : 0.0, 1e-12);
  }
  assert_int_equal(near, 6);
  assert_close(strain.eta_mises[moved], 0.0, 1e-12);
  GbStrainFree(&strain);
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

/* Every second atom tens of thousands of boxes away: the strain is still that of the stretch. */
static void far_images(void **state)
{
  (void)state;
  const double stretch = 1.05, exx = 0.5 * (stretch * stretch - 1);
  const double f[3][3] = {{stretch, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  const int boxes[] = {100, 40000, 70000, 900000};
  for (int k = 0; k < 4; k++) {
    GbAtoms reference, current;
    GbStrain strain;
    make_disordered(&reference, all_periodic);
    for (int i = 0; i < reference.n; i += 2)
      reference.x[i][0] += boxes[k] * reference.length[0];
    deform(&reference, f, &current);
    assert_ok(GbStrainCompute(&reference, &current, cutoff, &strain));
    for (int i = 0; i < strain.n; i++)
      assert_close(strain.eta_mises[i], exx / sqrt(3.0), 1e-7);
    GbStrainFree(&strain);
    GbAtomsFree(&reference);
    GbAtomsFree(&current);
  }
}

/* Positions and boxes that no strain can be had from are refused, in either configuration. */
static void absurd_input(void **state)
{
  (void)state;
  const double bad[] = {1e300, 2e6 * 15.0, NAN, -INFINITY};
  GbAtoms reference, current;
  GbStrain strain;
  make_disordered(&reference, all_periodic);
  assert_ok(GbAtomsCopy(&reference, &current));
  for (int k = 0; k < 4; k++) {
    current.x[7][1] = bad[k];
    assert_fails(GbStrainCompute(&reference, &current, cutoff, &strain), GB_ERR_INPUT, "atom 8",
                 "along y");
    assert_fails(GbStrainCompute(&current, &reference, cutoff, &strain), GB_ERR_INPUT, "atom 8",
                 "along y");
  }
  current.x[7][1] = reference.x[7][1];
  current.length[2] = INFINITY;
  assert_fails(GbStrainCompute(&reference, &current, cutoff, &strain), GB_ERR_INPUT, "axis z");
  reference.length[0] = reference.length[1] = reference.length[2] = 1e-3;
  assert_fails(GbStrainCompute(&reference, &reference, 4.2, &strain), GB_ERR_INPUT, "images",
               "angstrom?");
  GbAtomsFree(&reference);
  GbAtomsFree(&current);
}

/* Atoms without a fit are marked, and different atoms are refused. */
static void unfit_input(void **state)
{
  (void)state;
  GbAtoms plane, other;
  GbStrain strain;
  assert_ok(GbAtomsAllocate(&plane, 25));
  for (int i = 0; i < 25; i++) {
    plane.id[i] = i + 1;
    plane.x[i][0] = 2.5 * (i % 5);
    plane.x[i][1] = 2.5 * (i / 5);
  }
  assert_ok(GbStrainCompute(&plane, &plane, 3.0, &strain));
  assert_int_equal(strain.unfit, 25);
  for (int i = 0; i < 25; i++) {
    assert_false(strain.valid[i]);
    assert_true(isnan(strain.eta_mises[i]) && isnan(strain.d2min[i]));
    assert_true(isnan(strain.volumetric[i]) && isnan(strain.eta[i][5]));
  }
  GbStrainFree(&strain);
  assert_ok(GbAtomsCopy(&plane, &other));
  other.id[3] = 99;
  assert_fails(GbStrainCompute(&plane, &other, 3.0, &strain), GB_ERR_INPUT, "row 3", "99");
  other.n = 24;
  assert_fails(GbStrainCompute(&plane, &other, 3.0, &strain), GB_ERR_INPUT, "25", "24");
  other.n = 25;
  GbAtomsFree(&plane);
  GbAtomsFree(&other);
}

GB_TEST_MAIN("verify.analysis.strain", cmocka_unit_test(simple_shear), cmocka_unit_test(far_images),
             cmocka_unit_test(absurd_input), cmocka_unit_test(uniaxial_and_volumetric),
             cmocka_unit_test(rotations), cmocka_unit_test(unwrapped_across_boundaries),
             cmocka_unit_test(single_displacement), cmocka_unit_test(unfit_input))
