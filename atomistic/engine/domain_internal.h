/* What the parts of the decomposition share: domain.c (scatter, gather), domain_bricks.c (cuts),
 * domain_migrate.c (atoms change ranks), domain_ghosts.c (copies of atoms). */
#ifndef GB_ATOMISTIC_DOMAIN_INTERNAL_H
#define GB_ATOMISTIC_DOMAIN_INTERNAL_H

#include "atomistic/engine/domain.h"

/* --- Bricks (domain_bricks.c) -------------------------------------------------------------------
 * A tree of cuts, in breadth-first order. A node stands for `count` ranks from `first` on; a leaf
 * (count 1) is the brick of one rank. */
typedef struct {
  int first, count;
  int axis;  /* of the cut */
  double at; /* fraction of the box along a periodic axis, angstrom along a free one */
  int child; /* left child (below the cut); the right one is the next */
} GbBrickNode;

typedef struct {
  int ranks;
  GbBrickNode *node; /* [2 ranks - 1] */
  /* Work of a cut, [ranks] each: the nodes of one level */
  double (*extent)[6]; /* of the node's atoms: -low, high */
  double (*range)[2];  /* where the cut is looked for */
  int64_t *below, *all, *wanted, *best;
} GbBricks;

GbStatus GbBricksCreate(GbBricks *bricks, int ranks);
void GbBricksFree(GbBricks *bricks);
/* Cuts so that ranks get equal numbers of the n points s; fills owner[n]. The points are in brick
 * coordinates; unit[d]: angstrom per unit of them. comm: over which the points are distributed
 * (collective), or MPI_COMM_NULL if every rank has all. Decides by counts alone: the same tree on
 * all ranks. */
void GbBricksCut(GbBricks *bricks, MPI_Comm comm, int n, const double (*s)[3], const double unit[3],
                 int *owner);
int GbBricksOwner(const GbBricks *bricks, const double s[3]);

/* --- The domain ---------------------------------------------------------------------------------
 */
/* How this rank's atoms become ghosts, its own images first, then other ranks' ghosts by rank. */
typedef struct {
  int n, nself;
  int capacity;
  int *atom;       /* [n] local index */
  int (*boxes)[3]; /* [n] k of gb_image */
} GbCopies;

struct GbDomain {
  MPI_Comm comm;
  int rank, size;
  GbBricks bricks;
  int *send_count, *receive_count; /* [size] of atoms (migration) or ghosts (exchange) */
  int *load;                       /* [size] atoms of each rank */
  double most_at_cut;              /* the largest load right after the last cut */
  double (*hull)[6];               /* [size] -low, high of each rank's wrapped atoms, angstrom */
  MPI_Request *request;            /* [2 size] */
  int nrequests;
  MPI_Datatype vector;    /* three doubles */
  MPI_Datatype traveller; /* an atom on its way */
  int atom_capacity;
  double (*seen)[3]; /* [atoms] work: brick coordinates */
  int *owner;        /* [atoms] work */
  int (*wrap)[3];    /* [atoms] boxes of the local atoms at the last search */
  GbCopies copies;
  GbGhosts ghosts;
  int ghost_capacity;
  double (*packed)[3]; /* [copies for other ranks] */
  int packed_capacity;
};

typedef struct {
  int64_t id;
  int type, place;
  double x[3], v[3], aux[3];
} GbTraveller;

/* Makes room for n atoms in the work arrays (what they held is lost). */
GbStatus GbDomainReserve(GbDomain *domain, int n);
void GbDomainForgetGhosts(GbDomain *domain);
/* GB_ERR_NUMERIC naming the first atom that is lost. */
GbStatus GbDomainCheckPositions(const GbAtoms *atoms);
/* Brick coordinates of all atoms. */
void GbDomainBrickCoordinates(const GbAtoms *atoms, double (*s)[3]);

/* The k for which x + k L lies in [lo, lo + L); see GbDomainFindGhosts about rounding. */
static inline int gb_boxes(double x, double lo, double length)
{
  int k = -(int)floor((x - lo) / length);
  if (gb_image(x, k, length) < lo) k++;
  if (gb_image(x, k, length) >= lo + length) k--;
  return k;
}

#endif
