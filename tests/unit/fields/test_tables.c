/* Rows of the tables of bands and avalanches, as they are written. */
#include "harness/harness.h"

#include "mesoscale/fields/avalanche_table.h"
#include "mesoscale/fields/band_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void read_lines(const char *path, char lines[3][512])
{
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  for (int l = 0; l < 3; l++) {
    lines[l][0] = 0;
    if (fgets(lines[l], 512, file)) lines[l][strcspn(lines[l], "\n")] = 0;
  }
  fclose(file);
}

static void a_row_per_band_with_words_for_its_kind(void **state)
{
  GbBand bands[2] = {{.form = GB_BAND_FORM_SPANNING,
                      .spans = true,
                      .voxels = 30,
                      .angle_deg = -45,
                      .length_nm = 80,
                      .width_nm = 4,
                      .shear_inside = 0.5,
                      .shear_around = 0.25,
                      .offset_nm = 2,
                      .chi_inside = 1,
                      .chi_around = NAN},
                     {.form = GB_BAND_FORM_INTERSECTED, .ntips = 1, .tip_nm = {{3, 7}}}};
  const GbBandMap map = {.nbands = 2, .bands = bands};
  char lines[3][512], path[4096];
  GbTable table = GbBandTableNew();
  (void)state;
  assert_ok(GbBandTableAdd(&table, 1, 2.5, GB_BAND_WHEN_LOADING, &map));
  snprintf(path, sizeof(path), "%s/shear_bands.csv", GbTestFolder());
  assert_ok(GbTableWriteCsv(&table, path));
  read_lines(path, lines);
  assert_string_equal(lines[0], "sample,strain_percent,when,band,kind,spans,voxels,angle_deg,"
                                "length_nm,width_nm,offset_nm,shear_inside,shear_around,chi_inside,"
                                "chi_around,tips,tip_x_nm,tip_z_nm,tip2_x_nm,tip2_z_nm");
  assert_string_equal(lines[1], "1,2.5,loading,1,spanning,1,30,-45,80,4,2,0.5,0.25,1,nan,0,nan,nan,"
                                "nan,nan");
  assert_string_equal(lines[2], "1,2.5,loading,2,intersected,0,0,0,0,0,0,0,0,0,0,1,3,7,nan,nan");
  GbTableFree(&table);
}

static void a_row_per_avalanche_with_compression_positive(void **state)
{
  const GbAvalanche avalanche = {.first_event = 12,
                                 .size = 3,
                                 .thermal = true,
                                 .trigger_voxel = 5,
                                 .time_s = 2,
                                 .strain_zz = -0.02,
                                 .duration_s = 0.5,
                                 .extent_nm = 4,
                                 .gyration_nm = 1.5,
                                 .slip_nm3 = 0.75,
                                 .stress_drop_GPa = 0.125};
  char lines[3][512], path[4096];
  GbTable table = GbAvalancheTableNew();
  (void)state;
  assert_ok(GbAvalancheTableAdd(&table, 2, &avalanche));
  snprintf(path, sizeof(path), "%s/avalanches.csv", GbTestFolder());
  assert_ok(GbTableWriteCsv(&table, path));
  read_lines(path, lines);
  assert_string_equal(lines[0],
                      "sample,event,size,thermal,time_s,duration_s,strain,voxel,extent_nm,"
                      "gyration_nm,slip_nm3,stress_drop_GPa");
  assert_string_equal(lines[1], "2,12,3,1,2,0.5,0.02,5,4,1.5,0.75,0.125");
  GbTableFree(&table);
}

GB_TEST_MAIN("unit.fields.tables", cmocka_unit_test(a_row_per_band_with_words_for_its_kind),
             cmocka_unit_test(a_row_per_avalanche_with_compression_positive))
