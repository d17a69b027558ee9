/* A sample in the middle of its protocol: the state at the end of a relaxation step of loading, and
 * what was recorded until then. One process. */
#ifndef GB_MESOSCALE_CHECKPOINT_H
#define GB_MESOSCALE_CHECKPOINT_H

#include "mesoscale/fields/catalogue.h"
#include "mesoscale/fields/product.h"

typedef struct {
  bool filled;
  int strain; /* index of the prior strain that the sample is loaded to; earlier ones are done */
  GbMesoState state; /* owned, as are the next two */
  double *chi_drawn; /* [nvoxels] see GbSample */
  int64_t *redraws;  /* [nvoxels] */
  size_t rows[GB_NTABLES];
  GbCatalogueCount events;
  double avalanches[GB_AVALANCHE_MEMORY]; /* of the tracker, see GbAvalanchesStore */
} GbMesoCheckpoint;

/* Keeps a copy of the sample as it is; memory is taken once. */
GbStatus GbMesoCheckpointKeep(GbMesoCheckpoint *checkpoint, const GbSample *sample, int strain,
                              const GbMesoTables *tables, GbCatalogueCount events,
                              const GbAvalanches *avalanches);
/* sample_SS/checkpoint.h5: what was kept, with the tables as they were then (they have only grown).
 */
GbStatus GbMesoCheckpointWrite(const GbMesoCheckpoint *checkpoint, const char *folder, int number,
                               const GbMesoTables *tables, const char *fingerprint);
/* *found: there is one, and of this fingerprint. Fills *checkpoint and empty `tables`. */
GbStatus GbMesoCheckpointRead(const char *folder, int number, const char *fingerprint,
                              GbMesoCheckpoint *checkpoint, GbMesoTables *tables, bool *found);
void GbMesoCheckpointRemove(const char *folder, int number);
void GbMesoCheckpointFree(GbMesoCheckpoint *checkpoint);

#endif
