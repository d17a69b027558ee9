/* The homogeneous medium: no iterations, see green.h. The transforms are prepared for the moduli
 * when these change, which costs a few solves. */
#include "mesoscale/elasticity/green.h"
#include "mesoscale/elasticity/solver.h"

static GbStatus create(GbElasticity *e)
{
  for (int v = 0; v < e->nvoxels; v++)
    if (!e->solid[v])
      GB_FAIL(GB_ERR_INPUT, "the uniform elastic solver has no voids, but voxel %d is one", v);
  return GB_OK;
}

static void destroy(void *context)
{
  GbGreen *green = context;
  GbGreenDestroy(&green);
}

static GbStatus check_equal(const GbElasticity *e, int voxel, double mu, double bulk)
{
  if (e->mu[voxel] != mu || e->bulk[voxel] != bulk)
    GB_FAIL(GB_ERR_INPUT,
            "the uniform elastic solver needs equal moduli: voxel %d has %g and %g GPa, others %g "
            "and %g",
            voxel, e->mu[voxel], e->bulk[voxel], mu, bulk);
  return GB_OK;
}

static GbStatus moduli_changed(GbElasticity *e)
{
  GbGreen *green = e->context;
  for (int v = 1; v < e->nvoxels; v++)
    GB_CALL(check_equal(e, v, e->mu[0], e->bulk[0]));
  if (green) return GbGreenSetModuli(green, e->mu[0], e->bulk[0]);
  GB_CALL(GbGreenCreate(&e->grid, e->mu[0], e->bulk[0], &green));
  e->context = green;
  return GB_OK;
}

static GbStatus voxel_changed(GbElasticity *e, int voxel)
{
  const int other = voxel > 0 ? 0 : 1;
  return check_equal(e, voxel, e->mu[other], e->bulk[other]);
}

static GbStatus stress_now(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                           const double mean[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                           double (*strain)[GB_NTENSOR])
{
  if (!e->context) GB_FAIL(GB_ERR_ARG, "moduli were not set");
  return GbGreenStress(e->context, eigenstrain, mean, stress, strain);
}

const GbElasticKind GbElasticUniform = {.name = "uniform",
                                        .create = create,
                                        .destroy = destroy,
                                        .moduli_changed = moduli_changed,
                                        .voxel_changed = voxel_changed,
                                        .stress = stress_now};
