/* The square bilinear (Q1) element in plane strain.
 *
 * Lengths in units of the element's edge, so that nothing depends on its size. Local node
 * a = 2 * dk + di at the corner (di, dk); local degree of freedom 2 * a + c with c = 0 for u_x and
 * 1 for u_z. In-plane strain vectors are (xx, zz, 2 xz). */
#ifndef GB_MESOSCALE_ELEMENT_H
#define GB_MESOSCALE_ELEMENT_H

#include "mesoscale/elasticity/elasticity.h"

enum { GB_NCORNERS = 4, GB_NLOCAL = 8 };

typedef struct {
  double mu[GB_NLOCAL][GB_NLOCAL]; /* stiffness = shear modulus * mu + bulk modulus * bulk */
  double bulk[GB_NLOCAL][GB_NLOCAL];
} GbElement;

void GbElementSetUp(GbElement *element);
/* Isotropic Hooke: stress (tensor components) of the elastic strain (tensor components). */
void GbElementHooke(double mu, double bulk, const double strain[GB_NTENSOR],
                    double stress[GB_NTENSOR]);

#endif
