/* Reloading a state in compression until it yields. */
#ifndef GB_MESOSCALE_RELOAD_H
#define GB_MESOSCALE_RELOAD_H

#include "mesoscale/fields/sample.h"
#include "mesoscale/fields/table.h"

typedef struct {
  double strain_rate_per_s;
  double step_strain;   /* between two readings of the stress */
  double offset_strain; /* plastic strain of the offset yield strength */
  double max_strain;    /* not yielded by then is GB_ERR_NUMERIC */
  GbSampleOptions sample;
} GbReloadOptions;

typedef struct {
  double yield_GPa; /* largest compressive stress until the plastic strain of the reloading exceeds
                       the offset: the offset strength of a hardening curve, the peak of one that
                       softens first */
  double chi_mean;  /* of the state before reloading */
  double young_GPa, poisson; /* calibrated, at the state's temperature and mean chi */
} GbReloadResult;

/* Reloads a copy of `state` with the random numbers of `repeat` (0, 1, ...). Each reading is
 * appended to `curve` as key[nkey], reload strain, stress in GPa, repeat. */
GbStatus GbReloadRun(const GbCalibration *calibration, const GbMesoState *state, int repeat,
                     const GbReloadOptions *options, const double *key, int nkey, GbTable *curve,
                     GbReloadResult *result);

#endif
