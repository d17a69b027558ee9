/* Bounds on the rates of all voxels, kept in blocks: what makes an exact event cost little.
 *
 * The equations stand in thinning.c. Stress here is the deviator (basis of modes.h) without the
 * mean stress of the sample, which is uniaxial, uniform and kept apart as `axial`. All voxels have
 * the same moduli. Rates are in units of nu_0 2^-80. */
#ifndef GB_MESOSCALE_THINNING_H
#define GB_MESOSCALE_THINNING_H

#include "mesoscale/events/response.h"
#include "mesoscale/events/state.h"

enum { GB_BLOCK = 64, GB_THINNING_SHIFT = 80 };

/* An event since the last flush. */
typedef struct {
  int i, j, k;
  double source[GB_NSOURCE];
} GbDeferred;

typedef struct {
  MPI_Comm comm;            /* of the ranks that work on the sample, for requests to stop */
  const GbMesoState *state; /* barriers and orientations are read from it */
  const GbModes *modes;
  const GbResponse *response;
  double activation;      /* V*, eV per GPa */
  double back_activation; /* of ways back, if the state has them */
  double gamma;           /* of an event in a voxel */
} GbThinningInput;

typedef struct GbThinning {
  GbThinningInput in;
  int edge[3], nblocks_along[3], nblocks;
  int *voxel;             /* [nblocks*GB_BLOCK] or -1: padding */
  float *frame;           /* [nblocks][nt*nt][GB_BLOCK] sample to voxel frame */
  double *stress;         /* [nblocks][nt][GB_BLOCK] in the voxel frame, times beta */
  float *offset;          /* [nblocks][GB_BLOCK] log2 of what the block's growth overstates */
  float *barrier;         /* [nblocks][nmodes][GB_BLOCK] Q/(kT ln 2) - 80 */
  float *rate;            /* [nblocks][GB_BLOCK] bound, without the block's growth */
  float *axis;            /* [nmodes][nt] */
  double *sum;            /* [nblocks] of rates */
  float *growth;          /* [nblocks] factor by which deferred events may have raised them */
  double *row;            /* [rows of blocks along x] sums of bounds */
  double *frame_exact;    /* [nvoxels][nt*nt] sample frame from voxel frame */
  double *base;           /* [nvoxels][nt] stress at the last flush */
  float *shear;           /* [source column if free][blocks] GPa, largest by one event */
  float *factor;          /* the same as factor of growth, 1 if near; rows doubled if periodic */
  int nfactor_x;          /* extent of factor along x */
  int *near_begin, *near; /* [columns + 1]; [][3] near blocks, offsets (free: of each column) */
  GbDeferred *deferred;   /* [capacity] */
  int ndeferred, capacity;
  int nthreads;                  /* for all blocks */
  int near_threads;              /* for the near blocks of one event */
  double beta;                   /* activation times inverse_kT, 1/GPa */
  double inverse_kT;             /* 1/(kT ln 2), 1/eV */
  double largest_dilatation;     /* that `shear` holds for; < 0: none yet */
  double axial, axial_reference; /* mean axial stress now, and that of the rates, GPa */
  double total;                  /* sum of bounds at axial_reference */
  double safety;       /* log2 of the factor that covers the rounding of single precision */
  float *back_axis;    /* [nblocks][nt][GB_BLOCK] of ways back, times their part of V*; or NULL */
  float *back_barrier; /* [nblocks][GB_BLOCK] as barrier */
  double back_scale;   /* back_activation over activation */
  double bound_beta;   /* beta of the slots whose rates change most with stress */
  double *mode_rate;   /* [nslots] of the last GbThinningRate */
  int64_t near_blocks; /* updated so far */
} GbThinning;

GbStatus GbThinningCreate(const GbThinningInput *input, int capacity, GbThinning **thinning);
void GbThinningDestroy(GbThinning **thinning);
/* Takes over temperature, barriers and orientations. largest_dilatation: bound on the volume strain
 * of an event in a voxel. Follow with GbThinningFlush. Collective over input.comm; may
 * return GB_ERR_STOPPED. */
GbStatus GbThinningLoad(GbThinning *t, double largest_dilatation, double temperature_K);
/* Takes over state->stress, whose mean axial part is `axial`; nothing is deferred any more. */
void GbThinningFlush(GbThinning *t, double axial);
/* Factor by which the bounds grow when the axial stress is `axial`. */
double GbThinningAxialFactor(const GbThinning *t, double axial);
/* Voxel with probability proportional to its bound; u uniform in (0, 1). *bound: its bound. */
int GbThinningChoose(const GbThinning *t, double u, double *bound);
/* Stress deviator of a voxel now, with the axial part. */
void GbThinningStress(const GbThinning *t, int voxel, double deviator[GB_NDEVIATOR]);
/* Sum of a voxel's rates under this stress; those of its modes go to t->mode_rate. */
double GbThinningRate(GbThinning *t, int voxel, const double deviator[GB_NDEVIATOR]);
/* Lowers the bound of a voxel to its rate; the stress as GbThinningStress gave it. */
void GbThinningTighten(GbThinning *t, int voxel, const double deviator[GB_NDEVIATOR]);
/* An event: stresses and bounds of the voxels near it follow. The state holds the voxel's new
 * barriers and orientation; the deviator is its stress before. The axial stress is the caller's.
 * Follow with GbThinningDefer. */
void GbThinningEvent(GbThinning *t, int voxel, const double source[GB_NSOURCE],
                     const double deviator[GB_NDEVIATOR]);
/* Lets the bounds of every block grow by what the last event may have added. */
void GbThinningDefer(GbThinning *t);
/* The way back of a voxel has become known. */
void GbThinningSetWayBack(GbThinning *t, int voxel);
/* Bound of a block, and true stresses for all its voxels. */
double GbThinningBlockBound(const GbThinning *t, int block);
void GbThinningRefresh(GbThinning *t, int block);

/* thinning_rates.c, for thinning.c */
void GbThinningUpdateRates(GbThinning *t, int block); /* from stresses and barriers */
double GbThinningBlockSum(const GbThinning *t, size_t block);
/* thinning_tables.c, for GbThinningCreate and thinning.c */
void GbThinningSetVoxels(GbThinning *t);
GbStatus GbThinningSetShear(GbThinning *t); /* from the largest dilatation */
void GbThinningSetFactors(GbThinning *t);   /* from the temperature */

#endif
