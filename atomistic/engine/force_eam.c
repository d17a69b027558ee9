/* EAM energies and forces with full neighbour lists.
 *
 *   rho_i = sum_j rho_ab(r_ij),   e_i = F_a(rho_i) + 1/2 sum_j phi_ab(r_ij)
 *   f_i = sum_j [phi'_ab + F'_a(rho_i) rho'_ab + F'_b(rho_j) rho'_ba] d_ij / r_ij,  d_ij = x_j -
 * x_i
 *
 * Pass 1 visits each pair once and evaluates all its functions together: the density, phi, the pair
 * force P_i = sum phi' d/r and G_i = sum rho'_ab d/r. When rho_i is known, P_i + F'_i G_i is known;
 * what remains is sum_j F'_j w_ij with w_ij = rho'_ba d/r, which pass 1 stores for the near
 * neighbours (those within the density's cutoff, about half). Pass 2 is then one short stream
 * without roots or tables.
 *
 * Full lists compute each pair twice, but need no writes to other atoms: sums run in list order,
 * results do not depend on threads or ranks. The total virial follows from pass 1 alone: the sum
 * over pairs with F'_j is, by exchange of i and j, that with F'_i.
 *
 * Sources: Daw, Baskes, Phys. Rev. B 29, 6443 (1984); Finnis, Sinclair, Philos. Mag. A 50, 45
 * (1984). */
#include "atomistic/engine/force_eam.h"
#include "atomistic/engine/eam_table.h"
#include "atomistic/engine/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

typedef GbV4 V4;
typedef GbS4 S4;
enum { LANES = GB_LANES };

/* What pass 1 keeps of four near neighbours for pass 2. */
typedef struct {
  V4 w[3];
  int entry[LANES];
} Record;

typedef struct Scratch Scratch;

struct GbEam {
  int ntypes;
  const GbPotential *potential;
  GbEamTable tables[GB_MAX_TYPES][GB_MAX_TYPES]; /* [center][neighbour]; may share pieces */
  bool shared[GB_MAX_TYPES][GB_MAX_TYPES];       /* pieces belong to [neighbour][center] */
  bool symmetric[GB_MAX_TYPES][GB_MAX_TYPES];    /* rho_ab = rho_ba */
  int share_capacity;
  int64_t record_capacity;
  double (*pair)[3], (*embed)[3]; /* [share] P and G */
  double (*pair_virial)[6],
      (*embed_virial)[6]; /* [share] sum of phi'/r d d, and of rho'_ab/r d d */
  Record *records;
  int *nrecords;       /* [share] */
  double *entry_slope; /* [nentries + 1] F' of every entry */
  int entry_capacity;
  Scratch *scratch; /* [threads] */
  int threads, scratch_stride;
};

static GbStatus reserve_scratch(GbEam *eam, int stride);
static void free_scratch(GbEam *eam);

static int thread_number(void)
{
#ifdef _OPENMP
  return omp_get_thread_num();
#else
  return 0;
#endif
}

static int thread_count(void)
{
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/* --- Set-up -------------------------------------------------------------------------------------
 */

static bool same_density(const GbEamTable *one, const GbEamTable *other)
{
  size_t knots = (size_t)lround(one->end / one->step) + 2;
  return one->end == other->end && !memcmp(one->density, other->density, knots * sizeof(GbEamKnot));
}

GbStatus GbEamCreate(const GbPotential *potential, GbEam **eam)
{
  GbEam *e = NULL;
  GB_CALL(GbCalloc((void **)&e, 1, sizeof *e));
  *eam = e;
  e->potential = potential;
  e->ntypes = GbPotentialTypes(potential);
  for (int a = 0; a < e->ntypes; a++)
    for (int b = 0; b < e->ntypes; b++)
      GB_CALL(GbEamTableCreate(potential, a, b, &e->tables[a][b]));
  for (int a = 0; a < e->ntypes; a++)
    for (int b = 0; b <= a; b++) {
      bool same = same_density(&e->tables[a][b], &e->tables[b][a]);
      e->symmetric[a][b] = e->symmetric[b][a] = same;
      double near = fmax(e->tables[a][b].density_end, e->tables[b][a].density_end);
      e->tables[a][b].density_end = e->tables[b][a].density_end =
          near; /* both are wanted in pass 1 */
      if (a == b || !same) continue;
      GbEamTableFree(&e->tables[a][b]); /* one copy is kinder to the cache */
      e->tables[a][b] = e->tables[b][a];
      e->shared[a][b] = true;
    }
  return GB_OK;
}

void GbEamDestroy(GbEam **eam)
{
  if (!eam || !*eam) return;
  GbEam *e = *eam;
  for (int a = 0; a < e->ntypes; a++)
    for (int b = 0; b < e->ntypes; b++)
      if (!e->shared[a][b]) GbEamTableFree(&e->tables[a][b]);
  free(e->pair);
  free(e->embed);
  free(e->pair_virial);
  free(e->embed_virial);
  free(e->records);
  free(e->nrecords);
  free(e->entry_slope);
  free_scratch(e);
  free(e);
  *eam = NULL;
}

static GbStatus reserve_share(GbEam *eam, int share)
{
  if (share <= eam->share_capacity) return GB_OK;
  free(eam->pair);
  free(eam->embed);
  free(eam->pair_virial);
  free(eam->embed_virial);
  free(eam->nrecords);
  eam->pair = eam->embed = NULL;
  eam->pair_virial = eam->embed_virial = NULL;
  eam->nrecords = NULL;
  eam->share_capacity = 0;
  GB_CALLOC(eam->pair, share);
  GB_CALLOC(eam->embed, share);
  GB_CALLOC(eam->pair_virial, share);
  GB_CALLOC(eam->embed_virial, share);
  GB_CALLOC(eam->nrecords, share);
  eam->share_capacity = share;
  return GB_OK;
}

GbStatus GbEamResize(GbEam *eam, const GbNeighbor *neighbor)
{
  int share = neighbor->last - neighbor->first;
  GB_CALL(reserve_share(eam, share));
  int64_t records = neighbor->near_start[share] / LANES;
  if (records > eam->record_capacity) {
    free(eam->records);
    records += records / 16;
    eam->record_capacity = 0;
    eam->records = aligned_alloc(32, (size_t)records * sizeof(Record));
    if (!eam->records)
      GB_FAIL(GB_ERR_MEMORY, "cannot allocate %lld neighbour records", (long long)records);
    eam->record_capacity = records;
  }
  if (neighbor->nentries + 1 > eam->entry_capacity) {
    free(eam->entry_slope);
    eam->entry_slope = NULL;
    eam->entry_capacity = neighbor->nentries + neighbor->nentries / 8 + 1;
    GB_CALLOC(eam->entry_slope, eam->entry_capacity);
  }
  GB_CALL(reserve_scratch(eam, neighbor->stride));
  return GB_OK;
}

/* --- Pieces of the kernel -----------------------------------------------------------------------
 */

/* Four pairs on their way through pass 1. Each of its loops is short enough that the processor
 * works on several groups at once, which hides the latency of roots and tables. */
typedef struct {
  V4 d[3];          /* x_j - x_i */
  V4 place;         /* in the piece of the table, 0 to 1 */
  V4 scale;         /* slope per knot times 1/r -> derivative over r */
  V4 pair, density; /* phi'/r and rho'_ab/r */
  S4 piece;
} Group;

static inline void separations(const GbNeighbor *neighbor, const int *entry, const V4 x[3], V4 d[3])
{
  V4 v[4];
  for (int l = 0; l < LANES; l++)
    v[l] = gb_load4(neighbor->x[entry[l]]);
  gb_transpose(v);
  for (int k = 0; k < 3; k++)
    d[k] = v[k] - x[k];
}

static inline V4 square(const V4 d[3])
{
  return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

/* Splits a segment of the list into near (both functions) and far (phi only) neighbours; pads both
 * with the dummy entry. */
static void sift(const GbNeighbor *neighbor, const GbEamTable *table, const V4 x[3],
                 const int *list, int count, int *near, int *nnear, int *far, int *nfar)
{
  const V4 near2 = gb_splat(table->density_end * table->density_end);
  const V4 far2 = gb_splat(table->pair_end * table->pair_end);
  int n = 0, f = 0;
  for (int t = 0; t < count; t += LANES) {
    V4 d[3];
    S4 entries;
    memcpy(&entries, list + t, sizeof entries);
    separations(neighbor, list + t, x, d);
    V4 s = square(d);
    GbI4 is_near = s < near2;
    n += gb_compress(near + n, entries, is_near);
    f += gb_compress(far + f, entries, ~is_near & (s < far2));
  }
  for (int l = 0; l < LANES; l++)
    near[n + l] = far[f + l] = neighbor->nentries;
  *nnear = n;
  *nfar = f;
}

/* Geometry of the groups of a list; returns the shortest distance, lane by lane. */
static V4 measure(const GbNeighbor *neighbor, const GbEamTable *table, const V4 x[3],
                  const int *list, int count, Group *group)
{
  const V4 end = gb_splat(table->end), per_step = gb_splat(1.0 / table->step);
  V4 nearest = end;
  for (int t = 0; t < count; t += LANES, group++) {
    separations(neighbor, list + t, x, group->d);
    V4 r = gb_sqrt4(square(group->d));
    V4 u = gb_least(r, end) * per_step; /* beyond the end: the zero piece */
    S4 piece = __builtin_convertvector(u, S4);
    for (int l = 0; l < LANES; l++)
      __builtin_prefetch(table->pair[piece[l]]);
    group->piece = piece;
    group->place = u - __builtin_convertvector(piece, V4);
    group->scale = per_step / r;
    nearest = gb_least(r, nearest);
  }
  return nearest;
}

/* Value and derivative (per knot) of one function. */
static inline void hermite(const GbEamKnot *knots, S4 piece, V4 p, V4 *value, V4 *slope)
{
  V4 k[4]; /* f0 d0 f1 d1 */
  for (int l = 0; l < LANES; l++)
    k[l] = gb_load4(knots[piece[l]]);
  gb_transpose(k);
  V4 rise = k[2] - k[0];
  V4 c3 = k[1] + k[3] - 2.0 * rise, c2 = rise - k[1] - c3;
  *value = ((c3 * p + c2) * p + k[1]) * p + k[0];
  *slope = (3.0 * c3 * p + 2.0 * c2) * p + k[1];
}

static inline void add_outer(V4 c, const V4 d[3], V4 v[6])
{
  V4 x = c * d[0], y = c * d[1], z = c * d[2];
  v[0] += x * d[0];
  v[1] += y * d[1];
  v[2] += z * d[2];
  v[3] += x * d[1];
  v[4] += x * d[2];
  v[5] += y * d[2];
}

/* --- Pass 1 -------------------------------------------------------------------------------------
 */

/* Sums over the neighbours of one site, one lane per neighbour modulo 4. */
typedef struct {
  V4 phi, rho, pair[3], embed[3];
} Sums;

/* Density and phi of near neighbours. */
static void near_pairs(const GbEamTable *table, int ngroups, Group *group, const int *list,
                       Sums *sums, Record *record)
{
  const GbEamKnot *pair = table->pair, *density = table->density;
  Sums s = *sums;
  for (int g = 0; g < ngroups; g++, group++, record++) {
    V4 phi, dphi, rho, drho;
    hermite(pair, group->piece, group->place, &phi, &dphi);
    hermite(density, group->piece, group->place, &rho, &drho);
    s.phi += phi;
    s.rho += rho;
    group->pair = dphi = dphi * group->scale;
    group->density = drho = drho * group->scale;
    for (int k = 0; k < 3; k++) {
      V4 w = drho * group->d[k];
      s.pair[k] += dphi * group->d[k];
      s.embed[k] += w;
      record->w[k] = w;
    }
    memcpy(record->entry, list + g * LANES, sizeof record->entry);
  }
  *sums = s;
}

/* Where rho_ba differs from rho_ab, replaces what the records hold. */
static void back_density(const GbEamTable *back, int ngroups, const Group *group, Record *record)
{
  const V4 end = gb_splat(lround(back->end / back->step));
  for (int g = 0; g < ngroups; g++, group++, record++) {
    /* both tables have the same knots, but may end at different ones */
    V4 u = gb_least(__builtin_convertvector(group->piece, V4) + group->place, end), rho, drho;
    S4 piece = __builtin_convertvector(u, S4);
    hermite(back->density, piece, u - __builtin_convertvector(piece, V4), &rho, &drho);
    for (int k = 0; k < 3; k++)
      record->w[k] = drho * group->scale * group->d[k];
  }
}

static void far_pairs(const GbEamTable *table, int ngroups, Group *group, Sums *sums)
{
  Sums s = *sums;
  for (int g = 0; g < ngroups; g++, group++) {
    V4 phi, dphi;
    hermite(table->pair, group->piece, group->place, &phi, &dphi);
    s.phi += phi;
    group->pair = dphi = dphi * group->scale;
    for (int k = 0; k < 3; k++)
      s.pair[k] += dphi * group->d[k];
  }
  *sums = s;
}

static void virials(const Group *near, int nnear, const Group *far, int nfar, double pair[6],
                    double embed[6])
{
  V4 p[6] = {{0}}, e[6] = {{0}};
  for (int g = 0; g < nnear; g++) {
    add_outer(near[g].pair, near[g].d, p);
    add_outer(near[g].density, near[g].d, e);
  }
  for (int g = 0; g < nfar; g++)
    add_outer(far[g].pair, far[g].d, p);
  for (int c = 0; c < 6; c++) {
    pair[c] = gb_sum4(p[c]);
    embed[c] = gb_sum4(e[c]);
  }
}

/* Room for the neighbours of one site, per thread. */
struct Scratch {
  int *near, *far;               /* [stride + LANES] of one type */
  Group *near_group, *far_group; /* [groups] of all types */
};

static void free_scratch(GbEam *eam)
{
  for (int t = 0; t < eam->threads; t++) {
    free(eam->scratch[t].near);
    free(eam->scratch[t].far);
    free(eam->scratch[t].near_group);
    free(eam->scratch[t].far_group);
  }
  free(eam->scratch);
  eam->scratch = NULL;
  eam->threads = eam->scratch_stride = 0;
}

static GbStatus reserve_scratch(GbEam *eam, int stride)
{
  if (stride <= eam->scratch_stride && thread_count() <= eam->threads) return GB_OK;
  free_scratch(eam);
  GB_CALLOC(eam->scratch, thread_count());
  eam->threads = thread_count();
  eam->scratch_stride = stride;
  size_t groups = (size_t)(stride / LANES + eam->ntypes + 1) * sizeof(Group);
  for (int t = 0; t < eam->threads; t++) {
    Scratch *s = &eam->scratch[t];
    GB_CALLOC(s->near, stride + 2 * LANES);
    GB_CALLOC(s->far, stride + 2 * LANES);
    s->near_group = aligned_alloc(64, groups);
    s->far_group = aligned_alloc(64, groups);
    if (!s->near_group || !s->far_group)
      GB_FAIL(GB_ERR_MEMORY, "cannot allocate %zu bytes of kernel scratch", groups);
  }
  return GB_OK;
}

static int groups_of(int count)
{
  return (count + LANES - 1) / LANES;
}

static void visit_site(GbEam *eam, const GbNeighbor *neighbor, int k, const Scratch *scratch,
                       double *slope, double *energy)
{
  int64_t row = k - neighbor->first;
  int self = neighbor->entry[k], a = neighbor->type[self];
  const int *list = neighbor->list + row * neighbor->stride,
            *end = neighbor->end + row * eam->ntypes;
  const double *xi = neighbor->x[self];
  const V4 x[3] = {gb_splat(xi[0]), gb_splat(xi[1]), gb_splat(xi[2])};
  Record *records = eam->records + neighbor->near_start[row] / LANES;
  Group *near = scratch->near_group, *far = scratch->far_group;
  int near_groups = 0, far_groups = 0, begin = 0, nnear, nfar;
  V4 nearest = gb_splat(1e300);
  Sums sums = {0};
  for (int b = 0; b < eam->ntypes; begin = end[b++]) {
    const GbEamTable *table = &eam->tables[a][b];
    sift(neighbor, table, x, list + begin, end[b] - begin, scratch->near, &nnear, scratch->far,
         &nfar);
    int n = groups_of(nnear), f = groups_of(nfar);
    V4 least = measure(neighbor, table, x, scratch->near, nnear, near + near_groups);
    nearest = gb_least(least, nearest);
    measure(neighbor, table, x, scratch->far, nfar, far + far_groups);
    near_pairs(table, n, near + near_groups, scratch->near, &sums, records + near_groups);
    if (!eam->symmetric[a][b])
      back_density(&eam->tables[b][a], n, near + near_groups, records + near_groups);
    far_pairs(table, f, far + far_groups, &sums);
    near_groups += n;
    far_groups += f;
  }
  eam->nrecords[row] = near_groups;
  virials(near, near_groups, far, far_groups, eam->pair_virial[row], eam->embed_virial[row]);
  for (int d = 0; d < 3; d++) {
    eam->pair[row][d] = gb_sum4(sums.pair[d]);
    eam->embed[row][d] = gb_sum4(sums.embed[d]);
  }
  double f;
  GbPotentialEmbedding(eam->potential, a, gb_sum4(sums.rho), &f, &slope[k]);
  energy[k] = f + 0.5 * gb_sum4(sums.phi);
  if (!(gb_least_of(nearest) > GB_EAM_R_MIN)) slope[k] = energy[k] = NAN;
}

static void add_block(const GbEam *eam, const GbNeighbor *neighbor, int from, int to,
                      const double *slope, const double *energy, double sums[GB_EAM_SUMS])
{
  memset(sums, 0, GB_EAM_SUMS * sizeof *sums);
  for (int k = from; k < to; k++) {
    int64_t row = k - neighbor->first;
    sums[0] += energy[k];
    for (int v = 0; v < 6; v++)
      sums[1 + v] -= 0.5 * eam->pair_virial[row][v] + slope[k] * eam->embed_virial[row][v];
  }
}

void GbEamPass1(GbEam *eam, const GbNeighbor *neighbor, double *slope, double *energy,
                double (*sums)[GB_EAM_SUMS])
{
  int first = neighbor->first / GB_EAM_BLOCK;
  int last = (neighbor->last + GB_EAM_BLOCK - 1) / GB_EAM_BLOCK;
#pragma omp parallel for schedule(static) if (neighbor->last - neighbor->first > GB_FEW_SITES)
  for (int block = first; block < last; block++) {
    int from = block * GB_EAM_BLOCK, to = from + GB_EAM_BLOCK;
    if (to > neighbor->last) to = neighbor->last;
    const Scratch *scratch = &eam->scratch[thread_number()];
    for (int k = from; k < to; k++)
      visit_site(eam, neighbor, k, scratch, slope, energy);
    add_block(eam, neighbor, from, to, slope, energy, sums[block]);
  }
}

/* --- Pass 2 -------------------------------------------------------------------------------------
 */

static void spread_slopes(GbEam *eam, const GbNeighbor *neighbor, const double *slope)
{
#pragma omp parallel for schedule(static) if (neighbor->nentries > GB_MANY_ATOMS)
  for (int e = 0; e < neighbor->nentries; e++)
    eam->entry_slope[e] = slope[neighbor->site_of_atom[neighbor->source[e]]];
  eam->entry_slope[neighbor->nentries] = 0.0;
}

static inline V4 slopes_of(const GbEam *eam, const Record *record)
{
  const double *s = eam->entry_slope;
  const int *e = record->entry;
  return (V4){s[e[0]], s[e[1]], s[e[2]], s[e[3]]};
}

void GbEamPass2(GbEam *eam, const GbNeighbor *neighbor, const double *slope, double (*force)[3])
{
  spread_slopes(eam, neighbor, slope);
#pragma omp parallel for schedule(static) if (neighbor->last - neighbor->first > GB_FEW_SITES)
  for (int k = neighbor->first; k < neighbor->last; k++) {
    int64_t row = k - neighbor->first;
    const Record *record = eam->records + neighbor->near_start[row] / LANES;
    V4 f[3] = {{0}};
    for (int t = 0; t < eam->nrecords[row]; t++, record++) {
      V4 s = slopes_of(eam, record);
      for (int d = 0; d < 3; d++)
        f[d] += s * record->w[d];
    }
    for (int d = 0; d < 3; d++)
      force[k][d] = eam->pair[row][d] + slope[k] * eam->embed[row][d] + gb_sum4(f[d]);
  }
}

void GbEamStress(const GbEam *eam, const GbNeighbor *neighbor, const double *slope,
                 double (*stress)[6])
{
#pragma omp parallel for schedule(static) if (neighbor->last - neighbor->first > GB_FEW_SITES)
  for (int k = neighbor->first; k < neighbor->last; k++) {
    int64_t row = k - neighbor->first;
    const Record *record = eam->records + neighbor->near_start[row] / LANES;
    const double *xi = neighbor->x[neighbor->entry[k]];
    const V4 x[3] = {
        {xi[0], xi[0], xi[0], xi[0]}, {xi[1], xi[1], xi[1], xi[1]}, {xi[2], xi[2], xi[2], xi[2]}};
    V4 v[6] = {{0}};
    for (int t = 0; t < eam->nrecords[row]; t++, record++) {
      static const int axes[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
      V4 s = slopes_of(eam, record), d[3];
      separations(neighbor, record->entry, x, d);
      for (int c = 0; c < 6; c++)
        v[c] += s * record->w[axes[c][0]] * d[axes[c][1]];
    }
    for (int c = 0; c < 6; c++)
      stress[k][c] =
          0.5 * (eam->pair_virial[row][c] + slope[k] * eam->embed_virial[row][c] + gb_sum4(v[c]));
  }
}
