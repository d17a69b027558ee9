/* The whole stage on a few hundred atoms: products, restart, stop, and changed input.
 *
 * Not physics: the piece is too small and too fast for that. It proves that the phases make what
 * they promise, that finished phases are reused exactly when they may be, and that the result of an
 * interrupted run is bit for bit that of an uninterrupted one. */
#include "atomistic/protocol/session.h"
#include "base/file.h"
#include "base/stop.h"
#include "harness/harness.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const small[] = {
    "atomistic.potential=" GB_SOURCE_DIR "/inputs/potentials/CuZr_mm.eam.fs",
    "atomistic.timestep_fs=4",
    "atomistic.glass_cells=[5, 5, 5]",
    "atomistic.glass_melt_temperature_K=2500",
    "atomistic.glass_melt_ps=0.4",
    "atomistic.glass_quench_rate_K_per_ps=10000",
    "atomistic.glass_hold_ps=0.3",
    "atomistic.sample_replicate=[1, 1, 1]",
    "atomistic.sample_anneal_ps=0.1",
    "atomistic.sample_cool_rate_K_per_ps=10000",
    "atomistic.sample_relax_ps=0.5",
    "atomistic.notch_depth_angstrom=3",
    "atomistic.tension_strain_rate_per_s=1e11",
    "atomistic.tension_max_strain=0.04",
    "atomistic.tension_frame_strain=0.02",
    "atomistic.cycle_at_strains=[0.02, 0.04]",
    "atomistic.cycle_count=1",
    "atomistic.cycle_ramp_ps=0.1",
    "atomistic.cycle_hold_ps=0.04",
    "atomistic.cycle_unload_ps=0.04",
    "atomistic.zone_min_voxels=100000",
};
enum { SMALL = sizeof small / sizeof small[0] };

static GbStatus run(const char *folder, uint64_t seed, const char *set)
{
  GbAtomisticConfig config;
  const char *sets[SMALL + 1];
  memcpy(sets, small, sizeof small);
  sets[SMALL] = set;
  GbSectionData data = {gb_stage_atomistic.section, &config};
  GbRun here = {.comm = MPI_COMM_WORLD, .seed = seed, .folder = folder};
  GB_CALL(GbConfigLoad(NULL, sets, set ? SMALL + 1 : SMALL, &data, 1));
  GB_CALL(gb_stage_atomistic.validate(&config));
  GB_CALL(gb_stage_atomistic.execute(&here, &config));
  return GB_OK;
}

static double modified(const char *folder, const char *name)
{
  char path[1024];
  struct stat info;
  snprintf(path, sizeof path, "%s/atomistic/%s", folder, name);
  assert_int_equal(stat(path, &info), 0);
  MPI_Barrier(MPI_COMM_WORLD);
  return (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

static void same_snapshot(const char *folder_a, const char *folder_b, const char *name)
{
  char path[1024];
  GbAtoms a, b;
  snprintf(path, sizeof path, "%s/atomistic/%s", folder_a, name);
  assert_ok(GbAtomsReadH5(path, &a, NULL, NULL));
  snprintf(path, sizeof path, "%s/atomistic/%s", folder_b, name);
  assert_ok(GbAtomsReadH5(path, &b, NULL, NULL));
  assert_int_equal(a.n, b.n);
  assert_memory_equal(a.x, b.x, (size_t)a.n * sizeof *a.x);
  assert_memory_equal(a.v, b.v, (size_t)a.n * sizeof *a.v);
  GbAtomsFree(&a);
  GbAtomsFree(&b);
}

/* The first two rows of a table of a phase are this many steps apart. */
static void has_rows_each(const char *folder, const char *name, int steps)
{
  char path[1024], *text;
  int first, second;
  snprintf(path, sizeof path, "%s/atomistic/%s", folder, name);
  assert_ok(GbFileReadText(path, NULL, &text));
  const char *row = strchr(text, '\n');
  assert_int_equal(sscanf(row, "%d", &first), 1);
  assert_int_equal(sscanf(strchr(row + 1, '\n'), "%d", &second), 1);
  assert_int_equal(second - first, steps);
  free(text);
}

static char finished_run[256]; /* kept for the tests that follow */

static void makes_all_products(void **state)
{
  (void)state;
  GbProducts products;
  snprintf(finished_run, sizeof finished_run, "%s", GbTestFolder());
  assert_ok(run(finished_run, 1, NULL));
  for (const char *const *name = gb_stage_atomistic.outputs; *name; name++) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", finished_run, *name);
    assert_int_equal(access(path, R_OK), 0);
  }
  modified(finished_run, "cycling/state_1/zones.csv");
  modified(finished_run, "cycling/state_1/cycle_01.xyz");
  assert_ok(GbProductsRead(finished_run, &products));
  assert_int_equal(products.nframes, 3);
  assert_int_equal(products.nsamples, 21);
  assert_int_equal(products.nstates, 2);
  assert_close(products.frame_strain[2], 0.04, 1e-6);
  assert_close(products.strain[20], 0.04, 1e-6);
  for (int i = 0; i < products.nsamples; i++) {
    assert_true(isfinite(products.stress_GPa[i]));
    assert_true(products.temperature_K[i] > 50 && products.temperature_K[i] < 300);
  }
  /* Copper-zirconium has a Young's modulus between 50 and 120 GPa. */
  assert_true(products.stress_GPa[20] - products.stress_GPa[0] > 0.5);
  assert_true(products.stress_GPa[20] - products.stress_GPa[0] < 5.0);
  const GbProductState *last = &products.states[1];
  assert_int_equal(last->frame, 2);
  assert_int_equal(last->kind, GB_BANDS_NONE);
  assert_int_equal(last->count[GB_ZONE_MATRIX], last->natoms);
  assert_true(last->natoms > 400 && last->natoms < 500);
  assert_true(last->potential_eV[GB_ZONE_MATRIX][0] < -4.0);
  assert_true(last->potential_eV[GB_ZONE_MATRIX][0] > -6.0);
  assert_true(isnan(last->fraction[GB_ZONE_SPANNING][0]));
  GbProductsFree(&products);
}

static void reuses_finished_phases(void **state)
{
  (void)state;
  double glass = modified(finished_run, "glass.h5"),
         frame = modified(finished_run, "tension/frame_0002.h5"),
         cycle = modified(finished_run, "cycling/state_1/cycle_01.h5"),
         tables = modified(finished_run, "atomistic.h5");
  /* Nothing changed: only the tables are made again. */
  assert_ok(run(finished_run, 1, NULL));
  assert_true(modified(finished_run, "cycling/state_1/cycle_01.h5") == cycle);
  assert_true(modified(finished_run, "atomistic.h5") > tables);
  /* The time between checkpoints changes no product. */
  assert_ok(run(finished_run, 1, "atomistic.checkpoint_minutes=7"));
  assert_true(modified(finished_run, "cycling/state_1/cycle_01.h5") == cycle);
  /* Zones are analysis. */
  assert_ok(run(finished_run, 1, "atomistic.zone_voxel_angstrom=5"));
  assert_true(modified(finished_run, "cycling/state_1/cycle_01.h5") == cycle);
  /* Cycles depend on the cycling keys, not the tension on them. */
  assert_ok(run(finished_run, 1, "atomistic.cycle_high_temperature_K=300"));
  assert_true(modified(finished_run, "tension/frame_0002.h5") == frame);
  assert_true(modified(finished_run, "cycling/state_1/cycle_01.h5") > cycle);
  /* The sample depends on the notch, the glass does not. */
  assert_ok(run(finished_run, 1, "atomistic.notch_depth_angstrom=4"));
  assert_true(modified(finished_run, "glass.h5") == glass);
  assert_true(modified(finished_run, "tension/frame_0002.h5") > frame);
  /* Tables have rows as asked for: none is left with those of before. */
  assert_ok(run(finished_run, 1, "atomistic.thermo_steps=50"));
  has_rows_each(finished_run, "thermo/glass.csv", 50);
  has_rows_each(finished_run, "thermo/tension.csv", 50);
}

static void remakes_what_is_lost(void **state)
{
  (void)state;
  char path[1024];
  int rank;
  const char *folder = GbTestFolder();
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  char other[256];
  snprintf(other, sizeof other, "%s", folder);
  assert_ok(run(other, 1, NULL));
  double glass = modified(other, "glass.h5");
  snprintf(path, sizeof path, "%s/atomistic/tension/frame_0001.h5", other);
  if (rank == 0) assert_int_equal(unlink(path), 0);
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(run(other, 1, NULL));
  assert_true(modified(other, "glass.h5") == glass);
  modified(other, "tension/frame_0001.h5");
}

/* A run that ends between two phases (here because a file blocks the folder of the second) and is
 * resumed gives the bits of a whole one; a signal ends it with GB_ERR_STOPPED and no stamp. */
static void stopped_and_resumed(void **state)
{
  (void)state;
  char whole[256], parts[256];
  snprintf(whole, sizeof whole, "%s", GbTestFolder());
  snprintf(parts, sizeof parts, "%s", GbTestFolder());
  assert_ok(run(whole, 2, NULL));
  char block[1024];
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(block, sizeof block, "%s/atomistic", parts);
  if (rank == 0) assert_int_equal(mkdir(block, 0777), 0);
  snprintf(block, sizeof block, "%s/atomistic/tension", parts);
  if (rank == 0) {
    FILE *file = fopen(block, "w");
    assert_non_null(file);
    fclose(file);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  assert_true(run(parts, 2, NULL) != GB_OK);
  double sample = modified(parts, "sample.h5");
  if (rank == 0) assert_int_equal(unlink(block), 0);
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(run(parts, 2, NULL));
  assert_true(modified(parts, "sample.h5") == sample);
  same_snapshot(whole, parts, "tension/frame_0002.h5");
  same_snapshot(whole, parts, "cycling/state_1/cycle_01.h5");
  GbStopInstall(0);
  raise(SIGUSR1);
  assert_fails(run(parts, 3, NULL), GB_ERR_STOPPED, "");
  char glass[1024];
  snprintf(glass, sizeof glass, "%s/atomistic/glass.key", parts);
  assert_int_not_equal(access(glass, R_OK), 0);
}

static void same_text(const char *folder_a, const char *folder_b, const char *name)
{
  char path[1024], *a, *b;
  snprintf(path, sizeof path, "%s/atomistic/%s", folder_a, name);
  assert_ok(GbFileReadText(path, NULL, &a));
  snprintf(path, sizeof path, "%s/atomistic/%s", folder_b, name);
  assert_ok(GbFileReadText(path, NULL, &b));
  assert_string_equal(a, b);
  free(a);
  free(b);
}

/* Stopped within a phase after some runs of dynamics (a folder in the way of a snapshot): the phase
 * goes on from the end of its last finished run, with its table and its curve, and gives the bits
 * of a whole run; nothing is left over. */
static void goes_on_within_a_phase(void **state)
{
  (void)state;
  char whole[256], parts[256], block[1024], *found;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  snprintf(whole, sizeof whole, "%s", GbTestFolder());
  snprintf(parts, sizeof parts, "%s", GbTestFolder());
  assert_ok(run(whole, 4, NULL));
  static const char *const folders[] = {"", "/tension", "/tension/frame_0002.h5"};
  for (int k = 0; k < 3; k++) {
    snprintf(block, sizeof block, "%s/atomistic%s", parts, folders[k]);
    if (rank == 0) assert_int_equal(mkdir(block, 0777), 0);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  assert_true(run(parts, 4, NULL) != GB_OK);
  double frame = modified(parts, "tension/frame_0001.h5");
  if (rank == 0) assert_int_equal(rmdir(block), 0);
  MPI_Barrier(MPI_COMM_WORLD);
  assert_ok(run(parts, 4, NULL));
  assert_true(modified(parts, "tension/frame_0001.h5") == frame);
  same_snapshot(whole, parts, "tension/frame_0002.h5");
  same_snapshot(whole, parts, "cycling/state_1/cycle_01.h5");
  same_text(whole, parts, "tension/tension.csv");
  same_text(whole, parts, "thermo/tension.csv");
  snprintf(block, sizeof block, "%s/atomistic/thermo/tension.csv", parts);
  assert_ok(GbFileReadText(block, NULL, &found));
  assert_non_null(strstr(found, "\n100,0.4,"));
  free(found);
  snprintf(block, sizeof block, "%s/atomistic/checkpoints", parts);
  assert_int_not_equal(access(block, F_OK), 0);
}

/* A cycle is: rest 10 steps, heat 25, hold 250, cool 25, hold 250. Temperatures at the ends of both
 * holds, of 480 atoms: within 3.7 % as often as not, never 20 % off. */
static void cycles_hold_at_both_ends(void **state)
{
  (void)state;
  char folder[256], path[1024], *text;
  double warm = 0, cold = 0, step, time, temperature;
  snprintf(folder, sizeof folder, "%s", GbTestFolder());
  assert_ok(run(folder, 6, "atomistic.cycle_hold_ps=1"));
  snprintf(path, sizeof path, "%s/atomistic/thermo/state_0.csv", folder);
  assert_ok(GbFileReadText(path, NULL, &text));
  for (char *line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
    assert_int_equal(sscanf(line + 1, "%lf,%lf,%lf", &step, &time, &temperature), 3);
    if (step == 10 + 25 + 250) warm = temperature;
    cold = temperature; /* of the last row, 200 steps into the hold */
  }
  free(text);
  assert_close(warm, 400, 80);
  assert_close(cold, 100, 20);
}

GB_TEST_MAIN("unit.protocol.stage", cmocka_unit_test(goes_on_within_a_phase),
             cmocka_unit_test(cycles_hold_at_both_ends), cmocka_unit_test(makes_all_products),
             cmocka_unit_test(reuses_finished_phases), cmocka_unit_test(remakes_what_is_lost),
             cmocka_unit_test(stopped_and_resumed))
