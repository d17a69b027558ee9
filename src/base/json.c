#include "base/json.h"

void GbJsonAddNumbers(cJSON *object, const GbJsonNumber *numbers, int n)
{
  for (int k = 0; k < n; k++)
    cJSON_AddNumberToObject(object, numbers[k].key, numbers[k].value);
}
