/* glassband validate: the effective input with the help as comments, if it is good. */
#include "cli/commands.h"
#include "cli/input.h"

#include <stdlib.h>

GbStatus GbCommandValidate(const GbOptions *options)
{
  bool all[GB_STAGES_MAX];
  GbInput input;
  char *yaml;
  for (int s = 0; s < GB_STAGES_MAX; s++)
    all[s] = true;
  GB_CALL(GbInputLoad(options->positional[0], options->sets, options->nsets, all, &input));
  GbStatus status = GbInputFormat(&input, true, &yaml);
  GbInputFree(&input);
  GB_CALL(status);
  fputs(yaml, stdout);
  free(yaml);
  return GB_OK;
}
