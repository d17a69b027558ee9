/* What a run reports: values of the moment, means since the last report, and atoms. */
#include "atomistic/engine/barostat.h"
#include "atomistic/engine/md_internal.h"
#include "base/units.h"

#include <math.h>

enum { FOR_CALLBACK, FOR_OBSERVER };

static bool callback_is_due(const GbMdRunning *run, int64_t step)
{
  return run->callback && run->interval > 0 && step % run->interval == 0;
}

static bool observer_is_due(const GbMdRunning *run, int64_t step)
{
  const GbMdOptions *o = run->options;
  return o->observer && o->observer_interval > 0 && step % o->observer_interval == 0;
}

static bool is_watched(const GbMdRunning *run)
{
  return (run->callback && run->interval > 0) ||
         (run->options->observer && run->options->observer_interval > 0);
}

bool GbMdIsMeasured(const GbMdRunning *run, int64_t step)
{
  return callback_is_due(run, step) || observer_is_due(run, step) ||
         (is_watched(run) && step % GB_MD_AVERAGE_INTERVAL == 0);
}

/* Energy of chains and of an MTK barostat, with the work that these stand for. */
static double reservoir(const GbMdRunning *run)
{
  const GbMdOptions *o = run->options;
  const GbMdState *state = &run->p.state;
  double energy = 0.0;
  if (o->thermostat == GB_THERMOSTAT_NOSE_HOOVER)
    energy += GbChainEnergy(&state->atoms, run->freedoms, o->tau_temperature_ps) +
              GbChainEnergy(&state->box, GbMtkFreedoms(o), o->tau_pressure_ps);
  if (o->barostat == GB_BAROSTAT_MTK)
    energy += GbMtkKinetic(o, state->box_rate, run->p.box_mass) + run->p.pressure_work;
  return energy;
}

static void measure(const GbMdRunning *run, GbMdSample *sample)
{
  const GbMdProgress *p = &run->p;
  double lo[3], hi[3];
  GbMdExtent(run, lo, hi);
  *sample = (GbMdSample){.step = run->options->first_step + p->done,
                         .time_ps = (double)p->done * run->options->dt_ps,
                         .potential_eV = p->result.energy,
                         .kinetic_eV = 0.5 * (p->kinetic[0] + p->kinetic[1] + p->kinetic[2]),
                         .volume = 1.0};
  if (run->freedoms > 0.0)
    sample->temperature_K = 2.0 * sample->kinetic_eV / (run->freedoms * GB_KB_EV_PER_K);
  sample->conserved_eV =
      sample->potential_eV + sample->kinetic_eV - p->heat - p->work + reservoir(run);
  for (int d = 0; d < 3; d++) {
    sample->length[d] = run->local.periodic[d] ? run->local.length[d] : hi[d] - lo[d];
    sample->volume *= sample->length[d];
  }
  for (int c = 0; c < 6; c++)
    sample->stress_GPa[c] =
        -(p->result.virial[c] + p->kinetic[c]) / sample->volume * GB_EV_PER_A3_IN_GPA;
}

static void add(GbMdSums *sums, const GbMdSample *s)
{
  const double values[GB_MEANS] = {s->temperature_K, s->potential_eV,  s->stress_GPa[0],
                                   s->stress_GPa[1], s->stress_GPa[2], s->stress_GPa[3],
                                   s->stress_GPa[4], s->stress_GPa[5], s->length[0],
                                   s->length[1],     s->length[2]};
  sums->count++;
  for (int k = 0; k < GB_MEANS; k++)
    sums->sums[k] += values[k];
}

/* Hands the means out and starts new ones. */
static void take_means(GbMdSums *sums, GbMdMeans *means)
{
  double value[GB_MEANS];
  for (int k = 0; k < GB_MEANS; k++)
    value[k] = sums->sums[k] / (double)sums->count;
  *means = (GbMdMeans){.count = sums->count, .temperature_K = value[0], .potential_eV = value[1]};
  for (int c = 0; c < 6; c++)
    means->stress_GPa[c] = value[2 + c];
  for (int d = 0; d < 3; d++)
    means->length[d] = value[8 + d];
  *sums = (GbMdSums){0};
}

GbStatus GbMdReport(GbMdRunning *run)
{
  GbMdProgress *p = &run->p;
  if (!GbMdIsMeasured(run, p->done)) return GB_OK;
  GbMdSample sample;
  measure(run, &sample);
  add(&p->sums[FOR_CALLBACK], &sample);
  add(&p->sums[FOR_OBSERVER], &sample);
  if (observer_is_due(run, p->done)) {
    take_means(&p->sums[FOR_OBSERVER], &sample.mean);
    GB_CALL(run->options->observer(run->options->observer_context, &sample));
  }
  if (!callback_is_due(run, p->done)) return GB_OK;
  take_means(&p->sums[FOR_CALLBACK], &sample.mean);
  GB_CALL(GbMdGather(run));
  GbAtomsFitFreeAxes(run->sample);
  GB_CALL(run->callback(run->context, run->sample, &sample));
  return GB_OK;
}
