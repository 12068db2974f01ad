#include "sim/serve/control.h"

#include "fakes/docker/whole.h"
#include "reports/report.h"
#include "sim/conform/world_view.h"
#include "sim/scenario/units.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "/_drydock/"

enum { DECIMAL = 10 };

struct control {
    struct session *session;
    const struct docker_http_request *http;
    const char *rest; /* of the target, behind the endpoint's name */
    bool frozen;
    struct arena *arena;
    struct docker_http_response *response;
};

/* ---- answers
 * -------------------------------------------------------------------------------------------------------------------
 */

static void answer_text(struct control *control, int status, const char *type, const char *text)
{
    *control->response = (struct docker_http_response){
        .status = status,
        .headers = docker_api_headers(),
        .content_type = type,
        .body = text,
        .length = strlen(text),
    };
}

static void answer_value(struct control *control, const struct value *value)
{
    answer_text(control, 200, "application/json",
                arena_printf(control->arena, "%s\n", value_json(control->arena, value)));
}

static void refuse(struct control *control, int status, const char *message)
{
    docker_api_error(control->arena, status, message, control->response);
}

/* ---- endpoints
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *time_value(const struct control *control)
{
    int64_t now_ms = session_now_ms(control->session);
    int64_t next_ms = session_next_ms(control->session);

    return OBJECT(control->arena, {"now", value_string(control->arena, value_iso_date(control->arena, now_ms))},
                  {"nowMs", value_number(control->arena, (double)now_ms)},
                  {"nextMs", next_ms == INT64_MAX ? value_null() : value_number(control->arena, (double)next_ms)});
}

static void get_state(struct control *control)
{
    struct kernel *kernel = &session_runner(control->session)->kernel;
    const struct value *world = world_view(control->arena, kernel);

    answer_value(control, OBJECT(control->arena, {"clock", time_value(control)}, {"world", world}));
}

static const struct value *fault_value(struct arena *arena, uint32_t number, const struct armed_fault *armed)
{
    const struct scenario_fault *fault = armed->fault;

    return OBJECT(arena, {"number", value_number(arena, number)},
                  {"fault", value_string(arena, fault_info(fault->kind)->name)},
                  {"on", value_string(arena, fault->on.text)}, {"object", value_string(arena, fault->on.object)},
                  {"nth", value_number(arena, fault->nth)},
                  {"times", fault->times == 0 ? value_string(arena, "forever") : value_number(arena, fault->times)},
                  {"matched", value_number(arena, armed->matched)}, {"fired", value_number(arena, armed->fired)},
                  {"healed", value_bool(armed->healed)});
}

static void get_faults(struct control *control)
{
    const struct runner *runner = session_runner(control->session);
    const struct value *all = value_empty_array();

    for (uint32_t i = 0; i < runner->fault_count; i++) {
        all = value_append(control->arena, all, fault_value(control->arena, i + 1, &runner->faults[i]));
    }
    answer_value(control, all);
}

static void add_fault(struct control *control)
{
    struct runner *runner = session_runner(control->session);
    struct scenario_fault *fault = arena_alloc(&runner->kernel.arena, sizeof *fault);
    struct scenario_mistake mistake;

    if (!fault_parse(&runner->kernel.arena, "body", control->http->body == NULL ? "" : control->http->body,
                     control->http->body_length, fault, &mistake)) {
        refuse(control, 400, mistake.text);
        return;
    }
    injector_arm(runner, fault);
    answer_value(control, fault_value(control->arena, runner->fault_count, &runner->faults[runner->fault_count - 1]));
}

/* The one that the path names by its number, or all. */
static void heal_faults(struct control *control)
{
    struct runner *runner = session_runner(control->session);
    char *end = NULL;
    unsigned long number = control->rest[0] == '/' ? strtoul(control->rest + 1, &end, DECIMAL) : 0;

    if (end != NULL && (*end != '\0' || number < 1 || number > runner->fault_count)) {
        refuse(control, 404,
               arena_printf(control->arena, "no such fault: %s, expected 1 to %u", control->rest + 1,
                            runner->fault_count));
        return;
    }
    for (uint32_t i = 0; i < runner->fault_count; i++) {
        runner->faults[i].healed = runner->faults[i].healed || number == 0 || number == i + 1;
    }
    get_faults(control);
}

static void get_clock(struct control *control)
{
    answer_value(control, time_value(control));
}

static void advance_clock(struct control *control)
{
    const struct docker_http_request *http = control->http;
    const struct value *body = http->body == NULL ? NULL : value_parse(control->arena, http->body, http->body_length);
    const char *advance = value_get_text(body, "advance");
    int64_t by_ms = 0;

    if (!control->frozen) {
        refuse(control, 409, "the clock goes by itself: it can be set with --clock virtual only");
    } else if (advance == NULL || !parse_duration(advance, &by_ms)) {
        refuse(control, 400, "expected {\"advance\": \"10m\"}, a duration");
    } else {
        session_pass(control->session, session_now_ms(control->session) + by_ms);
        get_clock(control);
    }
}

/* To the next instant at which something happens by itself. */
static void step(struct control *control)
{
    int64_t next_ms = session_next_ms(control->session);

    if (!control->frozen) {
        refuse(control, 409, "the clock goes by itself: steps are for --clock virtual");
    } else if (next_ms == INT64_MAX) {
        refuse(control, 409, "nothing is going to happen by itself");
    } else {
        session_pass(control->session, next_ms);
        get_clock(control);
    }
}

/* A report of the run as far as it has come. */
static void write_report(struct control *control, report_writer *writer, const char *type)
{
    struct sink sink;
    const struct report_options options = {.full = true};
    struct run_record so_far = runner_look(session_runner(control->session));
    const struct run_record *record = &so_far;

    sink_init(&sink);
    writer(&sink, &record, 1, &options);
    const char *text = arena_string_n(control->arena, sink.text, sink.length);

    sink_free(&sink);
    answer_text(control, 200, type, text);
}

static void get_trace(struct control *control)
{
    if (!session_runner(control->session)->recorder.keep_events) {
        refuse(control, 409, "events are not kept: start with --trace FILE or --timeline");
        return;
    }
    write_report(control, trace_write, "application/x-ndjson");
}

static void get_verdict(struct control *control)
{
    write_report(control, json_report_write, "application/json");
}

static void get_help(struct control *control);

static const struct endpoint {
    const char *method, *name;
    void (*answer)(struct control *control);
    const char *what;
} endpoints[] = {
    {"GET", "", get_help, "this list"},
    {"GET", "state", get_state, "the clock and the world: containers, networks, images, rows, volumes, mounts"},
    {"GET", "faults", get_faults, "what is armed, and how often it has hit"},
    {"POST", "faults", add_fault, "arms one, as an entry of a scenario's \"faults\""},
    {"DELETE", "faults", heal_faults, "heals all, or with /NUMBER one"},
    {"GET", "clock", get_clock, "the instant, and when something happens next"},
    {"POST", "clock", advance_clock, "{\"advance\": \"10m\"}, with --clock virtual"},
    {"POST", "step", step, "on to when something happens next, with --clock virtual"},
    {"GET", "trace", get_trace, "the events so far, as JSON lines; with --trace or --timeline"},
    {"GET", "verdict", get_verdict, "the run so far, as `drydock run --format json` reports it"},
};

static void get_help(struct control *control)
{
    const struct value *list = value_empty_object();

    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        list = value_with(control->arena, list,
                          arena_printf(control->arena, "%s " PREFIX "%s", endpoints[i].method, endpoints[i].name),
                          value_string(control->arena, endpoints[i].what));
    }
    answer_value(control, list);
}

bool control_wants(const char *target)
{
    return strncmp(target, PREFIX, strlen(PREFIX)) == 0;
}

void control_answer(struct session *session, const struct docker_http_request *http, bool frozen, struct arena *arena,
                    struct docker_http_response *response)
{
    struct control control = {session, http, "", frozen, arena, response};
    const char *name = http->target + strlen(PREFIX);
    size_t length = strcspn(name, "/?");

    control.rest = name + length;
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        if (strcmp(endpoints[i].method, http->method) == 0 && strlen(endpoints[i].name) == length &&
            strncmp(endpoints[i].name, name, length) == 0) {
            endpoints[i].answer(&control);
            return;
        }
    }
    refuse(&control, 404,
           arena_printf(arena, "no such endpoint: %s %s; GET " PREFIX " lists them", http->method, http->target));
}
