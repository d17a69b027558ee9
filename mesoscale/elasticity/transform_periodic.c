/* Periodic along all axes: K u = f is a product per wave vector.
 *
 * The nodal unknowns all sit at the nodes and the element is symmetric under inversion, so the
 * symbol K(k) is real, symmetric, dim x dim. With the symbols m, s, i g along each axis of the
 * one-dimensional products of shape functions, of slopes, and of one with the other,
 *   K_xx = (lambda + 2 mu) s_x m_y m_z + mu (m_x s_y m_z + m_x m_y s_z),
 *   K_xz = (lambda + mu) g_x g_z m_y,
 * and the others by exchanging axes. Plane strain is g_y = s_y = 0, m_y = 1. Only k = 0 is singular
 * (translation); its displacement is set to zero. The inverse is stored for half of the k_z: K_xz
 * and K_yz are odd in k_z, the rest even.
 *
 * Order of work, so that each number is fetched as rarely as possible: rows along x plane by plane
 * (then along y in the same plane), then blocks of NB columns along z, which are transformed,
 * multiplied and transformed back within the cache, then planes again. */
#include "mesoscale/elasticity/transforms.h"

#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

enum { NB = 4, MAX_ENTRIES = 6 };

typedef struct {
  GbNodes nodes;
  int nthreads;
  int nwaves_x;                          /* nx / 2 + 1 */
  int pitch;                             /* complex numbers from row to row */
  size_t plane, planes;                  /* complex numbers per plane of one, of all components */
  int nblocks;                           /* of NB columns in a plane */
  int nhalf;                             /* nz / 2 + 1 */
  int nentries;                          /* of a symmetric dim x dim matrix */
  GbSymbol *along_x, *along_y, *along_z; /* [nwaves_x], [ny], [nhalf] */
  fftw_complex *spectrum;                /* [nz][dim][plane] */
  fftw_complex *columns;                 /* [nthreads][dim][nz][NB] */
  double *inverse;                       /* [nblocks][nhalf][nentries][NB] */
  fftw_plan x_forward, x_back, y_forward, y_back, z_forward, z_back;
} Periodic;

/* --- Symbol ----------------------------------------------------------------------------------- */

/* Entries xx, zz, xz (, yy, yz, xy) of the inverse of the symbol over the number of nodes. */
static void invert_symbol(const Periodic *p, double mu, double bulk, int kx, int ky, int kz,
                          double inverse[MAX_ENTRIES])
{
  const GbNodes *n = &p->nodes;
  const GbSymbol x = p->along_x[kx], y = p->along_y[ky], z = p->along_z[kz];
  const double lambda = bulk - 2.0 / 3 * mu, count = (double)n->nx * n->ny * n->nz;
  const double sx = x.stiffness * y.mass * z.mass, sz = x.mass * y.mass * z.stiffness;
  const double sy = x.mass * y.stiffness * z.mass;
  const double laplace = mu * (sx + sy + sz), grad = lambda + mu;
  const double xx = laplace + grad * sx, zz = laplace + grad * sz, yy = laplace + grad * sy;
  const double xz = grad * x.slope * z.slope * y.mass, yz = grad * y.slope * z.slope * x.mass;
  const double xy = grad * x.slope * y.slope * z.mass;
  memset(inverse, 0, MAX_ENTRIES * sizeof *inverse);
  if (kx == 0 && ky == 0 && kz == 0) return;
  if (n->dim == 2) {
    const double scale = 1 / ((xx * zz - xz * xz) * count);
    inverse[GB_XX] = zz * scale;
    inverse[GB_ZZ] = xx * scale;
    inverse[GB_XZ] = -xz * scale;
    return;
  }
  const double cxx = yy * zz - yz * yz, cxy = yz * xz - xy * zz, cxz = xy * yz - yy * xz;
  const double scale = 1 / ((xx * cxx + xy * cxy + xz * cxz) * count);
  inverse[GB_XX] = cxx * scale;
  inverse[GB_XY] = cxy * scale;
  inverse[GB_XZ] = cxz * scale;
  inverse[GB_YY] = (xx * zz - xz * xz) * scale;
  inverse[GB_ZZ] = (xx * yy - xy * xy) * scale;
  inverse[GB_YZ] = (xy * xz - xx * yz) * scale;
}

static GbStatus set_moduli(void *context, double mu, double bulk)
{
  Periodic *p = context;
#pragma omp parallel for num_threads(p->nthreads) schedule(static)
  for (int block = 0; block < p->nblocks; block++)
    for (int kz = 0; kz < p->nhalf; kz++)
      for (int b = 0; b < NB; b++) {
        const int column = block * NB + b, kx = column % p->pitch, ky = column / p->pitch;
        double entries[MAX_ENTRIES] = {0};
        if (kx < p->nwaves_x && ky < p->nodes.ny) invert_symbol(p, mu, bulk, kx, ky, kz, entries);
        double *to =
            p->inverse + ((size_t)block * (size_t)p->nhalf + (size_t)kz) * (size_t)p->nentries * NB;
        for (int e = 0; e < p->nentries; e++)
          to[e * NB + b] = entries[e];
      }
  return GB_OK;
}

static GbStatus set_symbols(Periodic *p)
{
  const GbNodes *n = &p->nodes;
  GB_CALLOC(p->along_x, p->nwaves_x);
  GB_CALLOC(p->along_y, n->ny);
  GB_CALLOC(p->along_z, p->nhalf);
  for (int k = 0; k < p->nwaves_x; k++)
    p->along_x[k] = GbSymbolOf(k, n->nx);
  for (int k = 0; k < n->ny; k++)
    p->along_y[k] = GbSymbolOf(k, n->ny); /* plane strain: k = 0 alone has m = 1, s = g = 0 */
  for (int k = 0; k < p->nhalf; k++)
    p->along_z[k] = GbSymbolOf(k, n->nz);
  return GB_OK;
}

/* --- Life cycle ------------------------------------------------------------------------------- */

/* Estimated, not measured: measured plans, and so the last bits, differ from run to run. */
static GbStatus set_plans(Periodic *p, double *field)
{
  const GbNodes *n = &p->nodes;
  const int stride = (int)p->planes;
  p->x_forward = fftw_plan_many_dft_r2c(1, &n->nx, n->ny, field, NULL, 1, n->pitch, p->spectrum,
                                        NULL, 1, p->pitch, FFTW_ESTIMATE);
  p->x_back = fftw_plan_many_dft_c2r(1, &n->nx, n->ny, p->spectrum, NULL, 1, p->pitch, field, NULL,
                                     1, n->pitch, FFTW_ESTIMATE);
  p->z_forward = fftw_plan_many_dft(1, &n->nz, NB, p->spectrum, NULL, stride, 1, p->columns, NULL,
                                    NB, 1, FFTW_FORWARD, FFTW_ESTIMATE);
  p->z_back = fftw_plan_many_dft(1, &n->nz, NB, p->columns, NULL, NB, 1, p->spectrum, NULL, stride,
                                 1, FFTW_BACKWARD, FFTW_ESTIMATE);
  if (n->dim == 3) {
    p->y_forward = fftw_plan_many_dft(1, &n->ny, p->pitch, p->spectrum, NULL, p->pitch, 1,
                                      p->spectrum, NULL, p->pitch, 1, FFTW_FORWARD, FFTW_ESTIMATE);
    p->y_back = fftw_plan_many_dft(1, &n->ny, p->pitch, p->spectrum, NULL, p->pitch, 1, p->spectrum,
                                   NULL, p->pitch, 1, FFTW_BACKWARD, FFTW_ESTIMATE);
  }
  if (!p->x_forward || !p->x_back || !p->z_forward || !p->z_back ||
      (n->dim == 3 && (!p->y_forward || !p->y_back)))
    GB_FAIL(GB_ERR_LIBRARY, "FFTW has no plan for %d x %d x %d nodes", n->nx, n->ny, n->nz);
  return GB_OK;
}

static GbStatus create(const GbNodes *nodes, int nthreads, void **context)
{
  Periodic *p;
  double *field;
  GB_CALLOC(p, 1);
  *context = p;
  p->nodes = *nodes;
  p->nthreads = nthreads;
  p->nwaves_x = nodes->nx / 2 + 1;
  p->pitch = (p->nwaves_x + 3) / 4 * 4;
  p->nblocks = (nodes->ny * p->pitch + NB - 1) / NB;
  p->plane = (size_t)p->nblocks * NB;
  p->planes = (size_t)nodes->dim * p->plane;
  p->nhalf = nodes->nz / 2 + 1;
  p->nentries = nodes->dim == 2 ? 3 : MAX_ENTRIES;
  const size_t column = (size_t)nodes->dim * (size_t)nodes->nz * NB;
  GB_CALL(GbTransformAllocate((double **)&p->spectrum, 2 * (size_t)nodes->nz * p->planes));
  GB_CALL(GbTransformAllocate((double **)&p->columns, 2 * (size_t)nthreads * column));
  GB_CALL(GbTransformAllocate(&p->inverse,
                              (size_t)p->nblocks * (size_t)p->nhalf * (size_t)p->nentries * NB));
  GB_CALL(set_symbols(p));
  GB_CALL(GbTransformAllocate(&field, nodes->size)); /* plans are applied to other fields */
  GbStatus status = set_plans(p, field);
  free(field);
  return status;
}

static void destroy(void *context)
{
  Periodic *p = context;
  if (!p) return;
  fftw_plan plans[] = {p->x_forward, p->x_back, p->y_forward, p->y_back, p->z_forward, p->z_back};
  for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
    if (plans[i]) fftw_destroy_plan(plans[i]);
  free(p->along_x);
  free(p->along_y);
  free(p->along_z);
  free(p->spectrum);
  free(p->columns);
  free(p->inverse);
  free(p);
}

/* --- Solution --------------------------------------------------------------------------------- */

static void plane_forward(const Periodic *p, int k, double *field)
{
  for (int c = 0; c < p->nodes.dim; c++) {
    fftw_complex *plane = p->spectrum + (size_t)k * p->planes + (size_t)c * p->plane;
    fftw_execute_dft_r2c(p->x_forward,
                         field + (size_t)k * p->nodes.planes + (size_t)c * p->nodes.plane, plane);
    if (p->y_forward) fftw_execute_dft(p->y_forward, plane, plane);
  }
}

static void plane_back(const Periodic *p, int k, double *field)
{
  for (int c = 0; c < p->nodes.dim; c++) {
    fftw_complex *plane = p->spectrum + (size_t)k * p->planes + (size_t)c * p->plane;
    if (p->y_back) fftw_execute_dft(p->y_back, plane, plane);
    fftw_execute_dft_c2r(p->x_back, plane,
                         field + (size_t)k * p->nodes.planes + (size_t)c * p->nodes.plane);
  }
}

/* `sign`: of k_z. x, z, y: NB complex numbers each. */
static inline void multiply(int dim, double sign, const double *restrict g, double *restrict x,
                            double *restrict z, double *restrict y)
{
  for (int b = 0; b < 2 * NB; b++) {
    const int e = b / 2;
    const double fx = x[b], fz = z[b], fy = dim == 3 ? y[b] : 0;
    const double xz = sign * g[GB_XZ * NB + e];
    if (dim == 2) {
      x[b] = g[GB_XX * NB + e] * fx + xz * fz;
      z[b] = xz * fx + g[GB_ZZ * NB + e] * fz;
      continue;
    }
    const double yz = sign * g[GB_YZ * NB + e], xy = g[GB_XY * NB + e];
    x[b] = g[GB_XX * NB + e] * fx + xz * fz + xy * fy;
    z[b] = xz * fx + g[GB_ZZ * NB + e] * fz + yz * fy;
    y[b] = xy * fx + yz * fz + g[GB_YY * NB + e] * fy;
  }
}

static void solve_columns(const Periodic *p, int block, fftw_complex *columns)
{
  const int nz = p->nodes.nz, dim = p->nodes.dim;
  const size_t column = (size_t)nz * NB;
  fftw_complex *first = p->spectrum + (size_t)block * NB;
  for (int c = 0; c < dim; c++)
    fftw_execute_dft(p->z_forward, first + (size_t)c * p->plane, columns + (size_t)c * column);
  for (int k = 0; k < nz; k++) {
    const int half = 2 * k > nz ? nz - k : k;
    const double *g =
        p->inverse + ((size_t)block * (size_t)p->nhalf + (size_t)half) * (size_t)p->nentries * NB;
    double *x = (double *)(columns + (size_t)k * NB), *z = x + 2 * column;
    if (dim == 2)
      multiply(2, half == k ? 1 : -1, g, x, z, NULL);
    else
      multiply(3, half == k ? 1 : -1, g, x, z, z + 2 * column);
  }
  for (int c = 0; c < dim; c++)
    fftw_execute_dft(p->z_back, columns + (size_t)c * column, first + (size_t)c * p->plane);
}

static void solve(void *context, double *field)
{
  const Periodic *p = context;
#pragma omp parallel num_threads(p->nthreads)
  {
#ifdef _OPENMP
    const size_t thread = (size_t)omp_get_thread_num();
#else
    const size_t thread = 0;
#endif
    fftw_complex *columns = p->columns + thread * (size_t)p->nodes.dim * (size_t)p->nodes.nz * NB;
#pragma omp for schedule(static)
    for (int k = 0; k < p->nodes.nz; k++)
      plane_forward(p, k, field);
#pragma omp for schedule(static)
    for (int block = 0; block < p->nblocks; block++)
      solve_columns(p, block, columns);
#pragma omp for schedule(static)
    for (int k = 0; k < p->nodes.nz; k++)
      plane_back(p, k, field);
  }
}

const GbTransform GbTransformPeriodic = {create, set_moduli, solve, destroy};
