/* The EAM passes for AVX-512 (F, BW, DQ, VL: x86-64-v4); compiled once per precision, see
 * CMakeLists.txt. */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <string.h>

#ifdef GB_SINGLE
#define PASSES GbEamPasses_avx512_mixed
#else
#define PASSES GbEamPasses_avx512_double
#endif

#include "atomistic/engine/simd_avx512.h"

#include "atomistic/engine/eam_passes.h"
