#include "mesoscale/elasticity/petsc_options.h"

#include "base/log.h"
#include "mesoscale/petsc_compat.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What only looks at a computation. All else counts as changing it: a key too many is cheap. */
static const char *const looking_words[] = {"monitor", "_view", "converged_reason", NULL};
static const char *const looking_starts[] = {"-log_",
                                             "-info",
                                             "-malloc",
                                             "-options_left",
                                             "-options_view",
                                             "-on_error_",
                                             "-error_output",
                                             "-fp_trap",
                                             "-memory_",
                                             "-no_signal_handler",
                                             "-check_pointer_",
                                             "-get_total_",
                                             "-version",
                                             "-help",
                                             "-history",
                                             "-display",
                                             "-saws",
                                             "-viewer_",
                                             "-debug",
                                             "-start_in_debugger",
                                             "-stop_for_debug",
                                             "-petsc_ci",
                                             "-objects_dump",
                                             "-mpi_return_on_error",
                                             NULL};

static bool only_looks(const char *name)
{
  for (int i = 0; looking_starts[i]; i++)
    if (strncmp(name, looking_starts[i], strlen(looking_starts[i])) == 0) return true;
  for (int i = 0; looking_words[i]; i++)
    if (strstr(name, looking_words[i])) return true;
  return false;
}

static bool is_name(const char *word) /* not a negative number */
{
  return word[0] == '-' && (isalpha((unsigned char)word[1]) || word[1] == '_');
}

static int by_text(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cuts "-a 1 -b -c 2" in place: options[i] begins with a name; returns their number. */
static int cut(char *all, char **options)
{
  int n = 0;
  for (char *word = all, *next; *word; word = next) {
    size_t length = strcspn(word, " ");
    next = word + length + (word[length] == ' ');
    if (is_name(word)) {
      if (word > all) word[-1] = '\0'; /* ends the option before */
      const char end = word[length];
      word[length] = '\0';
      if (!only_looks(word)) options[n++] = word;
      word[length] = end;
    }
  }
  return n;
}

static GbStatus join(char *all, char **text)
{
  char **options;
  const size_t size = strlen(all) + 2;
  GB_CALLOC(options, size / 2 + 1);
  const int n = cut(all, options);
  qsort(options, (size_t)n, sizeof *options, by_text);
  GbStatus status = GbCalloc((void **)text, size, 1);
  for (int i = 0; i < n && status == GB_OK; i++) {
    char *end = options[i] + strlen(options[i]);
    while (end > options[i] && end[-1] == ' ')
      *--end = '\0';
    strcat(strcat(*text, options[i]), "\n");
  }
  free(options);
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbPetscOptionsText(char **text)
{
  char *all = NULL;
  *text = NULL;
  GB_PETSC(PetscOptionsGetAll(NULL, &all));
  GbStatus status = join(all, text);
  GB_PETSC(PetscFree(all));
  GB_CALL(status);
  return GB_OK;
}

GbStatus GbPetscOptionsWarnUnused(int *n)
{
  PetscInt left = 0;
  char **names, **values;
  GB_PETSC(PetscOptionsLeftGet(NULL, &left, &names, &values));
  *n = 0;
  for (PetscInt i = 0; i < left; i++) {
    char name[256];
    snprintf(name, sizeof name, "-%s", names[i]);
    if (only_looks(name)) continue;
    (*n)++;
    GbLogWarn(
        "nothing has used the PETSc option %s%s%s: misspelt, or of a solver that this run does "
        "not have?",
        name, values[i] ? " " : "", values[i] ? values[i] : "");
  }
  GB_PETSC(PetscOptionsLeftRestore(NULL, &left, &names, &values));
  return GB_OK;
}
