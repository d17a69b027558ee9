/* Who owns what: every atom on one rank, equal shares, nothing lost on the way or back. */
#include "domain_samples.h"

static int ranks(void)
{
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

static int most_atoms(const GbAtoms *local)
{
  int most = local->n;
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return most;
}

static void balanced(const GbAtoms *sample, const GbAtoms *local, double limit)
{
  int most = most_atoms(local);
  if (most <= ceil(limit * sample->n / ranks())) return;
  print_error("%d of %d atoms on one of %d ranks\n", most, sample->n, ranks());
  fail();
}

static void scatter_gives_equal_shares(void **state)
{
  (void)state;
  static const int sizes[] = {0, 1, 3, 10, 997, 5000};
  GbDomain *domain;
  GbAtoms sample, local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int kind = 0; kind < 4; kind++) {
      random_sample(sizes[s], 20.0, 17.0, 61.0, &sample);
      if (kind == 1 && sizes[s] > 10) make_slab(&sample);
      if (kind > 1) into_corner(&sample, kind);
      if (kind == 3) add_aux(&sample);
      assert_ok(GbDomainScatter(domain, &sample, &local));
      check_ownership(&sample, &local);
      balanced(&sample, &local, 1.02);
      assert_int_equal(local.ntypes, 3);
      assert_memory_equal(local.mass, sample.mass, sizeof local.mass);
      assert_memory_equal(local.element, sample.element, sizeof local.element);
      assert_memory_equal(local.lo, sample.lo, sizeof local.lo);
      assert_memory_equal(local.length, sample.length, sizeof local.length);
      assert_memory_equal(local.periodic, sample.periodic, sizeof local.periodic);
      assert_true((local.aux != NULL) == (sample.aux != NULL));
      for (int i = 0; i < local.n; i++)
        for (int d = 0; d < 3; d++)
          assert_true(local.f[i][d] == 0.0);
      GbAtomsFree(&sample);
    }
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* Small and huge jumps, from any rank to any other; the box changes too. */
static void migration_keeps_every_atom(void **state)
{
  (void)state;
  GbDomain *domain;
  GbAtoms sample, local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  for (int kind = 0; kind < 4; kind++) {
    random_sample(kind == 3 ? 5 : 1500, 30.0, 12.0, 25.0, &sample);
    if (kind == 1) make_slab(&sample);
    if (kind >= 1) add_aux(&sample);
    assert_ok(GbDomainScatter(domain, &sample, &local));
    for (int round = 0; round < 30; round++) {
      for (int d = 0; d < 3; d++)
        sample.length[d] = local.length[d] *= d == 2 ? 1.01 : 0.995;
      move(&sample, &local, round % 3 == 2 ? 9.0 : 0.05, 100 + round);
      assert_ok(GbDomainMigrate(domain, &local));
      check_ownership(&sample, &local);
      balanced(&sample, &local, 1.1);
    }
    GbAtomsFree(&sample);
  }
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* All atoms rush from corner to corner of a box that is otherwise empty. */
static void cuts_follow_the_atoms(void **state)
{
  (void)state;
  GbDomain *domain;
  GbAtoms sample, local = {0};
  random_sample(2000, 40.0, 40.0, 40.0, &sample);
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  for (int free_axes = 0; free_axes < 2; free_axes++) {
    sample.periodic[1] = !free_axes;
    assert_ok(GbDomainScatter(domain, &sample, &local));
    for (int corner = 0; corner < 8; corner++) {
      into_corner(&sample, corner);
      move(&sample, &local, 1e-3, corner);
      assert_ok(GbDomainMigrate(domain, &local));
      check_ownership(&sample, &local);
      balanced(&sample, &local, 1.1);
    }
  }
  GbAtomsFree(&sample);
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* Whole crystal planes and coinciding atoms cannot be shared evenly; nothing may be lost. */
static void planes_cannot_be_split(void **state)
{
  (void)state;
  static const int cells[3] = {2, 2, 3};
  GbDomain *domain;
  GbAtoms sample, local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  assert_ok(GbAtomsCreateFcc(&sample, cells, 4.0, 0.5, 1));
  for (int kind = 0; kind < 2; kind++) {
    assert_ok(GbDomainScatter(domain, &sample, &local));
    for (int round = 0; round < 4; round++) {
      assert_ok(GbDomainMigrate(domain, &local));
      check_ownership(&sample, &local);
    }
    memset(sample.x, 0, (size_t)sample.n * sizeof *sample.x); /* all on one point */
  }
  assert_int_equal(most_atoms(&local), sample.n);
  GbAtomsFree(&sample);
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* --- Gather, errors -----------------------------------------------------------------------------
 */

static void gather_returns_every_bit(void **state)
{
  (void)state;
  GbDomain *domain;
  GbAtoms sample, back, local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  for (int n = 2; n < 2000; n += 900) {
    random_sample(n, 30.0, 22.0, 25.0, &sample);
    assert_ok(GbAtomsCopy(&sample, &back));
    assert_ok(GbDomainScatter(domain, &sample, &local));
    for (int round = 0; round < 3; round++) {
      move(&sample, &local, 2.0, round);
      assert_ok(GbDomainMigrate(domain, &local));
    }
    for (int i = 0; i < local.n; i++)
      memcpy(local.f[i], sample.f[local.place[i]], sizeof *local.f);
    for (int d = 0; d < 3; d++) {
      sample.lo[d] = local.lo[d] = 0.25 * d;
      sample.length[d] = local.length[d] = 31.0 + d;
      for (int i = 0; i < n; i++)
        back.x[i][d] = back.v[i][d] = back.f[i][d] = NAN;
    }
    assert_ok(GbDomainGather(domain, &local, &back));
    assert_memory_equal(back.x, sample.x, (size_t)n * sizeof *back.x);
    assert_memory_equal(back.v, sample.v, (size_t)n * sizeof *back.v);
    assert_memory_equal(back.f, sample.f, (size_t)n * sizeof *back.f);
    assert_memory_equal(back.lo, sample.lo, sizeof back.lo);
    assert_memory_equal(back.length, sample.length, sizeof back.length);
    back.n--;
    assert_fails(GbDomainGather(domain, &local, &back), GB_ERR_ARG, "sample");
    GbAtomsFree(&sample);
    GbAtomsFree(&back);
  }
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* One rank's lost atom is named on all. */
static void lost_atoms_are_named(void **state)
{
  (void)state;
  GbDomain *domain;
  GbAtoms sample, local = {0};
  random_sample(300, 30.0, 22.0, 25.0, &sample);
  sample.periodic[2] = false;
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  assert_ok(GbDomainScatter(domain, &sample, &local));
  const double bad[4] = {NAN, INFINITY, 2e6 * 22.0, -3e9};
  for (int b = 0; b < 4; b++) {
    int d = b == 3 ? 2 : 1;
    char name[32];
    snprintf(name, sizeof name, "atom %lld", (long long)sample.id[17]);
    for (int i = 0; i < local.n; i++)
      if (local.place[i] == 17) local.x[i][d] = bad[b];
    assert_fails(GbDomainMigrate(domain, &local), GB_ERR_NUMERIC, name, "lost");
    assert_fails(GbDomainFindGhosts(domain, &local, 5.0, NULL), GB_ERR_NUMERIC, name, "lost");
    for (int i = 0; i < local.n; i++)
      if (local.place[i] == 17) local.x[i][d] = sample.x[17][d];
    assert_ok(GbDomainMigrate(domain, &local));
    check_ownership(&sample, &local);
    double x = sample.x[17][d];
    sample.x[17][d] = bad[b];
    GbAtoms other = {0};
    assert_fails(GbDomainScatter(domain, &sample, &other), GB_ERR_NUMERIC, name);
    sample.x[17][d] = x;
    GbAtomsFree(&other);
  }
  local.length[0] = 0.004;
  assert_fails(GbDomainFindGhosts(domain, &local, 5.0, NULL), GB_ERR_NUMERIC, "0.004", "axis x");
  GbAtomsFree(&sample);
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

GB_TEST_MAIN("unit.atomistic.domain", cmocka_unit_test(scatter_gives_equal_shares),
             cmocka_unit_test(migration_keeps_every_atom), cmocka_unit_test(cuts_follow_the_atoms),
             cmocka_unit_test(planes_cannot_be_split), cmocka_unit_test(gather_returns_every_bit),
             cmocka_unit_test(lost_atoms_are_named))
