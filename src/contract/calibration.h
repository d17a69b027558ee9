/* The calibration: everything that tier 2 knows about the glass, and the only thing it knows.
 *
 * Tier 1 (or any other program) writes calibration.h5; tier 2 reads it. docs/file-formats.md gives
 * the schema. Every dataset has units; measured quantities carry a sample count and a 95 %
 * bootstrap confidence interval. A reader meets a missing group, a wrong unit or a newer version
 * with GB_ERR_INPUT and a message that names file, dataset, expected and found.
 *
 * Local state: chi = (e_IS - e_ref) / (e_inf - e_ref), the coarse-grained inherent-structure energy
 * per atom, 0 in the relaxed glass and 1 in the steady state of flow (Hinkle, Rycroft, Shields,
 * Falk, Phys. Rev. E 95, 053001 (2017)). */
#ifndef GB_CONTRACT_CALIBRATION_H
#define GB_CONTRACT_CALIBRATION_H

#include "base/error.h"
#include "base/h5.h"
#include "base/hash.h"

#include <stdint.h>

enum { GB_CALIBRATION_VERSION = 1 };
extern const char gb_calibration_kind[]; /* the attribute `kind` of the file */

typedef struct {
  double value, low, high; /* estimate and 95 % bootstrap interval (equal if count is 1) */
  int64_t count;           /* independent samples behind it */
} GbEstimate;

/* The material is measured in two states, which tier 2 interpolates linearly in chi. */
typedef enum { GB_STATE_RELAXED, GB_STATE_FLOWED, GB_NSTATES } GbMaterialState;

typedef struct {
  double chi[GB_NSTATES];                         /* chi of the two measured states */
  int ntemperatures;                              /* at least 2 */
  double *temperature_K;                          /* [ntemperatures], ascending */
  GbEstimate *shear_modulus_GPa[GB_NSTATES];      /* [state][ntemperatures], isotropic average */
  GbEstimate *bulk_modulus_GPa[GB_NSTATES];       /* [state][ntemperatures] */
  GbEstimate thermal_expansion_per_K[GB_NSTATES]; /* linear, not volumetric */
  GbEstimate density_kg_per_m3[GB_NSTATES];       /* at the lowest temperature */
  GbEstimate heat_capacity_J_per_kg_K;            /* at constant pressure */
  double atomic_volume_nm3;
} GbCalibrationMaterial;

typedef enum { GB_ZONE_MATRIX, GB_ZONE_FRONT, GB_ZONE_TAIL, GB_ZONE_SPANNING, GB_NZONES } GbZone;
extern const char *const gb_zone_names[GB_NZONES]; /* "matrix" "nonspanning_front" ... */

/* Event census: one row per event between consecutive inherent structures. */
typedef struct {
  int64_t n;
  int64_t *atoms; /* atoms that took part */
  double *volume_nm3;
  double *gamma;                  /* engineering shear of the best-fit transformation strain */
  double *dilatation;             /* volumetric strain of the same */
  double *orientation_rad;        /* angle of the shear plane's trace in the x-z plane, 0..pi */
  double *delta_energy_eV;        /* inherent-structure energy, after - before */
  double *chi_before, *chi_after; /* of the region of the event */
  double *stress_GPa;             /* shear stress of the sample when it happened (sigma_zz / 2) */
  double *strain;                 /* strain of the sample when it happened */
  int64_t *zone;                  /* GbZone */
} GbEventTable;

/* Saddle searches: one row per connected saddle. */
typedef struct {
  int64_t n;
  double *barrier_eV;            /* forward, E_saddle - E_initial */
  double *reverse_barrier_eV;    /* E_saddle - E_final */
  double *activation_volume_nm3; /* -dQ/dtau for the shear in which it is largest */
  double *shear_volume_nm3;      /* gamma_T Omega of the completed event, from its elastic dipole */
  double *dilatation_volume_nm3;
  double *chi;    /* of the region of the event */
  int64_t *atoms; /* atoms that moved by more than the threshold */
  int64_t *state; /* GbMaterialState that the search started from */
} GbBarrierTable;

/* Fitted laws, what the kinetic Monte Carlo draws from. */
typedef struct {
  /* P(Q | chi): gamma distribution with fixed shape, mean linear in chi. */
  GbEstimate barrier_mean_eV[2]; /* at chi = 0 and at chi = 1 */
  GbEstimate barrier_shape;
  GbEstimate activation_volume_nm3; /* Q(tau) = Q - V* tau */
  GbEstimate event_volume_nm3;      /* Omega: sets the voxel edge */
  GbEstimate event_shear;           /* gamma_T: mean engineering transformation shear in Omega */
  GbEstimate event_dilatation;      /* mean volumetric strain of an event in Omega */
  GbEstimate chi_gain;              /* an event maps chi -> chi + gain (chi_inf - chi) */
  GbEstimate chi_inf;
  double attempt_frequency_Hz;
} GbCalibrationLaws;

typedef struct {
  double e_ref_eV, e_inf_eV;   /* per atom, inherent structures */
  double energy_J_per_g;       /* (e_inf - e_ref) in J/g: enthalpy of chi = 1 over chi = 0 */
  double coarse_grain_nm;      /* radius over which e_IS is averaged */
  GbEstimate chi_mean, chi_sd; /* of the as-quenched glass, coarse-grained */
} GbCalibrationState;

typedef struct {
  int ncycles; /* cycles done; tables have ncycles + 1 columns */
  double temperature_low_K, temperature_high_K;
  double *fraction[GB_NZONES]; /* [cycle] fraction of atoms with 0.3 < eta_Mises <= 0.7; NaN if no
                                  zone */
  double *chi[GB_NZONES];      /* [cycle] mean chi of the zone; NaN if no zone */
  int64_t atoms[GB_NZONES];    /* atoms in the zone */
  GbEstimate f_zero[GB_NZONES], f_inf[GB_NZONES],
      n_c[GB_NZONES]; /* f_n = f_inf + (f_0 - f_inf) exp(-n/n_c); count 0 if not fitted */
} GbCalibrationCycling;

typedef struct {
  int n;
  double *strain,
      *stress_GPa; /* engineering strain; axial stress over the current bounding section */
  double temperature_K, strain_rate_per_s;
} GbStressStrain;

typedef struct {
  GbCalibrationMaterial material;
  GbEventTable events;
  GbBarrierTable barriers;
  GbCalibrationLaws laws;
  GbCalibrationState state;
  GbCalibrationCycling cycling;
  GbStressStrain stress_strain;
  char
      *provenance; /* YAML text: input, potential checksum, version, seeds, atoms, steps, machine */
} GbCalibration;

/* Writes PATH atomically. One process. */
GbStatus GbCalibrationWrite(const GbCalibration *calibration, const char *path);
/* Reads and checks everything (presence, units, version, finite, physical ranges such as moduli >
 * 0). One process; the caller frees with GbCalibrationFree. */
GbStatus GbCalibrationRead(const char *path, GbCalibration *calibration);
/* Reads on rank 0 and broadcasts the status and all contents. Collective. */
GbStatus GbCalibrationReadAll(MPI_Comm comm, const char *path, GbCalibration *calibration);
void GbCalibrationFree(GbCalibration *calibration);
/* SHA-256 of all numbers with the names of their datasets, for the keys of what is made from them:
 * not of the provenance, which tells when and where they were measured. Reads and checks the file.
 * One process. */
GbStatus GbCalibrationHash(const char *path, char hex[GB_HASH_SIZE]);

/* Moduli and expansion at (chi, T): linear in chi between (and beyond, clamped to [0, 1.5]) the two
 * measured states, linear in T between measured temperatures, constant beyond them. */
double GbCalibrationShearModulus(const GbCalibration *calibration, double chi,
                                 double temperature_K);
double GbCalibrationBulkModulus(const GbCalibration *calibration, double chi, double temperature_K);
double GbCalibrationExpansion(const GbCalibration *calibration, double chi);
/* Mean barrier at chi in eV, clamped to stay above 0.05 eV. */
double GbCalibrationBarrierMean(const GbCalibration *calibration, double chi);

#endif
