/* The protocol of the mesoscale stage on one sample: draw, compress, and at each prior strain
 * branch off a specimen that is unloaded, rested, written, cycled and written again. While loading
 * it leaves checkpoints, from which it goes on when it is run again. */
#ifndef GB_MESOSCALE_JOB_H
#define GB_MESOSCALE_JOB_H

#include "base/log.h"
#include "mesoscale/fields/product.h"

typedef struct {
  MPI_Comm comm;      /* of the ranks that work on this sample */
  const char *folder; /* of the run */
  uint64_t seed;      /* of the run */
  const GbMesoConfig *config;
  const GbCalibration *calibration;
  const char *fingerprint;
  GbProgress *progress; /* in parts of a sample, see GbMesoJobParts; NULL: none */
  double parts_done;    /* by earlier samples */
} GbMesoJob;

/* Parts of work in one sample, for the progress display. */
double GbMesoJobParts(const GbMesoConfig *config);
/* Runs sample `number` and writes all its files; folders exist. Collective over job->comm.
 * GB_ERR_STOPPED leaves a checkpoint. */
GbStatus GbMesoJobRun(GbMesoJob *job, int number);
/* Removes what a finished sample does not need: its checkpoint and records of events. */
void GbMesoJobClean(const char *folder, int number);

#endif
