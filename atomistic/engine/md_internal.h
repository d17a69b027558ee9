/* What the parts of the molecular dynamics loop share: md.c (the run), md_step.c (a step),
 * md_sample.c (what is reported), guard.c (failures), checkpoint.c. */
#ifndef GB_ATOMISTIC_MD_INTERNAL_H
#define GB_ATOMISTIC_MD_INTERNAL_H

#include "atomistic/engine/md.h"

enum { GB_MEANS = 11 }; /* temperature, potential, six of stress, three of length */

typedef struct {
  int64_t count;
  double sums[GB_MEANS];
} GbMdSums;

/* All that a run knows besides the atoms, and so what a checkpoint holds. Equal on all ranks.
 * Plain data. */
typedef struct {
  int64_t done;         /* steps */
  GbForceResult result; /* of the present positions */
  double kinetic[6];    /* sum m v v, eV; xx yy zz always, the rest if all_kinetic */
  GbMdState state;
  double box_mass;        /* of the MTK barostat, eV ps^2 */
  double heat, work;      /* eV, into the atoms, from stochastic thermostats and through the box */
  double pressure_work;   /* eV, P_0 dV of an MTK barostat */
  double free_extent;     /* product of the lengths of free axes, renewed now and then */
  double lo[3], hi[3];    /* of the sample at the start, for lost atoms */
  double start_length[3]; /* of the box, angstrom */
  double reference_length[3]; /* for an engineering strain rate, angstrom */
  GbMdSums sums[2];           /* for the means of callback and observer */
} GbMdProgress;

typedef struct {
  GbForce *force;
  GbAtoms *sample; /* the caller's */
  GbAtoms local;
  const GbMdOptions *options;
  int64_t steps, interval;
  GbMdCallback callback;
  void *context;
  double freedoms;
  double end[3]; /* factors that the velocities in `local` still lack */
  GbMdProgress p;
  double written_s; /* when the last checkpoint was written or the run began */
  int64_t written;  /* at which step */
} GbMdRunning;

/* --- md_step.c ----------------------------------------------------------------------------------
 */
GbStatus GbMdStep(GbMdRunning *run);
bool GbMdChangesBox(const GbMdOptions *options);
double GbMdTarget(const GbMdRunning *run); /* K, now */
/* Kinetic tensor from the velocities. Collective. */
void GbMdMeasureKinetic(GbMdRunning *run);
/* Gives the local velocities the factors they lack. */
void GbMdSettle(GbMdRunning *run);
/* Copies all atoms into the sample. Collective. */
GbStatus GbMdGather(GbMdRunning *run);
/* Least and largest position along each free axis, over all ranks. Collective. */
void GbMdExtent(const GbMdRunning *run, double lo[3], double hi[3]);

/* --- md_sample.c --------------------------------------------------------------------------------
 */
/* Whether energy, virial and all of the kinetic tensor are needed at this step. */
bool GbMdIsMeasured(const GbMdRunning *run, int64_t step);
/* Adds to the means and calls callback and observer where they are due. Collective. */
GbStatus GbMdReport(GbMdRunning *run);

/* --- guard.c ------------------------------------------------------------------------------------
 */
/* Each names an atom, writes its surroundings and returns GB_ERR_NUMERIC. Collective. */
GbStatus GbGuardMoved(GbMdRunning *run); /* an atom moved too far or its velocity is not a number */
GbStatus GbGuardForce(GbMdRunning *run, GbStatus status); /* the computation of forces failed */
/* GB_OK, or an error for an atom far outside the sample along a free axis. */
GbStatus GbGuardLost(GbMdRunning *run, const double lo[3], const double hi[3]);
/* GB_OK, or an error for an atom whose force alone would move it too far in one step. */
GbStatus GbGuardOverlap(GbMdRunning *run);

/* --- checkpoint.c -------------------------------------------------------------------------------
 */
/* Writes run->p and the sample, which must be gathered. Collective. */
GbStatus GbCheckpointWrite(GbMdRunning *run);
/* Fills run->p and the sample if the file is there. Collective. */
GbStatus GbCheckpointRead(GbMdRunning *run, bool *found);

#endif
