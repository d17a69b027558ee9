/* Elastic moduli with relaxed ions. */
#ifndef GB_ATOMISTIC_ELASTIC_H
#define GB_ATOMISTIC_ELASTIC_H

#include "atomistic/statistics/glass.h"

typedef struct {
  double strain;          /* of each axis, plus and minus */
  double force_tolerance; /* eV/angstrom */
  int max_evaluations;    /* per minimisation */
} GbElasticOptions;

typedef struct {
  double c[3][3];      /* GPa: d sigma_i / d epsilon_j of the normal components */
  double bulk_GPa[3];  /* one sample for each strained axis */
  double shear_GPa[3]; /* pure shear in the planes yz, xz, xy */
  int evaluations;
} GbElastic;

/* The glass must stand in an inherent structure of a periodic box; it is returned to it. Collective
 * over the force's communicator. GB_ERR_NUMERIC if a minimisation does not converge. */
GbStatus GbElasticMeasure(GbGlass *glass, const GbElasticOptions *options, GbElastic *elastic);

#endif
