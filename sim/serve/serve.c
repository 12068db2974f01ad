#include "sim/serve/serve.h"

#include "fakes/docker/api.h"
#include "fakes/wire/http_server.h"
#include "sim/serve/control.h"
#include "sim/serve/faketime.h"
#include "sim/serve/session.h"

#include <stdio.h>
#include <string.h>

enum { US_PER_MS = 1000, WAIT_MAX_MS = 500, HEADERS_MAX = 8 };

/* With a virtual clock: how long, by the wall's, after a client asked for or was given something time stands, even if
 * somebody waits. The first is the time in which a command line ends and the script behind it starts the next; with
 * others at work at the same time, a script had better move the clock itself. */
enum { QUIET_AFTER_REQUEST_US = 200 * US_PER_MS, QUIET_AFTER_ANSWER_US = 20 * US_PER_MS };

struct server {
    struct session *session;
    const struct serve_options *options;
    struct http_server *http;
    struct arena control; /* of one request to the control endpoint */
    int64_t start_us;     /* the wall's, when the run began */
    int64_t start_ms;     /* the run's */
    struct faketime faketime;
    int64_t quiet_us; /* the wall's, from when on nobody can be thought to be about to ask */
};

/* ---- answers
 * -------------------------------------------------------------------------------------------------------------------
 */

/* The headers of an answer of the Engine, and its content type, into a list of HEADERS_MAX. */
static const struct http_header *headers_of(const struct docker_http_response *response, struct http_header *headers)
{
    size_t count = 0;

    for (const struct docker_header *header = response->headers; header != NULL && header->name != NULL; header++) {
        headers[count++] = (struct http_header){header->name, header->value};
    }
    if (response->content_type != NULL) {
        headers[count++] = (struct http_header){"Content-Type", response->content_type};
    }
    headers[count] = (struct http_header){NULL, NULL};
    return headers;
}

static void on_sent(void *owner)
{
    session_sent(owner);
}

static void on_answer(void *owner, const struct docker_http_response *response)
{
    struct http_exchange *exchange = owner;
    struct http_header headers[HEADERS_MAX];

    (void)headers_of(response, headers);
    if (response->hijacked) {
        http_exchange_upgrade(exchange, headers);
    } else if (response->stream != NULL) {
        http_exchange_stream(exchange, (unsigned)response->status, headers);
    } else {
        struct session_request *request = http_exchange_data(exchange);

        http_exchange_set_data(exchange, NULL);
        if (response->stays) {
            http_exchange_answer_kept(exchange, (unsigned)response->status, headers, response->body, response->length,
                                      on_sent, request);
        } else {
            http_exchange_answer(exchange, (unsigned)response->status, headers, response->body, response->length);
        }
    }
}

static void on_more(void *owner, const char *bytes, size_t length)
{
    (void)http_exchange_write(owner, bytes,
                              length); /* a client that does not read is gone: http_handlers.gone follows */
}

static void on_end(void *owner)
{
    http_exchange_set_data(owner, NULL);
    http_exchange_end(owner);
}

static void on_drop(void *owner)
{
    http_exchange_set_data(owner, NULL);
    http_exchange_drop(owner);
}

/* The clock's file, before anybody is told that the clock has moved. */
static void write_faketime(struct server *server)
{
    faketime_write(&server->faketime, session_now_ms(server->session), server->options->date_ms(),
                   server->options->clock == SERVE_CLOCK_REAL);
}

/* ---- requests
 * -------------------------------------------------------------------------------------------------------------------
 */

static bool asks_to_upgrade(const struct http_exchange *exchange)
{
    return http_exchange_header(exchange, "Upgrade") != NULL;
}

/* Somebody did something, or was given something: a clock that stands waits for what follows from it. */
static void expect_more(struct server *server, int64_t us)
{
    int64_t quiet_us = server->options->wall_us() + us;

    server->quiet_us = quiet_us > server->quiet_us ? quiet_us : server->quiet_us;
}

static void on_request(void *context, struct http_exchange *exchange)
{
    struct server *server = context;
    size_t length = 0;

    expect_more(server, QUIET_AFTER_REQUEST_US);
    const char *body = http_exchange_body(exchange, &length);
    const struct docker_http_request request = {
        .method = http_exchange_method(exchange),
        .target = http_exchange_target(exchange),
        .content_type = http_exchange_header(exchange, "Content-Type"),
        .registry_auth = http_exchange_header(exchange, "X-Registry-Auth"),
        .body = body,
        .body_length = length,
        .upgrade = asks_to_upgrade(exchange),
    };

    if (control_wants(request.target)) {
        struct docker_http_response response;

        control_answer(server->session, &request, server->options->clock == SERVE_CLOCK_VIRTUAL, &server->control,
                       &response);
        write_faketime(server);
        on_answer(exchange, &response);
        arena_reset(&server->control);
        return;
    }
    struct session_request *asked = session_ask(server->session, &request, exchange);

    if (asked != NULL) {
        http_exchange_set_data(exchange, asked);
        session_settle(server->session);
    }
}

static void on_gone(void *context, struct http_exchange *exchange)
{
    expect_more(context, QUIET_AFTER_REQUEST_US);
    if (http_exchange_data(exchange) != NULL) {
        session_forget(http_exchange_data(exchange));
    }
}

static void on_input(void *context, struct http_exchange *exchange, const char *bytes, size_t length)
{
    struct server *server = context;

    expect_more(server, QUIET_AFTER_REQUEST_US);
    if (http_exchange_data(exchange) != NULL) {
        session_input(http_exchange_data(exchange), bytes, length);
        session_settle(server->session);
    }
}

static void on_input_end(void *context, struct http_exchange *exchange)
{
    struct server *server = context;

    if (http_exchange_data(exchange) != NULL) {
        session_input_end(http_exchange_data(exchange));
        session_settle(server->session);
    }
}

/* ---- time
 * -------------------------------------------------------------------------------------------------------------------
 */

static double speed(const struct serve_options *options)
{
    return options->clock == SERVE_CLOCK_SCALED ? options->factor : 1;
}

/* The instant to which a virtual clock goes by itself: what somebody waits for. INT64_MAX: it stands. */
static int64_t awaited_ms(const struct server *server)
{
    return session_is_awaited(server->session) ? session_next_ms(server->session) : INT64_MAX;
}

/* What the run's clock should say now. */
static int64_t due_ms(const struct server *server)
{
    const struct serve_options *options = server->options;
    int64_t now_ms = session_now_ms(server->session);

    if (options->clock == SERVE_CLOCK_VIRTUAL) {
        int64_t next_ms = awaited_ms(server);

        return next_ms != INT64_MAX && options->wall_us() >= server->quiet_us ? next_ms : now_ms;
    }
    double elapsed_ms = (double)(options->wall_us() - server->start_us) / US_PER_MS * speed(options);
    int64_t due = server->start_ms + (int64_t)elapsed_ms;

    return due > now_ms ? due : now_ms;
}

/* How long the sockets may be waited for before something happens by itself; the wait is cut up, so that it is seen
 * when it is time to end. */
static int wait_ms(const struct server *server)
{
    bool is_virtual = server->options->clock == SERVE_CLOCK_VIRTUAL;
    int64_t next_ms = is_virtual ? awaited_ms(server) : session_next_ms(server->session);
    double wait = is_virtual ? (double)(server->quiet_us - server->options->wall_us()) / US_PER_MS
                             : (double)(next_ms - session_now_ms(server->session)) / speed(server->options);

    if (next_ms == INT64_MAX || wait > WAIT_MAX_MS) {
        return WAIT_MAX_MS;
    }
    return wait < 0 ? 0 : (int)wait + 1;
}

static void follow(struct server *server)
{
    while (!server->options->stopped()) {
        uint64_t given = session_given_count(server->session);

        session_pass(server->session, due_ms(server));
        if (session_given_count(server->session) != given) {
            expect_more(server, QUIET_AFTER_ANSWER_US);
        }
        write_faketime(server);
        (void)http_server_poll(server->http, wait_ms(server));
    }
}

struct run_record *serve(const struct scenario *scenario, const struct serve_options *options,
                         struct memory *run_memory, struct arena *record_arena, struct arena *event_arena, char *error,
                         size_t error_size)
{
    struct server server = {.options = options, .faketime = {.path = options->faketime}};
    const struct session_handlers handlers = {on_answer, on_more, on_end, on_drop};
    const struct http_server_options http_options = {
        .addresses = options->addresses,
        .listen_anywhere = options->listen_anywhere,
        .handlers = {on_request, on_gone, on_input, on_input_end},
        .context = &server,
    };

    server.http = http_server_open(&http_options, error, error_size);
    if (server.http == NULL) {
        return NULL;
    }
    server.session = session_begin(scenario, options->run, &handlers, run_memory, record_arena, event_arena);
    arena_init(&server.control, &run_memory->source);
    server.start_us = options->wall_us();
    server.start_ms = session_now_ms(server.session);
    for (size_t i = 0; http_server_address(server.http, i) != NULL; i++) {
        options->listening(http_server_address(server.http, i));
    }
    follow(&server);
    http_server_close(server.http);
    struct run_record *record = session_end(server.session);

    record->wall_us = options->wall_us() - server.start_us;
    return record;
}
