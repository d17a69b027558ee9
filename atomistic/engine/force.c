/* The seam: keeps neighbour list, kernel and ranks together. See force.h. */
#include "atomistic/engine/force.h"

#include "atomistic/engine/force_eam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct GbForce {
  MPI_Comm comm;
  int rank, size;
  const GbPotential *potential;
  GbNeighbor neighbor;
  GbEam *eam;
  int capacity;           /* atoms that the arrays below can hold */
  double *slope, *energy; /* [n] by site */
  double (*force)[3];     /* [n] by site */
  double (*stress)[6];    /* [n] by site, made on first use */
  double (*sums)[GB_EAM_SUMS];
  int *counts, *starts; /* [size] sites of each rank; scaled on use */
  int *counts_scaled, *starts_scaled;
  int64_t evaluations;
  GbForce *local;
};

#define SKIN 1.0 /* angstrom */

GbStatus GbForceCreate(MPI_Comm comm, const GbPotential *potential, const GbForceOptions *options,
                       GbForce **force)
{
  double skin = options && options->skin != 0.0 ? options->skin : SKIN;
  if (!(skin > 0.0)) GB_FAIL(GB_ERR_ARG, "expected a positive skin, found %g", skin);
  GbForce *f = NULL;
  GB_CALL(GbCalloc((void **)&f, 1, sizeof *f));
  *force = f;
  f->comm = comm;
  f->potential = potential;
  MPI_Comm_rank(comm, &f->rank);
  MPI_Comm_size(comm, &f->size);
  GbNeighbor *list = &f->neighbor;
  list->ntypes = GbPotentialTypes(potential);
  list->skin = skin;
  for (int a = 0; a < list->ntypes; a++)
    for (int b = 0; b < list->ntypes; b++) {
      list->near[a][b] = fmax(GbPotentialDensityCutoff(potential, a, b),
                              GbPotentialDensityCutoff(potential, b, a));
      list->cutoff[a][b] = fmax(list->near[a][b], GbPotentialPairCutoff(potential, a, b));
    }
  GB_CALLOC(f->counts, f->size);
  GB_CALLOC(f->starts, f->size);
  GB_CALLOC(f->counts_scaled, f->size);
  GB_CALLOC(f->starts_scaled, f->size);
  GB_CALL(GbEamCreate(potential, &f->eam));
  return GB_OK;
}

void GbForceDestroy(GbForce **force)
{
  if (!force || !*force) return;
  GbForce *f = *force;
  GbForceDestroy(&f->local);
  GbNeighborFree(&f->neighbor);
  GbEamDestroy(&f->eam);
  free(f->slope);
  free(f->energy);
  free(f->force);
  free(f->stress);
  free(f->sums);
  free(f->counts);
  free(f->starts);
  free(f->counts_scaled);
  free(f->starts_scaled);
  free(f);
  *force = NULL;
}

void GbForceReset(GbForce *force)
{
  force->neighbor.n = 0;
  if (force->local) force->local->neighbor.n = 0;
}

MPI_Comm GbForceComm(const GbForce *force)
{
  return force->comm;
}

int64_t GbForceEvaluations(const GbForce *force)
{
  return force->evaluations;
}

int64_t GbForceRebuilds(const GbForce *force)
{
  return force->neighbor.builds;
}

/* --- Ranks --------------------------------------------------------------------------------------
 */

/* Gathers `width` doubles per item; `unit` sites make one item. In place on all ranks. */
static void gather(GbForce *force, double *data, int width, int unit)
{
  if (force->size == 1) return;
  for (int r = 0; r < force->size; r++) {
    int first = (force->starts[r] + unit - 1) / unit;
    int last = (force->starts[r] + force->counts[r] + unit - 1) / unit;
    force->starts_scaled[r] = width * first;
    force->counts_scaled[r] = width * (last - first);
  }
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, data, force->counts_scaled,
                 force->starts_scaled, MPI_DOUBLE, force->comm);
}

static GbStatus reserve(GbForce *force, int n)
{
  if (n <= force->capacity) return GB_OK;
  free(force->slope);
  free(force->energy);
  free(force->force);
  free(force->stress);
  free(force->sums);
  force->slope = force->energy = NULL;
  force->force = NULL;
  force->stress = NULL;
  force->sums = NULL;
  force->capacity = 0;
  GB_CALLOC(force->slope, n);
  GB_CALLOC(force->energy, n);
  GB_CALLOC(force->force, n);
  GB_CALLOC(force->sums, (n + GB_EAM_BLOCK - 1) / GB_EAM_BLOCK);
  force->capacity = n;
  return GB_OK;
}

static GbStatus rebuild(GbForce *force, const GbAtoms *atoms)
{
  GB_CALL(reserve(force, atoms->n));
  GB_CALL(GbNeighborBuild(&force->neighbor, atoms, force->rank, force->size, GB_EAM_BLOCK));
  GB_CALL(GbEamResize(force->eam, &force->neighbor));
  return GB_OK;
}

/* Neighbour list up to date. All ranks hold the same atoms, so they decide alike; but memory may
 * run out on one only. */
static GbStatus prepare(GbForce *force, const GbAtoms *atoms)
{
  if (atoms->n < 1) GB_FAIL(GB_ERR_ARG, "no atoms");
  for (int i = 0; i < atoms->n; i++)
    if (atoms->type[i] < 0 || atoms->type[i] >= force->neighbor.ntypes)
      GB_FAIL(GB_ERR_ARG, "atom %lld has type %d, the potential has %d types",
              (long long)atoms->id[i], atoms->type[i] + 1, force->neighbor.ntypes);
  GB_CALL(GbErrorSync(force->comm, rebuild(force, atoms)));
  int share[2] = {force->neighbor.first, force->neighbor.last - force->neighbor.first};
  MPI_Allgather(&share[0], 1, MPI_INT, force->starts, 1, MPI_INT, force->comm);
  MPI_Allgather(&share[1], 1, MPI_INT, force->counts, 1, MPI_INT, force->comm);
  return GB_OK;
}

/* Names the first atom (in site order) whose energy is not a number. Energies are gathered. */
static GbStatus report_bad_atom(GbForce *force, const GbAtoms *atoms)
{
  gather(force, force->energy, 1, 1);
  for (int k = 0; k < atoms->n; k++) {
    if (isfinite(force->energy[k])) continue;
    int i = force->neighbor.source[force->neighbor.entry[k]];
    GB_FAIL(
        GB_ERR_NUMERIC,
        "the energy of atom %lld at %g %g %g is not a number: atoms overlap or a position is lost",
        (long long)atoms->id[i], atoms->x[i][0], atoms->x[i][1], atoms->x[i][2]);
  }
  GB_FAIL(GB_ERR_NUMERIC, "the total energy is not a number");
}

static void add_sums(const GbForce *force, int n, GbForceResult *result)
{
  *result = (GbForceResult){0};
  for (int block = 0; block < (n + GB_EAM_BLOCK - 1) / GB_EAM_BLOCK; block++) {
    result->energy += force->sums[block][0];
    for (int v = 0; v < 6; v++)
      result->virial[v] += force->sums[block][1 + v];
  }
}

GbStatus GbForceCompute(GbForce *force, GbAtoms *atoms, GbForceResult *result)
{
  GbNeighbor *list = &force->neighbor;
  if (GbNeighborIsStale(list, atoms))
    GB_CALL(prepare(force, atoms));
  else
    GbNeighborUpdate(list, atoms);
  GbEamPass1(force->eam, list, force->slope, force->energy, force->sums);
  gather(force, force->slope, 1, 1);
  gather(force, force->sums[0], GB_EAM_SUMS, GB_EAM_BLOCK);
  add_sums(force, atoms->n, result);
  if (!isfinite(result->energy)) {
    list->n = 0;
    return report_bad_atom(force, atoms);
  }
  GbEamPass2(force->eam, list, force->slope, force->force);
  gather(force, force->force[0], 3, 1);
#pragma omp parallel for schedule(static) if (atoms->n > GB_MANY_ATOMS)
  for (int i = 0; i < atoms->n; i++) {
    const double *f = force->force[list->site_of_atom[i]];
    for (int d = 0; d < 3; d++)
      atoms->f[i][d] = f[d];
  }
  force->evaluations += atoms->n;
  return GB_OK;
}

/* --- Distributed atoms ---------------------------------------------------------------------------
 */

/* For now the first rank owns all atoms. */
GbStatus GbForceScatter(GbForce *force, const GbAtoms *sample, GbAtoms *local)
{
  GbAtomsFree(local);
  if (!force->local) GB_CALL(GbForceCreate(MPI_COMM_SELF, force->potential, NULL, &force->local));
  GbForceReset(force->local);
  GB_CALL(GbAtomsCopy(sample, local));
  GB_CALLOC(local->place, local->n);
  for (int i = 0; i < local->n; i++)
    local->place[i] = i;
  if (force->rank != 0) local->n = 0;
  return GB_OK;
}

GbStatus GbForceGather(GbForce *force, const GbAtoms *local, GbAtoms *sample)
{
  for (int i = 0; i < local->n; i++) {
    int k = local->place[i];
    memcpy(sample->x[k], local->x[i], sizeof sample->x[k]);
    memcpy(sample->v[k], local->v[i], sizeof sample->v[k]);
    memcpy(sample->f[k], local->f[i], sizeof sample->f[k]);
  }
  memcpy(sample->lo, local->lo, sizeof sample->lo);
  memcpy(sample->length, local->length, sizeof sample->length);
  MPI_Bcast(sample->x, 3 * sample->n, MPI_DOUBLE, 0, force->comm);
  MPI_Bcast(sample->v, 3 * sample->n, MPI_DOUBLE, 0, force->comm);
  MPI_Bcast(sample->f, 3 * sample->n, MPI_DOUBLE, 0, force->comm);
  return GB_OK;
}

GbStatus GbForceComputeLocal(GbForce *force, GbAtoms *local, unsigned want, GbForceResult *result)
{
  (void)want;
  GbStatus status = GB_OK;
  if (force->rank == 0) status = GbForceCompute(force->local, local, result);
  GB_CALL(GbErrorSync(force->comm, status));
  MPI_Bcast(result, sizeof *result, MPI_BYTE, 0, force->comm);
  return GB_OK;
}

GbStatus GbForceComputePerAtom(GbForce *force, GbAtoms *atoms, GbForceResult *result,
                               double *energy, double (*stress)[6])
{
  GB_CALL(GbForceCompute(force, atoms, result));
  const int *site = force->neighbor.site_of_atom;
  if (energy) {
    gather(force, force->energy, 1, 1);
    for (int i = 0; i < atoms->n; i++)
      energy[i] = force->energy[site[i]];
  }
  if (!stress) return GB_OK;
  GbStatus status = GB_OK;
  if (!force->stress)
    status = GbCalloc((void **)&force->stress, (size_t)force->capacity, sizeof *force->stress);
  GB_CALL(GbErrorSync(force->comm, status));
  GbEamStress(force->eam, &force->neighbor, force->slope, force->stress);
  gather(force, force->stress[0], 6, 1);
  for (int i = 0; i < atoms->n; i++)
    for (int c = 0; c < 6; c++)
      stress[i][c] = force->stress[site[i]][c];
  return GB_OK;
}
