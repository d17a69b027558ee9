/* The simulation behind kmc.h, shared by its files:
 *
 *   kmc.c          life cycle and the public calls
 *   kmc_stress.c   moduli, eigenstrain, stress and its control
 *   kmc_modes.c    activities of modes, events
 *   kmc_full.c     the reference: all stresses after every event; drivers without temperature
 *   kmc_thinning.c the fast way, on thinning.h */
#ifndef GB_MESOSCALE_KMC_INTERNAL_H
#define GB_MESOSCALE_KMC_INTERNAL_H

#include "mesoscale/events/draws.h"
#include "mesoscale/events/kmc.h"
#include "mesoscale/events/response.h"
#include "mesoscale/events/waiting.h"

typedef double GbTensor[GB_NTENSOR];
struct GbThinning;

struct GbKmc {
  MPI_Comm comm;
  const GbCalibration *calibration;
  GbKmcOptions options;
  GbMesoState *state;
  GbElasticity *elasticity;
  GbWaiting *waiting;
  GbDrawLaw *draws;
  GbModes modes;
  int nsolid;
  int nslots;               /* of a voxel: its modes and, if there are any, its way back */
  int nmodes_padded;        /* slots of all voxels, to a multiple of GB_RATE_BLOCK */
  double back_activation;   /* eV per GPa: gamma a^3 - V*, of the way back */
  double chi_energy;        /* eV of chi = 1 over chi = 0 in a voxel */
  double gamma, dilatation; /* of one event in one voxel */
  double part;              /* of the voxel that an event fills: Omega / edge^3 */
  double activation;        /* V*, eV per GPa */
  double *projection;       /* [nvoxels*nslots*ncomponents] P of each slot in the sample */
  double *activity;         /* [nmodes_padded] see rates.h */
  double *activity_rate;    /* [nmodes_padded] */
  double *rate_work;        /* [nmodes_padded] */
  double *block_sum;        /* [nmodes_padded / GB_RATE_BLOCK] */
  double *mu, *bulk;        /* [nvoxels] */
  GbTensor *eigenstrain;    /* [nvoxels] plastic and thermal */
  int ncontrolled;          /* mean stresses that can be held: the free ones, and zz as last */
  int controlled[GB_NTENSOR];
  GbTensor *unit[GB_NTENSOR]; /* [ncontrolled][nvoxels] stress per unit mean strain, if
                                 response_valid */
  double stiffness[GB_NTENSOR][GB_NTENSOR]; /* mean stress controlled[a] per strain controlled[b] */
  double lateral[GB_NTENSOR];               /* strain controlled[a] per strain zz under load */
  GbTensor *response;                   /* [nvoxels] stress per unit mean strain zz, others free; if
                                           response_valid */
  GbTensor *stress_rate;                /* [nvoxels] GPa/s in the present segment */
  GbTensor *end_stress, *middle_stress; /* [nvoxels] of a segment of a temperature program */
  bool response_valid;
  struct GbThinning *thinning; /* NULL: not used yet */
  GbResponse *response_table;
  bool profiling;
  double clock; /* of the last lap, s */
  GbKmcProfile profile;
};

#define GB_IN(field) ((const double(*)[GB_NTENSOR])(field))

/* --- kmc_stress.c ------------------------------------------------------------------------------
 */

/* Mean stresses that the loading holds at zero, and zz. */
void GbKmcSetControl(GbKmc *kmc);
GbStatus GbKmcSetMaterial(GbKmc *kmc,
                          double temperature_K); /* moduli and eigenstrain, all voxels */
void GbKmcSetEigenstrain(GbKmc *kmc, double temperature_K);
GbStatus GbKmcUpdateMaterial(GbKmc *kmc, int voxel); /* after an event */
GbStatus GbKmcNeedResponse(GbKmc *kmc);
/* Stress of the eigenstrain as it stands at mean strain `mean`, which then moves so that the
 * controlled mean stresses are those of the drive. */
GbStatus GbKmcSolve(GbKmc *kmc, const GbDrive *drive, double mean[GB_NTENSOR], GbTensor *stress);
/* Only the last part of that, for a stress that is there already. */
GbStatus GbKmcControl(GbKmc *kmc, const GbDrive *drive, double mean[GB_NTENSOR], GbTensor *stress);
/* The state's mean strain zz grows by `strain`, others following; the stress is not touched. */
void GbKmcStrain(GbKmc *kmc, double strain);
void GbKmcAddScaled(int nvoxels, GbTensor *field, double factor, const GbTensor *increment);

/* --- kmc_modes.c -------------------------------------------------------------------------------
 */

void GbKmcSetDirections(GbKmc *kmc, int voxel);
double GbKmcResolved(const GbKmc *kmc, int mode, const double stress[GB_NTENSOR]);
/* Activities of all modes from the state's stress and, unless NULL, their rates from stress_rate.
 */
void GbKmcSetActivities(GbKmc *kmc, const GbTensor *stress_rate);
double GbKmcBarrier(const GbKmc *kmc, int voxel, int slot); /* eV */
int GbKmcMostActive(const GbKmc *kmc);                      /* -1: no mode at all */
double GbKmcInverseKT(const GbKmc *kmc);
/* The event itself: plastic strain, slip, chi, new barriers. Not the stress. */
GbStatus GbKmcTransform(GbKmc *kmc, int j, bool athermal, GbEventRecord *record);
/* The barrier of the way back of a forward event, from the stresses before and after it. */
void GbKmcSetWayBack(GbKmc *kmc, const GbEventRecord *record, const double after[GB_NDEVIATOR]);
/* Completes the record after the stress is known, and hands it to the callback. */
GbStatus GbKmcReport(GbKmc *kmc, double stress_zz_GPa, GbEventRecord *record,
                     GbEventCallback callback, void *context, bool *stop);

/* --- The methods -------------------------------------------------------------------------------
 */

GbStatus GbKmcRunFull(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                      double *done_s);
GbStatus GbKmcRunThinning(GbKmc *kmc, const GbDrive *drive, GbEventCallback callback, void *context,
                          double *done_s);
void GbKmcThinningDestroy(GbKmc *kmc);
/* Adds the time since the last lap to a part of the profile, if profiling. */
void GbKmcLap(GbKmc *kmc, double *part);

#endif
