/* Statistics over the samples of an ensemble. */
#ifndef GB_MESOSCALE_ENSEMBLE_H
#define GB_MESOSCALE_ENSEMBLE_H

#include "mesoscale/fields/product.h"

/* Mean and its standard error; the latter is NaN for one value. */
void GbMeanAndError(const double *values, int n, double *mean, double *error);
/* The loading curves of all samples (GB_TABLE_CURVE, sample by sample) on a common grid of total
 * strain, the steps of loading; at a strain that a sample passes more than once its first passage
 * counts. A row holds as many samples as got there. *table is made here, freed with GbTableFree. */
GbStatus GbEnsembleAverage(const GbMesoConfig *config, const GbTable *curves, GbTable *table);

#endif
