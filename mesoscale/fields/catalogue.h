/* The events of one sample.
 *
 * While the sample runs they are appended as records to sample_SS/events.part, of which a
 * checkpoint needs to know only how many count; at the end that becomes events.h5 (all events, one
 * dataset per column) and events.csv (every n-th). One process. */
#ifndef GB_MESOSCALE_CATALOGUE_H
#define GB_MESOSCALE_CATALOGUE_H

#include "mesoscale/fields/protocol.h"

typedef enum { GB_PERIOD_LOAD, GB_PERIOD_REST, GB_PERIOD_CYCLES, GB_NPERIODS } GbPeriod;

/* How many events there were, and how many of them were recorded. */
typedef struct {
  int64_t seen, recorded;
} GbCatalogueCount;

typedef struct GbCatalogue GbCatalogue;

/* True if at least these events are recorded. */
bool GbCatalogueThere(const char *folder, int number, GbCatalogueCount count);
/* Goes on after the first `count` events and drops records of later ones; {0} starts afresh.
 * GB_ERR_INPUT if the records are not there. `config` is borrowed. */
GbStatus GbCatalogueOpen(const char *folder, int number, const GbMesoConfig *config,
                         GbCatalogueCount count, GbCatalogue **catalogue);
/* A failure to write is told by the next flush. */
void GbCatalogueAdd(GbCatalogue *catalogue, double strain_percent, GbPeriod period,
                    const GbEventRecord *record);
/* All records so far are on disk. */
GbStatus GbCatalogueFlush(GbCatalogue *catalogue);
GbCatalogueCount GbCatalogueCounted(const GbCatalogue *catalogue);
/* Writes the final files; the records stay. */
GbStatus GbCatalogueFinish(GbCatalogue *catalogue);
void GbCatalogueClose(GbCatalogue **catalogue);

#endif
