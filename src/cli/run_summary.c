#include "cli/run_summary.h"

#include "base/file.h"
#include "cli/version.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>

static GbStatus write_summary(const GbRunSummary *summary)
{
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/summary.json", summary->folder);
  char *text = cJSON_Print(summary->json);
  if (!text) GB_FAIL(GB_ERR_MEMORY, "cannot format %s", path);
  GbStatus status = GbFileWriteText(path, text);
  cJSON_free(text);
  GB_CALL(status);
  return GB_OK;
}

static void set_status(GbRunSummary *summary, const char *text)
{
  cJSON_ReplaceItemInObjectCaseSensitive(summary->json, "status", cJSON_CreateString(text));
}

GbStatus GbRunSummaryStart(GbRunSummary *summary, const char *folder, const GbInputTop *top,
                           int ranks, int threads)
{
  cJSON *json = cJSON_CreateObject();
  *summary = (GbRunSummary){folder, json};
  cJSON_AddStringToObject(json, "program", "glassband");
  cJSON_AddStringToObject(json, "version", GbVersion());
  cJSON_AddStringToObject(json, "title", top->title);
  cJSON_AddNumberToObject(json, "seed", (double)top->seed);
  cJSON_AddNumberToObject(json, "ranks", ranks);
  cJSON_AddNumberToObject(json, "threads_per_rank", threads);
  cJSON_AddStringToObject(json, "status", "running");
  cJSON_AddArrayToObject(json, "stages");
  cJSON_AddObjectToObject(json, "results");
  return write_summary(summary);
}

GbStatus GbRunSummaryAdd(GbRunSummary *summary, const GbStage *stage, bool reused,
                         const GbRecord *record)
{
  cJSON *entry = cJSON_CreateObject();
  cJSON_AddStringToObject(entry, "name", stage->name);
  cJSON_AddStringToObject(entry, "status", reused ? "reused" : "done");
  cJSON_AddNumberToObject(entry, "wall_s", record->wall_s);
  cJSON_AddItemToArray(cJSON_GetObjectItem(summary->json, "stages"), entry);
  cJSON *results = cJSON_GetObjectItem(summary->json, "results");
  for (const cJSON *item = record->results->child; item; item = item->next)
    cJSON_AddItemToObject(results, item->string, cJSON_Duplicate(item, 1));
  GB_CALL(write_summary(summary));
  return GB_OK;
}

GbStatus GbRunSummaryEnd(GbRunSummary *summary, GbStatus ended)
{
  GbStatus status = GB_OK;
  if (summary->json) {
    char message[256];
    snprintf(message, sizeof message, "%s", GbErrorMessage());
    set_status(summary, ended == GB_OK ? "done" : GbStatusName(ended));
    if (ended != GB_OK) cJSON_AddStringToObject(summary->json, "message", message);
    status = write_summary(summary);
  }
  cJSON_Delete(summary->json);
  summary->json = NULL;
  return status;
}
