/* What the solvers behind elasticity.h share: the object, and the table of functions of each. */
#ifndef GB_MESOSCALE_SOLVER_H
#define GB_MESOSCALE_SOLVER_H

#include "mesoscale/elasticity/refined.h"
#include "mesoscale/elasticity/stencil.h"
#include "mesoscale/petsc_compat.h"

typedef struct {
  const char *name;
  /* Refuses grids and voids that it cannot solve. `context` may stay NULL. */
  GbStatus (*create)(GbElasticity *e);
  void (*destroy)(void *context);
  /* New moduli of all voxels, or of one, are in e->mu and e->bulk. */
  GbStatus (*moduli_changed)(GbElasticity *e);
  GbStatus (*voxel_changed)(GbElasticity *e, int voxel);
  /* Solves K u = force to a norm of the residual, from the guess in u, and adds to e->iterations.
   * force: planes e->first..e->last-1 of a field as in stencil.h. u: whole, without padding. */
  GbStatus (*solve)(GbElasticity *e, const double *force, double residual, double *u);
  GbStatus (*restored)(GbElasticity *e); /* after e->kept_mu and e->kept_bulk were loaded */
  /* Solvers without iterations: the answer at once, instead of solve and restored. */
  GbStatus (*stress)(GbElasticity *e, const double (*eigenstrain)[GB_NTENSOR],
                     const double mean[GB_NTENSOR], double (*stress)[GB_NTENSOR],
                     double (*strain)[GB_NTENSOR]);
} GbElasticKind;

extern const GbElasticKind GbElasticDirect, GbElasticFft, GbElasticUniform;

struct GbElasticity {
  MPI_Comm comm;
  bool stopped; /* on request, in the middle of a solve */
  GbGrid grid;
  GbRefined *refined; /* voxels of several elements: it does all the work. Else NULL */
  GbNodes nodes;
  const GbElasticKind *kind;
  void *context;
  int nvoxels, nsolid;
  size_t ndof;       /* dim * nodes */
  int first, last;   /* planes of nodes whose forces this rank needs */
  bool *solid;       /* [nvoxels] */
  double *mu, *bulk; /* [nvoxels], zero in voids */
  /* The rest is of the iterative solvers. */
  double *solution, *unit;       /* [ndof] last displacements: of Solve, of UnitResponse */
  int unit_component;            /* of `unit` */
  bool kept;                     /* kept_mu, kept_bulk are those of a kept preconditioner */
  double *kept_mu, *kept_bulk;   /* [nvoxels] */
  double *field;                 /* [nodes.size] work: forces, then displacements */
  double *scratch;               /* [nthreads * nodes.scratch] */
  double (*nothing)[GB_NTENSOR]; /* [nvoxels] zeros */
  int nthreads;
  double tolerance;
  int max_iterations;
  int iterations;
};

/* GB_ERR_INPUT unless the solid is one piece, joined by faces of voxels, that no rotation can move.
 * *solid_voxel: one of it. */
GbStatus GbElasticityCheckConnected(const GbGrid *grid, const bool *solid, int *solid_voxel);
/* CG on `matrix` with PETSc's options of prefix elastic_; the caller sets the preconditioner and
 * then calls GbElasticityFinishKsp, which reads the options. */
GbStatus GbElasticityCreateKsp(MPI_Comm comm, Mat matrix, KSP *ksp);
GbStatus GbElasticityFinishKsp(GbElasticity *e, KSP ksp);
/* Solves from the guess in `u` to this residual; counts into e->iterations. */
GbStatus GbElasticityRunKsp(GbElasticity *e, KSP ksp, Vec force, Vec u, double residual,
                            int max_iterations, KSPConvergedReason *reason);
/* GB_ERR_NUMERIC if it did not converge. */
GbStatus GbElasticityCheckKsp(const GbElasticity *e, KSPConvergedReason reason);

#endif
