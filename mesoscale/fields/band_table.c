#include "mesoscale/fields/band_table.h"

#include <math.h>

const char *const gb_band_when_names[GB_NBAND_WHENS] = {"loading", "before", "after"};

static const GbColumn columns[] = {
    {"sample", "1", NULL},
    {"strain_percent", "%", NULL},
    {"when", "1", gb_band_when_names},
    {"band", "1", NULL},
    {"kind", "1", gb_band_form_names},
    {"spans", "1", NULL},
    {"voxels", "1", NULL},
    {"angle_deg", "deg", NULL},
    {"length_nm", "nm", NULL},
    {"width_nm", "nm", NULL},
    {"offset_nm", "nm", NULL},
    {"shear_inside", "1", NULL},
    {"shear_around", "1", NULL},
    {"chi_inside", "1", NULL},
    {"chi_around", "1", NULL},
    {"tips", "1", NULL},
    {"tip_x_nm", "nm", NULL},
    {"tip_z_nm", "nm", NULL},
    {"tip2_x_nm", "nm", NULL},
    {"tip2_z_nm", "nm", NULL},
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]) };

GbTable GbBandTableNew(void)
{
  return GbTableOf(columns, NCOLUMNS);
}

GbStatus GbBandTableAdd(GbTable *table, int sample, double strain_percent, GbBandWhen when,
                        const GbBandMap *map)
{
  for (int i = 0; i < map->nbands; i++) {
    const GbBand *b = &map->bands[i];
    double tip[4];
    for (int t = 0; t < 4; t++)
      tip[t] = t / 2 < b->ntips ? b->tip_nm[t / 2][t % 2] : NAN;
    const double row[NCOLUMNS] = {sample,          strain_percent, when,          i + 1,
                                  b->form,         b->spans,       b->voxels,     b->angle_deg,
                                  b->length_nm,    b->width_nm,    b->offset_nm,  b->shear_inside,
                                  b->shear_around, b->chi_inside,  b->chi_around, b->ntips,
                                  tip[0],          tip[1],         tip[2],        tip[3]};
    GB_CALL(GbTableAppend(table, row));
  }
  return GB_OK;
}
