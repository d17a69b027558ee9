/* The benchmark of molecular dynamics: whole steps of the system that LAMMPS is timed on.
 *
 * An fcc lattice of constant 3.95 angstrom with 36 % of type 2 at random and velocities of the
 * given temperature, steps of 2 fs, Nose-Hoover chains (0.2 ps) and an isotropic MTK barostat at
 * zero pressure (2 ps) where the ensemble asks for them. It melts at once; the steps before timing
 * starts are not counted. Every repetition runs the same steps from the same state, so their spread
 * is the machine's. docs/performance.md has the counts of operations and bytes. */
#ifndef GB_ATOMISTIC_BENCH_H
#define GB_ATOMISTIC_BENCH_H

#include "atomistic/engine/force.h"
#include "base/machine.h"

#include <stdio.h>

typedef enum { GB_BENCH_NVE, GB_BENCH_NVT, GB_BENCH_NPT } GbBenchEnsemble;

typedef struct {
  const char *potential; /* setfl file with two types */
  int atoms;             /* rounded to the nearest box of nearly cubic shape */
  int warmup, steps, repeat;
  int threads; /* per rank; 0: what OpenMP gives */
  GbBenchEnsemble ensemble;
  double temperature_K;
  GbForceOptions force;
} GbBenchOptions;

enum { GB_BENCH_PARTS = 6, GB_BENCH_REPEAT_MAX = 100 };

/* Neighbours of an atom on average; each pair counts at both of its atoms. */
typedef struct {
  double listed; /* within the cutoff of their types plus the skin */
  double within; /* within the cutoff */
  double near;   /* within the cutoff of the density */
} GbBenchPairs;

/* What a step costs at least, per atom. */
typedef struct {
  double density_flops, force_flops; /* of the two passes over pairs */
  double loads;                      /* of 16 bytes, by index: positions of neighbours */
  double bytes;                      /* to and from memory if nothing stayed in caches */
} GbBenchCost;

typedef struct {
  GbBenchOptions options;              /* as given; atoms and skin as they were */
  char kernel[48];                     /* such as "avx512 mixed" */
  int ranks, threads;                  /* threads per rank */
  bool oversubscribed;                 /* more threads than cores */
  double seconds[GB_BENCH_REPEAT_MAX]; /* [repeat] for the steps of each repetition, sorted */
  double processor_seconds; /* of all ranks and threads in the fastest, waiting in loops included */
  struct {
    const char *name;
    double seconds; /* in the fastest repetition, mean over ranks */
  } parts[GB_BENCH_PARTS];
  int64_t rebuilds;                   /* of neighbour lists per repetition */
  double temperature_K, pressure_GPa; /* at the end */
  double potential_eV, volume_A3;     /* at the end, per atom */
  GbBenchPairs pairs;
  GbBenchCost cost;
  double force_bytes, atom_bytes; /* per atom, over all ranks */
  double resident_bytes;          /* largest resident memory of all ranks */
  double resident_growth;         /* of it, beyond what the program had before the atoms */
  GbMachinePeak peak;
} GbBenchResult;

/* Cells along each axis, of four atoms each, for the box nearest to `atoms` atoms. */
void GbBenchCells(int atoms, int cells[3]);
/* The system before its first step, equal on all ranks. Allocates `atoms`. */
GbStatus GbBenchSystem(const GbPotential *potential, int natoms, double temperature_K,
                       GbAtoms *atoms);
/* From a regular subset of at least 64 atoms, all where there are few. Collective. */
GbStatus GbBenchCountPairs(MPI_Comm comm, const GbPotential *potential, const GbAtoms *atoms,
                           double skin, GbBenchPairs *pairs);
/* rebuilds: of the list, per step. */
GbBenchCost GbBenchCountCost(const GbBenchPairs *pairs, GbPrecision precision, double rebuilds);

/* Runs the benchmark; resets all timers. Collective. GB_ERR_INPUT for options out of range, else
 * what reading the potential, forces and dynamics return. */
GbStatus GbBenchRun(MPI_Comm comm, const GbBenchOptions *options, GbBenchResult *result);
/* 32,000 atoms, 20 + 100 steps of NPT at 1600 K, best of 3, mixed precision. No potential. */
GbBenchOptions GbBenchDefaults(void);

/* Atom-steps per second; repetition 0 is the fastest, repeat - 1 the slowest. */
double GbBenchRate(const GbBenchResult *result, int repetition);
/* What the arithmetic and the memory of this machine would allow, in atom-steps/s. */
double GbBenchArithmeticBound(const GbBenchResult *result);
double GbBenchLoadBound(const GbBenchResult *result);
double GbBenchMemoryBound(const GbBenchResult *result);
void GbBenchWriteTable(FILE *out, const GbBenchResult *result);
/* One rank. GB_ERR_IO. */
GbStatus GbBenchWriteJson(const char *path, const GbBenchResult *result);

#endif
