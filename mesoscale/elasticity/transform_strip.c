/* Free surfaces in x: Fourier transforms along z (and y), banded systems across x.
 *
 * Per wave number the stiffness is that of a line of nodes: with the 2 x 2 matrices of the linear
 * element across x, of shape functions M, of slopes S, and of slope (row) with shape function G,
 * and with the symbols m, s, i g along y and z,
 *   K_xx = (lambda + 2 mu) S m_y m_z + mu M (s_y m_z + m_y s_z)
 *   K_zz = mu S m_y m_z + M ((lambda + 2 mu) m_y s_z + mu s_y m_z)      K_yy likewise
 *   K_xz = i g_z m_y (lambda G - mu G^T)                                K_xy likewise
 *   K_yz = (lambda + mu) g_y g_z M.
 * With u_z = i v_z, u_y = i v_y and the rows of z and y multiplied by -i it is real, symmetric and
 * positive definite, of half bandwidth 2 dim - 1, so real and imaginary part are two right-hand
 * sides of one real Cholesky factorisation. Lanes: NLANES wave numbers are solved at a time with
 * the same instructions; LAPACK's dpbtrs, one wave number at a time, waits for each result before
 * the next and takes several times as long.
 *
 * Wave number 0 is singular: translations. Its mean force is removed, the first node pinned, and
 * the mean displacement removed afterwards, which makes a symmetric operator.
 *
 * Two neighbours along x, 2m and 2m + 1, are transformed as the real and imaginary part of one
 * complex number, which needs no other layout and half the transforms: if Z(q) is the transform,
 * then F(2m) = (Z(q) + Z*(-q))/2 and F(2m+1) = (Z(q) - Z*(-q))/2i. So wave numbers q and -q are
 * solved as one. */
#include "mesoscale/elasticity/transforms.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

enum { NLANES = 8, NB = 4, MAX_BAND = 2 * GB_MAX_DIM - 1 };

typedef struct {
  GbNodes nodes;
  int nthreads;
  int band;        /* half bandwidth 2 dim - 1 */
  int nunknowns;   /* dim * nodes_x per wave number */
  int npairs;      /* of wave numbers q and -q */
  int ngroups;     /* of NLANES pairs */
  int *pair;       /* [ngroups*NLANES] q = kz * ny + ky; the last ones may repeat the first */
  int *partner;    /* [ngroups*NLANES] -q */
  double *factor;  /* [ngroups][nunknowns + band][band + 1][NLANES] see factorise */
  double *columns; /* [nthreads][band + nunknowns + band][2][NLANES] right-hand sides */
  fftw_plan y_forward, y_back, z_forward, z_back;
} Strip;

/* --- Factors ---------------------------------------------------------------------------------- */

/* The element's matrix across x: entry (dim * a + c, dim * b + d) for nodes a, b. */
static void element_matrix(const Strip *s, double mu, double bulk, int q,
                           double k[2 * GB_MAX_DIM][2 * GB_MAX_DIM])
{
  static const double mass[2][2] = {{1.0 / 3, 1.0 / 6}, {1.0 / 6, 1.0 / 3}};
  const GbNodes *n = &s->nodes;
  const GbSymbol z = GbSymbolOf(q / n->ny, n->nz);
  const GbSymbol y = n->dim == 2 ? (GbSymbol){1, 0, 0} : GbSymbolOf(q % n->ny, n->ny);
  const double lambda = bulk - 2.0 / 3 * mu, full = lambda + 2 * mu;
  const double mm = y.mass * z.mass, sm = y.stiffness * z.mass, ms = y.mass * z.stiffness;
  const int dim = n->dim;
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 2; b++) {
      const double m = mass[a][b], stiffness = a == b ? 1 : -1;
      const double g = a ? 0.5 : -0.5, gt = b ? 0.5 : -0.5;
      double *x_row = k[dim * a] + dim * b, *z_row = k[dim * a + 1] + dim * b;
      x_row[0] = full * stiffness * mm + mu * m * (sm + ms);
      x_row[1] = -z.slope * y.mass * (lambda * g - mu * gt);
      z_row[0] = -z.slope * y.mass * (lambda * gt - mu * g);
      z_row[1] = mu * stiffness * mm + m * (full * ms + mu * sm);
      if (dim == 2) continue;
      double *y_row = k[dim * a + 2] + dim * b;
      x_row[2] = -y.slope * z.mass * (lambda * g - mu * gt);
      y_row[0] = -y.slope * z.mass * (lambda * gt - mu * g);
      z_row[2] = y_row[1] = (lambda + mu) * y.slope * z.slope * m;
      y_row[2] = mu * stiffness * mm + m * (full * sm + mu * ms);
    }
}

/* Lower bands of NLANES matrices: band[r][t] is entry (r, r - t). */
typedef double Band[MAX_BAND + 1][NLANES];

static void fill_band(const Strip *s, double mu, double bulk, int q, int lane, Band *band)
{
  const int dim = s->nodes.dim;
  const double count = (double)s->nodes.ny * s->nodes.nz; /* the transforms' norm */
  double k[2 * GB_MAX_DIM][2 * GB_MAX_DIM];
  element_matrix(s, mu, bulk, q, k);
  for (int i = 0; i < s->nodes.nx; i++)
    for (int r = 0; r < 2 * dim; r++)
      for (int c = 0; c <= r; c++)
        band[dim * i + r][r - c][lane] += count * k[r][c];
  if (q > 0) return;
  for (int r = 0; r < 2 * dim && r < s->nunknowns; r++) /* pins the first node */
    for (int c = 0; c <= r; c++)
      if (c < dim) band[r][r - c][lane] = r == c;
}

/* Cholesky factors in place: band[r][0] becomes 1 / L(r, r), band[r][t] L(r, r - t). */
static void factorise(const Strip *s, Band *band)
{
  for (int r = 0; r < s->nunknowns; r++)
    for (int t = r < s->band ? r : s->band; t >= 0; t--) {
      double sum[NLANES];
      memcpy(sum, band[r][t], sizeof sum);
      for (int i = t + 1; i <= s->band && i <= r; i++)
        for (int l = 0; l < NLANES; l++)
          sum[l] -= band[r][i][l] * band[r - t][i - t][l];
      for (int l = 0; l < NLANES; l++)
        band[r][t][l] = t > 0 ? sum[l] * band[r - t][0][l] : 1 / sqrt(sum[l]);
    }
}

static double *group_factor(const Strip *s, int group)
{
  return s->factor +
         (size_t)group * (size_t)(s->nunknowns + s->band) * (size_t)(s->band + 1) * NLANES;
}

static GbStatus store_factor(const Strip *s, const Band *band, double *factor)
{
  const size_t row = (size_t)(s->band + 1) * NLANES;
  for (int r = 0; r < s->nunknowns; r++) {
    for (int l = 0; l < NLANES; l++)
      if (!isfinite(band[r][0][l]))
        GB_FAIL(GB_ERR_NUMERIC, "the homogeneous strip is not stiff: unknown %d", r);
    memcpy(factor + (size_t)r * row, band[r], row * sizeof *factor);
  }
  return GB_OK;
}

static GbStatus set_moduli(void *context, double mu, double bulk)
{
  Strip *s = context;
  Band *band;
  GbStatus status = GB_OK;
  GB_CALLOC(band, s->nunknowns);
  for (int group = 0; group < s->ngroups && status == GB_OK; group++) {
    memset(band, 0, (size_t)s->nunknowns * sizeof *band);
    for (int l = 0; l < NLANES; l++)
      fill_band(s, mu, bulk, s->pair[group * NLANES + l], l, band);
    factorise(s, band);
    status = store_factor(s, (const Band *)band, group_factor(s, group));
  }
  free(band);
  return status;
}

/* --- Life cycle ------------------------------------------------------------------------------- */

static GbStatus set_pairs(Strip *s)
{
  const int ny = s->nodes.ny, nz = s->nodes.nz;
  GB_CALLOC(s->pair, ny * nz + NLANES);
  GB_CALLOC(s->partner, ny * nz + NLANES);
  for (int q = 0; q < ny * nz; q++) {
    const int partner = (nz - q / ny) % nz * ny + (ny - q % ny) % ny;
    if (partner < q) continue;
    s->pair[s->npairs] = q;
    s->partner[s->npairs++] = partner;
  }
  s->ngroups = (s->npairs + NLANES - 1) / NLANES;
  return GB_OK;
}

static GbStatus set_plans(Strip *s, fftw_complex *field)
{
  const GbNodes *n = &s->nodes;
  const int stride = (int)(n->planes / 2), pitch = n->pitch / 2;
  s->z_forward = fftw_plan_many_dft(1, &n->nz, NB, field, NULL, stride, 1, field, NULL, stride, 1,
                                    FFTW_FORWARD, FFTW_ESTIMATE);
  s->z_back = fftw_plan_many_dft(1, &n->nz, NB, field, NULL, stride, 1, field, NULL, stride, 1,
                                 FFTW_BACKWARD, FFTW_ESTIMATE);
  if (n->dim == 3) {
    s->y_forward = fftw_plan_many_dft(1, &n->ny, pitch, field, NULL, pitch, 1, field, NULL, pitch,
                                      1, FFTW_FORWARD, FFTW_ESTIMATE);
    s->y_back = fftw_plan_many_dft(1, &n->ny, pitch, field, NULL, pitch, 1, field, NULL, pitch, 1,
                                   FFTW_BACKWARD, FFTW_ESTIMATE);
  }
  if (!s->z_forward || !s->z_back || (n->dim == 3 && (!s->y_forward || !s->y_back)))
    GB_FAIL(GB_ERR_LIBRARY, "FFTW has no plan for %d x %d nodes", n->ny, n->nz);
  return GB_OK;
}

static size_t column_size(const Strip *s)
{
  return (size_t)(s->nunknowns + 2 * s->band) * 2 * NLANES;
}

static GbStatus create(const GbNodes *nodes, int nthreads, void **context)
{
  Strip *s;
  double *field;
  GB_CALLOC(s, 1);
  *context = s;
  s->nodes = *nodes;
  s->nthreads = nthreads;
  s->band = 2 * nodes->dim - 1;
  s->nunknowns = nodes->dim * nodes->nodes_x;
  GB_CALL(set_pairs(s));
  GB_CALL(GbTransformAllocate(&s->factor, (size_t)s->ngroups * (size_t)(s->nunknowns + s->band) *
                                              (size_t)(s->band + 1) * NLANES));
  GB_CALL(GbTransformAllocate(&s->columns, (size_t)nthreads * column_size(s)));
  GB_CALL(GbTransformAllocate(&field, nodes->size)); /* plans are applied to other fields */
  GbStatus status = set_plans(s, (fftw_complex *)field);
  free(field);
  return status;
}

static void destroy(void *context)
{
  Strip *s = context;
  if (!s) return;
  fftw_plan plans[] = {s->y_forward, s->y_back, s->z_forward, s->z_back};
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
    if (plans[i]) fftw_destroy_plan(plans[i]);
  free(s->pair);
  free(s->partner);
  free(s->factor);
  free(s->columns);
  free(s);
}

/* --- Solution --------------------------------------------------------------------------------- */

/* Right-hand side of unknown r is column[r][real, imaginary][lane]. */
typedef double Lanes[2][NLANES];

static double *row_of(const Strip *s, double *field, int q, int c)
{
  return field + (size_t)(q / s->nodes.ny) * s->nodes.planes + (size_t)c * s->nodes.plane +
         (size_t)(q % s->nodes.ny) * (size_t)s->nodes.pitch;
}

/* Forces of one component from the transforms at q and -q (a row of complex numbers each). */
static void load(const Strip *s, const double *plus, const double *minus, int c, int lane,
                 Lanes *column)
{
  const int dim = s->nodes.dim, n = s->nodes.nodes_x;
  /* f_x as it is; f_z, f_y times -i: real part from imaginary, imaginary from minus real. */
  const int re = c == 0 ? 0 : 1, im = 1 - re;
  const double sign = c == 0 ? 0.5 : -0.5;
  for (int i = 0; i < n; i += 2) {
    const double a = plus[i], b = plus[i + 1], e = minus[i], d = minus[i + 1];
    double(*even)[NLANES] = column[dim * i + c], (*odd)[NLANES] = column[dim * (i + 1) + c];
    even[re][lane] = sign * (a + e);
    even[im][lane] = 0.5 * (b - d);
    if (i + 1 == n) break;
    odd[re][lane] = sign * (b + d);
    odd[im][lane] = 0.5 * (e - a);
  }
}

/* The opposite, with u_z = i v_z, u_y = i v_y. */
static void store(const Strip *s, const Lanes *column, int c, int lane, double *plus, double *minus)
{
  const int dim = s->nodes.dim, n = s->nodes.nodes_x;
  const int re = c == 0 ? 0 : 1, im = 1 - re;
  const double sign = c == 0 ? 1 : -1;
  for (int i = 0; i < n; i += 2) {
    const double(*even)[NLANES] = column[dim * i + c], (*odd)[NLANES] = column[dim * (i + 1) + c];
    const double a = sign * even[re][lane], b = even[im][lane];
    const double e = i + 1 < n ? sign * odd[re][lane] : 0, d = i + 1 < n ? odd[im][lane] : 0;
    plus[i] = a - d;
    plus[i + 1] = b + e;
    minus[i] = a + d;
    minus[i + 1] = e - b;
  }
}

/* Of wave number 0 in lane 0: removes the mean over the nodes from each component. */
static void remove_mean(const Strip *s, Lanes *column)
{
  const int dim = s->nodes.dim, n = s->nodes.nodes_x;
  for (int c = 0; c < dim; c++)
    for (int part = 0; part < 2; part++) {
      double mean = 0;
      for (int i = 0; i < n; i++)
        mean += column[dim * i + c][part][0] / n;
      for (int i = 0; i < n; i++)
        column[dim * i + c][part][0] -= mean;
    }
}

/* L L^T x = column, in place; column[-band..-1] and column[n..n+band-1] are zeros. */
static inline void substitute(int n, int band, const double *restrict factor, Lanes *column)
{
  const int row = (band + 1) * NLANES;
  for (int r = 0; r < n; r++) {
    const double *f = factor + (size_t)r * (size_t)row;
    for (int part = 0; part < 2; part++)
      for (int l = 0; l < NLANES; l++) {
        double sum = column[r][part][l];
        for (int t = band; t > 0; t--)
          sum -= f[t * NLANES + l] * column[r - t][part][l];
        column[r][part][l] = sum * f[l];
      }
  }
  for (int r = n - 1; r >= 0; r--) {
    const double *f = factor + (size_t)r * (size_t)row;
    for (int part = 0; part < 2; part++)
      for (int l = 0; l < NLANES; l++) {
        double sum = column[r][part][l];
        for (int t = band; t > 0; t--)
          sum -= f[t * row + t * NLANES + l] * column[r + t][part][l];
        column[r][part][l] = sum * f[l];
      }
  }
}

static void solve_group(const Strip *s, int group, double *field, Lanes *column)
{
  const int *pair = s->pair + group * NLANES, *partner = s->partner + group * NLANES;
  const int left = s->npairs - group * NLANES, nlanes = left < NLANES ? left : NLANES;
  for (int l = 0; l < nlanes; l++)
    for (int c = 0; c < s->nodes.dim; c++)
      load(s, row_of(s, field, pair[l], c), row_of(s, field, partner[l], c), c, l, column);
  for (int r = 0; r < s->nunknowns; r++) /* what they hold must not grow */
    for (int l = nlanes; l < NLANES; l++)
      column[r][0][l] = column[r][1][l] = 0;
  if (group == 0) {
    remove_mean(s, column);
    for (int c = 0; c < s->nodes.dim; c++)
      column[c][0][0] = column[c][1][0] = 0;
  }
  if (s->nodes.dim == 2)
    substitute(s->nunknowns, 3, group_factor(s, group), column);
  else
    substitute(s->nunknowns, 5, group_factor(s, group), column);
  if (group == 0) remove_mean(s, column);
  for (int l = 0; l < nlanes; l++)
    for (int c = 0; c < s->nodes.dim; c++)
      store(s, (const Lanes *)column, c, l, row_of(s, field, pair[l], c),
            row_of(s, field, partner[l], c));
}

static void planes_along_y(const Strip *s, fftw_plan plan, double *field)
{
  if (!plan) return;
#pragma omp for schedule(static)
  for (int r = 0; r < s->nodes.nz * s->nodes.dim; r++) {
    fftw_complex *plane = (fftw_complex *)(field + (size_t)r * s->nodes.plane);
    fftw_execute_dft(plan, plane, plane);
  }
}

static void columns_along_z(const Strip *s, fftw_plan plan, double *field)
{
#pragma omp for schedule(static)
  for (int block = 0; block < (int)(s->nodes.planes / (2 * NB)); block++) {
    fftw_complex *first = (fftw_complex *)field + (size_t)block * NB;
    fftw_execute_dft(plan, first, first);
  }
}

static void solve(void *context, double *field)
{
  const Strip *s = context;
#pragma omp parallel num_threads(s->nthreads)
  {
#ifdef _OPENMP
    const size_t thread = (size_t)omp_get_thread_num();
#else
    const size_t thread = 0;
#endif
    Lanes *column = (Lanes *)(s->columns + thread * column_size(s)) + s->band;
    planes_along_y(s, s->y_forward, field);
    columns_along_z(s, s->z_forward, field);
#pragma omp for schedule(static)
    for (int group = 0; group < s->ngroups; group++)
      solve_group(s, group, field, column);
    columns_along_z(s, s->z_back, field);
    planes_along_y(s, s->y_back, field);
  }
}

const GbTransform GbTransformStrip = {create, set_moduli, solve, destroy};
