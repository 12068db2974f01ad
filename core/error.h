/* Errors are values that cannot be ignored: NULL is success, anything else is a JavaScript throw on its way to the
 * handler that the specification names. They live in the task's arena.
 */
#ifndef DRYDOCK_CORE_ERROR_H
#define DRYDOCK_CORE_ERROR_H

#include "core/arena.h"
#include "core/value.h"

struct error {
    const char *name;    /* "Error", "TypeError", "ReferenceError", "MongoServerError" … */
    const char *message; /* never NULL */
    const char *code;    /* "ECONNREFUSED", "ETIMEDOUT" …; NULL when there is none */
    int status;          /* HTTP status, exit status of a command or server code; 0 when there is none */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* Passes a throw on to the caller. */
#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        const struct error *try_error_ = (expression);                                                                 \
        if (try_error_ != NULL) {                                                                                      \
            return try_error_;                                                                                         \
        }                                                                                                              \
    } while (0)

/* Builds an error with a formatted message. */
const struct error *error_new(struct arena *arena, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4), returns_nonnull));
const struct error *error_with_status(struct arena *arena, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5), returns_nonnull));
/* Deep copy into another arena. NULL gives NULL. */
const struct error *error_copy(struct arena *arena, const struct error *error);
/* `<name>: <message>`, as String(error) reads. */
const char *error_text(struct arena *arena, const struct error *error);
/* {"message", "status", "code"} with what the error has: the form of the recordings' `err`. */
const struct value *error_value(struct arena *arena, const struct error *error);

#endif
