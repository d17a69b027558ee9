/* calibration.h5: one walk over the schema serves writing and reading, so the two cannot drift
 * apart, and both directions check the same physical ranges.
 *
 * Tables are one array per column; how an estimate lies in the file is said in calibration_walk.c.
 * The text attribute `version` of the file counts changes that older readers cannot read.
 */
#include "contract/calibration.h"

#include "contract/calibration_walk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char gb_calibration_kind[] = "glassband calibration";

const char *const gb_zone_names[GB_NZONES] = {"matrix", "nonspanning_front", "nonspanning_tail",
                                              "spanning"};

static const char *const group_names[] = {"material", "stz/events", "stz/barriers",  "stz/laws",
                                          "state",    "ctc",        "stress_strain", "provenance"};
enum { NGROUPS = sizeof group_names / sizeof *group_names, MEANING_SIZE = 256 };

static const GbRange unit_interval = {0, 1};
static const GbRange angle = {0, 3.1415926535897936}; /* pi with a rounding error */

/* --- Groups -------------------------------------------------------------------------------------
 */

static const char *const state_names[GB_NSTATES] = {"relaxed", "flowed"};

static GbStatus walk_material_state(const GbWalk *walk, int state, GbCalibrationMaterial *material)
{
  char name[GB_WALK_NAME_MAX];
  int n = material->ntemperatures;
#define IN_STATE(key) (snprintf(name, sizeof name, "material/%s/%s", state_names[state], key), name)
  GB_CALL(GbWalkScalar(walk, IN_STATE("chi"), "1", gb_any, &material->chi[state]));
  GB_CALL(GbWalkEstimate(walk, IN_STATE("thermal_expansion"), "1/K", gb_any,
                         &material->thermal_expansion_per_K[state]));
  GB_CALL(GbWalkEstimate(walk, IN_STATE("density"), "kg/m^3", gb_positive,
                         &material->density_kg_per_m3[state]));
  if (!walk->writing) {
    GB_CALLOC(material->shear_modulus_GPa[state], n);
    GB_CALLOC(material->bulk_modulus_GPa[state], n);
  }
  GB_CALL(GbWalkEstimates(walk, IN_STATE("shear_modulus"), "GPa", gb_positive, false, n,
                          material->shear_modulus_GPa[state]));
  GB_CALL(GbWalkEstimates(walk, IN_STATE("bulk_modulus"), "GPa", gb_positive, false, n,
                          material->bulk_modulus_GPa[state]));
#undef IN_STATE
  return GB_OK;
}

static GbStatus walk_material(const GbWalk *walk, GbCalibration *calibration)
{
  GbCalibrationMaterial *material = &calibration->material;
  int64_t n = walk->writing ? material->ntemperatures : -1;
  GB_CALL(GbWalkArray(walk, "material/temperature", "K", gb_not_negative, &n,
                      &material->temperature_K));
  material->ntemperatures = (int)n;
  for (int state = 0; state < GB_NSTATES; state++)
    GB_CALL(walk_material_state(walk, state, material));
  GB_CALL(GbWalkEstimate(walk, "material/heat_capacity", "J/(kg K)", gb_positive,
                         &material->heat_capacity_J_per_kg_K));
  GB_CALL(GbWalkScalar(walk, "material/atomic_volume", "nm^3", gb_positive,
                       &material->atomic_volume_nm3));
  return GB_OK;
}

static GbStatus walk_events(const GbWalk *walk, GbCalibration *calibration)
{
  GbEventTable *events = &calibration->events;
  int64_t *n = &events->n;
  GB_CALL(GbWalkInts(walk, "stz/events/atoms", (GbRange){1, INFINITY}, n, &events->atoms));
  GB_CALL(GbWalkArray(walk, "stz/events/volume", "nm^3", gb_positive, n, &events->volume_nm3));
  GB_CALL(GbWalkArray(walk, "stz/events/gamma", "1", gb_any, n, &events->gamma));
  GB_CALL(GbWalkArray(walk, "stz/events/dilatation", "1", gb_any, n, &events->dilatation));
  GB_CALL(GbWalkArray(walk, "stz/events/orientation", "rad", angle, n, &events->orientation_rad));
  GB_CALL(GbWalkArray(walk, "stz/events/delta_energy", "eV", gb_any, n, &events->delta_energy_eV));
  GB_CALL(GbWalkArray(walk, "stz/events/chi_before", "1", gb_any, n, &events->chi_before));
  GB_CALL(GbWalkArray(walk, "stz/events/chi_after", "1", gb_any, n, &events->chi_after));
  GB_CALL(GbWalkArray(walk, "stz/events/stress", "GPa", gb_any, n, &events->stress_GPa));
  GB_CALL(GbWalkArray(walk, "stz/events/strain", "1", gb_any, n, &events->strain));
  GB_CALL(GbWalkInts(walk, "stz/events/zone", (GbRange){0, GB_NZONES - 1}, n, &events->zone));
  return GB_OK;
}

static GbStatus walk_barriers(const GbWalk *walk, GbCalibration *calibration)
{
  GbBarrierTable *barriers = &calibration->barriers;
  int64_t *n = &barriers->n;
  GB_CALL(GbWalkArray(walk, "stz/barriers/barrier", "eV", gb_positive, n, &barriers->barrier_eV));
  GB_CALL(GbWalkArray(walk, "stz/barriers/reverse_barrier", "eV", gb_not_negative, n,
                      &barriers->reverse_barrier_eV));
  GB_CALL(GbWalkArray(walk, "stz/barriers/activation_volume", "nm^3", gb_any, n,
                      &barriers->activation_volume_nm3));
  GB_CALL(GbWalkArray(walk, "stz/barriers/shear_volume", "nm^3", gb_any, n,
                      &barriers->shear_volume_nm3));
  GB_CALL(GbWalkArray(walk, "stz/barriers/dilatation_volume", "nm^3", gb_any, n,
                      &barriers->dilatation_volume_nm3));
  GB_CALL(GbWalkArray(walk, "stz/barriers/chi", "1", gb_any, n, &barriers->chi));
  GB_CALL(GbWalkInts(walk, "stz/barriers/atoms", gb_not_negative, n, &barriers->atoms));
  GB_CALL(
      GbWalkInts(walk, "stz/barriers/state", (GbRange){0, GB_NSTATES - 1}, n, &barriers->state));
  return GB_OK;
}

static GbStatus walk_laws(const GbWalk *walk, GbCalibration *calibration)
{
  GbCalibrationLaws *laws = &calibration->laws;
  GB_CALL(GbWalkEstimate(walk, "stz/laws/barrier_mean_at_chi_0", "eV", gb_any,
                         &laws->barrier_mean_eV[0]));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/barrier_mean_at_chi_1", "eV", gb_any,
                         &laws->barrier_mean_eV[1]));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/barrier_shape", "1", gb_positive, &laws->barrier_shape));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/activation_volume", "nm^3", gb_positive,
                         &laws->activation_volume_nm3));
  GB_CALL(
      GbWalkEstimate(walk, "stz/laws/event_volume", "nm^3", gb_positive, &laws->event_volume_nm3));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/event_shear", "1", gb_positive, &laws->event_shear));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/event_dilatation", "1", gb_any, &laws->event_dilatation));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/chi_gain", "1", gb_any, &laws->chi_gain));
  GB_CALL(GbWalkEstimate(walk, "stz/laws/chi_inf", "1", gb_any, &laws->chi_inf));
  GB_CALL(GbWalkScalar(walk, "stz/laws/attempt_frequency", "Hz", gb_positive,
                       &laws->attempt_frequency_Hz));
  return GB_OK;
}

static GbStatus walk_state(const GbWalk *walk, GbCalibration *calibration)
{
  GbCalibrationState *state = &calibration->state;
  GB_CALL(GbWalkScalar(walk, "state/e_ref", "eV", gb_any, &state->e_ref_eV));
  GB_CALL(GbWalkScalar(walk, "state/e_inf", "eV", (GbRange){state->e_ref_eV, INFINITY},
                       &state->e_inf_eV));
  GB_CALL(GbWalkScalar(walk, "state/energy", "J/g", gb_positive, &state->energy_J_per_g));
  GB_CALL(
      GbWalkScalar(walk, "state/coarse_grain_radius", "nm", gb_positive, &state->coarse_grain_nm));
  GB_CALL(GbWalkEstimate(walk, "state/chi_mean", "1", gb_any, &state->chi_mean));
  GB_CALL(GbWalkEstimate(walk, "state/chi_sd", "1", gb_not_negative, &state->chi_sd));
  return GB_OK;
}

/* --- Thermal cycling: one row per zone, NaN where the sample has no such zone -------------------
 */

static GbStatus pack_rows(const GbWalk *walk, const char *name, size_t columns, GbRange range,
                          double *const rows[GB_NZONES], double *table)
{
  for (size_t i = 0; i < GB_NZONES * columns; i++) {
    const double *row = rows[i / columns];
    table[i] = row ? row[i % columns] : NAN;
    if (!isnan(table[i])) GB_CALL(GbWalkCheck(walk, name, 1, &table[i], range));
  }
  return GB_OK;
}

static GbStatus write_rows(const GbWalk *walk, const char *name, int ncycles, GbRange range,
                           double *const rows[GB_NZONES])
{
  size_t columns = (size_t)ncycles + 1;
  double *table;
  GB_CALLOC(table, GB_NZONES * columns);
  GbStatus status = pack_rows(walk, name, columns, range, rows, table);
  if (status == GB_OK)
    status = GbH5WriteDoubles(walk->file, name, 2, (size_t[]){GB_NZONES, columns}, table, "1");
  free(table);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus unpack_rows(const GbWalk *walk, const char *name, size_t columns, GbRange range,
                            const double *table, double *rows[GB_NZONES])
{
  for (int z = 0; z < GB_NZONES; z++) {
    GB_CALLOC(rows[z], columns);
    for (size_t c = 0; c < columns; c++) {
      rows[z][c] = table[(size_t)z * columns + c];
      if (!isnan(rows[z][c])) GB_CALL(GbWalkCheck(walk, name, 1, &rows[z][c], range));
    }
  }
  return GB_OK;
}

static GbStatus read_rows(const GbWalk *walk, const char *name, int *ncycles, GbRange range,
                          double *rows[GB_NZONES])
{
  size_t dims[2];
  double *table;
  GB_CALL(GbH5ReadDoubles(walk->file, name, 2, dims, &table, "1"));
  GbWalkHash(walk, name, table, dims[0] * dims[1] * sizeof *table);
  if (*ncycles < 0) *ncycles = (int)dims[1] - 1;
  if (dims[0] == GB_NZONES && dims[1] == (size_t)*ncycles + 1 && dims[1] > 0) {
    GbStatus status = unpack_rows(walk, name, dims[1], range, table, rows);
    free(table);
    return status;
  }
  free(table);
  GB_FAIL(GB_ERR_INPUT, "%s: dataset %s: expected %d zones x %d cycles, found %zu x %zu",
          GbH5Path(walk->file), name, GB_NZONES, *ncycles + 1, dims[0], dims[1]);
}

static GbStatus walk_atoms(const GbWalk *walk, GbCalibrationCycling *cycling)
{
  int64_t n = GB_NZONES, *atoms = walk->writing ? cycling->atoms : NULL;
  GbStatus status = GbWalkInts(walk, "ctc/atoms", gb_not_negative, &n, &atoms);
  if (!walk->writing) {
    if (status == GB_OK) memcpy(cycling->atoms, atoms, sizeof cycling->atoms);
    free(atoms);
  }
  GB_CALL(status);
  return GB_OK;
}

static GbStatus walk_cycling(const GbWalk *walk, GbCalibration *calibration)
{
  GbCalibrationCycling *cycling = &calibration->cycling;
  GB_CALL(
      GbWalkScalar(walk, "ctc/temperature_low", "K", gb_not_negative, &cycling->temperature_low_K));
  GB_CALL(GbWalkScalar(walk, "ctc/temperature_high", "K",
                       (GbRange){cycling->temperature_low_K, INFINITY},
                       &cycling->temperature_high_K));
  if (walk->writing) {
    GB_CALL(write_rows(walk, "ctc/fraction", cycling->ncycles, unit_interval, cycling->fraction));
    GB_CALL(write_rows(walk, "ctc/chi", cycling->ncycles, gb_any, cycling->chi));
  } else {
    cycling->ncycles = -1;
    GB_CALL(read_rows(walk, "ctc/fraction", &cycling->ncycles, unit_interval, cycling->fraction));
    GB_CALL(read_rows(walk, "ctc/chi", &cycling->ncycles, gb_any, cycling->chi));
  }
  GB_CALL(walk_atoms(walk, cycling));
  GB_CALL(GbWalkEstimates(walk, "ctc/f_zero", "1", gb_any, true, GB_NZONES, cycling->f_zero));
  GB_CALL(GbWalkEstimates(walk, "ctc/f_inf", "1", gb_any, true, GB_NZONES, cycling->f_inf));
  GB_CALL(GbWalkEstimates(walk, "ctc/n_c", "1", gb_any, true, GB_NZONES, cycling->n_c));
  return GB_OK;
}

static GbStatus walk_stress_strain(const GbWalk *walk, GbCalibration *calibration)
{
  GbStressStrain *curve = &calibration->stress_strain;
  int64_t n = walk->writing ? curve->n : -1;
  GB_CALL(GbWalkArray(walk, "stress_strain/strain", "1", gb_any, &n, &curve->strain));
  GB_CALL(GbWalkArray(walk, "stress_strain/stress", "GPa", gb_any, &n, &curve->stress_GPa));
  curve->n = (int)n;
  GB_CALL(
      GbWalkScalar(walk, "stress_strain/temperature", "K", gb_not_negative, &curve->temperature_K));
  GB_CALL(
      GbWalkScalar(walk, "stress_strain/strain_rate", "1/s", gb_any, &curve->strain_rate_per_s));
  return GB_OK;
}

static GbStatus walk_provenance(const GbWalk *walk, GbCalibration *calibration)
{
  if (!walk->writing) {
    GB_CALL(GbH5ReadText(walk->file, "provenance", "yaml", &calibration->provenance));
    return GB_OK;
  }
  GB_CALL(GbH5MakeGroup(walk->file, "provenance"));
  GB_CALL(GbH5WriteText(walk->file, "provenance", "yaml",
                        calibration->provenance ? calibration->provenance : ""));
  return GB_OK;
}

static GbStatus walk_all(const GbWalk *walk, GbCalibration *calibration)
{
  GB_CALL(walk_material(walk, calibration));
  GB_CALL(walk_events(walk, calibration));
  GB_CALL(walk_barriers(walk, calibration));
  GB_CALL(walk_laws(walk, calibration));
  GB_CALL(walk_state(walk, calibration));
  GB_CALL(walk_cycling(walk, calibration));
  GB_CALL(walk_stress_strain(walk, calibration));
  GB_CALL(walk_provenance(walk, calibration));
  return GB_OK;
}

/* --- Checks across datasets ---------------------------------------------------------------------
 */

/* Tier 2 extrapolates moduli linearly in chi over [0, 1.5]: they must stay positive there. */
static GbStatus check_moduli(const GbWalk *walk, const GbCalibration *calibration)
{
  static const double ends[2] = {0, 1.5};
  for (int t = 0; t < calibration->material.ntemperatures; t++) {
    for (int e = 0; e < 2; e++) {
      double temperature = calibration->material.temperature_K[t];
      double shear = GbCalibrationShearModulus(calibration, ends[e], temperature);
      double bulk = GbCalibrationBulkModulus(calibration, ends[e], temperature);
      if (shear > 0 && bulk > 0) continue;
      GB_FAIL(walk->writing ? GB_ERR_NUMERIC : GB_ERR_INPUT,
              "%s: group material: expected moduli > 0 at chi = %g and %g K, found %g (shear) and "
              "%g GPa (bulk)",
              GbH5Path(walk->file), ends[e], temperature, shear, bulk);
    }
  }
  return GB_OK;
}

static GbStatus check_across(const GbWalk *walk, const GbCalibration *calibration)
{
  const GbCalibrationMaterial *material = &calibration->material;
  GbStatus kind = walk->writing ? GB_ERR_NUMERIC : GB_ERR_INPUT;
  const char *path = GbH5Path(walk->file);
  if (material->ntemperatures < 2)
    GB_FAIL(kind, "%s: dataset material/temperature: expected at least 2 values, found %d", path,
            material->ntemperatures);
  for (int t = 1; t < material->ntemperatures; t++)
    if (material->temperature_K[t] <= material->temperature_K[t - 1])
      GB_FAIL(kind,
              "%s: dataset material/temperature: expected ascending values, found %g after %g",
              path, material->temperature_K[t], material->temperature_K[t - 1]);
  if (material->chi[GB_STATE_FLOWED] <= material->chi[GB_STATE_RELAXED])
    GB_FAIL(kind,
            "%s: dataset material/flowed/chi: expected more than the relaxed state's %g, found %g",
            path, material->chi[GB_STATE_RELAXED], material->chi[GB_STATE_FLOWED]);
  return check_moduli(walk, calibration);
}

/* --- Writing ------------------------------------------------------------------------------------
 */

static GbStatus write_labels(GbH5 *file)
{
  char text[MEANING_SIZE] = "", version[16];
  for (int z = 0; z < GB_NZONES; z++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d %s", z ? ", " : "", z,
             gb_zone_names[z]);
  GB_CALL(GbH5WriteText(file, "stz/events/zone", "meaning", text));
  GB_CALL(GbH5WriteText(file, "ctc", "rows", text));
  GB_CALL(GbH5WriteText(file, "stz/barriers/state", "meaning", "0 relaxed, 1 flowed"));
  snprintf(version, sizeof version, "%d", GB_CALIBRATION_VERSION);
  GB_CALL(GbH5WriteText(file, "", "kind", gb_calibration_kind));
  GB_CALL(GbH5WriteText(file, "", "version", version));
  return GB_OK;
}

GbStatus GbCalibrationWrite(const GbCalibration *calibration, const char *path)
{
  GbStatus status;
  GbH5 *file;
  GbCalibration copy = *calibration; /* the walk takes pointers to what it would read into */
  GB_CALL(GbH5Create(path, &file));
  GbWalk walk = {file, true, NULL};
  GB_TRY(status, walk_all(&walk, &copy), fail);
  GB_TRY(status, check_across(&walk, &copy), fail);
  GB_TRY(status, write_labels(file), fail);
  GB_CALL(GbH5Close(&file));
  return GB_OK;
fail:
  GbH5Discard(&file);
  return status;
}

/* --- Reading ------------------------------------------------------------------------------------
 */

static GbStatus check_version(GbH5 *file)
{
  char *text;
  GB_CALL(GbH5ReadText(file, "", "version", &text));
  char *end;
  long version = strtol(text, &end, 10);
  bool good = end != text && *end == '\0' && version >= 1;
  GbStatus status = GB_OK;
  if (!good || version > GB_CALIBRATION_VERSION)
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s: attribute version: expected a calibration of version %d or older, "
                        "found version \"%s\"%s",
                        GbH5Path(file), GB_CALIBRATION_VERSION, text,
                        good ? " (made by a newer glassband)" : "");
  free(text);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus check_groups(GbH5 *file)
{
  for (int g = 0; g < NGROUPS; g++)
    if (!GbH5Has(file, group_names[g]))
      GB_FAIL(GB_ERR_INPUT, "%s: expected a group %s, found none (not a complete calibration)",
              GbH5Path(file), group_names[g]);
  return GB_OK;
}

static GbStatus read_hashed(const char *path, GbHash *hash, GbCalibration *calibration)
{
  GbStatus status;
  GbH5 *file;
  memset(calibration, 0, sizeof *calibration);
  calibration->events.n = calibration->barriers.n = -1; /* set by the first column */
  GB_CALL(GbH5Open(path, &file));
  GbWalk walk = {file, false, hash};
  GB_TRY(status, check_version(file), fail);
  GB_TRY(status, check_groups(file), fail);
  GB_TRY(status, walk_all(&walk, calibration), fail);
  GB_TRY(status, check_across(&walk, calibration), fail);
  GB_CALL(GbH5Close(&file));
  return GB_OK;
fail:
  GbH5Discard(&file);
  GbCalibrationFree(calibration);
  return status;
}

GbStatus GbCalibrationRead(const char *path, GbCalibration *calibration)
{
  return read_hashed(path, NULL, calibration);
}

GbStatus GbCalibrationHash(const char *path, char hex[GB_HASH_SIZE])
{
  GbCalibration calibration;
  GbHash *hash;
  GB_CALL(GbHashCreate(&hash));
  GbStatus status = read_hashed(path, hash, &calibration);
  GbHashFinish(&hash, hex);
  GB_CALL(status);
  GbCalibrationFree(&calibration);
  return GB_OK;
}

/* Rank 0 judges the file first, so that a bad one is reported once; then the others read the same
 * file, which is small and read only once per run. */
GbStatus GbCalibrationReadAll(MPI_Comm comm, const char *path, GbCalibration *calibration)
{
  int rank;
  MPI_Comm_rank(comm, &rank);
  memset(calibration, 0, sizeof *calibration);
  GbStatus status = rank == 0 ? GbCalibrationRead(path, calibration) : GB_OK;
  GB_CALL(GbErrorSync(comm, status));
  if (rank != 0) status = GbCalibrationRead(path, calibration);
  status = GbErrorSync(comm, status);
  if (status != GB_OK) GbCalibrationFree(calibration);
  GB_CALL(status);
  return GB_OK;
}

static void free_all(void *const *pointers, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(pointers[i]);
}

void GbCalibrationFree(GbCalibration *calibration)
{
  GbCalibrationMaterial *material = &calibration->material;
  GbEventTable *events = &calibration->events;
  GbBarrierTable *barriers = &calibration->barriers;
  GbCalibrationCycling *cycling = &calibration->cycling;
  free(material->temperature_K);
  for (int s = 0; s < GB_NSTATES; s++) {
    free(material->shear_modulus_GPa[s]);
    free(material->bulk_modulus_GPa[s]);
  }
  for (int z = 0; z < GB_NZONES; z++) {
    free(cycling->fraction[z]);
    free(cycling->chi[z]);
  }
  void *const columns[] = {events->atoms,
                           events->volume_nm3,
                           events->gamma,
                           events->dilatation,
                           events->orientation_rad,
                           events->delta_energy_eV,
                           events->chi_before,
                           events->chi_after,
                           events->stress_GPa,
                           events->strain,
                           events->zone,
                           barriers->barrier_eV,
                           barriers->reverse_barrier_eV,
                           barriers->activation_volume_nm3,
                           barriers->shear_volume_nm3,
                           barriers->dilatation_volume_nm3,
                           barriers->chi,
                           barriers->atoms,
                           barriers->state,
                           calibration->stress_strain.strain,
                           calibration->stress_strain.stress_GPa,
                           calibration->provenance};
  free_all(columns, sizeof columns / sizeof *columns);
  memset(calibration, 0, sizeof *calibration);
}
