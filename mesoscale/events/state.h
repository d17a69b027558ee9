/* The state of one mesoscale sample: everything that a restart needs. */
#ifndef GB_MESOSCALE_STATE_H
#define GB_MESOSCALE_STATE_H

#include "base/h5.h"
#include "contract/calibration.h"
#include "mesoscale/events/modes.h"

#include <stdint.h>

/* The way back from each voxel's last event: what the voxel was before it. */
typedef struct {
  double *barrier_eV; /* [nvoxels] of the reverse at zero stress; GB_NO_WAY_BACK: there is none */
  int64_t *mode;      /* [nvoxels] that fired */
  double *parent_barrier_eV, *parent_orientation, *parent_chi; /* as in the state */
  int64_t *parent_redraws;
} GbWayBack;

#define GB_NO_WAY_BACK 1e3 /* eV */

typedef struct {
  GbGrid grid;
  int nvoxels, nmodes;
  uint64_t seed;  /* of this sample */
  int64_t events; /* events so far: counter of the random streams */
  int64_t draws;  /* candidates of the thinning method so far: counter of its random stream */
  double time_s, temperature_K;
  double mean_strain[GB_NTENSOR]; /* total, tension positive */
  double reference_temperature_K; /* at which thermal eigenstrain is zero */
  bool *solid;                    /* [nvoxels] */
  double *chi;                    /* [nvoxels] */
  double (*plastic)[GB_NTENSOR];  /* [nvoxels] plastic strain (traceless part and dilatation) */
  double *slip;                   /* [nvoxels] accumulated |gamma| of events, engineering */
  double (*stress)[GB_NTENSOR];   /* [nvoxels] GPa, of the current state */
  double *barrier_eV;             /* [nvoxels*nmodes] at zero stress */
  int norientation;               /* see GbModesOrientationSize */
  double *orientation;            /* [nvoxels*norientation] of each voxel's modes */
  int64_t *redraws;    /* [nvoxels] counter of the draws: how many, or which (way_back) */
  GbWayBack *way_back; /* NULL: events have no reverse */
  double hazard_left;  /* integrated rate still to pass before the next event; 0: not drawn */
  size_t nmemory;
  double *memory; /* [nmemory] of the elastic solver, see GbElasticityStore; zeros: none */
} GbMesoState;

/* All zero but for solid, which is all true. `state` need not be initialised; free it with
 * GbMesoStateFree (safe on a zeroed or freed state). */
GbStatus GbMesoStateAllocate(GbMesoState *state, const GbGrid *grid, int nmodes);
void GbMesoStateFree(GbMesoState *state);
/* Lets events have a reverse: none has one yet. Nothing happens if they have it already. */
GbStatus GbMesoStateAddWayBack(GbMesoState *state);
/* Schmid deviator of a voxel's way back, in the sample. */
void GbMesoWayBackAxis(const GbMesoState *state, const GbModes *modes, int voxel,
                       double axis[GB_NDEVIATOR]);
/* Everything of `from` into `to`, allocated with the same grid and modes. */
GbStatus GbMesoStateAssign(const GbMesoState *from, GbMesoState *to);
/* `to` is allocated here: it need not be initialised, and what it held is not freed. */
GbStatus GbMesoStateCopy(const GbMesoState *from, GbMesoState *to);
/* Exact: reading back gives the same bits. One process. */
GbStatus GbMesoStateWrite(const GbMesoState *state, const char *path);
/* Allocates `state` as GbMesoStateAllocate does. GB_ERR_INPUT, naming the file and the dataset, if
 * one is missing or does not fit the grid. */
GbStatus GbMesoStateRead(const char *path, GbMesoState *state);
/* The same within an open file, which may hold more. */
GbStatus GbMesoStateStore(const GbMesoState *state, GbH5 *file);
GbStatus GbMesoStateLoad(GbH5 *file, GbMesoState *state);

#endif
