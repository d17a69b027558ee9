/* The neighbour search knows rectangular boxes. Here the images that can be neighbours of the
 * cell's atoms are made as atoms of their own, in the reference and, by the same numbers of edges,
 * in the current configuration; the cluster has free surfaces, and its first n atoms have all their
 * neighbours. An image is needed if it is within the cutoff of the cell, measured across each pair
 * of faces. */
#include "atomistic/analysis/strain_tilted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ENTRIES = 200000000 };

typedef struct {
  const double *lo, *length, *tilt;
} Cell;

static Cell cell_of(const GbAtoms *atoms, const double tilt[3])
{
  return (Cell){atoms->lo, atoms->length, tilt};
}

/* x in units of the edges, from the corner. */
static void to_edges(const Cell *cell, const double x[3], double s[3])
{
  const double *l = cell->length, *t = cell->tilt;
  s[2] = (x[2] - cell->lo[2]) / l[2];
  s[1] = (x[1] - cell->lo[1] - t[2] * s[2]) / l[1];
  s[0] = (x[0] - cell->lo[0] - t[0] * s[1] - t[1] * s[2]) / l[0];
}

static void add_edges(const Cell *cell, const double n[3], double x[3])
{
  const double *l = cell->length, *t = cell->tilt;
  x[0] += n[0] * l[0] + n[1] * t[0] + n[2] * t[1];
  x[1] += n[1] * l[1] + n[2] * t[2];
  x[2] += n[2] * l[2];
}

/* Cutoff over the distance between opposite faces: volume over the area of a face. */
static void reach_of(const Cell *cell, double cutoff, double reach[3])
{
  const double *l = cell->length, xy = cell->tilt[0], xz = cell->tilt[1], yz = cell->tilt[2];
  const double volume = l[0] * l[1] * l[2];
  const double bc[3] = {l[1] * l[2], -xy * l[2], xy * yz - l[1] * xz};
  const double ca[3] = {0.0, l[0] * l[2], -l[0] * yz};
  reach[0] = cutoff * sqrt(bc[0] * bc[0] + bc[1] * bc[1] + bc[2] * bc[2]) / volume;
  reach[1] = cutoff * hypot(ca[1], ca[2]) / volume;
  reach[2] = cutoff / l[2];
}

void GbUnwrapTilted(const GbAtoms *reference, const double reference_tilt[3], GbAtoms *current,
                    const double current_tilt[3])
{
  const Cell before = cell_of(reference, reference_tilt), now = cell_of(current, current_tilt);
  for (int i = 0; i < current->n; i++) {
    double was[3], is[3], n[3];
    to_edges(&before, reference->x[i], was);
    to_edges(&now, current->x[i], is);
    for (int d = 0; d < 3; d++)
      n[d] = reference->periodic[d] ? -round(is[d] - was[d]) : 0.0;
    add_edges(&now, n, current->x[i]);
  }
}

/* --- The cluster --------------------------------------------------------------------------------
 */

typedef struct {
  Cell before, now;
  double reach[3];
  GbAtoms reference, current; /* [count] once allocated */
  int64_t count;
  bool store;
} Cluster;

static void add_entry(const GbAtoms *reference, const GbAtoms *current, int i, const double n[3],
                      Cluster *c)
{
  const int64_t k = c->count++;
  if (!c->store) return;
  memcpy(c->reference.x[k], reference->x[i], sizeof c->reference.x[k]);
  memcpy(c->current.x[k], current->x[i], sizeof c->current.x[k]);
  add_edges(&c->before, n, c->reference.x[k]);
  add_edges(&c->now, n, c->current.x[k]);
  c->reference.id[k] = c->current.id[k] = k + 1;
}

/* The images of atom i in the cell (which = 0) or around it (1). */
static void add_images(const GbAtoms *reference, const GbAtoms *current, int i, int which,
                       Cluster *c)
{
  double s[3], inside[3], low[3], high[3], n[3];
  to_edges(&c->before, reference->x[i], s);
  for (int d = 0; d < 3; d++) {
    const bool periodic = reference->periodic[d];
    inside[d] = periodic ? -floor(s[d]) : 0.0;
    low[d] = periodic && which ? ceil(-c->reach[d] - s[d]) : inside[d];
    high[d] = periodic && which ? floor(1.0 + c->reach[d] - s[d]) : inside[d];
  }
  for (n[0] = low[0]; n[0] <= high[0]; n[0]++)
    for (n[1] = low[1]; n[1] <= high[1]; n[1]++)
      for (n[2] = low[2]; n[2] <= high[2]; n[2]++) {
        const bool own = n[0] == inside[0] && n[1] == inside[1] && n[2] == inside[2];
        if (own != (which == 0)) continue;
        add_entry(reference, current, i, n, c);
      }
}

static void fill(const GbAtoms *reference, const GbAtoms *current, Cluster *c)
{
  c->count = 0;
  for (int which = 0; which < 2; which++)
    for (int i = 0; i < reference->n; i++)
      add_images(reference, current, i, which, c);
}

static GbStatus check(const GbAtoms *reference, const double reference_tilt[3],
                      const GbAtoms *current, const double current_tilt[3], double cutoff,
                      Cluster *c)
{
  static const char *const names[3] = {"xy", "xz", "yz"};
  if (reference->n != current->n)
    GB_FAIL(GB_ERR_INPUT, "strain: expected the same atoms, found %d and %d", reference->n,
            current->n);
  for (int k = 0; k < 3; k++) {
    const int d = k == 2; /* the edge that a tilt goes along */
    const double change =
        current_tilt[k] / current->length[d] - reference_tilt[k] / reference->length[d];
    if (!(fabs(change) <= 0.5))
      GB_FAIL(GB_ERR_INPUT,
              "strain: expected the tilt %s to change by at most half the edge, found a change by "
              "%.3g of it (was the box flipped?)",
              names[k], change);
  }
  reach_of(&c->before, cutoff, c->reach);
  double most = reference->n;
  for (int d = 0; d < 3; d++)
    if (reference->periodic[d]) most *= 2.0 * c->reach[d] + 2.0;
  if (!(most <= MOST_ENTRIES))
    GB_FAIL(GB_ERR_INPUT, "strain: expected a cutoff that fits the box, found %g angstrom", cutoff);
  for (int i = 0; i < reference->n; i++)
    for (int d = 0; d < 3; d++)
      if (!(fabs(reference->x[i][d]) < 1e9 && fabs(current->x[i][d]) < 1e9))
        GB_FAIL(GB_ERR_INPUT, "strain: expected coordinates below 1e9 angstrom, found atom %lld",
                (long long)reference->id[i]);
  return GB_OK;
}

static GbStatus compute(const GbAtoms *reference, const GbAtoms *current, double cutoff, Cluster *c,
                        GbStrain *strain)
{
  fill(reference, current, c); /* counts */
  GB_CALL(GbAtomsAllocate(&c->reference, (int)c->count));
  GB_CALL(GbAtomsAllocate(&c->current, (int)c->count));
  c->store = true;
  fill(reference, current, c);
  GbAtomsFitFreeAxes(&c->reference);
  GbAtomsFitFreeAxes(&c->current);
  GB_CALL(GbStrainCompute(&c->reference, &c->current, cutoff, strain));
  strain->n = reference->n; /* the images have been neighbours only */
  return GB_OK;
}

GbStatus GbStrainComputeTilted(const GbAtoms *reference, const double reference_tilt[3],
                               const GbAtoms *current, const double current_tilt[3], double cutoff,
                               GbStrain *strain)
{
  Cluster cluster = {.before = cell_of(reference, reference_tilt),
                     .now = cell_of(current, current_tilt)};
  GB_CALL(check(reference, reference_tilt, current, current_tilt, cutoff, &cluster));
  GbStatus status = compute(reference, current, cutoff, &cluster, strain);
  GbAtomsFree(&cluster.reference);
  GbAtomsFree(&cluster.current);
  GB_CALL(status);
  return GB_OK;
}
