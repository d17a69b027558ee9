/* What the minimisers share: atoms and box lengths as one set of coordinates, one evaluation, one
 * move. Private to minimize*.c.
 *
 * A relaxed axis adds one coordinate u_d = c ln L_d, with c = sqrt(n) (V/n)^(1/3) making its
 * stiffness alike to an atom's; its force is (P_d V)/c, the virial alone: velocities take no part.
 * Its motion carries all atoms along affinely. A move along the direction (v, w) by a length s is
 * the flow dx/ds = v + (w/c)(x - lo), dL/ds = (w/c) L, that is L <- L e^q,   x <- lo + (x - lo) e^q
 * + s v (e^q - 1)/q,   q = s w/c. Moves along one direction therefore add up exactly, backward ones
 * too, and everywhere on the way dE/ds = -(f.v + (virial/c).w): what line searches need. */
#ifndef GB_ATOMISTIC_DESCENT_H
#define GB_ATOMISTIC_DESCENT_H

#include "atomistic/engine/dot.h"
#include "atomistic/engine/minimize.h"

typedef struct {
  GbForce *force;
  GbAtoms *local; /* distributed; v: velocity or direction, aux: free for the method */
  const GbMinimizeOptions *options;
  int64_t terms;               /* 3 x atoms of all ranks */
  double box_v[3], box_f[3];   /* of the coordinates u_d; 0 on axes that are not relaxed */
  double box_scale;            /* c */
  GbForceResult current;       /* at the present positions, as far as asked for */
  unsigned wanted;             /* what it holds */
  double largest_f, largest_v; /* largest components of the atoms, all ranks */
  int evaluations;
  bool converged;
} GbDescent;

/* Forces at the present positions (and the virial when an axis is relaxed, whatever `want` says);
 * counts, and checks for convergence and, now and then, for stop requests. Collective. */
GbStatus GbDescentEvaluate(GbDescent *descent, unsigned want);
/* Moves by `length` along (v, box_v). */
void GbDescentMove(GbDescent *descent, double length);
/* The longest move that keeps every component within 0.1 angstrom, and the box within 1 %; sets
 * largest_v. HUGE_VAL if v is zero. Collective. */
double GbDescentReach(GbDescent *descent);
/* Dot products of atoms' vectors with bound = product of largest components. */
static inline GbDot gb_descent_dot(double (*a)[3], double largest_a, double (*b)[3],
                                   double largest_b)
{
  return (GbDot){(const double *)a, (const double *)b, largest_a * largest_b};
}
void GbDescentDots(const GbDescent *descent, int count, const GbDot *dots, double *totals);
double GbDescentBoxDot(const double a[3], const double b[3]);

/* The methods: from the state after the first evaluation (of everything) until converged or
 * out of evaluations; one is left for the caller. */
GbStatus GbDescend_Fire(GbDescent *descent);
GbStatus GbDescend_Cg(GbDescent *descent);

#endif
