/* Energy balance over a run of events: external work = change of elastic energy + dissipation,
 * exact in linear elasticity with uniform moduli.
 *
 * Between events the mean stress is linear in strain: W = (s1 + s2) / 2 (e2 - e1) per area. An
 * event at fixed mean strain dissipates (sigma before + sigma after) : d eps_p / 2 in its voxel.
 * The elastic energy is (integral sigma_zz e_zz - integral sigma : eps_p) / 2 by virtual work. */
#include "harness/harness.h"

#include "mesoscale/events/kmc.h"
#include "unit/events/glass.h"

#include <math.h>
#include <string.h>

enum { NX = 10, NZ = 14, NV = NX * NZ };
typedef double Tensor[GB_NTENSOR];

static double contract(const Tensor a, const Tensor b)
{
  return a[GB_XX] * b[GB_XX] + a[GB_ZZ] * b[GB_ZZ] + a[GB_YY] * b[GB_YY] + 2 * a[GB_XZ] * b[GB_XZ];
}

/* Per voxel area, GPa. */
static double elastic_energy(const GbMesoState *s)
{
  double sum = 0;
  for (int v = 0; v < NV; v++)
    sum +=
        0.5 * (s->stress[v][GB_ZZ] * s->mean_strain[GB_ZZ] - contract(s->stress[v], s->plastic[v]));
  return sum;
}

/* A lower bound: the strain within a voxel varies about its mean. */
static double energy_of_means(const GbMesoState *s, double mu, double bulk)
{
  double sum = 0;
  for (int v = 0; v < NV; v++) {
    const double *t = s->stress[v];
    double pressure = (t[GB_XX] + t[GB_ZZ] + t[GB_YY]) / 3;
    sum += (contract(t, t) - 3 * pressure * pressure) / (4 * mu) + pressure * pressure / (2 * bulk);
  }
  return sum;
}

static double total_stress(const GbMesoState *s)
{
  double sum = 0;
  for (int v = 0; v < NV; v++)
    sum += s->stress[v][GB_ZZ];
  return sum;
}

static GbStatus keep(void *context, const GbMesoState *state, const GbEventRecord *record,
                     bool *stop)
{
  (void)state;
  (void)stop;
  *(GbEventRecord *)context = *record;
  return GB_OK;
}

static void work_is_stored_or_dissipated(void **unused)
{
  (void)unused;
  const double mu = 30, bulk = 120, young = 9 * bulk * mu / (3 * bulk + mu);
  const double nu = young / (2 * mu) - 1, modulus = young / (1 - nu * nu);
  GbCalibration calibration;
  GbMesoState s;
  GbEventRecord r;
  double work = 0, dissipated = 0, done;
  GbGlassUniform(&calibration);
  GbGlassState(NX, NZ, 6, 2, 300, &s);
  s.mean_strain[GB_ZZ] = -0.03;
  GbKmc *kmc = GbGlassCreate(&calibration, 1, &s);
  GbDrive drive = {.strain_rate_per_s = -1e7, .duration_s = 10, .max_events = 1};
  const double start = elastic_energy(&s);
  for (int event = 0; event < 150; event++) {
    Tensor before, change = {0};
    double strain = s.mean_strain[GB_ZZ], force = total_stress(&s);
    static Tensor stress[NV];
    memcpy(stress, s.stress, sizeof stress);
    assert_ok(GbKmcRun(kmc, &drive, keep, &r, &done));
    assert_true(s.events == event + 1);
    double step = s.mean_strain[GB_ZZ] - strain;
    work += step * (force + 0.5 * NV * modulus * step); /* force before the event fired */
    memcpy(before, stress[r.voxel], sizeof before);
    before[GB_ZZ] += modulus * step; /* homogeneous medium: uniform response */
    before[GB_YY] += nu * modulus * step;
    double n[2] = {-sin(r.angle_rad), cos(r.angle_rad)},
           t[2] = {cos(r.angle_rad), sin(r.angle_rad)};
    assert_close(r.tau_GPa,
                 n[0] * t[0] * before[GB_XX] + n[1] * t[1] * before[GB_ZZ] +
                     (n[0] * t[1] + n[1] * t[0]) * before[GB_XZ],
                 1e-6);
    change[GB_XX] = 0.15 * n[0] * t[0] + 0.001 / 3;
    change[GB_ZZ] = 0.15 * n[1] * t[1] + 0.001 / 3;
    change[GB_XZ] = 0.5 * 0.15 * (n[0] * t[1] + n[1] * t[0]);
    change[GB_YY] = 0.001 / 3;
    dissipated += 0.5 * (contract(before, change) + contract(s.stress[r.voxel], change));
  }
  const double stored = elastic_energy(&s) - start;
  print_message("per voxel: work %.6f = stored %.6f + dissipated %.6f GPa\n", work / NV,
                stored / NV, dissipated / NV);
  assert_true(work > 0.001 * NV && dissipated > 0.001 * NV);
  assert_close(work, stored + dissipated, 1e-6 * fabs(dissipated));
  double means = energy_of_means(&s, mu, bulk);
  assert_true(means < elastic_energy(&s) * (1 + 1e-9) && means > 0.5 * elastic_energy(&s));
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&s);
}

GB_TEST_MAIN("verify.mesoscale.energy", cmocka_unit_test(work_is_stored_or_dissipated))
