/* The table `avalanches`: one row per avalanche of a sample. */
#ifndef GB_MESOSCALE_AVALANCHE_TABLE_H
#define GB_MESOSCALE_AVALANCHE_TABLE_H

#include "mesoscale/events/avalanche.h"
#include "mesoscale/fields/table.h"

GbTable GbAvalancheTableNew(void);
/* Appends one row. Compression counts positive, as in the other tables. */
GbStatus GbAvalancheTableAdd(GbTable *table, int sample, const GbAvalanche *avalanche);

#endif
