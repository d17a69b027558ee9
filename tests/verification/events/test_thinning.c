/* The thinning method against the reference: what decides every event is what the full solution says,
 * and both make the same statistics of waiting times, places, stresses and avalanches. */
#include "harness/harness.h"

#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"
#include "verification/events/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef double Tensor[GB_NTENSOR];
#define IN(field) ((const double(*)[GB_NTENSOR])(field))

static GbKmc *create(const GbCalibration *calibration, GbKmcMethod method, GbMesoState *state)
{
  const GbKmcOptions options = {
      .intrabasin_time_s = 1, .method = method, .uniform_moduli = true};
  GbKmc *kmc;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, calibration, &options, state, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  return kmc;
}

static void make_state(const GbGrid *grid, int nmodes, uint64_t seed, double temperature_K,
                       GbMesoState *state)
{
  assert_ok(GbMesoStateAllocate(state, grid, nmodes));
  state->seed = seed;
  state->temperature_K = state->reference_temperature_K = temperature_K;
  for (int v = 0; v < state->nvoxels; v++)
    state->chi[v] = 0.2 + 0.2 * GbRngUniform(seed, GB_RNG_CHI_FIELD, (uint64_t)v, 0, 0);
}

/* --- Every event against the full solution ------------------------------------------------------
 */

typedef struct {
  GbElasticity *elasticity;
  GbGrid grid;
  int nvoxels;
  Tensor *eigenstrain, *stress; /* of the state after the last event */
  double axial;                 /* mean of that */
  double worst_tau, worst_mean;
  int athermal;
} Mirror;

static double mean_of(const Mirror *m, const Tensor *field, int component)
{
  double sum = 0;
  for (int v = 0; v < m->nvoxels; v++)
    sum += field[v][component];
  return sum / m->nvoxels;
}

/* The full solution with the mean stress made uniaxial by hand: the medium is homogeneous. */
static void solve(Mirror *m, const GbMesoState *s)
{
  const Tensor none = {0};
  memcpy(m->eigenstrain, s->plastic, (size_t)m->nvoxels * sizeof(Tensor));
  assert_ok(GbElasticitySolve(m->elasticity, IN(m->eigenstrain), none, m->stress, NULL));
  for (int t = 0; t < GB_NTENSOR; t++) {
    const double mean = mean_of(m, m->stress, t);
    for (int v = 0; v < m->nvoxels; v++)
      m->stress[v][t] -= mean;
  }
}

static double resolved(const double stress[GB_NTENSOR], const double n[3], const double s[3])
{
  return stress[GB_XX] * n[0] * s[0] + stress[GB_YY] * n[1] * s[1] + stress[GB_ZZ] * n[2] * s[2] +
         stress[GB_XZ] * (n[0] * s[2] + n[2] * s[0]) + stress[GB_YZ] * (n[1] * s[2] + n[2] * s[1]) +
         stress[GB_XY] * (n[0] * s[1] + n[1] * s[0]);
}

static GbStatus check_event(void *context, const GbMesoState *state, const GbEventRecord *r,
                            bool *stop)
{
  Mirror *m = context;
  (void)stop;
  Tensor before;
  memcpy(before, m->stress[r->voxel], sizeof before);
  before[GB_ZZ] += m->axial; /* as it was just before: see below */
  const double tau = resolved(before, r->normal, r->shear);
  /* The load moved since the last event by what the record does not tell; it is uniaxial. */
  const double per_axial = r->normal[2] * r->shear[2];
  const double moved = fabs(per_axial) > 0.05 ? (r->tau_GPa - tau) / per_axial : 0;
  if (fabs(per_axial) > 0.05)
    m->worst_tau = fmax(m->worst_tau, fmax(0, fabs(moved) - 2e-3)); /* a few steps of loading */
  m->athermal += r->athermal;
  solve(m, state);
  m->axial = r->stress_zz_GPa;
  return GB_OK;
}
