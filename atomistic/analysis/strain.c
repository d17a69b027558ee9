/* Atomic strain: Green-Lagrange strain of the best-fit deformation gradient, and D2min.
 *
 * With D the vectors to the neighbours in the reference and d in the current configuration,
 *   V = sum D D^T,  W = sum d D^T,  F = W V^-1  minimises  sum |d - F D|^2 = D2min,
 *   eta = (F^T F - 1)/2,  eta_Mises = sqrt(1/2 eta_dev : eta_dev)
 * (Shimizu, Ogata, Li, Mater. Trans. 48, 2923 (2007); Falk, Langer, Phys. Rev. E 57, 7192 (1998)).
 * D2min is summed from the residuals themselves: the shorter form tr(sum d d^T) - tr(F W^T) loses
 * all digits of a nearly affine motion. F^T F makes eta blind to rotations. */
#include "atomistic/analysis/strain.h"

#include "atomistic/analysis/neighbors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A fit is singular when the neighbours lie (nearly) in a plane: det V against (tr V / 3)^3. */
static const double singular_determinant = 1e-6;

static void vector_to(const GbAtoms *atoms, const GbNeighbors *list, int i, int64_t k, double r[3])
{
  for (int d = 0; d < 3; d++)
    r[d] = atoms->x[list->atom[k]][d] - atoms->x[i][d] + list->image[k][d] * atoms->length[d];
}

static bool invert3(const double a[3][3], double inverse[3][3])
{
  double scale = (a[0][0] + a[1][1] + a[2][2]) / 3.0, cofactor[3][3];
  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++) {
      int r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
      cofactor[r][c] = a[r1][c1] * a[r2][c2] - a[r1][c2] * a[r2][c1];
    }
  }
  double det = a[0][0] * cofactor[0][0] + a[0][1] * cofactor[0][1] + a[0][2] * cofactor[0][2];
  if (!(det > singular_determinant * scale * scale * scale)) return false;
  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++)
      inverse[r][c] = cofactor[c][r] / det;
  }
  return true;
}

static void multiply(const double a[3][3], const double b[3][3], double product[3][3])
{
  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++)
      product[r][c] = a[r][0] * b[0][c] + a[r][1] * b[1][c] + a[r][2] * b[2][c];
  }
}

static bool fit_gradient(const GbAtoms *reference, const GbAtoms *current, const GbNeighbors *list,
                         int i, double gradient[3][3])
{
  double v[3][3] = {{0.0}}, w[3][3] = {{0.0}}, inverse[3][3], before[3], now[3];
  if (list->start[i + 1] - list->start[i] < 4) return false;
  for (int64_t k = list->start[i]; k < list->start[i + 1]; k++) {
    vector_to(reference, list, i, k, before);
    vector_to(current, list, i, k, now);
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        v[r][c] += before[r] * before[c];
        w[r][c] += now[r] * before[c];
      }
    }
  }
  if (!invert3(v, inverse)) return false;
  multiply(w, inverse, gradient);
  return true;
}

static double residual(const GbAtoms *reference, const GbAtoms *current, const GbNeighbors *list,
                       int i, const double gradient[3][3])
{
  double sum = 0.0, before[3], now[3];
  for (int64_t k = list->start[i]; k < list->start[i + 1]; k++) {
    vector_to(reference, list, i, k, before);
    vector_to(current, list, i, k, now);
    for (int r = 0; r < 3; r++) {
      double affine =
          gradient[r][0] * before[0] + gradient[r][1] * before[1] + gradient[r][2] * before[2];
      sum += (now[r] - affine) * (now[r] - affine);
    }
  }
  return sum;
}

static void store_strain(const double gradient[3][3], int i, GbStrain *strain)
{
  double *e = strain->eta[i], square[3][3];
  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++) {
      square[r][c] = gradient[0][r] * gradient[0][c] + gradient[1][r] * gradient[1][c] +
                     gradient[2][r] * gradient[2][c];
    }
  }
  for (int d = 0; d < 3; d++)
    e[d] = 0.5 * (square[d][d] - 1.0);
  e[3] = 0.5 * square[0][1];
  e[4] = 0.5 * square[0][2];
  e[5] = 0.5 * square[1][2];
  double xy = e[0] - e[1], yz = e[1] - e[2], zx = e[2] - e[0];
  strain->volumetric[i] = (e[0] + e[1] + e[2]) / 3.0;
  strain->eta_mises[i] =
      sqrt((xy * xy + yz * yz + zx * zx) / 6.0 + e[3] * e[3] + e[4] * e[4] + e[5] * e[5]);
}

static void store_nothing(int i, GbStrain *strain)
{
  strain->eta_mises[i] = strain->d2min[i] = strain->volumetric[i] = NAN;
  for (int c = 0; c < 6; c++)
    strain->eta[i][c] = NAN;
}

static GbStatus allocate(int n, GbStrain *strain)
{
  strain->n = n;
  GB_CALLOC(strain->eta_mises, n);
  GB_CALLOC(strain->d2min, n);
  GB_CALLOC(strain->eta, n);
  GB_CALLOC(strain->volumetric, n);
  GB_CALLOC(strain->valid, n);
  return GB_OK;
}

static GbStatus check_same_atoms(const GbAtoms *reference, const GbAtoms *current)
{
  if (reference->n != current->n)
    GB_FAIL(GB_ERR_INPUT, "strain needs the same atoms: reference has %d, current has %d",
            reference->n, current->n);
  for (int i = 0; i < reference->n; i++) {
    if (reference->id[i] != current->id[i])
      GB_FAIL(GB_ERR_INPUT, "strain needs the same order: row %d is atom %lld and atom %lld", i,
              (long long)reference->id[i], (long long)current->id[i]);
  }
  for (int d = 0; d < 3; d++) {
    if (reference->periodic[d] != current->periodic[d])
      GB_FAIL(GB_ERR_INPUT, "axis %c is periodic in one configuration only", "xyz"[d]);
  }
  return GB_OK;
}

/* The reference is checked where its neighbours are sought. */
static GbStatus check_current(const GbAtoms *current)
{
  for (int d = 0; d < 3; d++) {
    const double length = current->length[d];
    const double limit = current->periodic[d] ? 1e6 * length : 1e9;
    if (current->periodic[d] && !(length > 0.0 && isfinite(length)))
      GB_FAIL(GB_ERR_INPUT, "axis %c is periodic: expected a finite positive box edge, found %g",
              "xyz"[d], length);
    for (int i = 0; i < current->n; i++)
      if (!(fabs(current->x[i][d] - current->lo[d]) <= limit)) /* true for NaN */
        GB_FAIL(GB_ERR_INPUT,
                "atom %lld: expected a position within %g angstrom of the box along %c, found %g",
                (long long)current->id[i], limit, "xyz"[d], current -> x[i][d]);
  }
  return GB_OK;
}

GbStatus GbStrainCompute(const GbAtoms *reference, const GbAtoms *current, double cutoff,
                         GbStrain *strain)
{
  GbNeighbors list = {0};
  GbStatus status;
  memset(strain, 0, sizeof *strain);
  GB_CALL(check_same_atoms(reference, current));
  GB_CALL(check_current(current));
  GB_TRY(status, GbNeighborsBuild(reference, cutoff, &list), done);
  GB_TRY(status, allocate(reference->n, strain), done);
#pragma omp parallel for schedule(static)
  for (int i = 0; i < reference->n; i++) {
    double gradient[3][3];
    strain->valid[i] = fit_gradient(reference, current, &list, i, gradient);
    if (!strain->valid[i]) {
      store_nothing(i, strain);
      continue;
    }
    store_strain(gradient, i, strain);
    strain->d2min[i] = residual(reference, current, &list, i, gradient);
  }
  for (int i = 0; i < reference->n; i++)
    strain->unfit += !strain->valid[i];
done:
  GbNeighborsFree(&list);
  if (status != GB_OK) GbStrainFree(strain);
  return status;
}

void GbStrainFree(GbStrain *strain)
{
  free(strain->eta_mises);
  free(strain->d2min);
  free(strain->eta);
  free(strain->volumetric);
  free(strain->valid);
  memset(strain, 0, sizeof *strain);
}
