/* Samples for the tests of files. */
#ifndef GB_TESTS_FILES_H
#define GB_TESTS_FILES_H

#include "atomistic/files/trajectory.h"
#include "base/rng.h"
#include "harness/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static inline const char *path_in(const char *folder, const char *name)
{
  static char path[4][512];
  static int next;
  next = (next + 1) % 4;
  snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
  return path[next];
}

static inline double any_number(int i, int d, int what)
{
  return GbRngUniform(41, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, (uint64_t)what) - 0.5;
}

/* Frame number `k` of a made-up run: two types, a box that changes, unwrapped atoms, awkward
 * digits, two further columns. */
static inline void make_frame(int k, GbFrame *frame)
{
  static const int cells[3] = {3, 4, 5};
  double *energy, *stress;
  GbFrameInit(frame);
  GbAtoms *a = &frame->atoms;
  assert_ok(GbAtomsCreateFcc(a, cells, 3.9, 0.4, 3));
  a->periodic[0] = false;
  strcpy(a->element[0], "Zr");
  strcpy(a->element[1], "Cu");
  a->mass[0] = 91.224;
  a->mass[1] = 63.546;
  for (int d = 0; d < 3; d++) {
    a->lo[d] = -1.1 - 0.1 * d * k;
    a->length[d] *= 1.0 + 1e-3 * k;
  }
  assert_ok(GbFrameAddColumn(frame, "c_pe", &energy));
  assert_ok(GbFrameAddColumn(frame, "c_stress[1]", &stress));
  for (int i = 0; i < a->n; i++) {
    energy[i] = -4.4 + any_number(i, k, 4);
    stress[i] = 1e6 * any_number(i, k, 5);
    for (int d = 0; d < 3; d++) {
      a->x[i][d] += 60.0 * any_number(i, d, 1) + 0.1 * k * any_number(i, d, 2);
      a->v[i][d] = 5.0 * any_number(i, d, 3) + k;
      a->f[i][d] = any_number(i, d, 6) / 7.0;
    }
  }
  frame->step = 1000 * k;
  frame->time_ps = 0.002 * 1000 * k;
  frame->strain = 0.01 * k;
  frame->velocities = frame->forces = true;
}

static inline void assert_same_arrays(const void *a, const void *b, int n, size_t size)
{
  assert_memory_equal(a, b, (size_t)n * size);
}

/* Positions, box, types and so on: the same bits. */
static inline void assert_same_atoms(const GbAtoms *a, const GbAtoms *b)
{
  assert_int_equal(a->n, b->n);
  assert_int_equal(a->ntypes, b->ntypes);
  assert_same_arrays(a->id, b->id, a->n, sizeof *a->id);
  assert_same_arrays(a->type, b->type, a->n, sizeof *a->type);
  assert_same_arrays(a->x, b->x, a->n, sizeof *a->x);
  assert_same_arrays(a->lo, b->lo, 3, sizeof *a->lo);
  assert_same_arrays(a->length, b->length, 3, sizeof *a->length);
  for (int t = 0; t < a->ntypes; t++)
    assert_string_equal(a->element[t], b->element[t]);
}

static inline void assert_same_column(const GbFrame *a, const GbFrame *b, const char *name)
{
  const double *one = GbFrameColumn(a, name), *two = GbFrameColumn(b, name);
  assert_non_null(one);
  assert_non_null(two);
  assert_same_arrays(one, two, a->atoms.n, sizeof *one);
}

#endif
