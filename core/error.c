#include "core/error.h"

const struct error *error_new(struct arena *arena, const char *name, const char *format, ...)
{
    struct error *error = arena_alloc(arena, sizeof *error);
    va_list arguments;

    va_start(arguments, format);
    error->message = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    error->name = name;
    return error;
}

const struct error *error_with_status(struct arena *arena, int status, const char *code, const char *format, ...)
{
    struct error *error = arena_alloc(arena, sizeof *error);
    va_list arguments;

    va_start(arguments, format);
    error->message = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    error->name = "Error";
    error->status = status;
    error->code = code;
    return error;
}

const struct error *error_copy(struct arena *arena, const struct error *error)
{
    if (error == NULL) {
        return NULL;
    }
    struct error *copy = arena_alloc(arena, sizeof *copy);

    copy->name = arena_string(arena, error->name);
    copy->message = arena_string(arena, error->message);
    copy->code = error->code == NULL ? NULL : arena_string(arena, error->code);
    copy->status = error->status;
    return copy;
}

const char *error_text(struct arena *arena, const struct error *error)
{
    return arena_printf(arena, "%s: %s", error->name, error->message);
}

const struct value *error_value(struct arena *arena, const struct error *error)
{
    return OBJECT(arena, {"message", value_string(arena, error->message)},
                  {"status", error->status != 0 ? value_number(arena, error->status) : NULL},
                  {"code", value_string(arena, error->code)});
}
