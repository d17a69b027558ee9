/* Units that other programs write as texts. */
#ifndef GB_ATOMISTIC_UNIT_TEXT_H
#define GB_ATOMISTIC_UNIT_TEXT_H

#include <stdbool.h>

/* A unit in angstrom, ps and the mass eV ps^2 / angstrom^2, which make the energy eV. An amount is
 * a number here: kJ mol-1 is an energy (of one particle), g mol-1 a mass. */
typedef struct {
  double factor;
  int length, time, mass; /* powers */
} GbUnitText;

/* Reads "nm ps-1", "kJ mol-1 nm-1", "60 s": symbols with powers, as H5MD's module of units has
 * them; "nm/ps", "kJ/(mol*nm)" and whole names ("nanometer") too. False for anything else. */
bool GbUnitTextParse(const char *text, GbUnitText *unit);
/* What a number in unit `from` is to be multiplied by for unit `to`. False if one of them is
 * unknown or they measure different things. */
bool GbUnitTextFactor(const char *from, const char *to, double *factor);

#endif
