/* What a run asks for, counted by hand, and what is refused before any work. */
#include "harness/harness.h"

#include "base/log.h"
#include "base/memory.h"
#include "mesoscale/fields/demands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static GbMesoConfig strip(void)
{
  GbMesoConfig config;
  memset(&config, 0, sizeof config);
  config.nx = 10;
  config.ny = 1;
  config.nz = 20;
  config.modes = 3;
  config.voxel_edge_nm = 2;
  config.elements_per_edge = 1;
  return config;
}

static GbCalibration laws(double event_volume)
{
  GbCalibration c = {0};
  c.laws.event_volume_nm3.value = event_volume;
  c.laws.event_shear.value = 0.1;
  c.laws.event_dilatation.value = 0.01;
  return c;
}

static void sites_fill_the_voxel(void **state)
{
  (void)state;
  GbMesoConfig config = strip();
  GbCalibration c = laws(0.5);
  GbMesoDemands d = GbMesoDemandsOf(&config, &c);
  assert_close(d.voxels, 200, 0);
  assert_close(d.sites, 16, 0); /* 8 nm^3 of 0.5 nm^3 each */
  assert_close(d.modes, 48, 0);
  /* state, its copies in a branch and in a checkpoint: barriers alone */
  assert_true(d.bytes > 3 * 200 * 48 * sizeof(double));
  config.nz *= 1000;
  assert_relative(GbMesoDemandsOf(&config, &c).bytes, 1000 * d.bytes, 1e-12); /* no tables */
  config.voxel_edge_nm = 0;                                                   /* one site */
  assert_close(GbMesoDemandsOf(&config, &c).sites, 1, 0);
}

/* Free surfaces, uniform moduli: a table of nx/2 depths x nx x (nz/2 + 1) entries of 64 bytes. */
static void tables_count(void **state)
{
  (void)state;
  GbMesoConfig config = strip();
  const GbCalibration c = laws(0.5);
  config.nx = config.nz = 512;
  config.moduli = 1;
  const double table = 256.0 * 512 * 257 * 64;
  assert_true(GbMesoDemandsOf(&config, &c).bytes > 2 * table);
}

static void too_much_is_refused(void **state)
{
  (void)state;
  GbMesoConfig config = strip();
  GbCalibration c = laws(0.5);
  const double bytes = GbMesoDemandsOf(&config, &c).bytes;
  assert_ok(GbMesoCheckDemands(&config, &c, "c.h5", 1, 1.01 * bytes));
  assert_fails(GbMesoCheckDemands(&config, &c, "c.h5", 2, 0.99 * bytes), GB_ERR_INPUT, "9600 modes",
               "GB on each rank");
  c = laws(1e-9); /* 8e9 sites: beyond an int */
  assert_fails(GbMesoCheckDemands(&config, &c, "c.h5", 1, HUGE_VAL), GB_ERR_INPUT,
               "stz/laws/event_volume = 1e-09 nm^3 of c.h5", "2.4e+10 modes");
  c = laws(0.5);
  config.nx = config.ny = config.nz = 4096; /* voxels beyond an int */
  assert_fails(GbMesoCheckDemands(&config, &c, "c.h5", 1, HUGE_VAL), GB_ERR_INPUT, "in a sample");
}

static void laws_of_later_stages(void **state)
{
  (void)state;
  GbCalibration c = laws(0.5);
  assert_ok(GbMesoCheckLaws(&c, "c.h5"));
  c.laws.event_dilatation.value = -0.05; /* the bound itself is outside */
  assert_fails(GbMesoCheckLaws(&c, "c.h5"), GB_ERR_INPUT, "c.h5", "event_dilatation", "-0.5");
  c.laws.event_dilatation.value = 0.049;
  assert_ok(GbMesoCheckLaws(&c, "c.h5"));
  c.laws.chi_gain.value = 3;
  assert_fails(GbMesoCheckLaws(&c, "c.h5"), GB_ERR_INPUT, "c.h5", "chi_gain", "3");
}

static void machine_has_memory(void **state)
{
  (void)state;
  const double all = GbMemoryAvailable(1);
  assert_true(all > 1e6);
  assert_true(GbMemoryAvailable(1 << 20) < 0.1 * all);
}

static void cycles_too_short_to_add_up(void **state)
{
  (void)state;
  GbMesoConfig config = strip();
  config.strains_percent.count = 1;
  config.ctc_low_K = 77;
  config.ctc_high_K = 300;
  config.ctc_cycles = 1000;
  config.ctc_ramp_s = 1e9;
  config.ctc_dwell_s = 1e-6;
  assert_fails(GbMesoConfigValidate(&config), GB_ERR_INPUT, "ctc_dwell_s", "1e-06");
  config.ctc_dwell_s = 60;
  assert_ok(GbMesoConfigValidate(&config));
}

/* How many warnings a run at this temperature and rate gets. */
static int count_warnings(double temperature_K, double strain_rate_per_s)
{
  char path[512], line[4096];
  int count = 0;
  GbMesoConfig config = strip();
  config.temperature_K = temperature_K;
  config.strain_rate_per_s = strain_rate_per_s;
  snprintf(path, sizeof path, "%s/law.txt", GbTestFolder());
  remove(path);
  assert_ok(GbLogOpenFile(path));
  GbMesoWarnOfLaw(&config);
  assert_ok(GbLogOpenFile(NULL));
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file))
    count += strstr(line, "warning") && strstr(line, "known to be wrong");
  fclose(file);
  return count;
}

static void runs_beyond_the_law_are_warned(void **state)
{
  (void)state;
  assert_int_equal(count_warnings(300, 5e-4), 0);
  assert_int_equal(count_warnings(350, 5e-4), 1);
  assert_int_equal(count_warnings(300, 5e-2), 1);
  assert_int_equal(count_warnings(250, 1e-5), 1);
}

GB_TEST_MAIN("unit.fields.demands", cmocka_unit_test(sites_fill_the_voxel),
             cmocka_unit_test(tables_count), cmocka_unit_test(too_much_is_refused),
             cmocka_unit_test(laws_of_later_stages), cmocka_unit_test(machine_has_memory),
             cmocka_unit_test(cycles_too_short_to_add_up),
             cmocka_unit_test(runs_beyond_the_law_are_warned))
