/* Barriers and activation volumes of shear transformations.
 *
 * Push. Around a random atom the displacement is a random shear, u = G r with G symmetric and
 * traceless, plus an equal part of noise, under a Gaussian envelope: shear transformations are what
 * is looked for, noise keeps the search from being blind to others.
 *
 * Activation volume. The energy of a stationary point s (minimum or saddle) at fixed box obeys
 * dE_s / d eps_ij = V sigma_ij(s) exactly, for the atoms' part vanishes (forces are zero). So the
 * barrier Q = E_sad - E_min obeys dQ / d eps_ij = V (sigma_sad - sigma_min)_ij = -D_ij,   D =
 * virial_sad - virial_min with virial = -V sigma. Under an applied shear stress tau on some plane
 * and direction the strain is the engineering shear g = tau / mu, 2 eps_xy = g, thus dQ/dtau =
 * -D_xy / mu in the frame of that plane, and over all planes D_xy is at most (D_1 - D_3) / 2,
 * principal values of D. Hence Q(tau) = Q - V* tau,   V* = (D_1 - D_3) / (2 mu). The same tensor
 * between initial and final minimum gives gamma_T Omega: an inclusion of volume Omega with
 * transformation strain eps* changes the stress of a fixed box by -C : eps* Omega / V (Eshelby,
 * Proc. R. Soc. A 241, 376 (1957)), so D = C : eps* Omega and gamma_T Omega = (D_1 - D_3) / (2 mu),
 * Omega tr eps* = tr D / (3 K). V* is thus gamma Omega at the saddle.
 *
 * Filter. A saddle is taken as one of a shear transformation if at least min_atoms atoms moved and
 * the shear volume of the event is at least min_shear_volume and exceeds its dilatation volume.
 * Others (hops of single atoms) are counted but left out, and so are saddles with a barrier below
 * min_barrier on either side: steps between the shallow minima of one basin, made and undone within
 * picoseconds. This cuts the distribution of barriers off from below: it is one of events that
 * last. Saddles of equal barrier and end state at the same place are one.
 *
 * Start. A quickly quenched glass has so many shallow minima that every other saddle belongs to
 * another minimum than the one the search started from. Such a saddle counts with its own two
 * minima, to which it relaxes, if the near one lies at most neighbour_energy above the one searched
 * from: then it is a barrier of the same glass. */
#include "atomistic/statistics/barriers.h"

#include "base/log.h"
#include "base/rng.h"
#include "base/stop.h"
#include "base/units.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one search brings back: plain doubles, so that ranks can exchange rows. */
typedef enum {
  ROW_DONE, /* 1 once the search ran */
  ROW_BROKEN,
  ROW_OUTCOME,
  ROW_EVALUATIONS,
  ROW_BARRIER,
  ROW_REVERSE,
  ROW_ACTIVATION,
  ROW_SHEAR,
  ROW_DILATATION,
  ROW_CHI,
  ROW_ATOMS,
  ROW_START, /* energy of the start above the minimum searched from */
  ROW_X,
  ROW_Y,
  ROW_Z,
  ROW_SIZE
} RowColumn;

static const double same_energy_eV = 2e-3, same_place_angstrom = 1.5;

void GbDipoleVolumes(const double from[6], const double to[6], double shear_modulus_GPa,
                     double bulk_modulus_GPa, double *shear, double *dilatation)
{
  double d[6], principal[3];
  for (int k = 0; k < 6; k++)
    d[k] = to[k] - from[k];
  double m[9] = {d[0], d[3], d[4], d[3], d[1], d[5], d[4], d[5], d[2]};
  LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', 3, m, 3, principal);
  *shear = (principal[2] - principal[0]) / (2.0 * shear_modulus_GPa / GB_EV_PER_A3_IN_GPA);
  *dilatation = (d[0] + d[1] + d[2]) / (3.0 * bulk_modulus_GPa / GB_EV_PER_A3_IN_GPA);
}

static void nearest(const GbAtoms *atoms, const double a[3], const double b[3], double d[3])
{
  for (int k = 0; k < 3; k++) {
    d[k] = b[k] - a[k];
    if (atoms->periodic[k]) d[k] -= atoms->length[k] * nearbyint(d[k] / atoms->length[k]);
  }
}

void GbBarrierPush(const GbAtoms *minimum, const GbBarrierOptions *options, int search,
                   double *push)
{
  const uint64_t key = ((uint64_t)options->state << 32) | (uint64_t)search;
  const int n = minimum->n;
  double g[6], noise[4], mean[3] = {0};
  for (int k = 0; k < 3; k++)
    GbRngNormal2(options->seed, GB_RNG_SADDLE_SEARCH, key, 0, (uint64_t)k, g + 2 * k);
  const double trace = (g[0] + g[1] + g[2]) / 3.0;
  const double shear[3][3] = {
      {g[0] - trace, g[3], g[4]}, {g[3], g[1] - trace, g[5]}, {g[4], g[5], g[2] - trace}};
  const int centre =
      (int)(GbRngUniform(options->seed, GB_RNG_SADDLE_SEARCH, key, 1, 0) * (double)n);
  for (int i = 0; i < n; i++) {
    double d[3];
    nearest(minimum, minimum->x[centre], minimum->x[i], d);
    const double r2 =
        (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / (options->push_radius * options->push_radius);
    const double envelope = r2 < 4.0 ? exp(-2.0 * r2) : 0.0;
    for (int k = 0; k < 2; k++)
      GbRngNormal2(options->seed, GB_RNG_SADDLE_SEARCH, key, 2 + (uint64_t)i, (uint64_t)k,
                   noise + 2 * k);
    for (int a = 0; a < 3; a++) {
      const double field =
          (shear[a][0] * d[0] + shear[a][1] * d[1] + shear[a][2] * d[2]) / options->push_radius;
      push[3 * i + a] = envelope * (field + 0.5 * noise[a]);
      mean[a] += push[3 * i + a] / n;
    }
  }
  for (int i = 0; i < 3 * n; i++)
    push[i] -= mean[i % 3];
}

/* Virial with the atoms at x. */
static GbStatus virial_at(GbGlass *glass, const double *x, double virial[6])
{
  GbForceResult result;
  memcpy(glass->atoms->x, x, (size_t)glass->atoms->n * 3 * sizeof(double));
  GB_CALL(GbForceCompute(glass->force, glass->atoms, &result));
  memcpy(virial, result.virial, sizeof result.virial);
  return GB_OK;
}

/* Atoms that moved, their mean chi and centre, weighted by squared displacement. */
static void measure_motion(const GbAtoms *minimum, const double *start, const double *final,
                           const double *chi, double threshold, double row[ROW_SIZE])
{
  double weight = 0.0, largest = 0.0, offset[3] = {0}, chi_sum = 0.0;
  int first = 0;
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < minimum->n; i++) {
      double u2 = 0.0, d[3];
      for (int a = 0; a < 3; a++) {
        const double u = final[3 * i + a] - start[3 * i + a];
        u2 += u * u;
      }
      if (pass == 0 && u2 > largest) {
        largest = u2;
        first = i;
      }
      if (pass == 0 || u2 < threshold * threshold) continue;
      nearest(minimum, minimum->x[first], minimum->x[i], d);
      for (int a = 0; a < 3; a++)
        offset[a] += u2 * d[a];
      chi_sum += u2 * chi[i];
      weight += u2;
      row[ROW_ATOMS] += 1.0;
    }
  row[ROW_CHI] = weight > 0.0 ? chi_sum / weight : chi[first];
  for (int a = 0; a < 3; a++)
    row[ROW_X + a] = minimum->x[first][a] + (weight > 0.0 ? offset[a] / weight : 0.0);
}

static GbStatus fill_row(GbGlass *glass, const GbAtoms *minimum, const double *chi,
                         const GbBarrierOptions *options, const GbSaddle *saddle,
                         double row[ROW_SIZE])
{
  double at_start[6], at_saddle[6], at_final[6], unused;
  GB_CALL(virial_at(glass, saddle->start, at_start));
  GB_CALL(virial_at(glass, saddle->saddle, at_saddle));
  GB_CALL(virial_at(glass, saddle->final, at_final));
  row[ROW_START] = saddle->energy_start - saddle->energy_initial;
  row[ROW_BARRIER] = saddle->energy_saddle - saddle->energy_start;
  row[ROW_REVERSE] = saddle->energy_saddle - saddle->energy_final;
  GbDipoleVolumes(at_start, at_saddle, options->shear_modulus_GPa, options->bulk_modulus_GPa,
                  &row[ROW_ACTIVATION], &unused);
  GbDipoleVolumes(at_start, at_final, options->shear_modulus_GPa, options->bulk_modulus_GPa,
                  &row[ROW_SHEAR], &row[ROW_DILATATION]);
  measure_motion(minimum, saddle->start, saddle->final, chi, options->moved_threshold, row);
  return GB_OK;
}

static GbStatus one_search(GbGlass *glass, const GbAtoms *minimum, const double *chi,
                           const GbBarrierOptions *options, int search, double *push,
                           GbSaddle *saddle, double row[ROW_SIZE])
{
  const GbSurface surface = GbGlassSurface(glass);
  GbBarrierPush(minimum, options, search, push);
  GbAtomsAssign(minimum, glass->atoms);
  /* A fresh neighbour list makes the result independent of the searches before it. */
  GbForceReset(glass->force);
  row[ROW_DONE] = 1.0;
  GbStatus status = GbSaddleSearch(&surface, minimum->x[0], push, &options->saddle, saddle);
  if (status == GB_ERR_NUMERIC) { /* atoms pushed into each other: a lost search, no failure */
    GbErrorClear();
    row[ROW_BROKEN] = 1.0;
    return GB_OK;
  }
  GB_CALL(status);
  row[ROW_OUTCOME] = saddle->outcome;
  row[ROW_EVALUATIONS] = saddle->evaluations;
  if (saddle->outcome == GB_SADDLE_FOUND || saddle->outcome == GB_SADDLE_NOT_CONNECTED)
    GB_CALL(fill_row(glass, minimum, chi, options, saddle, row));
  return GB_OK;
}

static GbStatus my_searches(MPI_Comm comm, GbForce *force, const GbAtoms *minimum,
                            const double *chi, const GbBarrierOptions *options,
                            double (*rows)[ROW_SIZE])
{
  GbAtoms scratch;
  GbSaddle saddle = {0};
  GbProgress progress;
  double *push = NULL;
  int rank, size;
  GbStatus status;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  GB_CALL(GbAtomsCopy(minimum, &scratch));
  GbGlass glass = {force, &scratch};
  GB_TRY(status, GbCalloc((void **)&push, 3 * (size_t)minimum->n, sizeof *push), done);
  GB_TRY(status, GbSaddleAllocate(3 * minimum->n, &saddle), done);
  GbProgressStart(&progress,
                  options->state == GB_STATE_RELAXED ? "saddles, relaxed glass"
                                                     : "saddles, flowed glass",
                  "searches", options->searches);
  for (int s = rank; s < options->searches && !GbStopRequested(); s += size) {
    GB_TRY(status, one_search(&glass, minimum, chi, options, s, push, &saddle, rows[s]), done);
    GbProgressUpdate(&progress, s + 1);
  }
  GbProgressEnd(&progress);
done:
  free(push);
  GbSaddleFree(&saddle);
  GbAtomsFree(&scratch);
  GbForceReset(force);
  return status;
}

/* --- From rows to the table
 * ----------------------------------------------------------------------- */

static int is_duplicate(const GbAtoms *minimum, double (*rows)[ROW_SIZE], const int *accepted,
                        int naccepted, const double row[ROW_SIZE])
{
  for (int k = 0; k < naccepted; k++) {
    const double *other = rows[accepted[k]];
    double d[3];
    nearest(minimum, &other[ROW_X], &row[ROW_X], d);
    if (fabs(other[ROW_BARRIER] - row[ROW_BARRIER]) < same_energy_eV &&
        fabs(other[ROW_REVERSE] - row[ROW_REVERSE]) < same_energy_eV &&
        sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) < same_place_angstrom)
      return 1;
  }
  return 0;
}

void GbBarrierTableFree(GbBarrierTable *table)
{
  free(table->barrier_eV);
  free(table->reverse_barrier_eV);
  free(table->activation_volume_nm3);
  free(table->shear_volume_nm3);
  free(table->dilatation_volume_nm3);
  free(table->chi);
  free(table->atoms);
  free(table->state);
  memset(table, 0, sizeof *table);
}

static GbStatus grow(void *column_pointer, int64_t n, size_t size)
{
  void **column = column_pointer, *bigger = realloc(*column, (size_t)n * size);
  if (!bigger) GB_FAIL(GB_ERR_MEMORY, "no memory for %lld barriers", (long long)n);
  *column = bigger;
  return GB_OK;
}

static GbStatus append(const double row[ROW_SIZE], GbMaterialState state, GbBarrierTable *table)
{
  const int64_t k = table->n, n = k + 1;
  GB_CALL(grow(&table->barrier_eV, n, sizeof(double)));
  GB_CALL(grow(&table->reverse_barrier_eV, n, sizeof(double)));
  GB_CALL(grow(&table->activation_volume_nm3, n, sizeof(double)));
  GB_CALL(grow(&table->shear_volume_nm3, n, sizeof(double)));
  GB_CALL(grow(&table->dilatation_volume_nm3, n, sizeof(double)));
  GB_CALL(grow(&table->chi, n, sizeof(double)));
  GB_CALL(grow(&table->atoms, n, sizeof(int64_t)));
  GB_CALL(grow(&table->state, n, sizeof(int64_t)));
  table->barrier_eV[k] = row[ROW_BARRIER];
  table->reverse_barrier_eV[k] = row[ROW_REVERSE];
  table->activation_volume_nm3[k] = row[ROW_ACTIVATION] * 1e-3;
  table->shear_volume_nm3[k] = row[ROW_SHEAR] * 1e-3;
  table->dilatation_volume_nm3[k] = row[ROW_DILATATION] * 1e-3;
  table->chi[k] = row[ROW_CHI];
  table->atoms[k] = (int64_t)row[ROW_ATOMS];
  table->state[k] = state;
  table->n = n;
  return GB_OK;
}

static GbStatus sort_rows(const GbAtoms *minimum, const GbBarrierOptions *options,
                          double (*rows)[ROW_SIZE], int *accepted, GbBarrierTable *table,
                          GbBarrierCounts *counts)
{
  int naccepted = 0;
  memset(counts, 0, sizeof *counts);
  for (int s = 0; s < options->searches; s++) {
    const double *row = rows[s];
    const GbSaddleOutcome outcome = (GbSaddleOutcome)row[ROW_OUTCOME];
    counts->searches++;
    counts->evaluations += (int64_t)row[ROW_EVALUATIONS];
    counts->broken += row[ROW_BROKEN] > 0.0;
    if (row[ROW_BROKEN] > 0.0) continue;
    counts->outcome[outcome]++;
    const int elsewhere =
        outcome == GB_SADDLE_NOT_CONNECTED && row[ROW_START] < options->neighbour_energy;
    if (outcome != GB_SADDLE_FOUND && !elsewhere) continue;
    if (is_duplicate(minimum, rows, accepted, naccepted, row)) {
      counts->duplicates++;
    } else if (fmin(row[ROW_BARRIER], row[ROW_REVERSE]) < options->min_barrier) {
      counts->shallow++;
    } else if (row[ROW_ATOMS] < options->min_atoms || row[ROW_SHEAR] < fabs(row[ROW_DILATATION]) ||
               row[ROW_SHEAR] * 1e-3 < options->min_shear_volume_nm3) {
      counts->not_shear++;
    } else {
      accepted[naccepted++] = s;
      counts->neighbouring += elsewhere;
      GB_CALL(append(row, options->state, table));
    }
  }
  counts->accepted = naccepted;
  return GB_OK;
}

GbStatus GbBarrierSearches(MPI_Comm comm, GbForce *force, const GbAtoms *minimum, const double *chi,
                           const GbBarrierOptions *options, GbBarrierTable *table,
                           GbBarrierCounts *counts)
{
  double(*rows)[ROW_SIZE];
  int *accepted;
  GB_CALLOC(rows, options->searches);
  GB_CALLOC(accepted, options->searches);
  GbStatus status = GbErrorSync(comm, my_searches(comm, force, minimum, chi, options, rows));
  if (status == GB_OK) status = GbStopCheck(comm);
  if (status == GB_OK) {
    /* Every row is zero on all ranks but one, so the sum is exact. */
    MPI_Allreduce(MPI_IN_PLACE, rows, options->searches * ROW_SIZE, MPI_DOUBLE, MPI_SUM, comm);
    status = sort_rows(minimum, options, rows, accepted, table, counts);
  }
  free(rows);
  free(accepted);
  GB_CALL(status);
  return GB_OK;
}
