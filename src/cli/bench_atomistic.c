/* glassband bench atomistic: options in, table and JSON out; the work is atomistic/bench. */
#include "atomistic/bench/bench.h"
#include "cli/bench.h"

#include <limits.h>

enum {
  KEY_ATOMS = 256,
  KEY_THREADS,
  KEY_PRECISION,
  KEY_KERNEL,
  KEY_STEPS,
  KEY_WARMUP,
  KEY_ENSEMBLE,
  KEY_TEMPERATURE,
  KEY_SKIN,
  KEY_REPEAT,
  KEY_POTENTIAL,
  KEY_JSON
};

static const GbBenchOptionRow rows[] = {
    {{"atoms", required_argument, NULL, KEY_ATOMS}, "N", "atoms, rounded to a box [32000]"},
    {{"threads", required_argument, NULL, KEY_THREADS}, "N", "threads of each rank [OpenMP's]"},
    {{"precision", required_argument, NULL, KEY_PRECISION}, "mixed|double", "of pairs [mixed]"},
    {{"kernel", required_argument, NULL, KEY_KERNEL},
     "avx512|avx2|portable",
     "instruction set [the best of this machine]"},
    {{"steps", required_argument, NULL, KEY_STEPS}, "N", "timed steps [100]"},
    {{"warmup", required_argument, NULL, KEY_WARMUP}, "N", "steps before them [20]"},
    {{"ensemble", required_argument, NULL, KEY_ENSEMBLE}, "nve|nvt|npt", "[npt]"},
    {{"temperature", required_argument, NULL, KEY_TEMPERATURE}, "KELVIN", "[1600]"},
    {{"skin", required_argument, NULL, KEY_SKIN}, "ANGSTROM", "of the neighbour list [1]"},
    {{"repeat", required_argument, NULL, KEY_REPEAT}, "N", "same steps again; the best counts [3]"},
    {{"potential", required_argument, NULL, KEY_POTENTIAL}, "FILE", "setfl file [CuZr_mm.eam.fs]"},
    {{"json", required_argument, NULL, KEY_JSON}, "FILE", "writes all figures there too"},
    {{0}, NULL, NULL},
};

static GbBenchOptions options;
static const char *json_path;

/* On first use. */
static GbBenchOptions *current(void)
{
  if (options.atoms == 0) options = GbBenchDefaults();
  return &options;
}

static GbStatus set(int number, const char *name, const char *argument)
{
  static const char *const precisions[] = {"double", "mixed", NULL}; /* as GbPrecision */
  static const char *const kernels[] = {"avx512", "avx2", "portable", NULL};
  static const char *const ensembles[] = {"nve", "nvt", "npt", NULL};
  GbBenchOptions *o = current();
  int choice;
  switch (number) {
  case KEY_ATOMS:
    return GbBenchParseInt(name, argument, &o->atoms);
  case KEY_THREADS:
    return GbBenchParseInt(name, argument, &o->threads);
  case KEY_STEPS:
    return GbBenchParseInt(name, argument, &o->steps);
  case KEY_WARMUP:
    return GbBenchParseInt(name, argument, &o->warmup);
  case KEY_REPEAT:
    return GbBenchParseInt(name, argument, &o->repeat);
  case KEY_TEMPERATURE:
    return GbBenchParsePositive(name, argument, &o->temperature_K);
  case KEY_SKIN:
    return GbBenchParsePositive(name, argument, &o->force.skin);
  case KEY_PRECISION:
    GB_CALL(GbBenchParseChoice(name, argument, precisions, &choice));
    o->force.precision = (GbPrecision)choice;
    break;
  case KEY_ENSEMBLE:
    GB_CALL(GbBenchParseChoice(name, argument, ensembles, &choice));
    o->ensemble = (GbBenchEnsemble)choice;
    break;
  case KEY_KERNEL:
    GB_CALL(GbBenchParseChoice(name, argument, kernels, &choice));
    o->force.kernel = kernels[choice];
    break;
  case KEY_POTENTIAL:
    o->potential = argument;
    break;
  case KEY_JSON:
    json_path = argument;
    break;
  }
  return GB_OK;
}

static GbStatus run(void)
{
  char shipped[PATH_MAX];
  GbBenchResult result;
  GbBenchOptions *o = current();
  GbStatus status = GB_OK;
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (!o->potential) {
    GB_CALL(GbBenchFindInput("potentials/CuZr_mm.eam.fs", "--potential", shipped, sizeof shipped));
    o->potential = shipped;
  }
  GB_CALL(GbBenchRun(MPI_COMM_WORLD, o, &result));
  if (rank == 0) GbBenchWriteTable(stdout, &result);
  if (rank == 0 && json_path) status = GbBenchWriteJson(json_path, &result);
  GB_CALL(GbErrorSync(MPI_COMM_WORLD, status));
  return GB_OK;
}

const GbBenchmark gb_bench_atomistic = {
    .name = "atomistic",
    .summary = "molecular dynamics: atom-steps per second, time of each part, bounds",
    .options = rows,
    .set = set,
    .run = run,
};
