/* Random numbers: known answers of Threefry-4x64-20 and the moments of the derived numbers. */
#include "base/rng.h"
#include "harness/harness.h"

/* kat_vectors of Random123: threefry4x64 20, counter and key all zero. */
static void known_answer(void **state)
{
  (void)state;
  uint64_t words[4];
  GbRngWords(0, (GbRngPurpose)0, 0, 0, 0, words);
  assert_int_equal(words[0], 0x09218ebde6c85537ull);
  assert_int_equal(words[1], 0x55941f5266d86105ull);
  assert_int_equal(words[2], 0x4bd25e16282434dcull);
  assert_int_equal(words[3], 0xee29ec846bd2e40bull);
}

static void moments(void **state)
{
  (void)state;
  const int n = 200000;
  double mean = 0, square = 0, normal_square = 0, normal_fourth = 0;
  for (int i = 0; i < n; i++) {
    double u = GbRngUniform(7, GB_RNG_TEST, (uint64_t)i, 0, 0), normal[2];
    assert_true(u > 0.0 && u < 1.0);
    mean += u / n;
    square += u * u / n;
    GbRngNormal2(7, GB_RNG_TEST, (uint64_t)i, 1, 0, normal);
    normal_square += (normal[0] * normal[0] + normal[1] * normal[1]) / (2.0 * n);
    normal_fourth += normal[0] * normal[0] * normal[0] * normal[0] / n;
  }
  assert_close(mean, 0.5, 5 * 0.2887 / 447);
  assert_close(square, 1.0 / 3.0, 5 * 0.298 / 447);
  assert_close(normal_square, 1.0, 5 * 1.0 / 447);
  assert_close(normal_fourth, 3.0, 5 * 9.8 / 447);
}

GB_TEST_MAIN("unit.base.rng", cmocka_unit_test(known_answer), cmocka_unit_test(moments))
