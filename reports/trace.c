/* JSON lines: a header per run, its events in order, a footer with the trace hash. One object a line:
 *   {"kind":"header","scenario","revision","seed","clock_start_ms"}
 *   {"kind":"effect","at_ms","task","effect","object","args","applied_ms","resumed_ms","fault","result"|"error"}
 *   {"kind":"change"|"log"|"note"|"task"|"step"|"violation"|"crash","at_ms","task","text","object","detail","cause"}
 *   {"kind":"footer","virtual_ms","trace_hash"}
 * Instants are ms after the clock start; members without content are left out. */
#include "reports/report.h"

#include "core/effect.h"

static const char *const kinds[] = {"effect", "change", "log", "note", "task", "step", "violation", "crash"};

static const struct value *instant(struct arena *arena, const struct run_record *record, int64_t at_ms)
{
    return at_ms < 0 ? NULL : value_number(arena, (double)(at_ms - record->clock_start_ms));
}

static const struct value *task_name(struct arena *arena, const struct run_record *record, uint32_t task)
{
    return task == RUN_NONE ? NULL : value_string(arena, record->tasks[task]);
}

static const struct value *effect_line(struct arena *arena, const struct run_record *record,
                                       const struct run_event *event)
{
    const char *fault = event->fault == FAULT_NONE ? NULL : fault_info(event->fault)->name;

    return OBJECT(arena, {"kind", value_string(arena, kinds[event->kind])},
                  {"at_ms", instant(arena, record, event->at_ms)}, {"task", task_name(arena, record, event->task)},
                  {"effect", value_string(arena, effect_info(event->effect)->name)},
                  {"object", value_string(arena, event->object)}, {"args", event->args},
                  {"applied_ms", instant(arena, record, event->applied_ms)},
                  {"resumed_ms", instant(arena, record, event->resumed_ms)}, {"fault", value_string(arena, fault)},
                  {"result", event->result}, {"error", event->error == NULL ? NULL : error_value(arena, event->error)});
}

static const struct value *other_line(struct arena *arena, const struct run_record *record,
                                      const struct run_event *event)
{
    return OBJECT(arena, {"kind", value_string(arena, kinds[event->kind])},
                  {"at_ms", instant(arena, record, event->at_ms)}, {"task", task_name(arena, record, event->task)},
                  {"text", value_string(arena, event->text)}, {"object", value_string(arena, event->object)},
                  {"detail", value_string(arena, event->detail)},
                  {"cause", event->cause == RUN_NONE ? NULL : value_number(arena, event->cause)},
                  {"reason", event->kind == RUN_NOTE ? event->result : NULL});
}

static void add_line(struct sink *sink, struct arena *arena, const struct value *line)
{
    sink_add(sink, value_json(arena, line));
    sink_add(sink, "\n");
    arena_reset(arena);
}

static void write_run(struct sink *sink, struct arena *arena, const struct run_record *record)
{
    add_line(sink, arena,
             OBJECT(arena, {"kind", value_string(arena, "header")}, {"scenario", value_string(arena, record->scenario)},
                    {"revision", value_string(arena, record->revision)},
                    {"seed", value_number(arena, (double)record->seed)},
                    {"clock_start_ms", value_number(arena, (double)record->clock_start_ms)}));
    for (uint32_t i = 0; i < record->event_count; i++) {
        const struct run_event *event = &record->events[i];

        add_line(sink, arena,
                 event->kind == RUN_EFFECT ? effect_line(arena, record, event) : other_line(arena, record, event));
    }
    add_line(sink, arena,
             OBJECT(arena, {"kind", value_string(arena, "footer")},
                    {"virtual_ms", value_number(arena, (double)record->virtual_ms)},
                    {"trace_hash", value_format(arena, "%016llx", (unsigned long long)record->trace_hash)}));
}

void trace_write(struct sink *sink, const struct run_record *const *records, size_t count,
                 const struct report_options *options)
{
    struct arena arena;

    (void)options;
    arena_init(&arena, arena_source_malloc());
    for (size_t i = 0; i < count; i++) {
        write_run(sink, &arena, records[i]);
    }
}
