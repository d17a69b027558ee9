#include "base/hash.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

struct GbHash {
  SHA2_CTX sha;
};

GbStatus GbHashCreate(GbHash **hash)
{
  GB_CALLOC(*hash, 1);
  SHA256Init(&(*hash)->sha);
  return GB_OK;
}

void GbHashAdd(GbHash *hash, const void *bytes, size_t n)
{
  SHA256Update(&hash->sha, bytes, n);
}

void GbHashFinish(GbHash **hash, char hex[GB_HASH_SIZE])
{
  SHA256End(&(*hash)->sha, hex);
  free(*hash);
  *hash = NULL;
}
