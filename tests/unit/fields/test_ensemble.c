/* Averages over samples on a common grid of strain. */
#include "harness/harness.h"

#include "mesoscale/fields/ensemble.h"

#include <math.h>
#include <string.h>

static void add(GbTable *curve, int sample, double strain, double stress, double events,
                double bands)
{
  const double row[9] = {sample, strain, 0.1 * strain, stress, 0, 300, 0.5 * stress, events, bands};
  assert_ok(GbTableAppend(curve, row));
}

/* Two samples: one read at every step, twice at one of them; one with readings between the steps
 * that goes back once and ends sooner. */
static void samples_are_averaged_at_equal_strains(void **state)
{
  GbMesoTables tables = GbMesoTablesNew();
  GbTable *curve = &tables.table[GB_TABLE_CURVE], table;
  GbMesoConfig config = {.nx = 2, .ny = 1, .nz = 5, .samples = 2, .relaxation_step_percent = 1};
  (void)state;
  assert_int_equal(curve->ncolumns, 9);
  add(curve, 0, 0, 0, 0, 0);
  add(curve, 0, 0.01, 1, 10, 1);
  add(curve, 0, 0.01, 1, 10, 1);
  add(curve, 0, 0.02 - 1e-12, 2, 30, 2);
  add(curve, 1, 0, 0, 0, 0);
  add(curve, 1, 0.005, 1, 10, 0);
  add(curve, 1, 0.004, 7, 15, 0);
  add(curve, 1, 0.015, 3, 20, 4);
  assert_ok(GbEnsembleAverage(&config, curve, &table));
  assert_int_equal(table.nrows, 3);
  const double *row = table.values + table.ncolumns;
  assert_close(row[0], 0.01, 1e-15);
  assert_close(row[1], 2, 0);
  const double between = 7 + (3 - 7) * 6.0 / 11; /* of the second sample */
  assert_close(row[2], 0.5 * (1 + between), 1e-12);
  assert_close(row[3], 0.5 * fabs(1 - between), 1e-12); /* |difference| / 2 for two */
  assert_close(row[6], 0.5 * (10 + 15 + 5 * 6.0 / 11) / 10, 1e-12);
  row += table.ncolumns;
  assert_close(row[1], 1, 0);
  assert_close(row[2], 2, 1e-9);
  assert_true(isnan(row[3]));
  assert_close(row[10], 2, 1e-9);
  GbTableFree(&table);
  GbMesoTablesFree(&tables);
}

GB_TEST_MAIN("unit.fields.ensemble", cmocka_unit_test(samples_are_averaged_at_equal_strains))
