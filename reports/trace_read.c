/* A trace, read back into records. */
#include "reports/trace.h"

#include <cjson/cJSON.h>

#include <string.h>

enum { SHOWN_MAX = 40 };

struct reader {
    struct trace_reading reading; /* first: keep() is called with it */
    struct arena scratch;         /* of the line being read */
    struct trace_mistake *mistake;
    uint32_t line;
    uint32_t runs_size; /* how many the trace has room for */
    /* room for everything that can come: of each at most one a line */
    struct run_event *events;
    struct run_violation *violations;
    const char **tasks;
    const struct value **kept; /* each value once: open addressing */
    size_t kept_size;
};

static bool wrong(struct reader *reader, const char *member, const char *message)
{
    struct arena *arena = reader->reading.arena;

    *reader->mistake = (struct trace_mistake){reader->line, member == NULL ? NULL : arena_string(arena, member),
                                              arena_string(arena, message)};
    return false;
}

/* ---- values, each once: a loop asks the same thing a thousand times ------------------------------------------- */

static const struct value *keep(struct trace_reading *reading, const struct value *value)
{
    struct reader *reader = (struct reader *)reading;
    size_t place = value->hash & (reader->kept_size - 1);

    while (reader->kept[place] != NULL && !value_equal(reader->kept[place], value)) {
        place = (place + 1) & (reader->kept_size - 1);
    }
    if (reader->kept[place] == NULL) {
        reader->kept[place] = value_copy(reading->arena, value);
    }
    return reader->kept[place];
}

/* ---- one line -------------------------------------------------------------------------------------------------- */

static bool all_texts(const struct value *array)
{
    for (uint32_t i = 0; i < value_count(array); i++) {
        if (!value_is(array->items[i], VALUE_STRING)) {
            return false;
        }
    }
    return true;
}

static bool is_of_type(const struct value *value, enum trace_type type)
{
    switch (type) {
    case TRACE_TEXT:
        return value->kind == VALUE_STRING;
    case TRACE_WHOLE:
        return trace_is_whole(value, TRACE_WHOLE_MAX);
    case TRACE_TRUTH:
        return value->kind == VALUE_BOOL;
    case TRACE_TEXTS:
        return value->kind == VALUE_ARRAY && all_texts(value);
    case TRACE_OBJECT:
        return value->kind == VALUE_OBJECT;
    case TRACE_ANY:
        return true;
    }
    return false;
}

const char *trace_shown(struct arena *arena, const struct value *value)
{
    const char *json = value_json(arena, value);
    size_t length = SHOWN_MAX;

    if (strlen(json) <= SHOWN_MAX) {
        return json;
    }
    while (((unsigned char)json[length] & 0xc0) == 0x80) {
        length--;
    }
    return arena_printf(arena, "%s ...", arena_string_n(arena, json, length));
}

/* A name, with quotes. */
static const char *quoted(struct reader *reader, const char *name)
{
    return trace_shown(&reader->scratch, value_string(&reader->scratch, name));
}

static bool take_member(struct reader *reader, const struct trace_member *member, struct run_event *event,
                        const struct value *value)
{
    const char *problem = NULL;

    if (!is_of_type(value, member->type)) {
        problem = arena_printf(&reader->scratch, "expected %s", trace_type_name(member->type));
    } else {
        problem = member->set(&reader->reading, event, value);
    }
    return problem == NULL || wrong(reader, member->name,
                                    arena_printf(&reader->scratch, "%s is %s, %s", member->name,
                                                 trace_shown(&reader->scratch, value), problem));
}

static const struct trace_member *member_named(enum trace_line_id line, const char *name)
{
    const struct trace_member *member = trace_line_members(line);

    while (member->line == line && strcmp(member->name, name) != 0) {
        member++;
    }
    return member->line == line ? member : NULL;
}

/* Every member there is known, and there once; every member needed is there. */
static bool check_names(struct reader *reader, enum trace_line_id line, const struct value *tree)
{
    for (uint32_t i = 0; i < tree->count; i++) {
        const char *name = tree->members[i].key;

        if (strcmp(name, "kind") != 0 && member_named(line, name) == NULL) {
            return wrong(reader, name,
                         arena_printf(&reader->scratch,
                                      "unknown member %s of a line of kind %s, expected those of `drydock list trace`",
                                      quoted(reader, name), trace_line_kind(line)));
        }
    }
    for (const struct trace_member *member = trace_line_members(line); member->line == line; member++) {
        if (member->needed && value_get(tree, member->name) == NULL) {
            return wrong(reader, NULL,
                         arena_printf(&reader->scratch, "no \"%s\" in this line of kind %s, expected %s", member->name,
                                      trace_line_kind(line), trace_type_name(member->type)));
        }
    }
    return true;
}

/* In the table's order, whatever the line's: what needs another member stands below it. */
static bool take_members(struct reader *reader, enum trace_line_id line, const struct value *tree,
                         struct run_event *event)
{
    for (const struct trace_member *member = trace_line_members(line); member->line == line; member++) {
        const struct value *value = value_get(tree, member->name);

        if (value != NULL && !take_member(reader, member, event, value)) {
            return false;
        }
    }
    return true;
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

static bool take_header(struct reader *reader, const struct value *tree, struct trace_run *run)
{
    struct run_record *record = &run->record;

    run->line = reader->line;
    reader->reading.record = record;
    record->events = reader->events;
    record->violations = reader->violations;
    record->tasks = reader->tasks;
    /* Of another version nothing else can be said. */
    for (size_t i = 0; i < 2; i++) {
        const struct trace_member *member = trace_line_members(TRACE_HEADER) + i;
        const struct value *value = value_get(tree, member->name);

        if (value != NULL && !take_member(reader, member, NULL, value)) {
            return false;
        }
    }
    return check_names(reader, TRACE_HEADER, tree) && take_members(reader, TRACE_HEADER, tree, NULL);
}

/* Whose it is: the number and the name must be one task's. */
static bool place_task(struct reader *reader, struct run_event *event)
{
    struct run_record *record = reader->reading.record;
    const char *name = reader->reading.task;

    if (event->task == RUN_NONE || name == NULL) {
        return (event->task == RUN_NONE && name == NULL) ||
               wrong(reader, name == NULL ? "task_number" : "task", "expected both task and task_number, or neither");
    }
    if (event->kind == RUN_TASK) {
        record->tasks[record->task_count++] = event->text;
    }
    return strcmp(record->tasks[event->task], name) == 0 ||
           wrong(reader, "task",
                 arena_printf(&reader->scratch, "task is %s, expected %s, as task number %u is called",
                              quoted(reader, name), quoted(reader, record->tasks[event->task]), event->task));
}

static void add_violation(struct reader *reader, struct run_event *event)
{
    struct run_record *record = reader->reading.record;

    event->violation = record->violation_count;
    record->violations[record->violation_count++] =
        (struct run_violation){.oracle = event->text,
                               .at_ms = event->at_ms,
                               .task = event->task == RUN_NONE ? NULL : record->tasks[event->task],
                               .effect = reader->reading.violation_effect,
                               .object = event->object,
                               .message = event->detail,
                               .event = record->event_count,
                               .step = event->task == RUN_NONE ? 0 : event->at_step};
}

static bool take_event(struct reader *reader, enum run_event_kind kind, const struct value *tree)
{
    struct run_record *record = reader->reading.record;
    struct run_event *event = &record->events[record->event_count];
    enum trace_line_id line = trace_line_of(kind);

    *event = (struct run_event){
        .kind = kind, .task = RUN_NONE, .cause = RUN_NONE, .applied_ms = -1, .resumed_ms = -1, .violation = RUN_NONE};
    reader->reading.task = NULL;
    reader->reading.violation_effect = NULL;
    if (!check_names(reader, line, tree) || !take_members(reader, line, tree, event) || !place_task(reader, event)) {
        return false;
    }
    if (kind == RUN_VIOLATION) {
        add_violation(reader, event);
    }
    record->event_count++;
    return true;
}

static bool take_footer(struct reader *reader, const struct value *tree)
{
    struct run_record *record = reader->reading.record;

    if (!check_names(reader, TRACE_FOOTER, tree) || !take_members(reader, TRACE_FOOTER, tree, NULL)) {
        return false;
    }
    if (reader->reading.events != record->event_count) {
        return wrong(reader, "events",
                     arena_printf(&reader->scratch, "events is %llu, expected %u, as many as there are lines above",
                                  (unsigned long long)reader->reading.events, record->event_count));
    }
    if (record->event_count == 0 && record->counts[RUN_COUNT_TASKS] > 0) {
        return wrong(reader, NULL, "the run's events were not kept, expected a trace with all of them");
    }
    reader->events += record->event_count;
    reader->violations += record->violation_count;
    reader->tasks += record->task_count;
    reader->reading.record = NULL;
    return true;
}

static bool kind_of_event(const char *kind, enum run_event_kind *found)
{
    for (int i = RUN_EFFECT; i <= RUN_CRASH; i++) {
        if (strcmp(trace_line_kind(trace_line_of((enum run_event_kind)i)), kind) == 0) {
            *found = (enum run_event_kind)i;
            return true;
        }
    }
    return false;
}

/* Room doubles. Runs above, which are whole, may move. */
static struct trace_run *add_run(struct reader *reader, struct trace *trace)
{
    if (trace->count == reader->runs_size) {
        struct trace_run *larger = NULL;

        reader->runs_size = reader->runs_size == 0 ? 1 : reader->runs_size * 2;
        larger = arena_alloc(reader->reading.arena, reader->runs_size * sizeof *larger);
        if (trace->count > 0) {
            memcpy(larger, trace->runs, trace->count * sizeof *larger);
        }
        trace->runs = larger;
    }
    return &trace->runs[trace->count++];
}

static bool take_line(struct reader *reader, const char *text, size_t length, struct trace *trace)
{
    cJSON *json = cJSON_ParseWithLength(text, length);
    const struct value *tree = value_from_cjson(&reader->scratch, json);
    const char *kind = value_get_text(tree, "kind");
    bool inside = reader->reading.record != NULL;
    enum run_event_kind event = RUN_EFFECT;

    cJSON_Delete(json);
    if (kind == NULL) {
        return wrong(reader, NULL, "this line is none of a trace, expected an object with a \"kind\"");
    }
    if (strcmp(kind, trace_line_kind(TRACE_HEADER)) == 0) {
        return inside ? wrong(reader, "kind", "kind is header, expected the footer of the run before it")
                      : take_header(reader, tree, add_run(reader, trace));
    }
    if (!inside) {
        return wrong(reader, "kind",
                     arena_printf(&reader->scratch, "kind is %s, expected header", quoted(reader, kind)));
    }
    if (strcmp(kind, trace_line_kind(TRACE_FOOTER)) == 0) {
        return take_footer(reader, tree);
    }
    return kind_of_event(kind, &event)
               ? take_event(reader, event, tree)
               : wrong(reader, "kind",
                       arena_printf(&reader->scratch, "there is no kind %s, expected one of `drydock list trace`",
                                    quoted(reader, kind)));
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static uint32_t count_lines(const char *text, size_t length)
{
    uint32_t count = 1;

    for (const char *end = memchr(text, '\n', length); end != NULL;
         end = memchr(end, '\n', length - (size_t)(end - text))) {
        count++;
        end++;
    }
    return count;
}

enum { LINE_LENGTH_MIN = sizeof "{\"kind\":\"log\",\"at_ms\":0}" }; /* a line without what else it needs */

static void make_room(struct reader *reader, uint32_t lines)
{
    struct arena *arena = reader->reading.arena;

    reader->events = arena_alloc(arena, lines * sizeof *reader->events);
    reader->violations = arena_alloc(arena, lines * sizeof *reader->violations);
    reader->tasks = arena_alloc(arena, lines * sizeof *reader->tasks);
    /* An effect has two values; a third of the places stays free. */
    for (reader->kept_size = 16; reader->kept_size < (size_t)lines * 3;) {
        reader->kept_size *= 2;
    }
    reader->kept = arena_alloc(arena, reader->kept_size * sizeof(const struct value *));
}

bool trace_read(struct arena *arena, const char *file, const char *text, size_t length, struct trace *trace,
                struct trace_mistake *mistake)
{
    struct reader reader = {.reading = {.arena = arena, .keep = keep}, .mistake = mistake};
    bool good = true;

    arena_init(&reader.scratch, arena_source_malloc());
    const uint32_t lines = count_lines(text, length), most = (uint32_t)(length / LINE_LENGTH_MIN) + 1;

    make_room(&reader, lines < most ? lines : most); /* shorter lines are refused where they stand */
    *trace = (struct trace){NULL, 0};
    for (size_t at = 0; at < length && good;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line_length = end == NULL ? length - at : (size_t)(end - text) - at;

        reader.line++;
        good = take_line(&reader, text + at, line_length, trace);
        arena_reset(&reader.scratch);
        at += line_length + 1;
    }
    if (good && (reader.reading.record != NULL || trace->count == 0)) {
        reader.line++;
        good = wrong(&reader, NULL, "the trace ends before its footer, expected all of it");
    }
    for (uint32_t i = 0; i < trace->count && good; i++) {
        trace->runs[i].record.file = arena_string(arena, file);
    }
    return good;
}

bool trace_is_one(const char *text, size_t length)
{
    static const char mark[] = "{\"kind\":";
    const char *end = memchr(text, '\n', length);
    size_t line_length = end == NULL ? length : (size_t)(end - text);

    if (line_length >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0) {
        return true; /* even where the rest of the line is mutilated */
    }
    cJSON *json = cJSON_ParseWithLength(text, line_length);
    bool is_one = cJSON_GetObjectItemCaseSensitive(json, "kind") != NULL;

    cJSON_Delete(json);
    return is_one;
}
