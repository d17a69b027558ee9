/* The passes over a rank's own atoms that make one step of molecular dynamics. Used by md.c only.
 *
 * Everything that happens to an atom between two force computations is done in one pass, because
 * the atoms come from memory: two passes per step. Factors of the velocities that end one step are
 * applied when the next begins (or when somebody looks, GbIntegrateScale), each as a product of its
 * own, so that looking changes no bits. Sums are fixed-point (sum.h), without rounding by order. */
#ifndef GB_ATOMISTIC_INTEGRATE_H
#define GB_ATOMISTIC_INTEGRATE_H

#include "atomistic/engine/atoms.h"

#define GB_MOVE_MAX 1.0 /* angstrom in one step; thermal moves are below 0.1 */

typedef struct {
  double dt;               /* ps */
  double end[3], begin[3]; /* factors of velocities: from the last step, of this one */
  bool box;                /* the box changes in the middle of the step: */
  double stretch[3];       /* factors of positions, about lo */
  double slow[3];          /* factors of velocities */
  bool noise;              /* Langevin: */
  double kT, tau;          /* eV, ps */
  uint64_t seed;
  int64_t step;
} GbAdvance;

/* What the passes add up over the atoms of this rank. */
enum {
  GB_SUM_BAD,     /* atoms that would move too far or nowhere (NaN): not moved, not summed */
  GB_SUM_HEAT,    /* from the noise, eV */
  GB_SUM_KINETIC, /* m v v: xx yy zz xy xz yz, eV */
  GB_SUMS = GB_SUM_KINETIC + 6
};

/* Velocity factors, half a kick, drift with the box factors in its middle. */
void GbIntegrateAdvance(GbAtoms *local, const GbAdvance *step, int64_t sums[GB_SUMS]);
/* The second half of the kick and the sums of m v v: three, or six if `all`. */
void GbIntegrateKick(GbAtoms *local, double dt, bool all, int64_t sums[GB_SUMS]);
/* The sums of m v v alone, all six. */
void GbIntegrateKinetic(const GbAtoms *local, double dt, int64_t sums[GB_SUMS]);
void GbIntegrateScale(GbAtoms *local, const double factor[3]);

#endif
