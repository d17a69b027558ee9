/* What the parts of the stage `calibrate` share (internal to atomistic/statistics).
 *
 * open -> glass (relaxed, flowed, scale of chi) -> material -> barriers -> census -> cycling ->
 * laws, each filling its part of the calibration from what stands before it. Collective over
 * run->comm. */
#ifndef GB_ATOMISTIC_STUDY_H
#define GB_ATOMISTIC_STUDY_H

#include "atomistic/protocol/products.h"
#include "atomistic/statistics/barriers.h"
#include "atomistic/statistics/bootstrap.h"
#include "atomistic/statistics/config.h"
#include "atomistic/statistics/localstate.h"
#include "contract/stage.h"

typedef struct {
  const GbRun *run;
  const GbCalibrateConfig *config;
  int rank;
  GbPotential *potential;
  GbForce *force;    /* over run->comm, in double */
  GbForce *dynamics; /* over run->comm, for molecular dynamics: in the precision asked for */
  GbForce *own;      /* of this rank alone */
  GbProducts products;
  GbAtoms glass[GB_NSTATES];              /* inherent structures at zero pressure */
  double *chi[GB_NSTATES];                /* [n] of their atoms */
  double *temperature_volume[GB_NSTATES]; /* [ntemperatures] angstrom^3, mean at zero pressure */
  int nflow;                              /* points of the flow curve */
  double *flow_strain, *flow_chi;         /* [nflow] */
  double young_GPa;                       /* of the relaxed glass at the lowest temperature */
  GbChiScale scale;
  GbBarrierCounts counts[GB_NSTATES];
  int64_t events_at_surface;
  double sample_energy_eV; /* per atom, inherent structure of the test piece, bulk, at c0 */
  GbCalibration calibration;
  double start_s;
} GbStudy;

/* Streams of bootstrap random numbers, one per quantity. */
typedef enum {
  GB_STREAM_CHI_INF = 1,
  GB_STREAM_CHI_GLASS,
  GB_STREAM_EXPANSION,
  GB_STREAM_DENSITY = GB_STREAM_EXPANSION + GB_NSTATES,
  GB_STREAM_SHEAR = GB_STREAM_DENSITY + GB_NSTATES,
  GB_STREAM_BULK = GB_STREAM_SHEAR + GB_NSTATES * GB_LIST_MAX,
  GB_STREAM_BARRIERS = GB_STREAM_BULK + GB_NSTATES * GB_LIST_MAX,
  GB_STREAM_ACTIVATION,
  GB_STREAM_EVENT_VOLUME,
  GB_STREAM_EVENT_SHEAR,
  GB_STREAM_EVENT_DILATATION,
  GB_STREAM_GAIN,
  GB_STREAM_CYCLING
} GbStream;
GbBootstrapOptions GbStudyBootstrap(const GbStudy *study, uint64_t stream);

GbStatus GbStudyOpen(const GbRun *run, const GbCalibrateConfig *config, GbStudy *study);
void GbStudyClose(GbStudy *study);
/* Reads a snapshot on every rank. */
GbStatus GbStudyReadAtoms(GbStudy *study, const char *path, GbAtoms *atoms);

GbStatus GbStudyGlass(GbStudy *study);
GbStatus GbStudyMaterial(GbStudy *study);
GbStatus GbStudyBarriers(GbStudy *study);
GbStatus GbStudyCensus(GbStudy *study);
GbStatus GbStudyCycling(GbStudy *study);
GbStatus GbStudyLaws(GbStudy *study);

/* The inherent structure of a snapshot of the test piece and its fields. */
typedef struct {
  GbAtoms atoms;
  double *energy;    /* [n] eV */
  double *chi;       /* [n] */
  double elastic_eV; /* per atom, of the load */
} GbPiece;
GbStatus GbStudyPiece(GbStudy *study, const char *path, GbPiece *piece);
void GbPieceFree(GbPiece *piece);

/* Rank 0: calibration.h5, tables, provenance. */
GbStatus GbStudyWrite(GbStudy *study);
GbStatus GbStudySummary(const GbStudy *study);

#endif
