/* What this machine can do at most: the yardsticks that benchmarks are held against. */
#ifndef GB_BASE_MACHINE_H
#define GB_BASE_MACHINE_H

#include "base/error.h"

#include <stdint.h>

/* Totals over all ranks and threads, measured while all of them work at once. */
typedef struct {
  const char *vectors; /* widest vectors: "avx512", "avx2", "128-bit"; static */
  double float_flops;  /* 1/s, fused multiply-adds counted as two */
  double double_flops; /* 1/s */
  double loads;        /* 1/s, of 16 bytes each, picked by a list of indices from 16 KiB */
  double bandwidth;    /* byte/s of a[i] = b[i] + s c[i] on arrays beyond the caches, 24 bytes per i
                          (the store's own read, where the machine does one, is not counted) */
  int64_t
      cache_bytes; /* last level, shared by the cores of one group; 0 if the system does not say */
} GbMachinePeak;

/* Takes about 0.3 s and 96 MiB per thread, with the OpenMP threads of this moment. Collective.
 * GB_ERR_MEMORY. */
GbStatus GbMachineMeasure(MPI_Comm comm, GbMachinePeak *peak);
/* OpenMP threads that a parallel region gets now; 1 without OpenMP. */
int GbMachineThreads(void);
/* Sets them; without OpenMP GB_ERR_INPUT for more than 1. */
GbStatus GbMachineSetThreads(int threads);
/* Cores that this process may run on. */
int GbMachineCores(void);
int GbMachineNodeCores(void); /* of the whole node */
/* Largest memory that this process has had resident so far, bytes. */
int64_t GbMachinePeakResident(void);

#endif
