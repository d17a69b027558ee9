/* Peak arithmetic: twelve independent chains of a <- a m + c in registers, enough to hide the
 * latency of two multiply-add units, with the widest vectors that this processor has. Loads: sums
 * of short vectors picked by a list of indices, as positions of neighbours are. Peak bandwidth: the
 * triad of McCalpin's STREAM. Best of several trials, because others may use the machine. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base/machine.h"

#include "base/timer.h"

#ifdef _OPENMP
#include <omp.h>
#endif
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CHAINS = 12, ROUNDS = 1000000, TRIALS = 5, TRIAD_LENGTH = 4 << 20 };

/* --- Arithmetic ---------------------------------------------------------------------------------
 */

/* Volatile, so that nothing is computed at compile time and nothing is left out. */
static volatile double multiplier = 0.5, addend = 1.0;
static volatile double sink;

/* The chains start from different numbers, or the compiler would make one of them. */
#define FMA_LOOP(name, scalar, bytes, target)                                                      \
  target static void name(void)                                                                    \
  {                                                                                                \
    typedef scalar Vector __attribute__((vector_size(bytes)));                                     \
    Vector zero = {0}, m = zero + (scalar)multiplier, c = zero + (scalar)addend;                   \
    Vector a0 = c, a1 = a0 + c, a2 = a1 + c, a3 = a2 + c, a4 = a3 + c, a5 = a4 + c;                \
    Vector a6 = a5 + c, a7 = a6 + c, a8 = a7 + c, a9 = a8 + c, a10 = a9 + c, a11 = a10 + c;        \
    for (int r = 0; r < ROUNDS; r++) {                                                             \
      a0 = a0 * m + c, a1 = a1 * m + c, a2 = a2 * m + c, a3 = a3 * m + c;                          \
      a4 = a4 * m + c, a5 = a5 * m + c, a6 = a6 * m + c, a7 = a7 * m + c;                          \
      a8 = a8 * m + c, a9 = a9 * m + c, a10 = a10 * m + c, a11 = a11 * m + c;                      \
      __asm__ volatile("" : : : "memory"); /* rounds are neither merged nor left out */            \
    }                                                                                              \
    Vector sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;                      \
    sink = (double)sum[0];                                                                         \
  }

#ifdef __x86_64__
#define AVX512 __attribute__((target("avx512f")))
#define AVX2 __attribute__((target("avx2,fma")))
FMA_LOOP(float_avx512, float, 64, AVX512)
FMA_LOOP(double_avx512, double, 64, AVX512)
FMA_LOOP(float_avx2, float, 32, AVX2)
FMA_LOOP(double_avx2, double, 32, AVX2)
#endif
FMA_LOOP(float_128, float, 16, )
FMA_LOOP(double_128, double, 16, )

typedef struct {
  const char *name;
  int bytes;
  void (*in_float)(void), (*in_double)(void);
} Vectors;

static Vectors widest(void)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f"))
    return (Vectors){"avx512", 64, float_avx512, double_avx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (Vectors){"avx2", 32, float_avx2, double_avx2};
#endif
  return (Vectors){"128-bit", 16, float_128, double_128};
}

/* Seconds of the slowest rank since `start`, which all ranks took after a barrier. */
static double elapsed(MPI_Comm comm, double start)
{
  double seconds = GbTimeNow() - start;
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm);
  return seconds;
}

/* Multiply-adds of vectors of `lanes`, as flop/s of all ranks and threads. */
static double measure_flops(MPI_Comm comm, double workers, int lanes, void (*loop)(void))
{
  double best = 0.0;
  for (int trial = 0; trial < TRIALS; trial++) {
    MPI_Barrier(comm);
    double start = GbTimeNow();
#pragma omp parallel
    loop();
    double rate = workers * 2.0 * lanes * CHAINS * ROUNDS / elapsed(comm, start);
    if (rate > best) best = rate;
  }
  return best;
}

/* --- Bandwidth ----------------------------------------------------------------------------------
 */

static void triad(double *restrict a, const double *restrict b, const double *restrict c, int64_t n)
{
  double s = multiplier;
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < n; i++)
    a[i] = b[i] + s * c[i];
}

/* Each thread touches its part first, so that the pages lie near it. */
static void touch(double *a, double *b, double *c, int64_t n)
{
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < n; i++) {
    a[i] = 0.0;
    b[i] = 1.0;
    c[i] = 2.0;
  }
}

static GbStatus measure_bandwidth(MPI_Comm comm, double workers, double *best)
{
  int64_t n = (int64_t)TRIAD_LENGTH * GbMachineThreads();
  double *block = malloc(3 * sizeof *block * (size_t)n);
  GbStatus status = GB_OK;
  if (!block)
    status =
        GbErrorSet(GB_ERR_MEMORY, __FILE__, __LINE__, __func__,
                   "no memory for %lld bytes to measure the bandwidth with", (long long)(24 * n));
  GbStatus everywhere = GbErrorSync(comm, status);
  if (everywhere != GB_OK) {
    free(block);
    return GbErrorTrace(everywhere, __FILE__, __LINE__, __func__);
  }
  touch(block, block + n, block + 2 * n, n);
  *best = 0.0;
  for (int trial = 0; trial < TRIALS; trial++) {
    MPI_Barrier(comm);
    double start = GbTimeNow();
    triad(block, block + n, block + 2 * n, n);
    double rate = workers * 24.0 * TRIAD_LENGTH / elapsed(comm, start);
    if (rate > *best) *best = rate;
  }
  sink = block[n / 2];
  free(block);
  return GB_OK;
}

/* --- Loads by index -----------------------------------------------------------------------------
 */

typedef float Quad __attribute__((vector_size(16)));

enum { QUADS = 1024, PICKS = 1 << 14, PICK_ROUNDS = 256 };

typedef struct {
  Quad x[QUADS]; /* 16 KiB: the surroundings of an atom and those of the next ones */
  int list[PICKS];
} Picks;

static void load_by_index(const Picks *p)
{
  Quad s0 = {0}, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (int r = 0; r < PICK_ROUNDS; r++) {
    for (const int *k = p->list; k < p->list + PICKS; k += 8) {
      s0 += p->x[k[0]], s1 += p->x[k[1]], s2 += p->x[k[2]], s3 += p->x[k[3]];
      s4 += p->x[k[4]], s5 += p->x[k[5]], s6 += p->x[k[6]], s7 += p->x[k[7]];
    }
  }
  s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7;
  sink = (double)s0[0];
}

/* Each rank's threads share one list: it is only read. */
static GbStatus measure_loads(MPI_Comm comm, double workers, double *best)
{
  Picks *picks = NULL;
  GB_CALL(GbErrorSync(comm, GbCalloc((void **)&picks, 1, sizeof *picks)));
  for (unsigned k = 0; k < PICKS; k++)
    picks->list[k] = (int)(k * 2654435761u >> 22); /* the top 10 bits: Knuth's scramble */
  *best = 0.0;
  for (int trial = 0; trial < TRIALS; trial++) {
    MPI_Barrier(comm);
    double start = GbTimeNow();
#pragma omp parallel
    load_by_index(picks);
    double rate = workers * PICKS * PICK_ROUNDS / elapsed(comm, start);
    if (rate > *best) *best = rate;
  }
  free(picks);
  return GB_OK;
}

/* --- Interface ----------------------------------------------------------------------------------
 */

/* From Linux; sysconf is wrong on some virtual machines. */
static int64_t last_cache(void)
{
  int64_t largest = 0;
  for (int level = 0; level < 8; level++) {
    char path[80];
    long long kilobytes;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", level);
    FILE *file = fopen(path, "r");
    if (!file) break;
    if (fscanf(file, "%lldK", &kilobytes) == 1 && kilobytes * 1024 > largest)
      largest = kilobytes * 1024;
    fclose(file);
  }
  return largest;
}

GbStatus GbMachineMeasure(MPI_Comm comm, GbMachinePeak *peak)
{
  Vectors vectors = widest();
  int workers = GbMachineThreads();
  MPI_Allreduce(MPI_IN_PLACE, &workers, 1, MPI_INT, MPI_SUM, comm);
  *peak = (GbMachinePeak){.vectors = vectors.name};
  peak->float_flops = measure_flops(comm, workers, vectors.bytes / 4, vectors.in_float);
  peak->double_flops = measure_flops(comm, workers, vectors.bytes / 8, vectors.in_double);
  GB_CALL(measure_loads(comm, workers, &peak->loads));
  GB_CALL(measure_bandwidth(comm, workers, &peak->bandwidth));
  peak->cache_bytes = last_cache();
  return GB_OK;
}

int GbMachineThreads(void)
{
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

GbStatus GbMachineSetThreads(int threads)
{
  if (threads < 1) GB_FAIL(GB_ERR_INPUT, "expected at least 1 thread, found %d", threads);
#ifdef _OPENMP
  omp_set_num_threads(threads);
#else
  if (threads > 1)
    GB_FAIL(GB_ERR_INPUT, "expected 1 thread, found %d: built without OpenMP", threads);
#endif
  return GB_OK;
}

int GbMachineCores(void)
{
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return GbMachineNodeCores();
}

int GbMachineNodeCores(void)
{
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int64_t GbMachinePeakResident(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (int64_t)usage.ru_maxrss * 1024;
}
