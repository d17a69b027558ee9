/* The atomistic stage: which phases are still to do, and doing them in order. */
#include "atomistic/protocol/engine_rows.h"
#include "atomistic/protocol/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PHASE_GLASS, PHASE_SAMPLE, PHASE_TENSION, PHASE_CYCLING };

typedef struct {
  int kind, state, frame; /* state and frame for cycling */
  char label[48];
  char key[GB_HASH_SIZE];
  char stamp[GB_PRODUCT_PATH_MAX];
  double cost; /* atom-steps */
  bool done;
} Phase;

typedef struct {
  int count;
  Phase phases[PHASE_CYCLING + GB_LIST_MAX];
} Plan;

/* --- keys
 * ------------------------------------------------------------------------------------------ */

/* Raised when a phase's dynamics change, so that older products are not taken for its own. */
enum { PHASES_VERSION = 3 };

static GbStatus hash_phase(const GbAtomisticConfig *config, unsigned phase, const char *before,
                           char key[GB_HASH_SIZE])
{
  char *text = NULL, *all = NULL;
  GB_CALL(GbAtomisticConfigSelect(config, phase, &text));
  size_t size = strlen(before) + strlen(text) + 2;
  GbStatus status = GbCalloc((void **)&all, size, 1);
  if (status == GB_OK) {
    snprintf(all, size, "%s\n%s", before, text);
    GbHashText(all, key);
  }
  free(text);
  free(all);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus hash_all(const GbSession *session, Plan *plan)
{
  const GbAtomisticConfig *config = session->config;
  char start[GB_HASH_SIZE + 64], potential[GB_HASH_SIZE];
  GB_CALL(GbHashFile(config->potential, potential));
  snprintf(start, sizeof start, "%d %llu %s", PHASES_VERSION,
           (unsigned long long)session->run->seed, potential);
  Phase *phases = plan->phases;
  GB_CALL(hash_phase(config, GB_ACTS_ON_GLASS, start, phases[PHASE_GLASS].key));
  GB_CALL(hash_phase(config, GB_ACTS_ON_SAMPLE, phases[PHASE_GLASS].key, phases[PHASE_SAMPLE].key));
  GB_CALL(
      hash_phase(config, GB_ACTS_ON_TENSION, phases[PHASE_SAMPLE].key, phases[PHASE_TENSION].key));
  for (int p = PHASE_CYCLING; p < plan->count; p++) {
    char before[GB_HASH_SIZE + 32];
    snprintf(before, sizeof before, "%s %d", phases[PHASE_TENSION].key, phases[p].frame);
    GB_CALL(hash_phase(config, GB_ACTS_ON_CYCLING, before, phases[p].key));
  }
  return GB_OK;
}

/* --- products ------------------------------------------------------------------------------------
 */

static bool exists(const char *path)
{
  return access(path, R_OK) == 0;
}

static bool tension_complete(const GbSession *session)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbSessionPath(session, path, "tension/curve.h5");
  bool complete = exists(path);
  for (int frame = 0; frame < GbPlanFrames(session->config) && complete; frame++) {
    GbProductFrame(session->run->folder, frame, path);
    complete = exists(path);
  }
  return complete;
}

static bool cycling_complete(const GbSession *session, int state)
{
  char path[GB_PRODUCT_PATH_MAX];
  bool complete = true;
  for (int cycle = 0; cycle <= session->config->cycle_count && complete; cycle++) {
    GbProductCycle(session->run->folder, state, cycle, path);
    complete = exists(path);
  }
  return complete;
}

static bool products_exist(const GbSession *session, const Phase *phase)
{
  char path[GB_PRODUCT_PATH_MAX];
  switch (phase->kind) {
  case PHASE_GLASS:
    GbProductGlass(session->run->folder, path);
    return exists(path);
  case PHASE_SAMPLE:
    GbProductSample(session->run->folder, path);
    return exists(path);
  case PHASE_TENSION:
    return tension_complete(session);
  default:
    return cycling_complete(session, phase->state);
  }
}

static bool finished(const GbSession *session, const Phase *phase)
{
  char found[GB_HASH_SIZE] = "";
  FILE *file = fopen(phase->stamp, "r");
  if (!file) return false;
  bool same = fgets(found, sizeof found, file) && !strcmp(found, phase->key);
  fclose(file);
  return same && products_exist(session, phase);
}

/* --- plan
 * ------------------------------------------------------------------------------------------ */

static void add_phase(Plan *plan, int kind, int state, int frame, const char *label)
{
  Phase *phase = &plan->phases[plan->count++];
  *phase = (Phase){.kind = kind, .state = state, .frame = frame};
  snprintf(phase->label, sizeof phase->label, "%s", label);
}

static double phase_cost(const GbAtomisticConfig *config, int kind)
{
  double glass = 4.0, copies = 1.0;
  for (int d = 0; d < 3; d++) {
    glass *= config->glass_cells.values[d];
    copies *= config->sample_replicate.values[d];
  }
  switch (kind) {
  case PHASE_GLASS:
    return glass * (double)GbPlanGlassSteps(config);
  case PHASE_SAMPLE:
    return glass * copies * (double)GbPlanSampleSteps(config);
  case PHASE_TENSION:
    return glass * copies * (double)GbPlanTensionSteps(config);
  default:
    return glass * copies * (double)GbPlanCyclingSteps(config);
  }
}

static void list_phases(const GbSession *session, Plan *plan)
{
  const GbAtomisticConfig *config = session->config;
  char label[48];
  plan->count = 0;
  add_phase(plan, PHASE_GLASS, 0, 0, "glass");
  add_phase(plan, PHASE_SAMPLE, 0, 0, "sample");
  add_phase(plan, PHASE_TENSION, 0, 0, "tension");
  for (int s = 0; s < config->cycle_at_strains.count; s++) {
    snprintf(label, sizeof label, "state_%d", s);
    add_phase(plan, PHASE_CYCLING, s, GbPlanFrameAt(config, config->cycle_at_strains.values[s]),
              label);
  }
  for (int p = 0; p < plan->count; p++) {
    plan->phases[p].cost = phase_cost(config, plan->phases[p].kind);
    GbSessionPath(session, plan->phases[p].stamp, "%s.key", plan->phases[p].label);
  }
}

/* Rank 0 looks at the files; all ranks follow. A phase after an unfinished one is unfinished. */
static GbStatus make_plan(GbSession *session, Plan *plan)
{
  list_phases(session, plan);
  GbStatus status = GB_OK;
  if (session->rank == 0) status = hash_all(session, plan);
  GB_CALL(GbErrorSync(session->run->comm, status));
  if (session->rank == 0) {
    for (int p = 0; p < plan->count; p++) {
      int before = p == 0 ? -1 : p < PHASE_CYCLING ? p - 1 : PHASE_TENSION;
      bool ready = before < 0 || plan->phases[before].done;
      plan->phases[p].done = ready && finished(session, &plan->phases[p]);
    }
  }
  MPI_Bcast(plan, (int)sizeof *plan, MPI_BYTE, 0, session->run->comm);
  return GB_OK;
}

/* --- execution -----------------------------------------------------------------------------------
 */

static GbStatus run_cycling(GbSession *session, const Phase *phase)
{
  char folder[32];
  snprintf(folder, sizeof folder, "cycling/state_%d", phase->state);
  GB_CALL(GbSessionFolder(session, "cycling"));
  GB_CALL(GbSessionFolder(session, folder));
  GB_CALL(GbPhaseCycling(session, phase->state, phase->frame));
  return GB_OK;
}

static GbStatus run_phase(GbSession *session, const Phase *phase, int number)
{
  if (session->rank == 0) unlink(phase->stamp);
  session->step = (int64_t)number << 40;
  GbForceReset(session->force);
  GbLogInfo("atomistic: %s", phase->label);
  GB_CALL(GbSessionBegin(session, phase->label, phase->key));
  switch (phase->kind) {
  case PHASE_GLASS:
    GB_CALL(GbPhaseGlass(session));
    break;
  case PHASE_SAMPLE:
    GB_CALL(GbPhaseSample(session));
    break;
  case PHASE_TENSION:
    GB_CALL(GbPhaseTension(session));
    break;
  default:
    GB_CALL(run_cycling(session, phase));
  }
  GB_CALL(GbSessionWriteText(session, phase->stamp, phase->key));
  GB_CALL(GbSessionEnd(session));
  return GB_OK;
}

static GbStatus make_force(GbSession *session, GbPrecision precision)
{
  const GbAtomisticConfig *config = session->config;
  GbForceOptions options = gb_engine_options(precision, config->kernel, config->skin_A);
  GbForceDestroy(&session->force);
  GbStatus status =
      GbForceCreate(session->run->comm, session->potential, &options, &session->force);
  if (status == GB_ERR_ARG && config->kernel)
    GB_FAIL(GB_ERR_INPUT, "atomistic.kernel: this machine cannot run %s", options.kernel);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus run_plan(GbSession *session, const Plan *plan)
{
  double cost = 0.0;
  for (int p = 0; p < plan->count; p++) {
    if (plan->phases[p].done)
      GbLogInfo("atomistic: %s is finished already", plan->phases[p].label);
    else
      cost += plan->phases[p].cost;
  }
  if (cost > 0.0) {
    GbProgressStart(&session->progress, "atomistic", "atom-steps", cost);
    for (int p = 0; p < plan->count; p++)
      if (!plan->phases[p].done) {
        GbStatus status = run_phase(session, &plan->phases[p], p);
        GbSessionClose(session);
        GB_CALL(status);
      }
    GbProgressEnd(&session->progress);
  }
  GB_CALL(make_force(session, GB_PRECISION_DOUBLE)); /* for energies of snapshots */
  GB_CALL(GbPhaseCollect(session));
  return GB_OK;
}

static GbStatus set_up_and_run(GbSession *session)
{
  Plan *plan;
  GB_CALL(GbSessionFolder(session, ""));
  GB_CALL(GbPotentialRead(session->run->comm, session->config->potential, &session->potential));
  GB_CALL(make_force(session, (GbPrecision)session->config->precision));
  GbLogInfo("atomistic: forces by %s", GbForceKernel(session->force));
  GB_CALLOC(plan, 1);
  GbStatus status = make_plan(session, plan);
  if (status == GB_OK) status = run_plan(session, plan);
  free(plan);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus execute(const GbRun *run, const void *config)
{
  GbSession session = {.run = run, .config = config};
  MPI_Comm_rank(run->comm, &session.rank);
  GbStatus status = set_up_and_run(&session);
  GbForceDestroy(&session.force);
  GbPotentialDestroy(&session.potential);
  GB_CALL(status);
  return GB_OK;
}

static int input_files(const void *config, const char *paths[GB_STAGE_FILES_MAX])
{
  paths[0] = ((const GbAtomisticConfig *)config)->potential;
  return 1;
}

static GbStatus validate(const void *config)
{
  const GbAtomisticConfig *atomistic = config;
  GB_CALL(GbAtomisticConfigValidate(atomistic));
  if (!exists(atomistic->potential))
    GB_FAIL(GB_ERR_INPUT, "atomistic.potential: no readable file '%s'", atomistic->potential);
  return GB_OK;
}

const GbStage gb_stage_atomistic = {
    .name = "atomistic",
    .help = "Make a glass, pull it until it bands, cycle its temperature (molecular dynamics)",
    .section = &gb_atomistic_section,
    .config_size = sizeof(GbAtomisticConfig),
    .idle_keys = (const char *const[]){"checkpoint_minutes", NULL},
    .needs = NULL,
    .outputs = {"atomistic/glass.h5", "atomistic/sample.h5", "atomistic/tension/tension.csv",
                "atomistic/atomistic.h5", NULL},
    .input_files = input_files,
    .validate = validate,
    .execute = execute,
};
