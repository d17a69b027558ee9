/* One YAML text to raw values.
 *
 * libcyaml loads the values through a schema made from the tables; every value is optional and is
 * loaded as text, which config.c converts, so that all messages have one form. libcyaml neither
 * gives the line of a loaded value nor rejects a key given twice, so libyaml's document tree is
 * walked first: it yields the place of every key, and unknown, repeated and misplaced ones. */
#include "base/config_internal.h"

#include <cyaml/cyaml.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct GbConfigSchema {
  const GbSectionData *sections;
  int nsections;
  cyaml_schema_value_t root;
  cyaml_schema_field_t *top;     /* fields of the top level */
  cyaml_schema_field_t **fields; /* [nsections] fields of each named section, else NULL */
  uint32_t *offsets;             /* [nsections] in the loaded data: slots, or pointer to them */
};

static const cyaml_schema_value_t text_item = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

static bool is_top(const GbSection *section)
{
  return section->name[0] == '\0';
}

const GbParam *GbConfigParams(const GbSection *section)
{
  static const GbParam none[] = {{0}};
  return section->params ? section->params : none;
}

static int count_params(const GbSection *section)
{
  int n = 0;
  while (GbConfigParams(section)[n].key)
    n++;
  return n;
}

/* --- Schema -------------------------------------------------------------------------------------
 */

static cyaml_schema_field_t param_field(const GbParam *param, uint32_t offset)
{
  cyaml_schema_field_t field = {.key = param->key,
                                .data_offset = offset + offsetof(GbConfigSlot, pointer)};
  field.value.flags = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER;
  if (param->type == GB_PARAM_LIST) {
    field.count_offset = offset + offsetof(GbConfigSlot, count);
    field.count_size = sizeof(uint32_t);
    field.value.type = CYAML_SEQUENCE;
    field.value.data_size = sizeof(char *);
    field.value.sequence.entry = &text_item;
    field.value.sequence.max = CYAML_UNLIMITED;
  } else {
    field.value.type = CYAML_STRING;
    field.value.data_size = sizeof(char);
    field.value.string.max = CYAML_UNLIMITED;
  }
  return field;
}

static void param_fields(const GbSection *section, uint32_t offset, cyaml_schema_field_t *fields)
{
  for (int i = 0; section->params[i].key; i++)
    fields[i] = param_field(&section->params[i], offset + (uint32_t)(i * sizeof(GbConfigSlot)));
}

/* A section that is there but empty (all its keys commented out) is a NULL pointer. */
static GbStatus section_field(GbConfigSchema *schema, int s, cyaml_schema_field_t *field)
{
  const GbSection *section = schema->sections[s].section;
  int n = count_params(section);
  if (!section->params) {
    *field = (cyaml_schema_field_t){.key = section->name,
                                    .value = {.type = CYAML_IGNORE, .flags = CYAML_FLAG_OPTIONAL}};
    return GB_OK;
  }
  GB_CALLOC(schema->fields[s], n + 1);
  param_fields(section, 0, schema->fields[s]);
  field->key = section->name;
  field->data_offset = schema->offsets[s];
  field->value.type = CYAML_MAPPING;
  field->value.flags = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER_NULL_STR;
  field->value.data_size = (uint32_t)(n * sizeof(GbConfigSlot));
  field->value.mapping.fields = schema->fields[s];
  return GB_OK;
}

static GbStatus fill_schema(GbConfigSchema *schema)
{
  int nfields = 0;
  uint32_t size = 0;
  GB_CALLOC(schema->fields, schema->nsections);
  GB_CALLOC(schema->offsets, schema->nsections);
  for (int s = 0; s < schema->nsections; s++)
    nfields += is_top(schema->sections[s].section) ? count_params(schema->sections[s].section) : 1;
  GB_CALLOC(schema->top, nfields + 1);
  cyaml_schema_field_t *field = schema->top;
  for (int s = 0; s < schema->nsections; s++) {
    const GbSection *section = schema->sections[s].section;
    schema->offsets[s] = size;
    if (is_top(section)) {
      param_fields(section, size, field);
      field += count_params(section);
      size += (uint32_t)(count_params(section) * sizeof(GbConfigSlot));
    } else {
      GB_CALL(section_field(schema, s, field++));
      size += sizeof(void *);
    }
  }
  schema->root = (cyaml_schema_value_t){.type = CYAML_MAPPING,
                                        .flags = CYAML_FLAG_POINTER,
                                        .data_size = size,
                                        .mapping = {.fields = schema->top}};
  return GB_OK;
}

GbStatus GbConfigSchemaCreate(const GbSectionData *sections, int nsections, GbConfigSchema **schema)
{
  GB_CALLOC(*schema, 1);
  (*schema)->sections = sections;
  (*schema)->nsections = nsections;
  GbStatus status = fill_schema(*schema);
  if (status != GB_OK) GbConfigSchemaDestroy(schema);
  GB_CALL(status);
  return GB_OK;
}

void GbConfigSchemaDestroy(GbConfigSchema **schema)
{
  if (!*schema) return;
  for (int s = 0; (*schema)->fields && s < (*schema)->nsections; s++)
    free((*schema)->fields[s]);
  free((*schema)->fields);
  free((*schema)->offsets);
  free((*schema)->top);
  free(*schema);
  *schema = NULL;
}

/* --- Suggestions --------------------------------------------------------------------------------
 */

/* Levenshtein distance, for "did you mean". */
static int edit_distance(const char *a, const char *b)
{
  enum { LENGTH_MAX = 64 };
  int row[LENGTH_MAX + 1], nb = (int)strnlen(b, LENGTH_MAX);
  for (int j = 0; j <= nb; j++)
    row[j] = j;
  for (int i = 1; a[i - 1]; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= nb; j++) {
      int change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      int shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = change < shift ? change : shift;
    }
  }
  return row[nb];
}

typedef struct {
  int distance;
  char text[GB_TEXT_MAX];
} Suggestion;

static void consider(Suggestion *best, const GbSection *section, const char *key, const char *found,
                     int handicap)
{
  int distance = edit_distance(found, key) + handicap;
  if (distance >= best->distance) return;
  best->distance = distance;
  GbConfigKeyPath(section, key, sizeof best->text, best->text);
}

/* The known key most like the one found; the same section first. Sections themselves are known
 * keys of the top level. */
static void suggest(const GbConfigSchema *schema, const char *section_name, const char *found,
                    size_t size, char *text)
{
  static const GbSection top = {.name = ""};
  Suggestion best = {.distance = 2 + (int)strlen(found) / 3};
  for (int s = 0; s < schema->nsections; s++) {
    const GbSection *section = schema->sections[s].section;
    int handicap = strcmp(section->name, section_name) == 0 ? 0 : 1;
    for (const GbParam *param = GbConfigParams(section); param->key; param++)
      consider(&best, section, param->key, found, handicap);
    if (section_name[0] == '\0' && !is_top(section)) consider(&best, &top, section->name, found, 0);
  }
  snprintf(text, size, best.text[0] ? " (did you mean %s?)" : "", best.text);
}

/* --- Places of the keys -------------------------------------------------------------------------
 */

void GbConfigKeyPath(const GbSection *section, const char *key, size_t size, char *text)
{
  snprintf(text, size, "%s%s%s", section->name, is_top(section) ? "" : ".", key);
}

static void place_line(const GbConfigLayer *layer, int line, size_t size, char *text)
{
  if (layer->has_lines)
    snprintf(text, size, "%s:%d", layer->origin, line);
  else
    snprintf(text, size, "%s", layer->origin);
}

void GbConfigPlace(const GbConfigLayer *layer, const GbConfigEntry *entry, size_t size, char *text)
{
  char key[128], place[GB_TEXT_MAX + 16];
  GbConfigKeyPath(entry->section, entry->param->key, sizeof key, key);
  place_line(layer, entry->line, sizeof place, place);
  snprintf(text, size, "%s: %s", place, key);
}

/* State of the walk over one document. */
typedef struct {
  const GbConfigSchema *schema;
  GbConfigLayer *layer;
  yaml_document_t *document;
} Walk;

static const char *kind_name(const yaml_node_t *node)
{
  if (node->type == YAML_MAPPING_NODE) return "a mapping";
  return node->type == YAML_SEQUENCE_NODE ? "a list" : "a single value";
}

static bool is_null(const yaml_node_t *node)
{
  if (node->type != YAML_SCALAR_NODE) return false;
  const char *text = (const char *)node->data.scalar.value;
  return text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static GbStatus fail_unknown(const Walk *walk, const char *section, const char *key, int line)
{
  char place[GB_TEXT_MAX + 16], hint[GB_TEXT_MAX];
  place_line(walk->layer, line, sizeof place, place);
  suggest(walk->schema, section, key, sizeof hint, hint);
  GB_FAIL(GB_ERR_INPUT, "%s: expected a known key, found \"%s%s%s\"%s", place, section,
          section[0] ? "." : "", key, hint);
}

static GbStatus add_entry(const Walk *walk, const GbSection *section, const GbParam *param,
                          const yaml_node_t *key, const yaml_node_t *value)
{
  GbConfigLayer *layer = walk->layer;
  GbConfigEntry entry = {section, param, (int)key->start_mark.line + 1};
  char place[2 * GB_TEXT_MAX], expected[GB_TEXT_MAX];
  GbConfigPlace(layer, &entry, sizeof place, place);
  for (int i = 0; i < layer->nentries; i++)
    if (layer->entries[i].param == param)
      GB_FAIL(GB_ERR_INPUT, "%s: expected each key once, found it again (first on line %d)", place,
              layer->entries[i].line);
  if (value->type != (param->type == GB_PARAM_LIST ? YAML_SEQUENCE_NODE : YAML_SCALAR_NODE)) {
    GbConfigExpected(param, sizeof expected, expected);
    GB_FAIL(GB_ERR_INPUT, "%s: expected %s, found %s", place, expected, kind_name(value));
  }
  GbConfigEntry *grown = realloc(layer->entries, (layer->nentries + 1) * sizeof *grown);
  if (!grown) GB_FAIL(GB_ERR_MEMORY, "cannot grow the list of keys");
  layer->entries = grown;
  layer->entries[layer->nentries++] = entry;
  return GB_OK;
}

static const GbParam *find_param(const GbSection *section, const char *key)
{
  for (int i = 0; section->params[i].key; i++)
    if (strcmp(section->params[i].key, key) == 0) return &section->params[i];
  return NULL;
}

static GbStatus walk_section(const Walk *walk, const GbSection *section, const yaml_node_t *node)
{
  for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
       pair++) {
    const yaml_node_t *key = yaml_document_get_node(walk->document, pair->key);
    const char *name = key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "?";
    const GbParam *param = find_param(section, name);
    if (!param) GB_CALL(fail_unknown(walk, section->name, name, (int)key->start_mark.line + 1));
    GB_CALL(
        add_entry(walk, section, param, key, yaml_document_get_node(walk->document, pair->value)));
  }
  return GB_OK;
}

static GbStatus walk_top_key(const Walk *walk, const yaml_node_t *key, const yaml_node_t *value,
                             bool *seen)
{
  const char *name = key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "?";
  char place[GB_TEXT_MAX + 16];
  place_line(walk->layer, (int)key->start_mark.line + 1, sizeof place, place);
  for (int s = 0; s < walk->schema->nsections; s++) {
    const GbSection *section = walk->schema->sections[s].section;
    const GbParam *param = is_top(section) ? find_param(section, name) : NULL;
    if (param) return add_entry(walk, section, param, key, value);
    if (is_top(section) || strcmp(section->name, name) != 0) continue;
    if (seen[s])
      GB_FAIL(GB_ERR_INPUT, "%s: expected section \"%s\" once, found it again", place, name);
    seen[s] = true;
    if (is_null(value) || !section->params) return GB_OK;
    if (value->type == YAML_MAPPING_NODE) return walk_section(walk, section, value);
    GB_FAIL(GB_ERR_INPUT, "%s: %s: expected a mapping of keys, found %s", place, name,
            kind_name(value));
  }
  return fail_unknown(walk, "", name, (int)key->start_mark.line + 1);
}

static GbStatus walk_document(const Walk *walk)
{
  const yaml_node_t *root = yaml_document_get_root_node(walk->document);
  if (!root || is_null(root)) return GB_OK; /* an empty text sets nothing */
  if (root->type != YAML_MAPPING_NODE)
    GB_FAIL(GB_ERR_INPUT, "%s: expected a mapping of sections and keys, found %s",
            walk->layer->origin, kind_name(root));
  bool *seen;
  GB_CALLOC(seen, walk->schema->nsections);
  GbStatus status = GB_OK;
  const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
  for (; status == GB_OK && pair < root->data.mapping.pairs.top; pair++)
    status = walk_top_key(walk, yaml_document_get_node(walk->document, pair->key),
                          yaml_document_get_node(walk->document, pair->value), seen);
  free(seen);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus find_entries(const GbConfigSchema *schema, const char *text, size_t size,
                             GbConfigLayer *layer)
{
  yaml_parser_t parser;
  yaml_document_t document;
  if (!yaml_parser_initialize(&parser)) GB_FAIL(GB_ERR_MEMORY, "cannot start the YAML parser");
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  GbStatus status;
  if (yaml_parser_load(&parser, &document)) {
    status = walk_document(&(Walk){schema, layer, &document});
    yaml_document_delete(&document);
  } else {
    char place[GB_TEXT_MAX + 16];
    place_line(layer, (int)parser.problem_mark.line + 1, sizeof place, place);
    status = GbErrorSet(GB_ERR_INPUT, __FILE__, __LINE__, __func__, "%s: not valid YAML: %s", place,
                        parser.problem ? parser.problem : "unreadable text");
  }
  yaml_parser_delete(&parser);
  GB_CALL(status);
  return GB_OK;
}

/* --- Form of the text ---------------------------------------------------------------------------
 */

/* An input has three: the top level, a section, a list. What nests without an end costs libyaml and
 * the walk a time and a stack without an end. */
enum { DEPTH_MAX = 16 };

typedef struct {
  int documents, depth;
} Form;

static GbStatus check_event(const GbConfigLayer *layer, const yaml_event_t *event, Form *form)
{
  char place[GB_TEXT_MAX + 16];
  place_line(layer, (int)event->start_mark.line + 1, sizeof place, place);
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (++form->documents > 1)
      GB_FAIL(GB_ERR_INPUT,
              "%s: expected one YAML document, found the beginning of another (\"---\")", place);
    return GB_OK;
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    if (++form->depth > DEPTH_MAX)
      GB_FAIL(GB_ERR_INPUT, "%s: expected sections of keys, found lists or mappings %d deep", place,
              form->depth);
    return GB_OK;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    form->depth--;
    return GB_OK;
  default:
    return GB_OK;
  }
}

/* Before the document is loaded as a whole. What is not YAML is left to that. */
static GbStatus check_form(const char *text, size_t size, const GbConfigLayer *layer)
{
  yaml_parser_t parser;
  Form form = {0};
  GbStatus status = GB_OK;
  if (!yaml_parser_initialize(&parser)) GB_FAIL(GB_ERR_MEMORY, "cannot start the YAML parser");
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  for (bool more = true; more && status == GB_OK;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) break;
    more = event.type != YAML_STREAM_END_EVENT;
    status = check_event(layer, &event, &form);
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  GB_CALL(status);
  return GB_OK;
}

/* --- Values -------------------------------------------------------------------------------------
 */

/* Joins what libcyaml logs into one line. */
static void capture_log(cyaml_log_t level, void *context, const char *fmt, va_list args)
{
  (void)level;
  char *text = context;
  size_t used = strlen(text);
  vsnprintf(text + used, GB_TEXT_MAX - used, fmt, args);
  for (; text[used]; used++)
    if (text[used] == '\n') text[used] = text[used + 1] ? ' ' : ';';
}

static cyaml_config_t cyaml_settings(char *log)
{
  return (cyaml_config_t){.log_fn = capture_log,
                          .log_ctx = log,
                          .mem_fn = cyaml_mem,
                          .log_level = CYAML_LOG_ERROR,
                          .flags = CYAML_CFG_DEFAULT};
}

GbStatus GbConfigLayerLoad(GbConfigSchema *schema, const char *text, size_t size,
                           GbConfigLayer *layer)
{
  GB_CALL(check_form(text, size, layer));
  GB_CALL(find_entries(schema, text, size, layer));
  if (layer->nentries == 0) return GB_OK;
  char log[GB_TEXT_MAX] = "";
  cyaml_config_t settings = cyaml_settings(log);
  cyaml_err_t error =
      cyaml_load_data((const uint8_t *)text, size, &settings, &schema->root, &layer->data, NULL);
  if (error != CYAML_OK)
    GB_FAIL(GB_ERR_INPUT, "%s: %s: %s", layer->origin, cyaml_strerror(error), log);
  return GB_OK;
}

void GbConfigLayerFree(GbConfigSchema *schema, GbConfigLayer *layer)
{
  char log[GB_TEXT_MAX] = "";
  cyaml_config_t settings = cyaml_settings(log);
  if (layer->data) cyaml_free(&settings, &schema->root, layer->data, 0);
  free(layer->entries);
  memset(layer, 0, sizeof *layer);
}

const GbConfigEntry *GbConfigLayerFind(const GbConfigSchema *schema, const GbConfigLayer *layer,
                                       const GbSection *section, const GbParam *param,
                                       GbConfigSlot *value)
{
  int s = 0, e = 0;
  while (e < layer->nentries && layer->entries[e].param != param)
    e++;
  if (e == layer->nentries) return NULL;
  while (schema->sections[s].section != section)
    s++;
  char *slots = (char *)layer->data + schema->offsets[s];
  if (!is_top(section)) slots = *(char **)slots;
  memcpy(value, slots + (size_t)(param - section->params) * sizeof *value, sizeof *value);
  return &layer->entries[e];
}
