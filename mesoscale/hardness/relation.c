/* Expanding cavity in an elastic, perfectly plastic, pressure-sensitive solid under a cone.
 *
 * After Johnson (Contact Mechanics, 1985, section 6.3; J. Mech. Phys. Solids 18, 115 (1970)),
 * extended to pressure-sensitive yield as in Yu & Houlsby (Geotechnique 41, 173 (1991)) and
 * Narasimhan (Mech. Mater. 36, 633 (2004)). Compression is positive here; s_r, s_t are the radial
 * and hoop stress around the cavity.
 *
 * Yield. Shear planes fail at tau = k + mu p (Mohr-Coulomb), or s_r = N s_t + Y with
 * N = (sqrt(1 + mu^2) + mu)^2 and Y the uniaxial compressive strength. A Drucker-Prager solid
 * matched in compression is the same here: around a spherical cavity the two smaller stresses are
 * equal, as in that test.
 *
 * Stress. In the plastic zone a < r < c equilibrium ds_r/dr + 2 (s_r - s_t)/r = 0 gives
 *     s_r = (p_c + Y/(N-1)) (c/r)^m - Y/(N-1),   m = 2 (N-1)/N,   p_c = 2Y/(2+N),
 * continuous with the elastic field s_r = p_c (c/r)^3, s_t = -s_r/2, which yields at r = c.
 *
 * Growth. All fields depend on r/c. With v = du/dc, plastic volume strain kappa times the plastic
 * (e_t - e_r), and Hooke's law for the rest,
 *     v' + 2v/r = -d(s_r + 2 s_t)/dc / (3K) + kappa [v/r - v' - d(s_r - s_t)/dc / (2G)],
 * whose solution with v(c) = 3 p_c/(4G) is v = H (c/r)^q + P (c/r)^(m-1), with
 *     F = m (p_c + Y/(N-1)) [(1 + 2/N)/(3K) + kappa (1 - 1/N)/(2G)],
 *     P = -F / (3 - m (1 + kappa)),   H = 3 p_c/(4G) - P,   q = (2 - kappa)/(1 + kappa).
 * The core takes up the volume of the indenter, 2 pi a^2 du(a) = pi a^2 tan(beta) da, so that
 * (c/a) v(a) = tan(beta)/2 fixes c/a. For mu = kappa = 0 this is Johnson's
 *     E tan(beta)/Y = 6 (1-nu) (c/a)^3 - 4 (1-2nu),   p = (2Y/3) [1 + 3 ln(c/a)].
 * kappa: an event on a plane at 45 degrees between r and t with shear g and volume strain d g adds
 * e_t - e_r = 3/4 g averaged over the two hoop directions, so kappa = 4 d/3.
 *
 * From the core to the indenter. The cavity loads the core with the pressure p = s_r(a). Under the
 * face the material flows too, so the pressure on the face is the larger stress of a core at yield
 * with mean pressure p: s = (3 N p + 2Y)/(N + 2), which is p + 2Y/3 for mu = 0. (Studman, Moore &
 * Jones, J. Phys. D 10, 949 (1977) make the same correction to Johnson's core with 1/2 Y.) The
 * Vickers number counts the contact area along the faces. Rejected: HV = 3 Y, which knows neither
 * elasticity nor pressure. */
#include "mesoscale/hardness/relation.h"

#include "base/units.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>

typedef struct {
  double n, m, yield, p_yield; /* N, m, Y, p_c */
  double h, p, q;              /* the velocity field's constants */
  double face;                 /* tan(beta)/2 */
} Cavity;

static Cavity cavity_of(const GbIndentation *in)
{
  Cavity c = {.yield = in->yield_GPa};
  const double shear = in->young_GPa / (2 * (1 + in->poisson));
  const double bulk = in->young_GPa / (3 * (1 - 2 * in->poisson));
  const double kappa = 4 * in->dilatancy / 3;
  c.n = pow(sqrt(1 + in->friction * in->friction) + in->friction, 2);
  c.m = 2 * (c.n - 1) / c.n;
  c.p_yield = 2 * c.yield / (2 + c.n);
  /* m (p_c + Y/(N-1)), written so that N = 1 needs no limit */
  const double amplitude = 2 * (c.p_yield * (c.n - 1) + c.yield) / c.n;
  const double f = amplitude * ((1 + 2 / c.n) / (3 * bulk) + kappa * (1 - 1 / c.n) / (2 * shear));
  c.p = -f / (3 - c.m * (1 + kappa));
  c.h = 3 * c.p_yield / (4 * shear) - c.p;
  c.q = (2 - kappa) / (1 + kappa);
  c.face = 0.5 * tan(in->cone_angle_deg * GB_PI / 180);
  return c;
}

/* (c/a) v(a) - tan(beta)/2 */
static double growth_mismatch(double ratio, void *params)
{
  const Cavity *c = params;
  return ratio * (c->h * pow(ratio, c->q) + c->p * pow(ratio, c->m - 1)) - c->face;
}

static double core_pressure(const Cavity *c, double ratio)
{
  const double exponent = c->m * log(ratio);
  const double logarithm = c->n > 1 ? expm1(exponent) / (c->n - 1) : 2 * log(ratio);
  return c->p_yield * exp(exponent) + c->yield * logarithm;
}

static GbStatus solve_ratio(Cavity *c, double *ratio)
{
  gsl_function mismatch = {growth_mismatch, c};
  double low = 1, high = 2;
  while (growth_mismatch(high, c) < 0 && high < 1e6)
    high *= 2;
  gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
  if (!solver) GB_FAIL(GB_ERR_MEMORY, "no memory for a root finder");
  int code = gsl_root_fsolver_set(solver, &mismatch, low, high);
  for (int i = 0; i < 200 && code == GSL_SUCCESS; i++) {
    code = gsl_root_fsolver_iterate(solver);
    low = gsl_root_fsolver_x_lower(solver);
    high = gsl_root_fsolver_x_upper(solver);
    if (gsl_root_test_interval(low, high, 0, 1e-13) == GSL_SUCCESS) break;
  }
  *ratio = gsl_root_fsolver_root(solver);
  gsl_root_fsolver_free(solver);
  if (code != GSL_SUCCESS) GB_FAIL(GB_ERR_NUMERIC, "plastic zone radius: %s", gsl_strerror(code));
  return GB_OK;
}

GbStatus GbCavityPressure(const GbIndentation *in, double *pressure_GPa, double *zone_ratio)
{
  if (!(in->young_GPa > 0 && in->poisson > -1 && in->poisson < 0.5 && in->yield_GPa > 0))
    GB_FAIL(GB_ERR_ARG, "indentation needs E > 0, -1 < nu < 0.5, Y > 0; found %g, %g, %g",
            in->young_GPa, in->poisson, in->yield_GPa);
  if (!(in->friction >= 0 && in->friction < 1 && fabs(in->dilatancy) < 0.5))
    GB_FAIL(GB_ERR_ARG, "indentation needs 0 <= friction < 1, |dilatancy| < 0.5; found %g, %g",
            in->friction, in->dilatancy);
  if (!(in->cone_angle_deg > 0 && in->cone_angle_deg < 90))
    GB_FAIL(GB_ERR_ARG, "cone angle must lie in (0, 90) degrees; found %g", in->cone_angle_deg);
  Cavity c = cavity_of(in);
  double ratio = 1;
  if (growth_mismatch(1, &c) >= 0)
    GB_FAIL(GB_ERR_NUMERIC,
            "yield strength %g GPa is so high against E = %g GPa that the contact stays elastic",
            in->yield_GPa, in->young_GPa);
  GB_CALL(solve_ratio(&c, &ratio));
  *pressure_GPa = core_pressure(&c, ratio);
  if (zone_ratio) *zone_ratio = ratio;
  return GB_OK;
}

GbStatus GbIndentationHardness(const GbIndentation *in, double *meyer_GPa, double *hv)
{
  double pressure;
  GB_CALL(GbCavityPressure(in, &pressure, NULL));
  const double n = cavity_of(in).n;
  const double meyer = (3 * n * pressure + 2 * in->yield_GPa) / (n + 2);
  if (meyer_GPa) *meyer_GPa = meyer;
  if (hv) *hv = meyer * GB_VICKERS_AREA_FACTOR * GB_GPA_IN_HV;
  return GB_OK;
}
