#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const char *transcript(struct script *script)
{
    struct arena *arena = &script->arena;
    const char *text = "";

    for (int i = 0; i < script->call_count; i++) {
        const char *object = script->objects[i];

        text = arena_printf(arena, "%s%s [%s] %s\n", text, script->calls[i], object == NULL ? "" : object,
                            script->args[i] == NULL ? "-" : value_json(arena, script->args[i]));
    }
    for (int i = 0; i < script->line_count; i++) {
        text = arena_printf(arena, "%s%s\n", text, script->lines[i]);
    }
    return text;
}

void expect_transcript(struct script *script, const char *text, const char *file, int line)
{
    const char *got = transcript(script);

    if (strcmp(got, text) != 0) {
        size_t same = 0;

        while (got[same] != '\0' && got[same] == text[same]) {
            same++;
        }
        print_error("%s:%d: got\n%.*s-->%s", file, line, (int)same, got, got + same);
        _fail(file, line);
    }
    script_forget(script);
}
