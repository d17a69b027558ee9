/* Layers of YAML (defaults, file, --set in order) to typed, checked values in plain structs. */
#include "base/config.h"

#include "base/config_internal.h"
#include "base/file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- Values -------------------------------------------------------------------------------------
 */

/* Where a value goes and how to speak about it. */
typedef struct {
  const GbParam *param;
  void *field;
  const char *place; /* "file:line: section.key" */
} Target;

static GbStatus fail_value(const Target *target, const char *found)
{
  char expected[GB_TEXT_MAX];
  GbConfigExpected(target->param, sizeof expected, expected);
  GB_FAIL(GB_ERR_INPUT, "%s: expected %s, found %s%s%s", target->place, expected,
          *found ? "\"" : "", *found ? found : "nothing", *found ? "\"" : "");
}

/* Decimal and finite only: strtod alone would let "nan", "inf" and "0x10" pass. */
static bool parse_number(const char *text, double *value)
{
  char *end;
  if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0') return false;
  *value = strtod(text, &end);
  return *end == '\0' && isfinite(*value);
}

static GbStatus set_number(const Target *target, const char *text, double *value)
{
  if (!parse_number(text, value) || *value < target->param->min || *value > target->param->max)
    GB_CALL(fail_value(target, text));
  return GB_OK;
}

/* "1e6" is a whole number too. */
static GbStatus set_int(const Target *target, const char *text)
{
  char *end;
  double number = 0;
  errno = 0;
  int64_t value = strtoll(text, &end, 10);
  if (*text == '\0' || *end != '\0' || errno) {
    if (!parse_number(text, &number) || number != floor(number) || fabs(number) > 0x1p53)
      GB_CALL(fail_value(target, text));
    value = (int64_t)number;
  }
  if ((double)value < target->param->min || (double)value > target->param->max)
    GB_CALL(fail_value(target, text));
  memcpy(target->field, &value, sizeof value);
  return GB_OK;
}

static GbStatus set_bool(const Target *target, const char *text)
{
  static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
  for (int i = 0; i < 6; i++) {
    if (strcasecmp(text, words[i]) != 0) continue;
    *(bool *)target->field = i % 2 == 1;
    return GB_OK;
  }
  return fail_value(target, text);
}

static GbStatus set_choice(const Target *target, const char *text)
{
  for (int i = 0; target->param->choices[i]; i++) {
    if (strcmp(text, target->param->choices[i]) != 0) continue;
    *(int *)target->field = i;
    return GB_OK;
  }
  return fail_value(target, text);
}

static GbStatus set_text(const Target *target, const char *text)
{
  if (strlen(text) >= GB_TEXT_MAX) GB_CALL(fail_value(target, text));
  strcpy(target->field, text);
  return GB_OK;
}

static GbStatus set_list(const Target *target, const GbConfigSlot *slot)
{
  GbDoubleList *list = target->field;
  char found[32];
  snprintf(found, sizeof found, "%u values", slot->count);
  if (slot->count > GB_LIST_MAX) GB_CALL(fail_value(target, found));
  memset(list, 0, sizeof *list);
  list->count = (int)slot->count;
  for (uint32_t i = 0; i < slot->count; i++)
    GB_CALL(set_number(target, ((char **)slot->pointer)[i], &list->values[i]));
  return GB_OK;
}

static GbStatus set_value(const Target *target, const GbConfigSlot *slot)
{
  const char *text = slot->pointer ? slot->pointer : "";
  switch (target->param->type) {
  case GB_PARAM_DOUBLE:
    return set_number(target, text, target->field);
  case GB_PARAM_INT:
    return set_int(target, text);
  case GB_PARAM_BOOL:
    return set_bool(target, text);
  case GB_PARAM_TEXT:
    return set_text(target, text);
  case GB_PARAM_CHOICE:
    return set_choice(target, text);
  case GB_PARAM_LIST:
    return set_list(target, slot);
  }
  GB_FAIL(GB_ERR_ARG, "%s: the table has an unknown type", target->place);
}

/* --- Layers -------------------------------------------------------------------------------------
 */

/* The defaults as a YAML text of their own: they pass through the same schema and checks. */
static GbStatus load_defaults(GbConfigSchema *schema, const GbSectionData *sections, int nsections,
                              GbConfigLayer *layer)
{
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) GB_FAIL(GB_ERR_MEMORY, "cannot format the defaults");
  for (int s = 0; s < nsections; s++) {
    const GbSection *section = sections[s].section;
    if (section->name[0] && section->params) fprintf(memory, "%s:\n", section->name);
    for (const GbParam *param = GbConfigParams(section); param->key; param++)
      if (param->by_default)
        fprintf(memory, "%s%s: %s\n", section->name[0] ? "  " : "", param->key,
                *param->by_default ? param->by_default : "\"\"");
  }
  fclose(memory);
  strcpy(layer->origin, "built-in defaults");
  layer->has_lines = true;
  GbStatus status = GbConfigLayerLoad(schema, text, size, layer);
  free(text);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus load_file(GbConfigSchema *schema, const char *path, GbConfigLayer *layer)
{
  char *text;
  size_t size;
  GB_CALL(GbFileReadText(path, &size, &text));
  snprintf(layer->origin, sizeof layer->origin, "%s", path);
  layer->has_lines = true;
  GbStatus status = GbConfigLayerLoad(schema, text, size, layer);
  free(text);
  GB_CALL(status);
  return GB_OK;
}

/* "a.b=value" stands for the text "a:\n  b: value". */
static GbStatus load_set(GbConfigSchema *schema, const char *set, GbConfigLayer *layer)
{
  char text[2 * GB_TEXT_MAX];
  snprintf(layer->origin, sizeof layer->origin, "--set %s", set);
  const char *equals = strchr(set, '='), *dot = strchr(set, '.');
  if (!equals || equals == set || strlen(set) >= GB_TEXT_MAX || strpbrk(set, "\n\r"))
    GB_FAIL(GB_ERR_INPUT, "%s: expected key=value or section.key=value", layer->origin);
  if (dot && dot < equals)
    snprintf(text, sizeof text, "%.*s:\n  %.*s: %s\n", (int)(dot - set), set,
             (int)(equals - dot - 1), dot + 1, equals + 1);
  else
    snprintf(text, sizeof text, "%.*s: %s\n", (int)(equals - set), set, equals + 1);
  GB_CALL(GbConfigLayerLoad(schema, text, strlen(text), layer));
  return GB_OK;
}

/* --- All together -------------------------------------------------------------------------------
 */

/* What all layers are loaded for. */
typedef struct {
  const char *path;
  const char *const *sets;
  int nsets;
  const GbSectionData *sections;
  int nsections;
  const bool *needed; /* NULL: all sections */
} Request;

/* *found: some layer has the key, and its value is stored. */
static GbStatus resolve(const GbConfigSchema *schema, const GbConfigLayer *layers, int nlayers,
                        const GbSectionData *section, const GbParam *param, bool *found)
{
  char place[3 * GB_TEXT_MAX];
  GbConfigSlot slot;
  Target target = {param, (char *)section->data + param->offset, place};
  *found = true;
  for (int l = nlayers - 1; l >= 0; l--) {
    const GbConfigEntry *entry =
        GbConfigLayerFind(schema, &layers[l], section->section, param, &slot);
    if (!entry) continue;
    GbConfigPlace(&layers[l], entry, sizeof place, place);
    return set_value(&target, &slot);
  }
  *found = false;
  return GB_OK;
}

static size_t field_size(GbParamType type)
{
  switch (type) {
  case GB_PARAM_DOUBLE:
    return sizeof(double);
  case GB_PARAM_INT:
    return sizeof(int64_t);
  case GB_PARAM_BOOL:
    return sizeof(bool);
  case GB_PARAM_TEXT:
    return GB_TEXT_MAX;
  case GB_PARAM_CHOICE:
    return sizeof(int);
  case GB_PARAM_LIST:
    return sizeof(GbDoubleList);
  }
  return 0;
}

static GbStatus resolve_section(const Request *request, const GbConfigSchema *schema,
                                const GbConfigLayer *layers, int s)
{
  char key[GB_TEXT_MAX];
  const GbSectionData *section = &request->sections[s];
  for (const GbParam *param = GbConfigParams(section->section); param->key; param++) {
    bool found;
    GB_CALL(resolve(schema, layers, 2 + request->nsets, section, param, &found));
    if (found) continue;
    GbConfigKeyPath(section->section, param->key, sizeof key, key);
    if (!request->needed || request->needed[s])
      GB_FAIL(GB_ERR_INPUT, "%s: expected the required key %s (%s), found none",
              request->path ? request->path : "input", key, param->help);
    memset((char *)section->data + param->offset, 0, field_size(param->type));
  }
  return GB_OK;
}

static GbStatus load_layers(const Request *request, GbConfigSchema *schema, GbConfigLayer *layers)
{
  GB_CALL(load_defaults(schema, request->sections, request->nsections, &layers[0]));
  if (request->path) GB_CALL(load_file(schema, request->path, &layers[1]));
  for (int i = 0; i < request->nsets; i++)
    GB_CALL(load_set(schema, request->sets[i], &layers[2 + i]));
  for (int s = 0; s < request->nsections; s++)
    GB_CALL(resolve_section(request, schema, layers, s));
  return GB_OK;
}

GbStatus GbConfigLoadSome(const char *path, const char *const *sets, int nsets,
                          const GbSectionData *sections, int nsections, const bool *needed)
{
  const Request request = {path, sets, nsets, sections, nsections, needed};
  GbConfigSchema *schema = NULL;
  GbConfigLayer *layers = NULL;
  GbStatus status;
  GB_CALLOC(layers, 2 + nsets);
  GB_TRY(status, GbConfigSchemaCreate(sections, nsections, &schema), done);
  GB_TRY(status, load_layers(&request, schema, layers), done);
done:
  for (int l = 0; schema && l < 2 + nsets; l++)
    GbConfigLayerFree(schema, &layers[l]);
  GbConfigSchemaDestroy(&schema);
  free(layers);
  return status;
}

GbStatus GbConfigLoad(const char *path, const char *const *sets, int nsets,
                      const GbSectionData *sections, int nsections)
{
  GB_CALL(GbConfigLoadSome(path, sets, nsets, sections, nsections, NULL));
  return GB_OK;
}
