/* Content hashes (SHA-256 by libmd), for stage keys and provenance. */
#ifndef GB_BASE_HASH_H
#define GB_BASE_HASH_H

#include "base/error.h"

#include <stddef.h>

enum { GB_HASH_SIZE = 65 }; /* 64 hexadecimal digits and the terminator */

GbStatus GbHashFile(const char *path, char hex[GB_HASH_SIZE]); /* GB_ERR_INPUT if unreadable */
void GbHashText(const char *text, char hex[GB_HASH_SIZE]);

/* Of many pieces: create, add, finish (which frees it). */
typedef struct GbHash GbHash;
GbStatus GbHashCreate(GbHash **hash);
void GbHashAdd(GbHash *hash, const void *bytes, size_t n);
void GbHashFinish(GbHash **hash, char hex[GB_HASH_SIZE]);

#endif
