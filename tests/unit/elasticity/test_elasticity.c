/* The elastic solver as a numerical object: linear, reciprocal, independent of its history, exact
 * after a change of one voxel, the same on any number of ranks, honest about failure. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NX = 9, NZ = 12, NV = NX * NZ };
typedef double Field[NV][GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))
#define MEAN_ZZ(value) ((const double[GB_NTENSOR]){[GB_ZZ] = (value)})

static const GbGrid strip = {NX, 1, NZ, 1.0, true, 0};

static double uniform(int a, int b)
{
  return GbRngUniform(7, GB_RNG_TEST, (uint64_t)a, (uint64_t)b, 0);
}

/* A medium with moduli that vary by half from voxel to voxel and a notch at the left surface. */
static void random_medium(double mu[NV], double bulk[NV], bool solid[NV])
{
  for (int v = 0; v < NV; v++) {
    mu[v] = 30 * (0.75 + 0.5 * uniform(v, 1));
    bulk[v] = 120 * (0.75 + 0.5 * uniform(v, 2));
    solid[v] = !(v % NX < 2 && v / NX == 5);
  }
}

static void random_field(int stream, Field field)
{
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] = 0.1 * (uniform(v, 10 * stream + t) - 0.5);
}

static GbElasticity *random_solver(MPI_Comm comm)
{
  double mu[NV], bulk[NV];
  bool solid[NV];
  GbElasticity *elasticity;
  random_medium(mu, bulk, solid);
  assert_ok(GbElasticityCreate(comm, &strip, solid, GB_ELASTIC_DIRECT, &elasticity));
  assert_ok(GbElasticitySetModuli(elasticity, mu, bulk));
  return elasticity;
}

static double largest_difference(const Field a, const Field b, double factor)
{
  double largest = 0;
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      largest = fmax(largest, fabs(a[v][t] - factor * b[v][t]));
  return largest;
}

static void solution_is_linear(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF);
  Field a, b, sum, sa, sb, s;
  random_field(1, a);
  random_field(2, b);
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      sum[v][t] = 3 * a[v][t] - 2 * b[v][t];
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), sa, NULL));
  assert_ok(GbElasticitySolve(e, IN(b), MEAN_ZZ(-0.02), sb, NULL));
  assert_ok(GbElasticitySolve(e, IN(sum), MEAN_ZZ(0.07), s, NULL));
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      sum[v][t] = 3 * sa[v][t] - 2 * sb[v][t];
  assert_close(largest_difference(s, sum, 1), 0, 1e-7);
  GbElasticityDestroy(&e);
  assert_null(e);
}

/* Betti: the work of one eigenstrain in the stress of another does not depend on the order. */
static void response_is_reciprocal(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF);
  static const int places[] = {0, 20, 47, 60, NV - 1};
  for (int p = 0; p < 5; p++) {
    Field a = {0}, b = {0}, sa, sb;
    int va = places[p], vb = places[(p + 1) % 5];
    for (int t = 0; t < GB_NTENSOR; t++) {
      a[va][t] = uniform(p, t);
      b[vb][t] = uniform(p, 10 + t);
    }
    assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0), sa, NULL));
    assert_ok(GbElasticitySolve(e, IN(b), MEAN_ZZ(0), sb, NULL));
    double ab = 0, ba = 0;
    for (int t = 0; t < GB_NTENSOR; t++) {
      double weight = t == GB_XZ ? 2 : 1;
      ab += weight * sa[vb][t] * b[vb][t];
      ba += weight * sb[va][t] * a[va][t];
    }
    assert_true(fabs(ab) > 1e-3); /* the two feel each other at all */
    assert_close(ab, ba, 1e-7);
  }
  GbElasticityDestroy(&e);
}

static void unit_response_is_derivative(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF);
  Field a, s0, s1, response, advanced;
  random_field(1, a);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), s0, NULL));
  assert_ok(GbElasticityUnitResponse(e, GB_ZZ, response));
  GbElasticityAdvance(e, GB_ZZ, 0.02);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.03), s1, NULL));
  assert_true(GbElasticityIterations(e) <= 1); /* Advance made the first guess */
  for (int v = 0; v < NV; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      advanced[v][t] = s0[v][t] + 0.02 * response[v][t];
  assert_close(largest_difference(s1, advanced, 1), 0, 1e-6);
  assert_true(fabs(GbElasticityMean(e, IN(response), GB_ZZ)) > 50);
  GbElasticityDestroy(&e);
}

/* Two solvers with one history; then one changes a voxel, the other sets all moduli anew. */
static void update_equals_reassembly_bit_for_bit(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF), *f = random_solver(PETSC_COMM_SELF);
  double mu[NV], bulk[NV];
  bool solid[NV];
  Field a, se, sf, before;
  random_medium(mu, bulk, solid);
  random_field(1, a);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), before, NULL));
  assert_ok(GbElasticitySolve(f, IN(a), MEAN_ZZ(0.01), sf, NULL));
  for (int event = 0; event < 40; event++) {
    int v = (int)(NV * uniform(event, 77));
    mu[v] *= 0.8 + 0.4 * uniform(event, 78);
    bulk[v] *= 0.9 + 0.2 * uniform(event, 79);
    assert_ok(GbElasticityUpdateModuli(e, v, mu[v], bulk[v]));
    assert_ok(GbElasticitySetModuli(f, mu, bulk));
    assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, NULL));
    assert_ok(GbElasticitySolve(f, IN(a), MEAN_ZZ(0.01), sf, NULL));
    assert_memory_equal(se, sf, sizeof se);
  }
  assert_true(largest_difference(se, before, 1) > 1e-3);
  GbElasticityDestroy(&e);
  GbElasticityDestroy(&f);
}

static void result_does_not_depend_on_history(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF), *fresh;
  double mu[NV], bulk[NV];
  bool solid[NV];
  Field a, b, used, clean;
  random_medium(mu, bulk, solid);
  random_field(1, a);
  random_field(2, b);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.3), used, NULL));
  for (int v = 0; v < NV; v++)
    mu[v] *= 0.5 + uniform(v, 5); /* far from the kept factors */
  assert_ok(GbElasticitySetModuli(e, mu, bulk));
  assert_ok(GbElasticitySolve(e, IN(b), MEAN_ZZ(-0.01), used, NULL));
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &strip, solid, GB_ELASTIC_DIRECT, &fresh));
  assert_ok(GbElasticitySetModuli(fresh, mu, bulk));
  assert_ok(GbElasticitySolve(fresh, IN(b), MEAN_ZZ(-0.01), clean, NULL));
  assert_close(largest_difference(used, clean, 1), 0, 1e-7);
  GbElasticityDestroy(&e);
  GbElasticityDestroy(&fresh);
}

/* A solver that loads another's memory goes on with the same bits, kept factors included. */
static void memory_continues_bit_for_bit(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF), *f = random_solver(PETSC_COMM_SELF);
  double mu[NV], bulk[NV], *memory = malloc(GbElasticityMemorySize(&strip) * sizeof *memory);
  bool solid[NV];
  Field a, se, sf;
  random_medium(mu, bulk, solid);
  random_field(1, a);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, NULL));
  assert_ok(GbElasticityUnitResponse(e, GB_ZZ, se));
  mu[3] *= 0.7;
  assert_ok(GbElasticityUpdateModuli(e, 3, mu[3], bulk[3]));
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, NULL));
  GbElasticityStore(e, memory);
  assert_ok(GbElasticityLoad(f, memory));
  assert_ok(GbElasticitySetModuli(f, mu, bulk));
  for (int event = 0; event < 5; event++) {
    int v = 10 * event;
    mu[v] *= 0.9;
    a[v][GB_XZ] += 0.05;
    assert_ok(GbElasticityUpdateModuli(e, v, mu[v], bulk[v]));
    assert_ok(GbElasticityUpdateModuli(f, v, mu[v], bulk[v]));
    assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, NULL));
    assert_ok(GbElasticitySolve(f, IN(a), MEAN_ZZ(0.01), sf, NULL));
    assert_memory_equal(se, sf, sizeof se);
    assert_ok(GbElasticityUnitResponse(e, GB_ZZ, se));
    assert_ok(GbElasticityUnitResponse(f, GB_ZZ, sf));
    assert_memory_equal(se, sf, sizeof se);
  }
  free(memory);
  GbElasticityDestroy(&e);
  GbElasticityDestroy(&f);
}

static void distributed_equals_serial(void **state)
{
  (void)state;
  GbElasticity *e = random_solver(PETSC_COMM_SELF), *f = random_solver(MPI_COMM_WORLD);
  Field a, se, sf, te, tf;
  random_field(1, a);
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, te));
  assert_ok(GbElasticitySolve(f, IN(a), MEAN_ZZ(0.01), sf, tf));
  assert_close(largest_difference(se, sf, 1), 0, 1e-8);
  assert_close(largest_difference(te, tf, 1), 0, 1e-10);
  assert_ok(GbElasticityUpdateModuli(e, 40, 5, 50));
  assert_ok(GbElasticityUpdateModuli(f, 40, 5, 50));
  assert_ok(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), se, te));
  assert_ok(GbElasticitySolve(f, IN(a), MEAN_ZZ(0.01), sf, tf));
  assert_close(largest_difference(se, sf, 1), 0, 1e-8);
  GbElasticityDestroy(&e);
  GbElasticityDestroy(&f);
}

static void failures_are_reported(void **state)
{
  (void)state;
  bool solid[NV];
  double mu[NV], bulk[NV];
  GbElasticity *e;
  Field a, s;
  random_medium(mu, bulk, solid);
  random_field(1, a);
  GbGrid small = {2, 1, 2, 1, true, 0};
  assert_fails(GbElasticityCreate(PETSC_COMM_SELF, &small, NULL, GB_ELASTIC_DIRECT, &e),
               GB_ERR_INPUT, "2 x 1 x 2");
  for (int i = 0; i < NX; i++)
    solid[i] = false; /* a cut through the strip: the rest could rotate */
  assert_fails(GbElasticityCreate(PETSC_COMM_SELF, &strip, solid, GB_ELASTIC_DIRECT, &e),
               GB_ERR_INPUT, "cut");
  assert_null(e);
  for (int i = 0; i < NX; i++)
    solid[i + 4 * NX] = false; /* a second cut: two pieces */
  assert_fails(GbElasticityCreate(PETSC_COMM_SELF, &strip, solid, GB_ELASTIC_DIRECT, &e),
               GB_ERR_INPUT, "pieces");

  e = random_solver(PETSC_COMM_SELF);
  mu[7] = -1;
  assert_fails(GbElasticitySetModuli(e, mu, bulk), GB_ERR_NUMERIC, "voxel 7", "-1");
  GbElasticityDestroy(&e);
  PetscOptionsSetValue(NULL, "-elastic_pc_type", "none");
  PetscOptionsSetValue(NULL, "-elastic_ksp_max_it", "3");
  e = random_solver(PETSC_COMM_SELF);
  assert_fails(GbElasticitySolve(e, IN(a), MEAN_ZZ(0.01), s, NULL), GB_ERR_NUMERIC, "DIVERGED_ITS");
  GbElasticityDestroy(&e);
  PetscOptionsClearValue(NULL, "-elastic_pc_type");
  PetscOptionsClearValue(NULL, "-elastic_ksp_max_it");
}

GB_TEST_MAIN("unit.mesoscale.elasticity", cmocka_unit_test(solution_is_linear),
             cmocka_unit_test(response_is_reciprocal),
             cmocka_unit_test(unit_response_is_derivative),
             cmocka_unit_test(update_equals_reassembly_bit_for_bit),
             cmocka_unit_test(result_does_not_depend_on_history),
             cmocka_unit_test(memory_continues_bit_for_bit),
             cmocka_unit_test(distributed_equals_serial), cmocka_unit_test(failures_are_reported))
