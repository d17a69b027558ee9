/* Kinetic Monte Carlo of STZ events on a true elastic medium.
 *
 * Rate of mode m of a voxel: nu_0 exp(-(Q_m - V* tau_m) / kT), tau_m = n . sigma . s the resolved
 * shear stress of its plane. The next event is where the integrated total rate equals -ln u
 * while load and temperature change; modes with Q_m <= V* tau_m fire at once, one at a time, most
 * unstable first, with the stress updated in between. An event adds the calibrated transformation
 * strain, moves chi by the calibrated law and redraws the voxel's barriers.
 *
 * The trajectory is a function of the state: a run continued from a written state, in another
 * process, gives the same bits as the uninterrupted run (same program, machine, drive and one
 * process per sample). End such runs by max_events, by the callback or by end_time_s. The thinning
 * method solves the field anew where a run ends, so there the uninterrupted run has to end too. */
#ifndef GB_MESOSCALE_KMC_H
#define GB_MESOSCALE_KMC_H

#include "mesoscale/events/state.h"

typedef struct GbKmc GbKmc;

typedef enum {
  GB_KMC_FULL,     /* the stress of all voxels is solved after every event: the reference */
  GB_KMC_THINNING, /* stress of distant voxels deferred, candidates thinned; exact as well. Needs
                      uniform moduli and no voids; temperature programs still run in full */
} GbKmcMethod;

typedef struct {
  double
      intrabasin_time_s; /* modes faster than this at zero stress count as motion within a state:
                            barriers are drawn from P(Q | chi) conditioned on Q > kT ln(nu_0 t) */
  GbKmcMethod method;
  bool uniform_moduli; /* all voxels have the moduli of the calibrated mean chi; false: of their
                          own chi */
  bool way_back;       /* every event may be undone, at the rate that detailed balance asks for */
  GbElasticSolver solver; /* of samples whose moduli are not uniform, or with voids */
} GbKmcOptions;

typedef enum {
  GB_DRIVER_THERMAL,     /* events at their rates */
  GB_DRIVER_QUASISTATIC, /* no temperature: strain grows to the next instability, again and again */
  GB_DRIVER_EXTREMAL,    /* the mode nearest to instability fires, at the load that just makes it */
} GbDriver;

/* What drives the sample during one call of GbKmcRun. */
typedef struct {
  GbDriver driver;
  double
      strain_rate_per_s; /* d(mean_strain_zz)/dt; negative compresses. Used if !stress_controlled */
  bool stress_controlled; /* keep the mean stress sigma_zz at stress_zz_GPa instead */
  double stress_zz_GPa;
  double temperature_rate_K_per_s; /* 0: isothermal */
  double duration_s;               /* ends after this time */
  double end_time_s;  /* if > 0: ends at this state->time_s instead of after duration_s */
  int64_t max_events; /* ... or after this many events; 0 = no limit */
} GbDrive;

typedef struct {
  int64_t event; /* number, from 1 */
  double time_s, strain_zz, stress_zz_GPa, temperature_K;
  int voxel, mode;
  double angle_rad;           /* in plane strain: of the shear direction to x, 0..pi; else nan */
  double normal[3], shear[3]; /* of the mode's plane and of its shear, unit vectors x y z */
  double gamma, barrier_eV, tau_GPa, chi_before, chi_after;
  bool athermal; /* fired past instability */
  bool back;     /* undid the voxel's last event */
} GbEventRecord;
/* Called after each event, in the full method with state->stress up to date (thinning: after a
 * run). *stop = true ends the run. May be NULL. */
typedef GbStatus (*GbEventCallback)(void *context, const GbMesoState *state,
                                    const GbEventRecord *record, bool *stop);

/* `calibration` and `state` are borrowed. Sets up elasticity with the moduli of chi and T, and
 * takes state->stress as it is: follow with GbKmcRefresh unless the state comes from a run. */
GbStatus GbKmcCreate(MPI_Comm comm, const GbCalibration *calibration, const GbKmcOptions *options,
                     GbMesoState *state, GbKmc **kmc);
void GbKmcDestroy(GbKmc **kmc);
/* Draws the barriers of all voxels afresh (a new sample). */
GbStatus GbKmcDrawAll(GbKmc *kmc);
/* Must be called after fields of the state were changed from outside: moduli, thermal eigenstrain
 * alpha(chi) (T - T_ref), stress (at the state's mean strain) and mode directions are brought up to
 * date. Barriers are read live. */
GbStatus GbKmcRefresh(GbKmc *kmc);
/* Advances the state. *done_s: time advanced (less than duration if stopped). GB_ERR_STOPPED on
 * request, between two events: the state is whole and may be written. */
GbStatus GbKmcRun(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                  double *done_s);
double GbKmcMeanStress(const GbKmc *kmc); /* mean sigma_zz over the strip, GPa */
/* Where the time goes; seconds are measured only after GbKmcProfileStart. */
typedef struct {
  int64_t events, candidates, near_blocks, flushes, refreshes;
  double total_s;
  double draw_s;    /* new barriers of the voxel of the event */
  double near_s;    /* stress and rates of voxels near the event */
  double bound_s;   /* bounds of all others */
  double choice_s;  /* candidates: waiting time, choice, true stress, acceptance */
  double elastic_s; /* solutions of the whole field */
  double rates_s;   /* rates of all voxels after those */
} GbKmcProfile;
void GbKmcProfileStart(GbKmc *kmc); /* from zero */
GbKmcProfile GbKmcGetProfile(const GbKmc *kmc);
/* Sum of all modes' rates, 1/s, at the current state. */
double GbKmcTotalRate(const GbKmc *kmc);

#endif
