/* glassband strain: eta_Mises and D2min of every atom between two configurations. */
#include "atomistic/analysis/strain.h"

#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

static const double default_cutoff_angstrom =
    4.2; /* first shell of Cu-Zr, as the atomistic stage */

static GbStatus read_atoms(const char *path, GbAtoms *atoms)
{
  double time_ps, strain;
  size_t length = strlen(path);
  if (length > 3 && strcmp(path + length - 3, ".h5") == 0)
    GB_CALL(GbAtomsReadH5(path, atoms, &time_ps, &strain));
  else
    GB_CALL(GbAtomsReadLammpsData(path, atoms));
  return GB_OK;
}

typedef struct {
  int64_t id;
  int index;
} Ranked;

static int by_id(const void *a, const void *b)
{
  int64_t i = ((const Ranked *)a)->id, j = ((const Ranked *)b)->id;
  return (i > j) - (i < j);
}

static GbStatus sorted_ids(const GbAtoms *atoms, Ranked **ranked)
{
  GB_CALLOC(*ranked, atoms->n);
  for (int i = 0; i < atoms->n; i++)
    (*ranked)[i] = (Ranked){atoms->id[i], i};
  qsort(*ranked, (size_t)atoms->n, sizeof **ranked, by_id);
  return GB_OK;
}

/* Brings the positions of `from` into the order of `to`'s ids; files of other programs are in any
 * order. `to` keeps all else of its own. */
static GbStatus match(const GbOptions *options, const Ranked *a, const Ranked *b,
                      const GbAtoms *reference, const GbAtoms *unordered, GbAtoms *current)
{
  GB_CALL(GbAtomsCopy(reference, current));
  memcpy(current->lo, unordered->lo, sizeof current->lo);
  memcpy(current->length, unordered->length, sizeof current->length);
  for (int k = 0; k < reference->n; k++) {
    if (a[k].id != b[k].id)
      GB_FAIL(GB_ERR_INPUT, "%s: expected the atoms of %s: atom %lld stands in only one of them",
              options->positional[1], options->positional[0],
              (long long)(a[k].id < b[k].id ? a[k].id : b[k].id));
    memcpy(current->x[a[k].index], unordered->x[b[k].index], sizeof *current->x);
  }
  return GB_OK;
}

static GbStatus order_as(const GbOptions *options, const GbAtoms *reference,
                         const GbAtoms *unordered, GbAtoms *current)
{
  Ranked *a = NULL, *b = NULL;
  GbStatus status;
  if (reference->n != unordered->n)
    GB_FAIL(GB_ERR_INPUT, "%s: expected the %d atoms of %s, found %d", options->positional[1],
            reference->n, options->positional[0], unordered->n);
  GB_TRY(status, sorted_ids(reference, &a), done);
  GB_TRY(status, sorted_ids(unordered, &b), done);
  GB_TRY(status, match(options, a, b, reference, unordered, current), done);
done:
  free(a);
  free(b);
  return status;
}

static GbStatus write_strain(const GbOptions *options, const GbAtoms *reference,
                             const GbAtoms *current)
{
  GbStrain strain = {0};
  static const char *const names[] = {"eta_mises", "d2min"};
  double cutoff = options->cutoff_angstrom > 0 ? options->cutoff_angstrom : default_cutoff_angstrom;
  GB_CALL(GbStrainCompute(reference, current, cutoff, &strain));
  GbStatus status = GbAtomsWriteXyz(options->output, current, 2, names,
                                    (const double *const[]){strain.eta_mises, strain.d2min});
  GbStrainFree(&strain);
  GB_CALL(status);
  GbLogInfo("%s: eta_mises and d2min (cutoff %g angstrom) of %d atoms", options->output, cutoff,
            current->n);
  return GB_OK;
}

GbStatus GbCommandStrain(const GbOptions *options)
{
  GbAtoms reference = {0}, unordered = {0}, current = {0};
  GbStatus status;
  if (!options->output) GB_FAIL(GB_ERR_INPUT, "strain: expected -o OUT.xyz, found no -o");
  GB_TRY(status, read_atoms(options->positional[0], &reference), done);
  GB_TRY(status, read_atoms(options->positional[1], &unordered), done);
  GB_TRY(status, order_as(options, &reference, &unordered, &current), done);
  GB_TRY(status, write_strain(options, &reference, &current), done);
done:
  GbAtomsFree(&reference);
  GbAtomsFree(&unordered);
  GbAtomsFree(&current);
  return status;
}
