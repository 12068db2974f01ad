/* A run that is asked from outside: the Docker Engine of a scenario's world, FluxOS and its neighbours beside it, and
 * clients whose requests are effects like any other (design.md, The border). Without sockets and without a clock: who
 * owns both (serve.c) hands in requests and says what time it is.
 *
 * A request becomes a task "client" that performs one effect: the kernel orders it among the scenario's own, its faults
 * hit it, recorder and oracles see it. The handlers are given the answer, at once or later.
 */
#ifndef DRYDOCK_SIM_SERVE_SESSION_H
#define DRYDOCK_SIM_SERVE_SESSION_H

#include "fakes/docker/api.h"
#include "sim/scenario/runner.h"

struct session;
struct session_request;

/* What becomes of a request; `owner` is what session_ask() was given. After answer() without a stream, end() and drop()
 * the request is no more. */
struct session_handlers {
    /* The answer: all of it, or with response->stream its beginning. Valid during the call; with response->stays the
     * body is valid, and the request there, until session_sent(). */
    void (*answer)(void *owner, const struct docker_http_response *response);
    /* More of a stream, and its end. */
    void (*more)(void *owner, const char *bytes, size_t length);
    void (*end)(void *owner);
    /* A fault: the connection breaks. */
    void (*drop)(void *owner);
};

/* Builds the scenario's world, makes its engine whole, and arms its actors. The scenario's schedule and course are not
 * followed: who asks, moves. Everything lives in run_memory, which is reset, and in the arenas of the record. */
struct session *session_begin(const struct scenario *scenario, const struct run_options *options,
                              const struct session_handlers *handlers, struct memory *run_memory,
                              struct arena *record_arena, struct arena *event_arena);
/* The end: held against what the scenario expects. The record is as scenario_run()'s. */
struct run_record *session_end(struct session *session);

/* Takes a request, which is copied. NULL: it has been answered already (it was none that could be). */
struct session_request *session_ask(struct session *session, const struct docker_http_request *http, void *owner);
/* Bytes from a client whose connection is hijacked, and their end. */
void session_input(struct session_request *request, const char *bytes, size_t length);
void session_input_end(struct session_request *request);
/* The body of an answer that stays is no longer needed. */
void session_sent(struct session_request *request);
/* The client has left: no handler is called for it any more. */
void session_forget(struct session_request *request);

/* Lets everything happen that can happen at this instant: tasks, streams. */
void session_settle(struct session *session);
/* The next instant at which something happens by itself; INT64_MAX: never. */
int64_t session_next_ms(const struct session *session);
/* Lets time pass up to an instant, and everything happen that is due on the way. */
void session_pass(struct session *session, int64_t now_ms);
int64_t session_now_ms(const struct session *session);
/* Whether a client waits for an answer that has not begun, or for the end of a container, an exec or a log: a clock
 * that stands has a reason to go on. Who watches events or statistics waits for nothing. */
bool session_is_awaited(const struct session *session);
/* How many pieces of answers clients were given so far. */
uint64_t session_given_count(const struct session *session);
struct runner *session_runner(struct session *session);

#endif
