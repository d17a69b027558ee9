/* How well mixed precision renders the functions of the Cu-Zr potential.
 *
 * Dimers at thousands of distances, far from each other, with three potentials made from the
 * published file: without embedding, so that force and energy are phi' and phi; and with F = rho
 * for one element, which adds rho' and rho of that atom. Everything goes through force.h: what is
 * measured is interpolation and rounding together, as an atom feels them. */
#include "samples.h"

#include "atomistic/engine/eam_poly.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 16, DIMERS = SIDE * SIDE * SIDE, TYPES = 2 };
#define SPACING 18.0
#define R_FIRST 1.0
#define R_LAST 7.7

/* Mean -F' of Cu and Zr in the glass, eV per unit of density: turns rho into energies. */
static const double typical_slope[TYPES] = {0.085, 0.067};

/* Ranges of r and what they may be off by. The published phi' has kinks at 1.8 (Cu-Cu) and 2.3
 * angstrom (Zr-Zr), where phi'' jumps by 65 and 50 eV/angstrom^2: no polynomial follows them. In a
 * glass at 300 K the nearest pairs are at 2.12 (Cu-Cu), 2.37 (Cu-Zr) and 2.66 angstrom (Zr-Zr). */
typedef struct {
  double first, end;    /* angstrom */
  double force, weight; /* eV/angstrom: of phi', and of rho' times -F' */
} Range;
enum { RANGES = 3 };
static const Range ranges[RANGES] = {
    {R_FIRST, 2.2, 0.15, 3e-6}, {2.2, 2.4, 0.02, 3e-6}, {2.4, R_LAST, 1e-4, 3e-6}};
#define COVERED 2.0      /* angstrom; polynomials must reach down to here */
#define ENERGY_STEP 1e-6 /* relative to 1 eV + |phi|: what may come out of nothing at a border */
#define AT_KINK 1e-3     /* eV/angstrom; errors of the force near the kinks are larger */
#define CLOSE_STEP 1e-4  /* eV, where the polynomials end */

/* --- Potentials ---------------------------------------------------------------------------------
 */

static void copy_numbers(FILE *in, FILE *out, int count)
{
  char word[64];
  for (int k = 0; k < count; k++) {
    assert_int_equal(fscanf(in, "%63s", word), 1);
    if (out) fprintf(out, "%s\n", word);
  }
}

/* The published file with F(rho) = rho for the element `embedded`, F = 0 for all others. */
static void write_variant(const char *path, int embedded)
{
  char line[512];
  int nrho, nr;
  double drho, dr, cutoff;
  FILE *in = fopen(CUZR, "r"), *out = fopen(path, "w");
  assert_non_null(in);
  assert_non_null(out);
  for (int n = 0; n < 5; n++) {
    assert_non_null(fgets(line, sizeof line, in));
    fputs(line, out);
  }
  assert_int_equal(sscanf(line, "%d %lf %d %lf %lf", &nrho, &drho, &nr, &dr, &cutoff), 5);
  for (int a = 0; a < TYPES; a++) {
    do /* the end of the line before */
      assert_non_null(fgets(line, sizeof line, in));
    while (strspn(line, " \r\n") == strlen(line));
    fputs(line, out);
    copy_numbers(in, NULL, nrho);
    for (int k = 0; k < nrho; k++)
      fprintf(out, "%.17g\n", a == embedded ? k * drho : 0.0);
    copy_numbers(in, out, TYPES * nr);
  }
  copy_numbers(in, out, TYPES * (TYPES + 1) / 2 * nr);
  fclose(in);
  fclose(out);
}

/* Number e: element e embedded; number TYPES: none. */
static GbPotential *variants[TYPES + 1], *published;

static int read_potentials(void **state)
{
  (void)state;
  char path[512];
  const char *folder = GbTestFolder();
  snprintf(path, sizeof path, "%s/variant.eam.fs", folder);
  for (int e = 0; e <= TYPES; e++) {
    write_variant(path, e);
    if (GbPotentialRead(MPI_COMM_WORLD, path, &variants[e]) != GB_OK) return -1;
  }
  remove(path);
  remove(folder);
  return GbPotentialRead(MPI_COMM_WORLD, CUZR, &published) == GB_OK ? 0 : -1;
}

static int free_potentials(void **state)
{
  (void)state;
  for (int e = 0; e <= TYPES; e++)
    GbPotentialDestroy(&variants[e]);
  GbPotentialDestroy(&published);
  return 0;
}

/* --- Dimers -------------------------------------------------------------------------------------
 */

/* Distance number k: a multiple of 2^-19 angstrom, so that positions are not rounded. */
static double distance(int k)
{
  return ldexp(round(ldexp(R_FIRST + k * (R_LAST - R_FIRST) / DIMERS, 19)), -19);
}

static void make_dimers(const GbPotential *potential, int a, int b, GbAtoms *atoms)
{
  assert_ok(GbAtomsAllocate(atoms, 2 * DIMERS));
  atoms->ntypes = TYPES;
  assert_ok(GbPotentialApplyTypes(potential, atoms));
  for (int i = 0; i < atoms->n; i++) {
    int k = i / 2;
    atoms->id[i] = i + 1;
    atoms->type[i] = i % 2 ? b : a;
    atoms->x[i][0] = SPACING * (k % SIDE) + (i % 2 ? distance(k) : 0.0);
    atoms->x[i][1] = SPACING * (k / SIDE % SIDE);
    atoms->x[i][2] = SPACING * (k / SIDE / SIDE);
  }
  GbAtomsFitFreeAxes(atoms);
}

/* Force on the first atom, away from it positive, and energy of all dimers. */
typedef struct {
  double force[DIMERS], energy[DIMERS];
} Curve;

/* False if the machine cannot run the kernel. */
static bool measure(int embedded, Kernel kernel, int a, int b, Curve *curve)
{
  GbAtoms atoms;
  GbForceResult result;
  GbForce *force = make_force(MPI_COMM_WORLD, variants[embedded], kernel);
  if (!force) return false;
  make_dimers(variants[embedded], a, b, &atoms);
  double *energy = calloc((size_t)atoms.n, sizeof *energy);
  assert_non_null(energy);
  assert_ok(GbForceComputePerAtom(force, &atoms, &result, energy, NULL));
  for (int k = 0; k < DIMERS; k++) {
    curve->force[k] = atoms.f[2 * k][0];
    curve->energy[k] = energy[2 * k] + energy[2 * k + 1];
  }
  free(energy);
  GbAtomsFree(&atoms);
  GbForceDestroy(&force);
  return true;
}

/* --- Errors -------------------------------------------------------------------------------------
 */

/* Errors of the four functions of a pair of types at every distance. */
typedef struct {
  double r[DIMERS], phi[DIMERS];                 /* angstrom; phi itself, eV */
  double pair_force[DIMERS], pair[DIMERS];       /* eV/angstrom, eV */
  double density_force[DIMERS], density[DIMERS]; /* the same with F' = typical_slope */
} Errors;

static bool find_errors(Kernel kernel, int a, int b, Errors *e)
{
  static Curve none, with;
  if (!measure(TYPES, kernel, a, b, &none)) return false;
  measure(a, kernel, a, b, &with);
  double factor = typical_slope[a] / (a == b ? 2.0 : 1.0); /* alike: both atoms are embedded */
  for (int k = 0; k < DIMERS; k++) {
    double slope, rho, rho_slope, r = e->r[k] = distance(k);
    GbPotentialPair(published, a, b, r, &e->phi[k], &slope);
    GbPotentialDensity(published, b, a, r, &rho, &rho_slope);
    e->pair_force[k] = none.force[k] - slope;
    e->pair[k] = none.energy[k] - e->phi[k];
    e->density_force[k] = factor * (with.force[k] - none.force[k]) - typical_slope[a] * rho_slope;
    e->density[k] = factor * (with.energy[k] - none.energy[k]) - typical_slope[a] * rho;
  }
  return true;
}

static double largest(const Errors *e, const double *error, double first, double end, double *at)
{
  double most = 0.0;
  *at = first;
  for (int k = 0; k < DIMERS; k++)
    if (e->r[k] >= first && e->r[k] < end && fabs(error[k]) > most) {
      most = fabs(error[k]);
      *at = e->r[k];
    }
  return most;
}

/* Nearest distance that the polynomials cover. */
static double covered_from(int a, int b)
{
  GbEamPoly *poly;
  assert_ok(GbEamPolyCreate(published, a, b, 1.0, &poly));
  double r = sqrt(poly->close);
  free(poly);
  return r;
}

static void check_ranges(Kernel kernel, int a, int b, const Errors *e)
{
  double covered = covered_from(a, b);
  assert_in_range((uintmax_t)(1e6 * covered), 0, (uintmax_t)(1e6 * COVERED));
  for (int n = 0; n < RANGES; n++) {
    double first = fmax(ranges[n].first, covered), end = ranges[n].end, at, where, unused;
    double force = largest(e, e->pair_force, first, end, &at);
    double weight = largest(e, e->density_force, first, end, &where);
    print_message(
        "%-8s %s-%s  %.2f to %.2f A: phi' %.1e eV/A at %.3f A, F' rho' %.1e eV/A at %.3f A, "
        "phi %.1e eV, F' rho %.1e eV\n",
        kernel.name, GbPotentialElement(published, a), GbPotentialElement(published, b), first, end,
        force, at, weight, where, largest(e, e->pair, first, end, &unused),
        largest(e, e->density, first, end, &unused));
    assert_close(force, 0.0, ranges[n].force);
    assert_close(weight, 0.0, ranges[n].weight);
  }
}

static void errors_are_small(void **state)
{
  (void)state;
  static Errors e;
  for (int n = 0; n < KERNELS; n++)
    for (int a = 0; a < TYPES; a++)
      for (int b = 0; b < TYPES; b++)
        if (all_kernels[n].precision == GB_PRECISION_MIXED && find_errors(all_kernels[n], a, b, &e))
          check_ranges(all_kernels[n], a, b, &e);
}

/* The error of the energy may change along r by no more than that of the force accounts for:
 * there is no jump at the borders of segments. */
static void energies_are_continuous(void **state)
{
  (void)state;
  static Errors e;
  const Kernel best = {NULL, GB_PRECISION_MIXED};
  for (int a = 0; a < TYPES; a++)
    for (int b = 0; b < TYPES; b++) {
      double covered = covered_from(a, b), most = 0.0, at_close = 0.0;
      assert_true(find_errors(best, a, b, &e));
      for (int k = 0; k + 1 < DIMERS; k++) {
        double h = e.r[k + 1] - e.r[k], step = fabs(e.pair[k + 1] - e.pair[k]);
        double slope = fmax(fabs(e.pair_force[k]), fabs(e.pair_force[k + 1]));
        if (e.r[k] < covered && e.r[k + 1] >= covered)
          at_close = step;
        else if (slope < AT_KINK) /* there it changes within a step */
          most = fmax(most, (step - h * slope) / (1.0 + fabs(e.phi[k])));
      }
      print_message(
          "%s-%s: phi steps by at most %.1e of 1 eV + |phi|, by %.1e eV where polynomials "
          "end\n",
          GbPotentialElement(published, a), GbPotentialElement(published, b), most, at_close);
      assert_close(most, 0.0, ENERGY_STEP);
      assert_close(at_close, 0.0, CLOSE_STEP);
    }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(errors_are_small),
                                     cmocka_unit_test(energies_are_continuous)};
  GbTestStart(&argc, &argv);
  return GbTestFinish(
      cmocka_run_group_tests_name("unit.atomistic.poly", tests, read_potentials, free_potentials));
}
