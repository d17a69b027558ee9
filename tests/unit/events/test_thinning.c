/* Bounds of blocks as an object: never below the truth, exact after a refresh, whatever the grid.
 */
#include "harness/harness.h"

#include "base/rng.h"
#include "base/stop.h"
#include "mesoscale/events/draws.h"
#include "mesoscale/events/thinning.h"
#include "unit/events/glass.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { NMODES = 6, CAPACITY = 40 };

typedef struct {
  GbCalibration calibration;
  GbMesoState state;
  GbModes modes;
  GbDrawLaw *law;
  GbElasticity *elasticity;
  GbResponse response;
  GbThinning *thinning;
  double (*source)[GB_NTENSOR]; /* [nvoxels] plastic strain so far */
} Fixture;

static void set_up(Fixture *f, const GbGrid *grid)
{
  double *moduli;
  GbGlassUniform(&f->calibration);
  assert_ok(GbMesoStateAllocate(&f->state, grid, NMODES));
  GbMesoState *s = &f->state;
  s->seed = 3;
  assert_ok(GbModesCreate(grid, NMODES, &f->modes));
  assert_ok(GbDrawLawCreate(&f->calibration, &f->law));
  assert_ok(GbElasticityCreate(MPI_COMM_SELF, grid, NULL, GB_ELASTIC_UNIFORM, &f->elasticity));
  assert_ok(GbCalloc((void **)&moduli, 2 * (size_t)s->nvoxels, sizeof *moduli));
  for (int v = 0; v < s->nvoxels; v++) {
    moduli[v] = 30;
    moduli[s->nvoxels + v] = 120;
    assert_ok(GbDrawVoxel(f->law, 0.5, &f->modes, s, v));
  }
  assert_ok(GbElasticitySetModuli(f->elasticity, moduli, moduli + s->nvoxels));
  free(moduli);
  assert_ok(GbResponseCreate(MPI_COMM_SELF, grid, &f->modes, f->elasticity, &f->response));
  const GbThinningInput input = {.comm = MPI_COMM_SELF,
                                 .state = s,
                                 .modes = &f->modes,
                                 .response = &f->response,
                                 .activation = 0.1 * 6.241509,
                                 .gamma = 0.05};
  assert_ok(GbThinningCreate(&input, CAPACITY, &f->thinning));
  assert_ok(GbThinningLoad(f->thinning, 0.01, 300));
  GbThinningFlush(f->thinning, 0);
}

static void tear_down(Fixture *f)
{
  GbThinningDestroy(&f->thinning);
  GbResponseFree(&f->response);
  GbElasticityDestroy(&f->elasticity);
  GbDrawLawDestroy(&f->law);
  GbModesFree(&f->modes);
  GbMesoStateFree(&f->state);
}

/* Sum of bounds over that of true rates; every block's bound covers its voxels. */
static double looseness(Fixture *f)
{
  GbThinning *t = f->thinning;
  double bounds = 0, rates = 0;
  for (int block = 0; block < t->nblocks; block++) {
    double sum = 0;
    for (int l = 0; l < GB_BLOCK; l++) {
      const int voxel = t->voxel[block * GB_BLOCK + l];
      double deviator[GB_NDEVIATOR];
      if (voxel < 0) continue;
      GbThinningStress(t, voxel, deviator);
      const double rate = GbThinningRate(t, voxel, deviator);
      const double bound = (double)t->rate[block * GB_BLOCK + l] * (double)t->growth[block] *
                           GbThinningAxialFactor(t, t->axial);
      assert_true(rate <= bound);
      sum += rate;
    }
    assert_true(sum <= GbThinningBlockBound(t, block) * GbThinningAxialFactor(t, t->axial));
    bounds += GbThinningBlockBound(t, block);
    rates += sum;
  }
  assert_close(bounds / t->total, 1, 1e-12);
  return bounds * GbThinningAxialFactor(t, t->axial) / rates;
}

static void random_event(Fixture *f, uint64_t number)
{
  GbThinning *t = f->thinning;
  const int voxel = (int)(GbRngUniform(4, GB_RNG_TEST, number, 0, 0) * f->state.nvoxels);
  double deviator[GB_NDEVIATOR], source[GB_NSOURCE] = {0}, frame[GB_NDEVIATOR * GB_NDEVIATOR];
  const int nc = f->modes.ncomponents;
  GbThinningStress(t, voxel, deviator);
  GbModesFrame(&f->modes, f->state.orientation + voxel * f->state.norientation, frame);
  for (int k = 0; k < nc; k++)
    for (int l = 0; l < nc; l++)
      source[k] += 0.05 * frame[k * nc + l] * f->modes.axis[number % NMODES][l];
  source[nc] = 0.01;
  assert_ok(GbDrawVoxel(f->law, 0.5, &f->modes, &f->state, voxel));
  GbThinningEvent(t, voxel, source, deviator);
  GbThinningDefer(t);
  t->axial += 0.001;
}

static void check_grid(const GbGrid *grid)
{
  Fixture f;
  set_up(&f, grid);
  assert_close(looseness(&f), 1, 1e-3);
  for (uint64_t n = 0; n < CAPACITY / 2; n++)
    random_event(&f, n);
  const double loose = looseness(&f);
  for (int v = 0; v < f.state.nvoxels; v += 3) { /* single voxels to the truth */
    double deviator[GB_NDEVIATOR];
    GbThinningStress(f.thinning, v, deviator);
    GbThinningTighten(f.thinning, v, deviator);
  }
  const double tightened = looseness(&f);
  for (uint64_t n = CAPACITY / 2; n < CAPACITY; n++)
    random_event(&f, n);
  looseness(&f);
  for (int block = 0; block < f.thinning->nblocks; block++)
    GbThinningRefresh(f.thinning, block);
  f.thinning->axial = f.thinning->axial_reference; /* what the refreshed rates stand for */
  const double refreshed = looseness(&f);
  print_message("%d x %d x %d: bounds over rates %.4f, tightened %.4f, refreshed %.5f\n", grid->nx,
                grid->ny, grid->nz, loose, tightened, refreshed);
  assert_true(loose > 1 && tightened <= loose * (1 + 1e-5));
  if (grid->nx > 50) assert_true(tightened < 1 + 0.9 * (loose - 1)); /* there are distant blocks */
  assert_close(refreshed, 1, 1e-3);
  tear_down(&f);
}

static void bounds_hold(void **unused)
{
  (void)unused;
  const GbGrid grids[] = {{16, 1, 24, 1.6, false, 0},
                          {13, 1, 21, 1.6, true, 0},
                          {20, 1, 19, 1.6, false, 0},
                          {8, 6, 9, 1.6, false, 0},
                          {5, 8, 7, 1.6, true, 0}};
  for (size_t g = 0; g < sizeof grids / sizeof *grids; g++)
    check_grid(&grids[g]);
}

/* The table gives the stress that the solver gives, seen from anywhere. */
static void responses_are_those_of_the_solver(void **unused)
{
  (void)unused;
  const GbGrid grids[] = {
      {12, 1, 10, 1.6, true, 0}, {7, 1, 8, 1.6, false, 0}, {6, 5, 4, 1.6, true, 0}};
  for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
    Fixture f;
    set_up(&f, &grids[g]);
    const int nc = f.modes.ncomponents, nv = f.state.nvoxels, place = nv - 2;
    double source[GB_NSOURCE] = {0.3, -0.2}, before[GB_NDEVIATOR], deviator[GB_NDEVIATOR];
    double tensor[GB_NTENSOR], mean[GB_NTENSOR] = {0};
    const double held[GB_NTENSOR] = {0};
    double(*star)[GB_NTENSOR], (*stress)[GB_NTENSOR];
    for (int k = 2; k < nc; k++)
      source[k] = 0.1 * k;
    source[nc] = 0.15;
    assert_ok(GbCalloc((void **)&star, (size_t)nv, sizeof *star));
    assert_ok(GbCalloc((void **)&stress, (size_t)nv, sizeof *stress));
    GbModesTensor(&f.modes, source, tensor);
    for (int t = 0; t < GB_NTENSOR; t++)
      star[place][t] = tensor[t] + (t == GB_XX || t == GB_YY || t == GB_ZZ ? 0.05 : 0);
    assert_ok(
        GbElasticitySolve(f.elasticity, (const double(*)[GB_NTENSOR])star, held, stress, NULL));
    for (int v = 0; v < nv; v++)
      for (int t = 0; t < GB_NTENSOR; t++)
        mean[t] += stress[v][t] / nv;
    GbThinningStress(f.thinning, place, before);
    GbThinningEvent(f.thinning, place, source, before);
    GbThinningDefer(f.thinning);
    for (int v = 0; v < nv; v++) {
      double expected[GB_NDEVIATOR];
      for (int t = 0; t < GB_NTENSOR; t++)
        stress[v][t] -= mean[t];
      GbModesDeviator(&f.modes, stress[v], expected);
      GbThinningStress(f.thinning, v, deviator);
      for (int k = 0; k < nc; k++)
        assert_close(deviator[k], expected[k], 1e-11);
    }
    free(star);
    free(stress);
    tear_down(&f);
  }
}

/* Making the tables of a large sample takes minutes: each part can be left. */
static void making_tables_can_be_stopped(void **state)
{
  const GbGrid grid = {.nx = 7, .ny = 1, .nz = 9, .edge_nm = 1, .free_x = true};
  Fixture f;
  GbResponse response;
  (void)state;
  set_up(&f, &grid);
  GbStopInstall(0);
  raise(SIGTERM);
  assert_fails(GbResponseCreate(MPI_COMM_SELF, &grid, &f.modes, f.elasticity, &response),
               GB_ERR_STOPPED, "Terminated");
  assert_null(response.table);
  assert_fails(GbThinningLoad(f.thinning, 0.02, 300), GB_ERR_STOPPED, "Terminated");
  GbStopInstall(0);
  assert_ok(GbThinningLoad(f.thinning, 0.03, 300));
  tear_down(&f);
}

GB_TEST_MAIN("unit.mesoscale.thinning", cmocka_unit_test(bounds_hold),
             cmocka_unit_test(making_tables_can_be_stopped),
             cmocka_unit_test(responses_are_those_of_the_solver))
