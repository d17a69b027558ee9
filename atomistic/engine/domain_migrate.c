/* Atoms change ranks: each goes straight to the owner of its wrapped position, however far it has
 * moved. Every rank first learns how many atoms it will get; when that would load one rank more
 * than a tenth above the mean, the bricks are cut anew before anything moves. */
#include "atomistic/engine/domain_internal.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_TRAVELLERS = 1 };
static const double MAX_IMBALANCE = 1.1;

static GbStatus find_owners(GbDomain *domain, const GbAtoms *local)
{
  GB_CALL(GbDomainCheckPositions(local));
  if (domain->size == 1) return GB_OK;
  GB_CALL(GbDomainReserve(domain, local->n));
  GbDomainBrickCoordinates(local, domain->seen);
  for (int i = 0; i < local->n; i++)
    domain->owner[i] = GbBricksOwner(&domain->bricks, domain->seen[i]);
  return GB_OK;
}

/* How many atoms go from and to each rank, and how many each rank will have. */
static void count_travellers(GbDomain *domain, int n)
{
  for (int q = 0; q < domain->size; q++)
    domain->send_count[q] = 0;
  for (int i = 0; i < n; i++)
    domain->send_count[domain->owner[i]]++;
  MPI_Alltoall(domain->send_count, 1, MPI_INT, domain->receive_count, 1, MPI_INT, domain->comm);
  int load = 0;
  for (int q = 0; q < domain->size; q++)
    load += domain->receive_count[q];
  MPI_Allgather(&load, 1, MPI_INT, domain->load, 1, MPI_INT, domain->comm);
}

/* Whether cutting anew could help: planes of a crystal cannot always be shared evenly, so the best
 * of the last cut counts too. */
static bool is_unbalanced(const GbDomain *domain, double *most)
{
  double total = 0.0;
  *most = 0.0;
  for (int q = 0; q < domain->size; q++) {
    total += domain->load[q];
    *most = fmax(*most, domain->load[q]);
  }
  double fair = ceil(total / domain->size);
  double last = domain->most_at_cut;
  return *most > MAX_IMBALANCE * (last > MAX_IMBALANCE * fair ? last : fair);
}

static void cut_again(GbDomain *domain, const GbAtoms *local)
{
  double unit[3];
  for (int d = 0; d < 3; d++)
    unit[d] = local->periodic[d] ? local->length[d] : 1.0;
  GbBricksCut(&domain->bricks, domain->comm, local->n, (const double(*)[3])domain->seen, unit,
              domain->owner);
  count_travellers(domain, local->n);
  is_unbalanced(domain, &domain->most_at_cut);
}

/* --- Moving -------------------------------------------------------------------------------------
 */

static GbStatus resize(void **array, int n, size_t size)
{
  void *larger = realloc(*array, (n > 0 ? (size_t)n : 1) * size);
  if (!larger) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %d x %zu bytes", n, size);
  *array = larger;
  return GB_OK;
}

static GbStatus resize_atoms(GbAtoms *local, int n)
{
  GB_CALL(resize((void **)&local->id, n, sizeof *local->id));
  GB_CALL(resize((void **)&local->type, n, sizeof *local->type));
  GB_CALL(resize((void **)&local->x, n, sizeof *local->x));
  GB_CALL(resize((void **)&local->v, n, sizeof *local->v));
  GB_CALL(resize((void **)&local->f, n, sizeof *local->f));
  GB_CALL(resize((void **)&local->place, n, sizeof *local->place));
  if (local->aux) GB_CALL(resize((void **)&local->aux, n, sizeof *local->aux));
  return GB_OK;
}

static void board(const GbAtoms *local, int i, GbTraveller *traveller)
{
  traveller->id = local->id[i];
  traveller->type = local->type[i];
  traveller->place = local->place[i];
  memcpy(traveller->x, local->x[i], sizeof traveller->x);
  memcpy(traveller->v, local->v[i], sizeof traveller->v);
  if (local->aux) memcpy(traveller->aux, local->aux[i], sizeof traveller->aux);
}

static void alight(const GbTraveller *traveller, GbAtoms *local, int k)
{
  local->id[k] = traveller->id;
  local->type[k] = traveller->type;
  local->place[k] = traveller->place;
  memcpy(local->x[k], traveller->x, sizeof traveller->x);
  memcpy(local->v[k], traveller->v, sizeof traveller->v);
  memset(local->f[k], 0, sizeof *local->f);
  if (local->aux) memcpy(local->aux[k], traveller->aux, sizeof traveller->aux);
}

static void move_down(GbAtoms *local, int i, int k)
{
  if (i == k) return;
  local->id[k] = local->id[i];
  local->type[k] = local->type[i];
  local->place[k] = local->place[i];
  memcpy(local->x[k], local->x[i], sizeof *local->x);
  memcpy(local->v[k], local->v[i], sizeof *local->v);
  memcpy(local->f[k], local->f[i], sizeof *local->f);
  if (local->aux) memcpy(local->aux[k], local->aux[i], sizeof *local->aux);
}

/* Puts the leaving atoms into `leaving`, sorted by rank, and closes the gaps. Uses up
 * send_count[], which ends as the end of each rank's share. */
static void pack(GbDomain *domain, GbAtoms *local, GbTraveller *leaving)
{
  int start = 0, kept = 0;
  int *next = domain->send_count;
  for (int q = 0; q < domain->size; q++) {
    int count = q == domain->rank ? 0 : next[q];
    next[q] = start;
    start += count;
  }
  for (int i = 0; i < local->n; i++) {
    int q = domain->owner[i];
    if (q == domain->rank)
      move_down(local, i, kept++);
    else
      board(local, i, &leaving[next[q]++]);
  }
  local->n = kept;
}

static void exchange(GbDomain *domain, const GbTraveller *leaving, GbTraveller *arriving)
{
  int first = 0, n = 0;
  for (int q = 0; q < domain->size; q++) {
    int count = q == domain->rank ? 0 : domain->receive_count[q];
    if (count > 0)
      MPI_Irecv(arriving + first, count, domain->traveller, q, TAG_TRAVELLERS, domain->comm,
                &domain->request[n++]);
    first += count;
  }
  first = 0;
  for (int q = 0; q < domain->size; q++) {
    int last = domain->send_count[q];
    if (last > first)
      MPI_Isend(leaving + first, last - first, domain->traveller, q, TAG_TRAVELLERS, domain->comm,
                &domain->request[n++]);
    first = last;
  }
  MPI_Waitall(n, domain->request, MPI_STATUSES_IGNORE);
}

static GbStatus move_atoms(GbDomain *domain, GbAtoms *local)
{
  int n = domain->load[domain->rank];
  int nkept = domain->send_count[domain->rank];
  int nleaving = local->n - nkept, narriving = n - nkept;
  GbTraveller *travellers = NULL;
  GbStatus status;
  GB_TRY(status,
         GbCalloc((void **)&travellers, (size_t)nleaving + (size_t)narriving, sizeof *travellers),
         sync);
  if (n > local->n) GB_TRY(status, resize_atoms(local, n), sync);
sync:
  status = GbErrorSync(domain->comm, status);
  if (status == GB_OK) {
    GbTraveller *arriving = travellers + nleaving;
    pack(domain, local, travellers);
    exchange(domain, travellers, arriving);
    for (int k = 0; k < narriving; k++)
      alight(&arriving[k], local, local->n + k);
    local->n = n;
  }
  free(travellers);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbDomainMigrate(GbDomain *domain, GbAtoms *local)
{
  double most;
  GbDomainForgetGhosts(domain);
  GB_CALL(GbErrorSync(domain->comm, find_owners(domain, local)));
  if (domain->size == 1) return GB_OK;
  count_travellers(domain, local->n);
  if (is_unbalanced(domain, &most)) cut_again(domain, local);
  GbStatus status = move_atoms(domain, local);
  GbDomainForgetGhosts(domain); /* the counts served for the atoms */
  GB_CALL(status);
  return GB_OK;
}
