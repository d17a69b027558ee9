/* Rows of nodes are sums A(i-1) - B(i) over the voxels on both sides, with A = S + D and B = S - D:
 * S is the sum over the two (four) voxel rows around a node row of the stress that acts along x, D
 * the signed sum of those that act along the other axes. Written this way a row costs few
 * operations, all of them on contiguous numbers; only the tensors of the voxels are interleaved.
 * Each plane is computed from its voxels alone, so the result does not depend on how planes are
 * distributed over threads or ranks. */
#include "mesoscale/elasticity/stencil.h"

#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

enum {
  ROW_MULTIPLE = 8,
  THREAD_LEAST = 8192, /* numbers of a field: some ten microseconds of work */
};

void GbNodesSetUp(const GbGrid *grid, GbNodes *n)
{
  *n = (GbNodes){.nx = grid->nx, .ny = grid->ny, .nz = grid->nz, .free_x = grid->free_x};
  n->nodes_x = grid->nx + (grid->free_x ? 1 : 0);
  n->dim = grid->ny == 1 ? 2 : 3;
  n->pitch = (grid->nx + 1 + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
  n->plane = (size_t)n->ny * (size_t)n->pitch;
  n->planes = (size_t)n->dim * n->plane;
  n->size = (size_t)n->nz * n->planes;
  /* Two planes of voxel tensors, or the rows of a gradient. */
  n->scratch = 2 * GB_NTENSOR * n->plane + 16 * (size_t)n->pitch;
}

int GbNodesThreads(const GbNodes *n)
{
#ifdef _OPENMP
  const size_t most = (size_t)omp_get_max_threads(), useful = 1 + n->size / THREAD_LEAST;
  return (int)(most < useful ? most : useful);
#else
  (void)n;
  return 1;
#endif
}

/* --- Forces ----------------------------------------------------------------------------------- */

/* Stress C : (eigenstrain - mean) of a row of voxels, as separate rows `step` doubles apart. */
static inline void polarise(int nx, int ncomponents, const double *mu, const double *bulk,
                            int moduli_step, const double (*eigenstrain)[GB_NTENSOR],
                            const double mean[GB_NTENSOR], size_t step, double *row)
{
  const double xx = mean[GB_XX], zz = mean[GB_ZZ], xz = mean[GB_XZ], yy = mean[GB_YY];
  const double yz = mean[GB_YZ], xy = mean[GB_XY];
  for (int i = 0; i < nx; i++) {
    const double *s = eigenstrain[i];
    const double two_mu = 2 * mu[i * moduli_step];
    const double s_xx = s[GB_XX] - xx, s_zz = s[GB_ZZ] - zz, s_yy = s[GB_YY] - yy;
    const double lambda_trace = (bulk[i * moduli_step] - (1.0 / 3) * two_mu) * (s_xx + s_zz + s_yy);
    row[GB_XX * step + i] = two_mu * s_xx + lambda_trace;
    row[GB_ZZ * step + i] = two_mu * s_zz + lambda_trace;
    row[GB_XZ * step + i] = two_mu * (s[GB_XZ] - xz);
    if (ncomponents == 3) continue;
    row[GB_YY * step + i] = two_mu * s_yy + lambda_trace;
    row[GB_YZ * step + i] = two_mu * (s[GB_YZ] - yz);
    row[GB_XY * step + i] = two_mu * (s[GB_XY] - xy);
  }
}

/* The polarisation of voxel plane k as [component][ny][pitch]. */
static void polarise_plane(const GbNodes *n, const GbMedium *medium,
                           const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                           int k, double *plane)
{
  for (int j = 0; j < n->ny; j++) {
    const size_t first = ((size_t)k * (size_t)n->ny + (size_t)j) * (size_t)n->nx;
    double *row = plane + (size_t)j * (size_t)n->pitch;
    if (medium->voxel_mu)
      polarise(n->nx, n->dim == 2 ? 3 : 6, medium->voxel_mu + first, medium->voxel_bulk + first, 1,
               eigenstrain + first, mean, n->plane, row);
    else if (n->dim == 2)
      polarise(n->nx, 3, &medium->mu, &medium->bulk, 0, eigenstrain + first, mean, n->plane, row);
    else
      polarise(n->nx, 6, &medium->mu, &medium->bulk, 0, eigenstrain + first, mean, n->plane, row);
  }
}

/* f(i) = A(i-1) - B(i). `before` and `after` hold A, shifted by one, and B for voxels 0..nx-1. */
static void close_row(const GbNodes *n, double *restrict before, double *restrict after,
                      double *restrict force)
{
  before[0] = n->free_x ? 0 : before[n->nx];
  after[n->nx] = 0;
  for (int i = 0; i < n->nodes_x; i++)
    force[i] = before[i] - after[i];
  for (int i = n->nodes_x; i < n->pitch; i++)
    force[i] = 0;
}

static void force_row_2d(const GbNodes *n, int c, const double *below, const double *above,
                         double *restrict before, double *restrict after, double *force)
{
  const double *x0 = below + (size_t)GB_VOIGT[c][0] * n->plane;
  const double *x1 = above + (size_t)GB_VOIGT[c][0] * n->plane;
  const double *z0 = below + (size_t)GB_VOIGT[c][1] * n->plane;
  const double *z1 = above + (size_t)GB_VOIGT[c][1] * n->plane;
  for (int i = 0; i < n->nx; i++) {
    double sum = x0[i] + x1[i], difference = z0[i] - z1[i];
    before[i + 1] = 0.5 * (sum + difference);
    after[i] = 0.5 * (sum - difference);
  }
  close_row(n, before, after, force);
}

/* Voxel rows j - 1 and j of the planes below and above. */
static void force_row_3d(const GbNodes *n, int c, int j, const double *below, const double *above,
                         double *restrict before, double *restrict after, double *force)
{
  const size_t r0 = (size_t)((j + n->ny - 1) % n->ny) * (size_t)n->pitch;
  const size_t r1 = (size_t)j * (size_t)n->pitch;
  const size_t x = (size_t)GB_VOIGT[c][0] * n->plane, z = (size_t)GB_VOIGT[c][1] * n->plane;
  const size_t y = (size_t)GB_VOIGT[c][2] * n->plane;
  const double *x00 = below + x + r0, *x10 = below + x + r1, *x01 = above + x + r0,
               *x11 = above + x + r1;
  const double *z00 = below + z + r0, *z10 = below + z + r1, *z01 = above + z + r0,
               *z11 = above + z + r1;
  const double *y00 = below + y + r0, *y10 = below + y + r1, *y01 = above + y + r0,
               *y11 = above + y + r1;
  for (int i = 0; i < n->nx; i++) {
    double sum = (x00[i] + x10[i]) + (x01[i] + x11[i]);
    double difference =
        ((z00[i] + z10[i]) - (z01[i] + z11[i])) + ((y00[i] + y01[i]) - (y10[i] + y11[i]));
    before[i + 1] = 0.25 * (sum + difference);
    after[i] = 0.25 * (sum - difference);
  }
  close_row(n, before, after, force);
}

void GbStencilForce(const GbNodes *n, const GbMedium *medium,
                    const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                    int first, int last, double *scratch, double *force)
{
  if (first >= last) return;
  double *below = scratch, *above = scratch + GB_NTENSOR * n->plane;
  double *before = scratch + 2 * GB_NTENSOR * n->plane, *after = before + 2 * n->pitch;
  polarise_plane(n, medium, eigenstrain, mean, (first + n->nz - 1) % n->nz, below);
  for (int k = first; k < last; k++) {
    polarise_plane(n, medium, eigenstrain, mean, k, above);
    for (int c = 0; c < n->dim; c++)
      for (int j = 0; j < n->ny; j++) {
        double *row =
            force + (size_t)k * n->planes + (size_t)c * n->plane + (size_t)j * (size_t)n->pitch;
        if (n->dim == 2)
          force_row_2d(n, c, below, above, before, after, row);
        else
          force_row_3d(n, c, j, below, above, before, after, row);
      }
    double *swap = below;
    below = above;
    above = swap;
  }
}

/* --- Fields ----------------------------------------------------------------------------------- */

/* Gradients of component c in the voxels between rows a (k), b (k+1) of nodes. */
static void gradient_2d(const GbNodes *n, const double *a, const double *b,
                        double *restrict gradient_x, double *restrict gradient_z)
{
  const int last = n->nx - 1, next = n->free_x ? n->nx : 0;
  for (int i = 0; i < last; i++) {
    double rising = b[i + 1] - a[i], falling = a[i + 1] - b[i];
    gradient_x[i] = 0.5 * (rising + falling);
    gradient_z[i] = 0.5 * (rising - falling);
  }
  double rising = b[next] - a[last], falling = a[next] - b[last];
  gradient_x[last] = 0.5 * (rising + falling);
  gradient_z[last] = 0.5 * (rising - falling);
}

/* a, b: rows j, j + 1 of plane k; c, d: of plane k + 1. work: three rows. */
static void gradient_3d(const GbNodes *n, const double *a, const double *b, const double *c,
                        const double *d, double *restrict work, double *restrict gradient_x,
                        double *restrict gradient_z, double *restrict gradient_y)
{
  double *restrict sum = work, *restrict up = sum + n->pitch, *restrict across = up + n->pitch;
  for (int i = 0; i < n->nodes_x; i++) {
    double k0 = a[i] + b[i], k1 = c[i] + d[i], j0 = a[i] + c[i], j1 = b[i] + d[i];
    sum[i] = 0.25 * (k0 + k1);
    up[i] = 0.25 * (k1 - k0);
    across[i] = 0.25 * (j1 - j0);
  }
  if (!n->free_x) {
    sum[n->nx] = sum[0];
    up[n->nx] = up[0];
    across[n->nx] = across[0];
  }
  for (int i = 0; i < n->nx; i++) {
    gradient_x[i] = sum[i + 1] - sum[i];
    gradient_z[i] = up[i] + up[i + 1];
    gradient_y[i] = across[i] + across[i + 1];
  }
}

/* All gradients du_c/dx_d of a row of voxels, at gradient[(3 * c + d) * pitch]. */
static void row_gradients(const GbNodes *n, const double *displacement, int k, int j,
                          double *gradient, double *work)
{
  const size_t r0 = (size_t)j * (size_t)n->pitch, pitch = (size_t)n->pitch;
  const size_t r1 = (size_t)((j + 1) % n->ny) * pitch;
  const double *lower = displacement + (size_t)k * n->planes;
  const double *upper = displacement + (size_t)((k + 1) % n->nz) * n->planes;
  for (int c = 0; c < n->dim; c++, lower += n->plane, upper += n->plane) {
    double *g = gradient + (size_t)(3 * c) * pitch;
    if (n->dim == 2)
      gradient_2d(n, lower, upper, g, g + pitch);
    else
      gradient_3d(n, lower + r0, lower + r1, upper + r0, upper + r1, work, g, g + pitch,
                  g + 2 * pitch);
  }
}

/* Stress and, unless NULL, strain of a row of voxels from its gradients. */
static inline void stress_row(int nx, int dim, const double *restrict gradient, size_t pitch,
                              const double *mu, const double *bulk, int moduli_step,
                              const double (*eigenstrain)[GB_NTENSOR],
                              const double mean[GB_NTENSOR], double (*restrict stress)[GB_NTENSOR],
                              double (*restrict strain)[GB_NTENSOR])
{
  const double m_xx = mean[GB_XX], m_zz = mean[GB_ZZ], m_xz = mean[GB_XZ], m_yy = mean[GB_YY];
  const double m_yz = mean[GB_YZ], m_xy = mean[GB_XY];
  const double *x = gradient, *z = x + 3 * pitch, *y = z + 3 * pitch;
  for (int i = 0; i < nx; i++) {
    const double *s = eigenstrain[i];
    double xx = m_xx + x[i], zz = m_zz + z[i + pitch], yy = m_yy, yz = m_yz, xy = m_xy;
    double xz = m_xz + 0.5 * (x[i + pitch] + z[i]);
    if (dim == 3) {
      yy += y[i + 2 * pitch];
      yz += 0.5 * (y[i + pitch] + z[i + 2 * pitch]);
      xy += 0.5 * (y[i] + x[i + 2 * pitch]);
    }
    if (strain) {
      double *e = strain[i];
      e[GB_XX] = xx, e[GB_ZZ] = zz, e[GB_XZ] = xz;
      e[GB_YY] = yy, e[GB_YZ] = yz, e[GB_XY] = xy;
    }
    const double two_mu = 2 * mu[i * moduli_step];
    xx -= s[GB_XX];
    zz -= s[GB_ZZ];
    yy -= s[GB_YY];
    const double lambda_trace = (bulk[i * moduli_step] - (1.0 / 3) * two_mu) * (xx + zz + yy);
    double *t = stress[i];
    t[GB_XX] = two_mu * xx + lambda_trace;
    t[GB_ZZ] = two_mu * zz + lambda_trace;
    t[GB_XZ] = two_mu * (xz - s[GB_XZ]);
    t[GB_YY] = two_mu * yy + lambda_trace;
    t[GB_YZ] = two_mu * (yz - s[GB_YZ]);
    t[GB_XY] = two_mu * (xy - s[GB_XY]);
  }
}

void GbStencilFields(const GbNodes *n, const GbMedium *medium, const double *displacement,
                     const double (*eigenstrain)[GB_NTENSOR], const double mean[GB_NTENSOR],
                     int first, int last, double *scratch, double (*stress)[GB_NTENSOR],
                     double (*strain)[GB_NTENSOR])
{
  const size_t pitch = (size_t)n->pitch;
  double *gradient = scratch, *work = scratch + 9 * pitch;
  for (int k = first; k < last; k++)
    for (int j = 0; j < n->ny; j++) {
      const size_t v = ((size_t)k * (size_t)n->ny + (size_t)j) * (size_t)n->nx;
      double(*row_strain)[GB_NTENSOR] = strain ? strain + v : NULL;
      row_gradients(n, displacement, k, j, gradient, work);
      if (medium->voxel_mu)
        stress_row(n->nx, n->dim, gradient, pitch, medium->voxel_mu + v, medium->voxel_bulk + v, 1,
                   eigenstrain + v, mean, stress + v, row_strain);
      else if (n->dim == 2)
        stress_row(n->nx, 2, gradient, pitch, &medium->mu, &medium->bulk, 0, eigenstrain + v, mean,
                   stress + v, row_strain);
      else
        stress_row(n->nx, 3, gradient, pitch, &medium->mu, &medium->bulk, 0, eigenstrain + v, mean,
                   stress + v, row_strain);
    }
}
