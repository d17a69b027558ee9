/* The laws that the mesoscale model draws from.
 *
 * Event volume, shear and dilatation are medians over the census: a few large events that merged
 * between two snapshots would carry a mean away. The activation volume is the mean over all
 * accepted saddles. The attempt frequency is an input: it is not measured. */
#include "atomistic/statistics/study.h"

#include "atomistic/statistics/fits.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { GB_LAWS_MIN_EVENTS = 4 };

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
  b = GbStudyBootstrap(study, GB_STREAM_GAIN);
  GB_CALL(GbFitChiGain(&b, n, e->chi_before, e->chi_after, laws->chi_inf.value, &laws->chi_gain));
  return GB_OK;
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
