/* Exact waiting times: where the integrated total rate reaches a given value. */
#ifndef GB_MESOSCALE_WAITING_H
#define GB_MESOSCALE_WAITING_H

#include "base/error.h"

#include <stdbool.h>

/* One segment of time in which the modes' activities are linear, a + b t (see rates.h). */
typedef struct {
  int n;
  const double *a, *b; /* [n] eV, eV/s; borrowed */
  double *work;        /* [n] scratch; borrowed */
  double attempt_Hz;   /* nu_0 */
  double temperature_K, heating_K_per_s;
  double duration_s; /* ends before any mode becomes unstable */
} GbSegment;

typedef struct {
  bool event;    /* the hazard reached its target within the segment */
  double time_s; /* of the event, or the segment's duration */
  double hazard; /* integrated up to time_s; the target if event */
} GbWait;

typedef struct GbWaiting GbWaiting; /* integrator for changing temperature */

GbStatus GbWaitingCreate(GbWaiting **waiting);
void GbWaitingDestroy(GbWaiting **waiting);
/* Closed form if heating_K_per_s is 0, else integration. target > 0. GB_ERR_NUMERIC if it fails. */
GbStatus GbWaitingFind(GbWaiting *waiting, const GbSegment *segment, double target, GbWait *wait);

#endif
