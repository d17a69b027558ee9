/* K u by a Walsh-Hadamard transform over the corners of each element.
 *
 * On the cube -1 <= xi, eta, zeta <= 1 the displacement is a sum of the monomials xi^a eta^b zeta^c
 * (a, b, c = 0 or 1) whose coefficients are sums and differences of the corner values, the
 * transform. Derivatives of monomials are monomials, and these are orthogonal with norms
 * 3^-(a+b+c), so the energy falls into small independent parts. With h[c][b] the transform of
 * component c, b having bit d for axis d, and the forces F[c][b] conjugate to it (up to a common
 * factor, which is put into the moduli):
 *   F[c][c]   = lambda (h[0][0] + h[1][1] + h[2][2]) + 2 mu h[c][c]     (bit c alone)
 *   F[c][d]   = mu (h[c][d] + h[d][c])
 *   F[p][pd]  = (1/3) ((lambda + 3 mu) h[p][pd] + lambda h[e][de])
 *   F[e][pd]  = (1/3) mu (2 h[e][pd] + h[d][pe] + h[p][de])
 *   F[c][pde] = (1/9) (lambda + 4 mu) h[c][pde]
 * for p, d, e different axes; in plane strain F[c][pd] = (1/3) (lambda + 3 mu) h[c][pd]. That is a
 * third of the operations of the 24 x 24 matrix, and no memory but the moduli. Rejected: assembled
 * rows (64^3 voxels: 97 ms against 5 ms, bound by reading the matrix).
 *
 * Eight neighbours along x are computed at a time, in the compiler's vectors. What an element gives
 * its left and its right nodes is added up in separate rows, joined at the end. */
#include "mesoscale/elasticity/product.h"

#include "mesoscale/elasticity/transforms.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 8, MAX_ROWS = 4, MAX_MODES = 8 };
typedef double Wide __attribute__((vector_size(WIDTH * sizeof(double))));

struct GbProduct {
  GbNodes nodes;
  int first, last, nthreads;
  int width;     /* nx to a multiple of WIDTH */
  int pitch;     /* of rows: width + WIDTH, since neighbours are read one further */
  size_t planes; /* doubles per plane of nodes: dim * ny * pitch */
  double *u;     /* [last-first+2][dim][ny][pitch] planes first-1..last; row[nx] repeats row[0] */
  double *lambda, *mu; /* [last-first+1][ny][width] of voxel planes first-1..last-1, times SCALE */
  double *sums;        /* [nthreads][2 planes][2 sides][dim][ny][pitch] */
};

/* --- Elements --------------------------------------------------------------------------------- */

/* Corner rows in the order (j, k), (j + 1, k), (j, k + 1), (j + 1, k + 1); in plane strain the
 * first and third, in places 0 and 1. */
typedef struct {
  const double *u[GB_MAX_DIM][MAX_ROWS];
  double *left[GB_MAX_DIM][MAX_ROWS], *right[GB_MAX_DIM][MAX_ROWS];
  const double *lambda, *mu;
} Rows;

static inline void read(Wide *to, const double *from)
{
  memcpy(to, from, sizeof *to);
}

static inline void add(double *to, const Wide *what)
{
  Wide sum;
  memcpy(&sum, to, sizeof sum);
  sum += *what;
  memcpy(to, &sum, sizeof sum);
}

/* Modes of one component: bit 0 x, bit 1 z, bit 2 y. */
static inline void transform_3d(const double *const u[MAX_ROWS], int i, Wide h[MAX_MODES])
{
  Wide sum[MAX_ROWS], difference[MAX_ROWS];
  for (int r = 0; r < 4; r++) {
    Wide left, right;
    read(&left, u[r] + i);
    read(&right, u[r] + i + 1);
    sum[r] = left + right;
    difference[r] = right - left;
  }
  for (int x = 0; x < 2; x++) {
    const Wide *s = x ? difference : sum;
    const Wide lower = s[0] + s[1], upper = s[2] + s[3], low_y = s[1] - s[0], up_y = s[3] - s[2];
    h[x] = lower + upper;
    h[x + 2] = upper - lower;
    h[x + 4] = low_y + up_y;
    h[x + 6] = up_y - low_y;
  }
}

/* Adds forces f[1..7] of one component to its corner rows; f[0], a translation, is zero. */
static inline void spread_3d(const Wide f[MAX_MODES], int i, bool lower, bool upper,
                             double *const left[MAX_ROWS], double *const right[MAX_ROWS])
{
  const Wide side[2][4] = {{-f[1], f[2] - f[3], f[4] - f[5], f[6] - f[7]},
                           {f[1], f[2] + f[3], f[4] + f[5], f[6] + f[7]}};
  for (int x = 0; x < 2; x++) {
    const Wide *s = side[x];
    double *const *to = x ? right : left;
    if (lower) {
      const Wide even = s[0] - s[1], odd = s[2] - s[3];
      const Wide r0 = even - odd, r1 = even + odd;
      add(to[0] + i, &r0);
      add(to[1] + i, &r1);
    }
    if (upper) {
      const Wide even = s[0] + s[1], odd = s[2] + s[3];
      const Wide r2 = even - odd, r3 = even + odd;
      add(to[2] + i, &r2);
      add(to[3] + i, &r3);
    }
  }
}

static inline void modes_3d(const Wide *lambda, const Wide *mu, const Wide h[GB_MAX_DIM][MAX_MODES],
                            Wide f[GB_MAX_DIM][MAX_MODES])
{
  const Wide pressure_part = *lambda * (h[0][1] + h[1][2] + h[2][4]);
  const Wide l3 = *lambda * (1.0 / 3), m3 = *mu * (1.0 / 3), both = l3 + 3 * m3;
  const Wide last = (*lambda + 4 * *mu) * (1.0 / 9);
  for (int p = 0; p < 3; p++) {
    const int d = (p + 1) % 3, e = (p + 2) % 3, bp = 1 << p, bd = 1 << d, be = 1 << e;
    f[p][bp] = pressure_part + 2 * *mu * h[p][bp];
    f[p][bd] = f[d][bp] = *mu * (h[p][bd] + h[d][bp]);
    f[p][bp | bd] = both * h[p][bp | bd] + l3 * h[e][bd | be];
    f[d][bp | bd] = both * h[d][bp | bd] + l3 * h[e][bp | be];
    f[e][bp | bd] = m3 * (2 * h[e][bp | bd] + h[d][bp | be] + h[p][bd | be]);
    f[p][7] = last * h[p][7];
  }
}

static void row_3d(const Rows *rows, int width, bool lower, bool upper)
{
  for (int i = 0; i < width; i += WIDTH) {
    Wide h[GB_MAX_DIM][MAX_MODES], f[GB_MAX_DIM][MAX_MODES], lambda, mu;
    read(&lambda, rows->lambda + i);
    read(&mu, rows->mu + i);
    for (int c = 0; c < 3; c++)
      transform_3d(rows->u[c], i, h[c]);
    modes_3d(&lambda, &mu, (const Wide(*)[MAX_MODES])h, f);
    for (int c = 0; c < 3; c++)
      spread_3d(f[c], i, lower, upper, rows->left[c], rows->right[c]);
  }
}

static void row_2d(const Rows *rows, int width, bool lower, bool upper)
{
  for (int i = 0; i < width; i += WIDTH) {
    Wide x[2], z[2], xz[2], f_x[2], f_z[2], lambda, mu;
    read(&lambda, rows->lambda + i);
    read(&mu, rows->mu + i);
    for (int c = 0; c < 2; c++) {
      Wide a, b, d, e;
      read(&a, rows->u[c][0] + i);
      read(&b, rows->u[c][0] + i + 1);
      read(&d, rows->u[c][1] + i);
      read(&e, rows->u[c][1] + i + 1);
      x[c] = (b - a) + (e - d);
      z[c] = (e + d) - (a + b);
      xz[c] = (e - d) - (b - a);
    }
    const Wide pressure_part = lambda * (x[0] + z[1]), shear = mu * (z[0] + x[1]);
    f_x[0] = pressure_part + 2 * mu * x[0];
    f_z[1] = pressure_part + 2 * mu * z[1];
    f_z[0] = f_x[1] = shear;
    for (int c = 0; c < 2; c++) {
      const Wide f_xz = (lambda + 3 * mu) * (1.0 / 3) * xz[c];
      const Wide a = f_xz - f_x[c] - f_z[c], b = f_x[c] - f_z[c] - f_xz;
      const Wide d = f_z[c] - f_x[c] - f_xz, e = f_x[c] + f_z[c] + f_xz;
      if (lower) {
        add(rows->left[c][0] + i, &a);
        add(rows->right[c][0] + i, &b);
      }
      if (upper) {
        add(rows->left[c][1] + i, &d);
        add(rows->right[c][1] + i, &e);
      }
    }
  }
}

/* --- Planes ----------------------------------------------------------------------------------- */

/* Adds what voxel plane k (counted from first - 1) gives to the node planes below and above it;
 * either may be NULL. */
static void voxel_plane(const GbProduct *p, int k, double *below, double *above)
{
  const GbNodes *n = &p->nodes;
  const size_t side = p->planes;
  const int nrows = n->dim == 2 ? 2 : 4;
  for (int j = 0; j < n->ny; j++) {
    const size_t voxel_row = ((size_t)k * (size_t)n->ny + (size_t)j) * (size_t)p->width;
    Rows rows = {.lambda = p->lambda + voxel_row, .mu = p->mu + voxel_row};
    for (int c = 0; c < n->dim; c++)
      for (int r = 0; r < nrows; r++) {
        const bool up = n->dim == 2 ? r > 0 : r > 1;
        const int y = n->dim == 2 ? 0 : (j + r % 2) % n->ny;
        const size_t row = ((size_t)c * (size_t)n->ny + (size_t)y) * (size_t)p->pitch;
        double *to = up ? above : below;
        rows.u[c][r] = p->u + (size_t)(k + up) * p->planes + row;
        rows.left[c][r] = to ? to + row : NULL;
        rows.right[c][r] = to ? to + side + row : NULL;
      }
    if (n->dim == 2)
      row_2d(&rows, p->width, below, above);
    else
      row_3d(&rows, p->width, below, above);
  }
}

/* Joins left and right parts: node i belongs to voxels i - 1 and i. */
static void finish_plane(const GbProduct *p, const double *sums, double *force)
{
  const GbNodes *n = &p->nodes;
  for (int r = 0; r < n->dim * n->ny; r++) {
    const double *left = sums + (size_t)r * (size_t)p->pitch, *right = left + p->planes;
    double *to = force + (size_t)r * (size_t)n->nodes_x;
    to[0] = n->free_x ? left[0] : left[0] + right[n->nx - 1];
    for (int i = 1; i < n->nx; i++)
      to[i] = left[i] + right[i - 1];
    if (n->free_x) to[n->nx] = right[n->nx - 1];
  }
}

/* Node planes a..b-1, counted from `first`. */
static void node_planes(const GbProduct *p, int a, int b, double *sums, double *force)
{
  const GbNodes *n = &p->nodes;
  const size_t size = 2 * p->planes;
  const size_t plane = (size_t)(n->dim * n->ny) * (size_t)n->nodes_x;
  double *below = sums, *above = sums + size;
  if (a >= b) return;
  memset(above, 0, size * sizeof *above);
  voxel_plane(p, a, NULL, above);
  for (int k = a; k < b; k++) {
    double *swap = below;
    below = above;
    above = swap;
    memset(above, 0, size * sizeof *above);
    voxel_plane(p, k + 1, below, k + 1 < b ? above : NULL);
    finish_plane(p, below, force + (size_t)k * plane);
  }
}

static void copy_plane(const GbProduct *p, const double *from, double *to)
{
  const GbNodes *n = &p->nodes;
  for (int r = 0; r < n->dim * n->ny; r++) {
    const double *row = from + (size_t)r * (size_t)n->nodes_x;
    double *copy = to + (size_t)r * (size_t)p->pitch;
    memcpy(copy, row, (size_t)n->nodes_x * sizeof *copy);
    if (!n->free_x) copy[n->nx] = row[0];
  }
}

void GbProductApply(GbProduct *p, const double *displacement, const double *before,
                    const double *after, double *force)
{
  const GbNodes *n = &p->nodes;
  const int nplanes = p->last - p->first;
  const size_t plane = (size_t)(n->dim * n->ny) * (size_t)n->nodes_x;
#pragma omp parallel num_threads(p->nthreads)
  {
#pragma omp for schedule(static)
    for (int k = -1; k <= nplanes; k++)
      copy_plane(p,
                 k < 0         ? before
                 : k < nplanes ? displacement + (size_t)k * plane
                               : after,
                 p->u + (size_t)(k + 1) * p->planes);
#pragma omp for schedule(static)
    for (int t = 0; t < p->nthreads; t++)
      node_planes(p, (int)((int64_t)nplanes * t / p->nthreads),
                  (int)((int64_t)nplanes * (t + 1) / p->nthreads),
                  p->sums + (size_t)t * 4 * p->planes, force);
  }
}

/* --- Moduli and life cycle -------------------------------------------------------------------- */

/* 1/16 (1/4 in plane strain) from the transform to gradients and back. */
static void set_voxel(GbProduct *p, size_t place, double mu, double bulk)
{
  const double scale = p->nodes.dim == 2 ? 0.25 : 0.0625;
  p->mu[place] = scale * mu;
  p->lambda[place] = scale * (bulk - 2.0 / 3 * mu);
}

void GbProductSetModuli(GbProduct *p, const double *mu, const double *bulk)
{
  const GbNodes *n = &p->nodes;
  for (int k = 0; k <= p->last - p->first; k++)
    for (int j = 0; j < n->ny; j++)
      for (int i = 0; i < n->nx; i++) {
        const int plane = (p->first - 1 + k + n->nz) % n->nz;
        const size_t v = ((size_t)plane * (size_t)n->ny + (size_t)j) * (size_t)n->nx + (size_t)i;
        set_voxel(p, ((size_t)k * (size_t)n->ny + (size_t)j) * (size_t)p->width + (size_t)i, mu[v],
                  bulk[v]);
      }
}

void GbProductSetVoxel(GbProduct *p, int voxel, double mu, double bulk)
{
  const GbNodes *n = &p->nodes;
  const int i = voxel % n->nx, j = voxel / n->nx % n->ny, plane = voxel / n->nx / n->ny;
  for (int k = 0; k <= p->last - p->first; k++) /* the first and last plane may be the same */
    if ((p->first - 1 + k + n->nz) % n->nz == plane)
      set_voxel(p, ((size_t)k * (size_t)n->ny + (size_t)j) * (size_t)p->width + (size_t)i, mu,
                bulk);
}

GbStatus GbProductCreate(const GbNodes *nodes, int first, int last, GbProduct **product)
{
  GbProduct *p;
  *product = NULL;
  GB_CALLOC(p, 1);
  p->nodes = *nodes;
  p->first = first;
  p->last = last;
  p->nthreads = GbNodesThreads(nodes);
  p->width = (nodes->nx + WIDTH - 1) / WIDTH * WIDTH;
  p->pitch = p->width + WIDTH;
  p->planes = (size_t)(nodes->dim * nodes->ny) * (size_t)p->pitch;
  const size_t nplanes = (size_t)(last - first), voxels = (size_t)nodes->ny * (size_t)p->width;
  GbStatus status;
  GB_TRY(status, GbTransformAllocate(&p->u, (nplanes + 2) * p->planes), fail);
  GB_TRY(status, GbTransformAllocate(&p->lambda, (nplanes + 1) * voxels), fail);
  GB_TRY(status, GbTransformAllocate(&p->mu, (nplanes + 1) * voxels), fail);
  GB_TRY(status, GbTransformAllocate(&p->sums, (size_t)p->nthreads * 4 * p->planes), fail);
  *product = p;
  return GB_OK;
fail:
  GbProductDestroy(&p);
  return status;
}

void GbProductDestroy(GbProduct **product)
{
  GbProduct *p = *product;
  if (!p) return;
  free(p->u);
  free(p->lambda);
  free(p->mu);
  free(p->sums);
  free(p);
  *product = NULL;
}
