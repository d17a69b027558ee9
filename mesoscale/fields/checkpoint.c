#include "mesoscale/fields/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char file_name[] = "checkpoint.h5";

/* --- Keeping -----------------------------------------------------------------------------------
 */

static GbStatus allocate(GbMesoCheckpoint *c, const GbMesoState *state)
{
  GB_CALL(GbMesoStateAllocate(&c->state, &state->grid, state->nmodes));
  GB_CALLOC(c->chi_drawn, state->nvoxels);
  GB_CALLOC(c->redraws, state->nvoxels);
  return GB_OK;
}

GbStatus GbMesoCheckpointKeep(GbMesoCheckpoint *c, const GbSample *sample, int strain,
                              const GbMesoTables *tables, GbCatalogueCount events,
                              const GbAvalanches *avalanches)
{
  const GbMesoState *state = &sample->state;
  const size_t nv = (size_t)state->nvoxels;
  if (!c->chi_drawn) GB_CALL(allocate(c, state));
  GB_CALL(GbMesoStateAssign(state, &c->state));
  memcpy(c->chi_drawn, sample->chi_drawn, nv * sizeof(*c->chi_drawn));
  memcpy(c->redraws, sample->redraws, nv * sizeof(*c->redraws));
  for (int t = 0; t < GB_NTABLES; t++)
    c->rows[t] = tables->table[t].nrows;
  c->strain = strain;
  c->events = events;
  GbAvalanchesStore(avalanches, c->avalanches);
  c->filled = true;
  return GB_OK;
}

void GbMesoCheckpointFree(GbMesoCheckpoint *c)
{
  GbMesoStateFree(&c->state);
  free(c->chi_drawn);
  free(c->redraws);
  *c = (GbMesoCheckpoint){0};
}

/* --- Writing -----------------------------------------------------------------------------------
 */

static GbStatus write_sample(const GbMesoCheckpoint *c, GbH5 *file)
{
  const size_t n = (size_t)c->state.nvoxels;
  const int64_t place[3] = {c->strain, c->events.seen, c->events.recorded};
  GB_CALL(GbMesoStateStore(&c->state, file));
  GB_CALL(GbH5WriteDoubles(file, "sample/chi_drawn", 1, &n, c->chi_drawn, "1"));
  GB_CALL(GbH5WriteInts(file, "sample/redraws", 1, &n, c->redraws, "1"));
  GB_CALL(GbH5WriteInts(file, "sample/place", 1, (const size_t[]){3}, place, "1"));
  return GbH5WriteDoubles(file, "sample/avalanches", 1, (const size_t[]){GB_AVALANCHE_MEMORY},
                          c->avalanches, "1");
}

static GbStatus write_tables(const GbMesoCheckpoint *c, const GbMesoTables *tables, GbH5 *file)
{
  for (int t = 0; t < GB_NTABLES; t++) {
    GbTable part = tables->table[t]; /* its first rows */
    part.nrows = c->rows[t];
    GB_CALL(GbTableWrite(&part, file, gb_meso_table_names[t]));
  }
  return GB_OK;
}

GbStatus GbMesoCheckpointWrite(const GbMesoCheckpoint *c, const char *folder, int number,
                               const GbMesoTables *tables, const char *fingerprint)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbStatus status;
  GbMesoSamplePath(folder, number, file_name, path);
  GB_CALL(GbH5Create(path, &file));
  GB_TRY(status, write_sample(c, file), done);
  GB_TRY(status, write_tables(c, tables, file), done);
  GB_TRY(status, GbH5WriteText(file, "/", "fingerprint", fingerprint), done);
  GB_TRY(status, GbH5Close(&file), done);
done:
  GbH5Discard(&file);
  return status;
}

void GbMesoCheckpointRemove(const char *folder, int number)
{
  char path[GB_PATH_MAX];
  GbMesoSamplePath(folder, number, file_name, path);
  unlink(path);
}

/* --- Reading -----------------------------------------------------------------------------------
 */

static GbStatus check_size(GbH5 *file, const char *name, size_t found, size_t expected)
{
  if (found == expected) return GB_OK;
  GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu values, found %zu", GbH5Path(file), name,
          expected, found);
}

static GbStatus read_avalanches(GbH5 *file, GbMesoCheckpoint *c)
{
  size_t n = 0;
  double *memory = NULL;
  GB_CALL(GbH5ReadDoubles(file, "sample/avalanches", 1, &n, &memory, "1"));
  const GbStatus status = check_size(file, "sample/avalanches", n, GB_AVALANCHE_MEMORY);
  if (status == GB_OK) memcpy(c->avalanches, memory, sizeof(c->avalanches));
  free(memory);
  return status;
}

static GbStatus read_sample(GbH5 *file, GbMesoCheckpoint *c)
{
  size_t n = 0, places = 0;
  int64_t *place = NULL;
  GB_CALL(GbMesoStateLoad(file, &c->state));
  GB_CALL(GbH5ReadDoubles(file, "sample/chi_drawn", 1, &n, &c->chi_drawn, "1"));
  GB_CALL(check_size(file, "sample/chi_drawn", n, (size_t)c->state.nvoxels));
  GB_CALL(GbH5ReadInts(file, "sample/redraws", 1, &n, &c->redraws, "1"));
  GB_CALL(check_size(file, "sample/redraws", n, (size_t)c->state.nvoxels));
  GB_CALL(GbH5ReadInts(file, "sample/place", 1, &places, &place, "1"));
  const GbStatus status = check_size(file, "sample/place", places, 3);
  if (status == GB_OK) {
    c->strain = (int)place[0];
    c->events = (GbCatalogueCount){.seen = place[1], .recorded = place[2]};
  }
  free(place);
  return status;
}

static GbStatus read_all(GbH5 *file, GbMesoCheckpoint *c, GbMesoTables *tables)
{
  GB_CALL(read_sample(file, c));
  GB_CALL(read_avalanches(file, c));
  for (int t = 0; t < GB_NTABLES; t++) {
    GB_CALL(GbTableRead(&tables->table[t], file, gb_meso_table_names[t]));
    c->rows[t] = tables->table[t].nrows;
  }
  c->filled = true;
  return GB_OK;
}

GbStatus GbMesoCheckpointRead(const char *folder, int number, const char *fingerprint,
                              GbMesoCheckpoint *checkpoint, GbMesoTables *tables, bool *found)
{
  char path[GB_PATH_MAX];
  GbH5 *file = NULL;
  GbMesoSamplePath(folder, number, file_name, path);
  *found = GbMesoFingerprintIs(path, fingerprint);
  if (!*found) return GB_OK;
  GB_CALL(GbH5Open(path, &file));
  const GbStatus status = read_all(file, checkpoint, tables);
  GbH5Discard(&file);
  return status == GB_OK ? GB_OK : GbErrorTrace(status, __FILE__, __LINE__, __func__);
}
