#include "cli/input.h"

#include "base/file.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const GbParam top_params[] = {
    {.key = "title",
     .type = GB_PARAM_TEXT,
     .offset = offsetof(GbInputTop, title),
     .by_default = "",
     .help = "Name of the run, for the summary and the report."},
    {.key = "seed",
     .type = GB_PARAM_INT,
     .offset = offsetof(GbInputTop, seed),
     .by_default = "1",
     .min = 0,
     .max = INFINITY,
     .help = "Seed of all random numbers: the same input and seed give the same results."},
    {0}};

const GbSection gb_top_section = {"", "The run as a whole.", top_params};

/* Sections of parts that this program was built without: the same input serves any build. */
static const GbSection ignored_sections[] = {
#ifndef GLASSBAND_MESOSCALE
    {"mesoscale", "Not in this build.", NULL},
    {"ensemble", "Not in this build.", NULL},
    {"hardness", "Not in this build.", NULL},
#endif
    {NULL, NULL, NULL}};

enum { SECTIONS_MAX = 2 * GB_STAGES_MAX + 4 };

/* One stage's sections: one or two. */
static int stage_sections(const GbInput *input, int s, GbSectionData sections[2])
{
  sections[0] = (GbSectionData){gb_stages[s]->section, input->configs[s]};
  if (!gb_stages[s]->also) return 1;
  sections[1] = (GbSectionData){gb_stages[s]->also, input->configs[s]};
  return 2;
}

/* needed[SECTIONS_MAX], of which only the sections of unselected stages are not; may be NULL. */
static int fill_sections(const GbInput *input, const bool *selected,
                         GbSectionData sections[SECTIONS_MAX], bool *needed)
{
  int n = 0;
  sections[n++] = (GbSectionData){&gb_top_section, (void *)&input->top};
  if (needed) needed[0] = true;
  for (int s = 0; s < gb_nstages; s++)
    for (int end = n + stage_sections(input, s, sections + n); n < end; n++)
      if (needed) needed[n] = selected[s];
  for (const GbSection *section = ignored_sections; section->name; section++)
    sections[n++] = (GbSectionData){section, NULL};
  return n;
}

static GbStatus allocate(GbInput *input)
{
  memset(input, 0, sizeof *input);
  for (int s = 0; s < gb_nstages; s++)
    GB_CALL(GbCalloc(&input->configs[s], 1, gb_stages[s]->config_size));
  return GB_OK;
}

void GbInputFree(GbInput *input)
{
  for (int s = 0; s < gb_nstages; s++) {
    free(input->configs[s]);
    free(input->texts[s]);
  }
  memset(input, 0, sizeof *input);
}

/* --- Paths --------------------------------------------------------------------------------------
 */

static const char *key_of(const GbStage *stage, const void *config, const char *field)
{
  for (const GbParam *param = stage->section->params; param->key; param++)
    if ((const char *)config + param->offset == field) return param->key;
  return "?";
}

static void folder_of(const char *path, size_t size, char *folder)
{
  const char *slash = strrchr(path, '/');
  snprintf(folder, size, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
}

/* Replaces the path in `field` (a text key of the stage) by an absolute one. */
static GbStatus resolve(const GbStage *stage, const void *config, const char *input_path,
                        char *field)
{
  char folder[PATH_MAX], beside[2 * PATH_MAX], found[PATH_MAX];
  folder_of(input_path, sizeof folder, folder);
  snprintf(beside, sizeof beside, "%s/%s", field[0] == '/' ? "" : folder, field);
  if (!realpath(beside, found) && !realpath(field, found))
    GB_FAIL(GB_ERR_INPUT, "%s: %s.%s: expected a file, found none named \"%s\"%s%s", input_path,
            stage->section->name, key_of(stage, config, field), field,
            field[0] == '/' ? "" : ", neither in the current folder nor in ",
            field[0] == '/' ? "" : folder);
  if (strlen(found) >= GB_TEXT_MAX)
    GB_FAIL(GB_ERR_INPUT, "%s: %s.%s: the path is too long: %s", input_path, stage->section->name,
            key_of(stage, config, field), found);
  strcpy(field, found);
  return GB_OK;
}

static GbStatus resolve_paths(const GbStage *stage, void *config, const char *input_path)
{
  const char *paths[GB_STAGE_FILES_MAX];
  int n = stage->input_files ? stage->input_files(config, paths) : 0;
  for (int i = 0; i < n; i++) /* the paths lie in our own, writable config */
    GB_CALL(resolve(stage, config, input_path, (char *)config + (paths[i] - (char *)config)));
  return GB_OK;
}

/* --- Loading ------------------------------------------------------------------------------------
 */

static bool is_idle(const GbStage *stage, const char *key)
{
  for (const char *const *idle = stage->idle_keys; idle && *idle; idle++)
    if (strcmp(*idle, key) == 0) return true;
  return false;
}

/* The keys of a section that change results, as another section. `params` is the caller's to free.
 */
static GbStatus without_idle_keys(const GbStage *stage, const GbSection *whole, GbSection *part)
{
  GbParam *params;
  int n = 0;
  while (whole->params[n].key)
    n++;
  GB_CALLOC(params, n + 1);
  n = 0;
  for (const GbParam *param = whole->params; param->key; param++)
    if (!is_idle(stage, param->key)) params[n++] = *param;
  *part = (GbSection){whole->name, whole->help, params};
  return GB_OK;
}

static GbStatus format_stage(GbInput *input, int s)
{
  GbSection parts[2] = {{NULL, NULL, NULL}, {NULL, NULL, NULL}};
  GbSectionData own[2];
  const int n = stage_sections(input, s, own);
  GbStatus status = GB_OK;
  for (int i = 0; i < n && status == GB_OK; i++) {
    status = without_idle_keys(gb_stages[s], own[i].section, &parts[i]);
    own[i].section = &parts[i];
  }
  if (status == GB_OK) status = GbConfigFormat(own, n, false, &input->texts[s]);
  free((void *)parts[0].params);
  free((void *)parts[1].params);
  GB_CALL(status);
  return GB_OK;
}

static GbStatus load(const char *path, const char *const *sets, int nsets, const bool *selected,
                     GbInput *input)
{
  GbSectionData sections[SECTIONS_MAX];
  bool needed[SECTIONS_MAX] = {false};
  GB_CALL(allocate(input));
  int n = fill_sections(input, selected, sections, needed);
  GB_CALL(GbConfigLoadSome(path, sets, nsets, sections, n, needed));
  for (int s = 0; s < gb_nstages; s++) {
    GB_CALL(format_stage(input, s));
    if (!selected[s]) continue;
    GB_CALL(resolve_paths(gb_stages[s], input->configs[s], path));
    if (!gb_stages[s]->validate) continue;
    GbStatus status = gb_stages[s]->validate(input->configs[s]);
    if (status == GB_ERR_INPUT) GbErrorPrefix(status, "%s", path);
    GB_CALL(status);
  }
  return GB_OK;
}

GbStatus GbInputLoad(const char *path, const char *const *sets, int nsets, const bool *selected,
                     GbInput *input)
{
  GbStatus status = load(path, sets, nsets, selected, input);
  if (status != GB_OK) GbInputFree(input);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbInputShare(MPI_Comm comm, GbInput *input)
{
  int rank;
  MPI_Comm_rank(comm, &rank);
  GB_CALL(GbErrorSync(comm, rank == 0 ? GB_OK : allocate(input)));
  MPI_Bcast(&input->top, sizeof input->top, MPI_BYTE, 0, comm);
  for (int s = 0; s < gb_nstages; s++)
    MPI_Bcast(input->configs[s], (int)gb_stages[s]->config_size, MPI_BYTE, 0, comm);
  return GB_OK;
}

GbStatus GbInputFormat(const GbInput *input, bool with_help, char **yaml)
{
  GbSectionData sections[SECTIONS_MAX];
  int n = fill_sections(input, NULL, sections, NULL);
  GB_CALL(GbConfigFormat(sections, n, with_help, yaml));
  return GB_OK;
}
