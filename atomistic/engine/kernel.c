/* The kernels of this build, fastest first. */
#include "atomistic/engine/kernel.h"

#include "atomistic/engine/eam.h"

#include <string.h>

#define EAM_KERNEL(isa, precision_name, precision_value)                                           \
  static GbStatus create_##isa##_##precision_name(const GbPotential *potential, double skin,       \
                                                  double inner_skin, void **kernel)                \
  {                                                                                                \
    GB_CALL(                                                                                       \
        GbEamCreate(potential, skin, inner_skin, &GbEamPasses_##isa##_##precision_name, kernel));  \
    return GB_OK;                                                                                  \
  }                                                                                                \
  static const GbKernelType isa##_##precision_name = {                                             \
      #isa,         precision_value, has_##isa,   create_##isa##_##precision_name,                 \
      GbEamDestroy, GbEamRebuild,    GbEamUpdate, GbEamPrune,                                      \
      GbEamDensity, GbEamForces,     GbEamBytes}

static bool has_portable(void)
{
  return true;
}

EAM_KERNEL(portable, mixed, GB_PRECISION_MIXED);
EAM_KERNEL(portable, double, GB_PRECISION_DOUBLE);

#ifdef __x86_64__
static bool has_avx2(void)
{
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

EAM_KERNEL(avx512, mixed, GB_PRECISION_MIXED);
EAM_KERNEL(avx512, double, GB_PRECISION_DOUBLE);
EAM_KERNEL(avx2, mixed, GB_PRECISION_MIXED);
EAM_KERNEL(avx2, double, GB_PRECISION_DOUBLE);
#endif

static const GbKernelType *const kernels[] = {
#ifdef __x86_64__
    &avx512_mixed,   &avx512_double,  &avx2_mixed, &avx2_double,
#endif
    &portable_mixed, &portable_double};

GbStatus GbKernelFind(const char *name, GbPrecision precision, const GbKernelType **type)
{
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
    if (kernels[k]->precision != precision || (name && strcmp(kernels[k]->name, name) != 0))
      continue;
    *type = kernels[k];
    if (kernels[k]->is_supported()) return GB_OK;
    if (name) GB_FAIL(GB_ERR_ARG, "this processor cannot run the %s kernel", name);
  }
  GB_FAIL(GB_ERR_ARG, "there is no kernel '%s': expected avx512, avx2 or portable",
          name ? name : "");
}
