/* Saddle points of index one that are connected to a given minimum (ART nouveau). */
#ifndef GB_ATOMISTIC_SADDLE_H
#define GB_ATOMISTIC_SADDLE_H

#include "atomistic/statistics/surface.h"

/* Lengths are 2-norms over all coordinates unless said otherwise. */
typedef struct {
  double push_step;          /* length of one step of the push */
  int fixed_pushes;          /* first steps, along the direction given */
  int max_push_steps;        /* all steps */
  double negative_curvature; /* eigenvalue (< 0) that ends the push */
  int lanczos_iterations;    /* at most this many per call */
  double lanczos_step;       /* finite difference of the force */
  double max_step;           /* longest step of the climb and of relaxations */
  double force_tolerance;    /* largest component at the saddle */
  double relax_tolerance;    /* largest component at the minima on both sides */
  int max_evaluations;       /* per search, all phases */
  double max_barrier;        /* a climb this far above the minimum is given up */
  double kick;               /* length of the displacement off the saddle before relaxing */
  double same_distance;      /* minima closer than this (largest component) are the same */
} GbSaddleOptions;

typedef enum {
  GB_SADDLE_FOUND,
  GB_SADDLE_NO_INSTABILITY, /* the push met no negative curvature, or fell back */
  GB_SADDLE_NOT_CONVERGED,  /* evaluations or barrier beyond the limit */
  GB_SADDLE_NOT_CONNECTED,  /* a saddle, but between two other minima */
  GB_SADDLE_NO_EVENT,       /* both sides relax to the same minimum */
  GB_NSADDLE_OUTCOMES
} GbSaddleOutcome;

typedef struct {
  GbSaddleOutcome outcome;
  int evaluations;
  double energy_initial, energy_saddle, energy_final;
  double eigenvalue;   /* lowest, at the saddle */
  double max_force;    /* largest component at the saddle */
  double energy_start; /* of the minimum on the near side */
  /* [n]: the saddle, the minima on its far and its near side, the unit mode; valid for FOUND (start
   * is the initial minimum) and NOT_CONNECTED (start is another one). */
  double *saddle, *final, *start, *mode;
} GbSaddle;

/* For coordinates in angstrom and energies in eV, a glass of about a thousand atoms. */
GbSaddleOptions GbSaddleDefaults(void);
/* Searches from the minimum `initial` [n] along `push` [n] (any length). One process.
 * `saddle` must hold buffers from GbSaddleAllocate. Not finding a saddle is an outcome. */
GbStatus GbSaddleSearch(const GbSurface *surface, const double *initial, const double *push,
                        const GbSaddleOptions *options, GbSaddle *saddle);
GbStatus GbSaddleAllocate(int n, GbSaddle *saddle);
void GbSaddleFree(GbSaddle *saddle);

/* Lowest eigenpair of the Hessian at x, where the force is `force`, by Lanczos from `mode` [n] (in:
 * guess, out: unit eigenvector). `work`: (iterations + 3) * n doubles. */
GbStatus GbLanczosLowest(const GbSurface *surface, const double *x, const double *force,
                         int iterations, double step, double *mode, double *eigenvalue,
                         double *work, int *evaluations);

#endif
