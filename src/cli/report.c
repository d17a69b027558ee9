/* glassband report: figures and one page, drawn by viz/report.py. */
#include "base/file.h"
#include "cli/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

/* Runs a program and waits. *code is its exit code, or 128 + signal. quiet: without its output. */
static GbStatus run_program(char *const *argv, bool quiet, int *code)
{
  pid_t child;
  int state;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (quiet) {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  }
  int cause = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (cause) GB_FAIL(GB_ERR_LIBRARY, "cannot start %s: %s", argv[0], strerror(cause));
  while (waitpid(child, &state, 0) < 0)
    if (errno != EINTR)
      GB_FAIL(GB_ERR_LIBRARY, "lost the process %s: %s", argv[0], strerror(errno));
  *code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return GB_OK;
}

/* The packages h5py and matplotlib are Debian's, so its interpreter goes before another python3
 * that may stand first in PATH. */
static char *interpreter(void)
{
  char *chosen = getenv("GLASSBAND_PYTHON");
  if (chosen && *chosen) return chosen;
  return GbFileExists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}

GbStatus GbCommandReport(const GbOptions *options)
{
  int code;
  char *python = interpreter();
  char script[PATH_MAX];
  const char *viz = getenv("GLASSBAND_VIZ");
  snprintf(script, sizeof script, "%s/report.py", viz && *viz ? viz : GLASSBAND_VIZ_DIR);
  if (!GbFileExists(options->positional[0]))
    GB_FAIL(GB_ERR_INPUT, "expected the output folder of a run, found no %s",
            options->positional[0]);
  if (!GbFileExists(script))
    GB_FAIL(GB_ERR_LIBRARY, "cannot find %s (set GLASSBAND_VIZ to the folder of report.py)",
            script);
  GB_CALL(run_program((char *[]){python, "-c", "import h5py, matplotlib", NULL}, true, &code));
  if (code != 0)
    GB_FAIL(GB_ERR_LIBRARY,
            "%s cannot import h5py and matplotlib (Debian packages python3-h5py and "
            "python3-matplotlib; GLASSBAND_PYTHON names another interpreter)",
            python);
  char *const argv[] = {python, script, (char *)options->positional[0], NULL};
  GB_CALL(run_program(argv, false, &code));
  if (code != 0)
    GB_FAIL(code == 1 ? GB_ERR_INPUT : GB_ERR_LIBRARY, "%s %s failed with exit code %d", script,
            options->positional[0], code);
  return GB_OK;
}
