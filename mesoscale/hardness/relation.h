/* Hardness from yield strength: expanding cavity in a pressure-sensitive solid (equations in
 * relation.c). */
#ifndef GB_MESOSCALE_RELATION_H
#define GB_MESOSCALE_RELATION_H

#include "base/error.h"

typedef struct {
  double young_GPa, poisson;
  double yield_GPa;      /* uniaxial compressive yield strength */
  double friction;       /* mu of tau = k + mu p on the shear plane; 0: no pressure sensitivity */
  double dilatancy;      /* plastic volumetric strain per plastic engineering shear of an event */
  double cone_angle_deg; /* between the indenter's face and the surface */
} GbIndentation;

/* Angle of the cone with the Vickers pyramid's volume per depth, and Vickers' sin(136 deg / 2): the
 * contact area along the faces is the projected one over it. */
#define GB_VICKERS_CONE_DEG 19.7
#define GB_VICKERS_AREA_FACTOR 0.92718385456678742

/* Pressure in the core of the cavity and plastic zone radius over core radius (may be NULL).
 * GB_ERR_ARG for meaningless input; GB_ERR_NUMERIC if the contact stays elastic (no plastic zone).
 */
GbStatus GbCavityPressure(const GbIndentation *indentation, double *pressure_GPa,
                          double *zone_ratio);
/* Mean contact pressure on the projected area (Meyer hardness), GPa; Vickers number HV, kgf/mm^2
 * (either may be NULL). */
GbStatus GbIndentationHardness(const GbIndentation *indentation, double *meyer_GPa, double *hv);

#endif
