/* Drawing a voxel's modes: barriers from the calibrated P(Q | chi), directions evenly spread. */
#ifndef GB_MESOSCALE_DRAWS_H
#define GB_MESOSCALE_DRAWS_H

#include "mesoscale/events/state.h"

/* P(Q | chi) of one calibration in tables: relative error of a barrier below 1e-10. */
typedef struct GbDrawLaw GbDrawLaw;

/* `calibration` is borrowed. GB_ERR_INPUT for a shape that no table is made for. */
GbStatus GbDrawLawCreate(const GbCalibration *calibration, GbDrawLaw **law);
void GbDrawLawDestroy(GbDrawLaw **law);

/* chi of a fresh glass: normal with the calibrated mean and spread (that of a voxel's volume),
 * clamped to [-0.5, 1], independent between voxels, from counters (seed, voxel). */
void GbDrawChi(const GbCalibration *calibration, GbMesoState *state);
/* Least barrier in eV that counts as an event at this temperature: kT ln(nu_0 t), at least 0.
 * intrabasin_time_s <= 0: no condition. */
double GbDrawLeastBarrier(const GbCalibration *calibration, double intrabasin_time_s,
                          double temperature_K);
/* One barrier in eV from P(Q | chi) conditioned on Q > least_eV, for a uniform number in (0, 1).
 * GB_ERR_INPUT if that condition leaves no probability. */
GbStatus GbDrawBarrier(const GbDrawLaw *law, double chi, double least_eV, double uniform,
                       double *barrier_eV);
/* Mean in eV of P(Q | chi) conditioned on Q > least_eV (least_eV <= 0: the calibrated mean). */
double GbDrawMeanBarrier(const GbCalibration *calibration, double chi, double least_eV);
/* Draws barriers and orientation of one voxel from counters (seed, voxel, redraws) and counts the
 * redraw. GB_ERR_INPUT as GbDrawBarrier. */
GbStatus GbDrawVoxel(const GbDrawLaw *law, double least_eV, const GbModes *modes,
                     GbMesoState *state, int voxel);
/* Moves n barriers from P(Q | chi_from) to P(Q | chi_to), both conditioned on Q > least_eV, each
 * keeping its rank; one that is not above least_eV stays. GB_ERR_INPUT as GbDrawBarrier. */
GbStatus GbDrawShift(const GbDrawLaw *law, double least_eV, double chi_from, double chi_to, int n,
                     double *barrier_eV);

#endif
