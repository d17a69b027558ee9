/* The hardness relation refuses meaningless input and moves the right way. */
#include "harness/harness.h"

#include <math.h>

#include "mesoscale/hardness/relation.h"

#include "base/units.h"

static GbIndentation glass(void)
{
  return (GbIndentation){.young_GPa = 92,
                         .poisson = 0.352,
                         .yield_GPa = 2.0,
                         .friction = 0.12,
                         .dilatancy = 0.03,
                         .cone_angle_deg = GB_VICKERS_CONE_DEG};
}

static void bad_input_is_refused(void **state)
{
  double p;
  GbIndentation in = glass();
  (void)state;
  in.poisson = 0.5;
  assert_fails(GbCavityPressure(&in, &p, NULL), GB_ERR_ARG, "nu");
  in = glass();
  in.yield_GPa = 0;
  assert_fails(GbIndentationHardness(&in, &p, NULL), GB_ERR_ARG, "Y > 0");
  in = glass();
  in.friction = -0.1;
  assert_fails(GbCavityPressure(&in, &p, NULL), GB_ERR_ARG, "friction");
  in = glass();
  in.cone_angle_deg = 90;
  assert_fails(GbCavityPressure(&in, &p, NULL), GB_ERR_ARG, "angle");
}

/* Johnson's condition for a plastic zone: E tan(beta)/Y > 2 (1 + nu). */
static void too_strong_a_solid_stays_elastic(void **state)
{
  double p;
  GbIndentation in = glass();
  (void)state;
  in.friction = in.dilatancy = 0;
  const double limit = in.young_GPa * tan(in.cone_angle_deg * GB_PI / 180) / (2 * (1 + in.poisson));
  in.yield_GPa = limit * 1.001;
  assert_fails(GbCavityPressure(&in, &p, NULL), GB_ERR_NUMERIC, "elastic");
  in.yield_GPa = limit * 0.999;
  assert_ok(GbCavityPressure(&in, &p, NULL));
}

static void hardness_rises_with_strength_stiffness_and_angle(void **state)
{
  double base, other;
  GbIndentation in = glass();
  (void)state;
  assert_ok(GbIndentationHardness(&in, &base, NULL));
  in.yield_GPa *= 1.01;
  assert_ok(GbIndentationHardness(&in, &other, NULL));
  assert_true(other > base && other < 1.01 * base); /* less than in proportion: E/Y fell */
  in = glass();
  in.young_GPa *= 1.01;
  assert_ok(GbIndentationHardness(&in, &other, NULL));
  assert_true(other > base);
  in = glass();
  in.cone_angle_deg *= 1.01;
  assert_ok(GbIndentationHardness(&in, &other, NULL));
  assert_true(other > base);
  in = glass();
  in.friction = 0;
  assert_ok(GbIndentationHardness(&in, &other, NULL));
  assert_true(other < base);
}

/* HV in kgf/mm^2 counts the area along the faces: F/A with A = d^2 / (2 sin 68 deg). */
static void vickers_number_is_on_the_face_area(void **state)
{
  double meyer, hv;
  const GbIndentation in = glass();
  (void)state;
  assert_ok(GbIndentationHardness(&in, &meyer, &hv));
  assert_relative(hv * 9.80665e-3, meyer * sin(68 * GB_PI / 180), 1e-12);
}

GB_TEST_MAIN("unit.hardness.relation", cmocka_unit_test(bad_input_is_refused),
             cmocka_unit_test(too_strong_a_solid_stays_elastic),
             cmocka_unit_test(hardness_rises_with_strength_stiffness_and_angle),
             cmocka_unit_test(vickers_number_is_on_the_face_area))
