/* The next event of a Poisson process with rate r(t) comes where H(t) = integral_0^t r = -ln u.
 *
 * Constant temperature: H(t) = sum of a_j (exp(b_j t) - 1) / b_j in closed form (rates.c). Its root
 * is found by steps that would be exact if all modes shared one growth rate beta = r' / r, namely
 * ln(1 + beta (target - H) / r) / beta, inside a bracket that each evaluation shrinks: 2 to 4
 * evaluations, never more than bisection.
 *
 * Changing temperature: there is no closed form; CVODE (Adams) integrates y = ln(1 + H / target),
 * and its root finder stops at y = ln 2. The logarithm matters: the rate spans decades within a
 * ramp, and past the root H itself would run away by orders of magnitude within one step, taking
 * the relative error control with it. Time is scaled to the segment; the step is bounded, since
 * CVODE's error test sees nothing of a rate that is still negligible. */
#include "mesoscale/events/waiting.h"

#include "base/units.h"
#include "mesoscale/events/rates.h"
#include "mesoscale/petsc_compat.h"

#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

enum { ITERATIONS_MAX = 200, INTEGRATION_STEPS_MAX = 100000 };

/* Of the closed form's root: the step's error is at least quadratic, so a step of this relative
 * length ends within its square. */
static const double SETTLED = 1e-7;
static const double INTEGRATION_TOLERANCE = 1e-9; /* of y */
static const double STEP_MAX = 0.05;              /* of a segment */

struct GbWaiting {
  SUNContext context;
  N_Vector y;
  SUNNonlinearSolver solver;
  void *cvode;
  const GbSegment *segment; /* borrowed while integrating */
  double target;
};

/* --- Constant temperature ----------------------------------------------------------------------
 */

/* Length of the step from sums at one time towards H = target. */
static double growth_step(const GbRateSums *sums, double missing)
{
  double y = sums->rate_slope / sums->rate * missing / sums->rate;
  double linear = missing / sums->rate;
  if (fabs(y) < 1e-8) return linear;
  return y > -1 ? log1p(y) / y * linear : HUGE_VAL;
}

static GbStatus find_isothermal(const GbSegment *s, double target, GbWait *wait)
{
  const double inverse_kT = 1 / (GB_KB_EV_PER_K * s->temperature_K), end = s->duration_s;
  const double goal = target / s->attempt_Hz;
  double low = 0, high = end, t = 0;
  bool bracketed = false;
  GbRateSums sums = GbRatesStart(s->n, s->a, s->b, inverse_kT, s->work);
  for (int i = 0; i < ITERATIONS_MAX; i++) {
    double next = t + growth_step(&sums, goal - sums.hazard);
    if (!(next > low && next < high)) next = bracketed || next <= low ? 0.5 * (low + high) : end;
    bool settled = fabs(next - t) <= SETTLED * next;
    t = next;
    if (settled) {
      *wait = (GbWait){true, t, target};
      return GB_OK;
    }
    sums = GbRatesIntegrate(s->n, s->a, s->b, s->work, inverse_kT, t);
    if (t == end && sums.hazard < goal) {
      *wait = (GbWait){false, end, sums.hazard * s->attempt_Hz};
      return GB_OK;
    }
    bracketed = bracketed || sums.hazard >= goal;
    if (sums.hazard < goal)
      low = t;
    else
      high = t;
  }
  GB_FAIL(GB_ERR_NUMERIC, "waiting time not found between %g and %g s", low, high);
}

/* --- Changing temperature ----------------------------------------------------------------------
 */

static double segment_rate(const GbSegment *s, double fraction)
{
  double t = fraction * s->duration_s;
  double inverse_kT = 1 / (GB_KB_EV_PER_K * (s->temperature_K + s->heating_K_per_s * t));
  return s->attempt_Hz * GbRatesTotal(s->n, s->a, s->b, inverse_kT, t);
}

/* y' = r / (target exp(y)), in units of the segment's duration. */
static int derivative(sunrealtype fraction, N_Vector y, N_Vector rate, void *context)
{
  const GbWaiting *w = context;
  NV_Ith_S(rate, 0) = segment_rate(w->segment, fraction) * w->segment->duration_s / w->target *
                      exp(-NV_Ith_S(y, 0));
  return 0;
}

static int distance_to_event(sunrealtype fraction, N_Vector y, sunrealtype *distance, void *context)
{
  (void)fraction;
  (void)context;
  *distance = NV_Ith_S(y, 0) - M_LN2;
  return 0;
}

static GbStatus set_up(GbWaiting *w)
{
  GB_SUNDIALS(GbSunContextCreate(MPI_COMM_SELF, &w->context));
  w->y = N_VNew_Serial(1, w->context);
  w->cvode = CVodeCreate(CV_ADAMS, w->context);
  if (!w->y || !w->cvode) GB_FAIL(GB_ERR_LIBRARY, "cannot create the CVODE integrator");
  w->solver = SUNNonlinSol_FixedPoint(w->y, 0, w->context);
  if (!w->solver) GB_FAIL(GB_ERR_LIBRARY, "cannot create the CVODE fixed-point solver");
  N_VConst(0, w->y);
  GB_SUNDIALS(CVodeInit(w->cvode, derivative, 0, w->y));
  GB_SUNDIALS(CVodeSetUserData(w->cvode, w));
  GB_SUNDIALS(CVodeSetNonlinearSolver(w->cvode, w->solver));
  GB_SUNDIALS(CVodeSStolerances(w->cvode, INTEGRATION_TOLERANCE, INTEGRATION_TOLERANCE));
  GB_SUNDIALS(CVodeRootInit(w->cvode, 1, distance_to_event));
  GB_SUNDIALS(CVodeSetNoInactiveRootWarn(w->cvode));
  GB_SUNDIALS(CVodeSetMaxStep(w->cvode, STEP_MAX));
  GB_SUNDIALS(CVodeSetMaxNumSteps(w->cvode, INTEGRATION_STEPS_MAX));
  return GB_OK;
}

GbStatus GbWaitingCreate(GbWaiting **waiting)
{
  *waiting = NULL;
  GbWaiting *w;
  GB_CALLOC(w, 1);
  GbStatus status = set_up(w);
  if (status != GB_OK) GbWaitingDestroy(&w);
  *waiting = w;
  return status;
}

void GbWaitingDestroy(GbWaiting **waiting)
{
  GbWaiting *w = *waiting;
  if (!w) return;
  CVodeFree(&w->cvode);
  if (w->solver) SUNNonlinSolFree(w->solver);
  if (w->y) N_VDestroy(w->y);
  SUNContext_Free(&w->context);
  free(w);
  *waiting = NULL;
}

static GbStatus find_in_program(GbWaiting *w, const GbSegment *s, double target, GbWait *wait)
{
  sunrealtype fraction = 0;
  w->segment = s;
  w->target = target;
  N_VConst(0, w->y);
  GB_SUNDIALS(CVodeReInit(w->cvode, 0, w->y));
  GB_SUNDIALS(CVodeSetStopTime(w->cvode, 1));
  int flag = CVode(w->cvode, 1, w->y, &fraction, CV_NORMAL);
  if (flag != CV_ROOT_RETURN && flag != CV_TSTOP_RETURN && flag != CV_SUCCESS)
    GB_FAIL(GB_ERR_NUMERIC, "CVODE stopped with %d at %g of a segment from %g K", flag, fraction,
            s->temperature_K);
  wait->event = flag == CV_ROOT_RETURN;
  wait->time_s = wait->event ? fraction * s->duration_s : s->duration_s;
  wait->hazard = wait->event ? target : target * expm1(NV_Ith_S(w->y, 0));
  return GB_OK;
}

GbStatus GbWaitingFind(GbWaiting *waiting, const GbSegment *segment, double target, GbWait *wait)
{
  if (segment->heating_K_per_s == 0) return find_isothermal(segment, target, wait);
  return find_in_program(waiting, segment, target, wait);
}
