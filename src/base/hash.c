#include "base/hash.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sha2.h>
#include <sys/types.h> /* libmd's header does not include what it uses */

GbStatus GbHashFile(const char *path, char hex[GB_HASH_SIZE])
{
  errno = 0;
  if (!SHA256File(path, hex))
    GB_FAIL(GB_ERR_INPUT, "cannot read %s: %s", path, errno ? strerror(errno) : "unknown reason");
  return GB_OK;
}

void GbHashText(const char *text, char hex[GB_HASH_SIZE])
{
  SHA256Data((const uint8_t *)text, strlen(text), hex);
}
