#include "sim/cli/repro_file.h"

#include "reports/trace.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"

#include <stdio.h>
#include <stdlib.h>

static bool refuse(struct arena *arena, const struct scenario *scenario, struct json_place place, const char *what)
{
    fprintf(stderr, "%s\n", mistake_line(arena, scenario->file, place, what));
    return false;
}

/* The text is read again: a scenario does not remember where its parts stood. */
static struct json_place place_in_file(const char *file, const struct json_path *path)
{
    size_t length = 0;
    char *text = file_text(file, JSON_SIZE_MAX, &length);
    const struct json_place place = text == NULL ? (struct json_place){1, 1} : json_locate(text, length, path, false);

    free(text);
    return place;
}

bool read_repro(struct arena *arena, const struct scenario *scenario, struct repro_steps *steps)
{
    uint32_t line = 0;

    if (!scenario->has_course) {
        return refuse(arena, scenario, (struct json_place){1, 1},
                      "this is no repro, expected a scenario with a \"course\"");
    }
    if (!repro_steps_read(arena, scenario->found.steps, steps, &line)) {
        const struct json_path root = {NULL, NULL, 0};
        const struct json_path found = {&root, "found", 0};
        const struct json_path list = {&found, "steps", 0};
        const struct json_path item = {&list, NULL, line};

        return refuse(arena, scenario, place_in_file(scenario->file, &item),
                      arena_printf(arena, "%s is %s, expected \"TASK: STEP; STEP\"", json_path_text(arena, &item),
                                   trace_shown(arena, value_at(scenario->found.steps, line))));
    }
    return true;
}
