/* EAM energies and forces with full neighbour lists.
 *
 *   rho_i = sum_j rho_ab(r_ij),   E = sum_i F_a(rho_i) + 1/2 sum_ij phi_ab(r_ij)
 *   f_i = sum_j g_ij d_ij,   g_ij = phi'_ab/r + F'_a(rho_i) rho'_ab/r + F'_b(rho_j) rho'_ba/r,
 *   d_ij = x_j - x_i
 *
 * Pass 1 sums the densities over the near neighbours; F' goes into the fourth number of each entry,
 * so that pass 2, over near and far neighbours, gets it with the position. In double precision
 * rho'/r of every near pair is kept for pass 2; in mixed precision it costs less to compute it
 * again, as samples that matter do not fit into the cache.
 * Full lists compute each pair twice, but need no writes to other atoms: sums run in list order,
 * and results do not depend on threads or ranks.
 *
 * Sources: Daw, Baskes, Phys. Rev. B 29, 6443 (1984); Finnis, Sinclair, Philos. Mag. A 50, 45
 * (1984). */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256, CHUNK = 128, SLACK = 40 /* room to grow: one in so many */ };

/* --- Set-up -------------------------------------------------------------------------------------
 */

static bool same_density(const GbEamTable *one, const GbEamTable *other)
{
  size_t knots = (size_t)one->last + 2;
  return one->end == other->end && one->last == other->last &&
         !memcmp(one->density, other->density, knots * sizeof(GbEamKnot));
}

/* Where the functions of the pair end, and whether one density serves both. */
static GbStatus set_up_pair(GbEam *eam, int a, int b)
{
  const GbPotential *p = eam->potential;
  GB_CALL(GbEamTableCreate(p, a, b, &eam->table[a][b]));
  if (a != b) GB_CALL(GbEamTableCreate(p, b, a, &eam->table[b][a]));
  bool same = same_density(&eam->table[a][b], &eam->table[b][a]);
  eam->symmetric[a][b] = eam->symmetric[b][a] = same;
  eam->all_symmetric = eam->all_symmetric && same;
  double pair = GbPotentialPairCutoff(p, a, b);
  double density = fmax(GbPotentialDensityCutoff(p, a, b), GbPotentialDensityCutoff(p, b, a));
  /* pairs below the polynomials, a quarter of the cutoff, are looked for among the near ones */
  eam->near[a][b] = eam->near[b][a] = fmax(density, 0.3 * pair);
  eam->cutoff[a][b] = eam->cutoff[b][a] = fmax(eam->near[a][b], pair);
  if (a == b || !same) return GB_OK;
  GbEamTableFree(&eam->table[b][a]); /* one copy is kinder to the cache */
  eam->table[b][a] = eam->table[a][b];
  return GB_OK;
}

static GbStatus take_embedding(GbEam *eam, int a)
{
  GbPotentialEmbeddingGrid(eam->potential, &eam->embedding_knots, &eam->embedding_step);
  GB_CALLOC(eam->embedding[a], eam->embedding_knots);
  for (int m = 0; m < eam->embedding_knots; m++) {
    double *knot = eam->embedding[a][m];
    GbPotentialEmbedding(eam->potential, a, m * eam->embedding_step, &knot[0], &knot[1]);
    knot[1] *= eam->embedding_step;
  }
  return GB_OK;
}

GbStatus GbEamCreate(const GbPotential *potential, double skin, double inner_skin,
                     const GbEamPasses *passes, void **kernel)
{
  GbEam *eam = NULL;
  GB_CALL(GbCalloc((void **)&eam, 1, sizeof *eam));
  *kernel = eam;
  eam->potential = potential;
  eam->passes = passes;
  eam->skin = skin;
  eam->inner_skin = inner_skin;
  eam->ntypes = GbPotentialTypes(potential);
  eam->all_symmetric = true;
  for (int a = 0; a < eam->ntypes; a++) {
    GB_CALL(take_embedding(eam, a));
    for (int b = 0; b <= a; b++)
      GB_CALL(set_up_pair(eam, a, b));
  }
  return GB_OK;
}

static void free_atoms(GbEam *eam)
{
  free(eam->rho);
  free(eam->close);
  eam->rho = NULL;
  eam->close = NULL;
  free(eam->found.start);
  free(eam->found.count);
  eam->found.start = NULL;
  eam->found.count = NULL;
  free(eam->kept_start);
  eam->kept_start = NULL;
  free(eam->rows.start);
  free(eam->rows.near);
  free(eam->rows.all);
  eam->rows.start = NULL;
  eam->rows.near = eam->rows.all = NULL;
  eam->atom_capacity = 0;
}

static void free_entries(GbEam *eam)
{
  free(eam->type);
  free(eam->id);
  free(eam->position);
  free(eam->raw);
  free(eam->place);
  eam->type = NULL;
  eam->id = NULL;
  eam->position = NULL;
  eam->raw = NULL;
  eam->place = NULL;
  eam->entry_capacity = 0;
}

void GbEamDestroy(void *kernel)
{
  GbEam *eam = kernel;
  if (!eam) return;
  for (int a = 0; a < eam->ntypes; a++)
    for (int b = 0; b < eam->ntypes; b++) {
      if (b <= a || !eam->symmetric[a][b]) GbEamTableFree(&eam->table[a][b]);
      free(eam->poly[a][b]);
    }
  for (int a = 0; a < eam->ntypes; a++) {
    free(eam->stencil[a].rows);
    free(eam->embedding[a]);
  }
  free_atoms(eam);
  free_entries(eam);
  GbCellsFree(&eam->cells);
  free(eam->found.list);
  free(eam->scratch);
  free(eam->rows.list);
  free(eam->kept);
  free(eam->rows.vector_type);
  free(eam);
}

/* Aligned, not zeroed; frees the old memory. */
static GbStatus renew(void **pointer, int64_t count, size_t size)
{
  free(*pointer);
  *pointer = aligned_alloc(64, ((size_t)count * size + 63) / 64 * 64 + 64);
  if (!*pointer) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %lld numbers", (long long)count);
  return GB_OK;
}

static GbStatus reserve_atoms(GbEam *eam)
{
  if (eam->n > eam->atom_capacity || !eam->rho) {
    int capacity = eam->n + eam->n / 16 + 1;
    free_atoms(eam);
    GB_CALLOC(eam->rho, capacity);
    GB_CALLOC(eam->close, capacity);
    GB_CALLOC(eam->found.start, capacity);
    GB_CALLOC(eam->found.count, capacity);
    GB_CALLOC(eam->kept_start, capacity);
    GB_CALLOC(eam->rows.start, capacity);
    GB_CALLOC(eam->rows.near, capacity);
    GB_CALLOC(eam->rows.all, capacity);
    eam->atom_capacity = capacity;
  }
  if (eam->nentries + 1 <= eam->entry_capacity) return GB_OK;
  int capacity = eam->nentries + eam->nentries / 16 + 1;
  size_t entry = eam->passes->single ? sizeof(GbEntryInt) : sizeof(GbEntryReal);
  free_entries(eam);
  GB_CALLOC(eam->type, capacity);
  GB_CALLOC(eam->id, capacity);
  GB_CALLOC(eam->raw, capacity);
  GB_CALLOC(eam->place, capacity);
  GB_CALL(renew(&eam->position, capacity, entry));
  memset(eam->position, 0, (size_t)capacity * entry);
  eam->entry_capacity = capacity;
  return GB_OK;
}

/* The unit of integer positions decides rounding, so it follows from the box alone. */
static GbStatus choose_unit(GbEam *eam, const GbAtoms *own)
{
  double longest = 0.0, unit = ldexp(1.0, -20);
  for (int d = 0; d < 3; d++)
    longest = fmax(longest, own->length[d]);
  while (longest > 0.5 * 4294967296.0 * unit)
    unit *= 2.0;
  if (unit == eam->unit) return GB_OK;
  eam->unit = unit;
  eam->far_in_top = true;
  if (!eam->passes->single) return GB_OK;
  for (int a = 0; a < eam->ntypes; a++)
    for (int b = 0; b < eam->ntypes; b++) {
      free(eam->poly[a][b]);
      eam->poly[a][b] = NULL;
      GB_CALL(GbEamPolyCreate(eam->potential, a, b, unit, &eam->poly[a][b]));
      double nearest = fmax(0.0, eam->near[a][b] - 0.01) / unit;
      eam->far_in_top = eam->far_in_top && eam->poly[a][b]->top <= nearest * nearest;
    }
  return GB_OK;
}

/* --- Neighbour lists ----------------------------------------------------------------------------
 */

static void take_entries(GbEam *eam, const GbKernelAtoms *atoms)
{
  const GbAtoms *own = atoms->own;
  double per_unit = 1.0 / eam->unit;
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int e = 0; e < eam->nentries; e++) {
    int g = e - eam->n;
    eam->type[e] = g < 0 ? own->type[e] : atoms->ghosts->type[g];
    eam->id[e] = g < 0 ? own->id[e] : atoms->ghosts->id[g];
    for (int d = 0; d < 3; d++) {
      eam->place[e][d] = g < 0 ? gb_image(own->x[e][d], atoms->wrap[e][d], own->length[d])
                               : atoms->ghosts->x[g][d];
      eam->raw[e][d] = (int32_t)(int64_t)llrint(eam->place[e][d] * per_unit);
    }
  }
}

/* Places that a row of `count` neighbours may take, each kind and type filled up. */
static int64_t row_room(const GbEam *eam, int count)
{
  return count + (2 * (int64_t)eam->ntypes + 1) * GB_EAM_LANES_MAX;
}

/* Scratch memory of a thread. */
typedef struct {
  uint32_t *found;     /* what is left of the found entries */
  uint32_t *row;       /* [row_room] in the order of the row, and filled up */
  unsigned char *type; /* [row_room] */
} Scratch;

/* Sorts what was found by kind and type, each filled up with the dummy to whole vectors. Returns
 * the vectors of near neighbours and of all. */
static void arrange(const GbEam *eam, Scratch *s, int count, int *near, int *all)
{
  int lanes = eam->passes->lanes, vectors = 0;
  uint32_t dummy = GB_EAM_STRIDE(eam) * (uint32_t)eam->nentries;
  for (int kind = 0; kind < 2; kind++) {
    for (int b = 0; b < eam->ntypes; b++) {
      uint32_t tag = (uint32_t)b << GB_TAG_TYPE | (kind == 0 ? 0 : GB_TAG_FAR);
      uint32_t *to = s->row + (int64_t)vectors * lanes;
      int n = eam->passes->select(eam, s->found, count, tag, to);
      for (int t = 0; t < lanes; t++)
        to[n + t] = dummy;
      int more = (n + lanes - 1) / lanes;
      memset(s->type + vectors, b, (size_t)more);
      vectors += more;
    }
    *(kind == 0 ? near : all) = vectors;
  }
}

/* Moves the row of atom i into the pool; past the pool's end it is only counted. */
static void append(GbEam *eam, int i, const Scratch *s, int near, int all)
{
  GbRows *rows = &eam->rows;
  int lanes = eam->passes->lanes;
  int64_t start, total = (int64_t)all * lanes;
#pragma omp atomic capture
  {
    start = rows->used;
    rows->used += total;
  }
  if (!eam->passes->single) {
#pragma omp atomic capture
    {
      eam->kept_start[i] = eam->kept_used;
      eam->kept_used += (int64_t)near * lanes;
    }
  }
  rows->start[i] = start;
  rows->near[i] = (uint16_t)near;
  rows->all[i] = (uint16_t)all;
  if (total == 0 || start + total > rows->capacity) return;
  memcpy(rows->list + start, s->row, (size_t)total * sizeof *s->row);
  memcpy(rows->vector_type + start / lanes, s->type, (size_t)all);
}

/* Keeps what was found for atom i; past the pool's end it is only counted. Returns how many, which
 * may be too many for the room. */
static int search_atom(GbEam *eam, int i, const int cell[3], int room, uint32_t *scratch)
{
  GbFound *found = &eam->found;
  int count = eam->passes->search(eam, i, cell, room, scratch);
  if (count > room - GB_EAM_LANES_MAX) return count;
  int64_t start;
#pragma omp atomic capture
  {
    start = found->used;
    found->used += count;
  }
  found->start[i] = start;
  found->count[i] = (uint16_t)count;
  if (count == 0 || start + count > found->capacity) return count;
  memcpy(found->list + start, scratch, (size_t)count * sizeof *scratch);
  return count;
}

/* The cells of one row along x: their own atoms, in the order of the cells. */
static int search_row(GbEam *eam, int64_t row, int room, uint32_t *scratch)
{
  const GbCells *cells = &eam->cells;
  int longest = 0, cell[3] = {0, (int)(row % cells->cells[1]), (int)(row / cells->cells[1])};
  for (; cell[0] < cells->cells[0]; cell[0]++) {
    const int64_t *start = cells->start + row * cells->cells[0] + cell[0];
    for (int64_t k = start[0]; k < start[1]; k++) {
      int entry = (int)(cells->entry[k] & ~GB_TAG_MASK);
      if (entry >= eam->n) continue;
      int count = search_atom(eam, entry, cell, room, scratch);
      longest = count > longest ? count : longest;
    }
  }
  return longest;
}

/* One attempt; returns the longest list. */
static int search_all(GbEam *eam, int room, uint32_t *memory)
{
  int longest = 0;
  int64_t rows = (int64_t)eam->cells.cells[1] * eam->cells.cells[2];
  eam->found.used = 0;
#pragma omp parallel for schedule(dynamic) reduction(max : longest) if (eam->n > GB_FEW_SITES)
  for (int64_t row = 0; row < rows; row++) {
    int count = search_row(eam, row, room, memory + (int64_t)GbThreadNumber() * room);
    longest = count > longest ? count : longest;
  }
  eam->longest = longest;
  return longest;
}

static GbStatus search_neighbors(GbEam *eam)
{
  uint32_t *scratch = NULL;
  GbFound *found = &eam->found;
  GbStatus status = GB_OK;
  for (int room = FIRST_ROOM;;) {
    free(scratch);
    GB_TRY(status,
           GbCalloc((void **)&scratch, (size_t)room * (size_t)GbThreadCount(), sizeof *scratch),
           done);
    int longest = search_all(eam, room, scratch);
    bool fits = longest <= room - GB_EAM_LANES_MAX;
    if (longest > UINT16_MAX - GB_EAM_LANES_MAX) {
      status = GbErrorSet(GB_ERR_NUMERIC, __FILE__, __LINE__, __func__,
                          "an atom has %d neighbours: atoms overlap", longest);
      goto done;
    }
    while (room - GB_EAM_LANES_MAX < longest)
      room *= 2;
    if (fits && found->list && found->used <= found->capacity) {
      memset(found->list + found->used, 0, GB_EAM_LANES_MAX * sizeof *found->list); /* read too */
      break;
    }
    if (found->used <= found->capacity && found->list) continue;
    int64_t capacity = found->used + found->used / SLACK;
    found->capacity = 0;
    GB_TRY(status, renew((void **)&found->list, capacity + GB_EAM_LANES_MAX, sizeof *found->list),
           done);
    found->capacity = capacity;
  }
done:
  free(scratch);
  return status;
}

/* --- Rows ---------------------------------------------------------------------------------------
 */

static void prune_range(GbEam *eam, int first, int last, Scratch *s)
{
  for (int i = first; i < last; i++) {
    int near = 0, all = 0;
    arrange(eam, s, eam->passes->prune(eam, i, s->found), &near, &all);
    append(eam, i, s, near, all);
  }
}

static void prune_all(GbEam *eam, uint32_t *memory, int64_t per_thread)
{
  eam->rows.used = eam->kept_used = 0;
#pragma omp parallel for schedule(dynamic) if (eam->n > GB_FEW_SITES)
  for (int first = 0; first < eam->n; first += CHUNK) {
    Scratch s = {.found = memory + GbThreadNumber() * per_thread};
    s.row = s.found + eam->longest + 2 * GB_EAM_LANES_MAX;
    s.type = (unsigned char *)(s.row + row_room(eam, eam->longest));
    prune_range(eam, first, first + CHUNK < eam->n ? first + CHUNK : eam->n, &s);
  }
}

static GbStatus reserve_pool(GbEam *eam)
{
  GbRows *rows = &eam->rows;
  int64_t capacity = rows->used + rows->used / SLACK + GB_EAM_LANES_MAX;
  rows->capacity = 0;
  GB_CALL(renew((void **)&rows->list, capacity, sizeof *rows->list));
  GB_CALL(renew((void **)&rows->vector_type, capacity / eam->passes->lanes + 1, 1));
  rows->capacity = capacity;
  return GB_OK;
}

/* Memory for pruning, kept from one time to the next. */
static GbStatus reserve_scratch(GbEam *eam)
{
  int64_t room = row_room(eam, eam->longest), types = room / (int64_t)sizeof(uint32_t) + 1;
  int64_t needed = eam->longest + 2 * GB_EAM_LANES_MAX + room + types;
  int threads = GbThreadCount();
  if (needed <= eam->scratch_per_thread && threads <= eam->scratch_threads) return GB_OK;
  eam->scratch_per_thread = 0;
  GB_CALL(renew((void **)&eam->scratch, threads * needed, sizeof *eam->scratch));
  eam->scratch_per_thread = needed;
  eam->scratch_threads = threads;
  return GB_OK;
}

/* Where the search of atoms of type a looks, and how far. */
static GbStatus make_stencils(GbEam *eam)
{
  for (int a = 0; a < eam->ntypes; a++) {
    double reach = 0.0;
    for (int b = 0; b < eam->ntypes; b++) {
      double near = (eam->near[a][b] + eam->skin) / eam->unit;
      double far = (eam->cutoff[a][b] + eam->skin) / eam->unit;
      eam->limits[a].near2[b] = (float)(near * near);
      eam->limits[a].far2[b] = (float)(far * far);
      reach = fmax(reach, eam->cutoff[a][b] + eam->skin);
      double length = eam->passes->single ? eam->unit : 1.0;
      near = (eam->near[a][b] + eam->inner_skin) / length;
      far = (eam->cutoff[a][b] + eam->inner_skin) / length;
      eam->prune_limits[a].near2[b] = (float)(near * near);
      eam->prune_limits[a].far2[b] = (float)(far * far);
    }
    GB_CALL(GbStencilCreate(&eam->cells, reach, &eam->stencil[a]));
  }
  return GB_OK;
}

/* The dummy, far from all entries and without F'. */
static void place_dummy(GbEam *eam)
{
  GbEntryInt *integer = eam->position;
  GbEntryReal *real = eam->position;
  for (int d = 0; d < 3; d++)
    if (eam->passes->single)
      integer[eam->nentries][d] = eam->cells.far[d];
    else
      real[eam->nentries][d] = 1e12;
  if (eam->passes->single)
    integer[eam->nentries][3] = 0;
  else
    real[eam->nentries][3] = 0.0;
}

GbStatus GbEamPrune(void *kernel)
{
  GbEam *eam = kernel;
  GB_CALL(reserve_scratch(eam)); /* there may be more threads than at the last rebuild */
  prune_all(eam, eam->scratch, eam->scratch_per_thread);
  if (!eam->rows.list || eam->rows.used > eam->rows.capacity) {
    GB_CALL(reserve_pool(eam));
    prune_all(eam, eam->scratch, eam->scratch_per_thread);
  }
  if (eam->kept_used > eam->kept_capacity || (!eam->kept && !eam->passes->single)) {
    eam->kept_capacity = 0;
    int64_t capacity = eam->kept_used + eam->kept_used / SLACK;
    GB_CALL(renew((void **)&eam->kept, capacity, sizeof *eam->kept));
    eam->kept_capacity = capacity;
  }
  return GB_OK;
}

GbStatus GbEamRebuild(void *kernel, const GbKernelAtoms *atoms)
{
  GbEam *eam = kernel;
  double reach = 0.0;
  eam->n = atoms->own->n;
  eam->nentries = eam->n + atoms->ghosts->n;
  for (int a = 0; a < eam->ntypes; a++)
    for (int b = 0; b < eam->ntypes; b++)
      reach = fmax(reach, eam->cutoff[a][b] + eam->skin);
  GB_CALL(reserve_atoms(eam));
  if (eam->nentries >= 1 << GB_TAG_TYPE)
    GB_FAIL(GB_ERR_ARG, "%d atoms and ghosts are too many for one rank", eam->nentries);
  GB_CALL(choose_unit(eam, atoms->own));
  take_entries(eam, atoms);
  GB_CALL(GbEamSortCells(eam, atoms->own, eam->place, reach));
  GB_CALL(make_stencils(eam));
  GB_CALL(search_neighbors(eam));
  place_dummy(eam);
  GbEamUpdate(eam, atoms);
  GB_CALL(GbEamPrune(eam));
  return GB_OK;
}

/* --- Computation --------------------------------------------------------------------------------
 */

void GbEamUpdate(void *kernel, const GbKernelAtoms *atoms)
{
  GbEam *eam = kernel;
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int first = 0; first < eam->nentries; first += CHUNK) {
    int last = first + CHUNK < eam->nentries ? first + CHUNK : eam->nentries;
    eam->passes->locate(eam, atoms, first, last);
  }
}

bool GbEamDensity(void *kernel, double *slope)
{
  GbEam *eam = kernel;
  int bad = 0;
#pragma omp parallel for schedule(static) reduction(| : bad) if (eam->n > GB_FEW_SITES)
  for (int first = 0; first < eam->n; first += CHUNK) {
    int last = first + CHUNK < eam->n ? first + CHUNK : eam->n;
    eam->passes->density(eam, first, last);
    for (int i = first; i < last; i++) {
      double value;
      if (eam->close[i] && eam->passes->single) eam->rho[i] = GbEamCloseDensity(eam, i);
      GbEamEmbedding(eam, eam->type[i], eam->rho[i], &value, &slope[i]);
      if (isnan(eam->rho[i])) slope[i] = NAN;
      bad |= !isfinite(slope[i]);
    }
  }
  return bad == 0;
}

/* F' of all entries beside their positions. */
static void spread_slopes(GbEam *eam, const double *slope, const double *ghost_slope)
{
  GbEntryInt *integer = eam->position;
  GbEntryReal *real = eam->position;
#pragma omp parallel for schedule(static) if (eam->nentries > GB_MANY_ATOMS)
  for (int e = 0; e < eam->nentries; e++) {
    double value = e < eam->n ? slope[e] : ghost_slope[e - eam->n];
    float rounded = (float)value;
    if (eam->passes->single)
      memcpy(&integer[e][3], &rounded, sizeof rounded);
    else
      real[e][3] = value;
  }
}

void GbEamForces(void *kernel, const double *slope, const double *ghost_slope, unsigned want,
                 const GbKernelOutput *output, int64_t sums[7])
{
  GbEam *eam = kernel;
  spread_slopes(eam, slope, ghost_slope);
#pragma omp parallel for schedule(static) if (eam->n > GB_FEW_SITES)
  for (int first = 0; first < eam->n; first += CHUNK) {
    int last = first + CHUNK < eam->n ? first + CHUNK : eam->n;
    int64_t part[7] = {0};
    eam->passes->forces(eam, first, last, want, slope, output, part);
#pragma omp critical(gb_eam_sums)
    for (int c = 0; c < 7; c++)
      gb_add_fixed(&sums[c], part[c]);
  }
}

int64_t GbEamBytes(const void *kernel)
{
  const GbEam *eam = kernel;
  int64_t real = eam->passes->single ? 4 : 8;
  int64_t per_atom = (int64_t)(sizeof(double) + 1 + 2 * sizeof(int64_t) + 3 * sizeof(uint16_t));
  int64_t per_entry =
      (int64_t)(sizeof(int) + sizeof(int64_t) + sizeof *eam->raw + sizeof *eam->place) + 4 * real;
  int64_t per_listed = (int64_t)sizeof *eam->rows.list;
  return eam->atom_capacity * per_atom + eam->entry_capacity * per_entry +
         (eam->found.capacity + eam->rows.capacity) * per_listed +
         eam->rows.capacity / eam->passes->lanes + eam->kept_capacity * (int64_t)sizeof(double) +
         eam->cells.start_capacity * (int64_t)sizeof(int64_t) +
         eam->cells.capacity * (int64_t)(4 * sizeof(int) + sizeof(int64_t));
}
