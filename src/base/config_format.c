/* The configuration as text: effective values as YAML, and the tables as help. */
#include "base/config_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shortest of 15..17 digits that reads back as the same number. */
static void format_number(double value, size_t size, char *text)
{
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, size, "%.*g", digits, value);
    if (strtod(text, NULL) == value) return;
  }
}

/* Limits this large mean "none": infinities, or the ends of double and int64_t. */
static bool is_limit(double value)
{
  return fabs(value) < 9e18;
}

static void format_range(const GbParam *param, size_t size, char *text)
{
  char low[32], high[32];
  bool has_low = is_limit(param->min), has_high = is_limit(param->max);
  format_number(param->min, sizeof low, low);
  format_number(param->max, sizeof high, high);
  if (has_low && has_high)
    snprintf(text, size, " from %s to %s", low, high);
  else if (has_low)
    snprintf(text, size, " >= %s", low);
  else if (has_high)
    snprintf(text, size, " <= %s", high);
  else
    snprintf(text, size, "%s", "");
}

static void format_choices(const GbParam *param, size_t size, char *text)
{
  size_t used = (size_t)snprintf(text, size, "one of");
  for (int i = 0; param->choices[i] && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", param->choices[i]);
}

void GbConfigExpected(const GbParam *param, size_t size, char *text)
{
  char range[96];
  format_range(param, sizeof range, range);
  switch (param->type) {
  case GB_PARAM_DOUBLE:
    snprintf(text, size, "a number%s", range);
    return;
  case GB_PARAM_INT:
    snprintf(text, size, "a whole number%s", range);
    return;
  case GB_PARAM_BOOL:
    snprintf(text, size, "true or false");
    return;
  case GB_PARAM_TEXT:
    snprintf(text, size, "a text of at most %d bytes", GB_TEXT_MAX - 1);
    return;
  case GB_PARAM_CHOICE:
    format_choices(param, size, text);
    return;
  case GB_PARAM_LIST:
    snprintf(text, size, "a list of at most %d numbers%s", GB_LIST_MAX, range);
    return;
  }
}

/* Always in double quotes, so that no text can be taken for another type. */
static void write_quoted(FILE *out, const char *text)
{
  fputc('"', out);
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\')
      fprintf(out, "\\%c", *c);
    else if (iscntrl(*c))
      fprintf(out, "\\x%02X", *c);
    else
      fputc(*c, out);
  }
  fputc('"', out);
}

static void write_list(FILE *out, const GbDoubleList *list)
{
  char number[32];
  fputc('[', out);
  for (int i = 0; i < list->count; i++) {
    format_number(list->values[i], sizeof number, number);
    fprintf(out, "%s%s", i ? ", " : "", number);
  }
  fputc(']', out);
}

static void write_value(FILE *out, const GbParam *param, const void *field)
{
  char number[32];
  switch (param->type) {
  case GB_PARAM_DOUBLE:
    format_number(*(const double *)field, sizeof number, number);
    fputs(number, out);
    return;
  case GB_PARAM_INT:
    fprintf(out, "%lld", (long long)*(const int64_t *)field);
    return;
  case GB_PARAM_BOOL:
    fputs(*(const bool *)field ? "true" : "false", out);
    return;
  case GB_PARAM_TEXT:
    write_quoted(out, field);
    return;
  case GB_PARAM_CHOICE:
    fputs(param->choices[*(const int *)field], out);
    return;
  case GB_PARAM_LIST:
    write_list(out, field);
    return;
  }
}

static void write_section(FILE *out, const GbSectionData *data, bool with_help)
{
  const GbSection *section = data->section;
  const char *indent = section->name[0] ? "  " : "";
  char expected[GB_TEXT_MAX];
  if (!section->params) return;
  if (with_help && section->help) fprintf(out, "\n# %s\n", section->help);
  if (section->name[0]) fprintf(out, "%s:\n", section->name);
  for (const GbParam *param = section->params; param->key; param++) {
    GbConfigExpected(param, sizeof expected, expected);
    if (with_help) fprintf(out, "%s# %s [%s]\n", indent, param->help, expected);
    fprintf(out, "%s%s: ", indent, param->key);
    write_value(out, param, (const char *)data->data + param->offset);
    fputc('\n', out);
  }
}

GbStatus GbConfigFormat(const GbSectionData *sections, int nsections, bool with_help, char **yaml)
{
  size_t size;
  *yaml = NULL;
  FILE *out = open_memstream(yaml, &size);
  if (!out) GB_FAIL(GB_ERR_MEMORY, "cannot format the configuration");
  for (int s = 0; s < nsections; s++)
    write_section(out, &sections[s], with_help);
  if (fclose(out) == 0) return GB_OK;
  free(*yaml);
  *yaml = NULL;
  GB_FAIL(GB_ERR_MEMORY, "cannot format the configuration");
}

void GbConfigWriteHelp(FILE *out, const GbSection *section)
{
  char expected[GB_TEXT_MAX];
  for (const GbParam *param = GbConfigParams(section); param->key; param++) {
    GbConfigExpected(param, sizeof expected, expected);
    fprintf(out, "  %s%s%s\n      %s\n      %s; ", section->name, section->name[0] ? "." : "",
            param->key, param->help, expected);
    if (param->by_default)
      fprintf(out, "default %s\n", param->by_default[0] ? param->by_default : "\"\"");
    else
      fprintf(out, "required\n");
  }
}
