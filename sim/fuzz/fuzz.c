#include "sim/fuzz/fuzz.h"

#include "sim/scenario/runner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n    ", file, line, condition);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    abort();
}

/* ---- texts --------------------------------------------------------------------------------------------------------
 */

size_t fuzz_lines(const uint8_t *data, size_t size)
{
    size_t lines = 1;

    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n';
    }
    return lines;
}

/* A number from 1 to `max` and a colon; where it ends, NULL: it is none. */
static const char *after_number(const char *text, size_t max)
{
    char *end = NULL;
    unsigned long number = text[0] < '1' || text[0] > '9' ? 0 : strtoul(text, &end, 10);

    return number == 0 || number > max || *end != ':' ? NULL : end + 1;
}

static void require_line(const char *line, size_t length, const char *file, size_t lines)
{
    const char *rest = line + strlen(file);

    REQUIRE(length > strlen(file) && strncmp(line, file, strlen(file)) == 0 && *rest == ':',
            "a message without its file: %s", line);
    rest = after_number(rest + 1, lines);
    REQUIRE(rest != NULL, "a message without its line (of %zu): %s", lines, line);
    rest = after_number(rest, SIZE_MAX);
    REQUIRE(rest != NULL, "a message without its column: %s", line);
    REQUIRE(rest[0] == ' ' && rest + 2 < line + length, "a message that says nothing: %s", line);
    for (const char *byte = line; byte < line + length; byte++) {
        REQUIRE((unsigned char)*byte >= ' ' && *byte != 0x7f, "a control character in a message: %s", line);
    }
}

void fuzz_require_mistake(const char *text, const char *file, size_t lines)
{
    REQUIRE(text != NULL, "refused, and nothing is said");
    for (;;) {
        size_t length = strcspn(text, "\n");

        require_line(text, length, file, lines);
        if (text[length] == '\0') {
            return;
        }
        text += length + 1;
    }
}

const char *fuzz_text(struct arena *arena, const uint8_t *data, size_t size)
{
    return arena_string_n(arena, (const char *)data, strnlen((const char *)data, size));
}

uint8_t fuzz_byte(struct fuzz_input *input)
{
    return input->next < input->end ? *input->next++ : 0;
}

unsigned fuzz_below(struct fuzz_input *input, unsigned bound)
{
    return fuzz_byte(input) % bound;
}

/* ---- runs ---------------------------------------------------------------------------------------------------------
 */

static const size_t MEMORY_SIZE = (size_t)1 << 30;

static void out_of_memory(void *context)
{
    (void)context;
    fuzz_fail(__FILE__, __LINE__, "memory", "a run wanted more than 1 GiB");
}

struct memory *fuzz_memory(void)
{
    static struct memory memory;

    if (memory.region == NULL) {
        REQUIRE(memory_init(&memory, MEMORY_SIZE, out_of_memory, NULL), "no memory can be reserved");
    }
    return &memory;
}

bool fuzz_make_short(struct scenario *scenario)
{
    enum { MINUTE_MS = 60 * 1000, DURATION_MS = 20 * MINUTE_MS, APPS = 4, ACTORS = 6, TIMES = 100 };

    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];
        const int64_t often_ms = DURATION_MS / TIMES;

        if ((actor->every_ms > 0 && actor->every_ms < often_ms) ||
            (actor->restart_ms >= 0 && actor->restart_ms < often_ms)) {
            return false;
        }
    }
    if (scenario->duration_ms == 0 || scenario->duration_ms > DURATION_MS) {
        scenario->duration_ms = DURATION_MS;
    }
    return scenario->world.app_count <= APPS && scenario->actor_count <= ACTORS;
}

static struct run_record *run(const struct scenario *scenario, const struct revision *revision, struct arena *arena)
{
    struct run_options options = {.revision = revision};
    struct arena events;

    arena_init(&events, arena_source_malloc());
    struct run_record *record = scenario_run(scenario, &options, fuzz_memory(), arena, &events);

    arena_reset(&events);
    return record;
}

uint64_t fuzz_run_twice(const struct scenario *scenario, const struct revision *revision)
{
    struct arena one_arena, other_arena;

    arena_init(&one_arena, arena_source_malloc());
    arena_init(&other_arena, arena_source_malloc());
    const struct run_record *one = run(scenario, revision, &one_arena);
    uint64_t hash = one->trace_hash;
    const struct run_record *other = run(scenario, revision, &other_arena);

    REQUIRE(one->trace_hash == other->trace_hash, "two runs of one scenario have the traces %016llx and %016llx",
            (unsigned long long)one->trace_hash, (unsigned long long)other->trace_hash);
    REQUIRE(one->violation_count == other->violation_count && one->as_expected == other->as_expected,
            "two runs of one scenario have other verdicts");
    arena_reset(&one_arena);
    arena_reset(&other_arena);
    return hash;
}

/* ---- a node among fakes -------------------------------------------------------------------------------------------
 */

static const int64_t START_MS = 1774569600000; /* 2026-03-27T00:00:00Z */

static void perform_on_world(void *world, struct task *task, struct effect *effect)
{
    struct fuzz_node *fuzzed = world;

    if (effect->id == EFFECT_CLOCK_NOW) {
        effect->amount = (double)fuzzed->world.now_ms;
    } else if (effect->id == EFFECT_NODE_RANDOM) {
        effect->amount = 0;
    } else if (!effect_info(effect->id)->immediate && effect->id != EFFECT_CLOCK_DELAY) {
        fuzzed->world.change_count = 0;
        world_apply(&fuzzed->world, effect, task->arena);
    }
}

void fuzz_node_begin(struct fuzz_node *fuzzed)
{
    memset(fuzzed, 0, sizeof *fuzzed);
    arena_init(&fuzzed->arena, arena_source_malloc());
    world_init(&fuzzed->world, &fuzzed->arena, 1, START_MS);
    struct node_config config = {
        .revision = revision_by_name("8.9.2"),
        .flux_dir = "/flux",
        .apps_folder = "/flux/ZelApps/",
        .api_port = 16127,
        .host_ip = "198.51.100.7",
        .host_id = "c0ffee0",
        .arcane = true,
        .os_uptime_s_at_start = 1000,
        .started_ms = START_MS,
    };

    node_start(&fuzzed->node, &fuzzed->arena, (struct door){.world = fuzzed, .perform = perform_on_world}, &config);
    fuzzed->task = (struct task){.node = &fuzzed->node, .arena = &fuzzed->arena, .name = "fuzz"};
}

void fuzz_node_end(struct fuzz_node *fuzzed)
{
    arena_reset(&fuzzed->arena);
}
