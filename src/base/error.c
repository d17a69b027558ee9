/* One error record per thread: a message, a status and a trace of places. */
#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MESSAGE_SIZE = 2048, TRACE_SIZE = 4096, CACHE_LINE = 64, HUGE_PAGE = 1 << 21 };

static _Thread_local char message[MESSAGE_SIZE];
static _Thread_local char trace[TRACE_SIZE];

static const char *base_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

GbStatus GbErrorTrace(GbStatus status, const char *file, int line, const char *func)
{
  size_t used = strlen(trace);
  snprintf(trace + used, sizeof trace - used, "  %s:%d %s\n", base_name(file), line, func);
  return status;
}

GbStatus GbErrorSet(GbStatus status, const char *file, int line, const char *func, const char *fmt,
                    ...)
{
  char text[MESSAGE_SIZE]; /* arguments may point into the current message */
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  memcpy(message, text, sizeof text);
  trace[0] = '\0';
  return GbErrorTrace(status, file, line, func);
}

GbStatus GbErrorPrefix(GbStatus status, const char *fmt, ...)
{
  char context[MESSAGE_SIZE], text[2 * MESSAGE_SIZE + 2];
  va_list args;
  va_start(args, fmt);
  vsnprintf(context, sizeof context, fmt, args);
  va_end(args);
  snprintf(text, sizeof text, "%s: %s", context, message);
  text[MESSAGE_SIZE - 1] = '\0';
  memcpy(message, text, MESSAGE_SIZE);
  return status;
}

const char *GbErrorMessage(void)
{
  return message;
}

const char *GbErrorTraceText(void)
{
  return trace;
}

void GbErrorClear(void)
{
  message[0] = '\0';
  trace[0] = '\0';
}

const char *GbStatusName(GbStatus status)
{
  switch (status) {
  case GB_OK:
    return "ok";
  case GB_ERR_ARG:
    return "internal error";
  case GB_ERR_INPUT:
    return "input error";
  case GB_ERR_IO:
    return "file error";
  case GB_ERR_MEMORY:
    return "out of memory";
  case GB_ERR_NUMERIC:
    return "numerical error";
  case GB_ERR_LIBRARY:
    return "library error";
  case GB_ERR_STOPPED:
    return "stopped on request";
  }
  return "unknown status";
}

int GbExitCode(GbStatus status)
{
  if (status == GB_OK) return 0;
  if (status == GB_ERR_INPUT) return 1;
  return status == GB_ERR_STOPPED ? 3 : 2;
}

GbStatus GbErrorSync(MPI_Comm comm, GbStatus status)
{
  int rank, size, failing, first;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  failing = status == GB_OK ? size : rank;
  MPI_Allreduce(&failing, &first, 1, MPI_INT, MPI_MIN, comm);
  if (first == size) return GB_OK;
  int shared = (int)status;
  MPI_Bcast(&shared, 1, MPI_INT, first, comm);
  MPI_Bcast(message, MESSAGE_SIZE, MPI_CHAR, first, comm);
  MPI_Bcast(trace, TRACE_SIZE, MPI_CHAR, first, comm);
  return (GbStatus)shared;
}

GbStatus GbCalloc(void **pointer, size_t n, size_t size)
{
  *pointer = calloc(n > 0 ? n : 1, size);
  if (!*pointer) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %zu x %zu bytes", n, size);
  return GB_OK;
}

GbStatus GbCallocLarge(void **pointer, size_t n, size_t size)
{
  *pointer = NULL;
  const size_t wanted = n * size, boundary = wanted < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
  const size_t bytes = (wanted / boundary + 1) * boundary;
  if (size == 0 || n <= (SIZE_MAX - HUGE_PAGE) / size) *pointer = aligned_alloc(boundary, bytes);
  if (!*pointer) GB_FAIL(GB_ERR_MEMORY, "cannot allocate %zu x %zu bytes", n, size);
#ifdef MADV_HUGEPAGE
  if (boundary == HUGE_PAGE) (void)madvise(*pointer, bytes, MADV_HUGEPAGE);
#endif
  memset(*pointer, 0, bytes);
  return GB_OK;
}
