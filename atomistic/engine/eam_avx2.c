/* The EAM passes for AVX2 and FMA (x86-64-v3); compiled once per precision, see CMakeLists.txt. */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <string.h>

#ifdef GB_SINGLE
#define PASSES GbEamPasses_avx2_mixed
#else
#define PASSES GbEamPasses_avx2_double
#endif

#include "atomistic/engine/simd_avx2.h"

#include "atomistic/engine/eam_passes.h"
