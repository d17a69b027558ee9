/* Opening a run for calibration: products, potential, forces. */
#include "atomistic/statistics/study.h"

#include "atomistic/protocol/engine_rows.h"
#include "base/log.h"
#include "base/timer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

GbBootstrapOptions GbStudyBootstrap(const GbStudy *study, uint64_t stream)
{
  return (GbBootstrapOptions){study->run->seed, stream, (int)study->config->bootstrap_resamples};
}

GbStatus GbStudyReadAtoms(GbStudy *study, const char *path, GbAtoms *atoms)
{
  double time_ps, strain;
  const GbStatus status = GbAtomsReadH5(path, atoms, &time_ps, &strain);
  GB_CALL(GbErrorSync(study->run->comm, status));
  return GB_OK;
}

/* The potential must be the one the snapshots were made with: it must reproduce the energy that the
 * tension test recorded for its first snapshot. */
static GbStatus check_potential(GbStudy *study)
{
  char path[GB_PRODUCT_PATH_MAX];
  GbAtoms atoms = {0};
  GbForceResult result;
  GbStatus status;
  const double recorded = study->products.potential_eV[0];
  GbProductFrame(study->run->folder, 0, path);
  GB_CALL(GbStudyReadAtoms(study, path, &atoms));
  GB_TRY(status, GbForceCompute(study->force, &atoms, &result), done);
  if (fabs(result.energy - recorded) > 1e-5 * fabs(recorded))
    status =
        GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__,
                   "%s: not the potential of the atomistic stage: the energy of %s is expected to "
                   "be %.6f eV, found %.6f eV",
                   study->config->potential, path, recorded, result.energy);
done:
  GbAtomsFree(&atoms);
  GbForceReset(study->force);
  return status;
}

/* Statistics are made in double: moduli, saddles and energies are small differences. */
static GbStatus make_forces(GbStudy *study)
{
  const GbCalibrateConfig *c = study->config;
  GbForceOptions options = gb_engine_options(GB_PRECISION_DOUBLE, c->kernel, c->skin_A);
  GbStatus status = GbForceCreate(study->run->comm, study->potential, &options, &study->force);
  if (status == GB_ERR_ARG && c->kernel)
    GB_FAIL(GB_ERR_INPUT, "calibrate.kernel: this machine cannot run %s", options.kernel);
  GB_CALL(status);
  GB_CALL(GbForceCreate(MPI_COMM_SELF, study->potential, &options, &study->own));
  options.precision = (GbPrecision)c->precision;
  GB_CALL(GbForceCreate(study->run->comm, study->potential, &options, &study->dynamics));
  GbLogInfo("calibrate: forces by %s, dynamics by %s", GbForceKernel(study->force),
            GbForceKernel(study->dynamics));
  return GB_OK;
}

GbStatus GbStudyOpen(const GbRun *run, const GbCalibrateConfig *config, GbStudy *study)
{
  memset(study, 0, sizeof *study);
  study->run = run;
  study->config = config;
  study->start_s = GbTimeNow();
  MPI_Comm_rank(run->comm, &study->rank);
  const GbStatus status = GbProductsRead(run->folder, &study->products);
  GB_CALL(GbErrorSync(run->comm, status));
  if (study->products.nframes < 2)
    GB_FAIL(GB_ERR_INPUT, "the event census needs at least 2 tension snapshots, found %d",
            study->products.nframes);
  GB_CALL(GbPotentialRead(run->comm, config->potential, &study->potential));
  GB_CALL(make_forces(study));
  GB_CALL(check_potential(study));
  return GB_OK;
}

void GbStudyClose(GbStudy *study)
{
  for (int s = 0; s < GB_NSTATES; s++) {
    GbAtomsFree(&study->glass[s]);
    free(study->chi[s]);
    free(study->temperature_volume[s]);
  }
  free(study->flow_strain);
  free(study->flow_chi);
  GbForceDestroy(&study->force);
  GbForceDestroy(&study->own);
  GbForceDestroy(&study->dynamics);
  GbPotentialDestroy(&study->potential);
  GbProductsFree(&study->products);
  GbCalibrationFree(&study->calibration);
}
