/* Counter-based random numbers (Random123: Threefry-4x64-20, Salmon et al., SC'11).
 *
 * A number is a pure function of (seed, purpose, a, b, c): no hidden state, so results do not
 * depend on the number of ranks or threads, and a restart needs nothing but the counters. */
#ifndef GB_BASE_RNG_H
#define GB_BASE_RNG_H

#include <stdint.h>

/* What the numbers are for: one stream each, so that two uses never share numbers. Append only. */
typedef enum {
  GB_RNG_TEST = 1,
  GB_RNG_COMPOSITION,
  GB_RNG_VELOCITY,
  GB_RNG_THERMOSTAT,
  GB_RNG_SADDLE_SEARCH,
  GB_RNG_BOOTSTRAP,
  GB_RNG_CHI_FIELD,
  GB_RNG_BARRIERS,
  GB_RNG_EVENT_TIME,
  GB_RNG_EVENT_CHOICE,
  GB_RNG_EVENT_STRAIN,
  GB_RNG_NOTCH,
  GB_RNG_LANGEVIN,
  GB_RNG_THINNING,
  GB_RNG_WAY_BACK,
  GB_RNG_PORES,
} GbRngPurpose;

/* Four independent 64-bit words. */
void GbRngWords(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c,
                uint64_t words[4]);
/* Uniform in the open interval (0, 1). */
double GbRngUniform(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c);
/* Two independent standard normal numbers (Box-Muller). */
void GbRngNormal2(uint64_t seed, GbRngPurpose purpose, uint64_t a, uint64_t b, uint64_t c,
                  double normal[2]);
/* Uniform in (0, 1) from one 64-bit word (the middle of one of 2^52 equal cells). */
double GbRngUniformFromWord(uint64_t word);

#endif
