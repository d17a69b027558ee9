/* Cell-list neighbour search with explicit periodic images.
 *
 * Atoms are wrapped into the box, and every image within the cutoff outside it is added as an entry
 * of its own; so the search itself knows nothing of periodicity and works for boxes of any size
 * (a thin y is usual here). Entries are sorted into cells at least one cutoff wide by a counting
 * sort that keeps their order; an atom's neighbours are then in the 27 cells around it. Images are
 * stored relative to the unwrapped coordinates: n_j - n_i of the wraps plus the ghost's. */
#include "atomistic/analysis/neighbors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The same reach as forces allow. Beyond a million boxes, positions have lost the digits that a
 * strain needs, and numbers of boxes would not fit. */
static const double boxes_max = 1e6, free_max_angstrom = 1e9;
/* Sizes that are always allowed, and those per atom for large samples: what is above comes from a
 * box in other units or a cutoff gone astray. */
static const double entries_always = 1e7, entries_per_atom = 30.0;
static const int64_t pairs_always = 100000000, pairs_per_atom = 400;

typedef struct {
  double x[3];
  int atom;
  int image[3]; /* x = unwrapped x[atom] + image * length */
} Entry;

typedef struct {
  Entry *entries; /* first the atoms in order, then the ghosts; later sorted by cell */
  int count, capacity;
  double lo[3], edge[3];
  int cells[3];
  int *first; /* [cells + 1] */
} Grid;

static GbStatus append(Grid *grid, const Entry *entry)
{
  if (grid->count == grid->capacity) {
    int capacity = grid->capacity + grid->capacity / 2 + 64;
    Entry *larger = realloc(grid->entries, (size_t)capacity * sizeof(Entry));
    if (!larger) GB_FAIL(GB_ERR_MEMORY, "no memory for %d neighbour-search entries", capacity);
    grid->entries = larger;
    grid->capacity = capacity;
  }
  grid->entries[grid->count++] = *entry;
  return GB_OK;
}

static GbStatus check_positions(const GbAtoms *atoms)
{
  for (int d = 0; d < 3; d++) {
    const double length = atoms->length[d];
    const double limit = atoms->periodic[d] ? boxes_max * length : free_max_angstrom;
    if (atoms->periodic[d] && !(length > 0.0 && isfinite(length)))
      GB_FAIL(GB_ERR_INPUT, "axis %c is periodic: expected a finite positive box edge, found %g",
              "xyz"[d], length);
    for (int i = 0; i < atoms->n; i++)
      if (!(fabs(atoms->x[i][d] - atoms->lo[d]) <= limit)) /* true for NaN */
        GB_FAIL(GB_ERR_INPUT,
                "atom %lld: expected a position within %g angstrom of the box along %c, found %g",
                (long long)atoms->id[i], limit, "xyz"[d], atoms -> x[i][d]);
  }
  return GB_OK;
}

/* An upper estimate, for atoms spread evenly, before anything is allocated. */
static GbStatus check_images(const GbAtoms *atoms, double cutoff)
{
  double entries = atoms->n;
  for (int d = 0; d < 3; d++)
    if (atoms->periodic[d]) entries *= 1.0 + 2.0 * cutoff / atoms->length[d];
  if (!(entries <= fmin(fmax(entries_always, entries_per_atom * atoms->n), 1e9)))
    GB_FAIL(GB_ERR_INPUT,
            "the cutoff of %g angstrom spans too many boxes of %g x %g x %g angstrom: %.3g images "
            "of %d atoms (are the box and the positions in angstrom?)",
            cutoff, atoms->length[0], atoms->length[1], atoms->length[2], entries, atoms->n);
  return GB_OK;
}

static GbStatus check_pairs(double cutoff, int n, int64_t pairs)
{
  if (pairs <= pairs_always || pairs <= pairs_per_atom * n) return GB_OK;
  GB_FAIL(GB_ERR_INPUT,
          "%lld neighbours of %d atoms within the cutoff of %g angstrom: expected at most %lld for "
          "each (is the box in angstrom?)",
          (long long)pairs, n, cutoff, (long long)pairs_per_atom);
}

static GbStatus add_wrapped(const GbAtoms *atoms, Grid *grid)
{
  for (int i = 0; i < atoms->n; i++) {
    Entry entry = {.atom = i};
    for (int d = 0; d < 3; d++) {
      double x = atoms->x[i][d];
      if (atoms->periodic[d]) entry.image[d] = -(int)floor((x - atoms->lo[d]) / atoms->length[d]);
      entry.x[d] = x + entry.image[d] * atoms->length[d];
    }
    GB_CALL(append(grid, &entry));
  }
  return GB_OK;
}

/* Images along axis d of everything entered so far, corners included since axes follow each other.
 */
static GbStatus add_images(const GbAtoms *atoms, double cutoff, int d, Grid *grid)
{
  double length = atoms->length[d], lo = atoms->lo[d] - cutoff, hi = atoms->lo[d] + length + cutoff;
  int reach = (int)ceil(cutoff / length), before = grid->count;
  for (int k = 0; k < before; k++) {
    for (int shift = -reach; shift <= reach; shift++) {
      Entry entry = grid->entries[k];
      entry.x[d] += shift * length;
      entry.image[d] += shift;
      if (shift == 0 || entry.x[d] < lo || entry.x[d] > hi) continue;
      GB_CALL(append(grid, &entry));
    }
  }
  return GB_OK;
}

static int cell_of(const Grid *grid, const double x[3], int cell[3])
{
  for (int d = 0; d < 3; d++) {
    int c = (int)((x[d] - grid->lo[d]) / grid->edge[d]);
    cell[d] = c < 0 ? 0 : c >= grid->cells[d] ? grid->cells[d] - 1 : c;
  }
  return (cell[0] * grid->cells[1] + cell[1]) * grid->cells[2] + cell[2];
}

static void choose_cells(double cutoff, Grid *grid)
{
  double hi[3];
  for (int d = 0; d < 3; d++)
    grid->lo[d] = hi[d] = grid->count ? grid->entries[0].x[d] : 0.0;
  for (int k = 0; k < grid->count; k++) {
    for (int d = 0; d < 3; d++) {
      grid->lo[d] = fmin(grid->lo[d], grid->entries[k].x[d]);
      hi[d] = fmax(hi[d], grid->entries[k].x[d]);
    }
  }
  for (int d = 0; d < 3; d++)
    grid->cells[d] = (int)fmin(fmax((hi[d] - grid->lo[d]) / cutoff, 1.0), 1e4);
  /* A few far-apart atoms must not cost memory for the empty volume between them. */
  while ((double)grid->cells[0] * grid->cells[1] * grid->cells[2] > 4.0 * grid->count + 64.0) {
    int longest = 0;
    for (int d = 1; d < 3; d++)
      longest = grid->cells[d] > grid->cells[longest] ? d : longest;
    grid->cells[longest] = (grid->cells[longest] + 1) / 2;
  }
  for (int d = 0; d < 3; d++)
    grid->edge[d] = fmax((hi[d] - grid->lo[d]) / grid->cells[d], cutoff);
}

static GbStatus sort_into_cells(Grid *grid)
{
  int ncells = grid->cells[0] * grid->cells[1] * grid->cells[2], cell[3];
  Entry *sorted;
  GB_CALLOC(grid->first, (size_t)ncells + 2);
  GB_CALLOC(sorted, grid->count);
  for (int k = 0; k < grid->count; k++)
    grid->first[cell_of(grid, grid->entries[k].x, cell) + 2]++;
  for (int c = 1; c <= ncells; c++)
    grid->first[c + 1] += grid->first[c];
  /* first[c + 1] now counts up from the start of cell c and ends at its end. */
  for (int k = 0; k < grid->count; k++)
    sorted[grid->first[cell_of(grid, grid->entries[k].x, cell) + 1]++] = grid->entries[k];
  free(grid->entries);
  grid->entries = sorted;
  return GB_OK;
}

/* Visits the neighbours of `self`; counts them, and stores them from entry `at` on if out != NULL.
 */
static int visit(const Grid *grid, double cutoff, const Entry *self, GbNeighbors *out, int64_t at)
{
  int here[3], found = 0;
  cell_of(grid, self->x, here);
  for (int box = 0; box < 27; box++) {
    int c[3] = {here[0] + box / 9 - 1, here[1] + box / 3 % 3 - 1, here[2] + box % 3 - 1};
    bool inside = true;
    for (int d = 0; d < 3; d++)
      inside = inside && c[d] >= 0 && c[d] < grid->cells[d];
    if (!inside) continue;
    int cell = (c[0] * grid->cells[1] + c[1]) * grid->cells[2] + c[2];
    for (int k = grid->first[cell]; k < grid->first[cell + 1]; k++) {
      const Entry *other = &grid->entries[k];
      double r[3] = {other->x[0] - self->x[0], other->x[1] - self->x[1], other->x[2] - self->x[2]};
      if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] > cutoff * cutoff) continue;
      bool same =
          other->atom == self->atom && !memcmp(other->image, self->image, sizeof self->image);
      if (same) continue;
      if (out) {
        out->atom[at + found] = other->atom;
        for (int d = 0; d < 3; d++)
          out->image[at + found][d] = other->image[d] - self->image[d];
      }
      found++;
    }
  }
  return found;
}

static GbStatus fill(const Grid *grid, const Entry *atoms, double cutoff, GbNeighbors *list)
{
  int n = list->n;
  GB_CALLOC(list->start, (size_t)n + 1);
#pragma omp parallel for schedule(static)
  for (int i = 0; i < n; i++)
    list->start[i + 1] = visit(grid, cutoff, &atoms[i], NULL, 0);
  for (int i = 0; i < n; i++)
    list->start[i + 1] += list->start[i];
  GB_CALL(check_pairs(cutoff, n, list->start[n]));
  GB_CALLOC(list->atom, list->start[n]);
  GB_CALLOC(list->image, list->start[n]);
#pragma omp parallel for schedule(static)
  for (int i = 0; i < n; i++)
    visit(grid, cutoff, &atoms[i], list, list->start[i]);
  return GB_OK;
}

static GbStatus build(const GbAtoms *atoms, double cutoff, Grid *grid, Entry **wrapped,
                      GbNeighbors *list)
{
  GB_CALL(add_wrapped(atoms, grid));
  GB_CALLOC(*wrapped, atoms->n);
  if (atoms->n) memcpy(*wrapped, grid->entries, (size_t)atoms->n * sizeof(Entry));
  for (int d = 0; d < 3; d++) {
    if (atoms->periodic[d]) GB_CALL(add_images(atoms, cutoff, d, grid));
  }
  choose_cells(cutoff, grid);
  GB_CALL(sort_into_cells(grid));
  return fill(grid, *wrapped, cutoff, list);
}

GbStatus GbNeighborsBuild(const GbAtoms *atoms, double cutoff, GbNeighbors *neighbors)
{
  Grid grid = {0};
  Entry *wrapped = NULL;
  memset(neighbors, 0, sizeof *neighbors);
  if (!(cutoff > 0.0 && isfinite(cutoff)))
    GB_FAIL(GB_ERR_ARG, "neighbour cutoff must be positive and finite, found %g", cutoff);
  GB_CALL(check_positions(atoms));
  GB_CALL(check_images(atoms, cutoff));
  neighbors->n = atoms->n;
  GbStatus status = build(atoms, cutoff, &grid, &wrapped, neighbors);
  free(wrapped);
  free(grid.entries);
  free(grid.first);
  if (status != GB_OK) GbNeighborsFree(neighbors);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

void GbNeighborsFree(GbNeighbors *neighbors)
{
  free(neighbors->start);
  free(neighbors->atom);
  free(neighbors->image);
  memset(neighbors, 0, sizeof *neighbors);
}
