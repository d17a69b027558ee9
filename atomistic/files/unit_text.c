#include "atomistic/files/unit_text.h"

#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 40, LARGEST_POWER = 9 };

typedef struct {
  const char *name;
  double value; /* times 10^exponent: powers of ten stay exact */
  int exponent, length, time, mass;
  bool prefixes; /* nm, kJ */
} Symbol;

static const double gram = GB_AVOGADRO * 1e-23 * GB_MVV_TO_EV;
static const double joule = 1e-19 / GB_EV_IN_J;

#define LENGTH 1, 0, 0
#define TIME 0, 1, 0
#define MASS 0, 0, 1
#define ENERGY 2, -2, 1
#define FORCE 1, -2, 1
#define NUMBER 0, 0, 0

static bool find_symbol(const char *name, Symbol *found)
{
  const Symbol symbols[] = {
      {"Angstrom", 1, 0, LENGTH, false},
      {"angstrom", 1, 0, LENGTH, false},
      {"A", 1, 0, LENGTH, false},
      {"\xc3\x85", 1, 0, LENGTH, false},     /* A with a ring */
      {"\xe2\x84\xab", 1, 0, LENGTH, false}, /* the sign of the unit */
      {"m", 1, 10, LENGTH, true},
      {"meter", 1, 10, LENGTH, true},
      {"metre", 1, 10, LENGTH, true},
      {"bohr", 0.529177210903, 0, LENGTH, false}, /* CODATA 2018 */
      {"s", 1, 12, TIME, true},
      {"second", 1, 12, TIME, true},
      {"g", gram, 23, MASS, true},
      {"gram", gram, 23, MASS, true},
      {"u", GB_MVV_TO_EV, 0, MASS, false},
      {"amu", GB_MVV_TO_EV, 0, MASS, false},
      {"Da", GB_MVV_TO_EV, 0, MASS, true},
      {"dalton", GB_MVV_TO_EV, 0, MASS, true},
      {"atomic_mass_unit", GB_MVV_TO_EV, 0, MASS, false},
      {"unified_atomic_mass_unit", GB_MVV_TO_EV, 0, MASS, false},
      {"eV", 1, 0, ENERGY, true},
      {"electronvolt", 1, 0, ENERGY, true},
      {"electron_volt", 1, 0, ENERGY, true},
      {"J", joule, 19, ENERGY, true},
      {"joule", joule, 19, ENERGY, true},
      {"cal", 4.184 * joule, 19, ENERGY, true}, /* thermochemical */
      {"calorie", 4.184 * joule, 19, ENERGY, true},
      {"hartree", 27.211386245988, 0, ENERGY, false}, /* CODATA 2018 */
      {"Eh", 27.211386245988, 0, ENERGY, false},
      {"N", joule, 9, FORCE, true},
      {"newton", joule, 9, FORCE, true},
      {"mol", GB_AVOGADRO * 1e-23, 23, NUMBER, false},
      {"mole", GB_AVOGADRO * 1e-23, 23, NUMBER, false},
  };
  for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++) {
    if (strcmp(symbols[k].name, name) != 0) continue;
    *found = symbols[k];
    return true;
  }
  return false;
}

/* Short prefixes go with short symbols, whole ones with whole names. */
static bool find_prefixed(const char *name, Symbol *found)
{
  static const struct {
    const char *text;
    int exponent;
  } prefixes[] = {{"femto", -15}, {"pico", -12}, {"nano", -9},     {"micro", -6}, {"milli", -3},
                  {"centi", -2},  {"kilo", 3},   {"a", -18},       {"f", -15},    {"p", -12},
                  {"n", -9},      {"u", -6},     {"\xc2\xb5", -6}, {"m", -3},     {"c", -2},
                  {"k", 3},       {"M", 6}};
  if (find_symbol(name, found)) return true;
  for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
    const size_t n = strlen(prefixes[k].text);
    if (strncmp(name, prefixes[k].text, n) != 0 || !find_symbol(name + n, found)) continue;
    if (!found->prefixes || (n > 2) != (strlen(found->name) > 3)) continue;
    found->exponent += prefixes[k].exponent;
    return true;
  }
  return false;
}

static bool is_letter(char c)
{
  return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static const char *read_power(const char *c, int *power)
{
  char *end;
  if (*c == '^')
    c++;
  else if (c[0] == '*' && c[1] == '*')
    c += 2;
  else if (!isdigit((unsigned char)*c) && *c != '-' && *c != '+')
    return c;
  const long value = strtol(c, &end, 10);
  *power = labs(value) <= LARGEST_POWER ? (int)value : 0;
  return end;
}

/* One symbol with its power; NULL if there is none that is known. */
static const char *read_symbol(const char *c, int sign, GbUnitText *unit)
{
  char name[LONGEST_NAME + 1] = "";
  size_t n = 0;
  int power = 1;
  Symbol symbol;
  while (is_letter(c[n]))
    n++;
  if (n == 0 || n > LONGEST_NAME) return NULL;
  memcpy(name, c, n);
  bool known = find_prefixed(name, &symbol);
  if (!known && n > 5 && name[n - 1] == 's') { /* nanometers */
    name[n - 1] = '\0';
    known = find_prefixed(name, &symbol);
  }
  c = read_power(c + n, &power);
  if (!known || power == 0) return NULL;
  power *= sign;
  unit->factor *= pow(symbol.value * pow(10.0, symbol.exponent), power);
  unit->length += power * symbol.length;
  unit->time += power * symbol.time;
  unit->mass += power * symbol.mass;
  return c;
}

bool GbUnitTextParse(const char *text, GbUnitText *unit)
{
  int group = 1, next = 1; /* signs of powers: -1 behind a slash */
  *unit = (GbUnitText){.factor = 1.0};
  const char *c = text + strspn(text, " \t");
  if (!*c) return false;
  while (c && *c) {
    if (isdigit((unsigned char)*c)) {
      char *end;
      unit->factor *= pow(strtod(c, &end), group * next);
      c = end;
      next = 1;
    } else if (is_letter(*c)) {
      c = read_symbol(c, group * next, unit);
      next = 1;
    } else if (strchr(" \t*", *c)) {
      c++;
    } else if (*c == '/') {
      next = -1;
      c++;
    } else if (*c == '(') {
      group = next;
      next = 1;
      c++;
    } else if (*c == ')') {
      group = 1;
      c++;
    } else {
      return false;
    }
  }
  return c && isfinite(unit->factor) && unit->factor > 0.0;
}

bool GbUnitTextFactor(const char *from, const char *to, double *factor)
{
  GbUnitText a, b;
  if (!GbUnitTextParse(from, &a) || !GbUnitTextParse(to, &b)) return false;
  if (a.length != b.length || a.time != b.time || a.mass != b.mass) return false;
  *factor = a.factor / b.factor;
  return true;
}
