/* The gamma distribution by its cumulative hazard w(x) = -ln S(x), S the survival function of shape
 * k and scale 1: what is conditioned on x > x_min is w = w_min + an exponential number. */
#ifndef GB_MESOSCALE_GAMMA_TAIL_H
#define GB_MESOSCALE_GAMMA_TAIL_H

#include "base/error.h"

typedef struct GbGammaTail GbGammaTail;

/* w(x) and its slope dw/dx (the hazard) for x > 0, to about 1e-13 relative. */
double GbGammaHazard(double shape, double x, double *slope);

/* Tables of both directions. GB_ERR_INPUT for a shape outside 0.2 .. 10000. */
GbStatus GbGammaTailCreate(double shape, GbGammaTail **tail);
void GbGammaTailDestroy(GbGammaTail **tail);
/* w of x; 0 for x <= 0. */
double GbGammaTailHazard(const GbGammaTail *tail, double x);
/* In place: w[i] >= 0 becomes x of it. */
void GbGammaTailInvert(const GbGammaTail *tail, int n, double *w);

#endif
