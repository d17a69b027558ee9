/* Keeps decomposition, neighbour lists, kernel and ranks together. See force.h.
 *
 * A list stays valid while no pair outside it can have come within a cutoff c. Under an affine
 * change of the box with factors s_d, a pair further than c + skin at the build is now further than
 * min(s_d) (c + skin) - 2 u, with u the largest displacement of an atom relative to the affine
 * motion; the list is stale when that falls below c. The same rule, with a smaller skin and
 * displacements since then, tells when the list must be pruned again: most of its pairs beyond the
 * cutoff are not looked at in every step. */
#include "atomistic/engine/force.h"

#include "atomistic/engine/eam_check.h"
#include "atomistic/engine/kernel.h"
#include "atomistic/engine/sum.h"
#include "base/log.h"
#include "base/timer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKIN 1.0       /* angstrom */
#define INNER_SKIN 0.5 /* angstrom */
enum { SORT_INTERVAL = 8 };

struct GbForce {
  MPI_Comm comm;
  int rank, size;
  const GbPotential *potential;
  double skin, inner_skin, cutoff;
  const GbKernelType *type;
  void *kernel;
  GbDomain *domain;
  char label[32];

  const GbAtoms *listed; /* the atoms that the list was built for; NULL: no list */
  int listed_n;
  double (*built_x)[3], built_lo[3], built_length[3];
  float (*pruned_u)[3]; /* displacements since the build when the list was pruned */
  double pruned_scale[3];
  int (*wrap)[3];
  double *slope, *ghost_slope;
  int capacity, ghost_capacity;
  int64_t listed_total, evaluations, rebuilds;
  int sorted; /* rebuilds since the atoms were distributed: now and then they are sorted in space */

  GbAtoms own; /* this rank's part of a sample given to GbForceCompute */
  int sample_n;
};

/* Mixed precision only for potentials that it renders. */
static GbStatus check_precision(const GbPotential *potential, GbPrecision *precision)
{
  GbMixedError worst;
  if (*precision != GB_PRECISION_MIXED) return GB_OK;
  GB_CALL(GbEamCheckMixed(potential, &worst));
  if (worst.error <= GB_MIXED_ERROR) return GB_OK;
  GbLogWarn("mixed precision cannot render this potential: off by %.2g eV or eV/angstrom for %s-%s "
            "at %.4g angstrom, at most %g is expected; forces are computed in double",
            worst.error, GbPotentialElement(potential, worst.a),
            GbPotentialElement(potential, worst.b), worst.r, GB_MIXED_ERROR);
  *precision = GB_PRECISION_DOUBLE;
  return GB_OK;
}

GbStatus GbForceCreate(MPI_Comm comm, const GbPotential *potential, const GbForceOptions *options,
                       GbForce **force)
{
  GbForceOptions chosen = options ? *options : (GbForceOptions){0};
  GbForce *f = NULL;
  if (chosen.skin == 0.0) chosen.skin = SKIN;
  if (!(chosen.skin > 0.0)) GB_FAIL(GB_ERR_ARG, "expected a positive skin, found %g", chosen.skin);
  GB_CALL(GbCalloc((void **)&f, 1, sizeof *f));
  *force = f;
  f->comm = comm;
  f->potential = potential;
  f->skin = chosen.skin;
  f->cutoff = GbPotentialCutoff(potential);
  MPI_Comm_rank(comm, &f->rank);
  MPI_Comm_size(comm, &f->size);
  GB_CALL(check_precision(potential, &chosen.precision));
  GB_CALL(GbKernelFind(chosen.kernel, chosen.precision, &f->type));
  snprintf(f->label, sizeof f->label, "%s %s", f->type->name,
           chosen.precision == GB_PRECISION_MIXED ? "mixed" : "double");
  f->inner_skin = fmin(INNER_SKIN, f->skin);
  GB_CALL(f->type->create(potential, f->skin, f->inner_skin, &f->kernel));
  GB_CALL(GbDomainCreate(comm, &f->domain));
  return GB_OK;
}

void GbForceDestroy(GbForce **force)
{
  if (!force || !*force) return;
  GbForce *f = *force;
  if (f->type) f->type->destroy(f->kernel);
  GbDomainDestroy(&f->domain);
  GbAtomsFree(&f->own);
  free(f->built_x);
  free(f->pruned_u);
  free(f->wrap);
  free(f->slope);
  free(f->ghost_slope);
  free(f);
  *force = NULL;
}

void GbForceReset(GbForce *force)
{
  force->listed = NULL;
  force->sample_n = 0;
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
  return force->rebuilds;
}

const char *GbForceKernel(const GbForce *force)
{
  return force->label;
}

int64_t GbForceBytes(const GbForce *force)
{
  int64_t per_atom = (int64_t)(sizeof *force->built_x + sizeof *force->pruned_u +
                               sizeof *force->wrap + sizeof(double));
  return force->type->bytes(force->kernel) + GbDomainBytes(force->domain) +
         force->capacity * per_atom + force->ghost_capacity * (int64_t)sizeof(double);
}

/* --- Neighbour lists ----------------------------------------------------------------------------
 */

/* What may have become of the list. */
typedef enum { LIST_GOOD, LIST_UNPRUNED, LIST_STALE } ListState;

/* Largest displacements (squared) since the build and since the pruning. */
typedef struct {
  double built2, pruned2;
} Moves;

/* Displacement of atom i since the build, relative to the affine motion; its square. */
static inline double displacement(const GbForce *force, const GbAtoms *local, int i,
                                  const double scale[3], const double shift[3], double u[3])
{
  double sum = 0.0;
  for (int d = 0; d < 3; d++) {
    u[d] = local->x[i][d] - (scale[d] * force->built_x[i][d] + shift[d]);
    sum += u[d] * u[d];
  }
  return sum;
}

static void affine_since_build(const GbForce *force, const GbAtoms *local, double scale[3],
                               double shift[3])
{
  for (int d = 0; d < 3; d++) {
    scale[d] = local->periodic[d] ? local->length[d] / force->built_length[d] : 1.0;
    shift[d] = local->periodic[d] ? local->lo[d] - scale[d] * force->built_lo[d] : 0.0;
  }
}

/* Infinite if a position is not a number. */
static Moves largest_moves(const GbForce *force, const GbAtoms *local, const double scale[3],
                           const double shift[3])
{
  double built2 = 0.0, pruned2 = 0.0, ratio[3];
  int broken = 0;
  for (int d = 0; d < 3; d++)
    ratio[d] = scale[d] / force->pruned_scale[d];
#pragma omp parallel for schedule(static) reduction(max                                            \
                                                    : built2, pruned2)                             \
    reduction(|                                                                                    \
              : broken) if (local->n > GB_MANY_ATOMS)
  for (int i = 0; i < local->n; i++) {
    double u[3], since = 0.0, move2 = displacement(force, local, i, scale, shift, u);
    for (int d = 0; d < 3; d++) {
      double w = u[d] - ratio[d] * (double)force->pruned_u[i][d];
      since += w * w;
    }
    built2 = move2 > built2 ? move2 : built2;
    pruned2 = since > pruned2 ? since : pruned2;
    broken |= !(move2 < 1e30);
  }
  return broken ? (Moves){INFINITY, INFINITY} : (Moves){built2, pruned2};
}

static bool may_miss(const GbForce *force, double skin, double least_scale, double move2)
{
  return !(least_scale * (force->cutoff + skin) - 2.0 * sqrt(move2) >= force->cutoff);
}

/* Decided by all ranks alike. */
static ListState list_state(const GbForce *force, const GbAtoms *local)
{
  int other = force->listed != local || force->listed_n != local->n;
  double scale[3], shift[3], least = 1.0, least_pruned = 1.0, state[3] = {other, 0.0, 0.0};
  if (!other) {
    affine_since_build(force, local, scale, shift);
    for (int d = 0; d < 3; d++) {
      least = fmin(least, scale[d]);
      least_pruned = fmin(least_pruned, scale[d] / force->pruned_scale[d]);
    }
    Moves moves = largest_moves(force, local, scale, shift);
    state[1] = moves.built2;
    state[2] = moves.pruned2;
  }
  if (force->size > 1) MPI_Allreduce(MPI_IN_PLACE, state, 3, MPI_DOUBLE, MPI_MAX, force->comm);
  if (state[0] != 0.0 || may_miss(force, force->skin, least, state[1])) return LIST_STALE;
  return may_miss(force, force->inner_skin, least_pruned, state[2]) ? LIST_UNPRUNED : LIST_GOOD;
}

static GbStatus reserve(GbForce *force, int n)
{
  if (n <= force->capacity && force->slope) return GB_OK;
  int capacity = n + n / 16 + 1;
  free(force->built_x);
  free(force->pruned_u);
  free(force->wrap);
  free(force->slope);
  force->built_x = NULL;
  force->pruned_u = NULL;
  force->wrap = NULL;
  force->slope = NULL;
  force->capacity = 0;
  GB_CALLOC(force->built_x, capacity);
  GB_CALLOC(force->pruned_u, capacity);
  GB_CALLOC(force->wrap, capacity);
  GB_CALLOC(force->slope, capacity);
  force->capacity = capacity;
  return GB_OK;
}

static GbStatus reserve_ghosts(GbForce *force, int n)
{
  if (n <= force->ghost_capacity && force->ghost_slope) return GB_OK;
  int capacity = n + n / 16 + 1;
  free(force->ghost_slope);
  force->ghost_slope = NULL;
  force->ghost_capacity = 0;
  GB_CALLOC(force->ghost_slope, capacity);
  force->ghost_capacity = capacity;
  return GB_OK;
}

static GbKernelAtoms view(const GbForce *force, const GbAtoms *local)
{
  return (GbKernelAtoms){local, (const int(*)[3])force->wrap, GbDomainGhosts(force->domain)};
}

static GbStatus check_types(const GbForce *force, const GbAtoms *local)
{
  int ntypes = GbPotentialTypes(force->potential);
  for (int i = 0; i < local->n; i++)
    if (local->type[i] < 0 || local->type[i] >= ntypes)
      GB_FAIL(GB_ERR_ARG, "atom %lld has type %d, the potential has %d types",
              (long long)local->id[i], local->type[i] + 1, ntypes);
  return GB_OK;
}

static GbStatus rebuild_here(GbForce *force, const GbAtoms *local)
{
  GB_CALL(check_types(force, local));
  GB_CALL(reserve_ghosts(force, GbDomainGhosts(force->domain)->n));
  GbKernelAtoms atoms = view(force, local);
  GB_CALL(force->type->rebuild(force->kernel, &atoms));
  memcpy(force->built_x, local->x, (size_t)local->n * sizeof *local->x);
  memcpy(force->built_lo, local->lo, sizeof local->lo);
  memcpy(force->built_length, local->length, sizeof local->length);
  memset(force->pruned_u, 0, (size_t)local->n * sizeof *force->pruned_u);
  for (int d = 0; d < 3; d++)
    force->pruned_scale[d] = 1.0;
  force->listed_n = local->n;
  return GB_OK;
}

static GbStatus rebuild(GbForce *force, GbAtoms *local)
{
  force->listed = NULL;
  GB_CALL(GbDomainMigrate(force->domain, local));
  GbStatus status = GB_OK;
  force->rebuilds++;
  if (force->sorted++ % SORT_INTERVAL == 0) status = GbAtomsSortInSpace(local);
  if (status == GB_OK) status = reserve(force, local->n);
  GB_CALL(GbErrorSync(force->comm, status));
  GB_CALL(GbDomainFindGhosts(force->domain, local, force->cutoff + force->skin, force->wrap));
  GB_CALL(GbErrorSync(force->comm, rebuild_here(force, local)));
  force->listed_total = local->n;
  MPI_Allreduce(MPI_IN_PLACE, &force->listed_total, 1, MPI_INT64_T, MPI_SUM, force->comm);
  force->listed = local;
  return GB_OK;
}

/* --- Computation --------------------------------------------------------------------------------
 */

/* Names the atom of the lowest id whose F' is not a number. */
static GbStatus report_bad_atom(GbForce *force, const GbAtoms *local)
{
  int64_t lowest = INT64_MAX;
  int at = -1;
  for (int i = 0; i < local->n; i++)
    if (!isfinite(force->slope[i]) && local->id[i] < lowest) {
      lowest = local->id[i];
      at = i;
    }
  int64_t first = lowest;
  MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT64_T, MPI_MIN, force->comm);
  GbStatus status = GB_OK;
  if (at >= 0 && first == lowest)
    status = GbErrorSet(GB_ERR_NUMERIC, __FILE__, __LINE__, __func__,
                        "the energy of atom %lld at %g %g %g is not a number: atoms overlap or a "
                        "position is lost",
                        (long long)lowest, local->x[at][0], local->x[at][1], local->x[at][2]);
  GB_CALL(GbErrorSync(force->comm, status));
  return GB_OK;
}

static GbStatus prune(GbForce *force, const GbAtoms *local)
{
  double scale[3], shift[3];
  affine_since_build(force, local, scale, shift);
  memcpy(force->pruned_scale, scale, sizeof scale);
#pragma omp parallel for schedule(static) if (local->n > GB_MANY_ATOMS)
  for (int i = 0; i < local->n; i++) {
    double u[3];
    displacement(force, local, i, scale, shift, u);
    for (int d = 0; d < 3; d++)
      force->pruned_u[i][d] = (float)u[d];
  }
  return force->type->prune(force->kernel);
}

static GbStatus bring_up_to_date(GbForce *force, GbAtoms *local)
{
  GbTimerStart("neighbour list");
  GbStatus status = GB_OK;
  ListState state = list_state(force, local);
  if (state == LIST_STALE) status = rebuild(force, local);
  GbTimerStop("neighbour list");
  GB_CALL(status);
  if (state == LIST_STALE) return GB_OK;
  GbTimerStart("ghosts");
  GbDomainUpdateGhosts(force->domain, local);
  GbKernelAtoms atoms = view(force, local);
  force->type->update(force->kernel, &atoms);
  GbTimerStop("ghosts");
  if (state == LIST_GOOD) return GB_OK;
  GbTimerStart("pruning");
  status = GbErrorSync(force->comm, prune(force, local));
  GbTimerStop("pruning");
  return status;
}

static GbStatus compute(GbForce *force, GbAtoms *local, unsigned want, const GbKernelOutput *output,
                        GbForceResult *result)
{
  int64_t sums[8] = {0};
  double totals[8];
  GbTimerStart("density");
  sums[7] = force->type->density(force->kernel, force->slope) ? 0 : 1;
  GbTimerStop("density");
  GbTimerStart("ghosts");
  GbDomainSpread(force->domain, force->slope, force->ghost_slope);
  GbTimerStop("ghosts");
  GbTimerStart("forces");
  force->type->forces(force->kernel, force->slope, force->ghost_slope, want, output, sums);
  GbTimerStop("forces");
  GbSumReduce(force->comm, sums, 8, totals);
  *result = (GbForceResult){0};
  if (sums[7] != 0) {
    force->listed = NULL;
    return report_bad_atom(force, local);
  }
  if (want & GB_WANT_ENERGY) result->energy = totals[0];
  for (int c = 0; c < 6; c++)
    if (want & (c < 3 ? GB_WANT_PRESSURE : GB_WANT_VIRIAL & ~GB_WANT_PRESSURE))
      result->virial[c] = totals[1 + c];
  force->evaluations += force->listed_total;
  return GB_OK;
}

GbStatus GbForceComputeLocal(GbForce *force, GbAtoms *local, unsigned want, GbForceResult *result)
{
  GB_CALL(bring_up_to_date(force, local));
  GbKernelOutput output = {.force = local->f};
  GB_CALL(compute(force, local, want, &output, result));
  return GB_OK;
}

GbStatus GbForceScatter(GbForce *force, const GbAtoms *sample, GbAtoms *local)
{
  force->listed = NULL;
  force->sorted = 0;
  GB_CALL(GbDomainScatter(force->domain, sample, local));
  return GB_OK;
}

GbStatus GbForceGather(GbForce *force, const GbAtoms *local, GbAtoms *sample)
{
  GB_CALL(GbDomainGather(force->domain, local, sample));
  return GB_OK;
}

/* --- Whole samples ------------------------------------------------------------------------------
 */

/* This rank's part, with the sample's present positions. */
static GbStatus take_part(GbForce *force, const GbAtoms *sample)
{
  GbAtoms *own = &force->own;
  if (sample->n < 1) GB_FAIL(GB_ERR_ARG, "no atoms");
  if (force->listed != own || force->sample_n != sample->n) {
    GB_CALL(GbForceScatter(force, sample, own));
    force->sample_n = sample->n;
    return GB_OK;
  }
  memcpy(own->lo, sample->lo, sizeof own->lo);
  memcpy(own->length, sample->length, sizeof own->length);
  for (int i = 0; i < own->n; i++)
    memcpy(own->x[i], sample->x[own->place[i]], sizeof own->x[i]);
  return GB_OK;
}

/* Puts `width` numbers per own atom at the places of the sample, on all ranks. */
static void gather(const GbForce *force, int width, const double *own, double *sample, int n)
{
  if (force->size > 1) memset(sample, 0, (size_t)n * (size_t)width * sizeof *sample);
  for (int i = 0; i < force->own.n; i++)
    memcpy(sample + (int64_t)width * force->own.place[i], own + (int64_t)width * i,
           (size_t)width * sizeof *sample);
  if (force->size > 1)
    MPI_Allreduce(MPI_IN_PLACE, sample, width * n, MPI_DOUBLE, MPI_SUM, force->comm);
}

GbStatus GbForceCompute(GbForce *force, GbAtoms *atoms, GbForceResult *result)
{
  GB_CALL(take_part(force, atoms));
  GB_CALL(GbForceComputeLocal(force, &force->own, GB_WANT_ALL, result));
  gather(force, 3, force->own.f[0], atoms->f[0], atoms->n);
  return GB_OK;
}

GbStatus GbForceComputePerAtom(GbForce *force, GbAtoms *atoms, GbForceResult *result,
                               double *energy, double (*stress)[6])
{
  GB_CALL(take_part(force, atoms));
  GB_CALL(bring_up_to_date(force, &force->own));
  double *own_energy = NULL, (*own_stress)[6] = NULL;
  GbStatus status = GbCalloc((void **)&own_energy, (size_t)force->own.n, sizeof *own_energy);
  if (status == GB_OK)
    status = GbCalloc((void **)&own_stress, (size_t)force->own.n, sizeof *own_stress);
  GB_TRY(status, GbErrorSync(force->comm, status), done);
  GbKernelOutput output = {force->own.f, own_energy, own_stress};
  GB_TRY(status, compute(force, &force->own, GB_WANT_ALL, &output, result), done);
  gather(force, 3, force->own.f[0], atoms->f[0], atoms->n);
  if (energy) gather(force, 1, own_energy, energy, atoms->n);
  if (stress) gather(force, 6, own_stress[0], stress[0], atoms->n);
done:
  free(own_energy);
  free(own_stress);
  return status;
}
