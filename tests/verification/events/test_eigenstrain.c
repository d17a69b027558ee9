/* Eigenstrain from disorder, temperature and events against closed forms.
 *
 * Layers normal to z whose expansions differ, in a medium of uniform moduli without mean stress:
 * the layers stretch alike in their planes, by the mean thermal strain e, so a layer of thermal
 * strain t bears sigma_xx = sigma_yy = E/(1 - nu) (e - t) and no other stress, and the whole grows
 * by e along z. In plane strain the thickness follows the mean as well, so the answer is the same.
 *
 * An event of volume Omega in a voxel of volume a^3 changes its volume by the dilatation times
 * Omega/a^3 and shears it by gamma Omega/a^3: the plastic strain has this trace, and its deviator
 * s this norm sqrt(2 s:s). */
#include "harness/harness.h"

#include "unit/events/glass.h"

#include <math.h>

static const double ALPHA[GB_NSTATES] = {1e-5, 3e-5};
static const double YOUNG_GPA = 9.0 * 120 * 30 / (3 * 120 + 30), POISSON = 300.0 / 780;

static void layers_of_two_expansions(void **state)
{
  static const int depth[2] = {1, 4};
  enum { NZ = 8, SOFT = 3 }; /* layers of chi = 0, the others are of chi = 1 */
  (void)state;
  for (int d = 0; d < 2; d++) {
    const GbGrid grid = {.nx = 4, .ny = depth[d], .nz = NZ, .edge_nm = 1, .free_x = false};
    const GbKmcOptions options = {.intrabasin_time_s = 1};
    const double change = 100 - 300;
    const double thermal[2] = {ALPHA[0] * change, ALPHA[1] * change};
    const double mean = (SOFT * thermal[0] + (NZ - SOFT) * thermal[1]) / NZ;
    GbCalibration calibration;
    GbMesoState s;
    GbKmc *kmc;
    GbGlassUniform(&calibration);
    for (int i = 0; i < GB_NSTATES; i++)
      calibration.material.thermal_expansion_per_K[i].value = ALPHA[i];
    assert_ok(GbMesoStateAllocate(&s, &grid, 2));
    for (int v = 0; v < s.nvoxels; v++)
      s.chi[v] = v / (grid.nx * grid.ny) < SOFT ? 0 : 1;
    s.temperature_K = 100;
    s.reference_temperature_K = 300;
    s.mean_strain[GB_ZZ] = mean;
    assert_ok(GbKmcCreate(MPI_COMM_SELF, &calibration, &options, &s, &kmc));
    assert_ok(GbKmcRefresh(kmc));
    for (int v = 0; v < s.nvoxels; v++) {
      const double in_plane = YOUNG_GPA / (1 - POISSON) * (mean - thermal[(int)s.chi[v]]);
      assert_close(s.stress[v][GB_XX], in_plane, 1e-7);
      assert_close(s.stress[v][GB_YY], in_plane, 1e-7);
      assert_close(s.stress[v][GB_ZZ], 0, 1e-7);
      assert_close(s.stress[v][GB_XZ], 0, 1e-7);
    }
    assert_close(s.mean_strain[GB_XX], mean, 1e-9);
    if (grid.ny > 1) assert_close(s.mean_strain[GB_YY], mean, 1e-9);
    GbKmcDestroy(&kmc);
    GbMesoStateFree(&s);
  }
}

static void check_event(int ny, GbKmcMethod method)
{
  const GbGrid grid = {.nx = 5, .ny = ny, .nz = 6, .edge_nm = 1.25, .free_x = true};
  const GbKmcOptions options = {
      .intrabasin_time_s = 1e-3, .method = method, .uniform_moduli = true};
  const GbDrive drive = {.strain_rate_per_s = -1e-3, .duration_s = 100, .max_events = 1};
  const double part = 1 / (1.25 * 1.25 * 1.25);
  GbCalibration calibration;
  GbMesoState s;
  GbKmc *kmc;
  double done;
  int changed = 0;
  GbGlassUniform(&calibration);
  calibration.laws.event_dilatation.value = 0.03;
  assert_ok(GbMesoStateAllocate(&s, &grid, 6));
  s.seed = 3;
  s.temperature_K = s.reference_temperature_K = 300;
  for (int v = 0; v < s.nvoxels; v++)
    s.chi[v] = 0.3;
  assert_ok(GbKmcCreate(MPI_COMM_SELF, &calibration, &options, &s, &kmc));
  assert_ok(GbKmcDrawAll(kmc));
  assert_ok(GbKmcRefresh(kmc));
  assert_ok(GbKmcRun(kmc, &drive, NULL, NULL, &done));
  assert_int_equal(s.events, 1);
  for (int v = 0; v < s.nvoxels; v++) {
    const double *e = s.plastic[v], trace = e[GB_XX] + e[GB_YY] + e[GB_ZZ], third = trace / 3;
    const double diagonal[3] = {e[GB_XX] - third, e[GB_YY] - third, e[GB_ZZ] - third};
    double square = 2 * (e[GB_XZ] * e[GB_XZ] + e[GB_YZ] * e[GB_YZ] + e[GB_XY] * e[GB_XY]);
    if (trace == 0) continue;
    for (int i = 0; i < 3; i++)
      square += diagonal[i] * diagonal[i];
    assert_close(trace, 0.03 * part, 1e-12);
    assert_close(sqrt(2 * square), 0.15 * part, 1e-12);
    changed++;
  }
  assert_int_equal(changed, 1);
  GbKmcDestroy(&kmc);
  GbMesoStateFree(&s);
}

static void events_change_volume_and_shape(void **state)
{
  (void)state;
  check_event(1, GB_KMC_FULL);
  check_event(1, GB_KMC_THINNING);
  check_event(4, GB_KMC_FULL);
  check_event(4, GB_KMC_THINNING);
}

GB_TEST_MAIN("verify.mesoscale.eigenstrain", cmocka_unit_test(layers_of_two_expansions),
             cmocka_unit_test(events_change_volume_and_shape))
