/* Saddle searches from both states of the glass. */
#include "atomistic/statistics/study.h"

#include "base/log.h"

#include <stdlib.h>

static GbBarrierOptions barrier_options(const GbStudy *study, int s)
{
  const GbCalibrateConfig *c = study->config;
  const GbCalibrationMaterial *m = &study->calibration.material;
  GbBarrierOptions o = {.saddle = GbSaddleDefaults(),
                        .searches = (int)c->searches_per_state,
                        .push_radius = c->saddle_push_radius_A,
                        .moved_threshold = c->saddle_moved_A,
                        .min_atoms = (int)c->saddle_min_atoms,
                        .min_shear_volume_nm3 = c->saddle_min_shear_volume_nm3,
                        .min_barrier = c->saddle_min_barrier_eV,
                        .neighbour_energy = c->saddle_neighbour_eV,
                        .shear_modulus_GPa = m->shear_modulus_GPa[s][0].value,
                        .bulk_modulus_GPa = m->bulk_modulus_GPa[s][0].value,
                        .seed = study->run->seed,
                        .state = (GbMaterialState)s};
  o.saddle.max_evaluations = (int)c->saddle_max_evaluations;
  o.saddle.force_tolerance = c->saddle_force_eV_per_A;
  return o;
}

GbStatus GbStudyBarriers(GbStudy *study)
{
  for (int s = 0; s < GB_NSTATES; s++) {
    const GbBarrierOptions options = barrier_options(study, s);
    GbBarrierCounts *n = &study->counts[s];
    GbForceReset(study->own);
    GB_CALL(GbBarrierSearches(study->run->comm, study->own, &study->glass[s], study->chi[s],
                              &options, &study->calibration.barriers, n));
    GbLogInfo("saddles, %s glass: %lld searches, %lld accepted (%lld from minima nearby), %lld "
              "shallow, %lld no shear, %lld again; lost: "
              "%lld no instability, %lld not converged, %lld not connected, %lld no event, %lld "
              "broken; %.0f evaluations each",
              s == GB_STATE_RELAXED ? "relaxed" : "flowed", (long long)n->searches,
              (long long)n->accepted, (long long)n->neighbouring, (long long)n->shallow,
              (long long)n->not_shear, (long long)n->duplicates,
              (long long)n->outcome[GB_SADDLE_NO_INSTABILITY],
              (long long)n->outcome[GB_SADDLE_NOT_CONVERGED],
              (long long)n->outcome[GB_SADDLE_NOT_CONNECTED],
              (long long)n->outcome[GB_SADDLE_NO_EVENT], (long long)n->broken,
              (double)n->evaluations / (double)n->searches);
  }
  return GB_OK;
}
