/* Ghosts against brute force over the whole sample: every image that an atom can see is there
 * once, with the right bits, and stays right when atoms and box move. */
#include "domain_samples.h"

typedef struct {
  int64_t id;
  double x[3];
} Seen; /* no padding: compared as bytes */

static int compare_seen(const void *a, const void *b)
{
  return memcmp(a, b, sizeof(Seen));
}

/* Owned atoms and ghosts as they are seen from this rank, sorted. */
static Seen *all_seen(const GbAtoms *local, const int (*wrap)[3], const GbGhosts *ghosts)
{
  Seen *seen = calloc((size_t)local->n + (size_t)ghosts->n + 1, sizeof *seen);
  assert_non_null(seen);
  for (int i = 0; i < local->n; i++) {
    seen[i].id = local->id[i];
    for (int d = 0; d < 3; d++)
      seen[i].x[d] = gb_image(local->x[i][d], wrap[i][d], local->length[d]);
  }
  for (int g = 0; g < ghosts->n; g++) {
    seen[local->n + g].id = ghosts->id[g];
    memcpy(seen[local->n + g].x, ghosts->x[g], sizeof *ghosts->x);
  }
  qsort(seen, (size_t)(local->n + ghosts->n), sizeof *seen, compare_seen);
  return seen;
}

static void check_wraps(const GbAtoms *local, const int (*wrap)[3])
{
  for (int i = 0; i < local->n; i++)
    for (int d = 0; d < 3; d++) {
      double x = gb_image(local->x[i][d], wrap[i][d], local->length[d]);
      if (!local->periodic[d]) assert_int_equal(wrap[i][d], 0);
      if (!local->periodic[d]) continue;
      double hi = local->lo[d] + local->length[d];
      assert_true(x < hi);
      if (x >= local->lo[d]) continue;
      assert_true(gb_image(local->x[i][d], wrap[i][d] + 1, local->length[d]) >= hi);
    }
}

/* All images of atom j of the sample within reach of the own atom at `at` are among `seen`, once.
 * Returns how many. */
static int check_neighbours(const GbAtoms *sample, int j, const double at[3], double reach,
                            const Seen *seen, int nseen)
{
  int low[3] = {0}, high[3] = {0}, found = 0;
  for (int d = 0; d < 3; d++) {
    if (!sample->periodic[d]) continue;
    low[d] = (int)floor((at[d] - reach - sample->x[j][d]) / sample->length[d]);
    high[d] = (int)ceil((at[d] + reach - sample->x[j][d]) / sample->length[d]);
  }
  for (int kx = low[0]; kx <= high[0]; kx++)
    for (int ky = low[1]; ky <= high[1]; ky++)
      for (int kz = low[2]; kz <= high[2]; kz++) {
        const int k[3] = {kx, ky, kz};
        Seen image = {.id = sample->id[j]};
        double d2 = 0.0;
        for (int d = 0; d < 3; d++) {
          image.x[d] = gb_image(sample->x[j][d], k[d], sample->length[d]);
          d2 += (image.x[d] - at[d]) * (image.x[d] - at[d]);
        }
        if (d2 > reach * reach) continue;
        found++;
        if (bsearch(&image, seen, (size_t)nseen, sizeof image, compare_seen)) continue;
        print_error("image %d %d %d of atom %lld at %g %g %g is missing\n", kx, ky, kz,
                    (long long)image.id, image.x[0], image.x[1], image.x[2]);
        fail();
      }
  return found;
}

/* No ghost is farther than reach from the smallest box around the own atoms: nothing is sent in
 * vain. */
static void check_no_more(const GbAtoms *local, const int (*wrap)[3], double reach,
                          const GbGhosts *ghosts)
{
  double lo[3] = {INFINITY, INFINITY, INFINITY}, hi[3] = {-INFINITY, -INFINITY, -INFINITY};
  if (local->n == 0) assert_int_equal(ghosts->n, 0);
  for (int i = 0; i < local->n; i++)
    for (int d = 0; d < 3; d++) {
      double x = gb_image(local->x[i][d], wrap[i][d], local->length[d]);
      lo[d] = fmin(lo[d], x);
      hi[d] = fmax(hi[d], x);
    }
  for (int g = 0; g < ghosts->n; g++) {
    double d2 = 0.0;
    for (int d = 0; d < 3; d++) {
      double gap = fmax(0.0, fmax(lo[d] - ghosts->x[g][d], ghosts->x[g][d] - hi[d]));
      d2 += gap * gap;
    }
    assert_true(d2 <= reach * reach * (1.0 + 1e-9));
  }
}

/* Images of every `stride`-th own atom's neighbours, against all images of all atoms. */
static void check_ghosts(GbDomain *domain, const GbAtoms *sample, const GbAtoms *local,
                         double reach, int stride)
{
  int(*wrap)[3] = calloc((size_t)local->n + 1, sizeof *wrap);
  assert_non_null(wrap);
  assert_ok(GbDomainFindGhosts(domain, local, reach, wrap));
  const GbGhosts *ghosts = GbDomainGhosts(domain);
  const int(*boxes)[3] = (const int(*)[3])wrap;
  Seen *seen = all_seen(local, boxes, ghosts);
  int nseen = local->n + ghosts->n;
  check_wraps(local, boxes);
  check_no_more(local, boxes, reach, ghosts);
  for (int s = 1; s < nseen; s++) /* also: no own atom is its own ghost */
    assert_int_not_equal(compare_seen(&seen[s - 1], &seen[s]), 0);
  for (int i = 0; i < local->n; i += stride) {
    double at[3];
    for (int d = 0; d < 3; d++)
      at[d] = gb_image(local->x[i][d], wrap[i][d], local->length[d]);
    int found = 0;
    for (int j = 0; j < sample->n; j++)
      found += check_neighbours(sample, j, at, reach, seen, nseen);
    assert_true(found > 0); /* itself at least */
  }
  free(seen);
  free(wrap);
}

/* Types of ghosts, values sent to them, and positions after motion and a change of the box. */
static void check_refresh(GbDomain *domain, const GbAtoms *sample, GbAtoms *local)
{
  const GbGhosts *ghosts = GbDomainGhosts(domain);
  int n = ghosts->n;
  int *source = calloc((size_t)n + 1, sizeof *source);
  int(*boxes)[3] = calloc((size_t)n + 1, sizeof *boxes);
  double *own = calloc((size_t)local->n + 1, sizeof *own), *spread = calloc((size_t)n + 1, 8);
  assert_true(source && boxes && own && spread);
  for (int g = 0; g < n; g++) {
    while (sample->id[source[g]] != ghosts->id[g])
      source[g]++;
    int j = source[g];
    assert_int_equal(ghosts->type[g], sample->type[j]);
    for (int d = 0; d < 3; d++)
      boxes[g][d] = (int)lround((ghosts->x[g][d] - sample->x[j][d]) / sample->length[d]);
  }
  for (int i = 0; i < local->n; i++)
    own[i] = sqrt((double)local->id[i]);
  GbDomainSpread(domain, own, spread);
  for (int g = 0; g < n; g++)
    assert_true(spread[g] == sqrt((double)ghosts->id[g]));
  GbAtoms moved;
  assert_ok(GbAtomsCopy(sample, &moved));
  for (int d = 0; d < 3; d++) {
    double factor = 1.0 + 0.001 * (d + 1);
    moved.lo[d] = local->lo[d] = sample->lo[d] + 0.1;
    moved.length[d] = local->length[d] = sample->length[d] * factor;
    for (int j = 0; j < moved.n; j++)
      moved.x[j][d] = factor * moved.x[j][d] + 0.3 * uniform(moved.id[j], d, 9);
  }
  for (int i = 0; i < local->n; i++)
    memcpy(local->x[i], moved.x[local->place[i]], sizeof *local->x);
  GbDomainUpdateGhosts(domain, local);
  assert_int_equal(GbDomainGhosts(domain)->n, n);
  for (int g = 0; g < n; g++)
    for (int d = 0; d < 3; d++) {
      double x = gb_image(moved.x[source[g]][d], boxes[g][d], moved.length[d]);
      assert_memory_equal(&ghosts->x[g][d], &x, sizeof x);
    }
  GbAtomsFree(&moved);
  free(source);
  free(boxes);
  free(own);
  free(spread);
}

static void check_case(GbAtoms *sample, double reach, int stride)
{
  GbDomain *domain;
  GbAtoms local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  assert_ok(GbDomainScatter(domain, sample, &local));
  for (int round = 0; round < 2; round++) { /* as scattered, and after a migration */
    check_ghosts(domain, sample, &local, reach, stride);
    move(sample, &local, 0.7, round);
    assert_ok(GbDomainMigrate(domain, &local));
  }
  check_ghosts(domain, sample, &local, reach, stride);
  check_refresh(domain, sample, &local);
  assert_true(GbDomainBytes(domain) > (int64_t)sizeof(double) * 3 * GbDomainGhosts(domain)->n);
  GbAtomsFree(&local);
  GbAtomsFree(sample);
  GbDomainDestroy(&domain);
}

static void ghosts_of_a_periodic_box(void **state)
{
  (void)state;
  GbAtoms sample;
  random_sample(1200, 30.0, 22.0, 25.0, &sample);
  check_case(&sample, 5.0, 1);
}

/* Several images of each atom, of the rank's own ones too. */
static void ghosts_of_boxes_thinner_than_the_reach(void **state)
{
  (void)state;
  GbAtoms sample;
  random_sample(120, 30.0, 2.1, 25.0, &sample);
  check_case(&sample, 5.0, 3);
  random_sample(7, 1.9, 2.1, 3.0, &sample);
  check_case(&sample, 5.0, 1);
  random_sample(1, 3.0, 40.0, 4.0, &sample);
  check_case(&sample, 9.0, 1);
}

static void ghosts_of_a_notched_slab(void **state)
{
  (void)state;
  GbAtoms sample;
  random_sample(1500, 40.0, 9.0, 60.0, &sample);
  make_slab(&sample);
  check_case(&sample, 4.0, 1);
}

static void ghosts_of_a_crowded_corner(void **state)
{
  (void)state;
  GbAtoms sample;
  for (int kind = 0; kind < 4; kind++) { /* periodic, free; two corners */
    random_sample(250, 60.0, 50.0, 40.0, &sample);
    if (kind < 2)
      for (int d = 0; d < 3; d++) {
        sample.periodic[d] = false;
        for (int i = 0; i < sample.n; i++)
          sample.x[i][d] = wrapped(sample.x[i][d], sample.lo[d], sample.length[d]);
      }
    into_corner(&sample, kind % 2 ? 7 : 2);
    check_case(&sample, 6.0, 1);
  }
}

/* Positions where wrapping rounds: on the faces of the box, and by less than a bit beside them. */
static void ghosts_of_atoms_on_the_faces(void **state)
{
  (void)state;
  static const int cells[3] = {3, 3, 4};
  GbAtoms sample;
  GbDomain *domain;
  GbAtoms local = {0};
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  for (int shift = 0; shift < 3; shift++) {
    assert_ok(GbAtomsCreateFcc(&sample, cells, 3.7, 0.5, 1));
    for (int d = 0; d < 3; d++)
      sample.lo[d] = 0.1 * shift * (d + 1);
    for (int i = 0; i < sample.n; i++)
      for (int d = 0; d < 3; d++) {
        double *x = &sample.x[i][d];
        int k = (int)floor(5.0 * uniform(i, d, 7)) - 2;
        *x += sample.lo[d] + k * sample.length[d];
        if (i % 3 == 1) *x = nextafter(*x, -INFINITY);
        if (i % 3 == 2) *x -= 1e-20; /* negative where it was 0 */
      }
    assert_ok(GbDomainScatter(domain, &sample, &local));
    check_ghosts(domain, &sample, &local, 4.0, 1);
    assert_ok(GbDomainMigrate(domain, &local));
    check_ownership(&sample, &local);
    check_ghosts(domain, &sample, &local, 4.0, 1);
    GbAtomsFree(&sample);
  }
  GbAtomsFree(&local);
  GbDomainDestroy(&domain);
}

/* The sum is rounded once: against arithmetic with 113 bits. */
static void images_are_rounded_once(void **state)
{
  (void)state;
  for (int i = 0; i < 20000; i++) {
    double length = 1.0 + 99.0 * uniform(i, 0, 0), x = 200.0 * uniform(i, 1, 0) - 100.0;
    int k = (int)(uniform(i, 2, 0) * (i % 2 ? 7.0 : 2e6)) - (i % 2 ? 3 : 1000000);
    __extension__ typedef __float128 Wide;
    double exact = (double)((Wide)k * length + x);
    assert_true(gb_image(x, k, length) == exact);
  }
}

GB_TEST_MAIN("unit.atomistic.ghosts", cmocka_unit_test(ghosts_of_a_periodic_box),
             cmocka_unit_test(ghosts_of_boxes_thinner_than_the_reach),
             cmocka_unit_test(ghosts_of_a_notched_slab),
             cmocka_unit_test(ghosts_of_a_crowded_corner),
             cmocka_unit_test(ghosts_of_atoms_on_the_faces),
             cmocka_unit_test(images_are_rounded_once))
