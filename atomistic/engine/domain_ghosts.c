/* Ghosts: found once per neighbour list, refreshed every step with one message per neighbour.
 *
 * Each rank publishes the *hull* of its atoms (the smallest box that holds their wrapped
 * positions). An owner then knows by itself which images of its atoms are needed where: those whose
 * distance from the hull, corners included, is within reach. The hull rather than the brick:
 * it is never larger, it has no infinite sides at free surfaces, and it is made of the very
 * positions that distances will be taken to, so rounding cannot lose a pair. A rank's own
 * periodic images are copies like any others, only without a message. */
#include "atomistic/engine/domain_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_IMAGES = 1000, TAG_ID = 2, TAG_TYPE, TAG_POSITION, TAG_NUMBER };

const GbGhosts *GbDomainGhosts(const GbDomain *domain)
{
  return &domain->ghosts;
}

void GbDomainForgetGhosts(GbDomain *domain)
{
  domain->copies.n = domain->copies.nself = domain->ghosts.n = 0;
  for (int q = 0; q < domain->size; q++)
    domain->send_count[q] = domain->receive_count[q] = 0;
}

/* --- Search -------------------------------------------------------------------------------------
 */

/* Wraps the local atoms and measures their hull. */
static void wrap_atoms(GbDomain *domain, const GbAtoms *local, double hull[6])
{
  for (int c = 0; c < 6; c++)
    hull[c] = -INFINITY;
  for (int i = 0; i < local->n; i++)
    for (int d = 0; d < 3; d++) {
      double x = local->x[i][d], length = local->length[d];
      int k = local->periodic[d] ? gb_boxes(x, local->lo[d], length) : 0;
      double seen = gb_image(x, k, length);
      domain->wrap[i][d] = k;
      domain->seen[i][d] = seen;
      hull[d] = hull[d] > -seen ? hull[d] : -seen;
      hull[3 + d] = hull[3 + d] > seen ? hull[3 + d] : seen;
    }
}

static GbStatus reserve_copies(GbCopies *copies)
{
  if (copies->n < copies->capacity) return GB_OK;
  if (copies->n > INT_MAX / 2 - 1024)
    GB_FAIL(GB_ERR_MEMORY, "more than %d ghosts on one rank", copies->n);
  int capacity = copies->n + copies->n / 2 + 1024;
  int *atom = realloc(copies->atom, (size_t)capacity * sizeof *atom);
  if (atom) copies->atom = atom;
  int(*boxes)[3] = realloc(copies->boxes, (size_t)capacity * sizeof *boxes);
  if (boxes) copies->boxes = boxes;
  if (!atom || !boxes) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %d ghosts", capacity);
  copies->capacity = capacity;
  return GB_OK;
}

/* What the search for copies for one rank needs. */
typedef struct {
  const GbAtoms *local;
  double inverse[3];      /* 1 / length; 0 along a free axis */
  double low[3], high[3]; /* the rank's hull */
  double reach, reach2;
  bool self;
} Search;

/* The images that may bring [low, high] within reach of the hull along axis d: a superset, as
 * rounding must not lose one. False if there is none. */
static inline bool image_range(const Search *search, int d, double low, double high, int range[2])
{
  const double slack = 1e-9;
  double from = (search->low[d] - search->reach - high) * search->inverse[d];
  double to = (search->high[d] + search->reach - low) * search->inverse[d];
  range[0] = (int)ceil(from - slack);
  range[1] = (int)floor(to + slack);
  if (search->inverse[d] == 0.0)
    return search->low[d] - search->reach <= high && low <= search->high[d] + search->reach;
  return range[0] <= range[1];
}

static inline double gap2(const Search *search, int d, double x)
{
  double below = search->low[d] - x, above = x - search->high[d];
  double gap = below > above ? below : above;
  return gap > 0.0 ? gap * gap : 0.0;
}

/* Adds the images of atom i, with numbers in `range` relative to its wrapped position. */
static GbStatus add_images(const Search *search, const int wrap[3], int i, int range[3][2],
                           GbCopies *copies)
{
  const GbAtoms *local = search->local;
  const double *x = local->x[i], *length = local->length;
  for (int mz = range[2][0]; mz <= range[2][1]; mz++) {
    double z2 = gap2(search, 2, gb_image(x[2], wrap[2] + mz, length[2]));
    for (int my = range[1][0]; my <= range[1][1]; my++) {
      double yz2 = z2 + gap2(search, 1, gb_image(x[1], wrap[1] + my, length[1]));
      for (int mx = range[0][0]; mx <= range[0][1]; mx++) {
        if (search->self && mx == 0 && my == 0 && mz == 0) continue;
        double d2 = yz2 + gap2(search, 0, gb_image(x[0], wrap[0] + mx, length[0]));
        if (d2 > search->reach2) continue;
        GB_CALL(reserve_copies(copies));
        copies->atom[copies->n] = i;
        copies->boxes[copies->n][0] = wrap[0] + mx;
        copies->boxes[copies->n][1] = wrap[1] + my;
        copies->boxes[copies->n][2] = wrap[2] + mz;
        copies->n++;
      }
    }
  }
  return GB_OK;
}

/* All copies that rank q needs of this rank's atoms. */
static GbStatus find_copies(GbDomain *domain, const GbAtoms *local, double reach, int q)
{
  Search search = {.local = local, .reach = reach, .self = q == domain->rank};
  search.reach2 = reach * reach * (1.0 + 1e-12);
  const double *hull = domain->hull[q], *mine = domain->hull[domain->rank];
  int range[3][2];
  for (int d = 0; d < 3; d++) {
    search.low[d] = -hull[d];
    search.high[d] = hull[3 + d];
    search.inverse[d] = local->periodic[d] ? 1.0 / local->length[d] : 0.0;
  }
  if (local->n == 0 || !isfinite(search.low[0])) return GB_OK; /* one of the two has no atoms */
  for (int d = 0; d < 3; d++)
    if (!image_range(&search, d, -mine[d], mine[3 + d], range[d])) return GB_OK;
  for (int i = 0; i < local->n; i++) {
    const double *seen = domain->seen[i];
    if (image_range(&search, 0, seen[0], seen[0], range[0]) &&
        image_range(&search, 1, seen[1], seen[1], range[1]) &&
        image_range(&search, 2, seen[2], seen[2], range[2]))
      GB_CALL(add_images(&search, domain->wrap[i], i, range, &domain->copies));
  }
  return GB_OK;
}

static GbStatus find_all_copies(GbDomain *domain, const GbAtoms *local, double reach)
{
  GbCopies *copies = &domain->copies;
  copies->n = 0;
  GB_CALL(find_copies(domain, local, reach, domain->rank));
  copies->nself = copies->n;
  for (int q = 0; q < domain->size; q++) {
    int before = copies->n;
    if (q != domain->rank) GB_CALL(find_copies(domain, local, reach, q));
    domain->send_count[q] = copies->n - before;
  }
  return GB_OK;
}

static GbStatus reserve_ghosts(GbDomain *domain)
{
  GbGhosts *ghosts = &domain->ghosts;
  int64_t n = domain->copies.nself, nsent = domain->copies.n - domain->copies.nself;
  for (int q = 0; q < domain->size; q++)
    n += domain->receive_count[q];
  if (n > INT_MAX / 2) GB_FAIL(GB_ERR_MEMORY, "%lld ghosts on one rank", (long long)n);
  ghosts->n = 0;
  if (n > domain->ghost_capacity || !ghosts->id) {
    int64_t capacity = n + n / 16;
    free(ghosts->id);
    free(ghosts->type);
    free(ghosts->x);
    *ghosts = (GbGhosts){0};
    domain->ghost_capacity = 0;
    GB_CALLOC(ghosts->id, capacity);
    GB_CALLOC(ghosts->type, capacity);
    GB_CALLOC(ghosts->x, capacity);
    domain->ghost_capacity = (int)capacity;
  }
  if (nsent > domain->packed_capacity) {
    int64_t capacity = nsent + nsent / 16;
    free(domain->packed);
    domain->packed = NULL;
    domain->packed_capacity = 0;
    GB_CALLOC(domain->packed, capacity);
    domain->packed_capacity = (int)capacity;
  }
  ghosts->n = (int)n;
  return GB_OK;
}

/* --- Exchange -----------------------------------------------------------------------------------
 */

static void begin_receive(GbDomain *domain, void *ghost, MPI_Datatype type, size_t size, int tag)
{
  char *to = (char *)ghost + (size_t)domain->copies.nself * size;
  domain->nrequests = 0;
  for (int q = 0; q < domain->size; q++) {
    if (domain->receive_count[q] == 0) continue;
    MPI_Irecv(to, domain->receive_count[q], type, q, tag, domain->comm,
              &domain->request[domain->nrequests++]);
    to += (size_t)domain->receive_count[q] * size;
  }
}

static void begin_send(GbDomain *domain, MPI_Datatype type, size_t size, int tag)
{
  const char *from = (const char *)domain->packed;
  for (int q = 0; q < domain->size; q++) {
    if (domain->send_count[q] == 0) continue;
    MPI_Isend(from, domain->send_count[q], type, q, tag, domain->comm,
              &domain->request[domain->nrequests++]);
    from += (size_t)domain->send_count[q] * size;
  }
}

static void end_exchange(GbDomain *domain)
{
  if (domain->nrequests > 0) MPI_Waitall(domain->nrequests, domain->request, MPI_STATUSES_IGNORE);
  domain->nrequests = 0;
}

/* Ids and types, once per search. */
static void exchange_names(GbDomain *domain, const GbAtoms *local)
{
  const GbCopies *copies = &domain->copies;
  GbGhosts *ghosts = &domain->ghosts;
  int nself = copies->nself;
  int64_t *id = (int64_t *)domain->packed;
  begin_receive(domain, ghosts->id, MPI_INT64_T, sizeof *ghosts->id, TAG_ID);
  for (int c = 0; c < copies->n; c++)
    *(c < nself ? &ghosts->id[c] : &id[c - nself]) = local->id[copies->atom[c]];
  begin_send(domain, MPI_INT64_T, sizeof *id, TAG_ID);
  end_exchange(domain);
  int *type = (int *)domain->packed;
  begin_receive(domain, ghosts->type, MPI_INT, sizeof *ghosts->type, TAG_TYPE);
  for (int c = 0; c < copies->n; c++)
    *(c < nself ? &ghosts->type[c] : &type[c - nself]) = local->type[copies->atom[c]];
  begin_send(domain, MPI_INT, sizeof *type, TAG_TYPE);
  end_exchange(domain);
}

static GbStatus prepare(GbDomain *domain, const GbAtoms *local, double reach)
{
  GB_CALL(GbDomainCheckPositions(local));
  if (!(reach >= 0.0 && isfinite(reach))) GB_FAIL(GB_ERR_ARG, "ghosts within %g angstrom", reach);
  for (int d = 0; d < 3; d++)
    if (local->periodic[d] && !(reach / local->length[d] < MAX_IMAGES))
      GB_FAIL(GB_ERR_NUMERIC, "the box is only %g angstrom long along axis %c", local->length[d],
              'x' + d);
  GB_CALL(GbDomainReserve(domain, local->n));
  return GB_OK;
}

GbStatus GbDomainFindGhosts(GbDomain *domain, const GbAtoms *local, double reach, int (*wrap)[3])
{
  double hull[6];
  GbDomainForgetGhosts(domain);
  GB_CALL(GbErrorSync(domain->comm, prepare(domain, local, reach)));
  wrap_atoms(domain, local, hull);
  MPI_Allgather(hull, 6, MPI_DOUBLE, domain->hull, 6, MPI_DOUBLE, domain->comm);
  GB_CALL(GbErrorSync(domain->comm, find_all_copies(domain, local, reach)));
  MPI_Alltoall(domain->send_count, 1, MPI_INT, domain->receive_count, 1, MPI_INT, domain->comm);
  GB_CALL(GbErrorSync(domain->comm, reserve_ghosts(domain)));
  exchange_names(domain, local);
  GbDomainUpdateGhosts(domain, local);
  if (wrap && local->n > 0) memcpy(wrap, domain->wrap, (size_t)local->n * sizeof *wrap);
  return GB_OK;
}

/* Positions of the copies [from, to). */
static void pack_positions(const GbCopies *copies, const GbAtoms *local, int from, int to,
                           double (*x)[3])
{
  const double length[3] = {local->length[0], local->length[1], local->length[2]};
#pragma omp parallel for schedule(static) if (to - from > GB_MANY_ATOMS)
  for (int c = from; c < to; c++)
    for (int d = 0; d < 3; d++)
      x[c - from][d] = gb_image(local->x[copies->atom[c]][d], copies->boxes[c][d], length[d]);
}

void GbDomainUpdateGhosts(GbDomain *domain, const GbAtoms *local)
{
  const GbCopies *copies = &domain->copies;
  begin_receive(domain, domain->ghosts.x, domain->vector, sizeof *domain->ghosts.x, TAG_POSITION);
  pack_positions(copies, local, copies->nself, copies->n, domain->packed);
  begin_send(domain, domain->vector, sizeof *domain->packed, TAG_POSITION);
  pack_positions(copies, local, 0, copies->nself, domain->ghosts.x);
  end_exchange(domain);
}

static void pack_numbers(const GbCopies *copies, const double *own, int from, int to, double *out)
{
#pragma omp parallel for schedule(static) if (to - from > GB_MANY_ATOMS)
  for (int c = from; c < to; c++)
    out[c - from] = own[copies->atom[c]];
}

void GbDomainSpread(GbDomain *domain, const double *own, double *ghost)
{
  const GbCopies *copies = &domain->copies;
  begin_receive(domain, ghost, MPI_DOUBLE, sizeof *ghost, TAG_NUMBER);
  pack_numbers(copies, own, copies->nself, copies->n, (double *)domain->packed);
  begin_send(domain, MPI_DOUBLE, sizeof *ghost, TAG_NUMBER);
  pack_numbers(copies, own, 0, copies->nself, ghost);
  end_exchange(domain);
}
