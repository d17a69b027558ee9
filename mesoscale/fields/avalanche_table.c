#include "mesoscale/fields/avalanche_table.h"

static const GbColumn columns[] = {
    {"sample", "1", NULL},       {"event", "1", NULL},       {"size", "1", NULL},
    {"thermal", "1", NULL},      {"time_s", "s", NULL},      {"duration_s", "s", NULL},
    {"strain", "1", NULL},       {"voxel", "1", NULL},       {"extent_nm", "nm", NULL},
    {"gyration_nm", "nm", NULL}, {"slip_nm3", "nm^3", NULL}, {"stress_drop_GPa", "GPa", NULL},
};
enum { NCOLUMNS = sizeof(columns) / sizeof(columns[0]) };

GbTable GbAvalancheTableNew(void)
{
  return GbTableOf(columns, NCOLUMNS);
}

GbStatus GbAvalancheTableAdd(GbTable *table, int sample, const GbAvalanche *a)
{
  const double row[NCOLUMNS] = {
      sample,       (double)a->first_event, (double)a->size,  a->thermal,
      a->time_s,    a->duration_s,          0 - a->strain_zz, a->trigger_voxel,
      a->extent_nm, a->gyration_nm,         a->slip_nm3,      a->stress_drop_GPa};
  return GbTableAppend(table, row);
}
