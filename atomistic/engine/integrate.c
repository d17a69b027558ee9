/* Velocity Verlet in two passes over the atoms.
 *
 * First pass:  v <- v end begin;  v += f dt/2m;  x += v dt/2;  x <- lo + (x - lo) stretch,
 *              v <- v slow;  [v <- c v + sqrt((1 - c^2) kT/m) g];  x += v dt/2.
 * Second pass: v += f dt/2m;  sums of m v v.
 * The noise is the O of BAOAB (Leimkuhler, Matthews, Appl. Math. Res. Express 2013, 34 (2013)) with
 * c = exp(-dt/tau) and normal numbers g keyed by atom id and step (noise.c).
 *
 * An atom's numbers may be computed in a vector or alone, on any rank: this file is compiled
 * without contraction to fused multiply-add, so that the bits are the same. */
#include "atomistic/engine/integrate.h"

#include "atomistic/engine/noise.h"
#include "atomistic/engine/sum.h"
#include "base/units.h"

#include <math.h>

enum { BLOCK = GB_NOISE_BLOCK }; /* atoms that a thread takes at a time */

/* Numbers that depend on the type only. */
typedef struct {
  double kick[GB_MAX_TYPES];  /* dt/2m, angstrom^2/(eV ps) */
  double mass[GB_MAX_TYPES];  /* eV ps^2/angstrom^2 */
  double width[GB_MAX_TYPES]; /* of the noise, angstrom/ps */
  double keep;                /* part of the velocity that the noise leaves */
  double v2_max;
} Table;

static void fill_table(const GbAtoms *a, double dt, Table *table)
{
  *table = (Table){.keep = 1.0, .v2_max = GB_MOVE_MAX * GB_MOVE_MAX / (dt * dt)};
  for (int t = 0; t < a->ntypes; t++) {
    table->mass[t] = GB_MVV_TO_EV * a->mass[t];
    table->kick[t] = 0.5 * dt / table->mass[t];
  }
}

static void fill_noise(const GbAtoms *a, const GbAdvance *s, Table *table)
{
  table->keep = exp(-s->dt / s->tau);
  double rest = -expm1(-2.0 * s->dt / s->tau);
  for (int t = 0; t < a->ntypes; t++)
    table->width[t] = sqrt(rest * s->kT / table->mass[t]);
}

/* --- First pass ---------------------------------------------------------------------------------
 */

/* Without box and noise. */
static void advance_plain(GbAtoms *a, const GbAdvance *s, const Table *table, int first, int last,
                          int64_t sums[GB_SUMS])
{
  double(*restrict x)[3] = a->x, (*restrict v)[3] = a->v;
  const double(*restrict f)[3] = (const double(*)[3])a->f;
  const int *restrict type = a->type;
  const double dt = s->dt, v2_max = table->v2_max;
  const double e0 = s->end[0], e1 = s->end[1], e2 = s->end[2];
  const double b0 = s->begin[0], b1 = s->begin[1], b2 = s->begin[2];
  int64_t bad = 0;
  for (int i = first; i < last; i++) {
    const double c = table->kick[type[i]];
    double v0 = v[i][0] * e0 * b0 + c * f[i][0];
    double v1 = v[i][1] * e1 * b1 + c * f[i][1];
    double v2 = v[i][2] * e2 * b2 + c * f[i][2];
    bool good = v0 * v0 + v1 * v1 + v2 * v2 <= v2_max;
    v[i][0] = v0;
    v[i][1] = v1;
    v[i][2] = v2;
    x[i][0] += good ? dt * v0 : 0.0;
    x[i][1] += good ? dt * v1 : 0.0;
    x[i][2] += good ? dt * v2 : 0.0;
    bad += good ? 0 : 1;
  }
  sums[GB_SUM_BAD] += bad;
}

static void advance_box(GbAtoms *a, const GbAdvance *s, const Table *table, int first, int last,
                        int64_t sums[GB_SUMS])
{
  double(*restrict x)[3] = a->x, (*restrict v)[3] = a->v;
  const double(*restrict f)[3] = (const double(*)[3])a->f;
  const int *restrict type = a->type;
  const double half = 0.5 * s->dt, v2_max = table->v2_max;
  const double e0 = s->end[0], e1 = s->end[1], e2 = s->end[2];
  const double b0 = s->begin[0], b1 = s->begin[1], b2 = s->begin[2];
  const double l0 = a->lo[0], l1 = a->lo[1], l2 = a->lo[2];
  const double k0 = s->stretch[0], k1 = s->stretch[1], k2 = s->stretch[2];
  const double s0 = s->slow[0], s1 = s->slow[1], s2 = s->slow[2];
  int64_t bad = 0;
  for (int i = first; i < last; i++) {
    const double c = table->kick[type[i]];
    double v0 = v[i][0] * e0 * b0 + c * f[i][0];
    double v1 = v[i][1] * e1 * b1 + c * f[i][1];
    double v2 = v[i][2] * e2 * b2 + c * f[i][2];
    double y0 = l0 + (x[i][0] + half * v0 - l0) * k0;
    double y1 = l1 + (x[i][1] + half * v1 - l1) * k1;
    double y2 = l2 + (x[i][2] + half * v2 - l2) * k2;
    v0 *= s0;
    v1 *= s1;
    v2 *= s2;
    bool good = v0 * v0 + v1 * v1 + v2 * v2 <= v2_max;
    v[i][0] = v0;
    v[i][1] = v1;
    v[i][2] = v2;
    x[i][0] = good ? y0 + half * v0 : x[i][0];
    x[i][1] = good ? y1 + half * v1 : x[i][1];
    x[i][2] = good ? y2 + half * v2 : x[i][2];
    bad += good ? 0 : 1;
  }
  sums[GB_SUM_BAD] += bad;
}

static void advance_noise(GbAtoms *a, const GbAdvance *s, const Table *table, int first, int last,
                          int64_t sums[GB_SUMS])
{
  double(*restrict x)[3] = a->x, (*restrict v)[3] = a->v;
  const double(*restrict f)[3] = (const double(*)[3])a->f;
  const double half = 0.5 * s->dt, keep = table->keep, v2_max = table->v2_max;
  double normal[3][GB_NOISE_BLOCK];
  int64_t bad = 0, heat = 0;
  GbNoiseNormals(s->seed, s->step, last - first, a->id + first, normal);
  for (int i = first; i < last; i++) {
    const int type = a->type[i];
    const double kick = table->kick[type], width = table->width[type];
    double y[3], w[3], before = 0.0, after = 0.0;
    for (int d = 0; d < 3; d++) {
      double u = v[i][d] * s->end[d] * s->begin[d] + kick * f[i][d];
      y[d] = a->lo[d] + (x[i][d] + half * u - a->lo[d]) * s->stretch[d];
      u *= s->slow[d];
      before += u * u;
      w[d] = keep * u + width * normal[d][i - first];
      after += w[d] * w[d];
    }
    bool good = before <= v2_max && after <= v2_max;
    for (int d = 0; d < 3; d++) {
      v[i][d] = w[d];
      x[i][d] = good ? y[d] + half * w[d] : x[i][d];
    }
    heat += gb_fixed(good ? 0.5 * table->mass[type] * (after - before) : 0.0);
    bad += good ? 0 : 1;
  }
  sums[GB_SUM_HEAT] += heat;
  sums[GB_SUM_BAD] += bad;
}

void GbIntegrateAdvance(GbAtoms *local, const GbAdvance *step, int64_t sums[GB_SUMS])
{
  Table table;
  fill_table(local, step->dt, &table);
  if (step->noise) fill_noise(local, step, &table);
  const int n = local->n, blocks = (n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static) reduction(+ : sums[:GB_SUMS]) if (n > GB_MANY_ATOMS)
  for (int b = 0; b < blocks; b++) {
    const int first = b * BLOCK, last = first + BLOCK < n ? first + BLOCK : n;
    if (step->noise)
      advance_noise(local, step, &table, first, last, sums);
    else if (step->box)
      advance_box(local, step, &table, first, last, sums);
    else
      advance_plain(local, step, &table, first, last, sums);
  }
}

/* --- Second pass --------------------------------------------------------------------------------
 */

static void kick_three(GbAtoms *a, const Table *table, int first, int last, int64_t sums[GB_SUMS])
{
  double(*restrict v)[3] = a->v;
  const double(*restrict f)[3] = (const double(*)[3])a->f;
  const int *restrict type = a->type;
  const double v2_max = table->v2_max;
  int64_t bad = 0, xx = 0, yy = 0, zz = 0;
  for (int i = first; i < last; i++) {
    const double c = table->kick[type[i]];
    double v0 = v[i][0] + c * f[i][0];
    double v1 = v[i][1] + c * f[i][1];
    double v2 = v[i][2] + c * f[i][2];
    v[i][0] = v0;
    v[i][1] = v1;
    v[i][2] = v2;
    v0 *= v0;
    v1 *= v1;
    v2 *= v2;
    bool good = v0 + v1 + v2 <= v2_max;
    const double m = table->mass[type[i]];
    xx += gb_fixed(good ? m * v0 : 0.0);
    yy += gb_fixed(good ? m * v1 : 0.0);
    zz += gb_fixed(good ? m * v2 : 0.0);
    bad += good ? 0 : 1;
  }
  sums[GB_SUM_BAD] += bad;
  sums[GB_SUM_KINETIC] += xx;
  sums[GB_SUM_KINETIC + 1] += yy;
  sums[GB_SUM_KINETIC + 2] += zz;
}

static void add_kinetic(const GbAtoms *a, const Table *table, int first, int last, int ncomponents,
                        int64_t sums[GB_SUMS])
{
  static const int axis[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  for (int i = first; i < last; i++) {
    const double *v = a->v[i], m = table->mass[a->type[i]];
    if (!(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] <= table->v2_max)) continue;
    for (int c = 6 - ncomponents; c < 6; c++)
      sums[GB_SUM_KINETIC + c] += gb_fixed(m * (v[axis[c][0]] * v[axis[c][1]]));
  }
}

void GbIntegrateKick(GbAtoms *local, double dt, bool all, int64_t sums[GB_SUMS])
{
  Table table;
  fill_table(local, dt, &table);
  const int n = local->n, blocks = (n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static) reduction(+ : sums[:GB_SUMS]) if (n > GB_MANY_ATOMS)
  for (int b = 0; b < blocks; b++) {
    const int first = b * BLOCK, last = first + BLOCK < n ? first + BLOCK : n;
    kick_three(local, &table, first, last, sums);
    if (all) add_kinetic(local, &table, first, last, 3, sums);
  }
}

void GbIntegrateKinetic(const GbAtoms *local, double dt, int64_t sums[GB_SUMS])
{
  Table table;
  fill_table(local, dt, &table);
  add_kinetic(local, &table, 0, local->n, 6, sums);
}

void GbIntegrateScale(GbAtoms *local, const double factor[3])
{
#pragma omp parallel for schedule(static) if (local->n > GB_MANY_ATOMS)
  for (int i = 0; i < local->n; i++)
    for (int d = 0; d < 3; d++)
      local->v[i][d] *= factor[d];
}
