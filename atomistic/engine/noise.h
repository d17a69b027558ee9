/* Normal random numbers for many atoms at once: the noise of the Langevin thermostat. */
#ifndef GB_ATOMISTIC_NOISE_H
#define GB_ATOMISTIC_NOISE_H

#include <stdint.h>

enum { GB_NOISE_BLOCK = 512 };

/* Three standard normal numbers for each of n atoms (at most GB_NOISE_BLOCK), functions of seed,
 * step and id alone: normal[d][i]. */
void GbNoiseNormals(uint64_t seed, int64_t step, int n, const int64_t *id,
                    double (*normal)[GB_NOISE_BLOCK]);

#endif
