/* JSON lines: a header per run, its events in order, a footer with the trace hash; one object a line. What stands in
 * them says trace_members.def. */
#include "reports/report.h"
#include "reports/trace.h"

enum { MEMBERS_MAX = 32 }; /* of a line */

static void add_line(struct sink *sink, struct arena *arena, enum trace_line_id line, const struct run_record *record,
                     const struct run_event *event)
{
    struct value_member members[MEMBERS_MAX] = {{"kind", value_string(arena, trace_line_kind(line))}};
    size_t count = 1;

    for (const struct trace_member *member = trace_line_members(line); member->line == line; member++) {
        members[count++] = (struct value_member){member->name, member->get(arena, record, event)};
    }
    sink_add(sink, value_json(arena, value_object(arena, members, count)));
    sink_add(sink, "\n");
    arena_reset(arena);
}

void trace_write(struct sink *sink, const struct run_record *const *records, size_t count,
                 const struct report_options *options)
{
    struct arena arena;

    (void)options;
    arena_init(&arena, arena_source_malloc());
    for (size_t i = 0; i < count; i++) {
        const struct run_record *record = records[i];

        add_line(sink, &arena, TRACE_HEADER, record, NULL);
        for (uint32_t j = 0; j < record->event_count; j++) {
            add_line(sink, &arena, trace_line_of(record->events[j].kind), record, &record->events[j]);
        }
        add_line(sink, &arena, TRACE_FOOTER, record, NULL);
    }
}
