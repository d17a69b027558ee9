/* Events and slow fields are advanced in turn (Lie splitting): kinetic Monte Carlo over a step of
 * load or of the temperature program with chi fixed but for the events' own changes, then
 * relaxation and diffusion of chi over the same time, then moduli, thermal strain and stress are
 * brought up to date. The error is first order in the step, which is an input.
 *
 * Barriers follow chi. Modes were drawn from P(Q | chi), Q > Q_min = kT ln(nu_0 t), so while chi
 * moves a mode keeps its rank in that distribution: S(Q' | chi') / S(Q_min | chi') = S(Q | chi) /
 * S(Q_min | chi), S the survival function. Relaxation makes a voxel harder, disorder that diffuses
 * in makes it softer. Done once chi has moved by CHI_SHIFT since the last time. Rejected: scaling Q
 * with the mean barrier, which is the same without Q_min but blows up draws from a far tail. */
#include "mesoscale/fields/sample.h"

#include "base/stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHI_SHIFT 0.003
#define UNLOADED_GPA 1e-4
enum { UNLOAD_STEPS_MAX = 10000, STOP_INTERVAL = 4096 /* voxels */ };

/* Everything but the state, which is there already. */
static GbStatus set_up(GbSample *sample)
{
  GbMesoState *state = &sample->state;
  const GbKmcOptions kmc = {.intrabasin_time_s = sample->options.intrabasin_time_s,
                            .method = sample->options.method,
                            .uniform_moduli = sample->options.uniform_moduli,
                            .way_back = sample->options.way_back,
                            .solver = sample->options.solver};
  GbRelaxationOptions relaxation = GbRelaxationDefaults();
  relaxation.comm = sample->comm;
  relaxation.diffusion_edges = sample->options.chi_diffusion_edges;
  relaxation.least_barrier_eV =
      GbDrawLeastBarrier(sample->calibration, kmc.intrabasin_time_s, state->temperature_K);
  GB_CALLOC(sample->chi_drawn, state->nvoxels);
  GB_CALLOC(sample->redraws, state->nvoxels);
  for (int v = 0; v < state->nvoxels; v++) {
    sample->chi_drawn[v] = state->chi[v];
    sample->redraws[v] = state->redraws[v];
  }
  GB_CALL(GbDrawLawCreate(sample->calibration, &sample->draws));
  GB_CALL(GbRelaxationCreate(sample->calibration, &state->grid, state->solid, &relaxation,
                             &sample->relaxation));
  GB_CALL(GbKmcCreate(sample->comm, sample->calibration, &kmc, state, &sample->kmc));
  return GB_OK;
}

static GbStatus draw_sample(const GbSampleShape *shape, uint64_t seed, GbSample *sample)
{
  GbMesoState *state = &sample->state;
  const double omega = sample->calibration->laws.event_volume_nm3.value;
  const GbGrid grid = {.nx = shape->nx,
                       .ny = shape->ny,
                       .nz = shape->nz,
                       .edge_nm = shape->edge_nm > 0 ? shape->edge_nm : cbrt(omega),
                       .free_x = !shape->periodic_x,
                       .refinement = shape->elements_per_edge > 1 ? shape->elements_per_edge : 0};
  const long sites = lround(pow(grid.edge_nm, 3) / omega);
  GB_CALL(GbMesoStateAllocate(state, &grid, shape->nmodes * (int)(sites > 1 ? sites : 1)));
  state->seed = seed;
  state->temperature_K = state->reference_temperature_K = shape->temperature_K;
  for (int v = 0; v < state->nvoxels; v++)
    state->solid[v] = true;
  GB_CALL(GbVoidsCut(&shape->voids, &grid, seed, state->solid));
  GbDrawChi(sample->calibration, state);
  GB_CALL(set_up(sample));
  GB_CALL(GbKmcDrawAll(sample->kmc));
  return GbKmcRefresh(sample->kmc);
}

GbStatus GbSampleDraw(MPI_Comm comm, const GbCalibration *calibration, const GbSampleShape *shape,
                      uint64_t seed, const GbSampleOptions *options, GbSample *sample)
{
  *sample = (GbSample){.comm = comm, .calibration = calibration, .options = *options};
  const GbStatus status = draw_sample(shape, seed, sample);
  if (status == GB_OK) return GB_OK;
  GbSampleFree(sample);
  return GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

GbStatus GbSampleBranch(MPI_Comm comm, const GbCalibration *calibration, const GbMesoState *state,
                        const GbSampleOptions *options, GbSample *sample)
{
  GbStatus status;
  *sample = (GbSample){.comm = comm, .calibration = calibration, .options = *options};
  GB_TRY(status, GbMesoStateCopy(state, &sample->state), fail);
  GB_TRY(status, set_up(sample), fail);
  GB_TRY(status, GbKmcRefresh(sample->kmc), fail);
  return GB_OK;
fail:
  GbSampleFree(sample);
  return status;
}

/* No GbKmcRefresh: the state's stress and the solver's memory are those that a refresh left. */
GbStatus GbSampleResume(MPI_Comm comm, const GbCalibration *calibration, GbMesoState *state,
                        const double *chi_drawn, const int64_t *redraws,
                        const GbSampleOptions *options, GbSample *sample)
{
  *sample =
      (GbSample){.comm = comm, .calibration = calibration, .options = *options, .state = *state};
  *state = (GbMesoState){0};
  const GbStatus status = set_up(sample);
  if (status != GB_OK) {
    GbSampleFree(sample);
    return GbErrorTrace(status, __FILE__, __LINE__, __func__);
  }
  const size_t n = (size_t)sample->state.nvoxels;
  memcpy(sample->chi_drawn, chi_drawn, n * sizeof(*chi_drawn));
  memcpy(sample->redraws, redraws, n * sizeof(*redraws));
  return GB_OK;
}

void GbSampleFree(GbSample *sample)
{
  GbKmcDestroy(&sample->kmc);
  GbRelaxationDestroy(&sample->relaxation);
  GbDrawLawDestroy(&sample->draws);
  free(sample->chi_drawn);
  free(sample->redraws);
  GbMesoStateFree(&sample->state);
  *sample = (GbSample){0};
}

double GbSampleModulus(const GbSample *sample)
{
  const GbMesoState *state = &sample->state;
  const double chi = sample->calibration->state.chi_mean.value;
  const double shear = GbCalibrationShearModulus(sample->calibration, chi, state->temperature_K);
  const double bulk = GbCalibrationBulkModulus(sample->calibration, chi, state->temperature_K);
  if (state->grid.ny == 1) return 4 * shear * (3 * bulk + shear) / (3 * bulk + 4 * shear);
  return 9 * bulk * shear / (3 * bulk + shear);
}

double GbSamplePlasticStrain(const GbSample *sample)
{
  const GbMesoState *state = &sample->state;
  double sum = 0;
  for (int v = 0; v < state->nvoxels; v++)
    sum += state->plastic[v][GB_ZZ];
  return sum / state->nvoxels;
}

static GbStatus shift_voxel(GbSample *sample, double least_eV, int voxel)
{
  const GbMesoState *state = &sample->state;
  GB_CALL(GbDrawShift(sample->draws, least_eV, sample->chi_drawn[voxel], state->chi[voxel],
                      state->nmodes, state->barrier_eV + (size_t)voxel * (size_t)state->nmodes));
  sample->chi_drawn[voxel] = state->chi[voxel];
  return GB_OK;
}

static GbStatus shift_barriers(GbSample *sample)
{
  const GbMesoState *state = &sample->state;
  const double least = GbDrawLeastBarrier(sample->calibration, sample->options.intrabasin_time_s,
                                          state->temperature_K);
  for (int v = 0; v < state->nvoxels; v++) {
    if (v % STOP_INTERVAL == 0) GB_CALL(GbStopCheck(sample->comm));
    if (state->solid[v] && fabs(state->chi[v] - sample->chi_drawn[v]) > CHI_SHIFT)
      GB_CALL(shift_voxel(sample, least, v));
  }
  return GB_OK;
}

static GbStatus relax(GbSample *sample, const GbTemperatureProgram *program, double start_s,
                      double end_s)
{
  GbMesoState *state = &sample->state;
  if (!(end_s > start_s)) return GB_OK;
  for (int v = 0; v < state->nvoxels; v++) /* an event redraws the barriers for its new chi */
    if (state->redraws[v] != sample->redraws[v]) {
      sample->redraws[v] = state->redraws[v];
      sample->chi_drawn[v] = state->chi[v];
    }
  GB_CALL(GbRelaxationRun(sample->relaxation, program, start_s, end_s, state->chi));
  GB_CALL(shift_barriers(sample));
  return GbKmcRefresh(sample->kmc);
}

/* Events over one step. A step that takes too many events says which number to change. */
static GbStatus run_events(GbSample *sample, GbDrive drive, double *done_s)
{
  const int64_t before = sample->state.events;
  drive.max_events = sample->options.max_events_per_voxel * sample->state.nvoxels;
  GB_CALL(GbKmcRun(sample->kmc, &drive, sample->on_event, sample->on_event_context, done_s));
  const int64_t events = sample->state.events - before;
  if (events >= drive.max_events && *done_s < drive.duration_s)
    GB_FAIL(
        GB_ERR_NUMERIC,
        "%lld events took only %.3g of %.3g s (total rate %.3g /s at %g K, mean stress %.3g GPa, "
        "strain %.4g): this sample flows faster than it is driven; raise "
        "mesoscale.intrabasin_time_s, lower mesoscale.temperature_K or raise "
        "mesoscale.max_events_per_voxel",
        (long long)events, *done_s, drive.duration_s, GbKmcTotalRate(sample->kmc),
        sample->state.temperature_K, GbKmcMeanStress(sample->kmc),
        sample->state.mean_strain[GB_ZZ]);
  return GB_OK;
}

/* One step under load at constant temperature. */
static GbStatus strain_step(GbSample *sample, GbDriver driver, double rate, double duration_s)
{
  const double zero = 0;
  const GbDrive drive = {.driver = driver, .strain_rate_per_s = rate, .duration_s = duration_s};
  GbTemperatureProgram program;
  double done_s = 0;
  GB_CALL(run_events(sample, drive, &done_s));
  if (driver != GB_DRIVER_THERMAL) return GB_OK; /* and only events change chi */
  GB_CALL(GbProgramCreate(1, &zero, &sample->state.temperature_K, &program));
  const GbStatus status = relax(sample, &program, 0, done_s);
  GbProgramFree(&program);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus observe(GbSample *sample, GbSampleObserver observer, void *context, bool *stop)
{
  if (observer) GB_CALL(observer(context, sample, stop));
  return GbStopCheck(sample->comm);
}

GbStatus GbSampleCompress(GbSample *sample, double strain_rate_per_s, double step_strain,
                          GbSampleObserver observer, void *context)
{
  bool stop = false;
  GB_CALL(observe(sample, observer, context, &stop));
  while (!stop) {
    GB_CALL(strain_step(sample, sample->options.driver, -strain_rate_per_s,
                        step_strain / strain_rate_per_s));
    GB_CALL(observe(sample, observer, context, &stop));
  }
  return GB_OK;
}

GbStatus GbSampleUnload(GbSample *sample, double strain_rate_per_s, double step_strain,
                        GbSampleObserver observer, void *context)
{
  const double modulus = GbSampleModulus(sample);
  bool stop = false;
  for (int i = 0; i < UNLOAD_STEPS_MAX && !stop; i++) {
    const double stress = GbKmcMeanStress(sample->kmc);
    if (fabs(stress) < UNLOADED_GPA) return GB_OK;
    const double strain = fmin(fabs(stress) / modulus, step_strain);
    const double rate = stress < 0 ? strain_rate_per_s : -strain_rate_per_s;
    GB_CALL(strain_step(sample, GB_DRIVER_THERMAL, rate, strain / strain_rate_per_s));
    GB_CALL(observe(sample, observer, context, &stop));
  }
  if (!stop) GB_FAIL(GB_ERR_NUMERIC, "the stress does not go to zero on unloading");
  return GB_OK;
}

GbStatus GbSampleFollow(GbSample *sample, const GbTemperatureProgram *program,
                        GbSampleObserver observer, void *context)
{
  bool stop = false;
  for (int i = 1; i < program->n && !stop; i++) {
    const double start = program->time_s[i - 1], end = program->time_s[i];
    const double change = program->temperature_K[i] - program->temperature_K[i - 1];
    const GbDrive drive = {.stress_controlled = true,
                           .temperature_rate_K_per_s = change / (end - start),
                           .duration_s = end - start};
    double done_s = 0;
    GB_CALL(run_events(sample, drive, &done_s));
    sample->state.temperature_K = program->temperature_K[i]; /* without the ramp's rounding */
    GB_CALL(relax(sample, program, start, end));
    GB_CALL(observe(sample, observer, context, &stop));
  }
  return GB_OK;
}
