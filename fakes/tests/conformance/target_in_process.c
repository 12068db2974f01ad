/* The fake Engine in this process, through the door without sockets (fakes/docker/api.h).
 *
 * Time is the target's: a request takes a moment, a pause takes what it says, and who waits for a stream lets time go
 * on to the next instant at which something happens.
 */
#include "fakes/docker/api.h"
#include "fakes/tests/conformance/target.h"
#include "fakes/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_FLIGHT_MAX = 64, REQUEST_MS = 5, ANSWER_MS_MAX = 90000, SWITCHING_PROTOCOLS = 101 };

static const uint64_t seed = 1;
static const int64_t start_ms = 1767225600000; /* 2026-01-01T00:00:00Z */

struct in_process {
    struct arena memory;
    struct world world;
    struct call *in_flight[IN_FLIGHT_MAX];
};

struct call {
    struct arena arena;
    struct docker_http_request request;
    struct docker_api_call call;
    struct docker_http_response response;
    const char *text; /* of the body so far */
    size_t size;
    int lines_left;
    bool head; /* HEAD: nobody sends its body */
    bool over;
};

static void add_text(struct call *call, const char *bytes, size_t size)
{
    char *grown = arena_take(&call->arena, call->size + size + 1);

    if (call->size > 0) {
        memcpy(grown, call->text, call->size);
    }
    if (size > 0) {
        memcpy(grown + call->size, bytes, size);
    }
    grown[call->size + size] = '\0';
    call->text = grown;
    for (size_t i = 0; call->lines_left > 0 && i < size; i++) {
        if (bytes[i] == '\n' && --call->lines_left == 0) {
            size = i + 1;
            call->over = true;
        }
    }
    call->size += size;
}

/* What the stream of a call has to give at this instant. */
static void take_stream(struct docker_engine *engine, struct call *call)
{
    enum docker_stream_state state = DOCKER_MORE;

    while (!call->over && state == DOCKER_MORE) {
        struct docker_chunk chunk = {0};

        state = docker_stream_next(engine, call->response.stream, &call->arena, &chunk);
        add_text(call, chunk.bytes, chunk.length);
        call->over |= state == DOCKER_OVER;
    }
}

static void take_all(struct in_process *self)
{
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
        if (self->in_flight[i] != NULL && !self->in_flight[i]->over) {
            take_stream(&self->world.docker, self->in_flight[i]);
        }
    }
}

/* Lets time go by; the streams see each instant at which something happens. */
static void pass_until(struct in_process *self, int64_t until_ms)
{
    struct docker_engine *engine = &self->world.docker;

    for (int64_t next = 0; (next = docker_engine_next_ms(engine)) <= until_ms;) {
        self->world.now_ms = next > self->world.now_ms ? next : self->world.now_ms;
        docker_engine_pass(engine);
        take_all(self);
    }
    self->world.now_ms = until_ms;
    docker_engine_pass(engine);
    take_all(self);
}

static void make_request(struct in_process *self, struct call *call, const struct request *request)
{
    struct docker_engine *engine = &self->world.docker;
    const char *connection = header_find(request->headers, "Connection");

    call->head = strcmp(request->method, "HEAD") == 0;
    call->lines_left = request->lines_max;
    call->request = (struct docker_http_request){
        .method = request->method,
        .target = request->path,
        .content_type = header_find(request->headers, "Content-Type"),
        .registry_auth = header_find(request->headers, "X-Registry-Auth"),
        .body = request->body == NULL ? "" : request->body,
        .body_length = request->body_size,
        .upgrade = connection != NULL && strcasecmp(connection, "Upgrade") == 0,
    };
    docker_api_request(engine, &call->request, &call->arena, &call->call, &call->response);
    add_text(call, call->response.body, call->response.length);
    call->over |= call->response.stream == NULL;
    if (!call->over && request->hijack && call->response.hijacked) {
        if (request->stdin_text != NULL) {
            docker_stream_input(engine, call->response.stream, request->stdin_text, strlen(request->stdin_text));
        }
        docker_stream_input_end(engine, call->response.stream);
    }
}

static void *in_process_begin(struct target *target, const struct request *request)
{
    struct in_process *self = target->self;
    struct call *call = NULL;
    int i = 0;

    while (i < IN_FLIGHT_MAX && self->in_flight[i] != NULL) {
        i++;
    }
    if (request->raw != NULL || i == IN_FLIGHT_MAX || (call = calloc(1, sizeof *call)) == NULL) {
        return NULL;
    }
    arena_init(&call->arena, arena_source_malloc());
    make_request(self, call, request);
    self->in_flight[i] = call;
    pass_until(self, self->world.now_ms + REQUEST_MS);
    return call;
}

static struct header *header_new(struct arena *arena, const char *name, const char *value, struct header *next)
{
    struct header *header = arena_alloc(arena, sizeof *header);

    *header = (struct header){arena_string(arena, name), arena_string(arena, value), next};
    return header;
}

/* What the wire would send: the API's headers and HTTP's own. */
static struct header *headers_of(struct arena *arena, const struct call *call)
{
    const struct docker_http_response *response = &call->response;
    struct header *headers = NULL;

    for (const struct docker_header *each = response->headers; each != NULL && each->name != NULL; each++) {
        headers = header_new(arena, each->name, each->value, headers);
    }
    if (response->content_type != NULL) {
        headers = header_new(arena, "Content-Type", response->content_type, headers);
    }
    if (response->stream == NULL) {
        headers = header_new(arena, "Content-Length", arena_printf(arena, "%zu", call->size), headers);
    } else if (response->hijacked && call->request.upgrade) {
        headers = header_new(arena, "Connection", "Upgrade", headers);
        headers = header_new(arena, "Upgrade", "tcp", headers);
    }
    return headers;
}

static void in_process_finish(struct target *target, void *begun, struct arena *arena, struct answer *answer)
{
    struct in_process *self = target->self;
    struct docker_engine *engine = &self->world.docker;
    struct call *call = begun;
    int64_t limit = self->world.now_ms + ANSWER_MS_MAX;

    *answer = (struct answer){.body = ""};
    while (!call->over) {
        int64_t next = docker_engine_next_ms(engine), own = docker_stream_next_ms(engine, call->response.stream);

        next = own < next ? own : next;
        if (next > limit) {
            answer->failure = "the answer never ends";
            break;
        }
        pass_until(self, next > self->world.now_ms ? next : self->world.now_ms + 1);
    }
    answer->status = call->response.hijacked && call->request.upgrade ? SWITCHING_PROTOCOLS : call->response.status;
    answer->headers = headers_of(arena, call);
    if (!call->head && call->size > 0) {
        answer->body = arena_string_n(arena, call->text, call->size);
        answer->size = call->size;
    }
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
        if (self->in_flight[i] == call) {
            self->in_flight[i] = NULL;
        }
    }
    arena_reset(&call->arena);
    free(call);
}

static void in_process_pass(struct target *target, int ms)
{
    struct in_process *self = target->self;

    pass_until(self, self->world.now_ms + ms);
}

static void in_process_close(struct target *target)
{
    struct in_process *self = target->self;

    arena_reset(&self->memory);
    free(self);
}

/* The image that real_engine.sh imports into a real one. */
static void import_image(struct target *target)
{
    enum { TAR_END = 1024 };
    static const char no_files[TAR_END];
    static struct header type = {"Content-Type", "application/x-tar", NULL};
    struct request request = {
        .method = "POST",
        .path = "/v1.41/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D",
        .headers = &type,
        .body = no_files,
        .body_size = TAR_END,
    };
    struct answer answer;
    struct arena arena;

    arena_init(&arena, arena_source_malloc());
    in_process_finish(target, in_process_begin(target, &request), &arena, &answer);
    arena_reset(&arena);
}

/* What served.sh serves; NULL: it cannot be read. */
static const struct value *read_stage(struct arena *arena)
{
    enum { SIZE = 16384 };
    char *text = arena_alloc(arena, SIZE);
    FILE *file = fopen("fakes/tests/conformance/stage.json", "r");
    size_t length = file == NULL ? 0 : fread(text, 1, SIZE, file);

    if (file == NULL) {
        fprintf(stderr,
                "conformance: fakes/tests/conformance/stage.json cannot be read: run from the project's root\n");
        return NULL;
    }
    (void)fclose(file);
    return value_parse(arena, text, length);
}

bool target_open_in_process(struct target *target, const char *address)
{
    struct in_process *self = calloc(1, sizeof *self);

    if (self == NULL) {
        return false;
    }
    *target = (struct target){.name = address,
                              .self = self,
                              .begin = in_process_begin,
                              .finish = in_process_finish,
                              .pass = in_process_pass,
                              .close = in_process_close};
    arena_init(&self->memory, arena_source_malloc());
    world_init(&self->world, &self->memory, seed, start_ms);
    const struct value *docker = value_get(value_get(read_stage(&self->memory), "world"), "docker");

    if (docker == NULL) {
        return false;
    }
    docker_engine_make_whole(
        &self->world.docker,
        &(struct docker_whole_options){.no_bridge = true, .registries = value_get(docker, "registries")});
    import_image(target);
    return true;
}
