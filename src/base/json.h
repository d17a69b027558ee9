/* Numbers of a JSON object from a list. */
#ifndef GB_BASE_JSON_H
#define GB_BASE_JSON_H

#include <cjson/cJSON.h>

typedef struct {
  const char *key;
  double value;
} GbJsonNumber;

void GbJsonAddNumbers(cJSON *object, const GbJsonNumber *numbers, int n);

/* GB_JSON_NUMBERS(object, {"key", value}, ...) */
#define GB_JSON_NUMBERS(object, ...)                                                               \
  do {                                                                                             \
    const GbJsonNumber gb_numbers_[] = {__VA_ARGS__};                                              \
    GbJsonAddNumbers((object), gb_numbers_, (int)(sizeof gb_numbers_ / sizeof *gb_numbers_));      \
  } while (0)

#endif
