/* From snapshots to tables: strain relative to the sample before loading, bands, zones, and their
 * change with the thermal cycles.
 *
 * Strains are taken between snapshots as they are at the low temperature, not between inherent
 * structures: between two snapshots of an undeformed sample at 100 K an atom's eta_Mises is 0.03 in
 * the mean (0.05 at the surface) from thermal motion alone, little against the 0.3 of the smallest
 * strain that counts, and the published fractions are of snapshots too. */
#include "atomistic/protocol/session.h"

#include "base/h5.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* eta_Mises of rejuvenated material: above `low` it has flowed, above `high` it may have cavities.
 */
static const double eta_low = 0.3, eta_high = 0.7;

typedef struct {
  GbSession *session;
  GbAtoms reference; /* the sample before loading */
  double *energy;    /* [n] scratch */
} Collector;

static GbZoneOptions zone_options(const GbAtomisticConfig *config)
{
  return (GbZoneOptions){.threshold = config->zone_threshold,
                         .voxel_angstrom = config->zone_voxel_angstrom,
                         .front_angstrom = config->zone_front_angstrom,
                         .min_voxels = (int)config->zone_min_voxels};
}

static GbStatus write_view(Collector *collector, const char *path, const GbAtoms *atoms,
                           const GbStrain *strain, const int *zone)
{
  static const char *const names[] = {"eta_mises", "d2min", "zone"};
  double *zones;
  GB_CALLOC(zones, atoms->n);
  for (int i = 0; i < atoms->n; i++)
    zones[i] = zone[i];
  const double *columns[] = {strain->eta_mises, strain->d2min, zones};
  GbStatus status = GB_OK;
  if (collector->session->rank == 0) status = GbAtomsWriteXyz(path, atoms, 3, names, columns);
  free(zones);
  GB_CALL(GbErrorSync(collector->session->run->comm, status));
  return GB_OK;
}

/* They are nan in files and in no mean of a zone. */
static void tell_unfit(const char *path, const GbStrain *strain)
{
  if (strain->unfit)
    GbLogWarn("%s: %d of %d atoms have too few neighbours for a strain: nan, and in no mean", path,
              strain->unfit, strain->n);
}

/* --- tension -------------------------------------------------------------------------------------
 */

static GbStatus classify_frame(Collector *collector, int frame, GbProducts *products)
{
  GbSession *session = collector->session;
  GbZoneOptions options = zone_options(session->config);
  GbAtoms atoms = {0};
  GbStrain strain = {0};
  GbZones zones = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  double cutoff = session->config->zone_strain_cutoff_angstrom;
  GbProductFrame(session->run->folder, frame, path);
  GB_TRY(status, GbSessionReadAtoms(session, path, &atoms, &products->frame_strain[frame]), done);
  GB_TRY(status, GbStrainCompute(&collector->reference, &atoms, cutoff, &strain), done);
  tell_unfit(path, &strain);
  GB_TRY(status, GbZonesClassify(&atoms, &strain, &options, &zones), done);
  products->frame_bands[frame] = zones.kind;
  if (frame == products->nframes - 1) {
    GbSessionPath(session, path, "tension/last.xyz");
    GB_TRY(status, write_view(collector, path, &atoms, &strain, zones.zone), done);
  }
done:
  GbZonesFree(&zones);
  GbStrainFree(&strain);
  GbAtomsFree(&atoms);
  return status;
}

static GbStatus read_curve(GbH5 *file, GbProducts *products)
{
  size_t rows[1];
  GB_CALL(GbH5ReadDoubles(file, "strain", 1, rows, &products->strain, "1"));
  GB_CALL(GbH5ReadDoubles(file, "stress_GPa", 1, rows, &products->stress_GPa, "GPa"));
  GB_CALL(GbH5ReadDoubles(file, "temperature_K", 1, rows, &products->temperature_K, "K"));
  GB_CALL(GbH5ReadDoubles(file, "potential_eV", 1, rows, &products->potential_eV, "eV"));
  products->nsamples = (int)rows[0];
  return GB_OK;
}

static GbStatus collect_tension(Collector *collector, GbProducts *products)
{
  const GbAtomisticConfig *config = collector->session->config;
  char path[GB_PRODUCT_PATH_MAX];
  GbH5 *file = NULL;
  GbSessionPath(collector->session, path, "tension/curve.h5");
  GbStatus status = GbH5Open(path, &file);
  if (status == GB_OK) status = read_curve(file, products);
  GbH5Discard(&file);
  GB_CALL(GbErrorSync(collector->session->run->comm, status));
  products->nframes = GbPlanFrames(config);
  GB_CALLOC(products->frame_strain, products->nframes);
  GB_CALLOC(products->frame_bands, products->nframes);
  for (int frame = 0; frame < products->nframes; frame++)
    GB_CALL(classify_frame(collector, frame, products));
  return GB_OK;
}

/* --- cycling -------------------------------------------------------------------------------------
 */

static GbStatus allocate_state(int natoms, int ncycles, GbProductState *state)
{
  size_t columns = (size_t)ncycles + 1;
  state->natoms = natoms;
  GB_CALLOC(state->zone, natoms);
  for (int z = 0; z < GB_NZONES; z++) {
    GB_CALLOC(state->fraction[z], columns);
    GB_CALLOC(state->eta_mises[z], columns);
    GB_CALLOC(state->potential_eV[z], columns);
    GB_CALLOC(state->histogram[z], columns * GB_ETA_BINS);
  }
  return GB_OK;
}

static void average_zones(const GbZones *zones, const GbStrain *strain, const double *energy,
                          int cycle, GbProductState *state)
{
  double eta[GB_NZONES] = {0.0}, potential[GB_NZONES] = {0.0}, fraction[GB_NZONES];
  int64_t valid[GB_NZONES] = {0};
  for (int i = 0; i < zones->n; i++) {
    int z = zones->zone[i];
    potential[z] += energy[i];
    if (!strain->valid[i]) continue;
    int bin = (int)fmin(strain->eta_mises[i] / GB_ETA_BIN, GB_ETA_BINS - 1.0);
    state->histogram[z][cycle * GB_ETA_BINS + bin]++;
    eta[z] += strain->eta_mises[i];
    valid[z]++;
  }
  GbZoneFractions(zones, strain, eta_low, eta_high, fraction);
  for (int z = 0; z < GB_NZONES; z++) {
    state->fraction[z][cycle] = fraction[z];
    state->eta_mises[z][cycle] = valid[z] ? eta[z] / (double)valid[z] : NAN;
    state->potential_eV[z][cycle] = zones->count[z] ? potential[z] / (double)zones->count[z] : NAN;
  }
}

static GbStatus define_zones(const GbAtomisticConfig *config, const GbAtoms *atoms,
                             const GbStrain *strain, GbZones *zones, GbProductState *state)
{
  GbZoneOptions options = zone_options(config);
  GB_CALL(GbZonesClassify(atoms, strain, &options, zones));
  state->kind = zones->kind;
  memcpy(state->count, zones->count, sizeof state->count);
  for (int i = 0; i < zones->n; i++)
    state->zone[i] = zones->zone[i];
  return GB_OK;
}

/* Zones are found at cycle 0 and kept: `zones` comes in empty then. */
static GbStatus analyse_cycle(Collector *collector, int index, int cycle, GbZones *zones,
                              GbProductState *state)
{
  GbSession *session = collector->session;
  const GbAtomisticConfig *config = session->config;
  GbAtoms atoms = {0};
  GbStrain strain = {0};
  GbForceResult result;
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  double cutoff = config->zone_strain_cutoff_angstrom;
  GbProductCycle(session->run->folder, index, cycle, path);
  GB_TRY(status, GbSessionReadAtoms(session, path, &atoms, NULL), done);
  GB_TRY(status, GbStrainCompute(&collector->reference, &atoms, cutoff, &strain), done);
  tell_unfit(path, &strain);
  if (cycle == 0) GB_TRY(status, define_zones(config, &atoms, &strain, zones, state), done);
  GbForceReset(session->force);
  GB_TRY(status, GbForceComputePerAtom(session->force, &atoms, &result, collector->energy, NULL),
         done);
  average_zones(zones, &strain, collector->energy, cycle, state);
  if (cycle == 0 || cycle == config->cycle_count) {
    GbSessionPath(session, path, "cycling/state_%d/cycle_%02d.xyz", index, cycle);
    GB_TRY(status, write_view(collector, path, &atoms, &strain, zones->zone), done);
  }
done:
  GbStrainFree(&strain);
  GbAtomsFree(&atoms);
  return status;
}

static GbStatus write_zone_table(Collector *collector, int index, int ncycles,
                                 const GbProductState *state)
{
  char path[GB_PRODUCT_PATH_MAX], *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out) GB_FAIL(GB_ERR_MEMORY, "no memory for the table of zones");
  fprintf(out, "zone,cycle,atoms,fraction_0p3_0p7,eta_mises,potential_eV\n");
  for (int z = 0; z < GB_NZONES; z++) {
    for (int c = 0; state->count[z] && c <= ncycles; c++)
      fprintf(out, "%s,%d,%lld,%.5f,%.5f,%.6f\n", gb_zone_names[z], c, (long long)state->count[z],
              state->fraction[z][c], state->eta_mises[z][c], state->potential_eV[z][c]);
  }
  fclose(out);
  GbSessionPath(collector->session, path, "cycling/state_%d/zones.csv", index);
  GbStatus status = GbSessionWriteText(collector->session, path, text);
  free(text);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus collect_state(Collector *collector, int index, GbProducts *products)
{
  const GbAtomisticConfig *config = collector->session->config;
  GbProductState *state = &products->states[index];
  GbZones zones = {0};
  GbStatus status = GB_OK;
  GB_CALL(allocate_state(collector->reference.n, products->ncycles, state));
  state->frame = GbPlanFrameAt(config, config->cycle_at_strains.values[index]);
  state->strain = products->frame_strain[state->frame];
  for (int cycle = 0; cycle <= products->ncycles && status == GB_OK; cycle++)
    status = analyse_cycle(collector, index, cycle, &zones, state);
  GbZonesFree(&zones);
  GB_CALL(status);
  GB_CALL(write_zone_table(collector, index, products->ncycles, state));
  return GB_OK;
}

/* --- results -------------------------------------------------------------------------------------
 */

/* Highest stress of a moving mean over ten rows (one frame): thermal noise is no peak. */
static double peak_stress(const GbProducts *products)
{
  const int width = 10;
  double best = -INFINITY;
  for (int i = 0; i + width <= products->nsamples; i++) {
    double mean = 0.0;
    for (int k = i; k < i + width; k++)
      mean += products->stress_GPa[k] / width;
    best = fmax(best, mean);
  }
  return best;
}

static GbStatus add_fraction(int index, int zone, const GbProducts *products)
{
  const GbProductState *state = &products->states[index];
  char key[128];
  if (!state->count[zone]) return GB_OK;
  snprintf(key, sizeof key, "atomistic.state_%d.%s.fraction_before", index, gb_zone_names[zone]);
  GB_CALL(GbSummaryAdd(key, state->fraction[zone][0], "1"));
  snprintf(key, sizeof key, "atomistic.state_%d.%s.fraction_after", index, gb_zone_names[zone]);
  GB_CALL(GbSummaryAdd(key, state->fraction[zone][products->ncycles], "1"));
  return GB_OK;
}

static GbStatus summarise(const Collector *collector, const GbProducts *products)
{
  char key[128];
  GB_CALL(GbSummaryAdd("atomistic.atoms", collector->reference.n, "1"));
  GB_CALL(GbSummaryAdd("atomistic.peak_stress", peak_stress(products), "GPa"));
  for (int s = 0; s < products->nstates; s++) {
    const GbProductState *state = &products->states[s];
    snprintf(key, sizeof key, "atomistic.state_%d.strain", s);
    GB_CALL(GbSummaryAdd(key, state->strain, "1"));
    snprintf(key, sizeof key, "atomistic.state_%d.bands", s);
    GB_CALL(GbSummaryAddText(key, gb_band_names[state->kind]));
    GbLogInfo("state %d: strain %.3f, bands: %s", s, state->strain, gb_band_names[state->kind]);
    for (int z = GB_ZONE_FRONT; z < GB_NZONES; z++)
      GB_CALL(add_fraction(s, z, products));
  }
  return GB_OK;
}

static GbStatus collect(Collector *collector, GbProducts *products)
{
  GbSession *session = collector->session;
  const GbAtomisticConfig *config = session->config;
  char path[GB_PRODUCT_PATH_MAX];
  GbProductSample(session->run->folder, path);
  GB_CALL(GbSessionReadAtoms(session, path, &collector->reference, NULL));
  GB_CALLOC(collector->energy, collector->reference.n);
  products->test_temperature_K = config->temperature_K;
  products->strain_rate_per_s = config->tension_strain_rate_per_s;
  products->cycle_low_K = config->cycle_low_temperature_K;
  products->cycle_high_K = config->cycle_high_temperature_K;
  products->strain_cutoff_angstrom = config->zone_strain_cutoff_angstrom;
  products->ncycles = (int)config->cycle_count;
  GB_CALL(collect_tension(collector, products));
  GB_CALLOC(products->states, config->cycle_at_strains.count);
  products->nstates = config->cycle_at_strains.count;
  for (int s = 0; s < products->nstates; s++)
    GB_CALL(collect_state(collector, s, products));
  GbStatus status = GB_OK;
  if (session->rank == 0) status = GbProductsWrite(session->run->folder, products);
  GB_CALL(GbErrorSync(session->run->comm, status));
  GB_CALL(summarise(collector, products));
  return GB_OK;
}

GbStatus GbPhaseCollect(GbSession *session)
{
  Collector collector = {.session = session};
  GbProducts products = {0};
  GbStatus status = collect(&collector, &products);
  GbProductsFree(&products);
  GbAtomsFree(&collector.reference);
  free(collector.energy);
  GB_CALL(status);
  return GB_OK;
}
