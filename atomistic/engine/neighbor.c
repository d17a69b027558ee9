/* Neighbour lists by cell binning (Verlet lists with a skin; Allen, Tildesley, Computer Simulation
 * of Liquids, 2nd ed., sect. 5.3).
 *
 * A list stays valid while no pair outside it can have come within a cutoff. Under an affine change
 * of the box with factors s_d, a pair further than c + skin at the build is now further than
 * min(s_d) (c + skin) - 2 u, with u the largest displacement of an atom relative to the affine
 * motion; the list is stale when that falls below c. */
#include "atomistic/engine/neighbor.h"

#include "atomistic/engine/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_STRIDE = 64, MAX_IMAGES = 1000 };

/* What a build needs, kept from one build to the next. */
struct GbNeighborWork {
  double origin[3], edge[3]; /* cells cover origin + [0, cells * edge] */
  int cells[3];
  int64_t ncells;
  int64_t *start; /* [ncells * ntypes + 1] first entry of (cell row, type, cell) */
  int64_t start_capacity;
  int atom_capacity, entry_capacity, share_capacity;
  int64_t list_capacity;
  double *column[3]; /* [nentries + lanes] positions of the entries, coordinate by coordinate */
  int *wrap;         /* [n][3] box of the atom: x - wrap * length lies in the box */
  int nraw;          /* entries in order of making */
  int raw_capacity;
  int *raw_source;
  int (*raw_image)[3];
  int64_t *raw_key;
};

static double reach_of(const GbNeighbor *neighbor)
{
  double reach = 0.0;
  for (int a = 0; a < neighbor->ntypes; a++)
    for (int b = 0; b < neighbor->ntypes; b++)
      reach = fmax(reach, neighbor->cutoff[a][b]);
  return reach + neighbor->skin;
}

void GbNeighborFree(GbNeighbor *neighbor)
{
  free(neighbor->source);
  free(neighbor->type);
  free(neighbor->image);
  free(neighbor->x);
  free(neighbor->entry);
  free(neighbor->site_of_atom);
  free(neighbor->list);
  free(neighbor->end);
  free(neighbor->near_start);
  free(neighbor->built_x);
  struct GbNeighborWork *work = neighbor->work;
  if (work) {
    free(work->start);
    for (int d = 0; d < 3; d++)
      free(work->column[d]);
    free(work->wrap);
    free(work->raw_source);
    free(work->raw_image);
    free(work->raw_key);
    free(work);
  }
  *neighbor = (GbNeighbor){0};
}

/* --- Staleness ----------------------------------------------------------------------------------
 */

bool GbNeighborIsStale(const GbNeighbor *neighbor, const GbAtoms *atoms)
{
  if (neighbor->n == 0 || neighbor->n != atoms->n) return true;
  double scale[3], shift[3], least = 1.0;
  for (int d = 0; d < 3; d++) {
    scale[d] = atoms->periodic[d] ? atoms->length[d] / neighbor->built_length[d] : 1.0;
    shift[d] = atoms->periodic[d] ? atoms->lo[d] - scale[d] * neighbor->built_lo[d] : 0.0;
    least = fmin(least, scale[d]);
  }
  double slack = neighbor->skin - (1.0 - least) * reach_of(neighbor);
  if (slack <= 0.0) return true;
  double limit = 0.25 * slack * slack;
  int moved = 0;
#pragma omp parallel for schedule(static) reduction(| : moved) if (atoms->n > GB_MANY_ATOMS)
  for (int i = 0; i < atoms->n; i++) {
    double u2 = 0.0;
    for (int d = 0; d < 3; d++) {
      double u = atoms->x[i][d] - (shift[d] + scale[d] * neighbor->built_x[i][d]);
      u2 += u * u;
    }
    moved |= !(u2 <= limit); /* also true for NaN */
  }
  return moved;
}

/* --- Entries ------------------------------------------------------------------------------------
 */

static GbStatus resize(void **array, int64_t n, size_t size)
{
  free(*array);
  *array = NULL;
  return GbCalloc(array, (size_t)n, size);
}

static GbStatus reserve_atoms(GbNeighbor *neighbor, int n)
{
  struct GbNeighborWork *work = neighbor->work;
  if (n <= work->atom_capacity) return GB_OK;
  GB_CALL(resize((void **)&neighbor->entry, n, sizeof(int)));
  GB_CALL(resize((void **)&neighbor->site_of_atom, n, sizeof(int)));
  GB_CALL(resize((void **)&neighbor->built_x, n, sizeof *neighbor->built_x));
  GB_CALL(resize((void **)&work->wrap, 3 * (int64_t)n, sizeof(int)));
  work->atom_capacity = n;
  return GB_OK;
}

static GbStatus reserve_raw(struct GbNeighborWork *work)
{
  if (work->nraw < work->raw_capacity) return GB_OK;
  int capacity = 2 * work->raw_capacity + 1024;
  int *source = realloc(work->raw_source, (size_t)capacity * sizeof *source);
  if (source) work->raw_source = source;
  int(*image)[3] = realloc(work->raw_image, (size_t)capacity * sizeof *image);
  if (image) work->raw_image = image;
  int64_t *key = realloc(work->raw_key, (size_t)capacity * sizeof *key);
  if (key) work->raw_key = key;
  if (!source || !image || !key)
    GB_FAIL(GB_ERR_MEMORY, "cannot allocate %d periodic images", capacity);
  work->raw_capacity = capacity;
  return GB_OK;
}

/* Puts every atom into the box and finds the region that the entries cover. */
static GbStatus wrap_atoms(GbNeighbor *neighbor, const GbAtoms *atoms, double reach)
{
  struct GbNeighborWork *work = neighbor->work;
  double lo[3], hi[3];
  for (int d = 0; d < 3; d++) {
    lo[d] = INFINITY;
    hi[d] = -INFINITY;
  }
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++) {
      double x = atoms->x[i][d];
      if (!isfinite(x) || fabs(x) > 1e9)
        GB_FAIL(GB_ERR_NUMERIC, "atom %lld is lost: position %g %g %g", (long long)atoms->id[i],
                atoms->x[i][0], atoms->x[i][1], atoms->x[i][2]);
      double boxes = atoms->periodic[d] ? floor((x - atoms->lo[d]) / atoms->length[d]) : 0.0;
      if (fabs(boxes) > 1e6)
        GB_FAIL(GB_ERR_NUMERIC, "atom %lld is %g boxes away along axis %c", (long long)atoms->id[i],
                boxes, 'x' + d);
      work->wrap[3 * i + d] = (int)boxes;
      lo[d] = fmin(lo[d], x);
      hi[d] = fmax(hi[d], x);
    }
  for (int d = 0; d < 3; d++) {
    if (atoms->periodic[d]) {
      lo[d] = atoms->lo[d] - reach;
      hi[d] = atoms->lo[d] + atoms->length[d] + reach;
    }
    work->origin[d] = lo[d];
    work->edge[d] = hi[d] - lo[d]; /* of the whole region, until choose_cells */
  }
  return GB_OK;
}

/* Cells of about two thirds of the reach (measured: the best size), but no more of them than a few
 * per atom (few atoms may lie far apart). */
static void choose_cells(struct GbNeighborWork *work, double reach, int n)
{
  double extent[3], edge = reach / 1.5;
  memcpy(extent, work->edge, sizeof extent);
  for (;; edge *= 1.25) {
    double total = 1.0;
    for (int d = 0; d < 3; d++) {
      work->cells[d] = (int)fmax(1.0, fmin(extent[d] / edge, 1e6));
      work->edge[d] = fmax(extent[d] / work->cells[d], 1e-3);
      total *= work->cells[d];
    }
    work->ncells = (int64_t)total;
    if (total <= 10000.0 + 8.0 * n) return;
  }
}

static int cell_of(const struct GbNeighborWork *work, double x, int d)
{
  int cell = (int)floor((x - work->origin[d]) / work->edge[d]);
  return cell < 0 ? 0 : cell >= work->cells[d] ? work->cells[d] - 1 : cell;
}

static double image_position(const GbAtoms *atoms, int i, int d, int image)
{
  return atoms->x[i][d] + image * atoms->length[d];
}

static GbStatus add_images(GbNeighbor *neighbor, const GbAtoms *atoms, int i, const int low[3],
                           const int high[3])
{
  struct GbNeighborWork *work = neighbor->work;
  for (int z = low[2]; z <= high[2]; z++)
    for (int y = low[1]; y <= high[1]; y++)
      for (int x = low[0]; x <= high[0]; x++) {
        GB_CALL(reserve_raw(work));
        const int image[3] = {x, y, z};
        int cell[3];
        for (int d = 0; d < 3; d++) {
          work->raw_image[work->nraw][d] = image[d];
          cell[d] = cell_of(work, image_position(atoms, i, d, image[d]), d);
        }
        int64_t row = (int64_t)cell[2] * work->cells[1] + cell[1];
        work->raw_key[work->nraw] =
            (row * neighbor->ntypes + atoms->type[i]) * work->cells[0] + cell[0];
        work->raw_source[work->nraw++] = i;
      }
  return GB_OK;
}

/* All images whose position lies in the region. */
static GbStatus make_entries(GbNeighbor *neighbor, const GbAtoms *atoms, double reach)
{
  struct GbNeighborWork *work = neighbor->work;
  work->nraw = 0;
  for (int d = 0; d < 3; d++)
    if (atoms->periodic[d] && !(reach / atoms->length[d] < MAX_IMAGES))
      GB_FAIL(GB_ERR_NUMERIC, "the box is only %g angstrom long along axis %c", atoms->length[d],
              'x' + d);
  for (int i = 0; i < atoms->n; i++) {
    int low[3], high[3];
    for (int d = 0; d < 3; d++) {
      low[d] = high[d] = -work->wrap[3 * i + d];
      if (!atoms->periodic[d]) continue;
      double lo = atoms->lo[d] - reach, hi = atoms->lo[d] + atoms->length[d] + reach;
      while (image_position(atoms, i, d, low[d] - 1) >= lo)
        low[d]--;
      while (image_position(atoms, i, d, high[d] + 1) <= hi)
        high[d]++;
    }
    GB_CALL(add_images(neighbor, atoms, i, low, high));
  }
  return GB_OK;
}

static GbStatus reserve_entries(GbNeighbor *neighbor)
{
  struct GbNeighborWork *work = neighbor->work;
  int64_t keys = work->ncells * neighbor->ntypes + 1;
  if (keys > work->start_capacity) {
    GB_CALL(resize((void **)&work->start, keys, sizeof *work->start));
    work->start_capacity = keys;
  }
  if (work->nraw <= work->entry_capacity) return GB_OK;
  int64_t capacity = work->nraw + work->nraw / 8 + 1;
  GB_CALL(resize((void **)&neighbor->source, capacity, sizeof(int)));
  GB_CALL(resize((void **)&neighbor->type, capacity, sizeof(int)));
  GB_CALL(resize((void **)&neighbor->image, capacity, sizeof *neighbor->image));
  GB_CALL(resize((void **)&neighbor->x, capacity + 1, sizeof *neighbor->x));
  for (int d = 0; d < 3; d++)
    GB_CALL(resize((void **)&work->column[d], capacity + GB_LANES, sizeof(double)));
  work->entry_capacity = (int)capacity;
  return GB_OK;
}

/* Counting sort by key; stable, so the order depends only on the positions. */
static GbStatus sort_entries(GbNeighbor *neighbor, const GbAtoms *atoms)
{
  struct GbNeighborWork *work = neighbor->work;
  GB_CALL(reserve_entries(neighbor));
  int64_t keys = work->ncells * neighbor->ntypes, sum = 0;
  memset(work->start, 0, (size_t)(keys + 1) * sizeof *work->start);
  for (int e = 0; e < work->nraw; e++)
    work->start[work->raw_key[e]]++;
  for (int64_t k = 0; k <= keys; k++) {
    int64_t count = work->start[k];
    work->start[k] = sum;
    sum += count;
  }
  for (int e = 0; e < work->nraw; e++) {
    int64_t place = work->start[work->raw_key[e]]++;
    neighbor->source[place] = work->raw_source[e];
    neighbor->type[place] = atoms->type[work->raw_source[e]];
    memcpy(neighbor->image[place], work->raw_image[e], sizeof work->raw_image[e]);
  }
  for (int64_t k = keys; k > 0; k--) /* each start was moved on to the next one's */
    work->start[k] = work->start[k - 1];
  work->start[0] = 0;
  neighbor->nentries = work->nraw;
  int site = 0;
  for (int e = 0; e < neighbor->nentries; e++) {
    int i = neighbor->source[e];
    const int *image = neighbor->image[e], *wrap = &work->wrap[3 * i];
    if (image[0] != -wrap[0] || image[1] != -wrap[1] || image[2] != -wrap[2]) continue;
    neighbor->site_of_atom[i] = site;
    neighbor->entry[site++] = e;
  }
  return GB_OK;
}

void GbNeighborUpdate(GbNeighbor *neighbor, const GbAtoms *atoms)
{
#pragma omp parallel for schedule(static) if (neighbor->nentries > GB_MANY_ATOMS)
  for (int e = 0; e < neighbor->nentries; e++) {
    int i = neighbor->source[e];
    for (int d = 0; d < 3; d++)
      neighbor->x[e][d] = image_position(atoms, i, d, neighbor->image[e][d]);
  }
  for (int d = 0; d < 3; d++)
    neighbor->x[neighbor->nentries][d] = 1e12;
}

/* --- Rows ---------------------------------------------------------------------------------------
 */

typedef struct {
  int count; /* may exceed the room, then the row must be built again */
  int near;
} RowSize;

/* Appends the entries of [from, to) within the cutoff of entry `self`. Branch-free, as about half
 * of them are; once the row is full only the count goes on. */
static RowSize scan_range(const GbNeighbor *neighbor, int self, int64_t from, int64_t to,
                          double cut2, double near2, int *row, RowSize size)
{
  const struct GbNeighborWork *work = neighbor->work;
  const double *xi = neighbor->x[self];
  const GbV4 x = gb_splat(xi[0]), y = gb_splat(xi[1]), z = gb_splat(xi[2]);
  const int last = neighbor->stride - GB_LANES;
  for (int64_t e = from; e < to; e += GB_LANES) {
    const GbI4 index = {e, e + 1, e + 2, e + 3};
    GbV4 dx = gb_load4(work->column[0] + e) - x;
    GbV4 dy = gb_load4(work->column[1] + e) - y;
    GbV4 dz = gb_load4(work->column[2] + e) - z;
    GbV4 d2 = dx * dx + dy * dy + dz * dz;
    GbI4 take = (d2 < cut2) & (index < to) & (index != self);
    int place = size.count < last ? size.count : last;
    size.count += gb_compress(row + place, __builtin_convertvector(index, GbS4), take);
    size.near += gb_count(take & (d2 < near2));
  }
  return size;
}

/* Distance from x to the cell's interval along axis d. */
static double gap(const struct GbNeighborWork *work, double x, int cell, int d)
{
  double lo = work->origin[d] + cell * work->edge[d];
  return fmax(0.0, fmax(lo - x, x - (lo + work->edge[d])));
}

static RowSize scan_type(const GbNeighbor *neighbor, int self, int b, int *row, RowSize size)
{
  const struct GbNeighborWork *work = neighbor->work;
  const double *x = neighbor->x[self];
  int a = neighbor->type[self];
  double cut = neighbor->cutoff[a][b] + neighbor->skin,
         near = neighbor->near[a][b] + neighbor->skin;
  double cut2 = cut * cut, near2 = near * near;
  int y0 = cell_of(work, x[1] - cut, 1), y1 = cell_of(work, x[1] + cut, 1);
  int z0 = cell_of(work, x[2] - cut, 2), z1 = cell_of(work, x[2] + cut, 2);
  for (int z = z0; z <= z1; z++)
    for (int y = y0; y <= y1; y++) {
      double gy = gap(work, x[1], y, 1), gz = gap(work, x[2], z, 2);
      double rest = cut2 - gy * gy - gz * gz;
      if (rest < 0.0) continue;
      double half = sqrt(rest);
      int64_t first = (((int64_t)z * work->cells[1] + y) * neighbor->ntypes + b) * work->cells[0];
      int64_t from = work->start[first + cell_of(work, x[0] - half, 0)];
      int64_t to = work->start[first + cell_of(work, x[0] + half, 0) + 1];
      size = scan_range(neighbor, self, from, to, cut2, near2, row, size);
    }
  return size;
}

/* Returns the longest row. */
static int build_rows(GbNeighbor *neighbor)
{
  int longest = 0, ntypes = neighbor->ntypes;
#pragma omp parallel for schedule(dynamic, 64)                                                     \
    reduction(max                                                                                  \
              : longest) if (neighbor->last - neighbor->first > GB_FEW_SITES)
  for (int k = neighbor->first; k < neighbor->last; k++) {
    int64_t r = k - neighbor->first;
    int *row = neighbor->list + r * neighbor->stride, near = 0;
    RowSize size = {0};
    for (int b = 0; b < ntypes; b++) {
      size.near = 0;
      size =
          scan_type(neighbor, neighbor->entry[k], b, neighbor->list + r * neighbor->stride, size);
      for (; size.count % GB_LANES; size.count++) /* kernels read four at a time */
        if (size.count < neighbor->stride) row[size.count] = neighbor->nentries;
      neighbor->end[r * ntypes + b] = size.count;
      near += (size.near + GB_LANES - 1) / GB_LANES * GB_LANES;
    }
    neighbor->near_start[r + 1] = near;
    if (size.count > longest) longest = size.count;
  }
  return longest;
}

static GbStatus reserve_rows(GbNeighbor *neighbor, int stride)
{
  struct GbNeighborWork *work = neighbor->work;
  int share = neighbor->last - neighbor->first;
  if (share > work->share_capacity || !neighbor->near_start) { /* a rank may have no sites */
    GB_CALL(resize((void **)&neighbor->end, (int64_t)share * neighbor->ntypes, sizeof(int)));
    GB_CALL(resize((void **)&neighbor->near_start, share + 1, sizeof *neighbor->near_start));
    work->share_capacity = share;
  }
  neighbor->stride = stride;
  if ((int64_t)share * stride <= work->list_capacity) return GB_OK;
  GB_CALL(resize((void **)&neighbor->list, (int64_t)share * stride, sizeof(int)));
  work->list_capacity = (int64_t)share * stride;
  return GB_OK;
}

static GbStatus fill_rows(GbNeighbor *neighbor)
{
  GB_CALL(reserve_rows(neighbor, neighbor->stride > 0 ? neighbor->stride : FIRST_STRIDE));
  int longest = build_rows(neighbor);
  if (longest > neighbor->stride - GB_LANES) { /* the last places are scratch */
    GB_CALL(reserve_rows(neighbor, longest + longest / 8 + 2 * GB_LANES));
    build_rows(neighbor);
  }
  int share = neighbor->last - neighbor->first;
  neighbor->near_start[0] = 0;
  for (int r = 0; r < share; r++)
    neighbor->near_start[r + 1] += neighbor->near_start[r];
  return GB_OK;
}

GbStatus GbNeighborBuild(GbNeighbor *neighbor, const GbAtoms *atoms, int rank, int size, int block)
{
  neighbor->n = 0;
  if (!neighbor->work) GB_CALLOC(neighbor->work, 1);
  double reach = reach_of(neighbor);
  GB_CALL(reserve_atoms(neighbor, atoms->n));
  GB_CALL(wrap_atoms(neighbor, atoms, reach));
  choose_cells(neighbor->work, reach, atoms->n);
  GB_CALL(make_entries(neighbor, atoms, reach));
  GB_CALL(sort_entries(neighbor, atoms));
  GbNeighborUpdate(neighbor, atoms);
  for (int e = 0; e < neighbor->nentries; e++)
    for (int d = 0; d < 3; d++)
      neighbor->work->column[d][e] = neighbor->x[e][d];
  int64_t blocks = (atoms->n + block - 1) / block;
  int64_t first = blocks * rank / size * block, last = blocks * (rank + 1) / size * block;
  neighbor->first = (int)(first < atoms->n ? first : atoms->n);
  neighbor->last = (int)(last < atoms->n ? last : atoms->n);
  GB_CALL(fill_rows(neighbor));
  memcpy(neighbor->built_x, atoms->x, (size_t)atoms->n * sizeof *atoms->x);
  memcpy(neighbor->built_lo, atoms->lo, sizeof atoms->lo);
  memcpy(neighbor->built_length, atoms->length, sizeof atoms->length);
  neighbor->n = atoms->n;
  neighbor->builds++;
  return GB_OK;
}
