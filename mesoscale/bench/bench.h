/* The benchmark of the event engine: events per second of a sample that flows plastically.
 *
 * A square or cubic sample of the calibrated glass is compressed at constant rate until it flows,
 * then a number of further events is timed. A layer of steady-state disorder across the sample, at
 * 45 degrees to the load, is where a band may be from the start; whether events stay in bands is
 * measured. docs/performance.md says what is counted. */
#ifndef GB_MESOSCALE_BENCH_H
#define GB_MESOSCALE_BENCH_H

#include "base/machine.h"
#include "mesoscale/events/kmc.h"

#include <stdio.h>

typedef struct {
  const char *calibration; /* file */
  int dim;                 /* 2 or 3 */
  int size;                /* voxels along each axis */
  int nmodes;              /* of a voxel */
  bool free_x;             /* free surfaces in x */
  bool seeded;             /* with the layer of steady-state disorder */
  GbKmcMethod method;
  double softening; /* mean barrier at chi = 1 over that at chi = 0; 0: as calibrated */
  double edge_nm, temperature_K, strain_rate_per_s, intrabasin_time_s;
  double plastic_strain; /* compressive, to be reached before timing starts */
  double loading_s;      /* ... or after this wall-clock time */
  int64_t events;        /* timed; 0: as many as take about 7 s */
  uint64_t seed;
} GbEventBenchOptions;

enum { GB_EVENT_PARTS = 6 };

/* Shares of the timed events, each in a tenth of the voxels. */
typedef struct {
  double densest;   /* where most of them were */
  double random;    /* the same if every voxel were as likely as any other */
  double persisted; /* where most slip had been before; 0.1 if that makes no difference */
} GbEventBenchLocalisation;

typedef struct {
  GbEventBenchOptions options; /* as given; events as timed */
  int nvoxels, ranks, threads; /* threads per rank */
  struct {
    int64_t events;
    double seconds;
    double plastic_strain, strain; /* compressive */
    double stress_GPa;             /* axial, compressive, at the end */
    double highest_GPa;            /* of it on the way, as seen now and then */
  } loading;
  double seconds; /* of the timed events, wall clock */
  double processor_seconds;
  struct {
    const char *name;
    double seconds;
    double bytes; /* per event, through memory if no cache held anything */
  } parts[GB_EVENT_PARTS];
  GbKmcProfile profile; /* of the timed events */
  GbEventBenchLocalisation localisation;
  double resident_bytes; /* largest resident memory of all ranks, beyond what the program had */
  GbMachinePeak peak;
} GbEventBenchResult;

/* 128 x 128 voxels of 1.6 nm, 20 modes, periodic, thinning, seeded; 300 K, 5e-4 /s, 3600 s; 8 %
 * plastic strain or 120 s. No calibration. */
GbEventBenchOptions GbEventBenchDefaults(void);
/* Runs the benchmark. Collective. GB_ERR_INPUT for options out of range, else what reading the
 * calibration and the events return. */
GbStatus GbEventBenchRun(MPI_Comm comm, const GbEventBenchOptions *options,
                         GbEventBenchResult *result);

double GbEventBenchRate(const GbEventBenchResult *result); /* events/s */
/* Events/s on one core that this size should reach; 0: no goal is set. */
double GbEventBenchGoal(const GbEventBenchOptions *options);
void GbEventBenchWriteTable(FILE *out, const GbEventBenchResult *result);
/* One rank. GB_ERR_IO. */
GbStatus GbEventBenchWriteJson(const char *path, const GbEventBenchResult *result);

/* --- Between the files of this folder ----------------------------------------------------------
 */

/* A fresh sample before loading. Allocates the state. */
GbStatus GbEventBenchSample(const GbEventBenchOptions *options, const GbCalibration *calibration,
                            GbMesoState *state);
/* Of the events since slip[nvoxels] and redraws[nvoxels] were those of the state. GB_ERR_MEMORY. */
GbStatus GbEventBenchLocalise(const GbMesoState *state, const double *slip, const int64_t *redraws,
                              GbEventBenchLocalisation *localisation);
/* Fills parts[].bytes from the options and the counts of the profile. */
void GbEventBenchCountBytes(GbEventBenchResult *result);

#endif
