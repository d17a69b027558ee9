/* Equations. In a voxel, structure rearranges at the Arrhenius rate
 *     r(chi, T) = nu_0 exp(-Qbar(chi) / kT),
 * with nu_0 the attempt frequency and Qbar the mean of the barriers that the voxel's events draw
 * from, E[Q | chi, Q > Q_min]: what is faster than the intra-basin time is motion within a state
 * and relaxes nothing. Qbar falls with chi; without Q_min it is the calibrated mean, linear in chi.
 * Each rearrangement takes disorder out of the voxel and mixes it with its neighbours over a length
 * l (one voxel edge: the size of an STZ), so that d chi / dt = -max(chi, 0) r(chi, T) + div(D grad
 * chi),   D = l^2 r(chi, T). This is the relaxation and diffusion part of the effective-temperature
 * equation of STZ theory (Kamrin & Bouchbinder, J. Mech. Phys. Solids 73, 269 (2014); Hinkle,
 * Rycroft, Shields, Falk, Phys. Rev. E 95, 053001 (2017)), with the rate taken from the calibrated
 * barriers.
 *
 * Consequences. With Qbar = Q0 - (Q0 - Q1) chi and T constant, d chi/dt = -chi r_0 exp(a chi),
 * a = (Q0 - Q1)/kT, which integrates to E1(a chi(t)) = E1(a chi_0) + r_0 t: while a chi >> 1 chi
 * falls with the logarithm of time (ageing). Between 77 K and 300 K r spans tens of decades.
 *
 * chi < 0 is a voxel better relaxed than the reference glass. Nothing drives it up to 0: relaxation
 * only lowers energy, hence max(chi, 0). Neighbours may still mix with it.
 *
 * Discretisation. Finite volumes on the voxels: the flux over a face is (r_a + r_b)/2 (chi_b -
 * chi_a) (l/edge)^2, since an exchange happens when either side rearranges. It conserves chi
 * exactly, keeps the maximum principle, has no flux through free surfaces or void, and equals D lap
 * chi for constant D.
 *
 * Method. CVODE BDF with Newton and GMRES, preconditioned by a factorisation (PETSc, options
 * prefix "relaxation_") of I - gamma J with the exact J. A diagonal would do only where decay,
 * which shares the rate with diffusion, is active: chi < 0 diffuses without decaying. The
 * integrator is restarted at every kink of T(t), never steps past it, and within a ramp a step
 * changes T by at most MAX_STEP_K: an error test alone would let BDF step over a short hot pulse,
 * because at 77 K nothing moves. Rejected: PETSc's SNES inside SUNDIALS (corrupts a counter with
 * 32-bit indices), explicit RK (stiff). */
#include "mesoscale/fields/relaxation.h"

#include "base/stop.h"
#include "base/units.h"
#include "mesoscale/elasticity/vector.h"
#include "mesoscale/events/draws.h"
#include "mesoscale/petsc_compat.h"

#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_petsc.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#define MAX_STEP_K 5.0
#define MAX_EXPONENT 600.0 /* exp(-600) is still a normal number */
enum { KRYLOV_DIMENSION = 20, MAX_STEPS = 200000, LU_MOST = 4096 };

struct GbRelaxation {
  const GbCalibration *calibration;
  GbRelaxationOptions options;
  GbGrid grid;
  bool *solid;
  double start_s, end_s; /* of the current piece between kinks */
  double start_K, end_K;
  double *rate, *slope; /* [nvoxels] r and dr/dchi */
  Mat newton;           /* I - gamma J */
  KSP ksp;              /* applies its inverse */
  SUNContext context;
  Vec vec;
  N_Vector chi;
  SUNLinearSolver solver;
  void *cvode;
  GbStatus stopped; /* GB_ERR_STOPPED: on request, in the middle of an integration */
};

GbRelaxationOptions GbRelaxationDefaults(void)
{
  return (GbRelaxationOptions){
      .decay = true, .diffusion_edges = 1, .tolerance = 1e-6, .comm = MPI_COMM_SELF};
}

double GbRelaxationRate(const GbCalibration *calibration, double chi, double least_barrier_eV,
                        double temperature_K)
{
  const double exponent =
      GbDrawMeanBarrier(calibration, chi, least_barrier_eV) / (GB_KB_EV_PER_K * temperature_K);
  return calibration->laws.attempt_frequency_Hz * exp(-fmin(exponent, MAX_EXPONENT));
}

static int count_voxels(const GbGrid *grid)
{
  return grid->nx * grid->ny * grid->nz;
}

/* The voxel across each face that counts as this voxel's own, one per axis; returns how many. A
 * face through a periodic boundary belongs to the last voxel; an axis of one voxel has none. */
static int own_faces(const GbGrid *grid, int v, int other[3])
{
  const int nx = grid->nx, ny = grid->ny, nz = grid->nz;
  const int i = v % nx, j = v / nx % ny, k = v / (nx * ny);
  int n = 0;
  if (i + 1 < nx)
    other[n++] = v + 1;
  else if (!grid->free_x && nx > 1)
    other[n++] = v - i;
  if (ny > 1) other[n++] = (k * ny + (j + 1) % ny) * nx + i;
  if (nz > 1) other[n++] = ((k + 1) % nz * ny + j) * nx + i;
  return n;
}

/* Temperature of the current piece. Linear in it, not looked up, so that a step that ends at a
 * kink sees this side of it. */
static double piece_temperature(const GbRelaxation *r, double time)
{
  const double weight = (time - r->start_s) / (r->end_s - r->start_s);
  return r->start_K + weight * (r->end_K - r->start_K);
}

static double relaxation_rate(const GbRelaxation *r, double chi, double temperature)
{
  return GbRelaxationRate(r->calibration, chi, r->options.least_barrier_eV, temperature);
}

static void fill_rates(GbRelaxation *r, const double *chi, double temperature)
{
  const int n = count_voxels(&r->grid);
  for (int v = 0; v < n; v++)
    r->rate[v] = r->solid[v] ? relaxation_rate(r, chi[v], temperature) : 0;
}

/* Adds one face's flux to both sides. */
static void add_flux(const GbRelaxation *r, const double *chi, double *dot, int a, int b)
{
  if (!r->solid[a] || !r->solid[b]) return;
  const double length2 = r->options.diffusion_edges * r->options.diffusion_edges;
  const double flux = 0.5 * (r->rate[a] + r->rate[b]) * length2 * (chi[b] - chi[a]);
  dot[a] += flux;
  dot[b] -= flux;
}

static void fill_derivative(GbRelaxation *r, const double *chi, double *dot)
{
  const int n = count_voxels(&r->grid);
  int other[3];
  for (int v = 0; v < n; v++)
    dot[v] = r->options.decay ? -fmax(chi[v], 0) * r->rate[v] : 0;
  for (int v = 0; v < n; v++)
    for (int f = 0, nfaces = own_faces(&r->grid, v, other); f < nfaces; f++)
      add_flux(r, chi, dot, v, other[f]);
}

/* A safe point in every evaluation, as one piece may take many: all ranks make the same ones. */
static bool must_stop(GbRelaxation *r)
{
  if (r->stopped == GB_OK) r->stopped = GbStopCheck(r->options.comm);
  return r->stopped != GB_OK;
}

static int right_side(sunrealtype time, N_Vector chi_vec, N_Vector dot_vec, void *data)
{
  GbRelaxation *r = data;
  const double *chi;
  double *dot;
  if (must_stop(r)) return -1; /* < 0: CVODE gives up */
  if (VecGetArrayRead(N_VGetVector_Petsc(chi_vec), &chi)) return -1;
  if (VecGetArray(N_VGetVector_Petsc(dot_vec), &dot)) return -1;
  fill_rates(r, chi, piece_temperature(r, time));
  fill_derivative(r, chi, dot);
  if (VecRestoreArrayRead(N_VGetVector_Petsc(chi_vec), &chi)) return -1;
  return VecRestoreArray(N_VGetVector_Petsc(dot_vec), &dot) ? -1 : 0;
}

/* dr/dchi, where the mean barrier is not clamped: by a central difference of the contract's law. */
static void fill_slopes(GbRelaxation *r, const double *chi, double temperature)
{
  const int n = count_voxels(&r->grid);
  const double step = 1e-4, kt = GB_KB_EV_PER_K * temperature;
  for (int v = 0; v < n; v++) {
    const double least = r->options.least_barrier_eV;
    const double change = GbDrawMeanBarrier(r->calibration, chi[v] + step, least) -
                          GbDrawMeanBarrier(r->calibration, chi[v] - step, least);
    r->slope[v] = -r->rate[v] * change / (2 * step * kt);
  }
}

/* Adds -gamma times one face's part of the Jacobian. */
static int add_face(const GbRelaxation *r, const double *chi, double gamma, int a, int b)
{
  if (!r->solid[a] || !r->solid[b]) return 0;
  const double length2 = r->options.diffusion_edges * r->options.diffusion_edges;
  const double jump = chi[b] - chi[a], mean = 0.5 * (r->rate[a] + r->rate[b]);
  const double by_a = gamma * length2 * (0.5 * r->slope[a] * jump - mean);
  const double by_b = gamma * length2 * (0.5 * r->slope[b] * jump + mean);
  const PetscInt index[2] = {a, b};
  const double block[4] = {-by_a, -by_b, by_a, by_b};
  return MatSetValues(r->newton, 2, index, 2, index, block, ADD_VALUES) ? -1 : 0;
}

static int add_voxel(const GbRelaxation *r, const double *chi, double gamma, int v)
{
  double diagonal = 1;
  if (r->options.decay && chi[v] > 0) diagonal += gamma * (r->rate[v] + chi[v] * r->slope[v]);
  return MatSetValue(r->newton, v, v, diagonal, ADD_VALUES) ? -1 : 0;
}

static int assemble_newton(const GbRelaxation *r, const double *chi, double gamma)
{
  const int n = count_voxels(&r->grid);
  int failed = MatZeroEntries(r->newton) ? -1 : 0, other[3];
  for (int v = 0; v < n; v++) {
    failed |= add_voxel(r, chi, gamma, v);
    for (int f = 0, nfaces = own_faces(&r->grid, v, other); f < nfaces; f++)
      failed |= add_face(r, chi, gamma, v, other[f]);
  }
  if (failed || MatAssemblyBegin(r->newton, MAT_FINAL_ASSEMBLY)) return -1;
  return MatAssemblyEnd(r->newton, MAT_FINAL_ASSEMBLY) ? -1 : 0;
}

static int setup_preconditioner(sunrealtype time, N_Vector chi_vec, N_Vector dot,
                                sunbooleantype reuse, sunbooleantype *fresh, sunrealtype gamma,
                                void *data)
{
  GbRelaxation *r = data;
  const double temperature = piece_temperature(r, time);
  const double *chi;
  (void)dot, (void)reuse;
  if (must_stop(r)) return -1;
  if (VecGetArrayRead(N_VGetVector_Petsc(chi_vec), &chi)) return -1;
  fill_rates(r, chi, temperature);
  fill_slopes(r, chi, temperature);
  const int failed = assemble_newton(r, chi, gamma);
  if (VecRestoreArrayRead(N_VGetVector_Petsc(chi_vec), &chi) || failed) return -1;
  *fresh = SUNTRUE;
  if (KSPSetOperators(r->ksp, r->newton, r->newton)) return -1;
  return KSPSetUp(r->ksp) ? -1 : 0;
}

static int solve_preconditioner(sunrealtype time, N_Vector chi, N_Vector dot, N_Vector right,
                                N_Vector left, sunrealtype gamma, sunrealtype delta, int side,
                                void *data)
{
  const GbRelaxation *r = data;
  (void)time, (void)chi, (void)dot, (void)gamma, (void)delta, (void)side;
  /* > 0: CVODE retries with a smaller step */
  return KSPSolve(r->ksp, N_VGetVector_Petsc(right), N_VGetVector_Petsc(left)) ? 1 : 0;
}

static GbStatus set_up_newton(GbRelaxation *r)
{
  const int n = count_voxels(&r->grid), row = r->grid.ny > 1 ? 7 : 5;
  PC pc;
  GB_PETSC(MatCreateSeqAIJ(PETSC_COMM_SELF, n, n, row, NULL, &r->newton));
  GB_PETSC(KSPCreate(PETSC_COMM_SELF, &r->ksp));
  GB_PETSC(KSPSetOptionsPrefix(r->ksp, "relaxation_"));
  GB_PETSC(KSPSetType(r->ksp, KSPPREONLY));
  GB_PETSC(KSPGetPC(r->ksp, &pc));
  /* full factors of a large grid cost more than the iterations that an incomplete one leaves */
  GB_PETSC(PCSetType(pc, r->grid.ny > 1 || n > LU_MOST ? PCILU : PCLU));
  GB_PETSC(KSPSetFromOptions(r->ksp));
  return GB_OK;
}

static GbStatus set_up_cvode(GbRelaxation *r)
{
  const int n = count_voxels(&r->grid);
  const double tolerance = r->options.tolerance;
  if (GbSunContextCreate(PETSC_COMM_SELF, &r->context))
    GB_FAIL(GB_ERR_LIBRARY, "SUNDIALS cannot make its context");
  GB_PETSC(VecCreateSeq(PETSC_COMM_SELF, n, &r->vec));
  GbVecSetArithmetic(r->vec);
  r->chi = N_VMake_Petsc(r->vec, r->context);
  r->cvode = CVodeCreate(CV_BDF, r->context);
  if (!r->chi || !r->cvode) GB_FAIL(GB_ERR_LIBRARY, "SUNDIALS cannot make its integrator");
  GB_SUNDIALS(CVodeInit(r->cvode, right_side, 0, r->chi));
  GB_SUNDIALS(CVodeSStolerances(r->cvode, tolerance, 1e-3 * tolerance));
  GB_SUNDIALS(CVodeSetUserData(r->cvode, r));
#if SUNDIALS_VERSION_MAJOR < 7
  GB_SUNDIALS(CVodeSetErrFile(r->cvode, NULL)); /* libraries do not print; codes are checked */
#endif
  GB_SUNDIALS(CVodeSetMaxNumSteps(r->cvode, MAX_STEPS));
  r->solver = SUNLinSol_SPGMR(r->chi, SUN_PREC_LEFT, KRYLOV_DIMENSION, r->context);
  if (!r->solver) GB_FAIL(GB_ERR_LIBRARY, "SUNDIALS cannot make its linear solver");
  GB_SUNDIALS(CVodeSetLinearSolver(r->cvode, r->solver, NULL));
  GB_SUNDIALS(CVodeSetPreconditioner(r->cvode, setup_preconditioner, solve_preconditioner));
  return GB_OK;
}

GbStatus GbRelaxationCreate(const GbCalibration *calibration, const GbGrid *grid, const bool *solid,
                            const GbRelaxationOptions *options, GbRelaxation **relaxation)
{
  const int n = count_voxels(grid);
  GbRelaxation *r = NULL;
  *relaxation = NULL;
  if (grid->nx < 1 || grid->ny < 1 || grid->nz < 1 || !(options->tolerance > 0) ||
      options->diffusion_edges < 0)
    GB_FAIL(GB_ERR_ARG, "relaxation needs a grid, a tolerance > 0 and a diffusion length >= 0");
  GB_CALL(GbPetscStart(0, NULL));
  GB_CALLOC(r, 1);
  r->calibration = calibration;
  r->options = *options;
  r->grid = *grid;
  GbStatus status;
  GB_TRY(status, GbCalloc((void **)&r->solid, (size_t)n, sizeof(*r->solid)), fail);
  GB_TRY(status, GbCalloc((void **)&r->rate, (size_t)n, sizeof(*r->rate)), fail);
  GB_TRY(status, GbCalloc((void **)&r->slope, (size_t)n, sizeof(*r->slope)), fail);
  for (int v = 0; v < n; v++)
    r->solid[v] = solid ? solid[v] : true;
  GB_TRY(status, set_up_newton(r), fail);
  GB_TRY(status, set_up_cvode(r), fail);
  *relaxation = r;
  return GB_OK;
fail:
  GbRelaxationDestroy(&r);
  return status;
}

void GbRelaxationDestroy(GbRelaxation **relaxation)
{
  GbRelaxation *r = *relaxation;
  if (!r) return;
  if (r->cvode) CVodeFree(&r->cvode);
  if (r->solver) SUNLinSolFree(r->solver);
  if (r->chi) N_VDestroy(r->chi);
  KSPDestroy(&r->ksp);
  MatDestroy(&r->newton);
  VecDestroy(&r->vec);
  if (r->context) SUNContext_Free(&r->context);
  free(r->solid);
  free(r->rate);
  free(r->slope);
  free(r);
  *relaxation = NULL;
}

/* One piece, in which T(t) is linear. */
static GbStatus advance_piece(GbRelaxation *r)
{
  const double span = r->end_s - r->start_s, change = fabs(r->end_K - r->start_K);
  const double most = change > 0 ? span * fmin(1, MAX_STEP_K / change) : span;
  double reached = r->start_s;
  GB_SUNDIALS(CVodeReInit(r->cvode, r->start_s, r->chi));
  GB_SUNDIALS(CVodeSetMaxStep(r->cvode, most));
  GB_SUNDIALS(CVodeSetStopTime(r->cvode, r->end_s));
  const int code = CVode(r->cvode, r->end_s, r->chi, &reached, CV_NORMAL);
  if (r->stopped != GB_OK) return r->stopped;
  if (code < 0 || fabs(reached - r->end_s) > 1e-9 * span)
    GB_FAIL(GB_ERR_LIBRARY, "relaxation of chi stopped at %g s of [%g, %g] s (CVODE code %d)",
            reached, r->start_s, r->end_s, code);
  return GB_OK;
}

static GbStatus copy_values(Vec vec, double *values, int n, bool into_vec)
{
  double *array;
  GB_PETSC(VecGetArray(vec, &array));
  if (into_vec)
    memcpy(array, values, (size_t)n * sizeof(*array));
  else
    memcpy(values, array, (size_t)n * sizeof(*array));
  GB_PETSC(VecRestoreArray(vec, &array));
  return GB_OK;
}

GbStatus GbRelaxationRun(GbRelaxation *r, const GbTemperatureProgram *program, double start_s,
                         double end_s, double *chi)
{
  const int n = count_voxels(&r->grid);
  r->stopped = GB_OK;
  GB_CALL(copy_values(r->vec, chi, n, true));
  for (double time = start_s; time < end_s; time = r->end_s) {
    r->start_s = time;
    r->end_s = GbProgramNextKink(program, time, end_s);
    r->start_K = GbProgramTemperature(program, r->start_s);
    r->end_K = GbProgramTemperature(program, r->end_s);
    GB_CALL(advance_piece(r));
  }
  GB_CALL(copy_values(r->vec, chi, n, false));
  return GB_OK;
}
