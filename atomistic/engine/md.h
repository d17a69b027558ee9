/* Molecular dynamics: velocity Verlet with optional thermostat, barostat and imposed strain rate.
 *
 * The loop runs on distributed atoms (force.h). Every `restart_interval` steps is a *restart
 * point*: the neighbour list is made anew there, whether or not a checkpoint is written, so that a
 * run that goes on from a checkpoint gives the bits of one that was never stopped, on any number of
 * ranks and threads. */
#ifndef GB_ATOMISTIC_MD_H
#define GB_ATOMISTIC_MD_H

#include "atomistic/engine/force.h"
#include "atomistic/engine/thermostat.h"

#include <stddef.h>

typedef enum {
  GB_THERMOSTAT_NONE,
  GB_THERMOSTAT_BUSSI,       /* stochastic rescaling of all velocities */
  GB_THERMOSTAT_NOSE_HOOVER, /* chain of three, deterministic */
  GB_THERMOSTAT_LANGEVIN     /* friction and noise on every atom, BAOAB; tau = 1/friction */
} GbThermostat;

typedef enum {
  GB_BAROSTAT_RESCALING, /* stochastic cell rescaling: first order, no ringing */
  GB_BAROSTAT_MTK        /* Martyna-Tobias-Klein: second order; with Nose-Hoover or no thermostat */
} GbBarostat;

/* What Nose-Hoover chains and the MTK barostat remember. Zero: at rest. */
typedef struct {
  GbChain atoms, box;
  double box_rate[3]; /* 1/ps, rate of the logarithmic length of each axis */
} GbMdState;

/* A part of the caller's memory that checkpoints hold for it: plain data, equal on all ranks. */
typedef struct {
  void *data;
  size_t bytes;
} GbMdCarry;

/* A checkpoint is written at a restart point, aside and renamed, by rank 0. A run that finds a file
 * of this path goes on from it: the atoms, states and accounts are the file's, and samples that
 * were delivered before are not delivered again (what a callback gathered can be carried along). A
 * file of another run is refused. The file stays at the end of the run, so that a crash before the
 * caller has stored its results costs little: the caller removes it (GbMdRemoveCheckpoint). */
typedef struct {
  const char *path;         /* NULL: no checkpoints */
  const char *key;          /* what the run depends on (a hash, say) beyond options and atoms;
                               NULL: "" */
  int64_t interval_steps;   /* at least so many steps between two; 0: not by steps */
  double wall_seconds;      /* at least so much time between two; 0: not by time */
  int64_t restart_interval; /* steps between restart points; 0: 50 */
  const GbMdCarry *carry;
  int ncarry;
} GbMdCheckpoint;

/* Means over the time since the last sample of the same receiver: every GB_MD_AVERAGE_INTERVAL
 * steps, and at samples. In the first sample of a run they are the values themselves. */
enum { GB_MD_AVERAGE_INTERVAL = 10 };
typedef struct {
  int64_t count;
  double temperature_K, potential_eV;
  double stress_GPa[6];
  double length[3]; /* angstrom */
} GbMdMeans;

typedef struct {
  int64_t step;         /* global step number */
  double time_ps;       /* since the start of this run */
  double temperature_K; /* 3n - 3 degrees of freedom, 3n with a Langevin thermostat */
  double potential_eV, kinetic_eV;
  double conserved_eV;  /* constant but for the error of the time step, in every ensemble: total
                           energy, less heat from stochastic thermostats and work through the box,
                           plus the energy of chains and of an MTK barostat */
  double stress_GPa[6]; /* tension positive, kinetic part included, over the box volume; xx yy zz
                           xy xz yz */
  double length[3];     /* angstrom, along free axes the extent of the atoms */
  double volume;        /* angstrom^3, product of the lengths */
  GbMdMeans mean;
} GbMdSample;

/* Gets values only: costs no gathering of atoms. On all ranks, equal contents. */
typedef GbStatus (*GbMdObserver)(void *context, const GbMdSample *sample);

typedef struct {
  double dt_ps;
  GbThermostat thermostat;
  double temperature_start_K, temperature_end_K; /* target, linear over the run */
  double tau_temperature_ps;
  GbBarostat barostat;
  bool pressure_free[3]; /* axes whose length a barostat adjusts (must be periodic) */
  double pressure_GPa;   /* target on those axes */
  double tau_pressure_ps;
  bool pressure_isotropic;        /* couple the free axes */
  double compressibility_per_GPa; /* scale of tau in stochastic rescaling; 0: 0.01 */
  double strain_rate_per_ps[3];   /* rate of each axis; atoms are remapped affinely. Must be 0 on
                                     pressure_free axes. Engineering rate: relative to the length at
                                     the start of the deformation (initial_length) */
  double
      initial_length[3]; /* angstrom, for the strain rate; 0: the length at the start of the run */
  bool strain_rate_true; /* L = L(start of the run) exp(rate t) instead */
  uint64_t seed;
  int64_t first_step;    /* global step number at the start: counter of the random streams */
  GbMdObserver observer; /* every observer_interval steps and at step 0; NULL: none */
  void *observer_context;
  int64_t observer_interval;
  GbMdState *state;        /* kept from run to run: read at the start, filled at the end; NULL: the
                              run starts at rest */
  const char *dump_folder; /* where a lost atom's surroundings are written, as
                              lost-atom-<id>.xyz; NULL: nowhere */
  GbMdCheckpoint checkpoint;
} GbMdOptions;

/* Called every `interval` steps and at step 0 of the run, on all ranks with equal contents. May
 * read atoms, must not change them. The atoms are gathered for each call: where values alone are
 * needed, an observer is cheaper. */
typedef GbStatus (*GbMdCallback)(void *context, const GbAtoms *atoms, const GbMdSample *sample);

/* Runs `steps` steps. Collective. callback may be NULL. GB_ERR_STOPPED if a stop was requested, at
 * the next restart point and after writing a checkpoint (if there is a path); GB_ERR_NUMERIC for a
 * lost atom, a move of more than 1 angstrom in a step, an overlap or NaN, with atom, place and
 * step. In both cases atoms holds the last state. */
GbStatus GbMdRun(GbForce *force, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                 int64_t interval, GbMdCallback callback, void *context);
/* Sane defaults: 2 fs, no thermostat, taus 0.1 and 1 ps, nothing free. */
GbMdOptions GbMdDefaults(void);
/* Removes the file, if there is one. Collective. */
GbStatus GbMdRemoveCheckpoint(MPI_Comm comm, const char *path);

#endif
