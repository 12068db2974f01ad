/* A file's whole text. */
#ifndef DRYDOCK_SIM_SCENARIO_FILE_TEXT_H
#define DRYDOCK_SIM_SCENARIO_FILE_TEXT_H

#include <stddef.h>

/* The file's bytes (malloc; not NUL-terminated), or NULL with errno. At most `size_max` + 1 of them are read, so
 * *length > size_max says that there is more. */
char *file_text(const char *path, size_t size_max, size_t *length);

#endif
