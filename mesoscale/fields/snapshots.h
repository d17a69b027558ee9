/* Fields at chosen strains of loading: sample_SS/loading.h5, loading.pvd, images in loading/. */
#ifndef GB_MESOSCALE_SNAPSHOTS_H
#define GB_MESOSCALE_SNAPSHOTS_H

#include "mesoscale/fields/product.h"

/* The strain in percent for which a snapshot is due at the present one, or -1: the largest one
 * asked for that has been reached and is later than the last one taken. */
double GbSnapshotDue(const GbMesoConfig *config, const GbMesoTables *tables, double percent);
/* Adds the group strain_<due, as a fraction> and a row of the table of snapshots. Snapshots that
 * stand in the files but not in the table (of a run that was killed after its last checkpoint) are
 * dropped. One process. */
GbStatus GbSnapshotTake(const char *folder, int number, double due, const GbSample *sample,
                        const GbBandMap *map, GbMesoTables *tables);

#endif
