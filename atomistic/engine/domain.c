/* The decomposition as a whole: memory, and the ways between a sample and its distributed atoms.
 * See domain.h. */
#include "atomistic/engine/domain_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

GbStatus GbDomainCreate(MPI_Comm comm, GbDomain **domain)
{
  *domain = NULL;
  GbDomain *made;
  GB_CALL(GbCalloc((void **)&made, 1, sizeof *made));
  *domain = made;
  MPI_Comm_dup(comm, &made->comm); /* its messages never meet the caller's */
  MPI_Comm_rank(comm, &made->rank);
  MPI_Comm_size(comm, &made->size);
  MPI_Type_contiguous(3, MPI_DOUBLE, &made->vector);
  MPI_Type_commit(&made->vector);
  MPI_Type_contiguous(sizeof(GbTraveller), MPI_BYTE, &made->traveller);
  MPI_Type_commit(&made->traveller);
  GB_CALL(GbBricksCreate(&made->bricks, made->size));
  GB_CALLOC(made->send_count, made->size);
  GB_CALLOC(made->receive_count, made->size);
  GB_CALLOC(made->load, made->size);
  GB_CALLOC(made->hull, made->size);
  GB_CALLOC(made->request, 2 * made->size);
  return GB_OK;
}

void GbDomainDestroy(GbDomain **domain)
{
  if (!domain || !*domain) return;
  GbDomain *old = *domain;
  MPI_Type_free(&old->vector);
  MPI_Type_free(&old->traveller);
  MPI_Comm_free(&old->comm);
  GbBricksFree(&old->bricks);
  free(old->send_count);
  free(old->receive_count);
  free(old->load);
  free(old->hull);
  free(old->request);
  free(old->seen);
  free(old->owner);
  free(old->wrap);
  free(old->copies.atom);
  free(old->copies.boxes);
  free(old->ghosts.id);
  free(old->ghosts.type);
  free(old->ghosts.x);
  free(old->packed);
  free(old);
  *domain = NULL;
}

int64_t GbDomainBytes(const GbDomain *domain)
{
  const size_t per_rank = 2 * sizeof(GbBrickNode) + 8 * sizeof(double) + 4 * sizeof(int64_t) +
                          3 * sizeof(int) + 6 * sizeof(double) + 2 * sizeof(MPI_Request);
  const size_t per_atom = sizeof *domain->seen + sizeof *domain->owner + sizeof *domain->wrap;
  const size_t per_copy = sizeof *domain->copies.atom + sizeof *domain->copies.boxes;
  const size_t per_ghost = sizeof(int64_t) + sizeof(int) + sizeof *domain->ghosts.x;
  return (int64_t)(sizeof *domain + (size_t)domain->size * per_rank +
                   (size_t)domain->atom_capacity * per_atom +
                   (size_t)domain->copies.capacity * per_copy +
                   (size_t)domain->ghost_capacity * per_ghost +
                   (size_t)domain->packed_capacity * sizeof *domain->packed);
}

GbStatus GbDomainReserve(GbDomain *domain, int n)
{
  if (n <= domain->atom_capacity) return GB_OK;
  int capacity = n > INT_MAX - n / 16 ? n : n + n / 16;
  free(domain->seen);
  free(domain->owner);
  free(domain->wrap);
  domain->seen = NULL;
  domain->owner = NULL;
  domain->wrap = NULL;
  domain->atom_capacity = 0;
  GB_CALLOC(domain->seen, capacity);
  GB_CALLOC(domain->owner, capacity);
  GB_CALLOC(domain->wrap, capacity);
  domain->atom_capacity = capacity;
  return GB_OK;
}

/* --- Positions ----------------------------------------------------------------------------------
 */

static GbStatus report_lost_atom(const GbAtoms *atoms, const double limit[3])
{
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++) {
      if (fabs(atoms->x[i][d] - atoms->lo[d]) <= limit[d]) continue; /* false for NaN */
      const double *x = atoms->x[i];
      GB_FAIL(GB_ERR_NUMERIC,
              "atom %lld is lost: expected a position within %g angstrom of the box along %c, "
              "found %g %g %g",
              (long long)atoms->id[i], limit[d], 'x' + d, x[0], x[1], x[2]);
    }
  return GB_OK;
}

GbStatus GbDomainCheckPositions(const GbAtoms *atoms)
{
  double limit[3];
  for (int d = 0; d < 3; d++) {
    if (atoms->periodic[d] && !(atoms->length[d] > 0.0 && isfinite(atoms->length[d])))
      GB_FAIL(GB_ERR_NUMERIC, "the box is %g angstrom long along axis %c", atoms->length[d],
              'x' + d);
    limit[d] = atoms->periodic[d] ? 1e6 * atoms->length[d] : 1e9;
  }
  int lost = 0;
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++)
      lost |= !(fabs(atoms->x[i][d] - atoms->lo[d]) <= limit[d]);
  return lost ? report_lost_atom(atoms, limit) : GB_OK;
}

void GbDomainBrickCoordinates(const GbAtoms *atoms, double (*s)[3])
{
#pragma omp parallel for schedule(static) if (atoms->n > GB_MANY_ATOMS)
  for (int i = 0; i < atoms->n; i++)
    for (int d = 0; d < 3; d++) {
      double x = atoms->x[i][d], lo = atoms->lo[d], length = atoms->length[d];
      s[i][d] =
          atoms->periodic[d] ? (gb_image(x, gb_boxes(x, lo, length), length) - lo) / length : x;
    }
}

/* --- Scatter ------------------------------------------------------------------------------------
 */

/* Every rank cuts the whole sample, so nothing needs to be sent. */
static GbStatus cut_sample(GbDomain *domain, const GbAtoms *sample, int *owner)
{
  double(*s)[3] = NULL, unit[3];
  GB_CALLOC(s, sample->n);
  for (int d = 0; d < 3; d++)
    unit[d] = sample->periodic[d] ? sample->length[d] : 1.0;
  GbDomainBrickCoordinates(sample, s);
  GbBricksCut(&domain->bricks, MPI_COMM_NULL, sample->n, (const double(*)[3])s, unit, owner);
  free(s);
  domain->most_at_cut = 0.0;
  for (int q = 0; q < domain->size; q++)
    domain->load[q] = 0;
  for (int i = 0; i < sample->n; i++)
    domain->load[owner[i]]++;
  for (int q = 0; q < domain->size; q++)
    domain->most_at_cut = fmax(domain->most_at_cut, domain->load[q]);
  return GB_OK;
}

static GbStatus copy_owned(const GbDomain *domain, const GbAtoms *sample, const int *owner,
                           GbAtoms *local)
{
  int n = domain->load[domain->rank], k = 0;
  GB_CALL(GbAtomsAllocate(local, n));
  GB_CALLOC(local->place, n);
  if (sample->aux) GB_CALLOC(local->aux, n);
  local->ntypes = sample->ntypes;
  memcpy(local->lo, sample->lo, sizeof local->lo);
  memcpy(local->length, sample->length, sizeof local->length);
  memcpy(local->periodic, sample->periodic, sizeof local->periodic);
  memcpy(local->mass, sample->mass, sizeof local->mass);
  memcpy(local->element, sample->element, sizeof local->element);
  for (int i = 0; i < sample->n; i++) {
    if (owner[i] != domain->rank) continue;
    local->id[k] = sample->id[i];
    local->type[k] = sample->type[i];
    local->place[k] = i;
    memcpy(local->x[k], sample->x[i], sizeof *local->x);
    memcpy(local->v[k], sample->v[i], sizeof *local->v);
    if (sample->aux) memcpy(local->aux[k], sample->aux[i], sizeof *local->aux);
    k++;
  }
  return GB_OK;
}

static GbStatus scatter(GbDomain *domain, const GbAtoms *sample, GbAtoms *local)
{
  GB_CALL(GbDomainCheckPositions(sample));
  int *owner = NULL;
  GbStatus status = GB_OK;
  GB_CALLOC(owner, sample->n);
  GB_TRY(status, cut_sample(domain, sample, owner), done);
  GB_TRY(status, copy_owned(domain, sample, owner, local), done);
done:
  free(owner);
  return status;
}

GbStatus GbDomainScatter(GbDomain *domain, const GbAtoms *sample, GbAtoms *local)
{
  GbAtomsFree(local);
  GbStatus status = scatter(domain, sample, local);
  GbDomainForgetGhosts(domain);
  GB_CALL(GbErrorSync(domain->comm, status));
  return GB_OK;
}

/* --- Gather -------------------------------------------------------------------------------------
 */

typedef struct {
  const int *counts, *starts; /* atoms of each rank */
  const int *place;           /* [n] of all ranks' atoms, in order of rank */
  double (*vectors)[3];       /* [n] room for all */
} Collected;

static void collect(const GbDomain *domain, const Collected *all, const double (*mine)[3], int n,
                    double (*sample)[3])
{
  int nmine = all->counts[domain->rank];
  MPI_Allgatherv(mine, nmine, domain->vector, all->vectors, all->counts, all->starts,
                 domain->vector, domain->comm);
  for (int i = 0; i < n; i++)
    memcpy(sample[all->place[i]], all->vectors[i], sizeof *sample);
}

static void collect_all(GbDomain *domain, const GbAtoms *local, const int *starts, int *place,
                        double (*vectors)[3], GbAtoms *sample)
{
  MPI_Allgatherv(local->place, local->n, MPI_INT, place, domain->load, starts, MPI_INT,
                 domain->comm);
  const Collected all = {domain->load, starts, place, vectors};
  collect(domain, &all, (const double(*)[3])local->x, sample->n, sample->x);
  collect(domain, &all, (const double(*)[3])local->v, sample->n, sample->v);
  collect(domain, &all, (const double(*)[3])local->f, sample->n, sample->f);
}

static void copy_all(const GbAtoms *local, GbAtoms *sample)
{
  for (int i = 0; i < local->n; i++) {
    int k = local->place[i];
    memcpy(sample->x[k], local->x[i], sizeof *sample->x);
    memcpy(sample->v[k], local->v[i], sizeof *sample->v);
    memcpy(sample->f[k], local->f[i], sizeof *sample->f);
  }
}

GbStatus GbDomainGather(GbDomain *domain, const GbAtoms *local, GbAtoms *sample)
{
  MPI_Allgather(&local->n, 1, MPI_INT, domain->load, 1, MPI_INT, domain->comm);
  int64_t total = 0;
  for (int q = 0; q < domain->size; q++)
    total += domain->load[q];
  if (total != sample->n)
    GB_FAIL(GB_ERR_ARG, "gather into a sample of %d atoms, but the ranks hold %lld", sample->n,
            (long long)total);
  memcpy(sample->lo, local->lo, sizeof sample->lo);
  memcpy(sample->length, local->length, sizeof sample->length);
  if (domain->size == 1) {
    copy_all(local, sample);
    return GB_OK;
  }
  int *starts = NULL, *place = NULL;
  double(*vectors)[3] = NULL;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&starts, (size_t)domain->size, sizeof *starts), sync);
  GB_TRY(status, GbCalloc((void **)&place, (size_t)sample->n, sizeof *place), sync);
  GB_TRY(status, GbCalloc((void **)&vectors, (size_t)sample->n, sizeof *vectors), sync);
  for (int q = 1; q < domain->size; q++)
    starts[q] = starts[q - 1] + domain->load[q - 1];
sync:
  status = GbErrorSync(domain->comm, status);
  if (status == GB_OK) collect_all(domain, local, starts, place, vectors, sample);
  free(starts);
  free(place);
  free(vectors);
  GB_CALL(status);
  return GB_OK;
}
