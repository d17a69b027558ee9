/* Melt and quench: a random solid solution on an fcc lattice, melted, cooled at a constant rate at
 * zero pressure, and relaxed at the test temperature (after Zhang et al., Phys. Rev. B 109, 104205
 * (2024); the rate is input, usually many orders above the experiment's).
 *
 * The box keeps its shape while liquid can flow (isotropic barostat): with independent axes a
 * liquid has no restoring stress against a change of shape, and the box would drift. In the cold
 * glass the axes relax one by one. */
#include "atomistic/protocol/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static GbStatus lay_crystal(GbSession *session, GbAtoms *atoms)
{
  const GbAtomisticConfig *config = session->config;
  int cells[3];
  if (GbPotentialTypes(session->potential) < 2 && config->glass_second_element_fraction > 0.0)
    GB_FAIL(GB_ERR_INPUT,
            "atomistic.glass_second_element_fraction: %s has one element, found fraction %g",
            config->potential, config->glass_second_element_fraction);
  for (int d = 0; d < 3; d++)
    cells[d] = (int)config->glass_cells.values[d];
  GB_CALL(GbAtomsCreateFcc(atoms, cells, config->glass_lattice_angstrom,
                           config->glass_second_element_fraction, session->run->seed));
  GB_CALL(GbPotentialApplyTypes(session->potential, atoms));
  /* Half of it goes into the displacements; the thermostat makes up for it. */
  GbAtomsSetVelocities(atoms, config->glass_melt_temperature_K, session->run->seed);
  return GB_OK;
}

static double mean_square_displacement(const GbAtoms *atoms, double (*from)[3],
                                       const double length[3])
{
  double sum = 0.0;
  for (int i = 0; i < atoms->n; i++) {
    for (int d = 0; d < 3; d++) {
      double moved = atoms->x[i][d] - from[i][d] * atoms->length[d] / length[d];
      sum += moved * moved;
    }
  }
  return sum / atoms->n;
}

static GbStatus melt(GbSession *session, GbAtoms *atoms, GbMdOptions options)
{
  double T = session->config->glass_melt_temperature_K, length[3], (*start)[3];
  GB_CALLOC(start, atoms->n);
  memcpy(start, atoms->x, (size_t)atoms->n * sizeof *start);
  memcpy(length, atoms->length, sizeof length);
  int64_t steps = GbPlanSteps(session->config, session->config->glass_melt_ps);
  GbStatus status = GbSessionRamp(session, atoms, options, T, T, steps);
  double msd = mean_square_displacement(atoms, start, length);
  free(start);
  GB_CALL(status);
  if (GbSessionIsBehind(session)) return GB_OK;
  GbLogInfo("melt: root mean square displacement %.2f angstrom", sqrt(msd));
  /* Less than about half a neighbour distance, and the lattice sites may never have been left. */
  if (steps > 0 && msd < 1.5 * 1.5)
    GbLogWarn("the melt moved by only %.2f angstrom: it may not have lost its lattice; raise "
              "glass_melt_temperature_K or glass_melt_ps",
              sqrt(msd));
  return GB_OK;
}

static GbStatus melt_and_quench(GbSession *session, GbAtoms *atoms)
{
  const GbAtomisticConfig *config = session->config;
  GbMdOptions options = GbSessionMdOptions(session);
  double hot = config->glass_melt_temperature_K, cold = config->temperature_K;
  GB_CALL(lay_crystal(session, atoms));
  for (int d = 0; d < 3; d++)
    options.pressure_free[d] = true;
  options.pressure_isotropic = true;
  GB_CALL(melt(session, atoms, options));
  int64_t steps = GbPlanSteps(config, (hot - cold) / config->glass_quench_rate_K_per_ps);
  GB_CALL(GbSessionRamp(session, atoms, options, hot, cold, steps));
  options.pressure_isotropic = false;
  steps = GbPlanSteps(config, config->glass_hold_ps);
  GB_CALL(GbSessionRamp(session, atoms, options, cold, cold, steps));
  return GB_OK;
}

GbStatus GbPhaseGlass(GbSession *session)
{
  GbAtoms atoms = {0};
  GbStatus status;
  char path[GB_PRODUCT_PATH_MAX];
  GbProductGlass(session->run->folder, path);
  GB_TRY(status, melt_and_quench(session, &atoms), done);
  GbLogInfo("glass: %d atoms, %.2f x %.2f x %.2f angstrom, %.2f angstrom^3 per atom", atoms.n,
            atoms.length[0], atoms.length[1], atoms.length[2], GbAtomsVolume(&atoms) / atoms.n);
  GB_TRY(status, GbSessionWriteAtoms(session, path, &atoms, 0.0, 0.0), done);
done:
  GbAtomsFree(&atoms);
  return status;
}
