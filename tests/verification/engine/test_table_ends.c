/* Where tables end: pairs in the last intervals before the cutoff, cutoffs between and beyond
 * knots, densities below zero. Tables are straight lines, which cubic pieces render exactly, so
 * that forces are known in closed form; what holds outside the tables is what LAMMPS's pair_eam
 * does there. */
#include "unit/engine/samples.h"

#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KNOTS = 200, KNOTS_RHO = 200 };
#define DR 0.03 /* angstrom */
#define DRHO 0.1
#define R_PHI 0.01 /* r phi, eV angstrom, everywhere */
#define RHO_SLOPE (-0.1)
#define F_SLOPE (-0.2) /* eV */

static double line_density(double r)
{
  return 1.0 + RHO_SLOPE * r;
}

static double line_embedding(double rho)
{
  return F_SLOPE * rho;
}

static double curved_embedding(double rho)
{
  return -0.5 * rho + 0.01 * rho * rho;
}

/* Two elements of equal functions, except that B makes the density times `factor`. */
static GbPotential *make_potential(double cutoff, double factor, double (*embedding)(double))
{
  char path[512];
  GbPotential *potential;
  snprintf(path, sizeof path, "%s/ends.eam.alloy", GbTestFolder());
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "1\n2\n3\n2 Aa Bb\n%d %g %d %g %g\n", KNOTS_RHO, DRHO, KNOTS, DR, cutoff);
  for (int a = 0; a < 2; a++) {
    fprintf(file, "%d 50.0\n", a + 1);
    for (int k = 0; k < KNOTS_RHO; k++)
      fprintf(file, "%.17g\n", embedding(k * DRHO));
    for (int k = 0; k < KNOTS; k++)
      fprintf(file, "%.17g\n", (a == 0 ? 1.0 : factor) * line_density(k * DR));
  }
  for (int k = 0; k < 3 * KNOTS; k++)
    fprintf(file, "%.17g\n", R_PHI);
  fclose(file);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &potential));
  remove(path);
  return potential;
}

/* Energy of a dimer, and the force that drives it apart. */
static double measure(GbForce *force, const GbPotential *potential, int b, double r, double *apart)
{
  GbAtoms atoms;
  GbForceResult result;
  assert_ok(GbAtomsAllocate(&atoms, 2));
  atoms.ntypes = GbPotentialTypes(potential);
  assert_ok(GbPotentialApplyTypes(potential, &atoms));
  for (int i = 0; i < 2; i++) {
    atoms.id[i] = i + 1;
    atoms.type[i] = i == 0 ? 0 : b;
    atoms.x[i][0] = i * r;
    atoms.x[i][1] = atoms.x[i][2] = 0.0;
  }
  GbAtomsFitFreeAxes(&atoms);
  GbForceReset(force);
  assert_ok(GbForceCompute(force, &atoms, &result));
  *apart = atoms.f[1][0];
  assert_close(atoms.f[0][0], -*apart, 1e-15);
  GbAtomsFree(&atoms);
  return result.energy;
}

/* All kernels, asked for both precisions. */
static void check_cutoff(double cutoff)
{
  const double last = (KNOTS - 1) * DR;
  GbPotential *potential = make_potential(cutoff, 1.0, line_embedding);
  assert_close(GbPotentialCutoff(potential), cutoff, 1e-15);
  for (int n = 0; n < KERNELS; n++) {
    GbForce *force = make_force(MPI_COMM_WORLD, potential, all_kernels[n]);
    if (!force) continue;
    assert_non_null(strstr(GbForceKernel(force), "double")); /* no polynomial ends like this */
    for (double r = 2.0; r < cutoff + 2.0 * DR; r += r < cutoff - 8.0 * DR ? 0.0371 : 0.1 * DR) {
      double apart, energy = measure(force, potential, 0, r, &apart);
      bool within = r < cutoff;
      double rho = line_density(fmin(r, last)); /* keeps its value, and its slope, from there on */
      assert_close(energy, within ? R_PHI / r + 2.0 * F_SLOPE * rho : 0.0, 2e-9);
      assert_close(apart, within ? R_PHI / (r * r) - 2.0 * F_SLOPE * RHO_SLOPE : 0.0, 1e-12);
    }
    GbForceDestroy(&force);
  }
  GbPotentialDestroy(&potential);
}

static void functions_act_up_to_the_cutoff(void **state)
{
  (void)state;
  check_cutoff((KNOTS - 1) * DR);
  check_cutoff((KNOTS - 1.3) * DR);
  check_cutoff((KNOTS - 7.5) * DR);
  check_cutoff((KNOTS + 0.4) * DR);
}

/* The first cubic of the embedding function goes on: coefficients as in LAMMPS's interpolate(). */
static void embedding_goes_on_below_zero(void **state)
{
  (void)state;
  const double f1 = curved_embedding(DRHO), d0 = f1, d1 = 0.5 * curved_embedding(2.0 * DRHO);
  const double c2 = 3.0 * f1 - 2.0 * d0 - d1, c3 = d0 + d1 - 2.0 * f1;
  GbPotential *potential = make_potential((KNOTS - 1) * DR, -4.0, curved_embedding);
  for (int n = 0; n < KERNELS; n++) {
    GbForce *force = make_force(MPI_COMM_WORLD, potential, all_kernels[n]);
    if (!force) continue;
    for (double r = 2.003; r < 5.9; r += 0.241) {
      double p = -4.0 * line_density(r) / DRHO, value, slope;
      double below = ((c3 * p + c2) * p + d0) * p;
      double below_slope = ((3.0 * c3 * p + 2.0 * c2) * p + d0) / DRHO;
      GbPotentialEmbedding(potential, 1, line_density(r), &value, &slope); /* of B, in the table */
      double apart, energy = measure(force, potential, 1, r, &apart);
      assert_close(energy, R_PHI / r + below + value, 2e-9);
      assert_close(apart, R_PHI / (r * r) - (below_slope * -4.0 + slope) * RHO_SLOPE, 1e-12);
    }
    GbForceDestroy(&force);
  }
  GbPotentialDestroy(&potential);
}

/* A table that comes to rest one knot later than its last value: the slope there feels that value,
 * f[last]/12 a knot. */
static void slope_behind_the_last_value_counts(void **state)
{
  (void)state;
  char path[512];
  GbPotential *potential;
  snprintf(path, sizeof path, "%s/rest.eam.alloy", GbTestFolder());
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "1\n2\n3\n1 Aa\n%d %g %d %g %g\n1 50.0\n", KNOTS_RHO, DRHO, KNOTS, DR, 5.9);
  for (int k = 0; k < KNOTS_RHO + KNOTS; k++)
    fprintf(file, "0\n");
  for (int k = 0; k < KNOTS; k++)
    fprintf(file, "%g\n", k <= 100 ? 0.12 : 0.0);
  fclose(file);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &potential));
  remove(path);
  GbForce *force = make_force(MPI_COMM_WORLD, potential, all_kernels[KERNELS - 1]);
  assert_non_null(force);
  for (double p = 0.05; p < 1.2; p += 0.1) { /* in the piece that begins at knot 102 */
    double r = (102 + p) * DR, d = 0.12 / 12.0, apart;
    double z = p < 1.0 ? d * p * (1.0 - p) * (1.0 - p) : 0.0;
    double dz = p < 1.0 ? d * (1.0 - p) * (1.0 - 3.0 * p) / DR : 0.0;
    double energy = measure(force, potential, 0, r, &apart);
    assert_close(energy, z / r, 1e-9);
    assert_close(apart, (z / r - dz) / r, 1e-12);
  }
  GbForceDestroy(&force);
  GbPotentialDestroy(&potential);
}

/* What polynomials can render stays in mixed precision. */
static void smooth_potentials_stay_mixed(void **state)
{
  (void)state;
  const Kernel mixed = {NULL, GB_PRECISION_MIXED};
  GbPotential *published;
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, CUZR, &published));
  GbForce *force = make_force(MPI_COMM_WORLD, published, mixed);
  assert_non_null(strstr(GbForceKernel(force), "mixed"));
  GbForceDestroy(&force);
  GbPotentialDestroy(&published);
}

GB_TEST_MAIN("verify.atomistic.table_ends", cmocka_unit_test(functions_act_up_to_the_cutoff),
             cmocka_unit_test(embedding_goes_on_below_zero),
             cmocka_unit_test(slope_behind_the_last_value_counts),
             cmocka_unit_test(smooth_potentials_stay_mixed))
