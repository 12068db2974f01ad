/* The heap, and the one way to end when it is used up.
 *
 * Who cannot go on without memory takes it here, and checks nothing: without memory the program prints one line to
 * standard error and ends with exit status 3 (the exit handlers run). Who can go on (a server that turns one client
 * away) calls malloc(). What is taken here is given back with free().
 */
#ifndef DRYDOCK_CORE_HEAP_H
#define DRYDOCK_CORE_HEAP_H

#include <stddef.h>

_Noreturn void heap_is_out(void);
/* `size` bytes, with anything in them; never NULL. */
void *heap_take(size_t size);
/* `count` times `size` bytes, zeroed; never NULL. */
void *heap_take_zeroed(size_t count, size_t size);
/* realloc(); never NULL. `size` must not be 0. */
void *heap_resize(void *memory, size_t size);
/* A copy of the text. */
char *heap_string(const char *text);

/* From now on, cJSON takes its memory here: half a document is never taken for a whole one. */
void heap_serves_json(void);
/* So does libcrypto: what could not be decrypted for want of memory is never taken for what cannot be decrypted. Before
 * it is used for the first time; later it is too late, and nothing changes (OpenSSL, CRYPTO_set_mem_functions(3)). */
void heap_serves_crypto(void);

#endif
