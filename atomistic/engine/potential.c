/* EAM potentials: the tables of a setfl file and their interpolation.
 *
 * A setfl file holds, after three comment lines, the element names, nrho drho nr dr cutoff, and per
 * element Z, mass, lattice constant, structure, F(rho) and the densities it makes: one table in an
 * .eam.alloy file, one per element at which the density acts in an .eam.fs file. The pair terms
 * follow as r phi(r) for the pairs 11, 21, 22, 31 ...
 *
 * Between knots each table is a cubic Hermite polynomial whose slopes at the knots come from the
 * five-point central difference (three-point next to the ends, one-sided at the ends). This is the
 * scheme of Foiles' original EAM code, which LAMMPS also follows, so energies and forces agree with
 * LAMMPS to rounding. A natural spline would be as smooth but differ where tables carry few digits.
 *
 * Outside the tables, too, as LAMMPS: the functions of r act up to the cutoff of the file and are
 * cut there, whatever they are worth; if the cutoff lies beyond the last knot, value and slope stay
 * what they are at it. F goes on with its first cubic below zero density and as a line above the
 * last.
 *
 * Sources: Daw, Baskes, Phys. Rev. B 29, 6443 (1984); Finnis, Sinclair, Philos. Mag. A 50, 45
 * (1984). */
#include "atomistic/engine/potential.h"
#include "atomistic/engine/setfl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Hermite data of one function on a uniform grid that starts at 0. */
typedef struct {
  int n;
  double step;
  double *value, *slope; /* [n]; slope per knot spacing */
} Table;

struct GbPotential {
  GbSetfl file; /* header and all values; the tables point into it */
  double *slopes;
  Table embedding[GB_MAX_TYPES];
  Table density[GB_MAX_TYPES][GB_MAX_TYPES]; /* [source][at] */
  Table pair[GB_MAX_TYPES][GB_MAX_TYPES];    /* r phi */
  double density_cutoff[GB_MAX_TYPES][GB_MAX_TYPES];
  double pair_cutoff[GB_MAX_TYPES][GB_MAX_TYPES];
};

static void set_slopes(Table *t)
{
  const double *f = t->value;
  int n = t->n;
  t->slope[0] = f[1] - f[0];
  t->slope[1] = 0.5 * (f[2] - f[0]);
  for (int m = 2; m < n - 2; m++)
    t->slope[m] = ((f[m - 2] - f[m + 2]) + 8.0 * (f[m + 1] - f[m - 1])) / 12.0;
  t->slope[n - 2] = 0.5 * (f[n - 1] - f[n - 3]);
  t->slope[n - 1] = f[n - 1] - f[n - 2];
}

/* Takes the next n values as a table. */
static void take_table(Table *t, int n, double step, double **values, double **slopes)
{
  *t = (Table){.n = n, .step = step, .value = *values, .slope = *slopes};
  set_slopes(t);
  *values += n;
  *slopes += n;
}

static void evaluate(const Table *t, double position, double *value, double *slope)
{
  double u = position / t->step;
  int m = !(u > 0.0) ? 0 : u >= t->n - 2 ? t->n - 2 : (int)u; /* NaN stays NaN */
  double p = u - m;
  p = p > 1.0 ? 1.0 : p; /* below zero (densities may be) the first cubic goes on */
  double f = t->value[m], d = t->slope[m], df = t->value[m + 1] - f, d1 = t->slope[m + 1];
  double c2 = 3.0 * df - 2.0 * d - d1, c3 = d + d1 - 2.0 * df;
  *value = ((c3 * p + c2) * p + d) * p + f;
  *slope = ((3.0 * c3 * p + 2.0 * c2) * p + d) / t->step;
}

/* Slopes below it, eV/angstrom (or of a density), count as none. */
#define AT_REST 1e-9

/* Two knots after the last nonzero value the interpolant is zero; three, if the slope there, which
 * feels that value, counts. A table that does not come to rest at zero acts up to the cutoff of the
 * file. */
static double zero_from(const Table *t, double cutoff)
{
  int last = t->n - 1;
  while (last > 0 && t->value[last] == 0.0)
    last--;
  int from = last + 2;
  if (from < t->n && fabs(t->slope[from]) > AT_REST * t->step) from++;
  return from < t->n ? fmin(from * t->step, cutoff) : cutoff;
}

static GbStatus build_tables(GbPotential *potential)
{
  const GbSetfl *file = &potential->file;
  GB_CALLOC(potential->slopes, file->nvalues);
  double *values = file->values, *slopes = potential->slopes;
  for (int a = 0; a < file->ntypes; a++) {
    take_table(&potential->embedding[a], file->nrho, file->drho, &values, &slopes);
    for (int k = 0; k < file->ndensities; k++)
      take_table(&potential->density[a][k], file->nr, file->dr, &values, &slopes);
    for (int b = file->ndensities; b < file->ntypes; b++)
      potential->density[a][b] = potential->density[a][0];
  }
  for (int a = 0; a < file->ntypes; a++)
    for (int b = 0; b <= a; b++) {
      take_table(&potential->pair[a][b], file->nr, file->dr, &values, &slopes);
      potential->pair[b][a] = potential->pair[a][b];
    }
  for (int a = 0; a < file->ntypes; a++)
    for (int b = 0; b < file->ntypes; b++) {
      potential->density_cutoff[a][b] = zero_from(&potential->density[a][b], file->cutoff);
      potential->pair_cutoff[a][b] = zero_from(&potential->pair[a][b], file->cutoff);
    }
  return GB_OK;
}

/* Rank 0 has read the file; the others get header and values. */
static GbStatus share_file(MPI_Comm comm, GbSetfl *file)
{
  int rank;
  MPI_Comm_rank(comm, &rank);
  double *values = file->values;
  MPI_Bcast(file, (int)sizeof *file, MPI_BYTE, 0, comm);
  file->values = values;
  GbStatus status = GB_OK;
  if (rank != 0) status = GbCalloc((void **)&file->values, (size_t)file->nvalues, sizeof(double));
  GB_CALL(GbErrorSync(comm, status));
  MPI_Bcast(file->values, file->nvalues, MPI_DOUBLE, 0, comm);
  return GB_OK;
}

GbStatus GbPotentialRead(MPI_Comm comm, const char *path, GbPotential **potential)
{
  int rank;
  MPI_Comm_rank(comm, &rank);
  GbPotential *p = NULL;
  GbStatus status = GbCalloc((void **)&p, 1, sizeof *p);
  if (status == GB_OK && rank == 0) status = GbSetflRead(path, &p->file);
  GB_TRY(status, GbErrorSync(comm, status), fail);
  GB_TRY(status, share_file(comm, &p->file), fail);
  GB_TRY(status, GbErrorSync(comm, build_tables(p)), fail);
  *potential = p;
  return GB_OK;
fail:
  GbPotentialDestroy(&p);
  return status;
}

void GbPotentialDestroy(GbPotential **potential)
{
  if (!potential || !*potential) return;
  free((*potential)->slopes);
  free((*potential)->file.values);
  free(*potential);
  *potential = NULL;
}

int GbPotentialTypes(const GbPotential *potential)
{
  return potential->file.ntypes;
}

const char *GbPotentialElement(const GbPotential *potential, int type)
{
  return potential->file.element[type];
}

double GbPotentialMass(const GbPotential *potential, int type)
{
  return potential->file.mass[type];
}

double GbPotentialCutoff(const GbPotential *potential)
{
  double cutoff = 0.0;
  for (int a = 0; a < potential->file.ntypes; a++)
    for (int b = 0; b < potential->file.ntypes; b++)
      cutoff = fmax(cutoff, fmax(potential->pair_cutoff[a][b], potential->density_cutoff[a][b]));
  return cutoff;
}

GbStatus GbPotentialApplyTypes(const GbPotential *potential, GbAtoms *atoms)
{
  if (atoms->ntypes > potential->file.ntypes)
    GB_FAIL(GB_ERR_INPUT, "the sample has %d atom types, the potential only %d", atoms->ntypes,
            potential->file.ntypes);
  for (int a = 0; a < atoms->ntypes; a++) {
    atoms->mass[a] = potential->file.mass[a];
    memcpy(atoms->element[a], potential->file.element[a], sizeof atoms->element[a]);
  }
  return GB_OK;
}

void GbPotentialPair(const GbPotential *potential, int a, int b, double r, double *value,
                     double *slope)
{
  *value = *slope = 0.0;
  if (r >= potential->pair_cutoff[a][b]) return;
  double z, dz; /* r phi */
  evaluate(&potential->pair[a][b], r, &z, &dz);
  *value = z / r;
  *slope = (dz - *value) / r;
}

void GbPotentialDensity(const GbPotential *potential, int source, int at, double r, double *value,
                        double *slope)
{
  *value = *slope = 0.0;
  if (r < potential->density_cutoff[source][at])
    evaluate(&potential->density[source][at], r, value, slope);
}

void GbPotentialEmbedding(const GbPotential *potential, int type, double rho, double *value,
                          double *slope)
{
  const Table *t = &potential->embedding[type];
  evaluate(t, rho, value, slope);
  double last = (t->n - 1) * t->step;
  if (rho > last) *value += *slope * (rho - last);
}

double GbPotentialPairCutoff(const GbPotential *potential, int a, int b)
{
  return potential->pair_cutoff[a][b];
}

double GbPotentialDensityCutoff(const GbPotential *potential, int source, int at)
{
  return potential->density_cutoff[source][at];
}

void GbPotentialEmbeddingGrid(const GbPotential *potential, int *knots, double *step)
{
  *knots = potential->file.nrho;
  *step = potential->file.drho;
}

double GbPotentialStep(const GbPotential *potential)
{
  return potential->file.dr;
}

int GbPotentialKnots(const GbPotential *potential)
{
  return potential->file.nr;
}

/* `end`: of this function. */
static void take_knot(const Table *t, double end, double cutoff, int m, double knot[2])
{
  bool at_rest = end < cutoff && m * t->step >= end;
  knot[0] = at_rest ? 0.0 : t->value[m];
  knot[1] = at_rest ? 0.0 : t->slope[m];
}

void GbPotentialPairKnot(const GbPotential *potential, int a, int b, int m, double knot[2])
{
  take_knot(&potential->pair[a][b], potential->pair_cutoff[a][b], potential->file.cutoff, m, knot);
}

void GbPotentialDensityKnot(const GbPotential *potential, int source, int at, int m, double knot[2])
{
  take_knot(&potential->density[source][at], potential->density_cutoff[source][at],
            potential->file.cutoff, m, knot);
}
