/* What the phases of the atomistic stage share (internal to atomistic/protocol).
 *
 * The stage is a chain of phases: glass -> sample -> tension -> one cycling phase per strained
 * state. A phase is finished when its products exist and its stamp, a small file written last,
 * holds its key: a hash of the keys it depends on, the potential, the seed and the key of the phase
 * before. So a stopped run goes on with the first unfinished phase, and a changed input repeats
 * only what depends on it. Each phase starts from its predecessor's files, never from memory, and
 * numbers its steps from a fixed start: a resumed run gives the same bits as one that was never
 * stopped. */
#ifndef GB_ATOMISTIC_PROTOCOL_SESSION_H
#define GB_ATOMISTIC_PROTOCOL_SESSION_H

#include "atomistic/engine/md.h"
#include "atomistic/protocol/config.h"
#include "atomistic/protocol/products.h"
#include "base/hash.h"
#include "base/log.h"
#include "contract/stage.h"

#include <stdio.h>

/* The table thermo/LABEL.csv of a phase. `bytes` and `last_step` go with the checkpoints, so that
 * rows which a killed run wrote after its last checkpoint are written over. */
typedef struct {
  FILE *file; /* rank 0 */
  struct {
    int64_t bytes, last_step;
  } written;
} GbThermo;

/* How far a phase is in its runs of molecular dynamics (the calls of GbSessionRun). After each run
 * checkpoints/LABEL-KEY.state.h5 holds its atoms and what the phase carries; within a run
 * LABEL-KEY-NUMBER.checkpoint.h5 is the engine's checkpoint. A resumed phase goes through the same
 * calls: runs before the stored one are skipped, so the phase's atoms are wrong until its last
 * skipped run gives it the stored ones (GbSessionIsBehind). Both files go when the stamp is
 * written. */
typedef struct {
  char label[48], key[GB_HASH_SIZE];
  int64_t first_step;
  int64_t runs, stored; /* finished or skipped; finished when the state file was written */
  GbThermo thermo;
  GbMdCarry carry[2]; /* thermo.written, and what the phase gathers (GbSessionCarry) */
  int ncarry;
} GbPhaseRuns;

typedef struct {
  const GbRun *run;
  const GbAtomisticConfig *config;
  int rank;
  GbPotential *potential;
  GbForce *force;
  GbProgress progress;
  double done;  /* atom-steps of the runs that are over */
  int64_t step; /* global step number: counter of the random streams */
  GbPhaseRuns phase;
} GbSession;

/* --- phases: each collective, each writes its products below run->folder/atomistic
 * ---------------- */
GbStatus GbPhaseGlass(GbSession *session);
GbStatus GbPhaseSample(GbSession *session);
GbStatus GbPhaseTension(GbSession *session);
GbStatus GbPhaseCycling(GbSession *session, int state, int frame);
/* Analyses all snapshots and writes atomistic.h5, the tables and the files for viewing; adds the
 * results to the summary. Always run: it is quick, and a changed zone definition needs no dynamics.
 */
GbStatus GbPhaseCollect(GbSession *session);

/* --- plan
 * ------------------------------------------------------------------------------------------ */
int GbPlanFrames(const GbAtomisticConfig *config); /* snapshots of the tension test */
int64_t
GbPlanFrameSteps(const GbAtomisticConfig *config); /* steps between them, a multiple of 10 */
/* Snapshot nearest to a strain. */
int GbPlanFrameAt(const GbAtomisticConfig *config, double strain);
/* Steps of each phase; times the number of atoms, its cost. */
int64_t GbPlanGlassSteps(const GbAtomisticConfig *config);
int64_t GbPlanSampleSteps(const GbAtomisticConfig *config);
int64_t GbPlanTensionSteps(const GbAtomisticConfig *config);
int64_t GbPlanCyclingSteps(const GbAtomisticConfig *config);
int64_t GbPlanSteps(const GbAtomisticConfig *config, double time_ps); /* rounded to whole steps */

/* --- molecular dynamics in a session -------------------------------------------------------------
 */
/* Thermostat at the test temperature, the session's time step and seed; nothing free. */
GbMdOptions GbSessionMdOptions(const GbSession *session);
/* Linear temperature program from `start_K` to `end_K` over `steps` steps, with progress. */
GbStatus GbSessionRamp(GbSession *session, GbAtoms *atoms, GbMdOptions options, double start_K,
                       double end_K, int64_t steps);
/* As GbMdRun, with progress, a row of the phase's table every thermo_steps, and checkpoints;
 * advances session->step. */
GbStatus GbSessionRun(GbSession *session, GbAtoms *atoms, const GbMdOptions *options, int64_t steps,
                      int64_t interval, GbMdCallback callback, void *context);

/* --- stopping and going on within a phase
 * ---------------------------------------------------------
 */
/* Finds what an earlier run left of the phase under this key; removes what it left under others. */
GbStatus GbSessionBegin(GbSession *session, const char *label, const char *key);
/* Closes the table. */
void GbSessionClose(GbSession *session);
/* After the stamp is written: removes the state and checkpoints. */
GbStatus GbSessionEnd(GbSession *session);
/* Memory that a callback fills, kept with the checkpoints; before the first run. It stands in
 * `data` once the phase is no longer behind. */
void GbSessionCarry(GbSession *session, void *data, size_t bytes);
/* The phase's atoms are not yet those of the step: what is made of them was made before. */
bool GbSessionIsBehind(const GbSession *session);
/* Stores the end of the last run; reads it. Collective. */
GbStatus GbSessionStore(GbSession *session, const GbAtoms *atoms);
GbStatus GbSessionRestore(GbSession *session, GbAtoms *atoms);
/* The checkpoint of run `number`. */
void GbSessionCheckpointPath(const GbSession *session, int64_t number,
                             char path[GB_PRODUCT_PATH_MAX]);

/* --- table of a phase
 * ------------------------------------------------------------------------------------------ */
GbStatus GbThermoOpen(GbSession *session);
/* Collective. */
GbStatus GbThermoRow(GbSession *session, const GbMdSample *sample, double dt_ps);
/* Cuts off what stands behind the last row. */
void GbThermoCut(GbThermo *thermo);

/* --- files: collective, rank 0 writes, all ranks fail together
 * ------------------------------------- */
/* Nothing while the phase is behind: the file was written before. */
GbStatus GbSessionWriteAtoms(GbSession *session, const char *path, const GbAtoms *atoms,
                             double time_ps, double strain);
GbStatus GbSessionReadAtoms(GbSession *session, const char *path, GbAtoms *atoms, double *strain);
GbStatus GbSessionFolder(GbSession *session, const char *below_stage); /* "" is the stage's own */
/* Writes `text` aside and renames it. */
GbStatus GbSessionWriteText(GbSession *session, const char *path, const char *text);
/* RUN/atomistic/NAME, printf-like; static length GB_PRODUCT_PATH_MAX. */
void GbSessionPath(const GbSession *session, char path[GB_PRODUCT_PATH_MAX], const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Stress along z over the sample's current cross-section, GPa. The section is the bounding one: the
 * extent of the atoms in x plus one mean atomic distance (half an atom on either side) times y. */
double GbSectionStress(const GbAtoms *atoms, const GbMdSample *sample);

/* Removes the atoms of the notches; sample free in x. */
GbStatus GbNotchCut(const GbAtomisticConfig *config, GbAtoms *atoms);

#endif
