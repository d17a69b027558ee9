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
 * without any table. The alternative, to find pairs and tables again in pass 2, was the slower by
 * about a third.
 *
 * Full lists compute each pair twice, but need no writes to other atoms: sums run in list order,
 * results do not depend on threads or ranks. The total virial follows from pass 1 alone: the sum
 * over pairs with F'_j is, by exchange of i and j, that with F'_i.
 *
 * Sources: Daw, Baskes, Phys. Rev. B 29, 6443 (1984); Finnis, Sinclair, Philos. Mag. A 50, 45
 * (1984). */
#include "atomistic/engine/force_eam.h"
#include "atomistic/engine/eam_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* Four pairs at a time, with GCC's vector extensions: AVX2 where the compiler may use it, pairs of
 * SSE2 (or other) instructions elsewhere. */
enum { LANES = 4 };
typedef double V4 __attribute__((vector_size(32)));
typedef int64_t I4 __attribute__((vector_size(32)));
typedef int32_t I4i __attribute__((vector_size(16)));

/* What pass 1 keeps of four near neighbours for pass 2. */
typedef struct {
  V4 w[3];
  int entry[LANES];
} Record;

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
  int *scratch; /* [threads][scratch_stride] near and far neighbours of one site */
  int64_t scratch_stride, scratch_capacity;
};

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
  free(e->scratch);
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

/* Two rows per thread, a cache line apart. */
static GbStatus reserve_scratch(GbEam *eam, int stride)
{
  eam->scratch_stride = 2 * (stride + LANES) + 16;
  int64_t needed = eam->scratch_stride * thread_count();
  if (needed <= eam->scratch_capacity) return GB_OK;
  free(eam->scratch);
  eam->scratch = NULL;
  eam->scratch_capacity = 0;
  GB_CALLOC(eam->scratch, needed);
  eam->scratch_capacity = needed;
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

static inline V4 load4(const double *from)
{
  V4 v;
  memcpy(&v, from, sizeof v);
  return v;
}

/* Rows to columns. */
static inline void transpose(V4 v[4])
{
  V4 a = __builtin_shuffle(v[0], v[1], (I4){0, 4, 2, 6});
  V4 b = __builtin_shuffle(v[0], v[1], (I4){1, 5, 3, 7});
  V4 c = __builtin_shuffle(v[2], v[3], (I4){0, 4, 2, 6});
  V4 d = __builtin_shuffle(v[2], v[3], (I4){1, 5, 3, 7});
  v[0] = __builtin_shuffle(a, c, (I4){0, 1, 4, 5});
  v[1] = __builtin_shuffle(b, d, (I4){0, 1, 4, 5});
  v[2] = __builtin_shuffle(a, c, (I4){2, 3, 6, 7});
  v[3] = __builtin_shuffle(b, d, (I4){2, 3, 6, 7});
}

static inline V4 splat(double x)
{
  return (V4){x, x, x, x};
}

static inline V4 sqrt4(V4 v)
{
  return (V4){sqrt(v[0]), sqrt(v[1]), sqrt(v[2]), sqrt(v[3])};
}

static inline V4 least(V4 a, V4 b)
{
  I4 take = a < b;
  return (V4)(((I4)a & take) | ((I4)b & ~take));
}

static inline double sum4(V4 v)
{
  return (v[0] + v[1]) + (v[2] + v[3]);
}

/* Vectors from x to four entries. */
static inline void separations(const GbNeighbor *neighbor, const int *entry, const V4 x[3], V4 d[3])
{
  V4 v[4];
  for (int l = 0; l < LANES; l++)
    v[l] = load4(neighbor->x[entry[l]]);
  transpose(v);
  for (int k = 0; k < 3; k++)
    d[k] = v[k] - x[k];
}

/* Piece of the table and place in it (0 to 1) for four distances; beyond the end, the zero piece.
 */
static inline V4 locate(const GbEamTable *table, V4 r, I4i *piece)
{
  V4 u = least(r, splat(table->end)) * (1.0 / table->step);
  *piece = __builtin_convertvector(u, I4i);
  return u - __builtin_convertvector(*piece, V4);
}

/* Value and derivative (per knot) of one function. */
static inline void hermite(const GbEamKnot *knots, I4i piece, V4 p, V4 *value, V4 *slope)
{
  V4 k[4]; /* f0 d0 f1 d1 */
  for (int l = 0; l < LANES; l++)
    k[l] = load4(knots[piece[l]]);
  transpose(k);
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
  V4 phi, rho, nearest;
  V4 pair[3], embed[3], pair_virial[6], embed_virial[6];
} Sums;

/* Splits a segment of the list into near (both functions) and far (phi only) neighbours; pads both
 * with the dummy entry. */
static inline void sift(const GbNeighbor *neighbor, const GbEamTable *table, const double *xi,
                        const int *list, int count, int *near, int *nnear, int *far, int *nfar)
{
  double near2 = table->density_end * table->density_end, far2 = table->pair_end * table->pair_end;
  int n = 0, f = 0;
  for (int t = 0; t < count; t++) {
    const double *xj = neighbor->x[list[t]];
    double dx = xj[0] - xi[0], dy = xj[1] - xi[1], dz = xj[2] - xi[2];
    double s = dx * dx + dy * dy + dz * dz;
    near[n] = list[t];
    far[f] = list[t];
    n += s < near2;
    f += (s >= near2) & (s < far2);
  }
  for (int l = 0; l < LANES; l++)
    near[n + l] = far[f + l] = neighbor->nentries;
  *nnear = n;
  *nfar = f;
}

static inline void near_pairs(const GbEam *eam, const GbNeighbor *neighbor, int a, int b,
                              const V4 x[3], const int *near, int count, Sums *sums, Record *record)
{
  const GbEamTable *table = &eam->tables[a][b], *back = &eam->tables[b][a];
  bool symmetric = eam->symmetric[a][b];
  for (int t = 0; t < count; t += LANES, record++) {
    V4 d[3], phi, dphi, rho, drho;
    I4i piece;
    separations(neighbor, near + t, x, d);
    V4 r = sqrt4(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    V4 p = locate(table, r, &piece), scale = (1.0 / table->step) / r;
    hermite(table->pair, piece, p, &phi, &dphi);
    hermite(table->density, piece, p, &rho, &drho);
    sums->nearest = least(r, sums->nearest);
    sums->phi += phi;
    sums->rho += rho;
    dphi *= scale;
    drho *= scale;
    for (int k = 0; k < 3; k++) {
      sums->pair[k] += dphi * d[k];
      record->w[k] = drho * d[k];
      sums->embed[k] += record->w[k];
    }
    add_outer(dphi, d, sums->pair_virial);
    add_outer(drho, d, sums->embed_virial);
    memcpy(record->entry, near + t, sizeof record->entry);
    if (symmetric) continue;
    p = locate(back, r, &piece);
    hermite(back->density, piece, p, &rho, &drho);
    for (int k = 0; k < 3; k++)
      record->w[k] = drho * scale * d[k];
  }
}

static inline void far_pairs(const GbEamTable *table, const GbNeighbor *neighbor, const V4 x[3],
                             const int *far, int count, Sums *sums)
{
  for (int t = 0; t < count; t += LANES) {
    V4 d[3], phi, dphi;
    I4i piece;
    separations(neighbor, far + t, x, d);
    V4 r = sqrt4(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    V4 p = locate(table, r, &piece);
    hermite(table->pair, piece, p, &phi, &dphi);
    sums->phi += phi;
    dphi *= (1.0 / table->step) / r;
    for (int k = 0; k < 3; k++)
      sums->pair[k] += dphi * d[k];
    add_outer(dphi, d, sums->pair_virial);
  }
}

static void store_sums(GbEam *eam, int64_t row, const Sums *sums)
{
  for (int k = 0; k < 3; k++) {
    eam->pair[row][k] = sum4(sums->pair[k]);
    eam->embed[row][k] = sum4(sums->embed[k]);
  }
  for (int k = 0; k < 6; k++) {
    eam->pair_virial[row][k] = sum4(sums->pair_virial[k]);
    eam->embed_virial[row][k] = sum4(sums->embed_virial[k]);
  }
}

static double least4(V4 v)
{
  return fmin(fmin(v[0], v[1]), fmin(v[2], v[3]));
}

/* One site; scratch has room for two rows. */
static void visit_site(GbEam *eam, const GbNeighbor *neighbor, int k, int *scratch, double *slope,
                       double *energy)
{
  int64_t row = k - neighbor->first;
  int self = neighbor->entry[k], a = neighbor->type[self];
  const int *list = neighbor->list + row * neighbor->stride,
            *end = neighbor->end + row * eam->ntypes;
  const double *xi = neighbor->x[self];
  const V4 x[3] = {
      {xi[0], xi[0], xi[0], xi[0]}, {xi[1], xi[1], xi[1], xi[1]}, {xi[2], xi[2], xi[2], xi[2]}};
  int *near = scratch, *far = scratch + neighbor->stride + LANES, begin = 0, nnear, nfar;
  Record *records = eam->records + neighbor->near_start[row] / LANES, *next = records;
  Sums sums = {.nearest = {1e300, 1e300, 1e300, 1e300}};
  for (int b = 0; b < eam->ntypes; begin = end[b++]) {
    const GbEamTable *table = &eam->tables[a][b];
    sift(neighbor, table, xi, list + begin, end[b] - begin, near, &nnear, far, &nfar);
    near_pairs(eam, neighbor, a, b, x, near, nnear, &sums, next);
    next += (nnear + LANES - 1) / LANES;
    far_pairs(table, neighbor, x, far, nfar, &sums);
  }
  eam->nrecords[row] = (int)(next - records);
  store_sums(eam, row, &sums);
  double f;
  GbPotentialEmbedding(eam->potential, a, sum4(sums.rho), &f, &slope[k]);
  energy[k] = f + 0.5 * sum4(sums.phi);
  if (!(least4(sums.nearest) > GB_EAM_R_MIN)) slope[k] = energy[k] = NAN;
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
  int first = neighbor->first / GB_EAM_BLOCK,
      last = (neighbor->last + GB_EAM_BLOCK - 1) / GB_EAM_BLOCK;
#pragma omp parallel for schedule(static)
  for (int block = first; block < last; block++) {
    int from = block * GB_EAM_BLOCK, to = from + GB_EAM_BLOCK;
    if (to > neighbor->last) to = neighbor->last;
    int *scratch = eam->scratch + (int64_t)thread_number() * eam->scratch_stride;
    for (int k = from; k < to; k++)
      visit_site(eam, neighbor, k, scratch, slope, energy);
    add_block(eam, neighbor, from, to, slope, energy, sums[block]);
  }
}

/* --- Pass 2 -------------------------------------------------------------------------------------
 */

static void spread_slopes(GbEam *eam, const GbNeighbor *neighbor, const double *slope)
{
#pragma omp parallel for schedule(static)
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
#pragma omp parallel for schedule(static)
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
      force[k][d] = eam->pair[row][d] + slope[k] * eam->embed[row][d] + sum4(f[d]);
  }
}

void GbEamStress(const GbEam *eam, const GbNeighbor *neighbor, const double *slope,
                 double (*stress)[6])
{
#pragma omp parallel for schedule(static)
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
          0.5 * (eam->pair_virial[row][c] + slope[k] * eam->embed_virial[row][c] + sum4(v[c]));
  }
}
