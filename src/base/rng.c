#include "base/rng.h"

#include "base/units.h"

#include <Random123/threefry.h>
#include <math.h>

void GbRngWords(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c,
                uint64_t words[4])
{
  threefry4x64_key_t key = {{seed, (uint64_t)purpose, 0, 0}};
  threefry4x64_ctr_t counter = {{a, b, c, 0}};
  threefry4x64_ctr_t out = threefry4x64(counter, key);
  for (int i = 0; i < 4; i++)
    words[i] = out.v[i];
}

double GbRngUniformFromWord(uint64_t word)
{
  return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

double GbRngUniform(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c)
{
  uint64_t words[4];
  GbRngWords(seed, purpose, a, b, c, words);
  return GbRngUniformFromWord(words[0]);
}

void GbRngNormal2(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c,
                  double normal[2])
{
  uint64_t words[4];
  GbRngWords(seed, purpose, a, b, c, words);
  double radius = sqrt(-2.0 * log(GbRngUniformFromWord(words[0])));
  double angle = 2.0 * GB_PI * GbRngUniformFromWord(words[1]);
  normal[0] = radius * cos(angle);
  normal[1] = radius * sin(angle);
}
