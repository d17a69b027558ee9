/* The decomposition against brute force over the whole sample: every atom on one rank, every image
 * that an atom can see present once and with the right bits, nothing lost on the way. */
#include "atomistic/engine/domain.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double uniform(int64_t id, int d, int round)
{
  return GbRngUniform(11, GB_RNG_TEST, (uint64_t)id, (uint64_t)d, (uint64_t)round);
}

static int ranks(void)
{
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

/* --- Samples ------------------------------------------------------------------------------------
 */

/* n atoms at random in a box, with ids that are not places, unwrapped over several boxes. */
static void random_sample(int n, double a, double b, double c, GbAtoms *sample)
{
  assert_ok(GbAtomsAllocate(sample, n));
  sample->ntypes = 3;
  const double lo[3] = {-3.7, 0.0, 1234.5}, length[3] = {a, b, c};
  for (int d = 0; d < 3; d++) {
    sample->lo[d] = lo[d];
    sample->length[d] = length[d];
    sample->periodic[d] = true;
  }
  for (int t = 0; t < 3; t++) {
    sample->mass[t] = 10.0 + t;
    snprintf(sample->element[t], sizeof sample->element[t], "E%d", t);
  }
  for (int i = 0; i < n; i++) {
    sample->id[i] = 1000 + 3 * (int64_t)((i * 7919L) % n);
    sample->type[i] = i % 3;
    for (int d = 0; d < 3; d++) {
      double boxes = floor(7.0 * uniform(i, d, 1)) - 3.0;
      sample->x[i][d] = lo[d] + (uniform(i, d, 0) + boxes) * length[d];
      sample->v[i][d] = uniform(i, d, 2) - 0.5;
      sample->f[i][d] = uniform(i, d, 3) - 0.5;
    }
  }
}

static void add_aux(GbAtoms *sample)
{
  sample->aux = calloc((size_t)sample->n + 1, sizeof *sample->aux);
  assert_non_null(sample->aux);
  for (int i = 0; i < sample->n; i++)
    for (int d = 0; d < 3; d++)
      sample->aux[i][d] = uniform(i, d, 4);
}

static double wrapped(double x, double lo, double length)
{
  double s = (x - lo) / length;
  return lo + (s - floor(s)) * length;
}

/* Free along x, with a notch in one surface and a hole: atoms there are taken out. */
static void make_slab(GbAtoms *sample)
{
  bool *keep = calloc((size_t)sample->n, sizeof *keep);
  assert_non_null(keep);
  sample->periodic[0] = false;
  for (int i = 0; i < sample->n; i++) {
    double *x = sample->x[i];
    x[0] = wrapped(x[0], sample->lo[0], sample->length[0]);
    double s = (x[0] - sample->lo[0]) / sample->length[0];
    double z =
        (wrapped(x[2], sample->lo[2], sample->length[2]) - sample->lo[2]) / sample->length[2];
    bool notch = s < 0.35 && fabs(z - 0.4) < 0.2;
    bool hole = hypot(s - 0.7, z - 0.6) < 0.2;
    keep[i] = !notch && !hole;
  }
  assert_ok(GbAtomsSelect(sample, keep));
  free(keep);
}

/* All atoms into one corner, a tenth of the box wide. */
static void into_corner(GbAtoms *sample, int corner)
{
  for (int i = 0; i < sample->n; i++)
    for (int d = 0; d < 3; d++) {
      double s = 0.1 * (wrapped(sample->x[i][d], sample->lo[d], sample->length[d]) - sample->lo[d]);
      double boxes = floor((sample->x[i][d] - sample->lo[d]) / sample->length[d]);
      if (!sample->periodic[d]) boxes = 0.0;
      sample->x[i][d] = sample->lo[d] + boxes * sample->length[d] +
                        (corner >> d & 1 ? 0.9 * sample->length[d] + s : s);
    }
}

/* --- Who owns what ------------------------------------------------------------------------------
 */

/* Every place is owned once, and the local atoms are those of the sample, bit for bit. */
static void check_ownership(const GbAtoms *sample, const GbAtoms *local)
{
  int *owners = calloc((size_t)sample->n + 1, sizeof *owners);
  assert_non_null(owners);
  for (int i = 0; i < local->n; i++) {
    int k = local->place[i];
    assert_in_range(k, 0, sample->n - 1);
    owners[k]++;
    assert_int_equal(local->id[i], sample->id[k]);
    assert_int_equal(local->type[i], sample->type[k]);
    assert_memory_equal(local->x[i], sample->x[k], sizeof *local->x);
    assert_memory_equal(local->v[i], sample->v[k], sizeof *local->v);
    if (sample->aux) assert_memory_equal(local->aux[i], sample->aux[k], sizeof *local->aux);
  }
  MPI_Allreduce(MPI_IN_PLACE, owners, sample->n, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  for (int k = 0; k < sample->n; k++)
    assert_int_equal(owners[k], 1);
  free(owners);
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

/* Applies the same motion to the sample and to the local atoms. */
static void move(GbAtoms *sample, GbAtoms *local, double by, int round)
{
  for (int i = 0; i < sample->n; i++)
    for (int d = 0; d < 3; d++) {
      sample->x[i][d] += by * (uniform(sample->id[i], d, round) - 0.5) * sample->length[d];
      sample->v[i][d] = uniform(sample->id[i], d, round + 1);
      if (sample->aux) sample->aux[i][d] += 1.0;
    }
  for (int i = 0; i < local->n; i++) {
    int k = local->place[i];
    memcpy(local->x[i], sample->x[k], sizeof *local->x);
    memcpy(local->v[i], sample->v[k], sizeof *local->v);
    if (sample->aux) memcpy(local->aux[i], sample->aux[k], sizeof *local->aux);
  }
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

/* --- Ghosts -------------------------------------------------------------------------------------
 */

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
      assert_true(x >= local->lo[d] * (1.0 - 1e-15) - 1e-15);
      assert_true(x < local->lo[d] + local->length[d]);
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
  assert_ok(GbAtomsCreateFcc(&sample, cells, 3.7, 0.5, 1));
  for (int i = 0; i < sample.n; i++)
    for (int d = 0; d < 3; d++) {
      double *x = &sample.x[i][d];
      int k = (int)floor(5.0 * uniform(i, d, 7)) - 2;
      *x += k * sample.length[d];
      if (i % 3 == 1) *x = nextafter(*x, -INFINITY);
      if (i % 3 == 2) *x -= 1e-20; /* negative where it was 0 */
    }
  assert_ok(GbDomainCreate(MPI_COMM_WORLD, &domain));
  assert_ok(GbDomainScatter(domain, &sample, &local));
  check_ghosts(domain, &sample, &local, 4.0, 1);
  assert_ok(GbDomainMigrate(domain, &local));
  check_ownership(&sample, &local);
  check_ghosts(domain, &sample, &local, 4.0, 1);
  GbAtomsFree(&local);
  GbAtomsFree(&sample);
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
             cmocka_unit_test(planes_cannot_be_split), cmocka_unit_test(ghosts_of_a_periodic_box),
             cmocka_unit_test(ghosts_of_boxes_thinner_than_the_reach),
             cmocka_unit_test(ghosts_of_a_notched_slab),
             cmocka_unit_test(ghosts_of_a_crowded_corner),
             cmocka_unit_test(ghosts_of_atoms_on_the_faces),
             cmocka_unit_test(images_are_rounded_once), cmocka_unit_test(gather_returns_every_bit),
             cmocka_unit_test(lost_atoms_are_named))
