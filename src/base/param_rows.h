/* Rows of a parameter table (base/config.h) whose key is the name of the field. Only for the .c
 * files that hold such tables: each defines AT(field) as the field's offset in its own struct. */
#ifndef GB_BASE_PARAM_ROWS_H
#define GB_BASE_PARAM_ROWS_H

#include "base/config.h"

#define REAL(field, by_default, min, max, help)                                                    \
  {                                                                                                \
#field, GB_PARAM_DOUBLE, AT(field), by_default, min, max, NULL, help                           \
  }
#define WHOLE(field, by_default, min, max, help)                                                   \
  {                                                                                                \
#field, GB_PARAM_INT, AT(field), by_default, min, max, NULL, help                              \
  }
#define LIST(field, by_default, min, max, help)                                                    \
  {                                                                                                \
#field, GB_PARAM_LIST, AT(field), by_default, min, max, NULL, help                             \
  }
#define CHOICE(field, by_default, choices, help)                                                   \
  {                                                                                                \
#field, GB_PARAM_CHOICE, AT(field), by_default, 0, 0, choices, help                            \
  }

#endif
