#include "mesoscale/events/avalanche.h"

#include <math.h>

GbAvalanches GbAvalanchesNew(const GbGrid *grid, const GbAvalancheOptions *options,
                             GbAvalancheCallback callback, void *context)
{
  return (GbAvalanches){.grid = *grid,
                        .options = *options,
                        .callback = callback,
                        .context = context,
                        .last_time = NAN,
                        .last_strain = NAN,
                        .last_stress = NAN};
}

/* Vector from voxel `from` to the nearest image of `to`, in nm. */
static void nearest_image(const GbGrid *grid, int from, int to, double d[3])
{
  const int n[3] = {grid->nx, grid->ny, grid->nz};
  const bool periodic[3] = {!grid->free_x, true, true};
  for (int a = 0; a < 3; a++) {
    int steps = to % n[a] - from % n[a];
    to /= n[a], from /= n[a];
    if (periodic[a] && 2 * steps > n[a]) steps -= n[a];
    if (periodic[a] && 2 * steps < -n[a]) steps += n[a];
    d[a] = steps * grid->edge_nm;
  }
}

static bool near(double a, double b)
{
  return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static bool follows(const GbAvalanches *a, const GbEventRecord *r)
{
  const double passed = r->time_s - a->last_time;
  if (a->open.size == 0) return false;
  if (a->options.gap_s > 0 && passed <= a->options.gap_s) return true;
  const bool held = r->strain_zz == a->last_strain || near(r->stress_zz_GPa, a->last_stress);
  return r->athermal && passed == 0 && held;
}

static void begin(GbAvalanches *a, const GbEventRecord *r)
{
  const double moved = isnan(a->last_strain) ? 0 : r->strain_zz - a->last_strain;
  a->open = (GbAvalanche){.first_event = r->event,
                          .thermal = !r->athermal,
                          .trigger_voxel = r->voxel,
                          .time_s = r->time_s,
                          .strain_zz = r->strain_zz};
  a->start_stress = a->last_stress + a->options.tangent_GPa * moved;
  a->sum[0] = a->sum[1] = a->sum[2] = a->sum_square = 0;
}

GbStatus GbAvalanchesAdd(GbAvalanches *a, const GbEventRecord *r)
{
  const double edge = a->grid.edge_nm;
  double d[3], square = 0;
  if (!follows(a, r)) {
    GB_CALL(GbAvalanchesFinish(a));
    begin(a, r);
  }
  nearest_image(&a->grid, a->open.trigger_voxel, r->voxel, d);
  for (int c = 0; c < 3; c++) {
    a->sum[c] += d[c];
    square += d[c] * d[c];
  }
  a->sum_square += square;
  a->open.extent_nm = fmax(a->open.extent_nm, sqrt(square));
  a->open.slip_nm3 += fabs(r->gamma) * edge * edge * edge;
  a->open.duration_s = r->time_s - a->open.time_s;
  a->open.size++;
  a->last_time = r->time_s;
  GbAvalanchesNote(a, r->strain_zz, r->stress_zz_GPa);
  const double sign = a->start_stress < 0 ? -1 : 1;
  a->open.stress_drop_GPa = sign * (a->start_stress - r->stress_zz_GPa);
  return GB_OK;
}

void GbAvalanchesNote(GbAvalanches *a, double strain_zz, double stress_zz_GPa)
{
  a->last_strain = strain_zz;
  a->last_stress = stress_zz_GPa;
}

static void count(GbAvalancheSizes *sizes, int64_t size)
{
  int bin = 0;
  while (bin < GB_AVALANCHE_BINS - 1 && size >> (bin + 1) > 0)
    bin++;
  sizes->bins[bin]++;
  sizes->avalanches++;
  sizes->events += size;
  if (size > sizes->largest) sizes->largest = size;
}

GbStatus GbAvalanchesFinish(GbAvalanches *a)
{
  const double n = (double)a->open.size;
  if (a->open.size == 0) return GB_OK;
  double square = a->sum_square / n;
  for (int c = 0; c < 3; c++)
    square -= a->sum[c] / n * (a->sum[c] / n);
  a->open.gyration_nm = sqrt(fmax(0, square));
  const GbAvalanche finished = a->open;
  a->open.size = 0;
  count(&a->sizes, finished.size);
  return a->callback ? a->callback(a->context, &finished) : GB_OK;
}

const GbAvalancheSizes *GbAvalanchesGetSizes(const GbAvalanches *a)
{
  return &a->sizes;
}

/* --- Checkpoints ------------------------------------------------------------------------------ */

/* One list for both ways, so that they cannot differ. Integers stay below 2^53. */
static void transfer(GbAvalanches *a, double *memory, bool store)
{
  double *real[] = {&a->open.time_s,    &a->open.strain_zz, &a->open.duration_s,
                    &a->open.extent_nm, &a->open.slip_nm3,  &a->open.stress_drop_GPa,
                    &a->start_stress,   &a->sum[0],         &a->sum[1],
                    &a->sum[2],         &a->sum_square,     &a->last_time,
                    &a->last_strain,    &a->last_stress};
  int64_t *whole[] = {&a->open.first_event, &a->open.size, &a->sizes.avalanches, &a->sizes.events,
                      &a->sizes.largest};
  enum { REALS = sizeof(real) / sizeof(real[0]), WHOLES = sizeof(whole) / sizeof(whole[0]) };
  _Static_assert(REALS + WHOLES + GB_AVALANCHE_BINS + 2 == GB_AVALANCHE_MEMORY, "size of memory");
  int n = 0;
  for (int i = 0; i < (int)REALS; i++, n++)
    *(store ? &memory[n] : real[i]) = store ? *real[i] : memory[n];
  for (int i = 0; i < (int)WHOLES + GB_AVALANCHE_BINS; i++, n++) {
    int64_t *value = i < (int)WHOLES ? whole[i] : &a->sizes.bins[i - (int)WHOLES];
    if (store)
      memory[n] = (double)*value;
    else
      *value = (int64_t)memory[n];
  }
  if (store) {
    memory[n] = a->open.trigger_voxel;
    memory[n + 1] = a->open.thermal;
  } else {
    a->open.trigger_voxel = (int)memory[n];
    a->open.thermal = memory[n + 1] != 0;
  }
}

void GbAvalanchesStore(const GbAvalanches *a, double *memory)
{
  GbAvalanches copy = *a;
  transfer(&copy, memory, true);
}

void GbAvalanchesLoad(GbAvalanches *a, const double *memory)
{
  double copy[GB_AVALANCHE_MEMORY];
  for (int i = 0; i < GB_AVALANCHE_MEMORY; i++)
    copy[i] = memory[i];
  transfer(a, copy, false);
}
