#include "cli/output.h"

#include "base/file.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

bool GbOutputSameFile(const char *a, const char *b)
{
  struct stat first, second;
  return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/* `name` without the selection of a frame, unless a file has the whole name. */
static void file_of(const char *name, char path[PATH_MAX])
{
  const char *at = GbFileExists(name) ? NULL : strrchr(name, '@');
  snprintf(path, PATH_MAX, "%.*s", at ? (int)(at - name) : PATH_MAX - 1, name);
}

static GbStatus check_input(const char *output, const char *name)
{
  char path[PATH_MAX], aside[PATH_MAX];
  if (!name) return GB_OK;
  file_of(name, path);
  snprintf(aside, sizeof aside, "%s.tmp", output); /* what every writer makes first */
  if (strcmp(path, output) == 0 || GbOutputSameFile(path, output))
    GB_FAIL(GB_ERR_INPUT, "-o %s: expected another file than those that are read, found %s", output,
            name);
  if (GbOutputSameFile(path, aside))
    GB_FAIL(GB_ERR_INPUT,
            "-o %s: is written as %s, which is read: expected another name for one of them", output,
            aside);
  return GB_OK;
}

GbStatus GbOutputCheck(const GbOptions *options)
{
  for (int i = 0; i < options->npositional; i++)
    GB_CALL(check_input(options->output, options->positional[i]));
  GB_CALL(check_input(options->output, options->potential));
  return GB_OK;
}
