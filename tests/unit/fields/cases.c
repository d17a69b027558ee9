#include "unit/fields/cases.h"

#include "harness/harness.h"
#include "unit/fields/synthetic.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int GbTestWorldRank(void)
{
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

void GbTestCaseMake(const char *folder, const char *name, double softening, GbTestCase *c)
{
  static const char *const sets[] = {"mesoscale.nx=8",        "mesoscale.nz=12",
                                     "mesoscale.modes=4",     "ensemble.samples=3",
                                     "mesoscale.rest_s=100",  "mesoscale.strains_percent=[0, 2]",
                                     "mesoscale.ctc_cycles=2"};
  const GbSectionData section[2] = {{&gb_mesoscale_section, &c->config},
                                    {&gb_ensemble_section, &c->config}};
  memset(c, 0, sizeof(*c));
  snprintf(c->folder, sizeof(c->folder), "%s/%s", folder, name);
  snprintf(c->calibration, sizeof(c->calibration), "%s/%s.h5", folder, name);
  assert_ok(GbConfigLoad(NULL, sets, sizeof(sets) / sizeof(sets[0]), section, 2));
  if (GbTestWorldRank() == 0) {
    GbCalibration calibration;
    mkdir(c->folder, 0777);
    assert_ok(GbTestSynthetic(&calibration));
    for (int i = 0; i < 2; i++)
      calibration.laws.barrier_mean_eV[i].value *= softening;
    assert_ok(GbCalibrationWrite(&calibration, c->calibration));
    GbCalibrationFree(&calibration);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  c->run = (GbRun){
      .comm = MPI_COMM_WORLD, .seed = 7, .folder = c->folder, .calibration_path = c->calibration};
}

static char *contents(const char *folder, const char *name)
{
  char path[GB_PATH_MAX];
  snprintf(path, sizeof(path), "%s/mesoscale/%s", folder, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = calloc(1, 1 << 22);
  assert_non_null(text);
  assert_true(fread(text, 1, (1 << 22) - 1, file) > 0);
  fclose(file);
  return text;
}

void GbTestCaseSame(const GbTestCase *a, const GbTestCase *b, const char *name)
{
  char *first = contents(a->folder, name), *second = contents(b->folder, name);
  assert_string_equal(first, second);
  free(first);
  free(second);
}
