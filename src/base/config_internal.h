/* Inside of the configuration: one YAML text (a file, the defaults, or one --set) is a layer; the
 * value of a key comes from the last layer that has it. */
#ifndef GB_BASE_CONFIG_INTERNAL_H
#define GB_BASE_CONFIG_INTERNAL_H

#include "base/config.h"

#include <stdio.h>

/* What libcyaml fills for one key: char * for a single value, char ** with count for a list. */
typedef struct {
  void *pointer;
  uint32_t count;
} GbConfigSlot;

/* One key as it stands in the text. */
typedef struct {
  const GbSection *section;
  const GbParam *param;
  int line; /* from 1 */
} GbConfigEntry;

typedef struct GbConfigSchema GbConfigSchema; /* libcyaml schema made from the tables */

typedef struct {
  char origin[GB_TEXT_MAX]; /* for messages: the path, or the --set option as given */
  bool has_lines;           /* whether "origin:line" makes sense to the user */
  int nentries;
  GbConfigEntry *entries;
  void *data; /* what libcyaml loaded; NULL if the text sets nothing */
} GbConfigLayer;

GbStatus GbConfigSchemaCreate(const GbSectionData *sections, int nsections,
                              GbConfigSchema **schema);
void GbConfigSchemaDestroy(GbConfigSchema **schema);
/* Parses `text` of `size` bytes into layer, whose origin and has_lines the caller has set. Unknown
 * and duplicate keys, lists in place of single values and so on: GB_ERR_INPUT. */
GbStatus GbConfigLayerLoad(GbConfigSchema *schema, const char *text, size_t size,
                           GbConfigLayer *layer);
void GbConfigLayerFree(GbConfigSchema *schema, GbConfigLayer *layer);
/* The entry of a key in this layer or NULL, and its value. Borrowed. */
const GbConfigEntry *GbConfigLayerFind(const GbConfigSchema *schema, const GbConfigLayer *layer,
                                       const GbSection *section, const GbParam *param,
                                       GbConfigSlot *value);

/* The section's table, empty for a section that is ignored. */
const GbParam *GbConfigParams(const GbSection *section);
/* "origin:line: section.key" for messages. */
void GbConfigPlace(const GbConfigLayer *layer, const GbConfigEntry *entry, size_t size, char *text);
/* "section.key", or "key" at the top level. */
void GbConfigKeyPath(const GbSection *section, const char *key, size_t size, char *text);
/* What a value must be, such as "a number from 0 to 5000". */
void GbConfigExpected(const GbParam *param, size_t size, char *text);

#endif
