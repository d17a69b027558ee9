/* Units and physical constants, declared once.
 *
 * Tier 1 (atomistic) works in LAMMPS "metal"-like units: length angstrom, time ps, energy eV, mass
 * g/mol (converted by GB_MVV_TO_EV), temperature K, force eV/angstrom, stress eV/angstrom^3.
 * Tier 2 (mesoscale) works in: length nm, time s, energy eV, stress GPa, temperature K.
 * Conversions happen only at the borders: configuration, HDF5, the calibration contract.
 * Configuration keys carry their unit in the name (temperature_K, strain_rate_per_s).
 *
 * Constants: CODATA 2018 (exact since the SI redefinition of 2019 where so marked). */
#ifndef GB_BASE_UNITS_H
#define GB_BASE_UNITS_H

#define GB_KB_EV_PER_K 8.617333262145179e-5 /* Boltzmann constant, exact */
#define GB_EV_IN_J 1.602176634e-19          /* elementary charge, exact */
#define GB_AVOGADRO 6.02214076e23           /* exact */
#define GB_AMU_IN_KG 1.66053906660e-27

/* m v^2 with m in g/mol and v in angstrom/ps, to eV:
 * amu (100 m/s)^2 / e = 1.66053906660e-27 * 1e4 / 1.602176634e-19 */
#define GB_MVV_TO_EV 1.0364269656e-4

#define GB_EV_PER_A3_IN_GPA 160.2176634    /* eV/angstrom^3 to GPa, exact */
#define GB_EV_PER_A3_IN_BAR 1602176.634    /* eV/angstrom^3 to bar, exact */
#define GB_GPA_NM3_IN_EV 6.241509074460763 /* GPa nm^3 to eV */
#define GB_GPA_IN_HV 101.97162129779283    /* GPa to kgf/mm^2, the Vickers number's unit */

#define GB_PI 3.14159265358979323846

#endif
