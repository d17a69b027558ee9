#include "samples.h"

#include "toy.h"

#include "base/rng.h"
#include "harness/harness.h"

#include <string.h>

void make_sample(const GbPotential *potential, const int cells[3], double a, GbAtoms *atoms)
{
  assert_ok(GbAtomsCreateFcc(atoms, cells, a, 0.36, 7));
  assert_ok(GbPotentialApplyTypes(potential, atoms));
  rattle(atoms, 0.15, 0);
}

void rattle(GbAtoms *atoms, double most, uint64_t round)
{
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++) {
      double u = GbRngUniform(3, GB_RNG_TEST, (uint64_t)i, (uint64_t)d, round);
      atoms->x[i][d] += 2.0 * most * (u - 0.5);
    }
}

GbPotential *toy_potential(bool fs)
{
  char path[512];
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  GbPotential *potential;
  const char *folder = GbTestFolder();
  snprintf(path, sizeof path, "%s/toy.eam.%s", folder, fs ? "fs" : "alloy");
  if (rank == 0) toy_write(path, fs);
  assert_ok(GbPotentialRead(MPI_COMM_WORLD, path, &potential));
  if (rank == 0) {
    remove(path);
    remove(folder);
  }
  return potential;
}

const Kernel all_kernels[KERNELS] = {
    {"avx512", GB_PRECISION_DOUBLE},   {"avx512", GB_PRECISION_MIXED},
    {"avx2", GB_PRECISION_DOUBLE},     {"avx2", GB_PRECISION_MIXED},
    {"portable", GB_PRECISION_DOUBLE}, {"portable", GB_PRECISION_MIXED},
};

GbForce *make_force(MPI_Comm comm, const GbPotential *potential, Kernel kernel)
{
  GbForce *force = NULL;
  GbForceOptions options = {.precision = kernel.precision, .kernel = kernel.name};
  GbStatus status = GbForceCreate(comm, potential, &options, &force);
  bool optional = kernel.name && strcmp(kernel.name, "portable") != 0;
  if (optional && status == GB_ERR_ARG) {
    print_message("skipped: %s\n", GbErrorMessage());
    GbForceDestroy(&force);
    return NULL;
  }
  assert_ok(status);
  return force;
}
