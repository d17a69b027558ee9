#include "atomistic/files/frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void GbFrameInit(GbFrame *frame)
{
  *frame = (GbFrame){.step = -1, .time_ps = NAN, .strain = NAN};
}

GbStatus GbFrameAllocate(GbFrame *frame, int n)
{
  GB_CALL(GbAtomsAllocate(&frame->atoms, n));
  for (int d = 0; d < 3; d++)
    frame->atoms.periodic[d] = true;
  for (int t = 0; t < GB_MAX_TYPES; t++)
    frame->atoms.mass[t] = 1.0;
  return GB_OK;
}

void GbFrameFree(GbFrame *frame)
{
  if (!frame) return;
  GbAtomsFree(&frame->atoms);
  for (int k = 0; k < frame->ncolumns; k++)
    free(frame->columns[k].values);
  GbFrameInit(frame);
}

GbStatus GbFrameAddColumn(GbFrame *frame, const char *name, double **values)
{
  const size_t length = strlen(name);
  if (length < 1 || length >= GB_COLUMN_NAME || strpbrk(name, " \t\r\n/:\""))
    GB_FAIL(GB_ERR_INPUT,
            "column \"%s\": expected a name of at most %d characters without blanks, : and /", name,
            GB_COLUMN_NAME - 1);
  if (GbFrameColumn(frame, name))
    GB_FAIL(GB_ERR_INPUT, "column \"%s\": expected one of that name, found two", name);
  if (frame->ncolumns == GB_MAX_COLUMNS)
    GB_FAIL(GB_ERR_INPUT, "column \"%s\": expected at most %d further columns", name,
            GB_MAX_COLUMNS);
  GbColumn *column = &frame->columns[frame->ncolumns];
  GB_CALLOC(column->values, frame->atoms.n);
  memcpy(column->name, name, length + 1);
  frame->ncolumns++;
  if (values) *values = column->values;
  return GB_OK;
}

const double *GbFrameColumn(const GbFrame *frame, const char *name)
{
  for (int k = 0; k < frame->ncolumns; k++)
    if (strcmp(frame->columns[k].name, name) == 0) return frame->columns[k].values;
  return NULL;
}

/* --- Order --------------------------------------------------------------------------------------
 */

typedef struct {
  int64_t id;
  int index;
} Ranked;

static int by_id(const void *a, const void *b)
{
  int64_t i = ((const Ranked *)a)->id, j = ((const Ranked *)b)->id;
  return (i > j) - (i < j);
}

static void permute(const Ranked *order, int n, void *data, size_t size, char *spare)
{
  char *bytes = data;
  for (int i = 0; i < n; i++)
    memcpy(spare + (size_t)i * size, bytes + (size_t)order[i].index * size, size);
  memcpy(bytes, spare, (size_t)n * size);
}

static GbStatus sort_all(GbFrame *frame, const char *path, Ranked *order, char *spare)
{
  GbAtoms *a = &frame->atoms;
  for (int i = 0; i < a->n; i++)
    order[i] = (Ranked){a->id[i], i};
  qsort(order, (size_t)a->n, sizeof *order, by_id);
  for (int i = 1; i < a->n; i++)
    if (order[i].id == order[i - 1].id)
      GB_FAIL(GB_ERR_INPUT, "%s: two atoms have the id %lld", path, (long long)order[i].id);
  permute(order, a->n, a->id, sizeof *a->id, spare);
  permute(order, a->n, a->type, sizeof *a->type, spare);
  permute(order, a->n, a->x, sizeof *a->x, spare);
  permute(order, a->n, a->v, sizeof *a->v, spare);
  permute(order, a->n, a->f, sizeof *a->f, spare);
  for (int k = 0; k < frame->ncolumns; k++)
    permute(order, a->n, frame->columns[k].values, sizeof(double), spare);
  return GB_OK;
}

GbStatus GbFrameSort(GbFrame *frame, const char *path)
{
  const GbAtoms *a = &frame->atoms;
  int sorted = 1;
  while (sorted < a->n && a->id[sorted] > a->id[sorted - 1])
    sorted++;
  if (sorted >= a->n) return GB_OK;
  Ranked *order = NULL;
  char *spare = NULL;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&order, (size_t)a->n, sizeof *order), done);
  GB_TRY(status, GbCalloc((void **)&spare, (size_t)a->n, sizeof *a->x), done);
  GB_TRY(status, sort_all(frame, path, order, spare), done);
done:
  free(order);
  free(spare);
  return status;
}

bool GbFrameTilted(const GbFrame *frame)
{
  return frame->tilt[0] != 0.0 || frame->tilt[1] != 0.0 || frame->tilt[2] != 0.0;
}

bool GbFrameLeavesBox(const GbFrame *frame)
{
  const GbAtoms *a = &frame->atoms;
  for (int i = 0; i < a->n; i++)
    for (int d = 0; d < 3; d++)
      if (a->periodic[d] && (a->x[i][d] < a->lo[d] || a->x[i][d] > a->lo[d] + a->length[d]))
        return true;
  return false;
}

/* --- Elements -----------------------------------------------------------------------------------
 */

int GbElementsFind(GbElements *elements, const char *name)
{
  for (int t = 0; t < elements->n; t++)
    if (strcmp(elements->name[t], name) == 0) return t;
  if (elements->n == GB_MAX_TYPES || strlen(name) >= sizeof elements->name[0]) return -1;
  strcpy(elements->name[elements->n], name);
  return elements->n++;
}

void GbElementsApply(const GbElements *elements, GbAtoms *atoms)
{
  int rank[GB_MAX_TYPES] = {0};
  double mass[GB_MAX_TYPES];
  memcpy(mass, atoms->mass, sizeof mass);
  for (int t = 0; t < elements->n; t++)
    for (int other = 0; other < elements->n; other++)
      rank[t] += strcmp(elements->name[other], elements->name[t]) < 0;
  atoms->ntypes = elements->n;
  for (int t = 0; t < elements->n; t++) {
    strcpy(atoms->element[rank[t]], elements->name[t]);
    atoms->mass[rank[t]] = mass[t];
  }
  for (int i = 0; i < atoms->n; i++)
    atoms->type[i] = rank[atoms->type[i]];
}
