#include "atomistic/protocol/products.h"

#include "base/config.h"
#include "base/h5.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void format_path(char path[GB_PRODUCT_PATH_MAX], const char *folder, const char *fmt, ...)
{
  va_list args;
  int used = snprintf(path, GB_PRODUCT_PATH_MAX, "%s/atomistic/", folder);
  if (used >= GB_PRODUCT_PATH_MAX) return;
  va_start(args, fmt);
  vsnprintf(path + used, (size_t)(GB_PRODUCT_PATH_MAX - used), fmt, args);
  va_end(args);
}

void GbProductGlass(const char *run_folder, char path[GB_PRODUCT_PATH_MAX])
{
  format_path(path, run_folder, "glass.h5");
}

void GbProductSample(const char *run_folder, char path[GB_PRODUCT_PATH_MAX])
{
  format_path(path, run_folder, "sample.h5");
}

void GbProductFrame(const char *run_folder, int frame, char path[GB_PRODUCT_PATH_MAX])
{
  format_path(path, run_folder, "tension/frame_%04d.h5", frame);
}

void GbProductCycle(const char *run_folder, int state, int cycle, char path[GB_PRODUCT_PATH_MAX])
{
  format_path(path, run_folder, "cycling/state_%d/cycle_%02d.h5", state, cycle);
}

void GbProductTables(const char *run_folder, char path[GB_PRODUCT_PATH_MAX])
{
  format_path(path, run_folder, "atomistic.h5");
}

static GbStatus wrong_length(GbH5 *file, const char *name, size_t found, int expected)
{
  GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %d values, found %zu", GbH5Path(file), name, expected,
          found);
}

/* *n < 0: takes the length; otherwise the length must be *n. */
static GbStatus read_column(GbH5 *file, const char *name, int *n, double **data, const char *units)
{
  size_t dims[1];
  GB_CALL(GbH5ReadDoubles(file, name, 1, dims, data, units));
  if (*n < 0) *n = (int)dims[0];
  if (dims[0] != (size_t)*n) return wrong_length(file, name, dims[0], *n);
  return GB_OK;
}

static GbStatus read_ints(GbH5 *file, const char *name, int *n, int64_t **data)
{
  size_t dims[1];
  *data = NULL;
  GB_CALL(GbH5ReadInts(file, name, 1, dims, data, "1"));
  if (*n < 0) *n = (int)dims[0];
  if (dims[0] != (size_t)*n) return wrong_length(file, name, dims[0], *n);
  return GB_OK;
}

static GbStatus read_count(GbH5 *file, const char *name, int64_t least, int64_t most, int *value)
{
  int64_t *data;
  GB_CALL(GbH5ReadInts(file, name, 0, NULL, &data, "1"));
  int64_t found = *data;
  free(data);
  if (found < least || found > most)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected %lld to %lld, found %lld", GbH5Path(file), name,
            (long long)least, (long long)most, (long long)found);
  *value = (int)found;
  return GB_OK;
}

/* A [zone][cycle] table into one array per zone. */
static GbStatus read_table(GbH5 *file, const char *name, int columns, double *rows[GB_NZONES],
                           const char *units)
{
  size_t dims[2];
  double *data;
  GB_CALL(GbH5ReadDoubles(file, name, 2, dims, &data, units));
  GbStatus status = GB_OK;
  if (dims[0] != GB_NZONES || dims[1] != (size_t)columns)
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s: %s: expected %d x %d values, found %zu x %zu", GbH5Path(file), name,
                        GB_NZONES, columns, dims[0], dims[1]);
  for (int z = 0; z < GB_NZONES && status == GB_OK; z++) {
    status = GbCalloc((void **)&rows[z], (size_t)columns, sizeof(double));
    if (status == GB_OK) memcpy(rows[z], data + z * columns, (size_t)columns * sizeof(double));
  }
  free(data);
  return status;
}

static GbStatus read_counts(GbH5 *file, const char *name, int64_t count[GB_NZONES])
{
  int64_t *data;
  int zones = GB_NZONES;
  GbStatus status = read_ints(file, name, &zones, &data);
  if (status == GB_OK) memcpy(count, data, GB_NZONES * sizeof *data);
  free(data);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus read_histogram(GbH5 *file, const char *name, int cycles, int64_t *rows[GB_NZONES])
{
  size_t dims[3], row = (size_t)cycles * GB_ETA_BINS;
  int64_t *data;
  GB_CALL(GbH5ReadInts(file, name, 3, dims, &data, "1"));
  GbStatus status = GB_OK;
  if (dims[0] != GB_NZONES || dims[1] != (size_t)cycles || dims[2] != GB_ETA_BINS)
    status =
        GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                   "%s: %s: expected %d x %d x %d values, found %zu x %zu x %zu", GbH5Path(file),
                   name, GB_NZONES, cycles, GB_ETA_BINS, dims[0], dims[1], dims[2]);
  for (int z = 0; z < GB_NZONES && status == GB_OK; z++) {
    status = GbCalloc((void **)&rows[z], row, sizeof(int64_t));
    if (status == GB_OK) memcpy(rows[z], data + (size_t)z * row, row * sizeof(int64_t));
  }
  free(data);
  return status;
}

static GbStatus read_state(GbH5 *file, int index, int nframes, int ncycles, GbProductState *state)
{
  char name[96];
  int kind;
#define IN_STATE(what) (snprintf(name, sizeof name, "cycling/state_%d/%s", index, what), name)
  GB_CALL(read_count(file, IN_STATE("frame"), 0, nframes - 1, &state->frame));
  GB_CALL(GbH5ReadScalar(file, IN_STATE("strain"), &state->strain, "1"));
  GB_CALL(read_count(file, IN_STATE("kind"), GB_BANDS_NONE, GB_BANDS_BOTH, &kind));
  state->kind = (GbBands)kind;
  state->natoms = -1;
  GB_CALL(read_ints(file, IN_STATE("zone"), &state->natoms, &state->zone));
  GB_CALL(read_counts(file, IN_STATE("count"), state->count));
  GB_CALL(read_table(file, IN_STATE("fraction"), ncycles + 1, state->fraction, "1"));
  GB_CALL(read_table(file, IN_STATE("eta_mises"), ncycles + 1, state->eta_mises, "1"));
  GB_CALL(read_table(file, IN_STATE("potential_eV"), ncycles + 1, state->potential_eV, "eV"));
  GB_CALL(read_histogram(file, IN_STATE("eta_histogram"), ncycles + 1, state->histogram));
#undef IN_STATE
  return GB_OK;
}

static GbStatus read_tension(GbH5 *file, GbProducts *products)
{
  int *rows = &products->nsamples, *frames = &products->nframes;
  *rows = *frames = -1;
  GB_CALL(read_column(file, "tension/strain", rows, &products->strain, "1"));
  GB_CALL(read_column(file, "tension/stress_GPa", rows, &products->stress_GPa, "GPa"));
  GB_CALL(read_column(file, "tension/temperature_K", rows, &products->temperature_K, "K"));
  GB_CALL(read_column(file, "tension/potential_eV", rows, &products->potential_eV, "eV"));
  GB_CALL(read_column(file, "tension/frame_strain", frames, &products->frame_strain, "1"));
  GB_CALL(read_ints(file, "tension/frame_bands", frames, &products->frame_bands));
  return GB_OK;
}

static GbStatus read_all(GbH5 *file, GbProducts *products)
{
  int nstates;
  GB_CALL(GbH5ReadScalar(file, "test_temperature_K", &products->test_temperature_K, "K"));
  GB_CALL(GbH5ReadScalar(file, "tension/strain_rate_per_s", &products->strain_rate_per_s, "1/s"));
  GB_CALL(GbH5ReadScalar(file, "cycling/temperature_low_K", &products->cycle_low_K, "K"));
  GB_CALL(GbH5ReadScalar(file, "cycling/temperature_high_K", &products->cycle_high_K, "K"));
  GB_CALL(GbH5ReadScalar(file, "strain_cutoff", &products->strain_cutoff_angstrom, "angstrom"));
  GB_CALL(read_tension(file, products));
  GB_CALL(read_count(file, "cycling/cycles", 0, INT32_MAX - 1, &products->ncycles));
  GB_CALL(read_count(file, "cycling/states", 0, GB_LIST_MAX, &nstates));
  GB_CALLOC(products->states, nstates);
  products->nstates = nstates;
  for (int s = 0; s < nstates; s++)
    GB_CALL(read_state(file, s, products->nframes, products->ncycles, &products->states[s]));
  return GB_OK;
}

GbStatus GbProductsRead(const char *run_folder, GbProducts *products)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbH5 *file;
  memset(products, 0, sizeof *products);
  GbProductTables(run_folder, path);
  GB_CALL(GbH5Open(path, &file));
  GbStatus status = read_all(file, products);
  GbH5Discard(&file);
  GB_CALL(status);
  return GB_OK;
}

void GbProductsFree(GbProducts *products)
{
  for (int s = 0; products->states && s < products->nstates; s++) {
    GbProductState *state = &products->states[s];
    free(state->zone);
    for (int z = 0; z < GB_NZONES; z++) {
      free(state->fraction[z]);
      free(state->eta_mises[z]);
      free(state->potential_eV[z]);
      free(state->histogram[z]);
    }
  }
  free(products->states);
  free(products->strain);
  free(products->stress_GPa);
  free(products->temperature_K);
  free(products->potential_eV);
  free(products->frame_strain);
  free(products->frame_bands);
  memset(products, 0, sizeof *products);
}
