/* The passes over pairs, written once. Included by eam_<instructions>.c after the vectors of that
 * instruction set, with GB_SINGLE for mixed precision; PASSES names the result.
 *
 * Mixed precision: distances are in units of eam->unit, differences of integers; functions are
 * polynomials of s = r^2. Double: the potential's own table, Hermite pieces uniform in r. */

enum { PREFETCH = 4 }; /* atoms ahead */
enum { OFF_DIAGONAL = GB_WANT_VIRIAL & ~GB_WANT_PRESSURE };

#define INLINE static inline __attribute__((always_inline))

#ifdef GB_SINGLE
typedef float Real;
typedef GbEntryInt Entry;
typedef I Coordinate;
#define SET_COORDINATE set_int
#define KEPT(eam, i, v) NULL
#else
typedef double Real;
typedef GbEntryReal Entry;
typedef V Coordinate;
#define SET_COORDINATE set_all
/* What is kept of vector v of atom i. */
#define KEPT(eam, i, v) ((eam)->kept + (eam)->kept_start[i] + (v)*LANES)
#endif

/* --- Positions ----------------------------------------------------------------------------------
 */

static void locate(GbEam *eam, const GbKernelAtoms *atoms, int first, int last)
{
  const GbAtoms *own = atoms->own;
  Entry *to = eam->position;
#ifdef GB_SINGLE
  /* adding it leaves the nearest integer in the low bits of the number */
  const double round = 6755399441055744.0 /* 1.5 * 2^52 */, per_unit = 1.0 / eam->unit;
#endif
  for (int e = first; e < last; e++)
    for (int d = 0; d < 3; d++) {
      double x = e < eam->n ? gb_image(own->x[e][d], atoms->wrap[e][d], own->length[d])
                            : atoms->ghosts->x[e - eam->n][d];
#ifdef GB_SINGLE
      double shifted = x * per_unit + round;
      memcpy(&to[e][d], &shifted, sizeof to[e][d]); /* little-endian: the low half */
#else
      to[e][d] = x;
#endif
    }
}

/* --- Neighbour lists ----------------------------------------------------------------------------
 */

static int search(const GbEam *eam, int i, const int cell[3], int room, uint32_t *found)
{
  const GbCells *cells = &eam->cells;
  const GbStencil *stencil = &eam->stencil[eam->type[i]];
  const GbSearchLimits *limits = &eam->limits[eam->type[i]];
  int count = 0;
  for (int k = 0; k < stencil->count; k++) {
    const GbStencilRow *row = &stencil->rows[k];
    int y = cell[1] + row->dy, z = cell[2] + row->dz;
    if (y < 0 || z < 0 || y >= cells->cells[1] || z >= cells->cells[2]) continue;
    int x0 = cell[0] - row->reach, x1 = cell[0] + row->reach + 1;
    x0 = x0 < 0 ? 0 : x0;
    x1 = x1 > cells->cells[0] ? cells->cells[0] : x1;
    const int64_t *start = cells->start + ((int64_t)z * cells->cells[1] + y) * cells->cells[0];
    count = search_run(cells, start[x0], start[x1], eam->raw[i], i, limits, room, found, count);
  }
  return count;
}

static int select_tagged(const GbEam *eam, const uint32_t *found, int count, uint32_t tag,
                         uint32_t *to)
{
  return select_run(found, count, tag, GB_EAM_STRIDE(eam), to);
}

/* --- Geometry -----------------------------------------------------------------------------------
 */

#ifndef GB_SINGLE
/* Positions of the entries in `row`, coordinate by coordinate, and their fourth numbers. */
INLINE void load_entries(const Entry *at, const uint32_t *row, V *x, V *y, V *z, V *w)
{
  const double *p[LANES];
  V c[4];
  for (int l = 0; l < LANES; l++)
    p[l] = (const double *)at + row[l];
  load_columns(p, c);
  *x = c[0];
  *y = c[1];
  *z = c[2];
  *w = c[3];
}
#endif

INLINE void measure(const Entry *at, const uint32_t *row, const Coordinate x[3], V d[3], V *s,
                    V *slope)
{
  Coordinate c[3];
  load_entries(at, row, &c[0], &c[1], &c[2], slope);
  for (int k = 0; k < 3; k++)
    d[k] = difference(c[k], x[k]);
  *s = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

INLINE void take_position(const GbEam *eam, int i, Coordinate x[3])
{
  const Entry *at = eam->position;
  for (int d = 0; d < 3; d++)
    x[d] = SET_COORDINATE(at[i][d]);
}

static int prune(const GbEam *eam, int i, uint32_t *to)
{
  const GbSearchLimits *limits = &eam->prune_limits[eam->type[i]];
  const uint32_t *found = eam->found.list + eam->found.start[i];
  int n = 0, next = i + PREFETCH < eam->n ? i + PREFETCH : i;
  for (int t = 0; t < eam->found.count[next]; t += 16)
    __builtin_prefetch(eam->found.list + eam->found.start[next] + t);
  Coordinate x[3];
  take_position(eam, i, x);
  for (int t = 0; t < eam->found.count[i]; t += LANES) {
    uint32_t places[LANES];
    V d[3], s, unused;
    for (int l = 0; l < LANES; l++)
      places[l] = (found[t + l] & ~GB_TAG_MASK) * GB_EAM_STRIDE(eam);
    measure(eam->position, places, x, d, &s, &unused);
    n = keep_within(found + t, eam->found.count[i] - t, s, limits, to, n);
  }
  return n;
}

/* --- Pair functions -----------------------------------------------------------------------------
 */

#ifdef GB_SINGLE

typedef struct {
  const GbPoly *poly;
  V scale, end;
} Function;

INLINE Function take_function(const GbPoly *poly)
{
  return (Function){poly, set_all(poly->scale), set_all(poly->end)};
}

/* The polynomial's value, zero from its end on. */
INLINE V horner(const Function *f, V S, V t, const V *c, int degree)
{
  V p = c[degree];
  for (int k = degree - 1; k >= 0; k--)
    p = p * t + c[k];
  return keep_below(p, S, f->end);
}

INLINE V density_at(const Function *f, V s)
{
  V S = s * f->scale, c[GB_DEGREE_WEIGHT + 2];
  look_up_low(f->poly, segment_of(S, GB_SHIFT_WEIGHT, GB_SEGMENTS_WEIGHT), GB_DEGREE_WEIGHT + 2, c);
  return horner(f, S, within_segment(S, GB_SHIFT_WEIGHT), c, GB_DEGREE_WEIGHT + 1);
}

/* rho'_ab/r. */
INLINE V weight_at(const Function *f, V s)
{
  V S = s * f->scale, c[GB_DEGREE_WEIGHT + 1];
  look_up_low(f->poly, segment_of(S, GB_SHIFT_WEIGHT, GB_SEGMENTS_WEIGHT), GB_DEGREE_WEIGHT + 1, c);
  return horner(f, S, within_segment(S, GB_SHIFT_WEIGHT), c, GB_DEGREE_WEIGHT);
}

/* phi'/r. top: only the upper half of the segments is needed. */
INLINE V pair_slope_at(const Function *f, V s, bool top)
{
  V S = s * f->scale, c[GB_DEGREE_SLOPE + 1];
  I segment = segment_of(S, GB_SHIFT_SLOPE, GB_SEGMENTS_SLOPE);
  if (top)
    look_up_top(f->poly, segment, GB_DEGREE_SLOPE + 1, c);
  else
    look_up(f->poly, segment, GB_DEGREE_SLOPE + 1, c);
  return horner(f, S, within_segment(S, GB_SHIFT_SLOPE), c, GB_DEGREE_SLOPE);
}

INLINE V pair_at(const Function *f, V s)
{
  V S = s * f->scale, c[GB_DEGREE_SLOPE + 2];
  look_up(f->poly, segment_of(S, GB_SHIFT_SLOPE, GB_SEGMENTS_SLOPE), GB_DEGREE_SLOPE + 2, c);
  return horner(f, S, within_segment(S, GB_SHIFT_SLOPE), c, GB_DEGREE_SLOPE + 1);
}

#else

/* Place of a distance in a table. */
typedef struct {
  V per_r, place, scale; /* 1/r; 0 to 1 in the piece; slope per knot -> derivative over r */
  V r, end;
  I piece;
} Place;

INLINE Place place_of(const GbEamTable *table, V s)
{
  const V per_step = set_all(1.0 / table->step);
  V r = root(s), u = smaller(r, set_all(table->last * table->step)) * per_step;
  Place p;
  p.r = r;
  p.end = set_all(table->end);
  p.piece = whole_part(u);
  p.place = u - from_int(p.piece);
  p.per_r = keep_below(1.0 / r, r, p.end); /* phi, phi' and rho' are products of it */
  p.scale = per_step * p.per_r;
  return p;
}

/* Value, slope, next value, next slope of each piece. */
INLINE void load_knots(const GbEamKnot *knots, I piece, V k[4])
{
  const double *p[LANES];
  int at[LANES];
  store_ints(at, piece);
  for (int l = 0; l < LANES; l++)
    p[l] = knots[at[l]];
  load_columns(p, k);
}

INLINE void hermite(const GbEamKnot *knots, const Place *at, V *value, V *slope)
{
  V k[4]; /* f0 d0 f1 d1 */
  load_knots(knots, at->piece, k);
  V p = at->place, rise = k[2] - k[0];
  V c3 = k[1] + k[3] - 2.0 * rise, c2 = rise - k[1] - c3;
  *value = ((c3 * p + c2) * p + k[1]) * p + k[0];
  *slope = ((3.0 * c3 * p + 2.0 * c2) * p + k[1]) * at->scale;
}

#endif

/* --- Pass 1 -------------------------------------------------------------------------------------
 */

#ifdef GB_SINGLE
/* The density of atoms of type b at one of type a. */
INLINE V density_of_type(const GbEam *eam, int a, int b, V s, double *kept)
{
  (void)kept;
  Function f = take_function(&eam->poly[a][b]->density);
  return density_at(&f, s);
}

INLINE V close_limit(const GbEam *eam, int a, int b)
{
  return set_all(eam->poly[a][b]->close);
}
#else
/* Keeps the slope over r: looking into the tables again would cost more. */
INLINE V density_of_type(const GbEam *eam, int a, int b, V s, double *kept)
{
  V rho, slope;
  Place place = place_of(&eam->table[a][b], s);
  hermite(eam->table[a][b].density, &place, &rho, &slope);
  rho = keep_below(rho, place.r, place.end);
  memcpy(kept, &slope, sizeof slope);
  return rho;
}

INLINE V close_limit(const GbEam *eam, int a, int b)
{
  (void)eam, (void)a, (void)b;
  return set_all(GB_EAM_R_MIN * GB_EAM_R_MIN);
}
#endif

/* Rows are read once per pass, and only in part by the first: no hardware guesses what comes. */
INLINE void prefetch_row(const GbEam *eam, int i, int last, const uint16_t *vectors)
{
  if (i >= last) return;
  const uint32_t *row = eam->rows.list + eam->rows.start[i];
  for (int64_t t = 0; t < vectors[i] * LANES; t += 16)
    __builtin_prefetch(row + t);
}

static void density_of_atom(GbEam *eam, int i)
{
  Coordinate x[3];
  int a = eam->type[i];
  int64_t start = eam->rows.start[i], vectors = eam->rows.near[i];
  const uint32_t *row = eam->rows.list + start;
  const unsigned char *type = eam->rows.vector_type + start / LANES;
  V sum = set_all(0), excess = set_all(1); /* s less the limit, where it is smallest */
  take_position(eam, i, x);
  for (int64_t v = 0; v < vectors; v++) {
    V d[3], s, unused;
    measure(eam->position, row + v * LANES, x, d, &s, &unused);
    excess = smaller(excess, s - close_limit(eam, a, type[v]));
    sum += density_of_type(eam, a, type[v], s, KEPT(eam, i, v));
  }
  eam->rho[i] = sum_all(sum);
  eam->close[i] = any_below(excess, set_all(0));
#ifndef GB_SINGLE
  if (eam->close[i]) eam->rho[i] = NAN;
#endif
}

static void density(GbEam *eam, int first, int last)
{
  for (int i = first; i < last; i++) {
    prefetch_row(eam, i + PREFETCH, eam->n, eam->rows.near);
    density_of_atom(eam, i);
  }
}

/* --- Pass 2 -------------------------------------------------------------------------------------
 */

typedef struct {
  V force[3], stress[6], phi;
} Sums;

INLINE void add_pairs(Sums *sums, V g, const V d[3], unsigned want)
{
  for (int k = 0; k < 3; k++)
    sums->force[k] = fused(g, d[k], sums->force[k]); /* the same bits, whatever is wanted */
  if (!(want & GB_WANT_PRESSURE)) return;
  const V f[3] = {g * d[0], g * d[1], g * d[2]};
  for (int k = 0; k < 3; k++)
    sums->stress[k] += f[k] * d[k];
  if (!(want & OFF_DIAGONAL)) return;
  sums->stress[3] += f[0] * d[1];
  sums->stress[4] += f[0] * d[2];
  sums->stress[5] += f[1] * d[2];
}

#ifdef GB_SINGLE
/* phi'/r, and phi added to *phi. */
INLINE V pair_of_type(const GbEam *eam, int a, int b, V s, bool top, unsigned want, V *phi)
{
  Function f = take_function(&eam->poly[a][b]->slope);
  if (want & GB_WANT_ENERGY) {
    Function p = take_function(&eam->poly[a][b]->pair);
    *phi += pair_at(&p, s);
  }
  return pair_slope_at(&f, s, top);
}

/* phi'/r and the embedding's part: F'_i rho'_ab/r + F'_j rho'_ba/r. */
INLINE V near_of_type(const GbEam *eam, int a, int b, V s, V at_i, V at_j, bool both, unsigned want,
                      const double *kept, V *phi)
{
  (void)kept;
  Function f = take_function(&eam->poly[a][b]->weight);
  V g = pair_of_type(eam, a, b, s, false, want, phi), w = weight_at(&f, s);
  if (!both) return fused(at_i + at_j, w, g);
  f = take_function(&eam->poly[b][a]->weight);
  return fused(at_j, weight_at(&f, s), fused(at_i, w, g));
}
#else
INLINE V pair_at_place(const GbEam *eam, int a, int b, const Place *place, unsigned want, V *phi)
{
  V value, slope; /* of r phi */
  hermite(eam->table[a][b].pair, place, &value, &slope);
  value *= place->per_r;
  if (want & GB_WANT_ENERGY) *phi += value;
  return (slope - value * place->per_r) * place->per_r;
}

INLINE V pair_of_type(const GbEam *eam, int a, int b, V s, bool top, unsigned want, V *phi)
{
  (void)top;
  Place place = place_of(&eam->table[a][b], s);
  return pair_at_place(eam, a, b, &place, want, phi);
}

INLINE V near_of_type(const GbEam *eam, int a, int b, V s, V at_i, V at_j, bool both, unsigned want,
                      const double *kept, V *phi)
{
  V rho, w;
  Place place = place_of(&eam->table[a][b], s);
  V g = pair_at_place(eam, a, b, &place, want, phi);
  memcpy(&w, kept, sizeof w);
  if (!both) return fused(at_i + at_j, w, g);
  g = fused(at_i, w, g);
  place = place_of(&eam->table[b][a], s); /* may end elsewhere */
  hermite(eam->table[b][a].density, &place, &rho, &w);
  return fused(at_j, w, g);
}
#endif

/* `both`: rho_ab and rho_ba differ for some types. */
INLINE void visit_near(const GbEam *eam, int i, const Coordinate x[3], Real slope_i, unsigned want,
                       bool both, Sums *sums)
{
  int a = eam->type[i];
  int64_t start = eam->rows.start[i], vectors = eam->rows.near[i];
  const uint32_t *row = eam->rows.list + start;
  const unsigned char *type = eam->rows.vector_type + start / LANES;
  const V at_i = set_all(slope_i);
  for (int64_t v = 0; v < vectors; v++) {
    V d[3], s, at_j;
    measure(eam->position, row + v * LANES, x, d, &s, &at_j);
    V g = near_of_type(eam, a, type[v], s, at_i, at_j, both, want, KEPT(eam, i, v), &sums->phi);
    add_pairs(sums, g, d, want);
  }
}

INLINE void visit_far(const GbEam *eam, int i, const Coordinate x[3], unsigned want, bool top,
                      Sums *sums)
{
  int a = eam->type[i];
  int64_t start = eam->rows.start[i] + (int64_t)eam->rows.near[i] * LANES;
  int64_t vectors = eam->rows.all[i] - eam->rows.near[i];
  const uint32_t *row = eam->rows.list + start;
  const unsigned char *type = eam->rows.vector_type + start / LANES;
  for (int64_t v = 0; v < vectors; v++) {
    V d[3], s, unused;
    measure(eam->position, row + v * LANES, x, d, &s, &unused);
    V g = pair_of_type(eam, a, type[v], s, top, want, &sums->phi);
    add_pairs(sums, g, d, want);
  }
}

/* Sums over the lanes, to eV and angstrom. */
INLINE void finish(const GbEam *eam, int i, double slope_i, unsigned want, const Sums *sums,
                   double force[4], double stress[8])
{
  double unit = 1.0;
#ifdef GB_SINGLE
  unit = eam->unit;
  if (eam->close[i]) {
    memset(force, 0, 4 * sizeof *force);
    memset(stress, 0, 8 * sizeof *stress);
    GbEamCloseForces(eam, i, slope_i, force, stress, &force[3]);
    return;
  }
#else
  (void)eam, (void)i, (void)slope_i;
#endif
  sum_four(sums->force[0], sums->force[1], sums->force[2], sums->phi, force);
  for (int k = 0; k < 3; k++)
    force[k] *= unit;
  if (!(want & GB_WANT_PRESSURE)) return;
  sum_four(sums->stress[0], sums->stress[1], sums->stress[2], sums->stress[3], stress);
  if (want & OFF_DIAGONAL)
    sum_four(sums->stress[4], sums->stress[5], sums->stress[4], sums->stress[5], stress + 4);
  else
    stress[4] = stress[5] = 0.0;
  for (int c = 0; c < 6; c++)
    stress[c] *= unit * unit;
}

INLINE void give_out(const GbEam *eam, int i, unsigned want, const double force[4],
                     const double stress[8], const GbKernelOutput *output, int64_t sums[7])
{
  for (int k = 0; k < 3; k++)
    output->force[i][k] = force[k];
  if (want & GB_WANT_PRESSURE)
    for (int c = 0; c < (want & OFF_DIAGONAL ? 6 : 3); c++) {
      gb_add_fixed(&sums[1 + c], gb_fixed(-0.5 * stress[c]));
      if (output->stress) output->stress[i][c] = 0.5 * stress[c];
    }
  if (!(want & GB_WANT_ENERGY)) return;
  double embedding, slope;
  GbEamEmbedding(eam, eam->type[i], eam->rho[i], &embedding, &slope);
  double energy = embedding + 0.5 * force[3];
  gb_add_fixed(&sums[0], gb_fixed(energy));
  if (output->energy) output->energy[i] = energy;
}

/* fast: densities are symmetric and far pairs lie in the upper half of the segments. */
INLINE void force_range(const GbEam *eam, int first, int last, unsigned want, bool fast,
                        const double *slope, const GbKernelOutput *output, int64_t sums[7])
{
  for (int i = first; i < last; i++) {
    prefetch_row(eam, i + PREFETCH, eam->n, eam->rows.all);
    Sums s;
    Coordinate x[3];
    double force[4], stress[8];
    memset(&s, 0, sizeof s);
    take_position(eam, i, x);
    if (fast) {
      visit_near(eam, i, x, (Real)slope[i], want, false, &s);
      visit_far(eam, i, x, want, true, &s);
    } else {
      visit_near(eam, i, x, (Real)slope[i], want, !eam->all_symmetric, &s);
      visit_far(eam, i, x, want, false, &s);
    }
    finish(eam, i, slope[i], want, &s, force, stress);
    give_out(eam, i, want, force, stress, output, sums);
  }
}

/* Each choice compiled on its own, so that what is not wanted costs nothing. */
static void forces(GbEam *eam, int first, int last, unsigned want, const double *slope,
                   const GbKernelOutput *output, int64_t sums[7])
{
  if (!eam->all_symmetric || !eam->far_in_top)
    force_range(eam, first, last, want, false, slope, output, sums);
  else if (want & GB_WANT_ENERGY)
    force_range(eam, first, last, GB_WANT_ALL, true, slope, output, sums);
  else if (want & OFF_DIAGONAL)
    force_range(eam, first, last, GB_WANT_VIRIAL, true, slope, output, sums);
  else if (want & GB_WANT_PRESSURE)
    force_range(eam, first, last, GB_WANT_PRESSURE, true, slope, output, sums);
  else
    force_range(eam, first, last, GB_WANT_FORCES, true, slope, output, sums);
}

const GbEamPasses PASSES = {
    LANES, sizeof(Real) == sizeof(float), locate, search, prune, select_tagged, density, forces};
