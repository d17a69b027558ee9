/* Entries sorted by cell (Allen, Tildesley, Computer Simulation of Liquids, 2nd ed., sect. 5.3).
 *
 * Cells lie on a grid that depends on the box alone, and within a cell entries are sorted by id:
 * the order in which an atom meets its neighbours is the same on any number of ranks. Cells of one
 * row along x and of one type stand together, so a search reads few long runs. */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MAX 4e7
#define CELL_EDGE 0.5 /* measured: best of 0.33, 0.4, 0.5, 0.67 */

/* Edges are CELL_EDGE times the reach, or larger where the box is too empty for so many cells. */
static void choose_grid(GbCells *cells, const GbAtoms *own, double reach)
{
  for (double target = reach * CELL_EDGE;; target *= 1.25) {
    double total = 1.0;
    for (int d = 0; d < 3; d++) {
      double count = own->periodic[d] ? fmax(1.0, floor(own->length[d] / target)) : 1.0;
      cells->edge[d] = own->periodic[d] ? own->length[d] / count : target;
      cells->origin[d] = own->periodic[d] ? own->lo[d] : 0.0;
      total *= fmax(1.0, own->length[d] / cells->edge[d]) + 6.0;
    }
    if (total <= CELLS_MAX) return;
  }
}

static int cell_of(const GbCells *cells, double x, int d)
{
  int cell = (int)floor((x - cells->origin[d]) / cells->edge[d]) - cells->first[d];
  return cell < 0 ? 0 : cell >= cells->cells[d] ? cells->cells[d] - 1 : cell;
}

/* The window of cells between the outermost entries. */
static GbStatus choose_window(GbEam *eam, double (*x)[3])
{
  GbCells *cells = &eam->cells;
  double total = 1.0;
  for (int d = 0; d < 3; d++) {
    double lo = INFINITY, hi = -INFINITY;
    for (int e = 0; e < eam->nentries; e++) {
      lo = fmin(lo, x[e][d]);
      hi = fmax(hi, x[e][d]);
    }
    if (eam->nentries == 0) lo = hi = 0.0;
    if (!(hi - lo < 0.75 * 4294967296.0 * eam->unit))
      GB_FAIL(GB_ERR_NUMERIC, "atoms lie %g angstrom apart along %c, which is more than expected",
              hi - lo, 'x' + d);
    cells->first[d] = (int)floor((lo - cells->origin[d]) / cells->edge[d]);
    cells->cells[d] = (int)floor((hi - cells->origin[d]) / cells->edge[d]) - cells->first[d] + 1;
    total *= cells->cells[d];
    cells->far[d] = (int32_t)((int64_t)llround(0.5 * (lo + hi) / eam->unit) + ((int64_t)1 << 31));
  }
  if (total >= 8.0 * CELLS_MAX) GB_FAIL(GB_ERR_NUMERIC, "atoms are spread too far apart");
  return GB_OK;
}

static int64_t key_of(const GbCells *c, const double x[3])
{
  return ((int64_t)cell_of(c, x[2], 2) * c->cells[1] + cell_of(c, x[1], 1)) * c->cells[0] +
         cell_of(c, x[0], 0);
}

static bool comes_before(const GbEam *eam, uint32_t e, uint32_t f)
{
  if (eam->id[e] != eam->id[f]) return eam->id[e] < eam->id[f];
  return memcmp(eam->raw[e], eam->raw[f], sizeof eam->raw[e]) < 0; /* two images of one atom */
}

/* Sorts the few entries of each cell. */
static void sort_within_cells(GbEam *eam, int64_t keys)
{
  uint32_t *entry = eam->cells.entry;
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int64_t k = 0; k < keys; k++)
    for (int64_t i = eam->cells.start[k] + 1; i < eam->cells.start[k + 1]; i++) {
      uint32_t e = entry[i];
      int64_t j = i;
      for (; j > eam->cells.start[k] && comes_before(eam, e, entry[j - 1]); j--)
        entry[j] = entry[j - 1];
      entry[j] = e;
    }
}

static GbStatus reserve(GbEam *eam, int64_t keys)
{
  GbCells *cells = &eam->cells;
  if (keys + 1 > cells->start_capacity) {
    free(cells->start);
    cells->start = NULL;
    cells->start_capacity = 0;
    GB_CALLOC(cells->start, keys + keys / 8 + 1);
    cells->start_capacity = keys + keys / 8 + 1;
  }
  if (eam->nentries + GB_EAM_LANES_MAX <= cells->capacity) return GB_OK;
  for (int d = 0; d < 3; d++) {
    free(cells->column[d]);
    cells->column[d] = NULL;
  }
  free(cells->entry);
  free(cells->key);
  cells->entry = NULL;
  cells->key = NULL;
  cells->capacity = 0;
  int capacity = eam->nentries + eam->nentries / 8 + GB_EAM_LANES_MAX;
  for (int d = 0; d < 3; d++)
    GB_CALLOC(cells->column[d], capacity);
  GB_CALLOC(cells->entry, capacity);
  GB_CALLOC(cells->key, capacity);
  cells->capacity = capacity;
  return GB_OK;
}

/* Counting sort by key. */
static void sort_by_key(GbEam *eam, double (*x)[3], int64_t keys)
{
  GbCells *cells = &eam->cells;
  int64_t sum = 0;
  memset(cells->start, 0, (size_t)(keys + 1) * sizeof *cells->start);
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int e = 0; e < eam->nentries; e++)
    cells->key[e] = key_of(cells, x[e]);
  for (int e = 0; e < eam->nentries; e++)
    cells->start[cells->key[e]]++;
  for (int64_t k = 0; k <= keys; k++) {
    int64_t count = cells->start[k];
    cells->start[k] = sum;
    sum += count;
  }
  for (int e = 0; e < eam->nentries; e++)
    cells->entry[cells->start[cells->key[e]]++] = (uint32_t)e;
  for (int64_t k = keys; k > 0; k--) /* each start was moved on to the next one's */
    cells->start[k] = cells->start[k - 1];
  cells->start[0] = 0;
}

GbStatus GbEamSortCells(GbEam *eam, const GbAtoms *own, double (*x)[3], double reach)
{
  GbCells *cells = &eam->cells;
  choose_grid(cells, own, reach);
  GB_CALL(choose_window(eam, x));
  int64_t keys = (int64_t)cells->cells[2] * cells->cells[1] * cells->cells[0];
  GB_CALL(reserve(eam, keys));
  sort_by_key(eam, x, keys);
  sort_within_cells(eam, keys);
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int k = 0; k < eam->nentries; k++) {
    uint32_t e = cells->entry[k];
    for (int d = 0; d < 3; d++)
      cells->column[d][k] = eam->raw[e][d];
    cells->entry[k] = e | (uint32_t)eam->type[e] << GB_TAG_TYPE;
  }
  return GB_OK;
}

GbStatus GbStencilCreate(const GbCells *cells, double cut, GbStencil *stencil)
{
  int ny = (int)(cut / cells->edge[1]) + 1, nz = (int)(cut / cells->edge[2]) + 1;
  if ((2 * ny + 1) * (2 * nz + 1) > stencil->capacity) {
    free(stencil->rows);
    stencil->rows = NULL;
    stencil->capacity = 0;
    GB_CALLOC(stencil->rows, (2 * ny + 1) * (2 * nz + 1));
    stencil->capacity = (2 * ny + 1) * (2 * nz + 1);
  }
  stencil->count = 0;
  for (int dz = -nz; dz <= nz; dz++)
    for (int dy = -ny; dy <= ny; dy++) {
      double gy = fmax(0.0, abs(dy) - 1) * cells->edge[1];
      double gz = fmax(0.0, abs(dz) - 1) * cells->edge[2];
      double rest = cut * cut - gy * gy - gz * gz;
      if (rest < 0.0) continue;
      int reach = (int)(sqrt(rest) / cells->edge[0]) + 1;
      stencil->rows[stencil->count++] = (GbStencilRow){dy, dz, reach};
    }
  return GB_OK;
}

void GbCellsFree(GbCells *cells)
{
  for (int d = 0; d < 3; d++)
    free(cells->column[d]);
  free(cells->start);
  free(cells->entry);
  free(cells->key);
  *cells = (GbCells){0};
}
