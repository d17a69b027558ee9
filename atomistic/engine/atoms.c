/* The atoms of one sample: memory, making, copying, velocities. */
#include "atomistic/engine/atoms.h"

#include "base/rng.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

GbStatus GbAtomsAllocate(GbAtoms *atoms, int n)
{
  *atoms = (GbAtoms){.n = n, .ntypes = 1};
  GB_CALLOC(atoms->id, n);
  GB_CALLOC(atoms->type, n);
  GB_CALLOC(atoms->x, n);
  GB_CALLOC(atoms->v, n);
  GB_CALLOC(atoms->f, n);
  return GB_OK;
}

void GbAtomsFree(GbAtoms *atoms)
{
  if (!atoms) return;
  free(atoms->id);
  free(atoms->type);
  free(atoms->x);
  free(atoms->v);
  free(atoms->f);
  free(atoms->place);
  free(atoms->aux);
  *atoms = (GbAtoms){0};
}

/* Everything but the arrays and their size. */
static void copy_frame(const GbAtoms *from, GbAtoms *to)
{
  memcpy(to->lo, from->lo, sizeof to->lo);
  memcpy(to->length, from->length, sizeof to->length);
  memcpy(to->periodic, from->periodic, sizeof to->periodic);
  memcpy(to->mass, from->mass, sizeof to->mass);
  memcpy(to->element, from->element, sizeof to->element);
  to->ntypes = from->ntypes;
}

static void copy_atom(const GbAtoms *from, int i, GbAtoms *to, int k)
{
  to->id[k] = from->id[i];
  to->type[k] = from->type[i];
  for (int d = 0; d < 3; d++) {
    to->x[k][d] = from->x[i][d];
    to->v[k][d] = from->v[i][d];
    to->f[k][d] = from->f[i][d];
  }
}

GbStatus GbAtomsCopy(const GbAtoms *from, GbAtoms *to)
{
  GB_CALL(GbAtomsAllocate(to, from->n));
  copy_frame(from, to);
  for (int i = 0; i < from->n; i++)
    copy_atom(from, i, to, i);
  return GB_OK;
}

/* Exactly `count` of the n types become 1, chosen by a Fisher-Yates shuffle. */
static void draw_types(int *type, int n, int count, uint64_t seed)
{
  for (int i = 0; i < n; i++)
    type[i] = i < count;
  for (int i = n - 1; i > 0; i--) {
    int k = (int)(GbRngUniform(seed, GB_RNG_COMPOSITION, (uint64_t)i, 0, 0) * (i + 1));
    int swap = type[i];
    type[i] = type[k];
    type[k] = swap;
  }
}

GbStatus GbAtomsCreateFcc(GbAtoms *atoms, const int cells[3], double a_angstrom,
                          double fraction_type1, uint64_t seed)
{
  static const double basis[4][3] = {{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};
  double total = 4.0 * cells[0] * cells[1] * cells[2];
  if (cells[0] < 1 || cells[1] < 1 || cells[2] < 1 || total > 1e9 || !(a_angstrom > 0.0) ||
      !(fraction_type1 >= 0.0 && fraction_type1 <= 1.0))
    GB_FAIL(GB_ERR_ARG, "fcc lattice of %d x %d x %d cells, constant %g, fraction %g", cells[0],
            cells[1], cells[2], a_angstrom, fraction_type1);
  GB_CALL(GbAtomsAllocate(atoms, (int)total));
  int i = 0;
  for (int z = 0; z < cells[2]; z++)
    for (int y = 0; y < cells[1]; y++)
      for (int x = 0; x < cells[0]; x++)
        for (int b = 0; b < 4; b++, i++) {
          const double cell[3] = {x, y, z};
          for (int d = 0; d < 3; d++)
            atoms->x[i][d] = (cell[d] + basis[b][d]) * a_angstrom;
          atoms->id[i] = i + 1;
        }
  int count = (int)lround(fraction_type1 * atoms->n);
  draw_types(atoms->type, atoms->n, count, seed);
  atoms->ntypes = count > 0 ? 2 : 1;
  for (int d = 0; d < 3; d++) {
    atoms->length[d] = cells[d] * a_angstrom;
    atoms->periodic[d] = true;
  }
  for (int t = 0; t < GB_MAX_TYPES; t++)
    atoms->mass[t] = 1.0; /* until GbPotentialApplyTypes */
  return GB_OK;
}

GbStatus GbAtomsReplicate(const GbAtoms *from, const int counts[3], GbAtoms *to)
{
  double total = (double)from->n * counts[0] * counts[1] * counts[2];
  if (counts[0] < 1 || counts[1] < 1 || counts[2] < 1 || total > 1e9)
    GB_FAIL(GB_ERR_ARG, "cannot replicate %d atoms %d x %d x %d times", from->n, counts[0],
            counts[1], counts[2]);
  for (int d = 0; d < 3; d++)
    if (counts[d] > 1 && !from->periodic[d])
      GB_FAIL(GB_ERR_ARG, "cannot replicate along axis %c, which is not periodic", 'x' + d);
  GB_CALL(GbAtomsAllocate(to, (int)total));
  copy_frame(from, to);
  int k = 0;
  for (int z = 0; z < counts[2]; z++)
    for (int y = 0; y < counts[1]; y++)
      for (int x = 0; x < counts[0]; x++)
        for (int i = 0; i < from->n; i++, k++) {
          copy_atom(from, i, to, k);
          to->id[k] = k + 1;
          to->x[k][0] += x * from->length[0];
          to->x[k][1] += y * from->length[1];
          to->x[k][2] += z * from->length[2];
        }
  for (int d = 0; d < 3; d++)
    to->length[d] = counts[d] * from->length[d];
  return GB_OK;
}

GbStatus GbAtomsSelect(GbAtoms *atoms, const bool *keep)
{
  int k = 0;
  for (int i = 0; i < atoms->n; i++) {
    if (!keep[i]) continue;
    copy_atom(atoms, i, atoms, k);
    atoms->id[k] = k + 1;
    k++;
  }
  if (k == 0) GB_FAIL(GB_ERR_ARG, "none of the %d atoms is kept", atoms->n);
  atoms->n = k;
  return GB_OK;
}

void GbAtomsFitFreeAxes(GbAtoms *atoms)
{
  for (int d = 0; d < 3; d++) {
    if (atoms->periodic[d] || atoms->n == 0) continue;
    double lo = atoms->x[0][d], hi = lo;
    for (int i = 1; i < atoms->n; i++) {
      lo = fmin(lo, atoms->x[i][d]);
      hi = fmax(hi, atoms->x[i][d]);
    }
    atoms->lo[d] = lo;
    atoms->length[d] = hi - lo;
  }
}

double GbAtomsVolume(const GbAtoms *atoms)
{
  return atoms->length[0] * atoms->length[1] * atoms->length[2];
}

double GbAtomsKineticEnergy(const GbAtoms *atoms)
{
  double sum = 0.0;
  for (int i = 0; i < atoms->n; i++) {
    const double *v = atoms->v[i];
    sum += atoms->mass[atoms->type[i]] * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  }
  return 0.5 * GB_MVV_TO_EV * sum;
}

double GbAtomsTemperature(const GbAtoms *atoms)
{
  if (atoms->n < 2) return 0.0;
  return 2.0 * GbAtomsKineticEnergy(atoms) / ((3.0 * atoms->n - 3.0) * GB_KB_EV_PER_K);
}

static void remove_drift(GbAtoms *atoms)
{
  double momentum[3] = {0}, mass = 0.0;
  for (int i = 0; i < atoms->n; i++) {
    double m = atoms->mass[atoms->type[i]];
    mass += m;
    for (int d = 0; d < 3; d++)
      momentum[d] += m * atoms->v[i][d];
  }
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++)
      atoms->v[i][d] -= momentum[d] / mass;
}

void GbAtomsSetVelocities(GbAtoms *atoms, double temperature_K, uint64_t seed)
{
  for (int i = 0; i < atoms->n; i++) {
    double width =
        sqrt(GB_KB_EV_PER_K * temperature_K / (GB_MVV_TO_EV * atoms->mass[atoms->type[i]]));
    double normal[4];
    GbRngNormal2(seed, GB_RNG_VELOCITY, (uint64_t)atoms->id[i], 0, 0, normal);
    GbRngNormal2(seed, GB_RNG_VELOCITY, (uint64_t)atoms->id[i], 1, 0, normal + 2);
    for (int d = 0; d < 3; d++)
      atoms->v[i][d] = width * normal[d];
  }
  remove_drift(atoms);
  double found = GbAtomsTemperature(atoms);
  double scale = found > 0.0 ? sqrt(temperature_K / found) : 0.0;
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++)
      atoms->v[i][d] *= scale;
}

/* --- Order --------------------------------------------------------------------------------------
 */

typedef struct {
  int64_t cell;
  int atom;
} Place;

static int by_cell(const void *a, const void *b)
{
  const Place *p = a, *q = b;
  if (p->cell != q->cell) return p->cell < q->cell ? -1 : 1;
  return p->atom < q->atom ? -1 : 1;
}

/* Cells of about 8 atoms, in blocks of 4 x 4 x 4, so that the neighbourhood of an atom stays in the
 * cache also in large samples. */
static int64_t cell_of(const GbAtoms *atoms, const double lo[3], int i)
{
  int64_t block = 0, inner = 0;
  for (int d = 2; d >= 0; d--) {
    double x = atoms->x[i][d] - lo[d];
    if (atoms->periodic[d]) x -= floor(x / atoms->length[d]) * atoms->length[d];
    int64_t cell = (int64_t)fmin(fmax(x / 5.0, 0.0), 1e6);
    block = block * 262144 + cell / 4;
    inner = inner * 4 + cell % 4;
  }
  return block * 64 + inner;
}

/* Moves items of `size` bytes into the given order. */
static void reorder(const Place *order, int n, void *items, size_t size, void *room)
{
  char *to = room, *from = items;
  for (int i = 0; i < n; i++)
    memcpy(to + size * (size_t)i, from + size * (size_t)order[i].atom, size);
  memcpy(items, room, size * (size_t)n);
}

GbStatus GbAtomsSortInSpace(GbAtoms *atoms)
{
  Place *order = NULL;
  double(*room)[3] = NULL, lo[3];
  int n = atoms->n;
  GbStatus status = GbCalloc((void **)&order, (size_t)n, sizeof *order);
  if (status == GB_OK) status = GbCalloc((void **)&room, (size_t)n, sizeof *room);
  if (status != GB_OK) goto done;
  for (int d = 0; d < 3; d++) {
    lo[d] = atoms->lo[d];
    for (int i = 0; i < n && !atoms->periodic[d]; i++)
      lo[d] = fmin(lo[d], atoms->x[i][d]);
  }
  for (int i = 0; i < n; i++)
    order[i] = (Place){cell_of(atoms, lo, i), i};
  qsort(order, (size_t)n, sizeof *order, by_cell);
  reorder(order, n, atoms->id, sizeof *atoms->id, room);
  reorder(order, n, atoms->type, sizeof *atoms->type, room);
  reorder(order, n, atoms->x, sizeof *atoms->x, room);
  reorder(order, n, atoms->v, sizeof *atoms->v, room);
  reorder(order, n, atoms->f, sizeof *atoms->f, room);
  if (atoms->place) reorder(order, n, atoms->place, sizeof *atoms->place, room);
  if (atoms->aux) reorder(order, n, atoms->aux, sizeof *atoms->aux, room);
done:
  free(order);
  free(room);
  return status;
}
