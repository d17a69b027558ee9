/* The figures of a benchmark, for readers and for scripts. */
#include "atomistic/bench/bench.h"

#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

static const char *const ensembles[] = {"nve", "nvt", "npt"};

static double atom_steps(const GbBenchResult *r)
{
  return (double)r->options.atoms * r->options.steps;
}

double GbBenchRate(const GbBenchResult *result, int repetition)
{
  return atom_steps(result) / result->seconds[repetition];
}

static double median_rate(const GbBenchResult *r)
{
  int last = r->options.repeat - 1;
  return 0.5 * (GbBenchRate(r, last / 2) + GbBenchRate(r, (last + 1) / 2));
}

/* How much of the cores' time the processes had in the fastest repetition; the rest was others'. */
static double processor_share(const GbBenchResult *r)
{
  return r->processor_seconds / (r->seconds[0] * r->ranks * r->threads);
}

static double peak_flops(const GbBenchResult *r)
{
  return r->options.force.precision == GB_PRECISION_MIXED ? r->peak.float_flops
                                                          : r->peak.double_flops;
}

static double flops(const GbBenchResult *r)
{
  return r->cost.density_flops + r->cost.force_flops;
}

double GbBenchArithmeticBound(const GbBenchResult *result)
{
  return peak_flops(result) / flops(result);
}

double GbBenchLoadBound(const GbBenchResult *result)
{
  return result->peak.loads / result->cost.loads;
}

double GbBenchMemoryBound(const GbBenchResult *result)
{
  return result->peak.bandwidth / result->cost.bytes;
}

static double part_seconds(const GbBenchResult *r, int part)
{
  return part < GB_BENCH_PARTS ? r->parts[part].seconds : r->seconds[0];
}

/* What no timer covers. */
static double other_seconds(const GbBenchResult *r)
{
  double rest = r->seconds[0];
  for (int p = 0; p < GB_BENCH_PARTS; p++)
    rest -= r->parts[p].seconds;
  return rest;
}

/* What a step goes through lies in the last cache: memory's bandwidth does not matter. */
static bool is_cached(const GbBenchResult *r)
{
  return r->cost.bytes * r->options.atoms < (double)r->peak.cache_bytes;
}

static const char *nearest_bound(const GbBenchResult *r)
{
  double arithmetic = GbBenchArithmeticBound(r), loads = GbBenchLoadBound(r);
  if (!is_cached(r) && GbBenchMemoryBound(r) < fmin(arithmetic, loads)) return "bandwidth";
  return loads < arithmetic ? "loads" : "arithmetic";
}

/* --- Table --------------------------------------------------------------------------------------
 */

static void write_head(FILE *out, const GbBenchResult *r)
{
  const GbBenchOptions *o = &r->options;
  fprintf(out, "benchmark: %d atoms, fcc with 36 %% of type 2, %s at %g K\n", o->atoms,
          ensembles[o->ensemble], o->temperature_K);
  fprintf(out, "           %d steps of 2 fs after %d, %d repetition%s; skin %g angstrom\n",
          o->steps, o->warmup, o->repeat, o->repeat == 1 ? "" : "s", o->force.skin);
  fprintf(out, "kernel:    %s; %d rank%s x %d thread%s%s\n", r->kernel, r->ranks,
          r->ranks == 1 ? "" : "s", r->threads, r->threads == 1 ? "" : "s",
          r->oversubscribed ? " (MORE THREADS THAN CORES)" : "");
  fprintf(out, "end:       %.1f K, %.6f eV/atom, %.3f GPa, %.4f A^3/atom\n\n", r->temperature_K,
          r->potential_eV, r->pressure_GPa, r->volume_A3);
}

static void write_rates(FILE *out, const GbBenchResult *r)
{
  int last = r->options.repeat - 1, cores = r->ranks * r->threads;
  double best = GbBenchRate(r, 0), worst = GbBenchRate(r, last), median = median_rate(r);
  fprintf(out, "million atom-steps/s       all     per core   ns per atom-step\n");
  fprintf(out, "  %-16s %11.4f  %11.4f        %11.1f\n", "best", 1e-6 * best, 1e-6 * best / cores,
          1e9 / best);
  fprintf(out, "  %-16s %11.4f  %11.4f        %11.1f\n", "median", 1e-6 * median,
          1e-6 * median / cores, 1e9 / median);
  fprintf(out, "  %-16s %11.4f  %11.4f        %11.1f   (spread %.1f %%)\n", "worst", 1e-6 * worst,
          1e-6 * worst / cores, 1e9 / worst, 100.0 * (best - worst) / best);
  fprintf(out, "  the program had %.0f %% of its cores' time in the best repetition\n\n",
          100.0 * processor_share(r));
}

static void write_part(FILE *out, const GbBenchResult *r, const char *name, double seconds)
{
  fprintf(out, "  %-16s %11.4f  %8.1f %%\n", name, 1e3 * seconds / r->options.steps,
          100.0 * seconds / r->seconds[0]);
}

static void write_parts(FILE *out, const GbBenchResult *r)
{
  fprintf(out, "part of the best run    ms/step     of step\n");
  for (int p = 0; p < GB_BENCH_PARTS; p++)
    write_part(out, r, r->parts[p].name, part_seconds(r, p));
  write_part(out, r, "other", other_seconds(r));
  write_part(out, r, "step", r->seconds[0]);
  fprintf(out, "\n");
}

static void write_counts(FILE *out, const GbBenchResult *r)
{
  double natoms = r->options.atoms;
  fprintf(out, "lists:     rebuilt %lld times in %d steps\n", (long long)r->rebuilds,
          r->options.steps);
  fprintf(out, "pairs:     per atom %.1f in the list, %.1f within the cutoff, %.1f of density\n",
          r->pairs.listed, r->pairs.within, r->pairs.near);
  fprintf(out, "memory:    %.0f bytes per atom: %.0f lists, ghosts and kernel, %.0f atoms\n",
          r->force_bytes + r->atom_bytes, r->force_bytes, r->atom_bytes);
  fprintf(out,
          "resident:  at most %.1f MB, %.0f bytes per atom beyond the %.1f MB of the program\n",
          1e-6 * r->resident_bytes, r->resident_growth / natoms,
          1e-6 * (r->resident_bytes - r->resident_growth));
}

static void write_bound(FILE *out, const GbBenchResult *r, const char *name, double bound,
                        double cost, double peak, const char *unit)
{
  fprintf(out, "  %-11s %10.0f %9.2f G%-8s %10.3f %11.1f %%\n", name, cost, 1e-9 * peak, unit,
          1e-6 * bound, 100.0 * GbBenchRate(r, 0) / bound);
}

static void write_bounds(FILE *out, const GbBenchResult *r)
{
  const char *unit = r->options.force.precision == GB_PRECISION_MIXED ? "float/s" : "double/s";
  fprintf(out, "\nbound        per atom-step  machine       million atom-steps/s   reached\n");
  write_bound(out, r, "arithmetic", GbBenchArithmeticBound(r), flops(r), peak_flops(r), unit);
  write_bound(out, r, "loads", GbBenchLoadBound(r), r->cost.loads, r->peak.loads, "load/s");
  write_bound(out, r, "bandwidth", GbBenchMemoryBound(r), r->cost.bytes, r->peak.bandwidth, "B/s");
  fprintf(out,
          "  nearest: %s; %s vectors; a step goes through %.0f MB, the last cache holds %.0f\n",
          nearest_bound(r), r->peak.vectors, 1e-6 * r->cost.bytes * r->options.atoms,
          1e-6 * (double)r->peak.cache_bytes);
}

void GbBenchWriteTable(FILE *out, const GbBenchResult *result)
{
  write_head(out, result);
  write_rates(out, result);
  write_parts(out, result);
  write_counts(out, result);
  write_bounds(out, result);
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void add_setup(cJSON *root, const GbBenchResult *r)
{
  const GbBenchOptions *o = &r->options;
  cJSON_AddStringToObject(root, "benchmark", "atomistic");
  cJSON_AddStringToObject(root, "ensemble", ensembles[o->ensemble]);
  cJSON_AddStringToObject(root, "kernel", r->kernel);
  cJSON_AddStringToObject(root, "precision",
                          o->force.precision == GB_PRECISION_MIXED ? "mixed" : "double");
  cJSON_AddBoolToObject(root, "oversubscribed", r->oversubscribed);
  GB_JSON_NUMBERS(root, {"atoms", o->atoms}, {"steps", o->steps}, {"warmup_steps", o->warmup},
                  {"repeat", o->repeat}, {"ranks", r->ranks}, {"threads_per_rank", r->threads},
                  {"temperature_K", o->temperature_K}, {"skin_angstrom", o->force.skin});
}

static void add_rates(cJSON *root, const GbBenchResult *r)
{
  int last = r->options.repeat - 1;
  double rate = GbBenchRate(r, 0);
  GB_JSON_NUMBERS(root, {"atom_steps_per_s", rate}, {"atom_steps_per_s_median", median_rate(r)},
                  {"atom_steps_per_s_worst", GbBenchRate(r, last)},
                  {"atom_steps_per_s_per_core", rate / (r->ranks * r->threads)},
                  {"ns_per_atom_step", 1e9 / rate}, {"processor_share", processor_share(r)});
  cJSON_AddItemToObject(root, "seconds", cJSON_CreateDoubleArray(r->seconds, r->options.repeat));
  cJSON *parts = cJSON_AddObjectToObject(root, "ms_per_step");
  for (int p = 0; p < GB_BENCH_PARTS; p++)
    GB_JSON_NUMBERS(parts, {r->parts[p].name, 1e3 * part_seconds(r, p) / r->options.steps});
  GB_JSON_NUMBERS(parts, {"other", 1e3 * other_seconds(r) / r->options.steps},
                  {"step", 1e3 * r->seconds[0] / r->options.steps});
}

static void add_counts(cJSON *root, const GbBenchResult *r)
{
  cJSON *end = cJSON_AddObjectToObject(root, "end");
  GB_JSON_NUMBERS(end, {"temperature_K", r->temperature_K},
                  {"potential_eV_per_atom", r->potential_eV}, {"pressure_GPa", r->pressure_GPa},
                  {"volume_A3_per_atom", r->volume_A3});
  GB_JSON_NUMBERS(root, {"rebuilds", (double)r->rebuilds}, {"pairs_in_list", r->pairs.listed},
                  {"pairs_within_cutoff", r->pairs.within}, {"pairs_of_density", r->pairs.near},
                  {"force_bytes_per_atom", r->force_bytes}, {"atom_bytes_per_atom", r->atom_bytes},
                  {"peak_resident_bytes", r->resident_bytes},
                  {"resident_bytes_per_atom", r->resident_growth / r->options.atoms});
}

static void add_bounds(cJSON *root, const GbBenchResult *r)
{
  double rate = GbBenchRate(r, 0);
  cJSON_AddStringToObject(root, "vectors", r->peak.vectors);
  cJSON_AddStringToObject(root, "nearest_bound", nearest_bound(r));
  GB_JSON_NUMBERS(root, {"float_flops_per_s", r->peak.float_flops},
                  {"double_flops_per_s", r->peak.double_flops}, {"loads_per_s", r->peak.loads},
                  {"bandwidth_bytes_per_s", r->peak.bandwidth},
                  {"cache_bytes", (double)r->peak.cache_bytes}, {"flops_per_atom_step", flops(r)},
                  {"loads_per_atom_step", r->cost.loads}, {"bytes_per_atom_step", r->cost.bytes},
                  {"fraction_of_arithmetic", rate / GbBenchArithmeticBound(r)},
                  {"fraction_of_loads", rate / GbBenchLoadBound(r)},
                  {"fraction_of_bandwidth", rate / GbBenchMemoryBound(r)});
}

GbStatus GbBenchWriteJson(const char *path, const GbBenchResult *result)
{
  cJSON *root = cJSON_CreateObject();
  if (!root) GB_FAIL(GB_ERR_MEMORY, "no memory for the result of the benchmark");
  add_setup(root, result);
  add_rates(root, result);
  add_counts(root, result);
  add_bounds(root, result);
  char *text = cJSON_Print(root);
  cJSON_Delete(root);
  if (!text) GB_FAIL(GB_ERR_MEMORY, "no memory for the result of the benchmark");
  GbStatus status = GbFileWriteText(path, text);
  free(text);
  GB_CALL(status);
  return GB_OK;
}
