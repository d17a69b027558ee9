/* Uniaxial tension: the box grows along z at a constant engineering strain rate at the test
 * temperature; x is free, y periodic and at zero stress (or fixed). Snapshots come at equal
 * strains, ten rows of the stress-strain curve between two of them. */
#include "atomistic/protocol/session.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_PER_FRAME = 10 };

typedef struct {
  int n;
  double *strain, *stress_GPa, *temperature_K, *potential_eV; /* [n], one block */
  double initial_length;
  int64_t first_step, interval;
} Curve;

static GbStatus record(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Curve *curve = context;
  /* The first row of a segment repeats the last of the one before. */
  int64_t row = (sample->step - curve->first_step) / curve->interval;
  if (row < 0 || row >= curve->n)
    GB_FAIL(GB_ERR_ARG, "row %lld of a stress-strain curve of %d rows", (long long)row, curve->n);
  curve->strain[row] = atoms->length[2] / curve->initial_length - 1.0;
  curve->stress_GPa[row] = GbSectionStress(atoms, sample);
  curve->temperature_K[row] = sample->temperature_K;
  curve->potential_eV[row] = sample->potential_eV;
  return GB_OK;
}

static GbStatus allocate_curve(int rows, Curve *curve)
{
  curve->n = rows;
  GB_CALLOC(curve->strain, 4 * (size_t)rows);
  curve->stress_GPa = curve->strain + rows;
  curve->temperature_K = curve->strain + 2 * (size_t)rows;
  curve->potential_eV = curve->strain + 3 * (size_t)rows;
  return GB_OK;
}

static void free_curve(Curve *curve)
{
  free(curve->strain);
}

static GbStatus put_curve(GbH5 *file, const Curve *curve)
{
  size_t rows[1] = {(size_t)curve->n};
  GB_CALL(GbH5WriteDoubles(file, "strain", 1, rows, curve->strain, "1"));
  GB_CALL(GbH5WriteDoubles(file, "stress_GPa", 1, rows, curve->stress_GPa, "GPa"));
  GB_CALL(GbH5WriteDoubles(file, "temperature_K", 1, rows, curve->temperature_K, "K"));
  GB_CALL(GbH5WriteDoubles(file, "potential_eV", 1, rows, curve->potential_eV, "eV"));
  return GB_OK;
}

static GbStatus write_curve_h5(const char *path, const Curve *curve)
{
  GbH5 *file;
  GB_CALL(GbH5Create(path, &file));
  GbStatus status = put_curve(file, curve);
  if (status == GB_OK) status = GbH5Close(&file);
  GbH5Discard(&file);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus write_curve_csv(GbSession *session, const char *path, const Curve *curve)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out) GB_FAIL(GB_ERR_MEMORY, "no memory for the stress-strain table");
  fprintf(out, "strain,stress_GPa,temperature_K,potential_eV\n");
  for (int i = 0; i < curve->n; i++)
    fprintf(out, "%.6f,%.5f,%.3f,%.6f\n", curve->strain[i], curve->stress_GPa[i],
            curve->temperature_K[i], curve->potential_eV[i]);
  fclose(out);
  GbStatus status = GbSessionWriteText(session, path, text);
  free(text);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus write_curve(GbSession *session, const Curve *curve)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbStatus status = GB_OK;
  GbSessionPath(session, path, "tension/curve.h5");
  if (session->rank == 0) status = write_curve_h5(path, curve);
  GB_CALL(GbErrorSync(session->run->comm, status));
  GbSessionPath(session, path, "tension/tension.csv");
  GB_CALL(write_curve_csv(session, path, curve));
  return GB_OK;
}

static GbStatus write_frame(GbSession *session, int frame, const GbAtoms *atoms,
                            const GbMdOptions *options, double initial_length)
{
  char path[GB_PRODUCT_PATH_MAX];
  double time_ps = (double)frame * (double)GbPlanFrameSteps(session->config) * options->dt_ps;
  GbProductFrame(session->run->folder, frame, path);
  GB_CALL(
      GbSessionWriteAtoms(session, path, atoms, time_ps, atoms->length[2] / initial_length - 1.0));
  return GB_OK;
}

static GbStatus pull(GbSession *session, GbAtoms *atoms, Curve *curve)
{
  const GbAtomisticConfig *config = session->config;
  GbMdOptions options = GbSessionMdOptions(session);
  int64_t steps = GbPlanFrameSteps(config);
  int frames = GbPlanFrames(config);
  curve->first_step = session->step;
  curve->interval = steps / ROWS_PER_FRAME;
  curve->initial_length = atoms->length[2];
  options.strain_rate_per_ps[2] = config->tension_strain_rate_per_s * 1e-12;
  options.initial_length[2] = curve->initial_length;
  options.pressure_free[1] = config->tension_lateral == GB_LATERAL_STRESS_FREE;
  GB_CALL(write_frame(session, 0, atoms, &options, curve->initial_length));
  for (int frame = 1; frame < frames; frame++) {
    GB_CALL(GbSessionRun(session, atoms, &options, steps, curve->interval, record, curve));
    GB_CALL(write_frame(session, frame, atoms, &options, curve->initial_length));
  }
  return GB_OK;
}

GbStatus GbPhaseTension(GbSession *session)
{
  GbAtoms atoms = {0};
  Curve curve = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  int rows = (GbPlanFrames(session->config) - 1) * ROWS_PER_FRAME + 1;
  GbProductSample(session->run->folder, path);
  GB_TRY(status, GbSessionFolder(session, "tension"), done);
  GB_TRY(status, GbSessionReadAtoms(session, path, &atoms, NULL), done);
  GB_TRY(status, allocate_curve(rows, &curve), done);
  GbSessionCarry(session, curve.strain, 4 * (size_t)rows * sizeof *curve.strain);
  GB_TRY(status, pull(session, &atoms, &curve), done);
  GB_TRY(status, write_curve(session, &curve), done);
done:
  free_curve(&curve);
  GbAtomsFree(&atoms);
  return status;
}
