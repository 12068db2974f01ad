/* What pure functions of values gave before. A node that fails to start an app reads, opens and formats the same record
 * every 30 s: the results of the first are kept, so many and no more, which bounds the memory that they take.
 *
 * A memo is no state: what it holds changes no effect, no answer and no order, so that its accesses are not reported
 * and node_hash() leaves it out.
 */
#ifndef DRYDOCK_CORE_MEMO_H
#define DRYDOCK_CORE_MEMO_H

#include "core/value.h"

enum { MEMO_PLACES = 64, MEMO_COUNT_MAX = 32 };

/* The function; its argument goes in as a hash. */
enum memo_id { MEMO_KEY_QUESTION, MEMO_KEY_ANSWER, MEMO_DECRYPTED, MEMO_FORMATTED, MEMO_FORMATTED_RECORD };

struct memo {
    struct {
        uint64_t hash;             /* of function and argument */
        const struct value *value; /* NULL: the place is free */
    } places[MEMO_PLACES];         /* open addressing */
    uint32_t count;
};

/* What the function gives for the argument; NULL: not known. */
const struct value *memo_find(const struct memo *memo, enum memo_id id, uint64_t argument);
/* Keeps what it gave, not NULL, which memo_find() did not know: a copy in `memory`, which must live as long as the
 * memo. Returns the copy, or `value` itself when the memo is full. */
const struct value *memo_keep(struct memo *memo, struct arena *memory, enum memo_id id, uint64_t argument,
                              const struct value *value);

#endif
