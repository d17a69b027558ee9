/* The test piece: copies of the glass, annealed until they differ, cooled, with free surfaces in x
 * and notches, relaxed (Zhang et al., Phys. Rev. B 109, 104205 (2024)).
 *
 * The copies get velocities of their own; at the annealing temperature, around the glass
 * transition, their structures part within picoseconds. The vacuum is a non-periodic axis, not
 * empty box. */
#include "atomistic/protocol/session.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

/* V: a wedge of the full height at the surface and none at the depth. Round: half an ellipse with
 * the depth and half the height as axes. */
static bool in_notch(const GbAtomisticConfig *config, double inwards, double above)
{
  double u = inwards / config->notch_depth_angstrom,
         w = fabs(above) / (0.5 * config->notch_height_angstrom);
  if (u > 1.0) return false;
  return config->notch_shape == GB_NOTCH_V ? u + w < 1.0 : u * u + w * w < 1.0;
}

static void mark_kept(const GbAtomisticConfig *config, const GbAtoms *atoms, bool *keep)
{
  double lo = atoms->x[0][0], hi = lo, middle = atoms->lo[2] + 0.5 * atoms->length[2];
  bool left_only = config->notch_sides == GB_NOTCH_LEFT_SIDE;
  double up = left_only ? 0.0 : 0.5 * config->notch_offset_angstrom;
  for (int i = 1; i < atoms->n; i++) {
    lo = fmin(lo, atoms->x[i][0]);
    hi = fmax(hi, atoms->x[i][0]);
  }
  for (int i = 0; i < atoms->n; i++) {
    const double *x = atoms->x[i];
    bool left = in_notch(config, x[0] - lo, x[2] - (middle - up));
    bool right = !left_only && in_notch(config, hi - x[0], x[2] - (middle + up));
    keep[i] = !left && !right;
  }
}

GbStatus GbNotchCut(const GbAtomisticConfig *config, GbAtoms *atoms)
{
  bool *keep;
  if (config->notch_shape == GB_NOTCH_NONE || config->notch_depth_angstrom == 0.0 ||
      config->notch_height_angstrom == 0.0 || atoms->n == 0)
    return GB_OK;
  GB_CALLOC(keep, atoms->n);
  mark_kept(config, atoms, keep);
  GbStatus status = GbAtomsSelect(atoms, keep);
  free(keep);
  GB_CALL(status);
  return GB_OK;
}

static void wrap(GbAtoms *atoms)
{
  for (int i = 0; i < atoms->n; i++) {
    for (int d = 0; d < 3; d++) {
      double length = atoms->length[d];
      atoms->x[i][d] -= length * floor((atoms->x[i][d] - atoms->lo[d]) / length);
    }
  }
}

static GbStatus multiply_glass(GbSession *session, GbAtoms *atoms)
{
  GbAtoms glass = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  int counts[3];
  uint64_t words[4];
  for (int d = 0; d < 3; d++)
    counts[d] = (int)session->config->sample_replicate.values[d];
  GbProductGlass(session->run->folder, path);
  GB_TRY(status, GbSessionReadAtoms(session, path, &glass, NULL), done);
  GB_TRY(status, GbAtomsReplicate(&glass, counts, atoms), done);
  /* Other velocities than those the melt began with. */
  GbRngWords(session->run->seed, GB_RNG_VELOCITY, UINT64_MAX, 0, 0, words);
  GbAtomsSetVelocities(atoms, session->config->sample_anneal_temperature_K, words[0]);
done:
  GbAtomsFree(&glass);
  return status;
}

static GbStatus anneal(GbSession *session, GbAtoms *atoms)
{
  const GbAtomisticConfig *config = session->config;
  GbMdOptions options = GbSessionMdOptions(session);
  double hot = config->sample_anneal_temperature_K, cold = config->temperature_K;
  for (int d = 0; d < 3; d++)
    options.pressure_free[d] = true;
  options.pressure_isotropic = true; /* for the reason given in glass.c */
  int64_t steps = GbPlanSteps(config, config->sample_anneal_ps);
  GB_CALL(GbSessionRamp(session, atoms, options, hot, hot, steps));
  steps = GbPlanSteps(config, (hot - cold) / config->sample_cool_rate_K_per_ps);
  GB_CALL(GbSessionRamp(session, atoms, options, hot, cold, steps));
  return GB_OK;
}

static GbStatus cut_and_relax(GbSession *session, GbAtoms *atoms)
{
  const GbAtomisticConfig *config = session->config;
  GbMdOptions options = GbSessionMdOptions(session);
  wrap(atoms);
  atoms->periodic[0] = false;
  GB_CALL(GbNotchCut(config, atoms));
  GbAtomsFitFreeAxes(atoms);
  GbForceReset(session->force);
  options.pressure_free[1] = options.pressure_free[2] = true;
  int64_t steps = GbPlanSteps(config, config->sample_relax_ps);
  GB_CALL(
      GbSessionRamp(session, atoms, options, config->temperature_K, config->temperature_K, steps));
  GbAtomsFitFreeAxes(atoms);
  return GB_OK;
}

GbStatus GbPhaseSample(GbSession *session)
{
  GbAtoms atoms = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  GbProductSample(session->run->folder, path);
  GB_TRY(status, multiply_glass(session, &atoms), done);
  GB_TRY(status, anneal(session, &atoms), done);
  GB_TRY(status, cut_and_relax(session, &atoms), done);
  GbLogInfo("sample: %d atoms, %.1f x %.1f x %.1f angstrom", atoms.n, atoms.length[0],
            atoms.length[1], atoms.length[2]);
  GB_TRY(status, GbSessionWriteAtoms(session, path, &atoms, 0.0, 0.0), done);
done:
  GbAtomsFree(&atoms);
  return status;
}
