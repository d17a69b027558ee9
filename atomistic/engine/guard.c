/* What a run says when it fails: which atom, where, when, and what was around it.
 *
 * The rank that owns the atom writes the message; of several atoms the one with the lowest id is
 * named, so that all runs name the same. Then all atoms are gathered and rank 0 writes those near
 * the atom to an extended XYZ file. */
#include "atomistic/engine/integrate.h"
#include "atomistic/engine/md_internal.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOST_BEYOND 100.0 /* angstrom outside the sample along a free axis */
#define AROUND 10.0       /* angstrom */
#define TOO_NEAR 1.0      /* angstrom; no two metal atoms come so near by thermal motion */
enum { COLUMNS = 6, PATH_SIZE = 4096 };

static int64_t step_of(const GbMdRunning *run)
{
  return run->options->first_step + run->p.done;
}

static double square(const double v[3])
{
  return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}

static double distance2(const GbAtoms *a, const double p[3], const double q[3])
{
  double r[3];
  for (int d = 0; d < 3; d++) {
    r[d] = p[d] - q[d];
    if (a->periodic[d]) r[d] -= a->length[d] * round(r[d] / a->length[d]);
  }
  return square(r);
}

/* --- The surroundings ---------------------------------------------------------------------------
 */

static GbStatus select_around(const GbAtoms *a, int center, GbAtoms *part)
{
  bool *keep = NULL;
  int count = 0;
  GB_CALLOC(keep, a->n);
  for (int i = 0; i < a->n; i++) {
    keep[i] = i == center || distance2(a, a->x[i], a->x[center]) <= AROUND * AROUND;
    count += keep[i];
  }
  GbStatus status = GbAtomsAllocate(part, count);
  for (int i = 0, k = 0; status == GB_OK && i < a->n; i++) {
    if (!keep[i]) continue;
    part->id[k] = a->id[i];
    part->type[k] = a->type[i];
    memcpy(part->x[k], a->x[i], sizeof part->x[k]);
    memcpy(part->v[k], a->v[i], sizeof part->v[k]);
    memcpy(part->f[k], a->f[i], sizeof part->f[k]);
    k++;
  }
  free(keep);
  memcpy(part->lo, a->lo, sizeof part->lo);
  memcpy(part->length, a->length, sizeof part->length);
  memcpy(part->periodic, a->periodic, sizeof part->periodic);
  memcpy(part->element, a->element, sizeof part->element);
  return status;
}

static GbStatus write_part(const char *path, const GbAtoms *part)
{
  static const char *const names[COLUMNS] = {"vx", "vy", "vz", "fx", "fy", "fz"};
  double *columns[COLUMNS] = {NULL};
  GbStatus status = GB_OK;
  for (int c = 0; c < COLUMNS && status == GB_OK; c++)
    status = GbCalloc((void **)&columns[c], (size_t)part->n, sizeof **columns);
  for (int i = 0; status == GB_OK && i < part->n; i++)
    for (int d = 0; d < 3; d++) {
      columns[d][i] = part->v[i][d];
      columns[3 + d][i] = part->f[i][d];
    }
  if (status == GB_OK)
    status = GbAtomsWriteXyz(path, part, COLUMNS, names, (const double *const *)columns);
  for (int c = 0; c < COLUMNS; c++)
    free(columns[c]);
  return status;
}

static GbStatus write_around(const char *path, const GbAtoms *atoms, int64_t id)
{
  GbAtoms part = {0};
  int center = 0;
  while (center < atoms->n - 1 && atoms->id[center] != id)
    center++;
  GbStatus status = select_around(atoms, center, &part);
  if (status == GB_OK) status = write_part(path, &part);
  GbAtomsFree(&part);
  return status;
}

/* Puts the file into the message of the current error, which must be the same on all ranks. */
static GbStatus fail_with_dump(GbMdRunning *run, int64_t id)
{
  MPI_Comm comm = GbForceComm(run->force);
  const char *folder = run->options->dump_folder;
  char message[2048], path[PATH_SIZE];
  int rank;
  snprintf(message, sizeof message, "%s", GbErrorMessage());
  GB_CALL(GbMdGather(run));
  if (!folder) GB_FAIL(GB_ERR_NUMERIC, "%s", message);
  MPI_Comm_rank(comm, &rank);
  snprintf(path, sizeof path, "%s/lost-atom-%lld.xyz", folder, (long long)id);
  GbStatus status = rank == 0 ? write_around(path, run->sample, id) : GB_OK;
  if (GbErrorSync(comm, status) != GB_OK)
    GB_FAIL(GB_ERR_NUMERIC, "%s; its surroundings were not written: %s", message, GbErrorMessage());
  GB_FAIL(GB_ERR_NUMERIC, "%s; its surroundings are in %s", message, path);
}

/* --- Naming the atom ----------------------------------------------------------------------------
 */

typedef bool (*Wrong)(const GbMdRunning *run, int i);

/* Lowest id of all ranks' atoms for which `wrong` holds, and its index here or -1. INT64_MAX: none.
 * Collective. */
static int64_t lowest_id(const GbMdRunning *run, Wrong wrong, int *index)
{
  const GbAtoms *a = &run->local;
  int64_t mine = INT64_MAX, lowest;
  *index = -1;
  for (int i = 0; i < a->n; i++)
    if (a->id[i] < mine && wrong(run, i)) {
      mine = a->id[i];
      *index = i;
    }
  MPI_Allreduce(&mine, &lowest, 1, MPI_INT64_T, MPI_MIN, GbForceComm(run->force));
  if (mine != lowest) *index = -1;
  return lowest;
}

static const char *element_of(const GbAtoms *a, int i)
{
  const char *name = a->element[a->type[i]];
  return name[0] ? name : "unknown";
}

/* "step 7: atom 18 (Cu) at 1 2 3" */
static void describe(const GbMdRunning *run, int i, size_t size, char *text)
{
  const GbAtoms *a = &run->local;
  snprintf(text, size, "step %lld: atom %lld (%s) at %g %g %g", (long long)step_of(run),
           (long long)a->id[i], element_of(a, i), a->x[i][0], a->x[i][1], a->x[i][2]);
}

/* The owner (index >= 0) has the message in `text`; all ranks fail with it. */
static GbStatus fail_together(GbMdRunning *run, int index, int64_t id, const char *text)
{
  GbStatus status = GB_OK;
  if (index >= 0) status = GbErrorSet(GB_ERR_NUMERIC, __FILE__, __LINE__, __func__, "%s", text);
  (void)!GbErrorSync(GbForceComm(run->force), status);
  return fail_with_dump(run, id);
}

/* --- Moves --------------------------------------------------------------------------------------
 */

static bool moves_too_far(const GbMdRunning *run, int i)
{
  double dt = run->options->dt_ps;
  return !(square(run->local.v[i]) * dt * dt <= GB_MOVE_MAX * GB_MOVE_MAX);
}

GbStatus GbGuardMoved(GbMdRunning *run)
{
  char where[256] = "", text[512] = "";
  int i;
  int64_t id = lowest_id(run, moves_too_far, &i);
  if (i >= 0) {
    describe(run, i, sizeof where, where);
    double move = sqrt(square(run->local.v[i])) * run->options->dt_ps;
    if (isfinite(move))
      snprintf(text, sizeof text,
               "%s would move by %g angstrom in one step, at most %g is allowed: the time step is "
               "too long or atoms overlap",
               where, move, GB_MOVE_MAX);
    else
      snprintf(text, sizeof text, "%s has a velocity that is not a number", where);
  }
  if (id != INT64_MAX) return fail_together(run, i, id, text);
  GB_FAIL(GB_ERR_NUMERIC,
          "step %lld: an atom moved by more than %g angstrom in one step: the time step is too "
          "long or atoms overlap",
          (long long)step_of(run), GB_MOVE_MAX);
}

/* --- Lost atoms ---------------------------------------------------------------------------------
 */

static bool is_outside(const GbMdRunning *run, int i)
{
  for (int d = 0; d < 3; d++) {
    double x = run->local.x[i][d];
    if (run->local.periodic[d]) continue;
    if (!(x > run->p.lo[d] - LOST_BEYOND && x < run->p.hi[d] + LOST_BEYOND)) return true;
  }
  return false;
}

GbStatus GbGuardLost(GbMdRunning *run, const double lo[3], const double hi[3])
{
  bool lost = false;
  for (int d = 0; d < 3; d++)
    if (!run->local.periodic[d])
      lost = lost || !(lo[d] > run->p.lo[d] - LOST_BEYOND && hi[d] < run->p.hi[d] + LOST_BEYOND);
  if (!lost) return GB_OK;
  char where[256] = "", text[512] = "";
  int i;
  int64_t id = lowest_id(run, is_outside, &i);
  if (i >= 0) {
    describe(run, i, sizeof where, where);
    snprintf(text, sizeof text,
             "%s has left the sample: it is more than %g angstrom outside along a free axis", where,
             LOST_BEYOND);
  }
  return fail_together(run, i, id, text);
}

/* --- Overlaps -----------------------------------------------------------------------------------
 */

/* The nearest neighbour of the sample's atom i; its distance in angstrom. */
static int nearest(const GbAtoms *a, int i, double *distance)
{
  int found = -1;
  double least = INFINITY;
  for (int k = 0; k < a->n; k++) {
    double r2 = k == i ? INFINITY : distance2(a, a->x[i], a->x[k]);
    if (!(r2 < least)) continue;
    least = r2;
    found = k;
  }
  *distance = sqrt(least);
  return found;
}

static bool is_pushed_too_far(const GbMdRunning *run, int i)
{
  const GbAtoms *a = &run->local;
  double dt = run->options->dt_ps, mass = GB_MVV_TO_EV * a->mass[a->type[i]];
  return !(sqrt(square(a->f[i])) * 0.5 * dt * dt / mass <= GB_MOVE_MAX);
}

GbStatus GbGuardOverlap(GbMdRunning *run)
{
  char where[256] = "", text[512] = "";
  int i;
  int64_t id = lowest_id(run, is_pushed_too_far, &i);
  if (id == INT64_MAX) return GB_OK;
  GB_CALL(GbMdGather(run));
  if (i >= 0) {
    const GbAtoms *a = run->sample;
    double distance;
    int k = nearest(a, run->local.place[i], &distance);
    describe(run, i, sizeof where, where);
    snprintf(text, sizeof text,
             "%s feels a force of %g eV/angstrom; its nearest neighbour, atom %lld, is %g angstrom "
             "away: atoms overlap",
             where, sqrt(square(run->local.f[i])), k >= 0 ? (long long)a->id[k] : 0LL, distance);
  }
  return fail_together(run, i, id, text);
}

/* --- Forces that are not numbers ----------------------------------------------------------------
 */

typedef struct {
  double x;
  int i;
} Place;

static int by_position(const void *a, const void *b)
{
  double p = ((const Place *)a)->x, q = ((const Place *)b)->x;
  return (p > q) - (p < q);
}

static double wrapped(const GbAtoms *a, int i)
{
  double x = a->x[i][0] - a->lo[0];
  return a->periodic[0] ? x - a->length[0] * floor(x / a->length[0]) : x;
}

/* The first atom that is no place or too near to another; -1: none. Sweeps along x. */
static GbStatus find_overlap(const GbAtoms *a, int *found)
{
  Place *order = NULL;
  GB_CALLOC(order, a->n);
  *found = -1;
  for (int i = 0; i < a->n; i++) {
    if (!isfinite(a->x[i][0]) || !isfinite(a->x[i][1]) || !isfinite(a->x[i][2])) *found = i;
    order[i] = (Place){isfinite(a->x[i][0]) ? wrapped(a, i) : 0.0, i};
  }
  qsort(order, (size_t)a->n, sizeof *order, by_position);
  for (int s = 0; s < a->n && *found < 0; s++)
    for (int t = 1; t < a->n && *found < 0; t++) {
      const Place *p = &order[s], *q = &order[(s + t) % a->n];
      double dx = q->x - p->x + (s + t >= a->n ? a->length[0] : 0.0);
      if (dx > TOO_NEAR) break;
      if (distance2(a, a->x[p->i], a->x[q->i]) < TOO_NEAR * TOO_NEAR)
        *found = a->id[p->i] < a->id[q->i] ? p->i : q->i;
    }
  free(order);
  return GB_OK;
}

GbStatus GbGuardForce(GbMdRunning *run, GbStatus status)
{
  GbErrorPrefix(status, "step %lld", (long long)step_of(run));
  if (status != GB_ERR_NUMERIC) return status;
  char message[2048];
  snprintf(message, sizeof message, "%s", GbErrorMessage());
  int i = -1;
  GB_CALL(GbMdGather(run));
  GB_CALL(find_overlap(run->sample, &i));
  if (i >= 0) {
    const GbAtoms *a = run->sample;
    double distance;
    int k = nearest(a, i, &distance);
    GbErrorSet(status, __FILE__, __LINE__, __func__,
               "%s (atom %lld (%s) and atom %lld are %g angstrom apart)", message,
               (long long)a->id[i], element_of(a, i), k >= 0 ? (long long)a->id[k] : 0LL, distance);
    return fail_with_dump(run, a->id[i]);
  }
  GB_FAIL(status, "%s", message);
}
