/* Cryogenic thermal cycling of one strained state: come to rest at the cold end, then heat, hold,
 * cool, hold, as often as asked; one snapshot at the cold end before the cycles and after each.
 *
 * By default the sample is unloaded first and cycled at zero stress along y and z, as in the
 * experiment, where a piece is deformed, taken out of the machine and dipped into liquid nitrogen.
 * `cycle_axial: held` keeps the strained length instead. */
#include "atomistic/protocol/session.h"

#include <stdlib.h>

typedef struct {
  GbSession *session;
  GbMdOptions options;
  int state;
  double reference_length; /* of the sample along z, for the strain in the files */
  int64_t first_step;
} Cycling;

static GbStatus write_snapshot(const Cycling *cycling, int cycle, const GbAtoms *atoms)
{
  GbSession *session = cycling->session;
  char path[GB_PRODUCT_PATH_MAX];
  double time_ps = (double)(session->step - cycling->first_step) * cycling->options.dt_ps;
  GbProductCycle(session->run->folder, cycling->state, cycle, path);
  GB_CALL(GbSessionWriteAtoms(session, path, atoms, time_ps,
                              atoms->length[2] / cycling->reference_length - 1.0));
  return GB_OK;
}

static GbStatus run_cycle(const Cycling *cycling, GbAtoms *atoms)
{
  GbSession *session = cycling->session;
  const GbAtomisticConfig *config = session->config;
  double cold = config->cycle_low_temperature_K, warm = config->cycle_high_temperature_K;
  int64_t ramp = GbPlanSteps(config, config->cycle_ramp_ps),
          hold = GbPlanSteps(config, config->cycle_hold_ps);
  GB_CALL(GbSessionRamp(session, atoms, cycling->options, cold, warm, ramp));
  GB_CALL(GbSessionRamp(session, atoms, cycling->options, warm, warm, hold));
  GB_CALL(GbSessionRamp(session, atoms, cycling->options, warm, cold, ramp));
  GB_CALL(GbSessionRamp(session, atoms, cycling->options, cold, cold, hold));
  return GB_OK;
}

static GbStatus cycle_state(Cycling *cycling, GbAtoms *atoms)
{
  GbSession *session = cycling->session;
  const GbAtomisticConfig *config = session->config;
  double cold = config->cycle_low_temperature_K;
  int64_t rest = GbPlanSteps(config, config->cycle_unload_ps);
  GB_CALL(GbSessionRamp(session, atoms, cycling->options, cold, cold, rest));
  GB_CALL(write_snapshot(cycling, 0, atoms));
  for (int cycle = 1; cycle <= config->cycle_count; cycle++) {
    GB_CALL(run_cycle(cycling, atoms));
    GB_CALL(write_snapshot(cycling, cycle, atoms));
  }
  return GB_OK;
}

GbStatus GbPhaseCycling(GbSession *session, int state, int frame)
{
  GbAtoms atoms = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  double strain;
  Cycling cycling = {.session = session,
                     .options = GbSessionMdOptions(session),
                     .state = state,
                     .first_step = session->step};
  cycling.options.pressure_free[1] = true;
  cycling.options.pressure_free[2] = session->config->cycle_axial == GB_CYCLE_UNLOADED;
  GbProductFrame(session->run->folder, frame, path);
  GB_TRY(status, GbSessionReadAtoms(session, path, &atoms, &strain), done);
  cycling.reference_length = atoms.length[2] / (1.0 + strain);
  GB_TRY(status, cycle_state(&cycling, &atoms), done);
done:
  GbAtomsFree(&atoms);
  return status;
}
