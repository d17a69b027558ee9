/* The tables of the gamma distribution against GSL's, in which w = -ln S comes from P where S is
 * near 1 and from S elsewhere. Shapes end at 2000 here: at 10000 GSL itself is off by 1e-9. */
#include "harness/harness.h"

#include "mesoscale/events/gamma_tail.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>

static const double SHAPES[] = {0.2, 0.5, 1, 1.7, 2.7453065929979528, 4, 12, 21, 200, 2000};
enum { NSHAPES = sizeof SHAPES / sizeof *SHAPES, POINTS = 20000 };
static const double W_LEAST = 1e-25, W_MOST = 650;

static double reference(double shape, double x, double *slope)
{
  const double below = gsl_cdf_gamma_P(x, shape, 1), above = gsl_cdf_gamma_Q(x, shape, 1);
  *slope = gsl_ran_gamma_pdf(x, shape, 1) / above;
  return below < 0.5 ? -log1p(-below) : -log(above);
}

static double point(int i)
{
  return W_LEAST * pow(W_MOST / W_LEAST, (i + 0.5) / POINTS);
}

static void tables_agree_with_gsl(void **unused)
{
  (void)unused;
  gsl_set_error_handler_off();
  for (int s = 0; s < NSHAPES; s++) {
    GbGammaTail *tail;
    double inverse = 0, direct = 0, hazard = 0, before = 0, slope, found_slope;
    assert_ok(GbGammaTailCreate(SHAPES[s], &tail));
    for (int i = 0; i < POINTS; i++) {
      double w = point(i), x = w;
      GbGammaTailInvert(tail, 1, &x);
      assert_true(x > before); /* monotone */
      before = x;
      const double expected = reference(SHAPES[s], x, &slope);
      inverse = fmax(inverse, fabs(expected - w) / (x * slope));
      direct = fmax(direct, fabs(GbGammaTailHazard(tail, x) / expected - 1));
      hazard = fmax(hazard, fabs(GbGammaHazard(SHAPES[s], x, &found_slope) / expected - 1));
      hazard = fmax(hazard, fabs(found_slope / slope - 1));
    }
    print_message("shape %g: relative error of x(w) %.1e, of w(x) %.1e, without table %.1e\n",
                  SHAPES[s], inverse, direct, hazard);
    assert_true(inverse < 1e-10 && direct < 1e-10 && hazard < 1e-10);
    GbGammaTailDestroy(&tail);
    assert_null(tail);
  }
}

/* Shape 1 is the exponential distribution: w = x, also where GSL underflows and past the tables. */
static void the_exponential_distribution_is_its_own_hazard(void **unused)
{
  (void)unused;
  GbGammaTail *tail;
  assert_ok(GbGammaTailCreate(1, &tail));
  for (double w = 1e-40; w < 1e5; w *= 1.37) {
    double x = w, slope;
    GbGammaTailInvert(tail, 1, &x);
    assert_relative(x, w, 1e-11);
    assert_relative(GbGammaTailHazard(tail, w), w, 1e-11);
    assert_relative(GbGammaHazard(1, w, &slope), w, 1e-11);
  }
  assert_true(GbGammaTailHazard(tail, 0) == 0 && GbGammaTailHazard(tail, -1) == 0);
  GbGammaTailDestroy(&tail);
}

static void impossible_shapes_are_refused(void **unused)
{
  (void)unused;
  GbGammaTail *tail;
  assert_fails(GbGammaTailCreate(0, &tail), GB_ERR_INPUT, "shape", "0.2 to 10000");
  assert_fails(GbGammaTailCreate(nan(""), &tail), GB_ERR_INPUT, "shape", "nan");
  assert_null(tail);
}

GB_TEST_MAIN("verify.mesoscale.gamma_tail", cmocka_unit_test(tables_agree_with_gsl),
             cmocka_unit_test(the_exponential_distribution_is_its_own_hazard),
             cmocka_unit_test(impossible_shapes_are_refused))
