/* Bytes are those of the arrays that each part allocates; the numbers below name the part. A rank
 * holds a sample, at a prior strain also the specimen that branches off it, and the copy of a state
 * that checkpoints are written from. */
#include "mesoscale/fields/demands.h"

#include "base/log.h"

#include <limits.h>
#include <math.h>

/* Most modes of a voxel that a state file may hold, see state.c. */
enum { MODES_MOST = 65536 };

static const double GB = 1e9, DOUBLE = 8, TENSOR = 6 * 8;

typedef struct {
  double nx, ny, nz, modes, slots, refinement;
  bool plane, free_x, thinning, uniform, way_back;
} Size;

/* Free or shared by all voxels of a voxel's state, bytes per voxel. */
static double state_bytes(const Size *s)
{
  const double dim = s->plane ? 2 : 3, cells = pow(s->refinement, dim);
  const double memory = (2 * dim + 2) * cells * DOUBLE; /* of the elastic solver */
  const double way_back = s->way_back ? s->modes * DOUBLE + 80 : 0;
  return s->modes * DOUBLE + 2 * TENSOR + 5 * DOUBLE + memory + way_back;
}

static double kmc_bytes(const Size *s)
{
  const double components = s->plane ? 2 : 5;
  return s->slots * (components + 3) * DOUBLE + 6 * TENSOR + 2 * DOUBLE;
}

static double elasticity_bytes(const Size *s)
{
  const double dim = s->plane ? 2 : 3, cells = pow(s->refinement, dim);
  return cells * DOUBLE * (s->uniform ? 2 + 4 * dim : 4 + 10 * dim);
}

/* CVODE's history, GMRES' basis, the matrix and its factors. */
static double relaxation_bytes(void)
{
  enum { VECTORS = 40, ROW = 2 * 5 * 12 };
  return VECTORS * DOUBLE + ROW;
}

static double thinning_bytes(const Size *s)
{
  const double nt = s->plane ? 2 : 5;
  return s->slots * 4 + nt * nt * 12 + nt * 16 + 12;
}

static double response_bytes(const Size *s)
{
  const double depths = s->free_x ? ceil(s->nx / 2) : 1, x = s->free_x ? s->nx : s->nx / 2 + 1;
  const double y = s->plane ? 1 : s->ny / 2 + 1, stride = s->plane ? 8 : 32;
  return depths * x * y * (s->nz / 2 + 1) * (stride * DOUBLE + sizeof(float));
}

GbMesoDemands GbMesoDemandsOf(const GbMesoConfig *config, const GbCalibration *calibration)
{
  const GbSampleOptions options = GbMesoSampleOptions(config);
  const double omega = calibration->laws.event_volume_nm3.value;
  const double volume = config->voxel_edge_nm > 0 ? pow(config->voxel_edge_nm, 3) : omega;
  GbMesoDemands d = {.voxels = (double)config->nx * (double)config->ny * (double)config->nz,
                     .sites = fmax(round(volume / omega), 1)};
  d.modes = (double)config->modes * d.sites;
  const Size size = {.nx = (double)config->nx,
                     .ny = (double)config->ny,
                     .nz = (double)config->nz,
                     .modes = d.modes,
                     .slots = d.modes + (options.way_back ? 1 : 0),
                     .refinement = (double)config->elements_per_edge,
                     .plane = config->ny == 1,
                     .free_x = config->boundary == 0,
                     .thinning = options.method == GB_KMC_THINNING,
                     .uniform = options.uniform_moduli,
                     .way_back = options.way_back};
  double sample = d.voxels * (state_bytes(&size) + kmc_bytes(&size) + elasticity_bytes(&size) +
                              relaxation_bytes());
  if (size.thinning) sample += d.voxels * thinning_bytes(&size) + response_bytes(&size);
  d.bytes = 2 * sample + d.voxels * state_bytes(&size);
  return d;
}

GbStatus GbMesoCheckDemands(const GbMesoConfig *config, const GbCalibration *calibration,
                            const char *calibration_path, int ranks, double available)
{
  const GbMesoDemands d = GbMesoDemandsOf(config, calibration);
  const double slots = d.modes + (config->reverse_events ? 1 : 0), all = d.voxels * slots;
  const double most = INT_MAX - 4096.0; /* padding */
  if (d.modes > MODES_MOST || all > most)
    GB_FAIL(
        GB_ERR_INPUT,
        "mesoscale: %g voxels of %.6g modes each (%lld x %g STZ sites: the voxel's volume over "
        "stz/laws/event_volume = %g nm^3 of %s) are %.4g modes, which need %.3g GB: expected at "
        "most %d modes in a voxel and %.4g in a sample; lower mesoscale.voxel_edge_nm, the "
        "numbers of voxels or mesoscale.modes",
        d.voxels, d.modes, (long long)config->modes, d.sites,
        calibration->laws.event_volume_nm3.value, calibration_path, all, d.bytes / GB, MODES_MOST,
        most);
  if (d.bytes > available)
    GB_FAIL(
        GB_ERR_INPUT,
        "mesoscale: %g voxels of %g modes (%.4g modes) need about %.3g GB%s%s: expected at most "
        "the %.3g GB that are available to it; lower mesoscale.nx, ny, nz, mesoscale.modes, "
        "voxel_edge_nm or the number of ranks",
        d.voxels, d.modes, all, d.bytes / GB,
        config->elastic_solver == 1 ? " (without the factors of elastic_solver: direct)" : "",
        ranks > 1 ? " on each rank" : "", available / GB);
  return GB_OK;
}

GbStatus GbMesoCheckLaws(const GbCalibration *calibration, const char *calibration_path)
{
  const GbCalibrationLaws *laws = &calibration->laws;
  const double dilatancy = laws->event_dilatation.value / laws->event_shear.value;
  if (!(fabs(dilatancy) < 0.5))
    GB_FAIL(GB_ERR_INPUT,
            "%s: stz/laws/event_dilatation = %g over stz/laws/event_shear = %g is a dilatancy of "
            "%g: expected between -0.5 and 0.5, as the hardness stage needs it (a fit to too few "
            "events? See stz/events in the file, and calibrate.searches_per_state)",
            calibration_path, laws->event_dilatation.value, laws->event_shear.value, dilatancy);
  if (!(fabs(laws->chi_gain.value) < 2))
    GB_FAIL(GB_ERR_INPUT,
            "%s: dataset stz/laws/chi_gain: expected the part between -2 and 2 by which an event "
            "brings chi to chi_inf (beyond, chi grows without bound), found %g",
            calibration_path, laws->chi_gain.value);
  return GB_OK;
}

void GbMesoWarnOfLaw(const GbMesoConfig *config)
{
  static const double temperature_K = 300, strain_rate_per_s = 5e-4;
  const bool hot = fabs(config->temperature_K - temperature_K) > 1e-9 * temperature_K;
  const bool fast = fabs(config->strain_rate_per_s - strain_rate_per_s) > 1e-9 * strain_rate_per_s;
  if (!hot && !fast) return;
  GbLogWarn(
      "mesoscale: the event law is known to be wrong away from 300 K and 5e-4 /s, and this run "
      "is at %g K and %g /s: yield rises with temperature (0.90, 1.05, 1.15 GPa at 250, 300, "
      "350 K; glasses soften) and triples over two decades of rate (glasses hardly change). "
      "Do not read trends in either from it (docs/decisions/0004-intrabasin-time.md)",
      config->temperature_K, config->strain_rate_per_s);
}
