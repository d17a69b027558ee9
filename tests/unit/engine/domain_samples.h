/* Samples for the tests of the decomposition, and the check that nothing is lost. */
#ifndef GB_TESTS_DOMAIN_SAMPLES_H
#define GB_TESTS_DOMAIN_SAMPLES_H

#include "atomistic/engine/domain.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline double uniform(int64_t id, int d, int round)
{
  return GbRngUniform(11, GB_RNG_TEST, (uint64_t)id, (uint64_t)d, (uint64_t)round);
}

/* n atoms at random in a box, with ids that are not places, unwrapped over several boxes. */
static inline void random_sample(int n, double a, double b, double c, GbAtoms *sample)
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

static inline void add_aux(GbAtoms *sample)
{
  sample->aux = calloc((size_t)sample->n + 1, sizeof *sample->aux);
  assert_non_null(sample->aux);
  for (int i = 0; i < sample->n; i++)
    for (int d = 0; d < 3; d++)
      sample->aux[i][d] = uniform(i, d, 4);
}

static inline double wrapped(double x, double lo, double length)
{
  double s = (x - lo) / length;
  return lo + (s - floor(s)) * length;
}

/* Free along x, with a notch in one surface and a hole: atoms there are taken out. */
static inline void make_slab(GbAtoms *sample)
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
static inline void into_corner(GbAtoms *sample, int corner)
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

/* Every place is owned once, and the local atoms are those of the sample, bit for bit. */
static inline void check_ownership(const GbAtoms *sample, const GbAtoms *local)
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

/* Applies the same motion to the sample and to the local atoms. */
static inline void move(GbAtoms *sample, GbAtoms *local, double by, int round)
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

#endif
