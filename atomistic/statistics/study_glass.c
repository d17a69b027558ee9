/* The two states of the glass and the scale of chi.
 *
 * Relaxed: the inherent structure of the quenched glass at zero pressure. Flowed: the same glass
 * driven through three legs of shear. e_inf is the mean over the last half of the flow curve; e_ref
 * is the lower of the energies of the quenched glass and of the test piece (its bulk), which has a
 * thermal history of its own. The slope of energy against composition comes from all three. */
#include "atomistic/statistics/study.h"

#include "atomistic/statistics/flow.h"
#include "base/log.h"
#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double glass_stress_GPa = 0.01;

static double fraction_of_type1(const GbAtoms *atoms)
{
  int count = 0;
  for (int i = 0; i < atoms->n; i++)
    count += atoms->type[i] == 1;
  return (double)count / atoms->n;
}

static GbStatus relaxed_glass(GbStudy *study)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbAtoms *glass = &study->glass[GB_STATE_RELAXED];
  GbGlass view = {study->force, glass};
  GbInherent inherent;
  GbProductGlass(study->run->folder, path);
  GB_CALL(GbStudyReadAtoms(study, path, glass));
  GbForceReset(study->force);
  GB_CALL(GbGlassMinimizeBox(&view, study->config->glass_force_eV_per_A, glass_stress_GPa,
                             (int)study->config->max_evaluations, &inherent));
  if (!inherent.converged)
    GB_FAIL(
        GB_ERR_NUMERIC,
        "the glass kept a force of %g eV/A after %d evaluations: raise calibrate.max_evaluations",
        inherent.max_force, inherent.evaluations);
  study->scale = (GbChiScale){.e_ref = inherent.energy_eV / glass->n,
                              .fraction = fraction_of_type1(glass),
                              .radius = 10.0 * study->config->coarse_grain_nm,
                              .atomic_volume = GbAtomsVolume(glass) / glass->n};
  GbLogInfo("relaxed glass: %d atoms, %.6f eV/atom, %.4f A^3/atom, %d evaluations", glass->n,
            study->scale.e_ref, study->scale.atomic_volume, inherent.evaluations);
  return GB_OK;
}

static GbStatus flowed_glass(GbStudy *study, GbFlowCurve *curve)
{
  const GbCalibrateConfig *c = study->config;
  const GbFlowOptions options = {.temperature_K = study->products.test_temperature_K,
                                 .strain_rate_per_s = c->flow_strain_rate_per_s,
                                 .leg_strain = c->flow_leg_strain,
                                 .segments = (int)c->flow_segments,
                                 .dt_ps = 1e-3 * c->timestep_fs,
                                 .force_tolerance = c->glass_force_eV_per_A,
                                 .stress_tolerance_GPa = glass_stress_GPa,
                                 .max_evaluations = (int)c->max_evaluations,
                                 .seed = study->run->seed};
  GB_CALL(GbAtomsCopy(&study->glass[GB_STATE_RELAXED], &study->glass[GB_STATE_FLOWED]));
  GbForceReset(study->force);
  GB_CALL(
      GbFlowRun(study->dynamics, study->force, &study->glass[GB_STATE_FLOWED], &options, curve));
  for (int k = 0; k < curve->n; k++)
    GbLogInfo("flow: strain %.3f, inherent structure %.6f eV/atom", curve->strain[k],
              curve->energy_eV[k]);
  return GB_OK;
}

/* Coarse-grained fields of one of the glasses. */
static GbStatus glass_fields(GbStudy *study, const GbAtoms *glass, GbLocalState *local)
{
  double *energy;
  GbAtoms copy;
  GbStatus status;
  GB_CALLOC(energy, glass->n);
  GB_CALL(GbAtomsCopy(glass, &copy));
  GbGlass view = {study->force, &copy};
  GbForceReset(study->force);
  GB_TRY(status, GbGlassAtomEnergies(&view, energy), done);
  GB_TRY(status,
         GbLocalStateCompute(&copy, energy, study->scale.radius, study->scale.atomic_volume, local),
         done);
done:
  free(energy);
  GbAtomsFree(&copy);
  return status;
}

GbStatus GbStudyPiece(GbStudy *study, const char *path, GbPiece *piece)
{
  const GbCalibrateConfig *c = study->config;
  GbInherent inherent;
  memset(piece, 0, sizeof *piece);
  GB_CALL(GbStudyReadAtoms(study, path, &piece->atoms));
  GbGlass view = {study->force, &piece->atoms};
  const int n = piece->atoms.n;
  GB_CALLOC(piece->energy, n);
  GB_CALLOC(piece->chi, n);
  GbForceReset(study->force);
  GB_CALL(GbGlassMinimize(&view, c->inherent_force_eV_per_A, (int)c->max_evaluations, &inherent));
  if (!inherent.converged)
    GB_FAIL(GB_ERR_NUMERIC,
            "%s: the minimisation kept a force of %g eV/A after %d evaluations: raise "
            "calibrate.max_evaluations",
            path, inherent.max_force, inherent.evaluations);
  GB_CALL(GbGlassAtomEnergies(&view, piece->energy));
  /* Uniaxial stress over the material, not over the box (free axes only have a bounding length). */
  const double filled = n * study->scale.atomic_volume;
  const double stress_GPa = inherent.stress_GPa[2] * GbAtomsVolume(&piece->atoms) / filled;
  const double young = study->young_GPa > 0.0 ? study->young_GPa : INFINITY;
  piece->elastic_eV =
      stress_GPa * stress_GPa / (2.0 * young) / GB_EV_PER_A3_IN_GPA * study->scale.atomic_volume;
  GbLocalState local;
  GbStatus status = GbLocalStateCompute(&piece->atoms, piece->energy, study->scale.radius,
                                        study->scale.atomic_volume, &local);
  if (status == GB_OK) GbChiFromLocalState(&study->scale, &local, piece->elastic_eV, piece->chi);
  GbLocalStateFree(&local);
  GbLogDebug("%s: %d evaluations, sigma_zz %.3f GPa", path, inherent.evaluations, stress_GPa);
  GB_CALL(status);
  return GB_OK;
}

void GbPieceFree(GbPiece *piece)
{
  GbAtomsFree(&piece->atoms);
  free(piece->energy);
  free(piece->chi);
  memset(piece, 0, sizeof *piece);
}

/* --- chi of the undeformed test piece
 * --------------------------------------------------------------- */

/* Sums of chi over the atoms of one block as large as the coarse-graining sphere. */
typedef struct {
  double count, sum, square;
} Block;

static void mean_and_sd(void *context, int n, const int *index, double *outputs)
{
  const Block *blocks = context;
  double count = 0.0, sum = 0.0, square = 0.0;
  for (int k = 0; k < n; k++) {
    count += blocks[index[k]].count;
    sum += blocks[index[k]].sum;
    square += blocks[index[k]].square;
  }
  outputs[0] = sum / count;
  outputs[1] = sqrt(fmax(0.0, square / count - outputs[0] * outputs[0]));
}

static GbStatus chi_statistics(GbStudy *study, const GbPiece *piece)
{
  const GbAtoms *atoms = &piece->atoms;
  int cells[3], used = 0;
  Block *blocks;
  for (int a = 0; a < 3; a++)
    cells[a] = (int)fmax(1.0, floor(atoms->length[a] / (1.6 * study->scale.radius)));
  const int total = cells[0] * cells[1] * cells[2];
  GB_CALLOC(blocks, total);
  for (int i = 0; i < atoms->n; i++) {
    int cell = 0;
    if (!isfinite(piece->chi[i])) continue;
    for (int a = 0; a < 3; a++) {
      double u = (atoms->x[i][a] - atoms->lo[a]) / atoms->length[a];
      if (atoms->periodic[a]) u -= floor(u);
      cell = cell * cells[a] + (int)fmax(0.0, fmin(cells[a] - 1, floor(u * cells[a])));
    }
    blocks[cell].count += 1.0;
    blocks[cell].sum += piece->chi[i];
    blocks[cell].square += piece->chi[i] * piece->chi[i];
  }
  for (int b = 0; b < total; b++)
    if (blocks[b].count > 0.0) blocks[used++] = blocks[b];
  const GbBootstrapOptions bootstrap = GbStudyBootstrap(study, GB_STREAM_CHI_GLASS);
  GbEstimate estimates[2];
  const GbStatus status =
      GbBootstrap(&bootstrap, "chi of the test piece", used, mean_and_sd, blocks, 2, estimates);
  free(blocks);
  GB_CALL(status);
  study->calibration.state.chi_mean = estimates[0];
  study->calibration.state.chi_sd = estimates[1];
  return GB_OK;
}

/* --- Scale ---------------------------------------------------------------------------------------
 */

/* Mean energy at the glass's composition of a piece's bulk. */
static double bulk_energy(const GbLocalState *local, const GbChiScale *scale)
{
  double sum = 0.0;
  int count = 0;
  for (int i = 0; i < local->n; i++) {
    if (!isfinite(local->energy[i])) continue;
    sum += local->energy[i] - scale->slope * (local->composition[i] - scale->fraction);
    count++;
  }
  return count ? sum / count : NAN;
}

static GbStatus plateau(GbStudy *study, const GbFlowCurve *curve)
{
  const int first = curve->n / 2;
  const GbBootstrapOptions bootstrap = GbStudyBootstrap(study, GB_STREAM_CHI_INF);
  GbEstimate energy, *chi_inf = &study->calibration.laws.chi_inf;
  GbChiScale *scale = &study->scale;
  GB_CALL(GbBootstrapMean(&bootstrap, "energy of flow", curve->n - first, curve->energy_eV + first,
                          &energy));
  scale->e_inf = energy.value;
  if (!(scale->e_inf > scale->e_ref))
    GB_FAIL(
        GB_ERR_NUMERIC,
        "the energy of the flowing glass, %.6f eV/atom, is expected to lie above that of the "
        "relaxed one, %.6f: chi has no scale; quench the glass more slowly "
        "(atomistic.glass_quench_rate_K_per_ps) or shear it further (calibrate.flow_leg_strain)",
        scale->e_inf, scale->e_ref);
  const double range = scale->e_inf - scale->e_ref;
  *chi_inf = (GbEstimate){1.0, (energy.low - scale->e_ref) / range,
                          (energy.high - scale->e_ref) / range, energy.count};
  return GB_OK;
}

/* Keeps the curve as chi for the gain per event. */
static GbStatus keep_curve(GbStudy *study, const GbFlowCurve *curve)
{
  const GbChiScale *scale = &study->scale;
  study->nflow = curve->n;
  GB_CALLOC(study->flow_strain, curve->n);
  GB_CALLOC(study->flow_chi, curve->n);
  for (int k = 0; k < curve->n; k++) {
    study->flow_strain[k] = curve->strain[k];
    study->flow_chi[k] = (curve->energy_eV[k] - scale->e_ref) / (scale->e_inf - scale->e_ref);
  }
  return GB_OK;
}

static GbStatus fill_state(GbStudy *study)
{
  const GbChiScale *scale = &study->scale;
  const GbAtoms *glass = &study->glass[GB_STATE_RELAXED];
  GbCalibrationState *state = &study->calibration.state;
  double mass = 0.0;
  for (int i = 0; i < glass->n; i++)
    mass += glass->mass[glass->type[i]] / glass->n; /* g/mol */
  state->e_ref_eV = scale->e_ref;
  state->e_inf_eV = scale->e_inf;
  state->energy_J_per_g = (scale->e_inf - scale->e_ref) * GB_EV_IN_J * GB_AVOGADRO / mass;
  state->coarse_grain_nm = study->config->coarse_grain_nm;
  study->calibration.material.atomic_volume_nm3 = scale->atomic_volume * 1e-3;
  return GB_OK;
}

static GbStatus glass_chi(GbStudy *study, const GbLocalState local[GB_NSTATES])
{
  for (int s = 0; s < GB_NSTATES; s++) {
    const int n = study->glass[s].n;
    GB_CALLOC(study->chi[s], n);
    GbChiFromLocalState(&study->scale, &local[s], 0.0, study->chi[s]);
    study->calibration.material.chi[s] = GbChiMean(n, study->chi[s], NULL, NULL);
    GbLogInfo("%s glass: mean chi %.3f", s == GB_STATE_RELAXED ? "relaxed" : "flowed",
              study->calibration.material.chi[s]);
  }
  return GB_OK;
}

static GbStatus set_scale(GbStudy *study, const GbFlowCurve *curve)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbLocalState local[GB_NSTATES + 1] = {{0}};
  GbSlopeSums sums = {0};
  GbPiece piece;
  GbStatus status;
  GbProductFrame(study->run->folder, 0, path);
  GB_TRY(status, GbStudyPiece(study, path, &piece), done);
  for (int s = 0; s < GB_NSTATES; s++)
    GB_TRY(status, glass_fields(study, &study->glass[s], &local[s]), done);
  GB_TRY(status,
         GbLocalStateCompute(&piece.atoms, piece.energy, study->scale.radius,
                             study->scale.atomic_volume, &local[GB_NSTATES]),
         done);
  for (int s = 0; s <= GB_NSTATES; s++)
    GbSlopeAdd(&sums, &local[s]);
  study->scale.slope = GbSlopeValue(&sums);
  study->sample_energy_eV = bulk_energy(&local[GB_NSTATES], &study->scale);
  GbLogInfo("test piece: bulk %.6f eV/atom; slope with composition %.4f eV",
            study->sample_energy_eV, study->scale.slope);
  if (study->sample_energy_eV < study->scale.e_ref) study->scale.e_ref = study->sample_energy_eV;
  GB_TRY(status, plateau(study, curve), done);
  GB_TRY(status, keep_curve(study, curve), done);
  GB_TRY(status, fill_state(study), done);
  GB_TRY(status, glass_chi(study, local), done);
  GbChiFromLocalState(&study->scale, &local[GB_NSTATES], 0.0, piece.chi);
  GB_TRY(status, chi_statistics(study, &piece), done);
done:
  for (int s = 0; s <= GB_NSTATES; s++)
    GbLocalStateFree(&local[s]);
  GbPieceFree(&piece);
  return status;
}

GbStatus GbStudyGlass(GbStudy *study)
{
  GbFlowCurve curve = {0};
  GbStatus status;
  GB_CALL(relaxed_glass(study));
  GB_TRY(status, flowed_glass(study, &curve), done);
  GB_TRY(status, set_scale(study, &curve), done);
done:
  GbFlowCurveFree(&curve);
  return status;
}
