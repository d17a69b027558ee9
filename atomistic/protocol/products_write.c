/* Writing atomistic.h5; products.c reads it. */
#include "atomistic/protocol/products.h"

#include "base/h5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GbStatus write_int(GbH5 *file, const char *name, int64_t value)
{
  GB_CALL(GbH5WriteInts(file, name, 0, NULL, &value, "1"));
  return GB_OK;
}

static GbStatus write_table(GbH5 *file, const char *name, int columns,
                            double *const rows[GB_NZONES], const char *units)
{
  double *data;
  GB_CALLOC(data, (size_t)GB_NZONES * (size_t)columns);
  for (int z = 0; z < GB_NZONES; z++)
    memcpy(data + z * columns, rows[z], (size_t)columns * sizeof(double));
  GbStatus status =
      GbH5WriteDoubles(file, name, 2, (size_t[2]){GB_NZONES, (size_t)columns}, data, units);
  free(data);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus write_histogram(GbH5 *file, const char *name, int cycles,
                                int64_t *const rows[GB_NZONES])
{
  size_t row = (size_t)cycles * GB_ETA_BINS;
  int64_t *data;
  GB_CALLOC(data, GB_NZONES * row);
  for (int z = 0; z < GB_NZONES; z++)
    memcpy(data + (size_t)z * row, rows[z], row * sizeof(int64_t));
  GbStatus status =
      GbH5WriteInts(file, name, 3, (size_t[3]){GB_NZONES, (size_t)cycles, GB_ETA_BINS}, data, "1");
  free(data);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus write_state(GbH5 *file, int index, int ncycles, const GbProductState *state)
{
  char name[96];
  size_t atoms[1] = {(size_t)state->natoms}, zones[1] = {GB_NZONES};
#define IN_STATE(what) (snprintf(name, sizeof name, "cycling/state_%d/%s", index, what), name)
  GB_CALL(write_int(file, IN_STATE("frame"), state->frame));
  GB_CALL(GbH5WriteScalar(file, IN_STATE("strain"), state->strain, "1"));
  GB_CALL(write_int(file, IN_STATE("kind"), state->kind));
  GB_CALL(GbH5WriteText(file, name, "meaning", gb_band_names[state->kind]));
  GB_CALL(GbH5WriteInts(file, IN_STATE("zone"), 1, atoms, state->zone, "1"));
  GB_CALL(GbH5WriteInts(file, IN_STATE("count"), 1, zones, state->count, "1"));
  GB_CALL(write_table(file, IN_STATE("fraction"), ncycles + 1, state->fraction, "1"));
  GB_CALL(write_table(file, IN_STATE("eta_mises"), ncycles + 1, state->eta_mises, "1"));
  GB_CALL(write_table(file, IN_STATE("potential_eV"), ncycles + 1, state->potential_eV, "eV"));
  GB_CALL(write_histogram(file, IN_STATE("eta_histogram"), ncycles + 1, state->histogram));
#undef IN_STATE
  return GB_OK;
}

static GbStatus write_tension(GbH5 *file, const GbProducts *products)
{
  size_t rows[1] = {(size_t)products->nsamples}, frames[1] = {(size_t)products->nframes};
  GB_CALL(GbH5WriteScalar(file, "tension/strain_rate_per_s", products->strain_rate_per_s, "1/s"));
  GB_CALL(GbH5WriteDoubles(file, "tension/strain", 1, rows, products->strain, "1"));
  GB_CALL(GbH5WriteDoubles(file, "tension/stress_GPa", 1, rows, products->stress_GPa, "GPa"));
  GB_CALL(GbH5WriteDoubles(file, "tension/temperature_K", 1, rows, products->temperature_K, "K"));
  GB_CALL(GbH5WriteDoubles(file, "tension/potential_eV", 1, rows, products->potential_eV, "eV"));
  GB_CALL(GbH5WriteDoubles(file, "tension/frame_strain", 1, frames, products->frame_strain, "1"));
  GB_CALL(GbH5WriteInts(file, "tension/frame_bands", 1, frames, products->frame_bands, "1"));
  return GB_OK;
}

static GbStatus write_all(GbH5 *file, const GbProducts *products)
{
  double edges[GB_ETA_BINS];
  for (int b = 0; b < GB_ETA_BINS; b++)
    edges[b] = b * GB_ETA_BIN;
  GB_CALL(GbH5WriteScalar(file, "test_temperature_K", products->test_temperature_K, "K"));
  GB_CALL(GbH5WriteScalar(file, "strain_cutoff", products->strain_cutoff_angstrom, "angstrom"));
  GB_CALL(write_tension(file, products));
  GB_CALL(GbH5WriteScalar(file, "cycling/temperature_low_K", products->cycle_low_K, "K"));
  GB_CALL(GbH5WriteScalar(file, "cycling/temperature_high_K", products->cycle_high_K, "K"));
  GB_CALL(write_int(file, "cycling/cycles", products->ncycles));
  GB_CALL(write_int(file, "cycling/states", products->nstates));
  GB_CALL(GbH5WriteDoubles(file, "cycling/eta_bin_start", 1, (size_t[1]){GB_ETA_BINS}, edges, "1"));
  for (int z = 0; z < GB_NZONES; z++) {
    char attribute[16];
    snprintf(attribute, sizeof attribute, "zone_%d", z);
    GB_CALL(GbH5WriteText(file, "cycling", attribute, gb_zone_names[z]));
  }
  for (int s = 0; s < products->nstates; s++)
    GB_CALL(write_state(file, s, products->ncycles, &products->states[s]));
  return GB_OK;
}

GbStatus GbProductsWrite(const char *run_folder, const GbProducts *products)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbH5 *file;
  GbProductTables(run_folder, path);
  GB_CALL(GbH5Create(path, &file));
  GbStatus status = write_all(file, products);
  if (status == GB_OK) status = GbH5Close(&file);
  GbH5Discard(&file);
  GB_CALL(status);
  return GB_OK;
}
