/* UTF-8 (RFC 3629). What comes over a wire need not be it, and what is written as JSON or XML must be. */
#ifndef DRYDOCK_CORE_UTF8_H
#define DRYDOCK_CORE_UTF8_H

#include <stddef.h>

/* Stands for bytes that are none, as in Go's encoding/json: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* Length in bytes of the character that begins here, of which at most `rest` bytes are there (more than 0); 0: it is
 * none. */
size_t utf8_length(const char *text, size_t rest);

#endif
