/* The laws that the mesoscale model draws from.
 *
 * Event volume, shear and dilatation are medians over the census: a few large events that merged
 * between two snapshots would carry a mean away. The activation volume is the mean over all
 * accepted saddles. The attempt frequency is an input: it is not measured.
 *
 * Gain of chi. The energy of one event's surroundings is no measure of it: the elastic energy that
 * the event releases there is as large as the disorder it leaves. The flow curve of the periodic
 * glass, unloaded at each point, is: between two points of true strain e apart each site has seen N
 * = 2 e / gamma_T events (2 e is the engineering shear of pure shear), so chi_inf - chi falls by (1
 * - gain)^N. The regression of chi's change on chi_inf - chi over the points of the first leg after
 * yield and before the plateau gives s = 1 - (1 - gain)^N, hence the gain. The regression over the
 * census goes to the log. */
#include "atomistic/statistics/study.h"

#include "atomistic/statistics/fits.h"
#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GB_LAWS_MIN_EVENTS = 4, GB_GAIN_POINTS = 256 };
/* True strain at which a metallic glass yields under the shear of molecular dynamics. */
static const double yield_strain = 0.03;

/* The gain that, after `events` events, leaves the fraction 1 - s of the distance to chi_inf. */
static double gain_per_event(double s, double events)
{
  return 1.0 - pow(1.0 - fmin(s, 0.999), 1.0 / events);
}

static GbStatus chi_gain(GbStudy *study)
{
  const GbEventTable *e = &study->calibration.events;
  GbCalibrationLaws *laws = &study->calibration.laws;
  const GbBootstrapOptions b = GbStudyBootstrap(study, GB_STREAM_GAIN);
  double before[GB_GAIN_POINTS], after[GB_GAIN_POINTS];
  GbEstimate slope, census;
  int n = 0;
  for (int k = 0; k + 1 < study->nflow && k + 1 <= study->nflow / 3 && n < GB_GAIN_POINTS; k++) {
    if (study->flow_strain[k] < yield_strain || study->flow_chi[k] > 0.8 * laws->chi_inf.value)
      continue;
    before[n] = study->flow_chi[k];
    after[n++] = study->flow_chi[k + 1];
  }
  if (n == 0)
    GB_FAIL(GB_ERR_NUMERIC, "the flow curve has no point between yield and plateau: raise "
                            "calibrate.flow_segments");
  GB_CALL(GbFitChiGain(&b, n, before, after, laws->chi_inf.value, &slope));
  const double step = study->flow_strain[1] - study->flow_strain[0];
  const double events = 2.0 * step / laws->event_shear.value;
  laws->chi_gain =
      (GbEstimate){gain_per_event(slope.value, events), gain_per_event(slope.low, events),
                   gain_per_event(slope.high, events), n};
  GB_CALL(GbFitChiGain(&b, (int)e->n, e->chi_before, e->chi_after, laws->chi_inf.value, &census));
  GbLogInfo("gain of chi per event: %.3f [%.3f, %.3f] from flow; regression over the census %.3f "
            "[%.3f, %.3f]",
            laws->chi_gain.value, laws->chi_gain.low, laws->chi_gain.high, census.value, census.low,
            census.high);
  return GB_OK;
}

static GbStatus event_laws(GbStudy *study)
{
  const GbEventTable *e = &study->calibration.events;
  GbCalibrationLaws *laws = &study->calibration.laws;
  const int n = (int)e->n;
  if (n < GB_LAWS_MIN_EVENTS)
    GB_FAIL(GB_ERR_NUMERIC,
            "only %d events were counted, at least %d are needed: raise calibrate.census_frames or "
            "atomistic.tension_max_strain, or lower calibrate.census_d2min_A2 or census_min_atoms",
            n, GB_LAWS_MIN_EVENTS);
  GbBootstrapOptions b = GbStudyBootstrap(study, GB_STREAM_EVENT_VOLUME);
  GB_CALL(GbBootstrapMedian(&b, "event volume", n, e->volume_nm3, &laws->event_volume_nm3));
  b = GbStudyBootstrap(study, GB_STREAM_EVENT_SHEAR);
  GB_CALL(GbBootstrapMedian(&b, "event shear", n, e->gamma, &laws->event_shear));
  b = GbStudyBootstrap(study, GB_STREAM_EVENT_DILATATION);
  GB_CALL(GbBootstrapMedian(&b, "event dilatation", n, e->dilatation, &laws->event_dilatation));
  return chi_gain(study);
}

static GbStatus barrier_laws(GbStudy *study)
{
  const GbBarrierTable *t = &study->calibration.barriers;
  GbCalibrationLaws *laws = &study->calibration.laws;
  GbBootstrapOptions b = GbStudyBootstrap(study, GB_STREAM_BARRIERS);
  GB_CALL(GbFitBarriers(&b, (int)t->n, t->barrier_eV, t->chi, laws->barrier_mean_eV,
                        &laws->barrier_shape));
  b = GbStudyBootstrap(study, GB_STREAM_ACTIVATION);
  GB_CALL(GbBootstrapMean(&b, "activation volume", (int)t->n, t->activation_volume_nm3,
                          &laws->activation_volume_nm3));
  laws->attempt_frequency_Hz = study->config->attempt_frequency_Hz;
  return GB_OK;
}

static GbStatus copy_curve(GbStudy *study)
{
  const GbProducts *p = &study->products;
  GbStressStrain *curve = &study->calibration.stress_strain;
  curve->n = p->nsamples;
  GB_CALLOC(curve->strain, curve->n);
  GB_CALLOC(curve->stress_GPa, curve->n);
  memcpy(curve->strain, p->strain, (size_t)curve->n * sizeof(double));
  memcpy(curve->stress_GPa, p->stress_GPa, (size_t)curve->n * sizeof(double));
  curve->temperature_K = p->test_temperature_K;
  curve->strain_rate_per_s = p->strain_rate_per_s;
  return GB_OK;
}

GbStatus GbStudyLaws(GbStudy *study)
{
  GB_CALL(barrier_laws(study));
  GB_CALL(event_laws(study));
  GB_CALL(copy_curve(study));
  return GB_OK;
}
