/* The EAM kernel of the CPU: what its parts share. The passes over pairs are written once, in
 * eam_passes.h, and compiled for several instruction sets and both precisions.
 *
 * Own atoms and ghosts together are *entries*: own atoms first, then the ghosts, then one dummy far
 * from all others that fills incomplete vectors. Each own atom has a row of *near* neighbours,
 * within reach of the densities, and one of *far* ones, within reach of the pair function only. A
 * row is sorted by type and padded per type to whole vectors, so that each vector uses one table.
 *
 * Single precision holds positions as integers, multiples of a length u = 2^-20 angstrom (longer in
 * boxes above 0.2 micrometres), modulo 2^32: differences are exact, whatever the rank and the
 * periodic image, and rounding moves an atom by at most u/2 = 5e-7 angstrom. */
#ifndef GB_ATOMISTIC_EAM_H
#define GB_ATOMISTIC_EAM_H

#include "atomistic/engine/eam_poly.h"
#include "atomistic/engine/eam_table.h"
#include "atomistic/engine/kernel.h"
#include "atomistic/engine/sum.h"

#ifdef _OPENMP
#include <omp.h>
#endif

enum { GB_EAM_LANES_MAX = 16 };

/* Tags on entries: the type, and whether it is a far neighbour. */
enum { GB_TAG_TYPE = 28 };
#define GB_TAG_FAR 0x80000000u
#define GB_TAG_MASK 0xf0000000u
_Static_assert(GB_MAX_TYPES <= 8, "a type has three bits");

/* Size of a position in units of 8 bytes. */
#define GB_EAM_STRIDE(eam) ((eam)->passes->single ? 2u : 4u)

/* A position, and F' of the atom as a float or double. */
typedef int32_t GbEntryInt[4];
typedef double GbEntryReal[4];

/* Entries sorted by cell for the search; positions in units of u. */
typedef struct {
  double origin[3], edge[3]; /* of cell 0, angstrom: equal on all ranks */
  int first[3], cells[3];    /* the window of cells that this rank sees */
  int64_t *start;            /* [cells z][cells y][cells x] + 1 */
  int64_t start_capacity;
  int32_t *column[3]; /* [nentries + lanes] */
  uint32_t *entry;    /* [nentries + lanes] entry, and its type in the bits from GB_TAG_TYPE on */
  int64_t *key;       /* [nentries] its cell */
  int capacity;
  int32_t far[3]; /* a position far from all entries */
} GbCells;

/* Rows of cells that hold neighbours of a cell's atoms: cells x - reach .. x + reach of row
 * (y + dy, z + dz). */
typedef struct {
  int dy, dz, reach;
} GbStencilRow;

typedef struct {
  GbStencilRow *rows;
  int count, capacity;
} GbStencil;

/* What the search found for all own atoms, in one pool: tagged entries in the order of the cells.
 * Vectors read past the end of an atom's part, and of the pool. */
typedef struct {
  uint32_t *list;
  int64_t capacity, used;
  int64_t *start;  /* [n] */
  uint16_t *count; /* [n] */
} GbFound;

/* The rows of all own atoms in one pool: near neighbours first, then the far ones. Entries are
 * stored times GB_EAM_STRIDE, as the distance in memory of what stands at them, in units of 8 bytes
 * (the largest factor that an address can have). */
typedef struct {
  uint32_t *list;
  unsigned char *vector_type; /* [used / lanes] neighbour type of each vector */
  int64_t capacity, used;     /* of the pool, numbers */
  int64_t *start;             /* [n] */
  uint16_t *near, *all;       /* [n] vectors */
} GbRows;

/* Squared distances, in units, for neighbours of each type; sixteen, as a vector looks them up. */
typedef struct {
  float near2[16], far2[16];
} GbSearchLimits;

typedef struct GbEam {
  const GbPotential *potential;
  const struct GbEamPasses *passes;
  int ntypes;
  double skin, inner_skin;
  double near[GB_MAX_TYPES][GB_MAX_TYPES];    /* where the densities end, angstrom */
  double cutoff[GB_MAX_TYPES][GB_MAX_TYPES];  /* where everything ends */
  bool symmetric[GB_MAX_TYPES][GB_MAX_TYPES]; /* rho_ab = rho_ba */
  bool all_symmetric;
  bool far_in_top; /* far pairs need only the upper half of the pair polynomials' segments */
  GbEamKnot *embedding[GB_MAX_TYPES]; /* F, eV; slope times embedding_step */
  int embedding_knots;
  double embedding_step;
  GbEamTable table[GB_MAX_TYPES][GB_MAX_TYPES]; /* double precision: [center][neighbour] */
  GbEamPoly *poly[GB_MAX_TYPES][GB_MAX_TYPES];  /* mixed precision */

  int n, nentries;
  int atom_capacity, entry_capacity;
  int *type;          /* [nentries] */
  int64_t *id;        /* [nentries] */
  double unit;        /* u, angstrom */
  void *position;     /* [nentries + 1] GbEntryInt or GbEntryReal */
  int32_t (*raw)[3];  /* [nentries] positions in u at the rebuild */
  double (*place)[3]; /* [nentries] the same in angstrom */
  GbCells cells;
  GbStencil stencil[GB_MAX_TYPES];     /* for the longest reach of atoms of each type */
  GbSearchLimits limits[GB_MAX_TYPES]; /* of atoms of each type */
  GbFound found;
  int longest; /* most entries found for one atom */
  uint32_t *scratch;
  int64_t scratch_per_thread;
  int scratch_threads;
  GbSearchLimits prune_limits[GB_MAX_TYPES]; /* in the unit of `position` */
  GbRows rows;
  double *kept; /* double precision: rho'_ab/r of every near pair, from pass 1 for pass 2 */
  int64_t kept_capacity, kept_used, *kept_start; /* [n] */
  double *rho;                                   /* [n] */
  unsigned char *close; /* [n] a pair lies below the polynomials: eam_close.c */
} GbEam;

/* The parts that are compiled per instruction set. Ranges of own atoms; called from threads. */
typedef struct GbEamPasses {
  int lanes;
  bool single;
  /* Positions of the entries. */
  void (*locate)(GbEam *eam, const GbKernelAtoms *atoms, int first, int last);
  /* Neighbours of atom i, in the cell given, in the order of the cells: tagged entries. Returns how
   * many; if they exceed `room` less the lanes, the list is useless. */
  int (*search)(const GbEam *eam, int i, const int cell[3], int room, uint32_t *found);
  /* Copies those of the found entries of atom i that lie within the limits now, and tags them anew.
   * Returns how many; up to GB_EAM_LANES_MAX places behind them are overwritten. */
  int (*prune)(const GbEam *eam, int i, uint32_t *to);
  /* Copies to `to` the entries, times the stride, of those found that bear the tag; returns how
   * many. Up to GB_EAM_LANES_MAX places behind them are overwritten. */
  int (*select)(const GbEam *eam, const uint32_t *found, int count, uint32_t tag, uint32_t *to);
  void (*density)(GbEam *eam, int first, int last);
  void (*forces)(GbEam *eam, int first, int last, unsigned want, const double *slope,
                 const GbKernelOutput *output, int64_t sums[7]);
} GbEamPasses;

extern const GbEamPasses GbEamPasses_avx512_mixed, GbEamPasses_avx512_double;
extern const GbEamPasses GbEamPasses_avx2_mixed, GbEamPasses_avx2_double;
extern const GbEamPasses GbEamPasses_portable_mixed, GbEamPasses_portable_double;

GbStatus GbEamCreate(const GbPotential *potential, double skin, double inner_skin,
                     const GbEamPasses *passes, void **kernel);
void GbEamDestroy(void *kernel);
GbStatus GbEamRebuild(void *kernel, const GbKernelAtoms *atoms);
void GbEamUpdate(void *kernel, const GbKernelAtoms *atoms);
GbStatus GbEamPrune(void *kernel);
bool GbEamDensity(void *kernel, double *slope);
void GbEamForces(void *kernel, const double *slope, const double *ghost_slope, unsigned want,
                 const GbKernelOutput *output, int64_t sums[7]);
int64_t GbEamBytes(const void *kernel);

static inline int GbThreadNumber(void)
{
#ifdef _OPENMP
  return omp_get_thread_num();
#else
  return 0;
#endif
}

static inline int GbThreadCount(void)
{
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/* --- cells (eam_cells.c) */
/* From the entries' type, id and raw, and their positions x [nentries]. */
GbStatus GbEamSortCells(GbEam *eam, const GbAtoms *own, double (*x)[3], double reach);
/* Which rows of cells can hold neighbours within `cut` (angstrom). */
GbStatus GbStencilCreate(const GbCells *cells, double cut, GbStencil *stencil);
void GbCellsFree(GbCells *cells);

/* F and F' of type a. */
static inline void GbEamEmbedding(const GbEam *eam, int a, double rho, double *value, double *slope)
{
  double u = rho / eam->embedding_step;
  if (!(u >= 0.0 && u < eam->embedding_knots - 1)) { /* not a number, too */
    GbPotentialEmbedding(eam->potential, a, rho, value, slope);
    return;
  }
  int m = (int)u;
  const double *k = eam->embedding[a][m];
  double p = u - m, rise = k[2] - k[0], c3 = k[1] + k[3] - 2.0 * rise, c2 = rise - k[1] - c3;
  *value = ((c3 * p + c2) * p + k[1]) * p + k[0];
  *slope = ((3.0 * c3 * p + 2.0 * c2) * p + k[1]) / eam->embedding_step;
}

/* --- close pairs (eam_close.c): the potential's own functions, pair by pair */
double GbEamCloseDensity(const GbEam *eam, int i);
/* Adds to force, stress (sum of r f / r d d: six components) and phi (sum over pairs). */
void GbEamCloseForces(const GbEam *eam, int i, double slope_i, double force[3], double stress[6],
                      double *phi);

#endif
