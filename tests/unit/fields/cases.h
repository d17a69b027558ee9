/* Runs of the mesoscale stage on a tiny strip. */
#ifndef GB_TEST_CASES_H
#define GB_TEST_CASES_H

#include "contract/stage.h"
#include "mesoscale/fields/product.h"

typedef struct {
  char folder[GB_PATH_MAX], calibration[GB_PATH_MAX];
  GbMesoConfig config;
  GbRun run;
} GbTestCase;

int GbTestWorldRank(void);
/* A case in folder/name; `softening` scales the barriers of the calibration. Collective. */
void GbTestCaseMake(const char *folder, const char *name, double softening, GbTestCase *c);
/* mesoscale/NAME of both has the same bytes. */
void GbTestCaseSame(const GbTestCase *a, const GbTestCase *b, const char *name);

#endif
