/* calibration.h5, the tables beside it and the provenance. */
#include "atomistic/statistics/study.h"
#include "base/file.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/timer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { GB_PATH_MAX = GB_PRODUCT_PATH_MAX };

static void path_of(const GbStudy *study, const char *name, char path[GB_PATH_MAX])
{
  snprintf(path, GB_PATH_MAX, "%s/calibrate%s%s", study->run->folder, *name ? "/" : "", name);
}

/* --- Provenance
 * ----------------------------------------------------------------------------------- */

static void put_machine(FILE *out)
{
  struct utsname machine;
  if (uname(&machine) != 0) return;
  fprintf(out, "machine: %s %s %s\n", machine.sysname, machine.release, machine.machine);
}

/* Indents the lines of the effective input below `calibrate`. */
static GbStatus put_input(const GbStudy *study, FILE *out)
{
  const GbSectionData data = {&gb_calibrate_section, (void *)study->config};
  char *yaml;
  GB_CALL(GbConfigFormat(&data, 1, false, &yaml));
  fprintf(out, "input:\n");
  for (char *line = strtok(yaml, "\n"); line; line = strtok(NULL, "\n"))
    fprintf(out, "  %s\n", line);
  free(yaml);
  return GB_OK;
}

static GbStatus put_provenance(const GbStudy *study, FILE *out)
{
  char path[GB_PATH_MAX], potential[GB_HASH_SIZE], tables[GB_HASH_SIZE];
  int ranks;
  MPI_Comm_size(study->run->comm, &ranks);
  GbProductTables(study->run->folder, path);
  GB_CALL(GbHashFile(study->config->potential, potential));
  GB_CALL(GbHashFile(path, tables));
  fprintf(out, "program: glassband %s\n", GB_VERSION);
  fprintf(out, "seed: %llu\n", (unsigned long long)study->run->seed);
  fprintf(out, "potential_file: %s\npotential_sha256: %s\n", study->config->potential, potential);
  fprintf(out, "atomistic_tables_sha256: %s\n", tables);
  fprintf(out, "glass_atoms: %d\ntest_piece_atoms: %d\n", study->glass[GB_STATE_RELAXED].n,
          study->products.nstates > 0 ? study->products.states[0].natoms : 0);
  fprintf(out, "force_evaluations_times_atoms: %lld\n",
          (long long)(GbForceEvaluations(study->force) + GbForceEvaluations(study->own)));
  fprintf(out, "ranks: %d\nwall_time_s: %.1f\n", ranks, GbTimeNow() - study->start_s);
  put_machine(out);
  for (int s = 0; s < GB_NSTATES; s++)
    fprintf(out,
            "saddle_searches_%s: {searches: %lld, accepted: %lld, from_minima_nearby: %lld, "
            "shallow: %lld, not_shear: %lld, duplicates: "
            "%lld, no_instability: %lld, not_converged: %lld, not_connected: %lld, no_event: %lld, "
            "broken: %lld}\n",
            s == GB_STATE_RELAXED ? "relaxed" : "flowed", (long long)study->counts[s].searches,
            (long long)study->counts[s].accepted, (long long)study->counts[s].neighbouring,
            (long long)study->counts[s].shallow, (long long)study->counts[s].not_shear,
            (long long)study->counts[s].duplicates,
            (long long)study->counts[s].outcome[GB_SADDLE_NO_INSTABILITY],
            (long long)study->counts[s].outcome[GB_SADDLE_NOT_CONVERGED],
            (long long)study->counts[s].outcome[GB_SADDLE_NOT_CONNECTED],
            (long long)study->counts[s].outcome[GB_SADDLE_NO_EVENT],
            (long long)study->counts[s].broken);
  fprintf(out, "events_at_free_surfaces_left_out: %lld\n", (long long)study->events_at_surface);
  fprintf(out, "notes:\n"
               "  - moduli are those of inherent structures at the volume of each temperature\n"
               "  - heat capacity is classical\n"
               "  - the attempt frequency is an input, not measured\n");
  return put_input(study, out);
}

static GbStatus make_provenance(GbStudy *study)
{
  size_t size;
  FILE *out = open_memstream(&study->calibration.provenance, &size);
  if (!out) GB_FAIL(GB_ERR_MEMORY, "no memory for the provenance");
  const GbStatus status = put_provenance(study, out);
  fclose(out);
  return status;
}

/* --- Tables
 * --------------------------------------------------------------------------------------- */

static GbStatus write_table(const GbStudy *study, const char *name,
                            void (*put)(const GbCalibration *, FILE *))
{
  char path[GB_PATH_MAX];
  GbFileAside aside;
  path_of(study, name, path);
  GB_CALL(GbFileBegin(path, &aside));
  put(&study->calibration, aside.stream);
  GB_CALL(GbFileCommit(&aside));
  return GB_OK;
}

static void put_events(const GbCalibration *calibration, FILE *out)
{
  const GbEventTable *e = &calibration->events;
  fprintf(out, "atoms,volume_nm3,gamma,dilatation,orientation_rad,delta_energy_eV,chi_before,"
               "chi_after,stress_GPa,strain,zone\n");
  for (int64_t i = 0; i < e->n; i++)
    fprintf(out, "%lld,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%s\n", (long long)e->atoms[i],
            e->volume_nm3[i], e->gamma[i], e->dilatation[i], e->orientation_rad[i],
            e->delta_energy_eV[i], e->chi_before[i], e->chi_after[i], e->stress_GPa[i],
            e->strain[i], gb_zone_names[e->zone[i]]);
}

static void put_barriers(const GbCalibration *calibration, FILE *out)
{
  const GbBarrierTable *t = &calibration->barriers;
  fprintf(out, "state,barrier_eV,reverse_barrier_eV,activation_volume_nm3,shear_volume_nm3,"
               "dilatation_volume_nm3,chi,atoms\n");
  for (int64_t i = 0; i < t->n; i++)
    fprintf(out, "%s,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%lld\n",
            t->state[i] == GB_STATE_RELAXED ? "relaxed" : "flowed", t->barrier_eV[i],
            t->reverse_barrier_eV[i], t->activation_volume_nm3[i], t->shear_volume_nm3[i],
            t->dilatation_volume_nm3[i], t->chi[i], (long long)t->atoms[i]);
}

static GbStatus write_all(GbStudy *study)
{
  char path[GB_PATH_MAX];
  path_of(study, "", path);
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    GB_FAIL(GbFileFault(errno), "%s: cannot make this folder: %s", path, strerror(errno));
  GB_CALL(make_provenance(study));
  GB_CALL(write_table(study, "events.csv", put_events));
  GB_CALL(write_table(study, "barriers.csv", put_barriers));
  path_of(study, "calibration.h5", path);
  GB_CALL(GbCalibrationWrite(&study->calibration, path));
  return GB_OK;
}

GbStatus GbStudyWrite(GbStudy *study)
{
  const GbStatus status = study->rank == 0 ? write_all(study) : GB_OK;
  GB_CALL(GbErrorSync(study->run->comm, status));
  return GB_OK;
}

/* --- Summary
 * -------------------------------------------------------------------------------------- */

GbStatus GbStudySummary(const GbStudy *study)
{
  const GbCalibration *c = &study->calibration;
  const GbCalibrationMaterial *m = &c->material;
  const struct {
    const char *key;
    double value;
    const char *unit;
  } rows[] = {
      {"calibrate.shear_modulus_relaxed", m->shear_modulus_GPa[GB_STATE_RELAXED][0].value, "GPa"},
      {"calibrate.shear_modulus_flowed", m->shear_modulus_GPa[GB_STATE_FLOWED][0].value, "GPa"},
      {"calibrate.bulk_modulus_relaxed", m->bulk_modulus_GPa[GB_STATE_RELAXED][0].value, "GPa"},
      {"calibrate.bulk_modulus_flowed", m->bulk_modulus_GPa[GB_STATE_FLOWED][0].value, "GPa"},
      {"calibrate.thermal_expansion_relaxed", m->thermal_expansion_per_K[GB_STATE_RELAXED].value,
       "1/K"},
      {"calibrate.thermal_expansion_flowed", m->thermal_expansion_per_K[GB_STATE_FLOWED].value,
       "1/K"},
      {"calibrate.energy_of_chi_1", c->state.energy_J_per_g, "J/g"},
      {"calibrate.chi_of_test_piece", c->state.chi_mean.value, "1"},
      {"calibrate.events", (double)c->events.n, "1"},
      {"calibrate.event_volume", c->laws.event_volume_nm3.value, "nm^3"},
      {"calibrate.event_shear", c->laws.event_shear.value, "1"},
      {"calibrate.chi_gain", c->laws.chi_gain.value, "1"},
      {"calibrate.saddles", (double)c->barriers.n, "1"},
      {"calibrate.barrier_mean_chi_0", c->laws.barrier_mean_eV[0].value, "eV"},
      {"calibrate.barrier_mean_chi_1", c->laws.barrier_mean_eV[1].value, "eV"},
      {"calibrate.activation_volume", c->laws.activation_volume_nm3.value, "nm^3"},
      {"calibrate.wall_time", GbTimeNow() - study->start_s, "s"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    GbLogInfo("%s = %.5g %s", rows[i].key, rows[i].value, rows[i].unit);
    GB_CALL(GbSummaryAdd(rows[i].key, rows[i].value, rows[i].unit));
  }
  return GB_OK;
}
