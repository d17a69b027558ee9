/* The EAM passes for any processor; compiled once per precision, see CMakeLists.txt. */
#include "atomistic/engine/eam.h"

#include <math.h>
#include <string.h>

#ifdef GB_SINGLE
#define PASSES GbEamPasses_portable_mixed
#else
#define PASSES GbEamPasses_portable_double
#endif

#include "atomistic/engine/simd_portable.h"

#include "atomistic/engine/eam_passes.h"
