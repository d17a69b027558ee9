/* The matrix-free solver and the homogeneous one, in plane strain and three dimensions: the element
 * product against quadrature, and the promises of elasticity.h. */
#include "harness/harness.h"

#include "base/rng.h"
#include "mesoscale/elasticity/elasticity.h"
#include "mesoscale/elasticity/product.h"
#include "mesoscale/petsc_compat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

static const GbGrid flat = {9, 1, 12, 1.0, true, 0}, thick = {6, 4, 7, 1.0, true, 0},
                    closed = {5, 4, 6, 1.0, false, 0};

static double uniform(int a, int b)
{
  return GbRngUniform(11, GB_RNG_TEST, (uint64_t)a, (uint64_t)b, 0);
}

static int count(const GbGrid *grid)
{
  return grid->nx * grid->ny * grid->nz;
}

/* Random moduli, a notch at the left face and a pore. */
typedef struct {
  double *mu, *bulk;
  bool *solid;
} Sample;

static Sample make_sample(const GbGrid *grid)
{
  size_t nv = (size_t)count(grid);
  Sample s = {malloc(nv * sizeof(double)), malloc(nv * sizeof(double)), malloc(nv * sizeof(bool))};
  for (int v = 0; v < (int)nv; v++) {
    const int i = v % grid->nx, k = v / grid->nx / grid->ny;
    s.mu[v] = 30 * (0.75 + 0.5 * uniform(v, 1));
    s.bulk[v] = 120 * (0.75 + 0.5 * uniform(v, 2));
    s.solid[v] = !(i < 2 && k == 2) && v != (int)nv / 2 + 1;
  }
  return s;
}

static void free_sample(Sample *s)
{
  free(s->mu);
  free(s->bulk);
  free(s->solid);
}

static Tensor *make_field(const GbGrid *grid, int stream)
{
  Tensor *field = calloc((size_t)count(grid), sizeof *field);
  for (int v = 0; v < count(grid) && stream > 0; v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      field[v][t] = 0.1 * (uniform(v, 10 * stream + t) - 0.5);
  return field;
}

static GbElasticity *make_solver(MPI_Comm comm, const GbGrid *grid, const Sample *s)
{
  GbElasticity *e;
  assert_ok(GbElasticityCreate(comm, grid, s->solid, GB_ELASTIC_FFT, &e));
  assert_ok(GbElasticitySetModuli(e, s->mu, s->bulk));
  return e;
}

static double largest_difference(const GbGrid *grid, Tensor *a, Tensor *b)
{
  double largest = 0;
  for (int v = 0; v < count(grid); v++)
    for (int t = 0; t < GB_NTENSOR; t++)
      largest = fmax(largest, fabs(a[v][t] - b[v][t]));
  return largest;
}

/* --- Product ---------------------------------------------------------------------------------- */

/* Adds B^T C B u of one element, by 2 x 2 x 2 Gauss points. Components and axes x, z, y; in plane
 * strain only the first two. node[corner], corner = di + 2 dk + 4 dj. */
static void add_element(int dim, double mu, double bulk, double *const *u, double **force)
{
  const int ncorners = 1 << dim;
  const double lambda = bulk - 2.0 / 3 * mu;
  for (int g = 0; g < ncorners; g++) {
    double slope[8][3], gradient[3][3] = {{0}}, trace = 0;
    for (int a = 0; a < ncorners; a++)
      for (int d = 0; d < dim; d++) {
        slope[a][d] = a >> d & 1 ? 1 : -1;
        for (int other = 0; other < dim; other++) {
          const double at = 0.5 + (g >> other & 1 ? 0.5 : -0.5) / sqrt(3.0);
          if (other != d) slope[a][d] *= a >> other & 1 ? at : 1 - at;
        }
        for (int c = 0; c < dim; c++)
          gradient[c][d] += slope[a][d] * u[a][c];
      }
    for (int c = 0; c < dim; c++)
      trace += gradient[c][c];
    for (int a = 0; a < ncorners; a++)
      for (int c = 0; c < dim; c++)
        for (int d = 0; d < dim; d++)
          force[a][c] += slope[a][d] / ncorners *
                         (mu * (gradient[c][d] + gradient[d][c]) + (c == d ? lambda * trace : 0));
  }
}

/* Forces as [node][3], from displacements [node][3]. */
static void quadrature(const GbGrid *grid, const GbNodes *n, const Sample *s, double (*u)[3],
                       double (*force)[3])
{
  for (int v = 0; v < count(grid); v++) {
    if (!s->solid[v]) continue;
    double *corner_u[8], *corner_force[8];
    for (int a = 0; a < 1 << n->dim; a++) {
      const int i = (v % grid->nx + a % 2) % n->nodes_x;
      const int j = (v / grid->nx % grid->ny + a / 4) % grid->ny;
      const int k = (v / grid->nx / grid->ny + a / 2 % 2) % grid->nz;
      const int node = (k * grid->ny + j) * n->nodes_x + i;
      corner_u[a] = u[node];
      corner_force[a] = force[node];
    }
    add_element(n->dim, s->mu[v], s->bulk[v], corner_u, corner_force);
  }
}

static size_t place(const GbNodes *n, int node, int c)
{
  const int i = node % n->nodes_x, j = node / n->nodes_x % n->ny, k = node / n->nodes_x / n->ny;
  return (size_t)(((k * n->dim + c) * n->ny + j) * n->nodes_x + i);
}

/* Product by slabs of planes first..last-1, into `force`. */
static void apply_slab(const GbNodes *n, const Sample *s, int first, int last, const double *u,
                       double *force)
{
  const size_t plane = (size_t)(n->dim * n->ny * n->nodes_x);
  const size_t nv = (size_t)(n->nx * n->ny * n->nz);
  double *mu = malloc(nv * sizeof *mu), *bulk = malloc(nv * sizeof *bulk);
  GbProduct *product;
  for (size_t v = 0; v < nv; v++) {
    mu[v] = s->solid[v] ? s->mu[v] : 0;
    bulk[v] = s->solid[v] ? s->bulk[v] : 0;
  }
  assert_ok(GbProductCreate(n, first, last, &product));
  GbProductSetModuli(product, mu, bulk);
  GbProductApply(product, u + (size_t)first * plane,
                 u + (size_t)((first + n->nz - 1) % n->nz) * plane,
                 u + (size_t)(last % n->nz) * plane, force + (size_t)first * plane);
  GbProductDestroy(&product);
  free(mu);
  free(bulk);
}

static void check_product(const GbGrid *grid)
{
  GbNodes n;
  GbNodesSetUp(grid, &n);
  Sample s = make_sample(grid);
  const int nnodes = n.nodes_x * n.ny * n.nz;
  const size_t ndof = (size_t)(nnodes * n.dim);
  double(*node_u)[3] = calloc((size_t)nnodes, sizeof *node_u);
  double(*node_force)[3] = calloc((size_t)nnodes, sizeof *node_force);
  double *u = malloc(ndof * sizeof *u), *force = malloc(ndof * sizeof *force);
  double *slabs = malloc(ndof * sizeof *slabs);
  for (int node = 0; node < nnodes; node++)
    for (int c = 0; c < n.dim; c++)
      u[place(&n, node, c)] = node_u[node][c] = uniform(node, 50 + c) - 0.5;
  quadrature(grid, &n, &s, node_u, node_force);
  apply_slab(&n, &s, 0, n.nz, u, force);
  for (int node = 0; node < nnodes; node++)
    for (int c = 0; c < n.dim; c++)
      assert_close(force[place(&n, node, c)], node_force[node][c], 1e-11);
  for (int first = 0; first < n.nz; first += 2)
    apply_slab(&n, &s, first, first + 2 < n.nz ? first + 2 : n.nz, u, slabs);
  assert_memory_equal(force, slabs, ndof * sizeof *slabs);
  free_sample(&s);
  free(node_u);
  free(node_force);
  free(u);
  free(force);
  free(slabs);
}

static void product_equals_quadrature(void **state)
{
  (void)state;
  static const GbGrid grids[] = {{8, 1, 5, 1, false, 0}, {9, 1, 12, 1, true, 0},
                                 {4, 1, 3, 1, true, 0},  {6, 4, 7, 1, true, 0},
                                 {5, 4, 6, 1, false, 0}, {8, 3, 3, 1, false, 0}};
  for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
    check_product(grids + g);
}

/* --- Solver ----------------------------------------------------------------------------------- */

static void response_is_reciprocal(void **state)
{
  (void)state;
  const GbGrid *grids[] = {&flat, &thick, &closed};
  for (int g = 0; g < 3; g++) {
    const GbGrid *grid = grids[g];
    Sample s = make_sample(grid);
    GbElasticity *e = make_solver(PETSC_COMM_SELF, grid, &s);
    Tensor *a = make_field(grid, 0), *b = make_field(grid, 0);
    Tensor *sa = make_field(grid, 0), *sb = make_field(grid, 0);
    const int va = 3, vb = count(grid) - 4;
    const double none[GB_NTENSOR] = {0};
    double ab = 0, ba = 0;
    for (int t = 0; t < GB_NTENSOR; t++) {
      a[va][t] = uniform(g, t);
      b[vb][t] = uniform(g, 10 + t);
    }
    assert_ok(GbElasticitySolve(e, IN(a), none, sa, NULL));
    assert_ok(GbElasticitySolve(e, IN(b), none, sb, NULL));
    for (int t = 0; t < GB_NTENSOR; t++) {
      const double weight = t == GB_XX || t == GB_ZZ || t == GB_YY ? 1 : 2;
      ab += weight * sa[vb][t] * b[vb][t];
      ba += weight * sb[va][t] * a[va][t];
    }
    assert_true(fabs(ab) > 1e-3);
    assert_close(ab, ba, 1e-7);
    GbElasticityDestroy(&e);
    free_sample(&s);
    free(a);
    free(b);
    free(sa);
    free(sb);
  }
}

/* Along every component that the boundaries leave to the caller; the others have no effect. */
static void unit_responses_are_derivatives(void **state)
{
  (void)state;
  const GbGrid *grids[] = {&flat, &thick, &closed};
  for (int g = 0; g < 3; g++) {
    const GbGrid *grid = grids[g];
    Sample s = make_sample(grid);
    GbElasticity *e = make_solver(PETSC_COMM_SELF, grid, &s);
    Tensor *a = make_field(grid, 1), *s0 = make_field(grid, 0), *s1 = make_field(grid, 0);
    Tensor *response = make_field(grid, 0);
    for (int t = 0; t < GB_NTENSOR; t++) {
      double mean[GB_NTENSOR] = {[GB_ZZ] = 0.01, [GB_XX] = 0.02};
      assert_ok(GbElasticitySolve(e, IN(a), mean, s0, NULL));
      assert_ok(GbElasticityUnitResponse(e, t, response));
      GbElasticityAdvance(e, t, 0.02);
      mean[t] += 0.02;
      assert_ok(GbElasticitySolve(e, IN(a), mean, s1, NULL));
      assert_true(GbElasticityIterations(e) <= 10); /* Advance made the first guess */
      const bool counts = !grid->free_x || t == GB_ZZ || t == GB_YY || t == GB_YZ;
      assert_true(counts == (fabs(GbElasticityMean(e, IN(response), t)) > 10));
      for (int v = 0; v < count(grid); v++)
        for (int r = 0; r < GB_NTENSOR; r++)
          s0[v][r] += 0.02 * response[v][r];
      assert_close(largest_difference(grid, s0, s1), 0, 1e-6);
    }
    GbElasticityDestroy(&e);
    free_sample(&s);
    free(a);
    free(s0);
    free(s1);
    free(response);
  }
}

/* One solver keeps running; another is made anew and loads its memory before each event. */
static void memory_continues_bit_for_bit(void **state)
{
  (void)state;
  const GbGrid *grids[] = {&flat, &thick};
  for (int g = 0; g < 2; g++) {
    const GbGrid *grid = grids[g];
    const size_t size = (size_t)count(grid) * sizeof(Tensor);
    const double mean[GB_NTENSOR] = {[GB_ZZ] = 0.01};
    Sample s = make_sample(grid);
    GbElasticity *e = make_solver(PETSC_COMM_SELF, grid, &s);
    Tensor *a = make_field(grid, 1), *se = make_field(grid, 0), *sf = make_field(grid, 0);
    double *memory = malloc(GbElasticityMemorySize(grid) * sizeof *memory);
    assert_ok(GbElasticitySolve(e, IN(a), mean, se, NULL));
    for (int event = 0; event < 4; event++) {
      GbElasticity *f;
      const int v = 7 * event;
      GbElasticityStore(e, memory);
      assert_ok(GbElasticityCreate(PETSC_COMM_SELF, grid, s.solid, GB_ELASTIC_FFT, &f));
      assert_ok(GbElasticityLoad(f, memory));
      s.mu[v] *= 0.7;
      a[v][GB_XZ] += 0.05;
      assert_ok(GbElasticityUpdateModuli(e, v, s.mu[v], s.bulk[v]));
      assert_ok(GbElasticitySetModuli(f, s.mu, s.bulk));
      assert_ok(GbElasticitySolve(e, IN(a), mean, se, NULL));
      assert_ok(GbElasticitySolve(f, IN(a), mean, sf, NULL));
      assert_memory_equal(se, sf, size);
      assert_ok(GbElasticityUnitResponse(e, GB_ZZ, se));
      assert_ok(GbElasticityUnitResponse(f, GB_ZZ, sf));
      assert_memory_equal(se, sf, size);
      GbElasticityDestroy(&f);
    }
    GbElasticityDestroy(&e);
    free_sample(&s);
    free(a);
    free(se);
    free(sf);
    free(memory);
  }
}

static void distributed_equals_serial(void **state)
{
  (void)state;
  static const GbGrid few = {5, 3, 3, 1, false, 0}; /* four ranks: one has no plane */
  const GbGrid *grids[] = {&flat, &thick, &closed, &few};
  for (int g = 0; g < 4; g++) {
    const GbGrid *grid = grids[g];
    const double mean[GB_NTENSOR] = {[GB_ZZ] = 0.01, [GB_YZ] = 0.02};
    Sample s = make_sample(grid);
    if (grid == &few)
      for (int v = 0; v < count(grid); v++)
        s.solid[v] = true;
    GbElasticity *e = make_solver(PETSC_COMM_SELF, grid, &s);
    GbElasticity *f = make_solver(MPI_COMM_WORLD, grid, &s);
    Tensor *a = make_field(grid, 1), *se = make_field(grid, 0), *sf = make_field(grid, 0);
    Tensor *te = make_field(grid, 0), *tf = make_field(grid, 0);
    for (int pass = 0; pass < 2; pass++) {
      assert_ok(GbElasticitySolve(e, IN(a), mean, se, te));
      assert_ok(GbElasticitySolve(f, IN(a), mean, sf, tf));
      assert_close(largest_difference(grid, se, sf), 0, 1e-8);
      assert_close(largest_difference(grid, te, tf), 0, 1e-10);
      assert_ok(GbElasticityUpdateModuli(e, 4, 5, 50));
      assert_ok(GbElasticityUpdateModuli(f, 4, 5, 50));
    }
    GbElasticityDestroy(&e);
    GbElasticityDestroy(&f);
    free_sample(&s);
    free(a);
    free(se);
    free(sf);
    free(te);
    free(tf);
  }
}

#ifdef _OPENMP
static void threads_leave_the_bits(void **state)
{
  (void)state;
  static const GbGrid large = {20, 12, 28, 1, true, 0}; /* small ones have one thread anyway */
  const int most = omp_get_max_threads();
  const double mean[GB_NTENSOR] = {[GB_ZZ] = 0.01};
  Sample s = make_sample(&large);
  Tensor *a = make_field(&large, 1), *stress[2];
  for (int pass = 0; pass < 2; pass++) {
    omp_set_num_threads(pass ? 3 : 1);
    GbElasticity *e = make_solver(PETSC_COMM_SELF, &large, &s);
    stress[pass] = make_field(&large, 0);
    assert_ok(GbElasticitySolve(e, IN(a), mean, stress[pass], NULL));
    GbElasticityDestroy(&e);
  }
  assert_memory_equal(stress[0], stress[1], (size_t)count(&large) * sizeof(Tensor));
  omp_set_num_threads(most);
  free_sample(&s);
  free(a);
  free(stress[0]);
  free(stress[1]);
}
#else
static void threads_leave_the_bits(void **state)
{
  (void)state;
}
#endif

/* From the answer to a large load to none and to one that drowns in its rounding. */
static void vanishing_loads_are_solved(void **state)
{
  (void)state;
  const double mean[GB_NTENSOR] = {[GB_ZZ] = 0.01}, none[GB_NTENSOR] = {0};
  Sample s = make_sample(&thick);
  GbElasticity *e = make_solver(PETSC_COMM_SELF, &thick, &s);
  Tensor *star = make_field(&thick, 1), *zero = make_field(&thick, 0);
  Tensor *stress = make_field(&thick, 0);
  for (int pass = 0; pass < 2; pass++) {
    assert_ok(GbElasticitySolve(e, IN(star), mean, stress, NULL));
    memset(star, 0, (size_t)count(&thick) * sizeof *star);
    star[7][GB_XZ] = pass ? 0 : 1e-17;
    assert_ok(GbElasticitySolve(e, IN(star), none, stress, NULL));
    assert_close(largest_difference(&thick, stress, zero), 0, pass ? 0 : 1e-10);
    star[7][GB_ZZ] = 0.1;
  }
  star[7][GB_XZ] = NAN;
  assert_fails(GbElasticitySolve(e, IN(star), mean, stress, NULL), GB_ERR_NUMERIC, "not finite");
  GbElasticityDestroy(&e);
  free_sample(&s);
  free(star);
  free(zero);
  free(stress);
}

/* --- Failures --------------------------------------------------------------------------------- */

static void assert_refused(const GbGrid *grid, const bool *solid, GbElasticSolver solver,
                           const char *word)
{
  GbElasticity *e;
  assert_fails(GbElasticityCreate(PETSC_COMM_SELF, grid, solid, solver, &e), GB_ERR_INPUT, word);
  assert_null(e);
}

/* Keeps the voxels of a bar along z, in the middle, and others. */
static void solid_that_could_move_is_refused(void **state)
{
  (void)state;
  enum { N = 5, NV = N * N * N };
  const GbGrid cube = {N, N, N, 1, false, 0};
  bool bar[NV], cross[NV], pieces[NV];
  GbElasticity *e;
  for (int v = 0; v < NV; v++) {
    const int i = v % N, j = v / N % N, k = v / N / N;
    bar[v] = i == 2 && j == 2;
    cross[v] = bar[v] || (k == 1 && j == 2);
    pieces[v] = cross[v] || (i == 0 && j == 0 && k == 3);
  }
  assert_refused(&cube, bar, GB_ELASTIC_FFT, "one axis");
  assert_refused(&cube, pieces, GB_ELASTIC_FFT, "pieces");
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &cube, cross, GB_ELASTIC_FFT, &e));
  GbElasticityDestroy(&e);
}

static void wrong_solvers_are_refused(void **state)
{
  (void)state;
  GbElasticity *e;
  Sample s = make_sample(&flat);
  for (int v = 0; v < count(&flat); v++) {
    s.mu[v] = 30;
    s.bulk[v] = 120;
  }
  assert_refused(&thick, NULL, GB_ELASTIC_DIRECT, "ny = 4");
  assert_refused(&flat, s.solid, GB_ELASTIC_UNIFORM, "void");
  assert_ok(GbElasticityCreate(PETSC_COMM_SELF, &flat, NULL, GB_ELASTIC_UNIFORM, &e));
  assert_ok(GbElasticitySetModuli(e, s.mu, s.bulk));
  assert_ok(GbElasticityUpdateModuli(e, 5, 30, 120));
  assert_fails(GbElasticityUpdateModuli(e, 5, 31, 120), GB_ERR_INPUT, "equal moduli", "voxel 5");
  Tensor *star = make_field(&flat, 1), *stress = make_field(&flat, 0);
  star[3][GB_ZZ] = INFINITY;
  assert_fails(GbElasticitySolve(e, IN(star), (const double[GB_NTENSOR]){0}, stress, NULL),
               GB_ERR_NUMERIC, "not finite");
  free(star);
  free(stress);
  s.bulk[17] = 100;
  assert_fails(GbElasticitySetModuli(e, s.mu, s.bulk), GB_ERR_INPUT, "equal moduli", "voxel 17");
  GbElasticityDestroy(&e);
  free_sample(&s);
}

GB_TEST_MAIN("unit.mesoscale.solvers", cmocka_unit_test(product_equals_quadrature),
             cmocka_unit_test(response_is_reciprocal),
             cmocka_unit_test(unit_responses_are_derivatives),
             cmocka_unit_test(memory_continues_bit_for_bit),
             cmocka_unit_test(distributed_equals_serial),
             cmocka_unit_test(vanishing_loads_are_solved), cmocka_unit_test(threads_leave_the_bits),
             cmocka_unit_test(solid_that_could_move_is_refused),
             cmocka_unit_test(wrong_solvers_are_refused))
