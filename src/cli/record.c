#include "cli/record.h"

#include "base/file.h"
#include "cli/version.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void record_path(const char *folder, const GbStage *stage, char path[PATH_MAX])
{
  snprintf(path, PATH_MAX, "%s/%s/stage.json", folder, stage->name);
}

static const char *missing_output(const char *folder, const GbStage *stage)
{
  char path[PATH_MAX];
  for (int i = 0; i < GB_STAGE_FILES_MAX && stage->outputs[i]; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, stage->outputs[i]);
    if (!GbFileExists(path)) return stage->outputs[i];
  }
  return NULL;
}

static GbStatus write_parts(FILE *out, const GbInput *input, int s, const char *petsc,
                            const char *below)
{
  const GbStage *stage = gb_stages[s];
  fprintf(out, "program %s\nseed %lld\nstage %s\nbelow %s\n%s", GbVersion(),
          (long long)input->top.seed, stage->name, below, input->texts[s]);
  if (stage->petsc) fputs(petsc, out);
  const char *paths[GB_STAGE_FILES_MAX];
  int n = stage->input_files ? stage->input_files(input->configs[s], paths) : 0;
  for (int i = 0; i < n; i++) {
    char hash[GB_HASH_SIZE];
    GB_CALL(GbHashFile(paths[i], hash));
    fprintf(out, "file %s\n", hash);
  }
  return GB_OK;
}

GbStatus GbRecordKey(const GbInput *input, int stage, const char *petsc, const char *below,
                     char key[GB_HASH_SIZE])
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out) GB_FAIL(GB_ERR_MEMORY, "cannot format the key of a stage");
  GbStatus status = write_parts(out, input, stage, petsc, below);
  if (fclose(out) != 0 && status == GB_OK)
    status = GbErrorSet(GB_ERR_MEMORY, __FILE__, __LINE__, __func__, "cannot format a key");
  if (status == GB_OK) GbHashText(text, key);
  free(text);
  GB_CALL(status);
  return GB_OK;
}

static bool read_json(const cJSON *json, GbRecord *record)
{
  const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "key"));
  const cJSON *wall = cJSON_GetObjectItemCaseSensitive(json, "wall_s");
  const cJSON *results = cJSON_GetObjectItemCaseSensitive(json, "results");
  if (!key || strlen(key) != GB_HASH_SIZE - 1 || !cJSON_IsNumber(wall) || !cJSON_IsObject(results))
    return false;
  strcpy(record->key, key);
  record->wall_s = wall->valuedouble;
  record->results = cJSON_Duplicate(results, 1);
  return record->results != NULL;
}

/* A record that cannot be read only means that the stage runs again. */
bool GbRecordRead(const char *folder, const GbStage *stage, GbRecord *record)
{
  char path[PATH_MAX], *text;
  memset(record, 0, sizeof *record);
  record_path(folder, stage, path);
  if (!GbFileExists(path) || missing_output(folder, stage)) return false;
  if (GbFileReadText(path, NULL, &text) != GB_OK) {
    GbErrorClear();
    return false;
  }
  cJSON *json = cJSON_Parse(text);
  bool good = json && read_json(json, record);
  cJSON_Delete(json);
  free(text);
  return good;
}

void GbRecordRemove(const char *folder, const GbStage *stage)
{
  char path[PATH_MAX];
  record_path(folder, stage, path);
  unlink(path);
}

GbStatus GbRecordWrite(const char *folder, const GbStage *stage, const char *petsc,
                       const GbRecord *record)
{
  char path[PATH_MAX];
  const char *missing = missing_output(folder, stage);
  if (missing)
    GB_FAIL(GB_ERR_ARG, "stage %s ended without its output %s/%s", stage->name, folder, missing);
  cJSON *json = cJSON_CreateObject();
  cJSON_AddStringToObject(json, "stage", stage->name);
  cJSON_AddStringToObject(json, "program", GbVersion());
  cJSON_AddStringToObject(json, "key", record->key);
  cJSON_AddNumberToObject(json, "wall_s", record->wall_s);
  if (stage->petsc) cJSON_AddStringToObject(json, "petsc_options", petsc);
  cJSON *outputs = cJSON_AddArrayToObject(json, "outputs");
  for (int i = 0; i < GB_STAGE_FILES_MAX && stage->outputs[i]; i++)
    cJSON_AddItemToArray(outputs, cJSON_CreateString(stage->outputs[i]));
  cJSON_AddItemToObject(json, "results", cJSON_Duplicate(record->results, 1));
  char *text = cJSON_Print(json);
  cJSON_Delete(json);
  if (!text) GB_FAIL(GB_ERR_MEMORY, "cannot format the record of stage %s", stage->name);
  record_path(folder, stage, path);
  GbStatus status = GbFileWriteText(path, text);
  cJSON_free(text);
  GB_CALL(status);
  return GB_OK;
}

void GbRecordFree(GbRecord *record)
{
  cJSON_Delete(record->results);
  record->results = NULL;
}
