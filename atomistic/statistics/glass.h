/* A sample of atoms as an energy surface: inherent structures, box changes, stress. */
#ifndef GB_ATOMISTIC_GLASS_H
#define GB_ATOMISTIC_GLASS_H

#include "atomistic/engine/force.h"
#include "atomistic/statistics/surface.h"

/* Atoms and the force that acts on them. Both borrowed. */
typedef struct {
  GbForce *force;
  GbAtoms *atoms;
} GbGlass;

typedef struct {
  double energy_eV;
  double stress_GPa[6]; /* xx yy zz xy xz yz, tension positive, over the box volume */
  double max_force;     /* eV/angstrom */
  int evaluations;
  int converged; /* not converging is an outcome */
} GbInherent;

/* All of these are collective over the force's communicator. */

/* GbSurfaceEvaluate of a GbGlass: coordinates are 3 atom + axis. */
GbStatus GbGlassEvaluate(void *glass, const double *x, double *energy, double *force);
GbSurface GbGlassSurface(GbGlass *glass);
/* Moves the atoms to the inherent structure at fixed box. tolerance: largest force component,
 * eV/angstrom. */
GbStatus GbGlassMinimize(GbGlass *glass, double tolerance, int max_evaluations,
                         GbInherent *inherent);
/* The same with the three box lengths relaxed to |stress| < stress_tolerance_GPa: minimisations
 * alternate with steps of the box. The box must be periodic. */
GbStatus GbGlassMinimizeBox(GbGlass *glass, double tolerance, double stress_tolerance_GPa,
                            int max_evaluations, GbInherent *inherent);
/* Energy of each atom [n] where the atoms stand. */
GbStatus GbGlassAtomEnergies(GbGlass *glass, double *energy);

/* Multiplies box and coordinates (about the lower corner) by `factor` along each axis. */
void GbAtomsScaleBox(GbAtoms *atoms, const double factor[3]);
/* Copies coordinates and box, not velocities, between samples of the same size. */
void GbAtomsAssign(const GbAtoms *from, GbAtoms *to);

#endif
