/* What the two kinds of transform share. */
#include "mesoscale/elasticity/transforms.h"

#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

GbSymbol GbSymbolOf(int k, int n)
{
  const double phase = 2 * GB_PI * k / n;
  return (GbSymbol){(2 + cos(phase)) / 3, 2 - 2 * cos(phase), sin(phase)};
}

GbStatus GbTransformAllocate(double **array, size_t n)
{
  enum { BOUNDARY = 64 };
  const size_t size = (n * sizeof **array + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
  *array = aligned_alloc(BOUNDARY, size > 0 ? size : BOUNDARY);
  if (!*array) GB_FAIL(GB_ERR_MEMORY, "out of memory: %zu bytes for transforms", size);
  memset(*array, 0, size > 0 ? size : BOUNDARY);
  return GB_OK;
}
