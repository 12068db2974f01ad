#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "sim/serve/session.h"

#include "fakes/docker/whole.h"

#include <string.h>

struct session_request {
    struct session_request *next, *previous;
    struct session *session;
    void *owner; /* NULL: nobody waits any more */
    struct arena arena;
    struct docker_http_request http;
    struct docker_api_call call;
    struct docker_http_response response;
    bool performing; /* its task is under way */
    bool streaming;  /* its stream is looked at */
    bool begun;      /* the answer's beginning has been given */
};

struct session {
    struct runner *runner;
    struct scenario scenario; /* the given one, with the clients as one more actor behind the last */
    struct session_handlers handlers;
    struct arena arena;   /* of the session itself */
    struct arena scratch; /* of one look at a stream */
    struct session_request *first;
    struct session_request *free; /* by next */
    uint64_t given;               /* pieces of answers */
};

/* Who the oracles take a client for: somebody at work by hand, outside FluxOS. */
static const struct scenario_actor client = {.kind = ACTOR_REMOVE_CONTAINER, .task = "client", .at_ms = -1};

static struct docker_engine *engine_of(struct session *session)
{
    return &session->runner->kernel.world.docker;
}

/* ---- requests come and go
 * -------------------------------------------------------------------------------------------------------------------
 */

static struct session_request *new_request(struct session *session, const struct docker_http_request *http, void *owner)
{
    struct session_request *request = session->free;

    if (request != NULL) {
        session->free = request->next;
    } else {
        request = arena_alloc(&session->arena, sizeof *request);
    }
    *request = (struct session_request){.session = session, .owner = owner, .next = session->first};
    if (session->first != NULL) {
        session->first->previous = request;
    }
    session->first = request;
    arena_init(&request->arena, session->arena.source);

    struct arena *arena = &request->arena;

    request->http = (struct docker_http_request){
        .method = arena_string(arena, http->method),
        .target = arena_string(arena, http->target),
        .content_type = http->content_type == NULL ? NULL : arena_string(arena, http->content_type),
        .registry_auth = http->registry_auth == NULL ? NULL : arena_string(arena, http->registry_auth),
        .body = http->body == NULL ? NULL : arena_string_n(arena, http->body, http->body_length),
        .body_length = http->body_length,
        .upgrade = http->upgrade,
    };
    return request;
}

static void release(struct session_request *request)
{
    struct session *session = request->session;

    arena_reset(&request->arena);
    if (request->previous != NULL) {
        request->previous->next = request->next;
    } else {
        session->first = request->next;
    }
    if (request->next != NULL) {
        request->next->previous = request->previous;
    }
    request->next = session->free;
    session->free = request;
}

/* What the handlers are told last. */
static void give_whole(struct session_request *request)
{
    bool stays = request->owner != NULL && request->response.stays;

    request->begun = true;
    if (request->owner != NULL) {
        request->session->handlers.answer(request->owner, &request->response);
    }
    if (!stays) {
        release(request);
    }
}

/* ---- faults on the wire
 * -------------------------------------------------------------------------------------------------------------------
 */

static void set_body(struct session_request *request, int status, const char *text)
{
    request->response = (struct docker_http_response){
        .status = status,
        .headers = docker_api_headers(),
        .content_type = "application/json",
        .body = text,
        .length = strlen(text),
    };
}

/* An error that comes in the body of a 200, as a pull's progress ends with one. */
static const char *error_in_band(struct arena *arena, const char *message)
{
    const struct value *text = value_string(arena, message);
    const struct value *line = OBJECT(arena, {"errorDetail", OBJECT(arena, {"message", text})}, {"error", text});

    return arena_printf(arena, "%s\r\n", value_json(arena, line));
}

/* How a fault that hit the call looks to the client (faults.def). false: like any other answer. */
static bool answer_as_fault(struct session_request *request, enum fault_kind fault)
{
    const struct effect *effect = &request->call.effect;

    switch (fault) {
    case FAULT_REFUSED:
    case FAULT_LOST_REPLY:
        if (request->owner != NULL) {
            request->session->handlers.drop(request->owner);
        }
        release(request);
        return true;
    case FAULT_GARBLED:
        set_body(request, 200, value_text(effect->result));
        give_whole(request);
        return true;
    case FAULT_IN_BAND:
        set_body(request, 200, error_in_band(&request->arena, value_get_text(effect->result, "error")));
        give_whole(request);
        return true;
    default:
        return false;
    }
}

/* ---- a request's task
 * -------------------------------------------------------------------------------------------------------------------
 */

static void answer(struct session_request *request, enum fault_kind fault)
{
    request->performing = false;
    if (answer_as_fault(request, fault)) {
        return;
    }
    docker_api_answer(&request->call, &request->response);
    if (request->owner == NULL || request->response.stream == NULL) {
        give_whole(request);
        return;
    }
    request->streaming = true;
    if (!docker_stream_is_held(request->response.stream)) {
        request->begun = true;
        request->session->handlers.answer(request->owner, &request->response);
    }
}

static void perform_request(struct task *task, const void *argument)
{
    struct session_request *const *place = argument;
    const struct kernel_task *self = task->host;

    (void)perform(task, &(*place)->call.effect);
    answer(*place, self->fault);
}

struct session_request *session_ask(struct session *session, const struct docker_http_request *http, void *owner)
{
    struct session_request *request = new_request(session, http, owner);

    if (!docker_api_parse(engine_of(session), &request->http, &request->arena, &request->call, &request->response)) {
        give_whole(request);
        return NULL;
    }
    request->performing = true;
    (void)kernel_start(&session->runner->kernel, (struct kernel_start){.name = client.task,
                                                                       .origin = session->scenario.actor_count,
                                                                       .label = client.task,
                                                                       .passing = true,
                                                                       .run = perform_request,
                                                                       .argument = &request,
                                                                       .size = sizeof request});
    return request;
}

void session_input(struct session_request *request, const char *bytes, size_t length)
{
    if (request->streaming) {
        docker_stream_input(engine_of(request->session), request->response.stream, bytes, length);
    }
}

void session_input_end(struct session_request *request)
{
    if (request->streaming) {
        docker_stream_input_end(engine_of(request->session), request->response.stream);
    }
}

void session_sent(struct session_request *request)
{
    release(request);
}

void session_forget(struct session_request *request)
{
    request->owner = NULL;
    if (!request->performing) {
        release(request);
    }
}

/* ---- streams
 * -------------------------------------------------------------------------------------------------------------------
 */

static void stream_over(struct session_request *request)
{
    if (!request->begun) {
        request->response.stream = NULL;
        give_whole(request);
        return;
    }
    request->session->handlers.end(request->owner);
    request->session->given++;
    release(request);
}

/* Gives what a stream has to give now. */
static void pump(struct session *session, struct session_request *request)
{
    enum docker_stream_state state = DOCKER_MORE;

    while (state == DOCKER_MORE) {
        struct docker_chunk chunk;

        state = docker_stream_next(engine_of(session), request->response.stream, &session->scratch, &chunk);
        if (chunk.length > 0 && !request->begun) {
            request->begun = true;
            session->handlers.answer(request->owner, &request->response);
        }
        if (chunk.length > 0) {
            session->handlers.more(request->owner, chunk.bytes, chunk.length);
            session->given++;
        }
        arena_reset(&session->scratch);
    }
    if (state == DOCKER_OVER) {
        stream_over(request);
    }
}

static void pump_all(struct session *session)
{
    struct session_request *next = NULL;

    for (struct session_request *request = session->first; request != NULL; request = next) {
        next = request->next;
        if (request->streaming) {
            pump(session, request);
        }
    }
}

/* ---- time
 * -------------------------------------------------------------------------------------------------------------------
 */

int64_t session_now_ms(const struct session *session)
{
    return session->runner->kernel.world.now_ms;
}

struct runner *session_runner(struct session *session)
{
    return session->runner;
}

/* What happens in the engine by itself is nobody's effect. */
static void pass_engine(struct session *session)
{
    struct runner *runner = session->runner;

    while (docker_engine_next_ms(engine_of(session)) <= session_now_ms(session)) {
        runner->kernel.world.change_count = 0;
        docker_engine_pass(engine_of(session));
        recorder_changes(&runner->recorder, RUN_NONE, RUN_NONE);
    }
}

void session_settle(struct session *session)
{
    struct kernel *kernel = &session->runner->kernel;

    do {
        while (kernel_ready_count(kernel) > 0) {
            kernel_step(kernel, 0);
        }
        pass_engine(session);
        pump_all(session);
    } while (kernel_ready_count(kernel) > 0 || docker_engine_next_ms(engine_of(session)) <= session_now_ms(session));
}

int64_t session_next_ms(const struct session *session)
{
    struct docker_engine *engine = &session->runner->kernel.world.docker;
    int64_t next_ms = kernel_next_ms(&session->runner->kernel);
    int64_t engine_ms = docker_engine_next_ms(engine);

    next_ms = engine_ms < next_ms ? engine_ms : next_ms;
    for (const struct session_request *request = session->first; request != NULL; request = request->next) {
        if (request->streaming) {
            int64_t stream_ms = docker_stream_next_ms(engine, request->response.stream);

            next_ms = stream_ms < next_ms ? stream_ms : next_ms;
        }
    }
    return next_ms;
}

void session_pass(struct session *session, int64_t now_ms)
{
    struct kernel *kernel = &session->runner->kernel;

    session_settle(session);
    while (session_now_ms(session) < now_ms || session_next_ms(session) <= now_ms) {
        int64_t next_ms = session_next_ms(session);

        next_ms = next_ms < session_now_ms(session) ? session_now_ms(session) : next_ms;
        if (next_ms > now_ms) {
            kernel_advance_to(kernel, now_ms);
            break;
        }
        if (kernel_next_ms(kernel) <= next_ms) {
            kernel_advance(kernel);
        } else {
            kernel_advance_to(kernel, next_ms);
        }
        session_settle(session);
    }
    session_settle(session);
}

static bool awaits_an_end(const struct docker_stream *stream)
{
    const bool is_one_look = stream->kind == DOCKER_STREAM_STATS && stream->until_ms == 0;

    return is_one_look || stream->kind == DOCKER_STREAM_WAIT || stream->kind == DOCKER_STREAM_ATTACH ||
           stream->kind == DOCKER_STREAM_EXEC || stream->kind == DOCKER_STREAM_LOGS;
}

bool session_is_awaited(const struct session *session)
{
    for (const struct session_request *request = session->first; request != NULL; request = request->next) {
        if (!request->begun || (request->streaming && awaits_an_end(request->response.stream))) {
            return true;
        }
    }
    return false;
}

uint64_t session_given_count(const struct session *session)
{
    return session->given;
}

/* ---- the run
 * -------------------------------------------------------------------------------------------------------------------
 */

struct session *session_begin(const struct scenario *scenario, const struct run_options *options,
                              const struct session_handlers *handlers, struct memory *run_memory,
                              struct arena *record_arena, struct arena *event_arena)
{
    struct arena arena;

    memory_reset(run_memory);
    arena_init(&arena, &run_memory->source);
    struct session *session = arena_alloc(&arena, sizeof *session);
    struct scenario_actor *actors = arena_alloc(&arena, (scenario->actor_count + 1) * sizeof *actors);

    if (scenario->actor_count > 0) {
        memcpy(actors, scenario->actors, scenario->actor_count * sizeof *actors);
    }
    actors[scenario->actor_count] = client;
    session->scenario = *scenario;
    session->scenario.actors = actors;
    session->scenario.has_course = false;
    session->handlers = *handlers;
    session->runner = runner_begin(&session->scenario, options, run_memory, &arena, record_arena, event_arena);
    session->runner->record->strategy = "clients";
    session->arena = arena;
    arena_init(&session->scratch, &run_memory->source);
    docker_engine_make_whole(engine_of(session),
                             &(struct docker_whole_options){.scripts = scenario->world.processes,
                                                            .registries = scenario->world.registries,
                                                            .no_bridge = scenario->world.no_bridge});
    return session;
}

struct run_record *session_end(struct session *session)
{
    runner_end(session->runner);
    return session->runner->record;
}
