/* Avalanches: events that follow one another without the drive's help.
 *
 * An avalanche is its trigger and all that comes before the drive moves on: athermal events at the
 * instant of the event before and at its strain or, under stress control, at its stress. With
 * gap_s > 0, any event no later than that after the event before belongs to it as well. Every other
 * event is the trigger of the next avalanche; one event alone is an avalanche of size 1.
 * (Under an extremal drive the load moves before each event, so each is its own avalanche.)
 *
 * The stress at which an avalanche starts is not in the events: it is that after the event before,
 * or that of the last GbAvalanchesNote, plus tangent_GPa times the strain since. */
#ifndef GB_MESOSCALE_AVALANCHE_H
#define GB_MESOSCALE_AVALANCHE_H

#include "mesoscale/events/kmc.h"

typedef struct {
  int64_t first_event; /* number of the trigger */
  int64_t size;        /* events */
  bool thermal;        /* the trigger was */
  int trigger_voxel;
  double time_s, strain_zz; /* of the trigger */
  double duration_s;        /* from trigger to last event */
  double extent_nm;         /* largest distance of an event to the trigger, nearest images */
  double gyration_nm;       /* radius of gyration of the events about their own centre */
  double slip_nm3;          /* sum of |gamma| times the volume of a voxel */
  double stress_drop_GPa;   /* fall of |mean sigma_zz|; NaN: stress before was not known */
} GbAvalanche;

/* Called for each finished avalanche. */
typedef GbStatus (*GbAvalancheCallback)(void *context, const GbAvalanche *avalanche);

typedef struct {
  double gap_s;       /* 0: thermal events always start an avalanche */
  double tangent_GPa; /* of mean sigma_zz against mean strain_zz between events; 0: no correction */
} GbAvalancheOptions;

enum { GB_AVALANCHE_BINS = 40, GB_AVALANCHE_MEMORY = 21 + GB_AVALANCHE_BINS };

typedef struct {
  int64_t avalanches, events, largest;
  int64_t bins[GB_AVALANCHE_BINS]; /* avalanches of 2^b to 2^(b+1) - 1 events */
} GbAvalancheSizes;

/* Holds no memory of its own. Set up with GbAvalanchesNew; the fields are private. */
typedef struct {
  GbGrid grid;
  GbAvalancheOptions options;
  GbAvalancheCallback callback;
  void *context;
  GbAvalanche open; /* size 0: none */
  double start_stress, sum[3], sum_square;
  double last_time, last_strain, last_stress; /* of the last event or note; NaN: none yet */
  GbAvalancheSizes sizes;
} GbAvalanches;

/* `callback` may be NULL; `context` is borrowed. */
GbAvalanches GbAvalanchesNew(const GbGrid *grid, const GbAvalancheOptions *options,
                             GbAvalancheCallback callback, void *context);
/* Takes the next event. Fails as the callback does. */
GbStatus GbAvalanchesAdd(GbAvalanches *avalanches, const GbEventRecord *record);
/* Tells the sample's state between events: at the start, at readings, after changes other than by
 * events. Does not end an avalanche. */
void GbAvalanchesNote(GbAvalanches *avalanches, double strain_zz, double stress_zz_GPa);
/* Ends the open avalanche, if any: after the last event, and between periods of a protocol. */
GbStatus GbAvalanchesFinish(GbAvalanches *avalanches);
/* Finished avalanches so far. */
const GbAvalancheSizes *GbAvalanchesGetSizes(const GbAvalanches *avalanches);
/* All that a checkpoint needs, to and from memory[GB_AVALANCHE_MEMORY]. */
void GbAvalanchesStore(const GbAvalanches *avalanches, double *memory);
void GbAvalanchesLoad(GbAvalanches *avalanches, const double *memory);

#endif
