/* One solution per source component and depth; the octant that the mirrors leave is copied out. */
#include "mesoscale/events/response.h"

#include "base/log.h"
#include "base/stop.h"
#include "base/timer.h"

#include <stdlib.h>
#include <string.h>

static const double WORTH_A_LINE_S = 5;

static void unit_source(const GbModes *modes, int source, double tensor[GB_NTENSOR])
{
  double deviator[GB_NDEVIATOR] = {0};
  memset(tensor, 0, GB_NTENSOR * sizeof *tensor);
  if (source == modes->ncomponents) {
    tensor[GB_XX] = tensor[GB_YY] = tensor[GB_ZZ] = 1.0 / 3;
    return;
  }
  deviator[source] = 1;
  GbModesTensor(modes, deviator, tensor);
}

typedef struct {
  MPI_Comm comm;
  const GbModes *modes;
  GbElasticity *elasticity;
  GbResponse *response;
  double (*eigenstrain)[GB_NTENSOR], (*stress)[GB_NTENSOR]; /* [nvoxels] */
} Builder;

static void copy_out(const Builder *b, int depth, int source)
{
  const GbResponse *r = b->response;
  double mean[GB_NTENSOR];
  for (int t = 0; t < GB_NTENSOR; t++)
    mean[t] = GbElasticityMean(b->elasticity, (const double(*)[GB_NTENSOR])b->stress, t);
  for (int z = 0; z < r->extent[2]; z++)
    for (int y = 0; y < r->extent[1]; y++)
      for (int x = 0; x < r->extent[0]; x++) {
        const double *field = b->stress[(z * r->grid.ny + y) * r->grid.nx + x];
        double rest[GB_NTENSOR], deviator[GB_NDEVIATOR];
        for (int t = 0; t < GB_NTENSOR; t++)
          rest[t] = field[t] - mean[t];
        GbModesDeviator(b->modes, rest, deviator);
        double *entry = (double *)GbResponseEntry(r, (size_t)depth, x, y, z);
        for (int t = 0; t < r->ntarget; t++)
          entry[source * r->ntarget + t] = deviator[t];
      }
}

static GbStatus build(Builder *b)
{
  const GbResponse *r = b->response;
  const double held[GB_NTENSOR] = {0}, begin_s = GbTimeNow();
  GbProgress progress;
  GbProgressStart(&progress, "response tables", "solutions", r->ndepth * r->nsource);
  for (int depth = 0; depth < r->ndepth; depth++)
    for (int source = 0; source < r->nsource; source++) {
      unit_source(b->modes, source, b->eigenstrain[depth]);
      GB_CALL(GbElasticitySolve(b->elasticity, (const double(*)[GB_NTENSOR])b->eigenstrain, held,
                                b->stress, NULL));
      memset(b->eigenstrain[depth], 0, sizeof *b->eigenstrain);
      copy_out(b, depth, source);
      GbProgressUpdate(&progress, depth * r->nsource + source + 1);
      GB_CALL(GbStopCheck(b->comm));
    }
  if (GbTimeNow() - begin_s > WORTH_A_LINE_S) GbProgressEnd(&progress);
  return GB_OK;
}

GbStatus GbResponseCreate(MPI_Comm comm, const GbGrid *grid, const GbModes *modes,
                          GbElasticity *elasticity, GbResponse *response)
{
  const int halves[3] = {grid->nx / 2 + 1, grid->ny / 2 + 1, grid->nz / 2 + 1};
  const size_t nv = (size_t)grid->nx * (size_t)grid->ny * (size_t)grid->nz;
  GbStatus status;
  *response = (GbResponse){.grid = *grid,
                           .ntarget = modes->ncomponents,
                           .nsource = modes->ncomponents + 1,
                           .ndepth = grid->free_x ? (grid->nx + 1) / 2 : 1,
                           .extent = {grid->free_x ? grid->nx : halves[0], halves[1], halves[2]}};
  Builder b = {comm, modes, elasticity, response, NULL, NULL};
  const size_t entries = (size_t)response->ndepth * (size_t)response->extent[0] *
                         (size_t)response->extent[1] * (size_t)response->extent[2];
  response->stride = (response->ntarget * response->nsource + 7) / 8 * 8;
  const size_t numbers = (size_t)response->stride;
  GB_TRY(status,
         GbCallocLarge((void **)&response->table, entries * numbers + GB_RESPONSE_BEYOND,
                       sizeof(double)),
         done);
  GB_TRY(status, GbCalloc((void **)&b.eigenstrain, nv, sizeof *b.eigenstrain), done);
  GB_TRY(status, GbCalloc((void **)&b.stress, nv, sizeof *b.stress), done);
  GB_TRY(status, build(&b), done);
done:
  free(b.eigenstrain);
  free(b.stress);
  if (status != GB_OK) GbResponseFree(response);
  return status;
}

void GbResponseFree(GbResponse *response)
{
  free(response->table);
  *response = (GbResponse){0};
}
