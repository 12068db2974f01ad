#include "sim/cli/run_files.h"

#include "sim/cli/recordings.h"
#include "sim/scenario/file_text.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LINE = 64 }; /* bytes: what a file is shows there */

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static bool say(const char *path, unsigned line, unsigned column, const char *message)
{
    struct arena scratch;

    arena_init(&scratch, arena_source_malloc());
    fprintf(stderr, "%s\n", mistake_line(&scratch, path, (struct json_place){line, column}, message));
    arena_reset(&scratch);
    return false;
}

/* Whether every line is good JSON. */
static bool check_lines(const char *path, const char *text, size_t length)
{
    struct arena scratch;
    struct json_mistake mistake = {.message = NULL};
    bool good = true;
    unsigned line = 1;

    arena_init(&scratch, arena_source_malloc());
    for (size_t at = 0; at < length && good; line++) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line_length = end == NULL ? length - at : (size_t)(end - text) - at;

        good = json_check(&scratch, "the line", text + at, line_length, &mistake) ||
               say(path, line + mistake.place.line - 1, mistake.place.column, mistake.message);
        arena_reset(&scratch);
        at += line_length + 1;
    }
    return good;
}

/* Where a line begins, counted from 1; the end when there are not so many. */
static const char *line_at(const char *text, size_t length, uint32_t line)
{
    const char *end = text + length;

    for (; line > 1 && text < end; line--) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));

        text = newline == NULL ? end : newline + 1;
    }
    return text;
}

static unsigned column_of_member(const char *line, const char *end, const char *member)
{
    const struct json_path root = {NULL, NULL, 0};
    const struct json_path path = {&root, member, 0};
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    size_t length = (size_t)((newline == NULL ? end : newline) - line);

    return member == NULL ? 1 : json_locate(line, length, &path, false).column;
}

static bool read_trace(struct arena *arena, struct run_file *file, const char *text, size_t length)
{
    struct trace_mistake mistake = {0};

    if (!check_lines(file->path, text, length)) {
        return false;
    }
    if (!trace_read(arena, file->path, text, length, &file->trace, &mistake)) {
        const char *line = line_at(text, length, mistake.line);

        return say(file->path, mistake.line, column_of_member(line, text + length, mistake.member), mistake.message);
    }
    return true;
}

static bool read_scenario(struct arena *arena, struct run_file *file, const char *text, size_t length)
{
    struct scenario_mistake mistake = {NULL};

    file->scenario = scenario_parse(arena, file->path, text, length, &mistake);
    if (file->scenario == NULL) {
        fprintf(stderr, "%s\n", mistake.text);
    }
    return file->scenario != NULL;
}

bool load_run_file(struct arena *arena, const char *path, struct run_file *file)
{
    size_t length = 0;
    char *text = NULL;
    bool good = false;

    *file = (struct run_file){.path = arena_string(arena, path)};
    errno = 0;
    text = file_text(path, TRACE_SIZE_MAX, &length);
    if (text == NULL) {
        return say(path, 1, 1, strerror(errno));
    }
    if (length == 0) {
        good = say(path, 1, 1, "the file is empty, expected a trace or a scenario");
    } else if (length > TRACE_SIZE_MAX) {
        good = say(path, 1, 1, arena_printf(arena, "the file is too large, expected at most %d bytes", TRACE_SIZE_MAX));
    } else if (memmem(text, length < FIRST_LINE ? length : FIRST_LINE, "\"traceEvents\"", strlen("\"traceEvents\"")) !=
               NULL) {
        good = say(path, 1, 1, "a trace for Perfetto, expected JSON lines: --trace FILE, of any name but *.json");
    } else if (trace_is_one(text, length)) {
        good = read_trace(arena, file, text, length);
    } else {
        good = read_scenario(arena, file, text, length);
    }
    free(text);
    return good;
}

/* ---- what a trace carries -----------------------------------------------------------------------------------------
 */

/* The source as text, at the place where it stands in the trace, for messages that name that place. */
static const char *source_in_place(struct arena *arena, const struct trace_run *run)
{
    static const char mark[] = ",\"source\":";
    const struct trace_member *member = trace_line_members(TRACE_HEADER);
    struct value_member members[32] = {{"kind", value_string(arena, trace_line_kind(TRACE_HEADER))}};
    size_t count = 1;

    for (; strcmp(member->name, "source") != 0; member++) {
        members[count++] = (struct value_member){member->name, member->get(arena, &run->record, NULL)};
    }
    size_t before = strlen(value_json(arena, value_object(arena, members, count))) - 1 + strlen(mark);
    char *space = arena_alloc(arena, run->line + before);

    memset(space, '\n', run->line - 1);
    memset(space + run->line - 1, ' ', before);
    return arena_printf(arena, "%s%s", space, value_json(arena, run->record.source));
}

const struct scenario *trace_scenario(struct arena *arena, const struct run_file *file, const struct trace_run *run)
{
    struct scenario_mistake mistake = {NULL};
    const struct scenario *scenario = NULL;

    if (strcmp(run->record.strategy, "clients") == 0) {
        say(file->path, run->line, 1,
            "a trace of `drydock serve` cannot be replayed, expected one of `drydock run`: clients are not in it");
    } else if (run->record.source == NULL) {
        say(file->path, run->line, 1,
            "no \"source\" in this header, expected the scenario: without it nothing can be replayed");
    } else {
        const char *text = source_in_place(arena, run);

        scenario = scenario_parse(arena, file->path, text, strlen(text), &mistake);
        if (scenario == NULL) {
            fprintf(stderr, "%s\n", mistake.text);
        }
    }
    return scenario;
}

static bool no_such(const struct run_file *file, const struct trace_run *run, const char *member, const char *name)
{
    struct arena scratch;

    arena_init(&scratch, arena_source_malloc());
    say(file->path, run->line, 1,
        arena_printf(&scratch, "%s is %s, expected one of `drydock list revisions`", member,
                     trace_shown(&scratch, value_string(&scratch, name))));
    arena_reset(&scratch);
    return false;
}

bool trace_release(const struct run_file *file, const struct trace_run *run, const struct revision **revision,
                   uint32_t *without)
{
    *revision = revision_by_name(run->record.revision);
    *without = 0;
    if (*revision == NULL) {
        return no_such(file, run, "revision", run->record.revision);
    }
    for (uint32_t i = 0; i < run->record.without_count; i++) {
        uint32_t bit = 0;

        if (!switch_by_name(run->record.without[i], &bit)) {
            return no_such(file, run, "without", run->record.without[i]);
        }
        *without |= bit;
    }
    return true;
}

/* ---- running -------------------------------------------------------------------------------------------------------
 */

void player_init(struct player *player)
{
    replay_memory(&player->run_memory);
    replay_memory(&player->record_memory);
    replay_memory(&player->event_memory);
    arena_init(&player->records, &player->record_memory.source);
    arena_init(&player->events, &player->event_memory.source);
}

const struct run_record *player_run(struct player *player, const struct scenario *scenario,
                                    const struct revision *revision, uint32_t without, const uint64_t *seed)
{
    const struct run_options options = {.revision = revision,
                                        .without = without,
                                        .seed_given = seed != NULL,
                                        .seed = seed == NULL ? 0 : *seed,
                                        .keep_events = true};

    return scenario_run(scenario, &options, &player->run_memory, &player->records, &player->events);
}

void player_free(struct player *player)
{
    memory_free(&player->run_memory);
    memory_free(&player->record_memory);
    memory_free(&player->event_memory);
}
