/* Atomic strain in triclinic boxes. */
#ifndef GB_ATOMISTIC_STRAIN_TILTED_H
#define GB_ATOMISTIC_STRAIN_TILTED_H

#include "atomistic/analysis/strain.h"

/* Edges (Lx 0 0), (xy Ly 0), (xz yz Lz) at lo; tilt = {xy, xz, yz} in angstrom. */

/* Takes each atom at the image nearest to where it was, in box coordinates. */
void GbUnwrapTilted(const GbAtoms *reference, const double reference_tilt[3], GbAtoms *current,
                    const double current_tilt[3]);
/* As GbStrainCompute; the arrays of *strain are longer than its n. GB_ERR_INPUT also where a tilt
 * changes by more than half an edge: LAMMPS flips such boxes to equivalent ones, and what an atom's
 * image is cannot be told then. */
GbStatus GbStrainComputeTilted(const GbAtoms *reference, const double reference_tilt[3],
                               const GbAtoms *current, const double current_tilt[3], double cutoff,
                               GbStrain *strain);

#endif
