#include "sim/search/explore_repros.h"

#include "core/value.h"
#include "sim/search/bench.h"
#include "sim/search/repro.h"
#include "sim/search/repro_name.h"
#include "sim/search/shrink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    const struct exploration *exploration;
    const struct explore_options *options;
    const struct repro_options *repro_options;
    const char **names; /* of the files, per finding */
};

/* "03-container-lost-install-docker-containers-prune" */
static const char *slug(struct arena *arena, const char *words)
{
    enum { SLUG_MAX = 72 };
    char *text = arena_string(arena, words);
    size_t length = 0;

    for (const char *from = text; *from != '\0' && length < SLUG_MAX; from++) {
        bool plain = (*from >= 'a' && *from <= 'z') || (*from >= '0' && *from <= '9');

        if (plain || (*from >= 'A' && *from <= 'Z')) {
            text[length++] = *from;
        } else if (length > 0 && text[length - 1] != '-') {
            text[length++] = '-';
        }
    }
    while (length > 0 && text[length - 1] == '-') {
        length--;
    }
    text[length] = '\0';
    return text;
}

/* What the file of a finding is called. */
static const char *name_of(const struct writing *writing, struct arena *arena, uint32_t index)
{
    const struct repro_options *options = writing->repro_options;
    const char *revision = writing->options->revision->name;
    const char *fingerprint = writing->exploration->found[index].fingerprint;
    const struct repro_identity identity = {options->scenario, revision, writing->options->without, fingerprint};
    const char *stem = slug(arena, arena_printf(arena, "%02u-%s", index + 1, fingerprint));
    const char *stage = slug(arena, options->scenario);
    const char *with_release = arena_printf(arena, "%s-%s", stem, revision);
    const char *name = options->names_release ? with_release : stem;
    const char *const names[] = {name, arena_printf(arena, "%s-%s", stage, name),
                                 arena_printf(arena, "%s-%s", stage, with_release)};

    return options->directory == NULL
               ? name
               : repro_name(arena, options->directory, names, sizeof names / sizeof names[0], &identity);
}

static bool should_stop(void *context)
{
    const struct writing *writing = context;

    return atomic_load(&writing->options->shared->stop);
}

static const struct value *optional(struct arena *arena, const char *text)
{
    return value_string(arena, text);
}

static const char *work(void *context, uint32_t index, struct arena *arena)
{
    const struct writing *writing = context;
    const struct explore_options *options = writing->options;
    const struct found *found = &writing->exploration->found[index];
    struct shrinkable what = {writing->repro_options->tree, found->plan, found->course};
    struct shrink_options shrink_options = {options->revision, options->without, writing->repro_options->tries_max,
                                            context, should_stop};
    struct shrunk shrunk;
    struct scenario_mistake mistake = {NULL};
    struct memory memory;

    shrink(&what, found->fingerprint, writing->repro_options->file, &shrink_options, arena, &shrunk);
    const char *name = writing->names[index];
    struct repro repro = {.tree = what.tree,
                          .name = name,
                          .scenario = writing->repro_options->scenario,
                          .file = repro_file(arena, writing->repro_options->directory, name),
                          .revision = options->revision,
                          .without = options->without,
                          .plan = &what.plan,
                          .turns = what.course.turns,
                          .turn_count = what.course.count,
                          .fingerprint = found->fingerprint,
                          .oracle = found->oracle,
                          .why = shrunk.shows ? shrunk.why : found->why,
                          .message = shrunk.shows ? shrunk.message : found->message};

    bench_memory_init(&memory);
    const char *text = repro_text(arena, &repro, &memory, &mistake);

    memory_free(&memory);
    return value_json(
        arena,
        OBJECT(arena, {"text", optional(arena, text)}, {"trouble", optional(arena, text == NULL ? mistake.text : NULL)},
               {"message", value_string(arena, repro.message)}, {"why", value_string(arena, repro.why)},
               {"switches", value_number(arena, what.course.count)}, {"mishaps", value_number(arena, what.plan.count)},
               {"tries", value_number(arena, shrunk.tries)}, {"minimal", value_bool(shrunk.minimal)}));
}

static void tick(void *context)
{
    const struct writing *writing = context;

    if (writing->options->tick != NULL) {
        writing->options->tick(writing->options->context);
    }
}

void explore_repros(const struct exploration *exploration, const struct explore_options *options,
                    const struct repro_options *repro_options, struct arena *arena, struct found_repro *repros)
{
    const char **names = arena_alloc(arena, (exploration->found_count + 1) * sizeof *names);
    struct writing writing = {exploration, options, repro_options, names};
    struct workers workers = {options->jobs, options->shared, &writing, work, tick};
    const char **texts = arena_alloc(arena, (exploration->found_count + 1) * sizeof *texts);

    /* Who stopped the search still wants what it found: from here on it means no more shrinking. */
    bool stopped = atomic_exchange(&options->shared->stop, false);
    struct repro_options quick = *repro_options;

    quick.tries_max = stopped ? 1 : repro_options->tries_max;
    writing.repro_options = &quick;
    for (uint32_t i = 0; i < exploration->found_count; i++) {
        names[i] = name_of(&writing, arena, i);
    }
    if (!workers_run(&workers, exploration->found_count, arena, texts)) {
        fprintf(stderr, "drydock: no workers: %s\n", strerror(errno));
        exit(3);
    }
    for (uint32_t i = 0; i < exploration->found_count; i++) {
        const struct value *value = texts[i] == NULL ? NULL : value_parse(arena, texts[i], strlen(texts[i]));

        repros[i] = (struct found_repro){.name = names[i],
                                         .text = value_get_text(value, "text"),
                                         .trouble = value == NULL ? "stopped before it was written"
                                                                  : value_get_text(value, "trouble"),
                                         .message = value_get_text(value, "message"),
                                         .why = value_get_text(value, "why"),
                                         .switches = (uint32_t)value_get_number(value, "switches", 0),
                                         .mishaps = (uint32_t)value_get_number(value, "mishaps", 0),
                                         .tries = (uint32_t)value_get_number(value, "tries", 0),
                                         .minimal = value_truthy(value_get(value, "minimal"))};
        if (repros[i].message == NULL) {
            repros[i].message = exploration->found[i].message;
            repros[i].why = exploration->found[i].why;
        }
    }
}
