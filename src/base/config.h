/* Input: YAML through libcyaml, driven by parameter tables.
 *
 * Each part of the program declares a plain struct and one table of GbParam that says, for each
 * key: type, place in the struct, default, range and help. From the tables come the libcyaml
 * schema, the defaults, the checks, the help text and the printed effective configuration. Unknown
 * key, wrong type, out of range, missing required key: GB_ERR_INPUT with file, line, key, expected
 * and found. */
#ifndef GB_BASE_CONFIG_H
#define GB_BASE_CONFIG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { GB_TEXT_MAX = 512, GB_LIST_MAX = 64 };

typedef struct {
  int count;
  double values[GB_LIST_MAX];
} GbDoubleList;

typedef enum {
  GB_PARAM_DOUBLE, /* field: double */
  GB_PARAM_INT,    /* field: int64_t */
  GB_PARAM_BOOL,   /* field: bool */
  GB_PARAM_TEXT,   /* field: char[GB_TEXT_MAX] */
  GB_PARAM_CHOICE, /* field: int, the index into `choices` */
  GB_PARAM_LIST,   /* field: GbDoubleList; range applies to each value */
} GbParamType;

typedef struct {
  const char *key; /* with the unit in the name */
  GbParamType type;
  size_t offset;          /* offsetof the field in the section's struct */
  const char *by_default; /* as it would stand in YAML ("[0.1, 0.2]" for a list); NULL = required */
  double min, max;        /* inclusive range for DOUBLE, INT, LIST; unused otherwise */
  const char *const *choices; /* NULL-terminated, for CHOICE */
  const char *help;           /* one sentence */
} GbParam;

typedef struct {
  const char *name; /* key of the section at the top level of the YAML file */
  const char *help; /* one sentence */
  const GbParam
      *params; /* terminated by key == NULL; NULL: whatever the section holds is ignored */
} GbSection;

typedef struct {
  const GbSection *section;
  void *data; /* the section's struct, filled by GbConfigLoad; owned by the caller */
} GbSectionData;

/* Reads `path` (NULL: no file, all defaults), overlays `sets` ("section.key=value") in order, fills
 * defaults, checks ranges and stores the result in sections[].data. Not collective: every rank may
 * call it, or rank 0 and broadcast. The keys of section name "" stand at the top level itself. */
GbStatus GbConfigLoad(const char *path, const char *const *sets, int nsets,
                      const GbSectionData *sections, int nsections);
/* The same; in a section s with !needed[s] a missing required key is no error and its value is
 * zero. needed NULL: all are needed. */
GbStatus GbConfigLoadSome(const char *path, const char *const *sets, int nsets,
                          const GbSectionData *sections, int nsections, const bool *needed);
/* The effective configuration as YAML with the help as comments; owned by the caller (free).
 * Deterministic: used for stage hashes too. */
GbStatus GbConfigFormat(const GbSectionData *sections, int nsections, bool with_help, char **yaml);
/* Every key of a section with help, type, range and default, for --help. */
void GbConfigWriteHelp(FILE *out, const GbSection *section);

#endif
