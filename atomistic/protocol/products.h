/* What the atomistic stage leaves below RUN/atomistic, and how later stages read it back.
 *
 *   glass.h5                           the quenched glass: periodic, at the test temperature
 *   sample.h5                          the test piece before loading: free in x, notched, relaxed;
 *                                      the reference of every eta_Mises
 *   tension/frame_0000.h5 ...          snapshots of the tension test; frame 0 is at strain 0
 *   tension/tension.csv                the stress-strain curve
 *   cycling/state_0/cycle_00.h5 ...    a strained state before (00) and after each thermal cycle
 *   cycling/state_0/zones.csv          its zones against cycle
 *   thermo/glass.csv ...               temperature, energies, stresses, box of each phase over time
 *   checkpoints/                       of an unfinished phase (session.h)
 *   atomistic.h5                       all the tables, read here as GbProducts
 *
 * All snapshots of the test piece hold the same atoms in the same order. */
#ifndef GB_ATOMISTIC_PRODUCTS_H
#define GB_ATOMISTIC_PRODUCTS_H

#include "atomistic/analysis/zones.h"

enum { GB_PRODUCT_PATH_MAX = 4096 };
enum {
  GB_ETA_BINS = 40
}; /* histogram of eta_Mises: bins of GB_ETA_BIN from 0, the last one open */
#define GB_ETA_BIN 0.05

/* Paths of the products of the run in `run_folder` (GbRun's folder). A path that does not fit is
 * cut off, so that opening it fails. */
void GbProductGlass(const char *run_folder, char path[GB_PRODUCT_PATH_MAX]);
void GbProductSample(const char *run_folder, char path[GB_PRODUCT_PATH_MAX]);
void GbProductFrame(const char *run_folder, int frame, char path[GB_PRODUCT_PATH_MAX]);
void GbProductCycle(const char *run_folder, int state, int cycle, char path[GB_PRODUCT_PATH_MAX]);
void GbProductTables(const char *run_folder, char path[GB_PRODUCT_PATH_MAX]); /* atomistic.h5 */

/* One strained state and its thermal cycles. Zones are those of cycle 0, kept for all cycles. */
typedef struct {
  int frame;     /* tension frame that was cycled */
  double strain; /* engineering strain of that frame */
  GbBands kind;
  int natoms;
  int64_t *zone; /* [natoms] GbZone */
  int64_t count[GB_NZONES];
  double *fraction[GB_NZONES];  /* [ncycles + 1] atoms with 0.3 < eta_Mises <= 0.7; NaN: no zone */
  double *eta_mises[GB_NZONES]; /* [ncycles + 1] mean; NaN: no zone */
  double *potential_eV[GB_NZONES]; /* [ncycles + 1] mean per atom of the snapshot; NaN: no zone */
  int64_t *histogram[GB_NZONES];   /* [ncycles + 1][GB_ETA_BINS] atoms by eta_Mises */
} GbProductState;

typedef struct {
  int nsamples; /* rows of the stress-strain curve */
  double *strain, *stress_GPa, *temperature_K,
      *potential_eV; /* [nsamples]; sample's potential energy */
  int nframes;
  double *frame_strain; /* [nframes] */
  int64_t *frame_bands; /* [nframes] GbBands */
  int nstates, ncycles;
  GbProductState *states; /* [nstates] */
  double test_temperature_K, strain_rate_per_s;
  double cycle_low_K, cycle_high_K; /* cycle snapshots are at cycle_low_K */
  double strain_cutoff_angstrom;    /* neighbours of eta_Mises and D2min */
} GbProducts;

/* Reads atomistic.h5. One process (every rank may call it). GB_ERR_INPUT if it is missing or wrong.
 * Free with GbProductsFree, also after an error. */
GbStatus GbProductsRead(const char *run_folder, GbProducts *products);
void GbProductsFree(GbProducts *products);
/* Writes atomistic.h5. One process. */
GbStatus GbProductsWrite(const char *run_folder, const GbProducts *products);

#endif
