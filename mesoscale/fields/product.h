/* Files of the mesoscale stage: tables, the index that later stages read, fields for ParaView. */
#ifndef GB_MESOSCALE_PRODUCT_H
#define GB_MESOSCALE_PRODUCT_H

#include "mesoscale/fields/avalanche_table.h"
#include "mesoscale/fields/band_table.h"
#include "mesoscale/fields/protocol.h"
#include "mesoscale/fields/table.h"

/* The tables of a sample; the stage's own files hold those of all samples together. */
typedef enum {
  GB_TABLE_CURVE,
  GB_TABLE_BANDS,
  GB_TABLE_ENTHALPY,
  GB_TABLE_SNAPSHOTS,
  GB_TABLE_SHEAR_BANDS,     /* see band_table.h */
  GB_TABLE_AVALANCHES,      /* see avalanche_table.h; long: the CSV is each sample's own */
  GB_TABLE_AVALANCHE_SIZES, /* counts of all avalanches */
  GB_NTABLES
} GbMesoTableKind;
extern const char *const gb_meso_table_names[GB_NTABLES]; /* "stress_strain", "bands", ... */

typedef struct {
  GbTable table[GB_NTABLES];
} GbMesoTables;

GbMesoTables GbMesoTablesNew(void);
void GbMesoTablesFree(GbMesoTables *tables);
/* One row each. `sample` number from 0; `map` of the state; events[zone] of the period before. */
GbStatus GbMesoAddCurve(GbMesoTables *tables, int number, const GbSample *sample,
                        const GbBandMap *map);
GbStatus GbMesoAddBands(GbMesoTables *tables, int number, double strain_percent, GbPhase phase,
                        const GbSample *sample, const GbBandMap *map,
                        const int64_t events[GB_NZONES]);
/* Stored enthalpy over the reference glass: chi times the calibrated energy of chi = 1. The edge is
 * the outer quarter of the width on either side, the centre the rest. */
GbStatus GbMesoAddEnthalpy(GbMesoTables *tables, int number, double strain_percent, GbPhase phase,
                           const GbSample *sample);
GbStatus GbMesoAddAvalancheSizes(GbMesoTables *tables, int number, const GbAvalancheSizes *sizes);
GbStatus GbMesoAddSnapshot(GbMesoTables *tables, int number, double due_percent,
                           const GbSample *sample);

/* sample_SS/sample.h5: the tables and, as attribute, the fingerprint of what made them. */
GbStatus GbMesoSampleWrite(const char *folder, int number, const GbMesoTables *tables,
                           const char *fingerprint);
/* Appends the sample's tables to `tables`. */
GbStatus GbMesoSampleRead(const char *folder, int number, GbMesoTables *tables);
/* True if the file is there, can be read and has this attribute `fingerprint`. */
bool GbMesoFingerprintIs(const char *path, const char *fingerprint);
/* True if the states of the first `count` prior strains are there. */
bool GbMesoStatesThere(const char *folder, int number, const GbMesoConfig *config, int count);
/* True if the sample's product and all its states are there and were made from the same input. */
bool GbMesoSampleDone(const char *folder, int number, const GbMesoConfig *config,
                      const char *fingerprint);
/* sample_SS/fields.h5, fields.pvd and images in fields/ from the states on disk: chi, slip, plastic
 * strain, stress, zone. */
GbStatus GbMesoFieldsWrite(const char *folder, int number, const GbMesoConfig *config);

/* mesoscale.h5: what later stages need to find and continue the states, and all tables. */
typedef struct {
  int samples, phases; /* phases: see GbMesoPhases */
  GbDoubleList strains_percent;
  double strain_rate_per_s, temperature_K;
  GbSampleOptions options;
  char calibration[GB_HASH_SIZE]; /* hash of the calibration that made it */
} GbMesoIndex;
GbStatus GbMesoIndexWrite(const char *folder, const GbMesoIndex *index, const GbMesoTables *tables);
GbStatus GbMesoIndexRead(const char *folder, GbMesoIndex *index);

#endif
