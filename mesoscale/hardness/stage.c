/* The hardness stage: reloads every state of the mesoscale stage and turns yield strength into
 * Vickers hardness.
 *
 * Plane strain and the uniaxial test. Events in the model are driven by the resolved shear stress
 * on planes of the x-z plane alone, so it yields when the largest shear stress there, sigma/2 under
 * uniaxial load, reaches a limit: a maximum-shear (Tresca, Mohr-Coulomb) solid, whose strength in
 * plane-strain compression between free lateral surfaces equals its uniaxial one (the stress along
 * y is intermediate). So no factor is applied; a von Mises solid would need sqrt(3)/2.
 *
 * Reloadings are shared out over the ranks; each is one process's work and has its own random
 * numbers, so the results do not depend on the number of ranks. */
#include "contract/stage.h"
#include "base/file.h"
#include "base/log.h"
#include "mesoscale/fields/demands.h"
#include "mesoscale/fields/ensemble.h"
#include "mesoscale/hardness/relation.h"
#include "mesoscale/hardness/reload.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  double offset_percent, max_strain_percent, step_percent;
  int64_t repeats;
  double friction, cone_angle_deg;
} GbHardnessConfig;

#define AT(field) offsetof(GbHardnessConfig, field)

static const GbParam params[] = {
    {"offset_percent", GB_PARAM_DOUBLE, AT(offset_percent), "0.2", 0.01, 10, NULL,
     "plastic strain of the offset yield strength"},
    {"max_strain_percent", GB_PARAM_DOUBLE, AT(max_strain_percent), "10", 0.1, 100, NULL,
     "a state that has not yielded by this strain is an error"},
    {"step_percent", GB_PARAM_DOUBLE, AT(step_percent), "0.025", 1e-4, 1, NULL,
     "strain between two readings of the stress"},
    {"repeats", GB_PARAM_INT, AT(repeats), "1", 1, 1000, NULL,
     "reloadings of each state with different random numbers, averaged"},
    {"friction", GB_PARAM_DOUBLE, AT(friction), "0.12", 0, 0.9, NULL,
     "pressure sensitivity mu of tau = k + mu p; 0.12 is Cu-Zr and Zr-based glass (Lund and Schuh, "
     "Acta Mater. 51, 5399 (2003); Intermetallics 12, 1159 (2004))"},
    {"cone_angle_deg", GB_PARAM_DOUBLE, AT(cone_angle_deg), "19.7", 1, 80, NULL,
     "between surface and face of the cone of a Vickers pyramid's volume"},
    {0},
};

static const GbSection section = {"hardness", "Reloading of each state and its Vickers hardness",
                                  params};

static const GbColumn table_columns[] = {
    {"strain_percent", "%", NULL},     {"samples", "1", NULL},
    {"yield_before_GPa", "GPa", NULL}, {"yield_before_se_GPa", "GPa", NULL},
    {"yield_after_GPa", "GPa", NULL},  {"yield_after_se_GPa", "GPa", NULL},
    {"hv_before", "kgf/mm^2", NULL},   {"hv_before_se", "kgf/mm^2", NULL},
    {"hv_after", "kgf/mm^2", NULL},    {"hv_after_se", "kgf/mm^2", NULL},
    {"delta_hv_percent", "%", NULL},   {"delta_hv_se_percent", "%", NULL},
    {"chi_before", "1", NULL},         {"chi_after", "1", NULL},
    {"hv_before_relative", "1", NULL}, {"hv_after_relative", "1", NULL},
};
static const GbColumn curve_columns[] = {
    {"sample", "1", NULL},        {"strain_percent", "%", NULL}, {"phase", "1", gb_phase_names},
    {"reload_strain", "1", NULL}, {"stress_GPa", "GPa", NULL},   {"repeat", "1", NULL},
};
enum {
  NTABLE = sizeof(table_columns) / sizeof(table_columns[0]),
  NCURVE = sizeof(curve_columns) / sizeof(curve_columns[0])
};

/* One reloading; the numbers of what it found are shared by all ranks. */
typedef struct {
  double yield_GPa, hv, chi;
} Found;
enum { FOUND_NUMBERS = 3 };

typedef struct {
  const GbRun *run;
  const GbHardnessConfig *config;
  const GbCalibration *calibration;
  GbMesoIndex index;
  int ntasks;   /* samples x strains x phases x repeats, in this order */
  Found *found; /* [ntasks] */
  GbTable curve;
} Work;

static int task_of(const Work *w, int sample, int strain, GbPhase phase, int repeat)
{
  const int nstrains = w->index.strains_percent.count, repeats = (int)w->config->repeats;
  return ((sample * nstrains + strain) * w->index.phases + (int)phase) * repeats + repeat;
}

static GbStatus hardness_of(const Work *w, const GbReloadResult *result, double *hv)
{
  const GbCalibrationLaws *laws = &w->calibration->laws;
  const GbIndentation indentation = {.young_GPa = result->young_GPa,
                                     .poisson = result->poisson,
                                     .yield_GPa = result->yield_GPa,
                                     .friction = w->config->friction,
                                     .dilatancy =
                                         laws->event_dilatation.value / laws->event_shear.value,
                                     .cone_angle_deg = w->config->cone_angle_deg};
  GB_CALL(GbIndentationHardness(&indentation, NULL, hv));
  return GB_OK;
}

static GbStatus run_task(Work *w, int sample, int strain, GbPhase phase, int repeat)
{
  const GbHardnessConfig *c = w->config;
  const double percent = w->index.strains_percent.values[strain];
  const double key[3] = {sample, percent, phase};
  const GbReloadOptions options = {.strain_rate_per_s = w->index.strain_rate_per_s,
                                   .step_strain = c->step_percent / 100,
                                   .offset_strain = c->offset_percent / 100,
                                   .max_strain = c->max_strain_percent / 100,
                                   .sample = w->index.options};
  Found *found = &w->found[task_of(w, sample, strain, phase, repeat)];
  GbMesoState state = {0};
  GbReloadResult result;
  char path[GB_PATH_MAX];
  GbStatus status;
  GbMesoStatePath(w->run->folder, sample, percent, phase, path);
  GB_TRY(status, GbMesoStateRead(path, &state), done);
  GB_TRY(status, GbReloadRun(w->calibration, &state, repeat, &options, key, 3, &w->curve, &result),
         done);
  found->yield_GPa = result.yield_GPa;
  found->chi = result.chi_mean;
  GB_TRY(status, hardness_of(w, &result, &found->hv), done);
done:
  GbMesoStateFree(&state);
  if (status != GB_OK)
    GbErrorPrefix(status, "hardness of sample %d at %g %% %s cycling", sample, percent,
                  gb_phase_names[phase]);
  return status;
}

/* This rank's share; not collective. */
static GbStatus run_tasks(Work *w)
{
  const int nstrains = w->index.strains_percent.count, repeats = (int)w->config->repeats;
  const int phases = w->index.phases;
  int rank, size, done = 0;
  MPI_Comm_rank(w->run->comm, &rank);
  MPI_Comm_size(w->run->comm, &size);
  GbProgress progress;
  GbProgressStart(&progress, "hardness", "reloadings", (double)w->ntasks / size);
  for (int t = rank; t < w->ntasks; t += size) {
    const int repeat = t % repeats, phase = t / repeats % phases;
    const int strain = t / repeats / phases % nstrains;
    GB_CALL(run_task(w, t / repeats / phases / nstrains, strain, (GbPhase)phase, repeat));
    GbProgressUpdate(&progress, ++done);
  }
  GbProgressEnd(&progress);
  return GB_OK;
}

/* Means over the repeats of one state; NaN for states that there are not. */
static Found state_mean(const Work *w, int sample, int strain, GbPhase phase)
{
  Found mean = {0};
  if ((int)phase >= w->index.phases) return (Found){NAN, NAN, NAN};
  const int repeats = (int)w->config->repeats;
  for (int r = 0; r < repeats; r++) {
    const Found *f = &w->found[task_of(w, sample, strain, phase, r)];
    mean.yield_GPa += f->yield_GPa / repeats;
    mean.hv += f->hv / repeats;
    mean.chi += f->chi / repeats;
  }
  return mean;
}

/* One row of the table from values[kind][sample]. */
static void fill_row(const Work *w, int strain, double *values, double *row)
{
  const int n = w->index.samples;
  double error;
  for (int s = 0; s < n; s++) {
    const Found before = state_mean(w, s, strain, GB_PHASE_BEFORE);
    const Found after = state_mean(w, s, strain, GB_PHASE_AFTER);
    const double kinds[7] = {before.yield_GPa,
                             after.yield_GPa,
                             before.hv,
                             after.hv,
                             100 * (after.hv - before.hv) / before.hv,
                             before.chi,
                             after.chi};
    for (int k = 0; k < 7; k++)
      values[k * n + s] = kinds[k];
  }
  row[0] = w->index.strains_percent.values[strain];
  row[1] = n;
  for (int k = 0; k < 5; k++)
    GbMeanAndError(values + k * n, n, &row[2 + 2 * k], &row[3 + 2 * k]);
  for (int k = 5; k < 7; k++)
    GbMeanAndError(values + k * n, n, &row[7 + k], &error);
}

static GbStatus make_table(const Work *w, GbTable *table)
{
  double *values = NULL, row[NTABLE], reference = NAN;
  GbStatus status = GB_OK;
  GB_CALLOC(values, 7 * w->index.samples);
  for (int i = 0; i < w->index.strains_percent.count && status == GB_OK; i++) {
    fill_row(w, i, values, row);
    if (i == 0) reference = row[6];
    row[14] = row[6] / reference;
    row[15] = row[8] / reference;
    status = GbTableAppend(table, row);
  }
  free(values);
  return status;
}

static int compare_readings(const void *a, const void *b)
{
  const double *x = a, *y = b;
  static const int order[5] = {0, 1, 2, 5, 3}; /* sample, strain, phase, repeat, reload strain */
  for (int i = 0; i < 5; i++)
    if (x[order[i]] != y[order[i]]) return x[order[i]] < y[order[i]] ? -1 : 1;
  return 0;
}

/* Collective. Rank 0's table gets the readings of all ranks, in an order that does not depend on
 * them. */
static GbStatus gather_curves(Work *w)
{
  int rank, size;
  MPI_Comm_rank(w->run->comm, &rank);
  MPI_Comm_size(w->run->comm, &size);
  GbStatus status = GB_OK;
  for (int source = 1; source < size; source++) {
    unsigned long long rows = rank == source ? w->curve.nrows : 0;
    MPI_Bcast(&rows, 1, MPI_UNSIGNED_LONG_LONG, source, w->run->comm);
    if (rank == source)
      MPI_Send(w->curve.values, (int)rows * NCURVE, MPI_DOUBLE, 0, 0, w->run->comm);
    if (rank != 0) continue;
    double *values = NULL;
    GB_CALLOC(values, rows * NCURVE);
    MPI_Recv(values, (int)rows * NCURVE, MPI_DOUBLE, source, 0, w->run->comm, MPI_STATUS_IGNORE);
    for (size_t r = 0; r < rows && status == GB_OK; r++)
      status = GbTableAppend(&w->curve, values + r * NCURVE);
    free(values);
  }
  if (rank == 0) qsort(w->curve.values, w->curve.nrows, NCURVE * sizeof(double), compare_readings);
  return status;
}

static GbStatus summarise(const Work *w, const GbTable *table)
{
  for (size_t r = 0; r < table->nrows; r++) {
    const double *row = table->values + r * NTABLE;
    char key[96];
    snprintf(key, sizeof(key), "hardness.hv_before_at_%g_percent", row[0]);
    GB_CALL(GbSummaryAdd(key, row[6], "kgf/mm^2"));
    if (w->index.phases == 1) {
      GbLogInfo("hardness: %5.1f %%: HV %.1f, yield %.3f GPa", row[0], row[6], row[2]);
      continue;
    }
    snprintf(key, sizeof(key), "hardness.hv_after_at_%g_percent", row[0]);
    GB_CALL(GbSummaryAdd(key, row[8], "kgf/mm^2"));
    GbLogInfo("hardness: %5.1f %%: HV %.1f -> %.1f (%+.2f %%), yield %.3f -> %.3f GPa", row[0],
              row[6], row[8], row[10], row[2], row[4]);
  }
  return GB_OK;
}

static GbStatus write_h5(const char *path, const GbTable *table, const GbTable *curve)
{
  GbH5 *file = NULL;
  GbStatus status;
  GB_CALL(GbH5Create(path, &file));
  GB_TRY(status, GbTableWrite(table, file, "hardness"), fail);
  GB_TRY(status, GbTableWrite(curve, file, "reload"), fail);
  GB_TRY(status, GbH5Close(&file), fail);
  return GB_OK;
fail:
  GbH5Discard(&file);
  return status;
}

/* Rank 0 only. */
static GbStatus write_products(const Work *w)
{
  GbTable table = GbTableOf(table_columns, NTABLE);
  char path[GB_PATH_MAX];
  GbStatus status;
  GB_TRY(status, make_table(w, &table), done);
  GB_TRY(status, summarise(w, &table), done);
  snprintf(path, sizeof(path), "%s/hardness/reload.csv", w->run->folder);
  GB_TRY(status, GbTableWriteCsv(&w->curve, path), done);
  snprintf(path, sizeof(path), "%s/hardness/hardness.csv", w->run->folder);
  GB_TRY(status, GbTableWriteCsv(&table, path), done);
  snprintf(path, sizeof(path), "%s/hardness/hardness.h5", w->run->folder);
  GB_TRY(status, write_h5(path, &table, &w->curve), done);
done:
  GbTableFree(&table);
  return status;
}

/* Every rank reads the small index; the states must come from the calibration in use. */
static GbStatus open_index(Work *w)
{
  char path[GB_PATH_MAX], calibration[GB_HASH_SIZE];
  snprintf(path, sizeof(path), "%s/hardness", w->run->folder);
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    GB_FAIL(GbFileFault(errno), "cannot make the folder %s: %s", path, strerror(errno));
  GB_CALL(GbMesoIndexRead(w->run->folder, &w->index));
  GB_CALL(GbCalibrationHash(w->run->calibration_path, calibration));
  if (strcmp(calibration, w->index.calibration) != 0)
    GB_FAIL(GB_ERR_INPUT,
            "%s/mesoscale/mesoscale.h5 was made with another calibration than %s: run "
            "the mesoscale stage again",
            w->run->folder, w->run->calibration_path);
  const double tasks = (double)w->index.samples * w->index.strains_percent.count * w->index.phases *
                       (double)w->config->repeats;
  if (tasks > INT_MAX / FOUND_NUMBERS)
    GB_FAIL(GB_ERR_INPUT,
            "hardness.repeats: %d samples x %d strains x %d phases x %lld repeats are %g "
            "reloadings: expected at most %d",
            w->index.samples, w->index.strains_percent.count, w->index.phases,
            (long long)w->config->repeats, tasks, INT_MAX / FOUND_NUMBERS);
  w->ntasks = (int)tasks;
  GB_CALLOC(w->found, w->ntasks);
  return GB_OK;
}

static GbStatus run_all(Work *w)
{
  int rank;
  MPI_Comm_rank(w->run->comm, &rank);
  GB_CALL(GbErrorSync(w->run->comm, GbMesoCheckLaws(w->calibration, w->run->calibration_path)));
  GB_CALL(GbErrorSync(w->run->comm, open_index(w)));
  GB_CALL(GbErrorSync(w->run->comm, run_tasks(w)));
  /* each number was set by one rank and is zero on the others */
  MPI_Allreduce(MPI_IN_PLACE, w->found, w->ntasks * FOUND_NUMBERS, MPI_DOUBLE, MPI_SUM,
                w->run->comm);
  GB_CALL(GbErrorSync(w->run->comm, gather_curves(w)));
  return GbErrorSync(w->run->comm, rank == 0 ? write_products(w) : GB_OK);
}

static GbStatus execute(const GbRun *run, const void *config)
{
  GbCalibration calibration;
  GB_CALL(GbCalibrationReadAll(run->comm, run->calibration_path, &calibration));
  Work work = {.run = run,
               .config = config,
               .calibration = &calibration,
               .curve = GbTableOf(curve_columns, NCURVE)};
  const GbStatus status = run_all(&work);
  free(work.found);
  GbTableFree(&work.curve);
  GbCalibrationFree(&calibration);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}

static GbStatus validate(const void *config)
{
  const GbHardnessConfig *c = config;
  if (c->step_percent > c->max_strain_percent)
    GB_FAIL(GB_ERR_INPUT,
            "hardness.step_percent: expected at most max_strain_percent = %g, found %g",
            c->max_strain_percent, c->step_percent);
  return GB_OK;
}

const GbStage gb_stage_hardness = {
    .name = "hardness",
    .help = "Reload each state until it yields and turn its strength into Vickers hardness",
    .section = &section,
    .config_size = sizeof(GbHardnessConfig),
    .needs = "mesoscale",
    .petsc = true,
    .outputs = {"hardness/hardness.csv", "hardness/reload.csv", "hardness/hardness.h5", NULL},
    .validate = validate,
    .execute = execute,
};
