/* Errors with location and context.
 *
 * Every function that can fail returns a GbStatus. The first failure records one message (what was
 * expected, what was found, where); each caller on the way up adds its place to a trace by wrapping
 * the call in GB_CALL. Nothing here prints or exits: the command line does, once.
 *
 * Thread safety: the record is per thread; raise errors outside OpenMP regions, or reduce a status
 * and raise it after the region. */
#ifndef GB_BASE_ERROR_H
#define GB_BASE_ERROR_H

#include <mpi.h>

typedef enum {
  GB_OK = 0,
  GB_ERR_ARG,     /* a caller's mistake (wrong use of a function) */
  GB_ERR_INPUT,   /* the user's input is wrong: exit code 1 */
  GB_ERR_IO,      /* a file cannot be read or written during a run */
  GB_ERR_MEMORY,  /* out of memory */
  GB_ERR_NUMERIC, /* NaN, lost atom, no convergence */
  GB_ERR_LIBRARY, /* a library reported an error */
  GB_ERR_STOPPED, /* stopped on request (signal, time limit): exit code 3, not a failure */
} GbStatus;

/* Records a new error (replacing an older record) and returns `status`. Use GB_FAIL. */
GbStatus GbErrorSet(GbStatus status, const char *file, int line, const char *func, const char *fmt,
                    ...) __attribute__((format(printf, 5, 6)));
/* Adds one place to the trace of the current error and returns `status`. Use GB_CALL. */
GbStatus GbErrorTrace(GbStatus status, const char *file, int line, const char *func);
/* Puts "context: " in front of the current message (for instance the file being read). */
GbStatus GbErrorPrefix(GbStatus status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Message of the current error (empty string if none). Borrowed; valid until the next error. */
const char *GbErrorMessage(void);
/* Trace of the current error, one "file:line function" per line. Borrowed. */
const char *GbErrorTraceText(void);
/* Name of a status, such as "input error". Static. */
const char *GbStatusName(GbStatus status);
void GbErrorClear(void);
/* Process exit code that a status stands for: 0 done, 1 bad usage or input, 2 failed, 3 stopped. */
int GbExitCode(GbStatus status);

/* Collective. Returns the same status on all ranks of `comm`: GB_OK if all passed GB_OK, else the
 * status of the lowest failing rank, whose message is copied to all ranks. Use it after work that
 * only some ranks do (reading a file on rank 0), so that all ranks fail together. */
GbStatus GbErrorSync(MPI_Comm comm, GbStatus status);

#define GB_FAIL(status, ...) return GbErrorSet((status), __FILE__, __LINE__, __func__, __VA_ARGS__)

#define GB_CALL(call)                                                                              \
  do {                                                                                             \
    GbStatus gb_status_ = (call);                                                                  \
    if (gb_status_ != GB_OK) return GbErrorTrace(gb_status_, __FILE__, __LINE__, __func__);        \
  } while (0)

/* For functions that must free things: stores the status in `status` and jumps to `label`. */
#define GB_TRY(status, call, label)                                                                \
  do {                                                                                             \
    (status) = (call);                                                                             \
    if ((status) != GB_OK) {                                                                       \
      GbErrorTrace((status), __FILE__, __LINE__, __func__);                                        \
      goto label;                                                                                  \
    }                                                                                              \
  } while (0)

/* Allocates n zeroed items; on failure returns GB_ERR_MEMORY from the calling function. */
#define GB_CALLOC(pointer, n)                                                                      \
  GB_CALL(GbCalloc((void **)&(pointer), (size_t)(n), sizeof(*(pointer))))

#include <stddef.h>
/* Zeroed memory for n items; n = 0 gives a valid pointer. Freed with free(). */
GbStatus GbCalloc(void **pointer, size_t n, size_t size);
/* The same for large arrays in hot loops: starts at a cache line, and asks for huge pages, as most
 * of the time of scattered reads would be spent on finding pages. */
GbStatus GbCallocLarge(void **pointer, size_t n, size_t size);

#endif
