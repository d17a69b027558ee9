/* How many steps each phase takes, from the configuration alone. */
#include "atomistic/protocol/session.h"

#include <math.h>

int64_t GbPlanSteps(const GbAtomisticConfig *config, double time_ps)
{
  return (int64_t)floor(time_ps / (1e-3 * config->timestep_fs) + 0.5);
}

int64_t GbPlanFrameSteps(const GbAtomisticConfig *config)
{
  double rate_per_ps = config->tension_strain_rate_per_s * 1e-12;
  int64_t steps = GbPlanSteps(config, config->tension_frame_strain / rate_per_ps);
  return steps < 10 ? 10 : 10 * ((steps + 5) / 10);
}

int GbPlanFrames(const GbAtomisticConfig *config)
{
  return 1 + (int)floor(config->tension_max_strain / config->tension_frame_strain + 0.5);
}

int GbPlanFrameAt(const GbAtomisticConfig *config, double strain)
{
  /* Frames come after whole steps, so their true spacing differs a little from the one asked for.
   */
  double spacing = (double)GbPlanFrameSteps(config) * config->timestep_fs * 1e-15 *
                   config->tension_strain_rate_per_s;
  int frame = (int)floor(strain / spacing + 0.5), last = GbPlanFrames(config) - 1;
  return frame > last ? last : frame;
}

int64_t GbPlanGlassSteps(const GbAtomisticConfig *config)
{
  double quench_ps = (config->glass_melt_temperature_K - config->temperature_K) /
                     config->glass_quench_rate_K_per_ps;
  return GbPlanSteps(config, config->glass_melt_ps) + GbPlanSteps(config, quench_ps) +
         GbPlanSteps(config, config->glass_hold_ps);
}

int64_t GbPlanSampleSteps(const GbAtomisticConfig *config)
{
  double cool_ps = (config->sample_anneal_temperature_K - config->temperature_K) /
                   config->sample_cool_rate_K_per_ps;
  return GbPlanSteps(config, config->sample_anneal_ps) + GbPlanSteps(config, cool_ps) +
         GbPlanSteps(config, config->sample_relax_ps);
}

int64_t GbPlanTensionSteps(const GbAtomisticConfig *config)
{
  return (GbPlanFrames(config) - 1) * GbPlanFrameSteps(config);
}

int64_t GbPlanCyclingSteps(const GbAtomisticConfig *config)
{
  int64_t ramp = GbPlanSteps(config, config->cycle_ramp_ps),
          hold = GbPlanSteps(config, config->cycle_hold_ps);
  return GbPlanSteps(config, config->cycle_unload_ps) + config->cycle_count * 2 * (ramp + hold);
}
