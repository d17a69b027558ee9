/* Thermal expansion, density and heat capacity.
 *
 * At each temperature the sample runs at zero pressure (isotropic barostat), first to equilibrate,
 * then to sample; the sampling time is cut into blocks, whose means are the independent samples.
 * Expansion is a third of the slope of ln V, heat capacity the slope of the enthalpy (p = 0: total
 * energy), by least squares over all blocks. The vibrations are classical, so the heat capacity is
 * the high-temperature (Dulong-Petit) one and too large below the Debye temperature (about 280 K in
 * CuZr). */
#include "atomistic/statistics/thermal.h"

#include "base/units.h"

#include <math.h>
#include <string.h>

typedef struct {
  int64_t first, block; /* step the sampling starts at, steps of one block */
  GbThermalPoint *point;
  int64_t count[GB_THERMAL_BLOCKS];
} Sampler;

static GbStatus sample_step(void *context, const GbAtoms *atoms, const GbMdSample *sample)
{
  Sampler *s = context;
  const int64_t b = (sample->step - s->first) / s->block;
  if (sample->step < s->first || b >= GB_THERMAL_BLOCKS) return GB_OK;
  s->point->volume[b] += GbAtomsVolume(atoms);
  s->point->enthalpy[b] += sample->potential_eV + sample->kinetic_eV;
  s->point->temperature_K += sample->temperature_K;
  s->count[b]++;
  return GB_OK;
}

static GbMdOptions npt_options(const GbThermalOptions *options, double temperature_K)
{
  GbMdOptions md = GbMdDefaults();
  md.dt_ps = options->dt_ps;
  md.thermostat = GB_THERMOSTAT_BUSSI;
  md.temperature_start_K = md.temperature_end_K = temperature_K;
  for (int a = 0; a < 3; a++)
    md.pressure_free[a] = true;
  md.pressure_isotropic = true;
  md.tau_pressure_ps = 0.5;
  md.seed = options->seed;
  return md;
}

static GbStatus one_temperature(GbForce *force, GbAtoms *atoms, double temperature_K,
                                const GbThermalOptions *options, int64_t *step,
                                GbThermalPoint *point)
{
  enum { INTERVAL = 5 };
  GbMdOptions md = npt_options(options, temperature_K);
  const int64_t warm_up = (int64_t)ceil(options->equilibrate_ps / options->dt_ps);
  const double steps = options->sample_ps / options->dt_ps / GB_THERMAL_BLOCKS;
  Sampler sampler = {*step + warm_up, (int64_t)fmax(2 * INTERVAL, ceil(steps)), point, {0}};
  const int64_t total = warm_up + GB_THERMAL_BLOCKS * sampler.block;
  int64_t samples = 0;
  memset(point, 0, sizeof *point);
  md.first_step = *step;
  GB_CALL(GbMdRun(force, atoms, &md, total, INTERVAL, sample_step, &sampler));
  *step += total;
  for (int b = 0; b < GB_THERMAL_BLOCKS; b++) {
    samples += sampler.count[b];
    point->volume[b] /= (double)sampler.count[b];
    point->enthalpy[b] /= (double)sampler.count[b];
    point->mean_volume += point->volume[b] / GB_THERMAL_BLOCKS;
  }
  point->temperature_K /= (double)samples;
  return GB_OK;
}

GbStatus GbThermalMeasure(GbForce *force, const GbAtoms *atoms, int ntemperatures,
                          const double *temperature_K, const GbThermalOptions *options,
                          GbThermalPoint *points)
{
  GbAtoms copy;
  GbStatus status = GB_OK;
  int64_t step = (int64_t)(options->stream << 32);
  GB_CALL(GbAtomsCopy(atoms, &copy));
  GbForceReset(force);
  /* An inherent structure gives half of the kinetic energy to its vibrations: start twice as hot.
   */
  GbAtomsSetVelocities(&copy, 2.0 * temperature_K[0], options->seed + options->stream);
  for (int t = 0; t < ntemperatures; t++)
    GB_TRY(status, one_temperature(force, &copy, temperature_K[t], options, &step, &points[t]),
           done);
done:
  GbAtomsFree(&copy);
  GbForceReset(force);
  return status;
}

typedef struct {
  const GbThermalPoint *points;
  double mass_kg;
} FitContext;

static void slopes(void *context, int n, const int *index, double *outputs)
{
  const FitContext *c = context;
  double t = 0.0, v = 0.0, h = 0.0, tt = 0.0, tv = 0.0, th = 0.0;
  for (int pass = 0; pass < 2; pass++)
    for (int k = 0; k < n; k++) {
      const GbThermalPoint *p = &c->points[index[k] / GB_THERMAL_BLOCKS];
      const int b = index[k] % GB_THERMAL_BLOCKS;
      if (pass == 0) {
        t += p->temperature_K / n;
        v += log(p->volume[b]) / n;
        h += p->enthalpy[b] / n;
        continue;
      }
      const double dt = p->temperature_K - t;
      tt += dt * dt;
      tv += dt * (log(p->volume[b]) - v);
      th += dt * (p->enthalpy[b] - h);
    }
  outputs[0] = tt > 1.0 ? tv / tt / 3.0 : NAN;
  outputs[1] = tt > 1.0 ? th / tt * GB_EV_IN_J / c->mass_kg : NAN;
}

GbStatus GbThermalFit(const GbBootstrapOptions *bootstrap, int npoints,
                      const GbThermalPoint *points, double mass_kg, GbEstimate *expansion,
                      GbEstimate *heat_capacity)
{
  FitContext context = {points, mass_kg};
  GbEstimate estimates[2];
  GB_CALL(GbBootstrap(bootstrap, "thermal expansion", npoints * GB_THERMAL_BLOCKS, slopes, &context,
                      2, estimates));
  *expansion = estimates[0];
  *heat_capacity = estimates[1];
  return GB_OK;
}

GbStatus GbThermalDensity(const GbBootstrapOptions *bootstrap, const GbThermalPoint *point,
                          double mass_kg, GbEstimate *density)
{
  double samples[GB_THERMAL_BLOCKS];
  for (int b = 0; b < GB_THERMAL_BLOCKS; b++)
    samples[b] = mass_kg / (point->volume[b] * 1e-30);
  GB_CALL(GbBootstrapMean(bootstrap, "density", GB_THERMAL_BLOCKS, samples, density));
  return GB_OK;
}

double GbAtomsMassKg(const GbAtoms *atoms)
{
  double mass = 0.0;
  for (int i = 0; i < atoms->n; i++)
    mass += atoms->mass[atoms->type[i]];
  return mass * GB_AMU_IN_KG;
}
