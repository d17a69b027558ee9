/* The system of the benchmark, how many pairs it has, and what they cost.
 *
 * Operations are counted for the physics, not for one kernel: every interpolated function is a
 * cubic in Horner form (6), a multiply-add counts as 2, a pair is evaluated from both of its atoms
 * (no use of Newton's third law), masks, index arithmetic, permutes and everything done once per
 * atom are not counted. So the fraction of the peak that is reported is of useful work. */
#include "atomistic/bench/bench.h"

#include <math.h>
#include <stdlib.h>

#define LATTICE 3.95 /* angstrom */
#define FRACTION_TYPE_2 0.36

enum { SEED_TYPES = 4711, SEED_VELOCITIES = 12345 };

/* --- Making it ----------------------------------------------------------------------------------
 */

void GbBenchCells(int atoms, int cells[3])
{
  int edge = (int)fmax(1.0, floor(cbrt(atoms / 4.0) + 1e-9)), best = 0;
  double nearest = INFINITY;
  for (int longer = 0; longer <= 3; longer++) { /* edges that are one cell longer */
    double total = 4.0;
    for (int d = 0; d < 3; d++)
      total *= edge + (d >= 3 - longer);
    if (fabs(total - atoms) < nearest) {
      nearest = fabs(total - atoms);
      best = longer;
    }
  }
  for (int d = 0; d < 3; d++)
    cells[d] = edge + (d >= 3 - best);
}

GbStatus GbBenchSystem(const GbPotential *potential, int natoms, double temperature_K,
                       GbAtoms *atoms)
{
  int cells[3];
  if (GbPotentialTypes(potential) < 2)
    GB_FAIL(GB_ERR_INPUT, "expected a potential of two elements or more, found %d",
            GbPotentialTypes(potential));
  GbBenchCells(natoms, cells);
  GB_CALL(GbAtomsCreateFcc(atoms, cells, LATTICE, FRACTION_TYPE_2, SEED_TYPES));
  GB_CALL(GbPotentialApplyTypes(potential, atoms));
  GbAtomsSetVelocities(atoms, temperature_K, SEED_VELOCITIES);
  return GB_OK;
}

/* --- Pairs --------------------------------------------------------------------------------------
 */

typedef struct {
  double within2[GB_MAX_TYPES][GB_MAX_TYPES], near2[GB_MAX_TYPES][GB_MAX_TYPES];
  double listed2[GB_MAX_TYPES][GB_MAX_TYPES];
  int images[3]; /* further periodic images that may be within reach beyond the nearest */
} Ranges;

static Ranges find_ranges(const GbPotential *potential, const GbAtoms *atoms, double skin)
{
  Ranges ranges = {0};
  double reach = 0.0;
  for (int a = 0; a < atoms->ntypes; a++)
    for (int b = 0; b < atoms->ntypes; b++) {
      double near = fmax(GbPotentialDensityCutoff(potential, a, b),
                         GbPotentialDensityCutoff(potential, b, a));
      double within = fmax(near, GbPotentialPairCutoff(potential, a, b));
      ranges.near2[a][b] = near * near;
      ranges.within2[a][b] = within * within;
      ranges.listed2[a][b] = (within + skin) * (within + skin);
      reach = fmax(reach, within + skin);
    }
  for (int d = 0; d < 3; d++)
    ranges.images[d] = atoms->periodic[d] ? (int)floor(reach / atoms->length[d] + 0.5) : 0;
  return ranges;
}

/* Adds the images of a neighbour at the nearest-image vector r to {listed, within, near}. */
static void count_images(const GbAtoms *atoms, const Ranges *ranges, const double r[3], int a,
                         int b, int64_t counts[3])
{
  const int *most = ranges->images;
  for (int kx = -most[0]; kx <= most[0]; kx++)
    for (int ky = -most[1]; ky <= most[1]; ky++)
      for (int kz = -most[2]; kz <= most[2]; kz++) {
        double x = r[0] + kx * atoms->length[0], y = r[1] + ky * atoms->length[1];
        double z = r[2] + kz * atoms->length[2], r2 = x * x + y * y + z * z;
        if (r2 == 0.0) continue; /* the atom itself */
        counts[0] += r2 < ranges->listed2[a][b];
        counts[1] += r2 < ranges->within2[a][b];
        counts[2] += r2 < ranges->near2[a][b];
      }
}

static void count_neighbours(const GbAtoms *atoms, const Ranges *ranges, int i, int64_t counts[3])
{
  for (int j = 0; j < atoms->n; j++) {
    double r[3];
    for (int d = 0; d < 3; d++) {
      r[d] = atoms->x[j][d] - atoms->x[i][d];
      if (atoms->periodic[d]) r[d] -= atoms->length[d] * rint(r[d] / atoms->length[d]);
    }
    count_images(atoms, ranges, r, atoms->type[i], atoms->type[j], counts);
  }
}

GbStatus GbBenchCountPairs(MPI_Comm comm, const GbPotential *potential, const GbAtoms *atoms,
                           double skin, GbBenchPairs *pairs)
{
  Ranges ranges = find_ranges(potential, atoms, skin);
  int rank, size;
  int64_t chosen = (int64_t)fmin(atoms->n, fmax(64.0, 5e7 / atoms->n)), counts[3] = {0};
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  if (chosen == 0) GB_FAIL(GB_ERR_ARG, "no atoms");
  for (int64_t k = rank; k < chosen; k += size)
    count_neighbours(atoms, &ranges, (int)(k * atoms->n / chosen), counts);
  MPI_Allreduce(MPI_IN_PLACE, counts, 3, MPI_INT64_T, MPI_SUM, comm);
  pairs->listed = (double)counts[0] / (double)chosen;
  pairs->within = (double)counts[1] / (double)chosen;
  pairs->near = (double)counts[2] / (double)chosen;
  return GB_OK;
}

/* --- Cost ---------------------------------------------------------------------------------------
 */

enum {
  DISTANCE_FLOPS = 3 + 5,                   /* differences; square of the distance */
  CUBIC_FLOPS = 6,                          /* one function of the distance */
  DENSITY_FLOPS = 1,                        /* rho_i += */
  FORCE_FLOPS = 6,                          /* f_i += scale * r */
  EMBEDDING_FLOPS = 2 * CUBIC_FLOPS + 4,    /* both slopes of the density, times F'_i and F'_j */
  INDEX_BYTES = 4,                          /* of one neighbour in a list */
  STATE_BYTES = 8 * 3 * (2 + 2 * 2 + 2 + 1) /* x and, in two kicks, v read and written; f likewise
                                              read twice and written once */
};

GbBenchCost GbBenchCountCost(const GbBenchPairs *pairs, GbPrecision precision, double rebuilds)
{
  double position = 4.0 * (precision == GB_PRECISION_MIXED ? sizeof(float) : sizeof(double));
  double density_pair = DISTANCE_FLOPS + CUBIC_FLOPS + DENSITY_FLOPS;
  double force_pair = DISTANCE_FLOPS + CUBIC_FLOPS + FORCE_FLOPS;
  return (GbBenchCost){
      .density_flops = pairs->near * density_pair,
      .force_flops = pairs->within * force_pair + pairs->near * EMBEDDING_FLOPS,
      .loads = (pairs->listed + pairs->within) * position / 16.0,
      .bytes = INDEX_BYTES * ((1.0 + rebuilds) * pairs->listed + pairs->within) + 3.0 * position +
               STATE_BYTES,
  };
}
