/* Checkpoints of a run: one HDF5 file with the atoms (positions, velocities and forces in float64)
 * and everything in GbMdProgress, written by rank 0, aside and renamed.
 *
 * Forces are stored so that going on costs no computation of its own: the stored ones belong to the
 * list of before, those of the next step to a list made new, in the uninterrupted run and in the
 * resumed one alike. */
#include "atomistic/engine/md_internal.h"
#include "base/file.h"
#include "base/h5.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT "glassband molecular dynamics checkpoint, version 1"

/* --- What is stored of GbMdProgress -------------------------------------------------------------
 */

typedef struct {
  const char *name, *units;
  size_t offset, count;
  bool integer;
} Row;

#define REAL(name, member, count, units)                                                           \
  {                                                                                                \
    name, units, offsetof(GbMdProgress, member), count, false                                      \
  }
#define INTEGER(name, member)                                                                      \
  {                                                                                                \
    name, "1", offsetof(GbMdProgress, member), 1, true                                             \
  }

static const Row rows[] = {
    INTEGER("run/done", done),
    REAL("run/potential_energy", result.energy, 1, "eV"),
    REAL("run/virial", result.virial, 6, "eV"),
    REAL("run/kinetic_tensor", kinetic, 6, "eV"),
    REAL("run/heat", heat, 1, "eV"),
    REAL("run/work", work, 1, "eV"),
    REAL("run/pressure_work", pressure_work, 1, "eV"),
    REAL("run/free_extent", free_extent, 1, "1"),
    REAL("run/start_lo", lo, 3, "angstrom"),
    REAL("run/start_hi", hi, 3, "angstrom"),
    REAL("run/start_length", start_length, 3, "angstrom"),
    REAL("run/reference_length", reference_length, 3, "angstrom"),
    REAL("thermostat/chain_velocity", state.atoms.velocity, GB_CHAIN_LENGTH, "1/ps"),
    REAL("thermostat/chain_work", state.atoms.work, 1, "eV"),
    REAL("thermostat/chain_kT", state.atoms.kT, 1, "eV"),
    REAL("barostat/chain_velocity", state.box.velocity, GB_CHAIN_LENGTH, "1/ps"),
    REAL("barostat/chain_work", state.box.work, 1, "eV"),
    REAL("barostat/chain_kT", state.box.kT, 1, "eV"),
    REAL("barostat/rate", state.box_rate, 3, "1/ps"),
    REAL("barostat/mass", box_mass, 1, "eV*ps^2"),
    INTEGER("means/callback_count", sums[0].count),
    REAL("means/callback_sums", sums[0].sums, GB_MEANS, "1"),
    INTEGER("means/observer_count", sums[1].count),
    REAL("means/observer_sums", sums[1].sums, GB_MEANS, "1"),
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static GbStatus write_progress(GbH5 *file, const GbMdProgress *p)
{
  for (int r = 0; r < ROWS; r++) {
    const Row *row = &rows[r];
    const void *from = (const char *)p + row->offset;
    if (row->integer)
      GB_CALL(GbH5WriteInts(file, row->name, 1, &row->count, from, row->units));
    else
      GB_CALL(GbH5WriteDoubles(file, row->name, 1, &row->count, from, row->units));
  }
  return GB_OK;
}

/* Reads n numbers of 8 bytes. */
static GbStatus read_numbers(GbH5 *file, const char *name, int rank, size_t n, bool integer,
                             const char *units, void *to)
{
  size_t dims[2] = {0, 1};
  void *data = NULL;
  if (integer)
    GB_CALL(GbH5ReadInts(file, name, rank, dims, (int64_t **)&data, units));
  else
    GB_CALL(GbH5ReadDoubles(file, name, rank, dims, (double **)&data, units));
  size_t found = dims[0] * dims[1];
  if (found == n) memcpy(to, data, n * 8);
  free(data);
  if (found != n)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %zu numbers, found %zu", GbH5Path(file), name,
            n, found);
  return GB_OK;
}

static GbStatus read_progress(GbH5 *file, GbMdProgress *p)
{
  for (int r = 0; r < ROWS; r++)
    GB_CALL(read_numbers(file, rows[r].name, 1, rows[r].count, rows[r].integer, rows[r].units,
                         (char *)p + rows[r].offset));
  return GB_OK;
}

/* --- Which run it is ----------------------------------------------------------------------------
 */

/* All that the motion depends on, in words, to be compared and shown. */
static void describe(const GbMdRunning *run, size_t size, char *text)
{
  const GbMdOptions *o = run->options;
  const bool *f = o->pressure_free;
  const double *rate = o->strain_rate_per_ps, *l = o->initial_length;
  snprintf(text, size,
           "steps %lld from %lld, callback every %lld, observer every %lld, lists every %lld, time "
           "step %.17g ps, thermostat %d from %.17g to %.17g K in %.17g ps, barostat %d on %d%d%d "
           "isotropic %d at %.17g GPa in %.17g ps with %.17g /GPa, strain rates %.17g %.17g %.17g "
           "/ps true %d from %.17g %.17g %.17g angstrom, seed %llu",
           (long long)run->steps, (long long)o->first_step, (long long)run->interval,
           (long long)o->observer_interval, (long long)o->checkpoint.restart_interval, o->dt_ps,
           (int)o->thermostat, o->temperature_start_K, o->temperature_end_K, o->tau_temperature_ps,
           (int)o->barostat, f[0], f[1], f[2], o->pressure_isotropic, o->pressure_GPa,
           o->tau_pressure_ps, o->compressibility_per_GPa, rate[0], rate[1], rate[2],
           o->strain_rate_true, l[0], l[1], l[2], (unsigned long long)o->seed);
}

static const char *key_of(const GbMdRunning *run)
{
  const char *key = run->options->checkpoint.key;
  return key ? key : "";
}

static GbStatus expect_text(GbH5 *file, const char *attribute, const char *expected)
{
  char *found = NULL;
  GB_CALL(GbH5ReadText(file, "", attribute, &found));
  GbStatus status = GB_OK;
  if (strcmp(found, expected) != 0)
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s belongs to another run: its %s is \"%s\", expected \"%s\". Remove it "
                        "to start afresh",
                        GbH5Path(file), attribute, found, expected);
  free(found);
  return status;
}

/* --- Atoms --------------------------------------------------------------------------------------
 */

static GbStatus write_atoms(GbH5 *file, const GbAtoms *a)
{
  const size_t dims[2] = {(size_t)a->n, 3}, axes = 3;
  int64_t *type = NULL;
  GB_CALLOC(type, a->n);
  for (int i = 0; i < a->n; i++)
    type[i] = a->type[i];
  GbStatus status = GbH5WriteInts(file, "atoms/type", 1, dims, type, "1");
  free(type);
  GB_CALL(status);
  GB_CALL(GbH5WriteInts(file, "atoms/id", 1, dims, a->id, "1"));
  GB_CALL(GbH5WriteDoubles(file, "atoms/position", 2, dims, a->x[0], "angstrom"));
  GB_CALL(GbH5WriteDoubles(file, "atoms/velocity", 2, dims, a->v[0], "angstrom/ps"));
  GB_CALL(GbH5WriteDoubles(file, "atoms/force", 2, dims, a->f[0], "eV/angstrom"));
  GB_CALL(GbH5WriteDoubles(file, "box/lo", 1, &axes, a->lo, "angstrom"));
  GB_CALL(GbH5WriteDoubles(file, "box/length", 1, &axes, a->length, "angstrom"));
  return GB_OK;
}

/* The file's atoms must be those of the sample, in the same order. */
static GbStatus expect_ints(GbH5 *file, const char *name, const GbAtoms *a, bool types)
{
  int64_t *found = NULL;
  int wrong = -1;
  GB_CALLOC(found, a->n);
  GbStatus status = read_numbers(file, name, 1, (size_t)a->n, true, "1", found);
  for (int i = 0; i < a->n && status == GB_OK && wrong < 0; i++)
    if (found[i] != (types ? a->type[i] : a->id[i])) wrong = i;
  free(found);
  GB_CALL(status);
  if (wrong >= 0)
    GB_FAIL(GB_ERR_INPUT,
            "%s belongs to another sample: row %d of %s differs. Remove it to start "
            "afresh",
            GbH5Path(file), wrong + 1, name);
  return GB_OK;
}

static GbStatus read_atoms(GbH5 *file, GbAtoms *a)
{
  const size_t n = 3 * (size_t)a->n;
  GB_CALL(expect_ints(file, "atoms/id", a, false));
  GB_CALL(expect_ints(file, "atoms/type", a, true));
  GB_CALL(read_numbers(file, "atoms/position", 2, n, false, "angstrom", a->x[0]));
  GB_CALL(read_numbers(file, "atoms/velocity", 2, n, false, "angstrom/ps", a->v[0]));
  GB_CALL(read_numbers(file, "atoms/force", 2, n, false, "eV/angstrom", a->f[0]));
  GB_CALL(read_numbers(file, "box/lo", 1, 3, false, "angstrom", a->lo));
  GB_CALL(read_numbers(file, "box/length", 1, 3, false, "angstrom", a->length));
  return GB_OK;
}

static void share_atoms(MPI_Comm comm, GbAtoms *a)
{
  MPI_Bcast(a->x, 3 * a->n, MPI_DOUBLE, 0, comm);
  MPI_Bcast(a->v, 3 * a->n, MPI_DOUBLE, 0, comm);
  MPI_Bcast(a->f, 3 * a->n, MPI_DOUBLE, 0, comm);
  MPI_Bcast(a->lo, 3, MPI_DOUBLE, 0, comm);
  MPI_Bcast(a->length, 3, MPI_DOUBLE, 0, comm);
}

/* --- The caller's own data ----------------------------------------------------------------------
 */

/* Bytes as 64-bit integers, the last one filled up with zeros. */
static GbStatus write_carry(GbH5 *file, int k, const GbMdCarry *carry)
{
  char name[64];
  snprintf(name, sizeof name, "carry/%d", k);
  const size_t words = (carry->bytes + 7) / 8;
  int64_t *copy = NULL;
  GB_CALLOC(copy, words);
  memcpy(copy, carry->data, carry->bytes);
  GbStatus status = GbH5WriteInts(file, name, 1, &words, copy, "1");
  free(copy);
  return status;
}

static GbStatus read_carry(GbH5 *file, int k, const GbMdCarry *carry)
{
  char name[64];
  snprintf(name, sizeof name, "carry/%d", k);
  const size_t words = (carry->bytes + 7) / 8;
  int64_t *copy = NULL;
  GB_CALLOC(copy, words);
  GbStatus status = read_numbers(file, name, 1, words, true, "1", copy);
  if (status == GB_OK) memcpy(carry->data, copy, carry->bytes);
  free(copy);
  return status;
}

/* --- The file -----------------------------------------------------------------------------------
 */

static GbStatus write_all(GbH5 *file, const GbMdRunning *run)
{
  const GbMdCheckpoint *c = &run->options->checkpoint;
  char text[1024];
  describe(run, sizeof text, text);
  GB_CALL(write_atoms(file, run->sample));
  GB_CALL(write_progress(file, &run->p));
  for (int k = 0; k < c->ncarry; k++)
    GB_CALL(write_carry(file, k, &c->carry[k]));
  GB_CALL(GbH5WriteText(file, "", "content", CONTENT));
  GB_CALL(GbH5WriteText(file, "", "key", key_of(run)));
  GB_CALL(GbH5WriteText(file, "", "options", text));
  return GB_OK;
}

static GbStatus write_file(const GbMdRunning *run)
{
  GbH5 *file = NULL;
  GB_CALL(GbH5Create(run->options->checkpoint.path, &file));
  GbStatus status = write_all(file, run);
  if (status == GB_OK)
    status = GbH5Close(&file);
  else
    GbH5Discard(&file);
  return status;
}

GbStatus GbCheckpointWrite(GbMdRunning *run)
{
  MPI_Comm comm = GbForceComm(run->force);
  int rank;
  MPI_Comm_rank(comm, &rank);
  GB_CALL(GbErrorSync(comm, rank == 0 ? write_file(run) : GB_OK));
  return GB_OK;
}

static GbStatus read_all(GbH5 *file, GbMdRunning *run)
{
  const GbMdCheckpoint *c = &run->options->checkpoint;
  char text[1024];
  describe(run, sizeof text, text);
  GB_CALL(expect_text(file, "content", CONTENT));
  GB_CALL(expect_text(file, "key", key_of(run)));
  GB_CALL(expect_text(file, "options", text));
  GB_CALL(read_progress(file, &run->p));
  if (run->p.done < 0 || run->p.done > run->steps)
    GB_FAIL(GB_ERR_INPUT, "%s: dataset run/done: expected 0 to %lld, found %lld", GbH5Path(file),
            (long long)run->steps, (long long)run->p.done);
  for (int k = 0; k < c->ncarry; k++)
    GB_CALL(read_carry(file, k, &c->carry[k]));
  GB_CALL(read_atoms(file, run->sample));
  return GB_OK;
}

static GbStatus read_file(GbMdRunning *run)
{
  GbH5 *file = NULL;
  GB_CALL(GbH5Open(run->options->checkpoint.path, &file));
  GbStatus status = read_all(file, run);
  GbH5Discard(&file);
  return status;
}

GbStatus GbCheckpointRead(GbMdRunning *run, bool *found)
{
  const GbMdCheckpoint *c = &run->options->checkpoint;
  MPI_Comm comm = GbForceComm(run->force);
  int rank, there = 0;
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) there = GbFileExists(c->path);
  MPI_Bcast(&there, 1, MPI_INT, 0, comm);
  *found = there;
  if (!there) return GB_OK;
  GB_CALL(GbErrorSync(comm, rank == 0 ? read_file(run) : GB_OK));
  share_atoms(comm, run->sample);
  MPI_Bcast(&run->p, (int)sizeof run->p, MPI_BYTE, 0, comm);
  for (int k = 0; k < c->ncarry; k++)
    MPI_Bcast(c->carry[k].data, (int)c->carry[k].bytes, MPI_BYTE, 0, comm);
  return GB_OK;
}
