/* The figures of the benchmark, for readers and for scripts. */
#include "mesoscale/bench/bench.h"

#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

static const char *const methods[] = {"full", "thinning"}; /* as GbKmcMethod */

/* Events/s on one core, periodic. */
static const struct {
  int dim, size;
  double rate;
} goals[] = {{2, 128, 30000}, {2, 256, 20000}, {2, 512, 12000}, {3, 32, 8000}, {3, 64, 4000}};

/* What others reached, on one core of a machine of the same kind but not in this run. */
static const struct {
  int dim, size;
  const char *text;
} peers[] = {{2, 128, "mgkmc_cpp 65-70 events/s"}, {3, 32, "mgkmc_cpp 7.5-10 events/s"}};

enum { NGOALS = sizeof goals / sizeof *goals, NPEERS = sizeof peers / sizeof *peers };
enum { OTHER = GB_EVENT_PARTS, ALL };

double GbEventBenchRate(const GbEventBenchResult *result)
{
  return (double)result->options.events / result->seconds;
}

double GbEventBenchGoal(const GbEventBenchOptions *options)
{
  for (int g = 0; g < NGOALS; g++)
    if (goals[g].dim == options->dim && goals[g].size == options->size)
      return goals[g].rate / (options->free_x ? 3 : 1);
  return 0;
}

static const char *peer_of(const GbEventBenchOptions *o)
{
  for (int p = 0; p < NPEERS; p++)
    if (peers[p].dim == o->dim && peers[p].size == o->size) return peers[p].text;
  return NULL;
}

/* How much of the cores' time the processes had; the rest was others'. */
static double processor_share(const GbEventBenchResult *r)
{
  return r->processor_seconds / (r->seconds * r->ranks * r->threads);
}

static double per_event(const GbEventBenchResult *r, int64_t count)
{
  return (double)count / (double)r->options.events;
}

static const char *part_name(const GbEventBenchResult *r, int part)
{
  return part == ALL ? "event" : part == OTHER ? "other" : r->parts[part].name;
}

/* OTHER: what no part covers. */
static double part_seconds(const GbEventBenchResult *r, int part)
{
  double rest = r->seconds;
  if (part == ALL) return rest;
  if (part < GB_EVENT_PARTS) return r->parts[part].seconds;
  for (int p = 0; p < GB_EVENT_PARTS; p++)
    rest -= r->parts[p].seconds;
  return rest;
}

/* Per event. */
static double part_bytes(const GbEventBenchResult *r, int part)
{
  double sum = 0;
  if (part < GB_EVENT_PARTS) return r->parts[part].bytes;
  for (int p = 0; p < GB_EVENT_PARTS && part == ALL; p++)
    sum += r->parts[p].bytes;
  return sum;
}

static double part_microseconds(const GbEventBenchResult *r, int part)
{
  return 1e6 * part_seconds(r, part) / (double)r->options.events;
}

/* Share of the machine's bandwidth that the bytes of a part need; 0 if it took no time. */
static double part_bandwidth(const GbEventBenchResult *r, int part)
{
  const double seconds = part_seconds(r, part);
  return seconds > 0 ? part_bytes(r, part) * (double)r->options.events / seconds / r->peak.bandwidth
                     : 0;
}

static double bandwidth_bound(const GbEventBenchResult *r)
{
  return r->peak.bandwidth / part_bytes(r, ALL);
}

/* --- Table --------------------------------------------------------------------------------------
 */

static void write_head(FILE *out, const GbEventBenchResult *r)
{
  const GbEventBenchOptions *o = &r->options;
  fprintf(out, "benchmark: %d^%d voxels of %g nm, %d modes each, %s\n", o->size, o->dim, o->edge_nm,
          o->nmodes, o->free_x ? "free surfaces" : "periodic");
  fprintf(out, "           %s method, compression at %g /s and %g K, seed %llu\n",
          methods[o->method], o->strain_rate_per_s, o->temperature_K, (unsigned long long)o->seed);
  fprintf(out, "           %d rank%s x %d thread%s\n", r->ranks, r->ranks == 1 ? "" : "s",
          r->threads, r->threads == 1 ? "" : "s");
  fprintf(out, "loading:   plastic strain %.2f %% (asked for: %.2f %%), total %.2f %%, %.1f s%s\n",
          100 * r->loading.plastic_strain, 100 * o->plastic_strain, 100 * r->loading.strain,
          r->loading.seconds,
          r->loading.plastic_strain < o->plastic_strain ? " (STOPPED BY THE TIME)" : "");
  fprintf(out, "           %lld events, %.2f per voxel; stress %.3f GPa, highest before %.3f GPa\n",
          (long long)r->loading.events, (double)r->loading.events / r->nvoxels,
          r->loading.stress_GPa, r->loading.highest_GPa);
  fprintf(out, "bands:     %s; of the timed events %.1f %% in the densest tenth of the voxels\n",
          o->seeded ? "seeded" : "not seeded", 100 * r->localisation.densest);
  fprintf(out,
          "           (%.1f %% at random), %.1f %% in the tenth that had slipped most before\n\n",
          100 * r->localisation.random, 100 * r->localisation.persisted);
}

static void write_rates(FILE *out, const GbEventBenchResult *r)
{
  const double rate = GbEventBenchRate(r), goal = GbEventBenchGoal(&r->options);
  const char *peer = peer_of(&r->options);
  fprintf(out, "events/s   %.1f (%lld events in %.2f s)\n", rate, (long long)r->options.events,
          r->seconds);
  if (goal > 0) fprintf(out, "goal       %.0f on one core: %.2f of it\n", goal, rate / goal);
  if (peer) fprintf(out, "peers      %s (periodic, one similar core, not in this run)\n", peer);
  if (r->profile.candidates > 0)
    fprintf(out, "per event  %.3f candidates, %.2f near blocks, %.4f flushes, %.4f refreshes\n",
            per_event(r, r->profile.candidates), per_event(r, r->profile.near_blocks),
            per_event(r, r->profile.flushes), per_event(r, r->profile.refreshes));
  fprintf(out, "cores      the program had %.0f %% of their time\n\n", 100 * processor_share(r));
}

static void write_parts(FILE *out, const GbEventBenchResult *r)
{
  fprintf(out, "part           us/event  of event   bytes/event    of bandwidth\n");
  for (int p = 0; p <= ALL; p++)
    fprintf(out, "  %-10s %10.3f %8.1f %% %13.0f %13.1f %%\n", part_name(r, p),
            part_microseconds(r, p), 100 * part_seconds(r, p) / r->seconds, part_bytes(r, p),
            100 * part_bandwidth(r, p));
  fprintf(out, "\nmemory:    %.1f GB/s on these cores would move the bytes of %.0f events/s\n",
          1e-9 * r->peak.bandwidth, bandwidth_bound(r));
  fprintf(out, "           the sample holds %.0f MB, the last cache %.0f\n",
          1e-6 * r->resident_bytes, 1e-6 * (double)r->peak.cache_bytes);
}

void GbEventBenchWriteTable(FILE *out, const GbEventBenchResult *result)
{
  write_head(out, result);
  write_rates(out, result);
  write_parts(out, result);
}

/* --- JSON ---------------------------------------------------------------------------------------
 */

static void add_setup(cJSON *root, const GbEventBenchResult *r)
{
  const GbEventBenchOptions *o = &r->options;
  cJSON_AddStringToObject(root, "benchmark", "mesoscale");
  cJSON_AddStringToObject(root, "method", methods[o->method]);
  cJSON_AddStringToObject(root, "boundary", o->free_x ? "free" : "periodic");
  cJSON_AddStringToObject(root, "bands", o->seeded ? "seeded" : "none");
  GB_JSON_NUMBERS(root, {"dim", o->dim}, {"size", o->size}, {"voxels", r->nvoxels},
                  {"modes", o->nmodes}, {"ranks", r->ranks}, {"threads_per_rank", r->threads},
                  {"edge_nm", o->edge_nm}, {"temperature_K", o->temperature_K},
                  {"strain_rate_per_s", o->strain_rate_per_s},
                  {"intrabasin_time_s", o->intrabasin_time_s}, {"softening", o->softening},
                  {"seed", (double)o->seed});
  cJSON *loading = cJSON_AddObjectToObject(root, "loading");
  GB_JSON_NUMBERS(loading, {"plastic_strain_asked", o->plastic_strain},
                  {"plastic_strain", r->loading.plastic_strain}, {"strain", r->loading.strain},
                  {"stress_GPa", r->loading.stress_GPa},
                  {"highest_stress_GPa", r->loading.highest_GPa},
                  {"events", (double)r->loading.events}, {"seconds", r->loading.seconds});
}

static void add_rates(cJSON *root, const GbEventBenchResult *r)
{
  GB_JSON_NUMBERS(
      root, {"events", (double)r->options.events}, {"seconds", r->seconds},
      {"events_per_s", GbEventBenchRate(r)}, {"goal_events_per_s", GbEventBenchGoal(&r->options)},
      {"processor_share", processor_share(r)}, {"share_in_densest_tenth", r->localisation.densest},
      {"share_in_densest_tenth_random", r->localisation.random},
      {"share_in_tenth_slipped_before", r->localisation.persisted},
      {"candidates_per_event", per_event(r, r->profile.candidates)},
      {"near_blocks_per_event", per_event(r, r->profile.near_blocks)},
      {"flushes_per_event", per_event(r, r->profile.flushes)},
      {"refreshes_per_event", per_event(r, r->profile.refreshes)},
      {"resident_bytes", r->resident_bytes}, {"cache_bytes", (double)r->peak.cache_bytes},
      {"bandwidth_bytes_per_s", r->peak.bandwidth},
      {"bandwidth_bound_events_per_s", bandwidth_bound(r)});
}

static void add_parts(cJSON *root, const GbEventBenchResult *r)
{
  cJSON *times = cJSON_AddObjectToObject(root, "us_per_event");
  cJSON *bytes = cJSON_AddObjectToObject(root, "bytes_per_event");
  cJSON *shares = cJSON_AddObjectToObject(root, "fraction_of_bandwidth");
  for (int p = 0; p <= ALL; p++) {
    cJSON_AddNumberToObject(times, part_name(r, p), part_microseconds(r, p));
    cJSON_AddNumberToObject(bytes, part_name(r, p), part_bytes(r, p));
    cJSON_AddNumberToObject(shares, part_name(r, p), part_bandwidth(r, p));
  }
}

GbStatus GbEventBenchWriteJson(const char *path, const GbEventBenchResult *result)
{
  cJSON *root = cJSON_CreateObject();
  if (!root) GB_FAIL(GB_ERR_MEMORY, "no memory for the result of the benchmark");
  add_setup(root, result);
  add_rates(root, result);
  add_parts(root, result);
  char *text = cJSON_Print(root);
  cJSON_Delete(root);
  if (!text) GB_FAIL(GB_ERR_MEMORY, "no memory for the result of the benchmark");
  const GbStatus status = GbFileWriteText(path, text);
  free(text);
  GB_CALL(status);
  return GB_OK;
}
