/* Results in the order of adding, in one JSON object; a key added again replaces the older entry
 * in its place. */
#include "contract/summary.h"

#include "contract/stage.h"

#include <cjson/cJSON.h>

static cJSON *summary;

GbStatus GbSummaryEntries(cJSON **entries)
{
  if (!summary) summary = cJSON_CreateObject();
  if (!summary) GB_FAIL(GB_ERR_MEMORY, "cannot allocate the summary");
  *entries = summary;
  return GB_OK;
}

/* Takes over `item`. */
static GbStatus put(const char *key, cJSON *item)
{
  cJSON *entries = NULL;
  GbStatus status = GbSummaryEntries(&entries);
  if (status == GB_OK && item) {
    if (cJSON_HasObjectItem(entries, key)
            ? cJSON_ReplaceItemInObjectCaseSensitive(entries, key, item)
            : cJSON_AddItemToObject(entries, key, item))
      return GB_OK;
  }
  cJSON_Delete(item);
  GB_FAIL(GB_ERR_MEMORY, "cannot store the summary entry %s", key);
}

/* A value that is not finite becomes null: JSON has no NaN. */
GbStatus GbSummaryAdd(const char *key, double value, const char *unit)
{
  cJSON *item = cJSON_CreateObject();
  if (item) {
    cJSON_AddNumberToObject(item, "value", value);
    cJSON_AddStringToObject(item, "unit", unit);
  }
  GB_CALL(put(key, item));
  return GB_OK;
}

GbStatus GbSummaryAddText(const char *key, const char *text)
{
  GB_CALL(put(key, cJSON_CreateString(text)));
  return GB_OK;
}

void GbSummaryReset(void)
{
  cJSON_Delete(summary);
  summary = NULL;
}
