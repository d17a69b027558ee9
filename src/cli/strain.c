/* glassband strain: eta_Mises and D2min of every atom between two configurations. */
#include "atomistic/analysis/strain.h"
#include "atomistic/analysis/strain_tilted.h"
#include "atomistic/files/trajectory.h"

#include "cli/commands.h"
#include "cli/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double default_cutoff_angstrom =
    4.2; /* first shell of Cu-Zr, as the atomistic stage */

/* Both frames are sorted by id: they must hold the same atoms. */
static GbStatus check_atoms(const GbOptions *options, const GbAtoms *reference,
                            const GbAtoms *current)
{
  if (reference->n != current->n)
    GB_FAIL(GB_ERR_INPUT, "%s: expected the %d atoms of %s, found %d", options->positional[1],
            reference->n, options->positional[0], current->n);
  for (int i = 0; i < reference->n; i++)
    if (reference->id[i] != current->id[i])
      GB_FAIL(GB_ERR_INPUT, "%s: expected the atoms of %s: atom %lld stands in only one of them",
              options->positional[1], options->positional[0],
              (long long)(reference->id[i] < current->id[i] ? reference->id[i] : current->id[i]));
  return GB_OK;
}

/* Where positions are wrapped into the box, an atom is taken at the image that is nearest to where
 * it was in the reference: no atom is expected to move by half the box. */
static void unwrap(const GbAtoms *reference, GbAtoms *current)
{
  for (int d = 0; d < 3; d++) {
    const double before = reference->length[d], now = current->length[d];
    if (!reference->periodic[d]) continue;
    for (int i = 0; i < current->n; i++) {
      const double was = (reference->x[i][d] - reference->lo[d]) / before;
      const double is = (current->x[i][d] - current->lo[d]) / now;
      current->x[i][d] -= round(is - was) * now;
    }
  }
}

/* A file that does not know its boundaries has those of the other one. */
static void share_boundaries(const GbFrame *knows, GbFrame *other)
{
  if (other->boundaries) return;
  memcpy(other->atoms.periodic, knows->atoms.periodic, sizeof other->atoms.periodic);
}

static GbStatus check_fits(const char *path, const GbStrain *strain, double cutoff)
{
  if (strain->unfit == strain->n)
    GB_FAIL(GB_ERR_INPUT,
            "%s: expected at least 4 neighbours (not in a plane) within %g angstrom, found no atom "
            "of %d that has them: is the cutoff below the distance of neighbours?",
            path, cutoff, strain->n);
  if (strain->unfit)
    GbLogWarn("%s: %d of %d atoms have fewer than 4 neighbours (or all in a plane) within %g "
              "angstrom: their eta_mises and d2min are nan",
              path, strain->unfit, strain->n, cutoff);
  return GB_OK;
}

static GbStatus write_strain(const GbOptions *options, const GbFrame *reference, GbFrame *current)
{
  GbStrain strain = {0};
  const GbTrajectoryOptions how = {.digits = options->digits};
  const int n = current->atoms.n;
  double cutoff = options->cutoff_angstrom > 0 ? options->cutoff_angstrom : default_cutoff_angstrom;
  if (GbFrameTilted(reference) || GbFrameTilted(current))
    GB_CALL(GbStrainComputeTilted(&reference->atoms, reference->tilt, &current->atoms,
                                  current->tilt, cutoff, &strain));
  else
    GB_CALL(GbStrainCompute(&reference->atoms, &current->atoms, cutoff, &strain));
  GbFrame frame = *current; /* borrows all */
  frame.velocities = frame.forces = false;
  frame.ncolumns = 2;
  frame.columns[0] = (GbColumn){"eta_mises", strain.eta_mises};
  frame.columns[1] = (GbColumn){"d2min", strain.d2min};
  GbStatus status = check_fits(options->positional[0], &strain, cutoff);
  if (status == GB_OK) status = GbFrameWrite(options->output, &frame, &how);
  GbStrainFree(&strain);
  GB_CALL(status);
  GbLogInfo("%s: eta_mises and d2min (cutoff %g angstrom) of %d atoms", options->output, cutoff, n);
  return GB_OK;
}

static GbStatus compute(const GbOptions *options, GbFrame *reference, GbFrame *current)
{
  GB_CALL(GbFrameReadTilted(options->positional[0], reference, NULL, NULL));
  GB_CALL(GbFrameReadTilted(options->positional[1], current, NULL, NULL));
  GB_CALL(check_atoms(options, &reference->atoms, &current->atoms));
  share_boundaries(reference, current);
  share_boundaries(current, reference);
  const bool tilted = GbFrameTilted(reference) || GbFrameTilted(current);
  if (tilted && (reference->wrapped || current->wrapped))
    GbUnwrapTilted(&reference->atoms, reference->tilt, &current->atoms, current->tilt);
  else if (reference->wrapped || current->wrapped)
    unwrap(&reference->atoms, &current->atoms);
  GB_CALL(write_strain(options, reference, current));
  return GB_OK;
}

GbStatus GbCommandStrain(const GbOptions *options)
{
  GbFrame reference, current;
  if (!options->output) GB_FAIL(GB_ERR_INPUT, "strain: expected -o OUT.xyz, found no -o");
  GB_CALL(GbOutputCheck(options));
  GbFrameInit(&reference);
  GbFrameInit(&current);
  GbStatus status = compute(options, &reference, &current);
  GbFrameFree(&reference);
  GbFrameFree(&current);
  GB_CALL(status);
  return GB_OK;
}
