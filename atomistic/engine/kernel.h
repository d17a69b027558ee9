/* The seam behind which compute kernels live. Used by force.c only.
 *
 * A kernel owns its copy of the positions, its neighbour lists and its tables, in whatever form and
 * memory suits it. Between the two passes F'(rho) of the ghosts comes from their owners. To add a
 * backend (say CUDA): fill a GbKernelType and enter it in the list of kernel.c; integrators,
 * minimisers and analysis see only force.h. */
#ifndef GB_ATOMISTIC_KERNEL_H
#define GB_ATOMISTIC_KERNEL_H

#include "atomistic/engine/domain.h"
#include "atomistic/engine/force.h"

/* What a rank sees. Own atoms stand at gb_image(x, wrap, length), ghosts where ghosts->x says. */
typedef struct {
  const GbAtoms *own;
  const int (*wrap)[3]; /* [own->n] */
  const GbGhosts *ghosts;
} GbKernelAtoms;

/* Where results go; NULL: not wanted. Own atoms only. */
typedef struct {
  double (*force)[3];  /* eV/angstrom */
  double *energy;      /* eV: F + half the pairs */
  double (*stress)[6]; /* eV: half the sum of -r f, xx yy zz xy xz yz */
} GbKernelOutput;

typedef struct {
  const char *name; /* "avx512", "avx2", "portable" */
  GbPrecision precision;
  bool (*is_supported)(void); /* by this machine */
  /* Lists reach `skin` beyond the cutoffs (angstrom); once pruned, `inner_skin`. */
  GbStatus (*create)(const GbPotential *potential, double skin, double inner_skin, void **kernel);
  void (*destroy)(void *kernel);
  /* New neighbour lists. Atoms keep their order until the next call. */
  GbStatus (*rebuild)(void *kernel, const GbKernelAtoms *atoms);
  /* New positions. */
  void (*update)(void *kernel, const GbKernelAtoms *atoms);
  /* Leaves the pairs within reach of the inner skin; after `rebuild`, and whenever atoms have moved
   * by half that skin. */
  GbStatus (*prune)(void *kernel);
  /* slope [own n] = F'(rho), NaN where atoms overlap; false if one is not finite. */
  bool (*density)(void *kernel, double *slope);
  /* Everything wanted in `output`, from F' of own atoms and ghosts. Adds to the order-free sums
   * (see sum.h): the energy to sums[0] (GB_WANT_ENERGY), half of the sum of r f to sums[1..6]
   * (GB_WANT_VIRIAL; GB_WANT_PRESSURE: to sums[1..3]). */
  void (*forces)(void *kernel, const double *slope, const double *ghost_slope, unsigned want,
                 const GbKernelOutput *output, int64_t sums[7]);
  int64_t (*bytes)(const void *kernel);
} GbKernelType;

/* The kernel of this name (NULL: the fastest that runs here). GB_ERR_ARG with the known names. */
GbStatus GbKernelFind(const char *name, GbPrecision precision, const GbKernelType **type);

#endif
