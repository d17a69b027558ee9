/* glassband bench mesoscale: options in, table and JSON out; the work is mesoscale/bench. */
#include "cli/bench.h"
#include "mesoscale/bench/bench.h"
#include "mesoscale/petsc_compat.h"

#include <limits.h>

enum {
  KEY_DIM = 256,
  KEY_SIZE,
  KEY_MODES,
  KEY_BOUNDARY,
  KEY_METHOD,
  KEY_BANDS,
  KEY_SOFTENING,
  KEY_EVENTS,
  KEY_STRAIN,
  KEY_LOADING,
  KEY_TEMPERATURE,
  KEY_SEED,
  KEY_CALIBRATION,
  KEY_JSON
};

static const GbBenchOptionRow rows[] = {
    {{"dim", required_argument, NULL, KEY_DIM}, "2|3", "plane strain or three dimensions [2]"},
    {{"size", required_argument, NULL, KEY_SIZE}, "N", "voxels along each axis [128]"},
    {{"modes", required_argument, NULL, KEY_MODES}, "M", "shear modes of a voxel [20]"},
    {{"boundary", required_argument, NULL, KEY_BOUNDARY}, "periodic|free", "in x [periodic]"},
    {{"method", required_argument, NULL, KEY_METHOD}, "thinning|full", "[thinning]"},
    {{"bands", required_argument, NULL, KEY_BANDS}, "seeded|none", "a disordered layer [seeded]"},
    {{"softening", required_argument, NULL, KEY_SOFTENING},
     "X",
     "mean barrier at chi = 1 over that at chi = 0 [calibrated]"},
    {{"events", required_argument, NULL, KEY_EVENTS}, "N", "timed events [about 7 s of them]"},
    {{"strain", required_argument, NULL, KEY_STRAIN}, "X", "plastic strain before timing [0.08]"},
    {{"loading", required_argument, NULL, KEY_LOADING},
     "SECONDS",
     "wall-clock time at most until then [120]"},
    {{"temperature", required_argument, NULL, KEY_TEMPERATURE}, "KELVIN", "[300]"},
    {{"seed", required_argument, NULL, KEY_SEED}, "N", "of the sample and its events [1]"},
    {{"calibration", required_argument, NULL, KEY_CALIBRATION},
     "FILE",
     "[calibration/cu64zr36_quickstart.h5]"},
    {{"json", required_argument, NULL, KEY_JSON}, "FILE", "writes all figures there too"},
    {{0}, NULL, NULL},
};

static GbEventBenchOptions options;
static const char *json_path;

/* On first use. */
static GbEventBenchOptions *current(void)
{
  if (options.size == 0) options = GbEventBenchDefaults();
  return &options;
}

static GbStatus set_choice(int number, const char *name, const char *argument)
{
  static const char *const boundaries[] = {"periodic", "free", NULL};
  static const char *const methods[] = {"full", "thinning", NULL}; /* as GbKmcMethod */
  static const char *const bands[] = {"none", "seeded", NULL};
  GbEventBenchOptions *o = current();
  int choice;
  switch (number) {
  case KEY_BOUNDARY:
    GB_CALL(GbBenchParseChoice(name, argument, boundaries, &choice));
    o->free_x = choice == 1;
    break;
  case KEY_METHOD:
    GB_CALL(GbBenchParseChoice(name, argument, methods, &choice));
    o->method = (GbKmcMethod)choice;
    break;
  case KEY_BANDS:
    GB_CALL(GbBenchParseChoice(name, argument, bands, &choice));
    o->seeded = choice == 1;
    break;
  }
  return GB_OK;
}

static GbStatus set(int number, const char *name, const char *argument)
{
  GbEventBenchOptions *o = current();
  int whole;
  switch (number) {
  case KEY_DIM:
    return GbBenchParseInt(name, argument, &o->dim);
  case KEY_SIZE:
    return GbBenchParseInt(name, argument, &o->size);
  case KEY_MODES:
    return GbBenchParseInt(name, argument, &o->nmodes);
  case KEY_EVENTS:
    GB_CALL(GbBenchParseInt(name, argument, &whole));
    o->events = whole;
    break;
  case KEY_SEED:
    GB_CALL(GbBenchParseInt(name, argument, &whole));
    o->seed = (uint64_t)whole;
    break;
  case KEY_SOFTENING:
    return GbBenchParsePositive(name, argument, &o->softening);
  case KEY_STRAIN:
    return GbBenchParsePositive(name, argument, &o->plastic_strain);
  case KEY_LOADING:
    return GbBenchParsePositive(name, argument, &o->loading_s);
  case KEY_TEMPERATURE:
    return GbBenchParsePositive(name, argument, &o->temperature_K);
  case KEY_CALIBRATION:
    o->calibration = argument;
    break;
  case KEY_JSON:
    json_path = argument;
    break;
  default:
    return set_choice(number, name, argument);
  }
  return GB_OK;
}

static GbStatus run(void)
{
  char shipped[PATH_MAX];
  GbEventBenchResult result;
  GbEventBenchOptions *o = current();
  GbStatus status = GB_OK;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (!o->calibration) {
    GB_CALL(GbBenchFindInput("calibration/cu64zr36_quickstart.h5", "--calibration", shipped,
                             sizeof shipped));
    o->calibration = shipped;
  }
  GB_CALL(GbEventBenchRun(MPI_COMM_WORLD, o, &result));
  GB_CALL(GbPetscFinish());
  if (rank == 0) GbEventBenchWriteTable(stdout, &result);
  if (rank == 0 && json_path) status = GbEventBenchWriteJson(json_path, &result);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  return GB_OK;
}

const GbBenchmark gb_bench_mesoscale = {
    .name = "mesoscale",
    .summary = "events of the field model: events per second, time and bytes of each part",
    .options = rows,
    .set = set,
    .run = run,
};
